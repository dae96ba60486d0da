"""What an alliance begun by the brigade comes from: a common problem that is ready, an introduction that was accepted,
organisations that were chosen, or nothing yet. Each prefills the one screen and begins the alliance its own way."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest

from alliances import services
from alliances.challenges import services as challenges
from alliances.challenges.models import Challenge
from alliances.colleges import college_of
from alliances.introductions import services as introductions
from alliances.introductions.models import Introduction
from alliances.models import Alliance
from jeveuxagir.accounts.models import User
from jeveuxagir.accounts.roles import in_scope
from jeveuxagir.taxonomies.models import Domain
from organisations.models import Organisation

MOST_CHOSEN = 20


@dataclass(frozen=True)
class Guest:
    """Somebody the screen proposes to invite, already known: ticked first."""

    key: str
    name: str
    college: str
    #: with what they bring, when they said it
    said: str = ""

    @property
    def label(self) -> str:
        return self.said or f"{self.name} ({self.college})"


@dataclass
class Beginning:
    """Nothing yet: the brigade says all of it."""

    initial: dict[str, Any] = field(default_factory=dict)
    guests: Sequence[Guest] = ()
    #: where it comes from, in a sentence; empty for a blank screen
    said: str = ""
    #: the place and the theme are those of what it comes from
    is_placed: bool = False
    #: who is proposed is always invited: they already said yes
    all_invited: bool = False

    def begin(self, user: User, typed: dict[str, Any], data: services.AllianceData) -> Alliance:
        return services.start(actor=user, organisation=None, data=data, department=typed["department"])


@dataclass
class FromOrganisations(Beginning):
    organisations: dict[str, Organisation] = field(default_factory=dict)

    def begin(self, user: User, typed: dict[str, Any], data: services.AllianceData) -> Alliance:
        alliance = super().begin(user, typed, data)
        for key in typed["invited"]:
            services.invite_proposed(
                alliance, actor=user, organisation=self.organisations[key], message=typed["message"]
            )
        return alliance


@dataclass
class FromChallenge(Beginning):
    challenge: Challenge | None = None

    def begin(self, user: User, typed: dict[str, Any], data: services.AllianceData) -> Alliance:
        assert self.challenge is not None
        ticked = [made for made in _may_be_invited(self.challenge) if str(made.pk) in typed["invited"]]
        return challenges.start_alliance(
            self.challenge,
            actor=user,
            organisation=None,
            name=typed["name"],
            purpose=typed["purpose"],
            supports=ticked,
            by_brigade=True,
            message=typed["message"],
        )


@dataclass
class FromIntroduction(Beginning):
    introduction: Introduction | None = None

    def begin(self, user: User, typed: dict[str, Any], data: services.AllianceData) -> Alliance:
        assert self.introduction is not None
        return introductions.start_alliance(
            self.introduction,
            actor=user,
            organisation=None,
            name=typed["name"],
            purpose=typed["purpose"],
            message=typed["message"],
        )


def of(request: HttpRequest, user: User) -> Beginning:
    """What the address names, within the member's territory: 404 for anything else."""
    asked = request.GET
    if "probleme" in asked:
        return _of_challenge(_number(asked["probleme"]), user)
    if "mise" in asked:
        return _of_introduction(_number(asked["mise"]), user)
    if "org" in asked:
        return _of_organisations(asked.getlist("org")[:MOST_CHOSEN], asked.get("domaine", ""), user)
    return Beginning()


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)


def _of_challenge(pk: int, user: User) -> Beginning:
    rows = Challenge.objects.open().select_related("commune", "department", "domain")
    challenge = rows.filter(pk=pk, ready_at__isnull=False).first()
    if challenge is None or not in_scope(user, challenge.department_id, challenge.domain_id):
        raise Http404
    return FromChallenge(
        initial={"name": challenge.statement, "purpose": f"{challenge.statement}\n\n{challenge.who}"},
        guests=[
            Guest(str(made.pk), made.name, made.get_college_display(), made.as_guest)
            for made in _may_be_invited(challenge)
        ],
        said=f"Elle naît du problème commun « {challenge.statement} » ({challenge.place.label}), prêt pour une "
        "alliance. Ceux qui le soutiennent et acceptent d’être invités sont cochés.",
        is_placed=True,
        challenge=challenge,
    )


def _may_be_invited(challenge: Challenge) -> list[Any]:
    rows = challenge.supports.standing().filter(may_invite=True).select_related("organisation", "by")
    return [made for made in rows.order_by("pk") if made.address]


def _of_introduction(pk: int, user: User) -> Beginning:
    rows = Introduction.objects.visible_to(user).select_related("first__commune", "second__commune")
    introduction = rows.filter(pk=pk, state="accepted", alliance=None).first()
    if introduction is None:
        raise Http404
    pair = (introduction.first, introduction.second)
    return FromIntroduction(
        initial={"name": str(introduction)[:160], "purpose": introduction.reason},
        guests=[Guest(str(one.pk), one.name, str(college_of(one).label)) for one in pair],
        said=f"Elle naît de la mise en relation de {introduction}, que les deux ont acceptée.",
        is_placed=True,
        all_invited=True,
        introduction=introduction,
    )


def _of_organisations(keys: list[str], domain: str, user: User) -> Beginning:
    numbers = [_number(key) for key in dict.fromkeys(keys)]
    rows = Organisation.objects.visible_to(user).validated().select_related("commune__department")
    found = {one.pk: one for one in rows.filter(pk__in=numbers)}
    if len(found) != len(numbers):
        raise Http404
    chosen = [found[number] for number in numbers]
    communes = {one.commune for one in chosen if one.commune}
    departments = {one.commune.department for one in chosen if one.commune}
    return FromOrganisations(
        initial={
            "department": next(iter(departments)) if len(departments) == 1 else None,
            "commune": next(iter(communes)) if len(communes) == 1 else None,
            "domain": Domain.objects.active().filter(pk=domain.replace("\x00", "")).first(),
        },
        guests=[Guest(str(one.pk), one.name, str(college_of(one).label)) for one in chosen],
        said="Les organisations que vous avez choisies sont cochées.",
        organisations={str(one.pk): one for one in chosen},
    )

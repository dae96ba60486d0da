"""What sponsorships add to the spaces: those in course, what waits for a side or for who comes."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.urls import reverse

from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do
from jeveuxagir.common.text import NBSP, plural
from jeveuxagir.ui.spaces import MyPage, my_pages
from missions.offers.enums import OFFERING, PUBLIC_EMPLOYERS
from missions.offers.models import Offer
from organisations.policies import HANDLERS, can_handle_missions
from organisations.spaces import add_tab

from . import policies, rules, statement
from .enums import ENDED, LIVE, ConventionState, DayState, Side, State
from .models import Convention, DayEntry, Sponsorship
from .spaces import BADGES

SHOWN = 5
#: of one offer or of one need, as many as one reads
LISTED = 20


def _space(request: Any, organisation: Any) -> dict[str, Any] | None:
    """Those in course, for who handles them."""
    if not can_handle_missions(request.user, organisation):
        return None
    rows = Sponsorship.objects.of_organisation(organisation)
    live = rows.filter(state__in=LIVE).select_related("need__organisation", "offer__organisation")
    found: list[Any] = list(live.order_by("state_changed_at", "pk")[:SHOWN])
    offers = organisation.kind in OFFERING
    if not found and not rows.exists():
        return None
    for row in found:
        row.badge = BADGES[State(row.state)]
        row.other = row.association if row.offer.organisation_id == organisation.pk else row.employer
    return {"organisation": organisation, "rows": found, "offers": offers}


def _rules(request: Any, person: Any) -> dict[str, Any]:
    """The rules, on the public page of the mécénat."""
    return {"rules": rules.every()}


def _rules_of_public(request: Any, organisation: Any) -> dict[str, Any] | None:
    """Those of a public employer, where it writes an offer."""
    return {"rules": rules.of_employer(organisation.kind)} if organisation.kind in PUBLIC_EMPLOYERS else None


def _of_manage(request: Any, organisation: Any, rows: Any) -> dict[str, Any] | None:
    """Those of one offer or of one need, in its organisation's space: the ones in course first. Two queries."""
    if not can_handle_missions(request.user, organisation):
        return None
    mine = rows.filter(pk__in=Sponsorship.objects.of_organisation(organisation).values("pk"))
    lives = mine.annotate(ended=Q(state__in=ENDED)).select_related(
        "need__organisation", "offer__organisation"
    )
    found: list[Any] = list(lives.order_by("ended", "-state_changed_at", "-pk")[: LISTED + 1])
    if not found:
        return None
    statement.tell_validated(found)
    for row in found:
        row.badge = BADGES[State(row.state)]
        row.other = row.association if row.offer.organisation_id == organisation.pk else row.employer
        row.waiting = row.in_words(row.waiting_minutes) if row.waiting_minutes else ""
        row.left = row.in_words(row.left_minutes) if row.left_minutes else ""
        row.is_agreed = row.agreed_at is not None
    return {"organisation": organisation, "rows": found[:LISTED], "more": len(found) > LISTED}


def _of_offer_manage(request: Any, offer: Offer) -> dict[str, Any] | None:
    return _of_manage(request, offer.organisation, Sponsorship.objects.filter(offer=offer))


def _of_need_manage(request: Any, need: Any) -> dict[str, Any] | None:
    return _of_manage(request, need.organisation, Sponsorship.objects.filter(need=need))


def _my_space(request: Any, person: Any) -> dict[str, Any] | None:
    """For who is lent, or was: silent for everybody else."""
    rows = Sponsorship.objects.of_person(person).select_related("need__organisation")
    found = list(rows.order_by("-starts_on", "pk")[:SHOWN])
    return {"rows": found} if found else None


def _mine(request: Any) -> set[int]:
    return policies.handled_by(user_of(request).person)


def _to_answer(request: Any) -> Iterator[ToDo]:
    """What is to commit, to accept, to write: three states, one query beside the memberships."""
    mine = _mine(request)
    if not mine:
        return
    ours = Q(state=State.DRAFTED, offer__organisation__in=mine)
    ours |= Q(state=State.ASSOCIATION_AGREED, offer__organisation__in=mine, conventions=None)
    theirs = Q(state=State.EMPLOYER_AGREED, need__organisation__in=mine)
    rows = Sponsorship.objects.handled_by(user_of(request).person).filter(ours | theirs)
    said = {
        State.DRAFTED: ("À relire et engager", "Relire"),
        State.ASSOCIATION_AGREED: ("La convention est à écrire", "Écrire"),
        State.EMPLOYER_AGREED: ("Un employeur propose du temps", "Répondre"),
    }
    for row in (
        rows.select_related("need__organisation", "offer__organisation").order_by("pk").distinct()[:20]
    ):
        text, action = said[State(row.state)]
        side = Side.ASSOCIATION if row.state == State.EMPLOYER_AGREED else Side.COMPANY
        yield ToDo(f"{text}{NBSP}: « {row.need.title} »", _url(row, side), row.state_changed_at, action)


def _to_sign(request: Any) -> Iterator[ToDo]:
    """Conventions and amendments, for who may sign."""
    mine = policies.signed_for_by(user_of(request).person)
    if not mine:
        return
    rows = Convention.objects.of_person(user_of(request).person).filter(state=ConventionState.PROPOSED)
    known = rows.select_related("sponsorship__need__organisation", "sponsorship__offer__organisation")
    for one in known.defer("document").order_by("pk")[:20]:
        row = one.sponsorship
        for side in Side:
            if row.organisation_of(side).pk in mine and not one.signed_at(side):
                organisation = row.organisation_of(side)
                url = reverse(
                    "sponsorships:convention", args=[organisation.pk, organisation.slug, row.pk, one.pk]
                )
                yield ToDo(
                    f"À lire et signer{NBSP}: {one.label}, « {row.need.title} »", url, one.created_at, "Lire"
                )


def _to_validate(request: Any) -> Iterator[ToDo]:
    """Days that wait for one's side, by sponsorship."""
    mine = _mine(request)
    if not mine:
        return
    waits = Q(days__state=DayState.WAITING)
    rows = (
        Sponsorship.objects.handled_by(user_of(request).person)
        .filter(waits)
        .select_related("need__organisation", "offer__organisation")
        .annotate(
            for_company=Count("days", filter=waits & Q(days__company_at=None)),
            for_association=Count("days", filter=waits & Q(days__association_at=None)),
            since=Min("days__logged_at", filter=waits),
        )
        .order_by("pk")
    )
    for row in rows[:20]:
        for side, count in ((Side.COMPANY, row.for_company), (Side.ASSOCIATION, row.for_association)):
            if count and row.organisation_of(side).pk in mine:
                words = plural(count, "journée à valider", "journées à valider")
                yield ToDo(
                    f"{words}{NBSP}: « {row.need.title} »",
                    f"{_url(row, side)}#journees",
                    row.since,
                    "Valider",
                )


def _refused(request: Any) -> Iterator[ToDo]:
    """One's own days that were refused and not corrected yet."""
    rows = DayEntry.objects.of_person(user_of(request).person).filter(
        state=DayState.REFUSED, corrections=None, sponsorship__state__in=(State.SIGNED, State.RUNNING)
    )
    for day in rows.select_related("sponsorship__need")[:20]:
        text = f"Une de vos journées est refusée{NBSP}: « {day.sponsorship.need.title} »"
        yield ToDo(text, reverse("sponsorships:mine"), day.state_changed_at, "Lire")


def _url(row: Sponsorship, side: Side) -> str:
    organisation = row.organisation_of(side)
    return reverse("sponsorships:one", args=[organisation.pk, organisation.slug, row.pk])


def _lent(request: HttpRequest) -> bool:
    """Whether one has days, or a convention that names one."""
    person = user_of(request).person
    return Sponsorship.objects.of_person(person).exists() or DayEntry.objects.of_person(person).exists()


def register() -> None:
    my_pages.register("days", MyPage("Mes journées", "sponsorships:mine", order=40, shown=_lent))
    add_tab(20, "Mises à disposition", "mecenat/mises-a-disposition/", "mecenat/", "besoins/", roles=HANDLERS)
    add_tab(30, "Relevé", "mecenat/releve/", "mecenat/", "besoins/", roles=HANDLERS)
    panels.register("offer.manage", Panel("sponsorships/_of_manage.html", _of_offer_manage, order=5))
    panels.register("skill_need.manage", Panel("sponsorships/_of_manage.html", _of_need_manage, order=5))
    panels.register("mecenat.rules", Panel("sponsorships/_rules_panel.html", _rules, order=10))
    panels.register("offer.rules", Panel("sponsorships/_rules_of_public.html", _rules_of_public, order=10))
    panels.register("organisation_space", Panel("sponsorships/_space_panel.html", _space, order=40))
    panels.register("my_space", Panel("sponsorships/_my_space.html", _my_space, order=35))
    to_do.register("sponsorships.to_answer", _to_answer)
    to_do.register("sponsorships.to_sign", _to_sign)
    to_do.register("sponsorships.to_validate", _to_validate)
    to_do.register("sponsorships.refused", _refused)

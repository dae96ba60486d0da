"""Every write on an alliance, its parties and its invitations: lock → policy → guard → write → audit → message.

The alliance's row is locked first, then the party's or the invitation's. `acted` is called by every app above when
somebody does something in an alliance: that is what keeps it awake.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from jeveuxagir.accounts import limits, roles, tokens
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.accounts.services import require_mail_allowed, touch
from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale, allow
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import clean, said_length
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.links import absolute
from jeveuxagir.taxonomies.models import CatalystFunction, Domain, PartnershipCategory, Sdg, SkillGroup
from jeveuxagir.territories.models import Commune, Department, Epci, Region
from jeveuxagir.ui.dates import day_of
from jeveuxagir.ui.spaces import forget_spaces
from missions import policies as missions_policies
from missions.models import Mission
from organisations import policies as organisation_policies
from organisations.models import Membership, Organisation

from . import journey, policies, spaces
from . import notifications as mails
from .category import category_of
from .composition import reasons_for
from .enums import (
    ACTIVITIES,
    ANSWERS,
    PUBLICATIONS,
    STAGES,
    Activity,
    College,
    Condition,
    InvitationState,
    Publication,
    Rule,
    Section,
    Stage,
    StepState,
)
from .models import (
    INVITATION_LIFE,
    Alliance,
    AllianceInvitation,
    AllianceMission,
    GuidedStep,
    Party,
    Place,
    Step,
)

#: more would be an assembly, and every page lists them
MOST_PARTIES = 200
MOST_OPEN_INVITATIONS = 50
#: steps of methods in one journey
MOST_GUIDED = 80
MOST_PLACES = 60
RESEND_AFTER = datetime.timedelta(hours=1)
#: a party of which nobody did anything for so long is absent: who animates may hand over its place
ABSENT_AFTER = datetime.timedelta(days=30)
PURPOSE_AT_LEAST = 30
#: Decision 10: on a public page, a change of these waits for the brigade; the rest applies at once.
SENSITIVE = {"name": "nom", "purpose": "ce que l’alliance veut changer"}

_CLOSED = "Cette alliance est close : on ne peut plus y agir."


@dataclass(frozen=True)
class AllianceData:
    """What the forms of an alliance hold. `places` are communes, an intercommunality, departments or regions."""

    name: str
    purpose: str
    places: Sequence[Commune | Epci | Department | Region] = ()
    domain: Domain | None = None
    sdgs: Sequence[Sdg] = ()
    shared_interest: str = ""
    derogation: str = ""
    evaluate_on: datetime.date | None = None
    starts_on: datetime.date | None = None
    ends_on: datetime.date | None = None
    rule: str = Rule.CONSENT
    cadence_days: int | None = None
    declared: Sequence[str] = field(default=())


@dataclass(frozen=True)
class Mandate:
    """What a trusted third party is asked, for how long, and what makes it independent."""

    independence: str
    text: str
    starts_on: datetime.date
    ends_on: datetime.date


@dataclass
class Edited:
    """What an edit did at once, and what waits for the brigade (French labels)."""

    alliance: Alliance
    waiting: list[str] = field(default_factory=list)


#: what the activity calls a change, by field of AllianceData; the forms change one part at a time
PARTS = {
    "rule": ("rule",),
    "name": ("name",),
    "purpose": ("purpose", "shared_interest"),
    "places": ("places",),
    "themes": ("domain", "sdgs"),
    "dates": ("starts_on", "ends_on"),
    "cadence_days": ("cadence_days",),
    "derogation": ("derogation", "evaluate_on"),
    "declared": ("declared",),
}


def _part(before: AllianceData, after: AllianceData) -> str:
    """The first part that changes, the most telling first; "" when none does."""
    for part, names in PARTS.items():
        if any(_plain(getattr(before, name)) != _plain(getattr(after, name)) for name in names):
            return part
    return ""


def _plain(value: Any) -> Any:
    return set(value) if isinstance(value, (list, tuple)) else value


def data_of(alliance: Alliance) -> AllianceData:
    """What the forms of an alliance show."""
    names = (
        *("name", "purpose", "domain", "shared_interest", "derogation", "evaluate_on"),
        *("starts_on", "ends_on", "rule"),
    )
    rows = alliance.places.select_related("commune__department", "epci", "department", "region")
    return AllianceData(
        **{name: getattr(alliance, name) for name in names},
        places=[place for row in rows.order_by("pk") if (place := row.place) is not None],
        sdgs=list(alliance.sdgs.all()),
        cadence_days=alliance.cadence_days,
        declared=list(alliance.declared),
    )


# --- its life -------------------------------------------------------------------------------------------------


@transaction.atomic
def start(
    *,
    actor: User,
    organisation: Organisation | None,
    data: AllianceData,
    department: Department | None = None,
    origin: Alliance | None = None,
) -> Alliance:
    """A new alliance; the organisation that starts it (or the citizen) is its first party and animates it.

    Staff of the department start one without being a party: `organisation` is None and they say which department.
    """
    by_staff = organisation is None and department is not None
    if by_staff:
        allow(_is_staff_of(actor, department, data.domain))
    elif organisation is not None:
        allow(organisation_policies.can_handle_missions(actor, organisation))
        if not organisation.is_verified:
            raise RuleBroken(
                "Votre organisation doit d’abord être validée par la brigade.", code="not_validated"
            )
    limits.require("alliance_account", actor.pk)
    _check(data)
    alliance = Alliance(
        created_by=actor,
        department=department or _department_of(organisation, data, actor),
        origin=origin,
        category=origin.category if origin else None,
    )
    _write(alliance, data)
    if not by_staff:
        _add_party(alliance, organisation, None if organisation else actor.person, actor, is_animator=True)
    record("alliance.started", alliance, actor=actor, organisation=organisation.pk if organisation else None)
    touch(actor.person)
    return alliance


@transaction.atomic
def update(alliance: Alliance, *, actor: User, version: int | None, data: AllianceData) -> Edited:
    """Edit what the alliance is. Refused when somebody changed it meanwhile (Stale).

    On a public page the name and the purpose wait for the brigade; the published text stays.
    """
    alliance = locked(alliance)
    allow(policies.can_animate(actor, alliance))
    if version is not None and version != alliance.version:
        raise Stale("Quelqu’un a modifié l’alliance entre-temps. Relisez, puis recommencez.")
    _check(data)
    if alliance.stage != Stage.EMERGING and not (data.starts_on and data.ends_on and data.places):
        raise RuleBroken("Une alliance structurée garde ses dates et son territoire.", code="structured")
    diff = _diff(alliance, data) if alliance.is_public else {}
    part = _part(data_of(alliance), data)
    _write(alliance, data, leave=frozenset(diff))
    acted(alliance, actor=actor)
    record("alliance.edited", alliance, actor=actor, part=part)
    if alliance.is_public:
        _moderate_edit(alliance, diff, actor)
    elif alliance.publication == Publication.PENDING:
        _open_item(alliance, actor)  # whoever was deciding on the former text is told
    return Edited(alliance, [change["label"] for change in diff.values()])


@transaction.atomic
def classify(alliance: Alliance, *, actor: User, answers: dict[str, str]) -> PartnershipCategory:
    """The category that the three answers mean."""
    alliance = locked(alliance)
    allow(policies.can_animate(actor, alliance))
    try:
        code = category_of(answers)
    except KeyError as missing:
        raise RuleBroken("Répondez aux trois questions.", code="answers") from missing
    alliance.category = PartnershipCategory.objects.get(pk=code)
    _save(alliance)
    acted(alliance, actor=actor)
    record("alliance.classified", alliance, actor=actor, category=code)
    return alliance.category


@transaction.atomic
def move_stage(alliance: Alliance, *, actor: User, verb: str) -> Alliance:
    """To another stage. Structured asks for parties, a place, dates and a purpose (K41)."""
    alliance = locked(alliance)
    allow(policies.can_animate(actor, alliance))
    alliance_label = alliance.get_stage_display()
    target = STAGES.target(verb, alliance.stage, label=alliance_label)
    if verb == "spread" and not alliance.offspring.exists():
        raise RuleBroken("Une alliance essaime quand une autre naît d’elle, ailleurs.", code="spread")
    if verb == "structure":
        lacks = missing_to_structure(alliance)
        if lacks:
            raise RuleBroken("Avant de structurer l’alliance, il manque : " + ", ".join(lacks) + ".")
    alliance.stage, alliance.stage_changed_at = target, now()
    _save(alliance)
    acted(alliance, actor=actor)
    record("alliance.stage_moved", alliance, actor=actor, stage=str(target))
    mails.tell(alliance, "stage", once=f"{target}:{alliance.version}", besides=actor.person_id)
    return alliance


def missing_to_structure(alliance: Alliance) -> list[str]:
    """What K41 asks, in words, for what is not there yet."""
    lacks = []
    if alliance.parties.live().count() < 2:
        lacks.append("une deuxième partie")
    if not alliance.places.exists():
        lacks.append("un territoire")
    if not (alliance.starts_on and alliance.ends_on):
        lacks.append("une date de début et une date de fin")
    if said_length(alliance.purpose) < PURPOSE_AT_LEAST:
        lacks.append("un but écrit")
    return lacks


@transaction.atomic
def set_step(alliance: Alliance, *, actor: User, key: str, state: str, note: str = "") -> Step | None:
    """A step of the journey is done or skipped; an empty `state` takes it back."""
    alliance = locked(alliance)
    allow(policies.can_act(actor, alliance))
    if key not in journey.STEPS or state not in ("", *StepState.values):
        raise RuleBroken("Cette étape n’existe pas.", code="step")
    if not state:
        Step.objects.filter(alliance=alliance, key=key).delete()
        step = None
    else:
        step, _made = Step.objects.update_or_create(
            alliance=alliance, key=key, defaults={"state": state, "note": note, "by": actor, "at": now()}
        )
    acted(alliance, actor=actor)
    record("alliance.step_set", alliance, actor=actor, step=key, state=state)
    return step


@transaction.atomic
def add_guide(
    alliance: Alliance, *, actor: User, key: str, source: str, source_url: str, steps: Sequence[str]
) -> list[GuidedStep]:
    """The steps of a method enter the journey, under one of its steps; a method enters once, wherever it stands."""
    alliance = locked(alliance)
    allow(policies.can_act(actor, alliance))
    if key not in journey.STEPS:
        raise RuleBroken("Cette étape n’existe pas.", code="step")
    if not steps:
        raise RuleBroken("Cette méthode ne dit pas encore ses étapes.", code="empty")
    if GuidedStep.objects.filter(alliance=alliance).count() + len(steps) > MOST_GUIDED:
        raise RuleBroken(
            "Le parcours porte déjà beaucoup de méthodes : retirez-en une d’abord.", code="too_many"
        )
    with refusals():
        made = GuidedStep.objects.bulk_create(
            GuidedStep(
                alliance=alliance,
                key=key,
                source=source[:140],
                source_url=source_url,
                position=position,
                title=clean(title)[:300],
                by=actor,
            )
            for position, title in enumerate(steps, start=1)
        )
    acted(alliance, actor=actor)
    record("alliance.guide_added", alliance, actor=actor, step=key, source=source)
    return made


@transaction.atomic
def tick_guided(guided: GuidedStep, *, actor: User, done: bool) -> GuidedStep:
    """A step of a method is done, or is to do again."""
    alliance = locked(guided.alliance)
    allow(policies.can_act(actor, alliance))
    guided = lock(GuidedStep.objects.all(), pk=guided.pk)
    guided.done_at, guided.by = (now() if done else None), actor
    guided.save(update_fields=["done_at", "by"])
    acted(alliance, actor=actor)
    record("alliance.guide_ticked", alliance, actor=actor, step=guided.key, done=done)
    return guided


@transaction.atomic
def drop_guide(alliance: Alliance, *, actor: User, source_url: str) -> None:
    """The steps of a method leave the journey, with what was ticked."""
    alliance = locked(alliance)
    allow(policies.can_act(actor, alliance))
    gone, _ = GuidedStep.objects.filter(alliance=alliance, source_url=source_url).delete()
    if gone:
        acted(alliance, actor=actor)
        record("alliance.guide_dropped", alliance, actor=actor)


# --- awake, asleep, closed ------------------------------------------------------------------------------------


def acted(alliance: Alliance, *, actor: User | None) -> None:
    """Something happened in this alliance, whose row is locked: it is awake, and nobody is to be warned."""
    alliance.last_acted_at = now()
    if alliance.brigade_warned_at is not None:
        moderation.withdraw(ModerationItem.Kind.SILENCE, alliance, actor=actor)
    alliance.animator_warned_at = alliance.brigade_warned_at = None
    fields = ["last_acted_at", "animator_warned_at", "brigade_warned_at"]
    if alliance.activity == Activity.ASLEEP:
        alliance.activity, alliance.activity_changed_at = Activity.ACTIVE, now()
        fields += ["activity", "activity_changed_at"]
        record("alliance.woken", alliance, actor=actor)
    alliance.save(update_fields=fields)


@transaction.atomic
def wake(alliance: Alliance, *, actor: User) -> Alliance:
    """In one click, by any party."""
    alliance = locked(alliance)
    allow(policies.can_act(actor, alliance))
    ACTIVITIES.target("wake", alliance.activity, label=alliance.get_activity_display())
    acted(alliance, actor=actor)
    mails.tell(alliance, "woken", once=str(alliance.activity_changed_at), besides=actor.person_id)
    return alliance


@transaction.atomic
def close_alone(alliance: Alliance, *, actor: User, reached: str, learned: str, what_next: str) -> Alliance:
    """Who is the only party closes at once; several parties decide it together, by a vote (governance)."""
    alliance = locked(alliance)
    allow(policies.can_animate(actor, alliance))
    mine = [party.pk for party in policies.acting_parties(actor, alliance)]
    if alliance.parties.live().exclude(pk__in=mine).exists():
        raise RuleBroken("Vous êtes plusieurs : la fin de l’alliance se décide par un vote.", code="vote")
    if not (clean(reached) and clean(learned) and clean(what_next)):
        raise RuleBroken("Répondez aux trois questions avant de clore.", code="answers")
    return close(alliance, actor=actor, reached=reached, learned=learned, what_next=what_next)


@transaction.atomic
def close(
    alliance: Alliance, *, actor: User | None, reached: str, learned: str, what_next: str, reason: str = ""
) -> Alliance:
    """Close, with the answers to the three questions. The parties' rule is checked by whoever calls."""
    alliance = locked(alliance)
    target = ACTIVITIES.target("close", alliance.activity, label=alliance.get_activity_display())
    alliance.reached, alliance.learned, alliance.what_next = reached, learned, what_next
    alliance.activity, alliance.activity_changed_at, alliance.activity_reason = target, now(), reason
    if alliance.publication == Publication.PENDING:
        alliance.publication = Publication.PRIVATE
        moderation.withdraw(ModerationItem.Kind.ALLIANCE, alliance, actor=actor)
    with refusals():
        _save(alliance)
    AllianceInvitation.objects.open().filter(alliance=alliance).update(state=InvitationState.CANCELLED)
    moderation.withdraw(ModerationItem.Kind.SILENCE, alliance, actor=actor)
    record("alliance.closed", alliance, actor=actor)
    mails.tell(alliance, "closed", once="closed")
    for party in mails.live_parties(alliance):
        _forget_spaces(party)
    return alliance


# --- parties --------------------------------------------------------------------------------------------------


@transaction.atomic
def set_party(
    party: Party,
    *,
    actor: User,
    brings: str | None = None,
    signatory: Person | None = None,
    capacity: str | None = None,
    functions: Iterable[CatalystFunction] | None = None,
    skills: Iterable[SkillGroup] | None = None,
) -> Party:
    """What a party says of itself: who signs and in what capacity, what it brings. By who acts for it."""
    alliance, party = locked_party(party)
    allow(policies.acts_for(actor, party))
    if brings is not None:
        party.brings = brings
    if functions is not None:
        party.functions.set(functions)
    if skills is not None:
        party.skills.set(skills)
    if signatory is not None:
        if not policies.may_sign_for(signatory, party):
            raise RuleBroken("Cette personne ne peut pas signer pour votre organisation.", code="signatory")
        party.signatory, party.capacity = signatory, capacity or ""
    party.version += 1
    party.save()
    acted(alliance, actor=actor)
    record("alliance.party_edited", alliance, actor=actor, party=party.pk)
    return party


def signatories(party: Party) -> QuerySet[Person]:
    """Who may sign for this party."""
    if party.organisation_id is None:
        return Person.objects.filter(pk=party.person_id or 0)
    may = Membership.objects.live().filter(organisation=party.organisation_id, may_sign=True)
    return Person.objects.filter(pk__in=may.values("person")).order_by("last_name", "first_name", "pk")


@transaction.atomic
def set_roles(
    party: Party,
    *,
    actor: User,
    is_animator: bool,
    is_facilitator: bool,
    is_funder: bool | None = None,
) -> Party:
    """The animator says who animates, facilitates, funds. Somebody always animates."""
    alliance, party = locked_party(party)
    allow(policies.can_animate(actor, alliance))
    others = alliance.parties.live().exclude(pk=party.pk).filter(is_animator=True)
    if not is_animator and not others.exists():
        raise RuleBroken("Une alliance garde au moins une partie qui l’anime.", code="animator")
    party.is_animator, party.is_facilitator = is_animator, is_facilitator
    if is_funder is not None:
        party.is_funder = is_funder or spaces.is_funding(party)
    party.version += 1
    with refusals():
        party.save()
    acted(alliance, actor=actor)
    record("alliance.roles_set", alliance, actor=actor, party=party.pk)
    return party


def check_third(party: Party, mandate: Mandate) -> None:
    """Whether this party may be proposed as the trusted third party: said before anybody votes."""
    if not party.is_live:
        raise RuleBroken("Cette partie a quitté l’alliance.", code="left")
    if not (clean(mandate.independence) and clean(mandate.text)):
        raise RuleBroken(
            "Dites le mandat du tiers de confiance, et en quoi il est indépendant.", code="mandate"
        )
    if mandate.ends_on <= mandate.starts_on:
        raise RuleBroken("Le mandat finit après avoir commencé.", code="dates")
    if mandate.ends_on <= today():
        raise RuleBroken("Ce mandat serait déjà fini.", code="dates")
    if party.is_funder or spaces.is_funding(party):
        raise RuleBroken(
            "Qui finance l’alliance ne peut pas en être le tiers de confiance.",
            code="party_trusted_third_funds_not",
        )


@transaction.atomic
def recognise_third(party: Party, *, mandate: Mandate) -> Party:
    """The parties decided so (the vote is checked by whoever calls). Refused to who funds, in the database too."""
    alliance, party = locked_party(party)
    check_third(party, mandate)
    party.is_trusted_third = True
    party.independence, party.mandate = mandate.independence, mandate.text
    party.mandate_from, party.mandate_until = mandate.starts_on, mandate.ends_on
    party.version += 1
    with refusals():
        party.save()
    record("alliance.third_recognised", alliance, party=party.pk)
    return party


@transaction.atomic
def renounce_third(party: Party, *, actor: User) -> Party:
    """The trusted third party gives its mandate back: alone, at once. The others are told."""
    alliance, party = locked_party(party)
    allow(policies.acts_for(actor, party))
    if party.is_trusted_third:
        _end_third(alliance, party, actor=actor)
        acted(alliance, actor=actor)
    return party


@transaction.atomic
def release_third(party: Party) -> Party:
    """The parties decided to end its mandate (the vote is checked by whoever calls)."""
    alliance, party = locked_party(party)
    if party.is_trusted_third:
        _end_third(alliance, party, actor=None)
    return party


def end_mandates() -> int:
    """Mandates whose last day is behind. Safe to run twice."""
    over = Party.objects.live().filter(is_trusted_third=True, mandate_until__lt=today())
    done = 0
    for party in list(over.exclude(alliance__activity=Activity.CLOSED).order_by("pk")):
        with transaction.atomic():
            alliance = locked(party.alliance, even_closed=True)
            fresh = over.filter(pk=party.pk).select_for_update(of=("self",), no_key=True).first()
            if fresh is not None:
                _end_third(alliance, fresh, actor=None)
                done += 1
    return done


def _end_third(alliance: Alliance, party: Party, *, actor: User | None) -> None:
    """Its words stay readable in the decision that recognised it. Both rows are locked by the caller."""
    until = party.mandate_until
    party.is_trusted_third, party.independence, party.mandate = False, "", ""
    party.mandate_from = party.mandate_until = None
    party.version += 1
    party.save()
    record("alliance.third_ended", alliance, actor=actor, party=party.pk)
    mails.tell(
        alliance,
        "third_ended",
        once=f"{party.pk}:{until}:{party.version}",
        party=party.name,
        besides=actor.person_id if actor else None,
    )


@transaction.atomic
def leave(party: Party, *, actor: User, reason: str = "", successor: Party | None = None) -> Party:
    """A party leaves; who animated it alone names a successor first. What it owed is passed on by reactions."""
    alliance, party = locked_party(party)
    allow(policies.acts_for(actor, party))
    _end_party(alliance, party, actor=actor, reason=reason, successor=successor)
    return party


@transaction.atomic
def replace(party: Party, *, actor: User, by: Party, reason: str = "") -> Party:
    """A party gives its place to another that is already in; who animates may do it for one that is absent."""
    alliance, party = locked_party(party)
    its_own = policies.acts_for(actor, party)
    if not its_own:
        allow(policies.can_animate(actor, alliance))
        if kept := why_kept(party):
            raise RuleBroken(kept, code="kept")
    _end_party(alliance, party, actor=actor, reason=reason, successor=by)
    if not its_own:
        mails.tell(
            alliance,
            "replaced",
            once=str(party.pk),
            parties=[party],
            party=party.name,
            successor=by.name,
            reason=reason,
            url=absolute(alliance.get_absolute_url() if alliance.is_public else reverse("accounts:my_space")),
        )
    return party


def why_kept(party: Party) -> str:
    """Why nobody else may hand over the place of this party now, in words; empty when somebody may.

    Nobody is put out for what they think: only a party that gave no sign of life, and that nothing waits for.
    """
    seen = _last_sign(party)
    if seen > now() - ABSENT_AFTER:
        day = day_of(seen)
        return (
            f"{party.name} a agi dans l’alliance le {day}, ou l’a rejointe ce jour-là. Qui anime ne confie la place "
            f"que d’une partie sans nouvelles depuis {ABSENT_AFTER.days} jours. Elle-même peut la laisser."
        )
    return next(filter(None, (why(party) for why in spaces.keeps)), "")


def _last_sign(party: Party) -> datetime.datetime:
    """When somebody who speaks for this party last did something in the alliance; at first, when it joined."""
    done = Event.objects.filter(
        subject_type=Alliance._meta.label,
        subject_id=str(party.alliance_id),
        actor__person__in=[person.pk for person in mails.people_of([party])],
        created_at__gt=party.joined_at,
    )
    latest = done.order_by("-id").values_list("created_at", flat=True).first()
    return latest or party.joined_at


def _end_party(
    alliance: Alliance, party: Party, *, actor: User | None, reason: str, successor: Party | None
) -> None:
    others = alliance.parties.live().exclude(pk=party.pk)
    if successor is not None:
        if not others.filter(pk=successor.pk).exists():
            raise RuleBroken("Choisissez une autre partie, qui est encore dans l’alliance.", code="successor")
        successor = lock(Party.objects.all(), pk=successor.pk)
    if actor is not None and not others.exists():
        raise RuleBroken(
            "Vous êtes la dernière partie : fermez l’alliance, ou invitez quelqu’un d’abord.", code="last"
        )
    if party.is_animator and not others.filter(is_animator=True).exists() and others.exists():
        if successor is None:
            raise RuleBroken("Vous êtes seuls à animer : dites qui prend la suite.", code="successor")
        successor.is_animator = True
        successor.save(update_fields=["is_animator"])
    party.left_at, party.leave_reason, party.replaced_by = now(), reason, successor
    party.save(update_fields=["left_at", "leave_reason", "replaced_by"])
    acted(alliance, actor=actor)
    record(
        "alliance.party_left",
        alliance,
        actor=actor,
        party=party.pk,
        successor=successor.pk if successor else None,
    )
    mails.tell(
        alliance,
        "left",
        once=str(party.pk),
        party=party.name,
        successor=successor.name if successor else "",
        reason=reason,
        besides=actor.person_id if actor else None,
    )
    _forget_spaces(party)


# --- invitations ----------------------------------------------------------------------------------------------


@transaction.atomic
def invite(
    alliance: Alliance,
    *,
    actor: User,
    name: str,
    college: str,
    email: str,
    organisation: Organisation | None = None,
    message: str = "",
    reasons: Iterable[dict[str, Any]] = (),
) -> AllianceInvitation:
    """Ask somebody to join. An expired invitation to the same address gives way to the new one."""
    alliance = locked(alliance)
    allow(policies.can_invite(actor, alliance))
    email = email.strip().lower()
    if organisation is not None:
        name, college = organisation.name, Party.college_for(organisation)
        if alliance.parties.live().filter(organisation=organisation).exists():
            raise RuleBroken("Cette organisation est déjà partie à l’alliance.", code="party")
    if college not in College.values:
        raise RuleBroken("Choisissez un collège dans la liste.", code="college")
    open_ones = AllianceInvitation.objects.open().filter(alliance=alliance)
    open_ones.filter(email=email, expires_at__lte=now()).update(state=InvitationState.CANCELLED)
    if open_ones.count() >= MOST_OPEN_INVITATIONS:
        raise RuleBroken(f"{MOST_OPEN_INVITATIONS} invitations attendent déjà une réponse.", code="too_many")
    _refuse_crowd(alliance)
    limits.require("invitation_account", actor.pk)
    require_mail_allowed(email)
    token, token_hash = tokens.new_token()
    with refusals():
        invitation = AllianceInvitation.objects.create(
            alliance=alliance,
            organisation=organisation,
            name=name,
            college=college,
            email=email,
            message=message,
            reasons=list(reasons),
            token_hash=token_hash,
            invited_by=actor,
            expires_at=now() + INVITATION_LIFE,
        )
    acted(alliance, actor=actor)
    record("alliance.invited", alliance, actor=actor, invitation=invitation.pk, college=str(college))
    mails.invite(invitation, token, INVITATION_LIFE.days)
    return invitation


def invite_proposed(
    alliance: Alliance, *, actor: User, organisation: Organisation, message: str = ""
) -> AllianceInvitation:
    """Ask an organisation that is here: at its contact address, else its first owner's, with the engine's reasons."""
    owner = Membership.objects.owners().filter(organisation=organisation).order_by("created_at", "pk").first()
    email = organisation.email or (owner.person.email if owner else "")
    if not email:
        raise RuleBroken("Cette organisation n’a pas d’adresse : invitez une personne que vous y connaissez.")
    return invite(
        alliance,
        actor=actor,
        name=organisation.name,
        college=Party.college_for(organisation),
        email=email,
        organisation=organisation,
        message=message,
        reasons=reasons_for(alliance, organisation),
    )


@transaction.atomic
def resend_invitation(invitation: AllianceInvitation, *, actor: User) -> AllianceInvitation:
    """Once more, with a new link; the former one stops working. At most once an hour."""
    alliance, invitation = _locked_invitation(invitation)
    allow(policies.can_invite(actor, alliance))
    if not invitation.is_open:
        raise RuleBroken("Cette invitation n’attend plus de réponse.", code="answered")
    if invitation.sent_at > now() - RESEND_AFTER:
        raise RuleBroken(
            "Cette invitation vient de partir. Attendez une heure avant de la renvoyer.", code="too_soon"
        )
    limits.require("invitation_account", actor.pk)
    require_mail_allowed(invitation.email)
    token, invitation.token_hash = tokens.new_token()
    invitation.sent_at, invitation.expires_at = now(), now() + INVITATION_LIFE
    invitation.save(update_fields=["token_hash", "sent_at", "expires_at"])
    record("alliance.invitation_resent", alliance, actor=actor, invitation=invitation.pk)
    mails.invite(invitation, token, INVITATION_LIFE.days)
    return invitation


@transaction.atomic
def cancel_invitation(invitation: AllianceInvitation, *, actor: User) -> AllianceInvitation:
    alliance, invitation = _locked_invitation(invitation)
    allow(policies.can_invite(actor, alliance))
    _move_invitation(invitation, "cancel")
    invitation.save(update_fields=["state"])
    record("alliance.invitation_cancelled", alliance, actor=actor, invitation=invitation.pk)
    return invitation


def invitation_of(token: str) -> AllianceInvitation | None:
    """The invitation behind a link, whatever has become of it."""
    found = AllianceInvitation.objects.filter(token_hash=tokens.hash_token(token[:200]))
    return found.select_related("alliance__department", "organisation", "invited_by__person").first()


@transaction.atomic
def answer_invitation(
    invitation: AllianceInvitation, *, interested: bool, answer_name: str = "", answer: str = ""
) -> AllianceInvitation:
    """Yes or no, by whoever holds the link, without an account. A yes is not yet to join."""
    alliance, invitation = _locked_invitation(invitation)
    _require_answerable(alliance, invitation)
    _move_invitation(invitation, "interest" if interested else "decline")
    invitation.answer_name, invitation.answer, invitation.answered_at = answer_name, answer, now()
    invitation.save(update_fields=["state", "answer_name", "answer", "answered_at"])
    record("alliance.invitation_answered", alliance, invitation=invitation.pk, interested=interested)
    mails.tell(
        alliance,
        "answered",
        once=f"{invitation.pk}:{invitation.state}",
        parties=[
            party for party in mails.live_parties(alliance) if party.is_animator or party.is_facilitator
        ],
        invited=invitation.name,
        interested=interested,
    )
    return invitation


@transaction.atomic
def join(invitation: AllianceInvitation, *, actor: User, organisation: Organisation | None) -> Party:
    """Become a party: signed in, for an organisation one handles (the invited one, if it was named), or for oneself.

    Used once: who holds the link of an invitation already used learns so.
    """
    alliance, invitation = _locked_invitation(invitation)
    if invitation.party_id:
        party = Party.objects.get(pk=invitation.party_id)
        if policies.acts_for(actor, party):
            return party
    _require_answerable(alliance, invitation)
    if organisation is None:
        if invitation.organisation_id or invitation.college != College.CITIZENS:
            raise RuleBroken("Dites pour quelle organisation vous rejoignez l’alliance.", code="organisation")
    else:
        if invitation.organisation_id and invitation.organisation_id != organisation.pk:
            raise NotAllowed("Cette invitation est pour une autre organisation.")
        allow(organisation_policies.can_handle_missions(actor, organisation))
        if not organisation.is_verified:
            raise RuleBroken("Cette organisation doit d’abord être validée par la brigade.", code="state")
    first = not alliance.parties.live().exists()
    person = None if organisation else actor.person
    party = _add_party(alliance, organisation, person, actor, is_animator=first)
    _move_invitation(invitation, "join")
    invitation.party, invitation.answered_at = party, now()
    invitation.save(update_fields=["state", "party", "answered_at"])
    acted(alliance, actor=actor)
    record("alliance.party_joined", alliance, actor=actor, party=party.pk, invitation=invitation.pk)
    mails.tell(alliance, "joined", once=str(party.pk), party=party.name, besides=actor.person_id)
    touch(actor.person)
    return party


# --- what is shown --------------------------------------------------------------------------------------------


@transaction.atomic
def set_shown(alliance: Alliance, *, actor: User, shown: Sequence[str]) -> Alliance:
    """What the public page shows, chosen by the parties."""
    alliance = locked(alliance)
    allow(policies.can_animate(actor, alliance))
    alliance.shown = [section for section in Section.values if section in shown]
    _save(alliance)
    acted(alliance, actor=actor)
    record("alliance.shown", alliance, actor=actor, sections=alliance.shown)
    return alliance


@transaction.atomic
def ask_publication(alliance: Alliance, *, actor: User) -> Alliance:
    """The brigade of its department reads the page before anybody else does."""
    alliance = locked(alliance)
    allow(policies.can_animate(actor, alliance))
    target = PUBLICATIONS.target("ask", alliance.publication, label=alliance.get_publication_display())
    if said_length(alliance.purpose) < PURPOSE_AT_LEAST:
        raise RuleBroken(
            "Écrivez d’abord, en une phrase au moins, ce que l’alliance veut changer.", code="purpose"
        )
    alliance.publication = target
    _save(alliance)
    acted(alliance, actor=actor)
    _open_item(alliance, actor)
    record("alliance.publication_asked", alliance, actor=actor)
    return alliance


@transaction.atomic
def withdraw_publication(alliance: Alliance, *, actor: User) -> Alliance:
    """The page is for the parties alone again; nothing waits at the brigade. A closed alliance may do it too."""
    alliance = locked(alliance, even_closed=True)
    allow(policies.can_animate(actor, alliance))
    _move_publication(alliance, "withdraw")
    moderation.withdraw(ModerationItem.Kind.ALLIANCE, alliance, actor=actor)
    record("alliance.unpublished", alliance, actor=actor)
    return alliance


@transaction.atomic
def publish(alliance: Alliance, *, actor: User | None) -> Alliance:
    """The brigade's yes."""
    alliance = locked(alliance)
    alliance.published_at = now()
    _move_publication(alliance, "publish")
    record("alliance.published", alliance, actor=actor)
    _tell_animators(alliance, "published")
    return alliance


@transaction.atomic
def refuse_publication(
    alliance: Alliance, *, actor: User | None, reason: str, corrected: bool = False
) -> Alliance:
    """The brigade's no, or what to correct first; the space of the parties does not change."""
    alliance = locked(alliance, even_closed=True)
    _move_publication(alliance, "refuse")
    record("alliance.publication_refused", alliance, actor=actor, corrected=corrected)
    _tell_animators(alliance, "not_published", reason=clean(reason), corrected=corrected)
    return alliance


@transaction.atomic
def apply_edit(alliance: Alliance, *, actor: User | None, diff: dict[str, Any]) -> Alliance:
    """The brigade's yes to the waiting name or purpose."""
    alliance = locked(alliance, even_closed=True)
    if not alliance.is_public:
        raise RuleBroken("Cette page n’est plus publique : rien n’a été appliqué.", code="wrong_state")
    for name, change in diff.items():
        if name in SENSITIVE:
            setattr(alliance, name, change["value"])
    _save(alliance)
    record("alliance.edit_accepted", alliance, actor=actor, fields=sorted(diff))
    labels = [change["label"] for change in diff.values()]
    _tell_animators(alliance, "edit_accepted", fields=labels)
    return alliance


@transaction.atomic
def refuse_edit(alliance: Alliance, *, actor: User | None, reason: str) -> Alliance:
    """The published text stays; those who animate are told why."""
    alliance = locked(alliance, even_closed=True)
    record("alliance.edit_refused", alliance, actor=actor)
    _save(alliance)
    _tell_animators(alliance, "edit_refused", reason=clean(reason))
    return alliance


@transaction.atomic
def ask_change(alliance: Alliance, *, actor: User | None, reason: str) -> Alliance:
    """After a report: the page stays, those who animate are asked to correct it."""
    alliance = locked(alliance, even_closed=True)
    allow(actor is None or policies.is_staff_for(actor, alliance))
    if not clean(reason):
        raise RuleBroken("Dites ce qu’il faut corriger : les parties le liront.", code="reason")
    record("alliance.change_asked", alliance, actor=actor)
    _save(alliance)
    _tell_animators(alliance, "to_mend", reason=clean(reason))
    return alliance


@transaction.atomic
def unpublish(alliance: Alliance, *, actor: User | None, reason: str) -> Alliance:
    """After a report: the page is no longer public. Those who animate correct it, then ask again."""
    alliance = locked(alliance, even_closed=True)
    allow(actor is None or policies.is_staff_for(actor, alliance))
    if not clean(reason):
        raise RuleBroken("Donnez la raison : les parties la liront.", code="reason")
    if alliance.publication == Publication.PRIVATE:
        return alliance
    _move_publication(alliance, "withdraw")
    moderation.withdraw(ModerationItem.Kind.ALLIANCE, alliance, actor=actor)
    record("alliance.unpublished", alliance, actor=actor, reason=clean(reason))
    _tell_animators(alliance, "unpublished", reason=clean(reason))
    return alliance


def _move_publication(alliance: Alliance, verb: str) -> None:
    alliance.publication = PUBLICATIONS.target(
        verb, alliance.publication, label=alliance.get_publication_display()
    )
    _save(alliance)


def _open_item(alliance: Alliance, actor: User | None) -> None:
    moderation.open_item(
        ModerationItem.Kind.ALLIANCE,
        alliance,
        title=alliance.name,
        department=alliance.department,
        domain=alliance.domain,
        actor=actor,
    )


def _moderate_edit(alliance: Alliance, diff: dict[str, Any], actor: User) -> None:
    if not diff:
        moderation.withdraw(ModerationItem.Kind.ALLIANCE, alliance, actor=actor)
        return
    moderation.open_item(
        ModerationItem.Kind.ALLIANCE,
        alliance,
        title=alliance.name,
        department=alliance.department,
        domain=alliance.domain,
        cause=ModerationItem.Cause.EDIT,
        diff=diff,
        actor=actor,
    )


def _diff(alliance: Alliance, data: AllianceData) -> dict[str, Any]:
    """What of a public page would change and must be read first."""
    changes = {}
    for name, label in SENSITIVE.items():
        before, after = getattr(alliance, name), clean(getattr(data, name))
        if before != after:
            changes[name] = {"label": label, "before": before, "after": after, "value": after}
    return changes


def _tell_animators(alliance: Alliance, name: str, **context: Any) -> None:
    """Once per version of the alliance: each decision saves it."""
    mails.tell(
        alliance,
        name,
        once=str(alliance.version),
        parties=mails.live_parties(alliance, is_animator=True),
        public_url=absolute(alliance.get_absolute_url()),
        **context,
    )


@transaction.atomic
def carry(alliance: Alliance, *, actor: User, mission: Mission) -> AllianceMission:
    """A mission of a party's organisation belongs to the alliance: both pages show it."""
    alliance = locked(alliance)
    allow(policies.can_act(actor, alliance) and missions_policies.can_handle(actor, mission.organisation))
    if not alliance.parties.live().filter(organisation=mission.organisation_id).exists():
        raise RuleBroken("Cette mission n’est pas celle d’une partie.", code="mission")
    taken = AllianceMission.objects.filter(mission=mission).exclude(alliance=alliance)
    if taken.exists():
        raise RuleBroken("Une autre alliance porte déjà cette mission.", code="mission")
    carried, _made = AllianceMission.objects.get_or_create(
        alliance=alliance, mission=mission, defaults={"added_by": actor}
    )
    acted(alliance, actor=actor)
    record("alliance.mission_added", alliance, actor=actor, mission=mission.pk)
    return carried


@transaction.atomic
def drop(alliance: Alliance, *, actor: User, mission: Mission) -> None:
    alliance = locked(alliance)
    allow(policies.can_act(actor, alliance) and missions_policies.can_handle(actor, mission.organisation))
    AllianceMission.objects.filter(alliance=alliance, mission=mission).delete()
    acted(alliance, actor=actor)
    record("alliance.mission_removed", alliance, actor=actor, mission=mission.pk)


# --- for the apps above ---------------------------------------------------------------------------------------


def locked(alliance: Alliance, *, even_closed: bool = False) -> Alliance:
    """The alliance's row, locked: the first lock of every write in an alliance. A closed one refuses (RuleBroken)."""
    alliance = lock(Alliance.objects.all(), pk=alliance.pk)
    if alliance.is_closed and not even_closed:
        raise RuleBroken(_CLOSED, code="closed")
    return alliance


def locked_party(party: Party) -> tuple[Alliance, Party]:
    """The alliance, then the party: both locked, both live."""
    alliance = locked(party.alliance)
    return alliance, live_party(alliance, party)


def live_party(alliance: Alliance, party: Party) -> Party:
    """This party, locked and as it is now: it may have left since its page was read. Of another alliance: NotAllowed.

    The alliance's row is locked by the caller, so that it does not leave before the end.
    """
    if party.alliance_id != alliance.pk:
        raise NotAllowed
    party = lock(Party.objects.select_related("organisation", "person"), pk=party.pk)
    if not party.is_live:
        raise RuleBroken("Cette partie a quitté l’alliance.", code="left")
    return party


# --- inside ---------------------------------------------------------------------------------------------------


def _is_staff_of(actor: User, department: Department | None, domain: Domain | None) -> bool:
    return department is not None and roles.in_scope(actor, department.pk, domain.pk if domain else None)


def _department_of(organisation: Organisation | None, data: AllianceData, actor: User) -> Department:
    """The first place's department; else, for a wider one, that of the seat or of the citizen if it lies in it."""
    seat = organisation.commune if organisation else actor.person.commune
    home = seat.department if seat else None
    for place in data.places:
        if isinstance(place, Commune):
            return place.department
        if isinstance(place, Department):
            return place
        inside = Department.objects.filter(
            **({"region": place} if isinstance(place, Region) else {"communes__epci": place})
        )
        found = inside.filter(pk=home.pk).first() if home else None
        found = found or inside.order_by("code").first()
        if found is not None:
            return found
    if home is None:
        raise RuleBroken("Dites au moins une commune où l’alliance agit.", code="place")
    return home


def _check(data: AllianceData) -> None:
    if not data.name.strip():
        raise RuleBroken("Donnez un nom à l’alliance.", code="name")
    if not data.purpose.strip():
        raise RuleBroken("Dites ce que l’alliance veut changer.", code="purpose")
    if len(data.places) > MOST_PLACES:
        raise RuleBroken(f"{MOST_PLACES} territoires au plus.", code="places")
    if set(data.declared) - set(Condition.values) or data.rule not in Rule.values:
        raise RuleBroken("Choisissez dans les listes.", code="choice")


def _write(alliance: Alliance, data: AllianceData, *, leave: frozenset[str] = frozenset()) -> None:
    names = (
        "name",
        "purpose",
        "shared_interest",
        "derogation",
        "evaluate_on",
        "domain",
        "starts_on",
        "ends_on",
    )
    for name in names:
        if name not in leave:
            setattr(alliance, name, getattr(data, name))
    alliance.rule, alliance.cadence_days = data.rule, data.cadence_days
    alliance.declared = [condition for condition in Condition.values if condition in data.declared]
    with refusals():
        _save(alliance)
    alliance.sdgs.set(data.sdgs)
    kinds: dict[type, str] = {Commune: "commune", Epci: "epci", Department: "department", Region: "region"}
    wanted = {(kinds[type(place)], place.pk): place for place in data.places}
    for row in alliance.places.all():
        key = next(
            (name, getattr(row, f"{name}_id")) for name in kinds.values() if getattr(row, f"{name}_id")
        )
        if wanted.pop(key, None) is None:
            row.delete()
    Place.objects.bulk_create(
        [Place(alliance=alliance, **{name: place}) for (name, _pk), place in wanted.items()]
    )


def _save(alliance: Alliance) -> None:
    alliance.version = (alliance.version or 0) + (1 if alliance.pk else 0)
    alliance.save()


def _refuse_crowd(alliance: Alliance) -> None:
    if alliance.parties.live().count() >= MOST_PARTIES:
        raise RuleBroken(f"Une alliance compte {MOST_PARTIES} parties au plus.", code="crowd")


def _add_party(
    alliance: Alliance,
    organisation: Organisation | None,
    person: Person | None,
    actor: User,
    *,
    is_animator: bool = False,
) -> Party:
    _refuse_crowd(alliance)
    with refusals():
        party = Party.objects.create(
            alliance=alliance,
            organisation=organisation,
            person=person,
            college=Party.college_for(organisation),
            name=organisation.name if organisation else (person.first_name if person else ""),
            is_animator=is_animator,
        )
    _forget_spaces(party)
    return party


def _locked_invitation(invitation: AllianceInvitation) -> tuple[Alliance, AllianceInvitation]:
    alliance = locked(invitation.alliance)
    found = lock(AllianceInvitation.objects.select_related("invited_by__person"), pk=invitation.pk)
    found.alliance = alliance
    return alliance, found


def _require_answerable(alliance: Alliance, invitation: AllianceInvitation) -> None:
    if invitation.state == InvitationState.JOINED:
        raise RuleBroken("Cette invitation a déjà servi.", code="used")
    if invitation.state == InvitationState.CANCELLED:
        raise RuleBroken("Cette invitation a été retirée.", code="cancelled")
    if invitation.has_expired:
        raise RuleBroken("Cette invitation a expiré. Demandez qu’on vous la renvoie.", code="expired")


def _move_invitation(invitation: AllianceInvitation, verb: str) -> None:
    invitation.state = ANSWERS.target(verb, invitation.state, label=invitation.get_state_display())


def _forget_spaces(party: Party) -> None:
    """The account menu of those who speak for the party shows the new list at the next page."""
    people = [person.pk for person in mails.people_of([party])]
    users = list(User.objects.filter(person__in=people).values_list("pk", flat=True))

    def forget() -> None:
        for pk in users:
            forget_spaces(pk)

    transaction.on_commit(forget)


def _end_all(parties: QuerySet[Party], *, reason: str = "") -> None:
    """These parties are no more: the eldest of the others takes over from who animated alone."""
    for party in parties.select_related("alliance").order_by("alliance", "pk"):
        alliance = locked(party.alliance, even_closed=True)
        fresh = lock(Party.objects.all(), pk=party.pk)
        if not fresh.is_live:
            continue
        heir = alliance.parties.live().exclude(pk=party.pk).order_by("joined_at", "pk").first()
        _end_party(alliance, fresh, actor=None, reason=reason, successor=heir if fresh.is_animator else None)


@transaction.atomic
def organisation_ended(organisation: Organisation) -> None:
    """A closed organisation leaves its alliances; what it wrote and signed there stays."""
    _end_all(Party.objects.live().filter(organisation=organisation), reason="Cette organisation a fermé.")


def organisation_renamed(organisation: Organisation) -> None:
    """Live parties bear the new name; who left keeps the one it had then."""
    Party.objects.live().filter(organisation=organisation).update(name=organisation.name)


def forget_person(person: Person) -> None:
    """Erasure: a citizen leaves their alliances; a signatory's name and capacity go, the party stays."""
    for forget in spaces.before_erasing:
        forget(person)
    _end_all(Party.objects.live().filter(person=person))
    Party.objects.filter(person=person).update(person=None, name="une personne")
    Party.objects.filter(signatory=person).update(signatory=None, capacity="")

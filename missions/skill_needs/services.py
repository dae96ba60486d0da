"""Every write on a skill need: association → need → item of moderation, in that order of locks.

What a company's answer does to a need (`talk`, `agree`, `deliver`, `resume`) is called by the sponsorship above, which
has asked who may; what the association does by itself asks here.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from jeveuxagir.accounts import limits
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import RuleBroken, Stale, allow
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import NBSP, clean, said_length
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.taxonomies.models import Domain, Sdg, Skill
from jeveuxagir.territories.models import Commune
from missions.enums import MissionMode
from missions.moderated import diff_of, moderate_edit, refuse_own
from organisations import policies as organisation_policies
from organisations.enums import State as OrganisationState
from organisations.models import Membership, Organisation

from . import notifications, policies, scoping
from .durations import in_words
from .enums import TRANSITIONS, ContactConsent, Format, State
from .models import FLASH_MINUTES, IMMERSION_MINUTES, MOST_MINUTES, SkillNeed

KIND = ModerationItem.Kind.SKILL_NEED.value
TITLE_AT_LEAST = 10
DELIVERABLE_AT_LEAST = 30
LEAST_MINUTES = 30
MOST_SKILLS = 8
#: nobody plans further
FURTHEST_YEARS = 3
#: so long after it was told that its date passed, a need that met nobody ends
DAYS_TO_ANSWER = 14
#: drafts that nobody sends are erased after this
KEPT_DAYS = 365

#: Decision 10: published, a change of these waits for the brigade; the rest applies at once.
SENSITIVE = {"title": "besoin", "deliverable": "ce qui sera rendu", "context": "à quoi cela servira"}
PUBLISHED = (State.OPEN, State.IN_TALK, State.SUSPENDED)
EDITABLE = (State.DRAFT, State.PENDING, State.REFUSED, *PUBLISHED)
UNSENT = (State.DRAFT, State.REFUSED)

NOT_A_COMPANY = (
    "Une entreprise n’a pas de besoin de compétences ici, ni pour elle, ni au nom d’une association"
    f"{NBSP}: l’association dit elle-même ce qu’il lui faut. Une entreprise propose du temps en réponse."
)
_TRIGGERS = {"skill_need_never_of_company": NOT_A_COMPANY}


@dataclass(frozen=True)
class NeedData:
    """What the pages of a need hold."""

    title: str = ""
    project_type: str = scoping.OTHER
    deliverable: str = ""
    context: str = ""
    skills: Sequence[Skill] = ()
    format: str = Format.SPLIT
    minutes: int | None = None
    deadline: datetime.date | None = None
    mode: str = MissionMode.HYBRID
    commune: Commune | None = None
    domain: Domain | None = None
    sdgs: Sequence[Sdg] = ()
    contact: Person | None = None
    contact_consent: str = ContactConsent.AFTER_AGREEMENT


PLAIN = tuple(f.name for f in fields(NeedData) if f.name not in ("skills", "sdgs"))
LABELS = {
    "title": "besoin",
    "project_type": "type de projet",
    "deliverable": "ce qui sera rendu",
    "context": "à quoi cela servira",
    "skills": "compétences",
    "format": "forme",
    "minutes": "volume",
    "deadline": "date",
    "mode": "sur place ou à distance",
    "commune": "commune",
    "domain": "domaine",
    "sdgs": "ODD",
    "contact": "contact",
    "contact_consent": "contact donné",
}


@dataclass
class Edited:
    """What an edit did at once, and what waits for the brigade (French labels)."""

    applied: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Lack:
    """What a draft misses: its field, and the sentence that says why it matters."""

    name: str
    sentence: str


def data_of(need: SkillNeed) -> NeedData:
    values = {name: getattr(need, name) for name in PLAIN}
    return NeedData(
        **values, skills=list(need.skills.select_related("group").all()), sdgs=list(need.sdgs.all())
    )


def current_data(need: SkillNeed) -> NeedData:
    """What its pages show: the values that wait for the brigade, where there are some."""
    data = data_of(need)
    if need.state not in PUBLISHED:
        return data
    waiting = moderation.open_items(KIND, need).first()
    if waiting is None or not waiting.diff:
        return data
    new = {name: change["value"] for name, change in waiting.diff.items() if name in SENSITIVE}
    return NeedData(**{f.name: new.get(f.name, getattr(data, f.name)) for f in fields(NeedData)})


def first_data(
    values: dict[str, Any], *, contact: Person, deliverable: str = "", context: str = ""
) -> NeedData:
    """What a new draft holds: the first page, the words lent by a network, and what this kind of work usually takes;
    all is to be changed."""
    data = NeedData(**values, contact=contact, deliverable=deliverable, context=context)
    kind = scoping.type_of(data.project_type)
    if kind is None:
        return data
    return replace(data, format=kind.format, skills=list(Skill.objects.active().filter(pk__in=kind.skills)))


def missing(data: NeedData) -> list[Lack]:
    """What it lacks to be sent, in the order of its pages: what is to be given back and how long it takes, first."""
    lacks = []
    if said_length(data.title) < TITLE_AT_LEAST:
        lacks.append(Lack("title", f"Dites votre besoin en une ligne, {TITLE_AT_LEAST} caractères au moins."))
    if said_length(data.deliverable) < DELIVERABLE_AT_LEAST:
        more = "Dites ce qui sera rendu à la fin"
        if clean(data.deliverable):
            more = f"Dites-en plus sur ce qui sera rendu, en {DELIVERABLE_AT_LEAST} caractères au moins"
        lacks.append(
            Lack(
                "deliverable",
                f"{more}{NBSP}: sans cela, personne ne sait à quoi il s’engage, ni quand c’est fini.",
            )
        )
    if not data.domain:
        lacks.append(Lack("domain", f"Choisissez votre domaine{NBSP}: il décide qui relit votre besoin."))
    if not data.skills:
        lacks.append(
            Lack("skills", f"Choisissez au moins une compétence{NBSP}: c’est par elle qu’on vous trouve.")
        )
    if data.minutes is None:
        lacks.append(
            Lack(
                "minutes",
                f"Dites en combien de jours{NBSP}: une entreprise ne prête pas quelqu’un sans savoir pour combien de "
                "temps.",
            )
        )
    if data.deadline is None:
        lacks.append(Lack("deadline", "Dites pour quand : une date, même lointaine."))
    elif data.deadline < today():
        lacks.append(Lack("deadline", f"La date est passée{NBSP}: choisissez-en une autre."))
    if data.contact is None:
        lacks.append(Lack("contact", "Dites qui, dans votre équipe, répondra aux entreprises."))
    return lacks


# --- writing it ------------------------------------------------------------------------------------------------


@transaction.atomic
def draft(*, actor: User, organisation: Organisation, data: NeedData, step: int = 0) -> SkillNeed:
    """A draft of an association that the brigade has not set aside. `step` is the page that comes next."""
    organisation = lock(Organisation.objects.all(), pk=organisation.pk)
    allow(policies.can_handle(actor, organisation))
    _require_owner(organisation)
    if organisation.state in (
        OrganisationState.REFUSED,
        OrganisationState.SUSPENDED,
        OrganisationState.CLOSED,
    ):
        raise RuleBroken(
            f"Votre organisation est {organisation.get_state_display()}{NBSP}: elle ne dit pas de besoin.",
            code="organisation_state",
        )
    limits.require("skill_need_account", actor.pk)
    _check(data, organisation)
    need = SkillNeed(organisation=organisation, created_by=actor, draft_step=step)
    _write(need, data)
    record("skill_need.drafted", need, actor=actor, organisation=organisation.pk)
    return need


@transaction.atomic
def update(
    need: SkillNeed, *, actor: User, data: NeedData, version: int | None = None, step: int = 0
) -> Edited:
    """Save. Of what is published, the sensitive words wait for the brigade, the rest applies at once."""
    need = _mine(need, actor, version)
    if need.state not in EDITABLE:
        raise RuleBroken(f"Un besoin {need.get_state_display()} ne se modifie plus.", code="wrong_state")
    published = need.state in PUBLISHED
    _check(data, need.organisation, changed_from=data_of(need))
    if published or need.state == State.PENDING:
        _require_complete(data)
    before, diff = data_of(need), diff_of(need, data, SENSITIVE) if published else {}
    done = Edited(waiting=[change["label"] for change in diff.values()])
    kept = {name: getattr(before, name) for name in diff}
    after = NeedData(**{f.name: kept.get(f.name, getattr(data, f.name)) for f in fields(NeedData)})
    done.applied = [LABELS[name] for name in _changed(before, after)]
    if after.deadline != before.deadline:
        need.reminded_on = None
    if need.state in UNSENT:
        need.draft_step = max(need.draft_step, step)
    need.version += 1
    _write(need, after)
    if published:
        moderate_edit(KIND, need, diff, actor=actor, open_item=_open_item)
        if done.applied:
            record("skill_need.changed", need, actor=actor, fields=done.applied)
    else:
        if need.state == State.PENDING:  # whoever was deciding on the former text is told
            _open_item(need, actor)
        record("skill_need.saved", need, actor=actor)
    return done


@transaction.atomic
def submit(need: SkillNeed, *, actor: User, version: int | None = None) -> SkillNeed:
    """The brigade of the department reads it before anybody else does."""
    need = _mine(need, actor, version)
    target = TRANSITIONS.target("submit", need.state, label=need.get_state_display())
    _require_validated(need.organisation)
    data = data_of(need)
    _require_complete(data)
    _check(data, need.organisation)
    need.draft_step = 0
    _move(need, target)
    _open_item(need, actor)
    record("skill_need.submitted", need, actor=actor, organisation=need.organisation_id)
    return need


@transaction.atomic
def take_back(need: SkillNeed, *, actor: User, version: int | None = None) -> SkillNeed:
    """To change something before the brigade has read it."""
    need = _mine(need, actor, version)
    _move(need, TRANSITIONS.target("take_back", need.state, label=need.get_state_display()))
    moderation.withdraw(KIND, need, actor=actor)
    record("skill_need.taken_back", need, actor=actor)
    return need


@transaction.atomic
def withdraw_edit(need: SkillNeed, *, actor: User, version: int | None = None) -> SkillNeed:
    """The association takes its waiting words back: the published ones stay."""
    need = _mine(need, actor, version)
    if need.state not in PUBLISHED or not moderation.withdraw(KIND, need, actor=actor):
        raise RuleBroken("Aucun changement n’attend plus la brigade.", code="nothing_waits")
    _bump(need)
    record("skill_need.edit_withdrawn", need, actor=actor)
    return need


@transaction.atomic
def discard(need: SkillNeed, *, actor: User) -> None:
    """A draft that was never public goes."""
    need = _mine(need, actor, None)
    if need.state not in UNSENT or need.opened_at is not None:
        raise RuleBroken("Seul un brouillon jamais publié s’efface.", code="wrong_state")
    record("skill_need.discarded", need, actor=actor, organisation=need.organisation_id)
    need.delete()


@transaction.atomic
def give_up(need: SkillNeed, *, actor: User | None, reason: str, version: int | None = None) -> SkillNeed:
    """Nobody will do it: the association says why, or its date passed long ago."""
    need = _mine(need, actor, version)
    if not clean(reason):
        raise RuleBroken("Dites pourquoi, en une phrase.", code="reason")
    _move(
        need, TRANSITIONS.target("give_up", need.state, label=need.get_state_display()), reason=clean(reason)
    )
    moderation.withdraw(KIND, need, actor=actor)
    record("skill_need.no_taker", need, actor=actor)
    return need


@transaction.atomic
def finish(need: SkillNeed, *, actor: User, version: int | None = None) -> SkillNeed:
    """The association has what it needed, from somebody met elsewhere."""
    need = _mine(need, actor, version)
    if need.state not in (State.OPEN, State.IN_TALK):
        raise RuleBroken(
            f"Cette action n’est plus possible{NBSP}: l’état est maintenant « {need.get_state_display()} ».",
            code="wrong_state",
        )
    _move(need, TRANSITIONS.target("deliver", need.state, label=need.get_state_display()))
    moderation.withdraw(KIND, need, actor=actor)
    record("skill_need.delivered", need, actor=actor, elsewhere=True)
    return need


@transaction.atomic
def reopen(need: SkillNeed, *, actor: User, deadline: datetime.date, version: int | None = None) -> SkillNeed:
    """What met nobody is looked for again, for another date. Its words have been read: they have not changed."""
    need = _mine(need, actor, version)
    if need.state != State.NO_TAKER:
        raise RuleBroken("Ce besoin n’est pas à rouvrir.", code="wrong_state")
    _require_validated(need.organisation)
    _require_owner(need.organisation)
    _check_deadline(deadline)
    need.deadline, need.reminded_on = deadline, None
    _move(need, TRANSITIONS.target("resume", need.state, label=need.get_state_display()))
    record("skill_need.reopened", need, actor=actor)
    return need


# --- the brigade -----------------------------------------------------------------------------------------------


@transaction.atomic
def publish(need: SkillNeed, *, actor: User | None) -> SkillNeed:
    need = _locked(need)
    target = TRANSITIONS.target("publish", need.state, label=need.get_state_display())
    if not need.organisation.is_verified:
        raise RuleBroken(
            f"L’association n’est pas validée{NBSP}: son besoin ne peut pas paraître.", code="organisation"
        )
    need.opened_at = need.opened_at or now()
    _move(need, target)
    record("skill_need.published", need, actor=actor, organisation=need.organisation_id)
    notifications.tell_members(need, "published")
    return need


@transaction.atomic
def ask_correction(need: SkillNeed, *, actor: User | None, reason: str) -> SkillNeed:
    """Back to the association, with what to mend."""
    need = _locked(need)
    _move(
        need, TRANSITIONS.target("ask_correction", need.state, label=need.get_state_display()), reason=reason
    )
    record("skill_need.correction_asked", need, actor=actor, organisation=need.organisation_id)
    notifications.tell_members(need, "to_mend", reason=need.state_reason)
    return need


@transaction.atomic
def refuse(need: SkillNeed, *, actor: User | None, reason: str) -> SkillNeed:
    need = _locked(need)
    _move(need, TRANSITIONS.target("refuse", need.state, label=need.get_state_display()), reason=reason)
    record("skill_need.refused", need, actor=actor, organisation=need.organisation_id)
    notifications.tell_members(need, "refused", reason=need.state_reason)
    return need


@transaction.atomic
def apply_edit(need: SkillNeed, *, actor: User | None, diff: dict[str, Any]) -> SkillNeed:
    """The brigade's yes to the waiting words of a published need."""
    need = _locked(need)
    if need.state not in PUBLISHED:
        raise RuleBroken("Ce besoin n’est plus publié.", code="wrong_state")
    changed = [name for name in SENSITIVE if name in diff]
    for name in changed:
        setattr(need, name, diff[name]["value"])
    _bump(need)
    record("skill_need.changed", need, actor=actor, fields=[SENSITIVE[name] for name in changed])
    notifications.tell_members(need, "edit_accepted")
    return need


@transaction.atomic
def refuse_edit(need: SkillNeed, *, actor: User | None, reason: str) -> SkillNeed:
    """The published words stay; the association is told why."""
    need = _locked(need)
    _bump(need)
    record("skill_need.edit_refused", need, actor=actor, organisation=need.organisation_id)
    notifications.tell_members(need, "edit_refused", reason=clean(reason))
    return need


@transaction.atomic
def send_back(need: SkillNeed, *, actor: User | None, reason: str) -> SkillNeed:
    """A report is heard: the page goes until it is mended and read again."""
    need = _locked(need)
    allow(policies.can_moderate(actor, need))
    refuse_own(actor, need.organisation)
    _require_reason(reason)
    _move(need, TRANSITIONS.target("send_back", need.state, label=need.get_state_display()), reason=reason)
    moderation.withdraw(KIND, need, actor=actor)
    record("skill_need.sent_back", need, actor=actor, organisation=need.organisation_id)
    notifications.tell_members(need, "to_mend", reason=need.state_reason)
    return need


@transaction.atomic
def suspend(need: SkillNeed, *, actor: User | None, reason: str) -> SkillNeed:
    """Staff take one need off the site; lifting brings it back."""
    need = _locked(need)
    allow(policies.can_moderate(actor, need))
    refuse_own(actor, need.organisation)
    _require_reason(reason)
    need.suspended_with_organisation = False
    _move(need, TRANSITIONS.target("suspend", need.state, label=need.get_state_display()), reason=reason)
    record("skill_need.suspended", need, actor=actor, organisation=need.organisation_id)
    notifications.tell_members(need, "suspended", reason=need.state_reason)
    return need


@transaction.atomic
def lift(need: SkillNeed, *, actor: User | None) -> SkillNeed:
    need = _locked(need)
    allow(policies.can_moderate(actor, need))
    refuse_own(actor, need.organisation)
    target = TRANSITIONS.target("lift", need.state, label=need.get_state_display())
    if not need.organisation.is_verified:
        raise RuleBroken(
            f"L’association est {need.organisation.get_state_display()}{NBSP}: le besoin reste suspendu.",
            code="organisation_state",
        )
    need.suspended_with_organisation = False
    _move(need, target)
    record("skill_need.lifted", need, actor=actor, organisation=need.organisation_id)
    notifications.tell_members(need, "lifted")
    return need


# --- what an employer's answer does to it: called by the sponsorship, which has asked who may ------------------


@transaction.atomic
def talk(need: SkillNeed, *, actor: User | None) -> SkillNeed:
    """Somebody could do it and the two sides speak. Others may still be proposed. Twice is once."""
    need = _locked(need)
    return need if need.state == State.IN_TALK else _follow(need, "talk", actor)


@transaction.atomic
def agree(need: SkillNeed, *, actor: User | None) -> SkillNeed:
    """Both sides said yes: nobody else is looked for. Twice is once."""
    need = _locked(need)
    return need if need.state == State.AGREED else _follow(need, "agree", actor)


@transaction.atomic
def deliver(need: SkillNeed, *, actor: User | None) -> SkillNeed:
    """What was asked for has been given back. Twice is once."""
    need = _locked(need)
    return need if need.state == State.DELIVERED else _follow(need, "deliver", actor)


@transaction.atomic
def resume(need: SkillNeed, *, actor: User | None) -> SkillNeed:
    """What was agreed broke, or the talk came to nothing: it is looked for again. Twice is once."""
    need = _locked(need)
    return need if need.state == State.OPEN else _follow(need, "resume", actor)


def _follow(need: SkillNeed, verb: str, actor: User | None) -> SkillNeed:
    _move(need, TRANSITIONS.target(verb, need.state, label=need.get_state_display()))
    said = {"talk": "in_talk", "agree": "agreed", "deliver": "delivered", "resume": "resumed"}
    record(f"skill_need.{said[verb]}", need, actor=actor, organisation=need.organisation_id)
    return need


# --- its association is suspended, lifted, closed --------------------------------------------------------------


@transaction.atomic
def suspend_of_organisation(organisation: Organisation, *, actor: User | None) -> None:
    for need in _locked_of(organisation, State.OPEN, State.IN_TALK):
        need.suspended_with_organisation = True
        _move(need, State.SUSPENDED)
        record("skill_need.suspended", need, actor=actor, organisation=organisation.pk)


@transaction.atomic
def lift_of_organisation(organisation: Organisation, *, actor: User | None) -> None:
    """Those that were suspended with it; the brigade's own stay."""
    for need in _locked_of(organisation, State.SUSPENDED):
        if need.suspended_with_organisation:
            need.suspended_with_organisation = False
            _move(need, State.OPEN)
            record("skill_need.lifted", need, actor=actor, organisation=organisation.pk)


@transaction.atomic
def close_of_organisation(organisation: Organisation, *, actor: User | None) -> None:
    reason = "L’association est fermée."
    for need in _locked_of(organisation, State.PENDING, State.OPEN, State.IN_TALK, State.SUSPENDED):
        moderation.withdraw(KIND, need, actor=actor)
        _move(need, State.DRAFT if need.opened_at is None else State.NO_TAKER, reason=reason)
        record("skill_need.no_taker", need, actor=actor, organisation=organisation.pk)


# --- the clock -------------------------------------------------------------------------------------------------


def past_deadlines() -> dict[str, int]:
    """Each night: tell those whose date has passed, then end those that stayed silent. Safe to run twice.

    After days without the job nobody is ended before being told: the delay counts from what was told.
    """
    waiting = SkillNeed.objects.filter(state__in=[State.OPEN, State.IN_TALK], deadline__lt=today())
    told = [
        _remind(pk) for pk in waiting.filter(reminded_on=None).order_by("pk").values_list("pk", flat=True)
    ]
    silent = waiting.filter(
        state=State.OPEN, reminded_on__lte=today() - datetime.timedelta(days=DAYS_TO_ANSWER)
    )
    ended = [_end(pk) for pk in silent.order_by("pk").values_list("pk", flat=True)]
    return {"told": sum(told), "ended": sum(ended)}


@transaction.atomic
def _remind(pk: int) -> bool:
    need = _locked_by_key(pk)
    if not need.is_late or need.reminded_on is not None:
        return False
    need.reminded_on = today()
    _bump(need)
    record("skill_need.reminded", need)
    notifications.tell_members(need, "deadline_passed")
    return True


@transaction.atomic
def _end(pk: int) -> bool:
    need = _locked_by_key(pk)
    limit = today() - datetime.timedelta(days=DAYS_TO_ANSWER)
    if need.state != State.OPEN or not need.is_late or need.reminded_on is None or need.reminded_on > limit:
        return False
    _move(need, State.NO_TAKER, reason="Sa date est passée sans que personne y réponde.")
    moderation.withdraw(KIND, need)
    record("skill_need.no_taker", need)
    notifications.tell_members(need, "no_taker")
    return True


# --- the law of time -------------------------------------------------------------------------------------------


def old_drafts(moment: datetime.datetime) -> "QuerySet[SkillNeed]":
    """Drafts never published that nobody has touched for a year."""
    before = moment - datetime.timedelta(days=KEPT_DAYS)
    return SkillNeed.objects.filter(state__in=UNSENT, opened_at=None, updated_at__lt=before)


# --- inside ----------------------------------------------------------------------------------------------------


def contact_of(need: SkillNeed) -> Person | None:
    """Whom a company writes to, while they still handle the association."""
    if need.contact is None or not organisation_policies.can_handle_missions(need.contact, need.organisation):
        return None
    return need.contact


def _locked(need: SkillNeed) -> SkillNeed:
    return _locked_by_key(need.pk)


def _locked_by_key(pk: int) -> SkillNeed:
    """The association's row is locked first, as every verb on it does."""
    organisation_id = SkillNeed.objects.values_list("organisation_id", flat=True).get(pk=pk)
    lock(Organisation.objects.all(), pk=organisation_id)
    rows = SkillNeed.objects.select_related(
        "organisation__commune", "commune", "department", "domain", "contact"
    )
    return lock(rows, pk=pk)


def _locked_of(organisation: Organisation, *states: str) -> list[SkillNeed]:
    lock(Organisation.objects.all(), pk=organisation.pk)
    rows = SkillNeed.objects.of_organisation(organisation).filter(state__in=states)
    return list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))


def _mine(need: SkillNeed, actor: User | None, version: int | None) -> SkillNeed:
    need = _locked(need)
    allow(policies.can_handle(actor, need.organisation))
    if version is not None and version != need.version:
        raise Stale(
            "Quelqu’un de votre équipe a changé ce besoin depuis que vous avez ouvert cette page. Ce que vous avez "
            "écrit est resté ici : relisez, puis enregistrez de nouveau.",
            code="stale",
        )
    return need


def _require_owner(organisation: Organisation) -> None:
    if not policies.may_state(organisation):
        raise RuleBroken(NOT_A_COMPANY, code="skill_need_never_of_company")


def _require_validated(organisation: Organisation) -> None:
    if organisation.state != OrganisationState.VALIDATED:
        raise RuleBroken(
            "La brigade doit d’abord valider votre association. Votre besoin reste en brouillon.",
            code="organisation_state",
        )


def _require_complete(data: NeedData) -> None:
    lacks = missing(data)
    if lacks:
        raise RuleBroken(lacks[0].sentence, code=lacks[0].name)


def _require_reason(reason: str) -> None:
    if not clean(reason):
        raise RuleBroken("Dites pourquoi : l’association le lira.", code="reason")


def _check_deadline(deadline: datetime.date) -> None:
    if deadline < today():
        raise RuleBroken(f"Cette date est passée{NBSP}: choisissez-en une à venir.", code="deadline")
    if deadline > today() + datetime.timedelta(days=366 * FURTHEST_YEARS):
        raise RuleBroken(f"Choisissez une date dans les {FURTHEST_YEARS} ans.", code="deadline")


def require_immersion(minutes: int) -> None:
    """How long somebody may come to learn: longer is another format."""
    least, most = IMMERSION_MINUTES
    if not least <= minutes <= most:
        raise RuleBroken(
            "Une immersion dure d’une demi-journée à dix jours : au-delà, choisissez un autre format.",
            code="minutes",
        )


def _check(data: NeedData, organisation: Organisation, *, changed_from: NeedData | None = None) -> None:
    """What is wrong even in a draft. What somebody leaves as it was is not checked again."""
    _require_owner(organisation)
    before = changed_from or NeedData()
    if not clean(data.title):
        raise RuleBroken("Dites votre besoin en une ligne.", code="title")
    if data.project_type and data.project_type not in scoping.types():
        raise RuleBroken("Nous ne connaissons pas ce type de projet.", code="project_type")
    if data.minutes is not None and not LEAST_MINUTES <= data.minutes <= MOST_MINUTES:
        raise RuleBroken(
            f"Le volume va de {in_words(LEAST_MINUTES)} à {in_words(MOST_MINUTES)}.", code="minutes"
        )
    if data.format == Format.FLASH and data.minutes not in (None, FLASH_MINUTES):
        raise RuleBroken(
            f"Une séance flash dure une heure{NBSP}: choisissez un autre format.", code="minutes"
        )
    if data.format == Format.IMMERSION and data.minutes is not None:
        require_immersion(data.minutes)
    if len(data.skills) > MOST_SKILLS:
        raise RuleBroken(
            f"Choisissez {MOST_SKILLS} compétences au plus{NBSP}: celles sans lesquelles rien n’est possible.",
            code="skills",
        )
    if data.deadline is not None and data.deadline != before.deadline:
        _check_deadline(data.deadline)
    if data.contact is not None and data.contact != before.contact:
        handles = Membership.objects.live().filter(organisation=organisation, role__in=policies.HANDLERS)
        if not handles.filter(person=data.contact).exists():
            raise RuleBroken(
                "Le contact doit être une ou un responsable, ou gestionnaire, de votre association.",
                code="contact",
            )


def _write(need: SkillNeed, data: NeedData) -> None:
    for name in PLAIN:
        setattr(need, name, getattr(data, name))
    seat = need.organisation.commune
    if need.commune is None and need.mode != MissionMode.REMOTE:
        need.commune = seat  # as the form says
    need.department = data.commune.department if data.commune else seat.department if seat else None
    with refusals(_TRIGGERS):
        need.save()
    need.skills.set(data.skills)
    need.sdgs.set(data.sdgs)


def _move(need: SkillNeed, state: str, *, reason: str = "") -> None:
    need.state = state
    need.state_changed_at = now()
    need.state_reason = clean(reason)
    _bump(need)


def _bump(need: SkillNeed) -> None:
    need.version += 1
    with refusals(_TRIGGERS):
        need.save()


def _changed(before: NeedData, after: NeedData) -> list[str]:
    def of(data: NeedData, name: str) -> Any:
        value = getattr(data, name)
        if name in ("skills", "sdgs"):
            return sorted(str(row.pk) for row in value)
        return clean(value) if isinstance(value, str) else value

    return [f.name for f in fields(NeedData) if of(before, f.name) != of(after, f.name)]


def _open_item(
    need: SkillNeed,
    actor: User | None,
    *,
    cause: str = ModerationItem.Cause.CREATION,
    diff: dict[str, Any] | None = None,
) -> None:
    moderation.open_item(
        KIND,
        need,
        title=need.title,
        department=need.department,
        domain=need.domain,
        cause=cause,
        diff=diff,
        actor=actor,
    )

"""Every write on common problems: the problem's row is locked first, then the item of moderation or the alliance."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from alliances import services as alliances
from alliances.models import Alliance, Party
from jeveuxagir.accounts import limits
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.accounts.services import touch
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.locks import lock, lock_all
from jeveuxagir.common.text import clean
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.taxonomies.models import Domain, Sdg
from jeveuxagir.territories.models import Commune, Department
from organisations.models import Organisation
from organisations.policies import can_handle_missions

from . import notifications, policies
from .enums import TRANSITIONS, State
from .models import WORLDS_TO_BE_READY, Challenge, Support

KIND, READY = ModerationItem.Kind.CHALLENGE.value, ModerationItem.Kind.READY.value
Cause = ModerationItem.Cause
#: a draft that nobody sends, and what was closed, are erased after this
KEPT_DAYS = 365
MOST_INVITED = 20


@dataclass(frozen=True)
class ChallengeData:
    """What the form holds; a place is a commune, or a whole department."""

    statement: str
    who: str
    evidence: str = ""
    link: str = ""
    commune: Commune | None = None
    department: Department | None = None
    domain: Domain | None = None
    sdgs: Sequence[Sdg] = ()


@dataclass(frozen=True)
class Guest:
    """Somebody to invite who has not supported the problem."""

    name: str
    college: str
    email: str


# --- stating it -----------------------------------------------------------------------------------------------


@transaction.atomic
def state(*, actor: User, organisation: Organisation | None, data: ChallengeData) -> Challenge:
    """A draft, for oneself or for a validated organisation one handles."""
    if organisation is not None:
        _require_speaker(actor, organisation)
    limits.require("challenge_account", actor.pk)
    challenge = Challenge(person=actor.person, organisation=organisation)
    _write(challenge, data)
    record("challenge.stated", challenge, actor=actor, organisation=organisation and organisation.pk)
    touch(actor.person)
    return challenge


@transaction.atomic
def from_idea(*, person: Person | None, statement: str, who: str, commune: Commune) -> Challenge:
    """An idea that the brigade keeps: a draft that its author completes, then sends; nothing shows before."""
    challenge = Challenge(person=person)
    _write(challenge, ChallengeData(statement, who, commune=commune))
    record("challenge.kept_from_idea", challenge)
    return challenge


@transaction.atomic
def edit(challenge: Challenge, *, actor: User, data: ChallengeData) -> Challenge:
    """Only a draft: what others support, or what the brigade reads, does not change under their eyes."""
    challenge = _mine(challenge, actor)
    if challenge.state != State.DRAFT:
        raise RuleBroken("Seul un brouillon se modifie : reprenez-le d’abord.", code="state")
    before = _words(challenge)
    _write(challenge, data)
    if challenge.opened_at is not None and _words(challenge) != before:
        challenge.reworded_at, challenge.ready_at = now(), None
        _save(challenge)
    record("challenge.edited", challenge, actor=actor)
    return challenge


@transaction.atomic
def submit(challenge: Challenge, *, actor: User) -> Challenge:
    """The brigade of the department reads it before anybody else does."""
    challenge = _mine(challenge, actor)
    if challenge.organisation is not None and not challenge.organisation.is_verified:
        raise RuleBroken("Votre organisation doit d’abord être validée par la brigade.", code="not_validated")
    _move(challenge, "submit")
    _save(challenge)
    _open_item(challenge, KIND, Cause.CREATION, actor)
    record("challenge.submitted", challenge, actor=actor)
    return challenge


@transaction.atomic
def take_back(challenge: Challenge, *, actor: User) -> Challenge:
    """To change something before the brigade has read it."""
    challenge = _mine(challenge, actor)
    _move(challenge, "take_back")
    _save(challenge)
    moderation.withdraw(KIND, challenge, actor=actor)
    record("challenge.taken_back", challenge, actor=actor)
    return challenge


@transaction.atomic
def close(challenge: Challenge, *, actor: User, reason: str) -> Challenge:
    """Solved, or given up: who stated it says why, and those who supported it read it."""
    challenge = _mine(challenge, actor)
    was_public = challenge.is_public
    _close(challenge, "close", reason)
    moderation.withdraw(KIND, challenge, actor=actor)
    moderation.withdraw(READY, challenge, actor=actor)
    record("challenge.closed", challenge, actor=actor)
    if was_public:
        notifications.tell(challenge, "closed", supporters=True, besides=actor.person_id)
    return challenge


# --- the brigade ----------------------------------------------------------------------------------------------


@transaction.atomic
def publish(challenge: Challenge, *, actor: User | None) -> Challenge:
    """Open to all. The organisation that states it is its first support.

    Opened again in other words, those who supported the former ones are asked to confirm; in the same words, a problem
    that was ready is still to be followed up.
    """
    challenge = _locked(challenge)
    _move(challenge, "open")
    opened_before, reworded_at = challenge.opened_at, challenge.reworded_at
    challenge.opened_at, challenge.reason = challenge.state_changed_at, ""
    _save(challenge)
    if challenge.organisation is not None and challenge.organisation.is_verified:
        Support.objects.update_or_create(
            challenge=challenge,
            organisation=challenge.organisation,
            defaults={"agreed_at": now()},
            create_defaults={"college": Party.college_for(challenge.organisation)},
        )
    record("challenge.opened", challenge, actor=actor)
    once = str(challenge.opened_at)
    notifications.tell(challenge, "opened", once=once)
    if opened_before is not None and reworded_at is not None and reworded_at > opened_before:
        notifications.tell(challenge, "reworded", supporters=True, once=once, besides=challenge.person_id)
    if challenge.ready_at is not None and not _was_followed_up(challenge):
        _open_item(challenge, READY, Cause.READY, None)
    _ripen(challenge, actor)
    return challenge


@transaction.atomic
def send_back(challenge: Challenge, *, actor: User | None, reason: str) -> Challenge:
    """To mend, before it opens or after a report: nobody else reads it meanwhile. Its supports stay, to be confirmed
    if its words change."""
    challenge = _locked(challenge)
    _move(challenge, "send_back")
    challenge.reason = clean(reason)
    _save(challenge)
    moderation.withdraw(READY, challenge, actor=actor)
    record("challenge.sent_back", challenge, actor=actor)
    notifications.tell(challenge, "to_mend", once=str(challenge.state_changed_at))
    return challenge


@transaction.atomic
def refuse(challenge: Challenge, *, actor: User | None, reason: str) -> Challenge:
    challenge = _locked(challenge)
    _close(challenge, "refuse", reason)
    record("challenge.refused", challenge, actor=actor)
    notifications.tell(challenge, "refused")
    return challenge


@transaction.atomic
def suspend(challenge: Challenge, *, actor: User | None, reason: str) -> Challenge:
    """A report is upheld: the page goes."""
    challenge = _locked(challenge)
    _close(challenge, "close", reason)
    moderation.withdraw(READY, challenge, actor=actor)
    record("challenge.suspended", challenge, actor=actor)
    notifications.tell(challenge, "refused")
    return challenge


# --- « nous aussi » -------------------------------------------------------------------------------------------


@transaction.atomic
def support(
    challenge: Challenge,
    *,
    actor: User,
    organisation: Organisation | None,
    means: str = "",
    may_invite: bool = False,
) -> Support:
    """An organisation, or the person themself. The third world of organisations makes the problem ready, once."""
    challenge = _locked(challenge)
    if not challenge.is_open:
        raise RuleBroken("Ce problème n’attend plus de soutien.", code="state")
    if organisation is not None:
        _require_speaker(actor, organisation)
    limits.require("support_account", actor.pk)
    with refusals():
        made = Support.objects.create(
            challenge=challenge,
            organisation=organisation,
            person=None if organisation else actor.person,
            college=Party.college_for(organisation),
            means=means,
            may_invite=may_invite,
            by=actor,
        )
    record("challenge.supported", challenge, actor=actor, support=made.pk, college=str(made.college))
    touch(actor.person)
    _ripen(challenge, actor)
    return made


@transaction.atomic
def renew_support(made: Support, *, actor: User, means: str, may_invite: bool) -> Support:
    """One says what one brings in other words, or confirms a support after the problem was reworded."""
    challenge = _locked(made.challenge)
    if not policies.owns(actor, made):
        raise NotAllowed
    if not challenge.is_open:
        raise RuleBroken("Ce problème n’attend plus de soutien.", code="state")
    found = lock(Support.objects.select_related("organisation"), pk=made.pk)
    found.means, found.may_invite, found.by, found.agreed_at = means, may_invite, actor, now()
    with refusals():
        found.save(update_fields=["means", "may_invite", "by", "agreed_at"])
    record("challenge.support_renewed", challenge, actor=actor, support=made.pk)
    touch(actor.person)
    _ripen(challenge, actor)
    return found


@transaction.atomic
def remove_words(made: Support, *, actor: User) -> None:
    """The brigade takes away what somebody wrote beside their support; the support itself stays, and they are told."""
    challenge = _locked(made.challenge)
    if not policies.is_staff_for(actor, challenge):
        raise NotAllowed
    found = lock(Support.objects.select_related("by__person"), pk=made.pk)
    if not found.means:
        raise RuleBroken("Ces mots sont déjà retirés.", code="gone")
    found.means = ""
    found.save(update_fields=["means"])
    record("challenge.words_removed", challenge, actor=actor, support=made.pk)
    notifications.tell_of_words(found)


@transaction.atomic
def withdraw_support(made: Support, *, actor: User) -> None:
    """One thinks better of it. What was ready stays ready: the brigade and the others were told."""
    challenge = _locked(made.challenge)
    if not policies.owns(actor, made):
        raise NotAllowed
    found = Support.objects.filter(pk=made.pk)
    if not found.exists():
        raise RuleBroken("Ce soutien est déjà retiré.", code="gone")
    found.delete()
    record("challenge.support_withdrawn", challenge, actor=actor, support=made.pk)


# --- the alliance ---------------------------------------------------------------------------------------------


@transaction.atomic
def start_alliance(
    challenge: Challenge,
    *,
    actor: User,
    organisation: Organisation | None,
    name: str,
    purpose: str,
    supports: Sequence[Support] = (),
    guests: Sequence[Guest] = (),
    by_brigade: bool = False,
    message: str = "",
) -> Alliance:
    """Anybody starts it once it is ready; the brigade may without being a party. All or nothing, once.

    Only the supports and guests that were chosen are invited, each by a mail that is answered without an account.
    """
    challenge = _locked(challenge)
    if challenge.ready_at is None:
        raise RuleBroken(
            f"Il faut d’abord le soutien de {WORLDS_TO_BE_READY} mondes d’organisations.", code="not_ready"
        )
    TRANSITIONS.target("ally", challenge.state, label=challenge.get_state_display())
    if len(supports) + len(guests) > MOST_INVITED:
        raise RuleBroken(f"Invitez {MOST_INVITED} personnes au plus pour commencer.", code="too_many")
    alliance = alliances.start(
        actor=actor,
        organisation=organisation,
        data=alliances.AllianceData(
            name=name,
            purpose=purpose,
            places=[challenge.place],
            domain=challenge.domain,
            sdgs=list(challenge.sdgs.all()),
        ),
        department=challenge.department if by_brigade else None,
    )
    challenge.alliance = alliance
    _move(challenge, "ally")
    _save(challenge)
    moderation.withdraw(READY, challenge, actor=actor)
    record("challenge.allied", challenge, actor=actor, alliance=alliance.pk)
    asked: set[str] = set()  # one address is asked once, for its organisation before the person
    for made in sorted(supports, key=lambda made: (made.organisation_id is None, made.pk)):
        address = made.address.strip().lower()
        if made.challenge_id == challenge.pk and address and address not in asked:
            asked.add(address)
            alliances.invite(
                alliance,
                actor=actor,
                name=made.name,
                college=made.college,
                email=made.address,
                organisation=made.organisation,
                message=message,
            )
    for guest in guests:
        alliances.invite(alliance, actor=actor, name=guest.name, college=guest.college, email=guest.email)
    notifications.tell(challenge, "allied", supporters=True, besides=actor.person_id)
    return alliance


# --- the law of time ------------------------------------------------------------------------------------------


def old(moment: datetime.datetime) -> Any:
    """Drafts that nobody sent, and what was closed so long ago that nobody needs it."""
    before = moment - datetime.timedelta(days=KEPT_DAYS)
    return Challenge.objects.filter(state__in=[State.DRAFT, State.CLOSED], state_changed_at__lt=before)


def erase_rows(rows: Any) -> int:
    """With the words that the queue kept of them."""
    keys = list(rows.values_list("pk", flat=True))
    items = ModerationItem.objects.filter(kind__in=[KIND, READY], subject_id__in=keys)
    items.update(title="Problème commun effacé")
    return Challenge.objects.filter(pk__in=keys).delete()[0]


@transaction.atomic
def forget_person(person: Person) -> None:
    """What is public, or an organisation's, stays without its author; the rest goes."""
    mine = Challenge.objects.filter(person=person)
    for challenge in lock_all(mine.filter(state=State.PENDING, organisation=None)):
        moderation.withdraw(KIND, challenge)
    private = mine.filter(organisation=None, state__in=[State.DRAFT, State.PENDING, State.CLOSED])
    erase_rows(private)
    mine.update(person=None)


# --- inside ---------------------------------------------------------------------------------------------------


def _locked(challenge: Challenge) -> Challenge:
    rows = Challenge.objects.select_related("commune__department", "department", "domain", "organisation")
    return lock(rows.select_related("person"), pk=challenge.pk)


def _mine(challenge: Challenge, actor: User) -> Challenge:
    challenge = _locked(challenge)
    if not policies.looks_after(actor, challenge):
        raise NotAllowed
    return challenge


def _require_speaker(actor: User, organisation: Organisation) -> None:
    if not can_handle_missions(actor, organisation):
        raise NotAllowed
    if not organisation.is_verified:
        raise RuleBroken("Votre organisation doit d’abord être validée par la brigade.", code="not_validated")


def _write(challenge: Challenge, data: ChallengeData) -> None:
    department = data.commune.department if data.commune else data.department
    if department is None:
        raise RuleBroken("Dites où : une commune, ou un département.", code="place")
    for name in ("statement", "who", "evidence", "link", "commune", "domain"):
        setattr(challenge, name, getattr(data, name))
    challenge.department = department
    _save(challenge)
    challenge.sdgs.set(data.sdgs)


def _words(challenge: Challenge) -> tuple[Any, ...]:
    """What one agrees to."""
    names = ("statement", "who", "evidence", "link", "commune_id", "department_id")
    return tuple(getattr(challenge, name) for name in names)


def _was_followed_up(challenge: Challenge) -> bool:
    decided = ModerationItem.objects.filter(kind=READY, subject_id=challenge.pk)
    return decided.filter(decision=ModerationItem.Decision.ACCEPT).exists()


def _save(challenge: Challenge) -> None:
    with refusals():
        challenge.save()


def _move(challenge: Challenge, verb: str) -> None:
    challenge.state = TRANSITIONS.target(verb, challenge.state, label=challenge.get_state_display())
    challenge.state_changed_at = now()


def _close(challenge: Challenge, verb: str, reason: str) -> None:
    if not clean(reason):
        raise RuleBroken("Dites pourquoi : ceux qui le soutiennent le liront.", code="reason")
    _move(challenge, verb)
    challenge.reason = clean(reason)
    _save(challenge)


def _open_item(challenge: Challenge, kind: str, cause: str, actor: User | None) -> None:
    moderation.open_item(
        kind,
        challenge,
        title=challenge.statement,
        department=challenge.department,
        domain=challenge.domain,
        cause=cause,
        actor=actor,
    )


def _ripen(challenge: Challenge, actor: User | None) -> None:
    """Ready once three worlds of organisations are there: set once, under the lock of the problem."""
    if challenge.ready_at is not None or len(challenge.worlds()) < WORLDS_TO_BE_READY:
        return
    challenge.ready_at = now()
    _save(challenge)
    record("challenge.ready", challenge, worlds=sorted(challenge.worlds()))
    _open_item(challenge, READY, Cause.READY, None)
    notifications.tell(challenge, "ready", supporters=True)

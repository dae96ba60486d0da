"""Every write on ideas. The idea is locked before its item of moderation."""

import datetime
from typing import Any

from django.db import transaction

from alliances.challenges import services as challenges
from alliances.examples import writing as examples
from alliances.examples.models import Example
from jeveuxagir.accounts.models import Person, UnconfirmedContact, User
from jeveuxagir.accounts.services import touch
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.locks import lock, lock_all
from jeveuxagir.common.text import first_words
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.territories.models import Commune
from organisations import services as organisations

from . import notifications, policies
from .enums import TRANSITIONS, State
from .models import Idea

KIND = ModerationItem.Kind.IDEA.value
CAUSE = ModerationItem.Cause.IDEA.value
#: An idea that came to nothing is erased so long after its answer.
KEPT_DAYS = 365


@transaction.atomic
def file(*, what: str, why: str, commune: Commune, person: Person, actor: User) -> Idea:
    """Somebody signed in brings an idea: it is in the brigade's queue at once."""
    if person.pk != actor.person_id:
        raise NotAllowed
    idea = Idea.objects.create(person=person, what=what, why=why, commune=commune, received_at=now())
    record("idea.filed", idea, actor=actor, person=person.pk)
    touch(person)
    _receive(idea, actor)
    return idea


@transaction.atomic
def file_unconfirmed(
    contact: UnconfirmedContact, *, what: str, why: str, commune: Commune, token: str
) -> Idea:
    """Keep a stranger's idea until the address is confirmed: the brigade does not see it yet."""
    idea = Idea.objects.create(contact=contact, what=what, why=why, commune=commune, state=State.TO_CONFIRM)
    record("idea.filed", idea)
    notifications.ask_to_confirm(contact, token)
    return idea


@transaction.atomic
def confirm_contact(contact: UnconfirmedContact, user: User) -> list[Idea]:
    """The address is confirmed: what it brought is received."""
    confirmed = lock_all(
        Idea.objects.filter(contact=contact, state=State.TO_CONFIRM).select_related("commune")
    )
    for idea in confirmed:
        idea.person, idea.contact = user.person, None
        _move(idea, "confirm")
        idea.received_at = idea.state_changed_at
        idea.save()
        record("idea.confirmed", idea, actor=user, person=user.person_id)
        _receive(idea, user)
    return confirmed


@transaction.atomic
def withdraw(idea: Idea, *, actor: User) -> Idea:
    """The author thinks better of it; nothing waits any more."""
    idea = _locked(idea)
    if not policies.is_author(actor, idea):
        raise NotAllowed
    _move(idea, "withdraw")
    idea.save()
    moderation.withdraw(KIND, idea, actor=actor)
    record("idea.withdrawn", idea, actor=actor)
    return idea


@transaction.atomic
def keep(idea: Idea, *, actor: User | None, answer: str = "") -> Idea:
    """Kept as a common problem: a draft that its author reads again, then sends. Called by the decision."""
    idea = _answered(idea, "keep", answer)
    idea.challenge = challenges.from_idea(
        person=idea.person, statement=idea.what, who=idea.why, commune=idea.commune
    )
    idea.save(update_fields=["challenge"])
    record("idea.kept", idea, actor=actor, challenge=idea.challenge.pk)
    notifications.tell(idea, "kept")
    return idea


@transaction.atomic
def close(idea: Idea, *, actor: User | None, answer: str) -> Idea:
    """Nothing follows, and the author reads why. Called by the decision."""
    idea = _answered(idea, "close", answer)
    record("idea.closed", idea, actor=actor)
    notifications.tell(idea, "closed")
    return idea


@transaction.atomic
def make_organisation(
    item: ModerationItem, *, actor: User, version: int, kind: str, name: str, answer: str = ""
) -> Idea:
    """A draft organisation for the author to complete, and the decision that says so, all or nothing."""
    idea = _locked(Idea.objects.get(pk=item.subject_id))
    author = _author(idea)
    if author is None:
        raise RuleBroken("Cette personne n’a plus de compte : elle ne peut pas tenir une organisation.")
    data = organisations.OrganisationData(
        kind=kind, name=name or idea.what, description=f"{idea.what}\n\n{idea.why}", commune=idea.commune
    )
    idea.organisation = organisations.create_draft(actor=author, data=data)
    idea.save(update_fields=["organisation"])
    moderation.decide(
        item, actor=actor, decision=ModerationItem.Decision.ACCEPT, reason=answer, version=version
    )
    return Idea.objects.get(pk=idea.pk)


@transaction.atomic
def make_example(item: ModerationItem, *, actor: User, version: int, answer: str = "") -> Idea:
    """It was done already: a draft example for the author to complete, and the decision that says so (K102)."""
    idea = _locked(Idea.objects.get(pk=item.subject_id))
    author = _author(idea)
    if author is None:
        raise RuleBroken("Cette personne n’a plus de compte : elle ne peut pas raconter un exemple.")
    if idea.is_waiting:
        if idea.example_id is None:
            idea.example = _draft_of(idea, author)
        idea.answer = answer
        _move(idea, "make_example")
        idea.save()
    moderation.decide(
        item, actor=actor, decision=ModerationItem.Decision.ACCEPT, reason=answer, version=version
    )
    return Idea.objects.get(pk=idea.pk)


@transaction.atomic
def begin_example(idea: Idea, *, actor: User) -> Example:
    """« C’est fait »: its author tells of it; whether the brigade still answers the idea does not change."""
    idea = _locked(idea)
    if not policies.is_author(actor, idea):
        raise NotAllowed
    if idea.example is not None:
        return idea.example
    if not idea.may_be_told:
        raise RuleBroken(
            "Cette idée est retirée : déposez-la de nouveau, ou écrivez un exemple.", code="state"
        )
    idea.example = _draft_of(idea, actor)
    idea.save(update_fields=["example"])
    record("idea.told", idea, actor=actor, example=idea.example.pk)
    return idea.example


def _draft_of(idea: Idea, author: User) -> Example:
    values = {
        "title": first_words(idea.what, 139),
        "summary": first_words(idea.why, 480),
        "context": idea.why,
        "commune": idea.commune,
    }
    return examples.begin(actor=author, organisation=None, values=values)


@transaction.atomic
def accepted(idea: Idea, *, actor: User | None, answer: str = "") -> Idea:
    """What accepting means: the example or the organisation that was drafted with it, else a common problem."""
    if idea.state == State.EXAMPLE:
        record("idea.became_example", idea, actor=actor, example=idea.example_id)
        notifications.tell(idea, "example")
        return idea
    if idea.organisation_id is None:
        return keep(idea, actor=actor, answer=answer)
    idea = _answered(idea, "make_organisation", answer)
    record("idea.became_organisation", idea, actor=actor, organisation=idea.organisation_id)
    notifications.tell(idea, "organisation")
    return idea


def old(moment: datetime.datetime) -> Any:
    """Closed or withdrawn so long ago that nobody needs them."""
    before = moment - datetime.timedelta(days=KEPT_DAYS)
    return Idea.objects.filter(state__in=[State.CLOSED, State.WITHDRAWN], state_changed_at__lt=before)


@transaction.atomic
def forget_person(person: Person) -> None:
    """A common problem stays, without its author; every other idea goes, and nothing waits for it."""
    for idea in lock_all(Idea.objects.filter(person=person, state=State.RECEIVED)):
        moderation.withdraw(KIND, idea)
    erase_rows(Idea.objects.filter(person=person).exclude(state=State.PROBLEM))
    Idea.objects.filter(person=person).update(person=None)


def erase_rows(ideas: Any) -> int:
    """With the words that the queue kept of them."""
    keys = list(ideas.values_list("pk", flat=True))
    ModerationItem.objects.filter(kind=KIND, subject_id__in=keys).update(title="Idée effacée")
    return Idea.objects.filter(pk__in=keys).delete()[0]


# --- inside ---------------------------------------------------------------------------------------------------


def _receive(idea: Idea, actor: User) -> None:
    department = idea.commune.department
    moderation.open_item(KIND, idea, title=idea.what, department=department, cause=CAUSE, actor=actor)
    notifications.tell(idea, "received")


def _locked(idea: Idea) -> Idea:
    return lock(Idea.objects.select_related("commune", "example"), pk=idea.pk)


def _author(idea: Idea) -> User | None:
    """Their account, while they have one."""
    return User.objects.select_related("person").filter(person__isnull=False, person=idea.person_id).first()


def _answered(idea: Idea, verb: str, answer: str) -> Idea:
    idea = _locked(idea)
    _move(idea, verb)
    idea.answer = answer
    idea.save()
    return idea


def _move(idea: Idea, verb: str) -> None:
    idea.state = TRANSITIONS.target(verb, idea.state, label=idea.get_state_display())
    idea.state_changed_at = now()

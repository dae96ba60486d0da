"""Every write on the glossary: the term's row is locked first, then the contest, then the item of moderation."""

import datetime
from typing import Any

from django.db import transaction

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

from . import notifications, policies
from .enums import TRANSITIONS, State
from .models import Contest, Revision, Term

KIND = ModerationItem.Kind.TERM.value
#: a contest that changed nothing is erased so long after its answer
KEPT_DAYS = 365
ERASED = "Contestation effacée"


@transaction.atomic
def contest(term: Term, *, actor: User, why: str, proposed: str, source: str = "") -> Contest:
    """The national team reads it; the definition stays as it is meanwhile."""
    limits.require("contest_account", actor.pk)
    term = lock(Term.objects.public(), pk=term.pk)
    if clean(proposed) == term.definition:
        raise RuleBroken("C’est la définition actuelle : changez ce qui ne va pas.", code="same")
    with refusals():
        made = Contest.objects.create(
            term=term, number=term.number, person=actor.person, why=why, proposed=proposed, source=source
        )
    record("term.contested", made, actor=actor, term=term.pk)
    moderation.open_item(KIND, made, title=f"Terme contesté : {term.name}", actor=actor)
    touch(actor.person)
    return made


@transaction.atomic
def withdraw(made: Contest, *, actor: User) -> Contest:
    made = _locked(made)
    if not policies.is_author(actor, made):
        raise NotAllowed
    _move(made, "withdraw")
    made.save()
    moderation.withdraw(KIND, made, actor=actor)
    record("term.contest_withdrawn", made, actor=actor, term=made.term_id)
    return made


@transaction.atomic
def reword(item: ModerationItem, *, actor: User, version: int, wording: str) -> Contest:
    """Whoever may decide puts it better before it is published; the author’s own words stay on the contest."""
    made = _locked(Contest.objects.get(pk=item.subject_id))
    wording = clean(wording)
    if not made.is_pending:
        raise RuleBroken("Cette contestation a déjà sa réponse.", code="state")
    if not wording or wording == made.term.definition:
        raise RuleBroken("C’est la définition actuelle : changez-la, ou refusez avec la raison.", code="same")
    made.reworded = "" if wording == made.proposed else wording
    with refusals():
        made.save(update_fields=["reworded"])
    moderation.prepare(item, actor=actor, version=version)
    record("term.contest_reworded", made, actor=actor, term=made.term_id)
    return made


@transaction.atomic
def accept(made: Contest, *, actor: User | None, answer: str = "") -> Term:
    """Its wording, as proposed or put better, becomes the definition: a new revision, the former one stays readable.

    Called by the decision.
    """
    made = _locked(made)
    _move(made, "accept")
    term = made.term
    term.number += 1
    term.definition = made.wording
    term.sources = "\n".join(dict.fromkeys([*term.source_lines, *filter(None, [made.source])]))
    term.revised_at = made.state_changed_at
    with refusals():
        term.save(update_fields=["number", "definition", "sources", "revised_at"])
        made.revision = Revision.objects.create(
            term=term,
            number=term.number,
            definition=term.definition,
            sources=term.sources,
            why=made.why,
            created_at=made.state_changed_at,
        )
        made.answer = answer
        made.save()
    record("term.revised", term, actor=actor, number=term.number, contest=made.pk)
    notifications.tell(made, "revised")
    return term


@transaction.atomic
def refuse(made: Contest, *, actor: User | None, answer: str) -> Contest:
    """The definition stays, and the author reads why. Called by the decision."""
    made = _locked(made)
    _move(made, "refuse")
    made.answer = answer
    with refusals():
        made.save()
    record("term.contest_refused", made, actor=actor, term=made.term_id)
    notifications.tell(made, "refused")
    return made


# --- the law of time ------------------------------------------------------------------------------------------


def old(moment: datetime.datetime) -> Any:
    """Refused or withdrawn so long ago that nobody needs them."""
    before = moment - datetime.timedelta(days=KEPT_DAYS)
    return Contest.objects.filter(state__in=[State.REFUSED, State.WITHDRAWN], state_changed_at__lt=before)


def erase_rows(rows: Any) -> int:
    """With the words that the queue kept of them."""
    keys = list(rows.values_list("pk", flat=True))
    ModerationItem.objects.filter(kind=KIND, subject_id__in=keys).update(title=ERASED)
    return Contest.objects.filter(pk__in=keys).delete()[0]


@transaction.atomic
def forget_person(person: Person) -> None:
    """What became a revision stays, without its author; the rest goes, and nothing waits for it."""
    mine = Contest.objects.filter(person=person)
    for made in lock_all(mine.filter(state=State.PENDING)):
        moderation.withdraw(KIND, made)
    erase_rows(mine.exclude(state=State.ACCEPTED))
    mine.update(person=None)


# --- inside ---------------------------------------------------------------------------------------------------


def _locked(made: Contest) -> Contest:
    """The contest and its term, the term first."""
    term = lock(Term.objects.all(), pk=made.term_id)
    made = lock(Contest.objects.select_related("person"), pk=made.pk)
    made.term = term
    return made


def _move(made: Contest, verb: str) -> None:
    made.state = TRANSITIONS.target(verb, made.state, label=made.get_state_display())
    made.state_changed_at = now()

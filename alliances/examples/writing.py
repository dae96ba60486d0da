"""Writing an example: the shelf's own `begin`, the consent of the parties it tells of, and the yearly question.

All else is in `library.editing`. The example's row is locked first, then its consents.
"""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core import signing
from django.db import transaction
from django.db.models.functions import Coalesce

from alliances.library import editing
from alliances.library import policies as library_policies
from alliances.library.enums import PUBLIC, TRANSITIONS, State
from alliances.library.models import Revision
from alliances.models import Alliance, Party
from jeveuxagir.accounts import limits
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.accounts.services import touch
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import NotAllowed, RuleBroken, allow
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import clean
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.links import absolute
from organisations.models import Organisation

from . import notifications, policies
from .models import Consent, Example

RELATIONS = ("domains", "sdgs")
#: « toujours vrai ? » is asked after this, and the sheet says « à confirmer » this long after the question
ASKED_AFTER = datetime.timedelta(days=365)
ANSWER_WITHIN = datetime.timedelta(days=30)
BATCH = 200
SALT = "examples.still_true"


@transaction.atomic
def begin(
    *,
    actor: User,
    organisation: Organisation | None,
    values: Mapping[str, Any],
    alliance: Alliance | None = None,
) -> Example:
    """A draft, for oneself or for a validated organisation one handles. `values` may hold relations."""
    editing.require_speaker(actor, organisation)
    limits.require("sheet_account", actor.pk)
    example = Example(person=actor.person, organisation=organisation, alliance=alliance)
    for name, value in values.items():
        if name not in RELATIONS:
            setattr(example, name, value)
    example.department = _brigade_of(example, actor)
    with refusals():
        example.save(force_insert=True)
    _relate(example, values)
    record("example.written", example, actor=actor, alliance=alliance.pk if alliance else None)
    touch(actor.person)
    return example


@transaction.atomic
def edit(example: Example, *, actor: User, values: Mapping[str, Any], version: int | None = None) -> Example:
    """What a form gives. The words of a draft that change ask the other parties again: they agreed to other words."""
    words = {name: value for name, value in values.items() if name in example.WORDED}
    relations: dict[str, Iterable[Any]] = {name: values[name] for name in RELATIONS if name in values}
    others = {name: value for name, value in values.items() if name not in words and name not in relations}
    changed = not example.is_out and bool(editing.diff_of(example, words))
    changed = changed or any(getattr(example, name) != value for name, value in others.items())
    example = editing.edit(
        example, actor=actor, values=words, others=others, relations=relations, version=version
    )
    if changed and example.state == State.DRAFT:
        for consent in _locked(example).select_related("party__organisation", "party__person"):
            if consent.is_agreed and not policies.speaks_for(actor, consent):
                consent.agreed_at, consent.asked_at = None, now()
                consent.save(update_fields=["agreed_at", "asked_at"])
    if example.department is None and (department := _brigade_of(example, actor)) is not None:
        example.department = department
        example.save(update_fields=["department"])
    return example


# --- the parties agree ------------------------------------------------------------------------------------------


@transaction.atomic
def ask_parties(example: Example, *, actor: User) -> list[Consent]:
    """Each live party of the alliance is asked, but those who said yes; the writer's own agrees by asking."""
    example = editing.locked(example)
    allow(_looks_after(actor, example))
    if example.alliance is None:
        raise RuleBroken("Cet exemple ne raconte pas une alliance.", code="alliance")
    if example.state != State.DRAFT:
        raise RuleBroken("Reprenez d’abord cet exemple en brouillon.", code="state")
    live = Party.objects.live().filter(alliance=example.alliance).select_related("organisation", "person")
    known = {consent.party_id: consent for consent in _locked(example)}
    # a party that left before it was public has no more to say
    gone = [consent.pk for key, consent in known.items() if key not in {party.pk for party in live}]
    Consent.objects.filter(pk__in=gone, agreed_at__isnull=True).delete()
    asked: list[Consent] = []
    for party in live:
        consent = known.get(party.pk) or Consent(example=example, party=party)
        consent.party, consent.name = party, party.name
        if consent.is_agreed:
            continue
        consent.asked_at, consent.refused_at, consent.reason = now(), None, ""
        if policies.speaks_for(actor, consent):
            consent.agreed_at, consent.by = now(), actor
        consent.save()
        if not consent.is_agreed:
            asked.append(consent)
    example.version += 1
    example.save(update_fields=["version"])
    record("example.consent_asked", example, actor=actor, parties=len(asked))
    notifications.ask_consent(example, asked, besides=actor.person_id)
    return asked


@transaction.atomic
def answer(consent: Consent, *, actor: User, agreed: bool, reason: str = "") -> Example:
    """A party says yes, or no: then the example is not public, at once, and its history stays."""
    example = editing.locked(consent.example)
    consent = lock(Consent.objects.select_related("party__organisation", "party__person"), pk=consent.pk)
    allow(policies.speaks_for(actor, consent))
    if agreed:
        if consent.is_agreed:
            return example
        if example.state not in (State.DRAFT, State.REVIEW):
            raise RuleBroken("Cet exemple est retiré : son auteur doit d’abord le reprendre.", code="state")
        consent.agreed_at, consent.refused_at, consent.reason = now(), None, ""
    else:
        _unpublish(example, actor, f"{consent.name} n’est pas d’accord, ou ne l’est plus.")
        consent.agreed_at, consent.refused_at, consent.reason = None, now(), clean(reason)
    consent.by = actor
    with refusals():
        consent.save()
    record("example.consent_given" if agreed else "example.consent_withdrawn", example, actor=actor)
    touch(actor.person)
    if not agreed:
        notifications.tell_author(
            example,
            "consent_withdrawn",
            once=f"{consent.pk}:{example.version}",
            party=consent.name,
            reason=consent.reason,
        )
    elif example.state == State.DRAFT and not example.consents.filter(agreed_at=None).exists():
        notifications.tell_author(example, "all_agreed", once=str(example.version))
    return example


def _unpublish(example: Example, actor: User, reason: str) -> None:
    """From the public or from the queue back to its author's draft."""
    if example.state not in (State.REVIEW, *PUBLIC):
        return
    example.state = TRANSITIONS.target("send_back", example.state, label=example.get_state_display())
    example.state_changed_at, example.updated_at, example.reason = now(), now(), reason
    example.version += 1
    example.save()
    moderation.withdraw(example.KIND, example, actor=actor)
    record("example.unpublished", example, actor=actor)


ANONYMOUS = "une personne"


@transaction.atomic
def forget_party(person: Person) -> None:
    """A citizen who was a party erases their account: what tells of the alliance stays, without their name."""
    mine = Consent.objects.filter(party__person=person).order_by("example_id", "pk")
    for consent in mine.select_related("party"):
        pattern = _naming({consent.name, person.full_name})
        example = lock(Example.objects.all(), pk=consent.example_id)
        for name, value in _nameless(example.worded(), pattern).items():
            setattr(example, name, value)
        example.save(update_fields=list(Example.WORDED))
        record("example.party_erased", example)
        for kept in Revision.objects.of_sheet(example):
            kept.values = _nameless(kept.values, pattern)
            kept.save(update_fields=["values"])
        items = ModerationItem.objects.filter(subject_type=example._meta.label, subject_id=example.pk)
        for item in items.exclude(diff={}):
            item.diff = {name: _nameless(change, pattern) for name, change in item.diff.items()}
            item.save(update_fields=["diff"])
    mine.update(name=ANONYMOUS, reason="")


def _naming(names: set[str]) -> re.Pattern[str]:
    """What finds a full name anywhere; a first name alone (« Rose ») only where a line begins with it."""
    said = sorted(filter(None, names), key=len, reverse=True)
    starts = (rf"(?<!\w){re.escape(name)}" if " " in name else rf"^{re.escape(name)}" for name in said)
    return re.compile(rf"(?:{'|'.join(starts)})(?!\w)", re.MULTILINE)


def _nameless(values: Mapping[str, Any], pattern: re.Pattern[str]) -> dict[str, Any]:
    def said(value: Any) -> Any:
        if isinstance(value, list):
            return [said(one) for one in value]
        return pattern.sub(ANONYMOUS, value) if isinstance(value, str) else value

    return {key: said(value) for key, value in values.items()}


# --- still true? ------------------------------------------------------------------------------------------------


def token_of(example: Example) -> str:
    """The link of this year's question."""
    return signing.dumps([example.pk, _turn(example)], salt=SALT, compress=True)


def of_token(token: str) -> tuple[int, str] | None:
    """(key, turn) of a link; None when it is none of ours."""
    try:
        key, turn = signing.loads(token, salt=SALT)
        return int(key), str(turn)
    except (signing.BadSignature, ValueError, TypeError):
        return None


def _turn(example: Example) -> str:
    return example.asked_at.isoformat() if example.asked_at else ""


def asks(example: Example, turn: str) -> bool:
    """Whether this link still asks something: one answer to each question."""
    return example.is_public and bool(turn) and turn == _turn(example)


@transaction.atomic
def confirm(example: Example, *, actor: User | None, turn: str | None = None) -> Example:
    """« Toujours vrai »: by its author, or by whoever holds the link that was mailed to them (`turn`)."""
    example = editing.locked(example)
    if turn is None:
        allow(actor is not None and _looks_after(actor, example))
    elif not asks(example, turn):
        raise NotAllowed("Ce lien a déjà servi, ou l’exemple n’est plus public.")
    if not example.is_out:
        raise RuleBroken("Cet exemple n’est plus public.", code="state")
    example.state = TRANSITIONS.target("confirm", example.state, label=example.get_state_display())
    example.confirmed_at = example.state_changed_at = now()
    example.asked_at = None
    example.version += 1
    example.save()
    record("example.confirmed", example, actor=actor)
    return example


def ask_again(batch: int = BATCH) -> tuple[int, int]:
    """Ask « toujours vrai ? » of those of a year, and mark those that nobody confirmed. Returns (asked, marked)."""
    moment = now()
    true_since = Coalesce("confirmed_at", "published_at")
    yearly = Example.objects.filter(state=State.PUBLISHED).annotate(true_since=true_since)
    due = yearly.filter(asked_at=None, true_since__lt=moment - ASKED_AFTER).order_by("pk")[:batch]
    late = yearly.filter(asked_at__lt=moment - ANSWER_WITHIN).order_by("pk")[:batch]
    asked = sum(_ask(key) for key in list(due.values_list("pk", flat=True)))
    marked = sum(_mark(key) for key in list(late.values_list("pk", flat=True)))
    return asked, marked


@transaction.atomic
def _ask(key: int) -> bool:
    example: Example = lock(Example.objects.select_related("person"), pk=key)
    if example.state != State.PUBLISHED or example.asked_at is not None:
        return False
    example.asked_at = now()
    example.save(update_fields=["asked_at"])
    record("example.asked_again", example)
    notifications.tell_author(
        example,
        "still_true",
        once=_turn(example),
        url=absolute(f"/bibliotheque/exemples/toujours-vrai/{token_of(example)}/"),
    )
    return True


@transaction.atomic
def _mark(key: int) -> bool:
    example: Example = lock(Example.objects.all(), pk=key)
    if example.state != State.PUBLISHED or example.asked_at is None:
        return False
    example.state = TRANSITIONS.target("ask_again", example.state, label=example.get_state_display())
    example.state_changed_at = now()
    example.version += 1
    example.save()
    record("example.to_confirm", example)
    return True


# --- inside -----------------------------------------------------------------------------------------------------


def _looks_after(actor: User, example: Example) -> bool:
    return library_policies.looks_after(actor, example)


def _locked(example: Example) -> Any:
    return Consent.objects.filter(example=example).select_for_update(of=("self",)).order_by("pk")


def _relate(example: Example, values: Mapping[str, Any]) -> None:
    for name in RELATIONS:
        rows: Sequence[Any] = values.get(name, ())
        if rows:
            getattr(example, name).set(rows)


def _brigade_of(example: Example, actor: User) -> Any:
    """Whose brigade reads it: that of the place, else of whoever writes."""
    if example.commune is not None:
        return example.commune.department
    if example.county is not None:
        return example.county
    home = example.organisation.commune if example.organisation else actor.person.commune
    return home.department if home else None

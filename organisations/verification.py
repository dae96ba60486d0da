"""What the public registries say of an organisation's numbers, and what we make of it.

The registry is asked outside any transaction; what it said is kept under the organisation's lock, if the number is
still the same. Nothing here closes or refuses an organisation that exists: people do.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.db import transaction
from django.db.models import QuerySet

from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import fold
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.partners import rna, sirene
from jeveuxagir.partners.registry import Answer, Closed, Nonsense, RegistryRecord, Unavailable, Unknown

from .enums import Checked, ProofLevel, Source, State
from .models import Organisation, Verification

#: How alike the registry's name and ours must be, from 0 to 1.
SAME_NAME = 0.6
#: When to ask again, after what was said.
AGAIN: dict[str, datetime.timedelta] = {
    Checked.MATCH: datetime.timedelta(days=365),
    Checked.OTHER_NAME: datetime.timedelta(days=30),
    Checked.CLOSED: datetime.timedelta(days=30),
    Checked.UNKNOWN: datetime.timedelta(days=30),
    Checked.UNAVAILABLE: datetime.timedelta(hours=2),
    Checked.NONSENSE: datetime.timedelta(hours=12),
}
#: The states of those that are still checked.
CHECKED_STATES = (State.DRAFT, State.PENDING, State.VALIDATED, State.SUSPENDED)
#: Words that say a form, not a name.
_FORMS = frozenset(
    [
        "association",
        "asso",
        "ass",
        "de",
        "la",
        "le",
        "les",
        "l",
        "du",
        "des",
        "d",
        "et",
        "sarl",
        "sas",
        "sasu",
        "sa",
        "eurl",
        "scop",
        "scic",
        "sci",
        "snc",
        "commune",
        "ville",
    ]
)
AT_ONCE = 20


@dataclass(frozen=True)
class Asked:
    """A question to a registry, and its answer."""

    number: str
    source: str
    answer: Answer

    @property
    def record(self) -> RegistryRecord | None:
        if isinstance(self.answer, Closed):
            return self.answer.record
        return self.answer if isinstance(self.answer, RegistryRecord) else None


def look_up(*, rna_number: str = "", siren: str = "", siret: str = "") -> Asked | None:
    """Ask the registry that knows this organisation best; None when it has no number or no registry is plugged in."""
    if (siret or siren) and sirene.is_plugged_in():
        return Asked(siret or siren, Source.SIRENE, sirene.look_up(siret or siren))
    if rna_number and rna.is_plugged_in():
        return Asked(rna_number, Source.RNA, rna.look_up(rna_number))
    return None


def refuse_closed(asked: Asked | None) -> None:
    """A sign-up with the number of something that has ended stops here, with a way on."""
    if asked is not None and isinstance(asked.answer, Closed):
        raise RuleBroken(closed_sentence(asked), code=code_of(asked))


def code_of(asked: Asked) -> str:
    """The form's field that the question was about."""
    return "rna" if asked.source == Source.RNA else "siret" if len(asked.number) == 14 else "siren"


def closed_sentence(asked: Asked) -> str:
    found = asked.record
    assert found is not None
    since = f" depuis le {found.closed_on:%d/%m/%Y}" if found.closed_on else ""
    name = f" de « {found.name} »" if found.name else ""
    return (
        f"Ce numéro est celui{name}, fermée{since} d’après le {Source(asked.source).label}. Vérifiez le numéro. Si le "
        "registre se trompe, écrivez-nous depuis la page « Contact »\u00a0: la brigade vous aidera."
    )


def check(organisation: Organisation) -> Verification | None:
    """Ask about its numbers, and keep what was said. Never inside a transaction: a registry may take seconds."""
    asked = look_up(rna_number=organisation.rna, siren=organisation.siren, siret=organisation.siret)
    return keep(organisation, asked)


@transaction.atomic
def keep(organisation: Organisation, asked: Asked | None) -> Verification | None:
    """The proof level follows what the registry said of the number; a closed one that is public goes to the brigade."""
    organisation = lock(Organisation.objects.select_related("commune__department"), pk=organisation.pk)
    numbers = (organisation.rna, organisation.siren, organisation.siret)
    if asked is None or asked.number not in numbers or organisation.state not in CHECKED_STATES:
        if asked is None and organisation.check_due_at is not None:
            Organisation.objects.filter(pk=organisation.pk).update(check_due_at=None)
        return None
    outcome = outcome_of(asked, organisation.name)
    seen = asked.record
    made = Verification.objects.create(
        organisation=organisation,
        number=asked.number,
        source=asked.source,
        outcome=outcome,
        checked_at=now(),
        seen_name=seen.name[:300] if seen else "",
        seen_street=seen.street[:300] if seen else "",
        seen_place=seen.place[:160] if seen else "",
        seen_commune=seen.commune_code if seen else "",
        closed_on=seen.closed_on if seen else None,
        why=asked.answer.why[:300] if isinstance(asked.answer, Unavailable) else "",
    )
    organisation.check_due_at = now() + AGAIN[outcome]
    organisation.proof_level = _proof_after(organisation, outcome)
    organisation.save(update_fields=["check_due_at", "proof_level"])
    record("organisation.checked", organisation, outcome=str(outcome), source=str(asked.source))
    if outcome == Checked.CLOSED and organisation.state in (State.VALIDATED, State.SUSPENDED):
        _tell_brigade(organisation, made)
    return made


def outcome_of(asked: Asked, name: str) -> Checked:
    match asked.answer:
        case RegistryRecord() as found:
            return Checked.MATCH if likeness(found.name, name) >= SAME_NAME else Checked.OTHER_NAME
        case Closed():
            return Checked.CLOSED
        case Unknown():
            return Checked.UNKNOWN
        case Nonsense():
            return Checked.NONSENSE
        case Unavailable():
            return Checked.UNAVAILABLE


def likeness(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1: accents, case, order and legal forms aside; an acronym is its words."""
    first, second = _words(one), _words(other)
    if not first or not second:
        return 0.0
    if first == second or set(first) == set(second):
        return 1.0
    smaller, larger = sorted((set(first), set(second)), key=len)
    if len(smaller) > 1 and smaller <= larger:
        return 0.9
    if "".join(smaller) in (_initials(one), _initials(other)) and len("".join(smaller)) > 2:
        return 0.8
    return max(
        SequenceMatcher(None, " ".join(first), " ".join(second)).ratio(),
        SequenceMatcher(None, " ".join(sorted(first)), " ".join(sorted(second))).ratio(),
    )


def latest(organisation: Organisation) -> Verification | None:
    return organisation.verifications.first()


def says_closed(organisation: Organisation) -> bool:
    """Whether the registry last said that its number is that of something closed."""
    said = latest(organisation)
    return (
        said is not None
        and said.outcome == Checked.CLOSED
        and said.number in (organisation.rna, organisation.siren, organisation.siret)
    )


def closed_among(organisations: Iterable[int]) -> set[int]:
    """Of these organisations, those of whom `says_closed` is true. One query."""
    rows = Verification.objects.filter(organisation__in=set(organisations))
    last = rows.order_by("organisation", "-checked_at", "-pk").distinct("organisation")
    numbers = ("organisation__rna", "organisation__siren", "organisation__siret")
    return {
        pk
        for pk, outcome, number, *held in last.values_list("organisation", "outcome", "number", *numbers)
        if outcome == Checked.CLOSED and number in held
    }


def words_for_members(organisation: Organisation) -> str:
    """The proof level, and why it is not higher when a registry was asked."""
    level = organisation.get_proof_level_display().capitalize()
    said = latest(organisation)
    if said is None:
        return level
    more = {
        Checked.OTHER_NAME: f"le registre donne un autre nom, « {said.seen_name} »",
        Checked.CLOSED: "le registre dit que ce numéro est celui d’une organisation fermée",
        Checked.UNKNOWN: "le registre ne connaît pas encore ce numéro",
        Checked.UNAVAILABLE: "le registre ne répondait pas, nous réessayons plus tard",
        Checked.NONSENSE: "le registre a mal répondu, nous réessayons plus tard",
    }.get(Checked(said.outcome), f"registre consulté le {said.checked_at:%d/%m/%Y}")
    return f"{level} ({more})"


def due() -> "QuerySet[Organisation]":
    return Organisation.objects.filter(check_due_at__lte=now(), state__in=CHECKED_STATES)


def check_due(most: int = AT_ONCE) -> int:
    """Ask about those whose day has come, one at a time; two workers at once take different ones."""
    done = 0
    while done < most:
        with transaction.atomic():
            organisation = (
                due().order_by("check_due_at").select_for_update(skip_locked=True, no_key=True).first()
            )
            if organisation is None:
                break
            later = now() + AGAIN[Checked.UNAVAILABLE]  # if we die while asking
            Organisation.objects.filter(pk=organisation.pk).update(check_due_at=later)
        check(organisation)
        done += 1
    return done


# --- inside ---------------------------------------------------------------------------------------------------


def _proof_after(organisation: Organisation, outcome: str) -> str:
    """A match proves; a registry that does not answer changes nothing; what a person saw stays."""
    level = ProofLevel(organisation.proof_level)
    if level == ProofLevel.PERSON or outcome in (Checked.UNAVAILABLE, Checked.NONSENSE):
        return level
    return ProofLevel.REGISTRY if outcome == Checked.MATCH else ProofLevel.FORM_CHECKED


def _tell_brigade(organisation: Organisation, made: Verification) -> None:
    """Once for each closing that is seen: what the brigade has decided does not come back every month."""
    decided = ModerationItem.objects.filter(
        kind=ModerationItem.Kind.CHECK,
        subject_type=organisation._meta.label,
        subject_id=organisation.pk,
        cause=ModerationItem.Cause.REGISTRY,
    )
    seen_before = organisation.verifications.filter(outcome=Checked.CLOSED, number=made.number).exclude(
        pk=made.pk
    )
    if decided.exists() and seen_before.exists():
        return
    moderation.open_item(
        ModerationItem.Kind.CHECK,
        organisation,
        title=organisation.name,
        department=organisation.commune.department if organisation.commune else None,
        cause=ModerationItem.Cause.REGISTRY,
    )


def _words(name: str) -> list[str]:
    words = fold(name).split()
    return [word for word in words if word not in _FORMS] or words


def _initials(name: str) -> str:
    return "".join(word[0] for word in _words(name))

"""Which needs of skills and which offers of skills go together, and why: gates, weighted criteria, words. Pure.

The same mechanism as for missions, read from either side: a need ranks offers, an offer ranks needs, and a pair has one
explanation, without a person, the same for the association, the employer and the brigade. Time is in whole minutes.
Who was served before is a gate during 72 hours, never a score. In the vocabulary here, `activities` names the families
of skills and `domains` the formats.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from heapq import nsmallest
from typing import Any, ClassVar

from .criteria import FULL
from .draw import draw
from .globe import nearest_m
from .reasons import MAX_REASONS, SPEAKS_FROM, Reason
from .records import OtherVersionError
from .reservations import Reservation
from .rows import Mode, Point, Vocabulary
from .serial import from_json, to_json
from .words import kilometres, labelled, number_of_days, typeset

#: Changes whenever the same rows could give another gate, score, order or word.
LENDING_VERSION = "1.0"
#: So many proposals at most wait for an answer about one need.
MOST_OPEN = 3
#: Where half of the points of distance are left.
HALF_AT_M = 30_000
#: A need due sooner than this is said to be.
SOON_DAYS = 45
#: Too short to agree on anything without hurrying.
SHORT_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedRow:
    """What an association needs done. Bit `n` of a mask is the term whose permanent number is `n`."""

    id: int
    association_id: int
    verified: bool
    is_open: bool = True
    department: str = ""
    commune: str = ""
    of_commune: str = ""  # « de Guéret »: said, never compared
    point: Point | None = None
    mode: Mode = Mode.BOTH
    skills: int = 0
    families: int = 0  # the families of those skills
    format: int = 0  # bit of the format asked
    minutes: int = 0
    deadline: date | None = None
    never_served: bool = True  # its association never had a convention signed
    open_proposals: int = 0
    known: frozenset[int] = frozenset()  # offers already proposed for it, or declined


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRow:
    """What an employer gives of its people's time."""

    id: int
    employer_id: int
    verified: bool
    is_open: bool = True
    departments: frozenset[str] = frozenset()
    communes: frozenset[str] = frozenset()
    everywhere: bool = False
    points: tuple[Point, ...] = ()  # of its sites
    mode: Mode = Mode.BOTH
    skills: int = 0
    families: int = 0
    formats: int = 0  # 0: any
    left_minutes: int = 0
    day_minutes: int = 420
    starts_on: date | None = None
    ends_on: date | None = None
    first_timers_only: bool = False  # its first 72 hours


@dataclass(frozen=True, slots=True)
class Fit:
    """A need beside an offer, one day."""

    need: NeedRow
    offer: OfferRow
    today: date

    @property
    def distance_m(self) -> int | None:
        return nearest_m(self.need.point, self.offer.points)

    @property
    def on_site(self) -> bool:
        """Both may meet where the need is: the offer goes there."""
        if not self.need.mode & self.offer.mode & Mode.ON_SITE:
            return False
        in_department = self.need.department and self.need.department in self.offer.departments
        return self.offer.everywhere or bool(in_department) or self.in_named_commune

    @property
    def in_named_commune(self) -> bool:
        """The offer names the very commune of the need."""
        return bool(self.need.commune) and self.need.commune in self.offer.communes

    @property
    def remote(self) -> bool:
        return bool(self.need.mode & self.offer.mode & Mode.REMOTE)

    @property
    def brings_what_is_asked(self) -> bool:
        """A skill that the need asks, not only one of its family: what is proposed without anybody choosing it."""
        return bool(self.need.skills & self.offer.skills)

    @property
    def whole(self) -> bool:
        """What is left covers all that is needed."""
        return self.offer.left_minutes >= self.need.minutes


# --- what must hold -------------------------------------------------------------------------------------------


class LendingGate(ABC):
    """`rule` says on the public page what must hold; `refusal` tells what does not."""

    code: ClassVar[str]
    name: ClassVar[str]
    rule: ClassVar[str]

    @abstractmethod
    def blocks(self, fit: Fit) -> bool: ...

    @abstractmethod
    def refusal(self, fit: Fit) -> str: ...


class Verified(LendingGate):
    code = "verified"
    name = "Des deux côtés, une organisation validée"
    rule = "L’association et l’employeur sont validés par la brigade, et le registre public ne les dit pas fermés."

    def blocks(self, fit: Fit) -> bool:
        return not (fit.need.verified and fit.offer.verified)

    def refusal(self, fit: Fit) -> str:
        return "L’une des deux organisations n’est pas validée, ou le registre public la dit fermée."


class BothOpen(LendingGate):
    code = "open"
    name = "Un besoin et une offre ouverts"
    rule = "Le besoin attend encore une offre, et l’offre est ouverte."

    def blocks(self, fit: Fit) -> bool:
        return not (fit.need.is_open and fit.offer.is_open)

    def refusal(self, fit: Fit) -> str:
        return "Le besoin ou l’offre n’est plus ouvert."


class NotYetProposed(LendingGate):
    code = "known"
    name = "Proposition nouvelle"
    rule = "L’offre n’a pas déjà été proposée pour ce besoin."

    def blocks(self, fit: Fit) -> bool:
        return fit.offer.id in fit.need.known

    def refusal(self, fit: Fit) -> str:
        return "Cette offre a déjà été proposée pour ce besoin."


class FirstTimersFirst(LendingGate):
    code = "first_timers"
    name = "D’abord celles qui n’ont jamais rien reçu"
    rule = (
        "Pendant les 72 heures qui suivent son ouverture, une offre n’est proposée qu’à des associations qui n’ont "
        "jamais eu de mise à disposition ; ensuite à toutes. Le temps où elle n’est plus ouverte ne compte pas."
    )

    def blocks(self, fit: Fit) -> bool:
        return fit.offer.first_timers_only and not fit.need.never_served

    def refusal(self, fit: Fit) -> str:
        return "L’offre vient d’ouvrir : pendant 72 heures, elle va d’abord aux associations jamais servies."


class TimeLeft(LendingGate):
    code = "time_left"
    name = "Du temps qui reste"
    rule = "Il reste dans l’offre de quoi répondre au besoin, ou au moins une journée."

    def blocks(self, fit: Fit) -> bool:
        return fit.offer.left_minutes < max(1, min(fit.need.minutes, fit.offer.day_minutes))

    def refusal(self, fit: Fit) -> str:
        return "Il ne reste pas assez de temps dans l’offre."


class FormatAccepted(LendingGate):
    code = "format"
    name = "Un format accepté"
    rule = "Le format demandé est l’un de ceux de l’offre, quand elle en dit."

    def blocks(self, fit: Fit) -> bool:
        return bool(fit.need.format and fit.offer.formats and not fit.need.format & fit.offer.formats)

    def refusal(self, fit: Fit) -> str:
        return "L’offre ne prévoit pas ce format."


class PlaceAccepted(LendingGate):
    code = "place"
    name = "Un lieu possible"
    rule = (
        "Le travail peut se faire à distance des deux côtés, ou l’offre va dans le département ou la commune du "
        "besoin."
    )

    def blocks(self, fit: Fit) -> bool:
        return not (fit.on_site or fit.remote)

    def refusal(self, fit: Fit) -> str:
        return "L’offre ne va pas dans ce département ni cette commune, et le travail ne peut se faire à distance."


class DatesMeet(LendingGate):
    code = "dates"
    name = "Des dates qui se rencontrent"
    rule = "L’offre commence avant la date limite du besoin, et n’est pas finie."

    def blocks(self, fit: Fit) -> bool:
        if fit.offer.ends_on and fit.offer.ends_on < fit.today:
            return True
        if fit.need.deadline is None:
            return False
        return fit.need.deadline < max(fit.today, fit.offer.starts_on or fit.today)

    def refusal(self, fit: Fit) -> str:
        return "Les dates de l’offre et celle du besoin ne se rencontrent pas."


class OneSkillMet(LendingGate):
    code = "skills"
    name = "Une compétence au moins"
    rule = "L’offre apporte au moins une des compétences demandées, ou une de la même famille."

    def blocks(self, fit: Fit) -> bool:
        return bool(fit.need.skills) and not (
            fit.need.skills & fit.offer.skills or fit.need.families & fit.offer.families
        )

    def refusal(self, fit: Fit) -> str:
        return "Aucune compétence de l’offre n’est demandée."


class NotTooMany(LendingGate):
    code = "load"
    name = "Propositions en cours"
    rule = f"Au plus {MOST_OPEN} propositions attendent une réponse pour un même besoin."

    def blocks(self, fit: Fit) -> bool:
        return fit.need.open_proposals >= MOST_OPEN

    def refusal(self, fit: Fit) -> str:
        return f"{fit.need.open_proposals} propositions attendent déjà une réponse pour ce besoin."


#: In the order they are tried, the quickest first.
LENDING_GATES: tuple[LendingGate, ...] = (
    Verified(),
    BothOpen(),
    NotYetProposed(),
    FirstTimersFirst(),
    TimeLeft(),
    FormatAccepted(),
    OneSkillMet(),
    DatesMeet(),
    PlaceAccepted(),
    NotTooMany(),
)


# --- what counts ----------------------------------------------------------------------------------------------


class LendingCriterion(ABC):
    """One honest question about a pair that passed: `fit` in thousandths, `exact` one sentence without a person."""

    code: ClassVar[str]
    name: ClassVar[str]
    rule: ClassVar[str]

    @abstractmethod
    def fit(self, fit: Fit) -> int: ...

    @abstractmethod
    def exact(self, fit: Fit, vocabulary: Vocabulary) -> str: ...


class SkillsMet(LendingCriterion):
    code = "skills"
    name = "Compétences"
    rule = "La part des compétences demandées que l’offre apporte."

    def fit(self, fit: Fit) -> int:
        asked = fit.need.skills
        return FULL * (asked & fit.offer.skills).bit_count() // asked.bit_count() if asked else 0

    def exact(self, fit: Fit, vocabulary: Vocabulary) -> str:
        common = fit.need.skills & fit.offer.skills
        intro = "Compétences demandées" if common.bit_count() > 1 else "Compétence demandée"
        return labelled(intro, common, vocabulary.skills)


class SameFamily(LendingCriterion):
    """When no skill is the same: its neighbours. The vocabulary names families as `activities`."""

    code = "family"
    name = "Famille de compétences"
    rule = "À défaut de la compétence même, une compétence de la même famille."

    def fit(self, fit: Fit) -> int:
        if fit.need.skills & fit.offer.skills:
            return 0
        return FULL if fit.need.families & fit.offer.families else 0

    def exact(self, fit: Fit, vocabulary: Vocabulary) -> str:
        return labelled(
            "Même famille de métiers", fit.need.families & fit.offer.families, vocabulary.activities
        )


class Close(LendingCriterion):
    code = "distance"
    name = "Distance"
    rule = (
        f"Quand le travail se fait sur place : plus le site est proche, plus il compte, la moitié à "
        f"{HALF_AT_M // 1000} km. Distance inconnue : un quart. Une commune que l’offre nomme : au moins la moitié. "
        "À distance : la moitié."
    )

    def fit(self, fit: Fit) -> int:
        if not fit.on_site:
            return FULL // 2
        metres = fit.distance_m
        near = FULL // 4 if metres is None else FULL * HALF_AT_M // (HALF_AT_M + metres)
        return max(near, FULL // 2) if fit.in_named_commune else near

    def exact(self, fit: Fit, vocabulary: Vocabulary) -> str:
        if not fit.on_site:
            return "Possible à distance"
        metres = fit.distance_m
        if fit.in_named_commune and fit.need.of_commune and (metres is None or metres >= 1000):
            far = f", à {kilometres(metres)}" if metres is not None else ""
            return f"L’offre va dans la commune {fit.need.of_commune}{far}"
        if metres is None:
            return "Dans un département où va l’offre"
        return "Dans la même commune" if metres < 1000 else f"À {kilometres(metres)}"


class WholeVolume(LendingCriterion):
    code = "volume"
    name = "Volume"
    rule = "La part du temps demandé que l’offre peut couvrir."

    def fit(self, fit: Fit) -> int:
        asked = fit.need.minutes
        return FULL if fit.whole or not asked else FULL * fit.offer.left_minutes // asked

    def exact(self, fit: Fit, vocabulary: Vocabulary) -> str:
        return "Assez de temps pour tout le besoin" if fit.whole and fit.need.minutes else ""


class FormatSaid(LendingCriterion):
    code = "format"
    name = "Format"
    rule = "L’offre dit expressément le format demandé."

    def fit(self, fit: Fit) -> int:
        return FULL if fit.need.format & fit.offer.formats else 0

    def exact(self, fit: Fit, vocabulary: Vocabulary) -> str:
        return labelled("Format prévu", fit.need.format & fit.offer.formats, vocabulary.domains)


class DueSoon(LendingCriterion):
    code = "soon"
    name = "Échéance"
    rule = f"Le besoin est attendu dans moins de {SOON_DAYS} jours."

    def fit(self, fit: Fit) -> int:
        if fit.need.deadline is None:
            return 0
        left = (fit.need.deadline - fit.today).days
        return FULL if left <= SOON_DAYS else 0

    def exact(self, fit: Fit, vocabulary: Vocabulary) -> str:
        left = (fit.need.deadline - fit.today).days if fit.need.deadline else 0
        return f"Attendu dans {number_of_days(left)}" if left else "Attendu aujourd’hui"


#: Each with its weight.
LENDING_CRITERIA: tuple[tuple[LendingCriterion, int], ...] = (
    (SkillsMet(), 45),
    (WholeVolume(), 20),
    (Close(), 20),
    (SameFamily(), 10),
    (FormatSaid(), 5),
    (DueSoon(), 5),
)


# --- what to know ---------------------------------------------------------------------------------------------


def reservation(fit: Fit) -> Reservation | None:
    """One thing to know before saying yes, the most telling first."""
    if not fit.whole:
        text = "Le temps qui reste dans l’offre ne couvre pas tout le besoin"
        return Reservation("partial", text, text)
    if fit.need.deadline and (fit.need.deadline - fit.today).days < SHORT_DAYS:
        text = typeset(f"Il reste moins de {number_of_days(SHORT_DAYS)} avant la date limite")
        return Reservation("short", text, text)
    if fit.on_site and not fit.remote and fit.distance_m is None:
        text = "Distance à vérifier"
        return Reservation("distance_unknown", text, text)
    return None


# --- how they play together -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lending:
    """A need and an offer worth bringing together, and why."""

    need_id: int
    offer_id: int
    score: int
    reasons: tuple[Reason, ...]
    reservation: Reservation | None


@dataclass(frozen=True, slots=True)
class Obstacle:
    gate: str
    name: str
    sentence: str


def blocked(fit: Fit) -> str:
    """The code of the first gate that holds this pair back; "" when none does."""
    return next((gate.code for gate in LENDING_GATES if gate.blocks(fit)), "")


def obstacles(fit: Fit) -> tuple[Obstacle, ...]:
    """All that holds it back, in words."""
    return tuple(
        Obstacle(gate.code, gate.name, typeset(gate.refusal(fit)))
        for gate in LENDING_GATES
        if gate.blocks(fit)
    )


def score(fit: Fit) -> int:
    """Thousandths of a point."""
    return sum(weight * criterion.fit(fit) for criterion, weight in LENDING_CRITERIA)


def reasons(fit: Fit, vocabulary: Vocabulary) -> tuple[Reason, ...]:
    """At most four, the strongest first; a weak one only when nothing else can be said."""
    said = [
        (part, Reason(criterion.code, part * weight, text, text))
        for criterion, weight in LENDING_CRITERIA
        if (part := criterion.fit(fit)) and (text := typeset(criterion.exact(fit, vocabulary)))
    ]
    said.sort(key=lambda pair: -pair[1].points)
    strong = [reason for part, reason in said if part >= SPEAKS_FROM]
    first = _first_served(fit)
    return (*(strong[: MAX_REASONS - len(first)] or [reason for _part, reason in said[:1]]), *first)


def _first_served(fit: Fit) -> tuple[Reason, ...]:
    """During the 72 hours, what its gate found: a reason that scores nothing."""
    if not fit.offer.first_timers_only:
        return ()
    text = typeset("Offre réservée 72 heures aux associations jamais accompagnées ainsi")
    return (Reason(FirstTimersFirst.code, 0, text, text),)


def judged(fit: Fit, vocabulary: Vocabulary | None = None) -> Lending | None:
    """One pair in words; None when a gate holds it back."""
    return None if blocked(fit) else _lending(fit, vocabulary or Vocabulary())


def offers_for(
    need: NeedRow,
    offers: Iterable[OfferRow],
    *,
    today: date,
    vocabulary: Vocabulary | None = None,
    limit: int = 5,
    asked_only: bool = False,
) -> list[Lending]:
    """The best offers for a need, in order. `asked_only`: those that bring a skill it asks, not only its family."""
    fits = [Fit(need, offer, today) for offer in offers]
    return _best(fits, vocabulary, limit, by_offer=False, asked_only=asked_only)


def needs_for(
    offer: OfferRow,
    needs: Iterable[NeedRow],
    *,
    today: date,
    vocabulary: Vocabulary | None = None,
    limit: int = 5,
    asked_only: bool = False,
) -> list[Lending]:
    """The best needs for an offer, in order. `asked_only`: those that ask a skill it brings, not only its family."""
    fits = [Fit(need, offer, today) for need in needs]
    return _best(fits, vocabulary, limit, by_offer=True, asked_only=asked_only)


def _best(
    fits: list[Fit], vocabulary: Vocabulary | None, limit: int, *, by_offer: bool, asked_only: bool
) -> list[Lending]:
    def order(fit: Fit) -> tuple[int, int, int]:
        asking, answering = (fit.offer.id, fit.need.id) if by_offer else (fit.need.id, fit.offer.id)
        return -score(fit), draw(asking, answering), answering

    passed = [fit for fit in fits if not blocked(fit) and (fit.brings_what_is_asked or not asked_only)]
    return [_lending(fit, vocabulary or Vocabulary()) for fit in nsmallest(limit, passed, key=order)]


def _lending(fit: Fit, vocabulary: Vocabulary) -> Lending:
    return Lending(
        need_id=fit.need.id,
        offer_id=fit.offer.id,
        score=score(fit),
        reasons=reasons(fit, vocabulary),
        reservation=reservation(fit),
    )


# --- stored, and replayed -------------------------------------------------------------------------------------


def stored_inputs(fit: Fit, vocabulary: Vocabulary) -> dict[str, Any]:
    """What one pair was judged on, as plain JSON values."""
    return {
        "version": LENDING_VERSION,
        "today": to_json(fit.today),
        "need": to_json(replace(fit.need, known=fit.need.known & {fit.offer.id})),
        "offer": to_json(fit.offer),
        "vocabulary": to_json(_restricted(fit, vocabulary)),
    }


def stored_outcome(lending: Lending | None) -> dict[str, Any] | None:
    return None if lending is None else to_json(lending)


def replay(inputs: Mapping[str, Any]) -> dict[str, Any] | None:
    """The outcome of stored inputs, computed again. Raises OtherVersionError rather than guess."""
    if inputs["version"] != LENDING_VERSION:
        raise OtherVersionError(f"stored by {inputs['version']}, this is {LENDING_VERSION}")
    fit = Fit(
        from_json(NeedRow, inputs["need"]),
        from_json(OfferRow, inputs["offer"]),
        date.fromisoformat(inputs["today"]),
    )
    return stored_outcome(judged(fit, from_json(Vocabulary, inputs["vocabulary"])))


def _restricted(fit: Fit, vocabulary: Vocabulary) -> Vocabulary:
    """The few labels this pair can name."""

    def labels(mask: int, names: Mapping[int, str]) -> dict[int, str]:
        return {bit: name for bit, name in names.items() if mask >> bit & 1}

    return Vocabulary(
        domains=labels(fit.need.format, vocabulary.domains),
        activities=labels(fit.need.families, vocabulary.activities),
        skills=labels(fit.need.skills, vocabulary.skills),
    )


# --- said of itself -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    code: str
    name: str
    rule: str
    weight: int = 0


def described() -> tuple[tuple[Said, ...], tuple[Said, ...]]:
    """The gates and the criteria in force, in their order: what the public page says is what runs."""
    gates = tuple(Said(gate.code, gate.name, typeset(gate.rule)) for gate in LENDING_GATES)
    criteria = tuple(Said(c.code, c.name, typeset(c.rule), weight) for c, weight in LENDING_CRITERIA)
    return gates, criteria

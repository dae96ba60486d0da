"""Which organisations could join an alliance, and why: gates, then weighted criteria, then words. Pure.

The same mechanism as for missions: what must hold first, then honest questions scored in thousandths, the four
strongest said in words, one reservation at most, ties settled by a draw that can be replayed.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nsmallest
from typing import ClassVar

from .criteria import FULL
from .draw import draw
from .globe import distance_m
from .reasons import MAX_REASONS, SPEAKS_FROM, Reason
from .reservations import Reservation
from .rows import Point, Vocabulary
from .words import kilometres, labelled, typeset

#: Changes whenever the same rows could give another gate, score, order or word.
PARTNERSHIP_VERSION = "1.0"
#: Farther than this, an organisation of another department is not of the alliance's territory.
REACH_M = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AllianceRow:
    """What an alliance is about, and who is in or asked already."""

    id: int
    departments: frozenset[str] = frozenset()
    points: tuple[Point, ...] = ()
    domains: int = 0
    sdgs: int = 0  # bit n: goal n
    functions: int = 0  # of a catalyst, that nobody holds yet: bit n is the n-th
    skills: int = 0  # groups of skills that nobody brings yet
    known: frozenset[int] = frozenset()  # parties and those asked already, by organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRow:
    """An organisation that could join."""

    id: int
    college: str
    verified: bool
    department: str = ""
    point: Point | None = None
    domains: int = 0  # of its open missions and its alliances
    sdgs: int = 0
    functions: int = 0  # that it holds in other alliances
    skills: int = 0  # groups of skills that it brings to other alliances
    open_missions: int = 0
    alliances: int = 0
    overdue_applications: int = 0
    supports: bool = False  # it said "nous aussi" to the common problem


@dataclass(frozen=True, slots=True)
class Bond:
    """An alliance and an organisation, with the distance between them when it is known."""

    alliance: AllianceRow
    partner: PartnerRow

    @property
    def distance_m(self) -> int | None:
        if self.partner.point is None:
            return None
        return min((distance_m(self.partner.point, point) for point in self.alliance.points), default=None)

    @property
    def same_department(self) -> bool:
        return bool(self.partner.department) and self.partner.department in self.alliance.departments

    @property
    def in_reach(self) -> bool:
        metres = self.distance_m
        return self.same_department or (metres is not None and metres <= REACH_M)


class BondCriterion(ABC):
    """One question about an organisation that passed the gates; `fit` in thousandths, `exact` without a person.

    The vocabulary names domains, groups of skills (`skills`) and the functions of a catalyst (`activities`).
    """

    code: ClassVar[str]
    rule: ClassVar[str]

    @abstractmethod
    def fit(self, bond: Bond) -> int: ...

    @abstractmethod
    def exact(self, bond: Bond, vocabulary: Vocabulary) -> str: ...


class Supports(BondCriterion):
    code = "supports"
    rule = "Elle a dit « nous aussi » au problème commun de l’alliance."

    def fit(self, bond: Bond) -> int:
        return FULL if bond.partner.supports else 0

    def exact(self, bond: Bond, vocabulary: Vocabulary) -> str:
        return "A dit « nous aussi » à votre problème commun"


class SameDomain(BondCriterion):
    code = "domain"
    rule = "Ses missions ou ses alliances sont dans le domaine de l’alliance."

    def fit(self, bond: Bond) -> int:
        return FULL if bond.alliance.domains & bond.partner.domains else 0

    def exact(self, bond: Bond, vocabulary: Vocabulary) -> str:
        return labelled(
            "Agit dans votre domaine", bond.alliance.domains & bond.partner.domains, vocabulary.domains
        )


class Near(BondCriterion):
    code = "distance"
    rule = "Elle est proche du territoire de l’alliance ; faute de coordonnées, dans le même département."

    def fit(self, bond: Bond) -> int:
        metres = bond.distance_m
        if metres is None:
            return FULL // 2 if bond.same_department else 0
        return max(0, FULL - FULL * metres // REACH_M) or (FULL // 4 if bond.same_department else 0)

    def exact(self, bond: Bond, vocabulary: Vocabulary) -> str:
        metres = bond.distance_m
        if metres is None:
            return "Dans votre département"
        return "Sur votre territoire" if metres < 1000 else f"À {kilometres(metres)} de votre territoire"


class SameGoals(BondCriterion):
    code = "sdgs"
    rule = "Elle sert un même objectif de développement durable."

    def fit(self, bond: Bond) -> int:
        common = (bond.alliance.sdgs & bond.partner.sdgs).bit_count()
        return min(FULL, FULL // 2 * common)

    def exact(self, bond: Bond, vocabulary: Vocabulary) -> str:
        common = bond.alliance.sdgs & bond.partner.sdgs
        goals = [f"ODD {number}" for number in range(common.bit_length()) if common >> number & 1]
        return (
            f"Sert les mêmes objectifs : {', '.join(goals[:3])}" if len(goals) > 1 else f"Sert l’{goals[0]}"
        )


class HoldsAFunction(BondCriterion):
    code = "functions"
    rule = "Elle tient ailleurs une fonction que personne ne tient dans l’alliance."

    def fit(self, bond: Bond) -> int:
        return FULL if bond.alliance.functions & bond.partner.functions else 0

    def exact(self, bond: Bond, vocabulary: Vocabulary) -> str:
        return labelled(
            "Tient une fonction qui vous manque",
            bond.alliance.functions & bond.partner.functions,
            vocabulary.activities,
        )


class BringsSkills(BondCriterion):
    code = "skills"
    rule = "Elle apporte ailleurs des compétences que personne n’apporte dans l’alliance."

    def fit(self, bond: Bond) -> int:
        return FULL if bond.alliance.skills & bond.partner.skills else 0

    def exact(self, bond: Bond, vocabulary: Vocabulary) -> str:
        return labelled(
            "Apporte des compétences qui vous manquent",
            bond.alliance.skills & bond.partner.skills,
            vocabulary.skills,
        )


class Allied(BondCriterion):
    code = "alliances"
    rule = "Elle prend déjà part à une autre alliance."

    def fit(self, bond: Bond) -> int:
        return min(FULL, FULL // 2 * bond.partner.alliances)

    def exact(self, bond: Bond, vocabulary: Vocabulary) -> str:
        number = bond.partner.alliances
        return "Prend déjà part à une alliance" if number == 1 else f"Prend déjà part à {number} alliances"


class Active(BondCriterion):
    code = "active"
    rule = "Elle a des missions ouvertes aujourd’hui."

    def fit(self, bond: Bond) -> int:
        return min(FULL, FULL // 4 * bond.partner.open_missions)

    def exact(self, bond: Bond, vocabulary: Vocabulary) -> str:
        number = bond.partner.open_missions
        return "A une mission ouverte" if number == 1 else f"A {number} missions ouvertes"


#: Each with its weight: what it says of a shared purpose counts most.
BOND_CRITERIA: tuple[tuple[BondCriterion, int], ...] = (
    (Supports(), 5),
    (SameDomain(), 4),
    (HoldsAFunction(), 3),
    (Near(), 3),
    (BringsSkills(), 2),
    (SameGoals(), 2),
    (Allied(), 1),
    (Active(), 1),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An organisation worth asking, and why."""

    partner_id: int
    score: int
    reasons: tuple[Reason, ...]
    reservation: Reservation | None


def candidates(
    alliance: AllianceRow,
    partners: Iterable[PartnerRow],
    *,
    college: str,
    vocabulary: Vocabulary | None = None,
    limit: int = 3,
) -> list[Candidate]:
    """The best organisations of one college: verified, in reach, and new to the alliance."""
    words = vocabulary or Vocabulary()
    passed = [
        bond
        for bond in (Bond(alliance, partner) for partner in partners)
        if bond.partner.college == college and not blocked(bond)
    ]
    best = nsmallest(limit, passed, key=_order)
    return [
        Candidate(bond.partner.id, score(bond), reasons(bond, words), _reservation(bond)) for bond in best
    ]


def fillers(
    alliance: AllianceRow,
    partners: Iterable[PartnerRow],
    *,
    vocabulary: Vocabulary | None = None,
    limit: int = 3,
) -> list[Candidate]:
    """The best organisations, of any college, that hold a function or bring skills nobody has here: said first."""
    words = vocabulary or Vocabulary()
    passed = [
        bond
        for bond in (Bond(alliance, partner) for partner in partners)
        if alliance.functions & bond.partner.functions | alliance.skills & bond.partner.skills
        and not blocked(bond)
    ]
    best = nsmallest(limit, passed, key=_order)
    return [
        Candidate(bond.partner.id, score(bond), _filling_first(bond, words), _reservation(bond))
        for bond in best
    ]


def _filling_first(bond: Bond, vocabulary: Vocabulary) -> tuple[Reason, ...]:
    filling = [
        Reason(criterion.code, fit * weight, text, text)
        for criterion, weight in BOND_CRITERIA
        if criterion.code in (HoldsAFunction.code, BringsSkills.code)
        and (fit := criterion.fit(bond))
        and (text := typeset(criterion.exact(bond, vocabulary)))
    ]
    codes = {reason.code for reason in filling}
    others = [reason for reason in reasons(bond, vocabulary) if reason.code not in codes]
    return tuple([*filling, *others][:MAX_REASONS])


def blocked(bond: Bond) -> str:
    """The first gate that holds this organisation back; "" when none does."""
    if not bond.partner.verified:
        return "verified"
    if bond.partner.id in bond.alliance.known:
        return "known"
    if not bond.in_reach:
        return "reach"
    return ""


def score(bond: Bond) -> int:
    return sum(weight * criterion.fit(bond) for criterion, weight in BOND_CRITERIA)


def reasons(bond: Bond, vocabulary: Vocabulary) -> tuple[Reason, ...]:
    """At most four, the strongest first; a weak one only when nothing else can be said."""
    said = [
        (fit, Reason(criterion.code, fit * weight, text, text))
        for criterion, weight in BOND_CRITERIA
        if (fit := criterion.fit(bond)) and (text := typeset(criterion.exact(bond, vocabulary)))
    ]
    said.sort(key=lambda pair: -pair[1].points)
    strong = [reason for fit, reason in said if fit >= SPEAKS_FROM]
    return tuple(strong[:MAX_REASONS] or [reason for _fit, reason in said[:1]])


def _reservation(bond: Bond) -> Reservation | None:
    """The most telling first."""
    if bond.partner.overdue_applications:
        text = "Répond en retard à des bénévoles en ce moment"
        return Reservation("overdue", text, text)
    if bond.distance_m is None:
        text = "Distance à vérifier"
        return Reservation("distance_unknown", text, text)
    return None


def _order(bond: Bond) -> tuple[int, int, int]:
    return -score(bond), draw(bond.alliance.id, bond.partner.id), bond.partner.id

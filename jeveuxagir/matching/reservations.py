"""What to know before saying yes: at most one reservation per match, the first of the table that applies."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from .pairs import Occasion
from .rows import Commitment, Mode, SlotKind, Vocabulary
from .words import kilometres, labelled, rhythm, typeset


@dataclass(frozen=True, slots=True)
class Reservation:
    code: str
    exact: str
    coarse: str


class Caveat(ABC):
    """`exact` says it without a person, the same for everybody; `coarse` in mails."""

    code: ClassVar[str]
    rule: ClassVar[str]
    coarse: ClassVar[str]

    @abstractmethod
    def applies(self, occasion: Occasion) -> bool: ...

    def exact(self, occasion: Occasion, vocabulary: Vocabulary) -> str:
        return self.coarse


class HoursToAgree(Caveat):
    code = "hours_to_agree"
    rule = "La mission n’a pas de date."
    coarse = "Horaires à convenir"

    def applies(self, occasion: Occasion) -> bool:
        return occasion.slot.kind == SlotKind.UNDATED


class SomePresence(Caveat):
    code = "some_presence"
    rule = "La mission se fait aussi sur place, et son adresse est trop loin ou la demande est à distance."
    coarse = "Un temps sur place peut être demandé"

    def applies(self, occasion: Occasion) -> bool:
        return occasion.mission.mode == Mode.BOTH and not occasion.pair.in_reach


class HeavierCommitment(Caveat):
    code = "heavier_commitment"
    rule = "Le rythme est plus soutenu que celui demandé."
    coarse = "Rythme plus soutenu que souhaité"

    def applies(self, occasion: Occasion) -> bool:
        wanted = occasion.request.commitment
        return wanted != Commitment.ANY and occasion.mission.commitment > wanted

    def exact(self, occasion: Occasion, vocabulary: Vocabulary) -> str:
        return labelled(self.coarse, 1, {0: rhythm(occasion.mission.commitment)})


class SkillAsked(Caveat):
    code = "skill_asked"
    rule = "La mission demande une compétence que la demande ne cite pas."
    coarse = "Une compétence est demandée"

    def applies(self, occasion: Occasion) -> bool:
        return bool(self._missing(occasion))

    def exact(self, occasion: Occasion, vocabulary: Vocabulary) -> str:
        missing = self._missing(occasion)
        several = sum(missing >> bit & 1 for bit in vocabulary.skills) > 1
        intro = "Compétences demandées" if several else "Compétence demandée"
        return labelled(intro, missing, vocabulary.skills)

    @staticmethod
    def _missing(occasion: Occasion) -> int:
        return occasion.mission.skills & ~occasion.request.skills


class Overflows(Caveat):
    code = "overflows"
    rule = "Une partie du créneau sort des demi-journées choisies."
    coarse = "Déborde en partie des moments choisis"

    def applies(self, occasion: Occasion) -> bool:
        wanted = occasion.request.half_days
        return bool(wanted and occasion.slot.half_days & ~wanted)


class FarAway(Caveat):
    FROM_M = 30_000

    code = "far_away"
    rule = f"L’adresse est à plus de {FROM_M // 1000} km, dans la distance choisie."
    coarse = "Assez loin, dans la distance choisie"

    def applies(self, occasion: Occasion) -> bool:
        metres = occasion.pair.distance_m
        return occasion.pair.in_reach and metres is not None and metres > self.FROM_M

    def exact(self, occasion: Occasion, vocabulary: Vocabulary) -> str:
        return labelled("Assez loin", 1, {0: kilometres(occasion.pair.distance_m or 0)})


class DistanceUnknown(Caveat):
    code = "distance_unknown"
    rule = "La distance n’a pas pu être calculée."
    coarse = "Distance à vérifier"

    def applies(self, occasion: Occasion) -> bool:
        return occasion.pair.in_reach and occasion.pair.distance_m is None


class AtAPartner(Caveat):
    code = "at_a_partner"
    rule = "La mission vient d’un site partenaire, où la candidature se termine."
    coarse = "Candidature à terminer sur un site partenaire"

    def applies(self, occasion: Occasion) -> bool:
        return occasion.mission.imported


#: The most telling first.
CAVEATS: tuple[Caveat, ...] = (
    HoursToAgree(),
    SomePresence(),
    HeavierCommitment(),
    SkillAsked(),
    Overflows(),
    FarAway(),
    DistanceUnknown(),
    AtAPartner(),
)


def reservation(occasion: Occasion, vocabulary: Vocabulary) -> Reservation | None:
    for caveat in CAVEATS:
        if caveat.applies(occasion):
            exact = typeset(caveat.exact(occasion, vocabulary))
            return Reservation(caveat.code, exact, typeset(caveat.coarse))
    return None

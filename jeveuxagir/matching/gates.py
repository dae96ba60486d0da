"""The hard gates: what must hold before anything is compared. One class each; the order is that of `GATES`.

A gate of the mission looks at the pair; a gate of the slot at one occasion. A mission passes when all its
own gates do and one of its slots passes all the gates of slots.
"""

from abc import ABC, abstractmethod
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar

from .pairs import Occasion, Pair
from .rows import Mode, SlotKind
from .words import kilometres

T = TypeVar("T", Pair, Occasion)


class Gate(ABC, Generic[T]):
    """`rule` says on the public page what must hold; `refusal` tells staff what does not."""

    code: ClassVar[str]
    name: ClassVar[str]
    rule: ClassVar[str]

    @abstractmethod
    def blocks(self, subject: T) -> bool: ...

    @abstractmethod
    def refusal(self, pair: Pair) -> str: ...


class OrganisationVerified(Gate[Pair]):
    code = "organisation_verified"
    name = "Organisation vérifiée"
    rule = (
        "L’organisation est validée : par la brigade de son département ou, pour une mission reprise "
        "d’un site partenaire, par ce partenaire."
    )

    def blocks(self, subject: Pair) -> bool:
        return not subject.mission.organisation_verified

    def refusal(self, pair: Pair) -> str:
        return "L’organisation n’est pas validée."


class OrganisationAnswers(Gate[Pair]):
    LIMIT = 10

    code = "organisation_answers"
    name = "Organisation qui répond"
    rule = f"Moins de {LIMIT} candidatures attendent une réponse de l’organisation depuis plus de 5 jours."

    def blocks(self, subject: Pair) -> bool:
        return subject.mission.overdue_applications >= self.LIMIT

    def refusal(self, pair: Pair) -> str:
        waiting = pair.mission.overdue_applications
        return f"{waiting} candidatures attendent une réponse de l’organisation depuis plus de 5 jours."


class NotYetKnown(Gate[Pair]):
    code = "not_yet_known"
    name = "Mission nouvelle"
    rule = "La mission n’a pas déjà été proposée, déclinée ou choisie."

    def blocks(self, subject: Pair) -> bool:
        return subject.mission.id in subject.request.known_missions

    def refusal(self, pair: Pair) -> str:
        return "La mission a déjà été proposée, déclinée ou choisie."


class ProposalLoad(Gate[Pair]):
    PER_PLACE = 3

    code = "proposal_load"
    name = "Propositions en cours"
    rule = f"Au plus {PER_PLACE} propositions attendent une réponse pour chaque place libre de la mission."

    def blocks(self, subject: Pair) -> bool:
        free = sum(slot.free_places for slot in subject.mission.slots)
        return 0 < free * self.PER_PLACE <= subject.mission.open_proposals  # without a place: gate `places`

    def refusal(self, pair: Pair) -> str:
        return "Assez de propositions sont déjà en cours pour les places libres."


class ModeAccepted(Gate[Pair]):
    code = "mode"
    name = "Sur place ou à distance"
    rule = "La mission se fait sur place ou à distance, comme demandé."

    def blocks(self, subject: Pair) -> bool:
        return not subject.common_mode

    def refusal(self, pair: Pair) -> str:
        return "Sur place ou à distance : ce n’est pas ce qui est demandé."


class OneWishMet(Gate[Pair]):
    code = "one_wish"
    name = "Un souhait au moins"
    rule = (
        "Si des domaines, des activités ou des compétences sont choisis, la mission en touche au moins un. "
        "« Peu importe » lève cette condition."
    )

    def blocks(self, subject: Pair) -> bool:
        request, mission = subject.request, subject.mission
        if request.open_to_anything or not (request.domains or request.activities or request.skills):
            return False
        return not (
            request.domains & mission.domains
            or request.activities & mission.activities
            or request.skills & mission.skills
        )

    def refusal(self, pair: Pair) -> str:
        return "Aucun des domaines, activités ou compétences choisis."


class WithinReach(Gate[Pair]):
    code = "distance"
    name = "Distance"
    rule = (
        "Sur place, l’adresse la plus proche est dans la distance choisie. Faute de coordonnées, "
        "elle est dans le même département. À distance, tout le pays est possible."
    )

    def blocks(self, subject: Pair) -> bool:
        return subject.common_mode == Mode.ON_SITE and not subject.in_reach

    def refusal(self, pair: Pair) -> str:
        if pair.distance_m is None:
            return "Distance inconnue, et un autre département."
        rounded_up = -(-pair.distance_m // 1000) * 1000
        return f"À {kilometres(rounded_up)}, pour {kilometres(pair.request.radius_m)} au plus."


class EnoughPlaces(Gate[Occasion]):
    code = "places"
    name = "Places libres"
    rule = "Un créneau a assez de places libres pour la personne ou pour tout le groupe."

    def blocks(self, subject: Occasion) -> bool:
        return subject.slot.free_places < subject.request.places

    def refusal(self, pair: Pair) -> str:
        return "Aucun créneau n’a assez de places libres."


class GroupNeedsADate(Gate[Occasion]):
    code = "group_date"
    name = "Groupe et horaires"
    rule = "Un groupe ne reçoit que des créneaux datés ou réguliers, jamais des horaires à convenir."

    def blocks(self, subject: Occasion) -> bool:
        return subject.request.places > 1 and subject.slot.kind == SlotKind.UNDATED

    def refusal(self, pair: Pair) -> str:
        return "Les horaires sont à convenir : impossible pour un groupe."


class DatesSuit(Gate[Occasion]):
    code = "dates"
    name = "Dates et moments"
    rule = (
        "Un créneau à venir, à partir de demain, tombe sur une demi-journée et une date possibles. "
        "Sans horaires fixés, la mission passe avec la réserve « Horaires à convenir »."
    )

    def blocks(self, subject: Occasion) -> bool:
        return not subject.suits

    def refusal(self, pair: Pair) -> str:
        return "Aucun créneau à venir aux dates et aux moments possibles."


class OldEnough(Gate[Occasion]):
    code = "age"
    name = "Âge"
    rule = (
        "L’âge demandé, 16 ou 18 ans, est atteint le jour du créneau (aujourd’hui si rien n’est daté). "
        "Une famille avec des moins de 16 ans ne reçoit que des missions ouvertes dès 16 ans."
    )

    def blocks(self, subject: Occasion) -> bool:
        if subject.request.under_16 and subject.mission.minimum_age > 16:
            return True
        birthday = self._birthday(subject)
        return birthday is not None and (subject.day or subject.today) < birthday

    def refusal(self, pair: Pair) -> str:
        if pair.request.under_16 and pair.mission.minimum_age > 16:
            return "La mission demande 18 ans, et le groupe compte des moins de 16 ans."
        return f"Il faut avoir {pair.mission.minimum_age} ans le jour du créneau."

    @staticmethod
    def _birthday(subject: Occasion) -> date | None:
        """The day the age asked is reached; None when it already is."""
        request = subject.request
        return request.eighteen_on if subject.mission.minimum_age > 16 else request.sixteen_on


#: In the order they are tried, the quickest first.
MISSION_GATES: tuple[Gate[Pair], ...] = (
    OrganisationVerified(),
    OrganisationAnswers(),
    NotYetKnown(),
    ProposalLoad(),
    ModeAccepted(),
    OneWishMet(),
    WithinReach(),
)
SLOT_GATES: tuple[Gate[Occasion], ...] = (EnoughPlaces(), GroupNeedsADate(), DatesSuit(), OldEnough())
GATES: tuple[Gate[Any], ...] = (*MISSION_GATES, *SLOT_GATES)

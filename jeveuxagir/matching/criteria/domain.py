from jeveuxagir.matching.pairs import Occasion
from jeveuxagir.matching.rows import Vocabulary
from jeveuxagir.matching.words import labelled

from .base import FULL, Criterion


class Domain(Criterion):
    code = "domain"
    name = "Domaine"
    rule = "La mission est dans un domaine choisi."

    def fit(self, occasion: Occasion) -> int:
        return FULL if occasion.request.domains & occasion.mission.domains else 0

    def exact(self, occasion: Occasion, vocabulary: Vocabulary) -> str:
        common = occasion.request.domains & occasion.mission.domains
        return labelled("Domaine souhaité", common, vocabulary.domains)

    def coarse(self, occasion: Occasion) -> str:
        return "Dans un domaine que vous avez choisi"

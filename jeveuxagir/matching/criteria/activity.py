from jeveuxagir.matching.pairs import Occasion
from jeveuxagir.matching.rows import Vocabulary
from jeveuxagir.matching.words import labelled

from .base import FULL, Criterion


class Activity(Criterion):
    code = "activity"
    name = "Activité"
    rule = "La mission propose une activité choisie."

    def fit(self, occasion: Occasion) -> int:
        return FULL if occasion.request.activities & occasion.mission.activities else 0

    def exact(self, occasion: Occasion, vocabulary: Vocabulary) -> str:
        common = occasion.request.activities & occasion.mission.activities
        return labelled("Activité souhaitée", common, vocabulary.activities)

    def coarse(self, occasion: Occasion) -> str:
        return "Une activité que vous avez choisie"

from jeveuxagir.matching.pairs import Occasion
from jeveuxagir.matching.rows import Vocabulary
from jeveuxagir.matching.words import labelled

from .base import FULL, Criterion


class Skills(Criterion):
    code = "skills"
    name = "Compétences"
    rule = "La part des compétences demandées par la mission que la demande apporte."

    def fit(self, occasion: Occasion) -> int:
        asked = occasion.mission.skills
        if not asked:
            return 0
        return FULL * (asked & occasion.request.skills).bit_count() // asked.bit_count()

    def exact(self, occasion: Occasion, vocabulary: Vocabulary) -> str:
        common = occasion.request.skills & occasion.mission.skills
        return labelled("Compétence utile", common, vocabulary.skills)

    def coarse(self, occasion: Occasion) -> str:
        return "Vos compétences y sont utiles"

from jeveuxagir.matching.pairs import Occasion
from jeveuxagir.matching.rows import Commitment as Rhythm
from jeveuxagir.matching.rows import Vocabulary
from jeveuxagir.matching.words import labelled, rhythm

from .base import FULL, Criterion


class Commitment(Criterion):
    LIGHTER = 600

    code = "commitment"
    name = "Rythme"
    rule = (
        "Le rythme est celui demandé. Un rythme plus léger compte un peu moins, "
        "un rythme plus soutenu ne compte pas."
    )

    def fit(self, occasion: Occasion) -> int:
        wanted, asked = occasion.request.commitment, occasion.mission.commitment
        if Rhythm.ANY in (wanted, asked) or asked > wanted:
            return 0
        return FULL if asked == wanted else self.LIGHTER

    def exact(self, occasion: Occasion, vocabulary: Vocabulary) -> str:
        wanted, asked = occasion.request.commitment, occasion.mission.commitment
        return labelled("Rythme souhaité" if asked == wanted else "Rythme plus léger", 1, {0: rhythm(asked)})

    def coarse(self, occasion: Occasion) -> str:
        return "À un rythme qui vous convient"

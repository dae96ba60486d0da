from jeveuxagir.matching.pairs import Occasion
from jeveuxagir.matching.rows import Vocabulary
from jeveuxagir.matching.words import kilometres

from .base import FULL, Criterion


class Distance(Criterion):
    HALF_AT_M = 10_000  # where half of the points are left
    UNKNOWN = FULL // 4  # as if 30 km away
    NEAR_M = 10_000

    code = "distance"
    name = "Distance"
    rule = (
        f"Plus l’adresse est proche, plus elle compte : la moitié des points à {HALF_AT_M // 1000} km, "
        "un quart à 30 km. Distance inconnue, dans le même département : un quart."
    )

    def fit(self, occasion: Occasion) -> int:
        if not occasion.pair.in_reach:
            return 0
        metres = occasion.pair.distance_m
        return self.UNKNOWN if metres is None else FULL * self.HALF_AT_M // (self.HALF_AT_M + metres)

    def exact(self, occasion: Occasion, vocabulary: Vocabulary) -> str:
        metres = occasion.pair.distance_m
        return "Dans le même département" if metres is None else f"À {kilometres(metres)}"

    def coarse(self, occasion: Occasion) -> str:
        metres = occasion.pair.distance_m
        if metres is None:
            return "Dans votre département"
        return "Près de chez vous" if metres <= self.NEAR_M else "Dans la distance que vous acceptez"

from jeveuxagir.matching.pairs import Occasion
from jeveuxagir.matching.rows import Mode, Vocabulary

from .base import FULL, Criterion


class Remote(Criterion):
    code = "remote"
    name = "À distance"
    rule = "La mission peut se faire à distance, et la demande l’accepte."

    def fit(self, occasion: Occasion) -> int:
        return FULL if occasion.pair.by_remote else 0

    def exact(self, occasion: Occasion, vocabulary: Vocabulary) -> str:
        return "Possible à distance" if occasion.mission.mode == Mode.BOTH else "Se fait à distance"

    def coarse(self, occasion: Occasion) -> str:
        return "Possible de chez vous"

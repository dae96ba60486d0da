from jeveuxagir.matching.pairs import Occasion
from jeveuxagir.matching.rows import Vocabulary
from jeveuxagir.matching.words import number_of_days

from .base import FULL, Criterion


class Answering(Criterion):
    PROMISED_DAYS = 5  # also what an organisation without history is given

    code = "answering"
    name = "Délai de réponse"
    rule = (
        "L’organisation répond vite d’habitude : un dixième des points en moins par jour. "
        f"Sans historique, elle compte comme si elle répondait en {PROMISED_DAYS} jours."
    )

    def fit(self, occasion: Occasion) -> int:
        days = occasion.mission.answer_days
        return max(0, FULL - FULL // 10 * (self.PROMISED_DAYS if days is None else days))

    def exact(self, occasion: Occasion, vocabulary: Vocabulary) -> str:
        days = occasion.mission.answer_days
        if days is None or days > self.PROMISED_DAYS:
            return ""
        return f"Réponse habituelle en {number_of_days(days)}" if days else "Réponse habituelle le jour même"

    def coarse(self, occasion: Occasion) -> str:
        return "Une organisation qui répond vite"

from jeveuxagir.matching.agenda import asks_when
from jeveuxagir.matching.pairs import Occasion
from jeveuxagir.matching.rows import SlotKind, Vocabulary
from jeveuxagir.matching.words import full_day

from .base import FULL, Criterion


class Soon(Criterion):
    of_slot = True
    HORIZON_DAYS = 60

    code = "soon"
    name = "Bientôt"
    rule = f"Le premier jour possible est proche : tous les points demain, aucun dans {HORIZON_DAYS} jours."

    def fit(self, occasion: Occasion) -> int:
        if occasion.day is None:
            return 0
        days = (occasion.day - occasion.today).days - 1
        return max(0, FULL - FULL * days // (self.HORIZON_DAYS - 1))

    def exact(self, occasion: Occasion, vocabulary: Vocabulary) -> str:
        said_already = occasion.slot.kind == SlotKind.DATED and asks_when(occasion.request)  # by Schedule
        if occasion.day is None or said_already:
            return ""
        return f"Dès le {full_day(occasion.day, occasion.today)}"

    def coarse(self, occasion: Occasion) -> str:
        return "Bientôt"

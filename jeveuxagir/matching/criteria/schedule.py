from jeveuxagir.matching.agenda import asks_when, common_half_days
from jeveuxagir.matching.half_days import parts_of
from jeveuxagir.matching.pairs import Occasion
from jeveuxagir.matching.rows import SlotKind, Vocabulary
from jeveuxagir.matching.words import capital, full_day, parts_after_weekday, parts_alone, weekday

from .base import FULL, Criterion


class Schedule(Criterion):
    of_slot = True

    code = "schedule"
    name = "Moments"
    rule = (
        "La part du créneau qui tombe sur les demi-journées choisies ; tous les points si seules des dates "
        "sont choisies. Aucun si les horaires sont à convenir ou si le moment importe peu."
    )

    def fit(self, occasion: Occasion) -> int:
        if occasion.day is None or not asks_when(occasion.request):
            return 0
        common = common_half_days(occasion.request, occasion.slot)
        return FULL * common.bit_count() // occasion.slot.half_days.bit_count()

    def exact(self, occasion: Occasion, vocabulary: Vocabulary) -> str:
        day, parts = occasion.day, self._parts(occasion)
        if day is None:
            return ""
        if occasion.slot.kind == SlotKind.WEEKLY:
            return f"{capital(weekday(day.weekday()))} {parts_after_weekday(parts)}"
        return f"{capital(full_day(day, occasion.today))}, {parts_alone(parts)}"

    def coarse(self, occasion: Occasion) -> str:
        return capital(parts_alone(self._parts(occasion)))

    @staticmethod
    def _parts(occasion: Occasion) -> int:
        """The parts of that day that suit both."""
        if occasion.day is None:
            return 0
        return parts_of(common_half_days(occasion.request, occasion.slot), occasion.day.weekday())

"""What the indicators of an alliance tell of its results, with their proof."""

from alliances.lessons import Lesson, lessons
from alliances.models import Alliance
from jeveuxagir.common.text import amount

from .models import Indicator, Value

SHOWN = 6


def of(alliance: Alliance) -> Lesson:
    """The last value of each, beside where it started."""
    rows = Indicator.objects.filter(alliance=alliance, archived_at=None, is_measured=True)
    indicators = list(rows.order_by("position", "pk")[:SHOWN])
    values = (
        Value.objects.current().filter(indicator__in=indicators).order_by("indicator_id", "-period", "-pk")
    )
    last = {value.indicator_id: value for value in values.distinct("indicator_id")}
    told = [
        f"{one.name} : de {amount(one.baseline)} à {amount(last[one.pk].amount)} {one.unit}"
        for one in indicators
        if one.pk in last
    ]
    proved = next((last[one.pk] for one in indicators if one.pk in last and last[one.pk].proof), None)
    return Lesson(
        results=told,
        proof=proved.proof if proved else "",
        proof_url=proved.proof_url if proved else "",
    )


def register() -> None:
    lessons.register("indicators", of)

"""Time that both sides validated, as a network reads that of its members together: received, or given."""

from collections.abc import Callable, Iterable

from django.db.models import F, Sum
from django.db.models.functions import ExtractYear

from missions.skill_needs.durations import in_words
from organisations.networks.sources import Lent, TimeSource, time_lent

from .models import DayEntry


def _found(side: str) -> Callable[[Iterable[int]], list[Lent]]:
    def found(organisations: Iterable[int]) -> list[Lent]:
        rows = (
            DayEntry.objects.validated()
            .filter(**{f"{side}__in": list(organisations)})
            .order_by()
            .values_list(F(side), ExtractYear("on"), "sponsorship__need__department__name")
            .annotate(n=Sum("minutes"))
        )
        return [Lent(pk, year, place or "", minutes) for pk, year, place, minutes in rows]

    return found


def register() -> None:
    for name, label, side in (
        ("received", "Le temps donné à vos membres", "sponsorship__need__organisation"),
        ("given", "Le temps donné par vos membres", "sponsorship__offer__organisation"),
    ):
        time_lent.register(name, TimeSource(label, _found(side), in_words))

"""Open missions, as a network reads those of its members."""

from collections.abc import Iterable

from django.db.models import Count

from organisations.networks.sources import OpenNeed, Source, open_needs

from .models import Mission


def _found(organisations: Iterable[int], limit: int) -> list[OpenNeed]:
    rows = Mission.objects.open().filter(organisation__in=list(organisations)).defer("search", "words")
    return [
        OpenNeed("mission", row.title, row.get_absolute_url(), row.organisation_id, row.last_date)
        for row in rows.order_by("last_date", "pk")[:limit]
    ]


def _counted(organisations: Iterable[int]) -> dict[int, int]:
    rows = Mission.objects.open().filter(organisation__in=list(organisations)).order_by()
    return dict(rows.values_list("organisation").annotate(n=Count("pk")))


def register() -> None:
    open_needs.register("missions", Source("missions ouvertes", _found, _counted))

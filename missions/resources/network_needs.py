"""Open needs of means, as a network reads those of its members."""

from collections.abc import Iterable

from django.db.models import Count

from organisations.networks.sources import OpenNeed, Source, open_needs

from .models import Need


def _found(organisations: Iterable[int], limit: int) -> list[OpenNeed]:
    rows = Need.objects.public().asking().filter(organisation__in=list(organisations))
    return [
        OpenNeed("besoin de moyens", row.title, row.get_absolute_url(), row.organisation_id, row.deadline)
        for row in rows.order_by("deadline", "pk")[:limit]
    ]


def _counted(organisations: Iterable[int]) -> dict[int, int]:
    rows = Need.objects.public().asking().filter(organisation__in=list(organisations)).order_by()
    return dict(rows.values_list("organisation").annotate(n=Count("pk")))


def register() -> None:
    open_needs.register("resource_needs", Source("besoins de moyens", _found, _counted))

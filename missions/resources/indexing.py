"""Needs that are open, in the index of the whole site; one that is past its date is not found any more."""

import datetime
from typing import Any

from jeveuxagir.common.clock import PARIS
from jeveuxagir.findable import registry
from jeveuxagir.findable.registry import Found, Source
from jeveuxagir.ui.dates import exact

from .models import Need


def _rows() -> Any:
    rows = Need.objects.public().asking()
    return rows.select_related("organisation", "commune__department", "department").defer("search")


def _found(need: Any) -> Found:
    day_after = need.deadline + datetime.timedelta(days=1)
    return Found(
        title=need.title,
        url=need.get_absolute_url(),
        summary=need.purpose,
        words=need.search_extra,
        note=f"{need.asked}, jusqu’au {exact(need.deadline)}",
        places=[need.commune],
        domains=[need.domain_id],
        sdgs=[sdg.pk for sdg in need.sdgs.all()],
        published_at=need.opened_at,
        until=datetime.datetime.combine(day_after, datetime.time(), tzinfo=PARIS),
    )


def register() -> None:
    registry.register(
        Source(
            kind="resource_need",
            model="resources.Need",
            label="besoin de moyens",
            plural="besoins de moyens",
            order=45,
            rows=_rows,
            prefetch=("sdgs",),
            found=_found,
            list_url="/moyens/",
            place_field="lieu",
        )
    )

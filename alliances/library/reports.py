"""The page of a sheet may be reported: what the brigade reads of it, and what it may do."""

from collections.abc import Callable
from typing import Any

from jeveuxagir.moderation.reports import Reportable, reportables

from . import editing, moderation
from .sheets import Sheet


def register(model: type[Sheet], route: str) -> None:
    """`route` is the name of the sheet's public page, which takes its `pk`."""

    def find(pk: int) -> Any:
        rows = model._default_manager.select_related("organisation", "department", "person")
        return rows.filter(pk=pk).first()

    describe: Callable[[Any], dict[str, Any]] = lambda sheet: {  # noqa: E731
        "facts": moderation.facts_of(sheet),
        "texts": moderation.texts_of(sheet),
    }
    reportables.register(
        route,
        Reportable(
            model=model._meta.label,
            find=find,
            is_public=lambda sheet: sheet.is_public,
            title=lambda sheet: sheet.title,
            place=lambda sheet: (sheet.department_id, None),
            ask=lambda sheet, actor, reason: _done(editing.send_back(sheet, actor=actor, reason=reason)),
            suspend=lambda sheet, actor, reason: _done(editing.suspend(sheet, actor=actor, reason=reason)),
            describe=describe,
            conflict=moderation.conflict_of,
        ),
    )


def _done(_sheet: Sheet) -> None:
    return None

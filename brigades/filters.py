"""The lists' filters. Their choices hold only what the member may see."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.http import HttpRequest

from jeveuxagir.moderation.models import ModerationItem
from organisations.enums import Kind

from . import scopes


class Choices(SimpleListFilter):
    """A filter on one column with fixed choices."""

    column = ""
    options: list[tuple[str, str]] = []

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return self.options

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset


def choices(label: str, param: str, path: str, given: Any) -> type[Choices]:
    """A `Choices` filter without writing a class each time."""
    return type(
        f"{param.capitalize()}Filter",
        (Choices,),
        {
            "title": label,
            "parameter_name": param,
            "column": path,
            "options": [(str(v), str(w)) for v, w in given],
        },
    )


def territory(*paths: str) -> type[SimpleListFilter]:
    """By department, among the member's own; nothing to choose when there is one."""

    class TerritoryFilter(SimpleListFilter):
        title = "Département"
        parameter_name = "departement"

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [(d.code, f"{d.code} – {d.name}") for d in scopes.departments(request.user)]

        def has_output(self) -> bool:
            return len(self.lookup_choices) > 1

        def queryset(self, request: HttpRequest, queryset: Any) -> Any:
            from django.db.models import Q

            if not self.value():
                return queryset
            found = Q(pk__in=[])
            for path in paths:
                found |= Q(**{path: self.value()})
            return queryset.filter(found)

    return TerritoryFilter


class View(SimpleListFilter):
    """Which part of a queue: what is open unless told otherwise."""

    title = "Voir"
    parameter_name = "vue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("miennes", "Les miennes"),
            ("libres", "À prendre"),
            ("retard", "En retard"),
            ("decidees", "Décidées"),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        if value == "miennes":
            return queryset.mine(request.user)
        if value == "libres":
            return queryset.nobodys()
        if value == "retard":
            return queryset.late()
        if value == "decidees":
            return queryset.filter(state="decided").order_by("-decided_at", "-pk")
        return queryset.open()


CauseFilter = choices("Motif", "motif", "cause", ModerationItem.Cause.choices)
MissionKindFilter = choices(
    "Sorte", "sorte", "kind", [("mission", "Missions"), ("attachment", "Rattachements d’un flux")]
)
KindFilter = choices(
    "Type", "type", "kind", [(kind.value, f"{kind.label[:1].upper()}{kind.label[1:]}") for kind in Kind]
)
_NEEDS = ("skill_need", "offer", "resource_need")
KindOfNeed = choices(
    "Sorte",
    "sorte",
    "kind",
    [(kind.value, kind.label.capitalize()) for kind in ModerationItem.Kind if kind.value in _NEEDS],
)
_TEXTS = ("example", "sheet", "event", "statement")
KindOfText = choices(
    "Sorte",
    "sorte",
    "kind",
    [(kind.value, kind.label.capitalize()) for kind in ModerationItem.Kind if kind.value in _TEXTS],
)

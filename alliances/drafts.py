"""The alliance that somebody is writing, kept in the session until it is sent; and places by their code."""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from jeveuxagir.taxonomies.models import Domain, Sdg
from jeveuxagir.territories.models import Commune, Department, Epci, Region

from .enums import Rule
from .services import MOST_PLACES, AllianceData

KEY = "alliance_draft"
AnyPlace = Commune | Epci | Department | Region
#: « commune:23096 » says a place in a form or a session
LEVELS: dict[str, type[AnyPlace]] = {
    "commune": Commune,
    "epci": Epci,
    "departement": Department,
    "region": Region,
}


def code_of(place: AnyPlace) -> str:
    level = next(level for level, model in LEVELS.items() if isinstance(place, model))
    return f"{level}:{place.pk}"


def label_of(place: AnyPlace) -> str:
    return str(getattr(place, "label", place))


def places_of(codes: Iterable[str]) -> list[AnyPlace]:
    """The places of these codes, in their order; what is unknown is left out."""
    wanted = list(dict.fromkeys(codes))[:MOST_PLACES]
    found: dict[str, AnyPlace] = {}
    for level, model in LEVELS.items():
        keys = [code.partition(":")[2] for code in wanted if code.startswith(f"{level}:")]
        rows: Any = model._default_manager.filter(pk__in=keys)
        if model is Commune:
            rows = rows.select_related("department", "epci")
        found.update({code_of(row): row for row in rows})
    return [found[code] for code in wanted if code in found]


def around(places: Sequence[AnyPlace]) -> list[AnyPlace]:
    """What one may mean instead of a few communes: their intercommunality, department or region."""
    wider: list[AnyPlace] = []
    for place in places:
        if isinstance(place, Commune):
            wider += [place.epci] if place.epci else []
            wider += [place.department, place.department.region]
    codes = {code_of(place) for place in places}
    return [place for place in dict.fromkeys(wider) if code_of(place) not in codes][:6]


class Draft:
    """What was typed so far, in the session: a dictionary of plain values."""

    def __init__(self, session: Any) -> None:
        self.session = session
        kept = session.get(KEY)
        self.values: dict[str, Any] = kept if isinstance(kept, dict) else {}

    def put(self, **values: Any) -> None:
        self.values.update(values)
        self.session[KEY] = self.values

    def forget(self) -> None:
        self.session.pop(KEY, None)

    @property
    def organisation(self) -> int | None:
        """For whom: an organisation's id, or None for oneself."""
        return self.values.get("organisation")

    @property
    def places(self) -> list[AnyPlace]:
        return places_of(self.values.get("places", []))

    def data(self) -> AllianceData:
        """What the services take."""
        values = self.values
        return AllianceData(
            name=values.get("name", ""),
            purpose=values.get("purpose", ""),
            places=self.places,
            domain=Domain.objects.active().filter(pk=values.get("domain") or "").first(),
            sdgs=list(Sdg.objects.filter(pk__in=values.get("sdgs", []))),
            starts_on=_day(values.get("starts_on")),
            ends_on=_day(values.get("ends_on")),
            rule=values.get("rule", Rule.CONSENT),
            cadence_days=values.get("cadence_days"),
        )


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None

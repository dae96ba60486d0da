"""From the addresses a feed writes to communes of France, all in one department."""

import re
from collections import OrderedDict
from collections.abc import Iterable

from jeveuxagir.territories import places
from jeveuxagir.territories.models import Commune
from jeveuxagir.territories.text import normalise
from missions.enums import MissionMode
from missions.services import MAX_ADDRESSES, AddressSpec

from .models import FeedIssue
from .reading import Item, Place, Remark

#: How far from its commune's point an address may lie; communes of Guiana and Polynesia are vast.
NEAR_KM = 40.0
VAST_KM = {"973": 300.0, "987": 1500.0, "988": 250.0, "986": 300.0}
#: An address without a town is placed by its point when a commune's is this near.
PLACED_KM = 10.0
CACHE = 20_000
CODES = 3_000

_NUMBER = re.compile(r"-?\d{1,3}(\.\d{1,12})?", re.ASCII)


class Places:
    """Finds communes, and remembers what it found during a run."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str, str], Commune | None] = OrderedDict()
        self._at_code: dict[str, list[Commune]] = {}
        self._points: dict[tuple[str, str], tuple[float, float] | None] = {}

    def prepare(self, postal_codes: Iterable[str]) -> None:
        """Ask once for the communes of all these postal codes."""
        new = {code for code in postal_codes if code and code not in self._at_code}
        if len(self._at_code) > CODES:
            self._at_code.clear()
        self._at_code |= {code: [] for code in new}
        for commune in (
            Commune.objects.filter(postal_codes__overlap=sorted(new)).most_populated() if new else ()
        ):
            for code in new.intersection(commune.postal_codes):
                self._at_code[code].append(commune)

    def find(self, *, name: str, postal_code: str, department: str = "") -> Commune | None:
        key = (name, postal_code, department)
        if key not in self._known:
            self._known[key] = self._at_the_code(name, postal_code) or places.find(
                name=name, postal_code=postal_code, department=department
            )
            if len(self._known) > CACHE:
                self._known.popitem(last=False)
        return self._known[key]

    def _at_the_code(self, name: str, postal_code: str) -> Commune | None:
        """The commune of exactly this name and code, or the only one of this code, if its code was prepared."""
        there = self._at_code.get(postal_code, [])
        same = [commune for commune in there if commune.search_name == normalise(name)]
        return (same or there)[0] if same or len(there) == 1 else None

    def addresses_of(self, item: Item) -> tuple[list[AddressSpec], list[Remark]]:
        """The addresses we keep, each once, all in the first one's department; and why others are left out.

        A remote mission has none: it belongs where its organisation does (product decision 18).
        """
        if item.mode == MissionMode.REMOTE:
            return [], []
        kept: dict[tuple[str, str], AddressSpec] = {}
        remarks: list[Remark] = []
        department = ""
        for place in item.places:
            commune = self._commune(place, remarks)
            if commune is None:
                continue
            department = department or commune.department_id
            if commune.department_id != department:
                remarks.append(
                    _left_out(
                        f"Adresse « {place.label} » hors du département de la première ({department}) : "
                        "faites une mission par département."
                    )
                )
                continue
            spec = self._spec(place, commune, remarks)
            kept.setdefault((commune.pk, spec.street), spec)
        if len(kept) > MAX_ADDRESSES:
            remarks.append(
                _left_out(f"Plus de {MAX_ADDRESSES} adresses : les suivantes sont laissées de côté.")
            )
        return list(kept.values())[:MAX_ADDRESSES], list(dict.fromkeys(remarks))

    def _commune(self, place: Place, remarks: list[Remark]) -> Commune | None:
        if not place.in_france:
            remarks.append(_left_out(f"Adresse hors de France : « {place.label} »."))
            return None
        if place.city or place.postal_code:
            commune = self.find(name=place.city, postal_code=place.postal_code, department=place.department)
            if commune is None:
                remarks.append(_left_out(f"Commune introuvable : « {place.label} »."))
            elif place.city and not _same_name(place.city, commune):
                where = f"La ville « {place.city} » n’est pas au code postal {place.postal_code} : "
                remarks.append(Remark(FeedIssue.Level.HINT, "city", where + f"{commune.name} est prise."))
            return commune
        point = _point(place)
        if point is None:
            if place.street or place.latitude or place.longitude:
                remarks.append(_left_out(f"Adresse sans ville ni code postal : « {place.label} »."))
            return None
        commune = places.nearest(*point)
        far = commune is None or places.distance_km(*point, commune.latitude, commune.longitude) > PLACED_KM  # type: ignore[arg-type]
        if far:
            remarks.append(_left_out("Adresse sans ville, dont le point n’est pas en France."))
            return None
        return commune

    def _spec(self, place: Place, commune: Commune, remarks: list[Remark]) -> AddressSpec:
        code = place.postal_code if place.postal_code in commune.postal_codes else ""
        point = _point(place)
        if point is None and (place.latitude or place.longitude):
            remarks.append(
                _left_out(f"Point illisible : « {place.latitude}, {place.longitude} ».", "location")
            )
        elif point is not None and not _is_near(point, commune):
            swapped = _is_near((point[1], point[0]), commune)
            why = "latitude et longitude semblent inversées" if swapped else "il est loin de la commune"
            remarks.append(
                _left_out(
                    f"Point de « {place.label} » laissé de côté : {why}. Celui de la commune est pris.",
                    "location",
                )
            )
            point = None
        point = point or self._point_of(commune, code)
        latitude, longitude = point or (None, None)
        return AddressSpec(commune, place.street, code, latitude, longitude)

    def _point_of(self, commune: Commune, code: str) -> tuple[float, float] | None:
        key = (commune.pk, code)
        if key not in self._points:
            self._points[key] = places.point_of(commune, code)
        return self._points[key]


def _point(place: Place) -> tuple[float, float] | None:
    if not (_NUMBER.fullmatch(place.latitude) and _NUMBER.fullmatch(place.longitude)):
        return None
    latitude, longitude = float(place.latitude), float(place.longitude)
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180) or latitude == longitude == 0:
        return None
    return latitude, longitude


def _is_near(point: tuple[float, float], commune: Commune) -> bool:
    if not (-90 <= point[0] <= 90 and -180 <= point[1] <= 180):
        return False
    if commune.latitude is None or commune.longitude is None:
        return True
    reach = VAST_KM.get(commune.department_id, NEAR_KM)
    return places.distance_km(*point, commune.latitude, commune.longitude) <= reach


def _same_name(city: str, commune: Commune) -> bool:
    """Whether a town as it is written may be this commune: districts, "cedex" and short forms are."""
    name = normalise(city)
    return commune.search_name in name or name in commune.search_name


def _left_out(reason: str, tag: str = "address") -> Remark:
    return Remark(FeedIssue.Level.LEFT_OUT, tag, reason)

"""Writing the index: what changed soon after it did, everything once a night."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from jeveuxagir.common.clock import now
from jeveuxagir.common.text import clean
from jeveuxagir.common.wake import wake
from jeveuxagir.territories.models import Commune, Department, Epci, Region

from .models import Entry, Stale, area

if TYPE_CHECKING:
    from .registry import Found, Source

BATCH = 500
#: the number of the lock that the index's only writer holds
WRITER = 20_201_130
UPDATED = [
    *("title", "url", "summary", "note", "where", "words", "areas", "covers", "everywhere"),
    *("latitude", "longitude", "domains", "sdgs", "terms", "published_at", "until", "rank", "written_at"),
]


def note(kind: str, keys: Iterable[str]) -> None:
    """Something happened to these rows: to be called in the transaction of the fact."""
    if Stale.objects.bulk_create([Stale(kind=kind, object_id=int(key)) for key in keys]):
        wake("jeveuxagir.findable.tasks.refresh")


def forget(kind: str, keys: Iterable[int]) -> None:
    """What somebody took back, or was taken off, is found no more as soon as the transaction of that fact commits.

    A writer that had read it before writes it again for a moment at most: the note has it looked at once more.
    """
    numbers = list(keys)
    if numbers:
        Entry.objects.filter(kind=kind, object_id__in=numbers).delete()
        note(kind, map(str, numbers))


def refresh() -> int:
    """Write again a batch of what changed; returns how many lines of the queue it was. A fact meanwhile makes a new
    line, for the next time. One writer at a time: what was read first is never written last."""
    from .registry import sources

    with transaction.atomic():
        if not _alone(wait=False):
            return 0
        due = list(Stale.objects.order_by("pk")[:BATCH])
        Stale.objects.filter(pk__in=[one.pk for one in due]).delete()
        keys: dict[str, set[int]] = {}
        for one in due:
            keys.setdefault(one.kind, set()).add(one.object_id)
        for kind, numbers in keys.items():
            if kind in sources:
                _write(sources[kind], sorted(numbers))
            else:
                Entry.objects.filter(kind=kind).delete()
    return len(due)


def _alone(*, wait: bool) -> bool:
    """Whether this transaction is the only writer of the index; waiting for its turn if need be."""
    with connection.cursor() as cursor:
        name = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
        cursor.execute(f"SELECT {name}(%s)", [WRITER])  # one of two names
        return bool(cursor.fetchone()[0] is not False)


def rebuild(*kinds: str) -> dict[str, int]:
    """Write the whole index again, batch by batch: it is never empty meanwhile. Returns {kind: entries}."""
    from .registry import sources

    if not kinds:
        Entry.objects.exclude(kind__in=[source.kind for source in sources]).delete()
    counts = {}
    for source in sources:
        if kinds and source.kind not in kinds:
            continue
        counts[source.kind] = 0
        for numbers in _batches(source):
            with transaction.atomic():
                _alone(wait=True)
                counts[source.kind] += _write(source, numbers)
        with transaction.atomic():
            _alone(wait=True)
            gone = Entry.objects.filter(kind=source.kind)
            gone.exclude(object_id__in=source.rows().order_by().values("pk")).delete()
    return counts


def _batches(source: "Source") -> Iterator[list[int]]:
    """The keys of what is public, a batch at a time."""
    last = 0
    while True:
        numbers = list(source.rows().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not numbers:
            return
        yield numbers
        last = numbers[-1]


def _write(source: "Source", numbers: list[int]) -> int:
    """The entries of these rows: written when the row is public, removed when it is not."""
    rows = source.rows().filter(pk__in=numbers).prefetch_related(*source.prefetch)
    entries = {row.pk: _entry(source, row.pk, source.found(row)) for row in rows}
    Entry.objects.filter(kind=source.kind, object_id__in=set(numbers) - entries.keys()).delete()
    Entry.objects.bulk_create(
        entries.values(),
        update_conflicts=True,
        unique_fields=["kind", "object_id"],
        update_fields=UPDATED,
    )
    return len(entries)


def _entry(source: "Source", number: int, found: "Found") -> Entry:
    areas, covers = _areas(found.places)
    point = found.point or next(filter(None, map(_point, found.places)), (None, None))
    return Entry(
        kind=source.kind,
        object_id=number,
        title=clean(found.title)[:200],
        url=found.url[:300],
        summary=_short(found.summary, 300),
        note=found.note[:120],
        where=_where(found.places),
        # « méthode réunion » finds the methods that say « réunion »
        words=f"{source.label} {found.words}"[:20_000],
        areas=areas,
        covers=covers,
        everywhere=found.everywhere,
        latitude=point[0],
        longitude=point[1],
        domains=sorted(set(found.domains)),
        sdgs=sorted(set(found.sdgs)),
        terms=sorted(set(found.terms)),
        published_at=found.published_at,
        until=found.until,
        rank=found.rank,
        written_at=now(),
    )


def _areas(places: Iterable[Any]) -> tuple[list[str], list[str]]:
    """All that holds these places, themselves first; and those it covers whole, wider than a commune."""
    areas: dict[str, None] = {}
    covers: dict[str, None] = {}
    for place in places:
        areas[area(place)] = None
        if not isinstance(place, Commune):
            covers[area(place)] = None
        if isinstance(place, Commune):
            if place.epci_id:
                areas[f"e{place.epci_id}"] = None
            areas[f"d{place.department_id}"] = None
            areas[f"r{place.department.region_id}"] = None
        elif isinstance(place, Department):
            areas[f"r{place.region_id}"] = None
        elif isinstance(place, Epci):
            for code, region in _departments(place):
                areas[f"d{code}"] = areas[f"r{region}"] = None
    return list(areas), list(covers)


def _departments(epci: Epci) -> list[tuple[str, str]]:
    rows = Commune.objects.filter(epci=epci).values_list("department", "department__region").distinct()
    return list(rows)


def _point(place: Any) -> tuple[float, float] | None:
    if isinstance(place, Commune) and place.latitude is not None and place.longitude is not None:
        return place.latitude, place.longitude
    return None


def _where(places: Any) -> str:
    labels = [_label(place) for place in places]
    rest = len(labels) - 2
    return (", ".join(labels[:2]) + (f" et {rest} autre{'s' if rest > 1 else ''}" if rest > 0 else ""))[:160]


def _label(place: Commune | Epci | Department | Region) -> str:
    return str(place.label if isinstance(place, Commune | Department) else place.name)


def _short(text: str, most: int) -> str:
    text = " ".join(clean(text).split())
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + "…"

"""What every part of the demo stands on: one set of dice, one calendar, the towns, and the rows to write."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model
from django.db.models.expressions import DatabaseDefault

from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import PARIS, now, today
from jeveuxagir.territories.models import Arrondissement, Commune

M = TypeVar("M", bound=Model)
T = TypeVar("T")

SEED = 20201130  # the report that asked for Jeveuxagir
BLOCK = 400


def _copy(model: type[Model], rows: list[Any]) -> None:
    """Write rows with COPY, as saving them would: cleaned, with the database's own default where nothing is said."""
    if not rows:
        return
    written: list[Any] = []
    for field in model._meta.concrete_fields:
        if field.generated or (field.primary_key and rows[0].pk is None):
            continue
        values = [field.pre_save(row, True) for row in rows]
        unsaid = [isinstance(value, DatabaseDefault) for value in values]
        if all(unsaid):
            continue
        assert not any(unsaid), f"{model.__name__}.{field.name} is given in some rows only"
        written.append((field.column, [field.get_db_prep_save(value, connection) for value in values]))
    names = ", ".join(connection.ops.quote_name(column) for column, _ in written)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in zip(*(values for _, values in written), strict=True):
            copy.write_row(row)


class Ground:
    """Shared by all builders. Numbers are reserved first, so that rows can name each other before they are written."""

    def __init__(self, seed: int = SEED) -> None:
        self.dice = random.Random(seed)
        self.now = now()
        self.today = today()
        self._numbers: dict[type[Model], list[int]] = {}
        self._issued: dict[type[Model], int] = {}
        self._rows: dict[type[Model], list[Model]] = defaultdict(list)
        self._communes: dict[str, Commune] = {}
        self._around: dict[str, list[Commune]] = {}
        self.arrondissements: dict[str, list[Arrondissement]] = defaultdict(list)
        for part in Arrondissement.objects.order_by("code"):
            self.arrondissements[part.commune_id].append(part)

    # --- rows -------------------------------------------------------------------------------------------------

    def number(self, model: type[Model]) -> int:
        """The next primary key of this table."""
        block = self._numbers.setdefault(model, [])
        if not block:
            size = self._issued[model] = min(BLOCK, 2 * self._issued.get(model, 5))
            table = model._meta.db_table
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                    [table, size],
                )
                block.extend(row[0] for row in cursor.fetchall())
            block.reverse()
        return block.pop()

    def add(self, row: M) -> M:
        """To be written by `write`."""
        self._rows[type(row)].append(row)
        return row

    def new(self, model: type[M], **fields: Any) -> M:
        """A row with its number, to be written."""
        return self.add(model(pk=self.number(model), **fields))

    def write(self, *models: type[Model]) -> None:
        """Write what was added to these tables, in the order given."""
        for model in models:
            rows = self._rows.pop(model, [])
            if model is Event:
                rows.sort(key=lambda event: event.created_at)  # type: ignore[attr-defined]
            _copy(model, rows)

    def rows(self, model: type[M]) -> list[M]:
        """What waits to be written."""
        return self._rows[model]  # type: ignore[return-value]

    def event(self, verb: str, subject: Model, at: datetime, *, actor: Any = None, **data: Any) -> None:
        """A line of the subject's history. Nobody is to react to it: it is past."""
        self.add(
            Event(
                verb=verb,
                actor_id=actor.pk if actor else None,
                subject_type=subject._meta.label,
                subject_id=str(subject.pk),
                data=data,
                created_at=at,
            )
        )

    # --- the calendar -------------------------------------------------------------------------------------------

    def days_ago(self, days: float) -> datetime:
        """A moment of that day, in daytime, never in the future."""
        day = self.today - timedelta(days=int(days))
        moment = datetime.combine(
            day, time(self.dice.randrange(8, 21), self.dice.randrange(60)), tzinfo=PARIS
        )
        return moment if moment < self.now else self.now - timedelta(minutes=self.dice.randrange(5, 50))

    def later(self, moment: datetime, low: float, high: float) -> datetime:
        """Some days after a moment, at another hour, and still in the past."""
        after = moment + timedelta(days=self.dice.uniform(low, high))
        latest = self.now - timedelta(minutes=2)
        return min(after, max(latest, moment + timedelta(seconds=30)))

    def day(self, days: int) -> date:
        return self.today + timedelta(days=days)

    # --- the dice -------------------------------------------------------------------------------------------------

    def pick(self, things: Sequence[T]) -> T:
        return things[self.dice.randrange(len(things))]

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    # --- the towns -------------------------------------------------------------------------------------------------

    def load_communes(self, codes: Iterable[str]) -> None:
        self._communes.update(Commune.objects.select_related("department").in_bulk(sorted(set(codes))))

    def commune(self, code: str) -> Commune:
        if code not in self._communes:
            self.load_communes([code])
        return self._communes[code]

    def load_departments(self, codes: Iterable[str]) -> None:
        """The communes people live in, by department: those of more than 400 inhabitants."""
        found = Commune.objects.filter(department__in=sorted(set(codes)), population__gte=400)
        for commune in found.select_related("department").order_by("code"):
            self._around.setdefault(commune.department_id, []).append(commune)
            self._communes.setdefault(commune.pk, commune)

    def in_department(self, code: str) -> list[Commune]:
        return self._around.get(code, [])

    def near(self, commune: Commune, km: float) -> list[Commune]:
        """Communes of the same department in a square around this one."""
        if commune.latitude is None or commune.longitude is None:
            return [commune]
        lat, lon, span = commune.latitude, commune.longitude, km / 111
        return [
            other
            for other in self.in_department(commune.department_id)
            if other.latitude is not None
            and other.longitude is not None
            and abs(other.latitude - lat) < span
            and abs(other.longitude - lon) < span * 1.4
        ] or [commune]

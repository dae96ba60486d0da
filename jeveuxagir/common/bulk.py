"""Writing many rows at once with COPY: for reference and demo data, never for what people do."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model


def upsert(cursor: Any, model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert or update rows by primary key, writing only what changes. Returns the number of rows written."""
    table = f'"{model._meta.db_table}"'
    key = model._meta.pk.column
    names = ", ".join(f'"{column}"' for column in columns)
    cursor.execute(f"CREATE TEMP TABLE incoming AS SELECT {names} FROM {table} WITH NO DATA")  # noqa: S608
    with cursor.copy(f"COPY incoming ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    others = [column for column in columns if column != key]
    changes = ", ".join(f'"{column}" = excluded."{column}"' for column in others)
    before = ", ".join(f'kept."{column}"' for column in others)
    after = ", ".join(f'excluded."{column}"' for column in others)
    cursor.execute(
        f"INSERT INTO {table} AS kept ({names}) SELECT {names} FROM incoming "  # noqa: S608
        f'ON CONFLICT ("{key}") DO UPDATE SET {changes} WHERE ({before}) IS DISTINCT FROM ({after})'
    )
    written = cursor.rowcount
    cursor.execute("DROP TABLE incoming")
    return written

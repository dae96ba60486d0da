"""What PostgreSQL knows of its tables, refreshed after much was written: its own pass comes minutes later."""

from contextlib import suppress

from django.db import OperationalError, connection, models, transaction

#: Below this many rows the plans do not change.
MUCH = 1000


def analyze(*tables: type[models.Model]) -> None:
    """Ask for fresh statistics of these tables; somebody else who does it right now is enough."""
    quote = connection.ops.quote_name
    with suppress(OperationalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(quote(table._meta.db_table) for table in tables)}")


def analyze_all() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

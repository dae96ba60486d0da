"""The test database: reference data once a run, real commits for the tests that need them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.backends.signals import connection_created

# Reference data and Django's own bookkeeping: loaded once, never emptied between tests.
KEPT_PREFIXES = ("territories_", "taxonomies_")
KEPT_TABLES = {"django_migrations", "django_content_type", "auth_permission"}


@contextmanager
def patiently() -> Iterator[None]:
    """The limits of a page are not those of making the database: a busy machine takes its time."""

    def without_limits(connection: Any, **_more: Any) -> None:
        connection.connection.execute("SET statement_timeout = 0")
        connection.connection.execute("SET lock_timeout = 0")

    connection_created.connect(without_limits)
    connections.close_all()
    try:
        yield
    finally:
        connection_created.disconnect(without_limits)
        connections.close_all()


def load_reference_data() -> None:
    """Load communes, taxonomies and the like; not the sheets of the library, which tests make as they need them."""
    call_command("load_reference", without_sheets=True, verbosity=0)


def empty_tables(keep: frozenset[str] = frozenset()) -> None:
    """Empty all tables except the reference ones, in one statement."""
    with connection.cursor() as cursor:
        tables = [
            table
            for table in connection.introspection.table_names(cursor)
            if not table.startswith(KEPT_PREFIXES) and table not in KEPT_TABLES | keep
        ]
        if tables:
            with transaction.atomic():
                # a busy machine takes its time to empty two hundred tables: the limits are those of a page
                cursor.execute("SET LOCAL statement_timeout = '120s'; SET LOCAL lock_timeout = '60s'")
                _truncate(cursor, tables, keep - KEPT_TABLES)


def _truncate(cursor: Any, tables: list[str], seeded: frozenset[str]) -> None:
    """PostgreSQL empties no table that another one names: those seeded ones are emptied too, then filled again."""
    quote = connection.ops.quote_name
    naming = {}
    for table in sorted(seeded):
        relations = connection.introspection.get_relations(cursor, table)
        links = [column for column, (_, other, *_) in relations.items() if other in tables]
        if links:
            naming[table] = " AND ".join(f"{quote(column)} IS NULL" for column in links)
    for table, ours in naming.items():
        cursor.execute(
            f"CREATE TEMP TABLE {quote('kept_' + table)} ON COMMIT DROP AS SELECT * FROM {quote(table)} WHERE {ours}"  # noqa: S608
        )
    cursor.execute(f"TRUNCATE {', '.join(quote(table) for table in [*tables, *naming])}")
    for table in naming:
        cursor.execute(f"INSERT INTO {quote(table)} SELECT * FROM {quote('kept_' + table)}")  # noqa: S608


def filled_tables() -> frozenset[str]:
    """The tables that hold rows now (seeded by migrations)."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        filled = set()
        for table in names:
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})")  # noqa: S608
            if cursor.fetchone()[0]:
                filled.add(table)
        return frozenset(filled)


def end_other_sessions() -> None:
    """End the sessions that a thread or process left open, so that the database can be dropped."""
    connections.close_all()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connections.close_all()

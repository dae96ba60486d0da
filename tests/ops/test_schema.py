"""The schema that an empty database begins from is what the migrations make."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from ops import schema
from ops.services import FAST_SETTINGS, PostgreSQL, ServiceError


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PostgreSQL]:
    server = PostgreSQL(tmp_path / "postgresql", settings=FAST_SETTINGS)
    yield server
    server.remove()


def _django(database: str, *command: str) -> None:
    settings = {"DJANGO_SETTINGS_MODULE": "jeveuxagir.settings.test", "DATABASE_URL": database}
    subprocess.run([sys.executable, "-m", "django", *command], env={**os.environ, **settings}, check=True)


def _schema(server: PostgreSQL, database: str) -> str:
    """Its tables, functions and constraints; read back once, after which PostgreSQL keeps its own words."""
    again = server.create(f"{urlsplit(database).path[1:]}_again")
    schema.load(again, schema.dump(database, "--schema-only").encode())
    return schema.dump(again, "--schema-only")


def _rows(database: str) -> dict[str, int]:
    """How many rows each table holds."""
    with psycopg.connect(database) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        counts = {
            table: connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            ).fetchone()
            for (table,) in tables
        }
    return {table: row[0] for table, row in counts.items() if row}


def test_replaying_every_migration_gives_the_same_database_as_the_schema_and_what_came_since(
    server: PostgreSQL,
) -> None:
    replayed = server.start("replayed")
    begun = server.create("begun")
    schema.load(begun)

    for database in (replayed, begun):
        _django(database, "migrate", "--no-input", "--verbosity", "0")

    assert _schema(server, begun) == _schema(server, replayed)
    assert _rows(begun) == _rows(replayed)


def test_the_schema_knows_no_migration_that_is_gone(server: PostgreSQL) -> None:
    from django.db.migrations.loader import MigrationLoader

    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    database = server.start("begun")
    schema.load(database)
    with psycopg.connect(database) as connection:
        applied = connection.execute("SELECT app || '.' || name FROM django_migrations").fetchall()

    assert {name for (name,) in applied} <= known


def test_an_empty_database_is_told_from_one_that_holds_tables(server: PostgreSQL) -> None:
    database = server.start("begun")
    assert schema.is_empty(database)
    schema.load(database)
    assert not schema.is_empty(database)


def test_a_schema_that_does_not_load_leaves_nothing(
    server: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.sql.gz"
    broken.write_bytes(gzip.compress(b"CREATE TABLE first (id int); SELECT * FROM absent;"))
    monkeypatch.setattr(schema, "FILE", broken)
    database = server.start("begun")

    with pytest.raises(ServiceError, match="absent"):
        schema.load(database)

    assert schema.is_empty(database)

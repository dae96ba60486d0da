"""A migration runs on a database full of rows, not only on the empty one of the tests."""

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.db.migrations import Migration, RunPython, RunSQL
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

SETTLES = "SET CONSTRAINTS ALL IMMEDIATE"


def _ours() -> dict[str, Migration]:
    loader = MigrationLoader(None)
    return {
        f"{app}.{name}": migration
        for (app, name), migration in sorted(loader.disk_migrations.items(), key=lambda row: row[0])
        if str(settings.BASE_DIR) in apps.get_app_config(app).path
        and ".venv" not in apps.get_app_config(app).path
    }


def _writes_rows(operation: Operation) -> bool:
    if isinstance(operation, RunPython):
        return True
    return isinstance(operation, RunSQL) and bool(
        re.search(r"\b(UPDATE|INSERT INTO|DELETE)\b", str(operation.sql))
    )


@pytest.mark.parametrize(("name", "migration"), _ours().items(), ids=_ours())
def test_rows_written_by_a_migration_are_checked_before_it_alters_a_table(
    name: str, migration: Migration
) -> None:
    """Else PostgreSQL refuses: « cannot ALTER TABLE … because it has pending trigger events », with rows alone."""
    waiting = False
    for operation in migration.operations:
        if _writes_rows(operation):
            waiting = migration.atomic
        elif isinstance(operation, RunSQL):
            waiting = waiting and SETTLES not in str(operation.sql)
        else:
            assert not waiting, f"{name}: {SETTLES} before {operation.describe()}"

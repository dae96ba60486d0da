"""A backup comes back whole, into an empty database, even when the code has moved on since."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import psycopg.sql
import pytest
from django.db import connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ops import backup

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.proof, pytest.mark.usefixtures("committed_db")]


def url(database: str) -> str:
    """The address of another database of the suite's server."""
    connection.ensure_connection()
    parts = conninfo_to_dict(connection.connection.info.dsn)
    host, port, user = parts.get("host", ""), parts.get("port", "5432"), parts.get("user", "postgres")
    password = f":{connection.settings_dict['PASSWORD']}" if connection.settings_dict["PASSWORD"] else ""
    return f"postgresql://{user}{password}@/{database}?host={host}&port={port}"


@pytest.fixture
def databases(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """Two empty databases of their own."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "jeveuxagir.settings.dev")
    names = ["saved_from", "restored_to"]
    server = make_conninfo(url("postgres"))
    with psycopg.connect(server, autocommit=True) as admin:
        for name in names:
            admin.execute(f"DROP DATABASE IF EXISTS {name}")
            admin.execute(f"CREATE DATABASE {name}")
    yield url(names[0]), url(names[1])
    with psycopg.connect(server, autocommit=True) as admin:
        for name in names:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def counts(database: str) -> dict[str, int]:
    """Rows by table."""
    with psycopg.connect(database) as reader:
        tables = reader.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        ).fetchall()
        counted = psycopg.sql.SQL("SELECT count(*) FROM {}")
        return {
            name: reader.execute(counted.format(psycopg.sql.Identifier(name))).fetchone()[0]
            for (name,) in tables
        }


def program(*arguments: str | Path, database: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ops.backup", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database},
        capture_output=True,
        text=True,
    )


def test_a_backup_comes_back_whole_and_an_older_one_is_brought_up_to_date(
    databases: tuple[str, str], tmp_path: Path
) -> None:
    source, target = databases
    file = tmp_path / "sauvegarde.dump"
    backup.manage(source, "migrate", "--noinput", "--verbosity", "0")
    with psycopg.connect(source) as writer:
        [kept] = writer.execute(
            "INSERT INTO accounts_person (first_name, last_name, email, phone) "
            "VALUES ('Nadia', '', 'nadia@exemple.fr', ''), ('Rose', '', 'rose@exemple.fr', '') RETURNING id"
        ).fetchall()[0]
    backup.manage(source, "migrate", "moderation", "0001")  # what the code was before
    before = counts(source)

    assert program("save", file, database=source).returncode == 0
    assert file.stat().st_mode & 0o077 == 0
    done = program("restore", file, database=target)
    assert done.returncode == 0, done.stderr

    after = counts(target)
    unchanged = {name for name in before if name not in ("django_migrations",)}
    assert {name: after[name] for name in unchanged} == {name: before[name] for name in unchanged}
    assert after["django_migrations"] > before["django_migrations"]
    with psycopg.connect(target) as reader:
        assert reader.execute("SELECT first_name FROM accounts_person WHERE id = %s", [kept]).fetchone() == (
            "Nadia",
        )

    again = program("restore", file, database=target)
    assert again.returncode == 1
    assert "not empty" in again.stderr
    assert counts(target) == after
    assert program("restore", "--replace", file, database=target).returncode == 0
    assert counts(target) == after


def test_a_backup_from_newer_code_is_refused_by_name(databases: tuple[str, str], tmp_path: Path) -> None:
    source, target = databases
    file = tmp_path / "sauvegarde.dump"
    backup.manage(source, "migrate", "--noinput", "--verbosity", "0")
    with psycopg.connect(source) as writer:
        writer.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('missions', '0999_later', now())"
        )
    backup.save(source, file)
    done = program("restore", file, database=target)
    assert done.returncode == 1
    assert "missions.0999_later" in done.stderr


def test_a_file_that_is_no_backup_changes_nothing(databases: tuple[str, str], tmp_path: Path) -> None:
    file = tmp_path / "lettre.txt"
    file.write_text("Bonjour")
    done = program("restore", file, database=databases[1])
    assert done.returncode == 1
    assert done.stderr.startswith("ERROR:")
    assert counts(databases[1]) == {}
    assert program("restore", tmp_path / "absent.dump", database=databases[1]).returncode == 1

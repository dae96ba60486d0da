"""The database as the migrations of one day left it, so that an empty one need not replay them all.

    python -m ops.schema          write ops/schema.sql.gz again (`make schema`)

Django draws every model anew at each operation of a migration: a minute for ours, two seconds of it PostgreSQL's. The
demo's own server and the suite's therefore begin from this file, and `migrate` applies what was written since: a file
that is old costs time, never correctness. tests/ops/test_schema.py compares both ways. No other database begins so.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from ops.services import PostgreSQL, ServiceError, programs

FILE = Path(__file__).resolve().parent / "schema.sql.gz"


def run(name: str, *arguments: str, text: bytes | None = None) -> bytes:
    """What one of PostgreSQL's programs printed."""
    done = subprocess.run([programs() / name, *arguments], input=text, capture_output=True, check=False)
    if done.returncode:
        raise ServiceError(f"{name}: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout


def dump(database: str, *options: str) -> str:
    """Everything in this database, in the same words for the same content."""
    return run(
        "pg_dump", "--no-owner", "--no-privileges", "--restrict-key=schema", *options, database
    ).decode()


def is_empty(database: str) -> bool:
    """Whether there is no table in it."""
    with psycopg.connect(database) as connection:
        found = connection.execute("SELECT FROM pg_tables WHERE schemaname = 'public' LIMIT 1").fetchone()
    return found is None


def load(database: str, text: bytes | None = None) -> None:
    """Fill this empty database from the file, or from another dump; all of it or nothing."""
    run(
        "psql",
        *("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", database),
        text=gzip.decompress(FILE.read_bytes()) if text is None else text,
    )


def write() -> None:
    """Migrate an empty database, one operation after the other, and keep what that gives."""
    with tempfile.TemporaryDirectory() as folder:
        server = PostgreSQL(Path(folder) / "postgresql")
        try:
            database = server.start()
            subprocess.run(
                [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity", "0"],
                env={
                    **os.environ,
                    "DJANGO_SETTINGS_MODULE": "jeveuxagir.settings.dev",
                    "DATABASE_URL": database,
                    "SECRET_KEY": "schema",
                },
                check=True,
            )
            FILE.write_bytes(gzip.compress(dump(database).encode(), mtime=0))
        finally:
            server.remove()


if __name__ == "__main__":
    write()

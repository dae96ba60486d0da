"""Saving the database and the files that people brought, and bringing them back, whole.

    DATABASE_URL=… PRIVATE_FILES=… python -m ops.backup save FILE
    DATABASE_URL=… PRIVATE_FILES=… python -m ops.backup restore FILE [--replace] [--erasures FILE]

The files go to FILE.files beside it: keep both together. They are taken after the database, since a file is there
before its row; one that was removed meanwhile is named by the invariants.

`restore` fills an empty database; one that holds something is refused, unless `--replace` says that it may go. The
backup may be older than this code: its tables are brought up to date. One that is newer is refused. People erased since
the backup are erased again (`--erasures`, from `manage.py replay_erasures --export`), and every invariant is asked.
PostgreSQL's programs are those on the PATH, if they are as new as the server, else those of the demo's wheel.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
from contextlib import suppress
from pathlib import Path

import psycopg

from ops.services import ServiceError, programs

ROOT = Path(__file__).resolve().parent.parent


class Refused(Exception):
    """Why nothing was done, or what stopped halfway."""


def program(name: str, database: str) -> str:
    """The first of these programs that is not older than the server: on the PATH, in the wheel."""
    with psycopg.connect(database) as connection:
        server = connection.info.server_version // 10000
    candidates = [shutil.which(name)]
    with suppress(ServiceError):  # production installs no wheel
        candidates.append(str(programs() / name))
    for candidate in filter(None, candidates):
        told = subprocess.run([candidate, "--version"], capture_output=True, text=True, check=False).stdout
        found = re.search(r"\(PostgreSQL\) (\d+)", told)
        if found and int(found[1]) >= server:
            return candidate
    raise Refused(f"No {name} of PostgreSQL {server} or later on the PATH.")


def run(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(done.stderr.strip()[-2000:] or f"{command[0]} ended with code {done.returncode}")


def save(database: str, file: Path) -> None:
    """One file, compressed; written beside and renamed, so that a backup is whole or absent."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.touch(mode=0o600)
    run(
        program("pg_dump", database),
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        f"--file={unfinished}",
        database,
    )
    unfinished.replace(file)


def files_of(file: Path) -> Path:
    """The archive of the files that goes with this backup."""
    return file.with_name(f"{file.name}.files")


def save_files(folder: Path, file: Path) -> None:
    """Every file that is kept, beside the backup of the database; what is still arriving is nobody's yet."""
    archive = files_of(file)
    unfinished = archive.with_name(f"{archive.name}.unfinished")
    unfinished.touch(mode=0o600)
    with tarfile.open(unfinished, "w") as packed:
        for path in sorted((folder / "kept").glob("*/*")):
            with suppress(FileNotFoundError):  # removed meanwhile
                packed.add(path, arcname=str(path.relative_to(folder)))
    unfinished.replace(archive)


def restore_files(folder: Path, file: Path) -> None:
    """Those of the backup, beside what is there: names are random, none is ever used twice."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tarfile.open(files_of(file)) as packed:
        packed.extractall(folder, filter="data")


def restore(
    database: str,
    file: Path,
    *,
    replace: bool = False,
    erasures: Path | None = None,
    folder: Path | None = None,
) -> None:
    if not file.is_file():
        raise Refused(f"{file} is not there.")
    if files_of(file).is_file():
        if folder is None:
            raise Refused(f"{files_of(file)} holds files: PRIVATE_FILES says where they go.")
        restore_files(folder, file)
    with psycopg.connect(database, autocommit=True) as connection:
        if _holds_something(connection):
            if not replace:
                raise Refused("This database is not empty. Nothing was changed; --replace empties it first.")
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
    run(
        program("pg_restore", database),
        *("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"),
        f"--dbname={database}",
        file,
    )
    if unknown := manage(database, "shell", "--no-imports", "--command", UNKNOWN_MIGRATIONS).strip():
        raise Refused(
            f"The backup is newer than this code, which does not know: {unknown}. Install its version."
        )
    manage(database, "migrate", "--noinput")
    if erasures is not None:
        print(manage(database, "replay_erasures", "--from", str(erasures)).strip())
    print(manage(database, "check_invariants").strip())


UNKNOWN_MIGRATIONS = (
    "from django.db import connection; from django.db.migrations.loader import MigrationLoader; "
    "loader = MigrationLoader(connection); "
    "print(*sorted('.'.join(key) for key in set(loader.applied_migrations) - set(loader.disk_migrations)))"
)


def manage(database: str, *arguments: str) -> str:
    """The output of a management command on this database."""
    env = {"DJANGO_SETTINGS_MODULE": "jeveuxagir.settings.production", **os.environ, "DATABASE_URL": database}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused(f"{arguments[0]}: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout


def _holds_something(connection: psycopg.Connection) -> bool:
    row = connection.execute(
        "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    ).fetchone()
    return bool(row and row[0])


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("save").add_argument("file", type=Path)
    back = verbs.add_parser("restore")
    back.add_argument("file", type=Path)
    back.add_argument("--replace", action="store_true", help="empty the database first")
    back.add_argument("--erasures", type=Path, help="the list of people erased since the backup")
    options = parser.parse_args()
    database = os.environ.get("DATABASE_URL", "")
    if not database:
        print("DATABASE_URL says which database.", file=sys.stderr)
        return 2
    folder = Path(os.environ["PRIVATE_FILES"]) if os.environ.get("PRIVATE_FILES") else None
    try:
        if options.verb == "save":
            save(database, options.file)
            if folder is not None:
                save_files(folder, options.file)
        else:
            restore(
                database,
                options.file,
                replace=options.replace,
                erasures=options.erasures,
                folder=folder,
            )
    except (Refused, ServiceError, psycopg.Error, tarfile.TarError) as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

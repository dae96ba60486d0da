"""The private folder: random names, nothing half written, and what nobody names is swept."""

from __future__ import annotations

import os
import re
import tarfile
import time
from pathlib import Path
from typing import Any

import pytest

from jeveuxagir.common import private_files
from jeveuxagir.web.tasks import sweep_private_files
from ops import backup


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.PRIVATE_FILES = str(tmp_path / "private")
    return tmp_path / "private"


def kept(content: bytes = b"bonjour") -> str:
    with private_files.incoming() as file:
        file.write(content)
        file.flush()
        return private_files.keep(file.name)


def age(folder: Path, hours: float) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (time.time() - hours * 3600,) * 2)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_has_a_random_name_is_read_by_it_and_by_nobody_else_on_the_machine(folder: Path) -> None:
    names = {kept() for _ in range(20)}
    assert len(names) == 20
    assert all(re.fullmatch(r"[0-9a-f]{32}", name) for name in names)
    for path in files(folder):
        assert path.stat().st_mode & 0o077 == 0
    assert b"".join(private_files.chunks(names.pop())) == b"bonjour"
    assert not list((folder / "incoming").iterdir())


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "", "x", "A" * 32, "0" * 31, f"{'0' * 32}/..", "0" * 32]
)
def test_a_name_that_is_none_of_ours_opens_nothing(folder: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        private_files.open_file(name)


@pytest.mark.django_db
def test_the_night_removes_what_no_row_names_and_leaves_what_is_young_or_named(
    folder: Path, monkeypatch: Any
) -> None:
    named, orphan = kept(), kept()
    with private_files.incoming() as file:
        Path(f"{file.name}.part").write_bytes(b"half")  # a process died while it arrived
    age(folder, 30)
    young = kept()
    monkeypatch.setattr(private_files.owners, "_entries", {"test": lambda names: set(names) & {named}})
    assert private_files.sweep() == {"removed": 2}
    assert {path.name for path in files(folder)} == {named, young}
    assert private_files.sweep() == {"removed": 0}
    assert not (folder / "kept" / orphan[:2] / orphan).exists()
    sweep_private_files()


def test_the_files_come_back_with_the_backup(folder: Path, tmp_path: Path) -> None:
    name = kept(b"le budget")
    (folder / "incoming" / "x.part").write_bytes(b"half")
    dump = tmp_path / "sauvegarde.dump"
    backup.save_files(folder, dump)
    archive = backup.files_of(dump)
    assert archive.stat().st_mode & 0o077 == 0
    with tarfile.open(archive) as packed:
        assert packed.getnames() == [f"kept/{name[:2]}/{name}"]
    private_files.forget(name)
    private_files.forget(name)
    backup.restore_files(folder, dump)
    assert b"".join(private_files.chunks(name)) == b"le budget"


def test_files_without_a_place_to_go_are_refused_before_anything_is_restored(
    folder: Path, tmp_path: Path
) -> None:
    dump = tmp_path / "sauvegarde.dump"
    dump.write_bytes(b"")
    kept()
    backup.save_files(folder, dump)
    with pytest.raises(backup.Refused, match="PRIVATE_FILES"):
        backup.restore("postgresql:///nowhere", dump)

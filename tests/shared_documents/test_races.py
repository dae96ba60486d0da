"""Two people at once, over real transactions: two versions, and the last of the room."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alliances.shared_documents import services
from alliances.shared_documents.files import Checked
from alliances.shared_documents.models import ROOM, FileVersion, SharedDocument, Shelf
from jeveuxagir.common import private_files
from jeveuxagir.common.errors import RuleBroken, Stale
from tests import factories as f
from tests.moderation.test_races import together
from tests.support import files as made


def arrived(tmp_path: Path) -> Checked:
    path = tmp_path / "arrive"
    path.write_bytes(made.PDF)
    return Checked(str(path), "pdf", len(made.PDF), "0" * 64)


def kept() -> set[str]:
    return {name for name, _ in private_files.kept_names()}


def test_of_two_versions_sent_at_once_one_is_kept_and_the_other_is_told(
    committed_db: Any, tmp_path: Path, settings: Any
) -> None:
    settings.PRIVATE_FILES = str(tmp_path / "private")
    alliance = f.make_alliance(parties=1)
    party = alliance.parties.get()
    people = [f.make_member(party.organisation) for _ in range(2)]
    file = arrived(tmp_path)
    document = services.add(party, actor=people[0], title="Le budget", file=file)
    for number in range(1, 4):
        results = together(
            *[
                lambda user=user, number=number: services.add_version(  # type: ignore[misc]
                    document, actor=user, party=party, seen=number, file=file
                )
                for user in people
            ]
        )
        refused = [one for one in results if isinstance(one, Exception)]
        assert len(refused) == 1, results
        assert isinstance(refused[0], Stale), results
    assert list(document.versions.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4]
    assert kept() == set(
        FileVersion.objects.values_list("stored", flat=True)
    )  # the refused left nothing behind


def test_the_last_of_the_room_is_taken_once(committed_db: Any, tmp_path: Path, settings: Any) -> None:
    settings.PRIVATE_FILES = str(tmp_path / "private")
    alliance = f.make_alliance(parties=1)
    party = alliance.parties.get()
    people = [f.make_member(party.organisation) for _ in range(4)]
    file = arrived(tmp_path)
    services.add(party, actor=people[0], title="Le premier", file=file)
    Shelf.objects.update(used=ROOM - len(made.PDF))
    results = together(
        *[lambda user=user: services.add(party, actor=user, title="Encore", file=file) for user in people]  # type: ignore[misc]
    )
    refused = [one for one in results if isinstance(one, Exception)]
    assert len(refused) == 3, results
    assert {one.code for one in refused if isinstance(one, RuleBroken)} == {"shelf_has_room"}, results
    assert Shelf.objects.get().used == ROOM
    assert SharedDocument.objects.count() == 2
    assert len(kept()) == 2

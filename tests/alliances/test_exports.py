"""The whole alliance as a ZIP: what is in it, for whom, and what cannot be smuggled through it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pytest

from alliances import exports
from alliances.models import Alliance
from jeveuxagir.accounts.limits import LIMITS
from jeveuxagir.audit.models import Event
from jeveuxagir.common.errors import NotAllowed
from tests import factories as f

pytestmark = pytest.mark.django_db


def member_of(alliance: Alliance, role: str = "reader") -> Any:
    return f.make_member(alliance.parties.order_by("pk")[0].organisation, role=role)


def unpacked(client: Any, alliance: Alliance) -> dict[str, bytes]:
    response = client.post(f"{alliance.space_url}copie/")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"].startswith(f'attachment; filename="alliance-{alliance.slug}-')
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def one(files: dict[str, bytes], ending: str) -> bytes:
    (name,) = [name for name in files if name.endswith(ending)]
    return files[name]


def full() -> Alliance:
    """An alliance with something of everything."""
    alliance = f.make_alliance(name="Lire ensemble")
    party = alliance.parties.order_by("pk")[0]
    f.make_text(alliance, state="in_force")
    agreement = f.make_text(alliance, kind="agreement", state="comment")
    agreement.obligations.create(party=party, clause="objet", what="Prêter une salle")
    agreement.comments.create(
        article="objet", party=party, author=f.make_person(first_name="Nadia"), body="Un mot de trop ?"
    )
    meeting = f.make_meeting(alliance, title="Première réunion")
    meeting.attendances.create(person=f.make_person(first_name="Omar"), party=party, coming="yes")
    decision = f.make_decision(alliance, title="Ouvrir le mercredi", meeting=meeting)
    decision.votes.create(party=party, choice="for")
    f.make_task(alliance, title="Trouver une salle")
    f.make_function(alliance, name="Tenir le calendrier")
    f.make_delivery(f.make_contribution(party, what="Des livres"))
    f.make_funding(alliance, funder="La fondation du livre")
    f.make_value(f.make_indicator(party, name="Enfants venus / mercredi"))
    f.make_challenge(
        state="in_alliance",
        alliance=alliance,
        statement="Peu de livres au village",
        ready_at=alliance.created_at,
    )
    return alliance


def test_anybody_of_a_party_takes_everything_away_in_pages_tables_and_files(client: Any) -> None:
    alliance = full()
    client.force_login(member_of(alliance))
    page = client.get(f"{alliance.space_url}copie/").content.decode()
    assert "Télécharger la copie (ZIP)" in page
    assert f"{alliance.space_url}copie/" in client.get(f"{alliance.space_url}reglages/").content.decode()
    files = unpacked(client, alliance)
    every = b"\n".join(files.values()).decode(errors="replace")
    for words in (
        "Lire ensemble",
        "Prêter une salle",
        "Un mot de trop",
        "Nadia",
        "Première réunion",
        "Omar",
        "Ouvrir le mercredi",
        "Trouver une salle",
        "Tenir le calendrier",
        "Des livres",
        "La fondation du livre",
        "Listes d’appel",
        "Peu de livres au village",
    ):
        assert words in every, words
    readme = files["lisez-moi.txt"].decode()
    for part in exports.parts:
        assert part.title in readme
    assert "pas d’effet juridique propre" in readme
    for folder in {name.partition("/")[0] for name in files if "/" in name}:
        json.loads(files[f"{folder}/donnees.json"])
        assert f"{folder}/lire.html" in files["lire.html"].decode()
    assert Event.objects.filter(verb="alliance.exported", subject_id=str(alliance.pk)).count() == 1


def test_a_document_that_was_adopted_comes_to_the_byte(client: Any) -> None:
    alliance = f.make_alliance()
    document = f.make_text(alliance, state="in_force").documents.get()
    client.force_login(member_of(alliance))
    assert one(unpacked(client, alliance), f"{document.code.lower()}.pdf") == bytes(document.content)


def test_nobody_outside_takes_it_not_even_who_left_and_a_closed_alliance_still_gives_it(client: Any) -> None:
    alliance = f.make_alliance(
        activity="closed",
        reached="Trois écoles.",
        learned="Commencer petit.",
        what_next="La commune continue.",
    )
    gone = f.make_party(alliance, left_at=alliance.created_at)
    for stranger in (
        f.make_user(),
        f.make_member(gone.organisation),
        f.make_staff("brigade_member", department="23"),
        f.make_staff("national"),
    ):
        f.sign_in_staff(client, stranger)
        assert client.post(f"{alliance.space_url}copie/").status_code == 404
        with pytest.raises(NotAllowed):
            exports.export(alliance, actor=stranger)
    client.force_login(member_of(alliance))
    assert "Commencer petit." in one(unpacked(client, alliance), "01-l-alliance/lire.html").decode()


def test_a_text_of_one_alliance_is_in_no_other_s_copy(client: Any) -> None:
    alliance, other = f.make_alliance(), full()
    client.force_login(member_of(alliance))
    every = b"\n".join(unpacked(client, alliance).values()).decode(errors="replace")
    for words in ("Prêter une salle", "Première réunion", "Peu de livres au village", other.name):
        assert words not in every


def test_a_script_is_inert_and_no_cell_is_run_by_a_spreadsheet(client: Any) -> None:
    alliance = f.make_alliance(name="<script>alert(1)</script>")
    f.make_task(alliance, title='=HYPERLINK("http://exemple.fr")', note="<img src=x onerror=alert(1)>")
    client.force_login(member_of(alliance))
    files = unpacked(client, alliance)
    for name, content in files.items():
        if name.endswith(".html"):
            assert "<script>" not in content.decode()
            assert "<img src=x" not in content.decode()
    lines = list(csv.reader(io.StringIO(one(files, "actions.csv").decode("utf-8-sig")), delimiter=";"))
    assert lines[1][0].startswith("'=HYPERLINK")


@pytest.mark.parametrize(
    "typed",
    ["../../etc/passwd", "..\\..\\con.pdf", "a/b", "", ".", "…", "x" * 400, "Été : 50 % ?.PDF", "a\x00b"],
)
def test_a_name_in_the_archive_is_never_a_path(typed: str, tmp_path: Any) -> None:
    with (tmp_path / "a.zip").open("wb") as packed:
        archive = exports.Archive(packed)
        given = [archive.write("part", typed, [b"x"]) for _ in range(3)]
        archive.close()
    assert len(set(given)) == 3
    for name in given:
        assert name
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-."), name
        assert ".." not in name
        assert len(name) < 90


def test_too_much_is_refused_in_words_and_leaves_no_trace(client: Any, monkeypatch: Any) -> None:
    alliance = f.make_alliance()
    client.force_login(member_of(alliance))
    monkeypatch.setattr(exports, "MOST_BYTES", 100)
    refused = client.post(f"{alliance.space_url}copie/")
    assert refused.status_code == 409
    assert "trop grosse" in refused.content.decode()
    assert not Event.objects.filter(verb="alliance.exported").exists()


def test_one_account_takes_so_many_copies_an_hour(client: Any) -> None:
    alliance = f.make_alliance(parties=1)
    client.force_login(member_of(alliance))
    for _ in range(LIMITS["alliance_export_account"].times):
        unpacked(client, alliance)
    refused = client.post(f"{alliance.space_url}copie/")
    assert refused.status_code == 429
    assert "trop de fois" in refused.content.decode()

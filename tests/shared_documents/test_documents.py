"""The documents of an alliance: brought, read by its parties and nobody else, versioned, counted, made public."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as conf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from alliances.models import Alliance, Party
from alliances.shared_documents import services
from alliances.shared_documents.models import ROOM, FileVersion, SharedDocument, Shelf
from jeveuxagir.accounts import privacy
from jeveuxagir.audit.models import Event
from jeveuxagir.common import private_files
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.common.registries import invariants
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from tests import factories as f
from tests.support import files as made

pytestmark = pytest.mark.django_db


class Table:
    """Two parties with somebody who acts for each, and a reader of the first."""

    def __init__(self, **fields: Any) -> None:
        self.alliance: Alliance = f.make_alliance(**fields)
        self.parties: list[Party] = list(self.alliance.parties.order_by("pk"))
        self.people = [
            f.make_member(party.organisation, person=f.make_person(first_name=name))
            for party, name in zip(self.parties, ("Omar", "Zoubida"), strict=False)
        ]
        self.reader = f.make_member(self.parties[0].organisation, role="reader")
        self.url = f"{self.alliance.space_url}documents/"

    def add(self, client: Any, content: bytes = made.PDF, *, number: int = 1, **said: Any) -> Any:
        client.force_login(self.people[number])
        name = said.pop("name", "budget.pdf")
        data = {"party": self.parties[number].pk, "title": "Le budget", **said}
        return client.post(f"{self.url}ajouter/", data | {"file": SimpleUploadedFile(name, content)})


def page(response: Any) -> str:
    return str(response.content.decode())


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def stored() -> list[Path]:
    return [path for path in (Path(conf.PRIVATE_FILES) / "kept").rglob("*") if path.is_file()]


# --- brought and read -------------------------------------------------------------------------------------------


def test_who_acts_for_a_party_brings_a_document_and_all_members_read_it(client: Any) -> None:
    table = Table()
    assert table.add(client, description="Voté en mars.").status_code == 302
    document = SharedDocument.objects.get()
    version = document.versions.get()
    assert (version.kind, version.size, version.author_name) == (
        "pdf",
        len(made.PDF),
        table.people[1].person.first_name,
    )
    assert version.sha256 == hashlib.sha256(made.PDF).hexdigest()
    client.force_login(table.reader)
    listed = page(client.get(table.url))
    assert "Le budget" in listed
    assert "ajouter/" not in listed
    response = client.get(f"{document.page_url}version-1/")
    assert body(response) == made.PDF
    assert response["Content-Disposition"] == 'attachment; filename="le-budget-v1.pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert re.search(r"(^|; )sandbox(;|$)", response["Content-Security-Policy"])
    assert "no-store" in response["Cache-Control"]
    assert client.get(f"{document.page_url}version-2/").status_code == 404
    assert client.post(f"{table.url}ajouter/", {"title": "x"}).status_code == 403


def test_the_others_are_told_and_not_who_brought_it(client: Any) -> None:
    table = Table()
    table.add(client)
    told = Message.objects.filter(kind="shared_documents.added")
    assert set(told.values_list("person", flat=True)) == {table.people[0].person_id}
    assert (
        told.get().state == Message.State.GROUPED
    )  # it waits for the mail of the day, unless they chose otherwise


def test_bringing_a_document_keeps_the_alliance_awake(client: Any) -> None:
    table = Table(activity="asleep")
    table.add(client)
    table.alliance.refresh_from_db()
    assert table.alliance.activity == "active"


def test_the_name_that_was_sent_and_the_place_of_the_bytes_are_never_shown(client: Any) -> None:
    table = Table()
    table.add(client, name='"><script>.pdf', title="<script>alert(1)</script>")
    document = SharedDocument.objects.get()
    shown = page(client.get(document.page_url)) + page(client.get(table.url))
    assert "<script>alert" not in shown
    assert document.latest.stored not in shown
    assert client.get(f"{document.page_url}version-1/")["Content-Disposition"].endswith(
        'filename="script-alert-1-script-v1.pdf"'
    )
    for address in ("/media/", "/static/", "/private/", "/kept/"):
        assert client.get(f"{address}{document.latest.stored}").status_code == 404


# --- who does not -----------------------------------------------------------------------------------------------


def test_nobody_outside_reads_one_even_by_guessing_its_address(client: Any) -> None:
    table, other = Table(), Table()
    table.add(client)
    document = SharedDocument.objects.get()
    gone = f.make_party(table.alliance, left_at=table.alliance.created_at)
    staff = f.make_staff("brigade_member", department="23")
    for stranger in (f.make_user(), f.make_member(gone.organisation), other.people[0], staff):
        f.sign_in_staff(client, stranger)
        for address in (
            table.url,
            document.page_url,
            f"{document.page_url}version-1/",
            f"{other.url}{document.pk}/",
            f"{other.url}{document.pk}/version-1/",
            document.public_url,
            f"/alliances/documents/a-relire/{document.pk}/",
        ):
            if address == table.url and stranger == other.people[0]:
                continue
            assert client.get(address).status_code == 404, address
    client.logout()
    assert client.get(document.public_url).status_code == 404
    assert "/compte/connexion/" in client.get(f"{document.page_url}version-1/").url


def test_a_party_that_leaves_reads_no_more_and_its_documents_stay(client: Any) -> None:
    table = Table()
    table.add(client)
    document = SharedDocument.objects.get()
    assert client.get(document.page_url).status_code == 200
    table.parties[1].left_at = table.alliance.created_at
    table.parties[1].save()
    assert client.get(document.page_url).status_code == 404
    assert client.get(f"{document.page_url}version-1/").status_code == 404
    client.force_login(table.people[0])
    assert body(client.get(f"{document.page_url}version-1/")) == made.PDF


def test_another_party_reads_a_document_and_does_not_change_it(client: Any) -> None:
    table = Table()
    table.add(client, number=0)
    document = SharedDocument.objects.get()
    client.force_login(table.people[1])
    assert "modifier/" not in page(client.get(document.page_url))
    for act in ("modifier/", "nouvelle-version/", "publier/", "supprimer/", "ne-plus-publier/"):
        assert client.post(f"{document.page_url}{act}").status_code == 403
    with pytest.raises(NotAllowed):
        services.remove(document, actor=table.people[1])


def test_a_closed_alliance_is_read_and_not_written(client: Any) -> None:
    table = Table()
    table.add(client)
    Alliance.objects.update(activity="closed", reached="a", learned="b", what_next="c")
    assert body(client.get(f"{SharedDocument.objects.get().page_url}version-1/")) == made.PDF
    assert table.add(client, title="Trop tard").status_code == 409
    assert SharedDocument.objects.count() == 1


# --- what is refused --------------------------------------------------------------------------------------------


def test_fifty_megabytes_are_refused_in_words_nothing_typed_is_lost_and_nothing_stays(client: Any) -> None:
    table = Table()
    before = len(stored())
    refused = table.add(client, b"%PDF-" + b"0" * 50_000_000, description="Voté en mars.")
    assert refused.status_code == 422
    shown = page(refused)
    assert "Ce fichier est trop gros" in shown
    assert "Le budget" in shown
    assert "Voté en mars." in shown
    assert not SharedDocument.objects.exists()
    refused.close()
    assert len(stored()) == before
    assert not list((Path(conf.PRIVATE_FILES) / "incoming").iterdir())


def test_of_several_files_in_one_sending_one_is_written(client: Any, monkeypatch: Any) -> None:
    opened = []
    incoming = private_files.incoming
    monkeypatch.setattr(private_files, "incoming", lambda: opened.append(1) or incoming())
    table = Table()
    client.force_login(table.people[1])
    heavy = [SimpleUploadedFile(f"{number}.pdf", b"0" * 9_000_000) for number in range(3)]
    data = {"party": table.parties[1].pk, "title": "Le budget"}
    sent = client.post(
        f"{table.url}ajouter/", data | {"file": SimpleUploadedFile("a.pdf", made.PDF), "autres": heavy}
    )
    assert sent.status_code == 302
    assert len(opened) == 1
    with transaction.atomic():
        assert FileVersion.objects.get().size == len(made.PDF)


@pytest.mark.parametrize("page_url", ["/compte/connexion/", "/signaler/", "/mon-espace/"])
def test_a_page_that_asks_for_no_file_writes_none(client: Any, monkeypatch: Any, page_url: str) -> None:
    def refused(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a file was written")

    monkeypatch.setattr("django.core.files.temp.NamedTemporaryFile", refused)
    monkeypatch.setattr("tempfile.NamedTemporaryFile", refused)
    for size in (10, 5_000_000, 25_000_000):
        answer = client.post(page_url, {"a": "b", "file": SimpleUploadedFile("a.pdf", b"0" * size)})
        assert answer.status_code < 500
        assert not answer.wsgi_request.FILES


def test_what_is_beyond_all_measure_is_not_even_read(client: Any) -> None:
    table = Table()
    client.force_login(table.people[1])
    refused = client.post(f"{table.url}ajouter/", {"title": "x"}, CONTENT_LENGTH=str(300 * 1024**2))
    assert refused.status_code == 413
    assert "trop gros" in page(refused)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (made.SCRIPT, "n’est pas d’une sorte acceptée"),
        (made.docx(**{"word/vbaProject.bin": b"x"}), "macro"),
        (b"", "vide"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_under_its_field(
    client: Any, content: bytes, words: str
) -> None:
    table = Table()
    before = len(stored())
    refused = table.add(client, content, name="budget.pdf")
    assert refused.status_code == 422
    assert words in page(refused)
    assert "Le budget" in page(refused)
    assert len(stored()) == before


def test_without_a_title_a_file_or_a_party_of_mine_nothing_is_brought(client: Any) -> None:
    table = Table()
    assert "Donnez un titre" in page(table.add(client, title=" "))
    client.force_login(table.people[1])
    assert "Choisissez un fichier" in page(client.post(f"{table.url}ajouter/", {"title": "Le budget"}))
    third = f.make_party(table.alliance, organisation=f.make_organisation(owner=table.people[1]))
    assert third.is_live
    foreign = table.add(client, party=table.parties[0].pk)
    assert foreign.status_code == 422
    assert not SharedDocument.objects.exists()


def test_a_forged_form_is_refused_before_its_file_is_kept() -> None:
    from django.test import Client

    table = Table()
    client = Client(enforce_csrf_checks=True)
    assert table.add(client).status_code == 403
    assert not SharedDocument.objects.exists()


def test_a_double_click_brings_one_document(client: Any) -> None:
    table = Table()
    client.force_login(table.people[1])
    nonce = re.search(r'name="nonce" value="([^"]+)"', page(client.get(f"{table.url}ajouter/")))[1]
    first, second = (table.add(client, nonce=nonce) for _ in range(2))
    assert first.url == second.url
    assert SharedDocument.objects.count() == 1


def test_one_account_brings_so_many_an_hour(client: Any, monkeypatch: Any) -> None:
    from jeveuxagir.accounts import limits

    monkeypatch.setitem(limits.LIMITS, "document_account", limits.Limit(1, limits.HOUR))
    table = Table()
    table.add(client)
    assert "trop de fois" in page(table.add(client, title="Encore"))
    assert SharedDocument.objects.count() == 1


# --- the room of an alliance ------------------------------------------------------------------------------------


def test_there_is_a_quota_that_the_database_holds_and_that_removing_frees(client: Any) -> None:
    table = Table()
    table.add(client)
    Shelf.objects.filter(pk=table.alliance.pk).update(used=ROOM - 10)
    before = len(stored())
    refused = table.add(client, title="Trop")
    assert refused.status_code == 409
    assert "plus de place" in page(refused)
    assert len(stored()) == before
    assert SharedDocument.objects.count() == 1
    Shelf.objects.filter(pk=table.alliance.pk).update(used=len(made.PDF))
    assert "sur 200" in page(client.get(table.url))
    services.remove(SharedDocument.objects.get(), actor=table.people[1])
    assert Shelf.used_by(table.alliance) == 0


# --- versions ---------------------------------------------------------------------------------------------------


def test_a_new_version_keeps_the_old_one(client: Any) -> None:
    table = Table()
    table.add(client)
    document = SharedDocument.objects.get()
    said = {"party": table.parties[1].pk, "seen": 1, "note": "Les frais de bus"}
    text = made.odt()
    new = SimpleUploadedFile("b.odt", text)
    assert client.post(f"{document.page_url}nouvelle-version/", said | {"file": new}).status_code == 302
    assert body(client.get(f"{document.page_url}version-1/")) == made.PDF
    assert body(client.get(f"{document.page_url}version-2/")) == text
    shown = page(client.get(document.page_url))
    assert "Les frais de bus" in shown
    assert "Version 1" in shown
    assert Shelf.used_by(table.alliance) == len(made.PDF) + len(text)


def test_a_version_made_from_an_older_one_is_told_and_nothing_typed_is_lost(client: Any) -> None:
    table = Table()
    table.add(client)
    document = SharedDocument.objects.get()
    said = {"party": table.parties[1].pk, "seen": 0, "note": "Les frais de bus"}
    refused = client.post(
        f"{document.page_url}nouvelle-version/", said | {"file": SimpleUploadedFile("b.pdf", made.PDF)}
    )
    assert refused.status_code == 409
    assert "vient d’ajouter une version" in page(refused)
    assert "Les frais de bus" in page(refused)
    assert document.versions.count() == 1
    again = said | {"seen": 1, "file": SimpleUploadedFile("b.pdf", made.PDF)}
    assert client.post(f"{document.page_url}nouvelle-version/", again).status_code == 302


def test_the_bytes_of_a_version_cannot_be_changed_by_anybody(client: Any) -> None:
    table = Table()
    table.add(client)
    with pytest.raises(Exception, match="does not change"), transaction.atomic():
        FileVersion.objects.update(sha256="0" * 64)


def test_removing_takes_every_version_and_every_byte(
    client: Any, django_capture_on_commit_callbacks: Any
) -> None:
    table = Table()
    table.add(client)
    document = SharedDocument.objects.get()
    name = document.latest.stored
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"{document.page_url}supprimer/").status_code == 302
    assert not SharedDocument.objects.exists()
    with pytest.raises(FileNotFoundError):
        private_files.open_file(name)
    assert client.post(f"{document.page_url}supprimer/").status_code == 404
    assert Event.objects.filter(verb="document.removed").count() == 1
    with pytest.raises(RuleBroken, match="vient d’être supprimé"):
        services.edit(document, actor=table.people[1], version=1, title="x", description="")


def test_a_title_changed_meanwhile_is_told(client: Any) -> None:
    table = Table()
    table.add(client)
    document = SharedDocument.objects.get()
    old = document.version
    services.edit(document, actor=table.people[1], version=old, title="Budget voté", description="")
    with pytest.raises(Stale):
        services.edit(document, actor=table.people[1], version=old, title="Autre", description="")
    refused = client.post(f"{document.page_url}modifier/", {"title": "Autre", "version": old})
    assert refused.status_code == 409
    assert "Autre" in page(refused)
    assert "« Budget voté »" in page(refused).replace("\u00a0", " ")  # what the other saved is read beside it


# --- public -----------------------------------------------------------------------------------------------------


def decide(document: SharedDocument, decision: str, reason: str = "") -> None:
    item = moderation.open_items(ModerationItem.Kind.DOCUMENT, document).get()
    staff = f.make_staff("brigade_member", department="23")
    moderation.decide(item, actor=staff, version=item.version, decision=decision, reason=reason)


def public_table(client: Any) -> tuple[Table, SharedDocument]:
    table = Table(publication="public", published_at="2026-01-01T12:00Z", shown=["documents"])
    table.add(client, public=True)
    return table, SharedDocument.objects.get()


def test_what_is_shown_to_the_public_is_what_the_brigade_read(client: Any) -> None:
    table, document = public_table(client)
    staff = f.make_staff("brigade_member", department="23")
    away = f.make_staff("brigade_member", department="59")
    review = f"/alliances/documents/a-relire/{document.pk}/"
    assert client.get(document.public_url).status_code == 404
    f.sign_in_staff(client, away)
    assert client.get(review).status_code == 404
    f.sign_in_staff(client, staff)
    item = moderation.open_items(ModerationItem.Kind.DOCUMENT, document).get()
    case = page(client.get(reverse("brigade:brigades_alliancecase_change", args=[item.pk])))
    assert review in case
    assert "Le budget" in case
    assert body(client.get(review)) == made.PDF
    decide(document, "accept")
    assert client.get(review).status_code == 404  # read: no more theirs to read
    client.logout()
    response = client.get(document.public_url)
    assert body(response) == made.PDF
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Content-Disposition"].startswith("attachment")
    assert "Le budget" in page(client.get(table.alliance.get_absolute_url()))
    assert Message.objects.filter(kind="shared_documents.published").count() == 1


def test_a_change_of_what_is_public_waits_and_the_public_keeps_the_former(client: Any) -> None:
    table, document = public_table(client)
    decide(document, "accept")
    document.refresh_from_db()
    services.edit(
        document, actor=table.people[1], version=document.version, title="Budget secret", description=""
    )
    item = moderation.open_items(ModerationItem.Kind.DOCUMENT, document).get()
    assert item.cause == ModerationItem.Cause.EDIT
    assert ("titre", "Le budget", "Budget secret") in item.rows
    client.logout()
    assert "Budget secret" not in page(client.get(table.alliance.get_absolute_url()))
    decide(document, "refuse", "Ce titre fait peur.")
    assert client.get(document.public_url).status_code == 200
    assert "Ce titre fait peur." in Message.objects.get(kind="shared_documents.refused").text
    document.refresh_from_db()
    services.edit(
        document, actor=table.people[1], version=document.version, title="Budget voté", description=""
    )
    decide(document, "accept")
    assert "Budget voté" in page(client.get(table.alliance.get_absolute_url()))


def test_it_is_private_again_at_once_and_nothing_waits(client: Any) -> None:
    table, document = public_table(client)
    client.force_login(table.people[1])
    client.post(f"{document.page_url}ne-plus-publier/")
    assert not moderation.open_items(ModerationItem.Kind.DOCUMENT, document).exists()
    client.post(f"{document.page_url}publier/")
    decide(document, "accept")
    client.post(f"{document.page_url}ne-plus-publier/")
    client.logout()
    assert client.get(document.public_url).status_code == 404


@pytest.mark.parametrize("changed", [{"shown": []}, {"publication": "private"}])
def test_the_page_that_hides_documents_hides_their_files_too(client: Any, changed: dict[str, Any]) -> None:
    table, document = public_table(client)
    decide(document, "accept")
    Alliance.objects.filter(pk=table.alliance.pk).update(**changed)
    client.logout()
    assert client.get(document.public_url).status_code == 404


def test_a_document_that_was_removed_cannot_be_published(client: Any) -> None:
    table, document = public_table(client)
    item = moderation.open_items(ModerationItem.Kind.DOCUMENT, document).get()
    services.remove(document, actor=table.people[1])
    item.refresh_from_db()
    assert item.state == ModerationItem.State.DECIDED


# --- people -----------------------------------------------------------------------------------------------------


def test_who_erases_their_account_is_named_nowhere_and_the_document_stays(client: Any) -> None:
    table = Table()
    table.add(client)
    user = table.people[1]
    name = user.person.first_name
    held = {entry["label"]: entry["rows"] for entry in privacy.held_about(user.person)}
    assert held["Fichiers que vous avez déposés dans une alliance"][0]["Document"] == "Le budget"
    privacy.erase(user.person, actor=user)
    document = SharedDocument.objects.get()
    version = document.versions.get()
    assert (version.author, version.author_name, document.created_by) == (None, "", None)
    client.force_login(table.people[0])
    assert name not in page(client.get(document.page_url))
    assert body(client.get(f"{document.page_url}version-1/")) == made.PDF


def test_the_copy_of_the_alliance_holds_every_version_to_the_byte(client: Any) -> None:
    from tests.alliances.test_exports import one, unpacked

    table = Table()
    table.add(client)
    client.force_login(table.reader)
    assert one(unpacked(client, table.alliance), "le-budget-v1.pdf") == made.PDF


def test_a_document_removed_while_the_copy_is_made_does_not_break_it(client: Any) -> None:
    from tests.alliances.test_exports import unpacked

    table = Table()
    table.add(client)
    private_files.forget(FileVersion.objects.get().stored)
    client.force_login(table.reader)
    names = unpacked(client, table.alliance)
    assert any(name.endswith("documents.csv") for name in names)
    assert not any(name.endswith(".pdf") for name in names)


def test_the_invariants_find_a_file_that_is_gone_and_a_wrong_sum(client: Any) -> None:
    table = Table()
    table.add(client)
    names = [name for name, _ in invariants.items() if name.startswith("shared_documents.")]
    assert len(names) == 3
    assert not any(list(invariants[name].offenders()) for name in names)
    private_files.forget(FileVersion.objects.get().stored)
    Shelf.objects.update(used=3)
    assert len(list(invariants["shared_documents.bytes"].offenders())) == 1
    assert len(list(invariants["shared_documents.room"].offenders())) == 1
    client.force_login(table.people[0])
    assert client.get(f"{SharedDocument.objects.get().page_url}version-1/").status_code == 404


@pytest.mark.parametrize("name", ["added", "version", "published", "refused"])
def test_every_mail_says_which_alliance_and_leads_to_the_document(client: Any, name: str) -> None:
    from alliances.shared_documents import notifications as mails
    from jeveuxagir.notifications.links import absolute

    table = Table(name="Lire ensemble")
    table.add(client)
    document = SharedDocument.objects.get()
    Message.objects.all().delete()
    if name in ("published", "refused"):
        mails.tell_party(document, name, reason="Un nom y est écrit.")
    else:
        mails.tell(document, name, once="9")
    message = Message.objects.first()
    assert "Lire ensemble" in message.text
    assert absolute(document.page_url) in message.text

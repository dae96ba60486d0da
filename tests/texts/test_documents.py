"""The PDF of a charter: tagged, the same for ever, checked by its code or its bytes."""

from __future__ import annotations

import hashlib

import pytest
from django.db import IntegrityError, transaction

from alliances import services as alliances
from alliances.texts import documents, reactions, services
from alliances.texts.enums import Kind
from alliances.texts.models import Document
from jeveuxagir.accounts import privacy
from jeveuxagir.audit.models import Event
from jeveuxagir.common.errors import RuleBroken
from tests.factories import make_party, make_person, make_signatory
from tests.texts.test_services import Table

pytestmark = pytest.mark.django_db


def adopted(number: int = 3) -> Table:
    table = Table()
    table.open()
    for one in range(number):
        table.adopt(one)
    table.version.refresh_from_db()
    return table


def test_the_document_is_made_once_for_what_it_says() -> None:
    table = adopted(1)
    first = documents.document_of(table.version)
    assert documents.document_of(table.version) == first
    table.adopt(1)
    second = documents.document_of(table.version)
    assert (second.adopted, Document.objects.count()) == (2, 2)
    assert bytes(first.content) == bytes(Document.objects.get(pk=first.pk).content)


def test_it_is_tagged_and_says_its_language_and_its_code() -> None:
    content = bytes(documents.document_of(adopted().version).content)
    assert content.startswith(b"%PDF-1.7")
    assert b"/MarkInfo" in content
    assert b"/StructTreeRoot" in content
    assert b"/Lang" in content


def test_what_people_wrote_is_shown_and_never_run() -> None:
    table = Table()
    articles = [dict(one) for one in table.version.articles]
    articles[0]["text"] = '#read("/etc/passwd") #panic("x") $x$ *gras* <a> \\ @ref // rien'
    services.write(table.version, actor=table.animator, revision=1, articles=articles)
    table.version.refresh_from_db()
    table.open()
    assert bytes(documents.document_of(table.version).content).startswith(b"%PDF")


def test_words_that_still_change_have_no_document() -> None:
    with pytest.raises(RuleBroken, match="ouvert à l’adoption"):
        documents.document_of(Table().version)


def test_a_code_is_checked_however_it_is_typed() -> None:
    document = documents.document_of(adopted().version)
    for typed in (
        document.code,
        document.code.lower().replace("-", " "),
        f"  {document.code.replace('-', '')} ",
    ):
        assert documents.check_code(typed).document == document
    for typed in ("", "ABCD", "\x00" * 12, "é" * 4000, document.code[:-1], "A" * 12):
        assert documents.check_code(typed).document is None


def test_who_erases_their_account_is_in_no_document_any_more_and_the_former_file_is_still_ours() -> None:
    table = adopted()
    person = table.people[0].person
    former = documents.document_of(table.version)
    bytes_given = bytes(former.content)
    services.forget_person(person)
    services.forget_person(person)  # each table of the registry asks it
    former.refresh_from_db()
    assert (bytes(former.content), documents._data(table.version, "x")["adoptions"][0]["name"]) == (  # type: ignore[index]
        b"",
        "une personne",
    )
    event = Event.objects.get(verb="text.document_withdrawn")
    for _ in range(2):
        reactions.make_document(event)
    made = table.version.documents.kept().get()
    assert made != former
    assert bytes(made.content).startswith(b"%PDF")
    assert checked(bytes_given).document == former
    assert documents.check_code(former.code).is_current
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=former.pk).update(content=bytes_given)


@pytest.mark.parametrize("left", [False, True])
def test_who_promised_and_had_not_adopted_is_in_no_document_once_their_account_is_erased(left: bool) -> None:
    table = Table(kind=Kind.AGREEMENT)
    citizen = make_party(table.alliance, person=make_person(first_name="Zoé"))
    user = make_signatory(citizen)
    said = {"clause": "apports", "what": "Prêter une salle", "due_on": None}
    services.oblige(table.version, actor=table.animator, party=citizen, **said)  # type: ignore[arg-type]
    former = documents.document_of(table.open())
    if left:  # and another party took the promise over: the document made before still named them
        alliances.leave(citizen, actor=user)
        services.pass_on(table.alliance, citizen, table.parties[0])
    privacy.erase(user.person, actor=user)
    former.refresh_from_db()
    assert (bytes(former.content), former.withdrawn_at is None) == (b"", False)
    promised = documents._data(table.version, "x")["obligations"][0]["party"]  # type: ignore[index]
    assert promised == (table.parties[0].name if left else "une personne")


def checked(content: bytes) -> documents.Checked:
    return documents.check_hash(hashlib.sha256(content).hexdigest())


def test_an_altered_file_fails() -> None:
    document = documents.document_of(adopted().version)
    content = bytes(document.content)
    assert checked(content).document == document
    assert checked(content).is_current
    assert checked(content + b" ").document is None
    assert checked(content.replace(b"1", b"2", 1)).document is None


def test_a_document_of_a_former_version_is_ours_and_no_longer_current() -> None:
    table = adopted()
    document = documents.document_of(table.version)
    table.version = services.new_version(table.version.text, actor=table.animator)
    table.open()
    for number in range(3):
        table.adopt(number)
    checked = documents.check_code(document.code)
    assert checked.document == document
    assert not checked.is_current

"""A sheet is written, read by the brigade, public; its words change through the brigade, and its history stays."""

import pytest
from django.db import IntegrityError

from alliances.library import editing
from alliances.library.enums import State
from alliances.library.models import Method, Revision
from jeveuxagir.accounts import privacy
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from tests import factories as f

pytestmark = pytest.mark.django_db


def written(**fields):
    author = f.make_user()
    return author, f.make_method(state="draft", person=author.person, **fields)


def item_of(sheet):
    return ModerationItem.objects.get(subject_type=sheet._meta.label, subject_id=sheet.pk, state="new")


def decide(sheet, decision, reason=""):
    item = item_of(sheet)
    return moderation.decide(
        item, actor=f.make_staff("national"), decision=decision, reason=reason, version=item.version
    )


def published():
    author, sheet = written()
    editing.submit(sheet, actor=author)
    decide(sheet, "accept")
    sheet.refresh_from_db()
    return author, sheet


def test_nobody_reads_a_sheet_before_the_brigade_has(client):
    author, sheet = written()
    editing.submit(sheet, actor=author)
    assert client.get(sheet.get_absolute_url()).status_code == 404
    decide(sheet, "accept")
    page = client.get(sheet.get_absolute_url())
    assert page.status_code == 200
    assert "Licence Ouverte" in page.content.decode()


def test_a_sheet_that_lacks_something_is_not_sent_and_the_sentence_says_what():
    author, sheet = written(steps=[])
    with pytest.raises(RuleBroken, match="au moins une étape"):
        editing.submit(sheet, actor=author)
    sheet.refresh_from_db()
    assert sheet.state == State.DRAFT


def test_published_its_new_words_wait_for_the_brigade_with_the_diff_only():
    author, sheet = published()
    before = sheet.title
    editing.edit(sheet, actor=author, values={"title": "Le tour des besoins", "summary": sheet.summary})
    sheet.refresh_from_db()
    assert sheet.title == before
    assert list(item_of(sheet).diff) == ["title"]
    decide(sheet, "accept")
    sheet.refresh_from_db()
    assert sheet.title == "Le tour des besoins"
    history = list(Revision.objects.of_sheet(sheet))
    assert [kept.number for kept in history] == [2, 1]
    assert history[1].values["title"] == before


def test_a_refused_correction_leaves_the_published_words():
    author, sheet = published()
    editing.edit(sheet, actor=author, values={"summary": "Autre chose."})
    decide(sheet, "refuse", "C’était plus clair avant.")
    sheet.refresh_from_db()
    assert sheet.summary != "Autre chose."
    assert Revision.objects.of_sheet(sheet).count() == 1


def test_what_was_edited_meanwhile_is_not_overwritten():
    author, sheet = published()
    seen = sheet.version
    editing.edit(sheet, actor=author, values={"summary": "Une première correction."}, version=seen)
    with pytest.raises(Stale):
        editing.edit(sheet, actor=author, values={"summary": "Une seconde."}, version=seen)


def test_only_who_looks_after_it_changes_or_withdraws_it():
    _, sheet = published()
    stranger = f.make_user()
    for act in (
        lambda: editing.edit(sheet, actor=stranger, values={"title": "Pris"}),
        lambda: editing.withdraw(sheet, actor=stranger),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_the_members_of_its_organisation_look_after_it_and_who_left_does_not():
    owner, author = f.make_user(), f.make_user()
    organisation = f.make_organisation(owner=owner)
    sheet = f.make_method(person=author.person, organisation=organisation)
    editing.edit(sheet, actor=owner, values={"title": "Mieux dit"})
    with pytest.raises(NotAllowed):
        editing.edit(sheet, actor=author, values={"title": "Encore"})


def test_withdrawn_it_is_gone_for_readers_and_its_history_stays(client):
    author, sheet = published()
    editing.withdraw(sheet, actor=author)
    assert client.get(sheet.get_absolute_url()).status_code == 404
    assert Revision.objects.of_sheet(sheet).exists()


def test_the_database_refuses_to_publish_without_a_licence():
    _, sheet = published()
    with pytest.raises(IntegrityError, match="method_with_a_licence"):
        Method.objects.filter(pk=sheet.pk).update(licence="")


def test_read_sheets_stand_before_imported_ones():
    imported = f.make_method(person=None, source="Une base", external_id="7", reviewed_at=None)
    read = f.make_method(published_at=imported.published_at)
    assert list(Method.objects.public().trusted_first()) == [read, imported]


def test_a_person_erased_leaves_what_is_public_without_their_name_and_takes_the_rest():
    author, sheet = published()
    draft = f.make_method(state="draft", person=author.person)
    privacy.erase(author.person, actor=author)
    sheet.refresh_from_db()
    assert sheet.person is None
    assert not Method.objects.filter(pk=draft.pk).exists()


def test_words_sent_back_after_a_report_are_read_by_their_author_alone_once_it_is_public_again(client):
    method = f.make_method(state="draft", pitfalls="Appelez Jean Martin au 06 12 34 56 78.")
    author, staff = method.person.user, f.make_staff("national")
    editing.publish(editing.submit(method, actor=author), actor=staff)
    editing.send_back(method, actor=staff, reason="Un numéro privé.")
    editing.edit(method, actor=author, values={"pitfalls": "Prévenir la veille."})
    method = editing.publish(editing.submit(method, actor=author), actor=staff)
    path = f"{method.get_absolute_url()}historique/"
    page = client.get(path)
    assert page.status_code == 200
    assert "06 12 34" not in page.text
    client.force_login(author)
    assert "06 12 34" in client.get(path).text


def test_who_left_an_organisation_is_told_nothing_more_of_its_sheets():
    organisation = f.make_organisation()
    owner, writer = f.make_member(organisation, role="owner"), f.make_member(organisation)
    sheets = [
        make(state="draft", person=writer.person, organisation=organisation)
        for make in (f.make_method, f.make_example)
    ]
    for sheet in sheets:
        editing.submit(sheet, actor=writer)
    organisation.memberships.filter(person=writer.person).update(ended_at=now())
    for sheet in sheets:
        editing.send_back(sheet, actor=None, reason="Dites combien cela coûte.")
    assert {mail.person for mail in Message.objects.filter(kind="library.to_mend")} == {owner.person}

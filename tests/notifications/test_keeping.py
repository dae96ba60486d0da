"""What is kept of messages, and for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from jeveuxagir.accounts import retention
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import personal_data
from jeveuxagir.notifications.models import Message, Preference, Suppression


def sent(days: int, **columns: object) -> Message:
    then = timezone.now() - timedelta(days=days)
    values = {"kind": "k", "address": "a@example.org", "dedupe_key": f"{days}", "subject": "s", "text": "t"}
    message = Message.objects.create(**{**values, "state": "sent", "sent_at": then, **columns})
    Message.objects.filter(pk=message.pk).update(created_at=then)
    return message


@pytest.mark.django_db
def test_bodies_go_after_62_days_and_rows_after_a_year_but_never_what_waits() -> None:
    fresh, old, ancient = sent(61), sent(63), sent(366)
    waiting = sent(400, state="pending", sent_at=None)
    assert retention.run()["done"] == {"notifications.Message": 3}, "two lose their text, one of them goes"
    assert retention.run()["done"] == {}
    fresh.refresh_from_db()
    old.refresh_from_db()
    waiting.refresh_from_db()
    assert (fresh.text, waiting.text) == ("t", "t")
    assert (old.subject, old.text, old.html) == ("", "", "")
    assert not Message.objects.filter(pk=ancient.pk).exists()


def test_a_person_gets_and_erases_their_messages_also_those_of_before_the_account(person: Person) -> None:
    sent(1, person=person, address="")
    sent(2, address="CAMILLE@example.org")
    other = sent(3, address="other@example.org")
    Preference.objects.create(person=person, kind="k", rhythm="never")
    Suppression.objects.create(address="camille@example.org", reason="550")
    tables = ("notifications.Message", "notifications.Preference", "notifications.Suppression")
    assert [len(personal_data[table].rows(person)) for table in tables] == [2, 1, 1]
    for table in tables:
        for row in personal_data[table].rows(person):
            assert personal_data[table].export(row)
        personal_data[table].erase(person)
    assert list(Message.objects.all()) == [other]
    assert not Preference.objects.exists()
    assert not Suppression.objects.exists()

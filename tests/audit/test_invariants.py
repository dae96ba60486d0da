"""Questions whose answer must be empty."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.test import Client

from jeveuxagir.accounts import reactions
from jeveuxagir.audit import invariants
from jeveuxagir.audit.deliveries import deliver
from jeveuxagir.audit.models import Event, JobRun
from jeveuxagir.audit.tasks import check_invariants_nightly
from jeveuxagir.notifications.models import Message
from tests import factories as f


@pytest.mark.django_db
def test_a_sound_database_answers_nothing() -> None:
    out = StringIO()
    call_command("check_invariants", stdout=out)
    assert "non  " not in out.getvalue()
    assert "oui  " in out.getvalue()


def held_for_ever(key: str = "1") -> Message:
    """A row that breaks a rule."""
    return Message.objects.create(
        kind="k",
        address="a@example.org",
        dedupe_key=key,
        subject="s",
        text="t",
        state="sending",
        owner="dead",
        lease_until=Now() - timedelta(hours=2),
    )


def told() -> list[Message]:
    deliver()
    return list(Message.objects.filter(kind="accounts.invariants").order_by("pk"))


@pytest.mark.django_db
def test_a_broken_rule_is_named_with_its_rows_and_the_command_fails() -> None:
    message = held_for_ever()
    assert list(invariants.broken()) == ["messages.held_for_ever"]
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_invariants", stdout=out)
    assert str(message.pk) in out.getvalue()
    assert "a@example.org" not in out.getvalue()


@pytest.mark.django_db
def test_the_rules_are_asked_once_a_night() -> None:
    check_invariants_nightly()
    check_invariants_nightly()
    assert JobRun.objects.get(job="check_invariants").report["broken"] == {}
    assert told() == []


@pytest.mark.django_db
def test_national_and_technical_staff_read_once_what_the_night_found() -> None:
    watchers = {f.make_staff("national").person, f.make_staff("technical").person}
    f.make_staff("brigade_lead")
    f.make_staff("operator")
    f.make_user()
    closed = f.make_staff("technical")
    closed.is_active = False
    closed.save()
    broken = held_for_ever()
    for _ in range(3):
        check_invariants_nightly()
    mails = told()
    assert {mail.person for mail in mails} == watchers
    assert len(mails) == 2
    assert str(broken.pk) in mails[0].text
    assert "/administration/verifications/" in mails[0].text
    assert "a@example.org" not in mails[0].text
    assert mails[0].state == "pending", "it does not wait for a digest"


@pytest.mark.django_db
def test_the_same_finding_is_told_once_a_day_and_again_the_next() -> None:
    f.make_staff("technical")
    with time_machine.travel("2027-01-12 03:00:00Z", tick=False) as clock:
        held_for_ever()
        check_invariants_nightly()
        assert len(told()) == 1
        event = Event.objects.get(verb="invariants.broken")
        reactions.invariants_broken(event)  # the reaction runs twice
        assert len(told()) == 1
        clock.shift(24 * 3600)
        check_invariants_nightly()
        assert len(told()) == 2


@pytest.mark.django_db
def test_another_finding_of_the_same_day_is_another_message() -> None:
    f.make_staff("technical")
    held_for_ever()
    check_invariants_nightly()
    assert len(told()) == 1
    held_for_ever("2")
    JobRun.objects.filter(job=invariants.JOB).update(finished_at=None)  # somebody runs the night again
    check_invariants_nightly()
    check_invariants_nightly()
    assert len(told()) == 2


@pytest.mark.django_db
def test_the_page_says_which_rows_broke_which_rule(client: Client) -> None:
    f.sign_in_staff(client, f.make_staff("national"))
    assert "pas encore passée" in client.get("/administration/verifications/").text
    broken = held_for_ever()
    check_invariants_nightly()
    page = client.get("/administration/verifications/").text
    assert str(broken.pk) in page
    assert "Ce qui ne tient pas" in page
    Message.objects.all().delete()
    JobRun.objects.all().delete()
    check_invariants_nightly()
    assert "Toutes les règles tiennent" in client.get("/administration/verifications/").text

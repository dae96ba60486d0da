"""Questions whose answer must be empty."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now

from jeveuxagir.audit import invariants
from jeveuxagir.audit.models import JobRun
from jeveuxagir.audit.tasks import check_invariants_nightly
from jeveuxagir.notifications.models import Message


@pytest.mark.django_db
def test_a_sound_database_answers_nothing() -> None:
    out = StringIO()
    call_command("check_invariants", stdout=out)
    assert "non  " not in out.getvalue()
    assert "oui  " in out.getvalue()


@pytest.mark.django_db
def test_a_broken_rule_is_named_with_its_rows_and_the_command_fails() -> None:
    message = Message.objects.create(
        kind="k",
        address="a@example.org",
        dedupe_key="1",
        subject="s",
        text="t",
        state="sending",
        owner="dead",
        lease_until=Now() - timedelta(hours=2),
    )
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

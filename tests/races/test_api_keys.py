"""Two coordinators make the tenth key at once: there are ten."""

from __future__ import annotations

from collections import Counter

import pytest

from jeveuxagir.audit.models import Event
from jeveuxagir.notifications.models import Message
from organisations.api_keys import services
from organisations.api_keys.models import MOST, ApiKey
from tests import factories as f

from .test_seats import outcome, together


@pytest.mark.parametrize("round_number", range(3))
def test_of_two_who_make_the_tenth_key_at_once_one_is_told(committed_db: None, round_number: int) -> None:
    company = f.make_company()
    owners = [f.make_member(company), f.make_member(company)]
    for _ in range(MOST - 1):
        f.make_api_key(company)
    acts = [lambda who=who: services.make(company, actor=who, name="La dixième") for who in owners]
    assert Counter(together(outcome, acts, threads=2)) == {"done": 1, "api_key_too_many": 1}
    assert ApiKey.objects.live().count() == MOST


@pytest.mark.parametrize("round_number", range(3))
def test_revoked_twice_at_once_it_is_revoked_once(committed_db: None, round_number: int) -> None:
    company = f.make_company()
    owner = f.make_member(company)
    key = f.make_api_key(company)
    acts = [lambda: services.revoke(key, actor=owner)] * 2
    assert Counter(together(outcome, acts, threads=2)) == {"done": 2}
    assert Event.objects.filter(verb="api_key.revoked").count() == 1
    assert Message.objects.filter(kind="api_keys.revoked").count() == 1

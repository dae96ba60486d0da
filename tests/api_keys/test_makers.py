"""Whose hands a key is in: those who still act for the organisation hear when its maker no longer does."""

from __future__ import annotations

import pytest

from jeveuxagir.audit.tasks import deliver_events
from jeveuxagir.notifications.models import Message
from organisations import services as organisations
from organisations.api_keys import services
from organisations.models import Membership
from tests import factories as f

pytestmark = pytest.mark.django_db


def test_a_maker_who_becomes_a_reader_is_told_to_those_who_still_act() -> None:
    company = f.make_company()
    owner, maker = f.make_member(company), f.make_member(company, role="manager")
    services.make(company, actor=maker, name="Tableau RSE")
    membership = Membership.objects.get(person=maker.person)
    organisations.change_role(membership, actor=owner, role="owner")
    deliver_events()
    assert not Message.objects.filter(kind="api_keys.maker_left").exists(), "an owner still acts"
    organisations.change_role(membership, actor=owner, role="reader")
    deliver_events()
    [mail] = Message.objects.filter(kind="api_keys.maker_left")
    assert mail.person == owner.person
    assert "n’agit plus" in mail.text

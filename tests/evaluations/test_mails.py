"""Every mail about an evaluation says which one, leads to its page, and holds no answer."""

from __future__ import annotations

import pytest

from alliances.evaluations import notifications as mails
from alliances.evaluations.models import Round
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.models import Message

from .test_services import Table

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", mails.KINDS)
def test_a_mail_leads_to_its_page_and_holds_no_answer(name: str) -> None:
    table = Table()
    round_ = table.open()
    table.answer(round_, 1, words="Zzphrase")
    Round.objects.filter(pk=round_.pk).update(reason="Trop long")
    round_.refresh_from_db()
    Message.objects.all().delete()
    mails.tell(round_, name, table.parties)
    mails.tell(round_, name, table.parties)
    message = Message.objects.filter(kind=f"evaluations.{name}").first()
    assert message is not None
    assert Message.objects.count() == 3
    assert absolute(round_.page_url) in message.text
    assert round_.label in message.subject + message.text
    assert "Zzphrase" not in message.text + message.html
    assert len(message.subject) <= 150
    assert bool(message.link) == catalogue.get(f"evaluations.{name}").digestible

"""Every mail about a text can be written, says which one and where to go, and that it binds nobody in law."""

import pytest

from alliances.texts import notifications as mails
from jeveuxagir.common.clock import today
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.models import Message
from tests import factories as f

pytestmark = pytest.mark.django_db

STATES = {"comment": "comment", "adopt": "adopting", "in_force": "in_force"}


def told(name: str) -> Message:
    alliance = f.make_alliance(name="Lire ensemble")
    f.make_member(alliance.parties.first().organisation)
    fields = {"comment_until": today()} if name == "comment" else {}
    mails.tell(f.make_text(alliance, state=STATES[name], **fields), name)
    return Message.objects.get()


def test_every_kind_is_tried_here() -> None:
    assert set(STATES) == set(mails.KINDS)


@pytest.mark.parametrize("name", mails.KINDS)
def test_a_mail_says_which_text_and_where_to_go(name: str) -> None:
    message = told(name)
    assert "Charte de l’alliance" in message.subject
    assert "Lire ensemble" in message.text
    assert absolute("/alliances/") in message.text
    assert "sans effet juridique propre" in message.text.lower().replace("n’a pas d’effet", "sans effet")
    assert message.html
    assert bool(message.link) == catalogue.get(f"texts.{name}").digestible


def test_who_is_asked_to_adopt_arrives_where_one_adopts() -> None:
    assert "/adopter/" in told("adopt").text


def test_each_person_is_told_once_per_version() -> None:
    alliance = f.make_alliance()
    f.make_member(alliance.parties.first().organisation)
    version = f.make_text(alliance, state="adopting")
    for _ in range(2):
        mails.tell(version, "adopt")
    assert Message.objects.count() == 1

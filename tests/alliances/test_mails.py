"""Every mail of alliances can be written, says where to go, and holds no address or message of anybody."""

import pytest

from alliances import notifications as mails
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.models import Message
from tests import factories as f

pytestmark = pytest.mark.django_db

CONTEXTS = {
    "answered": {"invited": "La Recyclerie", "interested": True},
    "joined": {"party": "La Recyclerie"},
    "left": {"party": "La Recyclerie", "successor": "", "reason": "Nous déménageons."},
    "replaced": {"party": "La Recyclerie", "successor": "Roue libre", "reason": "Sans nouvelles."},
    "stage": {},
    "silent": {"days": 62, "cadence": 30},
    "asleep": {"days": 62},
    "woken": {},
    "closed": {},
    "born": {"made": "Lire à Aubusson", "place": "Aubusson", "starter": "La Recyclerie"},
    "third_ended": {"party": "La Recyclerie"},
    "published": {"public_url": "/alliances/1-x/"},
    "not_published": {"reason": "Retirez un nom.", "corrected": True, "public_url": "/alliances/1-x/"},
    "edit_accepted": {"fields": ["nom"], "public_url": "/alliances/1-x/"},
    "edit_refused": {"reason": "Trop vague.", "public_url": "/alliances/1-x/"},
    "to_mend": {"reason": "Un chiffre est faux.", "public_url": "/alliances/1-x/"},
    "unpublished": {"reason": "Un chiffre est faux.", "public_url": "/alliances/1-x/"},
}


def told(name, **changes):
    alliance = f.make_alliance(name="Lire ensemble")
    f.make_member(alliance.parties.first().organisation)
    mails.tell(alliance, name, once="1", **(CONTEXTS[name] | changes))
    return Message.objects.get()


def test_every_kind_is_tried_here():
    assert set(CONTEXTS) == set(mails.KINDS)


@pytest.mark.parametrize("name", mails.KINDS)
def test_a_mail_says_which_alliance_and_where_to_go(name):
    message = told(name)
    assert "Lire ensemble" in message.subject
    assert absolute("/alliances/") in message.text
    assert len(message.subject) <= 150
    assert message.html
    kind = catalogue.get(f"alliances.{name}")
    assert bool(message.link) == kind.digestible


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("answered", {"interested": False}, "ne rejoint pas"),
        ("left", {"successor": "Roue libre"}, "Roue libre reprend"),
        ("not_published", {"corrected": False}, "Elle ne la publie pas"),
    ],
)
def test_the_other_turns_of_a_mail(name, changes, words):
    message = told(name, **changes)
    assert words in message.subject + message.text


def test_an_invitation_may_come_from_nobody_we_know():
    mails.invite(f.make_alliance_invitation(f.make_alliance(), message="Confidentiel"), "jeton", 30)
    message = Message.objects.get()
    assert "/alliances/invitation/jeton/" in message.text
    assert "30 jours" in message.text
    assert "Confidentiel" not in message.text


def test_each_person_is_told_once_whatever_the_parties_they_speak_for():
    alliance = f.make_alliance(parties=0)
    user = f.make_user()
    for _ in range(2):
        f.make_party(alliance, organisation=f.make_organisation(owner=user))
    for _ in range(2):
        mails.tell(alliance, "woken", once="1")
    assert Message.objects.count() == 1

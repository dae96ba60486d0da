"""The brigade reads the alliances of its departments, stalled ones first, and begins one from one screen (K18)."""

import datetime
import re

import pytest

from alliances import services
from alliances.enums import Activity
from alliances.models import Alliance, AllianceInvitation
from jeveuxagir.common.clock import now
from jeveuxagir.common.text import NBSP
from jeveuxagir.notifications.models import Message
from tests import factories as f

pytestmark = pytest.mark.django_db

START = "/brigade/alliances/commencer/"
TYPED = {
    "name": "Bien manger à Guéret",
    "purpose": "Que chacun mange à sa faim, et de bons produits d’ici.",
    "department": "23",
    "commune": "Guéret (23)",
    "message": "Je pense à vous trois.",
    "association_name": "La Recyclerie",
    "association_email": "recyclerie@exemple.fr",
    "company_name": "Les Halles",
    "company_email": "halles@exemple.fr",
    "authority_name": "Ville de Guéret",
    "authority_email": "mairie@exemple.fr",
}


@pytest.fixture
def brigade(client):
    user = f.make_staff("brigade_member", department="23")
    f.sign_in_staff(client, user)
    return client


def send(client, **changes):
    nonce = re.search(r'name="nonce" value="([^"]+)"', client.get(START).content.decode())[1]
    return client.post(START, TYPED | {"nonce": nonce} | changes)


def test_stalled_alliances_of_the_department_come_first(brigade):
    def aged(name, days, **fields):
        return f.make_alliance(name=name, last_acted_at=now() - datetime.timedelta(days=days), **fields)

    aged("Muette", 50)
    aged("Endormie", 70, activity=Activity.ASLEEP)
    aged("Vive", 1)
    aged("Ailleurs", 90, department="59")
    page = brigade.get("/brigade/alliances/").content.decode()
    assert page.index("Endormie") < page.index("Muette") < page.index("Vive")
    assert "Ailleurs" not in page


def test_what_the_parties_do_inside_is_not_read(brigade):
    alliance = f.make_alliance(name="Lire ensemble")
    f.make_task(alliance, title="Action secrète")
    f.make_alliance_invitation(alliance, name="Invitée secrète")
    path = f"/brigade/alliances/{alliance.pk}/"
    for page in (brigade.get(path), brigade.get(f"{path}historique/"), brigade.get(alliance.space_url)):
        assert "secrète" not in page.content.decode()
    assert brigade.get(alliance.space_url).status_code == 404
    assert "Lire ensemble" in brigade.get(path).content.decode()


def test_from_one_screen_three_worlds_are_asked_and_the_first_to_join_animates(brigade):
    response = send(brigade)
    alliance = Alliance.objects.get()
    assert response.url == f"/brigade/alliances/{alliance.pk}/"
    assert (alliance.department_id, alliance.places.get().commune_id) == ("23", f.GUERET)
    assert not alliance.parties.exists()
    asked = AllianceInvitation.objects.all()
    assert {(row.college, row.email) for row in asked} == {
        ("associations", "recyclerie@exemple.fr"),
        ("companies", "halles@exemple.fr"),
        ("public", "mairie@exemple.fr"),
    }
    mails = Message.objects.filter(address__in=[row.email for row in asked])
    assert mails.count() == 3
    for invitation in asked:  # each answers without an account
        services.answer_invitation(invitation, interested=True, answer_name="Zoé")
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner)
    party = services.join(asked.get(college="associations"), actor=owner, organisation=organisation)
    assert party.is_animator


def test_a_missing_address_says_whose_it_is(brigade):
    shown = send(brigade, company_email="").content.decode().replace(NBSP, " ")
    assert "Une entreprise : donnez son adresse électronique." in shown


def test_nothing_is_begun_when_something_is_wrong(brigade):
    for changes in (
        {"company_email": "recyclerie@exemple.fr"},
        {"authority_name": ""},
        {"department": "59", "commune": ""},
        {"commune": "Lille (59)"},
    ):
        assert send(brigade, **changes).status_code == 422, changes
    assert not Alliance.objects.exists()
    assert not AllianceInvitation.objects.exists()


def test_sent_twice_it_is_begun_once(brigade):
    nonce = re.search(r'name="nonce" value="([^"]+)"', brigade.get(START).content.decode())[1]
    for _ in range(2):
        brigade.post(START, TYPED | {"nonce": nonce})
    assert Alliance.objects.count() == 1

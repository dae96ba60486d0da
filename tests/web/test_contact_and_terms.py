"""Writing to us, the help, the terms of use, and who publishes the site."""

import datetime
import re

import pytest

from jeveuxagir.accounts import privacy, terms
from jeveuxagir.accounts.models import TermsAcceptance, User
from jeveuxagir.notifications.models import Message
from tests import factories as f

pytestmark = pytest.mark.django_db

CONTACT = "/contact/"


def fields(client, **changes):
    html = client.get(CONTACT).content.decode()
    hidden = dict(re.findall(r'name="(nonce|shown_at)" value="([^"]*)"', html))
    typed = {
        "topic": "other",
        "first_name": "Nour",
        "email": "nour@exemple.fr",
        "message": "Le bouton ne répond pas.\n\n→ Cliquez : https://exemple.fr/piege",
    }
    return typed | hidden | changes


# --- writing to us --------------------------------------------------------------------------------------------


def test_a_message_goes_to_the_help_desk_and_is_acknowledged(client, settings):
    assert client.post(CONTACT, fields(client)).url == "/contact/envoye/"
    desk = Message.objects.get(kind="web.contact")
    assert desk.address == settings.HELP_CONTACT
    assert "Le bouton ne répond pas." in desk.text
    assert "nour@exemple.fr" in desk.text
    assert 'href="https://exemple.fr/piege"' not in desk.html, "what is typed makes no button"
    thanks = Message.objects.get(kind="web.contact_received")
    assert thanks.address == "nour@exemple.fr"
    assert "bouton" not in thanks.text, "nothing typed reaches an address that may be somebody else's"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"message": ""}, "champ"),
        ({"topic": "zz"}, "choix"),
        ({"email": "non"}, "adresse"),
        ({"contact_by": "robot"}, "doit rester vide"),
        ({"message": "x" * 4001}, "4"),
    ],
)
def test_a_wrong_message_is_refused_and_kept_on_the_page(client, changes, said):
    response = client.post(CONTACT, fields(client, **changes))
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Message.objects.exists()


def test_a_double_click_writes_once(client):
    client.get("/")
    sent = fields(client)
    client.post(CONTACT, sent)
    client.post(CONTACT, sent)
    assert Message.objects.filter(kind="web.contact").count() == 1


def test_a_flood_from_one_address_stops(client):
    statuses = [
        client.post(CONTACT, fields(client, nonce="", email=f"n{n}@exemple.fr")).status_code for n in range(7)
    ]
    assert statuses[0] == 302
    assert statuses[-1] == 422


# --- help -----------------------------------------------------------------------------------------------------


def test_the_help_finds_a_question_by_its_words_without_accents(client):
    everything = client.get("/aide/").content.decode().count("<details")
    html = client.get("/aide/", {"q": "PARENTS tuteur 17"}).content.decode()
    assert "J’ai 16 ou 17 ans" in html
    assert 0 < html.count("<details") < everything
    assert "Aucune réponse" in client.get("/aide/", {"q": "kangourou"}).content.decode()


@pytest.mark.parametrize("text", ["zzzz", "<script>", "%00", "x" * 8000, "😀", "   "])
def test_the_help_answers_whatever_is_asked(client, text):
    response = client.get("/aide/", {"q": text})
    assert response.status_code == 200
    assert "<script>x" not in response.content.decode()


def test_every_link_of_the_help_leads_somewhere(client):
    html = client.get("/aide/").content.decode()
    for path in set(re.findall(r'<a class="fr-link" href="(/[^"#]*)"', html)):
        assert client.get(path).status_code in (200, 302), path


# --- terms ----------------------------------------------------------------------------------------------------


def test_each_version_has_its_page_its_date_and_what_changed(client):
    for version in terms.VERSIONS:
        html = client.get(f"/conditions-utilisation/{version.code}/").content.decode()
        for change in version.changes:
            assert change in html
    assert client.get("/conditions-utilisation/1999-01/").status_code == 404


@pytest.fixture
def new_version(monkeypatch):
    version = terms.Version("2026-11", datetime.date(2026, 11, 25), ("Première version.",))
    later = terms.Version("2027-01", datetime.date(2027, 1, 4), ("Les idées sont publiées.",))
    monkeypatch.setattr(terms, "VERSIONS", (later, version))
    return later


def test_a_new_version_is_said_at_the_next_sign_in_and_closes_nothing(client, new_version):
    user = f.make_user()
    TermsAcceptance.objects.filter(person=user.person).update(version="2026-11")
    client.force_login(user)
    html = client.get("/mon-espace/").content.decode()
    assert "Les conditions d’utilisation ont changé." in html
    for path in ("/missions/", "/mon-espace/donnees/", "/mon-espace/profil/"):
        assert client.get(path).status_code == 200
    page = client.get("/mon-espace/conditions/").content.decode()
    assert "Les idées sont publiées." in page
    refused = client.post("/mon-espace/conditions/?next=/missions/")
    assert refused.status_code == 200
    assert not terms.accepted(user.person)
    assert client.post("/mon-espace/conditions/?next=/missions/", {"terms": "on"}).url == "/missions/"
    assert terms.accepted(user.person)
    assert "ont changé" not in client.get("/mon-espace/").content.decode()


def test_who_signs_in_meets_the_new_terms_then_goes_where_they_were_going(client, new_version):
    user = f.make_user(password="un long mot de passe de test")
    TermsAcceptance.objects.filter(person=user.person).update(version="2026-11")
    sent = {"login": user.email, "password": "un long mot de passe de test"}
    response = client.post("/compte/connexion/?next=/missions/", sent)
    assert response.url == "/mon-espace/conditions/?next=%2Fmissions%2F"
    assert 'href="/missions/">Plus tard' in client.get(response.url).content.decode()


def test_who_already_agreed_is_not_asked(client):
    user = f.make_user(password="un long mot de passe de test")
    sent = {"login": user.email, "password": "un long mot de passe de test"}
    assert client.post("/compte/connexion/?next=/missions/", sent).url == "/missions/"


@pytest.mark.parametrize("target", ["https://ailleurs.example/", "//ailleurs.example", "javascript:alert(1)"])
def test_the_page_of_the_terms_sends_nobody_away(client, target):
    user = f.make_user()
    client.force_login(user)
    assert (
        client.post("/mon-espace/conditions/", {"terms": "on"}, query_params={"next": target}).url
        == "/mon-espace/"
    )


def test_nobody_signs_up_without_agreeing(client):
    born = f.born_for(30).isoformat()
    sent = {"first_name": "Nour", "email": "nour@exemple.fr", "birth_date": born, "shown_at": ""}
    response = client.post("/compte/inscription/", sent)
    assert "Cochez la case pour accepter" in response.content.decode()
    assert not User.objects.exists()


def test_agreeing_twice_is_agreeing_once_and_is_exported():
    user = f.make_user()
    first = TermsAcceptance.objects.get(person=user.person).accepted_at
    terms.accept(user.person, actor=user)
    assert TermsAcceptance.objects.get(person=user.person).accepted_at == first
    held = {section["label"]: section["rows"] for section in privacy.held_about(user.person)}
    assert held["Conditions d’utilisation acceptées"][0]["Version"] == terms.current().code


# --- who publishes --------------------------------------------------------------------------------------------


def test_the_legal_page_invents_nobody(client, settings):
    assert client.get("/mentions-legales/").content.decode().count("à compléter par l’éditeur") == 6
    settings.PUBLISHER_NAME = "Ministère d’essai"
    html = client.get("/mentions-legales/").content.decode()
    assert "Ministère d’essai" in html
    assert html.count("à compléter par l’éditeur") == 5


def test_no_page_sets_a_cookie_on_a_reader(client):
    for path in ("/", "/missions/", "/aide/", "/territoires/", "/confidentialite/"):
        assert not client.get(path).cookies, path

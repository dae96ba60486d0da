"""Sign-up and sign-in: a mailed code, a password for those who want one, and nothing that reveals an account."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from jeveuxagir.accounts import services
from jeveuxagir.accounts.bots import stamp
from jeveuxagir.accounts.models import GuardianNotice, Person, User
from jeveuxagir.notifications.models import Message
from tests import factories as f

pytestmark = pytest.mark.django_db

SIGN_UP = "/compte/inscription/"
SIGN_IN = "/compte/connexion/"
PASSWORD = "corde lampe girafe nuage"


def code_in_last_mail() -> str:
    message = Message.objects.filter(kind__startswith="accounts.").latest("created_at")
    found = re.search(r"\b(\d{4}-\d{4})\b", message.subject)
    assert found, message.subject
    return found[1]


def sign_up_fields(**changes):
    fields = {
        "first_name": "Inès",
        "email": "ines@exemple.fr",
        "birth_date": f.born_for(25).isoformat(),
        "terms": "on",
        "guardian_email": "",
        "contact_by": "",
        "shown_at": stamp(age=30),
        "proof": "",
    }
    return fields | changes


def confirm(client):
    return client.post("/compte/adresse/confirmer/", {"code": code_in_last_mail()})


def text_of(response) -> str:
    return response.content.decode()


def without_tokens(html: str, *emails: str) -> str:
    for email in emails:
        html = html.replace(email, "…")
    return re.sub(r'(csrfmiddlewaretoken" value=|shown_at" value=|data-proof=)"[^"]*"', "", html)


# --- signing up ---------------------------------------------------------------------------------------------


def test_signing_up_asks_no_password_and_a_mailed_code_opens_the_account(client):
    assert client.get(SIGN_UP).status_code == 200
    response = client.post(SIGN_UP, sign_up_fields())
    assert response["Location"] == "/compte/adresse/confirmer/"
    assert client.get(response["Location"]).status_code == 200
    assert confirm(client)["Location"] == "/mon-espace/"
    user = User.objects.get(email="ines@exemple.fr")
    assert (user.person.email, user.person.first_name) == ("ines@exemple.fr", "Inès")
    assert not user.has_usable_password()
    assert "Bonjour Inès" in text_of(client.get("/mon-espace/"))


def test_until_the_code_is_given_the_address_belongs_to_nobody(client):
    client.post(SIGN_UP, sign_up_fields())
    user = User.objects.get()
    assert user.person.email == ""
    assert client.get("/mon-espace/").status_code == 302


def test_the_mail_of_a_sign_up_carries_no_text_that_a_visitor_wrote(client):
    client.post(SIGN_UP, sign_up_fields(first_name="Gagnez un lot"))
    message = Message.objects.get()
    assert "Gagnez" not in message.subject + message.text + message.html


def test_signing_up_with_a_known_address_shows_the_same_page_and_mails_its_owner(client):
    f.make_user(email="deja@exemple.fr")
    unknown = client.post(SIGN_UP, sign_up_fields(), follow=True)
    client.cookies.clear()
    known = client.post(SIGN_UP, sign_up_fields(email="deja@exemple.fr"), follow=True)
    assert unknown.redirect_chain == known.redirect_chain
    assert without_tokens(text_of(unknown), "ines@exemple.fr") == without_tokens(
        text_of(known), "deja@exemple.fr"
    )
    assert Message.objects.latest("created_at").kind == "accounts.already_member"
    assert User.objects.filter(email="deja@exemple.fr").count() == 1


def test_somebody_already_known_without_a_login_finds_their_own_file(client):
    known = f.make_person(email="ines@exemple.fr", first_name="Inès", phone="+33 6 12 34 56 78")
    client.post(SIGN_UP, sign_up_fields())
    confirm(client)
    assert User.objects.get(email="ines@exemple.fr").person == known
    assert Person.objects.count() == 1


@pytest.mark.parametrize("age", [12, 15])
def test_nobody_under_16_signs_up(client, age):
    response = client.post(SIGN_UP, sign_up_fields(birth_date=f.born_for(age).isoformat()))
    assert "Il faut avoir 16 ans" in text_of(response)
    assert not User.objects.exists()


def test_a_17_year_old_names_a_guardian_who_is_told_once_the_address_is_confirmed(client):
    minor = sign_up_fields(birth_date=f.born_for(17).isoformat())
    assert "parent ou tuteur" in text_of(client.post(SIGN_UP, minor))
    client.post(SIGN_UP, minor | {"guardian_email": "maman@exemple.fr", "shown_at": stamp(age=30)})
    assert not Message.objects.filter(kind="accounts.guardian").exists()
    confirm(client)
    assert Message.objects.get(kind="accounts.guardian").address == "maman@exemple.fr"
    assert GuardianNotice.objects.get().state == "to_send"


def test_a_wrong_code_three_times_means_asking_for_another(client):
    client.post(SIGN_UP, sign_up_fields())
    for _ in range(3):
        response = client.post("/compte/adresse/confirmer/", {"code": "0000-0000"})
    assert response.status_code == 302
    confirm(client)
    assert client.get("/mon-espace/").status_code == 302


# --- bots ---------------------------------------------------------------------------------------------------


def test_a_program_that_fills_every_field_is_refused_with_a_sentence(client):
    response = client.post(SIGN_UP, sign_up_fields(contact_by="https://spam.example"))
    assert "doit rester vide" in text_of(response)
    assert not User.objects.exists()


def test_a_form_sent_within_a_blink_may_be_sent_again(client, settings):
    settings.BOT_MINIMUM_SECONDS = 2
    fields = sign_up_fields(shown_at=stamp())
    response = client.post(SIGN_UP, fields)
    assert "très vite" in text_of(response)
    assert client.post(SIGN_UP, fields | {"shown_at": stamp(age=3)}).status_code == 302


def test_a_form_without_its_stamp_gets_a_new_one_and_keeps_what_was_typed(client):
    response = client.post(SIGN_UP, sign_up_fields(shown_at="forgé"))
    stamped = re.search(r'name="shown_at" value="([^"]+)"', text_of(response))
    assert stamped
    assert 'value="Inès"' in text_of(response)
    assert client.post(SIGN_UP, sign_up_fields(shown_at=stamped[1])).status_code == 302


def test_without_javascript_an_address_sends_fewer_forms_but_some():
    done = [Client().post(SIGN_UP, sign_up_fields(email=f"x{n}@exemple.fr")).status_code for n in range(6)]
    assert done == [302] * 5 + [200]


def test_a_right_proof_of_work_counts_once():
    import base64
    import json

    import altcha

    from jeveuxagir.accounts import bots

    challenge = bots.new_challenge()
    solved = altcha.solve_challenge_v1(challenge["challenge"], challenge["salt"], max_number=bots.MAX_NUMBER)
    answer = {name: challenge[name] for name in ("algorithm", "challenge", "salt", "signature")}
    payload = base64.b64encode(json.dumps(answer | {"number": solved.number}).encode()).decode()
    assert bots.is_proved(payload)
    assert not bots.is_proved(payload)
    wrong = base64.b64encode(json.dumps(answer | {"number": solved.number + 1}).encode()).decode()
    assert not bots.is_proved(wrong)


@pytest.mark.parametrize("payload", ["", "x", "é" * 50, "eyJhIjoxfQ==", "W10=", "bnVsbA==", "A" * 5000])
def test_a_broken_proof_is_no_proof(payload):
    from jeveuxagir.accounts.bots import is_proved

    assert not is_proved(payload)


def test_an_unconfirmed_address_gets_three_mails_a_day():
    for _ in range(3):
        assert Client().post(SIGN_UP, sign_up_fields()).status_code == 302
    assert "Plusieurs messages" in text_of(Client().post(SIGN_UP, sign_up_fields()))
    assert Message.objects.count() == 3


# --- signing in ---------------------------------------------------------------------------------------------


def test_a_mailed_code_signs_in(client):
    f.make_user(email="ines@exemple.fr", first_name="Inès")
    response = client.post(SIGN_IN, {"login": "Ines@Exemple.fr", "password": ""})
    assert response["Location"] == "/compte/connexion/code/"
    response = client.post(response["Location"], {"code": code_in_last_mail().replace("-", " ")})
    assert response["Location"] == "/mon-espace/"
    assert client.get("/mon-espace/").status_code == 200


def test_an_unknown_address_sees_the_same_page_and_gets_no_mail(client):
    f.make_user(email="ines@exemple.fr")
    known = client.post(SIGN_IN, {"login": "ines@exemple.fr"}, follow=True)
    client.cookies.clear()
    unknown = client.post(SIGN_IN, {"login": "personne@exemple.fr"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert without_tokens(text_of(known), "ines@exemple.fr") == without_tokens(
        text_of(unknown), "personne@exemple.fr"
    )
    assert Message.objects.count() == 1


@pytest.mark.parametrize("path", [SIGN_IN, "/compte/mot-de-passe/oublie/"])
def test_an_unknown_address_costs_the_server_as_much_work_as_a_known_one(django_assert_max_num_queries, path):
    f.make_user(email="ines@exemple.fr")
    counts = []
    for email in ("ines@exemple.fr", "personne@exemple.fr"):
        with django_assert_max_num_queries(60) as asked:
            Client().post(path, {"login": email, "email": email})
        counts.append(len(asked))
    assert abs(counts[0] - counts[1]) <= 4
    assert Message.objects.count() == 1


def test_the_page_one_wanted_follows_the_sign_in(client):
    f.make_user(email="ines@exemple.fr")
    client.post(
        SIGN_IN + "?next=/mon-espace/profil/", {"login": "ines@exemple.fr", "next": "/mon-espace/profil/"}
    )
    response = client.post(
        "/compte/connexion/code/", {"code": code_in_last_mail(), "next": "/mon-espace/profil/"}
    )
    assert response["Location"] == "/mon-espace/profil/"


def test_a_foreign_next_is_not_followed(client):
    f.make_user(email="ines@exemple.fr", password=None)
    client.post(SIGN_IN, {"login": "ines@exemple.fr"})
    response = client.post(
        "/compte/connexion/code/", {"code": code_in_last_mail(), "next": "https://ailleurs.example/"}
    )
    assert response["Location"] == "/mon-espace/"


def test_a_password_signs_in_at_once(client):
    f.make_user(email="ines@exemple.fr", password=PASSWORD)
    response = client.post(SIGN_IN, {"login": "ines@exemple.fr", "password": PASSWORD})
    assert response["Location"] == "/mon-espace/"


def test_a_wrong_password_and_an_unknown_address_say_the_same(client):
    f.make_user(email="ines@exemple.fr", password=PASSWORD)
    wrong = client.post(SIGN_IN, {"login": "ines@exemple.fr", "password": "x" * 14})
    unknown = client.post(SIGN_IN, {"login": "personne@exemple.fr", "password": "x" * 14})
    assert without_tokens(text_of(wrong), "ines@exemple.fr") == without_tokens(
        text_of(unknown), "personne@exemple.fr"
    )
    assert "ne va pas" in text_of(wrong)


def test_after_five_tries_in_five_minutes_even_the_right_password_waits(client):
    f.make_user(email="ines@exemple.fr", password=PASSWORD)
    for _ in range(5):
        client.post(SIGN_IN, {"login": "ines@exemple.fr", "password": "x" * 14})
    response = client.post(SIGN_IN, {"login": "ines@exemple.fr", "password": PASSWORD})
    assert "trop de fois" in text_of(response)


def test_a_whole_neighbourhood_shares_ten_tries_a_minute(client):
    statuses = [
        text_of(
            client.post(
                SIGN_IN, {"login": f"x{n}@exemple.fr", "password": "y" * 14}, REMOTE_ADDR=f"203.0.113.{n + 1}"
            )
        )
        for n in range(11)
    ]
    assert "trop de fois" not in statuses[9]
    assert "trop de fois" in statuses[10]


@pytest.fixture
def store_down(settings):
    settings.CACHES = {
        "default": {"BACKEND": "jeveuxagir.common.cache.SharedCache", "LOCATION": "redis://127.0.0.1:1"}
    }


def test_when_the_counter_is_down_nobody_signs_in_and_the_page_says_wait(client, store_down):
    user = f.make_user(email="ines@exemple.fr", password=PASSWORD)
    services.seed_totp(user, "JBSWY3DPEHPK3PXP")
    for typed in ({"password": PASSWORD}, {"password": ""}):
        response = client.post(SIGN_IN, {"login": "ines@exemple.fr", **typed})
        assert "trop de fois" in text_of(response)
    response = client.post("/compte/mot-de-passe/oublie/", {"email": "ines@exemple.fr"})
    assert "trop de fois" in text_of(response)
    assert not Message.objects.exists()


def test_when_the_cache_is_down_the_pages_still_open(client, store_down):
    for path in ("/", "/missions/", SIGN_IN, SIGN_UP):
        assert client.get(path).status_code == 200, path
    client.force_login(f.make_member(f.make_organisation()))
    for path in ("/mon-espace/", "/mon-espace/profil/"):
        assert client.get(path).status_code == 200, path


def test_signing_out_is_a_post(client):
    client.force_login(f.make_user())
    client.get("/compte/deconnexion/")
    assert client.get("/mon-espace/").status_code == 200
    client.post("/compte/deconnexion/")
    assert client.get("/mon-espace/").status_code == 302


# --- password and address -----------------------------------------------------------------------------------


@pytest.mark.parametrize("weak", ["court", "motdepasse1234", "azertyuiop123", "111111111111", "password1234"])
def test_a_weak_password_is_refused_with_advice(client, weak):
    client.force_login(f.make_user())
    response = client.post("/compte/mot-de-passe/choisir/", {"password1": weak})
    assert response.status_code == 200
    assert "fr-error-text" in text_of(response) or "fr-message--error" in text_of(response)


def test_choosing_a_password_keeps_the_session_and_warns_by_mail(client):
    user = f.make_user()
    client.force_login(user)
    assert client.post("/compte/mot-de-passe/choisir/", {"password1": PASSWORD}).status_code == 302
    assert client.get("/mon-espace/").status_code == 200
    message = Message.objects.get(kind="accounts.security")
    assert "mot de passe" in message.text
    assert message.person == user.person


def test_a_forgotten_password_is_replaced_with_a_mailed_code(client):
    user = f.make_user(email="ines@exemple.fr", password=PASSWORD)
    client.post("/compte/mot-de-passe/oublie/", {"email": "ines@exemple.fr"})
    response = client.post("/compte/mot-de-passe/oublie/code/", {"code": code_in_last_mail()})
    assert response["Location"] == "/compte/mot-de-passe/oublie/nouveau/"
    client.post(response["Location"], {"password1": "quatre autres mots libres"})
    user.refresh_from_db()
    assert user.check_password("quatre autres mots libres")


def test_an_address_changes_only_once_the_new_one_is_confirmed(client):
    user = f.make_user(email="avant@exemple.fr")
    client.force_login(user)
    response = client.post("/compte/adresse/", {"email": "apres@exemple.fr", "action_add": "1"})
    assert response["Location"] == "/compte/adresse/confirmer/"
    user.refresh_from_db()
    assert user.email == "avant@exemple.fr"
    assert client.get(response["Location"]).status_code == 200
    client.post(response["Location"], {"code": code_in_last_mail()})
    user.refresh_from_db()
    user.person.refresh_from_db()
    assert (user.email, user.person.email) == ("apres@exemple.fr", "apres@exemple.fr")


PAGES = [
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_inactive",
    "account_email_verification_sent",
    "account_password_reset_completed",
]


@pytest.mark.parametrize("name", PAGES)
def test_every_public_account_page_opens(client, name):
    assert client.get(reverse(name)).status_code in (200, 302)


@pytest.mark.parametrize(
    "name",
    [
        *("account_logout", "account_email", "account_set_password", "mfa_index", "mfa_activate_totp"),
        *("usersessions_list", "accounts:my_space", "accounts:profile", "accounts:my_data"),
    ],
)
def test_every_page_of_ones_account_opens(client, name):
    client.force_login(f.make_user())
    response = client.get(reverse(name))
    assert response.status_code == 200, response.headers

"""Links, forms and erasure turned against people."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client

from jeveuxagir.accounts import guardians, limits, nonces, privacy, services, tokens
from jeveuxagir.accounts.models import GuardianNotice, User
from jeveuxagir.common.clock import now
from jeveuxagir.notifications.models import Message
from tests import factories as f
from tests.accounts.test_sign_in import PASSWORD, code_in_last_mail, sign_up_fields

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("nonce", ["\x00", "x" * 5000])
def test_a_forged_nonce_is_ignored_and_breaks_nothing(nonce):
    with nonces.once("user:1", nonce) as sent:
        assert sent.first
        sent.outcome = "/"


def test_a_guardian_no_longer_objects_to_an_adult(client, time_machine):
    user = f.make_user(age=17)
    token, token_hash = tokens.new_token()
    user.person.guardian_notices.update(token_hash=token_hash)
    assert client.get(f"/tuteur/{token}/").status_code == 200
    time_machine.move_to(now() + datetime.timedelta(days=365))
    assert client.get(f"/tuteur/{token}/").status_code == 404
    assert client.post(f"/tuteur/{token}/").status_code == 404
    assert GuardianNotice.objects.get(person=user.person).state == "told"


def test_erasing_a_minor_takes_the_mail_to_the_guardian_with_it():
    user = f.make_user(age=17, guardian="none", first_name="Zéphyrine")
    guardians.announce(user.person, email="parent@exemple.fr")
    assert Message.objects.filter(text__contains="Zéphyrine").exists()
    privacy.erase(user.person, actor=user)
    assert not Message.objects.filter(text__contains="Zéphyrine").exists()


def test_erasing_a_person_empties_the_files_merged_into_theirs():
    user = f.make_user()
    former = f.make_person(first_name="Zéphyrine", email="ancienne@exemple.fr", merged_into=user.person)
    privacy.erase(user.person, actor=user)
    former.refresh_from_db()
    assert (former.first_name, former.last_name, former.email) == (privacy.ERASED_NAME, "", "")


def test_a_stranger_s_sign_up_does_not_decide_the_age_of_who_owns_the_address():
    services.sign_up(email="neuf@exemple.fr", first_name="Faux", birth_date=f.born_for(40))
    contact, _ = services.keep_contact(
        email="neuf@exemple.fr",
        first_name="Vrai",
        birth_date=f.born_for(17),
        guardian_email="parent@exemple.fr",
    )
    user = services.open_account(contact)
    user.person.refresh_from_db()
    assert guardians.needs_guardian(user.person)


def test_a_stranger_s_sign_up_names_no_guardian_for_who_owns_the_address():
    services.sign_up(
        email="neuf@exemple.fr",
        first_name="Faux",
        birth_date=f.born_for(17),
        guardian_email="pirate@exemple.fr",
    )
    contact, _ = services.keep_contact(
        email="neuf@exemple.fr",
        first_name="Vrai",
        birth_date=f.born_for(17),
        guardian_email="parent@exemple.fr",
    )
    user = services.open_account(contact)
    addresses = set(Message.objects.filter(kind="accounts.guardian").values_list("address", flat=True))
    assert addresses == {"parent@exemple.fr"}
    assert user.person.guardian_notices.get().email == "parent@exemple.fr"


def test_whoever_signs_in_on_a_stranger_s_sign_up_says_their_age_themselves(client):
    """The stranger typed a wrong age and named himself the guardian; the owner only asked for a code."""
    typed = sign_up_fields(birth_date=f.born_for(17).isoformat(), guardian_email="pirate@exemple.fr")
    client.post("/compte/inscription/", typed)
    owner = Client()
    owner.post("/compte/connexion/", {"login": typed["email"]})
    sent = owner.post("/compte/connexion/code/", {"code": code_in_last_mail()})
    assert sent["Location"].startswith("/mon-espace/conditions/")
    person = User.objects.get(email=typed["email"]).person
    assert (person.email, person.birth_year, person.sixteen_on) == (typed["email"], None, None)
    assert not person.guardian_notices.exists()
    assert not person.terms_acceptances.exists()
    assert not Message.objects.filter(kind="accounts.guardian").exists()


# --- an account's door held shut by somebody else -------------------------------------------------------------

SIGN_IN = "/compte/connexion/"
TOO_MANY = "trop de fois"


@pytest.mark.parametrize(
    ("typed", "right", "where"),
    [
        ({"password": "x" * 14}, {"password": PASSWORD}, "/mon-espace/"),
        ({"password": ""}, {}, "/compte/connexion/code/"),
    ],
)
def test_a_stranger_who_tries_a_door_does_not_close_it_to_a_browser_its_owner_used(
    client, typed, right, where
):
    user = f.make_user(email="ines@exemple.fr", password=PASSWORD)
    client.post(SIGN_IN, {"login": user.email, "password": PASSWORD})
    client.post("/compte/deconnexion/")
    for _ in range(6):
        refused = Client(REMOTE_ADDR="203.0.113.9").post(SIGN_IN, {"login": user.email, **typed})
    assert TOO_MANY in refused.content.decode()
    answer = client.post(SIGN_IN, {"login": user.email, **typed, **right})
    assert answer["Location"] == where


def test_a_browser_its_owner_used_may_not_guess_either(client):
    user = f.make_user(email="ines@exemple.fr", password=PASSWORD)
    client.post(SIGN_IN, {"login": user.email, "password": PASSWORD})
    client.post("/compte/deconnexion/")
    for _ in range(5):
        client.post(SIGN_IN, {"login": user.email, "password": "x" * 14})
    answer = client.post(SIGN_IN, {"login": user.email, "password": PASSWORD})
    assert TOO_MANY in answer.content.decode()


def test_a_forged_memory_of_the_browser_counts_as_none(settings):
    f.make_user(email="ines@exemple.fr", password=PASSWORD)
    stranger = Client()
    for n in range(6):
        stranger.cookies[settings.DEVICE_COOKIE_NAME] = f"{n}:forged:cookie"
        answer = stranger.post(SIGN_IN, {"login": "ines@exemple.fr", "password": "x" * 14})
    assert TOO_MANY in answer.content.decode()


def test_one_neighbourhood_cannot_use_up_an_account_s_codes_of_the_day(client, time_machine):
    """It may ask for twenty; then whoever owns the account still gets theirs, from a browser we never saw."""
    time_machine.move_to("2027-01-12 09:00:00Z", tick=False)
    f.make_user(email="ines@exemple.fr")
    for _ in range(8):
        for _ in range(5):
            Client(REMOTE_ADDR="203.0.113.9").post(SIGN_IN, {"login": "ines@exemple.fr"})
        time_machine.shift(301)
    Client(REMOTE_ADDR="203.0.113.9").post(SIGN_IN, {"login": "ines@exemple.fr"})
    assert Message.objects.filter(kind="accounts.login_code").count() == 20
    client.post(SIGN_IN, {"login": "ines@exemple.fr"}, REMOTE_ADDR="198.51.100.4")
    assert Message.objects.filter(kind="accounts.login_code").count() == 21


def test_a_subscriber_of_ipv6_is_one_visitor_whatever_the_address_they_pick():
    allowed = [limits.hit("form_address_unproved", f"2001:db8:1:2::{n:x}") for n in range(1, 8)]
    assert allowed == [True] * 5 + [False] * 2
    assert limits.hit("form_address_unproved", "2001:db8:1:3::1")

"""Staff rights need a second factor in the session; nothing turns it off."""

from __future__ import annotations

import pyotp
import pytest
import time_machine
from allauth.mfa.models import Authenticator

from jeveuxagir.accounts import roles, services
from tests import factories as f
from tests.accounts.test_sign_in import code_in_last_mail

pytestmark = pytest.mark.django_db

SECRET = pyotp.random_base32()
BRIGADE = "/brigade/"


@pytest.fixture
def agent():
    user = f.make_staff("brigade_member", email="agent@exemple.fr")
    services.seed_totp(user, SECRET)
    return user


def sign_in_with_code(client, user):
    client.post("/compte/connexion/", {"login": user.email})
    return client.post("/compte/connexion/code/", {"code": code_in_last_mail()})


def test_a_mailed_code_alone_does_not_open_a_session_for_somebody_with_a_second_factor(client, agent):
    response = sign_in_with_code(client, agent)
    assert response["Location"] == "/compte/double-verification/code/"
    assert client.get(BRIGADE)["Location"].startswith("/compte/connexion/")
    assert client.get(response["Location"]).status_code == 200
    client.post(response["Location"], {"code": pyotp.TOTP(SECRET).now()})
    assert client.get(BRIGADE).status_code not in (302, 403)


def test_a_code_serves_once(client, agent):
    code = pyotp.TOTP(SECRET).now()
    sign_in_with_code(client, agent)
    client.post("/compte/double-verification/code/", {"code": code})
    client.post("/compte/deconnexion/")
    sign_in_with_code(client, agent)
    response = client.post("/compte/double-verification/code/", {"code": code})
    assert "déjà servi" in response.content.decode()


def test_a_recovery_code_replaces_the_phone_once(client, agent):
    code = Authenticator.objects.get(user=agent, type="recovery_codes").wrap().get_unused_codes()[0]
    sign_in_with_code(client, agent)
    assert client.post("/compte/double-verification/code/", {"code": code})["Location"] == "/mon-espace/"
    client.post("/compte/deconnexion/")
    sign_in_with_code(client, agent)
    assert client.post("/compte/double-verification/code/", {"code": code}).status_code == 200


def test_having_a_device_is_not_enough_the_session_must_have_used_it(client, agent):
    client.force_login(agent)
    response = client.get(BRIGADE + "quelque-chose/?a=1")
    assert (
        response["Location"]
        == "/compte/double-verification/verifier/?next=%2Fbrigade%2Fquelque-chose%2F%3Fa%3D1"
    )
    assert client.get(response["Location"]).status_code == 200
    response = client.post(response["Location"], {"code": pyotp.TOTP(SECRET).now(), "next": BRIGADE})
    assert response["Location"] == BRIGADE
    assert client.get(BRIGADE).status_code not in (302, 403)


@pytest.mark.parametrize("path", [BRIGADE, "/administration/", "/brigade/login/", "/administration/login/"])
def test_who_is_not_staff_finds_nothing_there(client, path):
    assert client.get(path)["Location"].startswith("/compte/connexion/?next=")
    client.force_login(f.make_user())
    assert client.get(path).status_code == 404
    client.force_login(f.make_member(f.make_organisation()))
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", [BRIGADE, "/administration/"])
def test_the_admins_own_login_form_is_never_shown(client, agent, path):
    f.sign_in_staff(client, agent)
    for method in (client.get, client.post):
        assert method(f"{path}login/")["Location"] == path


def test_a_grant_that_ended_yesterday_opens_nothing(client):
    import datetime

    from jeveuxagir.common.clock import today

    user = f.make_user()
    yesterday = today() - datetime.timedelta(days=1)
    f.make_grant(user.person, department="23", starts_on=yesterday, ends_on=yesterday)
    f.sign_in_staff(client, user)
    assert client.get(BRIGADE).status_code == 404


def test_staff_roles_do_not_count_in_a_session_without_second_factor(client, agent):
    client.force_login(agent)
    request = client.get("/mon-espace/").wsgi_request
    assert not roles.is_brigade(request.user)
    f.sign_in_staff(client, agent)
    request = client.get("/mon-espace/").wsgi_request
    assert roles.is_brigade(request.user)


def test_a_staff_session_ends_after_thirty_minutes_of_silence(client, agent):
    with time_machine.travel("2027-01-12 09:00:00Z", tick=False) as clock:
        f.sign_in_staff(client, agent)
        assert client.get(BRIGADE).status_code not in (302, 403)
        clock.shift(29 * 60)
        assert client.get("/mon-espace/").status_code == 200
        clock.shift(29 * 60)
        assert client.get(BRIGADE).status_code not in (302, 403)
        clock.shift(31 * 60)
        assert client.get(BRIGADE)["Location"].startswith("/compte/connexion/")
        assert client.get("/mon-espace/").status_code == 302


def test_a_staff_session_ends_after_ten_hours_whatever_one_does(client, agent):
    with time_machine.travel("2027-01-12 08:00:00Z", tick=False) as clock:
        f.sign_in_staff(client, agent)
        for _ in range(24):
            assert client.get(BRIGADE).status_code not in (302, 403)
            clock.shift(25 * 60)
        assert client.get(BRIGADE)["Location"].startswith("/compte/connexion/")


def test_a_citizens_session_does_not_end_with_the_agents_clock(client):
    with time_machine.travel("2027-01-12 08:00:00Z", tick=False) as clock:
        client.force_login(f.make_user())
        client.get("/mon-espace/")
        clock.shift(11 * 3600)
        assert client.get("/mon-espace/").status_code == 200


def test_staff_cannot_take_their_second_factor_away(client, agent):
    f.sign_in_staff(client, agent)
    client.post("/compte/double-verification/retirer/")
    assert Authenticator.objects.filter(user=agent, type="totp").exists()


def test_a_citizen_may_take_theirs_away(client):
    user = f.make_user()
    services.seed_totp(user, SECRET)
    f.sign_in_staff(client, user)
    assert client.get("/compte/double-verification/").status_code == 200
    assert client.get("/compte/double-verification/retirer/").status_code == 200
    client.post("/compte/double-verification/retirer/")
    assert not Authenticator.objects.filter(user=user).exists()


def test_recovery_codes_show_only_on_demand_and_after_the_second_factor(client, agent):
    code = Authenticator.objects.get(user=agent, type="recovery_codes").wrap().get_unused_codes()[0]
    f.sign_in_staff(client, agent)
    page = "/compte/double-verification/secours/"
    assert code not in client.get(page).content.decode()
    assert code in client.post(page).content.decode()
    client.logout()
    client.force_login(agent)
    assert client.post(page)["Location"].startswith("/compte/double-verification/verifier/")


def test_five_wrong_codes_make_the_right_one_wait(client, agent):
    sign_in_with_code(client, agent)
    for _ in range(5):
        client.post("/compte/double-verification/code/", {"code": "000000"})
    response = client.post("/compte/double-verification/code/", {"code": pyotp.TOTP(SECRET).now()})
    assert response.status_code == 200
    assert "trop de fois" in response.content.decode()


def test_no_setting_turns_the_second_factor_off():
    from django.conf import settings

    names = [name for name in dir(settings) if "SECOND_FACTOR" in name or name.startswith("MFA_")]
    assert not [name for name in names if "BYPASS" in name or "REQUIRED" in name]
    assert "jeveuxagir.accounts.middleware.SecondFactor" in settings.MIDDLEWARE

"""The page where staff roles are given and taken back."""

from __future__ import annotations

import pytest

from jeveuxagir.accounts import services
from jeveuxagir.accounts.models import RoleGrant
from tests import factories as f

pytestmark = pytest.mark.django_db

TEAM = "/brigade/equipe/"


def fields(**changes):
    return {"email": "agent@exemple.fr", "role": "brigade_member", "territory": "department:23"} | changes


@pytest.fixture
def lead(client):
    user = f.make_staff("brigade_lead", first_name="Léa")
    f.sign_in_staff(client, user)
    return user


def test_a_lead_gives_and_takes_back_a_role_in_their_department(client, lead):
    agent = f.make_user(email="agent@exemple.fr", first_name="Ali")
    page = client.get(TEAM).content.decode()
    assert "Creuse (23)" in page
    assert "Nord (59)" not in page
    assert "équipe nationale" not in page
    assert client.post(TEAM, fields(ends_on="2099-01-01")).status_code == 302
    given = agent.person.grants.get()
    assert (given.granted_by, str(given.ends_on)) == (lead, "2099-01-01")
    assert "Ali" in client.get(TEAM).content.decode()
    assert client.post(f"{TEAM}{given.pk}/retirer/").status_code == 302
    assert "Ali" not in client.get(TEAM).content.decode()


def test_what_is_beyond_ones_rights_is_refused_even_when_forged(client, lead):
    f.make_user(email="agent@exemple.fr")
    for forged in (fields(role="national"), fields(territory="department:59"), fields(territory="nation")):
        assert client.post(TEAM, forged).status_code == 422
    assert RoleGrant.objects.count() == 1


def test_who_has_no_account_is_given_nothing_and_may_be_invited(client, lead):
    response = client.post(TEAM, fields(email="personne@exemple.fr"))
    assert response.status_code == 422
    assert "Personne n’a encore de compte à cette adresse" in response.text
    assert "Inviter cette personne" in response.text
    assert RoleGrant.objects.count() == 1


def test_nobody_gives_rights_to_themselves_here_either(client):
    national = f.make_staff("national", email="agent@exemple.fr")
    f.sign_in_staff(client, national)
    response = client.post(TEAM, fields(role="technical", territory="nation"))
    assert "soi-même" in response.content.decode()


def test_giving_rights_asks_for_the_second_factor_again(client):
    lead = f.make_staff("brigade_lead")
    services.seed_totp(lead, "JBSWY3DPEHPK3PXP")
    f.sign_in_staff(client, lead)
    session = client.session
    for record in session["account_authentication_methods"]:
        record.pop("reauthenticated", None)
    session.save()
    response = client.post(TEAM, fields())
    assert response["Location"].startswith("/compte/double-verification/verifier/")


def test_a_lead_does_not_see_or_touch_another_departments_team(client, lead):
    stranger = f.make_staff(department="59", first_name="Zoé").person.grants.get()
    assert "Zoé" not in client.get(TEAM).content.decode()
    assert client.post(f"{TEAM}{stranger.pk}/retirer/").status_code == 404
    superior = f.make_staff("national").person.grants.get()
    assert client.post(f"{TEAM}{superior.pk}/retirer/").status_code == 404

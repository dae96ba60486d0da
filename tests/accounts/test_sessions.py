"""« Mes connexions »: each browser where the account is open, closed one by one."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from jeveuxagir.accounts import services
from jeveuxagir.audit.models import Event
from tests import factories as f

pytestmark = pytest.mark.django_db

LIST = "/compte/appareils/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0"
PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36"


def signed_in(user: Any, agent: str) -> Client:
    client = Client(headers={"user-agent": agent})
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    key = client.session.session_key
    UserSession.objects.create(user=user, session_key=key, ip="127.0.0.7", user_agent=agent)
    return client


def row_of(client: Client) -> UserSession:
    return UserSession.objects.get(session_key=client.session.session_key)


def test_each_device_is_shown_with_its_date_without_a_place_and_closed_alone() -> None:
    user = f.make_user()
    here, phone = signed_in(user, FIREFOX), signed_in(user, PHONE)
    shown = here.get(LIST).content.decode()
    assert "Firefox" in shown
    assert "Android" in shown
    assert row_of(phone).ip not in shown
    url = f"/mon-espace/connexions/{row_of(phone).pk}/fermer/"
    assert f'action="{url}"' in shown
    assert f"/mon-espace/connexions/{row_of(here).pk}/fermer/" not in shown
    assert here.post(url, follow=True).redirect_chain[-1][0] == LIST
    assert phone.get("/mon-espace/").status_code == 302
    assert here.get("/mon-espace/").status_code == 200
    assert "Android" not in here.get(LIST).content.decode()
    assert Event.objects.filter(verb="account.session_ended", actor=user).count() == 1
    assert here.post(url).status_code == 404


def test_the_present_one_is_closed_by_signing_out_only() -> None:
    here = signed_in(f.make_user(), FIREFOX)
    url = f"/mon-espace/connexions/{row_of(here).pk}/fermer/"
    assert "déconnectez-vous" in here.post(url, follow=True).content.decode()
    assert here.get("/mon-espace/").status_code == 200


def test_who_sends_after_the_session_ended_comes_back_to_the_page_and_nothing_is_done() -> None:
    user = f.make_user()
    here, phone = signed_in(user, FIREFOX), signed_in(user, PHONE)
    url, page = f"/mon-espace/connexions/{row_of(phone).pk}/fermer/", f"http://testserver{LIST}?depuis=ici"
    here.logout()
    sent = here.post(url, headers={"referer": page})
    assert sent.url == f"/compte/connexion/?next={LIST}%3Fdepuis%3Dici"
    assert "Rien n’a été enregistré" in here.get(sent.url).content.decode()
    assert phone.get("/mon-espace/").status_code == 200
    for elsewhere in ("https://evil.example/x", "", "http://[", "///evil.example", "javascript:alert(1)"):
        sent = here.post(url, headers={"referer": elsewhere})
        assert sent.url == f"/compte/connexion/?next={url}", elsewhere


def test_an_address_that_records_something_says_so_when_it_is_opened_as_a_page() -> None:
    here = signed_in(f.make_user(), FIREFOX)
    answer = here.get(f"/mon-espace/connexions/{row_of(here).pk}/fermer/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "Cette adresse ne se lit pas" in answer.content.decode()
    assert here.head(f"/mon-espace/connexions/{row_of(here).pk}/fermer/").status_code == 405


def test_nobody_closes_the_session_of_somebody_else() -> None:
    mine, other = signed_in(f.make_user(), FIREFOX), signed_in(f.make_user(), PHONE)
    url = f"/mon-espace/connexions/{row_of(other).pk}/fermer/"
    assert mine.post(url).status_code == 404
    assert mine.get(url).status_code == 405
    assert other.get("/mon-espace/").status_code == 200
    assert not services.end_session(mine.get("/mon-espace/").wsgi_request.user, row_of(other).pk)


def test_with_three_of_them_all_the_others_are_closed_at_once() -> None:
    user = f.make_user()
    here, *others = (signed_in(user, agent) for agent in (FIREFOX, PHONE, PHONE))
    assert "Fermer toutes les autres" in here.get(LIST).content.decode()
    here.post(LIST)
    assert [client.get("/mon-espace/").status_code for client in (here, *others)] == [200, 302, 302]


@pytest.mark.parametrize(
    ("kept", "shown"),
    [("+33 6 12 34 56 78", "06 12 34 56 78"), ("+596 696 12 34 56", "+596 696 12 34 56"), ("", "")],
)
def test_the_profile_shows_a_number_as_it_is_written_and_keeps_it_the_same(kept: str, shown: str) -> None:
    user = f.make_user(phone=kept)
    client = signed_in(user, FIREFOX)
    page = client.get("/mon-espace/profil/").content.decode()
    if shown:
        assert f'value="{shown}"' in page
    said = {"first_name": "Camille", "last_name": "Durand", "phone": shown, "commune": "Guéret (23)"}
    assert client.post("/mon-espace/profil/", said).status_code == 302
    user.person.refresh_from_db()
    assert user.person.phone == kept

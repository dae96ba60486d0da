"""What I receive, and stopping a kind from a mail without signing in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jeveuxagir.accounts.models import Person, User
from jeveuxagir.notifications import links, selectors, services
from jeveuxagir.notifications.enums import Rhythm
from jeveuxagir.notifications.models import Message, Preference
from jeveuxagir.notifications.outbox import compose

PAGE = "/mon-espace/notifications/"


@pytest.fixture
def stop_url(person: Person, kind: Callable[..., Any]) -> str:
    kind()
    return links.stop_link(person.pk, "tests.news").removeprefix("http://127.0.0.1:8000")


def test_the_page_lists_the_kinds_of_my_audiences(
    user: User, kind: Callable[..., Any], client: Client
) -> None:
    kind("tests.news", label="Les nouvelles")
    kind("tests.queue", label="La file d’attente", audience="staff")
    kind("tests.receipt", label="Le reçu", can_stop=False)
    client.force_login(user)
    page = client.get(PAGE).content.decode()
    assert "Les nouvelles" in page
    assert "La file" not in page
    assert re.search(r"<li>Le reçu</li>", page)


def choices(user: User, **changes: str) -> dict[str, str]:
    """What the page's form sends when one changes some answers."""
    kinds = [kind for kind in selectors.kinds_for(user.person) if len(kind.choices) > 1]
    rhythms = selectors.rhythms_of(user.person.pk)
    return {kind.code.replace(".", "-"): rhythms.of(kind) for kind in kinds} | changes


def test_each_kind_comes_at_once_once_a_day_or_never(
    user: User, kind: Callable[..., Any], client: Client
) -> None:
    kind(digestible=True)
    client.force_login(user)
    for chosen in ("never", "daily", "immediate"):
        assert client.post(PAGE, choices(user, **{"tests-news": chosen})).status_code == 302
        assert Preference.objects.get().rhythm == chosen  # and nothing is written about what stays as it was


def test_a_choice_that_a_kind_does_not_offer_is_refused(
    user: User, kind: Callable[..., Any], client: Client
) -> None:
    kind()  # cannot wait for a digest
    kind("tests.duty", digestible=True, can_stop=False)
    client.force_login(user)
    for name, chosen in (("tests-news", "daily"), ("tests-duty", "never"), ("tests-news", "\x00")):
        answer = client.post(PAGE, choices(user, **{name: chosen}))
        assert answer.status_code == 200
        assert "Choisissez l’une des réponses." in answer.content.decode()
    services.set_preference(user.person.pk, "tests.duty", rhythm=Rhythm.NEVER)
    assert not Preference.objects.exists()


def test_one_button_stops_all_that_may_be_stopped(
    user: User, kind: Callable[..., Any], client: Client
) -> None:
    stoppable = kind(digestible=True)
    duty = kind("tests.duty", digestible=True, can_stop=False)
    client.force_login(user)
    client.post(PAGE, {"stop_all": "1"}, follow=True)
    rhythms = selectors.rhythms_of(user.person.pk)
    assert rhythms.of(stoppable) == Rhythm.NEVER
    assert rhythms.of(duty) == Rhythm.IMMEDIATE


def test_the_page_asks_the_database_the_same_for_one_kind_and_for_many(
    user: User, kind: Callable[..., Any], client: Client, django_assert_num_queries: Any
) -> None:
    client.force_login(user)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as before:
        client.get(PAGE)
    for number in range(20):
        kind(f"tests.kind{number}", digestible=True)
    with django_assert_num_queries(len(before)):
        client.get(PAGE)


def test_the_page_of_preferences_asks_to_sign_in(db: None, client: Client) -> None:
    assert client.get(PAGE).status_code == 302


def test_opening_the_link_stops_nothing(stop_url: str, client: Client) -> None:
    page = client.get(stop_url)
    assert page.status_code == 200
    assert "Les nouvelles" in page.content.decode()
    assert not Preference.objects.exists()


def test_one_click_stops_without_login_cookie_or_csrf_and_may_be_repeated(stop_url: str) -> None:
    mail_program = Client(enforce_csrf_checks=True)
    for _ in range(2):
        answer = mail_program.post(stop_url, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200  # RFC 8058 allows no redirect
    assert Preference.objects.get().rhythm == "never"


def test_the_button_of_the_page_stops_and_offers_to_resume(stop_url: str, client: Client) -> None:
    page = client.post(stop_url, follow=True).content.decode()
    assert "Vous ne recevrez plus ces messages" in page
    client.post(stop_url, {"wanted": "1"})
    assert not selectors.is_stopped(*links.read_stop_token(stop_url.split("/")[-2]) or (0, ""))


def test_a_forged_or_foreign_token_is_not_found(stop_url: str, person: Person, client: Client) -> None:
    assert client.post("/messages/arreter/nothing/").status_code == 404
    assert client.post(stop_url[:-2] + "x/").status_code == 404
    assert client.post(f"/messages/arreter/{links.stop_token(person.pk, 'unknown.kind')}/").status_code == 404
    assert client.post(f"/messages/arreter/{links.stop_token(0, 'tests.news')}/").status_code == 404
    assert not Preference.objects.exists()


def test_a_mail_that_can_be_stopped_says_so_in_its_headers(person: Person, kind: Callable[..., Any]) -> None:
    kind()
    mail = compose(Message(kind="tests.news", person=person, subject="s", text="t"), person.email)
    assert mail["List-Unsubscribe"] == f"<{links.stop_link(person.pk, 'tests.news')}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    kind("tests.receipt", can_stop=False)
    mail = compose(Message(kind="tests.receipt", person=person, subject="s", text="t"), person.email)
    assert mail["List-Unsubscribe"] is None

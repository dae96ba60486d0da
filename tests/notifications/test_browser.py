"""The two pages, in a browser, at both widths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jeveuxagir.notifications import catalogue, links
from jeveuxagir.notifications.models import Preference
from tests.factories import make_user
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from jeveuxagir.accounts.models import User


@pytest.fixture
def user(site: Any) -> User:
    return make_user(first_name="Camille")


def sign_in(page: Page, site: Any, user: User, client: Any) -> None:
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page.context.add_cookies(
        [{"name": name, "value": morsel.value, "url": site.url} for name, morsel in client.cookies.items()]
    )


@pytest.mark.parametrize("width", [390, 1280])
def test_i_choose_what_i_receive(page: Page, site: Any, user: User, client: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, site, user, client)
    page.goto(f"{site.url}/mon-espace/notifications/")
    axe(page)
    label = next(
        kind.label
        for kind in catalogue.kinds()
        if kind.can_stop and kind.audience == "person" and kind.code != catalogue.DIGEST
    )
    group = page.get_by_role("radiogroup", name=label)
    group.get_by_label("Tout de suite").focus()
    page.keyboard.press("ArrowUp")  # round to the last choice, without a mouse
    page.get_by_role("button", name="Enregistrer mes choix").press("Enter")
    page.get_by_text("Vos choix sont enregistrés.").wait_for()
    assert group.get_by_label("Jamais").is_checked()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1280])
def test_a_link_of_a_mail_stops_a_kind_with_one_button(page: Page, site: Any, user: User, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    kind = next(kind for kind in catalogue.kinds() if kind.can_stop and kind.code != catalogue.DIGEST)
    page.goto(f"{site.url}/messages/arreter/{links.stop_token(user.person_id, kind.code)}/")
    axe(page)
    page.get_by_role("button", name="Arrêter ces messages").click()
    page.get_by_role("heading", name="Vous ne recevrez plus ces messages").wait_for()
    axe(page)
    assert Preference.objects.get().kind == kind.code

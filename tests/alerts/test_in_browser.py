"""Asking for an alert and keeping it, in a browser, at both widths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.http import QueryDict

from missions.alerts import queries, services
from missions.alerts.models import SavedSearch
from tests import factories as f
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.mark.parametrize("width", [390, 1280])
def test_an_alert_is_asked_from_a_search_and_paused_in_one_s_space(
    page: Page, site: Any, client: Any, width: int
) -> None:
    user = f.make_user(first_name="Camille")
    query = queries.checked(QueryDict("q=" + "x" * 99))
    services.keep(person=user.person, query=query, rhythm="weekly", label="Un nom " * 20, actor=user)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page.context.add_cookies(
        [{"name": name, "value": morsel.value, "url": site.url} for name, morsel in client.cookies.items()]
    )
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site.url}/missions/?lieu=Gu%C3%A9ret+(23)&rayon=20")
    page.get_by_role("link", name="M’alerter des nouvelles missions").press("Enter")
    page.wait_for_url("**/missions/alerte/**")
    axe(page)
    page.get_by_role("button", name="Créer mon alerte").press("Enter")
    page.get_by_text("Votre alerte est créée").wait_for()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Mettre en pause").first.press("Enter")
    page.get_by_text("Votre alerte est en pause").wait_for()
    assert SavedSearch.objects.filter(paused_at__isnull=False).count() == 1

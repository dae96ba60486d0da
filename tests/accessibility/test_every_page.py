"""Every page of the role × route table, in a real browser: no violation, and nothing wider than a phone.

Each page is looked at as the first role that may open it, and as a stranger when strangers may. Every text that
somebody may type is as long as it can be.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pgtrigger
import pytest
from django.apps import apps
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, Page

from jeveuxagir.common.models import LineField, ProseField
from tests.permissions.table import ALLOWED, ROUTES
from tests.permissions.world import ANONYMOUS, CITIZEN, FROZEN, ROLES, World
from tests.support.accessibility import axe

WORDS = (
    "Accompagner des anticonstitutionnellement émerveillés habitants de Saint-Remy-en-Bouzemont-Saint-Genest "
)
#: a stranger's and a citizen's pages each in one go, the others by role
GROUPS = {
    "stranger": (ANONYMOUS,),
    "citizen": (CITIZEN, "minor"),
    "members": tuple(role for role in ROLES if " of " in role),
    "staff": ("brigade_member", "brigade_lead", "regional", "national", "operator", "technical"),
}


def pages_of(group: str) -> list[tuple[str, str, str]]:
    """(route, role, kind) of the pages this group looks at."""
    found = []
    for name, route in ROUTES.items():
        if route.method != "get":
            continue
        for kind in route.kinds:
            for role in GROUPS[group]:
                if role in route.roles and route.rule(role, kind) == ALLOWED:
                    if group == "stranger" or route.rule(ANONYMOUS, kind) != ALLOWED:
                        found.append((name, role, kind))
                    break
    return found


def lengthen() -> None:
    """Every text as long as its field lets it be."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, LineField | ProseField):
                size = min(field.max_length or 2000, 2000)
                with pgtrigger.ignore(*FROZEN):
                    model._default_manager.update(**{field.name: (WORDS * 30)[:size].strip()})


@pytest.fixture
def world(site: Any) -> World:
    made = World()
    for route in ROUTES.values():
        for kind in route.kinds:
            if route.args:
                route.args(made, kind)
    lengthen()
    return made


@pytest.fixture
def window(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="fr-FR", reduced_motion="reduce")
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def look(window: Page, world: World, site: Any, group: str, width: int) -> None:
    """Every page of the group; all that is wrong is said at once."""
    window.set_viewport_size({"width": width, "height": 844 if width < 600 else 900})
    wrong, seen = [], set()
    for name, role, kind in pages_of(group):
        route = ROUTES[name]
        path = route.path or reverse(name, kwargs=route.args(world, kind) if route.args else {})
        answer = world.clients[role].get(path)
        is_page = answer.status_code == 200 and "text/html" in answer["Content-Type"]
        if not is_page or (role, path) in seen:
            continue
        seen.add((role, path))
        window.context.clear_cookies()
        if role != ANONYMOUS:
            session = world.clients[role].cookies[settings.SESSION_COOKIE_NAME].value
            window.context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site.url}]
            )
        window.goto(site.url + path)
        try:
            axe(window)
        except AssertionError as error:
            wrong.append(f"{name} as {role}: {error}")
        spill = window.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if spill > 1:
            wrong.append(f"{name} as {role}: {spill} px wider than the window of {width} px")
    assert len(seen) > 5
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("group", GROUPS)
def test_every_page_on_a_phone(window: Page, world: World, site: Any, group: str) -> None:
    look(window, world, site, group, 390)


@pytest.mark.proof
@pytest.mark.parametrize("group", GROUPS)
def test_every_page_on_a_desk(window: Page, world: World, site: Any, group: str) -> None:
    look(window, world, site, group, 1280)

"""Every route × every role. The table (table.py) is written by hand; this walks the resolver and compares."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.permissions.table import ALLOWED, FORBIDDEN, KEYLESS, LOGIN, MISSING, ROUTES, Route
from tests.permissions.world import ANONYMOUS, BRIGADE, CITIZEN, CITIZENS, KINDS, RAW, ROLES, World

HANDLERS = {f"{member} of {kind}" for member in ("owner", "manager") for kind in ("association", "authority")}
#: product decision 17: before acceptance an organisation sees the first name and the message; a reader nothing
MAY_SEE = {
    "first_name": {CITIZEN, *HANDLERS, *BRIGADE},
    "message": {CITIZEN, *HANDLERS, *BRIGADE},
    "last_name": {CITIZEN, *BRIGADE},
    "email": {CITIZEN, *BRIGADE},
    "phone": {CITIZEN, *BRIGADE},
    "note": {CITIZEN, *BRIGADE},
}

#: whoever comes to an event said their first name and a word to those who hold it, a company too
ORGANISERS = {f"{member} of {kind}" for member in ("owner", "manager") for kind in KINDS}
SAID_TO_ORGANISERS = {"first_name", "message"}


def may_see(name: str, role: str, what: str) -> bool:
    told = name.startswith("events:") and role in ORGANISERS and what in SAID_TO_ORGANISERS
    return told or role in MAY_SEE[what]


def all_routes(resolver: Any = None, namespace: str = "") -> Iterator[str]:
    """The name of every route of the site; a route without a name is given by its pattern."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from all_routes(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}" if pattern.name else f"{namespace}<{pattern.pattern}>"


def outcome(response: Any) -> str:
    if response.status_code in (301, 302, 303):
        return LOGIN if response["Location"].startswith("/compte/connexion/") else ALLOWED
    return {401: KEYLESS, 403: FORBIDDEN, 404: MISSING}.get(response.status_code, ALLOWED)


def assert_headers(response: Any, *, signed_in: bool) -> None:
    """No answer leaves without these, whatever the route and whoever asks."""
    policy = response["Content-Security-Policy"]
    for directive in (
        "default-src 'self'",
        "script-src 'self'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    ):
        assert directive in policy
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in response["Permissions-Policy"]
    if signed_in:
        assert "no-store" in response["Cache-Control"]


def test_every_route_stands_in_the_table() -> None:
    assert sorted(set(all_routes()) - set(ROUTES)) == []


def test_the_table_names_no_route_that_is_gone() -> None:
    assert sorted(set(ROUTES) - set(all_routes())) == []


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all routes, full of hostile text, in a transaction that is undone at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = World()
        for route in ROUTES.values():
            for kind in route.kinds:
                for args in filter(None, (route.args, route.foreign)):
                    args(made, kind)
        made.poison()
        yield made
        transaction.set_rollback(True)


def ask(world: World, role: str, route: Route, url: str) -> Any:
    """One request, undone afterwards."""
    client = world.clients[role]
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        response = getattr(client, route.method)(url, route.data or {})
        transaction.set_rollback(True)
    client.cookies = cookies
    return response


@pytest.mark.lenient_templates
@pytest.mark.parametrize("name", sorted(ROUTES))
def test_each_role_gets_what_the_table_says(name: str, world: World) -> None:
    route = ROUTES[name]
    found, expected, leaks = {}, {}, set()
    for kind in route.kinds:
        url = route.path or reverse(name, kwargs=route.args(world, kind) if route.args else {})
        for role in route.roles:
            response = ask(world, role, route, url)
            assert response.status_code != 405, f"{route.method} {url}"
            assert response.status_code < 500 or name == "health_ready", f"{role}: {response.status_code}"
            found[role, kind] = outcome(response)
            shown = "" if response.streaming else response.content.decode(errors="replace")
            is_page = "text/html" in response.get("Content-Type", "")
            assert not is_page or RAW not in shown, f"{role} {url}: text is not escaped"
            assert_headers(response, signed_in=role != ANONYMOUS)
            leaks |= {
                (role, what)
                for what, mark in CITIZENS.items()
                if mark in shown and not may_see(name, role, what)
            }
            expected[role, kind] = route.rule(role, kind)
    assert not leaks, f"{name}: {leaks}"
    wrong = {key: (found[key], "should be", expected[key]) for key in found if found[key] != expected[key]}
    assert not wrong


@pytest.mark.lenient_templates
@pytest.mark.parametrize("name", sorted(name for name, route in ROUTES.items() if route.foreign))
def test_somebody_elses_object_under_ones_own_address_does_not_exist(name: str, world: World) -> None:
    route = ROUTES[name]
    for kind in route.kinds:
        url = reverse(name, kwargs=route.foreign(world, kind))  # type: ignore[misc]
        for role in ROLES:
            wanted = route.rule(role, kind)
            accepted = {MISSING} if wanted == ALLOWED else {MISSING, wanted}
            assert outcome(ask(world, role, route, url)) in accepted, f"{role} {url}"


@pytest.mark.lenient_templates
def test_the_hostile_texts_are_really_shown_to_those_who_may_read_them(world: World) -> None:
    """The walk above proves something only if the marks do reach the pages."""
    shown = {
        ("proposals:request", CITIZEN, ""): "Zzprecision",
        ("participations:mine", CITIZEN, ""): "Zzmessage",
        ("accounts:profile", CITIZEN, ""): "Zznomdefamille",
        ("participations:answer", "owner of association", "association"): "Zzmessage",
        ("participations:answer", "manager of authority", "authority"): "Zzprenom",
        ("organisations:public", ANONYMOUS, "association"): "&lt;b&gt;zz",
        ("missions:page", ANONYMOUS, ""): "&lt;b&gt;zz",
        ("brigade:brigades_missioncase_change", "brigade_member", "here"): "&lt;b&gt;zz",
    }
    for (name, role, kind), mark in shown.items():
        route = ROUTES[name]
        url = reverse(name, kwargs=route.args(world, kind) if route.args else {})
        assert mark in ask(world, role, route, url).content.decode(), name


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_verbs_reach_nothing(method: str, world: World) -> None:
    for role in ROLES:
        for path in ("/", "/mon-espace/", "/missions/"):
            assert getattr(world.clients[role], method)(path).status_code in (302, 403, 404, 405)


def test_pages_of_the_signed_in_are_never_stored(world: World) -> None:
    for role in ROLES:
        if role != ANONYMOUS:
            assert "no-store" in world.clients[role].get("/mon-espace/")["Cache-Control"]

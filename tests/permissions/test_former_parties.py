"""Who was inside an alliance once, or is only invited: nothing answers them, at any address they kept or guess."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from jeveuxagir.common.clock import now
from tests import factories as f

from .table import FORBIDDEN, LOGIN, MISSING, ROUTES
from .test_routes import ask, outcome
from .world import ANONYMOUS, CITIZEN, World

#: the pages inside an alliance: each takes its number and its name
INSIDE = (
    *("alliances:", "texts:", "governance:", "evaluations:", "shared_documents:", "exchanges:"),
    *("contributions:", "indicators:"),
)
PRIVATE = sorted(
    name
    for name, route in ROUTES.items()
    if name.startswith(INSIDE)
    and route.args
    and {route.rule(ANONYMOUS, kind) for kind in route.kinds} == {LOGIN}
    and {route.rule(CITIZEN, kind) for kind in route.kinds} <= {MISSING, FORBIDDEN}
)
FORMER, FORMER_CITIZEN, INVITED, GONE_MEMBER = "former party", "former citizen", "invited", "former member"


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The world of the role table, and those who were inside once or are not yet."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = World()
        for name in PRIVATE:
            for kind in ROUTES[name].kinds:
                ROUTES[name].args(made, kind)  # type: ignore[misc]
        alliance = made.alliance
        owner, citizen, invited = f.make_user(), f.make_user(), f.make_user()
        f.make_party(alliance, organisation=f.make_organisation(owner=owner), left_at=now())
        f.make_party(alliance, person=citizen.person, left_at=now())
        f.make_alliance_invitation(alliance, email=invited.email, state="interested", answered_at=now())
        member = f.make_member(made.organisations["company"], role="owner")
        member.person.memberships.update(ended_at=now())
        for role, user in (
            (FORMER, owner),
            (FORMER_CITIZEN, citizen),
            (INVITED, invited),
            (GONE_MEMBER, member),
        ):
            made.clients[role] = Client()
            made.clients[role].force_login(user)
        yield made
        transaction.set_rollback(True)


@pytest.mark.lenient_templates
@pytest.mark.parametrize("name", PRIVATE)
def test_who_was_inside_or_is_only_invited_finds_nothing_at_any_address(name: str, world: World) -> None:
    route = ROUTES[name]
    for kind in route.kinds:
        url = reverse(name, kwargs=route.args(world, kind))  # type: ignore[misc]
        for role in (FORMER, FORMER_CITIZEN, INVITED, GONE_MEMBER):
            for method in ("get", "post"):
                client = world.clients[role]
                with transaction.atomic():
                    response = getattr(client, method)(url, route.data or {})
                    transaction.set_rollback(True)
                found = outcome(response)
                assert found == MISSING or response.status_code == 405, f"{role}: {method} {url} {found}"


def test_the_walk_is_of_many_addresses(world: World) -> None:
    assert len(PRIVATE) > 70
    home = ROUTES["alliances:home"]
    assert ask(world, "owner of company", home, world.alliance.space_url).status_code == 200

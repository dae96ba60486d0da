"""One table of limits, counted in the shared store, exact under concurrency; closed where it must be."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine

from jeveuxagir.accounts import limits
from jeveuxagir.common.errors import RuleBroken


@pytest.fixture
def shared_store(valkey: Any, settings: Any) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "jeveuxagir.common.cache.SharedCache",
            "LOCATION": f"unix://{valkey.socket}?db=3",
        }
    }


@pytest.fixture
def store_down(settings: Any) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "jeveuxagir.common.cache.SharedCache", "LOCATION": "redis://127.0.0.1:1"}
    }


def test_sixty_tries_at_once_let_exactly_five_through(shared_store):
    with time_machine.travel("2027-01-12 09:01:00Z", tick=False), ThreadPoolExecutor(12) as pool:
        allowed = list(pool.map(lambda _: limits.hit("login_account", "a@exemple.fr"), range(60)))
    assert sum(allowed) == 5


def test_each_key_and_each_limit_counts_apart(shared_store):
    for _ in range(5):
        assert limits.hit("login_account", "a@exemple.fr")
    assert not limits.hit("login_account", "A@exemple.fr")
    assert limits.hit("login_account", "b@exemple.fr")
    assert limits.hit("code_account", "a@exemple.fr")


def test_a_new_period_starts_afresh(shared_store):
    with time_machine.travel("2027-01-12 09:00:00Z", tick=False) as clock:
        for _ in range(6):
            last = limits.hit("login_account", "a@exemple.fr")
        assert not last
        assert not limits.would_allow("login_account", "a@exemple.fr")
        clock.shift(301)
        assert limits.would_allow("login_account", "a@exemple.fr")
        assert limits.hit("login_account", "a@exemple.fr")


def test_the_store_holds_no_address_in_clear(shared_store):
    from django.core.cache import cache

    limits.hit("login_account", "a@exemple.fr")
    keys = cache._cache.get_client(None).keys("*")  # type: ignore[attr-defined]
    assert keys
    assert not [key for key in keys if b"exemple" in key]


def test_without_the_store_sign_in_and_export_refuse_and_forms_still_work(store_down):
    for name in ("login_account", "login_address", "code_account", "factor_account", "export_account"):
        assert not limits.hit(name, "x"), name
    for name in ("form_address", "form_address_unproved", "unverified_mail"):
        assert limits.hit(name, "x"), name


def test_the_refusal_is_a_sentence(shared_store):
    for _ in range(5):
        limits.require("factor_account", 1)
    with pytest.raises(RuleBroken) as refused:
        limits.require("factor_account", 1)
    assert refused.value.code == "too_many"
    assert "Attendez" in refused.value.message


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_a_neighbourhood_is_a_24_or_a_48(address, network):
    assert limits.network_of(address) == network

"""The demo’s world, made once for the tests of a file."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import override_settings

from tests.support.database import empty_tables


@pytest.fixture(scope="module")
def _demo(_seeded_tables: frozenset[str], django_db_blocker: Any) -> Iterator[dict[str, int]]:
    """Seeded with real commits; how many queries that took."""
    from django.db import connection

    from jeveuxagir.web.demo import seed

    counted = {"queries": 0}

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        counted["queries"] += 1
        return execute(sql, params, many, context)

    with django_db_blocker.unblock():
        with override_settings(DEMO=True), connection.execute_wrapper(count):
            seed.forget()  # the numbers start again: the engine’s draw depends on them
            counted["queries"] = 0
            assert seed.seed()
        yield counted
        empty_tables(keep=_seeded_tables)
        cache.clear()


@pytest.fixture
def demo(_demo: dict[str, int], django_db_blocker: Any) -> Iterator[dict[str, int]]:
    with django_db_blocker.unblock():
        yield _demo

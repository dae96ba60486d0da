"""The OpenAPI document says what the API does: schemathesis asks it everything, and finds nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from jeveuxagir.accounts import limits
from jeveuxagir.api.schema import OWN, document
from tests.factories import make_api_key, make_mission, make_organisation
from tests.sponsorships.builders import story

pytestmark = pytest.mark.django_db

#: tests/api/test_own.py asks without a key, and with wrong ones
KEY_IS_OURS_TO_GIVE = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})
OPERATIONS = [path for path, given_ in document()["paths"].items() if "get" in given_]


def test_the_document_is_valid_and_warns_of_nothing(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "openapi.yaml"))


def test_the_documentation_names_every_operation_and_parameter(client: Client) -> None:
    shown = client.get("/api/").content.decode()
    for path, operations in document()["paths"].items():
        assert path in shown
        for parameter in operations["get"].get("parameters", ()):
            assert parameter["name"] in shown


def test_every_number_in_an_address_has_its_bounds() -> None:
    """A client generated from the document knows what a row's number and a year may be."""
    numbers = [
        (path, parameter["name"], parameter["schema"])
        for path, operations in document()["paths"].items()
        for parameter in operations["get"].get("parameters", ())
        if parameter["in"] == "path" and parameter["schema"]["type"] == "integer"
    ]
    assert {name for _path, name, _schema in numbers} == {"id", "year"}
    for path, name, schema in numbers:
        bounds = (2000, 2100) if name == "year" else (1, 2**63 - 1)
        assert (schema["minimum"], schema["maximum"]) == bounds, path


def fuzz(path: str, examples: int) -> None:
    """Right and wrong values alike; the answers must be those that the document promises."""
    make_mission(organisation=make_organisation())
    headers = None
    if path.startswith(OWN):  # with a key, on something to read
        told = story()
        told.validated(told.signed(2))
        headers = {"Authorization": f"Bearer {make_api_key(told.company).secret}"}
    schema = schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", get_wsgi_application(), config=KEY_IS_OURS_TO_GIVE
    )
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @given(case=schema[path]["GET"].as_strategy(generation_mode=mode))
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: Any) -> None:
            case.call_and_validate(headers=headers)

        parameters = document()["paths"][path]["get"].get("parameters", ())
        if mode is GenerationMode.POSITIVE or any(given_["in"] == "query" for given_ in parameters):
            ask()


@pytest.fixture
def _without_limit(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No limit, and a connection that outlives a request, as Django's own test client does it."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    for name in ("api_address", "api_network", "api_key"):
        monkeypatch.setitem(limits.LIMITS, name, limits.Limit(10**9, 60))
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("_without_limit")
@pytest.mark.parametrize("path", OPERATIONS)
def test_schemathesis_finds_nothing(path: str) -> None:
    fuzz(path, examples=25)


@pytest.mark.proof
@pytest.mark.usefixtures("_without_limit")
@pytest.mark.parametrize("path", OPERATIONS)
def test_schemathesis_finds_nothing_however_long_it_looks(path: str) -> None:
    fuzz(path, examples=400)

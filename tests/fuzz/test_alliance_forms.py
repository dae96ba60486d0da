"""Every form of the alliances, each hostile value in all its fields at once, by who may send it.

The seeded requests of test_requests.py draw from all routes; here no form of an alliance, a text, a vote, an indicator,
a document, a problem or an introduction is left out.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest
from django.db import transaction

from tests.permissions.table import ROUTES
from tests.permissions.world import World

from .test_requests import MARK, URLENCODED, Fields, Fuzzer, Request

pytestmark = pytest.mark.lenient_templates

SPACES = (
    *("alliances:", "texts:", "governance:", "evaluations:", "shared_documents:", "exchanges:"),
    *("contributions:", "indicators:", "challenges:", "introductions:", "ideas:"),
)
#: what stays as the page gave it: without it the request stops before it reaches anything
KEPT = ("csrfmiddlewaretoken", "nonce")
VALUES = {
    "script": f"{MARK}</script><img src=x onerror=alert(1)>".encode(),
    "long": "é".encode() * 50_000,
    "nul": b"a\x00b",
    "not UTF-8": b"\xff\xfe\xc3\x28\xed\xa0\x80",
    "huge number": b"9" * 400,
    "just too big": b"2147483648",
    "not a number": b"NaN",
    "negative": b"-1",
    "last day": b"9999-12-31",
    "first day": b"0001-01-01",
    "no such choice": b"zz",
    "nothing": b"",
}


class AllianceFuzzer(Fuzzer):
    """The same world and the same sending, for the routes of the alliances alone."""

    def _read_forms(self, role: str) -> None:
        routes, self_routes = ROUTES, self.addresses
        self.addresses = {
            key: found for key, found in self_routes.items() if key[1].startswith(SPACES) and key[1] in routes
        }
        try:
            super()._read_forms(role)
        finally:
            self.addresses = self_routes

    def posted(self) -> Iterator[tuple[str, str, Fields]]:
        """(role, address, fields) of each form, and of each address that takes a POST without showing a form."""
        seen = set()
        for (role, method, url), fields in sorted(self.forms.items()):
            if method == "post" and url != "/compte/deconnexion/":
                seen.add((role, url))
                yield role, url, fields
        for (role, name), addresses in sorted(self.addresses.items()):
            if name.startswith(SPACES) and ROUTES[name].method == "post":
                for url, _ids in addresses:
                    if (role, url) not in seen and role in self.let_in[name]:
                        yield role, url, {}

    def fault(self, request: Request, what: str) -> str:
        try:
            response = self.send(request)
        except Exception:
            return f"{what}: broke off\n{request}\n{traceback.format_exc()}"
        if response.status_code >= 500 and "Retry-After" not in response:
            trace = traceback.format_exception(*response.exc_info) if response.exc_info else []
            return f"{what}: status {response.status_code}\n{request}\n{''.join(trace[-12:])}"
        is_page = "html" in response.get("Content-Type", "") and not response.streaming
        if is_page and MARK.encode() in response.content:
            return f"{what}: HTML that was sent came back as HTML\n{request}"
        return ""


@pytest.fixture(scope="module")
def fuzzer(django_db_setup: None, django_db_blocker: Any) -> Iterator[AllianceFuzzer]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield AllianceFuzzer(World())
        transaction.set_rollback(True)


def told(faults: list[str]) -> None:
    if faults:
        pytest.fail(f"{len(faults)} faults\n\n" + "\n\n".join(faults[:20]), pytrace=False)


#: the short suite sends these; the longer proof sends them all, and one wrong field at a time
FEW = ("script", "nul")
PROOF = pytest.mark.proof


@pytest.mark.parametrize("what", [pytest.param(what, marks=() if what in FEW else PROOF) for what in VALUES])
def test_no_form_of_the_alliances_falls_over(what: str, fuzzer: AllianceFuzzer) -> None:
    faults, asked = [], 0
    for role, url, fields in fuzzer.posted():
        pairs = [
            (name, values[0].encode() if name in KEPT else VALUES[what]) for name, values in fields.items()
        ]
        body = "&".join(f"{quote(name)}={quote_from_bytes(value)}" for name, value in pairs).encode()
        asked += 1
        faults.append(fuzzer.fault(Request(role, url, "POST", url, body, URLENCODED), what))
    told([fault for fault in faults if fault])
    assert asked > 80, "the forms were not found"


@pytest.mark.proof
@pytest.mark.parametrize("what", ["script", "long", "nul", "not UTF-8", "huge number", "last day"])
def test_one_wrong_field_of_an_otherwise_right_form_falls_not_over(what: str, fuzzer: AllianceFuzzer) -> None:
    faults = []
    for role, url, fields in fuzzer.posted():
        for spoilt in fields:
            if spoilt in KEPT:
                continue
            pairs = [
                (name, VALUES[what] if name == spoilt else values[0].encode())
                for name, values in fields.items()
            ]
            body = "&".join(f"{quote(name)}={quote_from_bytes(value)}" for name, value in pairs).encode()
            request = Request(role, url, "POST", url, body, URLENCODED)
            faults.append(fuzzer.fault(request, f"{what} in {spoilt}"))
    told([fault for fault in faults if fault])


@pytest.mark.proof
def test_an_address_of_eight_thousand_letters_falls_not_over(fuzzer: AllianceFuzzer) -> None:
    faults = []
    for (role, name), addresses in sorted(fuzzer.addresses.items()):
        if not name.startswith(SPACES) or role not in fuzzer.let_in[name]:
            continue
        for url, _ids in addresses:
            for query in ("q=" + "a" * 7900, "page=" + "9" * 7900, "odd=" + "%C3%A9" * 1300):
                faults.append(fuzzer.fault(Request(role, name, "GET", f"{url}?{query}"), query[:8]))
    told([fault for fault in faults if fault])

"""Seeded fuzzing of every route: whatever is sent, the site answers without falling over.

Each request is drawn from its own seed over the routes of the permission table (which is held to the resolver by
tests/permissions). A failure prints the seed, the request and the traceback; `FUZZ_SEED=7 make test
ARGS=tests/fuzz` sends only that one again.

Not covered, on purpose:
- the Host header: ALLOWED_HOSTS answers 400 before any code of ours, and a proxy stands before it;
- a Content-Length that is no number: gunicorn answers 400 before Django;
- `health_ready` may answer 503: that is its word for "the broker is away", which it is here;
- a 503 with Retry-After: the documented answer to a lock or a query that took too long;
- HTML in answers that no browser reads as HTML (JSON, text, downloads: all are sent with nosniff);
- what happens after the commit (mails, wake-ups): each request is undone.
"""

from __future__ import annotations

import copy
import os
import random
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, quote_from_bytes, urlsplit

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import transaction
from django.forms.forms import BaseForm
from django.urls import reverse

from missions.forms import SECTIONS
from missions.participations.space_views import VERBS
from tests import factories as f
from tests.permissions.table import ALLOWED, ROUTES, Route, space
from tests.permissions.world import ANONYMOUS, CITIZEN, World

pytestmark = pytest.mark.lenient_templates

OWNER = "owner of association"
ROLES = (ANONYMOUS, CITIZEN, OWNER, "brigade_member", "national", "technical")
HEADERS = (
    "Content-Security-Policy",
    "Permissions-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "X-Request-ID",
)
MARK = "<script>zz"
PARTS, PART = 20, 500
SCREENS = ("ou", "quand", "quoi", "savoir-faire", "vous", "verification")
STEPS = ("identite", "adresse", "presentation")

# --- what is sent -------------------------------------------------------------------------------------------

#: values of one parameter or field, as bytes: most are no UTF-8 that anybody would type
VALUES = (
    *(
        b"",
        b" ",
        b"0",
        b"-1",
        b"1",
        b"true",
        b"on",
        b"None",
        b"null",
        b"NaN",
        b"-Infinity",
        b"1e309",
        b"0x10",
    ),
    *(b"2147483648", b"9223372036854775808", str(10**18).encode(), str(10**30).encode(), b"9" * 5000),
    *(b"1.5", b"1,5", b"1e5", b"1_000", "²".encode(), "١٢٣".encode(), "１２".encode(), "𝟙".encode()),
    *(b"\x00", b"a\x00b", b"\x7f\x1b[0m", b"\r\nSet-Cookie: a=b", "\u202e\u2066\ufeff".encode()),
    *(b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"%", b"%zz", b"%00"),
    *("é".encode() * 4000, b"a" * 8000, "e\u0301".encode() * 2000, "👩‍👩‍👧".encode() * 300, b"\n" * 8000),
    *(f"{start}{MARK}</script>".encode() for start in ("", "\"'>", "</textarea>", "</title>", "javascript:")),
    *(b"'; --", b"{{ 7*7 }}", b"{% load %}", b"%s%d%n", b"\\", b"../../etc/passwd", b"[]", b"{}", b"[1, 2"),
    *(
        b"0000-00-00",
        b"0001-01-01",
        b"9999-12-31",
        b"10000-01-01",
        b"2027-02-30",
        b"1990-05-17",
        b"31/12/2999",
    ),
    *(b"24:00", b"99:99", b"23:59:60", b"2027-06-15T25:00", b"9999-12-31T23:59", b"0001-01-01T00:00+14:00"),
    *(b"//evil.example", b"http://[", b"https://evil.example/\x00", b"a@b", b"a@" + b"x" * 300 + b".fr"),
    *("a@é.fr".encode(), b"+33 6 99 88 77 66", b"23096", b"2A004", b"99999", b"FR", b"48.85", b"-181"),
)
#: one segment of the address
IDS = (
    b"0",
    b"1",
    b"-1",
    str(10**18).encode(),
    str(10**30).encode(),
    b"9" * 4500,
    "١٢".encode(),
    "²".encode(),
)
SEGMENTS = (
    *IDS,
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b"a" * 3000,
    "é".encode(),
    MARK.encode(),
    b"..",
    b"%2F",
    b"_00",
    b"_5F",
)
#: names that pages read from the address, whether or not a form shows them
GUESSES = (
    *(
        "page",
        "p",
        "q",
        "o",
        "e",
        "all",
        "next",
        "sort",
        "tri",
        "vue",
        "lieu",
        "rayon",
        "format",
        "etat",
        "id",
    ),
    *(
        "state",
        "action",
        "selected",
        "index",
        "version",
        "token",
        "code",
        "reason",
        "message",
        "csrfmiddlewaretoken",
    ),
    *(
        "_popup",
        "_to_field",
        "id__exact",
        "id__in",
        "state__exact",
        "created_at__gte",
        "department__code",
        "pk",
    ),
    *("form-TOTAL_FORMS", "form-INITIAL_FORMS", "form-0-id", "ids[]", "a[b]", "é", "\x00", "_facets", "_q"),
)
CONTENT_TYPES = (
    "application/x-www-form-urlencoded; charset=klingon",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=latin-1",
    "application/json",
    "text/plain",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=é",
    "",
    "/;=",
)
BODIES = (
    *(
        b"",
        b"{",
        b"[]",
        b'{"page": 1e999}',
        b'{"a":' * 2000,
        b"\x00" * 50,
        b"\xff\xfe=\xff",
        b"=&=&;",
        b"a" * 9000,
    ),
    *(b"a=1&" * 1100, b'--x\r\nContent-Disposition: form-data; name="a"; filename="\x00"\r\n\r\nz\r\n--x--'),
)
ODD_HEADERS: tuple[dict[str, str], ...] = (
    {"HTTP_ACCEPT_LANGUAGE": "x" * 5000},
    {"HTTP_ACCEPT_LANGUAGE": "fr;q=nan,*;q=1e999,\xff"},
    {"HTTP_COOKIE": "sessionid=\xff\xfe; csrftoken=\x01; messages=zz; messages=[["},
    {"HTTP_COOKIE": 'sessionid="' + "a" * 4000 + '"; =; a;b'},
    {"HTTP_X_FORWARDED_FOR": "::ffff:1.2.3, é, 999.1.1.1"},
    {"REMOTE_ADDR": "pas une adresse"},
    {"REMOTE_ADDR": ""},
    {"HTTP_X_FORWARDED_PROTO": "gopher"},
    {"HTTP_REFERER": "http://[/\xff"},
    {"HTTP_ORIGIN": "null"},
    {"HTTP_ORIGIN": "http://["},
    {"HTTP_IF_MODIFIED_SINCE": "Sun, 99 Nov 99999 25:61:00 GMT"},
    {"HTTP_IF_NONE_MATCH": '"\xff", W/'},
    {"HTTP_RANGE": "bytes=9999999999999999999-"},
    {"HTTP_ACCEPT": "*/*;q=zz, text/\x00"},
    {"HTTP_ACCEPT_ENCODING": "gzip;q=-1, br, \xe9"},
    {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://[\xff", "HTTP_HX_TARGET": MARK},
    {
        "HTTP_HX_REQUEST": "true",
        "HTTP_HX_TRIGGERING_EVENT": "{",
        "HTTP_HX_CURRENT_URL_URI_AUTOENCODED": "true",
    },
    {"HTTP_USER_AGENT": f"{MARK}\x00" + "é" * 3000},
    {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE"},
    {"CONTENT_LENGTH": "-1"},
)
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"


#: what each field of a form may properly be sent with
Fields = dict[str, list[str]]


@dataclass
class Request:
    """One request as it goes over the wire: nothing is left to the test client to encode."""

    role: str
    route: str
    method: str
    url: str
    body: bytes = b""
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    check_csrf: bool = False

    def __str__(self) -> str:
        lines = [f"{self.method} {self.url[:3000]}  as {self.role} ({self.route})", repr(self.body[:3000])]
        return "\n".join([*lines, f"{self.content_type!r} {self.headers} csrf checked: {self.check_csrf}"])


class Forms(HTMLParser):
    """The forms of a page: for each address, what each field may be sent with."""

    def __init__(self, url: str, html: str) -> None:
        super().__init__()
        self.url = url
        self.found: list[tuple[str, str, Fields]] = []
        self.select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attrs = {name: value or "" for name, value in pairs}
        if tag == "form":
            action = urlsplit(attrs.get("action", "")).path or urlsplit(self.url).path
            self.found.append((attrs.get("method", "get").lower(), action, {}))
        elif self.found and tag == "option" and self.select:
            self._field(self.select, attrs.get("value", ""))
        elif self.found and tag in ("input", "textarea", "button", "select") and attrs.get("name"):
            self.select = attrs["name"] if tag == "select" else ""
            if tag != "select":
                self._field(
                    attrs["name"], attrs.get("value") or _typical(attrs["name"], attrs.get("type", ""))
                )

    def _field(self, name: str, value: str) -> None:
        self.found[-1][2].setdefault(name, []).append(value)


class Fuzzer:
    def __init__(self, world: World) -> None:
        self.world = world
        self.sent: Counter[int] = Counter()
        #: (role, method, address) → the fields of the form that leads there
        self.forms: dict[tuple[str, str, str], Fields] = {}
        #: the tables that the technical team reads are alike: half as often
        self.routes = sorted(ROUTES) + [name for name in sorted(ROUTES) if not name.startswith("admin:")]
        self.names = sorted(GUESSES) + sorted(_names_of_all_forms())
        self.addresses = {
            (role, name): [self._address(name, route, kind) for kind in _best_kinds(route, role)]
            for role in ROLES
            for name, route in ROUTES.items()
        }
        #: for each route, the roles that its rule lets in
        self.let_in = {
            name: [role for role in ROLES if ALLOWED in {route.rule(role, kind) for kind in route.kinds}]
            for name, route in ROUTES.items()
        }
        self._add_addresses()
        for role in ROLES:
            self._start_a_request(role)
            self._read_forms(role)

    def _add_addresses(self) -> None:
        """Addresses that the table gives once and the site has in several kinds."""
        world = self.world
        mine = {"pk": f.make_organisation(state="draft", owner=world.users[OWNER]).pk}
        draft = space(world, "association", mission_pk=world.mission("association", "draft").pk)
        answer = space(world, "association", participation_pk=world.participation_at("association").pk)
        more: dict[str, list[dict[str, Any]]] = {
            "proposals:screen": [{"slug": slug} for slug in SCREENS],
            "organisations:sign_up_step": [mine | {"step": step} for step in STEPS],
            "organisations:sign_up_summary": [mine],
            "missions:edit": [draft | {"section": section} for section in SECTIONS],
            "missions:manage": [draft],
            "missions:slots": [draft],
            "participations:act": [answer | {"verb": verb} for verb in VERBS],
        }
        for role, name in self.addresses:
            for args in more.get(name, []):
                self.addresses[role, name].append((reverse(name, kwargs=args), _ids(args)))
            if name.startswith("admin:") and name.endswith("_change"):
                row = apps.get_model(*name[6:-7].rsplit("_", 1)).objects.first()
                if row is not None:
                    args = {"object_id": row.pk}
                    self.addresses[role, name] = [(reverse(name, kwargs=args), _ids(args))]

    def _start_a_request(self, role: str) -> None:
        """A draft whose first four screens are right, kept in the session."""
        typed: dict[str, dict[str, str]] = {
            "ou": {"commune": "Guéret (23)", "mode": "both", "radius_km": "20"},
            "quand": {},
            "quoi": {"open_to_anything": "on"},
            "savoir-faire": {},
        }
        for slug, fields in typed.items():
            self.world.clients[role].post(reverse("proposals:screen", args=[slug]), fields)

    def _address(self, name: str, route: Route, kind: str) -> tuple[str, list[str]]:
        args = route.args(self.world, kind) if route.args else {}
        return route.path or reverse(name, kwargs=args), _ids(args)

    def _read_forms(self, role: str) -> None:
        for (whose, name), addresses in self.addresses.items():
            route = ROUTES[name]
            is_read_only = name.startswith("admin:")  # without a form
            if is_read_only or whose != role or route.method != "get" or role not in self.let_in[name]:
                continue
            for url, _ in addresses:
                response = self.send(Request(role, name, "GET", url))
                if "html" in response.get("Content-Type", "") and not response.streaming:
                    for method, action, fields in Forms(url, response.content.decode()).found:
                        self.forms.setdefault((role, method, action), {}).update(fields)

    def draw(self, seed: int) -> Request:
        """The request of this seed: a proper one, spoilt in up to three places."""
        rng = random.Random(seed)
        name = rng.choice(self.routes)
        role = rng.choice(self.let_in[name] if rng.random() < 0.85 and self.let_in[name] else ROLES)
        url, ids = rng.choice(self.addresses[role, name])
        usual = "POST" if ROUTES[name].method == "post" else "GET"
        method = rng.choices((usual, "GET", "POST", "HEAD", "OPTIONS", "PUT"), (8, 4, 7, 1, 1, 1))[0]
        query = self._pairs(rng, self.forms.get((role, "get", url), {}), few=method == "POST")
        request = Request(role, name, method, url)
        if rng.random() < 0.2:
            request.url = _spoil_path(rng, url, ids)
        if query:
            request.url += "?" + "&".join(f"{quote(key)}={quote_from_bytes(value)}" for key, value in query)
        if rng.random() < 0.04:
            request.url += ("&" if query else "?") + rng.choice(
                ("%", "%ff=%", "&&==", "a" * 9000, "page=1;page=2")
            )
        if method in ("POST", "PUT"):
            self._fill(rng, request, self.forms.get((role, "post", url), {}))
        if rng.random() < 0.15:
            request.headers = rng.choice(ODD_HEADERS)
        request.check_csrf = rng.random() < 0.05
        return request

    def _pairs(self, rng: random.Random, fields: Fields, few: bool = False) -> list[tuple[str, bytes]]:
        lost = rng.choice(list(fields)) if fields and rng.random() < 0.2 else None
        pairs = [(name, rng.choice(values).encode()) for name, values in fields.items() if name != lost]
        if few and rng.random() < 0.7:
            return []
        for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
            if pairs and rng.random() < 0.8:
                spot = rng.randrange(len(pairs))
                pairs[spot] = pairs[spot][0], rng.choice(VALUES)
                if rng.random() < 0.1:  # the same name many times
                    pairs += [(pairs[spot][0], rng.choice(VALUES)) for _ in range(rng.choice((1, 5, 900)))]
            else:
                name = rng.choice(self.names)
                pairs.append((name, b"1000000000" if name == "page" else rng.choice(VALUES)))
        return pairs

    def _fill(self, rng: random.Random, request: Request, fields: Fields) -> None:
        dice = rng.random()
        if dice < 0.05:
            request.body, request.content_type = rng.choice(BODIES), rng.choice((URLENCODED, MULTIPART))
            return
        if not fields:  # no page shows the form: guess
            fields = {name: ["1"] for name in rng.sample(self.names, rng.randint(0, 12))}
        pairs = self._pairs(rng, fields)
        if dice < 0.25:
            request.content_type = MULTIPART
            request.body = _multipart(pairs)
        else:
            request.content_type = URLENCODED
            request.body = "&".join(
                f"{quote(name)}={quote_from_bytes(value)}" for name, value in pairs
            ).encode()
        if dice > 0.93:
            request.content_type = rng.choice(CONTENT_TYPES)

    def send(self, request: Request) -> Any:
        """Send it and undo what it did; limits start anew, so that none hides what is behind it."""
        client = self.world.clients[request.role]
        cookies = copy.deepcopy(client.cookies)
        client.raise_request_exception = False
        client.handler.enforce_csrf_checks = request.check_csrf
        cache.clear()
        with transaction.atomic():
            response = client.generic(
                request.method, request.url, request.body, request.content_type, **request.headers
            )
            if response.streaming:
                b"".join(response.streaming_content)
            transaction.set_rollback(True)
        client.cookies = cookies
        self.sent[response.status_code] += 1
        return response

    def check(self, seed: int) -> str:
        """What is wrong with the answer to this seed's request; nothing, one hopes."""
        request = self.draw(seed)
        try:
            response = self.send(request)
        except Exception:
            return f"seed {seed}: the answer broke off\n{request}\n{traceback.format_exc()}"
        faults = [f"no {name}" for name in HEADERS if name not in response.headers]
        status = response.status_code
        if status >= 500 and not (
            status == 503 and (request.route == "health_ready" or "Retry-After" in response)
        ):
            trace = traceback.format_exception(*response.exc_info) if response.exc_info else []
            faults.append(f"status {status}\n{''.join(trace[-12:])}")
        if (
            "html" in response.get("Content-Type", "")
            and not response.streaming
            and MARK.encode() in response.content
        ):
            faults.append("HTML that was sent came back as HTML")
        signed_in = request.role != ANONYMOUS and "HTTP_COOKIE" not in request.headers
        if signed_in and "no-store" not in response.get("Cache-Control", ""):
            faults.append("an answer to somebody signed in may be stored")
        return f"seed {seed}: {'; '.join(faults)}\n{request}" if faults else ""


def _ids(args: dict[str, Any]) -> list[str]:
    return [quote(str(value)) for value in args.values()]


def _typical(name: str, kind: str) -> str:
    """What a person might type in an empty field."""
    by_type = {"date": "2027-05-17", "email": "a@exemple.fr", "number": "3", "time": "10:00"}
    by_name = {"commune": "Guéret (23)", "birth_date": "17/05/1990", "phone": "06 99 88 77 66"}
    return by_name.get(name) or by_type.get(kind, "Texte")


def _best_kinds(route: Route, role: str) -> list[str]:
    """Objects the role may reach; any, if there are none."""
    return [kind for kind in route.kinds if route.rule(role, kind) == ALLOWED] or list(route.kinds)


def _names_of_all_forms() -> set[str]:
    """Every field of every form class of the site."""
    classes, names = [BaseForm], set()
    while classes:
        current = classes.pop()
        classes += current.__subclasses__()
        names |= set(getattr(current, "base_fields", {}))
    return names


def _spoil_path(rng: random.Random, url: str, ids: list[str]) -> str:
    segments = url.split("/")
    spots = [at for at, segment in enumerate(segments) if segment in ids]
    spots = spots or list(range(2, len(segments))) or [len(segments) - 1]
    segments[rng.choice(spots)] = quote_from_bytes(rng.choice(SEGMENTS))
    path = "/".join(segments)
    return path if not path.startswith("//") else path[1:]


def _multipart(pairs: list[tuple[str, bytes]]) -> bytes:
    head = 'Content-Disposition: form-data; name="{}"'
    parts = [b"--x\r\n" + head.format(name).encode() + b"\r\n\r\n" + value + b"\r\n" for name, value in pairs]
    return b"".join([*parts, b"--x--\r\n"])


# --- the tests ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fuzzer(django_db_setup: None, django_db_blocker: Any) -> Iterator[Fuzzer]:
    """One world for all requests, in a transaction that is undone at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Fuzzer(World())
        transaction.set_rollback(True)


def run(fuzzer: Fuzzer, seeds: range) -> None:
    fuzzer.sent.clear()
    if "FUZZ_SEED" in os.environ:
        seeds = range(int(os.environ["FUZZ_SEED"]), int(os.environ["FUZZ_SEED"]) + 1)
    faults = [fault for fault in map(fuzzer.check, seeds) if fault]
    if faults:
        pytest.fail(f"{len(faults)} of {len(seeds)} requests\n\n" + "\n\n".join(faults[:20]), pytrace=False)


def test_no_request_makes_a_page_fall_over(fuzzer: Fuzzer) -> None:
    run(fuzzer, range(PART))
    assert fuzzer.sent[200] + fuzzer.sent[302] > PART / 4, f"most requests reach nothing: {fuzzer.sent}"


@pytest.mark.proof
@pytest.mark.parametrize("part", range(PARTS))
def test_ten_thousand_requests_make_no_page_fall_over(part: int, fuzzer: Fuzzer) -> None:
    run(fuzzer, range(PART * (part + 1), PART * (part + 2)))


@pytest.mark.parametrize(
    ("role", "url"),
    [
        ("technical", "/administration/audit/canary/%00/lire/"),
        ("technical", "/administration/missions/mission/?mode=%00"),
        ("national", "/brigade/missions/?q=%00&q=a"),
    ],
)
def test_a_nul_in_an_address_of_the_staff_is_a_bad_request(role: str, url: str, fuzzer: Fuzzer) -> None:
    assert fuzzer.send(Request(role, "", "GET", url)).status_code == 400

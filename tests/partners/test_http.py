"""The one outgoing client: where it goes, and what it refuses to swallow."""

import io
import ipaddress
import socket
import ssl
import threading
from typing import Any

import pytest

from jeveuxagir.partners import http
from jeveuxagir.partners.http import Limits, Unreachable
from tests.support.hostile_server import Server, body, gzipped, redirect, status

LIMITS = Limits(seconds=5, size=3 * http.MEGABYTE)


def fetch(url: str, limits: Limits = LIMITS) -> bytes:
    file = io.BytesIO()
    http.download(url, file, limits=limits)
    return file.getvalue()


def refusal(url: str, limits: Limits = LIMITS) -> str:
    with pytest.raises(Unreachable) as refused:
        fetch(url, limits)
    assert refused.value.message.endswith(".")
    return refused.value.code


# --- where it goes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "127.0.0.1",
        "localhost",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.0.8",
        "192.88.99.1",
        "198.18.0.1",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "2130706433",
        "127.1",
        "[::1]",
        "[::]",
        "[::ffff:10.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "[fe80::1]",
        "[fc00::1]",
        "[fec0::1]",
        "[ff02::1]",
    ],
)
def test_an_address_that_is_not_on_the_internet_is_refused(host: str) -> None:
    assert refusal(f"https://{host}/flux.xml") in ("address", "name")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://exemple.fr/flux.xml", "scheme"),
        ("https://exemple.fr/\ud83d", "url"),
        ("ftp://exemple.fr/flux.xml", "scheme"),
        ("file:///etc/passwd", "url"),
        ("gopher://exemple.fr/", "scheme"),
        ("//exemple.fr/flux.xml", "scheme"),
        ("https://", "url"),
        ("https://user:secret@exemple.fr/", "userinfo"),
        ("https://user@exemple.fr/", "userinfo"),
        ("https://@exemple.fr/", "userinfo"),
        ("https://exemple.fr:port/", "url"),
        ("https://exemple.fr:99999/", "url"),
        ("https://exe mple.fr/", "url"),
        ("https://exemple.fr/\r\nHost: ailleurs", "url"),
        ("https://exemple.fr/\x00", "url"),
        ("https://[::1/", "url"),
        ("https://" + "a" * 70 + ".fr/", "url"),
        ("https://exemple.fr/" + "a" * 3000, "url"),
        ("", "url"),
    ],
)
def test_an_address_of_another_form_is_refused(url: str, code: str) -> None:
    assert refusal(url) == code


def test_loopback_is_open_on_the_listed_ports_only(server: Server, settings: Any) -> None:
    url = server.serve("/", body(b"oui"))
    assert fetch(url) == b"oui"
    assert fetch(url.replace("127.0.0.1", "localhost")) == b"oui"
    settings.LOOPBACK_PORTS = [server.port + 1]
    assert refusal(url) == "scheme"


def test_a_disguised_loopback_stays_closed_even_on_a_listed_port(server: Server) -> None:
    server.serve("/", body(b"oui"))
    for host in ("2130706433", "0177.0.0.1", "127.1", "127.0.0.2"):
        assert refusal(f"http://{host}:{server.port}/") == "scheme"
        assert refusal(f"https://{host}:{server.port}/") in ("address", "name")


def _resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Names mean these addresses, one answer after the other; gives the names that were asked."""
    asked: list[str] = []

    def resolve(host: str, port: int, *rest: Any, **more: Any) -> list[Any]:
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [
            (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port))
            for a in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def _connecting(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """No connection leaves; gives where they would have gone."""
    tried: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        tried.append(address)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", connect)
    return tried


def test_a_name_is_resolved_once_and_the_checked_address_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebinding: the second answer, a private address, is never asked for."""
    asked = _resolving(monkeypatch, ["1.1.1.1"], ["127.0.0.1"])
    tried = _connecting(monkeypatch)
    assert refusal("https://partenaire.example/") == "network"
    assert tried == [("1.1.1.1", 443)]
    assert asked == ["partenaire.example"]


def test_a_name_server_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **more: never.wait(30))
    assert refusal("https://partenaire.example/", Limits(seconds=0.1, size=1)) == "too_slow"
    never.set()


def test_a_name_with_one_private_address_among_public_ones_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _resolving(monkeypatch, ["1.1.1.1", "10.0.0.1"])
    tried = _connecting(monkeypatch)
    assert refusal("https://partenaire.example/") == "address"
    assert tried == []


def test_the_next_address_is_tried_when_one_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolving(monkeypatch, ["2606:4700:4700::1111", "1.1.1.1"])
    tried = _connecting(monkeypatch)
    assert refusal("https://partenaire.example/") == "network"
    assert [address for address, _ in tried] == ["2606:4700:4700::1111", "1.1.1.1"]


def test_the_certificate_is_checked_for_the_name(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """The server speaks no TLS: the hand-shake fails, and nothing is asked in clear."""
    _resolving(monkeypatch, ["1.1.1.1"])

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        here = socket.socket()
        here.settimeout(timeout)
        here.connect(("127.0.0.1", server.port))
        return here

    monkeypatch.setattr(socket, "create_connection", connect)
    names: list[str] = []
    wrap = ssl.SSLContext.wrap_socket

    def wrapping(self: ssl.SSLContext, sock: socket.socket, **options: Any) -> ssl.SSLSocket:
        assert self.check_hostname
        assert self.verify_mode == ssl.CERT_REQUIRED
        names.append(options["server_hostname"])
        return wrap(self, sock, **options)

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", wrapping)
    assert refusal("https://partenaire.example/") in ("tls", "network")
    assert names == ["partenaire.example"]
    assert all("partenaire" not in str(asked) for asked in server.asked)


def test_addresses_of_the_internet_are_public() -> None:
    for address in ("1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a01:e00::1"):
        assert http.is_public(ipaddress.ip_address(address))


# --- redirects ------------------------------------------------------------------------------------------------


def test_three_redirects_are_followed_and_a_fourth_is_not(server: Server) -> None:
    server.serve("/3", body(b"fin"))
    for step, code in ((2, 301), (1, 307), (0, 308)):
        server.serve(f"/{step}", redirect(f"/{step + 1}", code))
    assert fetch(server.url("/0")) == b"fin"
    server.serve("/encore", redirect("/0"))
    assert refusal(server.url("/encore")) == "redirects"
    server.serve("/tourne", redirect("/tourne"))
    assert refusal(server.url("/tourne")) == "redirects"


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("https://169.254.169.254/latest/meta-data/", "address"),
        ("https://user:secret@exemple.fr/", "userinfo"),
        ("http://exemple.fr/", "scheme"),
        ("file:///etc/passwd", "url"),
        ("https://[::1", "url"),
        ("https://[::ffff:10.0.0.1]/", "address"),
    ],
)
def test_each_redirect_is_checked_again(server: Server, to: str, code: str) -> None:
    assert refusal(server.serve("/", redirect(to))) == code


# --- what comes back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [204, 206, 400, 404, 500, 503])
def test_an_answer_that_is_not_200_is_an_error(server: Server, code: int) -> None:
    assert refusal(server.serve("/", status(code))) == "status"


@pytest.mark.parametrize("code", [401, 403, 429])
def test_a_page_that_is_there_but_closed_to_programs_is_told_apart(server: Server, code: int) -> None:
    assert refusal(server.serve("/", status(code))) == "closed"


def test_a_body_announced_too_big_is_refused_unread(server: Server) -> None:
    url = server.serve("/", server.stream(1024**3))
    assert refusal(url) == "too_big"
    assert server.sent < 50 * http.MEGABYTE  # what the buffers between us swallowed


def test_a_body_that_does_not_say_its_size_is_cut_at_the_limit(server: Server) -> None:
    url = server.serve("/", server.stream(1024**3, announced=False))
    assert refusal(url) == "too_big"
    assert server.sent < 50 * http.MEGABYTE


def test_a_truncated_body_is_an_error(server: Server) -> None:
    assert refusal(server.serve("/", body(b"x" * 100, length=200))) == "truncated"


def test_a_server_that_drips_its_body_is_left_at_the_deadline(server: Server) -> None:
    assert refusal(server.serve("/", server.drip()), Limits(seconds=0.5, size=1000)) == "too_slow"


def test_a_server_that_drips_its_headers_is_left_at_the_deadline(server: Server) -> None:
    assert refusal(server.serve("/", server.drip(headers=True)), Limits(seconds=0.5, size=1000)) == "too_slow"


def test_a_server_that_says_nothing_is_left_at_the_deadline(server: Server) -> None:
    url = server.serve("/", lambda handler: server.stopping.wait(10) and None)
    assert refusal(url, Limits(seconds=0.3, size=1000)) == "too_slow"


def test_a_port_where_nobody_answers_is_told(settings: Any) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings.LOOPBACK_PORTS = [port]
    assert refusal(f"http://127.0.0.1:{port}/") == "network"


# --- compression ----------------------------------------------------------------------------------------------


def test_a_gzip_is_opened(server: Server) -> None:
    assert fetch(server.serve("/", gzipped(b"<source/>" * 1000))) == b"<source/>" * 1000


def test_a_gzip_bomb_is_refused_before_it_opens(server: Server) -> None:
    url = server.serve("/", gzipped(b"\0" * (50 * http.MEGABYTE)))
    assert refusal(url, Limits(seconds=5, size=500 * http.MEGABYTE)) == "ratio"


def test_a_small_answer_may_be_compressed_as_much_as_it_likes(server: Server) -> None:
    assert len(fetch(server.serve("/", gzipped(b"\0" * 900_000)))) == 900_000


def test_a_gzip_that_is_cut_or_broken_is_an_error(server: Server) -> None:
    assert refusal(server.serve("/", gzipped(b"x" * 5000, cut=12))) == "truncated"
    assert refusal(server.serve("/", body(b"rien de tel", Content_Encoding="gzip"))) == "gzip"
    assert refusal(server.serve("/", body(b"x", Content_Encoding="br"))) == "encoding"


# --- what we send ---------------------------------------------------------------------------------------------


def test_we_say_who_we_are_and_send_no_secret(server: Server) -> None:
    fetch(server.serve("/été?x=1".replace("é", "%C3%A9"), body(b"")))
    [(path, headers)] = server.asked
    assert path == "/%C3%A9t%C3%A9?x=1"
    assert headers["Host"] == f"127.0.0.1:{server.port}"
    assert headers["User-Agent"].startswith("Jeveuxagir")
    assert not {"Cookie", "Authorization"} & headers.keys()


def test_an_accented_path_is_encoded(server: Server) -> None:
    server.serve("/%C3%A9t%C3%A9", body(b"oui"))
    assert fetch(server.url("/été")) == b"oui"

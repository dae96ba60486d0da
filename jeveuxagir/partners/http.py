"""The one door to other people's servers: feeds, registries, links, images.

https only. The name is resolved once, each address it gives is checked, and the connection goes to the address that
was checked, so that a name cannot mean something else a moment later. Redirects are followed by hand, checked again
each time. Size, time and compression are bounded, and the body goes straight to a file.

`settings.LOOPBACK_PORTS` names the ports of this machine that tests and the demo may call, in clear; production
has none, and a deploy check says so.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import IO, Any
from urllib.parse import quote, urljoin, urlsplit

from django.conf import settings

from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import NBSP

MEGABYTE = 1024 * 1024
CHUNK = 64 * 1024
CONNECT_SECONDS = 10.0
MAX_URL = 2000
#: What any compressed answer may become before its ratio is looked at.
RATIO_FROM = MEGABYTE
#: Statuses of a page that is there, and that we may not read.
CLOSED = frozenset({401, 403, 405, 407, 429, 451})
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
USER_AGENT = "Jeveuxagir"

#: Ranges that `ipaddress` calls global and that still lead elsewhere: relays, translations, other uses.
_NOT_THE_INTERNET = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "100.64.0.0/10",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)


@dataclass(frozen=True)
class Limits:
    """What one use may cost."""

    seconds: float
    size: int
    redirects: int = 3
    #: how many times bigger than what came over the wire an answer may become
    ratio: int = 20


FEED = Limits(seconds=120, size=500 * MEGABYTE)
LINK = Limits(seconds=5, size=MEGABYTE)
IMAGE = Limits(seconds=5, size=5 * MEGABYTE)


@dataclass(frozen=True)
class Target:
    """An address that we may call, taken apart."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


@dataclass(frozen=True)
class Answer:
    url: str
    status: int
    content_type: str
    size: int


class Unreachable(RuleBroken):
    """We do not, or cannot, fetch this address. The message says why, in French."""


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def download(url: str, to: IO[bytes], *, limits: Limits, accept: str = "*/*") -> Answer:
    """GET `url` into the file `to`. Raises Unreachable for all that is refused, too big, too slow or broken."""
    deadline = time.monotonic() + limits.seconds
    for _ in range(limits.redirects + 1):
        target = check_url(url)
        with (
            _connection(target, deadline) as (connection, watch),
            closing(_ask(connection, target, accept, watch)) as response,
        ):
            if response.status in (301, 302, 303, 307, 308):
                url = _next(url, response.headers.get("Location", ""))
                continue
            if response.status != 200:
                raise Unreachable(
                    f"Le serveur du partenaire répond par une erreur ({response.status}).",
                    code="closed" if response.status in CLOSED else "status",
                )
            size = _save(response, to, limits, watch)
            return Answer(url, response.status, response.headers.get("Content-Type", ""), size)
    raise Unreachable(f"Plus de {limits.redirects} redirections à la suite.", code="redirects")


def check_url(url: str) -> Target:
    """What an address says, if we may call it; no name is resolved yet."""
    malformed = Unreachable("Cette adresse est mal formée.", code="url")
    if len(url) > MAX_URL or any(ord(character) <= 32 or ord(character) == 127 for character in url):
        raise malformed
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host = host if ":" in host else host.encode("idna").decode("ascii")
        path = _ascii((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    except (ValueError, UnicodeError):
        raise malformed from None
    if not host:
        raise malformed
    if parts.username is not None or parts.password is not None:
        raise Unreachable("L’adresse ne doit contenir ni identifiant ni mot de passe.", code="userinfo")
    secure = parts.scheme == "https"
    port = port or (443 if secure else 80)
    if not secure and not (parts.scheme == "http" and _is_our_loopback(host, port)):
        raise Unreachable("L’adresse doit commencer par https://.", code="scheme")
    return Target(secure, host, port, path)


def resolve(host: str, port: int, seconds: float = CONNECT_SECONDS) -> list[Address]:
    """The addresses of a name, if all of them are on the public Internet (or a loopback port we allow)."""
    found = _named(host, port, seconds)
    addresses = list(dict.fromkeys(ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in found))
    loopback = _is_our_loopback(host, port)
    for address in addresses:
        if not (address.is_loopback if loopback else is_public(address)):
            raise Unreachable(
                "Cette adresse mène à un réseau privé : nous ne l’appelons pas.", code="address"
            )
    return addresses


def is_public(address: Address) -> bool:
    """On the Internet, and not a disguise of an address that is not."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in _NOT_THE_INTERNET if network.version == address.version)
    )


# --- inside ---------------------------------------------------------------------------------------------------


def _is_our_loopback(host: str, port: int) -> bool:
    return host in LOOPBACK_NAMES and port in settings.LOOPBACK_PORTS


def _named(host: str, port: int, seconds: float) -> list[Any]:
    """What the system says of a name. It sets no time limit: a thread asks, and we stop waiting for it."""
    said: SimpleQueue[list[Any] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            said.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except Exception as error:
            said.put(error)

    threading.Thread(target=ask, name="name-lookup", daemon=True).start()
    try:
        found = said.get(timeout=max(seconds, 0))
    except Empty:
        raise _too_slow() from None
    if isinstance(found, Exception):
        raise Unreachable("Ce nom de serveur est inconnu.", code="name") from found
    return found


class _Watch:
    """Ends the connection at the deadline, whatever it is doing: a server may send a byte a minute."""

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self._socket = connected
        self.rang = False
        self._timer = threading.Timer(max(deadline - time.monotonic(), 0), self._ring)
        self._timer.daemon = True
        self._timer.start()

    def _ring(self) -> None:
        self.rang = True
        try:
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        except OSError:
            pass

    def stop(self) -> None:
        self._timer.cancel()

    def error(self, error: Exception) -> Unreachable:
        if self.rang or isinstance(error, TimeoutError):
            return _too_slow()
        if isinstance(error, ssl.SSLError):
            return Unreachable(
                "La connexion sécurisée a échoué : le certificat n’est pas valable.", code="tls"
            )
        return Unreachable("La connexion a été coupée avant la fin.", code="network")


def _too_slow() -> Unreachable:
    return Unreachable("Le serveur est trop lent : nous n’attendons plus.", code="too_slow")


@contextmanager
def _connection(target: Target, deadline: float) -> Iterator[tuple[http.client.HTTPConnection, _Watch]]:
    """A connection to a checked address of this host, watched until the deadline."""
    left = min(deadline - time.monotonic(), CONNECT_SECONDS)
    connected = _connect(resolve(target.host, target.port, left), target.port, deadline)
    watch = _Watch(connected, deadline)
    try:
        if target.secure:
            connected = _secured(connected, target.host, watch)
            watch.stop()
            watch = _Watch(connected, deadline)
        connection = http.client.HTTPConnection(target.host, target.port)
        connection.sock = connected
        yield connection, watch
    finally:
        watch.stop()
        connected.close()


def _secured(connected: socket.socket, host: str, watch: _Watch) -> ssl.SSLSocket:
    """TLS, with the certificate checked for the name and not for the address."""
    try:
        return ssl.create_default_context().wrap_socket(connected, server_hostname=host)
    except OSError as error:
        raise watch.error(error) from error


def _connect(addresses: list[Address], port: int, deadline: float) -> socket.socket:
    for address in addresses:
        left = deadline - time.monotonic()
        if left <= 0:
            raise _too_slow()
        try:
            return socket.create_connection((str(address), port), timeout=min(left, CONNECT_SECONDS))
        except OSError:
            continue
    raise Unreachable("Le serveur ne répond pas.", code="network")


def _ask(
    connection: http.client.HTTPConnection, target: Target, accept: str, watch: _Watch
) -> http.client.HTTPResponse:
    try:
        connection.putrequest("GET", target.path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", target.host_header)
        connection.putheader("User-Agent", f"{USER_AGENT} (+{settings.SITE_URL})")
        connection.putheader("Accept", accept)
        connection.putheader("Accept-Encoding", "gzip, identity")
        connection.putheader("Connection", "close")
        connection.endheaders()
        return connection.getresponse()
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        raise watch.error(error) from error


def _ascii(path: str) -> str:
    """The path with what is not ASCII percent-encoded; the rest as it was given."""
    return "".join(c if c.isascii() else quote(c) for c in path)


def _save(response: http.client.HTTPResponse, to: IO[bytes], limits: Limits, watch: _Watch) -> int:
    """The body, unpacked, into the file; refused as soon as it passes a limit. Returns its size."""
    if (response.length or 0) > limits.size:
        raise _too_big(limits)
    written = 0
    for block, came in _unpacked(response, limits, watch):
        written += len(block)
        if written > limits.size:
            raise _too_big(limits)
        if written > RATIO_FROM and written > limits.ratio * came:
            raise Unreachable(
                f"La réponse est compressée plus de {limits.ratio} fois : cela ressemble à une attaque.",
                code="ratio",
            )
        to.write(block)
    return written


def _next(url: str, location: str) -> str:
    try:
        return urljoin(url, location[:MAX_URL])
    except ValueError:
        raise Unreachable("La redirection mène à une adresse mal formée.", code="url") from None


def _too_big(limits: Limits) -> Unreachable:
    return Unreachable(f"La réponse dépasse {limits.size // MEGABYTE}{NBSP}Mo.", code="too_big")


def _unpacked(
    response: http.client.HTTPResponse, limits: Limits, watch: _Watch
) -> Iterator[tuple[bytes, int]]:
    """Blocks of the body, with how many bytes had come over the wire; a gzip is opened a block at a time."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise Unreachable("La réponse est compressée d’une façon que nous ne lisons pas.", code="encoding")
    gzip = "gzip" in encoding
    opened = zlib.decompressobj(zlib.MAX_WBITS | 16) if gzip else None
    came = 0
    for block in _body(response, watch):
        came += len(block)
        if opened is None:
            yield block, came
            continue
        while block:
            try:
                yield opened.decompress(block, CHUNK), came
            except zlib.error:
                raise Unreachable("La réponse compressée est abîmée.", code="gzip") from None
            block = opened.unconsumed_tail
            if opened.eof:
                block = opened.unused_data
                if block:
                    opened = zlib.decompressobj(zlib.MAX_WBITS | 16)
    if opened is not None and not opened.eof:
        raise Unreachable("La réponse compressée est coupée avant la fin.", code="truncated")


def _body(response: http.client.HTTPResponse, watch: _Watch) -> Iterator[bytes]:
    expected, came = response.length, 0
    while True:
        try:
            block = response.read1(CHUNK)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise watch.error(error) from error
        if watch.rang:
            raise _too_slow()
        if not block:
            break
        came += len(block)
        yield block
    if expected is not None and came < expected:
        raise Unreachable("La réponse est coupée avant la fin.", code="truncated")

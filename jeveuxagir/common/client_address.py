"""The visitor's address: X-Forwarded-For is believed only as far as our own proxies wrote it."""

from functools import lru_cache
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


@lru_cache(maxsize=8)
def _networks(proxies: tuple[str, ...]) -> tuple[object, ...]:
    return tuple(ip_network(proxy, strict=False) for proxy in proxies if proxy != "unix")


def _is_proxy(address: str) -> bool:
    proxies = tuple(settings.TRUSTED_PROXIES)
    if address in ("", "unix"):  # the connection came over a unix socket
        return "unix" in proxies
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in _networks(proxies))  # type: ignore[operator]


def client_address(request: HttpRequest) -> str:
    """The last address that is not one of TRUSTED_PROXIES (addresses, networks, or "unix"); "" if unknown."""
    address = request.META.get("REMOTE_ADDR", "")
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    while _is_proxy(address) and hops:
        address = hops.pop()
    try:
        return str(ip_address(address))
    except ValueError:
        return ""

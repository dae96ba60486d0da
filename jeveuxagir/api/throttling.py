"""How often one address, or one key, may ask, counted as every other limit is (jeveuxagir.accounts.limits)."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from jeveuxagir.accounts import limits
from jeveuxagir.common.client_address import client_address


class AddressThrottle(BaseThrottle):
    """Refuses with 429 and says when to come back."""

    def allow_request(self, request: Request, view: Any) -> bool:
        address = client_address(request._request)
        return limits.hit("api_address", address) and limits.hit("api_network", limits.network_of(address))

    def wait(self) -> float:
        return limits.LIMITS["api_address"].seconds


class KeyThrottle(BaseThrottle):
    """One key, wherever its programs are. Its address was counted before the key was read."""

    def allow_request(self, request: Request, view: Any) -> bool:
        return request.auth is None or limits.hit("api_key", request.auth.pk)

    def wait(self) -> float:
        return limits.LIMITS["api_key"].seconds

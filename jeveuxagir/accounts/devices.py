"""A browser in which somebody once signed in: strangers who try that account's door do not close it to its owner.

A signed cookie says which accounts were opened here, by a fingerprint of their address; it opens nothing. Tries on an
account are counted apart for each such browser, so that those of a stranger are not held against it.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

_SALT = "accounts.devices"
REMEMBERED_SECONDS = 365 * 24 * 3600
MOST_ACCOUNTS = 5


def key_of(request: HttpRequest, email: str) -> str:
    """What the tries of this browser on this account are counted under."""
    device, accounts = _read(request)
    return f"{email} {device}" if _fingerprint(email) in accounts else email


def remember(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """This account was opened in this browser."""
    device, accounts = _read(request)
    here = _fingerprint(email)
    accounts = [here, *(account for account in accounts if account != here)][:MOST_ACCOUNTS]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps([device or secrets.token_urlsafe(12), accounts], salt=_SALT),
        max_age=REMEMBERED_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        cookie = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
        device, accounts = signing.loads(cookie, salt=_SALT, max_age=REMEMBERED_SECONDS)
    except signing.BadSignature:
        return "", []
    return device, accounts


def _fingerprint(email: str) -> str:
    return salted_hmac(_SALT, email.strip().lower(), algorithm="sha256").hexdigest()[:24]

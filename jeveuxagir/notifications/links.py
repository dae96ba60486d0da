"""Addresses in mails: always from SITE_URL, never from the Host header of a request."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse


def absolute(path: str) -> str:
    """The full address of a path of this site; an http(s) address stays as it is, anything else leads home."""
    if path.startswith(("https://", "http://")):
        return path
    if not path.startswith("/"):
        path = "/"
    return settings.SITE_URL.rstrip("/") + path


def stop_token(person_id: int, kind: str) -> str:
    """Names one person and one kind. It only stops that kind, and never expires: old mails must be stoppable."""
    return Signer(salt="notifications.stop").sign_object([person_id, kind])


def read_stop_token(token: str) -> tuple[int, str] | None:
    try:
        person_id, kind = Signer(salt="notifications.stop").unsign_object(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return person_id, kind


def stop_link(person_id: int, kind: str) -> str:
    return absolute(reverse("notifications:stop", args=[stop_token(person_id, kind)]))


def preferences_link() -> str:
    return absolute(reverse("notifications:preferences"))

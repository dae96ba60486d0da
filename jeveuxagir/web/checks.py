"""`manage.py check --deploy` refuses to open a site that still carries what belongs to the demo."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, Tags, register

LOOPBACK = ("127.", "localhost", "::1", "[::1]", "0.0.0.0")  # noqa: S104


@register(Tags.security, deploy=True)
def no_demo_in_production(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[Error]:
    return list(_errors())


def _errors() -> Iterator[Error]:
    if settings.DEMO:
        yield Error(
            "DEMO is on: the demo's accounts and invented data would be public.",
            hint="Unset DEMO.",
            id="jeveuxagir.E001",
        )
    if settings.LOOPBACK_PORTS:
        yield Error(
            "LOOPBACK_PORTS is not empty: outgoing requests could reach this machine's own services.",
            hint="Unset LOOPBACK_PORTS.",
            id="jeveuxagir.E002",
        )
    for name in sorted(dir(settings)):
        if "FAKE" in name.split("_") and getattr(settings, name):
            yield Error(f"{name} is set: a partner would be invented.", id="jeveuxagir.E003")
    site = urlsplit(settings.SITE_URL)
    if site.scheme != "https" or (site.hostname or "").startswith(LOOPBACK):
        yield Error(
            "SITE_URL is not a public https address: mails would carry dead links.", id="jeveuxagir.E004"
        )
    if not settings.REDIS_URL:
        yield Error(
            "REDIS_URL is empty: processes would not share limits and nothing would wake the workers.",
            id="jeveuxagir.E005",
        )
    if "dev-only" in settings.SECRET_KEY or "test-only" in settings.SECRET_KEY:
        yield Error("SECRET_KEY is the one of development or of the tests.", id="jeveuxagir.E006")
    if not settings.PRIVATE_FILES:
        yield Error(
            "PRIVATE_FILES is empty: the documents that people bring would have no place.",
            hint="Name a folder that the web and the workers share, and that the backups save.",
            id="jeveuxagir.E009",
        )
    cookies = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
    if not all(name.startswith("__Host-") for name in cookies):
        yield Error("The session and CSRF cookies lack the __Host- prefix.", id="jeveuxagir.E007")
    if any(host in ("*", "") or host.startswith(LOOPBACK) for host in settings.ALLOWED_HOSTS):
        yield Error("ALLOWED_HOSTS accepts any host or this machine's own.", id="jeveuxagir.E008")

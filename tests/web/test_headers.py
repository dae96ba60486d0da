"""Every answer leaves with its headers, errors included, under production's own settings."""

import pytest
from django.test import Client

from tests.factories import make_user
from tests.web.production import use_production_security

PAGES = {
    "/": 200,
    "/aide/": 200,
    "/accessibilite/": 200,
    "/confidentialite/": 200,
    "/mentions-legales/": 200,
    "/robots.txt": 200,
    "/.well-known/security.txt": 200,
    "/sitemap.xml": 200,
    "/sante/": 200,
    "/page-qui-n-existe-pas/": 404,
    "/casse/crash/": 500,
    "/casse/denied/": 403,
    "/casse/bad/": 400,
    "/casse/state/": 409,
    "/casse/right/": 403,
    "/casse/busy/": 503,
    "/casse/limit/": 429,
}


@pytest.fixture
def production(settings):
    use_production_security(settings)
    settings.ROOT_URLCONF = "tests.web.broken_urls"
    return settings


@pytest.fixture
def client(production, db):
    return Client(raise_request_exception=False)


def assert_hardened(response):
    headers = response.headers
    policy = headers["Content-Security-Policy"]
    for directive in (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ):
        assert directive in policy
    assert "unsafe" not in policy
    assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize(("path", "status"), PAGES.items())
def test_every_kind_of_page_is_hardened(client, path, status):
    response = client.get(path, secure=True)
    assert response.status_code == status
    assert_hardened(response)


@pytest.mark.parametrize("path", ["/administration/", "/brigade/", "/mon-espace/"])
def test_closed_pages_are_hardened_too(client, path):
    assert_hardened(client.get(path, secure=True))


def test_a_request_for_another_host_is_refused_with_the_same_headers(client):
    response = client.get("/", secure=True, headers={"host": "ailleurs.example"})
    assert response.status_code == 400
    assert_hardened(response)
    assert "Nous n’avons pas compris cette demande" in response.content.decode()


def test_plain_http_is_sent_to_https_and_probes_are_not(client):
    assert client.get("/aide/").status_code == 301
    assert client.get("/sante/").status_code == 200


def test_cookies_carry_the_host_prefix(client):
    user = make_user()
    client.force_login(user)
    response = client.get("/aide/", secure=True)
    assert "__Host-session" in client.cookies
    form_cookie = response.cookies["__Host-csrf"]  # the sign-out button is a form
    assert (form_cookie["secure"], form_cookie["path"], form_cookie["domain"]) == (True, "/", "")


@pytest.mark.parametrize("path", ["/", "/page-qui-n-existe-pas/", "/casse/crash/"])
def test_nothing_is_stored_for_somebody_signed_in(client, path):
    client.force_login(make_user())
    assert client.get(path, secure=True).headers["Cache-Control"] == "no-store, private"


def test_a_public_page_may_be_kept_by_an_anonymous_browser(client):
    assert "no-store" not in client.get("/", secure=True).headers.get("Cache-Control", "")


def test_the_canonical_addresses_come_from_the_settings(client, production):
    production.SITE_URL = "https://jeveuxagir.example"
    for path in ("/robots.txt", "/.well-known/security.txt", "/sitemap.xml"):
        text = client.get(path, secure=True).content.decode()
        assert "https://jeveuxagir.example/" in text
        assert "testserver" not in text

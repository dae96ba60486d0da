"""The visitor's address is only what our own proxies say."""

import pytest
from django.test import RequestFactory

from jeveuxagir.common.client_address import client_address


def seen(remote, forwarded=""):
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    return client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote))


def test_without_a_known_proxy_the_header_is_ignored(settings):
    settings.TRUSTED_PROXIES = []
    assert seen("203.0.113.9", "198.51.100.1") == "203.0.113.9"


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("1.2.3.4, 198.51.100.1", "198.51.100.1"),  # the visitor wrote the first one
        ("1.2.3.4, 198.51.100.1, 10.0.0.7", "198.51.100.1"),  # two proxies of ours
        ("2001:db8::1", "2001:db8::1"),
        ("n'importe quoi", ""),
        ("", "10.0.0.5"),
    ],
)
def test_the_last_address_that_is_not_ours_counts(settings, forwarded, expected):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert seen("10.0.0.5", forwarded) == expected


def test_a_socket_is_trusted_when_the_settings_say_so(settings):
    settings.TRUSTED_PROXIES = ["unix"]
    assert seen("", "198.51.100.1") == "198.51.100.1"
    settings.TRUSTED_PROXIES = []
    assert seen("", "198.51.100.1") == ""

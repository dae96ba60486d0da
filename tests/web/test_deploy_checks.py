"""`check --deploy` refuses what belongs to the demo."""

import pytest

from jeveuxagir.web.checks import no_demo_in_production
from tests.web.production import use_production_security


@pytest.fixture
def production(settings):
    use_production_security(settings)
    settings.SITE_URL = "https://jeveuxagir.example"
    settings.REDIS_URL = "redis://valkey.example/0"
    settings.SECRET_KEY = "x" * 60
    settings.ALLOWED_HOSTS = ["jeveuxagir.example"]
    settings.DEMO = False
    settings.LOOPBACK_PORTS = []
    return settings


def refused():
    return [error.id for error in no_demo_in_production(None)]


def test_a_clean_production_passes(production):
    assert refused() == []


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("DEMO", True, "E001"),
        ("LOOPBACK_PORTS", [8025], "E002"),
        ("SIRENE_FAKE", True, "E003"),
        ("SITE_URL", "http://127.0.0.1:8000", "E004"),
        ("SITE_URL", "http://jeveuxagir.example", "E004"),
        ("REDIS_URL", "", "E005"),
        ("SECRET_KEY", "dev-only-not-a-secret", "E006"),
        ("SESSION_COOKIE_NAME", "sessionid", "E007"),
        ("ALLOWED_HOSTS", ["*"], "E008"),
        ("PRIVATE_FILES", "", "E009"),
        ("ALLOWED_HOSTS", ["127.0.0.1"], "E008"),
    ],
)
def test_what_belongs_to_the_demo_is_refused(production, name, value, error):
    setattr(production, name, value)
    assert refused() == [f"jeveuxagir.{error}"]

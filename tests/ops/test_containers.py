"""The containers: what they run, as whom, and how they say that they are well. No image is built here."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection

from jeveuxagir.web import canary
from ops import probe

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_all_parts_are_there_and_each_says_whether_it_is_well(services: dict[str, Any]) -> None:
    assert set(services) == {"postgres", "redis", "migrate", "web", "worker", "beat"}
    for name in ("postgres", "redis", "worker", "beat"):
        assert services[name]["healthcheck"]["test"], name
    assert "HEALTHCHECK" in DOCKERFILE  # the web's own


def test_nothing_starts_before_the_database_is_migrated(services: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["depends_on"]["postgres"] == {"condition": "service_healthy"}


def test_ours_run_without_privileges_on_a_file_system_they_cannot_write(services: dict[str, Any]) -> None:
    assert re.search(r"^USER 10001", DOCKERFILE.split("FROM")[-1], re.MULTILINE)
    for name in ("migrate", "web", "worker", "beat"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]


def test_every_setting_a_deployment_must_give_is_named_in_the_example(services: dict[str, Any]) -> None:
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    named = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert asked <= named
    assert not re.search(
        r"^(SECRET_KEY|POSTGRES_PASSWORD)=.", (ROOT / ".env.example").read_text(), re.MULTILINE
    )


def test_docker_compose_itself_finds_nothing_to_say() -> None:
    command = shutil.which("docker-compose")
    if command is None:  # not a tool of this project: the tests above read the same file
        return
    env = {**os.environ, "COMPOSE_PROJECT_NAME": "jeveuxagir"}
    done = subprocess.run([command, "config", "--quiet"], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.usefixtures("committed_db")
def test_the_canary_is_well_once_a_worker_has_answered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    connection.ensure_connection()
    monkeypatch.setenv("DATABASE_URL", connection.connection.info.dsn)
    assert probe.main("canary") == 1
    canary.serve()
    assert probe.main("canary") == 0
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert probe.main("canary") == 1
    assert "canary" in capsys.readouterr().err

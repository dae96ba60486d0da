"""`make demo`, as a stranger uses it: it starts, stops, keeps its data and leaves no process behind."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops.services import PostgreSQL, stop, tail, wait_until

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.proof, pytest.mark.xdist_group("demo")]


@dataclass
class Demo:
    """One demo with a state folder of its own."""

    state: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        ours = {"DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE"}
        return {name: value for name, value in os.environ.items() if name not in ours} | {
            "DEMO_STATE": str(self.state)
        }

    @property
    def output(self) -> Path:
        return self.state.parent / "output.txt"

    def start(self) -> None:
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ops.demo"], cwd=ROOT, env=self.env, stdout=output, stderr=output
            )
        wait_until(
            lambda: "est prêt" in self.output.read_text(),
            what="The demo",
            process=self.process,
            log=self.output,
            timeout=300,
        )

    def addresses(self) -> dict[str, str]:
        return dict(json.loads((self.state / "env.json").read_text()))

    def children(self) -> list[int]:
        """Every process whose environment names this state, this demo's children included."""
        found = []
        marker = f"DEMO_STATE={self.state}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if (
                    marker in (folder / "environ").read_bytes()
                    and b"python" in (folder / "cmdline").read_bytes()
                ):
                    found.append(int(folder.name))
            except OSError:
                continue
        return found


@pytest.fixture
def demo(service_directory: Path) -> Iterator[Demo]:
    demo = Demo(service_directory / "demo")
    yield demo
    if demo.process is not None:
        stop(demo.process, signal.SIGINT, timeout=60)
    PostgreSQL(demo.state / "postgresql").remove()


def get(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.status, answer.read().decode()


def test_the_demo_serves_stops_and_keeps_its_data(demo: Demo) -> None:
    demo.start()
    addresses = demo.addresses()
    assert get(f"{addresses['site']}/")[0] == 200
    wait_until(lambda: _ready(addresses["site"]), what="/sante/pret", log=demo.output, timeout=120)
    assert "Comptes de démonstration" in get(f"{addresses['mailbox']}/")[1]
    output = demo.output.read_text()
    assert addresses["site"] in output
    assert addresses["mailbox"] in output
    assert "make import FEED=" in output
    for account in json.loads((demo.state / "accounts.json").read_text()):
        assert account["email"] in output
    css = re.search(r'href="(/static/[^"]+\.css)"', get(f"{addresses['site']}/")[1])
    assert css is not None
    assert get(addresses["site"] + css[1])[0] == 200

    assert demo.process is not None
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(60) == 0, tail(demo.output)
    assert demo.children() == []

    demo.start()
    assert "Données de démonstration…" not in demo.output.read_text()

    assert demo.process is not None
    stop(demo.process, signal.SIGINT, timeout=60)
    a_month_ago = time.time() - 31 * 86400
    os.utime(demo.state / "seeded", (a_month_ago, a_month_ago))
    demo.start()
    assert "31 jours" in demo.output.read_text()
    assert "Données de démonstration…" in demo.output.read_text()
    assert get(f"{demo.addresses()['site']}/")[0] == 200
    assert time.time() - (demo.state / "seeded").stat().st_mtime < 600


def test_nothing_outlives_a_demo_that_is_killed(demo: Demo) -> None:
    demo.start()
    assert demo.process is not None
    demo.process.kill()
    demo.process.wait()
    wait_until(lambda: demo.children() == [], what="The end of all children", timeout=20)
    demo.start()
    assert get(f"{demo.addresses()['site']}/")[0] == 200


def test_a_second_demo_says_where_the_first_one_is(demo: Demo) -> None:
    demo.start()
    second = subprocess.run(
        [sys.executable, "-m", "ops.demo"],
        cwd=ROOT,
        env=demo.env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert demo.addresses()["site"] in second.stdout


def _ready(site: str) -> bool:
    try:
        return get(f"{site}/sante/pret")[0] == 200
    except OSError:
        return False

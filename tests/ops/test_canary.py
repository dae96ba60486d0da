"""A worker that hears nothing ends, one that hears lives."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ops.services import spawn, wait_until
from tests.support.processes import environment

ROOT = Path(__file__).resolve().parents[2]

# A process that watches as a worker does, with a deadline of one second. `serve` writes the canary all the while.
CODE = """
import sys, time
from datetime import timedelta
import django
django.setup()
from django.conf import settings
settings.CANARY_PERIOD, settings.CANARY_DEADLINE = timedelta(seconds=0.1), timedelta(seconds=1)
from jeveuxagir.web import canary
canary.watch()
print("watching", flush=True)
for _ in range(200):
    if sys.argv[1] == "serve":
        canary.serve()
    time.sleep(0.1)
"""


def watcher(mode: str, log: Path) -> subprocess.Popen[bytes]:
    process = spawn([sys.executable, "-c", CODE, mode], log=log, env=environment(), cwd=ROOT)
    wait_until(
        lambda: b"watching" in log.read_bytes(), what="The watcher", process=process, log=log, timeout=60
    )
    return process


def test_a_deaf_worker_ends(committed_db: None, tmp_path: Path) -> None:
    process = watcher("deaf", tmp_path / "log")
    assert process.wait(60) == -signal.SIGTERM
    assert "Worker hears nothing" in (tmp_path / "log").read_text()


@pytest.mark.proof
def test_a_worker_that_hears_lives(committed_db: None, tmp_path: Path) -> None:
    process = watcher("serve", tmp_path / "log")
    time.sleep(5)
    assert process.poll() is None
    process.kill()
    process.wait()

"""Real processes for tests: a Celery worker, and what it needs to find this test's database and broker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection

from ops.services import spawn, stop, wait_until


def database_url() -> str:
    """The address of the database this test runs on (not the one `DATABASE_URL` names)."""
    values = connection.settings_dict
    query = {key: str(value) for key, value in values["OPTIONS"].items() if key in {"host", "port"}}
    host = values["HOST"]
    if host.startswith("/"):
        query["host"], host = host, ""
    login = values["USER"] + (f":{values['PASSWORD']}" if values["PASSWORD"] else "")
    port = f":{values['PORT']}" if values["PORT"] else ""
    address = f"postgresql://{login}{'@' if login else ''}{host}{port}/{values['NAME']}"
    return f"{address}?{urlencode(query)}" if query else address


def environment(**extra: str) -> dict[str, str]:
    """The environment of a process that works on this test's database."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "jeveuxagir.settings.test",
        "DATABASE_URL": database_url(),
        "PYTHONUNBUFFERED": "1",
        **extra,
    }


class CeleryWorker:
    """A real worker process. Its log is `log`; `kill()` is SIGKILL."""

    def __init__(self, directory: Path, *, broker_url: str, env: dict[str, str] | None = None) -> None:
        self.log = directory / "worker.log"
        self.env = environment(
            CELERY_BROKER_URL=broker_url,
            EMAIL_HOST=str(settings.EMAIL_HOST),
            EMAIL_PORT=str(settings.EMAIL_PORT),
            **(env or {}),
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> CeleryWorker:
        """Start and wait until the worker takes tasks."""
        offset = self.log.stat().st_size if self.log.exists() else 0
        self.process = spawn(
            [
                *(sys.executable, "-m", "celery", "-A", "jeveuxagir", "worker"),
                *("--pool", "solo", "--without-mingle", "--without-gossip", "--loglevel", "INFO"),
            ],
            log=self.log,
            env=self.env,
            cwd=settings.BASE_DIR,
            on_parent_death=signal.SIGKILL,
        )
        wait_until(
            lambda: b" ready." in self.log.read_bytes()[offset:],
            what="The Celery worker",
            process=self.process,
            log=self.log,
            timeout=60,
        )
        return self

    def stop(self) -> None:
        """Warm shutdown."""
        if self.process is not None:
            stop(self.process, signal.SIGTERM, timeout=20)
            self.process = None

    def kill(self) -> None:
        """As the kernel's out-of-memory killer would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

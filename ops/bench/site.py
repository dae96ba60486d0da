"""The site running on the base, as in production: gunicorn, three processes of two threads; and how to ask it."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.bench.base import FOLDER, percentile
from ops.services import Valkey, free_port, spawn, stop, wait_until

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = "ops.bench.settings"


@dataclass
class Times:
    """Seconds of each answer."""

    values: list[float]

    @property
    def p50(self) -> float:
        return percentile(self.values, 0.5)

    @property
    def p95(self) -> float:
        return percentile(self.values, 0.95)

    def __str__(self) -> str:
        return f"p50 {self.p50 * 1000:6.0f} ms   p95 {self.p95 * 1000:6.0f} ms"


@contextmanager
def running_site(database: str) -> Iterator[int]:
    """The port of the site on this database; its cache is Valkey, its static files hashed."""
    valkey = Valkey(FOLDER / "valkey", persistent=False)
    valkey.start()
    port = free_port()
    env = {
        **os.environ,
        "DATABASE_URL": database,
        "REDIS_URL": valkey.cache_url,
        "CELERY_BROKER_URL": valkey.broker_url,
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "SECRET_KEY": "bench-only",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "STATIC_ROOT": str(FOLDER / "static"),
        "DATABASE_POOL": "true",
    }
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"],
        cwd=ROOT,
        env=env,
        check=True,
    )
    command = [sys.executable, "-m", "gunicorn", "jeveuxagir.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--workers", "3", "--threads", "2", "--worker-connections", "4"]
    command += ["--limit-request-line", "8190", "--no-control-socket", "--preload"]
    log = FOLDER / "web.log"
    log.unlink(missing_ok=True)
    web = spawn(command, log=log, env=env, cwd=ROOT)
    try:
        wait_until(lambda: _answers(port), what="The site", process=web, log=log)
        yield port
    finally:
        stop(web)
        valkey.stop()


def _answers(port: int) -> bool:
    try:
        return ask(port, "/sante/") == 200
    except OSError:
        return False


def ask(port: int, path: str, connection: http.client.HTTPConnection | None = None) -> int:
    """One GET, read to its end. Returns the status."""
    own = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    own.request("GET", path, headers={"Accept": "text/html"})
    answer = own.getresponse()
    answer.read()
    if connection is None:
        own.close()
    return answer.status


def measure(port: int, paths: list[str], *, clients: int = 1) -> Times:
    """Every path once, by this many clients at a time, each waiting for its answer. All must answer 200."""

    def one(path: str) -> float:
        began = time.perf_counter()
        status = ask(port, path)
        if status != 200:
            raise SystemExit(f"{path}: {status}")
        return time.perf_counter() - began

    with ThreadPoolExecutor(clients) as pool:
        return Times(list(pool.map(one, paths)))

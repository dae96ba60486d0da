"""A small town of real processes that can be killed: database, broker, relay, two workers and beat.

The relay runs in this process and writes each Message-ID down before its 250, else "lost" would be invented. Faults
come from a seeded list; nothing is asserted about durations, only about what was sent, how often, and why.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from ops.services import FAST_SETTINGS, PostgreSQL, Valkey, spawn, wait_until
from tests.support.relay import UnreliableRelay

WORKERS = 2
FAULTS = ("kill_worker", "flush_broker", "restart_database", "drop_before", "drop_after")
LEASE = 2.0
# A killed server loses nothing that it said was written, as long as the machine lives.
DATABASE = {**FAST_SETTINGS, "synchronous_commit": "on"}


@dataclass
class Town:
    directory: Path
    seed: int
    relay_class: str = "jeveuxagir.notifications.relay.SmtpRelay"
    happened: Counter[str] = field(default_factory=Counter)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.database = PostgreSQL(self.directory / "pg", settings=DATABASE)
        self.broker = Valkey(self.directory / "valkey", persistent=False)
        self.relay = UnreliableRelay(self.directory / "journal")
        self.env: dict[str, str] = {}
        self.beat: subprocess.Popen[bytes] | None = None

    # --- life ---

    def start(self) -> Town:
        self.relay.start()
        self.env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "jeveuxagir.settings.test",
            "DATABASE_URL": self.database.start(),
            "CELERY_BROKER_URL": self.broker.start(),
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.relay.port),
            "OUTBOX_RELAY": self.relay_class,
            "RELAY_JOURNAL": str(self.relay.journal),
            "OUTBOX_LEASE": str(LEASE),
            "OUTBOX_PAUSE": "0.2",
            "OUTBOX_SWEEP": "0.5",
            "PYTHONUNBUFFERED": "1",
        }
        self.run("migrate", "--verbosity", "0")
        self.workers = [self._worker() for _ in range(WORKERS)]
        self.beat = self._celery("beat", "--schedule", str(self.directory / "beat"))
        self.await_workers()
        return self

    def remove(self) -> None:
        for process in (*self.workers, self.beat):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
        self.broker.remove()
        self.database.remove()
        self.relay.stop()

    def run(self, *command: str) -> None:
        """A management command on this town's database."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=settings.BASE_DIR, env=self.env, capture_output=True
        )
        assert done.returncode == 0, (done.stdout + done.stderr).decode()[-4000:]

    def _worker(self) -> subprocess.Popen[bytes]:
        return self._celery(
            "worker", "--pool", "solo", "--without-mingle", "--without-gossip", "--loglevel", "INFO"
        )

    def _celery(self, *command: str) -> subprocess.Popen[bytes]:
        return spawn(
            [sys.executable, "-m", "celery", "-A", "jeveuxagir", *command],
            log=self.directory / f"{command[0]}.log",
            env=self.env,
            cwd=settings.BASE_DIR,
            on_parent_death=signal.SIGKILL,
        )

    def await_workers(self) -> None:
        log = self.directory / "worker.log"
        wait_until(
            lambda: log.exists() and log.read_bytes().count(b" ready.") >= WORKERS,
            what="The workers",
            log=log,
            timeout=120,
        )

    # --- the facts ---

    def sql(self, query: str, *values: Any) -> list[Any]:
        """Over a restart of the database: a caller of ours would try again too."""
        for _ in range(300):
            try:
                with psycopg.connect(self.database.url(), autocommit=True, connect_timeout=5) as connection:
                    cursor = connection.execute(query, values)
                    return cursor.fetchall() if cursor.description else []
            except psycopg.OperationalError:
                time.sleep(0.1)
        raise AssertionError("the database did not come back")

    def owe(self, first: int, count: int) -> None:
        """Messages as `send` writes them; a key that exists is the same fact told again."""
        self.sql(
            """INSERT INTO notifications_message
                   (id, kind, address, dedupe_key, subject, text, html, link, state, owner, attempts, last_error)
               SELECT gen_random_uuid(), 'chaos', 'p' || n || '@example.org', 'chaos:' || n,
                      'Sujet', 'Texte ' || n, '', '', 'pending', '', 0, ''
               FROM generate_series(%s::int, %s::int) n ON CONFLICT (dedupe_key) DO NOTHING""",
            first,
            first + count - 1,
        )
        self.wake()

    def wake(self) -> None:
        """What a web process does after commit; a dead broker loses it."""
        from jeveuxagir.celery import app

        with suppress(Exception), app.connection_for_write(self.broker.broker_url) as connection:
            app.send_task(
                "jeveuxagir.notifications.tasks.drain_outbox", connection=connection, retry=False, expires=120
            )

    def unsent(self) -> int:
        return int(self.sql("SELECT count(*) FROM notifications_message WHERE state <> 'sent'")[0][0])

    def until(self, condition: Callable[[], bool], *, seconds: float, what: str) -> None:
        end = time.monotonic() + seconds
        while not condition():
            self.revive()
            assert time.monotonic() < end, f"{what}: {self.story()}"
            time.sleep(0.1)

    # --- the faults ---

    def revive(self) -> None:
        """The supervisor: what died is started again."""
        for place, process in enumerate(self.workers):
            if process.poll() is not None:
                self.workers[place] = self._worker()
        if self.beat is not None and self.beat.poll() is not None:
            self.beat = self._celery("beat", "--schedule", str(self.directory / "beat"))

    def strike(self, fault: str) -> None:
        self.happened[fault] += 1
        getattr(self, f"_{fault}")()

    def _kill_worker(self) -> None:
        alive = [process for process in self.workers if process.poll() is None]
        if alive:
            victim = self.random.choice(alive)
            victim.kill()
            victim.wait()

    def _pause_worker(self) -> None:
        """Frozen for longer than its lease, in whatever it was doing, then let go on as if nothing had been."""
        victim = self.random.choice(self.workers)
        victim.send_signal(signal.SIGSTOP)
        threading.Timer(LEASE * 1.5, victim.send_signal, [signal.SIGCONT]).start()

    def _flush_broker(self) -> None:
        """Killed, and back with nothing of what it held."""
        self.broker.kill()
        time.sleep(self.random.uniform(0, 0.3))
        self.broker.start()

    def _restart_database(self) -> None:
        self.database.stop_at_once()
        time.sleep(self.random.uniform(0, 0.3))
        self.database.start()

    def _drop_before(self) -> None:
        self.relay.misbehave("drop_before")

    def _drop_after(self) -> None:
        self.relay.misbehave("drop_after")

    # --- the verdict ---

    def story(self) -> str:
        accepted = self.relay.accepted()
        states = dict(self.sql("SELECT state, count(*) FROM notifications_message GROUP BY state"))
        repeats = len(accepted) - len(set(accepted))
        return (
            f"seed {self.seed}; faults {dict(self.happened)}; {states}; accepted {len(accepted)}, repeats {repeats}; "
            f"relay {dict(Counter(fault for fault, _ in self.relay.happened))}"
        )

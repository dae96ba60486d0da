"""The whole platform on one machine, with invented data: `make demo`.

    python -m ops.demo            start; Ctrl-C stops everything and keeps the data
    python -m ops.demo import FEED [--partner SLUG]
    python -m ops.demo stop
    python -m ops.demo reset      stop, then forget the data

State lives in .var/demo/ (or $DEMO_STATE). A caller's DATABASE_URL or REDIS_URL is used instead of the embedded
servers. Every child dies with this process, even when it is killed.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from jeveuxagir.partners import fake_registries as registries
from ops.services import (
    PostgreSQL,
    ServiceError,
    Valkey,
    free_port,
    signal_on_parent_death,
    spawn,
    stop,
    tail,
    wait_until,
)

ROOT = Path(__file__).resolve().parent.parent
STATE = Path(os.environ.get("DEMO_STATE") or ROOT / ".var" / "demo").resolve()
LOGS = STATE / "logs"
ACCOUNTS = STATE / "accounts.json"
ENVIRONMENT = STATE / "env.json"
STATIC = STATE / "static"
PYTHON = sys.executable
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STALE_DAYS = 14  # the demo's missions are for the weeks that follow its making
RESTARTS = 5  # of one program within a minute, before we give up


class Stopped(Exception):
    """Somebody asked us to stop."""


@dataclass
class Program:
    """One of our processes, started again when it ends by itself (a worker whose canary is old does)."""

    name: str
    command: list[str]
    env: dict[str, str]
    on_parent_death: int = signal.SIGTERM
    stop_timeout: float = 10
    process: subprocess.Popen[bytes] | None = None
    ends: list[float] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return LOGS / f"{self.name}.log"

    def start(self) -> None:
        self.process = spawn(
            self.command, log=self.log, env=self.env, cwd=ROOT, on_parent_death=self.on_parent_death
        )

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process, signal.SIGTERM, self.stop_timeout)

    def watch(self) -> None:
        """Start again if it ended; give up when it keeps ending."""
        if self.process is None or self.process.poll() is None:
            return
        now = time.monotonic()
        self.ends = [end for end in self.ends if now - end < 60] + [now]
        if len(self.ends) > RESTARTS:
            raise ServiceError(f"{self.name} s’arrête sans cesse.\n{tail(self.log)}")
        say(f"{self.name} s’est arrêté (code {self.process.returncode}) : redémarrage.")
        self.start()


class Demo:
    """Starts everything in order, watches, stops in the reverse order."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.postgresql: PostgreSQL | None = None
        self.valkey: Valkey | None = None
        self.programs: list[Program] = []
        self.jobs: list[subprocess.Popen[bytes]] = []
        self.port = free_port_from(8000)
        self.mailbox_port = free_port_from(8025)
        self.smtp_port = free_port_from(2525)
        self.registries_port = free_port_from(8030)
        self.site = f"http://127.0.0.1:{self.port}"
        self.mailbox = f"http://127.0.0.1:{self.mailbox_port}"

    def run(self) -> None:
        try:
            self._start()
            while True:
                for program in self.programs:
                    program.watch()
                self._check_servers()
                time.sleep(0.5)
        except Stopped:
            for signum in STOP_SIGNALS:
                signal.signal(signum, signal.SIG_IGN)
            say("\nArrêt…")
        finally:
            self._stop()

    def _start(self) -> None:
        self.env = self._environment()
        write_private(ENVIRONMENT, json.dumps({"env": self.env, "site": self.site, "mailbox": self.mailbox}))
        for log in LOGS.glob("*.log"):
            log.unlink()
        if self.port != 8000:
            say(f"Le port 8000 est pris : le site répondra sur le port {self.port}.")

        self._program(
            "mailbox",
            "ops.mailbox",
            *("--folder", str(STATE / "mails"), "--accounts", str(ACCOUNTS), "--site", self.site),
            *("--smtp-port", str(self.smtp_port), "--http-port", str(self.mailbox_port)),
        )
        self._program(
            "registries",
            "jeveuxagir.partners.fake_registries",
            *("--port", str(self.registries_port), "--lines", str(STATE / "registres.json")),
        )
        static = self._collect_static()
        say("Base de données : migrations et données de référence…")
        # Somebody else's server may be of another version: it replays every migration.
        begin = ["--from-schema"] if self.postgresql else []
        self._wait_for(self._job("prepare", "ops.prepare", *begin), "prepare")
        if static is not None:
            say("Fichiers statiques…")
            self._wait_for(static, "static")
            STATIC.with_suffix(".stamp").write_text(static_digest())
        web = self._program(
            "web",
            "gunicorn",
            "jeveuxagir.wsgi",
            *(
                "--bind",
                f"127.0.0.1:{self.port}",
                "--worker-class",
                "gthread",
                "--workers",
                "3",
                "--threads",
                "2",
            ),
            *(
                "--worker-connections",
                "4",
                "--limit-request-line",
                "8190",
                "--no-control-socket",
                "--graceful-timeout",
                "5",
                "--preload",
            ),
        )
        wait_until(
            lambda: answers(f"{self.site}/"), what="Le site", timeout=60, process=web.process, log=web.log
        )
        say(f"Le site répond en {time.monotonic() - self.started:.0f} s : {self.site}/")
        self._seed()
        worker = self._program(
            "worker",
            "celery",
            *("-A", "jeveuxagir", "worker", "--pool", "threads", "--concurrency", "2"),
            *("--without-mingle", "--without-gossip", "--loglevel", "INFO"),
            # It lingers when the broker dies before it.
            on_parent_death=signal.SIGKILL,
        )
        self._program(
            "beat",
            "celery",
            "-A",
            "jeveuxagir",
            "beat",
            "--schedule",
            str(STATE / "beat-schedule"),
            "--pidfile=",
        )
        wait_until(
            lambda: worker.log.exists() and b" ready." in worker.log.read_bytes(),
            what="Le traitement des tâches",
            timeout=60,
            process=worker.process,
            log=worker.log,
        )
        self._announce()

    def _environment(self) -> dict[str, str]:
        """The children's environment; starts the servers that the caller did not give."""
        env = {
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "jeveuxagir.settings.dev",
            "DEMO": "true",
            "DEMO_STATE": str(STATE),
            "SECRET_KEY": secret_key(),
            "SITE_URL": self.site,
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.smtp_port),
            "STATIC_ROOT": str(STATIC),
            "PRIVATE_FILES": str(STATE / "private"),
            "LOOPBACK_PORTS": str(self.registries_port),
            **registries.addresses(self.registries_port),
        }
        if not env.get("DATABASE_URL"):
            self.postgresql = PostgreSQL(STATE / "postgresql")
            env["DATABASE_URL"] = self.postgresql.start()
        if not env.get("REDIS_URL"):
            self.valkey = Valkey(STATE / "valkey")
            self.valkey.start()
            env["REDIS_URL"] = self.valkey.cache_url
            env["CELERY_BROKER_URL"] = self.valkey.broker_url
        return env

    def _program(
        self, name: str, module: str, *arguments: str, on_parent_death: int = signal.SIGTERM
    ) -> Program:
        program = Program(name, [PYTHON, "-m", module, *arguments], self.env, on_parent_death)
        program.start()
        self.programs.append(program)
        return program

    def _job(self, name: str, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        job = spawn([PYTHON, "-m", module, *arguments], log=LOGS / f"{name}.log", env=self.env, cwd=ROOT)
        self.jobs.append(job)
        return job

    def _wait_for(self, job: subprocess.Popen[bytes], name: str) -> None:
        if job.wait():
            raise ServiceError(f"{name} a échoué (code {job.returncode}).\n{tail(LOGS / f'{name}.log', 40)}")

    def _collect_static(self) -> subprocess.Popen[bytes] | None:
        stamp = STATIC.with_suffix(".stamp")
        if stamp.exists() and stamp.read_text() == static_digest():
            return None
        return self._job("static", "django", "collectstatic", "--noinput", "--clear", "--verbosity", "0")

    def _seed(self) -> None:
        """The demo data, once for each database."""
        stamp = STATE / "seeded"
        database = "embedded" if self.postgresql else self.env["DATABASE_URL"]
        digest = hashlib.sha256(database.encode()).hexdigest()
        options = []
        if ACCOUNTS.exists() and stamp.exists() and stamp.read_text() == digest:
            days = int((time.time() - stamp.stat().st_mtime) // 86400)
            if days < STALE_DAYS or os.environ.get("DEMO_KEEP"):
                return
            if not self.postgresql:  # somebody else's database: nothing is emptied there unasked
                say(
                    f"Ces données ont {days} jours. `manage.py seed_demo --reset` les refait pour aujourd’hui."
                )
                return
            say(
                f"Ces données ont {days} jours : leurs dates sont passées. Le monde de la démonstration est refait"
            )
            say("pour aujourd’hui, vos essais d’alors s’effacent (`DEMO_KEEP=1 make demo` les garde).")
            options = ["--reset"]
            shutil.rmtree(STATE / "mails", ignore_errors=True)
        say("Données de démonstration…")
        self._wait_for(self._job("seed", "django", "seed_demo", *options), "seed")
        stamp.write_text(digest)

    def _announce(self) -> None:
        say(f"\nJeveuxagir est prêt ({time.monotonic() - self.started:.0f} s).\n")
        say(f"  Le site                {self.site}/")
        say(f"  La boîte aux lettres   {self.mailbox}/   (courriels envoyés et codes de connexion)\n")
        for account in read_json(ACCOUNTS, []):
            password = f" · mot de passe {account['password']}" if account.get("password") else ""
            factor = " · second facteur" if account.get("totp_secret") else ""
            say(f"  {account['role']:<38} {account['email']}{password}{factor}")
        feed = os.path.relpath(STATE / "flux-essai.xml", ROOT)
        say(f"\n  Importer un flux       make import FEED={feed}   (dans un autre terminal ;")
        say("                         FEED : une adresse ou un fichier au format API Engagement)")
        say("  Arrêter                Ctrl-C (les données restent ; make reset les efface)\n")

    def _check_servers(self) -> None:
        for server in (self.postgresql, self.valkey):
            if server is not None and server.process is not None and server.process.poll() is not None:
                raise ServiceError(f"{type(server).__name__} s’est arrêté.\n{tail(server.log)}")

    def _stop(self) -> None:
        for job in self.jobs:
            stop(job)
        for program in reversed(self.programs):  # beat, worker, web, mailbox
            program.stop()
        for server in (self.valkey, self.postgresql):
            if server is not None:
                server.stop()
        ENVIRONMENT.unlink(missing_ok=True)


def say(text: str) -> None:
    with suppress(OSError):  # the terminal may be gone
        print(text, flush=True)


def answers(url: str) -> bool:
    """Whether a page is served there, of whatever status below 500."""
    try:
        with urlopen(url, timeout=10):
            return True
    except HTTPError as error:
        return error.code < 500
    except (URLError, OSError):
        return False


#: the claims of this process, held until it ends
_CLAIMS: list[IO[str]] = []


def free_port_from(preferred: int) -> int:
    """`preferred` or the first free port after it. It is ours from now on, though its program only starts later."""
    for port in range(preferred, preferred + 20):
        if claim_port(port):
            return port
    return free_port()


def claim_port(port: int) -> bool:
    """Whether no program listens there and no other demo is about to: each locks one file a port."""
    path = Path(tempfile.gettempdir()) / f"jeveuxagir-{os.getuid()}-{port}.lock"
    claim = open(path, "a")  # noqa: SIM115 held for the life of this process
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        claim.close()
        return False
    if free_port(port) != port:
        claim.close()
        return False
    _CLAIMS.append(claim)
    return True


def static_digest() -> str:
    """What the collected static files depend on."""
    digest = hashlib.sha256((ROOT / "requirements" / "base.txt").read_bytes())
    folders = [ROOT / "static", *ROOT.glob("*/static"), *ROOT.glob("*/*/static")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    for path in sorted([*files, ROOT / "jeveuxagir" / "settings" / "base.py"]):
        status = path.stat()
        digest.update(f"{path.relative_to(ROOT)} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def secret_key() -> str:
    path = STATE / "secret-key"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(50))
    return path.read_text()


def write_private(path: Path, text: str) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.touch(mode=0o600)
    unfinished.write_text(text)
    unfinished.rename(path)


def read_json(path: Path, default: Any) -> Any:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return default


def take_lock() -> IO[str] | None:
    """The demo's lock, or None if a demo runs. It holds our process id and goes with us."""
    lock = (STATE / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def start() -> int:
    lock = take_lock()
    if lock is None:
        say(f"La démonstration tourne déjà : {read_json(ENVIRONMENT, {}).get('site', 'elle démarre')}")
        return 1
    signal_on_parent_death(signal.SIGTERM)

    def interrupted(signum: int, frame: FrameType | None) -> None:
        raise Stopped

    for signum in STOP_SIGNALS:  # SIGINT too: a shell's background job starts with it ignored
        signal.signal(signum, interrupted)
    try:
        Demo().run()
    except ServiceError as error:
        sys.stderr.write(f"{error}\nLes journaux sont dans {LOGS}\n")
        return 1
    return 0


def import_feed(feed: str, partner: str | None) -> int:
    running = read_json(ENVIRONMENT, None)
    if running is None:
        say("La démonstration ne tourne pas : lancez make demo dans un autre terminal.")
        return 1
    environment = running["env"]
    address = urlsplit(feed)
    if address.hostname in {"127.0.0.1", "localhost"}:  # a feed served by this machine, for this run only
        environment["LOOPBACK_PORTS"] = str(address.port or 80)
    arguments = ["--partner", partner] if partner else []
    done = subprocess.run(
        [PYTHON, "manage.py", "import_feed", feed, *arguments], env=environment, cwd=ROOT, check=False
    )
    return done.returncode


def stop_running() -> int:
    lock = take_lock()
    if lock is not None:
        lock.close()
        return 0
    os.kill(int((STATE / "lock").read_text()), signal.SIGTERM)
    stopped: Callable[[], bool] = lambda: (taken := take_lock()) is not None and taken.close() is None  # noqa: E731
    wait_until(stopped, what="L’arrêt", timeout=60)
    return 0


def reset() -> int:
    stop_running()
    PostgreSQL(STATE / "postgresql").remove()
    shutil.rmtree(STATE, ignore_errors=True)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command")
    importing = commands.add_parser("import")
    importing.add_argument("feed")
    importing.add_argument("--partner")
    commands.add_parser("stop")
    commands.add_parser("reset")
    options = parser.parse_args()
    try:
        LOGS.mkdir(parents=True, exist_ok=True)
        if not os.access(STATE, os.W_OK):
            raise PermissionError
    except PermissionError:
        sys.stderr.write(
            f"{STATE} appartient à un autre utilisateur : supprimez ce dossier ou changez de compte.\n"
        )
        return 1
    match options.command:
        case "import":
            return import_feed(options.feed, options.partner)
        case "stop":
            return stop_running()
        case "reset":
            return reset()
        case _:
            return start()


if __name__ == "__main__":
    sys.exit(main())

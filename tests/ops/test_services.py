"""The embedded servers start, keep their data, and die with whoever started them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from ops.services import PostgreSQL, ServiceError, Valkey, spawn, tail, wait_until

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.xdist_group("services")
def test_postgresql_keeps_its_data_over_a_stop(service_directory: Path) -> None:
    server = PostgreSQL(service_directory / "pg")
    url = server.start("kept")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    server.stop()
    try:
        with psycopg.connect(server.start("kept")) as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
    finally:
        server.remove()


@pytest.mark.xdist_group("services")
def test_postgresql_recovers_from_an_immediate_stop(service_directory: Path) -> None:
    server = PostgreSQL(service_directory / "pg")
    with psycopg.connect(server.start("kept"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        server.stop_at_once()
    try:
        with psycopg.connect(server.start("kept")) as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
    finally:
        server.remove()


def test_valkey_keeps_its_queue_over_a_kill(service_directory: Path) -> None:
    server = Valkey(service_directory / "valkey")
    server.start()
    client = redis.Redis(unix_socket_path=str(server.socket))
    client.lpush("queue", "a")
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    time.sleep(1.1)  # the append-only file is synced each second
    server.kill()
    try:
        server.start()
        assert redis.Redis(unix_socket_path=str(server.socket)).llen("queue") == 1
    finally:
        server.remove()


def test_a_path_too_long_for_a_socket_still_serves(service_directory: Path) -> None:
    server = Valkey(service_directory / ("long" * 30))
    try:
        server.start()
        assert server.answers()
    finally:
        server.remove()


def test_a_program_that_fails_is_reported_with_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = spawn([sys.executable, "-c", "print('the reason'); raise SystemExit(3)"], log=log)
    with pytest.raises(ServiceError, match=r"code 3\.\nthe reason"):
        wait_until(lambda: False, what="It", process=process, log=log)
    assert tail(tmp_path / "none") == ""


@pytest.mark.xdist_group("services")
def test_nothing_outlives_a_supervisor_that_is_killed(service_directory: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from ops.services import PostgreSQL, Valkey\n"
        "d = Path(sys.argv[1]); p = PostgreSQL(d / 'pg'); p.start(); v = Valkey(d / 'valkey'); v.start()\n"
        "print(p.process.pid, v.process.pid, flush=True); time.sleep(600)"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", code, str(service_directory)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert supervisor.stdout is not None
    children = [int(pid) for pid in supervisor.stdout.readline().split()]
    supervisor.stdout.close()
    assert len(children) == 2
    supervisor.send_signal(signal.SIGKILL)
    supervisor.wait()
    wait_until(lambda: not any(map(_alive, children)), what="The end of the children")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
    except (OSError, IndexError):
        return False

"""The ground of the suite: a PostgreSQL of its own, strict templates, and real servers as fixtures.

A caller's `DATABASE_URL` wins over the embedded server. With xdist, one server per run and one database per worker.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ops import schema
from ops.services import FAST_SETTINGS, PostgreSQL, Valkey

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

    from tests.support.mail import SmtpSink
    from tests.support.processes import CeleryWorker


def pytest_configure(config: pytest.Config) -> None:
    """Start the run's server and only then name the settings: Django reads `DATABASE_URL` once."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "jeveuxagir.settings.test"
    if "DATABASE_URL" not in os.environ and not config.option.collectonly:
        directory = Path(tempfile.mkdtemp(prefix="jva-"))
        directory.chmod(0o711)
        server = PostgreSQL(directory / "pg", settings=FAST_SETTINGS)
        os.environ["DATABASE_URL"] = server.start("jeveuxagir")
        config.add_cleanup(lambda: _forget(server))
        # Each worker's database is a copy of this one, then migrated; tests/ops/test_schema.py replays everything.
        schema.load(server.create("schema"))
        os.environ["TEST_DATABASE_TEMPLATE"] = "schema"

    from django.conf import settings

    settings.DATABASES  # noqa: B018  # load them: pytest-django then sets Django up
    config.add_cleanup(lambda: shutil.rmtree(settings.PRIVATE_FILES, ignore_errors=True))


def _forget(server: PostgreSQL) -> None:
    for name in ("DATABASE_URL", "TEST_DATABASE_TEMPLATE"):
        os.environ.pop(name, None)
    server.remove()
    shutil.rmtree(server.directory.parent, ignore_errors=True)


# --- database -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, django_db_modify_db_settings: None, request: Any
) -> Iterator[None]:
    """Migrate, then load the reference data once."""
    from django.test.utils import setup_databases, teardown_databases

    from tests.support.database import end_other_sessions, load_reference_data, patiently

    with django_db_blocker.unblock(), patiently():
        state = setup_databases(verbosity=0, interactive=False, aliases={"default"})
        load_reference_data()
    yield
    with django_db_blocker.unblock():
        end_other_sessions()
        teardown_databases(state, verbosity=0)


@pytest.fixture(scope="session")
def _seeded_tables(django_db_setup: None, django_db_blocker: Any) -> frozenset[str]:
    from tests.support.database import filled_tables

    with django_db_blocker.unblock():
        return filled_tables()


@pytest.fixture
def committed_db(_seeded_tables: frozenset[str], django_db_blocker: Any) -> Iterator[None]:
    """Real commits, seen by threads and processes; afterwards all but the reference tables are emptied.

    Do not mark such a test `django_db`. Threads must end with `connections.close_all()`.
    """
    from django.core.cache import cache
    from django.db import connections

    from tests.support.database import empty_tables

    with django_db_blocker.unblock():
        yield
        connections.close_all()
        empty_tables(keep=_seeded_tables)
        cache.clear()
        connections.close_all()


# --- strictness ---------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _strict_templates(request: pytest.FixtureRequest) -> Iterator[None]:
    """An undefined variable in a template of ours fails the test."""
    from django.template import engines

    from tests.support.strict_templates import FailIfOurs

    if request.node.get_closest_marker("lenient_templates"):
        yield
        return
    engine = engines["django"].engine  # type: ignore[attr-defined]
    before, engine.string_if_invalid = engine.string_if_invalid, FailIfOurs()
    yield
    engine.string_if_invalid = before


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Limits and caches of one test do not reach the next."""
    from django.core.cache import cache

    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _files_sent_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As a web server does: a test that asks for a file and looks at the status alone leaves nothing open, to be found
    by the garbage collector during another test."""
    from django.http import FileResponse

    sent: list[Any] = []
    send = FileResponse._set_streaming_content  # type: ignore[attr-defined]

    def kept(response: FileResponse, value: Any) -> None:
        if hasattr(value, "close"):
            sent.append(value)
        send(response, value)

    monkeypatch.setattr(FileResponse, "_set_streaming_content", kept)
    yield
    for file in sent:
        file.close()


# --- real servers -------------------------------------------------------------------------------------------


@pytest.fixture
def service_directory() -> Iterator[Path]:
    """A short-lived folder with a short path (unix sockets)."""
    directory = Path(tempfile.mkdtemp(prefix="jva-"))
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def _session_valkey() -> Iterator[Valkey]:
    directory = Path(tempfile.mkdtemp(prefix="jva-"))
    server = Valkey(directory / "valkey")
    server.start()
    yield server
    server.remove()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def valkey(_session_valkey: Valkey, settings: Any) -> Iterator[Valkey]:
    """A real broker, empty, used by this process too (`task.delay()` reaches it)."""
    import redis

    from jeveuxagir.celery import app

    redis.Redis(unix_socket_path=str(_session_valkey.socket)).flushall()
    before = app.conf.broker_url
    app.conf.broker_url = settings.CELERY_BROKER_URL = _session_valkey.broker_url
    _forget_connections(app)
    yield _session_valkey
    app.conf.broker_url = before
    _forget_connections(app)


def _forget_connections(app: Any) -> None:
    from kombu import pools

    pools.reset()
    app._pool = app.amqp._producer_pool = None


@pytest.fixture
def celery_worker_process(
    committed_db: None, valkey: Valkey, service_directory: Path, settings: Any
) -> Iterator[CeleryWorker]:
    """A real Celery worker on this test's database, started; sends mail to `smtp_sink` if the test has one."""
    from tests.support.processes import CeleryWorker

    worker = CeleryWorker(service_directory, broker_url=valkey.broker_url).start()
    yield worker
    worker.kill()


@pytest.fixture
def smtp_sink(tmp_path: Path, settings: Any) -> Iterator[SmtpSink]:
    """A real SMTP server; Django sends to it. Request it before `celery_worker_process`."""
    from tests.support.mail import SmtpSink

    sink = SmtpSink(tmp_path / "message-ids.txt")
    sink.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = sink.host, sink.port
    yield sink
    sink.stop()


# --- browser ------------------------------------------------------------------------------------------------


@pytest.fixture
def site(committed_db: None) -> Iterator[LiveServer]:
    """The site on a loopback port, over real commits. `site.url` is its address."""
    from pytest_django.live_server_helper import LiveServer

    server = LiveServer("127.0.0.1")
    server._live_server_modified_settings.enable()
    yield server
    server.stop()
    server._live_server_modified_settings.disable()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, found or installed by `ops/browser.py`; none is an error, never a skip."""
    from playwright.sync_api import sync_playwright

    from ops.browser import chromium

    found = chromium()
    # Playwright's loop runs in this thread; Django must not take it for an asynchronous caller.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.executable, args=found.arguments, env={**os.environ, **found.env}
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh private window, 1280 px wide (`page.set_viewport_size` for a phone), French, errors fail the test."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)  # a busy machine is no failure
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: (
            errors.append(message.text)
            if message.type == "error" and "Content Security Policy" in message.text
            else None
        ),
    )
    yield page
    context.close()
    assert not errors, errors

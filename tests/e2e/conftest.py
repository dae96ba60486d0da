"""The whole platform in real processes: the site, a Celery worker, the demo's mailbox, a browser."""

import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from ops.services import spawn, stop, wait_until
from tests.support.accessibility import axe
from tests.support.processes import CeleryWorker

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Mailbox:
    """The demo's mailbox, read in the browser as a person would."""

    url: str

    def open(self, page: Page, subject: str, *, to: str) -> None:
        """Open the newest mail of this subject to this address, waiting for it."""
        row = self._rows(page, subject, to).first
        for _ in range(60):
            page.goto(self.url)
            if row.count():
                break
            page.wait_for_timeout(500)
        row.get_by_role("link").first.press("Enter")

    def count(self, page: Page, subject: str, *, to: str) -> int:
        """How many mails of this subject came to this address."""
        page.goto(self.url)
        return self._rows(page, subject, to).count()

    @staticmethod
    def _rows(page: Page, subject: str, to: str) -> Locator:
        return page.get_by_role("row").filter(has_text=to).filter(has_text=subject)

    def follow(self, page: Page, *, containing: str) -> None:
        """Follow the mail's link whose address contains these characters."""
        target = page.locator(f'pre a[href*="{containing}"]').first.get_attribute("href")
        assert target
        page.goto(target)


@pytest.fixture
def mailbox(service_directory: Path, settings: Any, site: Any) -> Iterator[Mailbox]:
    smtp_port, http_port = _free_port(), _free_port()
    log = service_directory / "mailbox.log"
    accounts = service_directory / "accounts.json"
    accounts.write_text("[]")
    process = spawn(
        [
            *(sys.executable, "-m", "ops.mailbox", "--folder", str(service_directory / "mails")),
            *("--accounts", str(accounts), "--site", site.url),
            *("--smtp-port", str(smtp_port), "--http-port", str(http_port)),
        ],
        log=log,
        cwd=settings.BASE_DIR,
    )
    wait_until(
        lambda: _answers(smtp_port) and _answers(http_port), what="The mailbox", process=process, log=log
    )
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp_port
    settings.SITE_URL = site.url
    yield Mailbox(f"http://127.0.0.1:{http_port}/")
    stop(process)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def worker(mailbox: Mailbox, valkey: Any, service_directory: Path, site: Any) -> Iterator[CeleryWorker]:
    running = CeleryWorker(
        service_directory, broker_url=valkey.broker_url, env={"SITE_URL": site.url}
    ).start()
    yield running
    running.kill()


@pytest.fixture
def visitor(browser: Browser, site: Any) -> Iterator[Callable[..., Page]]:
    """`visitor()` opens a private window for one more person; `phone=False` for a desk."""
    contexts: list[BrowserContext] = []

    def open_window(*, phone: bool = True, javascript: bool = True) -> Page:
        context = browser.new_context(
            locale="fr-FR",
            viewport=PHONE if phone else DESK,
            base_url=site.url,
            java_script_enabled=javascript,
        )
        context.set_default_timeout(30_000)  # a busy machine is no failure
        contexts.append(context)
        return context.new_page()

    expect.set_options(timeout=30_000)
    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture
def seen() -> Callable[[Page], None]:
    """Each page a story passes is without an accessibility violation."""
    return axe

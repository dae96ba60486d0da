"""The demo's mailbox keeps what is sent, shows it safely, and gives the current codes."""

import json
import smtplib
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from ops.services import free_port, spawn, stop, wait_until
from tests.support.accessibility import axe

ROOT = Path(__file__).resolve().parents[2]
SECRET = pyotp.random_base32()


@dataclass
class Mailbox:
    url: str
    smtp_port: int

    def send(self, subject: str, text: str, html: str = "") -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", subject
        message.set_content(text)
        if html:
            message.add_alternative(html, subtype="html")
        with smtplib.SMTP("127.0.0.1", self.smtp_port) as relay:
            relay.send_message(message)

    def get(self, path: str = "/") -> str:
        with urllib.request.urlopen(self.url + path) as answer:
            return str(answer.read().decode())


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    accounts = tmp_path / "accounts.json"
    accounts.write_text(
        json.dumps(
            [
                {"role": "Bénévole", "email": "camille@example.org", "name": "Camille", "totp_secret": None},
                {"role": "Brigade", "email": "sam@example.org", "name": "Sam", "totp_secret": SECRET},
            ]
        )
    )
    box = Mailbox(f"http://127.0.0.1:{(port := free_port())}", free_port())
    process = spawn(
        [
            *(sys.executable, "-m", "ops.mailbox", "--folder", tmp_path / "mails", "--accounts", accounts),
            *("--smtp-port", str(box.smtp_port), "--http-port", str(port), "--site", "http://127.0.0.1:8000"),
        ],
        log=tmp_path / "log",
        cwd=ROOT,
    )

    def answers() -> bool:
        try:
            return bool(box.get())
        except urllib.error.URLError:
            return False

    wait_until(answers, what="The mailbox", process=process, log=tmp_path / "log")
    yield box
    stop(process)


def test_messages_are_listed_newest_first_and_read_as_text_and_html(mailbox: Mailbox, page: Page) -> None:
    page.goto(mailbox.url)
    axe(page)
    mailbox.send("Première", "Bonjour,\nvoyez http://127.0.0.1:8000/x?a=1&b=2.")
    mailbox.send("Deuxième", "texte", "<html><head></head><body><p>mise en page</p></body></html>")
    page.get_by_role("link", name="Actualiser").click()
    subjects = page.get_by_role("region", name="Messages").get_by_role("link")
    expect(subjects).to_have_text(["Deuxième", "Première"])
    axe(page)
    subjects.first.click()
    page.frame_locator("iframe").get_by_text("mise en page").wait_for()
    axe(page)
    page.goto(f"{mailbox.url}/messages/1")
    assert page.get_by_role("link", name="http://127.0.0.1:8000").get_attribute("href") == (
        "http://127.0.0.1:8000/x?a=1&b=2"
    )


def test_the_staff_s_current_code_is_shown(mailbox: Mailbox) -> None:
    totp = pyotp.TOTP(SECRET)
    codes = {totp.now()}
    page = mailbox.get()
    codes.add(totp.now())
    assert any(code in page for code in codes)
    assert SECRET not in page


def test_what_a_mail_says_is_never_code_of_the_mailbox(mailbox: Mailbox) -> None:
    script = "<script>alert(1)</script>"
    mailbox.send(script, script, f"<html><head></head><body>{script}</body></html>")
    assert script not in mailbox.get() + mailbox.get("/messages/1")
    with urllib.request.urlopen(f"{mailbox.url}/messages/1/html") as answer:
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "script-src" not in answer.headers["Content-Security-Policy"]
    with pytest.raises(urllib.error.HTTPError):
        mailbox.get("/messages/99")

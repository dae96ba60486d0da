"""A real SMTP server that writes down each message before it says 250."""

from __future__ import annotations

import email
import email.policy
import logging
import threading
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

logging.getLogger("mail.log").setLevel(logging.WARNING)


@dataclass
class Received:
    """One accepted message."""

    sender: str
    recipients: list[str]
    message: EmailMessage

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain text body."""
        body = self.message.get_body(("plain",))
        return body.get_content() if body is not None else ""

    @property
    def html(self) -> str:
        """The HTML body."""
        body = self.message.get_body(("html",))
        return body.get_content() if body is not None else ""


@dataclass
class SmtpSink:
    """Accepts everything on a free loopback port; `received` holds the messages, `journal` their Message-IDs.

    `refuse[address]` answers this SMTP line (such as "550 unknown") to a recipient.
    """

    journal: Path
    received: list[Received] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _controller: Controller | None = None

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        message = email.message_from_bytes(raw, policy=email.policy.default)
        with self._lock:
            with self.journal.open("a") as journal:
                journal.write(f"{message['Message-ID']}\n")
            self.received.append(Received(envelope.mail_from or "", list(envelope.rcpt_tos), message))
        return "250 OK"

    @property
    def port(self) -> int:
        assert self._controller is not None
        return int(self._controller.server.sockets[0].getsockname()[1])

    def to(self, address: str) -> list[Received]:
        """The messages one recipient got, oldest first."""
        with self._lock:
            return [message for message in self.received if address in message.recipients]

    def start(self) -> None:
        self._controller = _AnyPort(self, hostname=self.host, port=0)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


class _AnyPort(Controller):
    """aiosmtpd connects once to its own server at start and would use port 0."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()

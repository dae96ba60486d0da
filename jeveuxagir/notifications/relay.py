"""Speaking to the mail relay: one connection, three outcomes, and what is left unknown."""

import contextlib
import re
import smtplib
import socket
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from .headers import MAIL_POLICY

TIMEOUT = 20.0
#: "No such mailbox" and its like: trying again is useless, and writing again to that address too.
FINAL_CODES = frozenset({550, 551, 553, 554})


class Unreachable(Exception):
    """The relay does not answer: no message is at fault, all wait."""


@dataclass
class Refused(Exception):
    """The relay said no to one message. `address_is_bad`: to its recipient, for good."""

    code: int
    reason: str
    final: bool
    address_is_bad: bool = False

    def __str__(self) -> str:
        return f"{self.code} {self.reason}"


class InDoubt(Exception):
    """The connection ended after the message was sent and before the answer came."""


class Relay(Protocol):
    """What the sender needs of a relay. `OUTBOX_RELAY` names the class."""

    def connect(self) -> None:
        """Be connected. Raises Unreachable."""

    def send(self, message: EmailMessage, recipient: str) -> None:
        """Returns once accepted. Raises Refused, InDoubt, Unreachable."""

    def accepted(self, message_id: str) -> bool | None:
        """Whether the relay has accepted this Message-ID before; None if it cannot be asked."""

    def close(self) -> None:
        """Say goodbye; never raises."""


def open_relay() -> Relay:
    relay: Relay = import_string(settings.OUTBOX_RELAY)()
    return relay


class SmtpRelay:
    """A relay spoken to by SMTP alone: it cannot be asked what it has accepted."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None

    def connect(self) -> None:
        if self._smtp is not None:
            return
        smtp: smtplib.SMTP | None = None
        try:
            kind: Any = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
            smtp = kind(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=TIMEOUT)
            # Small commands and one write for the body and its final dot: Nagle would wait for acknowledgements.
            connected: Any = smtp.sock
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if settings.EMAIL_USE_TLS:
                smtp.starttls()
            if settings.EMAIL_HOST_USER:
                smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
            smtp.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException) as error:
            if smtp is not None:
                with contextlib.suppress(OSError, smtplib.SMTPException):
                    smtp.close()
            raise Unreachable(type(error).__name__) from error
        self._smtp = smtp

    def send(self, message: EmailMessage, recipient: str) -> None:
        self.connect()
        smtp = self._smtp
        assert smtp is not None
        content = message.as_bytes(policy=MAIL_POLICY)
        body_began = False
        try:
            self._expect(smtp.mail(str(message["From"].addresses[0].addr_spec)), recipient)
            self._expect(smtp.rcpt(recipient), recipient, about_address=True)
            body_began = True
            code, answer = smtp.data(content)
            self._expect((code, answer), recipient)
        except smtplib.SMTPDataError as error:  # DATA itself was refused: nothing was handed over
            raise self._refused(error.smtp_code, error.smtp_error, recipient) from error
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._drop()
            if body_began:
                raise InDoubt(type(error).__name__) from error
            raise Unreachable(type(error).__name__) from error

    def accepted(self, message_id: str) -> bool | None:
        return None

    def close(self) -> None:
        if self._smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
            self._drop()

    def _expect(self, answer: tuple[int, bytes], recipient: str, *, about_address: bool = False) -> None:
        code, text = answer
        if 200 <= code < 300:
            return
        raise self._refused(code, text, recipient, about_address=about_address)

    def _refused(
        self, code: int, text: bytes | str, recipient: str, *, about_address: bool = False
    ) -> Refused:
        """Leave the session ready for the next message, and never keep the recipient's address in the reason."""
        if code in (421, -1):
            self._drop()
        elif self._smtp is not None:
            try:
                self._smtp.rset()
            except (OSError, smtplib.SMTPException):
                self._drop()
        words = text.decode(errors="replace") if isinstance(text, bytes) else text
        words = re.sub(r"\S+@\S+", "…", words.replace(recipient, "…"))
        # 500–504 and 521 say that we and the relay do not understand each other: worth a try after a repair.
        return Refused(
            code, words[:200], final=code in FINAL_CODES, address_is_bad=about_address and code in FINAL_CODES
        )

    def _drop(self) -> None:
        if self._smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._smtp.close()
            self._smtp = None

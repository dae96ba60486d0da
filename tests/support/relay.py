"""A mail relay that can be told to misbehave, and one that can be asked what it has accepted.

The journal has a line for each message, written before the relay's 250: `accepted <Message-ID> <recipient>`.
"""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import os
import threading
from pathlib import Path

from jeveuxagir.notifications.relay import SmtpRelay


class JournalRelay(SmtpRelay):
    """The relay of `RELAY_JOURNAL`, which knows what it has accepted."""

    def accepted(self, message_id: str) -> bool | None:
        journal = Path(os.environ["RELAY_JOURNAL"])
        return journal.exists() and f" {message_id} " in journal.read_text()


class UnreliableRelay:
    """A small SMTP server in a thread. `misbehave(how)` arms one fault for the next message:

    - "drop_before": the connection ends after the body, the message is not taken
    - "drop_after": the message is taken and journalled, the connection ends before the 250
    - "hang_after": taken and journalled, no answer for `hang` seconds
    - "451", "421", "550"…: this answer to the next recipient
    """

    def __init__(self, journal: Path, *, hang: float = 3) -> None:
        self.journal, self.hang = journal, hang
        self.port = 0
        self.connections = 0
        self.happened: list[tuple[str, str]] = []  # (fault, Message-ID or recipient)
        self.messages: list[bytes] = []
        self._faults: list[str] = []
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def misbehave(self, *how: str) -> None:
        with self._lock:
            self._faults.extend(how)

    def accepted(self) -> list[str]:
        """The Message-IDs taken, in order, repeats included."""
        return (
            [line.split()[1] for line in self.journal.read_text().splitlines()]
            if self.journal.exists()
            else []
        )

    def start(self) -> UnreliableRelay:
        self._thread.start()
        self._ready.wait(10)
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._session, "127.0.0.1", self.port or None, limit=2**22)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopped.wait()
        server.close()

    def _fault(self, *possible: str) -> str:
        """Take the next fault if it belongs to this moment of the conversation."""
        with self._lock:
            fits = self._faults and (
                self._faults[0] in possible or ("code" in possible and self._faults[0].isdigit())
            )
            return self._faults.pop(0) if fits else ""

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._talk(reader, writer)
        writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipient = ""
        writer.write(b"220 relay\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.upper()
            if verb.startswith("RCPT"):
                recipient = line.split("<", 1)[1].split(">", 1)[0]
                if code := self._fault("code"):
                    self.happened.append((code, recipient))
                    writer.write(f"{code} not now <{recipient}>\r\n".encode())
                    if code == "421":
                        return
                    continue
                writer.write(b"250 ok\r\n")
            elif verb == "DATA":
                writer.write(b"354 go\r\n")
                body = await reader.readuntil(b"\r\n.\r\n")
                if not await self._take(body, recipient, writer):
                    return
            elif verb == "QUIT":
                writer.write(b"221 bye\r\n")
                return
            else:
                writer.write(b"250 ok\r\n")

    async def _take(self, body: bytes, recipient: str, writer: asyncio.StreamWriter) -> bool:
        message = email.message_from_bytes(body, policy=email.policy.default)
        message_id = str(message["Message-ID"])
        if self._fault("drop_before"):
            self.happened.append(("drop_before", message_id))
            return False
        with self._lock, self.journal.open("a") as journal:
            journal.write(f"accepted {message_id} {recipient}\n")
        self.messages.append(body)
        if fault := self._fault("drop_after", "hang_after"):
            self.happened.append((fault, message_id))
            if fault == "hang_after":
                await asyncio.sleep(self.hang)
            return False
        writer.write(b"250 taken\r\n")
        await writer.drain()
        return True

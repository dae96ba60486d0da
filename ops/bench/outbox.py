"""How many messages a second one process sends from the outbox: `python -m ops.bench.outbox [MESSAGES]`.

Against a real SMTP server on loopback that accepts everything; the yardstick is Django's own `send_mail`, one
connection per message, without an outbox.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from aiosmtpd.controller import Controller

from ops.services import PostgreSQL, free_port


class Accepts:
    """An SMTP server that takes everything and keeps nothing."""

    taken = 0

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.taken += 1
        return "250 taken"


def measure(count: int, accepts: Accepts) -> None:
    import django

    django.setup()
    from django.core.mail import send_mail
    from django.core.management import call_command

    from jeveuxagir.notifications import outbox
    from jeveuxagir.notifications.models import Message

    call_command("migrate", verbosity=0)
    Message.objects.bulk_create(
        Message(
            kind="accounts.erased",
            address=f"personne{number}@personnes.example",
            dedupe_key=f"banc:{number}",
            subject="Une mission près de chez vous vous attend",
            text="Bonjour,\n\nUne mission vous attend.\n" * 10,
            html="<p>Bonjour,</p><p>Une mission vous attend.</p>" * 10,
        )
        for number in range(count)
    )
    began = time.perf_counter()
    sent = outbox.drain().sent
    seconds = time.perf_counter() - began
    few = max(50, count // 20)
    began = time.perf_counter()
    for number in range(few):
        send_mail(
            "Une mission", "Bonjour,\n" * 20, "site@jeveuxagir.example", [f"p{number}@personnes.example"]
        )
    naive = few / (time.perf_counter() - began)
    print(
        f"{sent} messages in {seconds:.1f} s: {sent / seconds:.0f} a second; the server took {accepts.taken - few}; "
        f"send_mail: {naive:.0f} a second; {sent / seconds / naive:.1f} times as many"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("messages", nargs="?", type=int, default=3000)
    options = parser.parse_args()
    accepts = Accepts()
    controller = Controller(accepts, hostname="127.0.0.1", port=free_port())
    controller.start()
    with tempfile.TemporaryDirectory(prefix="jva-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        server = PostgreSQL(folder / "pg")
        os.environ["DATABASE_URL"] = server.start("bench")
        os.environ["EMAIL_PORT"] = str(controller.port)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jeveuxagir.settings.dev")
        try:
            measure(options.messages, accepts)
        finally:
            server.stop()
            controller.stop()


if __name__ == "__main__":
    main()

"""Sending what the outbox holds: nothing lost, and at most one repeat for each process that dies.

    pending ──claim──▶ claimed ──▶ sending ──250──▶ sent
       ▲   lease over     │          │  └──final refusal──▶ failed (+ Suppression)
       └──────────────────┴──────────┘  transient refusal, relay away, or in doubt

- The claim skips rows that others hold and gives a lease; it never waits, and no SMTP is spoken under it.
- `sending` is committed before the first word of SMTP, fenced on owner and living lease. SMTP is then spoken
  in a second transaction that holds the row: a dead process frees it at once, a paused one keeps it. (It waits
  for the row: a claim that skips locked rows still locks for a moment a row that was taken under its eyes.)
- After the relay's 250, `sent` is committed at once; a restart of the database only delays that write.
- A row found in `sending` whose holder died is *in doubt*: `sending_at` stays. The relay is asked whether it
  knows the Message-ID if it can be asked; else the message goes again with the same Message-ID.
"""

import os
import random
import socket
import time
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from jeveuxagir.audit import services as audit

from . import catalogue
from .links import stop_link
from .models import Message, Suppression
from .relay import InDoubt, Refused, Relay, Unreachable, open_relay

logger = structlog.get_logger(__name__)

State = Message.State
BATCH = 20
MOST_TRIES = 30  # two days at the longest pause
LONGEST_PAUSE = 2 * 60 * 60.0
WAIT_FOR_DATABASE = 60.0
LOST = (OperationalError, InterfaceError)


@dataclass
class Report:
    sent: int = 0
    failed: int = 0
    deferred: int = 0
    in_doubt: int = 0
    known: int = 0  # in doubt, and the relay said that it has them

    def as_fields(self) -> dict[str, int]:
        return {"sent": self.sent, "failed": self.failed, "deferred": self.deferred + self.in_doubt}


@dataclass(frozen=True)
class Outcome:
    """What became of one try, as the columns it leaves."""

    state: str
    columns: dict[str, Any] = field(default_factory=dict)
    bad_address: str = ""
    reason: str = ""


def drain(*, seconds: float = 240) -> Report:
    """Send all that is due, through one SMTP connection, for at most so long."""
    owner = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    report = Report()
    relay = open_relay()
    end = time.monotonic() + seconds
    try:
        rescue()
        while time.monotonic() < end and (claimed := claim(owner)):
            try:
                for pk, doubtful in claimed:
                    relay.connect()
                    _send_one(relay, pk, owner, doubtful, report)
            except Unreachable:
                release(owner)
                report.deferred += 1
                break
    finally:
        relay.close()
        if report != Report():
            logger.info("outbox_drained", **report.as_fields())
    return report


def rescue() -> int:
    """Give back what a dead process held. A row that is locked is being spoken for: it is not touched.

    A row left in `sending` keeps `sending_at`: it is in doubt.
    """
    with transaction.atomic():
        abandoned = Message.objects.filter(
            state__in=[State.CLAIMED, State.SENDING], lease_until__lt=Now()
        ).select_for_update(skip_locked=True, no_key=True)
        return Message.objects.filter(pk__in=list(abandoned.values_list("pk", flat=True)[:1000])).update(
            state=State.PENDING, owner="", lease_until=None
        )


def claim(owner: str) -> list[tuple[uuid.UUID, bool]]:
    """Take the next messages that are due: (id, whether a try of it is in doubt). The rate limit stands here."""
    with transaction.atomic():
        room = _room()
        due = list(
            Message.objects.filter(state=State.PENDING, not_before__lte=Now())
            .order_by("not_before", "created_at")
            .select_for_update(skip_locked=True, no_key=True)
            .values_list("pk", "sending_at")[:room]
        )
        Message.objects.filter(pk__in=[pk for pk, _ in due]).update(
            state=State.CLAIMED, owner=owner, lease_until=Now() + _lease()
        )
    return [(pk, sending_at is not None) for pk, sending_at in due]


def _room() -> int:
    """How many messages may be taken now: a batch, or what the relay's limit of a minute still leaves.

    With a limit, senders take in turn, so that two of them together stay within it.
    """
    limit = settings.OUTBOX_PER_MINUTE
    if not limit:
        return BATCH
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('notifications.outbox.rate'))")
    a_minute_ago = Now() - timedelta(minutes=1)
    used = Message.objects.filter(sending_at__gt=a_minute_ago).count()
    taken = Message.objects.filter(state=State.CLAIMED, lease_until__gt=Now()).count()
    return max(0, min(BATCH, limit - used - taken))


def release(owner: str) -> None:
    """The relay is away: what was claimed and not spoken waits a little."""
    Message.objects.filter(state=State.CLAIMED, owner=owner).update(
        state=State.PENDING, owner="", lease_until=None, not_before=Now() + _pause(0)
    )


def _send_one(relay: Relay, pk: uuid.UUID, owner: str, doubtful: bool, report: Report) -> None:
    mine = Q(pk=pk, owner=owner, lease_until__gt=Now())
    begun = Message.objects.filter(mine, state=State.CLAIMED).update(
        state=State.SENDING, sending_at=Now(), lease_until=Now() + _lease(), attempts=F("attempts") + 1
    )
    if not begun:
        return  # the lease ran out: somebody else has it
    outcome: Outcome | None = None
    try:
        with transaction.atomic():
            message = (
                Message.objects.select_for_update(of=("self",), no_key=True)
                .select_related("person")
                .filter(mine, state=State.SENDING)
                .first()
            )
            if message is None:
                return
            outcome = _speak(relay, message, doubtful, report)
            _settle(message.pk, owner, outcome)
    except LOST:
        if outcome is None:
            raise  # not one word was spoken, or the process is as good as dead: the lease decides
        _settle_over_a_restart(pk, owner, outcome)


def _speak(relay: Relay, message: Message, doubtful: bool, report: Report) -> Outcome:
    """Say it to the relay; whatever happens, the answer is an outcome to be written."""
    address = message.person.email if message.person else message.address
    if not address or _is_refused(message.kind, address):
        report.failed += 1
        return _failed("no address" if not address else "address refused before")
    try:
        if doubtful and relay.accepted(message.message_id):
            report.known += 1
            report.sent += 1
            return Outcome(State.SENT, {"last_error": "in doubt, then found at the relay"})
        relay.send(compose(message, address), address)
    except Refused as refusal:
        if refusal.final:
            report.failed += 1
            return _failed(str(refusal), address if refusal.address_is_bad else "")
        report.deferred += 1
        return _later(message, str(refusal), sending_at=None)
    except InDoubt as doubt:
        report.in_doubt += 1
        return _later(message, f"in doubt: {doubt}")
    except Unreachable as error:
        report.deferred += 1
        return _later(message, str(error), sending_at=None)
    except (UnicodeError, ValueError) as error:  # an address that SMTP cannot say
        report.failed += 1
        return _failed(type(error).__name__)
    except Exception as error:  # a fault of ours must not hold up the messages behind this one
        logger.exception("message_not_sent", message_id=str(message.pk), kind=message.kind)
        relay.close()
        report.deferred += 1
        return _later(message, type(error).__name__)
    report.sent += 1
    return Outcome(State.SENT, {"last_error": "in doubt, then sent again" if doubtful else ""})


def _is_refused(kind: str, address: str) -> bool:
    """Whether the relay said that this address is no good; who asks to confirm it may try again."""
    known = catalogue.find(kind)
    if known is not None and known.confirms:
        return False
    return Suppression.objects.filter(address__iexact=address).exists()


def _failed(reason: str, bad_address: str = "") -> Outcome:
    return Outcome(State.FAILED, {"last_error": reason[:300]}, bad_address, reason)


def _later(message: Message, reason: str, **columns: Any) -> Outcome:
    if message.attempts >= MOST_TRIES:
        return _failed(reason)
    wait = _pause(message.attempts)
    return Outcome(State.PENDING, {"last_error": reason[:300], "not_before": Now() + wait, **columns})


def _settle(pk: uuid.UUID, owner: str, outcome: Outcome) -> None:
    """Write the outcome and what hangs on it, in one commit. A row rescued meanwhile is no longer ours."""
    columns = {"owner": "", "lease_until": None, **outcome.columns}
    if outcome.state == State.SENT:
        columns["sent_at"] = Now()
    settled = Message.objects.filter(pk=pk, owner=owner, state=State.SENDING).update(
        state=outcome.state, **columns
    )
    if not settled:
        return
    if outcome.bad_address:
        Suppression.objects.bulk_create(
            [Suppression(address=outcome.bad_address.lower(), reason=outcome.reason[:300])],
            ignore_conflicts=True,
        )
    if outcome.state == State.SENT:
        _tell(pk)


def _tell(pk: uuid.UUID) -> None:
    """Run the `on_sent` hooks. One that fails is owed, and tried again: the message was sent all the same."""
    message = Message.objects.get(pk=pk)
    for handler in catalogue.handlers_of(message.kind):
        try:
            with transaction.atomic():
                handler(message)
        except LOST:
            raise
        except Exception:
            logger.exception("on_sent_failed", message_id=str(pk), kind=message.kind)
            audit.record("message.sent", message, kind=message.kind)
            return


def tell_again(event: Any) -> None:
    """Subscriber of "message.sent": the hooks that failed when the message was sent."""
    message = Message.objects.filter(pk=event.subject_id, state=State.SENT).first()
    if message is not None:
        for handler in catalogue.handlers_of(message.kind):
            handler(message)


def _settle_over_a_restart(pk: uuid.UUID, owner: str, outcome: Outcome) -> None:
    """The relay has answered and the database is gone: only this process knows. Write it once it is back."""
    end = time.monotonic() + WAIT_FOR_DATABASE
    while True:
        connection.close()
        try:
            with transaction.atomic():
                _settle(pk, owner, outcome)
            return
        except LOST:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def compose(message: Message, address: str) -> EmailMessage:
    """The mail of a row: the same Message-ID at each try."""
    mail = EmailMessage()
    mail["From"] = settings.DEFAULT_FROM_EMAIL
    mail["To"] = address
    mail["Subject"] = message.subject
    mail["Date"] = formatdate(localtime=True)
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"  # no holiday reply, please
    kind = catalogue.find(message.kind)
    if kind is not None and kind.can_stop and message.person_id:
        mail["List-Unsubscribe"] = f"<{stop_link(message.person_id, message.kind)}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(message.text, cte="quoted-printable")
    if message.html:
        mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    if message.calendar:
        method = "CANCEL" if "METHOD:CANCEL" in message.calendar else "PUBLISH"
        mail.add_attachment(
            message.calendar.encode(),  # in base64: a calendar file keeps its line ends
            maintype="text",
            subtype="calendar",
            filename="agenda.ics",
            params={"charset": "utf-8", "method": method},
        )
    return mail


def _lease() -> timedelta:
    return timedelta(seconds=settings.OUTBOX_LEASE)


def _pause(attempts: int) -> timedelta:
    """Longer at each try, never twice the same: a relay that comes back is not stormed."""
    longest = min(settings.OUTBOX_PAUSE * 2 ** min(attempts, 20), LONGEST_PAUSE)
    return timedelta(seconds=longest * random.uniform(0.5, 1))

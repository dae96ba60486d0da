"""Periodic work on people: what was never confirmed, and 18th birthdays."""

from datetime import timedelta
from pathlib import Path

from celery import shared_task
from django.conf import settings

from jeveuxagir.audit.jobs import daily, hourly, run_once, was_done
from jeveuxagir.common.periodic import periodic

from . import erasures, inactivity, nonces, reads, retention, services


@shared_task
@periodic(every=timedelta(minutes=10))
def erase_unconfirmed() -> None:
    services.erase_unconfirmed()


@shared_task
@periodic(every=timedelta(hours=6))
def forget_birthdays() -> None:
    services.forget_birthdays()


@shared_task
@periodic(every=timedelta(hours=6))
def forget_old_nonces() -> None:
    nonces.forget_old()


@shared_task
@periodic(every=timedelta(minutes=10))
def tell_read_quotas() -> None:
    reads.tell_quotas()


@shared_task
@periodic(every=timedelta(hours=1))
def warn_inactive() -> None:
    """Once a day: notices before an account that nobody uses is erased."""
    run_once("accounts.inactivity", daily(), lambda: {"sent": inactivity.send_notices()})


@shared_task
@periodic(every=timedelta(hours=1))
def apply_retention() -> None:
    """Once a night, after it is done: until then each hour goes on where the last one stopped."""
    if was_done("accounts.retention", daily()):
        return
    report = retention.run()
    if not report["failed"]:
        run_once("accounts.retention", daily(), lambda: report)


@shared_task
@periodic(every=timedelta(minutes=20))
def export_erasures() -> None:
    """Each hour, who was erased is written where backups do not go, so that a restore brings nobody back."""
    folder = settings.ERASURES_FOLDER
    if folder:
        file = Path(folder) / erasures.FILE
        run_once("accounts.erasures", hourly(), lambda: {"listed": erasures.write(file)})

"""What examples do by themselves."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.common.periodic import periodic

from . import writing

MOST_BATCHES = 20


@shared_task
@periodic(every=timedelta(hours=1))
def ask_if_still_true() -> None:
    """Once a year each; who wrote it has a month, then it says « à confirmer »."""
    for _ in range(MOST_BATCHES):
        if not any(writing.ask_again()):
            break

"""What the library does by itself."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.common.periodic import periodic

from . import links


@shared_task
@periodic(every=timedelta(hours=1))
def check_links() -> None:
    """Each link once a week, some of them each hour."""
    links.check_due()

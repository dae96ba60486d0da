"""The clocks of sponsorships: first days, and what is due."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.common.clock import today
from jeveuxagir.common.periodic import periodic

from . import dues, services
from .enums import State
from .models import Sponsorship


@shared_task
@periodic(every=timedelta(hours=1))
def run_clocks() -> None:
    """What begins today, what nobody answered or signed in time, then what is due; a missed day is caught up."""
    begun = Sponsorship.objects.filter(state=State.SIGNED, starts_on__lte=today())
    dues.each(list(begun.order_by("pk").values_list("pk", flat=True)[: dues.BATCH]), services.begin)
    dues.plan_missing()
    services.lapse_due()
    dues.run()

"""Matching in the background. The queue is the table `MatchDue`; Celery only wakes it, beat sweeps it."""

import datetime
from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import daily, run_once
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.periodic import periodic
from jeveuxagir.common.wake import wake
from volunteers.requests import services as requests
from volunteers.requests.enums import State as RequestState
from volunteers.requests.models import EngagementRequest

from . import services
from .models import Proposal

BATCH = 500


@shared_task
@periodic(every=timedelta(minutes=1))
def match_due() -> int:
    """Match every request that waits in the queue."""
    done = services.match_due(limit=BATCH)
    if done == BATCH:
        wake("missions.proposals.tasks.match_due")
    return done


@shared_task
@periodic(every=timedelta(minutes=15))
def run_clocks() -> None:
    """Proposals of 14 days, pauses that end, mails of the day."""
    for pk in Proposal.objects.open().filter(expires_at__lte=now()).values_list("pk", flat=True)[:BATCH]:
        services.expire(pk)
    ended = EngagementRequest.objects.filter(paused_until__lt=today())
    for request in ended[:BATCH]:
        requests.resume(request, actor=None)
    people = Proposal.objects.open().filter(mailed_at__isnull=True).values_list("request__person", flat=True)
    for person in services.people_of(set(people[:BATCH])):
        services.mail_proposals(person)


@shared_task
@periodic(every=timedelta(hours=1))
def run_nightly() -> None:
    """Once a day: 30 days unserved, 83 days announced, 90 days expired."""
    run_once("requests.clocks", daily(), nightly_clocks)


def nightly_clocks() -> dict[str, int]:
    """The slow clocks of requests, oldest first. Returns what was done."""
    done = {"unserved": 0, "announced": 0, "expired": 0}
    live = EngagementRequest.objects.filter(person__isnull=False).select_related("commune", "person")

    def older(days: int) -> datetime.datetime:
        return now() - timedelta(days=days)

    unserved = live.filter(
        state=RequestState.QUALIFIED, without_proposal_since__lte=older(requests.UNSERVED_AFTER_DAYS)
    )
    for request in unserved.order_by("without_proposal_since"):
        done["unserved"] += requests.leave_unserved(request, reason=services.unserved_reason(request))
    searching = live.filter(state__in=[RequestState.QUALIFIED, RequestState.PROPOSED, RequestState.UNSERVED])
    for request in searching.filter(
        alive_at__lte=older(requests.EXPIRY_NOTICE_DAYS), alive_at__gt=older(requests.EXPIRE_AFTER_DAYS)
    ):
        done["announced"] += requests.announce_expiry(request)
    for request in searching.filter(alive_at__lte=older(requests.EXPIRE_AFTER_DAYS)):
        if requests.was_announced(request):
            done["expired"] += requests.expire(request)
        else:
            done["announced"] += requests.announce_expiry(request)
    return done

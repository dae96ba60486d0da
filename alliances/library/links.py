"""The weekly check of the tools' links (K78): dead twice, a sheet is hidden and its owner told once; alive, it is back.

What leads nowhere is what nobody could open: a name that does not exist, a server that is silent, a page that is gone,
an address that leads into a private network. A page too big, or closed to programs, is there.
"""

import datetime
import tempfile

from django.conf import settings
from django.db import transaction

from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.locks import lock
from jeveuxagir.partners import http

from . import notifications
from .models import Resource

EVERY = datetime.timedelta(days=7)
#: looked at by one run of the task, which comes back every hour
AT_ONCE = 50
FAILURES = 2
LIMITS = http.Limits(seconds=10, size=http.MEGABYTE, redirects=5)
#: what the safe client says of a page that is there all the same
THERE = frozenset({"too_big", "ratio", "encoding", "gzip", "truncated", "closed"})


def is_alive(url: str) -> bool:
    """Whether anybody could open this address now."""
    with tempfile.TemporaryFile() as body:
        try:
            http.download(url, body, limits=LIMITS)
        except http.Unreachable as refused:
            return refused.code in THERE
    return True


def check_due() -> int:
    """Look at the links that nobody looked at for a week; nothing is locked while a server answers."""
    if settings.DEMO:
        return 0  # its links lead to invented names
    week = now() - EVERY
    due = Resource.objects.to_check(week).order_by("checked_at", "pk")
    seen = 0
    for resource in due[:AT_ONCE]:
        note(resource, url=resource.link, alive=is_alive(resource.link), due=week)
        seen += 1
    return seen


@transaction.atomic
def note(resource: Resource, *, url: str, alive: bool, due: datetime.datetime | None = None) -> Resource:
    """What the check of this address found. An address changed meanwhile says nothing of the new one.

    `due`: somebody who looked at it since then counted already; two runs at once see one failure, not two.
    """
    resource = lock(Resource.objects.select_related("organisation", "person"), pk=resource.pk)
    if resource.link != url:
        return resource
    if due is not None and resource.checked_at is not None and resource.checked_at >= due:
        return resource
    resource.checked_at = now()
    if alive:
        back = resource.dead_since is not None
        resource.failures, resource.dead_since, resource.told_dead_at = 0, None, None
        _save(resource)
        if back:
            record("resource.link_alive", resource)
        return resource
    resource.failures = min(resource.failures + 1, 1000)
    died = resource.failures >= FAILURES and resource.dead_since is None
    if died:
        resource.dead_since = resource.checked_at
    tells = resource.dead_since is not None and resource.told_dead_at is None
    if tells:
        resource.told_dead_at = resource.checked_at
    _save(resource)
    if died:
        record("resource.link_dead", resource)
    if tells:
        notifications.tell(resource, "link_dead", once=f"{resource.dead_since}")
    return resource


def _save(resource: Resource) -> None:
    resource.save(update_fields=["checked_at", "failures", "dead_since", "told_dead_at"])

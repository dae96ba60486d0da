"""/sante/ (this process answers) and /sante/pret (it can serve): for probes, without personal data."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jeveuxagir.celery import app
from jeveuxagir.notifications.models import Message

from . import canary

LATEST_SENDING = timedelta(minutes=15)
#: what waits for the morning's mail has left by then: after this, nobody gathers it
OLDEST_GROUPED = timedelta(hours=36)
BROKER_TIMEOUT = 3
logger = logging.getLogger(__name__)


class Unhealthy(Exception):
    """A check failed; the text is shown to the probe."""


@login_not_required
@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@login_not_required
@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Each part the service needs, with its state; 503 as soon as one fails."""
    results = {name: _run(check) for name, check in CHECKS.items()}
    healthy = all(result["ok"] for result in results.values())
    return JsonResponse({"ok": healthy, "checks": results}, status=200 if healthy else 503)


def _run(check: Callable[[], str]) -> dict[str, object]:
    started = time.monotonic()
    try:
        ok, detail = True, check()
    except Unhealthy as error:
        ok, detail = False, str(error)
    except Exception as error:
        logger.exception("Health check failed")
        ok, detail = False, type(error).__name__
    return {"ok": ok, "detail": detail, "ms": round((time.monotonic() - started) * 1000)}


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "answers"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        raise Unhealthy(f"{len(plan)} not applied")
    return "applied"


def _broker() -> str:
    with app.connection_for_write(connect_timeout=BROKER_TIMEOUT) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_TIMEOUT)
    return "answers"


def _canary() -> str:
    age = canary.age()
    if age is None:
        raise Unhealthy("never served")
    if age > settings.CANARY_DEADLINE:
        raise Unhealthy(f"served {age.total_seconds():.0f} s ago")
    return f"served {age.total_seconds():.0f} s ago"


def _oldest_message() -> str:
    now, states = timezone.now(), Message.State
    at_once = Q(state__in=[states.PENDING, states.CLAIMED, states.SENDING], not_before__lte=now)
    forgotten = Q(state=states.GROUPED, not_before__lte=now - OLDEST_GROUPED)
    oldest = Message.objects.filter(at_once | forgotten).aggregate(oldest=Min("not_before"))["oldest"]
    if oldest is None:
        return "none is due"
    late = timezone.now() - oldest
    if late > LATEST_SENDING:
        raise Unhealthy(f"due for {late.total_seconds():.0f} s")
    return f"due for {late.total_seconds():.0f} s"


CHECKS = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "canary": _canary,
    "oldest_unsent_message": _oldest_message,
}

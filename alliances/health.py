"""How an alliance is kept alive: two missed meetings warn who animates, then the brigade; 60 days of silence put it
to sleep. Each step is done once per silence: what the parties do starts the count again (services.acted)."""

import datetime
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Value

from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem

from . import notifications as mails
from .enums import ACTIVITIES, Activity
from .models import Alliance

MISSED = 2
ASLEEP_AFTER = datetime.timedelta(days=60)
#: between the word to who animates and the one to the brigade
BRIGADE_AFTER = datetime.timedelta(days=7)


def watch() -> dict[str, int]:
    """The night's round over all alliances."""
    return {
        "asleep": _each(_silent_for_long(), fall_asleep),
        "warned": _each(_missing_their_pace(), warn_animator),
        "brigade": _each(_warned_in_vain(), tell_brigade),
    }


def _each(rows: QuerySet[Alliance], act: Callable[[Alliance], bool]) -> int:
    return sum(act(alliance) for alliance in list(rows.order_by("pk")))


def _still(rows: QuerySet[Alliance], alliance: Alliance) -> Alliance | None:
    """The alliance locked, if nothing happened in it meanwhile."""
    return rows.filter(pk=alliance.pk).select_for_update(of=("self",), no_key=True).first()


def _missing_their_pace() -> QuerySet[Alliance]:
    """Silent for twice the pace they chose."""
    pace = ExpressionWrapper(
        F("cadence_days") * Value(datetime.timedelta(days=MISSED)), output_field=DurationField()
    )
    silent = Alliance.objects.active().filter(cadence_days__isnull=False, animator_warned_at__isnull=True)
    return silent.filter(last_acted_at__lte=now() - pace)


def _silent_for_long() -> QuerySet[Alliance]:
    """Sixty days, unless the parties chose to meet more rarely than that."""
    pace = ExpressionWrapper(
        F("cadence_days") * Value(datetime.timedelta(days=MISSED)), output_field=DurationField()
    )
    silent = Alliance.objects.active().filter(last_acted_at__lte=now() - ASLEEP_AFTER)
    return silent.filter(Q(cadence_days__isnull=True) | Q(last_acted_at__lte=now() - pace))


def _warned_in_vain() -> QuerySet[Alliance]:
    warned = Alliance.objects.filter(
        animator_warned_at__lte=now() - BRIGADE_AFTER, brigade_warned_at__isnull=True
    )
    return warned.exclude(activity=Activity.CLOSED)


@transaction.atomic
def warn_animator(alliance: Alliance) -> bool:
    found = _still(_missing_their_pace(), alliance)
    if found is None:
        return False
    found.animator_warned_at = now()
    found.save(update_fields=["animator_warned_at"])
    record("alliance.silence_told", found, days=_days(found))
    _tell_animators(found, "silent", cadence=found.cadence_days)
    return True


@transaction.atomic
def fall_asleep(alliance: Alliance) -> bool:
    """Who animates is told; the brigade a week after the first word, or now if there was one."""
    found = _still(_silent_for_long(), alliance)
    if found is None:
        return False
    found.activity = ACTIVITIES.target("fall_asleep", found.activity)
    found.activity_changed_at = now()
    found.animator_warned_at = found.animator_warned_at or now()
    found.save(update_fields=["activity", "activity_changed_at", "animator_warned_at"])
    record("alliance.fell_asleep", found, days=_days(found))
    _tell_animators(found, "asleep")
    return True


@transaction.atomic
def tell_brigade(alliance: Alliance) -> bool:
    """A case in the queue of its department: somebody calls."""
    found = _still(_warned_in_vain().select_related("department", "domain"), alliance)
    if found is None:
        return False
    found.brigade_warned_at = now()
    found.save(update_fields=["brigade_warned_at"])
    moderation.open_item(
        ModerationItem.Kind.SILENCE,
        found,
        title=found.name,
        department=found.department,
        domain=found.domain,
        cause=ModerationItem.Cause.SILENT,
    )
    record("alliance.brigade_told", found, days=_days(found))
    return True


def _days(alliance: Alliance) -> int:
    return (now() - alliance.last_acted_at).days


def _tell_animators(alliance: Alliance, name: str, **context: Any) -> None:
    mails.tell(
        alliance,
        name,
        once=alliance.last_acted_at.isoformat(),
        parties=mails.live_parties(alliance, is_animator=True),
        days=_days(alliance),
        **context,
    )

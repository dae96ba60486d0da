"""Being away: from when to when, and who decides meanwhile."""

import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from jeveuxagir.accounts import roles
from jeveuxagir.accounts.models import RoleGrant, User
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.locks import lock
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send
from jeveuxagir.territories.models import Department

from .models import Absence

MAX_DAYS = 366


def colleagues(user: Any) -> "QuerySet[User]":
    """Who may stand in for this member: those of the brigade who work in one of their departments."""
    grants = RoleGrant.objects.active().filter(role__in=roles.BRIGADE_ROLES)
    codes = roles.departments_of(user)
    if codes is not roles.EVERYWHERE:
        regions = Department.objects.filter(code__in=codes).values("region")
        grants = grants.filter(
            Q(department__in=list(codes)) | Q(region__in=regions) | Q(scope=RoleGrant.Scope.NATION)
        )
    people = User.objects.filter(is_active=True, person__in=grants.values("person"))
    return people.exclude(pk=user.pk).select_related("person").order_by("person__first_name", "pk")


def of(user: Any) -> Absence | None:
    """This member's absence that is under way or to come."""
    live = Absence.objects.filter(user=user, ends_on__gte=today())
    return live.select_related("deputy__person").first()


@transaction.atomic
def announce(
    *, actor: User, starts_on: datetime.date, ends_on: datetime.date, deputy: User | None
) -> Absence:
    """Say when one is away and who decides meanwhile; it replaces what was said before. The deputy is told."""
    if not roles.is_brigade(actor):
        raise NotAllowed
    if ends_on < starts_on:
        raise RuleBroken("La fin est avant le début.", code="dates")
    if ends_on < today():
        raise RuleBroken("Cette absence est déjà finie.", code="dates")
    if (ends_on - starts_on).days > MAX_DAYS:
        raise RuleBroken("Une absence dure un an au plus.", code="dates")
    if deputy is not None and not colleagues(actor).filter(pk=deputy.pk).exists():
        raise RuleBroken("Choisissez un membre de votre brigade.", code="deputy")
    lock(User.objects.all(), pk=actor.pk)
    absence, _ = Absence.objects.update_or_create(
        user=actor, defaults={"starts_on": starts_on, "ends_on": ends_on, "deputy": deputy}
    )
    event = record(
        "absence.announced",
        absence,
        actor=actor,
        starts_on=starts_on.isoformat(),
        ends_on=ends_on.isoformat(),
        deputy=deputy.pk if deputy else None,
    )
    if deputy is not None:
        context = {
            "who": actor.person.first_name,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "url": absolute(settings.STAFF_PATHS[0]),
        }
        send(
            "moderation.deputy", to=deputy.person, dedupe_key=f"moderation.deputy:{event.pk}", context=context
        )
    return absence


@transaction.atomic
def cancel(*, actor: User) -> None:
    """Back, or not going after all."""
    absence = Absence.objects.select_for_update(of=("self",)).filter(user=actor).first()
    if absence is not None:
        record("absence.cancelled", absence, actor=actor)
        absence.delete()

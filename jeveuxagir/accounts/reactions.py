"""What this app does when something happens below it. Each may run twice."""

import hashlib

from django.urls import reverse

from jeveuxagir.audit.models import Event, JobRun
from jeveuxagir.audit.services import subscribe
from jeveuxagir.common.registries import invariants
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

from .models import Person, RoleGrant

WATCHERS = (RoleGrant.RoleName.NATIONAL, RoleGrant.RoleName.TECHNICAL)


def invariants_broken(event: Event) -> None:
    """National and technical staff read once a day what the night found; another finding is another message."""
    broken: dict[str, list[str]] = event.data["broken"]
    run = JobRun.objects.filter(pk=int(event.subject_id)).first()
    day = run.period if run else event.created_at.date().isoformat()
    findings = hashlib.sha256(repr(sorted(broken.items())).encode()).hexdigest()[:16]
    rules = [
        {"rule": invariants[name].rule if name in invariants else name, "rows": rows}
        for name, rows in sorted(broken.items())
    ]
    for person in _watchers():
        send(
            "accounts.invariants",
            to=person,
            dedupe_key=f"accounts.invariants:{day}:{findings}:{person.pk}",
            context={"rules": rules, "count": len(rules), "url": absolute(reverse("accounts:rules"))},
        )


def _watchers() -> list[Person]:
    held = RoleGrant.objects.active().filter(role__in=WATCHERS)
    people = Person.objects.filter(pk__in=held.values("person"), user__is_active=True)
    return list(people.order_by("pk"))


def subscribe_all() -> None:
    subscribe("invariants.broken", "accounts", invariants_broken)

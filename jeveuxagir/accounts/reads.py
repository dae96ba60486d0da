"""Who of the staff looked at whom: written with the page, counted, told to the person, watched.

No page without its trace: a page about a person is shown after its row is written, in the same request. Lists show a
first name and are not noted. An account reads QUOTA persons a day; beyond, the page is refused, and the national and
technical teams are told once. The members of an organisation are noted on its page, but do not count.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from jeveuxagir.audit import services as audit
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import today
from jeveuxagir.common.locks import lock
from jeveuxagir.common.wake import wake
from jeveuxagir.notifications.services import send

from .models import Person, ReadLog, RoleGrant, User

Page = ReadLog.Page

#: persons whom one account may look at in a day
QUOTA = 150
REACHED = "reads.quota_reached"
TOLD_TO = (RoleGrant.RoleName.NATIONAL, RoleGrant.RoleName.TECHNICAL)


def note(viewer: User, people: Iterable[int | None], page: str) -> bool:
    """Write that this account looks at these persons on this sort of page; False when that is too many for today.

    Opened again the same day, by two tabs at once or not, it is one row.
    """
    wanted = {pk for pk in people if pk is not None and pk != viewer.person_id}
    mine = ReadLog.objects.filter(viewer=viewer, day=today())
    known = mine.filter(person__in=wanted, page=page, refused=False).values_list("person_id", flat=True)
    new = wanted - set(known) if wanted else wanted
    if not new:
        return True
    with transaction.atomic():
        _one_page_at_a_time(viewer)
        allowed = page == Page.ORGANISATION or len(_seen(mine) | new) <= QUOTA
        rows = [
            ReadLog(viewer=viewer, person_id=pk, page=page, day=today(), refused=not allowed)
            for pk in sorted(new)
        ]
        ReadLog.objects.bulk_create(rows, ignore_conflicts=True)
        if allowed:  # it may have been refused before somebody was erased
            mine.filter(person__in=new, page=page, refused=True).update(refused=False)
        else:
            wake("jeveuxagir.accounts.tasks.tell_read_quotas")
    return allowed


def _one_page_at_a_time(viewer: User) -> None:
    """So that two pages opened together are not both the last one allowed."""
    lock(User.objects.all(), pk=viewer.pk)


def _seen(rows: Any) -> set[int]:
    counted = rows.filter(refused=False).exclude(page=Page.ORGANISATION)
    return set(counted.values_list("person_id", flat=True))


def tell_quotas() -> int:
    """Each account and day with a refusal: the national and technical teams are told, once."""
    since = today() - timedelta(days=2)
    refused = ReadLog.objects.filter(refused=True, day__gte=since, viewer__isnull=False)
    due = refused.order_by("day", "viewer").values_list("viewer", "day").distinct()
    return sum(_tell(pk, day) for pk, day in due)


@transaction.atomic
def _tell(viewer_id: int, day: date) -> bool:
    viewer = User.objects.select_for_update(of=("self",), no_key=True).filter(pk=viewer_id).first()
    told = Event.objects.filter(
        verb=REACHED, subject_type=User._meta.label, subject_id=str(viewer_id), data__day=day.isoformat()
    )
    if viewer is None or told.exists():
        return False
    audit.record(REACHED, viewer, actor=viewer, day=day.isoformat(), quota=QUOTA)
    grants = RoleGrant.objects.active().filter(role__in=TOLD_TO)
    for person in Person.objects.filter(pk__in=grants.values("person")).exclude(pk=viewer.person_id):
        send(
            "accounts.read_quota",
            to=person,
            dedupe_key=f"accounts.read_quota:{viewer.pk}:{day.isoformat()}:{person.pk}",
            context={"number": viewer.pk, "who": viewer.person.first_name, "day": day, "quota": QUOTA},
        )
    return True


def by_month(person: Person) -> list[dict[str, Any]]:
    """How often staff looked, month by month, the latest first: `month`, `times`, `pages` in words. No name."""
    rows = ReadLog.objects.filter(person=person, refused=False).order_by("-day", "page")
    months: dict[date, Counter[str]] = {}
    for row in rows.values("day", "page"):
        months.setdefault(row["day"].replace(day=1), Counter())[row["page"]] += 1
    words = dict(Page.choices)
    return [
        {"month": month, "times": pages.total(), "pages": [words.get(page, page) for page in sorted(pages)]}
        for month, pages in months.items()
    ]

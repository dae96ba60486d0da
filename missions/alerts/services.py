"""What is done to alerts. One function per verb; finding and telling are apart.

    a mission opens → NewMission → collect(): AlertHit, once for an alert and a mission → tell_due(): one mail

A run asks the searches about all the missions that opened since the last one, not each mission about all searches:
what cannot fit (other departments, other domains) is left out by columns, and what many searches ask (a domain, a
town) is asked once (finding.py).
"""

import itertools
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from jeveuxagir.accounts.models import Person, UnconfirmedContact, User
from jeveuxagir.accounts.services import known_address
from jeveuxagir.audit import services as audit
from jeveuxagir.common.clock import PARIS, now
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.locks import lock, lock_all
from jeveuxagir.notifications.selectors import is_stopped
from missions import cards, search
from missions.enums import REMOTE_MODES
from missions.filters import describe
from missions.models import Mission, MissionAddress

from . import notifications, queries
from .enums import Rhythm
from .finding import Finder
from .models import AlertHit, NewMission, SavedSearch

T = TypeVar("T")

_INSERT = """
INSERT INTO mission_alerts_alerthit (alert_id, mission_id)
SELECT * FROM unnest(%s::bigint[], %s::bigint[]) ON CONFLICT DO NOTHING
"""

#: Alerts of one person.
AT_MOST = 10
#: Missions that one run looks at, and that one mail names.
BATCH = 2000
SHOWN = 10
#: Alerts that are asked together, and rows written by one statement.
ASKED_AT_ONCE = 5000
HITS_AT_ONCE = 10_000
#: Beyond so many different missions in a run, only their departments and domains are compared.
FINE_GATES = 40
#: Mails go between these hours of Paris.
OPENS, CLOSES = 8, 20
WEEK = timedelta(days=6, hours=20)
KEPT_AFTER_END = timedelta(days=90)
KEPT_HITS = timedelta(days=365)


# --- by a person --------------------------------------------------------------------------------------------


@transaction.atomic
def keep(
    *, person: Person, query: search.SearchQuery, rhythm: str, label: str = "", actor: User
) -> tuple[SavedSearch, bool]:
    """An alert on this search (see `queries.checked`); False when this person had it already."""
    return _give(_new(query, rhythm, label), person, actor=actor)


@transaction.atomic
def file_unconfirmed(
    contact: UnconfirmedContact, query: search.SearchQuery, rhythm: str, *, token: str
) -> SavedSearch:
    """Kept until the address is confirmed; one mail asks to."""
    alert = _new(query, rhythm)
    alert.contact = contact
    alert.save()
    notifications.ask_to_confirm(alert, token, known=known_address(contact.email))
    return alert


@transaction.atomic
def confirm_contact(contact: UnconfirmedContact, user: User) -> list[SavedSearch]:
    """The address is confirmed: its alerts are this person's. One that is already theirs, or too many, is dropped."""
    given = []
    for waiting in lock_all(SavedSearch.objects.filter(contact=contact)):
        waiting.contact = None
        waiting.since = now()
        try:
            alert, is_new = _give(waiting, user.person, actor=user)
        except RuleBroken:
            is_new = False
        if is_new:
            given.append(alert)
        else:
            SavedSearch.objects.filter(pk=waiting.pk).delete()
    return given


def _new(query: search.SearchQuery, rhythm: str, label: str = "") -> SavedSearch:
    words = describe(query)
    return SavedSearch(
        query=queries.canonical(query),
        label=(label or words[:1].upper() + words[1:])[:160],
        rhythm=Rhythm(rhythm),
        since=now(),
        **queries.gates(query),
    )


def _give(alert: SavedSearch, person: Person, *, actor: User) -> tuple[SavedSearch, bool]:
    person = lock(Person.objects.all(), pk=person.pk)
    theirs = SavedSearch.objects.of_person(person).current()
    same = theirs.filter(query=alert.query).first()
    if same is not None:
        return same, False
    if theirs.count() >= AT_MOST:
        raise RuleBroken(
            f"Vous avez déjà {AT_MOST} alertes. Supprimez-en une pour en créer une autre.",
            code="too_many_alerts",
        )
    alert.person = person
    alert.save()
    audit.record("alert.created", alert, actor=actor)
    return alert, True


@transaction.atomic
def edit(alert: SavedSearch, *, label: str, rhythm: str, actor: User) -> None:
    alert = _locked(alert)
    alert.label, alert.rhythm = label or alert.label, Rhythm(rhythm)
    alert.save(update_fields=["label", "rhythm"])
    audit.record("alert.edited", alert, actor=actor)


@transaction.atomic
def pause(alert: SavedSearch, *, actor: User | Person | None) -> None:
    """Nothing is looked for meanwhile. Same result when repeated; a mail's link does it without signing in."""
    alert = _locked(alert)
    if alert.ended_at is None and alert.paused_at is None:
        alert.paused_at = now()
        alert.save(update_fields=["paused_at"])
        alert.hits.filter(told_at__isnull=True).delete()
        audit.record("alert.paused", alert, actor=actor if isinstance(actor, User) else None)


@transaction.atomic
def resume(alert: SavedSearch, *, actor: User | None) -> None:
    alert = _locked(alert)
    if alert.ended_at is None and alert.paused_at is not None:
        alert.paused_at, alert.since = None, now()
        alert.save(update_fields=["paused_at", "since"])
        audit.record("alert.resumed", alert, actor=actor)


@transaction.atomic
def delete(alert: SavedSearch, *, actor: User) -> None:
    alert = _locked(alert)
    audit.record("alert.deleted", alert, actor=actor)
    alert.delete()


def _locked(alert: SavedSearch) -> SavedSearch:
    return lock(SavedSearch.objects.all(), pk=alert.pk)


# --- finding ------------------------------------------------------------------------------------------------


def note_open(mission_id: int) -> None:
    """This mission may be news for somebody. Safe to run twice."""
    if Mission.objects.filter(pk=mission_id).exists():
        NewMission.objects.bulk_create([NewMission(mission_id=mission_id)], ignore_conflicts=True)


def note_opened_by(source: str, *, since: datetime) -> None:
    """The missions of a partner that opened lately may be news: once for a whole feed. Safe to run twice."""
    opened = (
        Mission.objects.open().filter(source=source, state_changed_at__gte=since).values_list("pk", flat=True)
    )
    rows = [NewMission(mission_id=pk) for pk in opened]
    NewMission.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)


@transaction.atomic
def collect() -> int:
    """Ask the alerts about the missions that opened; returns how many missions were looked at.

    What was looked at leaves the queue in the transaction that writes what was found.
    """
    waiting = list(
        NewMission.objects.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:BATCH]
    )
    if not waiting:
        return 0
    ids = [row.mission_id for row in waiting]
    for some in _by(HITS_AT_ONCE, _fitting(ids)):
        _keep(some)
    NewMission.objects.filter(pk__in=[row.pk for row in waiting]).delete()
    return len(waiting)


def _fitting(mission_ids: list[int]) -> Iterable[tuple[int, int]]:
    """(alert, mission) for each live alert whose search finds one of these missions, opened since it looks."""
    worth = _gates(mission_ids)
    if worth is None:
        return
    finder = Finder(mission_ids)
    opened = dict(Mission.objects.filter(pk__in=mission_ids).values_list("pk", "state_changed_at"))
    alerts = SavedSearch.objects.live().filter(worth).order_by()
    rows = alerts.values_list("query", "pk", "since").iterator(chunk_size=ASKED_AT_ONCE)
    for some in _by(ASKED_AT_ONCE, rows):
        finder.prepare(kept for kept, _, _ in some)
        for kept, alert_id, since in some:
            yield from ((alert_id, pk) for pk in finder.find(kept) if opened[pk] >= since)


def _keep(hits: list[tuple[int, int]]) -> None:
    """Write (alert, mission) rows that are not there yet. A feed may make a million: no object for each."""
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [[alert for alert, _ in hits], [mission for _, mission in hits]])


def _by(number: int, rows: Iterable[T]) -> Iterator[list[T]]:
    """These rows, so many at a time."""
    left = iter(rows)
    while some := list(itertools.islice(left, number)):
        yield some


def _gates(mission_ids: list[int]) -> Q | None:
    """What an alert must share with one of these missions; None when none of them can be found."""
    places = dict[int, set[str]]()
    addresses = MissionAddress.objects.filter(mission__in=mission_ids).order_by()
    for pk, department in addresses.values_list("mission", "commune__department").distinct():
        places.setdefault(pk, set()).add(department)
    missions = Mission.objects.open().filter(pk__in=mission_ids).order_by()
    shapes = {
        (tuple(sorted(places.get(pk, ()))), str(domain or ""), mode in REMOTE_MODES)
        for pk, domain, mode in missions.values_list("pk", "domain", "mode")
    }
    if not shapes:
        return None
    if len(shapes) > FINE_GATES:
        codes = {code for place, _, _ in shapes for code in place}
        names = {domain for _, domain, _ in shapes}
        return _place(codes) & (Q(domains=[]) | Q(domains__overlap=sorted(names)))
    gate = Q()
    for place, domain, is_remote in shapes:
        one = _place(place) & (Q(domains=[]) | Q(domains__contains=[domain]))
        gate |= one if is_remote else one & Q(remote_only=False)
    return gate


def _place(departments: Iterable[str]) -> Q:
    return (
        Q(departments=[]) | Q(departments__overlap=sorted(departments)) if departments else Q(departments=[])
    )


# --- telling ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """What one alert found, as its mail says it."""

    alert: SavedSearch
    cards: list[cards.Card]
    more: int


def tell_due(*, seconds: float = 240) -> int:
    """Write the mails of the day: one a person at most, between 8 and 20 h of Paris. Returns how many."""
    moment = now().astimezone(PARIS)
    if not OPENS <= moment.hour < CLOSES:
        return 0
    end = time.monotonic() + seconds
    people = _due(moment).order_by("person_id").values_list("person_id", flat=True).distinct()
    told = 0
    for person_id in people:
        if time.monotonic() > end:
            break  # the next beat goes on
        told += tell(person_id, moment)
    return told


def _due(moment: datetime) -> Any:
    """The live alerts that have something to say now, of people who heard nothing today."""
    morning = moment.replace(hour=OPENS, minute=0, second=0, microsecond=0)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    untold = AlertHit.objects.filter(alert=OuterRef("pk"), told_at__isnull=True)
    heard = SavedSearch.objects.filter(person=OuterRef("person"), told_at__gte=midnight)
    before = Exists(untold.filter(found_at__lt=morning))
    live = SavedSearch.objects.live().annotate(last=Coalesce(F("told_at"), F("created_at")))
    return live.filter(
        Q(Exists(untold), rhythm=Rhythm.IMMEDIATE)
        | Q(before, rhythm=Rhythm.DAILY)
        | Q(before, rhythm=Rhythm.WEEKLY, last__lt=moment - WEEK),
        ~Exists(heard),
        person__erased_at__isnull=True,
    )


@transaction.atomic
def tell(person_id: int, moment: datetime) -> bool:
    """One mail for all that this person's alerts found; what is no longer open is left out."""
    lock_all(SavedSearch.objects.filter(person_id=person_id))
    alerts = list(
        _due(moment).filter(person_id=person_id).select_related("person__merged_into").order_by("pk")
    )
    hits = list(AlertHit.objects.filter(alert__in=alerts, told_at__isnull=True).order_by("found_at", "pk"))
    if not hits:
        return False
    findable = search.matching(search.SearchQuery()).filter(pk__in={hit.mission_id for hit in hits})
    shown = {mission.pk: mission for mission in search.for_cards(findable)}
    AlertHit.objects.filter(pk__in=[hit.pk for hit in hits if hit.mission_id not in shown]).delete()
    groups = _groups(alerts, [hit for hit in hits if hit.mission_id in shown], shown)
    if not groups:
        return False
    person = alerts[0].person
    assert person is not None
    person = person.merged_into or person
    if notifications.tell_found(person, groups, moment.date()) is None and not is_stopped(
        person.pk, notifications.FOUND
    ):
        return False  # a mail of today exists: tomorrow
    AlertHit.objects.filter(pk__in=[hit.pk for hit in hits]).update(told_at=now())
    SavedSearch.objects.filter(pk__in=[group.alert.pk for group in groups]).update(told_at=now())
    return True


def _groups(alerts: list[SavedSearch], hits: list[AlertHit], shown: dict[int, Mission]) -> list[Group]:
    """By alert, each mission in the first alert that found it; ten in all, shared out."""
    seen: set[int] = set()
    found: list[tuple[SavedSearch, list[Mission]]] = []
    for alert in alerts:
        missions = []
        for hit in hits:
            if hit.alert_id == alert.pk and hit.mission_id not in seen:
                seen.add(hit.mission_id)
                missions.append(shown[hit.mission_id])
        if missions:
            found.append((alert, missions))
    groups = []
    room = SHOWN
    for place, (alert, missions) in enumerate(found):
        share = max(room // (len(found) - place), 1)
        groups.append(Group(alert, cards.cards(missions[:share]), len(missions[share:])))
        room -= len(missions[:share])
    return groups


# --- clocks -------------------------------------------------------------------------------------------------


def end_dead() -> dict[str, int]:
    """End the alerts whose search means nothing any more (a domain withdrawn, dates past), and say so."""
    current = SavedSearch.objects.current().order_by("query")
    ended = 0
    for kept in current.values_list("query", flat=True).distinct().iterator(chunk_size=5000):
        reason = queries.read(kept).end_reason
        if reason:
            for pk in current.filter(query=kept).values_list("pk", flat=True):
                ended += end(pk, reason)
    return {"ended": ended, **_forget_old()}


@transaction.atomic
def end(pk: int, reason: str) -> bool:
    alert = SavedSearch.objects.current().select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
    if alert is None:
        return False
    alert.ended_at, alert.end_reason = now(), reason
    alert.save(update_fields=["ended_at", "end_reason"])
    alert.hits.filter(told_at__isnull=True).delete()
    audit.record("alert.ended", alert, reason=reason)
    notifications.tell_ended(alert)
    return True


def ended_long_ago(moment: Any) -> Any:
    """What is kept no longer."""
    return SavedSearch.objects.filter(ended_at__lt=moment - KEPT_AFTER_END)


def _forget_old() -> dict[str, int]:
    hits, _ = AlertHit.objects.filter(told_at__lt=now() - KEPT_HITS).delete()
    return {"forgotten": hits}

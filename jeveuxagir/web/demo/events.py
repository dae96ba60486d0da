"""Events to come and past: kinds, series, full ones with their waiting lists, replays, one that the brigade reads."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from alliances.events import repeating
from alliances.events.enums import How, Kind, Mode, Registered, Rhythm, State
from alliances.events.models import Event, Note, Registration, Series
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.common.text import slugify
from jeveuxagir.moderation.models import ModerationItem

from . import texts
from .alliances import Alliances
from .ground import Ground
from .organisations import Hosted, Organisations
from .people import People

Cause, Decision = ModerationItem.Cause, ModerationItem.Decision
#: so many days before its date an event is sent to the brigade
SENT_BEFORE = 25


class Events:
    def __init__(
        self,
        ground: Ground,
        organisations: Organisations,
        people: People,
        alliances: Alliances,
        persons: dict[str, Person],
        staff: dict[str, User],
    ) -> None:
        self.ground, self.organisations, self.people = ground, organisations, people
        self.alliances, self.persons, self.staff = alliances, persons, staff

    def build(self) -> None:
        for spec in texts.read("events")["event"]:
            self._build(spec)

    def _build(self, spec: dict[str, Any]) -> None:
        ground, hosted = self.ground, self.organisations.all[spec["who"]]
        first = ground.day(spec["in_days"])
        days, series = [first], None
        if "repeat" in spec:
            rhythm = Rhythm(spec["repeat"])
            days = repeating.dates(first, rhythm, spec["dates"])
            series = ground.new(
                Series, organisation=hosted.organisation, rhythm=rhythm, created_at=self._sent_at(spec)
            )
        for number, day in enumerate(days):
            event = self._event(spec, hosted, day, series, leader=number == 0)
            if event.state in (State.PUBLISHED, State.DONE, State.CANCELLED):
                self._registrations(event, spec, hosted, fewer=number)
                if "note" in spec and not number:
                    self._note(event, spec, hosted)

    def _sent_at(self, spec: dict[str, Any]) -> datetime.datetime:
        return self.ground.days_ago(max(SENT_BEFORE - spec["in_days"], 2))

    def _event(
        self, spec: dict[str, Any], hosted: Hosted, day: datetime.date, series: Series | None, *, leader: bool
    ) -> Event:
        ground, organisation = self.ground, hosted.organisation
        mode = Mode(spec.get("mode", Mode.ON_SITE))
        commune = ground.commune(spec["town"]) if mode != Mode.ONLINE else None
        where = commune or organisation.commune
        assert where is not None
        zone = where.timezone
        starts_at = datetime.datetime.combine(
            day, datetime.time.fromisoformat(spec["at"]), tzinfo=ZoneInfo(zone)
        )
        ends_at = starts_at + datetime.timedelta(hours=spec["hours"])
        sent_at = self._sent_at(spec)
        read_at = ground.later(sent_at, 1, 2)
        wanted = spec.get("state", "")
        state = {"pending": State.PENDING, "cancelled": State.CANCELLED, "to_mend": State.DRAFT}.get(
            wanted, State.DONE if ends_at < ground.now else State.PUBLISHED
        )
        is_read = state in (State.PUBLISHED, State.DONE, State.CANCELLED)
        follows = "replay" in spec or "report" in spec
        owner = hosted.owner or hosted.handlers()[0]
        author = self.people.users.get(owner.pk)
        moved_at = {State.DONE: ends_at, State.PENDING: sent_at}.get(state, read_at)
        if state == State.CANCELLED:
            moved_at = ground.days_ago(1)
        event = ground.new(
            Event,
            organisation=organisation,
            alliance=self.alliances.all[spec["alliance"]].alliance if "alliance" in spec else None,
            series=series,
            title=spec["title"],
            slug=slugify(spec["title"]),
            kind=Kind(spec["kind"]),
            description=spec["about"],
            practical=spec.get("practical", ""),
            mode=mode,
            place=spec.get("place", ""),
            commune=commune,
            department_id=where.department_id,
            online_url=spec.get("online", ""),
            starts_at=starts_at,
            ends_at=ends_at,
            zone=zone,
            capacity=spec.get("places"),
            online_capacity=spec.get("online_places"),
            domain_id=spec.get("domain"),
            state=state,
            state_changed_at=moved_at,
            reason=spec.get("reason", ""),
            published_at=read_at if is_read else None,
            sequence=1 if state == State.CANCELLED else 0,
            replay_url=spec.get("replay", ""),
            report=spec.get("report", ""),
            followed_at=min(ends_at + datetime.timedelta(days=2), ground.now) if follows else None,
            created_by=author,
            created_at=sent_at,
            search_extra=" ".join(
                filter(
                    None,
                    [
                        organisation.name,
                        commune.name if commune else "",
                        str(Kind(spec["kind"]).label),
                        spec.get("place", ""),
                    ],
                )
            ),
        )
        for number in spec.get("sdgs", ()):
            ground.add(Event.sdgs.through(event_id=event.pk, sdg_id=number))
        ground.event("event.drafted", event, sent_at, actor=author, organisation=organisation.pk)
        ground.event("event.submitted", event, sent_at, actor=author)
        if is_read:
            ground.event("event.published", event, read_at)
        if leader:
            decided = read_at if is_read or wanted == "to_mend" else None
            self._item(event, sent_at, decided, Decision.ASK if wanted == "to_mend" else Decision.ACCEPT)
            if wanted == "edited":
                self._edit(event, spec)
        return event

    def _item(
        self, event: Event, at: datetime.datetime, decided: datetime.datetime | None, decision: str
    ) -> ModerationItem:
        ground = self.ground
        item = ground.new(
            ModerationItem,
            kind=ModerationItem.Kind.EVENT,
            cause=Cause.CREATION,
            subject_type=Event._meta.label,
            subject_id=event.pk,
            title=event.title,
            department_id=event.department_id,
            domain_id=event.domain_id,
            created_at=at,
        )
        ground.event("moderation.opened", item, at, cause=str(item.cause), fields=[])
        if decided is not None:
            staff = self.staff.get(str(event.department_id)) or self.staff["nation"]
            item.state, item.decision, item.version = ModerationItem.State.DECIDED, decision, 2
            item.reason = event.reason if decision == Decision.ASK else ""
            item.owner = item.decided_by = staff
            item.owned_at = item.decided_at = decided
            ground.event(
                "moderation.decided",
                item,
                decided,
                actor=staff,
                decision=str(decision),
                cause=str(item.cause),
                kind="event",
            )
        return item

    def _edit(self, event: Event, spec: dict[str, Any]) -> None:
        """A new title that the brigade has not read yet; the page keeps the former one."""
        item = self._item(event, self.ground.days_ago(1), None, "")
        item.cause = Cause.EDIT
        item.diff = {
            "title": {
                "label": "titre",
                "before": event.title,
                "after": spec["new_title"],
                "value": spec["new_title"],
            }
        }

    def _registrations(self, event: Event, spec: dict[str, Any], hosted: Hosted, *, fewer: int) -> None:
        """Fewer and fewer for the later dates of a series."""
        team = {member.person_id for member in hosted.members}
        crowd = [
            person
            for person in self.people.of_department.get(str(event.department_id), [])
            if person.pk not in team and person.eighteen_on is None
        ]
        named = [self.persons[key] for key in spec.get("people", ())] if not fewer else []
        waiting = [self.persons[key] for key in spec.get("waiting", ())] if not fewer else []
        taken = {person.pk for person in (*named, *waiting)}
        others = iter([person for person in crowd if person.pk not in taken])
        plan = [
            (How.ON_SITE, Registered.REGISTERED, max(spec.get("come", 0) - 2 * fewer, 0), named),
            (How.ONLINE, Registered.REGISTERED, spec.get("come_online", 0), []),
            (How.ON_SITE, Registered.WAITING, 0 if fewer else spec.get("wait", 0), waiting),
        ]
        start = event.published_at or event.created_at
        for how, state, count, first in plan:
            for index in range(count):
                person = first[index] if index < len(first) else next(others, None)
                if person is None:
                    break
                self._register(event, person, how, state, self.ground.later(start, 0.2, 4))

    def _register(self, event: Event, person: Person, how: str, state: str, at: datetime.datetime) -> None:
        if state == Registered.REGISTERED and event.state == State.DONE and how == How.ON_SITE:
            state = Registered.ABSENT if self.ground.chance(0.12) else Registered.ATTENDED
        row = self.ground.new(
            Registration,
            event=event,
            person=person,
            how=how,
            state=state,
            state_changed_at=at,
            queued_at=at if state == Registered.WAITING else None,
            created_at=at,
        )
        verb = "registration.waiting" if state == Registered.WAITING else "registration.registered"
        actor = self.people.users.get(person.pk)
        self.ground.event(verb, row, at, actor=actor, event=event.pk, person=person.pk)

    def _note(self, event: Event, spec: dict[str, Any], hosted: Hosted) -> None:
        """The organisation writes to those who come, once the page is public."""
        author = next(filter(None, (self.people.users.get(m.person_id) for m in hosted.members)), None)
        self.ground.new(
            Note,
            event=event,
            text=spec["note"],
            by=author,
            created_at=self.ground.later(event.published_at or event.created_at, 4, 6),
            sent_to=spec.get("come", 0),
        )


#: in the order they are written: the trigger counts the places as the registrations come
TABLES = (Series, Event, Event.sdgs.through, Registration, Note)

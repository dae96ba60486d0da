"""Missions of every state: texts from templates, addresses near the town, slots that make sense together."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from jeveuxagir.accounts.models import User
from jeveuxagir.common.text import slugify
from jeveuxagir.taxonomies.models import Activity, Domain, Skill
from jeveuxagir.territories.enums import DEFAULT_TIMEZONE
from jeveuxagir.territories.models import Commune
from missions import schedule
from missions.enums import CloseReason, Commitment, MissionMode, SlotKind, State
from missions.models import Mission, MissionAddress, Slot
from missions.schedule import SlotSpec
from organisations.enums import State as OrganisationState

from . import texts
from .ground import Ground
from .organisations import Hosted

#: Where the national networks act: every region, the big towns and the small ones.
NATION = (
    "06088", "08105", "09122", "12202", "14118", "15014", "17300", "21231", "25056", "28085", "29232", "31555", "32013",
    "33063", "34172", "35238", "37261", "42218", "44109", "46042", "48095", "49007", "51454", "54395", "57463", "58194",
    "59350", "62041", "63113", "64445", "66136", "67482", "68066", "69123", "72181", "73065", "76540", "80021", "85191",
    "87085", "2A004", "97101", "97209", "97302", "97411", "97416", "97611", "98818", "05061", "26362", "45234", "13055",
)  # fmt: skip
#: The states of missions of a validated organisation, in a rhythm that gives each its share.
STATES = (
    *[State.OPEN] * 9, State.PENDING, *[State.OPEN] * 8, State.CLOSED, *[State.OPEN] * 6, State.DRAFT,
    *[State.OPEN] * 7, State.DONE, *[State.OPEN] * 6, State.CLOSED, *[State.OPEN] * 5, State.CANCELLED,
    *[State.OPEN] * 5, State.REFUSED,
)  # fmt: skip
#: What the stories need, mission by mission.
STORIES = {
    "mots-passants": (State.OPEN, State.OPEN, State.OPEN, State.OPEN, State.PENDING, State.DRAFT),
    "table-ouverte": (State.OPEN, State.OPEN, State.OPEN, State.DONE, State.PENDING, State.OPEN, State.CLOSED),
    "deux-rives": (State.OPEN, State.OPEN, State.PENDING, State.OPEN, State.OPEN, State.OPEN),
    "club-des-ors": (State.OPEN, State.PENDING, State.OPEN, State.DONE, State.OPEN),
    "deux-collines": (State.OPEN, State.OPEN, State.PENDING, State.CLOSED),
    "mission-drome": (State.OPEN, State.OPEN),
    "vercors": (State.OPEN, State.OPEN, State.PENDING, State.OPEN, State.CANCELLED),
    "roue-libre": (State.OPEN, State.OPEN, State.OPEN, State.CLOSED),
}  # fmt: skip
#: Words of a title, and the hours they stand for.
PARTS_OF_DAY = (("matin", "00", "12"), ("après-midi", "12", "18"), ("soir", "17", "24"))
#: The organisation that has too many applications to answer (product decision 16).
OVERWHELMED = "un-pas"
PUBLISHED = (State.OPEN, State.CLOSED, State.DONE, State.SUSPENDED)


@dataclass
class Placed:
    """A mission with what was made for it."""

    mission: Mission
    hosted: Hosted
    template: dict[str, Any]
    commune: Commune | None
    slots: list[Slot] = field(default_factory=list)
    submitted_at: datetime.datetime | None = None
    closed_at: datetime.datetime | None = None

    @property
    def department(self) -> str:
        return self.mission.department_id or ""


class Missions:
    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.all: list[Placed] = []
        self.domains = {d.pk: d for d in Domain.objects.prefetch_related("sdgs")}
        self.activities = {a.pk: a for a in Activity.objects.all()}
        self.skills = {s.pk: s for s in Skill.objects.all()}
        self._templates: list[dict[str, Any]] = texts.read("missions")["mission"]
        self._welcome = texts.read("welcome")
        self._phrases = texts.read("phrases")
        self._titles_here: dict[str, set[str]] = {}
        self._uses: dict[str, int] = {}
        self._turn = 0
        self._nation = 0

    def build(self, organisations: dict[str, Hosted], staff: dict[str, User]) -> None:
        for hosted in organisations.values():
            states = STORIES.get(hosted.key, ())
            for index in range(hosted.spec.get("missions", 0)):
                state = states[index] if index < len(states) else self._next_state(hosted)
                self._make(hosted, state, staff)

    def _next_state(self, hosted: Hosted) -> str:
        if hosted.organisation.state == OrganisationState.SUSPENDED:
            return State.SUSPENDED
        if hosted.organisation.state == OrganisationState.CLOSED:
            return State.CLOSED
        if hosted.organisation.state != OrganisationState.VALIDATED:
            return State.DRAFT
        self._turn += 1
        return STATES[self._turn % len(STATES)]

    # --- one mission ------------------------------------------------------------------------------------------

    def _make(self, hosted: Hosted, state: str, staff: dict[str, User]) -> Placed:
        ground = self.ground
        commune = self._commune(hosted)
        template, title = self.choose(
            hosted.tags, commune.pk if commune else "remote", remote=commune is None
        )
        template = as_titled(template, title)
        seat = commune or hosted.organisation.commune
        asked = self._when_asked(state, hosted)
        mission = ground.new(
            Mission,
            organisation=hosted.organisation,
            title=title,
            slug=slugify(title),
            description=self.describe(template, hosted, seat),
            domain=self.domains[template["domain"]],
            mode=template.get("mode", MissionMode.ON_SITE),
            minimum_age=template["age"],
            hosting_conditions=ground.pick(template["hosting"]) if template.get("hosting") else "",
            prerequisites=ground.pick(template["asked"]),
            department=seat.department if seat else None,
            state=state,
            created_by=hosted.organisation.created_by,
            created_at=asked,
            version=3 if state in PUBLISHED else 1,
        )
        placed = Placed(mission, hosted, template, commune)
        if commune is not None:
            self.address(mission, commune)
        self._life(placed, asked, staff)
        zone = seat.timezone if seat else DEFAULT_TIMEZONE
        self._slots(placed, zone)
        self._relations(placed)
        self._close(placed, staff)
        self.all.append(placed)
        return placed

    def choose(self, tags: list[str], place: str, *, remote: bool) -> tuple[dict[str, Any], str]:
        """A template of these tags, the least used, and a title not yet seen in this place."""
        seen = self._titles_here.setdefault(place, set())
        fitting = [
            template
            for template in self._templates
            if (template.get("mode") == MissionMode.REMOTE) == remote and set(template["tags"]) & set(tags)
        ] or [t for t in self._templates if (t.get("mode") == MissionMode.REMOTE) == remote]
        choices = []
        for template in fitting:
            free = [title for title in template["titles"] if title not in seen]
            if free:
                seen_here = len(template["titles"]) - len(free)
                choices.append(
                    (
                        seen_here,
                        self._uses.get(template["code"], 0),
                        self.ground.dice.random(),
                        template,
                        free,
                    )
                )
        if not choices:  # everything was said here: say the first again
            template = self.ground.pick(fitting)
            return template, self.ground.pick(template["titles"])
        *_, template, free = min(choices, key=lambda choice: choice[:3])
        self._uses[template["code"]] = self._uses.get(template["code"], 0) + 1
        title = self.ground.pick(free)
        seen.add(title)
        return template, title

    def describe(self, template: dict[str, Any], hosted: Hosted, commune: Commune | None) -> str:
        ground = self.ground
        town = texts.at(commune.name) if commune else "partout en France"
        welcome = ground.dice.sample(self._welcome["welcome"], 2)
        opening = ground.pick(self._welcome["org_open"]).format(org=hosted.organisation.name, ville=town)
        parts = [opening, template["do"], ground.pick(template["whom"]), " ".join(welcome)]
        return "\n\n".join(part for part in parts if part)

    def _commune(self, hosted: Hosted) -> Commune | None:
        """Where this mission takes place; None for a remote one."""
        ground, reach = self.ground, hosted.spec.get("reach", "")
        home = hosted.organisation.commune
        assert home is not None
        if reach == "remote":
            return None
        if reach == "nation":
            self._nation += 1
            town = ground.commune(NATION[self._nation % len(NATION)])
            return town if ground.chance(0.75) else self._neighbour(town)
        if reach == "department" and ground.chance(0.5):
            return self._neighbour(home)
        return home

    def _neighbour(self, home: Commune) -> Commune:
        around = self.ground.near(home, 30)
        weights = [(other.population or 1) ** 0.5 for other in around]
        return self.ground.dice.choices(around, weights)[0]

    def _when_asked(self, state: str, hosted: Hosted) -> datetime.datetime:
        ground = self.ground
        if hosted.key == OVERWHELMED:
            return ground.days_ago(ground.dice.randrange(60, 150))
        days = {
            State.DRAFT: (0, 12),
            State.PENDING: (0, 11),
            State.REFUSED: (8, 40),
            State.CANCELLED: (20, 60),
            State.CLOSED: (60, 170),
            State.DONE: (90, 180),
            State.SUSPENDED: (30, 90),
        }.get(State(state), (4, 150))
        return ground.days_ago(ground.dice.randrange(*days))

    def _life(self, placed: Placed, asked: datetime.datetime, staff: dict[str, User]) -> None:
        """Created, sent, decided: the dates and their events, up to the mission's state."""
        ground, mission = self.ground, placed.mission
        author, state = mission.created_by, mission.state
        brigade = staff.get(placed.department) or staff["nation"]
        about = {"organisation": mission.organisation_id}
        ground.event("mission.created", mission, asked, actor=author, **about)
        mission.state_changed_at = asked
        if state == State.DRAFT:
            mission.draft_step = (
                3 + len(mission.title) % 5
            )  # left somewhere between the third page and the last
            return
        sent = ground.later(asked, 0.01, 0.6)
        placed.submitted_at = sent
        ground.event("mission.submitted", mission, sent, actor=author, **about)
        mission.state_changed_at = sent
        if state == State.PENDING:
            return
        decided = ground.later(sent, 0.3, 3)
        if state == State.REFUSED:
            mission.state_reason = ground.pick(self._phrases["mission_refused"])
            mission.state_changed_at = decided
            ground.event("mission.refused", mission, decided, actor=brigade, **about)
            return
        mission.published_at = mission.state_changed_at = decided
        ground.event("mission.published", mission, decided, actor=brigade, **about)
        if state == State.CANCELLED:
            ended = ground.later(decided, 5, 15)
            mission.state_changed_at = placed.closed_at = ended
            mission.state_reason = ground.pick(self._phrases["mission_cancelled"])
            ground.event("mission.cancelled", mission, ended, actor=author)
        elif state == State.SUSPENDED:
            ended = mission.organisation.state_changed_at
            mission.state_changed_at = placed.closed_at = ended
            mission.suspended_with_organisation = True
            ground.event("mission.suspended", mission, ended, **about)

    def _close(self, placed: Placed, staff: dict[str, User]) -> None:
        """Of a closed or finished mission: when and why."""
        ground, mission = self.ground, placed.mission
        if mission.state not in (State.CLOSED, State.DONE):
            return
        author = mission.created_by
        if mission.last_date is not None and mission.last_date < ground.today:
            closed = ground.days_ago((ground.today - mission.last_date).days - 1)
            reason, actor = CloseReason.DATES_PAST, None
        elif ground.chance(0.25):
            closed, reason = ground.days_ago(ground.dice.randrange(6, 30)), CloseReason.STAFF
            actor = staff.get(placed.department) or staff["nation"]
        else:
            closed, reason, actor = (
                ground.days_ago(ground.dice.randrange(3, 40)),
                CloseReason.ORGANISATION,
                author,
            )
        placed.closed_at = mission.state_changed_at = closed
        mission.close_reason = reason
        ground.event("mission.closed", mission, closed, actor=actor, reason=reason.value)
        if mission.state == State.DONE:
            done = ground.later(closed, 0.5, 2)
            mission.state_changed_at = done
            ground.event("mission.done", mission, done)

    def address(self, mission: Mission, commune: Commune) -> None:
        """A street, and a point a few hundred metres from the town's."""
        ground = self.ground
        parts = ground.arrondissements.get(commune.pk)
        place: Any = ground.pick(parts) if parts else commune
        latitude, longitude = place.latitude, place.longitude
        if latitude is not None:
            spread = 0.002 if (commune.population or 0) < 3000 else 0.008
            latitude = round(latitude + ground.dice.uniform(-spread, spread), 5)
            longitude = round(longitude + ground.dice.uniform(-spread, spread), 5)
        ground.new(
            MissionAddress,
            mission=mission,
            commune=commune,
            street=f"{ground.dice.randrange(1, 120)} {ground.pick(texts.lines('streets'))}",
            postal_code=next(iter(place.postal_codes), ""),
            latitude=latitude,
            longitude=longitude,
        )

    # --- slots ------------------------------------------------------------------------------------------------

    def _slots(self, placed: Placed, zone: str) -> None:
        template, mission = placed.template, placed.mission
        rhythm = template["rhythm"]
        specs = {"weekly": self._weekly, "undated": self._undated}.get(rhythm, self._dated)(placed)
        mission.commitment = {
            "weekly": Commitment.WEEKLY if len(specs) == 1 else Commitment.MORE,
            "monthly": Commitment.MONTHLY,
            "undated": self.ground.pick((Commitment.ONCE, Commitment.MONTHLY, Commitment.WEEKLY)),
        }.get(rhythm, Commitment.ONCE)
        for spec in specs:
            fields: dict[str, Any] = {
                "kind": spec.kind,
                "capacity": spec.capacity,
                "zone": zone,
                "half_days": schedule.half_days(spec),
                "start_time": spec.start_time,
                "end_time": spec.end_time,
                "weekday": spec.weekday,
                "local_date": spec.local_date,
                "valid_from": spec.valid_from,
                "valid_until": spec.valid_until,
            }
            if spec.local_date and spec.start_time and spec.end_time:
                fields["starts_at"], fields["ends_at"] = schedule.instants(
                    spec.local_date, spec.start_time, spec.end_time, zone
                )
            placed.slots.append(self.ground.new(Slot, mission=mission, **fields))
        ends = [spec.local_date or spec.valid_until for spec in specs]
        mission.last_date = None if None in ends else max(end for end in ends if end)

    def _hours(self, template: dict[str, Any]) -> tuple[datetime.time, datetime.time]:
        start, end = self.ground.pick(template["hours"]).split("-")
        return datetime.time.fromisoformat(start), datetime.time.fromisoformat(end)

    def _capacity(self, placed: Placed) -> int:
        low, high = placed.template["places"]
        if placed.hosted.key == "mots-passants":  # the club lacks volunteers: places are not what it lacks
            return int(high) + 4
        if placed.hosted.key == OVERWHELMED:  # many apply there, and wait
            return int(high) + 8
        return self.ground.dice.randint(low, high)

    def _weekly(self, placed: Placed) -> list[SlotSpec]:
        ground, template = self.ground, placed.template
        over = placed.mission.state in (State.CLOSED, State.DONE) and ground.chance(0.5)
        days = ground.dice.sample(
            template["days"], min(len(template["days"]), 2 if ground.chance(0.3) else 1)
        )
        since = placed.mission.published_at.date() if placed.mission.published_at else None
        until = (
            ground.day(-ground.dice.randrange(4, 30)) if over
            else ground.day(ground.dice.randrange(45, 230)) if ground.chance(0.6)
            else None
        )  # fmt: skip
        if until and since and until < since:
            until = ground.today - datetime.timedelta(days=1)
        starts = ground.day(ground.dice.randrange(4, 20)) if not over and ground.chance(0.12) else None
        return [
            SlotSpec(
                SlotKind.WEEKLY,
                self._capacity(placed),
                weekday=day,
                start_time=hours[0],
                end_time=hours[1],
                valid_from=starts,
                valid_until=until,
            )
            for day in sorted(days)
            for hours in [self._hours(template)]
        ]

    def _undated(self, placed: Placed) -> list[SlotSpec]:
        ground = self.ground
        until = ground.day(ground.dice.randrange(40, 200)) if ground.chance(0.4) else None
        return [SlotSpec(SlotKind.UNDATED, self._capacity(placed), valid_until=until)]

    def _dated(self, placed: Placed) -> list[SlotSpec]:
        """Past dates since the publication, and dates to come while the mission is open."""
        ground, template, state = self.ground, placed.template, placed.mission.state
        step = {"monthly": 28, "dated": 14, "once": 0}[template["rhythm"]]
        first = self._next(template["days"], ground.dice.randrange(3, 26 if step else 60))
        coming = {"monthly": ground.dice.randint(3, 5), "dated": ground.dice.randint(2, 4), "once": 1}[
            template["rhythm"]
        ]
        days = [first + datetime.timedelta(days=step * index) for index in range(coming)]
        published = placed.mission.published_at
        if published and step:
            back = first - datetime.timedelta(days=step)
            while back > published.date() + datetime.timedelta(days=6) and len(days) < 8:
                days.insert(0, back)
                back -= datetime.timedelta(days=step)
        if state in (State.CLOSED, State.DONE):
            past = [day for day in days if day < ground.today - datetime.timedelta(days=1)][-4:]
            days = past or [self._next(template["days"], -ground.dice.randrange(9, 40))]
        specs = []
        for day in days:
            start, end = self._hours(template)
            specs.append(
                SlotSpec(
                    SlotKind.DATED, self._capacity(placed), local_date=day, start_time=start, end_time=end
                )
            )
        return specs

    def _next(self, weekdays: list[int], days: int) -> datetime.date:
        """The first of these weekdays, so many days from today or a little later."""
        day = self.ground.day(days)
        wanted = self.ground.pick(weekdays)
        return day + datetime.timedelta(days=(wanted - day.weekday()) % 7)

    # --- what it is linked to -----------------------------------------------------------------------------------

    def _relations(self, placed: Placed) -> None:
        mission, template = placed.mission, placed.template
        self.relate(mission, template, placed.commune)

    def relate(self, mission: Mission, template: dict[str, Any], commune: Commune | None) -> None:
        """SDGs of the domain, activities, skills; and the words it is found by, as missions.services writes them."""
        ground = self.ground
        activities = [self.activities[code] for code in template["activities"]]
        skills = [self.skills[code] for code in template["skills"][: 2 if ground.chance(0.4) else 1]]
        domain = self.domains[template["domain"]]
        links: list[tuple[type[Model], str, list[Any]]] = [
            (Mission.sdgs.through, "sdg_id", [sdg.pk for sdg in domain.sdgs.all()]),
            (Mission.activities.through, "activity_id", [activity.pk for activity in activities]),
            (Mission.skills.through, "skill_id", [skill.pk for skill in skills]),
        ]
        for through, column, keys in links:
            for key in keys:
                ground.add(through(mission_id=mission.pk, **{column: key}))
        words = [mission.organisation.name, commune.name if commune else ""]
        words += [activity.name for activity in activities] + [skill.name for skill in skills] + [domain.name]
        mission.search_extra = " · ".join(dict.fromkeys(filter(None, words)))


def as_titled(template: dict[str, Any], title: str) -> dict[str, Any]:
    """The template with the days and hours that its title names."""
    named = [number for number, day in enumerate(schedule.WEEKDAYS) if day in title]
    if "week-end" in title:
        named = [5, 6]
    if not named and not any(part in title for part, _, _ in PARTS_OF_DAY):
        return template
    kept = dict(template)
    if named:
        kept["days"] = named
    for part, first, last in PARTS_OF_DAY:
        hours = [span for span in template.get("hours", ()) if first <= span[:2] < last]
        if part in title and hours:
            kept["hours"] = hours
            break
    return kept

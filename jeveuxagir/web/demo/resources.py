"""Needs of means in every state, what is promised and received for them, and two invented instruments."""

import datetime
from decimal import Decimal
from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.common.text import slugify
from jeveuxagir.moderation.models import ModerationItem
from missions.resources import reference
from missions.resources.enums import FIXED_UNITS, PUBLIC, Kind, Means, Per, Promised, State
from missions.resources.models import Instrument, Need, Promise

from . import texts
from .ground import Ground
from .organisations import Organisations
from .people import People

Cause, Decision = ModerationItem.Cause, ModerationItem.Decision


class Resources:
    def __init__(
        self, ground: Ground, organisations: Organisations, people: People, staff: dict[str, User]
    ) -> None:
        self.ground, self.organisations, self.people, self.staff = ground, organisations, people, staff

    def build(self) -> None:
        specs = texts.read("resources")
        for spec in specs["instrument"]:
            self._instrument(dict(spec))
        for index, spec in enumerate(specs["need"]):
            self._need(spec, sent_at=self.ground.days_ago(9 + 3 * index))

    def _instrument(self, spec: dict[str, Any]) -> None:
        written_on = self.ground.today - datetime.timedelta(days=spec.pop("age_days"))
        checked = spec.pop("checked")
        row = reference.complete(spec | {"written_on": written_on, "invented": True})
        self.ground.new(Instrument, **row | {"checked_on": written_on if checked else None})

    def _author(self, key: str) -> User | None:
        hosted = self.organisations.all[key]
        return next(filter(None, (self.people.users.get(one.pk) for one in hosted.handlers())), None)

    def _need(self, spec: dict[str, Any], *, sent_at: datetime.datetime) -> None:
        ground, organisation = self.ground, self.organisations.all[spec["who"]].organisation
        commune = organisation.commune
        assert commune is not None
        state, kind = State(spec["state"]), Kind(spec["kind"])
        if state == State.PENDING:
            sent_at = ground.days_ago(2)
        is_read = state in (*PUBLIC, State.CLOSED)
        read_at = ground.later(sent_at, 1, 2)
        ended_at = ground.days_ago(3)
        moved_at = {State.OPEN: read_at, State.MET: ended_at, State.CLOSED: ended_at}.get(state, sent_at)
        author = self._author(spec["who"])
        unit = "€" if kind == Kind.MONEY else spec["unit"]
        need = ground.new(
            Need,
            organisation=organisation,
            title=spec["title"],
            slug=slugify(spec["title"]),
            kind=kind,
            quantity=Decimal(spec["quantity"]),
            unit=unit,
            purpose=spec["about"],
            deadline=ground.day(spec["in_days"]),
            domain_id=spec["domain"],
            commune=commune,
            department_id=commune.department_id,
            state=state,
            state_changed_at=moved_at,
            reason=spec.get("reason", ""),
            opened_at=read_at if is_read else None,
            created_by=author,
            created_at=sent_at,
            search_extra=f"{organisation.name} {commune.name} {kind.label} {unit}",
        )
        for number in spec.get("sdgs", ()):
            ground.add(Need.sdgs.through(need_id=need.pk, sdg_id=number))
        ground.event("resource_need.drafted", need, sent_at, actor=author, organisation=organisation.pk)
        if state != State.DRAFT or spec.get("reason"):
            ground.event("resource_need.submitted", need, sent_at, actor=author)
            self._item(need, sent_at, read_at if state != State.PENDING else None, spec)
        if is_read:
            ground.event("resource_need.opened", need, read_at)
        if state in (State.MET, State.CLOSED):
            verb = "met" if state == State.MET else "closed"
            ground.event(f"resource_need.{verb}", need, ended_at, actor=author)
        for promised in spec.get("promises", ()):
            self._promise(need, promised, ground.later(read_at, 1, 5))

    def _item(
        self, need: Need, at: datetime.datetime, decided: datetime.datetime | None, spec: dict[str, Any]
    ) -> None:
        item = self._case(need, at, Cause.CREATION)
        if decided is not None:
            asked = need.state == State.DRAFT
            staff = self.staff.get(str(need.department_id)) or self.staff["nation"]
            item.state, item.version = ModerationItem.State.DECIDED, 2
            item.decision = Decision.ASK if asked else Decision.ACCEPT
            item.reason = need.reason if asked else ""
            item.owner = item.decided_by = staff
            item.owned_at = item.decided_at = decided
            self.ground.event(
                "moderation.decided",
                item,
                decided,
                actor=staff,
                decision=str(item.decision),
                cause=str(item.cause),
                kind="resource_need",
            )
        if "edited" in spec:
            waiting = self._case(need, self.ground.days_ago(1), Cause.EDIT)
            new = spec["edited"]
            waiting.diff = {"title": {"label": "titre", "before": need.title, "after": new, "value": new}}

    def _case(self, need: Need, at: datetime.datetime, cause: str) -> ModerationItem:
        item = self.ground.new(
            ModerationItem,
            kind=ModerationItem.Kind.RESOURCE_NEED,
            cause=cause,
            subject_type=Need._meta.label,
            subject_id=need.pk,
            title=need.title,
            department_id=need.department_id,
            domain_id=need.domain_id,
            created_at=at,
        )
        self.ground.event("moderation.opened", item, at, cause=str(cause), fields=[])
        return item

    def _promise(self, need: Need, spec: dict[str, Any], at: datetime.datetime) -> None:
        ground, giver = self.ground, self.organisations.all[spec["who"]].organisation
        kind, author = Means(spec["kind"]), self._author(spec["who"])
        state = (
            Promised.RECEIVED
            if "got" in spec
            else Promised.DROPPED
            if "dropped" in spec
            else Promised.PLANNED
        )
        settled = ground.later(at, 1, 4)
        made = ground.new(
            Promise,
            need=need,
            organisation=giver,
            kind=kind,
            what=spec["what"],
            quantity=Decimal(spec["quantity"]),
            unit=FIXED_UNITS.get(kind) or spec["unit"],
            per=Per(spec.get("per", Per.ONCE)),
            named=spec.get("named", False),
            real=Decimal(spec["got"]) if "got" in spec else None,
            received_on=settled.date() if "got" in spec else None,
            state=state,
            state_changed_at=at if state == Promised.PLANNED else settled,
            reason=spec.get("dropped", ""),
            by=author,
            created_at=at,
        )
        ground.event("resource_need.promised", need, at, actor=author, promise=made.pk, organisation=giver.pk)
        if state == Promised.RECEIVED:
            ground.event("resource_need.received", need, settled, promise=made.pk, quantity=str(made.real))
        elif state == Promised.DROPPED:
            ground.event("resource_need.promise_dropped", need, settled, promise=made.pk, by_giver=False)


#: in the order they are written
TABLES = (Instrument, Need, Need.sdgs.through, Promise)

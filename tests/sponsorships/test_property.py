"""Whatever anybody does, in whatever order: the time is true, nobody validates alone, every move is audited.

A play of several offers and needs by people who are on one side, on both or on none. What is asserted is counted apart
from the code under test: the test keeps its own book of who validated what, and compares every row before and after
each step with the events that the step wrote.
"""

from __future__ import annotations

import datetime
import inspect
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.db.models import Count

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.invariants import broken
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import RuleBroken
from missions.offers import services as offers
from missions.offers.models import Offer
from missions.skill_needs import services as needs
from missions.skill_needs.models import SkillNeed
from missions.sponsorships import services
from missions.sponsorships.enums import Format, Part, Side
from missions.sponsorships.models import Convention, DayEntry, Sponsorship
from missions.sponsorships.statement import statement_of, years_of
from organisations.companies import services as companies
from organisations.companies.models import Employee
from organisations.models import Organisation
from tests import factories as f

from .builders import DAY

pytestmark = pytest.mark.django_db

#: a sponsorship that comes to this state → the event that says it
SPONSORSHIP = {
    "drafted": "sponsorship.drafted",
    "employer": "sponsorship.employer_agreed",
    "association": "sponsorship.association_agreed",
    "signed": "sponsorship.convention_in_force",
    "running": "sponsorship.begun",
    "closed": "sponsorship.closed",
    "broken": "sponsorship.broken",
    "declined": "sponsorship.declined",
}
DAYS = {
    "waiting": "sponsorship.day_logged",
    "validated": "sponsorship.day_validated",
    "refused": "sponsorship.day_refused",
    "withdrawn": "sponsorship.day_withdrawn",
}
CONVENTION = {
    "proposed": "sponsorship.convention_proposed",
    "in_force": "sponsorship.convention_in_force",
    "dropped": "sponsorship.convention_dropped",
}
OFFER = {
    ("open", "exhausted"): "offer.exhausted",
    ("exhausted", "open"): "offer.refilled",
    ("open", "paused"): "offer.paused",
    ("paused", "open"): "offer.resumed",
    ("open", "expired"): "offer.ended",
    ("paused", "expired"): "offer.ended",
    ("exhausted", "expired"): "offer.ended",
}
NEED = {
    "in_talk": "skill_need.in_talk",
    "agreed": "skill_need.agreed",
    "delivered": "skill_need.delivered",
    "no_taker": "skill_need.no_taker",
    "open": ("skill_need.resumed", "skill_need.reopened"),
}
MOST_TRIES = 30


def call(act: Callable[..., Any], row: Any, **said: Any) -> Any:
    """A service, with what the page that was read says of the row where it asks for it."""
    if "version" in inspect.signature(act).parameters:
        said.setdefault("version", row.version)
    return act(row, **said)


@dataclass
class Book:
    """The test's own account of a day: its minutes, and who said yes for which side."""

    minutes: int
    yes: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    @property
    def by_two(self) -> bool:
        company, association = self.yes[Side.COMPANY], self.yes[Side.ASSOCIATION]
        return bool(company and association) and len(company | association) > 1


Snapshot = dict[tuple[str, int], tuple[Any, ...]]


class Play:
    """Three associations with two needs each, two employers with two offers each; people of one side and of both."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.reached: Counter[str] = Counter()
        self.book: dict[int, Book] = {}
        self.associations = [f.make_organisation() for _ in range(3)]
        self.companies = [f.make_company(siren=siren) for siren in ("732829320", "552100554")]
        self.actors: dict[int, list[User]] = {
            one.pk: [f.make_member(one, may_sign=True)] for one in (*self.associations, *self.companies)
        }
        #: handles an association and an employer, and may sign for both
        self.both = f.make_user()
        for one in (self.associations[0], self.companies[0]):
            f.make_member(one, person=self.both.person, may_sign=True)
            self.actors[one.pk].append(self.both)
        self.workers: dict[int, list[User]] = {}
        for company in self.companies:
            people = [f.make_user(), f.make_user()]
            for person in people:
                Employee.objects.create(organisation=company, person=person.person, joined_by="invitation")
            self.workers[company.pk] = people
        #: lent by the first employer, and a member of the association that receives
        f.make_member(
            self.associations[1], person=self.workers[self.companies[0].pk][0].person, may_sign=True
        )
        self.actors[self.associations[1].pk].append(self.workers[self.companies[0].pk][0])
        self.offers = [
            f.make_offer(company, days=self.dice.choice([6, 8, 12]), formats=[one.value for one in Format])
            for company in self.companies
            for _ in range(2)
        ]
        self.needs = [
            f.make_skill_need(organisation=one, skills=["comptabilite"], minutes=3 * DAY)
            for one in self.associations
            for _ in range(2)
        ]
        for number in (0, 3):
            self.under_way(self.needs[number], self.offers[number // 2])
        self.everybody = [
            *{user.pk: user for many in self.actors.values() for user in many}.values(),
            f.make_user(),
        ]

    # --- who and what, at random; wrongly one time in eight

    def likely(self, organisation: Organisation) -> User:
        if self.dice.random() < 1 / 8:
            return self.dice.choice([*self.everybody, *self.workers[self.dice.choice(self.companies).pk]])
        return self.dice.choice(self.actors[organisation.pk])

    def side(self, likely: Side | None = None) -> Side:
        return likely if likely and self.dice.random() < 7 / 8 else self.dice.choice(list(Side))

    def row(self, *states: str) -> Sponsorship | None:
        """One in these states when there is one, seven times out of eight; else any."""
        rows = Sponsorship.objects.select_related("need__organisation", "offer__organisation").order_by("pk")
        found = list(rows.filter(state__in=states)) if states and self.dice.random() < 7 / 8 else list(rows)
        return self.dice.choice(found) if found else None

    def day(self, *states: str) -> DayEntry | None:
        rows = DayEntry.objects.select_related(
            "sponsorship__need__organisation", "sponsorship__offer__organisation", "convention"
        ).order_by("pk")
        found = list(rows.filter(state__in=states)) if states and self.dice.random() < 7 / 8 else list(rows)
        return self.dice.choice(found) if found else None

    def terms(self, minutes: int | None = None) -> services.Terms:
        return services.Terms(
            minutes=minutes or self.dice.choice([DAY // 2, DAY, 2 * DAY, 3 * DAY, 5 * DAY, 9 * DAY]),
            day_minutes=self.dice.choice([DAY, DAY, DAY, 360, 480]),
            starts_on=today() - datetime.timedelta(days=self.dice.choice([20, 40, 60])),
            ends_on=today() + datetime.timedelta(days=self.dice.choice([30, 60])),
            profile="comptable",
        )

    # --- the verbs

    def draft(self) -> None:
        rows, sought = Offer.objects.giving(), SkillNeed.objects.seeking()
        giving = list(rows.select_related("organisation").order_by("pk"))
        seeking = list(sought.select_related("organisation").order_by("pk"))
        if self.dice.random() < 1 / 8:
            giving, seeking = self.offers, self.needs
        offer, need = self.dice.choice(giving or self.offers), self.dice.choice(seeking or self.needs)
        services.draft(
            actor=self.likely(offer.organisation),
            need=need,
            offer=offer,
            terms=self.terms(self.dice.choice([DAY, 2 * DAY, 3 * DAY])),
            format="split",
        )

    def under_way(self, need: SkillNeed, offer: Offer) -> None:
        """Three days of who works there, signed by one of each side."""
        company, association = self.actors[offer.organisation_id][0], self.actors[need.organisation_id][0]
        worker = self.workers[offer.organisation_id][-1].person
        terms = self.terms(3 * DAY)
        row = services.draft(actor=company, need=need, offer=offer, terms=terms, format="split")
        row = call(services.employer_agree, row, actor=company)
        row = call(services.association_agree, row, actor=association)
        named = {"employee": worker, "employee_name": worker.full_name}
        text = call(services.propose_convention, row, actor=company, side=Side.COMPANY, terms=terms, **named)
        for side, actor in ((Side.COMPANY, company), (Side.ASSOCIATION, association)):
            text = call(
                services.sign, text, actor=actor, side=side, seen_hash=text.text_hash, capacity="directrice"
            )

    def rework(self) -> None:
        if row := self.row("drafted"):
            call(
                services.rework, row, actor=self.likely(row.employer), terms=self.terms(), format="full_time"
            )

    def agree(self) -> None:
        if row := self.row("drafted"):
            call(services.employer_agree, row, actor=self.likely(row.employer))

    def accept(self) -> None:
        if row := self.row("employer"):
            call(services.association_agree, row, actor=self.likely(row.association))

    def decline(self) -> None:
        if row := self.row("employer", "association"):
            side = self.side()
            call(services.decline, row, actor=self.likely(row.organisation_of(side)), side=side, reason="Non")

    def propose(self) -> None:
        """A convention, or an amendment of the time, the dates, the length of a day or the person."""
        row = self.row("association", "running")
        if row is None:
            return
        side = self.side(Side.COMPANY)
        worker = self.dice.choice(self.workers[row.offer.organisation_id])
        terms = self.terms()
        if self.dice.random() < 1 / 2:
            terms = replace(terms, minutes=row.minutes, day_minutes=row.day_minutes, starts_on=row.starts_on)
        call(
            services.propose_convention,
            row,
            actor=self.likely(row.organisation_of(side)),
            side=side,
            terms=terms,
            employee=worker.person,
            employee_name=worker.person.full_name,
            summary="Autrement",
        )

    def drop(self) -> None:
        if text := self._proposed():
            side = self.side()
            actor = self.likely(text.sponsorship.organisation_of(side))
            call(services.drop_convention, text, actor=actor, side=side)

    def sign(self) -> None:
        if text := self._proposed():
            side = self.side(Side.ASSOCIATION if text.company_at else Side.COMPANY)
            actor = self.likely(text.sponsorship.organisation_of(side))
            call(services.sign, text, actor=actor, side=side, seen_hash=text.text_hash, capacity="directrice")

    def _proposed(self) -> Convention | None:
        rows = Convention.objects.proposed().select_related(
            "sponsorship__need__organisation", "sponsorship__offer__organisation"
        )
        found = list(rows.order_by("pk"))
        return self.dice.choice(found) if found else None

    def log(self) -> None:
        if row := self.row("signed", "running"):
            self._log(row, None)

    def correct(self) -> None:
        if day := self.day("waiting", "refused"):
            self._log(day.sponsorship, day)
            self.reached["corrected"] += 1

    def _log(self, row: Sponsorship, corrects: DayEntry | None) -> None:
        workers = self.workers[row.offer.organisation_id]
        text = row.conventions.in_force().first()
        named = [one for one in workers if text and one.person_id == text.employee_id]
        actor = self.dice.choice([*named, self.likely(row.employer), self.dice.choice(workers)])
        day = call(
            services.log_day,
            row,
            actor=actor,
            on=today() - datetime.timedelta(days=self.dice.randint(-1, 25)),
            part=self.dice.choice(Part.values),
            minutes=self.dice.choice([30, 120, 400]),
            corrects=corrects,
        )
        self.book[day.pk] = Book(day.minutes)
        if day.company_at:
            self.book[day.pk].yes[Side.COMPANY].add(actor.person_id)

    def validate(self) -> None:
        if day := self.day("waiting"):
            side = self.side(Side.ASSOCIATION if day.company_at else Side.COMPANY)
            actor = self.likely(day.sponsorship.organisation_of(side))
            before = day.validated_at(side)
            after = call(services.validate_day, day, actor=actor, side=side)
            if after.validated_at(side) and not before:
                self.book[day.pk].yes[side].add(actor.person_id)

    def validate_for_both(self) -> None:
        """Who is on both sides notes a day for the employer, then tries to say the association's yes too."""
        row = (
            Sponsorship.objects.filter(state__in=("signed", "running"))
            .filter(need__organisation=self.associations[0], offer__organisation=self.companies[0])
            .first()
        )
        if row is None:
            return
        on = today() - datetime.timedelta(days=self.dice.randint(0, 20))
        day = call(services.log_day, row, actor=self.both, on=on, part=Part.WHOLE)
        self.book[day.pk] = Book(day.minutes, defaultdict(set, {Side.COMPANY: {self.both.person_id}}))
        try:
            day = call(services.validate_day, day, actor=self.both, side=Side.ASSOCIATION)
        except RuleBroken:
            self.reached["both sides refused"] += 1
            raise
        self.book[day.pk].yes[Side.ASSOCIATION].add(self.both.person_id)

    def refuse(self) -> None:
        if day := self.day("waiting"):
            side = self.side(Side.ASSOCIATION)
            actor = self.likely(day.sponsorship.organisation_of(side))
            call(services.refuse_day, day, actor=actor, side=side, reason="Pas ce jour-là")

    def withdraw(self) -> None:
        if day := self.day("waiting"):
            call(services.withdraw_day, day, actor=self.likely(day.sponsorship.employer))

    def debrief(self) -> None:
        if row := self.row("running", "broken"):
            said = set(row.debriefs.values_list("side", flat=True))
            side = self.side(next((side for side in Side if side not in said), None))
            actor = self.likely(row.organisation_of(side))
            call(services.debrief, row, actor=actor, side=side, delivered="yes", went_well="Bien")

    def close(self) -> None:
        rows = Sponsorship.objects.select_related("need__organisation", "offer__organisation").order_by("pk")
        running = list(rows.filter(state="running").annotate(said=Count("debriefs")))
        ready = [row for row in running if row.said == 2 and not row.waiting_minutes]
        if row := self.dice.choice(ready) if ready else self.row("running"):
            side = self.side()
            call(services.close, row, actor=self.likely(row.organisation_of(side)), side=side)

    def end_early(self) -> None:
        if row := self.row("signed", "running"):
            side = self.side()
            call(
                services.break_off, row, actor=self.likely(row.organisation_of(side)), side=side, reason="Fin"
            )

    # --- the offers, the needs, the employees

    def an_offer(self) -> Offer:
        return Offer.objects.select_related("organisation").get(pk=self.dice.choice(self.offers).pk)

    def pause(self) -> None:
        offer = self.an_offer()
        call(offers.pause, offer, actor=self.likely(offer.organisation))

    def resume(self) -> None:
        paused = [
            offer for offer in self.offers if Offer.objects.filter(pk=offer.pk, state="paused").exists()
        ]
        offer = Offer.objects.select_related("organisation").get(
            pk=self.dice.choice(paused or self.offers).pk
        )
        call(offers.resume, offer, actor=self.likely(offer.organisation))

    def change_offer(self) -> None:
        """More time, less, or just what is committed."""
        offer = self.an_offer()
        most = self.dice.choice([DAY, 3 * DAY, 8 * DAY, 12 * DAY, max(DAY, offer.committed_minutes)])
        data = replace(offers.current_data(offer), total_minutes=most)
        call(offers.update, offer, actor=self.likely(offer.organisation), data=data)

    def give_up(self) -> None:
        need = SkillNeed.objects.select_related("organisation").get(pk=self.dice.choice(self.needs).pk)
        call(needs.give_up, need, actor=self.likely(need.organisation), reason="Plus besoin")

    def reopen(self) -> None:
        need = SkillNeed.objects.select_related("organisation").get(pk=self.dice.choice(self.needs).pk)
        date = today() + datetime.timedelta(days=50)
        call(needs.reopen, need, actor=self.likely(need.organisation), deadline=date)

    def leave(self) -> None:
        """An employee leaves, or comes back."""
        company = self.dice.choice(self.companies)
        worker = self.dice.choice(self.workers[company.pk])
        live = Employee.objects.live().filter(organisation=company, person=worker.person)
        if link := live.select_related("organisation").first():
            companies.end(link, actor=self.likely(company))
            self.reached["employee.ended"] += 1
        else:
            Employee.objects.create(organisation=company, person=worker.person, joined_by="invitation")

    STEPS = (
        [draft] * 4
        + [rework, drop, decline, end_early, give_up, reopen, leave, pause, validate_for_both]
        + [resume] * 2
        + [change_offer, refuse, correct, withdraw, debrief, close] * 2
        + [agree, accept, propose] * 4
        + [sign] * 6
        + [log] * 9
        + [validate] * 8
    )

    #: what a step asks for, else it would do nothing
    NEEDS: ClassVar[dict[str, tuple[Any, tuple[str, ...]]]] = {
        "rework": (Sponsorship, ("drafted",)),
        "agree": (Sponsorship, ("drafted",)),
        "accept": (Sponsorship, ("employer",)),
        "decline": (Sponsorship, ("employer", "association")),
        "propose": (Sponsorship, ("association", "signed", "running")),
        "drop": (Convention, ("proposed",)),
        "sign": (Convention, ("proposed",)),
        "log": (Sponsorship, ("signed", "running")),
        "correct": (DayEntry, ("waiting", "refused")),
        "validate": (DayEntry, ("waiting",)),
        "refuse": (DayEntry, ("waiting",)),
        "withdraw": (DayEntry, ("waiting",)),
        "debrief": (Sponsorship, ("running", "broken")),
        "close": (Sponsorship, ("running",)),
        "end_early": (Sponsorship, ("signed", "running")),
        "resume": (Offer, ("paused",)),
        "reopen": (SkillNeed, ("no_taker",)),
    }

    #: the steps that lead to each thing that must have happened, tried in this order in a fresh world
    TOWARDS: ClassVar[dict[str, tuple[Callable[[Play], None], ...]]] = {
        "both sides refused": (validate_for_both,),
        "sponsorship.begun": (log,),
        "sponsorship.day_validated": (log, validate, validate),
        "corrected": (log, refuse, correct),
        "sponsorship.day_withdrawn": (log, withdraw),
        "amended": (propose, sign, sign),
        "sponsorship.convention_dropped": (propose, drop),
        "sponsorship.reworked": (draft, rework),
        "sponsorship.association_agreed": (draft, agree, accept),
        "sponsorship.declined": (draft, agree, decline),
        "offer.exhausted": (change_offer,),
        "offer.refilled": (change_offer,),
        "offer.resumed": (pause, resume),
        "employee.ended": (leave,),
        "sponsorship.closed": (log, validate, validate, debrief, debrief, close),
        "sponsorship.broken": (end_early,),
    }

    def has_something(self, step: str) -> bool:
        """Nineteen times out of twenty; else it is tried on what does not allow it."""
        if step not in self.NEEDS or self.dice.random() < 1 / 20:
            return True
        if step not in self.found:
            model, states = self.NEEDS[step]
            self.found[step] = model.objects.filter(state__in=states).exists()
        return self.found[step]

    # --- one step, and what must hold after it

    def step(self, chosen: Callable[[Play], None] | None = None) -> str:
        self.found: dict[str, bool] = {}
        act = chosen or self.dice.choice([one for one in self.STEPS if self.has_something(one.__name__)])
        before, last = (
            self.snapshot(),
            Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
        )
        refused = ""
        kept = {
            pk: Book(one.minutes, defaultdict(set, {k: set(v) for k, v in one.yes.items()}))
            for pk, one in self.book.items()
        }
        try:
            with transaction.atomic():
                act(self)
        except RuleBroken as refusal:
            refused, self.book = refusal.code or "refused", kept
        told = list(Event.objects.filter(pk__gt=last).order_by("pk"))
        said = f"{act.__name__}: {refused or 'done'}"
        after = self.snapshot()
        if refused:
            assert after == before, f"{said}: what is refused changes nothing"
            assert not told, f"{said}: and is not audited as done"
        self.reached.update(one.verb for one in told)
        self.audited(before, after, told, said)
        self.true_time(said)
        return said

    def snapshot(self) -> Snapshot:
        """What moves, of every row."""
        found: Snapshot = {}
        for model, names in (
            (Sponsorship, ("state", "minutes", "day_minutes", "starts_on", "ends_on", "format")),
            (Convention, ("state", "company_at", "association_at", "sponsorship_id", "number")),
            (DayEntry, ("state", "company_at", "association_at", "sponsorship_id", "corrects_id")),
            (Offer, ("state", "total_minutes")),
            (SkillNeed, ("state",)),
        ):
            for pk, *values in model.objects.values_list("pk", *names):
                found[(model.__name__, pk)] = tuple(values)
        return found

    def audited(self, before: Snapshot, after: Snapshot, told: list[Event], said: str) -> None:
        """Each row that moved has its own event among those of this step."""

        def require(verb: str | Sequence[str], kind: str, pk: int, **data: Any) -> None:
            verbs = (verb,) if isinstance(verb, str) else verb
            found = [
                one
                for one in told
                if one.verb in verbs
                and (one.subject_type.endswith(f".{kind}") and one.subject_id == str(pk))
                and all(one.data.get(name) == value for name, value in data.items())
            ]
            assert len(found) == 1, f"{said}: {verbs} of {kind} {pk} {data} is told {len(found)} times"

        for (kind, pk), now_is in after.items():
            was = before.get((kind, pk))
            if was == now_is:
                continue
            match kind:
                case "Sponsorship":
                    if was is None or was[0] != now_is[0]:
                        path = [now_is[0]]
                        if was is not None and (was[0], now_is[0]) == ("signed", "running"):
                            path = ["running"]
                        for state in path:
                            if state != "signed":  # its convention says it, below
                                require(SPONSORSHIP[state], kind, pk)
                    elif was[0] == "drafted":
                        require("sponsorship.reworked", kind, pk)
                    else:
                        require("sponsorship.convention_in_force", kind, pk)
                        self.reached["amended"] += 1
                case "Convention":
                    number, sponsorship = now_is[4], now_is[3]
                    if was is None:
                        require(CONVENTION["proposed"], "Sponsorship", sponsorship, number=number)
                        continue
                    for side, place in ((Side.COMPANY, 1), (Side.ASSOCIATION, 2)):
                        if was[place] != now_is[place]:
                            require(
                                "sponsorship.convention_signed",
                                "Sponsorship",
                                sponsorship,
                                number=number,
                                side=str(side),
                            )
                    if was[0] != now_is[0] and now_is[0] == "superseded":
                        # told by the one that replaces it
                        require(CONVENTION["in_force"], "Sponsorship", sponsorship)
                    elif was[0] != now_is[0]:
                        require(CONVENTION[now_is[0]], "Sponsorship", sponsorship, number=number)
                case "DayEntry":
                    if was is None:
                        require(DAYS["waiting"], "Sponsorship", now_is[3], day=pk, corrects=now_is[4])
                    elif now_is[0] in ("waiting", "validated"):
                        for side, place in ((Side.COMPANY, 1), (Side.ASSOCIATION, 2)):
                            if was[place] is None and now_is[place] is not None:
                                said_by = {"day": pk, "side": str(side)}
                                require(DAYS["validated"], "Sponsorship", now_is[3], **said_by)
                    else:
                        require(DAYS[now_is[0]], "Sponsorship", now_is[3], day=pk)
                case "Offer":
                    assert was is not None
                    if was[1] != now_is[1]:
                        require("offer.changed", kind, pk)
                    if was[0] != now_is[0]:
                        self.told_offer(was[0], now_is[0], pk, told, said)
                case "SkillNeed":
                    assert was is not None
                    require(NEED[now_is[0]], kind, pk)
        gone = [key for key in before if key not in after]
        assert not gone or all(kind == "Convention" for kind, _pk in gone), f"{said}: {gone}"

    @staticmethod
    def told_offer(was: str, now_is: str, pk: int, told: list[Event], said: str) -> None:
        """Its moves make a way: resumed, then exhausted at once, is two."""
        state = was
        for event in told:
            if event.subject_type.endswith(".Offer") and event.subject_id == str(pk):
                for (first, then), verb in OFFER.items():
                    if verb == event.verb and first == state:
                        state = then
                        break
        assert state == now_is, f"{said}: offer {pk} went from {was} to {now_is}, told as {state}"

    def true_time(self, said: str) -> None:
        """Days left, what is held, what is validated: counted again from the rows and from the test's own book."""
        rows = list(Sponsorship.objects.all())
        for offer in Offer.objects.all():
            held = sum(self.held(row) for row in rows if row.offer_id == offer.pk)
            assert offer.committed_minutes == held, said
            assert 0 <= offer.left_minutes <= offer.total_minutes, said
        days = list(DayEntry.objects.all())
        for row in rows:
            mine = [day for day in days if day.sponsorship_id == row.pk]
            logged = sum(day.minutes for day in mine if day.state in ("waiting", "validated"))
            counted = sum(day.minutes for day in mine if day.state == "validated")
            assert (row.logged_minutes, row.validated_minutes) == (logged, counted), said
            assert counted <= logged <= row.minutes, said
        people = dict(User.objects.values_list("pk", "person"))
        for day in days:
            book = self.book[day.pk]
            assert day.minutes == book.minutes, said
            if day.state == "validated":
                assert book.by_two, f"{said}: day {day.pk} is validated by {dict(book.yes)}"
            if day.company_by_id and day.association_by_id:
                assert people[day.company_by_id] != people[day.association_by_id], said

    @staticmethod
    def held(row: Sponsorship) -> int:
        if row.state in ("drafted", "declined"):
            return 0
        return row.logged_minutes if row.state in ("closed", "broken") else row.minutes

    def true_statement(self) -> None:
        """What each organisation reads of its years, on either side, is what the book says both validated."""
        of_company = {
            one.pk: (one, Side.COMPANY, "sponsorship__offer__organisation") for one in self.companies
        }
        receiving = {
            one.pk: (one, Side.ASSOCIATION, "sponsorship__need__organisation") for one in self.associations
        }
        for organisation, side, path in [*of_company.values(), *receiving.values()]:
            mine = DayEntry.objects.filter(**{path: organisation}).values_list("pk", "state")
            total = sum(self.book[pk].minutes for pk, state in mine if state == "validated")
            said = sum(
                statement_of(organisation, year, side=side).total for year in years_of(organisation, side)
            )
            assert said == total


def play(seeds: range, steps: int) -> None:
    """Each seed in a world of its own, taken away afterwards. The first one goes through all that can happen, the
    others where the dice say."""
    for seed in seeds:
        with transaction.atomic():
            one = Play(seed)
            done: list[str] = []
            try:
                if seed == seeds[0]:
                    for wanted, acts in one.TOWARDS.items():
                        for _ in range(MOST_TRIES):
                            if not one.reached[wanted]:
                                done += [one.step(act) for act in acts]
                        assert one.reached[wanted], f"{wanted} never happened"
                for number in range(steps):
                    done.append(one.step())
                    if number % 10 == 9:
                        one.true_statement()
                one.true_statement()
                assert broken() == {}
            except AssertionError as wrong:
                raise AssertionError(f"seed {seed}, step {len(done)}: {wrong}\n" + "\n".join(done)) from wrong
            transaction.set_rollback(True)


def test_whatever_happens_the_time_is_true_and_nobody_validates_alone() -> None:
    play(range(3), 75)


@pytest.mark.proof
def test_and_so_over_long_plays() -> None:
    play(range(100, 105), 200)

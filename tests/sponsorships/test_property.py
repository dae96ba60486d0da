"""Whatever anybody does, in whatever order: the time is true, nobody validates alone, every move is audited."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F, Sum

from jeveuxagir.audit.invariants import broken
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import RuleBroken
from missions.offers.models import Offer
from missions.sponsorships import services
from missions.sponsorships.enums import Part, Side
from missions.sponsorships.models import Convention, DayEntry, Sponsorship
from missions.sponsorships.statement import statement_of, years_of

from .builders import DAY, Story, make_offer, story

pytestmark = pytest.mark.django_db
STEPS = 45
#: each verb of the sponsorship → the event that says it
MOVES = {
    "employer": "sponsorship.employer_agreed",
    "association": "sponsorship.association_agreed",
    "signed": "sponsorship.convention_in_force",
    "running": "sponsorship.begun",
    "closed": "sponsorship.closed",
    "broken": "sponsorship.broken",
    "declined": "sponsorship.declined",
}


class Play:
    """One offer, three associations, seven people; each step somebody tries something, allowed or not."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.offer = make_offer(total_minutes=self.dice.choice([6, 10, 14]) * DAY)
        self.stories: list[Story] = [story(offer=self.offer) for _ in range(3)]

    def step(self) -> tuple[str, str]:
        act = self.dice.choice(
            [self.draft, self.agree, self.accept, self.propose, self.sign, self.sign]
            + [self.log] * 4
            + [self.validate] * 5
            + [self.refuse, self.withdraw, self.debrief, self.close]
            + ([self.stop] if self.dice.random() < 0.3 else [])
        )
        try:
            act()
        except RuleBroken as refusal:
            return act.__name__, refusal.code
        return act.__name__, "done"

    # --- who and what, picked at random, often wrongly

    def row(self) -> tuple[Story, Sponsorship]:
        s = self.dice.choice(self.stories)
        rows = list(Sponsorship.objects.filter(need=s.need).order_by("pk"))
        if not rows:
            return s, s.drafted(self.dice.randint(1, 5))
        return s, rows[-1]

    def somebody(self, s: Story) -> Any:
        return self.dice.choice([s.coordinator, s.manager, s.worker, s.coordinator, s.manager])

    def side(self) -> Side:
        return self.dice.choice(list(Side))

    def draft(self) -> None:
        self.dice.choice(self.stories).drafted(self.dice.choice([1, 2, 3, 5, 9]))

    def agree(self) -> None:
        s, row = self.row()
        services.employer_agree(row, actor=s.coordinator)

    def accept(self) -> None:
        s, row = self.row()
        services.association_agree(row, actor=s.manager)

    def propose(self) -> None:
        s, row = self.row()
        s.proposed(row, terms=s.terms(self.dice.choice([1, 2, 4, 8])), summary="Autrement")

    def sign(self) -> None:
        s, row = self.row()
        convention = Convention.objects.proposed().filter(sponsorship=row).first()
        if convention is not None:
            services.sign(
                convention, actor=self.somebody(s), side=self.side(), seen_hash=convention.text_hash
            )

    def log(self) -> None:
        s, row = self.row()
        on = today() - datetime.timedelta(days=self.dice.randint(-1, 12))
        services.log_day(
            row,
            actor=self.somebody(s),
            on=on,
            part=self.dice.choice(Part.values),
            minutes=self.dice.choice([30, 120, 400]),
        )

    def _a_day(self) -> tuple[Story, DayEntry] | None:
        s, row = self.row()
        days = list(row.days.order_by("pk"))
        return (s, self.dice.choice(days)) if days else None

    def _on_a_day(self, act: Callable[[Story, DayEntry], Any]) -> None:
        found = self._a_day()
        if found:
            act(*found)

    def validate(self) -> None:
        self._on_a_day(lambda s, day: services.validate_day(day, actor=self.somebody(s), side=self.side()))

    def refuse(self) -> None:
        self._on_a_day(
            lambda s, day: services.refuse_day(day, actor=self.somebody(s), side=self.side(), reason="Non")
        )

    def withdraw(self) -> None:
        self._on_a_day(lambda s, day: services.withdraw_day(day, actor=self.somebody(s)))

    def debrief(self) -> None:
        s, row = self.row()
        services.debrief(row, actor=self.somebody(s), side=self.side(), delivered="yes", went_well="Bien")

    def close(self) -> None:
        s, row = self.row()
        services.close(row, actor=s.manager, side=Side.ASSOCIATION)

    def stop(self) -> None:
        s, row = self.row()
        if self.dice.random() < 0.5:
            services.break_off(row, actor=s.coordinator, side=Side.COMPANY, reason="Fin")
        else:
            services.decline(row, actor=s.manager, side=Side.ASSOCIATION, reason="Non")


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_the_time_is_true_and_nobody_validates_alone(seed: int) -> None:
    play = Play(seed)
    moved: list[str] = []
    states: dict[int, str] = {}
    for _ in range(STEPS):
        step = play.step()
        offer = Offer.objects.get(pk=play.offer.pk)
        assert 0 <= offer.left_minutes <= offer.total_minutes, step
        held = Sponsorship.objects.filter(offer=offer).aggregate(n=Sum("held_minutes"))["n"] or 0
        assert offer.committed_minutes == held, step
        for row in Sponsorship.objects.filter(offer=offer):
            assert row.validated_minutes <= row.logged_minutes <= row.minutes, step
            if row.state != states.get(row.pk, "drafted"):
                moved.append(row.state)
                verbs = set(
                    Event.objects.filter(
                        subject_type="sponsorships.Sponsorship", subject_id=str(row.pk)
                    ).values_list("verb", flat=True)
                )
                assert MOVES[row.state] in verbs, step
            states[row.pk] = row.state
    validated = DayEntry.objects.validated()
    assert not validated.filter(company_by=F("association_by")).exists()
    total = sum(day.minutes for day in validated)
    assert (
        sum(statement_of(play.offer.organisation, year).total for year in years_of(play.offer.organisation))
        == total
    )
    received = {row.need.organisation for row in Sponsorship.objects.filter(offer=play.offer)}
    assert (
        sum(
            statement_of(one, year, side=Side.ASSOCIATION).total
            for one in received
            for year in years_of(one, Side.ASSOCIATION)
        )
        == total
    ), "both sides read the same days"
    for day in DayEntry.objects.all():
        said = Event.objects.filter(verb__startswith="sponsorship.day", data__day=day.pk).values_list(
            "verb", flat=True
        )
        assert "sponsorship.day_logged" in said
        if day.state != "waiting":
            assert f"sponsorship.day_{day.state}" in said
    assert moved, "something happened"
    assert broken() == {}

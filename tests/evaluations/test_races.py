"""The last answers at the same instant, an answer and a departure, an answer and the end: over real transactions."""

from __future__ import annotations

from alliances import services as alliances
from alliances.evaluations import board, services
from alliances.evaluations.models import Round, Score
from jeveuxagir.audit.models import Event
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.notifications.models import Message
from tests.moderation.test_races import together

from .test_services import Table


def revealed(round_: Round) -> int:
    return Event.objects.filter(verb="evaluation.revealed", data__round=round_.pk).count()


def test_the_two_last_parties_at_once_reveal_once(committed_db: None) -> None:
    for _ in range(4):
        table = Table()
        round_ = table.open()
        table.answer(round_, 0)
        results = together(*[lambda n=number, t=table, r=round_: t.answer(r, n) for number in (1, 2)])
        assert not [one for one in results if isinstance(one, Exception)], results
        assert Round.objects.get(pk=round_.pk).is_revealed
        assert revealed(round_) == 1
        told = Message.objects.filter(kind="evaluations.revealed", dedupe_key__contains=f":{round_.pk}:")
        assert told.count() == 3
        assert [len(gap.lines) for gap in board.gaps(round_)] == [3] * 5


def test_two_rounds_opened_at_once_are_one(committed_db: None) -> None:
    for _ in range(3):
        table = Table()
        results = together(*[lambda t=table: t.open() for _ in range(2)])
        refused = [one for one in results if isinstance(one, Exception)]
        assert len(refused) == 1, results
        assert isinstance(refused[0], RuleBroken), results
        assert table.alliance.evaluations.count() == 1


def test_an_answer_and_the_last_silent_party_s_departure_at_once_reveal_once(committed_db: None) -> None:
    for _ in range(4):
        table = Table()
        round_ = table.open()
        table.answer(round_, 0)

        def leave(t: Table = table) -> None:
            alliances.leave(t.parties[2], actor=t.people[2])
            services.settle(t.alliance)

        results = together(leave, lambda t=table, r=round_: t.answer(r, 1))
        assert not [one for one in results if isinstance(one, Exception)], results
        services.settle(table.alliance)
        assert Round.objects.get(pk=round_.pk).is_revealed
        assert revealed(round_) == 1


def test_the_last_answer_and_abandoning_at_once_show_all_or_nothing(committed_db: None) -> None:
    for _ in range(4):
        table = Table(parties=2)
        round_ = table.open()
        table.answer(round_, 0)
        results = together(
            lambda t=table, r=round_: t.answer(r, 1),
            lambda t=table, r=round_: services.abandon(r, actor=t.people[0], reason="Trop long"),
        )
        refused = [one for one in results if isinstance(one, Exception)]
        assert len(refused) == 1, results
        assert isinstance(refused[0], RuleBroken), results
        fresh = Round.objects.get(pk=round_.pk)
        kept = Score.sealed.filter(answer__round=fresh).count()
        assert (fresh.state, kept) in {("revealed", 10), ("abandoned", 0)}

"""Opening an evaluation, answering it, what reveals it, what abandons it: who may, when, and what follows."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from alliances import services as alliances
from alliances.evaluations import board, sealed, services
from alliances.evaluations.enums import AnswerState, Question, RoundState
from alliances.evaluations.models import Answer, Round, Score
from alliances.models import Alliance, Party
from jeveuxagir.accounts.models import User
from jeveuxagir.audit.models import Delivery, Event
from jeveuxagir.audit.services import handler_of
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.notifications.models import Message
from tests import factories as f

pytestmark = pytest.mark.django_db


class Table:
    """`people[n]` acts for `parties[n]`; the first animates."""

    def __init__(self, parties: int = 3, **fields: Any) -> None:
        self.alliance: Alliance = f.make_alliance(parties=parties, **fields)
        self.parties: list[Party] = list(self.alliance.parties.order_by("pk"))
        self.people: list[User] = [f.make_signatory(party) for party in self.parties]

    def open(self, **fields: Any) -> Round:
        said = {"label": "Bilan de l’année", "due_on": today() + datetime.timedelta(days=14), **fields}
        return services.open_round(self.alliance, actor=self.people[0], **said)

    def answer(self, round_: Round, number: int, score: int = 4, words: str = "", **fields: Any) -> Answer:
        said = f.said_of(score, words or f"Dit par {number}.")
        return services.answer(
            round_,
            actor=self.people[number],
            party=self.parties[number],
            **{"said": said, "capacity": "présidente", **fields},
        )

    def revealed(self, *scores: int, **fields: Any) -> Round:
        round_ = self.open(**fields)
        for number, score in enumerate(scores or (2, 4, 5)):
            self.answer(round_, number, score)
        round_.refresh_from_db()
        return round_


def run(alliance: Alliance, verb: str) -> None:
    """What a worker does about an event of the alliance."""
    for delivery in Delivery.objects.filter(event__verb=verb, subscriber="evaluations"):
        handler = handler_of(verb, "evaluations")
        assert handler is not None
        handler(delivery.event)


# --- opening ------------------------------------------------------------------------------------------------


def test_who_animates_or_facilitates_opens_one_at_a_time_and_each_party_is_told() -> None:
    table = Table()
    Party.objects.filter(pk=table.parties[1].pk).update(is_facilitator=True, college="public")
    for number in (2,):
        with pytest.raises(NotAllowed):
            services.open_round(
                table.alliance,
                actor=table.people[number],
                label="Bilan",
                due_on=today() + datetime.timedelta(9),
            )
    round_ = services.open_round(
        table.alliance, actor=table.people[1], label="Bilan", due_on=today() + datetime.timedelta(days=9)
    )
    assert list(round_.answers.values_list("party", "state")) == [(p.pk, "awaited") for p in table.parties]
    told = Message.objects.filter(kind="evaluations.opened").values_list("person", flat=True)
    assert set(told) == {table.people[0].person_id, table.people[2].person_id}
    with pytest.raises(RuleBroken, match="déjà en cours"):
        table.open()
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.create(alliance=table.alliance, label="Deux", due_on=today())


def test_a_round_has_a_name_a_date_to_come_and_two_parties_at_least() -> None:
    table = Table()
    for wrong, word in (
        ({"label": " "}, "nom"),
        ({"due_on": today()}, "à venir"),
        ({"due_on": today() + datetime.timedelta(days=400)}, "six mois"),
    ):
        with pytest.raises(RuleBroken, match=word):
            table.open(**wrong)
    with pytest.raises(RuleBroken, match="deux parties"):
        Table(parties=1).open()


def test_the_database_takes_no_round_that_is_born_revealed() -> None:
    table = Table()
    with pytest.raises(IntegrityError, match="starts open"), transaction.atomic():
        Round.objects.create(alliance=table.alliance, label="Né", due_on=today(), state="revealed")


# --- answering ----------------------------------------------------------------------------------------------


def test_the_last_answer_reveals_once_and_every_party_is_told() -> None:
    table = Table()
    round_ = table.open()
    Message.objects.all().delete()
    for number in (0, 1):
        table.answer(round_, number)
        assert Round.objects.get().is_open
        assert not Message.objects.exists()
    table.answer(round_, 2)
    assert Round.objects.get().is_revealed
    assert Event.objects.filter(verb="evaluation.revealed").count() == 1
    told = Message.objects.filter(kind="evaluations.revealed").values_list("person", flat=True)
    assert sorted(told) == sorted(user.person_id for user in table.people)
    with pytest.raises(RuleBroken, match="terminée"):
        table.answer(round_, 0, 1)
    assert Event.objects.filter(verb="evaluation.revealed").count() == 1


def test_a_draft_is_kept_partial_and_changed_and_a_sent_answer_changes_whole_until_the_reveal() -> None:
    table = Table()
    round_ = table.open()
    draft = {"balance": (2, ""), "trust": (None, "À revoir")}
    row = services.answer(round_, actor=table.people[1], party=table.parties[1], said=draft, send=False)
    assert row.state == AnswerState.DRAFT
    kept = sealed.own(table.people[1], row)
    assert (kept["balance"].score, kept["trust"].sentence, kept["product"].score) == (2, "À revoir", None)
    with pytest.raises(RuleBroken, match="une note et une phrase sur : ce qui est produit"):
        services.answer(round_, actor=table.people[1], party=table.parties[1], said=draft, capacity="maire")
    with pytest.raises(RuleBroken, match="qualité"):
        table.answer(round_, 1, capacity=" ")
    table.answer(round_, 1, 3)
    with pytest.raises(RuleBroken, match="une note et une phrase"):
        services.answer(
            round_, actor=table.people[1], party=table.parties[1], said=draft, capacity="maire", send=False
        )
    table.answer(round_, 1, 5)
    assert sealed.own(table.people[1], row)["balance"].score == 5
    assert Answer.objects.get(party=table.parties[1]).is_sent


def test_a_note_goes_from_one_to_five_even_past_the_services() -> None:
    table = Table()
    round_ = table.open()
    for score in (0, 6):
        with pytest.raises(RuleBroken, match="1 à 5"):
            table.answer(round_, 1, score)
    with pytest.raises(RuleBroken, match="questions"):
        table.answer(round_, 1, said={"autre": (3, "Dit")})
    table.answer(round_, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Score.sealed.update(score=9)


def test_one_answers_for_one_s_own_party_only_and_a_reader_does_not() -> None:
    table = Table()
    round_ = table.open()
    reader = f.make_member(table.parties[1].organisation, role="reader")  # type: ignore[arg-type]
    foreign = f.make_alliance().parties.order_by("pk").first()
    assert foreign is not None
    for actor, party in (
        (table.people[0], table.parties[1]),
        (reader, table.parties[1]),
        (f.make_signatory(foreign), foreign),
        (f.make_staff("national"), table.parties[1]),
    ):
        with pytest.raises(NotAllowed):
            services.answer(round_, actor=actor, party=party, said=f.said_of(), capacity="maire")


def test_two_colleagues_writing_at_once_the_second_is_told() -> None:
    table = Table()
    round_ = table.open()
    seen = Answer.objects.get(party=table.parties[1]).version
    table.answer(round_, 1, version=seen)
    with pytest.raises(Stale, match="entre-temps"):
        table.answer(round_, 1, version=seen)


def test_a_party_that_joins_later_is_not_asked() -> None:
    table = Table()
    round_ = table.open()
    late = f.make_party(table.alliance)
    with pytest.raises(RuleBroken, match="prochaine"):
        services.answer(
            round_, actor=f.make_signatory(late), party=late, said=f.said_of(), capacity="directeur"
        )
    for number in range(3):
        table.answer(round_, number)
    assert Round.objects.get().is_revealed


def test_the_database_refuses_to_reveal_too_soon_and_to_change_what_was_revealed() -> None:
    table = Table()
    round_ = table.open()
    table.answer(round_, 0)
    table.answer(round_, 1)
    with pytest.raises(IntegrityError, match="when all parties"), transaction.atomic():
        Round.objects.update(state="revealed")
    table.answer(round_, 2)
    with pytest.raises(IntegrityError, match="has ended"), transaction.atomic():
        Score.sealed.update(score=1)
    with pytest.raises(IntegrityError, match="has ended"), transaction.atomic():
        Round.objects.update(state="open")
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.update(state="draft")


def test_a_sent_answer_that_lacks_a_sentence_reveals_nothing_even_past_the_services() -> None:
    table = Table(parties=2)
    round_ = table.open()
    table.answer(round_, 0)
    Answer.objects.filter(party=table.parties[1]).update(
        state="sent", sent_at=now(), author_name="X", capacity="maire"
    )
    with pytest.raises(IntegrityError, match="when all parties"), transaction.atomic():
        Round.objects.update(state="revealed")


# --- leaving, closing, abandoning ---------------------------------------------------------------------------


def test_a_party_that_leaves_is_waited_for_no_more_and_may_so_reveal() -> None:
    table = Table()
    round_ = table.open()
    table.answer(round_, 0)
    table.answer(round_, 1)
    alliances.leave(table.parties[2], actor=table.people[2])
    run(table.alliance, "alliance.party_left")
    run(table.alliance, "alliance.party_left")
    assert Round.objects.get().is_revealed
    assert Event.objects.filter(verb="evaluation.revealed").count() == 1
    assert [line.party for line in board.gaps(Round.objects.get())[0].lines] == table.parties[:2]


def test_who_animates_does_not_open_the_answers_by_putting_out_the_party_that_is_awaited() -> None:
    table = Table()
    round_ = table.open()
    table.answer(round_, 1)
    table.answer(round_, 0)
    put_out = {"actor": table.people[0], "by": table.parties[1], "reason": "Absente."}
    Party.objects.update(joined_at=now() - datetime.timedelta(days=60))
    with pytest.raises(RuleBroken, match="attend la réponse"):
        alliances.replace(table.parties[2], **put_out)
    table.answer(round_, 2, words="Un brouillon", send=False)  # a draft is a secret too: no fact is written
    with pytest.raises(RuleBroken, match="attend la réponse"):
        alliances.replace(table.parties[2], **put_out)
    assert Round.objects.get().is_open
    services.abandon(round_, actor=table.people[0], reason="Une partie ne répond pas.")
    assert not alliances.replace(table.parties[2], **put_out).is_live
    assert not Score.sealed.exists()


def test_a_party_hands_over_its_own_place_during_an_evaluation() -> None:
    table = Table()
    table.open()
    gone = alliances.replace(table.parties[2], actor=table.people[2], by=table.parties[1])
    assert not gone.is_live


def test_what_a_party_wrote_before_it_left_is_destroyed_not_shown() -> None:
    table = Table()
    round_ = table.open()
    table.answer(round_, 2, 1, "Nous partons.")
    alliances.leave(table.parties[2], actor=table.people[2])
    table.answer(round_, 0)
    table.answer(round_, 1)  # before any worker ran
    assert Round.objects.get().is_revealed
    assert not Score.sealed.filter(answer__party=table.parties[2]).exists()
    run(table.alliance, "alliance.party_left")
    assert Round.objects.get().is_revealed


def test_with_one_party_left_there_is_nothing_to_compare_and_the_round_ends() -> None:
    table = Table(parties=2)
    round_ = table.open()
    table.answer(round_, 0)
    alliances.leave(table.parties[1], actor=table.people[1])
    run(table.alliance, "alliance.party_left")
    round_.refresh_from_db()
    assert round_.state == RoundState.ABANDONED
    assert "comparer" in round_.reason
    assert not Score.sealed.exists()


def test_the_end_of_the_alliance_ends_its_open_evaluation_and_destroys_its_answers() -> None:
    table = Table()
    round_ = table.open()
    table.answer(round_, 0)
    alliances.close(table.alliance, actor=None, reached="a", learned="b", what_next="c")
    run(table.alliance, "alliance.closed")
    run(table.alliance, "alliance.closed")
    assert Round.objects.get().state == RoundState.ABANDONED
    assert not Score.sealed.exists()


def test_abandoning_says_why_destroys_what_was_said_and_shows_nothing() -> None:
    table = Table()
    round_ = table.open()
    table.answer(round_, 1)
    Message.objects.all().delete()
    with pytest.raises(NotAllowed):
        services.abandon(round_, actor=table.people[1], reason="Trop tôt")
    with pytest.raises(RuleBroken, match="pourquoi"):
        services.abandon(round_, actor=table.people[0], reason=" ")
    services.abandon(round_, actor=table.people[0], reason="Une partie ne répond pas.")
    assert not Score.sealed.exists()
    assert board.gaps(Round.objects.get()) == []
    told = Message.objects.filter(kind="evaluations.abandoned")
    assert {message.person_id for message in told} == {user.person_id for user in table.people[1:]}
    with pytest.raises(RuleBroken, match="n’est plus possible"):
        services.abandon(round_, actor=table.people[0], reason="Encore")
    assert table.open().is_open  # another may begin


def test_the_database_keeps_no_answer_of_an_abandoned_round() -> None:
    table = Table()
    round_ = table.open()
    table.answer(round_, 1)
    with pytest.raises(IntegrityError, match="destroyed first"), transaction.atomic():
        Round.objects.update(state="abandoned", reason="Stop")
    assert round_.is_open


# --- late ---------------------------------------------------------------------------------------------------


def test_past_its_date_the_parties_that_have_not_answered_are_reminded_once_a_week() -> None:
    table = Table()
    round_ = table.open()
    table.answer(round_, 0)
    Message.objects.all().delete()
    assert services.remind_due() == 0
    with time_machine.travel(now() + datetime.timedelta(days=16), tick=False):
        assert services.remind_due() == 1
        assert services.remind_due() == 0
        told = Message.objects.filter(kind="evaluations.late").values_list("person", flat=True)
        assert set(told) == {user.person_id for user in table.people[1:]}
    with time_machine.travel(now() + datetime.timedelta(days=24), tick=False):
        assert services.remind_due() == 1
        table.answer(round_, 1)  # late is still in time
        table.answer(round_, 2)
        assert Round.objects.get().is_revealed


# --- the gaps -----------------------------------------------------------------------------------------------


def test_gaps_stand_side_by_side_the_biggest_first_in_words() -> None:
    table = Table()
    round_ = table.open()
    for number, (balance, trust) in enumerate(((1, 4), (5, 4), (3, 3))):
        said = f.said_of(4, f"Dit par {number}.") | {"balance": (balance, "Bof"), "trust": (trust, "Oui")}
        table.answer(round_, number, said=said)
    found = board.gaps(Round.objects.get())
    assert [gap.question for gap in found] == ["balance", "trust", "product", "innovation", "performance"]
    words = found[0].words.replace("\xa0", " ")
    assert words == f"4 points d’écart : 1 pour {table.parties[0].name}, 5 pour {table.parties[1].name}."
    assert [line.score for line in found[0].lines] == [1, 3, 5]
    assert "Aucun écart" in found[2].words
    said_of_it = board.summaries([round_])[round_.pk].replace("\xa0", " ")
    assert said_of_it == "Plus grand écart, 4 points entre les parties : l’équilibre."


def test_a_later_round_is_compared_with_the_one_before() -> None:
    table = Table()
    with time_machine.travel(now() - datetime.timedelta(days=200), tick=False):
        first = table.revealed(1, 3, 5)
    abandoned = table.open()
    services.abandon(abandoned, actor=table.people[0], reason="Trop tôt")
    second = table.revealed(3, 4, 5)
    assert board.before(first) is None
    assert board.before(second) == first
    gap = board.gaps(second)[0]
    assert [line.before for line in gap.lines] == [1, 3, 5]
    assert gap.since == "Depuis la fois d’avant, la moyenne monte de 3 à 4, et l’écart se réduit (4 puis 2)."


# --- somebody goes ------------------------------------------------------------------------------------------


def test_erasure_keeps_the_party_s_note_without_who_or_their_words() -> None:
    table = Table()
    round_ = table.revealed()
    person = table.people[1].person
    services.forget_person(person)
    row = round_.answers.get(party=table.parties[1])
    assert (row.person, row.author_name, row.capacity) == (None, "une personne", "—")
    assert {(score.score, score.sentence) for score in row.scores.all()} == {(4, "(phrase effacée)")}
    assert len(board.gaps(round_)[0].lines) == 3


def test_a_citizen_erased_while_it_is_open_leaves_and_is_waited_for_no_more() -> None:
    from jeveuxagir.accounts import privacy

    table = Table(parties=2)
    citizen = f.make_user()
    party = f.make_party(table.alliance, person=citizen.person)
    round_ = table.open()
    services.answer(round_, actor=citizen, party=party, said=f.said_of(), capacity="citoyenne")
    privacy.erase(citizen.person, actor=citizen)
    table.answer(round_, 0)
    table.answer(round_, 1)
    assert Round.objects.get().is_revealed
    assert not Score.sealed.filter(answer__party=party).exists()
    assert set(Question) == {gap.question for gap in board.gaps(round_)}

"""What somebody tries against an alliance: a page read too long ago, two things at the same time."""

from __future__ import annotations

import datetime
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from alliances import services
from alliances.enums import Activity
from alliances.evaluations import services as evaluations
from alliances.exchanges import services as exchanges
from alliances.governance import services as governance
from alliances.indicators import services as indicators
from alliances.indicators.periods import last_ended
from alliances.models import Alliance, Party
from alliances.texts import services as texts
from alliances.texts.enums import Kind
from jeveuxagir.accounts.models import User
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from tests import factories as f
from tests.races.test_seats import outcome, together

ANSWERS = {
    "reached": "Cent enfants.",
    "learned": "Aller moins vite.",
    "what_next": "La médiathèque continue.",
}
# --- read before a party left, sent after -----------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["task", "moved", "obligation", "indicator", "value", "review", "message"])
def test_nothing_is_given_to_or_said_for_a_party_that_left_meanwhile(what: str) -> None:
    alliance = f.make_alliance(parties=3)
    first, second, third = alliance.parties.order_by("pk")
    animator, leaver = f.make_signatory(first), f.make_signatory(third)
    stale = Party.objects.select_related("organisation").get(pk=third.pk)
    agreement = texts.begin(alliance, actor=animator, kind=Kind.AGREEMENT)
    task = f.make_task(alliance, party=first)
    nobodys, counted = f.make_indicator(second), f.make_indicator(second)
    type(nobodys).objects.filter(pk=nobodys.pk).update(owner=None)
    value, topic = f.make_value(counted), f.make_topic(alliance)
    services.leave(third, actor=leaver)
    period = last_ended(counted.rhythm, today())
    acts = {
        "task": lambda: governance.give(alliance, actor=animator, title="Agir", party=stale, due_on=today()),
        "moved": lambda: governance.move_task(
            task, actor=animator, version=task.version, state="to_do", party=stale
        ),
        "obligation": lambda: texts.oblige(
            agreement, actor=animator, party=stale, clause="objet", what="Prêter", due_on=None
        ),
        "indicator": lambda: indicators.take_over(nobodys, actor=leaver, party=stale),
        "value": lambda: indicators.enter(
            counted, actor=leaver, party=stale, period=period, amount=Decimal(1), proof="Liste"
        ),
        "review": lambda: indicators.review(value, actor=leaver, party=stale, verdict="confirmed"),
        "message": lambda: exchanges.answer(topic, actor=leaver, party=stale, body="Bonjour"),
    }
    with pytest.raises((RuleBroken, NotAllowed)):
        acts[what]()
    assert not third.tasks.exists()
    assert not third.obligations.exists()
    assert not alliance.indicators.filter(owner=third).exists()


# --- at the same time -------------------------------------------------------------------------------------------

ROUNDS = pytest.mark.parametrize("round_number", range(3))


def table(parties: int, **fields: Any) -> tuple[Alliance, list[Party], list[User]]:
    """An alliance, its parties and who acts and signs for each; the first animates."""
    alliance = f.make_alliance(parties=parties, **fields)
    found = list(alliance.parties.order_by("pk"))
    return alliance, found, [f.make_signatory(party) for party in found]


def test_closing_twice_at_once_closes_once_and_tells_once(committed_db: None) -> None:
    alliance, _parties, people = table(1)
    acts = [lambda: services.close_alone(alliance, actor=people[0], **ANSWERS)] * 4
    assert Counter(together(outcome, acts, threads=4)) == {"done": 1, "closed": 3}
    assert Event.objects.filter(verb="alliance.closed").count() == 1


@ROUNDS
def test_the_last_voice_for_closing_and_another_decision_at_once(
    committed_db: None, round_number: int
) -> None:
    """Whatever comes first, the alliance is closed once."""
    alliance, parties, people = table(2, rule="majority")
    closing = governance.propose(alliance, actor=people[0], title="Clore", effect="close", details=ANSWERS)
    other = governance.propose(alliance, actor=people[0], title="Acheter")
    for decision in (closing, other):
        governance.vote(decision, actor=people[0], party=parties[0], choice="for")
    acts = [
        lambda: governance.vote(closing, actor=people[1], party=parties[1], choice="for"),
        lambda: governance.vote(other, actor=people[1], party=parties[1], choice="for"),
    ]
    assert Counter(together(outcome, acts, threads=2)) in ({"done": 2}, {"done": 1, "closed": 1})
    alliance.refresh_from_db()
    assert alliance.activity == Activity.CLOSED
    assert Event.objects.filter(verb="alliance.closed").count() == 1


@ROUNDS
def test_an_invitation_that_serves_and_is_taken_back_at_once_does_one_of_the_two(
    committed_db: None, round_number: int
) -> None:
    alliance, _parties, people = table(2)
    invitation = f.make_alliance_invitation(alliance)
    user = f.make_user()
    organisation = f.make_organisation(owner=user)
    acts = [
        lambda: services.join(invitation, actor=user, organisation=organisation),
        lambda: services.cancel_invitation(invitation, actor=people[0]),
    ]
    assert Counter(together(outcome, acts, threads=2))["done"] == 1
    invitation.refresh_from_db()
    assert (invitation.state == "joined") == alliance.parties.filter(organisation=organisation).exists()


@ROUNDS
def test_a_voice_and_a_replacement_at_once_never_put_out_who_spoke(
    committed_db: None, round_number: int
) -> None:
    alliance, parties, people = table(3, rule="unanimity")
    Party.objects.update(joined_at=now() - datetime.timedelta(days=300))
    decision = governance.propose(alliance, actor=people[0], title="Acheter")
    acts = [
        lambda: governance.vote(
            decision, actor=people[2], party=parties[2], choice="against", reason="Trop cher."
        ),
        lambda: services.replace(parties[2], actor=people[0], by=parties[1]),
    ]
    assert Counter(together(outcome, acts, threads=2)) == {"done": 1, "kept": 1}
    assert alliance.parties.live().count() == 3
    decision.refresh_from_db()
    assert decision.state == "rejected"


@ROUNDS
def test_leaving_and_receiving_a_task_at_once_leave_no_task_to_who_left(
    committed_db: None, round_number: int
) -> None:
    alliance, parties, people = table(3)

    def leave() -> None:
        services.leave(parties[2], actor=people[2])
        governance.pass_on(alliance, parties[2], None)

    acts = [
        leave,
        lambda: governance.give(alliance, actor=people[0], title="Agir", party=parties[2], due_on=today()),
    ]
    assert Counter(together(outcome, acts, threads=2)) in ({"done": 2}, {"done": 1, "left": 1})
    assert not parties[2].tasks.exists()


@ROUNDS
def test_opening_an_evaluation_and_leaving_at_once_ask_nobody_who_left(
    committed_db: None, round_number: int
) -> None:
    alliance, parties, people = table(3)
    due = today() + datetime.timedelta(days=30)
    acts = [
        lambda: evaluations.open_round(alliance, actor=people[0], label="Bilan", due_on=due),
        lambda: (services.leave(parties[2], actor=people[2]), evaluations.settle(alliance)),
    ]
    assert Counter(together(outcome, acts, threads=2)) == {"done": 2}
    asked = alliance.evaluations.get().answers.exclude(state="gone").values_list("party", flat=True)
    assert parties[2].pk not in asked

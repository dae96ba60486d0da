"""One member gives a need up while an employer's answer agrees on it: one of the two happens."""

from __future__ import annotations

from collections import Counter

import pytest

from jeveuxagir.audit.models import Event
from missions.skill_needs import services
from missions.skill_needs.enums import State
from tests import factories as f

from .test_seats import outcome, together


@pytest.mark.parametrize("round_number", range(3))
def test_giving_up_and_agreeing_at_once_leaves_one(committed_db: None, round_number: int) -> None:
    owner = f.make_user()
    need = f.make_skill_need(organisation=f.make_organisation(owner=owner))
    acts = [
        lambda: services.agree(need, actor=None),
        lambda: services.give_up(need, actor=owner, reason="Plus la peine."),
    ]
    assert Counter(together(outcome, acts, threads=2)) == {"done": 1, "wrong_state": 1}
    need.refresh_from_db()
    assert need.state in (State.AGREED, State.NO_TAKER)
    assert Event.objects.filter(subject_id=str(need.pk)).count() == 1


@pytest.mark.parametrize("round_number", range(3))
def test_sent_twice_at_once_it_waits_once(committed_db: None, round_number: int) -> None:
    owner = f.make_user()
    need = f.make_skill_need(
        organisation=f.make_organisation(owner=owner), state="draft", contact=owner.person
    )
    acts = [lambda: services.submit(need, actor=owner)] * 2
    assert Counter(together(outcome, acts, threads=2)) == {"done": 1, "wrong_state": 1}
    assert Event.objects.filter(verb="moderation.opened").count() == 1

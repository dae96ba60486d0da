"""Two clocks ask for news at once, two members of staff decide on a contested word at once: each happens once."""

from __future__ import annotations

from collections import Counter

import pytest

from alliances.glossary import services as glossary
from alliances.glossary.models import Term
from alliances.programme import services
from jeveuxagir.common.clock import now
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from tests import factories as f

from .test_seats import outcome, together

ROUNDS = 3


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_a_late_pledge_is_asked_for_news_exactly_once(committed_db: None, round_number: int) -> None:
    pledge = f.make_pledge(until=now().date().replace(year=2025))
    owner = f.make_member(pledge.organisation, role="owner")
    acts = [services.ask_for_news] * 4
    assert Counter(together(outcome, acts, threads=4)) == {"done": 4}
    assert Message.objects.filter(kind="programme.news", person=owner.person).count() == 1


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_a_contested_word_is_revised_or_kept_never_both(committed_db: None, round_number: int) -> None:
    term = Term.objects.create(slug=f"essai-{round_number}", name="Essai", definition="Un mot.")
    try:
        made = glossary.contest(term, actor=f.make_user(), why="Non.", proposed="Un autre mot.")
        item = ModerationItem.objects.get(kind="term", subject_id=made.pk)
        staff = [f.make_staff("national"), f.make_staff("national")]
        acts = [
            lambda: moderation.decide(
                item, actor=staff[0], decision="accept", reason="", version=item.version
            ),
            lambda: moderation.decide(
                item, actor=staff[1], decision="refuse", reason="Non.", version=item.version
            ),
        ]
        done = Counter(together(outcome, acts, threads=2))
        made.refresh_from_db()
        term.refresh_from_db()
        assert done["done"] == 1
        assert (made.state, term.number, term.definition) in (
            ("accepted", 2, "Un autre mot."),
            ("refused", 1, "Un mot."),
        )
    finally:
        term.delete()

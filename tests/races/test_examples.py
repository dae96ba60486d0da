"""A reviewer publishes while a party takes its consent back, or another refuses: public with all, or not public."""

from __future__ import annotations

from collections import Counter

import pytest

from alliances.examples import importing, writing
from alliances.examples.models import Example
from alliances.library import editing
from alliances.library.enums import PUBLIC, State
from jeveuxagir.audit.models import Event
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from tests import factories as f

from .test_seats import outcome, together

ROUNDS = 4


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_two_reviewers_publish_and_refuse_at_once_and_one_decision_stands(
    committed_db: None, round_number: int
) -> None:
    example = f.make_example(state="draft")
    editing.submit(example, actor=example.person.user)
    item = ModerationItem.objects.get()
    first, second = f.make_staff("national"), f.make_staff("national")
    acts = [
        lambda: moderation.decide(item, actor=first, decision="accept", version=item.version),
        lambda: moderation.decide(item, actor=second, decision="refuse", reason="Non", version=item.version),
    ]
    results = Counter(together(outcome, acts[:: 1 if round_number % 2 else -1], threads=2))
    assert results["done"] == 1
    example.refresh_from_db()
    item.refresh_from_db()
    assert example.state == (State.PUBLISHED if item.decision == "accept" else State.ARCHIVED)
    assert Event.objects.filter(verb__in=["example.published", "example.refused"]).count() == 1


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_publishing_while_a_party_takes_its_consent_back_never_leaves_it_public(
    committed_db: None, round_number: int
) -> None:
    alliance = f.make_alliance(parties=2)
    people = [f.make_signatory(party) for party in alliance.parties.order_by("pk")]
    example = f.make_example(state="draft", alliance=alliance, person=people[0].person)
    writing.ask_parties(example, actor=people[0])
    for consent, person in zip(example.consents.order_by("pk"), people, strict=True):
        writing.answer(consent, actor=person, agreed=True)
    editing.submit(example, actor=people[0])
    item, staff = ModerationItem.objects.get(), f.make_staff("national")
    last = example.consents.order_by("pk").last()
    acts = [
        lambda: moderation.decide(item, actor=staff, decision="accept", version=item.version),
        lambda: writing.answer(last, actor=people[1], agreed=False, reason="Non"),
    ]
    together(outcome, acts[:: 1 if round_number % 2 else -1], threads=2)
    example = Example.objects.get(pk=example.pk)
    assert example.state not in PUBLIC
    last.refresh_from_db()
    assert not last.is_agreed


CSV = "numero;titre;resume;resultats;cout;pieges;commune\n" + "\n".join(
    f"{number};Un four pour trois villages;Le pain revient.;80 pains.;petit;La cheminée;23096"
    for number in range(1, 9)
)


def test_the_same_file_read_twice_at_once_enters_once(committed_db: None) -> None:
    reports = together(
        lambda _: importing.read(CSV.encode(), source="Une base", actor=None)[0], [1, 2, 3], threads=3
    )
    assert Example.objects.count() == sum(report.created for report in reports) == 8
    assert sum(report.same for report in reports) == 16
    assert [report.refused for report in reports] == [[], [], []]
    assert ModerationItem.objects.filter(kind="example").count() == 8

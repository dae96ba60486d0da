"""The public description is the live engine."""

from jeveuxagir.matching import MAX_SCORE, VERSION, describe
from jeveuxagir.matching.criteria import CRITERIA
from jeveuxagir.matching.gates import GATES
from jeveuxagir.matching.reservations import CAVEATS


def test_every_gate_criterion_and_reservation_in_force_is_described_in_its_order():
    description = describe()
    assert description.version == VERSION
    assert [gate.code for gate in description.gates] == [gate.code for gate in GATES]
    assert [(c.code, c.weight) for c in description.criteria] == [(c.code, weight) for c, weight in CRITERIA]
    assert [caveat.code for caveat in description.reservations] == [caveat.code for caveat in CAVEATS]


def test_the_weights_are_published_in_full_and_make_one_hundred():
    assert sum(criterion.weight for criterion in describe().criteria) == describe().max_points == 100
    assert MAX_SCORE == 100_000


def test_every_rule_is_a_french_sentence():
    description = describe()
    for described in (*description.gates, *description.criteria, *description.reservations):
        assert described.rule[0].isupper()
        assert described.rule.endswith(".")
        assert "'" not in described.rule
        assert " :" not in described.rule  # a non-breaking space comes before a colon

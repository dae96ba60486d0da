"""Totals never mix units, whatever is brought."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from alliances.contributions.enums import Kind
from alliances.contributions.totals import Brought, totals
from jeveuxagir.common.text import unit_key

quantities = st.decimals(0, 10**9, places=2)
units = st.sampled_from(
    [
        "€",
        "jours",
        "livres",
        "Livres",
        "m²",
        "m",
        "m³",
        "%",
        "‰",
        "µg",
        "g",
        "MW",
        "mW",
        "k€",
        "kilos",
        " kilos ",
    ]
)
brought = st.builds(
    Brought,
    kind=st.sampled_from(Kind.values),
    unit=units,
    planned=quantities,
    real=quantities,
    dropped=st.booleans(),
)


@given(st.lists(brought))
def test_each_line_is_the_sum_of_its_own_kind_and_unit_and_nothing_is_lost(rows: list[Brought]) -> None:
    found = totals(rows)
    keys = [(line.kind, unit_key(line.unit)) for line in found]
    assert len(set(keys)) == len(keys)
    for line, key in zip(found, keys, strict=True):
        own = [row for row in rows if (row.kind, unit_key(row.unit)) == key]
        assert line.planned == sum((row.planned for row in own if not row.dropped), Decimal(0))
        assert line.real == sum((row.real for row in own), Decimal(0))
        assert line.count == len(own)
    assert sum(line.count for line in found) == len(rows)


@given(st.lists(brought), st.randoms(use_true_random=False))
def test_the_order_changes_no_total(rows: list[Brought], dice: object) -> None:
    shuffled = rows[:]
    dice.shuffle(shuffled)  # type: ignore[attr-defined]

    def made(given: list[Brought]) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
        return {(one.kind, unit_key(one.unit)): (one.planned, one.real) for one in totals(given)}

    assert made(rows) == made(shuffled)


def test_units_that_look_alike_stay_apart_and_a_capital_makes_no_other_unit() -> None:
    for one, other in (("m²", "m"), ("MW", "mW"), ("µg", "g"), ("%", "‰"), ("k€", "€")):
        assert unit_key(one) != unit_key(other)
    assert unit_key("Livres ") == unit_key("livres")


def test_what_was_dropped_counts_for_what_came_and_no_share_is_asked_of_nothing() -> None:
    (line,) = totals([Brought("days", "jours", Decimal(10), Decimal(3), dropped=True)])
    assert (line.planned, line.real, line.share) == (0, 3, 0)


def test_two_hundred_meals_a_week_and_four_days_stay_distinct_each_planned_and_real() -> None:
    meals = Brought("goods", "repas par semaine", Decimal(200), Decimal(120))
    days = Brought("days", "jours", Decimal(4), Decimal(1))
    found = [(line.unit, line.planned, line.real, line.share) for line in totals([meals, days])]
    assert found == [("repas par semaine", 200, 120, 60), ("jours", 4, 1, 25)]

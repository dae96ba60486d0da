"""A line over time: inside its frame, round levels, doubtful points out of the line, words that say it."""

import datetime

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from jeveuxagir.common.text import NARROW_NBSP, NBSP, amount
from jeveuxagir.ui import charts
from jeveuxagir.ui.charts import Dot

FIRST = datetime.date(2024, 1, 1)
dots = st.lists(
    st.builds(
        Dot,
        label=st.just("mars 2024"),
        day=st.dates(FIRST, datetime.date(2030, 12, 31)),
        value=st.floats(-1e11, 1e11, allow_nan=False).map(lambda value: round(value, 2)),
        note=st.just(""),
        doubtful=st.booleans(),
    ),
    max_size=30,
)
levels = st.none() | st.floats(-1e11, 1e11, allow_nan=False).map(lambda value: round(value, 2))


@given(dots, levels, levels)
def test_everything_stays_inside_the_frame(
    found: list[Dot], baseline: float | None, target: float | None
) -> None:
    drawn = charts.line(sorted(found, key=lambda dot: dot.day), key="k", baseline=baseline, target=target)
    marks = [*drawn.ticks, *drawn.levels, *drawn.dots]
    assert all(charts.TOP - 0.2 <= mark["y"] <= drawn.height - charts.BOTTOM + 0.2 for mark in marks)
    assert all(charts.LEFT <= one["x"] <= drawn.width for one in drawn.dots)
    assert 2 <= len(drawn.ticks) <= 7


def series(*values: float, doubtful: int = -1) -> list[Dot]:
    return [
        Dot(f"{index + 1}", FIRST + datetime.timedelta(days=90 * index), value, "", index == doubtful)
        for index, value in enumerate(values)
    ]


def test_higher_is_higher_and_levels_are_round() -> None:
    drawn = charts.line(series(12, 30, 41), key="k", target=50)
    assert [tick["label"] for tick in drawn.ticks] == ["0", "20", "40", "60"]
    heights = [one["y"] for one in drawn.dots]
    assert heights == sorted(heights, reverse=True)


def test_a_doubtful_value_is_marked_and_the_line_does_not_go_through_it() -> None:
    drawn = charts.line(series(12, 99, 41, doubtful=1), key="k", baseline=10, target=50)
    assert len(drawn.dots) == 3
    assert len(drawn.path.split()) == 2
    assert "départ : 10, cible : 50, 1" in drawn.summary
    page = Template("{% load ui %}{% line_chart dots title='Lecteurs' baseline=10.0 target=50.0 %}").render(
        Context({"dots": series(12, 99, 41, doubtful=1)})
    )
    assert 'role="img"' in page
    assert "<title" in page
    assert page.count("ui-chart__dot--doubtful") == 1
    assert page.count('<th scope="row">') == 3


def test_nothing_and_one_value_are_drawn_too() -> None:
    assert charts.line([], key="k").summary == "Aucune donnée."
    assert charts.line(series(5), key="k").dots[0]["x"] > charts.LEFT
    assert charts.spark(series(5)) == ""
    assert len(charts.spark(series(5, 7, 6)).split()) == 3


@pytest.mark.parametrize(
    ("value", "words"),
    [("1234.50", f"1{NARROW_NBSP}234,5"), ("12", "12"), ("0.05", "0,05"), ("-3.20", "−3,2")],
)
def test_an_amount_is_written_in_french(value: str, words: str) -> None:
    from decimal import Decimal

    assert amount(Decimal(value)) == words


def test_a_large_level_is_short() -> None:
    assert charts._short(1_200_000) == f"1,2{NBSP}M"
    assert charts._short(250_000) == f"250{NBSP}k"


def test_a_spread_draws_a_band_from_the_lowest_to_the_highest_and_how_many_gave_each() -> None:
    rows = [charts.Spread("L’équilibre", [1, 5, 5]), charts.Spread("La confiance", [4, 4, 4])]
    chart = charts.spreads(rows, key="Les notes")
    wide, none = chart.rows
    assert (wide["low"], wide["high"], wide["gap"]) == (1, 5, 4)
    assert [(disc["value"], disc["count"]) for disc in wide["discs"]] == [(1, 1), (5, 2)]
    assert wide["discs"][-1]["x"] == wide["band_x"] + wide["band_width"] == charts.WIDTH - charts.SPREAD_LEFT
    assert (none["gap"], none["band_width"]) == (0, 0)
    assert chart.summary.replace("\xa0", " ") == "L’équilibre : de 1 à 5, La confiance : de 4 à 4."
    assert charts.spreads([], key="rien").summary == "Aucune donnée."


def test_a_spread_stands_with_its_table() -> None:
    rows = [charts.Spread("L’équilibre", [1, 4])]
    page = Template("{% load ui %}{% spread_chart rows title='Les notes' %}").render(Context({"rows": rows}))
    assert '<th scope="row">L’équilibre</th><td>1</td><td>4</td><td>3</td><td>2,5</td>' in page
    assert "écart 3" in page

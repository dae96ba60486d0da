from datetime import date

import pytest

from jeveuxagir.matching.words import full_day, kilometres, labelled, typeset

from .builders import TODAY

LABELS = {0: "Santé", 2: "Nature", 5: "Sport", 70: "Numérique"}


@pytest.mark.parametrize(
    ("metres", "words"),
    [(0, "moins de 1 km"), (999, "moins de 1 km"), (1_000, "1 km"), (3_499, "3 km"), (3_500, "4 km")],
)
def test_kilometres_are_rounded_to_the_nearest(metres, words):
    assert kilometres(metres) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 12, 1), "mardi 1er décembre"),
        (date(2026, 12, 12), "samedi 12 décembre"),
        (date(2027, 2, 3), "mercredi 3 février 2027"),
    ],
)
def test_a_day_is_said_with_its_year_only_when_it_is_another(day, words):
    assert full_day(day, TODAY) == words


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (0, "Domaine"),
        (1 << 40, "Domaine"),
        (1, "Domaine : Santé"),
        (0b101, "Domaine : Santé et Nature"),
        (0b100101, "Domaine : Santé, Nature et 1 autre"),
        (1 << 70 | 0b100101, "Domaine : Santé, Nature et 2 autres"),
    ],
)
def test_at_most_two_labels_are_named(mask, words):
    assert labelled("Domaine", mask, LABELS) == words


def test_typeset_binds_the_spaces_that_no_line_may_break_at():
    assert typeset("« À 4 km » : oui !") == "«\u00a0À 4\u00a0km\u00a0»\u00a0: oui\u00a0!"

"""Working time is said and read as people say it; inside, it is whole minutes."""

import pytest
from django import forms

from jeveuxagir.common.text import NBSP
from missions.skill_needs.durations import DaysField, days_typed, in_words, minutes_of


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (1050, "2 jours et demi"),
        (420, "1 jour"),
        (630, "1 jour et demi"),
        (210, "une demi-journée"),
        (180, "3 h"),
        (90, "1 h 30"),
        (45, "45 min"),
        (540, "1 jour et 2 h"),
        (0, "0 jour"),
        (None, ""),
    ],
)
def test_minutes_are_said_in_days(minutes: int | None, said: str) -> None:
    assert in_words(minutes).replace(NBSP, " ") == said


def test_a_day_of_a_convention_may_be_longer() -> None:
    assert in_words(480, 480).replace(NBSP, " ") == "1 jour"
    assert in_words(240, 480) == "une demi-journée"


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("2,5", 1050),
        ("0,5", 210),
        ("1.5", 630),
        ("2 1/2", 1050),
        ("1/2", 210),
        ("½", 210),
        ("2½", 1050),
        ("3", 1260),
        ("3 jours", 1260),
        ("2 jours et demi", 1050),
        ("Une demi-journée", 210),
        ("2 demi-journées", 420),
        ("une journée", 420),
        ("1 jour et 2 h", 540),
        ("3 h", 180),
        ("1 h 30", 90),
        ("1h30", 90),
        ("2 heures et demie", 150),
        ("45 min", 45),
    ],
)
def test_what_people_type_is_understood(typed: str, minutes: int) -> None:
    assert minutes_of(typed) == minutes


@pytest.mark.parametrize("typed", ["", "beaucoup", "-1", "1/0", "1e9", "9" * 40, "2 jours de trop", "٣", "∞"])
def test_what_nobody_understands_is_refused(typed: str) -> None:
    assert minutes_of(typed) is None


@pytest.mark.parametrize("minutes", [30, 45, 60, 100, 210, 420, 540, 630, 1050, 1060, 4200, 420 * 440])
def test_what_stands_in_the_field_is_read_back_as_it_was(minutes: int) -> None:
    assert minutes_of(days_typed(minutes).replace(NBSP, " ")) == minutes


class _Form(forms.Form):
    volume = DaysField(label="Nombre de jours", least=30, most=420 * 10)


def test_the_field_says_what_is_wrong_and_keeps_what_was_typed() -> None:
    form = _Form({"volume": "un peu"})
    assert form.errors["volume"] == [
        "Écrivez un nombre de jours, par exemple 2,5 ou une demi-journée, ou des heures, par exemple 3 h."
    ]
    assert form["volume"].value() == "un peu"
    assert "au plus 10 jours" in _Form({"volume": "11"}).errors["volume"][0].replace(NBSP, " ")
    assert "au moins 30 min" in _Form({"volume": "0"}).errors["volume"][0].replace(NBSP, " ")
    assert _Form({"volume": ""}).errors["volume"] == ["Dites en combien de jours."]
    form = _Form({"volume": "2,5"}, initial={"volume": 1050})
    assert form.is_valid()
    assert form.cleaned_data["volume"] == 1050
    assert not form.has_changed()


@pytest.mark.parametrize("typed", ["99999", "1000000", "9" * 40])
def test_a_number_far_too_big_is_too_long_whatever_its_size(typed):
    with pytest.raises(forms.ValidationError) as refused:
        DaysField(most=420 * 100).clean(typed)
    assert refused.value.code == "most"

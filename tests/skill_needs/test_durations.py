"""Working time is said and read as people say it; inside, it is whole minutes."""

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from jeveuxagir.common.text import NARROW_NBSP, NBSP
from missions.offers.models import MOST_MINUTES
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
        ("1 jour et 30 min", 450),
        ("2 jours et 1 h 30 min", 930),
        ("1 500 jours", 630_000),
        ("10 000", 4_200_000),
        (f"2{NARROW_NBSP}000", 840_000),
        (f"2{NBSP}000{NBSP}h", 120_000),
        ("1 500,5", 630_210),
        ("２", 840),
        ("２，５ jours", 1050),
        ("deux jours", 840),
        ("Trois jours et demi", 1470),
        ("deux demi-journées", 420),
        ("quatre heures", 240),
        ("0.125", 52),
    ],
)
def test_what_people_type_is_understood(typed: str, minutes: int) -> None:
    assert minutes_of(typed) == minutes


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            "beaucoup",
            "-1",
            "1/0",
            "1e9",
            "9" * 40,
            "2 jours de trop",
            "٣",
            "∞",
            "2²",
            "2 semaines",
            "12 34",
        ),
        *("2.000", "2.000 jours", "1 5000", "1,5 000", "quatre-vingts jours", "deux 500"),
    ],
)
def test_what_nobody_understands_is_refused(typed: str) -> None:
    assert minutes_of(typed) is None


@pytest.mark.parametrize("minutes", [30, 45, 60, 100, 210, 420, 540, 630, 1050, 1060, 4200, 420 * 440])
def test_what_stands_in_the_field_is_read_back_as_it_was(minutes: int) -> None:
    assert minutes_of(days_typed(minutes).replace(NBSP, " ")) == minutes


@given(
    day_minutes=st.integers(60, 720),
    typed=st.one_of(
        st.decimals(0, 20_000, places=5).map(lambda days: f"{days:f}".replace(".", ",")),
        st.builds("{} h {:02}".format, st.integers(0, 9999), st.integers(0, 59)),
        st.builds("{} jours et {} min".format, st.integers(0, 4400), st.integers(0, 720)),
        st.builds("{} jours et {} h {}".format, st.integers(0, 4400), st.integers(0, 12), st.integers(0, 59)),
        st.integers(1, MOST_MINUTES).map("{} min".format),
        st.builds("{} {}/{}".format, st.integers(0, 4400), st.integers(1, 9), st.integers(1, 9)),
    ),
)
def test_what_is_accepted_then_shown_is_accepted_again_as_it_was(day_minutes: int, typed: str) -> None:
    field = DaysField(day_minutes=day_minutes, least=1, most=MOST_MINUTES)
    try:
        minutes = field.clean(typed)
    except forms.ValidationError:
        return
    shown = field.prepare_value(minutes)
    assert field.clean(shown) == minutes, (typed, shown)
    assert not field.has_changed(minutes, shown)


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


@pytest.mark.parametrize(
    "typed", ["10 000", "1 000 000", f"4{NARROW_NBSP}401", "12 345 678 jours", "９９９９９９９９"]
)
def test_a_number_far_too_big_may_be_typed_with_its_spaces(typed):
    with pytest.raises(forms.ValidationError) as refused:
        DaysField(most=MOST_MINUTES).clean(typed)
    assert refused.value.code == "most"


@pytest.mark.parametrize(
    ("typed", "helps"),
    [
        ("2.000", "Écrivez 2 000 avec une espace"),
        ("2 semaines", "Comptez en jours"),
        ("deux mois", "Comptez en jours"),
        ("٣", "Écrivez un nombre de jours"),
        ("٣" * 90, "Écrivez un nombre de jours"),
    ],
)
def test_what_cannot_be_read_is_said_with_what_to_type(typed, helps):
    with pytest.raises(forms.ValidationError, match=helps):
        DaysField(most=MOST_MINUTES).clean(typed)

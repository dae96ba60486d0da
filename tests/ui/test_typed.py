"""Amounts and dates, read as people type them, in every form."""

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from jeveuxagir.accounts.forms import BirthDateField
from jeveuxagir.common.text import NARROW_NBSP, NBSP
from jeveuxagir.ui.amounts import AmountField
from jeveuxagir.ui.dates import day_of, weekday


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("5 k€", 5000),
        ("5k€", 5000),
        (f"2,5{NBSP}K€", 2500),
        ("5 k", 5000),
        ("12,3456 k€", Decimal("12345.6")),
        ("1,5 M€", 1_500_000),
        ("5 000 euros", 5000),
        (f"1{NARROW_NBSP}234,50{NBSP}€", Decimal("1234.50")),
        ("1234.5", Decimal("1234.5")),
        ("0.125 k€", 125),
        ("５０", 50),
        ("−3", -3),
    ],
)
def test_an_amount_is_read_as_it_is_said(typed, read):
    amount = AmountField().clean(typed)
    assert amount == read
    assert "E" not in str(amount)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        *((typed, "two_ways") for typed in ("5.000", "1.234.567 €", "5.000 k€")),
        *(
            (typed, "invalid")
            for typed in ("1e9", "k€", "€", "5 m", "beaucoup", "٣", "5-3", "1,2,3", "5 k€ k€")
        ),
    ],
)
def test_an_amount_that_reads_two_ways_or_none_is_refused(typed, code):
    with pytest.raises(forms.ValidationError) as refused:
        AmountField().clean(typed)
    assert refused.value.code == code
    assert (
        "par exemple 1 250" in refused.value.messages[0]
        or "5 000 avec une espace" in refused.value.messages[0]
    )


def test_an_amount_too_big_is_too_big_in_thousands_too():
    with pytest.raises(forms.ValidationError, match="au plus"):
        AmountField(max_value=Decimal(4000)).clean("5 k€")
    assert AmountField(required=False).clean(" ") is None


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "03/01/2027",
            "3/1/2027",
            "03/01/27",
            "2027-01-03",
            "03-01-2027",
            "3-1-2027",
            "03.01.2027",
            "03.01.27",
        ),
        *("3 janvier 2027", f"3{NBSP}janvier{NBSP}2027", "3 JANV. 2027", "le 3 janvier 2027", "03 janv 2027"),
        *("dimanche 3 janvier 2027", "3 1 2027", "０３/０１/２０２７", " 3 / 1 / 2027 "),
    ],
)
def test_a_date_is_read_as_it_is_written(typed):
    assert forms.DateField().clean(typed) == date(2027, 1, 3)


@pytest.mark.parametrize(
    ("typed", "read"), [("1er février 2027", (2, 1)), ("2 août 2027", (8, 2)), ("14 déc. 2027", (12, 14))]
)
def test_months_are_read_with_their_accents(typed, read):
    assert forms.DateField().clean(typed) == date(2027, *read)


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_a_date_is_read_back_as_the_site_says_it(day):
    assert forms.DateField().clean(day_of(day)) == forms.DateField().clean(weekday(day)) == day


@pytest.mark.parametrize(
    "typed",
    ["hier", "3 janvier", "31 février 2027", "lundi 3 janvier 2027", "27-01-03", "3 brumaire 2027", "3" * 99],
)
def test_a_date_that_is_not_one_is_refused_with_an_example(typed):
    with pytest.raises(forms.ValidationError, match=r"Écrivez une date, par exemple 31/12/2027\."):
        forms.DateField().clean(typed)


def test_a_birth_date_is_read_as_any_other_and_has_an_example_of_its_own():
    assert (
        BirthDateField().clean("3 janvier 1990") == BirthDateField().clean("03.01.1990") == date(1990, 1, 3)
    )
    with pytest.raises(forms.ValidationError, match="31/12/1990"):
        BirthDateField().clean("03/01/90")

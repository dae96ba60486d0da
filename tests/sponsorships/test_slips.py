"""Slips of the keyboard: dates out of this world, numbers of another, the length of a day changed on the way."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import RuleBroken
from missions.enums import MissionMode
from missions.skill_needs import services as needs
from missions.skill_needs.durations import in_words_by, minutes_of
from missions.skill_needs.forms import SECTIONS
from missions.sponsorships.enums import Side
from missions.sponsorships.forms import AmountForm
from missions.sponsorships.models import Convention, Sponsorship
from missions.sponsorships.statement import statement_of, tell_validated
from organisations.companies.models import JoinCode
from tests import factories as f

from .builders import DAY, Story, story

pytestmark = pytest.mark.django_db
FAR = [datetime.date(1, 1, 1), datetime.date(1000, 5, 1), datetime.date(9999, 12, 31)]


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name: str, s: Story, *more: Any, side: Side = Side.COMPANY) -> str:
    space = s.company if side == Side.COMPANY else s.association
    return reverse(f"sponsorships:{name}", args=[space.pk, space.slug, *more])


@pytest.mark.parametrize("far", FAR)
def test_dates_out_of_this_world_are_refused_by_services_and_by_the_database(far: datetime.date) -> None:
    s = story()
    for changes in ({"starts_on": far}, {"ends_on": far}):
        with pytest.raises(RuleBroken):
            s.drafted(**changes)
    row = s.agreed()
    convention = s.proposed(row)
    with pytest.raises(RuleBroken):
        s.proposed(row, terms=s.terms(ends_on=far))
    name = "starts_on" if far < today() else "ends_on"
    for rows in (Sponsorship.objects.filter(pk=row.pk), Convention.objects.filter(pk=convention.pk)):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**{name: far})


def test_dates_out_of_this_world_are_said_on_the_page() -> None:
    s = story()
    client = client_of(s.coordinator)
    typed = {
        "need": s.need.pk,
        "offer": s.offer.pk,
        "format": "split",
        "minutes": "2",
        "day_minutes": "420",
        "starts_on": today().isoformat(),
        "profile": "comptable",
    }
    for end in ("9999-12-31", "0001-01-01"):
        page = client.post(address("prepare", s), typed | {"ends_on": end})
        assert page.status_code == 422
        assert "Choisissez une date entre" in page.content.decode()
    row = s.signed()
    page = client.post(address("log_day", s, row.pk), {"on": "9999-12-31", "part": "whole"})
    assert page.status_code == 422


def test_a_day_of_five_thousand_digits_is_no_day() -> None:
    s = story()
    row = s.signed()
    page = client_of(s.manager).post(
        address("validate_days", s, row.pk, side=Side.ASSOCIATION), {"jour": "9" * 5000}
    )
    assert page.status_code == 302


def test_two_million_letters_are_no_duration() -> None:
    assert minutes_of("a- " * 700_000) is None
    assert minutes_of("2 jours et demi") == 2.5 * DAY


def test_an_amount_is_typed_as_in_french() -> None:
    for typed, amount in (("1 250,50", "1250.50"), ("1\u202f250", "1250"), ("", "None")):
        form = AmountForm({"amount": typed})
        assert form.is_valid(), form.errors
        assert str(form.cleaned_data["amount"]) == amount
    for typed in ("1e5", "١٢", "-1", "NaN"):
        assert not AmountForm({"amount": typed}).is_valid(), typed


def test_a_form_sent_twice_makes_one_code() -> None:
    s = story()
    client = client_of(s.coordinator)
    url = reverse("companies:make_code", args=[s.company.pk, s.company.slug])
    for _ in range(2):
        assert client.post(url, {"most_uses": "5", "days": "30", "nonce": "le-meme"}).status_code == 302
    assert JoinCode.objects.filter(organisation=s.company).count() == 1


def test_each_day_counts_with_the_length_its_own_convention_gave_it() -> None:
    s = story()
    row = s.signed()
    s.validated(row, 3)
    s.validated(row, 2)
    s.signed_by_both(
        s.proposed(row, summary="Une journée compte huit heures.", terms=s.terms(8, day_minutes=480))
    )
    row.refresh_from_db()
    assert statement_of(s.company, today().year).total_in_words in ("2\u00a0jours", "0\u00a0jour")
    tell_validated([row])
    assert row.validated_in_words == "2\u00a0jours"
    s.validated(row, 1, part="morning")
    tell_validated([row])
    assert row.validated_in_words == "2\u00a0jours et demi"


def test_days_of_several_lengths_add_up() -> None:
    assert in_words_by({}) == "0\u00a0jour"
    assert in_words_by({420: 840}) == "2\u00a0jours"
    assert in_words_by({420: 840, 480: 480}) == "3\u00a0jours"
    assert in_words_by({420: 210, 480: 240}) == "1\u00a0jour"
    assert in_words_by({420: 210, 480: 60}) == "une demi-journée et 1\u00a0h"
    assert in_words_by({420: 30, 480: 60}) == "1\u00a0h\u00a030"


def test_what_is_left_is_said_in_french() -> None:
    s = story()
    row = s.signed(0.5)
    with pytest.raises(RuleBroken) as refusal:
        s.day(row)
    assert "qu’une demi-journée" in refusal.value.message


# --- the words of a need


def test_what_a_need_must_have_to_be_sent_is_not_said_optional() -> None:
    for slug, name in (("volume", "minutes"), ("date-et-lieu", "deadline")):
        form = SECTIONS[slug](draft=True)
        assert getattr(form.fields[name], "asked_later", False), name


def test_a_need_on_site_without_commune_is_where_its_association_is() -> None:
    association = f.make_organisation()
    owner = f.make_member(association)
    for mode, where in ((MissionMode.ON_SITE, association.commune), (MissionMode.REMOTE, None)):
        data = needs.NeedData(title="Refaire notre site", mode=mode)
        need = needs.draft(actor=owner, organisation=association, data=data)
        assert need.commune == where

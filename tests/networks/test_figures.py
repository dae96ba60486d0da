"""A network in figures: its members together, the head's alone, and never the time of a few of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jeveuxagir.common.clock import now
from jeveuxagir.common.text import NBSP
from jeveuxagir.territories.models import Commune
from missions.sponsorships.models import DayEntry, Sponsorship
from organisations.models import Organisation
from organisations.networks.figures import figures_of, sheltered
from organisations.networks.models import Affiliation
from organisations.networks.sources import Lent
from tests import factories as f
from tests.sponsorships.builders import DAY, story

pytestmark = pytest.mark.django_db


def figures_page(client: Client, head: Organisation) -> Any:
    return client.get(reverse("networks:figures", args=[head.pk, head.slug]))


def served(head: Organisation, days: int = 1) -> Organisation:
    """A member that received days which both sides validated."""
    told = story()
    row = told.signed(8)
    for ago in range(1, days + 1):
        told.validated(row, ago)
    f.make_affiliation(head=head, member=told.association)
    return told.association


def keys(head: Organisation) -> list[int]:
    return list(Affiliation.objects.active().filter(head=head).values_list("member", flat=True))


def test_the_days_of_a_network_are_those_that_both_sides_validated(client: Client) -> None:
    head = f.make_organisation(name="Fédération")
    members = [served(head, days) for days in (1, 1, 1, 2, 3)]
    served(f.make_organisation(name="Une autre tête"), 3)
    received, given = figures_of(keys(head)).time
    assert (received.members, received.total) == (5, f"8{NBSP}jours")
    assert sum(day.minutes for day in DayEntry.objects.validated()) == 11 * DAY, (
        "the other network's are not in"
    )
    assert (given.members, given.total) == (0, "")
    client.force_login(f.make_member(head))
    html = figures_page(client, head).content.decode().replace("\u00a0", " ")
    assert "8 jours" in html
    for member in members:
        assert member.name not in html, "nobody is told apart"


def test_the_time_of_fewer_than_five_members_is_not_given(client: Client) -> None:
    head = f.make_organisation(name="Fédération")
    for _ in range(4):
        served(head)
    client.force_login(f.make_member(head))
    page = figures_page(client, head)
    received = page.context["figures"].time[0]
    assert (received.members, received.total, received.years, received.places) == (4, "", [], [])
    html = page.content.decode().replace("\u00a0", " ")
    assert "Moins de 5 membres concernés" in html
    assert "4 jours" not in html


def lent(*lines: tuple[str, int, int]) -> list[tuple[str, Lent]]:
    """(label, organisation, hours)"""
    return [(label, Lent(pk, 2026, label, 60 * hours)) for label, pk, hours in lines]


def test_no_subtraction_gives_the_time_of_a_few() -> None:
    many = [("Creuse", pk, 1) for pk in range(6)]
    few = [("Nord", pk, 100) for pk in (10, 11)]
    assert sheltered(lent(*many, *few), "Autres") == [], "Creuse alone would give Nord"
    other = [("Loiret", pk, 2) for pk in range(20, 25)]
    assert sheltered(lent(*many, *other, *few), "Autres") == [("Creuse", 6), ("Autres", 210)]
    assert sheltered(lent(*many, *other), "Autres") == [("Creuse", 6), ("Loiret", 10)]
    assert sheltered([], "Autres") == []


def test_a_head_reads_its_own_members_and_nobody_else_does(client: Client) -> None:
    head, other = f.make_organisation(), f.make_organisation()
    member = f.make_affiliation(head=head).member
    f.make_skill_need(organisation=member)
    f.make_affiliation(head=head, state="ended", joined_at=now())
    client.force_login(f.make_member(other))
    assert figures_page(client, head).status_code == 404
    assert "pas encore de membre" in figures_page(client, other).content.decode()
    client.force_login(f.make_member(member))
    assert "pas encore de membre" in figures_page(client, member).content.decode(), "a member heads nothing"
    client.force_login(f.make_member(head))
    page = figures_page(client, head)
    assert page.context["figures"].members == 1
    titles = [title.replace("\u00a0", " ") for title, _ in page.context["figures"].needs]
    assert "Besoins de compétences ouverts : 1" in titles


def test_the_figures_ask_the_same_number_of_questions_for_1_and_30_members(client: Client) -> None:
    head = f.make_organisation()
    client.force_login(f.make_member(head))
    member = served(head)
    figures_page(client, head)
    with CaptureQueriesContext(connection) as one:
        figures_page(client, head)
    row = Sponsorship.objects.get(need__organisation=member)
    assert row.validated_minutes == DAY
    for commune in Commune.objects.order_by("pk")[:29]:
        made = f.make_affiliation(head=head).member
        f.make_skill_need(organisation=made, commune=commune.pk)
    with CaptureQueriesContext(connection) as many:
        figures_page(client, head)
    assert len(many) == len(one)

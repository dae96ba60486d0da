"""Who is around the table and whom to ask: absent worlds, three organisations each, with reasons."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from alliances import services
from alliances.composition import composition
from alliances.enums import College
from alliances.models import AllianceInvitation
from jeveuxagir.common.errors import NotAllowed
from jeveuxagir.notifications.models import Message
from jeveuxagir.taxonomies.models import CatalystFunction, Domain, SkillGroup
from tests.factories import (
    LILLE,
    make_alliance,
    make_member,
    make_mission,
    make_organisation,
    make_party,
    make_signatory,
)

pytestmark = pytest.mark.django_db


def companies(number: int, **fields: Any) -> list[Any]:
    return [make_organisation(kind="company", name=f"Entreprise {n}", **fields) for n in range(number)]


def test_each_absent_world_has_three_candidates_at_most_with_reasons() -> None:
    alliance = make_alliance(domain=Domain.objects.get(pk="education"))
    companies(5)
    make_organisation(kind="local_authority", name="Mairie de Guéret")
    found = composition(alliance)
    assert {chair.college for chair in found.missing} == set(College) - {College.ASSOCIATIONS}
    proposed = {chair.college: chair.proposed for chair in found.missing}
    assert len(proposed[College.COMPANIES]) == 3
    assert [one.organisation.name for one in proposed[College.PUBLIC]] == ["Mairie de Guéret"]
    assert not proposed[College.RESEARCH]
    for one in (*proposed[College.COMPANIES], *proposed[College.PUBLIC]):
        assert one.candidate.reasons


def test_who_is_in_asked_or_of_another_territory_is_not_proposed() -> None:
    alliance = make_alliance()
    near, asked, far = companies(1)[0], companies(1)[0], companies(1, commune=LILLE)[0]
    services.invite_proposed(alliance, actor=make_signatory(alliance.parties.first()), organisation=asked)  # type: ignore[arg-type]
    chairs = {chair.college: chair for chair in composition(alliance).chairs}
    assert [one.organisation for one in chairs[College.COMPANIES].proposed] == [near]
    assert chairs[College.COMPANIES].asked == 1
    assert far != near
    make_party(alliance, organisation=near)
    chairs = {chair.college: chair for chair in composition(alliance).chairs}
    assert not chairs[College.COMPANIES].is_missing
    assert not chairs[College.COMPANIES].proposed


def test_what_it_does_elsewhere_is_why_it_is_proposed() -> None:
    education = Domain.objects.get(pk="education")
    alliance = make_alliance(domain=education)
    town, other = (make_organisation(kind="public_body", name=name) for name in ("Lycée", "Hôpital"))
    make_mission(organisation=town, domain="education")
    elsewhere = make_party(make_alliance(), organisation=other)
    function, skill = CatalystFunction.objects.first(), SkillGroup.objects.first()
    assert function is not None
    assert skill is not None
    elsewhere.functions.set([function])
    elsewhere.skills.set([skill])
    [chair] = [chair for chair in composition(alliance).missing if chair.college == College.PUBLIC]
    said = {
        one.organisation.name: " ".join(reason.exact for reason in one.candidate.reasons)
        for one in chair.proposed
    }
    assert education.name in said["Lycée"]
    assert function.name in said["Hôpital"]
    assert skill.name in said["Hôpital"]


def test_what_nobody_holds_has_candidates_even_when_every_world_is_there(client: Client) -> None:
    alliance = make_alliance()
    other = make_organisation(name="Les Passerelles")
    elsewhere = make_party(make_alliance(), organisation=other)
    function = CatalystFunction.objects.first()
    assert function is not None
    elsewhere.functions.set([function])
    assert [one.organisation.name for one in composition(alliance).fillers] == ["Les Passerelles"]
    first = alliance.parties.order_by("pk")[0]
    client.force_login(make_signatory(first))
    page = client.get(reverse("alliances:composition", args=[alliance.pk, alliance.slug])).content.decode()
    assert "Qui pourrait tenir ce qui manque" in page
    assert f"Tient une fonction qui vous manque : {function.name}" in page.replace("\u00a0", " ")
    client.post(reverse("alliances:invite_proposed", args=[alliance.pk, alliance.slug, other.pk]))
    [invitation] = AllianceInvitation.objects.all()
    assert invitation.reasons[0]["code"] == "functions"
    assert not composition(alliance).fillers


def test_functions_and_skills_say_who_holds_them() -> None:
    alliance = make_alliance()
    party = alliance.parties.order_by("pk").first()
    assert party is not None
    function = CatalystFunction.objects.first()
    services.set_party(party, actor=make_signatory(party), functions=[function], skills=[])  # type: ignore[list-item]
    held = {one.pk: names for one, names in composition(alliance).functions}
    assert held.pop(function.pk) == [party.name]  # type: ignore[union-attr]
    assert not any(held.values())


def test_the_number_of_queries_is_the_same_for_many_organisations(django_assert_max_num_queries: Any) -> None:
    alliance = make_alliance()
    companies(1)
    composition(alliance)
    with django_assert_max_num_queries(40) as few:
        composition(alliance)
    companies(12)
    with django_assert_max_num_queries(len(few)):
        composition(alliance)


def test_one_is_invited_from_the_table_with_the_reasons_and_only_by_who_may(client: Client) -> None:
    alliance = make_alliance()
    [company] = companies(1)
    first, second = alliance.parties.order_by("pk")
    stranger = make_member(make_organisation())
    with pytest.raises(NotAllowed):
        services.invite_proposed(alliance, actor=make_signatory(second), organisation=company)
    url = reverse("alliances:composition", args=[alliance.pk, alliance.slug])
    invite = reverse("alliances:invite_proposed", args=[alliance.pk, alliance.slug, company.pk])
    client.force_login(stranger)
    assert client.get(url).status_code == 404
    assert client.post(invite).status_code == 404
    client.force_login(make_signatory(first))
    page = client.get(url).content.decode()
    assert company.name in page
    assert 'role="img"' in page
    client.post(invite)
    client.post(invite)
    invitation = AllianceInvitation.objects.get()
    assert (invitation.organisation, invitation.college) == (company, College.COMPANIES)
    assert invitation.reasons
    assert Message.objects.filter(kind="alliances.invited").count() == 1

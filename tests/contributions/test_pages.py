"""« Moyens »: what each sees, what a wrong form keeps, whose address answers nothing, and the files."""

from __future__ import annotations

from typing import Any

import pytest

from alliances.contributions.models import Contribution, FundingLine
from alliances.models import Alliance
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.text import NBSP
from tests import factories as f
from tests.contributions.test_services import Table

pytestmark = pytest.mark.django_db


def page(client: Any, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return str(response.content.decode())


def means(alliance: Alliance) -> str:
    return f"{alliance.space_url}moyens/"


def test_a_party_adds_what_it_brings_notes_what_came_and_all_see_the_total(client: Any) -> None:
    table = Table()
    client.force_login(table.people[1])
    said = {
        "party": table.parties[1].pk,
        "kind": "days",
        "what": "Des ateliers",
        "planned": "12,5",
        "unit": "",
    }
    assert client.post(f"{means(table.alliance)}ajouter/", said).status_code == 302
    row = Contribution.objects.get()
    one = f"{means(table.alliance)}{row.pk}/"
    assert client.post(one, {"quantity": "1 000", "on": ""}).status_code == 422
    assert client.post(one, {"quantity": "2,5", "on": today().isoformat()}).status_code == 302
    client.force_login(table.people[2])
    shown = page(client, means(table.alliance))
    assert f"2,5 sur 12,5{NBSP}jours (20{NBSP}% du prévu)" in shown
    assert f"{one}modifier/" not in page(client, one)
    assert "Les moyens" in page(client, table.alliance.space_url)


def test_money_of_the_trusted_third_party_is_refused_in_words_and_nothing_typed_is_lost(client: Any) -> None:
    table = Table()
    client.force_login(table.people[2])
    said = {"party": table.parties[2].pk, "kind": "money", "what": "Un don", "planned": "300", "unit": ""}
    refused = client.post(f"{means(table.alliance)}ajouter/", said)
    assert refused.status_code == 409
    assert "ne finance pas l’alliance" in refused.content.decode()
    assert "Un don" in refused.content.decode()


@pytest.mark.parametrize("typed", ["", "douze", "0", "-3", "1e9", "NaN", "1,234"])
def test_a_quantity_that_is_none_is_refused_under_its_field(client: Any, typed: str) -> None:
    table = Table()
    client.force_login(table.people[1])
    said = {"party": table.parties[1].pk, "kind": "days", "what": "Des ateliers", "planned": typed}
    refused = client.post(f"{means(table.alliance)}ajouter/", said)
    assert refused.status_code in (409, 422)
    assert not Contribution.objects.exists()


def test_somebody_else_s_party_is_not_a_choice(client: Any) -> None:
    table = Table()
    client.force_login(table.people[1])
    for party in (table.parties[0], f.make_alliance().parties.first()):
        said = {"party": party.pk, "kind": "days", "what": "Des ateliers", "planned": "1"}
        client.post(f"{means(table.alliance)}ajouter/", said)
        client.post(
            f"{means(table.alliance)}financement/ajouter/",
            {"party": party.pk, "amount": "1", "requested_on": today().isoformat()},
        )
    assert not Contribution.objects.exclude(party=table.parties[1]).exists()
    assert not FundingLine.objects.exists()


def test_the_funding_plan_moves_and_its_totals_are_by_state(client: Any) -> None:
    table = Table()
    client.force_login(table.people[0])
    ask = {"party": "", "funder": "La Région", "amount": "5 000", "requested_on": today().isoformat()}
    assert client.post(f"{means(table.alliance)}financement/ajouter/", ask).status_code == 302
    line = FundingLine.objects.get()
    one = f"{means(table.alliance)}financement/{line.pk}/"
    assert "C’est obtenu" in page(client, one)
    assert client.post(f"{one}obtain/", {"version": line.version, "obtained": "beaucoup"}).status_code == 422
    client.post(f"{one}obtain/", {"version": line.version, "obtained": "3000,50"})
    for version in ("x", "9" * 5000):
        assert client.post(f"{one}pay/", {"version": version}).status_code == 302
    line.refresh_from_db()
    assert (line.state, float(line.obtained or 0)) == ("obtained", 3000.5)
    assert client.post(f"{one}inconnu/", {"version": line.version}).status_code == 404
    text = client.get(f"{means(table.alliance)}financement.csv").content.decode()
    assert "La Région;obtenu" in text
    assert "3000,50" in text


def test_ids_of_another_alliance_answer_nothing(client: Any) -> None:
    table, other = Table(), f.make_alliance()
    foreign = f.make_contribution(other.parties.first())
    line = f.make_funding(other)
    client.force_login(table.people[0])
    for url in (f"{foreign.pk}/", f"{foreign.pk}/modifier/", f"financement/{line.pk}/"):
        assert client.get(means(table.alliance) + url).status_code == 404, url
    for url in (f"{foreign.pk}/abandonner/", f"financement/{line.pk}/refuse/"):
        assert client.post(means(table.alliance) + url).status_code == 404, url


def test_a_cell_that_a_spreadsheet_would_run_is_harmless(client: Any) -> None:
    table = Table()
    f.make_contribution(table.parties[1], what="=HYPERLINK(1)")
    client.force_login(table.people[1])
    text = client.get(f"{means(table.alliance)}contributions.csv").content.decode()
    assert "'=HYPERLINK(1)" in text
    assert "200,00" in text


def test_the_public_page_shows_what_is_brought_only_if_the_parties_chose_so(client: Any) -> None:
    table = Table()
    f.make_contribution(table.parties[1], what="Deux cents albums")
    f.make_funding(table.alliance, funder="La Région")
    Alliance.objects.update(publication="public", published_at=now())
    url = table.alliance.get_absolute_url()
    assert "Deux cents albums" not in page(client, url)
    Alliance.objects.update(shown=["contributions"])
    assert "Deux cents albums" in page(client, url)
    assert "La Région" not in page(client, url)


def test_a_closed_alliance_is_read_and_offers_nothing_to_write(client: Any) -> None:
    table = Table()
    row = f.make_contribution(table.parties[1])
    Alliance.objects.update(activity="closed", reached="a", learned="b", what_next="c")
    client.force_login(table.people[1])
    assert "ajouter" not in page(client, means(table.alliance))
    assert "Noter un apport" not in page(client, f"{means(table.alliance)}{row.pk}/")

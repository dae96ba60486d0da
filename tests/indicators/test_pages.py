"""« Indicateurs »: the dictionary, the curve, values entered, corrected, disputed; results; the public page."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from alliances import services as alliances
from alliances.indicators import services
from alliances.indicators.models import Claim, Indicator, Result, Review, Value
from alliances.indicators.periods import last_ended
from alliances.models import Alliance
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import RuleBroken
from tests import factories as f
from tests.indicators.test_services import BEFORE, LAST, Table

pytestmark = pytest.mark.django_db


def page(client: Any, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return str(response.content.decode())


def indicators(alliance: Alliance) -> str:
    return f"{alliance.space_url}indicateurs/"


def test_an_indicator_is_defined_then_a_value_entered_and_drawn_with_its_table_and_its_file(
    client: Any,
) -> None:
    table = Table()
    client.force_login(table.people[0])
    assert "Aucun indicateur" in page(client, indicators(table.alliance))
    said = {
        "name": "Enfants qui lisent",
        "definition": "Venus trois fois",
        "method": "Listes d’appel",
        "unit": "enfants",
        "owner": table.parties[1].pk,
        "rhythm": "quarterly",
        "wanted": "up",
        "baseline": "12,5",
        "baseline_on": table.data.baseline_on.isoformat(),
        "target": "1 000",
        "target_on": table.data.target_on.isoformat(),
        "axis": "",
        "sdg": "",
    }
    wrong = client.post(f"{indicators(table.alliance)}ajouter/", said | {"target": "beaucoup", "name": ""})
    assert wrong.status_code == 422
    assert "Venus trois fois" in wrong.content.decode()
    assert client.post(f"{indicators(table.alliance)}ajouter/", said).status_code == 302
    row = Indicator.objects.get()
    one = f"{indicators(table.alliance)}{row.pk}/"
    assert (float(row.baseline), float(row.target)) == (12.5, 1000)
    client.force_login(table.people[1])
    assert f'value="{LAST.isoformat()}" selected' in page(client, f"{one}saisir/?periode={LAST.isoformat()}")
    value = {"party": table.parties[1].pk, "period": BEFORE.isoformat(), "amount": "40", "proof": "Listes"}
    for missing in (
        {"period": ""},
        {"proof": ""},
        {"amount": "NaN"},
        {"period": "2999-01-01"},
        {"period": "x"},
    ):
        assert client.post(f"{one}saisir/", value | missing).status_code == 422, missing
    assert client.post(f"{one}saisir/", value).status_code == 302
    assert client.post(f"{one}saisir/", value).status_code == 409
    client.post(f"{one}saisir/", value | {"period": LAST.isoformat(), "amount": "52,5"})
    shown = page(client, one)
    assert 'role="img"' in shown
    assert "ui-chart__line" in shown
    assert "cible" in shown
    assert shown.count('<th scope="row">') == 2
    text = client.get(f"{one}valeurs.csv").content.decode()
    assert "52,50;enfants" in text
    assert "ui-spark" in page(client, table.alliance.space_url)


def test_a_period_already_entered_is_not_offered_again_and_the_page_says_when_all_are(client: Any) -> None:
    table = Table()
    row = f.make_indicator(table.parties[1], baseline_on=BEFORE, target=90)
    one = f"{indicators(table.alliance)}{row.pk}/"
    client.force_login(table.people[1])
    table.enter(row, period=BEFORE)
    asked = page(client, f"{one}saisir/")
    assert f'value="{BEFORE.isoformat()}"' not in asked
    assert f'value="{LAST.isoformat()}"' in asked
    table.enter(row, period=LAST)
    shown = page(client, one)
    assert "Saisir une valeur" not in shown
    assert "Toutes les périodes terminées sont saisies" in shown
    assert client.get(f"{one}saisir/").url == row.page_url
    client.force_login(table.people[2])  # another party may still enter what it counted
    assert "Saisir une valeur" in page(client, one)


def test_what_is_late_is_said_in_words_where_it_waits(client: Any) -> None:
    table = Table()
    row = f.make_indicator(table.parties[1], name="Enfants qui lisent")
    client.force_login(table.people[1])
    for url in (
        indicators(table.alliance),
        f"{indicators(table.alliance)}{row.pk}/",
        table.alliance.space_url,
    ):
        assert "en retard" in page(client, url), url
    assert "Enfants qui lisent" in page(client, "/mon-espace/")


def test_the_page_and_the_home_say_who_answers_for_a_disputed_value(client: Any) -> None:
    table = Table()
    value = f.make_value(f.make_indicator(table.parties[1], name="Enfants qui lisent"))
    client.force_login(table.people[2])
    url = f"{indicators(table.alliance)}{value.indicator_id}/"
    client.post(f"{url}valeurs/{value.pk}/avis/", {"verdict": "disputed", "reason": "Deux listes manquent"})
    said = f"{table.parties[1].name} doit répondre"
    assert said in page(client, url)
    home = page(client, table.alliance.space_url)
    assert "répondre de « Enfants qui lisent »" in home.replace("\u00a0", " ")
    client.force_login(table.people[1])
    assert f"valeurs/{value.pk}/corriger/" in page(client, url)


def test_a_part_counted_for_an_organisation_that_left_is_taken_back_on_the_page(client: Any) -> None:
    table = Table()
    result = f.make_result(table.parties[1].organisation, name="Repas servis")
    Claim.objects.create(result=result, alliance=table.alliance, quantity=10, how="La cuisine")
    alliances.leave(table.parties[1], actor=table.people[1])
    url = f"{indicators(table.alliance)}resultats/"
    client.force_login(table.people[2])
    shown = page(client, url)
    assert "a quitté l’alliance" in shown
    assert "Ne plus compter" not in shown
    assert client.post(f"{url}{result.pk}/ne-plus-compter/").status_code == 403
    client.force_login(table.people[0])
    shown = page(client, url)
    assert "Ne plus compter" in shown
    assert "Changer la part" not in shown
    assert client.post(f"{url}{result.pk}/ne-plus-compter/").status_code == 302
    assert not Claim.objects.exists()
    assert "Repas servis" not in page(client, url)


def test_another_party_disputes_and_the_point_is_marked(client: Any) -> None:
    table = Table()
    value = f.make_value(f.make_indicator(table.parties[1]))
    one = f"{indicators(table.alliance)}{value.indicator_id}/"
    client.force_login(table.people[2])
    client.post(f"{one}valeurs/{value.pk}/avis/", {"verdict": "disputed", "reason": ""})
    client.post(f"{one}valeurs/{value.pk}/avis/", {"verdict": "peut-être", "reason": "x"})
    assert not Review.objects.exists()
    client.post(
        f"{one}valeurs/{value.pk}/avis/", {"verdict": "disputed", "reason": "<b>Deux listes</b> manquent"}
    )
    shown = page(client, one)
    assert "contestée" in shown
    assert "ui-chart__dot--doubtful" in shown
    assert "<b>Deux listes" not in shown
    client.force_login(table.people[1])
    client.post(f"{one}valeurs/{value.pk}/avis/", {"verdict": "confirmed", "party": table.parties[1].pk})
    assert Review.objects.count() == 1
    assert client.get(f"{one}valeurs/{value.pk}/corriger/").status_code == 200
    client.post(f"{one}valeurs/{value.pk}/corriger/", {"amount": "44", "proof": "Cinq listes"})
    shown = page(client, one)
    assert "Avant correction" in shown
    assert "ui-chart__dot--doubtful" not in shown
    client.force_login(table.people[0])
    assert client.get(f"{one}valeurs/{Value.objects.current().get().pk}/corriger/").status_code == 403


def test_two_different_values_stand_side_by_side(client: Any) -> None:
    table = Table()
    row = f.make_indicator(table.parties[1])
    f.make_value(row)
    f.make_value(row, party=table.parties[2], amount=52)
    client.force_login(table.people[0])
    shown = page(client, f"{indicators(table.alliance)}{row.pk}/")
    assert "deux valeurs différentes, 40 ou 52" in shown.replace("\xa0", " ")


def test_an_indicator_without_owner_is_taken_over_in_one_click(client: Any) -> None:
    table = Table()
    row = f.make_indicator(table.parties[1])
    Indicator.objects.update(owner=None)
    client.force_login(table.people[2])
    assert "À reprendre" in page(client, indicators(table.alliance))
    assert "À reprendre" in page(client, table.alliance.space_url)
    client.post(f"{indicators(table.alliance)}{row.pk}/reprendre/")
    row.refresh_from_db()
    assert row.owner == table.parties[2]


def test_ids_of_another_alliance_answer_nothing(client: Any) -> None:
    table, other = Table(), f.make_alliance()
    foreign = f.make_value(f.make_indicator(other.parties.first()))
    own = f.make_indicator(table.parties[0])
    result = f.make_result(other.parties.first().organisation)
    client.force_login(table.people[0])
    base = indicators(table.alliance)
    for url in (
        f"{foreign.indicator_id}/",
        f"{foreign.indicator_id}/saisir/",
        f"resultats/{result.pk}/compter/",
    ):
        assert client.get(base + url).status_code == 404, url
    assert (
        client.post(f"{base}{own.pk}/valeurs/{foreign.pk}/avis/", {"verdict": "confirmed"}).status_code == 404
    )
    assert client.get(f"{base}{own.pk}/valeurs/{foreign.pk}/corriger/").status_code == 404


def test_a_result_is_noted_once_and_a_part_of_it_counted(client: Any) -> None:
    table = Table()
    client.force_login(table.people[1])
    base = f"{indicators(table.alliance)}resultats/"
    said = {
        "party": table.parties[1].pk,
        "name": "Repas",
        "quantity": "100",
        "unit": "repas",
        "proof": "Registre",
    }
    form = page(client, f"{base}ajouter/")
    period = re.findall(r'<option value="(yearly:[^"]+)"', form)[0]
    assert client.post(f"{base}ajouter/", said | {"period": "yearly:x"}).status_code == 422
    assert client.post(f"{base}ajouter/", said | {"period": period}).status_code == 302
    result = Result.objects.get()
    too_much = client.post(f"{base}{result.pk}/compter/", {"quantity": "101", "how": "La cuisine"})
    assert too_much.status_code == 409
    assert "compté deux fois" in too_much.content.decode()
    client.post(f"{base}{result.pk}/compter/", {"quantity": "60", "how": "La cuisine"})
    assert "Compté ici : 60" in page(client, base).replace("\xa0", " ")
    assert "Repas" in page(client, indicators(table.alliance))
    client.post(f"{base}{result.pk}/ne-plus-compter/")
    assert not Claim.objects.exists()


def test_the_public_page_shows_indicators_only_if_the_parties_chose_so(client: Any) -> None:
    table = Table()
    f.make_value(f.make_indicator(table.parties[1], name="Enfants qui lisent"))
    Alliance.objects.update(publication="public", published_at=now())
    url = table.alliance.get_absolute_url()
    assert "Enfants qui lisent" not in page(client, url)
    Alliance.objects.update(shown=["indicators"])
    shown = page(client, url)
    assert "Enfants qui lisent" in shown
    assert "Léa Martin" not in shown


def test_a_closed_alliance_is_read_and_offers_nothing_to_write(client: Any) -> None:
    table = Table()
    value = f.make_value(f.make_indicator(table.parties[1]))
    Alliance.objects.update(activity="closed", reached="a", learned="b", what_next="c")
    client.force_login(table.people[1])
    one = f"{indicators(table.alliance)}{value.indicator_id}/"
    for url in (one, indicators(table.alliance), f"{indicators(table.alliance)}resultats/"):
        shown = page(client, url)
        for word in ("Saisir une valeur", "Définir un", "Noter un", "Corriger", "Contester"):
            assert word not in shown, (url, word)


def test_what_is_taken_from_another_alliance_asks_where_this_one_starts_and_aims(client: Any) -> None:
    party = f.make_alliance().parties.order_by("pk")[0]
    row = f.make_indicator(party, name="Enfants qui lisent", is_measured=False, baseline=0, target=0)
    user = f.make_signatory(party)
    client.force_login(user)
    page = client.get(row.page_url).content.decode()
    assert "Fixer le départ et la cible" in page
    assert "Saisir une valeur" not in page
    assert "à fixer" in client.get(f"{party.alliance.space_url}indicateurs/").content.decode()
    assert "fixer le départ et la cible de" in client.get(party.alliance.space_url).content.decode()
    assert "Fixer le départ et la cible de" in client.get("/mon-espace/").content.decode()
    with pytest.raises(RuleBroken, match="point de départ"):
        services.enter(
            row,
            actor=user,
            party=party,
            period=last_ended(row.rhythm, today()),
            amount=Decimal(3),
            proof="Listes",
        )
    form = client.get(f"{row.page_url}modifier/").context["form"]
    assert form["baseline"].value() is None
    typed = {name: form[name].value() or "" for name in form.fields} | {
        "baseline": "12",
        "baseline_on": (today() - timedelta(days=400)).isoformat(),
        "target": "90",
        "target_on": (today() + timedelta(days=400)).isoformat(),
    }
    assert client.post(f"{row.page_url}modifier/", typed).status_code == 302
    row.refresh_from_db()
    assert row.is_measured
    assert "Saisir une valeur" in client.get(row.page_url).content.decode()

"""The search finds what French words, places and dates say, and survives any address."""

import datetime
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jeveuxagir.common.clock import today
from jeveuxagir.taxonomies.models import Domain
from missions import services
from missions.enums import MissionMode, SlotKind
from missions.filters import SearchForm
from missions.models import Mission
from missions.search import SearchQuery, Sort, search_missions
from tests.factories import GUERET, LILLE, get_commune, make_mission, make_organisation, make_slot

pytestmark = pytest.mark.django_db


def mission(**fields: Any) -> Mission:
    made = make_mission(**fields)
    services.set_search_extra(made)
    return made


def titles(**query: Any) -> list[str]:
    return [found.title for found in search_missions(SearchQuery(**query))]


@pytest.mark.parametrize("typed", ["élève", "eleves", "ÉLÈVES", "lire eleve", "lectures"])
def test_accents_plurals_and_case_do_not_matter(typed: str) -> None:
    mission(title="Lire avec des élèves", description="De la lecture à voix haute.")
    mission(title="Trier des vêtements", description="Au vestiaire.")
    assert titles(text=typed) == ["Lire avec des élèves"]


def test_a_mission_is_found_by_its_organisation_its_town_and_its_domain() -> None:
    mission(organisation=make_organisation(name="La Table ouverte"), title="Servir des repas")
    for typed in ("table ouverte", "Guéret", "éducation"):
        assert titles(text=typed) == ["Servir des repas"]


def test_words_that_mean_nothing_are_harmless() -> None:
    mission()
    for typed in ("le la les", "&|!()", "'; DROP TABLE", '"', "-", "a:*", "\\"):
        titles(text=typed)


def test_the_circle_around_a_town_and_its_distances() -> None:
    mission(title="Ici")
    mission(title="Là-bas", commune=LILLE)
    found = search_missions(SearchQuery(commune=get_commune(GUERET), radius_km=20))
    assert [(m.title, m.distance_km) for m in found] == [("Ici", 0.0)]
    assert titles(commune=get_commune(LILLE)) == ["Là-bas"]


def test_a_commune_without_a_point_searches_its_territory() -> None:
    mission(title="À Papeete", commune="98735")
    town = get_commune("98735")
    town.latitude = town.longitude = None
    assert titles(commune=town) == ["À Papeete"]


def test_remote_only_finds_remote_and_hybrid_missions_wherever() -> None:
    mission(title="Sur place")
    mission(title="De chez soi", mode=MissionMode.REMOTE)
    mission(title="Au choix", mode=MissionMode.HYBRID)
    assert set(titles(remote_only=True, commune=get_commune(LILLE))) == {"De chez soi", "Au choix"}


def test_filters_by_domain_goal_age_and_skill() -> None:
    from jeveuxagir.taxonomies.models import Sdg, Skill

    wanted = mission(title="Voulue", minimum_age=16)
    wanted.sdgs.set([4])
    skill = Skill.objects.first()
    wanted.skills.set([skill])
    mission(title="Autre", minimum_age=18, domain=Domain.objects.get(pk="sante"))
    assert titles(domains=(Domain.objects.get(pk="education"),)) == ["Voulue"]
    assert titles(sdgs=(Sdg.objects.get(pk=4),)) == ["Voulue"]
    assert titles(skills=(skill,)) == ["Voulue"]
    assert titles(open_to_minors=True) == ["Voulue"]


def test_dates_find_dated_weekly_and_undated_slots() -> None:
    dated = mission(title="Dans dix jours")
    weekly = mission(title="Chaque mercredi", slots=0)
    make_slot(weekly, kind=SlotKind.WEEKLY, weekday=2)
    undated = mission(title="À convenir", slots=0)
    make_slot(undated, kind=SlotKind.UNDATED, valid_until=today() + datetime.timedelta(days=5))
    day = dated.slots.get().local_date
    assert "Dans dix jours" in titles(date_from=day, date_until=day)
    assert "Dans dix jours" not in titles(date_from=day + datetime.timedelta(days=1))
    assert "À convenir" not in titles(date_from=today() + datetime.timedelta(days=6))
    assert "À convenir" in titles(date_from=today(), date_until=today())
    wednesday = today() + datetime.timedelta(days=(2 - today().weekday()) % 7)
    assert "Chaque mercredi" in titles(date_from=wednesday, date_until=wednesday)
    thursday = wednesday + datetime.timedelta(days=1)
    assert "Chaque mercredi" not in titles(date_from=thursday, date_until=thursday)


def test_only_open_missions_of_validated_organisations_with_a_slot_to_come_are_found() -> None:
    mission(title="Visible")
    mission(title="Brouillon", state="draft")
    mission(title="Fermée", state="closed")
    mission(title="Suspendue", organisation=make_organisation(state="suspended"))
    past = mission(title="Passée", slots=0)
    make_slot(past, in_days=-3)
    off = mission(title="Annulée", slots=0)
    make_slot(off, cancelled_at=past.created_at)
    assert titles() == ["Visible"]


def test_each_sort_orders_as_it_says() -> None:
    far = mission(title="Lire loin", commune="23008", slots=0)
    make_slot(far, in_days=3)
    near = mission(title="Jouer près", description="Lire parfois.", slots=0)
    make_slot(near, in_days=30)
    place = {"commune": get_commune(GUERET), "radius_km": 100}
    assert titles(sort=Sort.DISTANCE, **place) == ["Jouer près", "Lire loin"]
    assert titles(sort=Sort.DATE, **place) == ["Lire loin", "Jouer près"]
    assert titles(text="lire", sort=Sort.RELEVANCE, **place) == ["Lire loin", "Jouer près"]


HOSTILE = [
    {"page": "1000000000"},
    {"page": "-1"},
    {"page": "abc"},
    {"q": "nul\x00octet"},
    {"q": "a" * 8000},
    {"lieu": "\x00"},
    {"lieu": "x" * 9000},
    {"lieu": "Zzzzzz"},
    {"lieu": "Saint-Martin"},
    {"commune": "%00"},
    {"commune": "'--"},
    {"rayon": "1e9"},
    {"rayon": "-5", "lieu": "Guéret"},
    {"domaine": "n’existe pas"},
    {"domaine": "\x00"},
    {"odd": "99999999999999999999"},
    {"odd": "\x00"},
    {"competence": "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")},
    {"du": "2026-13-45"},
    {"du": "2027-02-02", "au": "2027-01-01"},
    {"au": "1900-01-01"},
    {"du": "9999-12-31"},
    {"tri": "capacity); DROP TABLE"},
    {"distance": "on", "mineurs": "on", "tri": "distance"},
]


@pytest.mark.parametrize("query", HOSTILE, ids=[str(q)[:40] for q in HOSTILE])
def test_no_address_breaks_the_page(client: Any, query: dict[str, str]) -> None:
    mission()
    response = client.get("/missions/", query)
    assert response.status_code == 200
    assert "Trouver une mission" in response.content.decode()


def test_a_wrong_value_is_told_in_french_and_the_rest_still_applies(client: Any) -> None:
    mission(title="De chez soi", mode=MissionMode.REMOTE)
    mission(title="Sur place")
    page = client.get("/missions/", {"q": "a" * 101, "distance": "on"}).content.decode()
    assert "Votre recherche est trop longue" in page
    assert "De chez soi" in page
    assert "Sur place</a>" not in page


def test_active_filters_are_tags_that_remove_only_themselves(client: Any) -> None:
    mission()
    page = client.get(
        "/missions/", {"q": "lire", "lieu": "Guéret (23)", "rayon": "30", "domaine": "education"}
    )
    html = page.content.decode()
    assert "Retirer le filtre Éducation pour tous" in html
    assert 'href="?q=lire&amp;lieu=Gu%C3%A9ret+%2823%29&amp;rayon=30"' in html


def test_an_empty_search_offers_wider_ones_with_their_counts(client: Any) -> None:
    mission(title="Lire loin d’ici", commune="23008")
    response = client.get("/missions/", {"lieu": "Guéret (23)", "rayon": "5", "q": "lire"})
    html = response.content.decode()
    assert "Aucune mission trouvée" in html
    assert re.search("Jusqu’à (10|20|30|50)\u00a0km de Guéret", html)
    assert "Je veux agir" in html


def test_the_link_of_another_page_names_a_commune_by_its_code(client: Any) -> None:
    mission(title="Ici")
    html = client.get("/missions/", {"commune": GUERET}).content.decode()
    assert "de Guéret (23)" in html


def test_as_many_queries_for_twenty_missions_as_for_one(client: Any) -> None:
    mission()
    client.get("/missions/", {"lieu": "Guéret (23)"})
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get("/missions/", {"lieu": "Guéret (23)"})
    for _ in range(19):
        mission(slots=3)
    with CaptureQueriesContext(connection) as twenty:
        client.get("/missions/", {"lieu": "Guéret (23)"})
    assert len(twenty) == len(one)


def test_a_form_without_anything_finds_everything() -> None:
    form = SearchForm({})
    assert form.is_valid()
    assert form.query() == SearchQuery()

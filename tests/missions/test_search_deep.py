"""Filters with their counts, words with a typo, wider searches, the map and the suggestions."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from jeveuxagir.accounts.limits import LIMITS
from jeveuxagir.taxonomies.models import Activity, Domain, Sdg, Skill
from missions import facets, search, services, spelling, suggestions
from missions.enums import Commitment, MissionMode
from missions.filters import SearchForm, describe
from missions.models import Mission
from missions.search import COUNT_AT_MOST, SearchQuery, page_of
from tests.factories import GUERET, LILLE, get_commune, make_mission, make_organisation

pytestmark = pytest.mark.django_db

SAINT_DENIS, BASSE_TERRE = "97411", "97105"


def mission(**fields: Any) -> Mission:
    activities = fields.pop("activities", ())
    skills = fields.pop("skills", ())
    sdgs = fields.pop("sdgs", ())
    made = make_mission(**fields)
    made.activities.set(activities)
    made.skills.set(skills)
    made.sdgs.set(sdgs)
    services.set_search_extra(made)
    return made


def query(address: str) -> SearchQuery:
    form = SearchForm(QueryDict(address))
    form.is_valid()
    return form.query()


def page(client: Any, address: str) -> str:
    response = client.get(f"/missions/?{address}")
    assert response.status_code == 200
    return response.content.decode().replace("\u00a0", " ")


def count(html: str, name: str, value: str) -> int | None:
    """The number beside a choice, None when it is not on the page."""
    found = re.search(rf'id="f-{name}-{value}".*?ui-choice__count">(\d+)', html)
    return int(found[1]) if found else None


# --- hits and total ----------------------------------------------------------------------------------------


def test_hits_and_total_come_in_one_statement() -> None:
    for number in range(5):
        mission(title=f"Mission {number}")
    with CaptureQueriesContext(connection) as queries:
        hits = page_of(SearchQuery(), 2, 2)
    assert [len(hits.missions), hits.total, hits.number, hits.capped] == [2, 5, 2, False]
    assert sum("missions_mission" in each["sql"] and "count(" in each["sql"].lower() for each in queries) == 1
    assert len(queries) == 4  # the hits and the total; their rows, addresses and slots


def test_beyond_the_end_one_reads_the_last_page() -> None:
    for number in range(3):
        mission(title=f"Mission {number}")
    hits = page_of(SearchQuery(), 10**9, 2)
    assert [hits.number, hits.total, len(hits.missions)] == [2, 3, 1]
    assert page_of(SearchQuery(text="licorne"), 7).missions == []


def test_a_page_and_the_queryset_agree_on_the_order() -> None:
    for place in ("23008", GUERET, "23097"):
        if get_commune(place):
            mission(title=f"Lire à {place}", commune=place)
    for words in ("", "lire"):
        for sort in search.Sort:
            asked = SearchQuery(text=words, commune=get_commune(GUERET), radius_km=100, sort=sort)
            found = page_of(asked).missions
            assert [m.pk for m in found] == [m.pk for m in search.search_missions(asked)]
            assert all(m.distance_km is not None for m in found)


def test_a_total_says_no_more_than_its_cap(monkeypatch: Any) -> None:
    monkeypatch.setattr(search, "COUNT_AT_MOST", 2)
    for number in range(4):
        mission(title=f"Mission {number}")
    hits = page_of(SearchQuery(), 1, 2)
    assert hits.capped
    assert hits.total == 3
    assert COUNT_AT_MOST == 10_000


# --- filters and their counts ------------------------------------------------------------------------------


def test_any_of_several_values_of_a_filter_and_all_of_the_filters() -> None:
    mission(title="A", domain="education", commitment=Commitment.WEEKLY)
    mission(title="B", domain="sante", commitment=Commitment.WEEKLY)
    mission(title="C", domain="sante", commitment=Commitment.ONCE)
    mission(title="D", domain="sport", commitment=Commitment.WEEKLY)
    found = search.search_missions(query("domaine=education&domaine=sante&rythme=weekly"))
    assert {m.title for m in found} == {"A", "B"}


def test_activities_skills_and_goals_narrow() -> None:
    activity, other = Activity.objects.order_by("pk")[:2]
    skill = Skill.objects.order_by("pk")[0]
    mission(title="Voulue", activities=[activity], skills=[skill], sdgs=[13])
    mission(title="Autre", activities=[other], sdgs=[4])
    for address in (f"activite={activity.pk}", f"competence={skill.pk}", "odd=13"):
        assert [m.title for m in search.search_missions(query(address))] == ["Voulue"]
    assert search.search_missions(query(f"activite={activity.pk}&activite={other.pk}")).count() == 2


def test_the_counts_of_a_filter_leave_out_its_own_choice(client: Any) -> None:
    mission(domain="education", minimum_age=16, commitment=Commitment.WEEKLY)
    mission(domain="sante", minimum_age=18, commitment=Commitment.WEEKLY)
    mission(domain="sante", minimum_age=18, commitment=Commitment.ONCE)
    html = page(client, "domaine=sante")
    assert [count(html, "domaine", "sante"), count(html, "domaine", "education")] == [2, 1]
    assert [count(html, "rythme", "weekly"), count(html, "rythme", "once")] == [1, 1]
    assert count(html, "mineurs", "on") == 0
    assert count(html, "domaine", "sport") is None, "a choice that finds nothing is not shown"
    assert count(page(client, "domaine=sport"), "domaine", "sport") == 0, "unless it is chosen"


def test_each_count_is_what_its_choice_then_finds() -> None:
    activities, skills = list(Activity.objects.all()[:3]), list(Skill.objects.all()[:3])
    domains = ("education", "sante", "sport")
    for number in range(12):
        mission(
            domain=domains[number % 3],
            activities=activities[: number % 4],
            skills=skills[: number % 3],
            sdgs=[number % 5 + 1],
            mode=[MissionMode.ON_SITE, MissionMode.REMOTE, MissionMode.HYBRID][number % 3],
            minimum_age=[16, 18][number % 2],
            commitment=["once", "weekly", ""][number % 3],
        )
    for asked in (
        "",
        "domaine=sante",
        "lieu=Gu%C3%A9ret+(23)",
        "distance=on&rythme=weekly",
        "q=lire&mineurs=on",
    ):
        for (name, value), expected in facets.count(query(asked)).items():
            without = re.sub(rf"(^|&){name}=[^&]*", "", asked)
            chosen = query(f"{without}&{name}={value}")
            assert search.matching(chosen).count() == expected, (asked, name, value)


def test_as_many_statements_for_twenty_missions_as_for_four(client: Any) -> None:
    address = "/missions/?q=lire&domaine=education&domaine=sante&rythme=weekly&rythme=once&vue=carte"
    numbers = []
    for places in ([GUERET, LILLE, SAINT_DENIS, BASSE_TERRE], [GUERET, LILLE, SAINT_DENIS, BASSE_TERRE] * 5):
        for place in places:
            mission(commune=place, commitment="weekly", skills=Skill.objects.all()[:5], slots=2)
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_long_lists_are_folded_without_javascript(client: Any) -> None:
    for activity in Activity.objects.all()[:12]:
        mission(activities=[activity])
    html = page(client, "")
    assert 'id="plus-activite"' in html
    assert "Voir 6 autres" in html


def test_of_several_values_the_wrong_one_is_told_and_the_others_apply(client: Any) -> None:
    mission(title="Bonne", domain="sante")
    mission(title="Ailleurs", domain="sport")
    html = page(client, "domaine=sante&domaine=licorne&rythme=jamais&competence=&odd=99")
    for sentence in ("Ce domaine n’existe pas.", "Ce rythme n’existe pas.", "Cet objectif n’existe pas."):
        assert sentence in html
    assert "Bonne" in html
    assert "Ailleurs" not in html


def test_each_value_is_a_tag_removed_alone(client: Any) -> None:
    mission()
    html = page(client, "domaine=sante&domaine=education&q=lire")
    assert 'href="?q=lire&amp;domaine=education"' in html
    assert 'href="?domaine=sante&amp;domaine=education"' in html


def test_a_search_is_described_in_french() -> None:
    said = describe(query("q=lire&lieu=Gu%C3%A9ret+(23)&rayon=20&mineurs=on&rythme=weekly&odd=13"))
    assert said == "«\u00a0lire\u00a0», à 20\u00a0km de Guéret (23), chaque semaine, ODD 13, dès 16 ans"
    assert describe(SearchQuery()) == "toutes les missions"


# --- words with a typo -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("jardinnage", "jardinage"),
        ("biblotheque", "bibliotheque"),
        ("Biblotèque", "bibliotheque"),
        ("vetemants gueret", "vetements gueret"),
        ("entreide", "entraide"),
    ],
)
def test_a_word_with_a_typo_finds_the_nearest_known_word(typed: str, meant: str) -> None:
    mission(title="Jardinage au parc")
    mission(title="Ranger la bibliothèque")
    mission(title="Trier des vêtements", organisation=make_organisation(name="Entraide de la Creuse"))
    assert spelling.corrected(typed) == meant


@pytest.mark.parametrize(
    "typed", ["jardinage", "xq", "zzzzzz", "42", "", "’", "a" * 100, "%", "jardinage " * 9]
)
def test_a_known_word_and_nonsense_are_left_alone(typed: str) -> None:
    mission(title="Jardinage au parc")
    assert spelling.corrected(typed) == ""


def test_the_page_says_what_it_searched_instead_and_lets_one_insist(client: Any) -> None:
    mission(title="Jardinage au parc")
    html = page(client, "q=jardinnage")
    assert "Aucun résultat pour « jardinnage ». Voici les résultats pour" in html
    assert "Jardinage au parc" in html
    assert "q=jardinnage&amp;exact=on" in html
    exact = page(client, "q=jardinnage&exact=on")
    assert "Aucune mission trouvée" in exact
    assert "Jardinage au parc" not in exact


def test_few_results_propose_another_word_without_taking_it(client: Any) -> None:
    mission(title="Réparer", description="On parle de jardinnage.")
    mission(title="Jardinage au parc")
    html = page(client, "q=jardinnage")
    assert "Vouliez-vous dire" in html
    assert 'href="?q=jardinage"' in html
    assert "Réparer" in html


def test_a_correction_that_finds_nothing_here_is_not_told(client: Any) -> None:
    mission(title="Jardinage au parc", commune=LILLE)
    html = page(client, "q=jardinnage&lieu=Gu%C3%A9ret+(23)&rayon=5")
    assert "Voici les résultats" not in html
    assert "Aucune mission trouvée" in html


# --- wider -------------------------------------------------------------------------------------------------


def links(html: str) -> dict[str, str]:
    found = re.findall(r'<li><a class="fr-btn[^"]*" href="([^"]+)">([^<]+) : \d+ missions?</a>', html)
    return {label: url.replace("&amp;", "&") for url, label in found}


@pytest.mark.parametrize(
    ("address", "label", "said"),
    [
        (
            "q=lire&lieu=Lille+(59)&rayon=5",
            "Partout en France",
            "partout en France au lieu de 5 km autour de Lille",
        ),
        ("q=lire&domaine=sport", "Dans tous les domaines", "dans tous les domaines"),
        ("q=lire&rythme=more", "À tous les rythmes", "à tous les rythmes"),
        ("q=licorne&domaine=education", "Sans les mots « licorne »", "sans les mots « licorne »"),
        ("odd=17&domaine=education", "Pour tous les objectifs", "pour tous les objectifs"),
        ("q=licorne&lieu=Lille+(59)&odd=17", "Toutes les missions", "sans les mots « licorne »"),
    ],
)
def test_one_click_widens_and_the_next_page_says_what_it_gave_up(
    client: Any, address: str, label: str, said: str
) -> None:
    mission(title="Lire ensemble", domain="education")
    wider = links(page(client, address))
    assert label in wider
    html = page(client, wider[label].removeprefix("?"))
    assert "Nous avons élargi :" in html
    assert said in html
    assert "Lire ensemble" in html
    back = re.search(r'<a href="\?([^"]+)">Revenir à ma recherche', html)
    assert back
    assert "Aucune mission trouvée" in page(client, back[1].replace("&amp;", "&"))


def test_only_the_smallest_circle_that_is_enough_is_proposed(client: Any) -> None:
    mission(title="Lire", commune=GUERET)
    html = page(client, "q=lire&lieu=La+Souterraine+(23)&rayon=5")
    assert len(re.findall(r"Jusqu’à \d+ km de La Souterraine", html)) == 1
    url = next(url for label, url in links(html).items() if label.startswith("Jusqu’à"))
    assert "km au lieu de 5 km autour de La Souterraine (23)" in page(client, url.removeprefix("?"))


@pytest.mark.parametrize("carried", ["%00", "x" * 5000, "q=%00", "avant=avant", "page=9&du=zz", "%ED%A0%80"])
def test_what_a_link_carries_is_checked_like_any_address(client: Any, carried: str) -> None:
    mission()
    page(client, f"avant={carried}")


# --- map ---------------------------------------------------------------------------------------------------


def test_the_map_has_the_missions_of_the_list(client: Any) -> None:
    here = mission(title="Ici")
    mission(title="De chez soi", mode=MissionMode.REMOTE)
    html = page(client, "vue=carte")
    assert f'<a class="ui-mark" href="{here.get_absolute_url()}" aria-label=' in html
    assert f'id="mission-{here.pk}"' in html
    assert "1 mission à distance n’est pas sur la carte" in html
    assert "<image" not in html, "no third party is asked"


def test_missions_at_the_same_place_are_one_mark_that_leads_to_the_list(client: Any) -> None:
    made = [mission(title=f"Mission {number}") for number in range(3)]
    html = page(client, "vue=carte&lieu=Gu%C3%A9ret+(23)")
    assert html.count('class="ui-mark ui-mark--several"') == 1
    assert "3 missions au même endroit" in html
    assert re.search(rf'href="#mission-({"|".join(str(m.pk) for m in made)})"', html)


def test_each_overseas_department_has_its_own_map(client: Any) -> None:
    for place in (GUERET, SAINT_DENIS, BASSE_TERRE, "98735"):
        mission(commune=place)
    html = page(client, "vue=carte")
    for title in ("France métropolitaine", "La Réunion", "Guadeloupe"):
        assert f'aria-label="Carte, {title}"' in html
    assert html.count("<svg") == 4
    assert not re.search(r'(?:cx|cy|x|y|r)="-?\d+,\d', html), "a drawing has points, not commas"


def test_pages_after_the_first_go_on_numbering(client: Any) -> None:
    for number in range(22):
        mission(title=f"Mission {number}")
    html = page(client, "vue=carte&page=2")
    assert re.findall(r'ui-number">(\d+)', html) == ["21", "22"]


def test_a_tile_address_that_is_set_is_drawn_and_credited(client: Any, settings: Any) -> None:
    mission()
    settings.SEARCH_TILES_URL = "https://fonds.exemple.fr/{z}/{x}/{y}.png"
    settings.SEARCH_TILES_CREDIT = "© Un fond de carte"
    html = page(client, "vue=carte&lieu=Gu%C3%A9ret+(23)")
    assert 2 <= html.count('<image href="https://fonds.exemple.fr/') <= 30
    assert "Fond : © Un fond de carte" in html


def test_a_place_without_a_point_or_without_a_contour_still_has_a_page(client: Any) -> None:
    mission(commune="98735")
    for address in (
        "vue=carte&lieu=Papeete+(987)",
        "vue=carte&commune=97502",
        "vue=carte&q=licorne",
        "vue=lune",
    ):
        page(client, address)


# --- suggestions -------------------------------------------------------------------------------------------


def propose(client: Any, text: str) -> list[tuple[str, str]]:
    response = client.get("/missions/suggestions/", {"q": text})
    assert response.status_code == 200
    assert "public" in response["Cache-Control"]
    return [(each["kind"], each["label"]) for each in response.json()["results"]]


def test_suggestions_are_the_words_of_the_filters_then_organisations_and_missions(client: Any) -> None:
    mission(title="Éducation populaire au quartier", organisation=make_organisation(name="Les Éducateurs"))
    mission(title="Éducation fermée", state="closed")
    found = propose(client, "educ")
    assert found[0] == ("Domaine", "Éducation pour tous")
    assert ("Organisation", "Les Éducateurs") in found
    assert ("Mission", "Éducation populaire au quartier") in found
    assert ("Mission", "Éducation fermée") not in found


def test_suggestions_are_few_and_in_two_statements() -> None:
    for number in range(30):
        mission(title=f"Accueil {number}", organisation=make_organisation(name=f"Accueil pour tous {number}"))
    with CaptureQueriesContext(connection) as queries:
        found = suggestions.suggestions("accueil")
    assert len(queries) == 2
    assert len(found) <= suggestions.MOST
    assert max(sum(each.kind == kind for each in found) for kind in {each.kind for each in found}) <= 3


@pytest.mark.parametrize("text", ["", "e", "\x00", "%", "_", "'--", "x" * 8000, "🌱", "a b c d e f"])
def test_nothing_is_suggested_for_nonsense(client: Any, text: str) -> None:
    mission()
    assert propose(client, text) == []


def test_who_asks_too_often_gets_nothing_for_a_while(client: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(LIMITS, "suggestions_address", LIMITS["login_account"])
    answers = [client.get("/missions/suggestions/", {"q": "lire"}).status_code for _ in range(7)]
    assert answers[0] == 200
    assert answers[-1] == 429


# --- bad input ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "page=1000000000000000000000",
        "page=%00&vue=%00",
        "q=" + "a" * 8000,
        "q=%ED%A0%80lire",
        "q=lire&q=jardiner&lieu=Gu%C3%A9ret&lieu=Lille",
        "&".join(f"domaine=d{n}" for n in range(500)),
        "domaine=%00&activite=%00&odd=%00",
        "du=0001-01-01&au=9999-12-31",
        "du=99999-01-01",
        "exact=on&q=%00",
        "rayon=999999999999&lieu=Lille+(59)",
    ],
)
def test_no_address_breaks_the_search(client: Any, address: str) -> None:
    mission()
    assert "Trouver une mission" in page(client, address)


def test_odd_13_works(client: Any) -> None:
    mission(title="Planter des haies", sdgs=[Sdg.objects.get(pk=13)])
    mission(title="Lire", domain=Domain.objects.get(pk="education"))
    html = page(client, "odd=13")
    assert "Planter des haies" in html
    assert "1 mission" in html
    assert "ODD 13" in html

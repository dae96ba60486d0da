"""What anybody reads of alliances: the list and its filters; and the missions that an alliance carries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alliances import services
from alliances.enums import Section, Stage
from alliances.models import Alliance, AllianceMission
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.territories.models import Commune, Department
from tests import factories as f

pytestmark = pytest.mark.django_db

LIST = "/alliances/"


def public(name, *, sdgs=(), commune=None, **fields):
    """A public alliance, whose parties chose to be seen."""
    fields = {"publication": "public", "published_at": now(), "shown": [Section.PARTIES]} | fields
    alliance = f.make_alliance(name=name, **fields)
    alliance.sdgs.set(sdgs)
    if commune:
        alliance.places.create(commune=Commune.objects.get(pk=commune))
    return alliance


def names(client, query=""):
    response = client.get(f"{LIST}{query}")
    assert response.status_code == 200
    return {card.alliance.name for card in response.context["cards"]}


# --- the list -------------------------------------------------------------------------------------------------


def test_anybody_reads_the_public_alliances_and_no_other(client):
    public("Lire ensemble", sdgs=[4], commune=f.GUERET)
    for state in ("private", "pending"):
        f.make_alliance(name=f"Encore {state}", publication=state)
    page = client.get(LIST).content.decode()
    assert "Lire ensemble" in page
    assert "Encore" not in page
    for words in ("Guéret (23)", "associations", "ODD 4", "émergente"):
        assert words in page


def test_each_filter_keeps_what_was_asked(client):
    public("Climat", sdgs=[13], commune=f.GUERET, domain_id="education", category_id="mecenat")
    public("École", sdgs=[4], commune=f.LILLE, department="59")
    lille = Department.objects.get(pk="59")
    for query, found in {
        "?odd=13": {"Climat"},
        "?domaine=education": {"Climat"},
        "?categorie=mecenat": {"Climat"},
        "?departement=23": {"Climat"},
        "?departement=59": {"École"},
        f"?region={lille.region_id}": {"École"},
        "?etape=emerging": {"Climat", "École"},
        "?etape=animated": set(),
        "?odd=13&departement=59": set(),
    }.items():
        assert names(client, query) == found, query


def test_a_region_wide_alliance_is_found_in_each_of_its_departments(client):
    wide = public("Partout ici")
    creuse = Department.objects.get(pk="23")
    wide.places.create(region=creuse.region)
    beside = Department.objects.filter(region=creuse.region).exclude(pk="23").first()
    assert names(client, f"?departement={beside.pk}") == {"Partout ici"}
    assert names(client, "?departement=59") == set()


def test_odd_13_is_asked_of_missions_and_of_alliances_in_the_same_way(client):
    public("Climat", sdgs=[13])
    mission = f.make_mission(title="Planter des haies")
    mission.sdgs.set([13])
    f.make_mission(title="Lire à voix haute").sdgs.set([4])
    assert names(client, "?odd=13") == {"Climat"}
    missions = client.get("/missions/?odd=13").content.decode()
    assert "Planter des haies" in missions
    assert "Lire à voix haute" not in missions


def counts(client, name, query=""):
    found = {facet.name: facet for facet in client.get(f"{LIST}{query}").context["facets"]}[name]
    return {choice.label: choice.count for choice in (*found.shown, *found.folded)}


def test_several_values_of_one_filter_add_up_and_each_says_how_many_it_finds(client):
    public("Climat", sdgs=[13], commune=f.GUERET, domain_id="education", category_id="mecenat")
    public("École", sdgs=[4], commune=f.LILLE, department="59", stage=Stage.EMERGING)
    public("Les deux", sdgs=[4, 13], commune=f.GUERET)
    f.make_alliance(name="Cachée", publication="private").sdgs.set([13])
    assert names(client, "?odd=13&odd=4") == {"Climat", "École", "Les deux"}
    assert names(client, "?departement=23&departement=59&odd=4") == {"École", "Les deux"}
    goals = counts(client, "odd")
    assert sorted(goals.values()) == [2, 2]
    assert counts(client, "departement") == {"23 – Creuse": 2, "59 – Nord": 1}
    assert set(counts(client, "region").values()) == {2, 1}
    # a filter does not narrow its own choices; the others do
    assert counts(client, "departement", "?departement=59") == {"23 – Creuse": 2, "59 – Nord": 1}
    assert sorted(counts(client, "odd", "?departement=59").values()) == [1]
    assert counts(client, "domaine", "?odd=4") == {}


def test_what_is_counted_is_what_is_found(client):
    creuse = Department.objects.get(pk="23")
    wide = public("Partout ici", sdgs=[4])
    wide.places.create(region=creuse.region)
    wide.places.create(department=creuse)
    town = public("À Guéret", sdgs=[13], commune=f.GUERET)
    town.places.create(epci=Commune.objects.get(pk=f.GUERET).epci)
    for facet in client.get(LIST).context["facets"]:
        for choice in (*facet.shown, *facet.folded):
            assert len(names(client, f"?{facet.name}={choice.value}")) == choice.count, choice


def test_each_filter_in_use_is_removed_on_its_own(client):
    public("Climat", sdgs=[13])
    tags = client.get(f"{LIST}?odd=13&odd=4&etape=emerging&vue=carte").context["tags"]
    assert [words[:6] for words, _ in tags] == ["ODD 13", "ODD 4 ", "Émerge"] or len(tags) == 3
    assert all("vue=carte" in url for _, url in tags)
    for _, url in tags:
        assert client.get(f"{LIST}{url}").status_code == 200


def test_a_wrong_value_is_said_in_french(client):
    page = client.get(f"{LIST}?odd=99").content.decode()
    assert "Nous ne connaissons pas cet objectif." in page


def test_the_map_shows_what_the_list_does(client):
    here = public("Lire ensemble", sdgs=[4], commune=f.GUERET)
    region = public("Partout ici", department="59")
    region.places.create(region=Department.objects.get(pk="59").region)
    overseas = public("Au soleil", commune="97209", department="972")
    response = client.get(f"{LIST}?vue=carte")
    html = response.content.decode()
    maps = response.context["maps"]
    assert {each.title for each in maps} == {"France métropolitaine", "Martinique"}
    assert sum(each.results for each in maps) == 3
    for alliance in (here, region, overseas):
        assert f'href="{alliance.get_absolute_url()}" aria-label=' in html
        assert f'id="alliance-{alliance.pk}"' in html  # the list stands below, with the same numbers
    only = client.get(f"{LIST}?vue=carte&odd=4")
    assert sum(each.results for each in only.context["maps"]) == 1
    assert names(client, "?vue=carte&odd=4") == {"Lire ensemble"}


def test_two_alliances_of_one_town_are_one_mark_that_leads_to_the_list(client):
    for number in range(2):
        public(f"Alliance {number}", commune=f.GUERET)
    (drawn,) = client.get(f"{LIST}?vue=carte").context["maps"]
    (mark,) = drawn.marks
    assert mark.text == "×2"
    assert mark.url.startswith("#alliance-")
    assert "2 alliances au même endroit" in mark.label.replace("\xa0", " ")


@pytest.mark.parametrize("value", ["abc", "99", "%00", "9" * 40, "-1"])
@pytest.mark.parametrize("name", ["odd", "domaine", "departement", "region", "etape", "categorie", "page"])
def test_a_wrong_value_is_left_out(client, name, value):
    public("Climat")
    assert names(client, f"?{name}={value}") == {"Climat"}


def test_nothing_found_leads_on(client):
    page = client.get(f"{LIST}?odd=13").content.decode()
    assert "Aucune alliance publique ne répond à ces filtres" in page
    assert "Commencer une alliance" in page


def test_twenty_alliances_ask_as_many_queries_as_one(client):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        return len(queries)

    for number in range(20):
        public(f"Alliance {number}", sdgs=[4, 13], commune=f.GUERET)
        if number == 0:
            client.get(LIST)
            one = cost()
    assert cost() == one


def test_who_chose_not_to_be_shown_is_not_told_by_the_card(client):
    alliance = public("Lire ensemble", shown=[])
    assert "associations" in client.get(LIST).content.decode().split("<h1>")[1].lower()
    (card,) = client.get(LIST).context["cards"]
    assert (card.alliance, card.colleges) == (alliance, [])


def test_the_public_page_leads_back_to_the_list_and_the_list_is_in_the_site_s_maps(client):
    alliance = public("Lire ensemble", sdgs=[4])
    page = client.get(alliance.get_absolute_url()).content.decode()
    assert f'href="{LIST}"' in page
    assert 'href="/odd/4-education-de-qualite/"' in page, "whose page leads to the list filtered by it"
    assert alliance.get_absolute_url() in client.get("/sitemap-alliances.xml").content.decode()
    assert "/alliances/<" in client.get("/sitemap-pages.xml").content.decode()
    for path in ("/", "/plan-du-site/"):
        assert f'href="{LIST}"' in client.get(path).content.decode()


# --- the missions that an alliance carries --------------------------------------------------------------------


def with_mission(**fields):
    """A public alliance, who acts for its first party, and an open mission of theirs."""
    alliance = public("Lire ensemble", **fields)
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner)
    f.make_party(alliance, organisation=organisation)
    return alliance, owner, f.make_mission(title="Lire le mercredi", organisation=organisation)


def missions_of(alliance):
    return f"{alliance.space_url}missions/"


def test_a_party_brings_its_own_mission_and_takes_it_back(client):
    alliance, owner, mission = with_mission()
    client.force_login(owner)
    assert "Lire le mercredi" in client.get(missions_of(alliance)).content.decode()
    assert client.post(missions_of(alliance), {"mission": mission.pk}).status_code == 302
    assert AllianceMission.objects.get().mission == mission
    assert Event.objects.filter(verb="alliance.mission_added", subject_id=str(alliance.pk)).exists()
    assert client.post(f"{missions_of(alliance)}{mission.pk}/retirer/").status_code == 302
    assert not AllianceMission.objects.exists()


def test_nobody_brings_the_mission_of_others(client):
    alliance, owner, mission = with_mission()
    client.force_login(owner)
    foreign = f.make_mission()
    assert client.post(missions_of(alliance), {"mission": foreign.pk}).status_code == 422
    with pytest.raises(NotAllowed):
        services.carry(alliance, actor=owner, mission=foreign)
    services.carry(alliance, actor=owner, mission=mission)
    another = public("Une autre")
    f.make_party(another, organisation=mission.organisation)
    with pytest.raises(RuleBroken):
        services.carry(another, actor=owner, mission=mission)


def test_the_mission_s_page_names_its_alliance_once_that_is_public(client):
    alliance, owner, mission = with_mission()
    services.carry(alliance, actor=owner, mission=mission)
    assert "Portée par l’alliance" in client.get(mission.get_absolute_url()).content.decode()
    Alliance.objects.filter(pk=alliance.pk).update(publication="private")
    assert "Portée par l’alliance" not in client.get(mission.get_absolute_url()).content.decode()


def test_the_public_page_shows_its_open_missions_if_the_parties_chose_so(client):
    alliance, owner, mission = with_mission()
    services.carry(alliance, actor=owner, mission=mission)
    assert "Lire le mercredi" not in client.get(alliance.get_absolute_url()).content.decode()
    Alliance.objects.filter(pk=alliance.pk).update(shown=[Section.MISSIONS])
    assert "Lire le mercredi" in client.get(alliance.get_absolute_url()).content.decode()
    type(mission).objects.filter(pk=mission.pk).update(state="cancelled")
    assert "Lire le mercredi" not in client.get(alliance.get_absolute_url()).content.decode()


def test_an_organisation_s_page_shows_its_public_alliances(client):
    alliance, _, mission = with_mission(stage=Stage.EMERGING)
    page = mission.organisation.get_absolute_url()
    assert "Lire ensemble" in client.get(page).content.decode()
    Alliance.objects.filter(pk=alliance.pk).update(publication="private")
    assert "Lire ensemble" not in client.get(page).content.decode()

"""The places of France, as loaded from the committed files."""

import pytest
from django.db import connection

from jeveuxagir.territories import reference
from jeveuxagir.territories.enums import PointSource, Zone
from jeveuxagir.territories.geo import distance_km
from jeveuxagir.territories.models import (
    Arrondissement,
    Commune,
    Department,
    Epci,
    OldCommune,
    Region,
    Source,
)
from jeveuxagir.territories.places import by_code
from jeveuxagir.web.reference import load_reference
from tests import factories as f

pytestmark = pytest.mark.django_db


def test_every_commune_department_and_region_is_there():
    assert Commune.objects.count() == 34_969
    assert Department.objects.exclude(zone=Zone.COLLECTIVITY).count() == 101
    assert Region.objects.exclude(zone=Zone.COLLECTIVITY).count() == 18
    collectivities = Department.objects.filter(zone=Zone.COLLECTIVITY).values_list("code", flat=True)
    assert {"975", "977", "978", "986", "987", "988"} <= set(collectivities)
    assert Epci.objects.count() == 1_255
    assert Arrondissement.objects.count() == 20 + 9 + 16


def test_only_communes_of_overseas_collectivities_lack_a_point():
    without = Commune.objects.filter(latitude=None)
    assert without.count() == 38
    assert not without.exclude(department__zone=Zone.COLLECTIVITY).exists()


def test_only_the_five_southern_districts_lack_a_postal_code():
    without = Commune.objects.filter(postal_codes=[]).values_list("department", flat=True)
    assert list(without) == ["984"] * 5


def test_four_islands_belong_to_no_epci():
    islands = Commune.objects.filter(epci=None).exclude(department__zone=Zone.COLLECTIVITY)
    assert sorted(islands.values_list("name", flat=True)) == [
        "L’Île-d’Yeu",
        "Ouessant",
        "Île-de-Bréhat",
        "Île-de-Sein",
    ]


def test_a_commune_carries_all_we_know_of_it():
    romans = Commune.objects.select_related("department__region", "epci").get(pk="26281")
    assert (romans.name, romans.slug, romans.label) == (
        "Romans-sur-Isère",
        "romans-sur-isere",
        "Romans-sur-Isère (26)",
    )
    assert (romans.department.label, romans.region.name) == ("Drôme (26)", "Auvergne-Rhône-Alpes")
    assert romans.epci.name == "Communauté d’agglomération Valence Romans Agglo"
    assert romans.postal_codes == ["26100"]
    assert 30_000 < romans.population < 40_000
    assert romans.point_source == PointSource.TOWN_HALL
    assert distance_km(romans.latitude, romans.longitude, 45.045, 5.051) < 2


def test_paris_is_one_commune_of_21_postal_codes():
    paris = Commune.objects.get(pk="75056")
    assert len(paris.postal_codes) == 21
    assert paris.arrondissements.count() == 20


def test_labels_tell_every_commune_from_its_homonyms():
    labels = {commune.label for commune in Commune.objects.only("name", "department_id")}
    assert len(labels) == 34_969


def test_points_lie_near_those_of_the_same_department():
    """A town hall thousands of kilometres away was the trap of the source."""
    by_department: dict[str, list[tuple[float, float]]] = {}
    for department, *point in Commune.objects.filter(department__zone=Zone.MAINLAND).values_list(
        "department", "latitude", "longitude"
    ):
        by_department.setdefault(department, []).append(point)
    for department, points in by_department.items():
        middle = [sorted(axis)[len(points) // 2] for axis in zip(*points, strict=True)]
        assert max(distance_km(*middle, *point) for point in points) < 160, department


@pytest.mark.parametrize(
    ("old", "now"),
    [("75111", "75056"), ("13201", "13055"), ("74011", "74010"), ("14011", "14581"), ("26281", "26281")],
)
def test_an_old_code_leads_to_the_commune_of_today(old, now):
    assert by_code(old).pk == now


@pytest.mark.parametrize("code", ["", "99999", "2C001", "7505", "75056\x00", "x" * 8000, "ab'--"])
def test_an_unknown_code_leads_nowhere_or_to_what_it_holds(code):
    assert by_code(code) == (Commune.objects.get(pk="75056") if code.startswith("75056") else None)


def test_loading_again_does_nothing():
    assert load_reference(connection) is False


def test_a_damaged_table_is_repaired_when_the_vintage_differs():
    Commune.objects.filter(pk="26281").update(name="Autre", population=1)
    Source.objects.update(checksum="another vintage")
    assert load_reference(connection) is True
    romans = Commune.objects.get(pk="26281")
    assert romans.name == "Romans-sur-Isère"
    assert romans.population > 30_000


def test_what_points_to_a_merged_commune_follows_it():
    """74011 (Annecy-le-Vieux) is an old code of Annecy: a row left under it moves with what points to it."""
    annecy = Commune.objects.get(pk="74010")
    former = Commune.objects.create(
        code="74011", name="Annecy-le-Vieux", slug="x", search_name="x", department=annecy.department
    )
    Arrondissement.objects.create(code="74999", name="essai", commune=former, latitude=45, longitude=6)
    reference._retire_communes("default")
    assert not Commune.objects.filter(pk="74011").exists()
    assert Arrondissement.objects.get(pk="74999").commune == annecy
    assert OldCommune.objects.get(pk="74011").commune == annecy


def test_what_names_a_merged_commune_and_the_one_it_joined_names_the_latter_once():
    annecy = Commune.objects.get(pk="74010")
    former = [
        Commune.objects.create(code=code, name="x", slug="x", search_name="x", department=annecy.department)
        for code in ("74011", "74093")  # Annecy-le-Vieux, Cran-Gevrier
    ]
    both, either = f.make_offer(communes=["74010", "74011"]), f.make_offer(communes=["74011", "74093"])
    assert len(former) == both.communes.count() == either.communes.count()
    reference._retire_communes("default")
    assert list(both.communes.all()) == list(either.communes.all()) == [annecy]


def test_there_are_12_time_zones_where_people_live_in_departments_and_collectivities():
    inhabited = Department.objects.exclude(code__in=["984", "989"])
    assert len({department.timezone for department in inhabited}) == 12


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("75056", "Europe/Paris"),
        ("2A004", "Europe/Paris"),
        ("97411", "Indian/Reunion"),
        ("97209", "America/Martinique"),
        ("98818", "Pacific/Noumea"),
        ("98735", "Pacific/Tahiti"),
        ("98731", "Pacific/Marquesas"),
        ("98719", "Pacific/Gambier"),
    ],
)
def test_a_commune_knows_its_time_zone_without_a_query(code, zone, django_assert_num_queries):
    commune = Commune.objects.get(pk=code)
    with django_assert_num_queries(0):
        assert commune.timezone == zone


def test_every_source_says_its_vintage_licence_and_counts():
    sources = list(Source.objects.all())
    assert len(sources) == 10
    assert all(source.vintage and source.licence and source.counts for source in sources)
    assert ["communes", 34_969] in Source.objects.get(pk="decoupage").counts

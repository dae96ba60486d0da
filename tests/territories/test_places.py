"""Finding a commune from what people type and from what feeds say."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jeveuxagir.territories.geo import distance_km
from jeveuxagir.territories.models import Commune
from jeveuxagir.territories.places import find, lookup, nearest, point_of, resolve

pytestmark = pytest.mark.django_db


def labels(text, limit=8):
    return [commune.label for commune in lookup(text, limit)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("eu", "Eu (76)"),
        ("Y", "Y (80)"),
        ("oo", "Oô (31)"),
        ("romans-sur-is", "Romans-sur-Isère (26)"),
        ("ROMANS SUR ISERE", "Romans-sur-Isère (26)"),
        ("st etienne", "Saint-Étienne (42)"),
        ("St-Denis", "Saint-Denis (974)"),
        ("ste foy les lyon", "Sainte-Foy-lès-Lyon (69)"),
        ("chalon s/ saone", "Chalon-sur-Saône (71)"),
        ("saint denis 93", "Saint-Denis (93)"),
        ("Saint-Denis (974)", "Saint-Denis (974)"),
        ("Saint-Denis (93)", "Saint-Denis (93)"),
        ("l'hay les roses", "L’Haÿ-les-Roses (94)"),
        ("havre", "Le Havre (76)"),
        ("mans", "Le Mans (72)"),
        ("ile d’yeu", "L’Île-d’Yeu (85)"),
        ("oeuilly", "Œuilly (51)"),
        ("marseile", "Marseille (13)"),
        ("26100", "Romans-sur-Isère (26)"),
        ("26 100", "Romans-sur-Isère (26)"),
        ("2610", "Romans-sur-Isère (26)"),
        ("romans 26100", "Romans-sur-Isère (26)"),
        ("26100 Romans", "Romans-sur-Isère (26)"),
        ("75011", "Paris (75)"),
        ("750", "Paris (75)"),
        ("paris 11e", "Paris (75)"),
        ("Lyon 3ème arrondissement", "Lyon (69)"),
        ("13002 MARSEILLE CEDEX 02", "Marseille (13)"),
        ("974", "Saint-Denis (974)"),
        ("26", "Valence (26)"),
        ("2a", "Ajaccio (2A)"),
        ("20", "Ajaccio (2A)"),
        ("noumea", "Nouméa (988)"),
        ("98714", "Papeete (987)"),
        ("98713", "Arutua (987)"),  # no such postal code: read as an INSEE code
        ("12", "Rodez (12)"),
        ("annecy le vieux", "Annecy (74)"),
    ],
)
def test_a_commune_is_found_as_people_type_it(typed, first):
    assert labels(typed)[0] == first


def test_the_most_populated_come_first_and_exact_names_are_always_there():
    assert labels("saint-denis", 6) == [
        "Saint-Denis (974)",
        "Saint-Denis (93)",
        "Saint-Denis-en-Val (45)",
        "Saint-Denis-lès-Bourg (01)",
        "Saint-Denis (11)",
        "Saint-Denis (30)",
    ]
    assert labels("romans")[0] == "Romans-sur-Isère (26)"
    assert labels("eu")[0] == "Eu (76)"
    assert "Y (80)" in labels("y")
    assert labels("sa", 2) == ["Saint-Étienne (42)", "Saint-Denis (974)"]


def test_a_postal_code_of_many_communes_gives_the_most_populated_first():
    found = lookup("51300", 100)
    assert len(found) > 40
    assert found[0].label == "Vitry-le-François (51)"
    assert len(lookup("51300")) == 8


def test_no_commune_is_suggested_twice():
    for typed in ("havre", "rochelle", "saint", "ile", "viller", "bourg"):
        codes = [commune.pk for commune in lookup(typed, 30)]
        assert len(codes) == len(set(codes))


def test_a_postal_code_typed_in_full_is_remembered():
    assert lookup("75011")[0].matched_postal_code == "75011"
    assert lookup("paris 11e")[0].matched_postal_code == "75011"
    assert lookup("paris")[0].matched_postal_code == ""


GARBAGE = [
    *[
        "",
        " ",
        "1",
        "%",
        "_",
        "--",
        "(((",
        "\x00",
        "\x00\x00",
        "\u202e",
        "🦄",
        "²³",
        "١٢٣٤٥",
        "999999",
        "zzzzqqqq",
    ],
    *["x" * 8_000, "0" * 8_000, "'; DROP TABLE x; --"],
]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_finds_nothing_and_breaks_nothing(garbage):
    assert labels(garbage) == []


def test_a_nul_inside_a_name_is_ignored():
    assert labels("ro\x00mans-sur-isere")[0] == "Romans-sur-Isère (26)"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=130))
def test_whatever_is_typed_gets_an_answer(text):
    assert len(lookup(text)) <= 8
    resolution = resolve(text)
    assert resolution.commune is None or not resolution.candidates


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("Romans 26100", "Romans-sur-Isère (26)"),
        ("Romans-sur-Isère (26)", "Romans-sur-Isère (26)"),
        ("26100", "Romans-sur-Isère (26)"),
        ("eu", "Eu (76)"),
        ("Saint-Denis 93", "Saint-Denis (93)"),
        ("Saint-Denis (974)", "Saint-Denis (974)"),
        ("Le Havre", "Le Havre (76)"),
        ("Paris 11", "Paris (75)"),
        ("Paris (75)", "Paris (75)"),
        ("Lyon (69)", "Lyon (69)"),
        ("Lyon 69", "Lyon (69)"),
        ("Marseille (13)", "Marseille (13)"),
        ("75011 Paris", "Paris (75)"),
        ("Annecy-le-Vieux", "Annecy (74)"),
        ("guéret", "Guéret (23)"),
    ],
)
def test_a_text_that_names_one_commune_is_taken_at_its_word(typed, label):
    assert resolve(typed).commune.label == label


@pytest.mark.parametrize("typed", ["Saint-Denis", "Romans", "51300", "Marseile", "26", "Romans 75011"])
def test_a_text_that_may_name_several_leaves_the_choice(typed):
    resolution = resolve(typed)
    assert resolution.commune is None
    assert resolution.candidates


def test_each_label_names_its_commune_and_no_other():
    sample = Commune.objects.order_by("search_name")[::500]
    assert all(resolve(commune.label).commune == commune for commune in sample)


@pytest.mark.parametrize(
    ("address", "label"),
    [
        ({"name": "ROMANS SUR ISERE", "postal_code": "26100"}, "Romans-sur-Isère (26)"),
        ({"name": "Paris 11e", "postal_code": "75011"}, "Paris (75)"),
        ({"name": "Marseille Cedex 02", "postal_code": "13202"}, "Marseille (13)"),
        ({"name": "St Denis", "postal_code": "93200"}, "Saint-Denis (93)"),
        ({"name": "Saint-Denis", "department": "974"}, "Saint-Denis (974)"),
        ({"name": "Annecy-le-Vieux", "department": "74"}, "Annecy (74)"),
        ({"code": "75111"}, "Paris (75)"),
        ({"name": "Vitry le Francois", "postal_code": "51300"}, "Vitry-le-François (51)"),
        ({"postal_code": "26100"}, "Romans-sur-Isère (26)"),
    ],
)
def test_an_address_from_a_machine_leads_to_its_commune(address, label):
    assert find(**address).label == label


@pytest.mark.parametrize(
    "address",
    [{}, {"name": "Saint-Denis"}, {"postal_code": "51300"}, {"name": "\x00", "postal_code": "\x00"},
     {"name": "x" * 8000, "postal_code": "9" * 8000, "code": "9" * 8000, "department": "9" * 8000},
     {"name": "Ville", "postal_code": "51300"}],
)  # fmt: skip
def test_an_uncertain_address_leads_nowhere(address):
    assert find(**address) is None


def test_communes_around_a_point_come_nearest_first_with_their_distance():
    found = list(Commune.objects.within(45.0442, 5.0523, 10))
    assert found[0].label == "Romans-sur-Isère (26)"
    assert found[0].distance_km < 0.01
    assert "Bourg-de-Péage (26)" in {commune.label for commune in found[:3]}
    assert all(commune.distance_km <= 10 for commune in found)
    for commune in found:
        here = distance_km(45.0442, 5.0523, commune.latitude, commune.longitude)
        assert here == pytest.approx(commune.distance_km, abs=0.001)


def test_around_means_all_that_are_near_and_only_those():
    everything = Commune.objects.exclude(latitude=None).values_list("pk", "latitude", "longitude")
    for latitude, longitude, km in ((48.85, 2.35, 25), (-21.1, 55.5, 60), (46.78, -56.18, 50), (45, 5, 0)):
        near = {pk for pk, *point in everything if distance_km(latitude, longitude, *point) <= km}
        assert {commune.pk for commune in Commune.objects.within(latitude, longitude, km)} == near


def test_the_nearest_commune_of_a_point_is_found_and_the_open_sea_has_none():
    assert nearest(45.05, 5.05).label == "Romans-sur-Isère (26)"
    assert nearest(0, 0) is None


def test_an_arrondissement_has_its_own_point():
    paris = Commune.objects.get(pk="75056")
    eleventh, whole = point_of(paris, "75011"), point_of(paris)
    assert 1 < distance_km(*eleventh, *whole) < 5
    assert point_of(lookup("75011")[0]) == eleventh
    assert point_of(Commune.objects.get(pk="98711")) is None


def test_distances_are_those_of_the_globe():
    assert distance_km(48.8566, 2.3522, 43.2965, 5.3698) == pytest.approx(660, abs=3)
    assert distance_km(45, 5, 45, 5) == 0
    assert distance_km(0, 179.9, 0, -179.9) == pytest.approx(22.2, abs=0.1)

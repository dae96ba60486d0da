"""Addresses of a feed → communes of one department."""

from pathlib import Path
from typing import Any

import pytest

from missions.feeds.places import Places
from missions.services import AddressSpec
from tests.feeds.builders import ABSENT, Raw, read

pytestmark = pytest.mark.django_db


def found(xml: Path, **tags: Any) -> tuple[list[AddressSpec], list[str]]:
    specs, remarks = Places().addresses_of(read(xml, **tags))
    return specs, [remark.reason for remark in remarks]


def address(city: str, code: str, *, street: str = "", lat: str = "", lon: str = "", **more: str) -> str:
    tags = {"street": street, "city": city, "postalCode": code} | more
    inner = "".join(f"<{tag}>{value}</{tag}>" for tag, value in tags.items() if value)
    point = f"<location><lat>{lat}</lat><lon>{lon}</lon></location>" if lat or lon else ""
    return f"<address>{inner}{point}</address>"


@pytest.mark.parametrize(
    ("city", "code", "commune", "department"),
    [
        ("Guéret", "23000", "23096", "23"),
        ("GUERET CEDEX", "23000", "23096", "23"),
        ("Ajaccio", "20000", "2A004", "2A"),
        ("Bastia", "20200", "2B033", "2B"),
        ("Paris 11e", "75011", "75056", "75"),
        ("Saint Denis", "97400", "97411", "974"),
        ("St-Denis", "93200", "93066", "93"),
        ("Fort-de-France", "97200", "97209", "972"),
        ("Nouméa", "98800", "98818", "988"),
    ],
)
def test_a_commune_is_found_by_its_code_and_name(
    xml: Path, city: str, code: str, commune: str, department: str
) -> None:
    specs, remarks = found(xml, city=city, postalCode=code)
    assert [spec.commune.pk for spec in specs] == [commune]
    assert specs[0].commune.department_id == department
    assert remarks == []


def test_addresses_take_the_place_of_flat_tags_and_each_is_kept_once(xml: Path) -> None:
    guéret = address("Guéret", "23000", street="1 rue Verte")
    specs, remarks = found(xml, addresses=Raw(guéret + guéret + address("Guéret", "23000")), city="Lille")
    assert [(spec.commune.name, spec.street) for spec in specs] == [("Guéret", "1 rue Verte"), ("Guéret", "")]
    assert remarks == []


def test_an_empty_list_of_addresses_falls_back_to_the_flat_tags(xml: Path) -> None:
    assert [spec.commune.name for spec in found(xml, addresses="")[0]] == ["Guéret"]


def test_addresses_outside_the_first_ones_department_are_left_out_and_reported(xml: Path) -> None:
    inner = address("Guéret", "23000") + address("Lille", "59000") + address("Aubusson", "23200")
    specs, remarks = found(xml, addresses=Raw(inner))
    assert [spec.commune.name for spec in specs] == ["Guéret", "Aubusson"]
    assert len(remarks) == 1
    assert "Lille" in remarks[0]


def test_a_good_point_is_kept(xml: Path) -> None:
    [spec], remarks = found(xml, addresses=Raw(address("Guéret", "23000", lat="46.17", lon="1.87")))
    assert (spec.latitude, spec.longitude) == (46.17, 1.87)
    assert remarks == []


@pytest.mark.parametrize(
    ("lat", "lon", "word"),
    [
        ("1.87", "46.17", "inversées"),
        ("48.86", "2.38", "loin"),
        ("0", "0", "illisible"),
        ("46,17", "1,87", "illisible"),
        ("abc", "1.87", "illisible"),
        ("146.17", "1.87", "illisible"),
        ("NaN", "NaN", "illisible"),
        ("1e1", "1.87", "illisible"),
    ],
)
def test_a_bad_point_gives_way_to_the_communes_and_is_reported(
    xml: Path, lat: str, lon: str, word: str
) -> None:
    [spec], remarks = found(xml, addresses=Raw(address("Guéret", "23000", lat=lat, lon=lon)))
    assert (spec.latitude, spec.longitude) == (spec.commune.latitude, spec.commune.longitude)
    assert word in remarks[0]


def test_flat_points_are_read_in_the_order_each_tag_has(xml: Path) -> None:
    assert found(xml, lonlat="1.87,46.17")[0][0].latitude == 46.17
    assert found(xml, lonLat="46.17,1.87")[0][0].latitude == 46.17
    assert found(xml, location=Raw("<lon>1.87</lon><lat>46.17</lat>"))[0][0].latitude == 46.17


def test_a_point_alone_finds_its_commune(xml: Path) -> None:
    specs, _ = found(xml, city=ABSENT, postalCode=ABSENT, location=Raw("<lat>46.17</lat><lon>1.87</lon>"))
    assert specs[0].commune.department_id == "23"


@pytest.mark.parametrize(
    ("tags", "word"),
    [
        ({"city": "Bruxelles", "postalCode": "1000", "country": "BE"}, "hors de France"),
        ({"city": "Zzyzx-les-Bains", "postalCode": ABSENT}, "introuvable"),
        ({"city": "Saint-Denis", "postalCode": "99999"}, "introuvable"),
        (
            {"city": ABSENT, "postalCode": ABSENT, "location": Raw("<lat>40.7</lat><lon>-74</lon>")},
            "pas en France",
        ),
    ],
)
def test_an_address_that_cannot_be_placed_is_left_out_and_reported(
    xml: Path, tags: dict[str, Any], word: str
) -> None:
    specs, remarks = found(xml, **tags)
    assert specs == []
    assert word in remarks[0]


def test_the_iso_codes_of_overseas_are_france(xml: Path) -> None:
    specs, remarks = found(xml, city="Saint-Denis", postalCode="97400", country="RE")
    assert specs[0].commune.department_id == "974"
    assert remarks == []


def test_a_town_that_is_not_at_its_postal_code_is_told_to_the_reviewer(xml: Path) -> None:
    specs, remarks = found(xml, city="Lyon", postalCode="75011")
    assert [spec.commune.name for spec in specs] == ["Paris"]
    assert "n’est pas au code postal 75011" in remarks[0]


def test_only_twenty_addresses_are_kept(xml: Path) -> None:
    inner = "".join(address("Guéret", "23000", street=f"{n} rue Verte") for n in range(1, 30))
    specs, remarks = found(xml, addresses=Raw(inner))
    assert len(specs) == 20
    assert "Plus de 20 adresses" in remarks[0]

"""The menu of a space: one line of entries, and under the one where one is, its pages. Each page has one place."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests import factories as f

pytestmark = pytest.mark.django_db

ASSOCIATION = [
    "À faire", "Réseau", "Missions", "Candidatures", "Besoins", "Alliances", "Événements", "Équipe", "Réglages",
]  # fmt: skip
COMPANY = ["À faire", "Réseau", "Mécénat", "Moyens", "Alliances", "Événements", "Équipe", "Réglages"]


def navigation(html: str, name: str) -> list[tuple[str, str]]:
    """(label, aria-current) of each link of the landmark of that name; nothing without it."""
    found = re.search(rf'<nav class="org-\w+" aria-label="{re.escape(name)}">(.*?)</nav>', html, re.S)
    if found is None:
        return []
    links = re.findall(r"<a href=\"[^\"]+\"(?: aria-current=\"(\w+)\")?>([^<]+)</a>", found[1])
    return [(label, current) for current, label in links]


def read(kind: str, path: str, role: str = "owner", **fields: Any) -> tuple[list[Any], Any]:
    """The entries seen from that page, and a function that gives its tabs."""
    organisation = f.make_organisation(kind=kind, name="Les Voisins", **fields)
    client = Client()
    client.force_login(f.make_member(organisation, role=role))
    page = client.get(organisation.space_url + path)
    assert page.status_code == 200
    html = page.content.decode()
    return navigation(html, "Espace des Voisins"), lambda name: navigation(html, name)


def labels(links: list[Any]) -> list[str]:
    return [label for label, _ in links]


def test_an_association_s_menu_gathers_what_it_needs_and_whom_it_joins() -> None:
    entries, tabs = read("association", "")
    assert labels(entries) == ASSOCIATION
    assert entries[0] == ("À faire", "page")
    assert not tabs("À faire")


@pytest.mark.parametrize(
    ("path", "entry", "tab"),
    [
        ("besoins/", "Besoins", "Compétences"),
        ("besoins/nouveau/", "Besoins", "Compétences"),
        ("moyens/", "Besoins", "Moyens"),
        ("rapprochements/", "Besoins", "Rapprochements"),
        ("mecenat/mises-a-disposition/", "Besoins", "Mises à disposition"),
        ("alliances/", "Alliances", "Alliances"),
        ("mises-en-relation/", "Alliances", "Mises en relation"),
    ],
)
def test_each_page_of_an_association_says_where_it_stands(path: str, entry: str, tab: str) -> None:
    entries, tabs = read("association", path)
    assert labels(entries) == ASSOCIATION
    assert [label for label, current in entries if current] == [entry]
    here = [link for link in tabs(entry) if link[1]]
    assert here == [(tab, "true" if path.endswith("nouveau/") else "page")]


def test_an_association_s_needs_are_of_skills_and_of_means() -> None:
    _, tabs = read("association", "besoins/")
    assert labels(tabs("Besoins")) == [
        "Compétences",
        "Moyens",
        "Rapprochements",
        "Mises à disposition",
        "Relevé",
        "Clés d’API",
    ]


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("mecenat/", "Mécénat"),
        ("rapprochements/", "Mécénat"),
        ("mecenat/releve/", "Mécénat"),
        ("mecenat/sites/", "Mécénat"),
        ("moyens/", "Moyens"),
    ],
)
def test_a_company_s_pairings_are_with_its_offers_and_its_gifts_stand_alone(path: str, entry: str) -> None:
    entries, tabs = read("company", path)
    assert labels(entries) == COMPANY
    assert [label for label, current in entries if current] == [entry]
    assert not tabs("Moyens"), "one page needs no second line"
    if entry == "Mécénat":
        assert labels(tabs(entry))[:3] == ["Offres", "Rapprochements", "Mises à disposition"]


def test_whoever_gives_and_hosts_has_its_pairings_once() -> None:
    entries, tabs = read("local_authority", "besoins/", may_host=True)
    assert {"Besoins", "Mécénat"} <= set(labels(entries))
    assert "Rapprochements" not in labels(tabs("Besoins"))
    _, tabs = read("local_authority", "rapprochements/", may_host=True)
    assert ("Rapprochements", "page") in tabs("Mécénat")


def test_a_reader_is_shown_no_page_it_may_not_open() -> None:
    entries, tabs = read("association", "besoins/", role="reader")
    assert labels(entries) == [
        "À faire",
        "Réseau",
        "Missions",
        "Besoins",
        "Alliances",
        "Événements",
        "Équipe",
    ]
    assert labels(tabs("Besoins")) == ["Compétences", "Moyens"]
    entries, _ = read("company", "moyens/", role="reader")
    assert labels(entries) == ["À faire", "Réseau", "Moyens", "Alliances", "Événements", "Équipe"]

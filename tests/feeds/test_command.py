"""`manage.py import_feed`: what a person types, and reads."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from missions.feeds.management.commands.import_feed import slug_of
from missions.feeds.models import Partner
from missions.models import Mission
from tests.feeds.builders import feed, make_partner, many, mission, write

pytestmark = pytest.mark.django_db


def command(*arguments: Any) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import_feed", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_it_makes_the_partner_imports_and_tells_each_rejected_line(xml: Path) -> None:
    write(xml, feed(mission("a"), mission("b", title="Seul"), mission("c", endAt="demain")))
    code, out, err = command(xml, "--partner", "voisins", "--name", "Les Voisins", "--trust", "trusted")
    assert code == 0
    assert Partner.objects.get().name == "Les Voisins"
    assert Mission.objects.filter(source="voisins", state="open").count() == 2
    assert "ligne 4 (b) rejetée : Titre d’un seul mot." in out
    assert "ligne 5 (c) valeur laissée de côté <endAt>" in out
    assert "3\u00a0missions lues" in out
    assert "3/3 missions" in err


def test_a_new_partner_is_reviewed_unless_told_otherwise(xml: Path) -> None:
    command(write(xml, feed(mission())), "--partner", "voisins")
    assert Partner.objects.get().trust == "reviewed"
    assert Mission.objects.get().state == "pending"


def test_in_the_demo_a_new_partner_is_trusted(xml: Path, settings: Any) -> None:
    settings.DEMO = True
    command(write(xml, feed(mission())))
    assert Partner.objects.get().slug == "flux"
    assert Mission.objects.get().state == "open"


def test_a_failed_feed_exits_with_1_and_says_why(xml: Path) -> None:
    code, out, _ = command(write(xml, "rien"), "--partner", "voisins")
    assert code == 1
    assert "Échoué : Ce n’est pas un flux XML" in out


def test_a_held_feed_exits_with_1(xml: Path) -> None:
    command(write(xml, feed(*many(10))), "--partner", "voisins")
    code, out, _ = command(write(xml, feed(*many(2))), "--partner", "voisins")
    assert code == 1
    assert "attendent votre décision" in out


def test_what_cannot_be_is_refused_before_anything(xml: Path) -> None:
    with pytest.raises(CommandError):
        command(xml, "--partner", "Pas Valide !")
    make_partner("voisins", trust="reviewed")
    with pytest.raises(CommandError, match="existe déjà"):
        command(xml, "--partner", "voisins", "--trust", "trusted")


@pytest.mark.parametrize(
    ("source", "slug"),
    [
        ("https://www.benevolat.example/flux.xml", "www-benevolat-example"),
        ("http://127.0.0.1:8030/flux.xml", "partenaire-de-demonstration"),
        ("/ailleurs/Flux de Léo.xml", "flux-de-leo"),
    ],
)
def test_a_partner_without_a_name_takes_that_of_its_source(source: str, slug: str) -> None:
    assert slug_of(source) == slug

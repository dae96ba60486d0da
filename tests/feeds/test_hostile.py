"""What a partner may send by mistake or by malice: the run ends, told in French, and nothing else breaks."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from missions.feeds import services
from missions.feeds.models import FeedRun
from missions.models import Mission
from organisations.models import Organisation
from tests.feeds.builders import PROLOG, Raw, feed, make_partner, many, mission, run, write
from tests.support.hostile_server import Server, body, gzipped, redirect

pytestmark = pytest.mark.django_db


# --- over HTTP ------------------------------------------------------------------------------------------------


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    with Server().running() as running:
        settings.LOOPBACK_PORTS = [running.port]
        yield running


def fetched(url: str) -> FeedRun:
    done = services.import_feed(make_partner(), url)
    done.refresh_from_db()
    return done


def test_a_feed_is_read_over_http(server: Server) -> None:
    done = fetched(server.serve("/flux.xml", gzipped(feed(*many(3)).encode())))
    assert (done.state, done.created, done.source) == ("done", 3, server.url("/flux.xml"))


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (lambda server: server.stream(1024**3), "500"),
        (lambda server: gzipped(b" " * 30_000_000), "compressée"),
        (lambda server: body(feed(*many(3)).encode(), length=10_000_000), "coupée"),
        (lambda server: body(feed(*many(3)).encode()[:-50]), "coupé"),
        (lambda server: body(b"<html>Maintenance</html>"), "XML"),
        (lambda server: redirect("https://169.254.169.254/"), "réseau privé"),
        (lambda server: body(b""), "vide"),
    ],
)
def test_a_bad_answer_fails_the_run_in_french(server: Server, answer: Any, word: str) -> None:
    done = fetched(server.serve("/flux.xml", answer(server)))
    assert done.state == "failed"
    assert word in done.error
    assert not Mission.objects.exists()


# --- in the file ----------------------------------------------------------------------------------------------


def test_an_entity_bomb_fails_and_changes_nothing(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(2))
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE source [<!ENTITY e0 "ha">{bomb}]>'
    content = f"{PROLOG}{doctype}<source><mission><title>&e9;</title></mission></source>"
    done = run(partner, xml, content=content)
    assert (done.state, "DOCTYPE" in done.error) == ("failed", True)
    assert Mission.objects.filter(state="open").count() == 2


def test_a_feed_of_nothing_but_bad_missions_closes_nothing(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(3))
    done = run(partner, xml, *[mission(f"x{n}", title="1234") for n in range(3)])
    assert (done.state, done.rejected) == ("held", 3)
    assert Mission.objects.filter(state="open").count() == 3


def test_nul_and_control_characters_harm_nothing(xml: Path) -> None:
    done = run(make_partner(), xml, mission("a\x00b", title="deux\x00 mots\x0b", city="Gué\x1fret"))
    assert (done.state, done.created) == ("done", 1)
    assert Mission.objects.get().title == "deux mots"
    assert done.issues.filter(reason__contains="caractères de contrôle").exists()


def test_a_direction_override_is_taken_out_of_names(xml: Path) -> None:
    run(
        make_partner(),
        xml,
        mission(title="Visiter \u202edes gens", organizationName="\u2066Amis\u2069 de Léo"),
    )
    assert Mission.objects.get().title == "Visiter des gens"
    assert Organisation.objects.get().name == "Amis de Léo"


def test_no_markup_of_a_partner_reaches_a_page(xml: Path, client: Any) -> None:
    evil = Raw("<![CDATA[<script>alert('marqueur')</script><img src=x onerror=alert(1)>]]>")
    tags = {
        tag: Raw(f"<![CDATA[Bonjour à tous <b onclick=x()>et</b> {evil[9:-3]}]]>")
        for tag in ("title", "description", "schedule", "requirements", "organizationName", "street")
    }
    run(make_partner(), xml, mission(**tags))
    found = Mission.objects.get()
    page = client.get(found.get_absolute_url())
    assert page.status_code == 200
    for trace in ("marqueur", "onerror", "onclick"):
        assert trace not in page.content.decode()


def test_a_missions_page_and_the_search_show_an_imported_mission(xml: Path, client: Any) -> None:
    run(make_partner(), xml, mission(places="5000", city="Guéret"))
    assert "Visiter des personnes âgées" in client.get("/missions/").content.decode()


# --- mutations ------------------------------------------------------------------------------------------------

WORDS = [
    "", " ", "0", "-1", "1e5", "0x1F", "NaN", "true", "oui", "<", ">", "&", "&amp;", "&#0;", "&#x41;", "&eacute;",
    "]]>", "<![CDATA[", "<!--", "-->", "<!DOCTYPE x>", "<?php ?>", "<p>", "</p>", "<br/>", "<mission>", "</mission>",
    "</source>", "\x00", "\x0b", "\ufeff", "\u202e", "é", "💥", "’", "\r\n", "\t", "a" * 300, "9" * 30, "2031-13-45",
    "W751206979", "775672272", "97400", "20000", "FR", "<location><lat>x</lat></location>", "<value/>",
    "%s", "{}", "'\"",
]  # fmt: skip


def mutated(random_: random.Random, text: str) -> bytes:
    """A few changes: cut, doubled, replaced or inserted, in the text and at last in the bytes."""
    for _ in range(random_.randint(1, 6)):
        at = random_.randrange(len(text))
        to = min(len(text), at + random_.choice([1, 3, 20, 200]))
        match random_.randrange(5):
            case 0:
                text = text[:at] + text[to:]
            case 1:
                text = text[:at] + text[at:to] * 2 + text[to:]
            case 2:
                text = text[:at] + random_.choice(WORDS) + text[to:]
            case 3:
                text = text[:at] + random_.choice(WORDS) + text[at:]
            case 4:  # inside a value, so that the XML stays well-formed more often
                opened = text.find(">", at) + 1
                text = text[:opened] + random_.choice(WORDS).replace("<", "") + text[opened:]
        text = text or " "
    data = bytearray(text.encode("utf-8", "surrogatepass"))
    if random_.random() < 0.2:
        data[random_.randrange(len(data))] = random_.randrange(256)
    return bytes(data)


SOURCE = feed(
    mission("a", tags=Raw("<value>x</value><value/>"), remote="possible", organizationRNA="W751206979"),
    mission(
        "b",
        addresses=Raw(
            "<address><street>1 rue Verte</street><city>Lyon</city><postalCode>69003</postalCode><country>FR</country>"
            "<location><lat>45.76</lat><lon>4.85</lon></location></address>"
        ),
        compensationAmount="10.5",
        compensationType="net",
        organizationSiren="775672272",
        organizationClientId="org-2",
    ),
    mission("c", remote="full", schedule="le mardi", requirements="permis, patience", endAt="2031-01-01"),
)


def play(xml: Path, seed: int, count: int) -> dict[str, int]:
    random_ = random.Random(seed)
    partner = make_partner(trust="reviewed")
    run(partner, xml, content=SOURCE)
    states: dict[str, int] = {}
    for _ in range(count):
        write(xml, mutated(random_, SOURCE))
        done = services.import_feed(partner, xml)  # whatever it says, no exception
        states[done.state] = states.get(done.state, 0) + 1
        assert done.state in ("done", "held", "failed")
        assert done.finished_at is not None
        assert (done.error == "") == (done.state == "done")
    assert run(partner, xml, content=SOURCE).state in ("done", "held")
    return states


def test_two_hundred_mutated_feeds_end_in_a_report(xml: Path) -> None:
    states = play(xml, seed=2020, count=200)
    assert states["failed"] > 20
    assert states["done"] + states.get("held", 0) > 20


@pytest.mark.proof
def test_two_thousand_mutated_feeds_end_in_a_report(xml: Path) -> None:
    states = play(xml, seed=2026, count=2000)
    assert states["failed"] > 200
    assert states["done"] + states.get("held", 0) > 200

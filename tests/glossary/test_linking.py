"""Words of the glossary in public texts: linked once, the longest first, never inside a link or a heading, and safe."""

import re
import time
from typing import Any

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from alliances.glossary.linking import Linker, linker
from alliances.glossary.models import Term
from tests import factories as f

LINKER = Linker(
    [
        ("mecenat", "Un don. Et la suite.", ["mécénat"]),
        ("competences", "Des salariés aident.", ["mécénat de compétences"]),
        ("droit", "Un droit.", ["droit de l’alliance"]),
        ("alliance", "Des gens <ensemble>. Et plus.", ["alliance", "alliances"]),
        ("rd", "Chercher.", ["R&D sociétale"]),
        ("lieu", "Un lieu.", ["tiers-lieu", "tiers lieu"]),
    ]
)


def linked(html: str, done: set[str] | None = None) -> list[str]:
    done = set() if done is None else done
    LINKER.explain(html, done)
    return sorted(done)


def test_the_longest_spelling_wins_and_the_shorter_one_waits_for_its_turn() -> None:
    html = LINKER.explain("<p>Du mécénat de compétences, puis du mécénat.</p>", set())
    assert '>mécénat de compétences</a><span class="fr-tooltip' in html
    assert "du <a" in html
    assert html.count("<a ") == 2


def test_a_word_is_linked_at_its_first_use_only() -> None:
    done: set[str] = set()
    html = LINKER.explain("<p>Une alliance.</p><p>Des Alliances.</p>", done)
    assert html.count("<a ") == 1
    assert html.index("<a ") < html.index("</p>")
    assert done == {"alliance"}
    assert LINKER.explain("<p>Encore une alliance.</p>", done).count("<a ") == 0


@pytest.mark.parametrize(
    "html",
    [
        '<p><a href="/x">une alliance</a></p>',
        "<h2>Une alliance</h2>",
        "<h2>Le <em>mot</em> alliance</h2>",
        "<button>Une alliance</button>",
        "<code>alliance</code>",
        "<p>mésalliance, alliancer, sous-alliance</p>",
        '<p title="alliance">rien</p>',
    ],
)
def test_nothing_is_linked_inside_a_link_a_heading_a_button_an_attribute_or_another_word(html: str) -> None:
    assert LINKER.explain(html, set()) == html


def test_what_follows_a_heading_is_linked() -> None:
    assert linked("<h2>alliance</h2><p>alliance</p>") == ["alliance"]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("ALLIANCE", "alliance"),
        ("l’alliance", "alliance"),
        ("le droit de l&#x27;alliance", "droit"),
        ("le droit\u00a0de l’alliance", "droit"),
        ("la R&amp;D sociétale", "rd"),
        ("un tiers\u2011lieu", "lieu"),
        ("un tiers lieu", "lieu"),
    ],
)
def test_a_word_is_known_however_it_is_typed(text: str, slug: str) -> None:
    assert linked(f"<p>{text}</p>") == [slug]


def test_the_definition_beside_the_word_is_its_first_sentence_escaped_and_named_for_screen_readers() -> None:
    html = LINKER.explain("<p>alliance</p>", set())
    assert 'aria-describedby="mot-alliance"' in html
    assert 'id="mot-alliance" role="tooltip"' in html
    assert "Des gens &lt;ensemble&gt;.</span>" in html
    assert "Et plus" not in html


def test_a_hundred_thousand_letters_are_read_in_no_time() -> None:
    text = "<p>" + "Du mécénat, une alliance & des tiers-lieux. " * 2400 + "</p>"
    started = time.perf_counter()
    LINKER.explain(text, set())
    assert time.perf_counter() - started < 0.5


# --- in the pages ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_somebody_typed_stays_escaped_and_a_page_explains_a_word_once() -> None:
    request = RequestFactory().get("/")
    shown = Template("{% load glossary %}{% glossed one %}{% glossed two %}").render(
        Context(
            {"request": request, "one": "<script>alert(1)</script> Une alliance.", "two": "Une alliance."}
        )
    )
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert shown.count('href="/glossaire/alliance/"') == 1


@pytest.mark.django_db
def test_public_pages_of_alliances_and_common_problems_explain_their_words(client: Client) -> None:
    challenge = f.make_challenge()
    type(challenge).objects.update(who="Il manque un tiers-lieu, et du mécénat de compétences.")
    page = client.get(challenge.get_absolute_url()).content.decode()
    assert page.count('href="/glossaire/tiers-lieu/"') == 1
    assert page.count('href="/glossaire/mecenat-de-competences/"') == 1
    alliance = f.make_alliance()
    type(alliance).objects.update(
        publication="public", published_at=alliance.created_at, purpose="Partager la gouvernance."
    )
    page = client.get(alliance.get_absolute_url()).content.decode()
    assert 'href="/glossaire/gouvernance/"' in page


@pytest.mark.django_db
def test_a_page_reads_the_words_once_whatever_the_number_of_its_texts(settings: object) -> None:
    from alliances.glossary import linking

    settings.SEARCH_TERMS_SECONDS = 60  # type: ignore[attr-defined]
    linking._kept = None
    try:
        with CaptureQueriesContext(connection) as queries:
            for _ in range(5):
                linker()
        assert len(queries) == 1
    finally:
        linking._kept = None


@pytest.mark.django_db
def test_every_spelling_belongs_to_one_word_only() -> None:
    spellings = [form.lower() for term in Term.objects.public() for form in term.forms]
    assert len(spellings) == len(set(spellings))


def page_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.django_db
def test_sheets_examples_and_events_explain_each_word_once_in_their_texts_and_their_lists(
    client: Client,
) -> None:
    said = {
        "summary": "Un tiers-lieu au village.",
        "steps": ["Ouvrir le tiers-lieu.", "Partager la gouvernance.", "<b>Rendre compte</b>"],
        "pitfalls": "Le mécénat de compétences est venu trop tard.",
    }
    for sheet in (f.make_method(**said), f.make_example(**said)):
        page = page_of(client, sheet.get_absolute_url())
        for slug in ("tiers-lieu", "gouvernance", "mecenat-de-competences"):
            assert page.count(f'href="/glossaire/{slug}/"') == 1, slug
        assert "&lt;b&gt;Rendre compte" in page
    event = f.make_event(description="Une visite du tiers-lieu.", practical="Le tiers-lieu est à l’étage.")
    assert page_of(client, event.get_absolute_url()).count('href="/glossaire/tiers-lieu/"') == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("/mesures/11/", "mecenat-de-competences"),
        ("/mesures/12/", "tiers-de-confiance"),
        ("/rapport/", "interet-general"),
        ("/bibliotheque/kit/argumentaire/", "probleme-commun"),
    ],
)
def test_the_report_the_measures_and_the_kit_explain_their_words_and_never_twice(
    client: Client, path: str, slug: str
) -> None:
    explained = re.findall(r'<a class="ui-word" href="/glossaire/([\w-]+)/"', page_of(client, path))
    assert slug in explained
    assert len(explained) == len(set(explained))


@pytest.mark.django_db
def test_a_page_of_many_words_asks_no_more_of_the_database_than_a_page_of_none(
    client: Client, django_assert_num_queries: Any
) -> None:
    linker()
    plain, wordy = (
        f.make_example(),
        f.make_example(steps=["Un tiers-lieu.", "La gouvernance.", "L’alliance."]),
    )
    client.get(plain.get_absolute_url())
    with CaptureQueriesContext(connection) as queries:
        client.get(plain.get_absolute_url())
    with django_assert_num_queries(len(queries)):
        client.get(wordy.get_absolute_url())

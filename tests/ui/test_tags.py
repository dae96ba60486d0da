"""The other building blocks: dates, numbers, pagination, menus."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory

from jeveuxagir.ui.dates import in_words
from jeveuxagir.ui.spaces import Space, forget_spaces, space_sources
from tests.factories import make_user

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def render(source, request=None, **context):
    return engines["django"].from_string("{% load ui %}" + source).render(context, request)


@pytest.mark.parametrize(
    ("delta", "words"),
    [
        (timedelta(seconds=-20), "à l’instant"),
        (timedelta(minutes=-1), "il y a 1\u00a0minute"),
        (timedelta(hours=-5), "il y a 5\u00a0heures"),
        (timedelta(days=-1), "il y a 1\u00a0jour"),
        (timedelta(days=-3), "il y a 3\u00a0jours"),
        (timedelta(days=-21), "il y a 3\u00a0semaines"),
        (timedelta(days=-90), "il y a 3\u00a0mois"),
        (timedelta(days=-800), "il y a 2\u00a0ans"),
        (timedelta(hours=2), "dans 2\u00a0heures"),
    ],
)
def test_delays_are_said_in_words(delta, words):
    with time_machine.travel(NOON, tick=False):
        assert in_words(NOON + delta) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (24, "hier"),
        (25, "aujourd’hui"),
        (26, "demain"),
        (28, "dans 3\u00a0jours"),
        (20, "il y a 5\u00a0jours"),
    ],
)
def test_days_have_their_names(day, words):
    with time_machine.travel(NOON, tick=False):
        assert in_words(date(2026, 11, day)) == words


def test_a_delay_carries_its_exact_date_in_paris_time():
    with time_machine.travel(NOON, tick=False):
        html = render("{% since d %}", d=NOON - timedelta(days=3))
    assert 'datetime="2026-11-22T13:00+01:00"' in html
    assert 'title="dimanche 22\u00a0novembre 2026 à 13\u00a0h"' in html


def test_an_hour_is_said_as_it_is_given_or_in_paris():
    html = render(
        "{{ d|exact }} | {{ d|hour }} | {{ aware|hour }} | {{ none|hour }}{{ none|exact }}",
        none=None,
        d=datetime(2026, 12, 1, 18, 30),
        aware=NOON,
    )
    assert html == "mardi 1er\u00a0décembre 2026 à 18\u00a0h\u00a030 | 18\u00a0h\u00a030 | 13\u00a0h | "


def test_the_first_of_a_month_is_written_the_french_way_in_every_form():
    html = render(
        "{{ d|day }} | {{ d|day_month }} | {{ d|weekday }} | {{ aware|weekday_month }} | {{ none|day }}",
        none=None,
        d=date(2026, 10, 1),
        aware=datetime(2026, 9, 30, 22, 30, tzinfo=UTC),  # already the first in Paris
    )
    written = "1er\u00a0octobre"
    assert html == f"{written} 2026 | {written} | jeudi {written} 2026 | jeudi {written} | "


def test_no_date_prints_nothing():
    assert render("{% since d %}{% moment d %}", d=None) == ""


def test_numbers_are_written_the_french_way():
    assert render("{{ 1234567|number }}") == "1\u202f234\u202f567"
    assert render('{{ 1|count:"place,places" }} {{ 0|count:"place" }} {{ 3|count:"cheval,chevaux" }}') == (
        "1\u00a0place 0\u00a0place 3\u00a0chevaux"
    )
    assert render("{{ 0.3|km }} {{ 4.4|km }}") == "à moins d’1\u00a0km à 4\u00a0km"


def test_prose_is_escaped_and_its_links_are_not_vouched_for():
    html = render("{{ text|prose }}", text="<script>x</script>\n\nVoir https://exemple.fr")
    assert "<script" not in html
    assert '<a href="https://exemple.fr" rel="nofollow">' in html


def test_pagination_keeps_the_search_and_hides_what_leads_nowhere():
    request = RequestFactory().get("/missions/", {"q": "lire & écrire", "page": "1"})
    html = render("{% pagination page_obj %}", request, page_obj=Paginator(range(50), 10).page(1))
    assert "Page précédente" not in html
    assert "?q=lire+%26+%C3%A9crire&amp;page=2" in html
    assert html.count('aria-current="page"') == 1


def test_one_page_needs_no_pagination():
    assert render("{% pagination p %}", RequestFactory().get("/"), p=Paginator([1], 10).page(1)).strip() == ""


def test_a_confirm_button_is_a_post_with_a_token():
    html = render('{% confirm_button "/x/" "Retirer" why="temps" %}', RequestFactory().get("/"))
    assert '<form method="post" action="/x/"' in html
    assert "csrfmiddlewaretoken" in html
    assert 'name="why" value="temps"' in html


def test_a_chart_has_a_title_and_its_table():
    html = render('{% bar_chart rows title="Missions" unit="missions" %}', rows=[("Sport", 3), ("Nature", 9)])
    assert 'role="img"' in html
    assert "Le plus haut : Nature, 9." in html
    assert '<th scope="row">Sport</th><td>3</td>' in html


def test_a_chart_of_nothing_does_not_fail():
    assert "Aucune donnée" in render('{% bar_chart rows title="Missions" %}', rows=[])


@pytest.mark.django_db
def test_the_account_menu_lists_spaces_and_asks_their_sources_once(client, monkeypatch):
    asked = []

    def source(user):
        asked.append(user.pk)
        return [Space("La Table ouverte", "/espace/1-la-table-ouverte/")]

    monkeypatch.setattr(space_sources, "_entries", {"test": source})
    user = make_user()
    client.force_login(user)
    assert "La Table ouverte" in client.get("/aide/").content.decode()
    client.get("/aide/")
    assert asked == [user.pk]
    forget_spaces(user.pk)
    client.get("/aide/")
    assert asked == [user.pk] * 2


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("+33 6 12 34 56 78", "06 12 34 56 78"),
        ("+262 692 12 34 56", "0692 12 34 56"),
        ("+44 20 7946 0958", "+44 20 7946 0958"),
        ("", ""),
    ],
)
def test_a_number_is_written_as_where_it_rings(kept, shown):
    assert render("{{ number|phone }}", number=kept) == shown

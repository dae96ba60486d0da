"""French on screen: a line never ends before its question mark, whoever wrote the template."""

import pytest
from django.template.loader import get_template

from jeveuxagir.common.text import NBSP
from jeveuxagir.ui.loaders import french


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<h2>Qui est venu ?</h2>", "<h2>Qui est venu~?</h2>"),
        ("Avant : {{ before }} ; après", "Avant~: {{ before }}~; après"),
        ("<p>« {{ title }} »</p>", "<p>«~{{ title }}~»</p>"),
        ("<strong>Maintenant</strong> : lundi", "<strong>Maintenant</strong>~: lundi"),
        (
            '{% alert "info" "Et ensuite ?" text="Un mot : oui." %}',
            '{% alert "info" "Et ensuite~?" text="Un mot~: oui." %}',
        ),
        ('<nav aria-label="vous êtes ici :">', '<nav aria-label="vous êtes ici~:">'),
    ],
)
def test_a_mark_keeps_its_word(written, read):
    assert french(written) == read.replace("~", NBSP)


@pytest.mark.parametrize(
    "code",
    [
        "<script>const a = b ? c : d;</script>",
        "<style>a > b :hover { color : red }</style>",
        "<code>a ? b : c</code>",
        "{# why : because #}",
        "<!-- a : b -->",
        '<a href="/missions/?lieu=Gu%C3%A9ret">',
        "de 9 h à 12 h, 3 places",
    ],
)
def test_code_is_left_as_written(code):
    assert french(code) == code


def test_the_pages_are_read_with_it():
    page = get_template("participations/_space_panel.html").template.source
    assert f"Qui est venu{NBSP}?" in page

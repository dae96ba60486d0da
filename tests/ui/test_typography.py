"""French on screen: a line never ends before its question mark, whoever wrote the template."""

import pytest
from django import forms
from django.template.loader import get_template
from django.utils.safestring import mark_safe

from jeveuxagir.common.text import NBSP
from jeveuxagir.ui.forms import render_field
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


def test_words_of_a_form_are_spaced_and_their_markup_kept():
    class Form(forms.Form):
        town = forms.CharField(label="Dans quelle ville ?", help_text=mark_safe("Exemple : <b>Romans</b>"))

        def clean_town(self):
            raise forms.ValidationError("Une question ? Posez-la.")

    html = render_field(Form({"town": "x"})["town"])
    assert f"Dans quelle ville{NBSP}?" in html
    assert f"Exemple{NBSP}: <b>Romans</b>" in html
    assert f"Une question{NBSP}? Posez-la." in html


def test_an_address_that_is_not_one_is_refused_with_an_example():
    field = forms.EmailField()
    with pytest.raises(forms.ValidationError, match=r"nom@exemple\.fr"):
        field.clean("x")


def test_the_pages_are_read_with_it():
    page = get_template("participations/_space_panel.html").template.source
    assert f"Qui est venu{NBSP}?" in page

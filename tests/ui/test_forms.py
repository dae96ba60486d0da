"""Plain Django forms come out as the DSFR asks, whatever the field."""

import re
from decimal import Decimal

import pytest
from django import forms
from django.template import engines

from jeveuxagir.common.text import clean
from tests.ui.kit_urls import KitForm


def render(source, **context):
    return engines["django"].from_string("{% load ui %}" + source).render(context)


def test_a_field_links_its_label_hint_and_messages():
    html = render("{% field form.email %}", form=KitForm())
    assert '<label class="fr-label" for="id_email">Adresse électronique</label>' in html
    assert '<span class="fr-hint-text" id="id_email_helptext">Nous n’y envoyons rien d’autre.</span>' in html
    assert 'aria-describedby="id_email_helptext id_email_messages"' in html
    assert 'autocomplete="email"' in html
    assert 'class="fr-input"' in html


def test_a_wrong_field_says_so_to_eyes_and_ears():
    html = render("{% field form.email %}", form=KitForm({"email": "claire"}))
    assert "fr-input-group--error" in html
    assert 'aria-invalid="true"' in html
    assert 'value="claire"' in html
    assert re.search(r'id="id_email_messages"[^>]*>\s*<p class="fr-message fr-message--error">', html)


def test_radios_and_checkboxes_are_grouped_under_a_legend():
    html = render("{% field form.when %}{% field form.what %}", form=KitForm())
    assert html.count("<fieldset") == html.count("<legend") == 2
    assert html.count("fr-radio-group") == html.count("fr-checkbox-group") == 3
    assert 'role="radiogroup"' in html


def test_the_summary_links_to_the_first_control_of_each_wrong_field():
    html = render("{% error_summary form %}", form=KitForm({}))
    assert 'role="alert"' in html
    for anchor in ("id_first_name", "id_email", "id_when_0", "id_what_0", "id_agreed"):
        assert f'href="#{anchor}"' in html
        assert f'id="{anchor}"' in render("{% form_fields form summary=False %}", form=KitForm({}))


def test_an_untouched_form_has_no_summary():
    assert render("{% error_summary form %}", form=KitForm()).strip() == ""


def test_optional_fields_are_marked_where_others_are_required():
    html = render("{% form_fields form %}", form=KitForm())
    assert html.count("(facultatif)") == 3
    assert "tous les champs sont obligatoires" in html


def test_a_search_form_marks_nothing():
    class Search(forms.Form):
        q = forms.CharField(label="Quoi ?", required=False)

    assert "facultatif" not in render("{% form_fields form %}", form=Search())


def test_dates_use_the_browser_picker_in_its_own_format():
    html = render("{% field form.day %}", form=KitForm(initial={"day": "2026-12-24"}))
    assert 'type="date"' in html
    assert 'value="2026-12-24"' in html


def test_a_date_typed_wrong_stays_on_screen():
    html = render("{% field form.day %}", form=KitForm({"day": "31/02/2026"}))
    assert 'type="text"' in html
    assert 'value="31/02/2026"' in html


def test_a_field_takes_options_and_attributes():
    html = render(
        '{% field form.kind label="À quel rythme ?" hide_label=True data_suggestions="/x" %}', form=KitForm()
    )
    assert "À quel rythme\u00a0?" in html
    assert "fr-sr-only" in html
    assert 'data-suggestions="/x"' in html


def test_some_fields_in_the_order_asked():
    html = render('{% form_fields form only="kind,email" %}', form=KitForm())
    assert html.index("id_kind") < html.index("id_email")
    assert "id_message" not in html
    assert "id_step" in html  # hidden fields always travel


def test_the_site_renderer_draws_any_form_the_same_way():
    html = str(KitForm()) + str(KitForm()["email"].as_field_group())
    assert html.count('class="fr-input-group"') >= 4
    assert "fr-fieldset" in html


def test_labels_typed_by_people_are_escaped():
    class Sly(forms.Form):
        x = forms.ChoiceField(label="<b>x</b>", choices=[("a", "<i>a</i>")], widget=forms.RadioSelect)

    html = render("{% form_fields form %}", form=Sly({}))
    assert "<b>x" not in html
    assert "<i>a" not in html


@pytest.mark.parametrize(
    "data", [None, {}, {"first_name": "x" * 500, "when": "z", "what": ["z"], "places": "-1"}]
)
def test_no_field_writes_inline_code(data):
    html = render("{% form_fields form %}", form=KitForm(data))
    assert " style=" not in html
    assert not re.search(r" on[a-z]+=", html)


def test_what_is_too_short_too_long_or_no_address_is_told_in_the_site_s_words():
    class Presentation(forms.Form):
        text = forms.CharField(min_length=50)
        title = forms.CharField(max_length=5)
        website = forms.URLField(assume_scheme="https")
        places = forms.IntegerField(min_value=1, max_value=9)

    form = Presentation({"text": "court", "title": "bien long", "website": "pas un site", "places": "0"})
    said = {name: errors[0] for name, errors in form.errors.items()}
    assert said == {
        "text": "Écrivez au moins 50 caractères : il y en a 5.",
        "title": "C’est trop long : 5 caractères au plus, il y en a 9.",
        "website": "Écrivez une adresse internet complète, par exemple https://www.exemple.fr.",
        "places": "Donnez au moins 1.",
    }
    assert Presentation({"places": "10"}).errors["places"] == ["Donnez au plus 9."]


@pytest.mark.parametrize(
    ("typed", "said"),
    [("0", "Donnez au moins 0,01."), ("2000000000", "Donnez au plus 1\u202f000\u202f000\u202f000.")],
)
def test_a_bound_is_written_as_in_french(typed, said):
    class Priced(forms.Form):
        price = forms.DecimalField(min_value=Decimal("0.01"), max_value=10**9)

    assert Priced({"price": typed}).errors["price"] == [said]


@pytest.mark.parametrize("typed", ["\u200b", "\u00ad \u2060", "\u202e", "\u3164", "\ufffe"])
def test_what_shows_nothing_is_no_answer(typed):
    class Titled(forms.Form):
        title = forms.CharField()
        note = forms.CharField(required=False)

    form = Titled({"title": typed, "note": ""})
    assert form.errors == {"title": ["Écrivez quelque chose de lisible."]}
    assert Titled({"title": f"Lire {typed}ensemble", "note": ""}).is_valid()
    assert clean(f" {typed}Lire{typed}\n") == "Lire"


def test_cleaning_a_very_long_line_of_spaces_is_quick():
    assert clean("a" + " " * 500_000 + "b").endswith("b")

"""The field that takes a commune, without and with suggestions, and the pages of the territories."""

import re

import pytest
from django import forms
from django.http import QueryDict

from jeveuxagir.territories.forms import CommuneField
from jeveuxagir.territories.models import Commune, Source

pytestmark = pytest.mark.django_db


class Form(forms.Form):
    place = CommuneField()


class Optional(forms.Form):
    place = CommuneField(required=False)


def post(**data: str) -> Form:
    query = QueryDict(mutable=True)
    query.update(data)
    return Form(query)


@pytest.mark.parametrize("typed", ["Romans 26100", "26100", "romans sur isere", "Romans-sur-Isère (26)"])
def test_typed_text_is_resolved_on_the_server(typed):
    form = post(place=typed)
    assert form.is_valid()
    assert form.cleaned_data["place"].pk == "26281"


def test_several_matches_come_back_as_radios_and_nothing_typed_is_lost():
    form = post(place="Saint-Denis")
    assert form.errors["place"] == [
        "Plusieurs communes répondent à ce nom\u00a0: choisissez la vôtre dans la liste."
    ]
    html = form.as_p()
    assert 'value="Saint-Denis"' in html
    radios = re.findall(r'<input type="radio" name="place_choix" value="([^"]+)"', html)
    assert radios[:2] == ["Saint-Denis (974)", "Saint-Denis (93)"]
    assert "checked" not in html


def test_choosing_a_radio_is_enough():
    form = post(place="Saint-Denis", place_pour="Saint-Denis", place_choix="Saint-Denis (93)")
    assert form.is_valid()
    assert form.cleaned_data["place"].label == "Saint-Denis (93)"
    assert 'value="Saint-Denis (93)"' in form.as_p()


def test_a_text_changed_after_the_choice_wins_over_the_radio():
    form = post(place="Guéret", place_pour="Saint-Denis", place_choix="Saint-Denis (93)")
    assert form.is_valid()
    assert form.cleaned_data["place"].label == "Guéret (23)"


def test_a_typo_is_asked_about_not_guessed():
    form = post(place="Vitry-le-Francoys 51300")
    assert not form.is_valid()
    assert "Vitry-le-François (51)" in form.as_p()


@pytest.mark.parametrize("typed", ["zzzzqqqq", "x" * 8000, "\x00", "<script>alert(1)</script>"])
def test_garbage_is_refused_in_french_and_shown_again_escaped(typed):
    form = post(place=typed)
    assert not form.is_valid()
    assert form.errors["place"]
    assert "<script>alert" not in form.as_p()


def test_a_crafted_choice_cannot_name_what_does_not_exist():
    form = post(place="Saint-Denis", place_pour="Saint-Denis", place_choix="Nulle part (00)")
    assert not form.is_valid()


def test_an_empty_field_is_required_or_none():
    assert post(place="").errors["place"] == ["Indiquez une commune, par son nom ou son code postal."]
    form = Optional({"place": " "})
    assert form.is_valid()
    assert form.cleaned_data["place"] is None


def test_the_initial_commune_is_shown_by_its_label_and_is_no_change():
    romans = Commune.objects.get(pk="26281")
    for initial in (romans, "26281"):
        assert 'value="Romans-sur-Isère (26)"' in Form(initial={"place": initial}).as_p()
        unchanged = Form({"place": "Romans-sur-Isère (26)"}, initial={"place": initial})
        assert not unchanged.has_changed()
        assert Form({"place": "Valence (26)"}, initial={"place": initial}).has_changed()


def test_a_typed_postal_code_that_is_also_an_insee_code_is_shown_as_typed():
    assert 'value="26281"' in post(place="26281").as_p()


def test_two_forms_do_not_share_their_candidates():
    assert not post(place="Saint-Denis").is_valid()
    assert "radio" not in Form().as_p()


def test_the_field_has_no_inline_code():
    html = post(place="Saint-Denis").as_p()
    assert not re.search(r'<script(?![^>]*src=)| style=| on\w+="', html)


def test_suggestions_are_public_short_and_cacheable(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        response = client.get("/territoires/lieux/", {"q": "romans"})
    assert response.status_code == 200
    assert set(response["Cache-Control"].split(", ")) == {"public", "max-age=3600"}
    first, *_ = response.json()["results"]
    assert set(first) == {"code", "label", "detail"}
    assert client.get("/territoires/lieux/", {"q": "75011"}).json()["results"] == [
        {"code": "75056", "label": "Paris (75)", "detail": "75011"}
    ]


@pytest.mark.parametrize("query", ["", "q=", "q=%00", "q=" + "x" * 8000, "q=%ff%fe", "autre=1"])
def test_suggestions_survive_anything(client, query):
    response = client.get(f"/territoires/lieux/?{query}")
    assert response.status_code == 200
    assert response.json() == {"results": []}


def test_suggestions_are_only_read(client):
    assert client.post("/territoires/lieux/", {"q": "romans"}).status_code == 405


def test_the_sources_page_names_each_dataset_with_its_vintage_licence_counts_and_gaps(client):
    html = client.get("/donnees/").content.decode()
    for source in Source.objects.all():
        assert source.name in html
        assert source.vintage in html
        assert source.licence in html
        assert source.gaps in html
    assert "34\u202f969" in html


def test_the_sources_page_stands_with_no_data(client):
    Source.objects.all().delete()
    assert "Aucune donnée" in client.get("/donnees/").content.decode()

"""One page with every component of the kit, and a form page, for the tests of tests/ui."""

from datetime import timedelta

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import path

from jeveuxagir import urls
from jeveuxagir.common.clock import now
from jeveuxagir.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

LETTERS = [("a", "Lecture"), ("b", "Jardin"), ("c", "Cuisine")]


class KitForm(forms.Form):
    first_name = forms.CharField(label="Prénom", max_length=80)
    email = forms.EmailField(label="Adresse électronique", help_text="Nous n’y envoyons rien d’autre.")
    day = forms.DateField(label="Jour", required=False)
    places = forms.IntegerField(label="Places", min_value=1, max_value=20)
    kind = forms.ChoiceField(label="Rythme", choices=LETTERS)
    when = forms.ChoiceField(label="Quand ?", choices=LETTERS, widget=forms.RadioSelect)
    what = forms.MultipleChoiceField(
        label="Quoi ?",
        choices=LETTERS,
        widget=forms.CheckboxSelectMultiple,
        help_text="Plusieurs réponses possibles.",
    )
    message = forms.CharField(label="Message", widget=forms.Textarea, required=False)
    paper = forms.FileField(label="Justificatif", required=False)
    agreed = forms.BooleanField(label="J’ai lu les conditions")
    step = forms.CharField(widget=forms.HiddenInput, required=False)


KIT = """{% extends "base.html" %}{% load ui %}
{% block title %}Composants{% endblock %}
{% block breadcrumb %}{% breadcrumb "Missions" "/missions/" "Composants" %}{% endblock %}
{% block content %}<h1>Composants</h1>
{% stepper 2 4 "Vos disponibilités" next="Votre ville" %}
{% state_badge "Ouverte" "success" %}{% state_badge "Fermée" %}{% state_badge "En retard" "warning" %}
{% state_badge "Refusée" "error" %}{% state_badge "Nouvelle" "new" %}{% state_badge "Reçue" "info" %}
<p>{% since date %} {% moment date %} {{ 1234|number }} {{ 2|count:"place" }} {{ 4.2|km }}</p>
{{ "Bonjour <b>\\n\\nhttps://exemple.fr"|prose }}
{% removable_tag "À 10 km" "?" %}
{% empty_state "Aucune mission ici" text="Regardez un peu plus loin." url="/missions/" action="Élargir" %}
{% alert "success" "Candidature envoyée" text="L’association a 5 jours pour répondre." live=True %}
{% callout title="Et ensuite ?" text="Nous vous écrivons." %}
<h2>Cartes</h2>
{% card "Aider des élèves" "/missions/1" text="Les Mots passants" detail="Romans" badge="Ouverte" %}
{% tile "Annuaire" "/organisations/" text="Toutes les organisations" icon="fr-icon-team-line" %}
{% facts facts %}
{% bar_chart chart title="Missions par domaine" unit="missions" label="Domaine" %}
{% confirm_button "/kit/form/" "Retirer ma candidature" kind="secondary" why="temps" %}
{% pagination page_obj %}
{% endblock %}"""

FORM = """{% extends "base.html" %}{% load ui %}{% block title %}Formulaire{% endblock %}
{% block content %}<h1>Formulaire</h1><form method="post" novalidate>{% csrf_token %}
{% form_fields form %}{% submit "Envoyer" icon="fr-icon-send-plane-line" %}</form>{% endblock %}"""


@login_not_required
def kit(request: HttpRequest) -> HttpResponse:
    context = {
        "date": now() - timedelta(days=3),
        "facts": [("Où", "Romans-sur-Isère (26)"), ("Quand", "Le mercredi"), ("Vide", "")],
        "chart": [("Solidarité", 120), ("Sport", 30), ("Nature", 0)],
        "page_obj": Paginator(range(400), 10).page(request.GET.get("page", 5)),
    }
    return HttpResponse(engines["django"].from_string(KIT).render(context, request))


@login_not_required
def form(request: HttpRequest) -> HttpResponse:
    bound = KitForm(request.POST or None, request.FILES or None)
    if bound.is_bound and bound.is_valid():
        return redirect("/kit/")
    return HttpResponse(engines["django"].from_string(FORM).render({"form": bound}, request))


urlpatterns = [*urls.urlpatterns, path("kit/", kit), path("kit/form/", form)]

"""A page with one commune field, for the browser."""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from jeveuxagir.territories.forms import CommuneField
from jeveuxagir.urls import urlpatterns as site_urlpatterns

PAGE = """{% extends "base.html" %}{% load ui %}
{% block title %}Essai{% endblock %}
{% block content %}<h1>Où ?</h1>
<form method="get">{% form_fields form %}{% submit "Envoyer" %}</form>
{% if place %}<p id="place">{{ place.label }}</p>{% endif %}{% endblock %}"""


class PlaceForm(forms.Form):
    place = CommuneField()


@login_not_required
def page(request: HttpRequest) -> HttpResponse:
    form = PlaceForm(request.GET or None)
    place = form.cleaned_data["place"] if form.is_valid() else None
    template = engines["django"].from_string(PAGE)
    return HttpResponse(template.render({"form": form, "place": place}, request))


urlpatterns = [path("essai/", page), *site_urlpatterns]

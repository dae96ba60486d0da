"""The yardsticks: what first pages over the same tables would be. Mounted beside the site by the benchmarks only.

The search with django-filter: words by `icontains`, the town by its name, a count and a page, each row reading its
organisation, its addresses and its slots. The lookup of a town: `icontains` on its name.
"""

from typing import Any

import django_filters
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import include, path

from jeveuxagir.territories.models import Commune
from missions.models import Mission

PAGE = """<!doctype html><title>Missions</title>
<form>{{ filter.form.as_p }}<button>Chercher</button></form>
<p>{{ page.paginator.count }} missions</p>
{% for mission in page %}<h2><a href="{{ mission.get_absolute_url }}">{{ mission.title }}</a></h2>
<p>{{ mission.organisation.name }}</p>
<p>{% for address in mission.addresses.all %}{{ address.commune.name }} {% endfor %}</p>
<p>{% for slot in mission.slots.all %}{{ slot.local_date }} {{ slot.capacity }} {% endfor %}</p>{% endfor %}"""


class MissionFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="words")
    lieu = django_filters.CharFilter(field_name="addresses__commune__name", lookup_expr="icontains")

    class Meta:
        model = Mission
        fields = ("domain", "minimum_age")

    def words(self, missions: "QuerySet[Mission]", name: str, value: str) -> "QuerySet[Mission]":
        return missions.filter(Q(title__icontains=value) | Q(description__icontains=value))


@login_not_required
def missions(request: HttpRequest) -> HttpResponse:
    rows = Mission.objects.filter(state="open").order_by("-published_at").distinct()
    found = MissionFilter(request.GET, queryset=rows)
    page = Paginator(found.qs, 20).get_page(request.GET.get("page"))
    html = engines["django"].from_string(PAGE).render({"filter": found, "page": page}, request)
    return HttpResponse(html)


@login_not_required
def towns(request: HttpRequest) -> JsonResponse:
    found = Commune.objects.filter(name__icontains=request.GET.get("q", "")).order_by("name")[:8]
    return JsonResponse({"results": [{"code": town.pk, "label": str(town)} for town in found]})


urlpatterns: list[Any] = [
    path("naif/missions/", missions),
    path("naif/communes/", towns),
    path("", include("jeveuxagir.urls")),
]
handler404 = "jeveuxagir.web.errors.not_found"

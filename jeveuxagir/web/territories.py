"""Everything of a place, lightly: a region, a department, a commune. Codes rule; a wrong slug redirects."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from alliances.statements.models import Statement
from jeveuxagir.common.text import slugify
from jeveuxagir.findable import search as index_search
from jeveuxagir.findable.models import AnyPlace, area
from jeveuxagir.territories.forms import CommuneField
from jeveuxagir.territories.models import Arrondissement, Commune, Department, Epci, OldCommune, Region
from jeveuxagir.territories.text import SortName
from missions import search
from missions.cards import cards
from missions.models import Mission, MissionAddress, Slot
from organisations.models import Organisation

from . import territory_sheet

SHOWN = 6
FIRST = 3
SAID = 4
TOWNS = 12
NEAR_KM = 20
FAR_KM = 100
SECONDS = 300


class PlaceForm(forms.Form):
    """The commune whose page one wants."""

    lieu = CommuneField(label="Votre commune")


def region_url(region: Region) -> str:
    return reverse("web:region", args=[region.code, slugify(region.name)])


def department_url(department: Department) -> str:
    return reverse("web:department", args=[department.code, slugify(department.name)])


def commune_url(commune: Commune) -> str:
    return reverse("web:commune", args=[commune.code, commune.slug])


def epci_url(epci: Epci) -> str:
    return reverse("web:epci", args=[epci.code, slugify(epci.name)])


#: the kind that has its own part of the page, in full
SAID_KIND = "statement"


@login_not_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Regions and their departments; a commune that one types leads to its page."""
    form = PlaceForm(request.GET if "lieu" in request.GET else None)
    if form.is_bound and form.is_valid() and form.cleaned_data["lieu"]:
        return redirect(commune_url(form.cleaned_data["lieu"]))
    departments = Department.objects.select_related("region").order_by(SortName("region__name"), "code")
    regions: dict[str, dict[str, Any]] = {}
    for department in departments:
        held = regions.setdefault(
            department.region_id,
            {"name": department.region.name, "url": region_url(department.region), "departments": []},
        )
        held["departments"].append((department.label, department_url(department)))
    context = {"regions": list(regions.values()), "form": form}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "web/territories/index.html", context, status=status)


@login_not_required
@require_safe
def region(request: HttpRequest, code: str, slug: str) -> HttpResponse:
    place = get_object_or_404(Region, code=code)
    if slug != slugify(place.name):
        return redirect(region_url(place), permanent=True)
    inside = list(place.departments.order_by("code"))
    missions = Mission.objects.open().filter(department__region=place)
    counted = dict(
        missions.order_by().values_list("department").annotate(total=Count("pk")).order_by("department")
    )
    context = {
        "place": place,
        "figures": _figures(f"region:{code}", missions, Q(commune__department__region=place)),
        "departments": [(d.label, department_url(d), counted.get(d.code, 0)) for d in inside],
        "cards": _latest(Q(department__region=place)),
        **everything(place),
    }
    return render(request, "web/territories/region.html", context)


@login_not_required
@require_safe
def department(request: HttpRequest, code: str, slug: str) -> HttpResponse:
    place = get_object_or_404(Department.objects.select_related("region"), code=code)
    if slug != slugify(place.name):
        return redirect(department_url(place), permanent=True)
    missions = Mission.objects.open().filter(department=place)
    chief = place.communes.most_populated().first()
    context = {
        "place": place,
        "region_url": region_url(place.region),
        "figures": _figures(f"department:{code}", missions, Q(commune__department=place)),
        **everything(place),
        "cards": _latest(Q(department=place)),
        "towns": _towns(place),
        "organisations": _organisations(Q(commune__department=place)),
        "directory_url": f"{reverse('organisations:directory')}?{urlencode({'departement': code})}",
        "search_url": _search_url(chief, 50) if chief else reverse("missions:list"),
        "neighbours": [
            (other.label, department_url(other))
            for other in place.region.departments.exclude(pk=place.pk).order_by("code")
        ],
    }
    return render(request, "web/territories/department.html", context)


@login_not_required
@require_safe
def commune(request: HttpRequest, code: str, slug: str) -> HttpResponse:
    """Missions around a town, its organisations, its neighbours; where there is nothing, the nearest thing."""
    place = Commune.objects.select_related("department__region", "epci").filter(code=code).first()
    if place is None:
        return _moved(code)
    if slug != place.slug:
        return redirect(commune_url(place), permanent=True)
    near = search.page_of(search.SearchQuery(commune=place, radius_km=NEAR_KM), size=SHOWN)
    far = None
    if not near.missions:
        far = search.page_of(search.SearchQuery(commune=place, radius_km=FAR_KM), size=3)
    context = {
        "place": place,
        "department_url": department_url(place.department),
        "region_url": region_url(place.department.region),
        "near_km": NEAR_KM,
        **everything(place),
        "epci_url": epci_url(place.epci) if place.epci else "",
        "total": near.total,
        "capped": near.capped,
        "cards": cards(near.missions),
        "far": cards(far.missions) if far else [],
        "organisations": _organisations(Q(commune=place)),
        "search_url": _search_url(place, NEAR_KM),
        "idea_url": f"{reverse('ideas:new')}?{urlencode({'commune': place.code})}",
        "neighbours": [(other.label, commune_url(other)) for other in _neighbours(place)],
    }
    return render(request, "web/territories/commune.html", context)


@login_not_required
@require_safe
def epci(request: HttpRequest, code: str, slug: str) -> HttpResponse:
    """An intercommunality: everything in it, and its communes."""
    place = get_object_or_404(Epci, code=code)
    if slug != slugify(place.name):
        return redirect(epci_url(place), permanent=True)
    inside = list(place.communes.select_related("department__region").order_by(SortName("name"), "code"))
    if not inside:
        raise Http404
    home = inside[0].department
    missions = Mission.objects.open().filter(addresses__commune__epci=place).distinct()
    context = {
        "place": place,
        "department": home,
        "department_url": department_url(home),
        "region_url": region_url(home.region),
        "figures": _figures(f"epci:{code}", missions, Q(commune__epci=place)),
        "communes": [(town.label, commune_url(town)) for town in inside],
        **everything(place),
    }
    return render(request, "web/territories/epci.html", context)


def everything(place: AnyPlace) -> dict[str, Any]:
    """How much of each kind there is in a place, its first lines, where to see the rest (K08), and its sheet."""
    wanted = index_search.Wanted(place=place)
    groups = index_search.groups(wanted, first=FIRST)
    address = f"{reverse('web:find')}?{urlencode({'territoire': area(place)})}"
    return {
        "groups": [
            (group, f"{address}&sorte={group.source.kind}")
            for group in groups
            if group.source.kind != SAID_KIND
        ],
        "everything_url": address,
        "everything_map_url": f"{address}&vue=carte",
        "everything_total": sum(group.total for group in groups),
        **_said(place),
        "feed_url": reverse("api:territory_atom", args=[area(place)]),
        "sheet": territory_sheet.sheet(place, {group.source.kind: group.total for group in groups}),
    }


def _said(place: AnyPlace) -> dict[str, Any]:
    """The last that people said of it; where to read the rest, and to say more."""
    rows = Statement.objects.public().at(place).select_related("commune", "person")
    statements = list(rows[: SAID + 1])
    of_commune = isinstance(place, Commune)
    new = reverse("statements:new")
    more = f"{reverse('statements:list')}?{urlencode({'territoire': area(place)})}"
    return {
        "statements": statements[:SAID],
        "statements_where": not of_commune,
        "statements_more": more if len(statements) > SAID else "",
        "statement_url": f"{new}?{urlencode({'commune': place.pk})}" if of_commune else new,
    }


# --- inside ---------------------------------------------------------------------------------------------------


def _moved(code: str) -> HttpResponse:
    """A former commune, or an arrondissement, leads to the commune of today."""
    for model in (OldCommune, Arrondissement):
        row = model.objects.select_related("commune").filter(code=code).first()
        if row is not None:
            return redirect(commune_url(row.commune), permanent=True)
    raise Http404


def _figures(key: str, missions: "QuerySet[Mission]", seats_of: Q) -> list[tuple[int, str]]:
    """Open missions, free places, verified organisations: counted at most every five minutes."""

    def count() -> list[tuple[int, str]]:
        free = Slot.objects.live().filter(seatless=False, mission__in=missions)
        places = free.aggregate(free=Sum(F("capacity") - F("taken")))["free"] or 0
        verified = Organisation.objects.public().filter(seats_of).count()
        return [
            (missions.count(), "mission ouverte,missions ouvertes"),
            (places, "place à prendre,places à prendre"),
            (verified, "organisation vérifiée,organisations vérifiées"),
        ]

    return cache.get_or_set(f"web:territory:{key}", count, SECONDS) or count()


def _latest(where: Q) -> list[Any]:
    found = search.search_missions(search.SearchQuery()).filter(where)
    return cards(search.for_cards(found)[:SHOWN])


def _towns(place: Department) -> list[tuple[str, str, int]]:
    """Where most missions are; else the most populated towns."""
    counted = (
        MissionAddress.objects.filter(mission__in=Mission.objects.open(), commune__department=place)
        .values("commune")
        .annotate(total=Count("mission", distinct=True))
        .order_by("-total", "commune")[:TOWNS]
    )
    totals = {row["commune"]: row["total"] for row in counted}
    towns: Any = place.communes.filter(pk__in=totals) if totals else place.communes.most_populated()[:TOWNS]
    rows = sorted(towns, key=lambda town: (-totals.get(town.pk, 0), -(town.population or 0)))
    return [(town.label, commune_url(town), totals.get(town.pk, 0)) for town in rows]


def _organisations(where: Q) -> list[Organisation]:
    return list(Organisation.objects.public().filter(where).order_by(SortName("name"), "pk")[:SHOWN])


def _neighbours(place: Commune) -> list[Commune]:
    """The nearest communes; those of the department when this one has no point."""
    if place.latitude is None or place.longitude is None:
        return list(place.department.communes.exclude(pk=place.pk).most_populated()[:8])
    around = Commune.objects.within(place.latitude, place.longitude, 30).exclude(pk=place.pk)
    return list(around[:8])


def _search_url(place: Commune, km: int) -> str:
    return f"{reverse('missions:list')}?{urlencode({'lieu': place.label, 'rayon': str(km)})}"

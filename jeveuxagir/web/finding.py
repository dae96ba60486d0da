"""One search box for the whole site: all kinds grouped, or one kind by pages, in a list or on a map (K08)."""

from collections import Counter
from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from alliances.library.enums import Shelf
from alliances.vocabularies import category_field, function_field
from jeveuxagir.accounts import limits
from jeveuxagir.common.client_address import client_address
from jeveuxagir.common.text import plural
from jeveuxagir.findable import filters, registry, search
from jeveuxagir.findable.models import AnyPlace, Entry, area, place_of
from jeveuxagir.findable.search import Wanted
from jeveuxagir.territories import maps
from jeveuxagir.territories.forms import CommuneField
from jeveuxagir.territories.models import Commune, Department
from jeveuxagir.ui.facets import Choice, Facet, SeveralField, SeveralMixin, address, facet
from missions.filters import normalised
from missions.search import set_time_limit

from . import named_places
from .named_places import NamedPlace

ON_MAP = 60
#: the filters whose words the index keeps together
OF_TERMS = ("etagere", "categorie", "fonction")


class FindForm(SeveralMixin):
    """A wrong value is said in French and left out; the others still apply."""

    q = forms.CharField(label="Quoi ?", required=False, max_length=search.MAX_TEXT)
    lieu = CommuneField(label="Où ?", required=False, help_text="")
    territoire = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)
    sorte = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    domaine = filters.domains()
    odd = filters.sdgs()
    etagere = SeveralField(
        lambda: {one.value: one.label for one in Shelf},
        label="Étagère de la bibliothèque",
        wrong="Nous ne connaissons pas cette étagère.",
    )
    categorie = category_field()
    fonction = function_field()
    vue = forms.ChoiceField(required=False, choices=[("carte", "Carte")], widget=forms.HiddenInput)

    def wanted(self) -> Wanted:
        ok = self.cleaned_data
        kind = ok.get("sorte") or ""
        return Wanted(
            text=" ".join((ok.get("q") or "").split()),
            place=ok.get("lieu") or place_of(ok.get("territoire") or ""),
            kind=kind if kind in registry.sources else "",
            domains=ok.get("domaine", ()),
            sdgs=ok.get("odd", ()),
            terms=[term for name in OF_TERMS for term in self.terms(name)],
        )

    def terms(self, name: str) -> list[str]:
        """What is chosen of one of the filters of `OF_TERMS`, as the index names it."""
        asked = self.fields[name]
        assert isinstance(asked, SeveralField)
        chosen = self.cleaned_data.get(name, ())
        return [f"{name}:{value}" for value, term in asked.known.items() if term in chosen]


@login_not_required
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """What answers, by kind; nothing, and the nearest thing is offered."""
    data = normalised(request.GET)
    form = FindForm(data)
    form.is_valid()
    wanted = form.wanted()
    on_map = bool(form.cleaned_data.get("vue"))
    with transaction.atomic():
        set_time_limit()
        counts = search.counts(wanted)
        page = search.page_of(wanted, request.GET.get("page")) if wanted.kind or on_map else None
        groups = [] if page else search.groups(wanted)
        total = counts.get(wanted.kind, 0) if wanted.kind else sum(counts.values())
        near = search.nearest(wanted.text) if not total and wanted.text else []
        named = named_places.of(wanted.text) if wanted.text and wanted.place is None else []
        lie_in = named[0] if named and not total else None
        there = (
            sum(search.counts(replace(wanted, text="", kind="", place=lie_in.place)).values())
            if lie_in
            else 0
        )
        facets = _facets(form, wanted)
    entries = list(page) if page else []
    first = page.start_index() if page else 1
    drawn = _maps(entries, first) if on_map else []
    fields = FindForm.base_fields
    context = {
        "form": form,
        "wanted": wanted,
        "total": total,
        "kinds": _kinds(data, wanted, counts),
        "groups": [(group, address(fields, data, sorte=group.source.kind)) for group in groups],
        "page_obj": page,
        "entries": entries,
        "source": registry.sources[wanted.kind] if wanted.kind else None,
        "first": first,
        "facets": facets,
        "tags": _tags(data, form, wanted),
        "filter_errors": not set(form.errors) <= {"q", "lieu"},
        "on_map": on_map,
        "maps": drawn,
        "off_map": len(entries) - sum(each.results for each in drawn),
        "list_url": address(fields, data, without=("vue",)),
        "map_url": address(fields, data, vue="carte"),
        "tiles_credit": settings.SEARCH_TILES_CREDIT,
        "nearest": near,
        "named": named,
        "ways": _ways(data, wanted, counts, lie_in, there) if not total else [],
    }
    return render(request, "web/find.html", context)


@login_not_required
@require_safe
@cache_control(public=True, max_age=300)
def suggest(request: HttpRequest) -> JsonResponse:
    """`?q=lec` → what the box proposes. Asked too often, nothing: the text still searches."""
    if not limits.hit("suggestions_address", client_address(request)):
        return JsonResponse({"results": []}, status=429)
    typed = request.GET.get("q", "")
    found = search.suggestions(typed)
    return JsonResponse(
        {
            "results": [
                *(
                    {"kind": "Lieu", "label": one.label, "name": "q", "value": "", "url": one.url}
                    for one in named_places.of(typed[: search.MAX_TEXT], begun=True)
                ),
                *(
                    {
                        "kind": entry.label.capitalize(),
                        "label": entry.title,
                        "name": "q",
                        "value": "",
                        "url": entry.url,
                    }
                    for entry in found
                    if entry.kind in registry.sources
                ),
            ]
        }
    )


# --- inside ---------------------------------------------------------------------------------------------------


def _kinds(data: QueryDict, wanted: Wanted, counts: dict[str, int]) -> list[dict[str, Any]]:
    """The tabs: everything, then each kind that has something."""
    fields = FindForm.base_fields
    every = {
        "label": "Tout",
        "count": sum(counts.values()),
        "url": address(fields, data, without=("sorte",)),
        "current": not wanted.kind,
    }
    return [
        every,
        *(
            {
                "label": source.plural.capitalize(),
                "count": counts.get(source.kind, 0),
                "url": address(fields, data, sorte=source.kind),
                "current": wanted.kind == source.kind,
            }
            for source in registry.in_order()
            if source.kind in counts or wanted.kind == source.kind
        ),
    ]


def _facets(form: FindForm, wanted: Wanted) -> list[Facet]:
    made = []
    for name, column in (("domaine", "domains"), ("odd", "sdgs")):
        asked = form.fields[name]
        assert isinstance(asked, SeveralField)
        counts = search.tallies(wanted, column)
        chosen = {str(value) for value in form[name].value() or []} & asked.known.keys()
        choices = [
            Choice(value, str(term), counts[value], value in chosen)
            for value, term in asked.known.items()
            if counts[value] or value in chosen
        ]
        made.append(facet(form, name, choices, noun="résultat", limit=0 if name == "odd" else 6))
    return made + _facets_of_terms(form, wanted)


def _facets_of_terms(form: FindForm, wanted: Wanted) -> list[Facet]:
    """One statement for all of these filters while none is in use."""
    made = []
    known: dict[tuple[str, ...], Counter[str]] = {}
    for name in OF_TERMS:
        asked = form.fields[name]
        assert isinstance(asked, SeveralField)
        others = wanted.without(name)
        if tuple(others.terms) not in known:
            known[tuple(others.terms)] = search.tallies(others, "terms")
        counts, chosen = known[tuple(others.terms)], form.terms(name)
        choices = [
            Choice(value, str(term), counts[f"{name}:{value}"], f"{name}:{value}" in chosen)
            for value, term in asked.known.items()
            if counts[f"{name}:{value}"] or f"{name}:{value}" in chosen
        ]
        made.append(facet(form, name, choices, noun="résultat", limit=0))
    return made


def _tags(data: QueryDict, form: FindForm, wanted: Wanted) -> list[tuple[str, str]]:
    fields = FindForm.base_fields
    tags = []
    if wanted.place is not None:
        name = "lieu" if form.cleaned_data.get("lieu") else "territoire"
        tags.append((_label(wanted.place), address(fields, data, without=(name,))))
    for name, terms in (("domaine", wanted.domains), ("odd", wanted.sdgs)):
        tags += [(str(term), address(fields, data, drop=(name, str(term.pk)))) for term in terms]
    for name in OF_TERMS:
        asked = form.fields[name]
        assert isinstance(asked, SeveralField)
        for chosen in form.terms(name):
            value = chosen.partition(":")[2]
            tags.append((str(asked.known[value]), address(fields, data, drop=(name, value))))
    return tags


def _label(place: AnyPlace) -> str:
    return str(getattr(place, "label", place))


def _ways(
    data: QueryDict, wanted: Wanted, counts: dict[str, int], named: NamedPlace | None, there: int
) -> list[tuple[str, str]]:
    """Nothing found: what to drop, in one click, with what it would give; then what to do.

    `named`: the place that the words name, with `there` the results that lie in it.
    """
    fields = FindForm.base_fields
    ways = []
    if named is not None and there:
        without = ("q", "sorte")
        if isinstance(named.place, Commune):
            values = address(fields, data, without=without, lieu=named.label)
        else:
            values = address(fields, data, without=without, territoire=area(named.place))
        ways.append((f"Ce qui se passe là : {named.label} ({plural(there, 'résultat')})", values))
    if wanted.kind and counts:
        total = sum(counts.values())
        ways.append(
            (f"Toutes les sortes ({plural(total, 'résultat')})", address(fields, data, without=("sorte",)))
        )
    if wanted.domains or wanted.sdgs or wanted.terms:
        ways.append(("Sans ces filtres", address(fields, data, without=("domaine", "odd", *OF_TERMS))))
    if wanted.place is not None:
        more = search.wider(wanted.place)
        if more is not None:
            code = f"{'d' if isinstance(more, Department) else 'r'}{more.pk}"
            values = address(fields, data, without=("lieu",), territoire=code)
            ways.append((f"Dans un territoire plus large : {_label(more)}", values))
        ways.append(("Partout en France", address(fields, data, without=("lieu", "territoire"))))
    query = {"q": wanted.text}
    if isinstance(wanted.place, Commune):
        query["lieu"] = wanted.place.label
    ways.append(("Être prévenu des missions qui viendront", f"{reverse('missions:list')}?{urlencode(query)}"))
    ways.append(("Proposer une idée pour votre commune", reverse("ideas:new")))
    return ways


def _maps(entries: list[Entry], first: int) -> list[maps.Map]:
    pins = []
    for number, entry in enumerate(entries, first):
        department = next((name[1:] for name in entry.areas if name.startswith("d")), "")
        point = _point(entry) or maps.middle_of(department)
        if point is not None:
            anchor = f"resultat-{entry.pk}"
            pins.append(maps.Pin(point, department, number, entry.title, entry.where, entry.url, anchor))
    return maps.draw(pins, noun="résultat")


def _point(entry: Entry) -> tuple[float, float] | None:
    if entry.latitude is None or entry.longitude is None:
        return None
    return entry.latitude, entry.longitude

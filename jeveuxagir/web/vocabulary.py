"""The words that the founding report fixes, each with its page: all that carries it, from the one index (K65, K67).

The 17 goals, the 4 categories of partnership, the 4 functions of a catalyst are here; the shelves of the library and
the 21 measures have their own pages, which `index` leads to.
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from alliances.library.enums import Shelf
from alliances.library.views import SHELF_TEXTS, shelf_url
from alliances.programme.models import Measure
from jeveuxagir.findable import search
from jeveuxagir.findable.registry import Source
from jeveuxagir.findable.search import Wanted
from jeveuxagir.notifications.links import absolute
from jeveuxagir.taxonomies.models import CatalystFunction, PartnershipCategory, Sdg
from jeveuxagir.ui.structured import data_block

FIRST = 3
#: filter → what its vocabulary is called, what is said of it, the route of its list
VOCABULARIES = {
    "odd": (
        "Les 17 objectifs de développement durable",
        "Fixés par les Nations unies en 2015, pour 2030. Chaque mission, alliance ou exemple peut en porter.",
        "web:sdgs",
    ),
    "categorie": (
        "Les 4 catégories de partenariat",
        "Une association et une entreprise ont quatre façons de faire ensemble. Dire laquelle évite des malentendus.",
        "web:categories",
    ),
    "fonction": (
        "Les 4 fonctions de catalyseur",
        "Une alliance naît rarement seule : un catalyseur réunit, fait essayer, accompagne ou tient le lieu.",
        "web:functions",
    ),
}


@login_not_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The five vocabularies, whole."""
    context = {
        "vocabularies": [
            (name, title, text, reverse(route), _rows(name))
            for name, (title, text, route) in VOCABULARIES.items()
        ],
        "shelves": [(shelf.label, shelf_url(shelf), SHELF_TEXTS[shelf]) for shelf in Shelf],
        "measures": list(Measure.objects.order_by("number").only("number", "name")),
    }
    return render(request, "web/vocabulary/index.html", context)


@login_not_required
@require_safe
def sdgs(request: HttpRequest) -> HttpResponse:
    return _list(request, "odd")


@login_not_required
@require_safe
def categories(request: HttpRequest) -> HttpResponse:
    return _list(request, "categorie")


@login_not_required
@require_safe
def functions(request: HttpRequest) -> HttpResponse:
    return _list(request, "fonction")


@login_not_required
@require_safe
def sdg(request: HttpRequest, number: int, slug: str) -> HttpResponse:
    found = get_object_or_404(Sdg, number=min(number, 99))
    if request.path != found.get_absolute_url():
        return redirect(found, permanent=True)
    return _page(request, "odd", found, Wanted(sdgs=(found,)))


@login_not_required
@require_safe
def category(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(PartnershipCategory, code=code)
    return _page(request, "categorie", found, Wanted(terms=(f"categorie:{found.code}",)))


@login_not_required
@require_safe
def function(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(CatalystFunction, code=code)
    return _page(request, "fonction", found, Wanted(terms=(f"fonction:{found.code}",)))


# --- inside ---------------------------------------------------------------------------------------------------


def _rows(name: str) -> list[Any]:
    if name == "odd":
        return list(Sdg.objects.order_by("number"))
    model = PartnershipCategory if name == "categorie" else CatalystFunction
    return list(model._default_manager.order_by("position"))


def _list(request: HttpRequest, name: str) -> HttpResponse:
    """The words of one vocabulary, each with how much carries it: one statement for the counts."""
    title, text, _route = VOCABULARIES[name]
    tallies = search.tallies(Wanted(), "sdgs" if name == "odd" else "terms")
    prefix = "" if name == "odd" else f"{name}:"
    context = {
        "name": name,
        "title": title,
        "text": text,
        "rows": [(row, tallies[f"{prefix}{row.pk}"]) for row in _rows(name)],
        "others": _others(name),
    }
    return render(request, "web/vocabulary/list.html", context)


def _page(request: HttpRequest, name: str, word: Any, wanted: Wanted) -> HttpResponse:
    """One word: what it means, and the first of each kind that carries it, with the way to the list filtered by it."""
    groups = search.groups(wanted, first=FIRST)
    everywhere = f"{reverse('web:find')}?{urlencode({name: word.pk})}"
    vocabulary, _text, route = VOCABULARIES[name]
    context = {
        "name": name,
        "word": word,
        "vocabulary": vocabulary,
        "vocabulary_url": reverse(route),
        "groups": [(group, _list_url(group.source, name, word.pk)) for group in groups],
        "total": sum(group.total for group in groups),
        "everything_url": everywhere,
        "siblings": [row for row in _rows(name) if row.pk != word.pk],
        "structured": data_block(
            {
                "@context": "https://schema.org",
                "@type": "DefinedTerm",
                "name": word.name,
                "termCode": str(word.pk),
                "description": word.description,
                "url": absolute(word.get_absolute_url()),
                "inDefinedTermSet": absolute(reverse(route)),
                "inLanguage": "fr",
            }
        ),
    }
    return render(request, "web/vocabulary/word.html", context)


def _list_url(source: Source, name: str, value: Any) -> str:
    """The list of a kind filtered by this word; the search of the whole site when that list has no such filter."""
    if name in source.filters:
        return f"{source.list_url}?{urlencode({name: value})}"
    return f"{reverse('web:find')}?{urlencode({name: value, 'sorte': source.kind})}"


def _others(name: str) -> list[tuple[str, str]]:
    return [(title, reverse(route)) for key, (title, _text, route) in VOCABULARIES.items() if key != name]

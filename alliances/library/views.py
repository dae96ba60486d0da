"""The pages of the library: its home, its shelves, the interests, one sheet, its history, the networks."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from alliances.policies import acting_in
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import fold
from jeveuxagir.moderation import services as moderation_services
from jeveuxagir.ui.facets import address
from organisations.spaces import panels_of

from . import directory, helping, kit, moderation, policies, structured
from .directory import NOUNS, SHELVES, Wanted, card, found
from .enums import PUBLIC, TRANSITIONS, Interest, Mode, Shelf, State
from .facets import facets
from .forms import NetworksForm, SearchForm, ShelfForm, ToAllianceForm
from .models import Method, Network, Resource, Revision, RevisionQuerySet
from .sheets import Sheet

PAGE = 24
#: on the home and the pages of interests, so many of each shelf
FEW = 6
MOST_OF_INTEREST = 60
SHELF_TEXTS = {
    Shelf.METHODS: "Faire ensemble, étape par étape : durée, rôles, matériel, et ce qui rate le plus souvent.",
    Shelf.EXAMPLES: "Ce que d’autres ont fait, ce que cela a coûté, et les pièges.",
    Shelf.DATA: "Connaître un territoire ou un sujet avant d’agir.",
    Shelf.TOOLS: "Des modèles, des jeux et des sites qui servent à faire.",
    Shelf.SKILLS: "Apprendre à faire alliance, à son rythme.",
}
SHELF_ICONS = {
    Shelf.METHODS: "fr-icon-list-ordered",
    Shelf.EXAMPLES: "fr-icon-lightbulb-line",
    Shelf.DATA: "fr-icon-line-chart-line",
    Shelf.TOOLS: "fr-icon-tools-line",
    Shelf.SKILLS: "fr-icon-book-2-line",
}
INTEREST_TEXTS = {
    Interest.CO_CONSTRUCTION: "Partager un constat et décider à plusieurs, sur un même territoire.",
    Interest.INNOVATION: "Essayer ce que personne n’a encore fait, en petit, et en tirer les leçons.",
    Interest.PERFORMANCE: "Tenir le rythme, mesurer, évaluer : que l’effort de chacun serve.",
    Interest.HYBRID: "Tenir debout sur plusieurs sources : ventes, dons, soutiens publics, temps donné.",
    Interest.EMPLOYEES: "Donner du temps de travail utile, à partir du besoin de l’association.",
}


# --- home, shelves, interests -----------------------------------------------------------------------------------


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What one may do here; with words, what answers on each shelf."""
    form = SearchForm(request.GET or None)
    words = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
    groups = []
    for shelf in SHELVES:
        rows = found(shelf, Wanted(text=words))
        groups.append(
            {
                "shelf": shelf,
                "count": rows.count(),
                "url": shelf_url(shelf, q=words),
                "cards": [card(sheet) for sheet in directory.for_cards(rows)[: FEW if words else 3]]
                if words or shelf == Shelf.METHODS
                else [],
            }
        )
    context = {
        "form": form,
        "words": words,
        "groups": groups,
        "shelves": [
            (shelf.label, shelf_url(shelf), SHELF_TEXTS[shelf], SHELF_ICONS[shelf])
            for shelf in Shelf
            if shelf != Shelf.EXAMPLES or apps.is_installed("alliances.examples")
        ],
        "total": sum(group["count"] for group in groups),
        "interests": _interests(),
        "kit": list(kit.sheets().values()),
        "kit_about": kit.about(),
        "panels": [] if words else panels_of("library.home", request, None),
    }
    return render(request, "library/home.html", context)


def shelf_url(shelf: Shelf, q: str = "") -> str:
    """The page of a shelf; the examples have theirs in an app above."""
    path = reverse("library:home") + f"{shelf.value}/"
    return f"{path}?{urlencode({'q': q})}" if q else path


def _interests() -> list[tuple[str, str, str]]:
    return [
        (str(one.label).capitalize(), reverse("library:interest", args=[one.value]), INTEREST_TEXTS[one])
        for one in Interest
    ]


@login_not_required
@require_safe
def shelf(request: HttpRequest, shelf: str) -> HttpResponse:
    """A shelf with its search and its filters; a wrong value is said and left out, the others still apply."""
    which = Shelf(shelf)
    form = ShelfForm(request.GET)
    form.is_valid()
    wanted = form.wanted()
    page = Paginator(directory.for_cards(found(which, wanted)), PAGE).get_page(request.GET.get("page"))
    fields, data = form.fields, request.GET
    feed = {"etagere": which.value} | ({"domaine": wanted.domains[0].pk} if len(wanted.domains) == 1 else {})
    context = {
        "form": form,
        "shelf": which,
        "noun": NOUNS[which],
        "text": SHELF_TEXTS[which],
        "page_obj": page,
        "cards": [card(sheet) for sheet in page],
        "facets": facets(form, which, wanted),
        "tags": [
            (words, address(fields, data, without=("q",) if name == "q" else (), drop=(name, value)))
            for name, value, words in form.chosen()
        ],
        "filter_errors": bool(form.errors),
        "shelf_url": shelf_url(which),
        "others": [(one.label, shelf_url(one, q=wanted.text)) for one in SHELVES if one != which],
        "feed_url": f"{reverse('api:library_atom')}?{urlencode(feed)}",
    }
    return render(request, "library/shelf.html", context)


@login_not_required
@require_safe
def interest(request: HttpRequest, interest: str) -> HttpResponse:
    """All that answers one of the five interests (K91), tools first."""
    if interest not in Interest.values:
        raise Http404
    which = Interest(interest)
    wanted = Wanted(interests=(which,))
    groups = []
    for one in (Shelf.TOOLS, Shelf.METHODS, Shelf.SKILLS, Shelf.DATA):
        sheets = list(directory.for_cards(found(one, wanted))[:MOST_OF_INTEREST])
        groups.append((one, [card(sheet) for sheet in sheets]))
    context = {
        "interest": which,
        "title": str(which.label).capitalize(),
        "text": INTEREST_TEXTS[which],
        "groups": groups,
        "others": [
            (label, url) for label, url, _text in _interests() if not url.endswith(f"/{which.value}/")
        ],
    }
    return render(request, "library/interest.html", context)


@login_not_required
@require_safe
def networks(request: HttpRequest) -> HttpResponse:
    """Who helps, under each of the four modes of cooperation, in a region and everywhere (K92)."""
    form = NetworksForm(request.GET or None)
    form.is_valid()
    asked = getattr(form, "cleaned_data", {})
    mode, region = asked.get("forme", ""), asked.get("region")
    rows = list(Network.objects.public().under(mode).around(region).select_related("region"))
    rows.sort(key=lambda one: (one.region is None, fold(one.title)))
    groups = [
        (str(one.label).capitalize(), [row for row in rows if one.value in row.modes])
        for one in Mode
        if not mode or one.value == mode
    ]
    context = {"form": form, "groups": groups, "mode": mode, "region": region, "count": len(rows)}
    return render(request, "library/networks.html", context)


# --- a sheet ----------------------------------------------------------------------------------------------------


@login_not_required
@never_cache
@require_GET
def method(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    return _page(request, Method, pk, slug)


@login_not_required
@never_cache
@require_GET
def resource(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    return _page(request, Resource, pk, slug)


@login_not_required
@never_cache
@require_GET
def network(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """One network: what it does, where; its correction for who may propose one."""
    found: Network = visible(request, Network, pk)
    if slug != found.slug:
        return redirect(found.get_absolute_url(), permanent=True)
    is_mine = policies.looks_after(request.user, found)
    may_correct = found.is_public and policies.may_correct(request.user, found)
    waiting = moderation_services.open_items(found.KIND, found).first() if may_correct else None
    context = {
        "sheet": found,
        "facts": directory.facts_of(found),
        "is_mine": is_mine,
        "may_correct": may_correct,
        "verbs": TRANSITIONS.verbs(found.state) if is_mine else [],
        "waiting": waiting is not None and bool(waiting.diff),
        "history_url": f"{found.get_absolute_url()}historique/",
        "structured": structured.network_of(found) if found.is_public else "",
    }
    return render(request, "library/network.html", context)


def _page(
    request: HttpRequest,
    model: type[Method] | type[Resource],
    pk: int,
    slug: str,
    form: ToAllianceForm | None = None,
    status: int = 200,
) -> HttpResponse:
    sheet = visible(request, model, pk)
    if slug != sheet.slug:
        return redirect(sheet.get_absolute_url(), permanent=True)
    is_mine = policies.looks_after(request.user, sheet)
    if form is None and isinstance(sheet, Method) and sheet.is_public and request.user.is_authenticated:
        alliances = acting_in(request.user)
        form = ToAllianceForm(alliances=alliances, method=sheet) if alliances else None
    waiting = moderation_services.open_items(sheet.KIND, sheet).first() if is_mine else None
    context = {
        "sheet": sheet,
        "is_method": isinstance(sheet, Method),
        "noun": NOUNS[Shelf(sheet.shelf)],
        "shelf_label": Shelf(sheet.shelf).label,
        "shelf_url": shelf_url(Shelf(sheet.shelf)),
        "facts": directory.facts_of(sheet),
        "lists": _lists(sheet) if isinstance(sheet, Method) else [],
        "pitfalls": _lines(sheet.pitfalls) if isinstance(sheet, Method) else [],
        "texts": moderation.texts_of(sheet),
        "is_mine": is_mine,
        "verbs": TRANSITIONS.verbs(sheet.state) if is_mine else [],
        "is_draft": sheet.state == State.DRAFT,
        "waiting": waiting if waiting is not None and waiting.diff else None,
        "history_url": f"{sheet.get_absolute_url()}historique/",
        "sort": "methode" if isinstance(sheet, Method) else "outil",
        "correct_url": _correct_url(sheet) if is_mine else "",
        "form": form,
        "structured": structured.script_of(sheet) if sheet.is_public else "",
        "near": [card(one) for one in _near(sheet)],
    }
    return render(request, "library/sheet.html", context, status=status)


def _correct_url(sheet: Method | Resource) -> str:
    """Where a published sheet is corrected, even when a dead link hides it."""
    if sheet.state not in PUBLIC:
        return ""
    return reverse("library:correct", args=["methode" if isinstance(sheet, Method) else "outil", sheet.pk])


def _lists(sheet: Method) -> list[tuple[str, list[str]]]:
    """What is written one by line, under its label."""
    return [
        (label, lines)
        for label, text in (("Les rôles", sheet.roles), ("Le matériel", sheet.materials))
        if (lines := _lines(text))
    ]


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _near(sheet: Method | Resource) -> list[Any]:
    """Up to three others that help with the same steps, or answer the same interest."""
    if not sheet.is_public:
        return []
    for name in ("journey", "interests"):
        values = getattr(sheet, name)
        if values:
            rows = type(sheet).objects.public().filter(**{f"{name}__overlap": values}).exclude(pk=sheet.pk)
            near = list(directory.for_cards(rows.trusted_first())[:3])
            if near:
                return near
    return []


def visible(request: HttpRequest, model: type[Sheet], pk: int) -> Any:
    """A public sheet; anybody's own whatever its state. Else 404."""
    rows: Any = model._default_manager.select_related("organisation", "department", "person")
    if model is Network:
        rows = rows.select_related("region")
    sheet = rows.public().filter(pk=pk).first()
    if sheet is None and request.user.is_authenticated:
        sheet = rows.of_person(request.user.person).filter(pk=pk).first()
    if sheet is None or not (sheet.is_public or policies.looks_after(request.user, sheet)):
        raise Http404
    return sheet


@require_POST
def to_alliance(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """The steps of a method enter the journey of an alliance (K77)."""
    method: Method = get_object_or_404(Method.objects.public(), pk=pk)
    form = ToAllianceForm(request.POST, alliances=acting_in(request.user), method=method)
    if not form.is_valid():
        return _page(request, Method, pk, method.slug, form, status=422)
    alliance, key = form.chosen, form.cleaned_data["step"]
    try:
        helping.add_to_alliance(method, alliance, actor=user_of(request), key=key)
    except RuleBroken as refused:
        form.add_error(None, refused.message)
        return _page(request, Method, pk, method.slug, form, status=409)
    messages.success(request, f"Les étapes de « {method.title} » sont dans le parcours de l’alliance.")
    return redirect(reverse("alliances:journey", args=[alliance.pk, alliance.slug]) + f"#{key}")


def history_of(request: HttpRequest, sheet: Sheet) -> RevisionQuerySet:
    """Every version for whoever looks after the sheet; for the others, those since it was last published."""
    if policies.looks_after(request.user, sheet):
        return Revision.objects.of_sheet(sheet)
    return Revision.objects.read_by_all(sheet)


def history(model: type[Sheet]) -> Callable[..., HttpResponse]:
    """The page of the former words of a sheet."""

    @login_not_required
    @never_cache
    @require_GET
    def view(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
        sheet = visible(request, model, pk)
        if slug != sheet.slug:
            return redirect(f"{sheet.get_absolute_url()}historique/", permanent=True)
        kept = list(history_of(request, sheet).order_by("-number")[:50])
        lines = []
        for place, revision in enumerate(kept):
            former = kept[place + 1].values if place + 1 < len(kept) else None
            lines.append((revision, _changes(sheet, former, revision.values)))
        return render(request, "library/history.html", {"sheet": sheet, "lines": lines})

    return view


def _changes(
    sheet: Sheet, before: dict[str, Any] | None, after: dict[str, Any]
) -> list[tuple[str, str, str]]:
    """(label, before, after) of the words that changed; nothing for the first version."""
    if before is None:
        return []
    return [
        (
            label.capitalize(),
            sheet.in_words(name, before.get(name, "")),
            sheet.in_words(name, after.get(name, "")),
        )
        for name, label in sheet.WORDED.items()
        if before.get(name) != after.get(name)
    ]

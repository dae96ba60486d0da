"""Reading examples: the list with its filters, one of them, its former words."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from alliances.library import policies
from alliances.library.enums import PUBLIC, TRANSITIONS, State
from alliances.library.views import history_of
from alliances.vocabularies import FUNCTIONS, linked, terms_of
from jeveuxagir.common.text import plural
from jeveuxagir.moderation import services as moderation_services
from jeveuxagir.ui.facets import address

from . import directory, structured
from . import policies as consent_policies
from .facets import facets
from .forms import DirectoryForm
from .models import Example

PAGE = 24
VERSIONS = 50


@login_not_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """A wrong value is said in French and left out; the other filters still apply."""
    form = DirectoryForm(request.GET)
    form.is_valid()
    wanted = form.wanted()
    rows = directory.for_cards(directory.found(wanted))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    fields, data = form.fields, request.GET
    feed = {}
    if len(wanted.domains) == 1:
        feed["domaine"] = wanted.domains[0].pk
    if len(wanted.regions) == 1:
        feed["region"] = wanted.regions[0].pk
    context = {
        "form": form,
        "page_obj": page,
        "cards": [directory.Card(one) for one in page],
        "facets": facets(form, wanted),
        "tags": [
            (words, address(fields, data, without=("q",) if name == "q" else (), drop=(name, value)))
            for name, value, words in form.chosen()
        ],
        "filter_errors": bool(form.errors),
        "nearest": [] if page.object_list else [directory.Card(one) for one in directory.home_row()],
        "feed_url": reverse("api:examples_atom") + (f"?{urlencode(feed)}" if feed else ""),
    }
    return render(request, "examples/list.html", context)


@login_not_required
@never_cache
@require_GET
def one(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Result and cost first, then how, then what went wrong."""
    example = visible(request, pk)
    if slug != example.slug:
        return redirect(example.get_absolute_url(), permanent=True)
    is_mine = policies.looks_after(request.user, example)
    consents = list(example.consents.select_related("party__organisation", "party__person"))
    mine = [row for row in consents if consent_policies.speaks_for(request.user, row)]
    waiting = moderation_services.open_items(example.KIND, example).first() if is_mine else None
    context = {
        "sheet": example,
        "card": directory.Card(example),
        "facts": facts_of(example),
        "parties": lines_of(example.parties),
        "pitfalls": lines_of(example.pitfalls),
        "to_confirm": example.state == State.TO_CONFIRM,
        "is_mine": is_mine,
        "consents": consents if is_mine or mine else [],
        "answering": [row for row in mine if not row.is_agreed],
        "agreed_for": [row for row in mine if row.is_agreed],
        "verbs": TRANSITIONS.verbs(example.state) if is_mine else [],
        "is_draft": example.state == State.DRAFT,
        "is_out": example.state in PUBLIC,
        "missing": example.missing() if is_mine and example.state == State.DRAFT else [],
        "waiting": waiting if waiting is not None and waiting.diff else None,
        "alliance": example.alliance if example.alliance is not None and example.alliance.is_public else None,
        "structured": structured.script_of(example) if example.is_public else "",
        "near": [directory.Card(other) for other in directory.near(example)] if example.is_public else [],
    }
    return render(request, "examples/one.html", context)


@login_not_required
@never_cache
@require_GET
def history(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """What was published, and when."""
    example = visible(request, pk)
    if slug != example.slug:
        return redirect("examples:history", pk=pk, slug=example.slug, permanent=True)
    kept = list(history_of(request, example).order_by("-number")[:VERSIONS])
    lines = []
    for place, revision in enumerate(kept):
        before = kept[place + 1].values if place + 1 < len(kept) else None
        lines.append((revision, _changes(example, before, revision.values)))
    return render(request, "library/history.html", {"sheet": example, "lines": lines})


def _changes(
    example: Example, before: dict[str, Any] | None, after: dict[str, Any]
) -> list[tuple[str, str, str]]:
    if before is None:
        return []
    return [
        (
            label.capitalize(),
            example.in_words(name, before.get(name, "")),
            example.in_words(name, after.get(name, "")),
        )
        for name, label in example.WORDED.items()
        if before.get(name) != after.get(name)
    ]


def visible(request: HttpRequest, pk: int) -> Example:
    """A public one; one's own whatever its state; one that tells of one's alliance, to answer for a party. Else 404."""
    rows = Example.objects.public()
    found: Example | None = directory.whole(rows.filter(pk=pk)).select_related(*_WITH).first()
    if found is None and request.user.is_authenticated:
        person = request.user.person
        for own in (Example.objects.of_person(person), consent_policies.asked_of(person)):
            found = found or directory.whole(own.filter(pk=pk)).select_related(*_WITH).first()
    if found is None:
        raise Http404
    return found


#: besides what `directory.whole` gives: the writer, the alliance it tells of
_WITH = (*("organisation", "commune__department", "epci", "county__region", "category"), "person", "alliance")


def facts_of(example: Example) -> list[tuple[str, Any]]:
    """What stands beside the words of its page."""
    months = example.duration_months
    facts: list[tuple[str, Any]] = [
        ("Où", example.where),
        ("Type de territoire", str(example.get_ground_display())),
        ("Taille", str(example.get_size_display())),
        ("Porté par", str(example.get_leader_display())),
        ("Catégorie de partenariat", linked([example.category] if example.category else [])),
        ("Fonctions de catalyseur", linked(terms_of(FUNCTIONS, example.functions))),
        ("Durée", plural(months, "mois", "mois") if months else ""),
        ("Domaines", ", ".join(map(str, example.domains.all()))),
        ("Objectifs de développement durable", linked(example.sdgs.all())),
    ]
    return [(label, value) for label, value in facts if value]


def lines_of(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]

"""The public pages of missions: the search and the mission."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from jeveuxagir.notifications.links import absolute
from organisations.spaces import panels_of

from . import policies, search
from .cards import by_date, cards, places, when, where
from .enums import SlotKind, State
from .filters import SearchForm, Wider, active_filters, address, normalised
from .models import Mission, Slot
from .search import CappedPaginator, SearchQuery
from .words import when_in_words

#: How far "widen" goes around a town.
WIDE_RADIUS = 100
SHOWN_SLOTS = 12


@login_not_required
@require_safe
def missions(request: HttpRequest) -> HttpResponse:
    """The search: one address is one search."""
    data = normalised(request.GET)
    form = SearchForm(data or None)
    query = SearchQuery()
    if form.is_bound:
        form.is_valid()
        query = form.query()
    with transaction.atomic():
        search.set_time_limit()
        paginator, page = _results(request, query)
        found = cards(page)
        counts = search.count_by_domain(query)
        wider = _wider(query, data) if not found else []
    form.show_counts(counts)
    context = {
        "form": form,
        "query": query,
        "tags": active_filters(query, data),
        "sorts": [
            {"label": label, "url": address(data, tri=sort), "current": sort == query.order}
            for sort, label in query.sorts()
        ],
        "more_filters": query.more_filters,
        "paginator": paginator,
        "page": page,
        "cards": found,
        "wider": wider,
    }
    return render(request, "missions/search.html", context)


def _results(request: HttpRequest, query: SearchQuery) -> tuple[CappedPaginator, Any]:
    paginator = CappedPaginator(search.for_cards(search.search_missions(query)), search.PAGE_SIZE)
    return paginator, paginator.get_page(request.GET.get("page", "1")[:12])


def _wider(query: SearchQuery, data: Any) -> list[Wider]:
    """What one click would find: each proposal gives up one filter and says which."""
    attempts: list[tuple[str, SearchQuery, str]] = []
    if query.has_place and query.radius_km < WIDE_RADIUS:
        town = query.commune.name if query.commune else ""
        attempts.append(
            (
                f"Chercher jusqu’à {WIDE_RADIUS} km de {town}",
                replace(query, radius_km=WIDE_RADIUS),
                address(data, rayon=WIDE_RADIUS),
            )
        )
    if query.date_from or query.date_until:
        without = replace(query, date_from=None, date_until=None)
        attempts.append(("Chercher à toutes les dates", without, address(data, without=("du", "au"))))
    if query.text and (query.commune or query.domain or query.remote_only):
        attempts.append(
            (f"Chercher sans « {query.text} »", replace(query, text=""), address(data, without=("q",)))
        )
    if query.domain or query.sdg or query.skill:
        names = ("domaine", "odd", "competence")
        everything = replace(query, domain=None, sdg=None, skill=None)
        attempts.append(("Chercher dans tous les domaines", everything, address(data, without=names)))
    if query.commune and not query.remote_only:
        anywhere = replace(query, remote_only=True)
        attempts.append(("Chercher à distance", anywhere, address(data, distance="on")))
    found = []
    for label, wider, url in attempts:
        count = search.search_missions(wider).order_by()[: search.COUNT_AT_MOST + 1].count()
        if count:
            found.append(Wider(label, url, count))
    return found


@login_not_required
@require_safe
def mission(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """One mission; an old slug leads to the present one; a closed one shows others."""
    found = get_object_or_404(
        Mission.objects.select_related("organisation__commune", "domain", "department").prefetch_related(
            "addresses__commune", "sdgs", "activities", "skills"
        ),
        pk=pk,
    )
    is_public = found.state in (State.OPEN, State.CLOSED, State.DONE) and found.organisation.is_verified
    may_preview = request.user.is_authenticated and (
        policies.can_see_in_space(request.user, found) or policies.can_close(request.user, found)
    )
    if not is_public and not may_preview:
        raise Http404
    if slug != found.slug:
        return redirect(found, permanent=True)
    slots = by_date(Slot.objects.live().filter(mission=found))
    is_open = found.state == State.OPEN and found.organisation.is_verified and bool(slots)
    is_full = is_open and not found.is_imported and not any(slot.free for slot in slots)
    context = {
        "mission": found,
        "facts": _facts(found, slots),
        "slots": [_slot_line(slot) for slot in slots],
        "shown_slots": SHOWN_SLOTS,
        "is_open": is_open,
        "is_full": is_full,
        "is_preview": not is_public,
        "similar": cards(search.similar_to(found)) if not is_open or is_full else [],
        "panels": panels_of("mission.page", request, found),
        "canonical": absolute(found.get_absolute_url()),
    }
    return render(request, "missions/mission.html", context)


def _slot_line(slot: Slot) -> dict[str, Any]:
    words = when_in_words(slot)
    return {"slot": slot, "when": words[0].upper() + words[1:], "free": slot.free}


def _facts(found: Mission, slots: list[Slot]) -> list[tuple[str, str]]:
    """The five facts: where, when, how often, for whom, places."""
    ages = "Dès 16 ans" if found.minimum_age == 16 else "À partir de 18 ans"
    rhythm = found.get_commitment_display()
    kinds = {slot.kind for slot in slots}
    if not rhythm and kinds == {SlotKind.UNDATED}:
        rhythm = "À convenir"
    return [
        ("Où", where(found)),
        ("Quand", when(slots)),
        ("Rythme", rhythm[:1].upper() + rhythm[1:]),
        ("Qui peut venir", ages),
        ("Places", places(found, slots) if slots else ""),
    ]

"""The events that anybody may read: a list with its map, one page for each, and its calendar file."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jeveuxagir.accounts.services import user_of
from jeveuxagir.notifications.links import absolute
from jeveuxagir.taxonomies.licences import Licence
from jeveuxagir.ui.calendar import calendar as calendar_of
from jeveuxagir.ui.calendar import calendar_response
from jeveuxagir.ui.facets import address
from missions.search import set_time_limit

from . import directory, facets, maps, policies, structured, words
from .calendars import entry_of
from .forms import ListForm
from .models import LICENCE, Event, EventQuerySet, Registration

PAGE = 20
SHOWN_DATES = 12
SHOWN_ELSEWHERE = 3
SHOWN_BESIDE = 3


@login_not_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """To come, or past with their replays. The map shows what the list does."""
    form = ListForm(request.GET)
    form.is_valid()
    wanted = form.wanted()
    with transaction.atomic():
        set_time_limit()
        page = Paginator(directory.for_cards(directory.found(wanted)), PAGE).get_page(request.GET.get("page"))
        cards = [directory.card(event) for event in page]
    first = page.start_index()
    drawn = maps.maps_of(cards, first=first) if form.on_map and cards else []
    fields, data = form.fields, request.GET
    elsewhere = []
    if not cards:
        rows = directory.for_cards(directory.found(directory.Wanted(past=wanted.past)))
        elsewhere = [directory.card(event) for event in rows[:SHOWN_ELSEWHERE]]
    here = {name: reverse(f"api:events_{name}") for name in ("atom", "diary")}
    kept = address(fields, data, without=("vue", "quand"))
    context = {
        "form": form,
        "page_obj": page,
        "cards": cards,
        "elsewhere": elsewhere,
        "facets": facets.facets(form, wanted),
        "tags": [
            (
                said,
                address(fields, data, without=(name,))
                if name in ("q", "lieu", "replay")
                else address(fields, data, drop=(name, value)),
            )
            for name, value, said in form.chosen()
        ],
        "filter_errors": bool(set(form.errors) - {"q", "lieu"}),
        "past": wanted.past or wanted.replay,
        "on_map": form.on_map,
        "maps": drawn,
        "off_map": len(cards) - sum(each.results for each in drawn),
        "first": first,
        "list_url": address(fields, data, without=("vue",)),
        "map_url": address(fields, data, vue="carte"),
        "to_come_url": address(fields, data, without=("quand", "replay")),
        "past_url": address(fields, data, quand="passes"),
        "tiles_credit": settings.SEARCH_TILES_CREDIT,
        "atom_url": here["atom"] + kept,
        "diary_url": here["diary"] + kept,
    }
    return render(request, "events/list.html", context)


@login_not_required
@never_cache
@require_safe
def public(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """What it is, when, where, what is left; then, once past, its replay and its report."""
    event = _visible(request, pk)
    if slug != event.slug:
        return redirect(event, permanent=True)
    own = _own(request, event)
    is_organiser = policies.is_organiser(request.user, event)
    url = absolute(event.get_absolute_url())
    other_dates = []
    if event.series_id:
        rows = Event.objects.public().to_come().filter(series=event.series_id).exclude(pk=event.pk)
        other_dates = list(
            rows.select_related("organisation", "commune").order_by("starts_at", "pk")[:SHOWN_DATES]
        )
    context = {
        "event": event,
        "when": words.when(event),
        "ways": words.of_each_way(event) if event.takes_registrations else [],
        "own": own,
        "own_url": reverse("events:mine") if own else "",
        "is_organiser": is_organiser,
        "other_dates": [(one, words.when(one)) for one in other_dates],
        "beside": [
            directory.card(one) for one in directory.for_cards(directory.beside(event))[:SHOWN_BESIDE]
        ],
        "sdgs": list(event.sdgs.all()),
        "alliance": event.alliance if event.alliance and event.alliance.is_public else None,
        "structured": structured.script_of(event) if event.is_public else "",
        "canonical": url,
        "licence": LICENCE,
        "licence_url": Licence.OPEN.url,
        "sign_in": "?" + urlencode({"next": reverse("events:register", args=[event.pk, event.slug])}),
        "report_url": f"{reverse('moderation:report')}?{urlencode({'page': event.get_absolute_url()})}",
    }
    return render(request, "events/public.html", context)


@login_not_required
@require_safe
def calendar(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """For any diary: a change is the same appointment with a higher sequence, a cancellation takes it out."""
    event = _visible(request, pk)
    own = _own(request, event)
    online_url = event.online_url if own and own.how == "online" and not own.is_waiting else ""
    entry = entry_of(event, online_url=online_url)
    response = calendar_response(calendar_of([entry], name=event.title), name=event.title)
    if online_url:
        response["Cache-Control"] = "private, no-store"
    return response


def _own(request: HttpRequest, event: Event) -> Registration | None:
    if not request.user.is_authenticated:
        return None
    mine = Registration.objects.of_person(user_of(request).person).live()
    own = mine.filter(event=event).first()
    if own is not None:
        own.event = event
    return own


def _visible(request: HttpRequest, pk: int) -> Event:
    """A draft is shown to those who handle its organisation, as the public will see it."""
    event: Event | None = rows(Event.objects.public()).filter(pk=pk).first()
    if event is not None:
        return event
    if not request.user.is_authenticated:
        raise Http404
    return get_object_or_404(rows(Event.objects.of_person(user_of(request).person)), pk=pk)


def rows(events: EventQuerySet) -> EventQuerySet:
    """With all that a page reads."""
    return events.select_related(
        "organisation__commune", "commune__department", "department", "domain", "alliance", "series"
    )

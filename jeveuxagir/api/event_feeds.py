"""A search of events as Atom or as a diary: the address of the page with another path."""

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from alliances.events import directory
from alliances.events.calendars import entry_of
from alliances.events.forms import ListForm, described
from jeveuxagir.accounts import limits
from jeveuxagir.common.client_address import client_address
from jeveuxagir.common.text import NBSP, of
from jeveuxagir.notifications.links import absolute
from jeveuxagir.ui.calendar import calendar
from jeveuxagir.ui.errors import too_many_requests
from jeveuxagir.ui.facets import address
from missions.search import set_time_limit

#: events in a feed; dates in a diary
MOST_ENTRIES = 50
MOST_DATES = 200


@login_not_required
@require_safe
@cache_control(public=True, max_age=900)
@conditional_page
def atom(request: HttpRequest) -> HttpResponse:
    """The events of a search, the last published first."""
    form, refused = _form(request)
    if refused is not None:
        return refused
    wanted = form.wanted()
    feed = Atom1Feed(
        title=f"Événements{NBSP}: {described(wanted)}",
        link=absolute(reverse("events:list") + address(form.fields, request.GET)),
        description="Les événements qui répondent à cette recherche.",
        language="fr",
        feed_url=absolute(request.get_full_path()),
        author_name="Jeveuxagir",
    )
    with transaction.atomic():
        set_time_limit()
        rows = directory.for_cards(directory.found(wanted)).order_by("-published_at", "-pk")
        for event in rows[:MOST_ENTRIES]:
            card = directory.card(event)
            said = f"{event.get_kind_display().capitalize()} {of(event.organisation.name)}. {card.when}. {card.where}."
            feed.add_item(
                title=event.title,
                link=absolute(event.get_absolute_url()),
                unique_id=absolute(f"/evenements/{event.pk}"),
                unique_id_is_permalink=False,
                description=f"{said} {event.description[:600]}",
                pubdate=event.published_at,
                updateddate=event.updated_at,
                author_name=event.organisation.name,
                categories=[event.get_kind_display(), *([event.domain.name] if event.domain else [])],
            )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


@login_not_required
@require_safe
@cache_control(public=True, max_age=900)
@conditional_page
def diary(request: HttpRequest) -> HttpResponse:
    """The dates of a search, to subscribe to."""
    form, refused = _form(request)
    if refused is not None:
        return refused
    wanted = form.wanted()
    with transaction.atomic():
        set_time_limit()
        entries = [entry_of(event) for event in directory.for_cards(directory.found(wanted))[:MOST_DATES]]
    content = calendar(entries, name=f"Événements : {described(wanted)}")
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")


def _form(request: HttpRequest) -> tuple[ListForm, HttpResponse | None]:
    """The search, or why it cannot be followed."""
    form = ListForm(request.GET)
    if not limits.hit("api_address", client_address(request)):
        return form, too_many_requests(request)
    if form.is_valid():
        return form, None
    said = "\n".join(f"- {sentence}" for sentences in form.errors.values() for sentence in sentences)
    return form, HttpResponse(
        f"Cette recherche ne peut pas être suivie.\n{said}\n",
        status=400,
        content_type="text/plain; charset=utf-8",
    )

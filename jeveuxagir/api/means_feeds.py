"""A search of needs of means as Atom: the address of the page with another path."""

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from jeveuxagir.accounts import limits
from jeveuxagir.common.client_address import client_address
from jeveuxagir.common.text import NBSP
from jeveuxagir.notifications.links import absolute
from jeveuxagir.ui.dates import exact
from jeveuxagir.ui.errors import too_many_requests
from jeveuxagir.ui.facets import address
from missions.resources import directory
from missions.resources.forms import ListForm, described
from missions.search import set_time_limit

MOST_ENTRIES = 50


@login_not_required
@require_safe
@cache_control(public=True, max_age=900)
@conditional_page
def atom(request: HttpRequest) -> HttpResponse:
    """The needs of a search, the last published first."""
    form = ListForm(request.GET)
    if not limits.hit("api_address", client_address(request)):
        return too_many_requests(request)
    if not form.is_valid():
        said = "\n".join(f"- {sentence}" for sentences in form.errors.values() for sentence in sentences)
        return HttpResponse(
            f"Cette recherche ne peut pas être suivie.\n{said}\n",
            status=400,
            content_type="text/plain; charset=utf-8",
        )
    wanted = form.wanted()
    feed = Atom1Feed(
        title=f"Besoins de moyens{NBSP}: {described(wanted)}",
        link=absolute(reverse("resources:list") + address(form.fields, request.GET)),
        description="Les besoins de moyens qui répondent à cette recherche.",
        language="fr",
        feed_url=absolute(request.get_full_path()),
        author_name="Jeveuxagir",
    )
    with transaction.atomic():
        set_time_limit()
        rows = directory.for_cards(directory.found(wanted)).order_by("-opened_at", "-pk")
        for need in rows[:MOST_ENTRIES]:
            said = f"{need.organisation.name}, {need.commune.label}. {need.asked}, jusqu’au {exact(need.deadline)}."
            feed.add_item(
                title=need.title,
                link=absolute(need.get_absolute_url()),
                unique_id=absolute(f"/moyens/{need.pk}"),
                unique_id_is_permalink=False,
                description=f"{said} {need.purpose[:600]}",
                pubdate=need.opened_at,
                updateddate=need.updated_at,
                author_name=need.organisation.name,
                categories=[need.get_kind_display(), need.domain.name],
            )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")

"""What other programs follow: a search as Atom or as a diary, all that a place or a theme has, and our own missions in
the partners' format."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from alliances.examples import directory as examples
from alliances.library import directory as library
from jeveuxagir.accounts import limits
from jeveuxagir.common.client_address import client_address
from jeveuxagir.common.clock import PARIS, now, today
from jeveuxagir.common.text import clean
from jeveuxagir.findable import registry
from jeveuxagir.findable.models import Entry, EntryQuerySet, area, place_of
from jeveuxagir.notifications.links import absolute
from jeveuxagir.taxonomies.models import Domain
from jeveuxagir.territories.models import Department, Region
from jeveuxagir.ui.calendar import calendar
from jeveuxagir.ui.errors import too_many_requests
from missions import search
from missions.calendars import entry_of
from missions.cards import card
from missions.enums import MissionMode, SlotKind
from missions.filters import SearchForm, address, describe, normalised
from missions.models import Mission, MissionAddress, Slot
from missions.offers import directory as offers
from missions.offers.words import employer_in_words, left_in_words
from missions.search import SearchQuery, Sort
from missions.skill_needs import directory as skill_needs

#: missions in a feed of a search; dates, then weekly rhythms in its diary
MOST_ENTRIES = 50
MOST_DATES = 200
MOST_RHYTHMS = 100
BATCH = 500


class _Feed(Atom1Feed):
    def latest_post_date(self) -> datetime:
        """An empty feed dates from this morning, not from this second: its ETag holds until something changes."""
        return super().latest_post_date() if self.items else datetime.combine(today(), time.min, PARIS)


@login_not_required
@require_safe
@cache_control(public=True, max_age=900)
@conditional_page
def atom(request: HttpRequest) -> HttpResponse:
    """The newest missions of a search: the page's own address with another path."""
    query, refused = _query(request)
    if refused is not None:
        return refused
    page = absolute(reverse("missions:list") + address(normalised(request.GET)))
    feed = _Feed(
        title=f"Missions : {describe(query)}",
        link=page,
        description="Les missions de bénévolat qui répondent à cette recherche.",
        language="fr",
        feed_url=absolute(request.get_full_path()),
        author_name="Jeveuxagir",
    )
    with transaction.atomic():
        search.set_time_limit()
        for mission in search.whole(search.search_missions(query))[:MOST_ENTRIES]:
            shown = card(mission)
            where_and_when = ", ".join(filter(None, (shown.where, shown.distance)))
            feed.add_item(
                title=mission.title,
                link=absolute(mission.get_absolute_url()),
                unique_id=absolute(f"/missions/{mission.pk}"),
                unique_id_is_permalink=False,
                description=f"{mission.organisation.name}. {where_and_when}. {shown.when}. {shown.places}.",
                pubdate=mission.published_at,
                updateddate=mission.updated_at,
                author_name=mission.organisation.name,
                categories=[mission.domain.name] if mission.domain else [],
            )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


@login_not_required
@require_safe
@cache_control(public=True, max_age=900)
@conditional_page
def skill_needs_atom(request: HttpRequest) -> HttpResponse:
    """The newest skill needs: of one `departement`, of one `domaine`. A value that does not exist says so."""
    if not limits.hit("api_address", client_address(request)):
        return too_many_requests(request)
    asked = {name: clean(request.GET.get(name, ""))[:50] for name in ("domaine", "departement")}
    domains = list(Domain.objects.active().filter(pk=asked["domaine"])) if asked["domaine"] else []
    departments = list(Department.objects.filter(pk=asked["departement"])) if asked["departement"] else []
    if (asked["domaine"] and not domains) or (asked["departement"] and not departments):
        return HttpResponse(
            "Ce flux n’existe pas : vérifiez le département et le domaine.\n",
            status=400,
            content_type="text/plain; charset=utf-8",
        )
    feed = _Feed(
        title=", ".join(["Besoins de compétences", *(str(one) for one in (*departments, *domains))]),
        link=absolute(reverse("skill_needs:list")),
        description="Ce que des associations cherchent à faire avec quelqu’un du métier.",
        language="fr",
        feed_url=absolute(request.get_full_path()),
        author_name="Jeveuxagir",
    )
    wanted = skill_needs.Wanted(domains=domains, departments=departments)
    for need in skill_needs.found(wanted).for_cards().order_by("-opened_at", "-pk")[:MOST_ENTRIES]:
        feed.add_item(
            title=need.title,
            link=absolute(need.get_absolute_url()),
            unique_id=absolute(f"/besoins/{need.pk}"),
            unique_id_is_permalink=False,
            description=f"{need.organisation.name}. {need.volume}. {need.deliverable}",
            pubdate=need.opened_at,
            updateddate=need.updated_at,
            author_name=need.organisation.name,
            categories=[need.domain.name] if need.domain else [],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


@login_not_required
@require_safe
@cache_control(public=True, max_age=900)
@conditional_page
def offers_atom(request: HttpRequest) -> HttpResponse:
    """The newest offers that anybody may read: of one `departement`. One that does not exist says so."""
    if not limits.hit("api_address", client_address(request)):
        return too_many_requests(request)
    asked = clean(request.GET.get("departement", ""))[:50]
    departments = list(Department.objects.filter(pk=asked)) if asked else []
    if asked and not departments:
        return HttpResponse(
            "Ce flux n’existe pas : vérifiez le département.\n",
            status=400,
            content_type="text/plain; charset=utf-8",
        )
    feed = _Feed(
        title=", ".join(["Offres de mécénat de compétences", *map(str, departments)]),
        link=absolute(reverse("offers:list")),
        description="Le temps que des employeurs donnent à des associations.",
        language="fr",
        feed_url=absolute(request.get_full_path()),
        author_name="Jeveuxagir",
    )
    for offer in offers.found(offers.Wanted(departments=departments)).for_cards()[:MOST_ENTRIES]:
        employer = employer_in_words(offer)
        feed.add_item(
            title=offer.title,
            link=absolute(offer.get_absolute_url()),
            unique_id=absolute(f"/mecenat/offres/{offer.pk}"),
            unique_id_is_permalink=False,
            description=f"{employer}. {left_in_words(offer)}. {offer.description}",
            pubdate=offer.first_timers_until,
            updateddate=offer.updated_at,
            author_name=employer,
            categories=[skill.name for skill in offer.skills.all()],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


@login_not_required
@require_safe
@cache_control(public=True, max_age=900)
@conditional_page
def examples_atom(request: HttpRequest) -> HttpResponse:
    """The newest inspiring examples: of one `region`, of one `domaine`. A value that does not exist says so."""
    if not limits.hit("api_address", client_address(request)):
        return too_many_requests(request)
    asked = {name: clean(request.GET.get(name, ""))[:50] for name in ("domaine", "region")}
    domains = list(Domain.objects.active().filter(pk=asked["domaine"])) if asked["domaine"] else []
    regions = list(Region.objects.filter(pk=asked["region"])) if asked["region"] else []
    if (asked["domaine"] and not domains) or (asked["region"] and not regions):
        return HttpResponse(
            "Ce flux n’existe pas : vérifiez la région et le domaine.\n",
            status=400,
            content_type="text/plain; charset=utf-8",
        )
    feed = Atom1Feed(
        title=", ".join(["Exemples inspirants", *(str(one) for one in (*regions, *domains))]),
        link=absolute(reverse("examples:list")),
        description="Ce que d’autres ont fait, ce que cela a coûté, et ce qui a mal marché.",
        language="fr",
        feed_url=absolute(request.get_full_path()),
        author_name="Jeveuxagir",
    )
    wanted = examples.Wanted(domains=domains, regions=regions)
    rows = examples.whole(examples.found(wanted)).order_by("-published_at", "-pk")
    for one in rows[:MOST_ENTRIES]:
        feed.add_item(
            title=one.title,
            link=absolute(one.get_absolute_url()),
            unique_id=absolute(f"/bibliotheque/example/{one.pk}"),
            unique_id_is_permalink=False,
            description=f"{one.summary} Coût : {one.get_cost_display()}.",
            pubdate=one.published_at,
            updateddate=one.updated_at,
            author_name=one.by,
            categories=[domain.name for domain in one.domains.all()],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


@login_not_required
@require_safe
@cache_control(public=True, max_age=900)
@conditional_page
def library_atom(request: HttpRequest) -> HttpResponse:
    """The newest sheets of the library: of one shelf (`etagere`), of one `domaine`, of one `departement`.

    A value that does not exist finds nothing, and says so.
    """
    if not limits.hit("api_address", client_address(request)):
        return too_many_requests(request)
    asked = {name: request.GET.get(name, "") for name in ("etagere", "domaine", "departement")}
    shelves = [shelf for shelf in library.SHELVES if asked["etagere"] in ("", shelf.value)]
    domains = list(Domain.objects.active().filter(pk=clean(asked["domaine"]))) if asked["domaine"] else []
    if not shelves or (asked["domaine"] and not domains):
        return HttpResponse(
            "Ce flux n’existe pas : vérifiez l’étagère et le domaine.\n",
            status=400,
            content_type="text/plain; charset=utf-8",
        )
    wanted = library.Wanted(domains=domains)
    names = [str(shelf.label) for shelf in shelves] if asked["etagere"] else ["Bibliothèque"]
    feed = _Feed(
        title=", ".join([*names, *(domain.name for domain in domains)]),
        link=absolute(reverse("library:home")),
        description="Les dernières fiches de la bibliothèque.",
        language="fr",
        feed_url=absolute(request.get_full_path()),
        author_name="Jeveuxagir",
    )
    sheets: list[library.Shelved] = []
    for shelf in shelves:
        rows = library.for_cards(library.found(shelf, wanted))
        if asked["departement"]:
            rows = rows.filter(department=clean(asked["departement"])[:3])
        sheets += rows.order_by("-published_at", "-pk")[:MOST_ENTRIES]
    sheets.sort(key=lambda sheet: (sheet.published_at or sheet.created_at, sheet.pk), reverse=True)
    for sheet in sheets[:MOST_ENTRIES]:
        feed.add_item(
            title=sheet.title,
            link=absolute(sheet.get_absolute_url()),
            unique_id=absolute(f"/bibliotheque/{sheet._meta.model_name}/{sheet.pk}"),
            unique_id_is_permalink=False,
            description=sheet.summary,
            pubdate=sheet.published_at,
            updateddate=sheet.updated_at,
            author_name=sheet.by,
            categories=[domain.name for domain in sheet.domains.all()],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


@login_not_required
@require_safe
@cache_control(public=True, max_age=900)
@conditional_page
def diary(request: HttpRequest) -> HttpResponse:
    """The dates to come of a search's missions and their weekly rhythms, to subscribe to."""
    query, refused = _query(request)
    if refused is not None:
        return refused
    with transaction.atomic():
        search.set_time_limit()
        found = search.search_missions(query).order_by().values("pk")
        slots = (
            Slot.objects.live()
            .filter(mission__in=found)
            .select_related("mission__organisation")
            .prefetch_related(
                Prefetch("mission__addresses", MissionAddress.objects.select_related("commune"))
            )
        )
        dated = slots.filter(kind=SlotKind.DATED).order_by("starts_at", "pk")
        weekly = slots.filter(kind=SlotKind.WEEKLY).order_by("-pk")
        found_slots = [*dated[:MOST_DATES], *weekly[:MOST_RHYTHMS]]
        entries = [entry for slot in found_slots if (entry := entry_of(slot, slot.mission)) is not None]
    content = calendar(entries, name=f"Missions : {describe(query)}")
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")


def _query(request: HttpRequest) -> tuple[SearchQuery, HttpResponse | None]:
    """The search, newest first unless it says otherwise; or why it cannot be followed."""
    if not limits.hit("api_address", client_address(request)):
        return SearchQuery(), too_many_requests(request)
    data = normalised(request.GET)
    if not data.get("tri"):
        data["tri"] = Sort.RECENT
    form = SearchForm(data)
    if form.is_valid():
        return form.query(), None
    words = [sentence for sentences in form.errors.values() for sentence in sentences]
    return SearchQuery(), HttpResponse(
        "Cette recherche ne peut pas être suivie.\n"
        + "\n".join(f"- {sentence}" for sentence in words)
        + "\n",
        status=400,
        content_type="text/plain; charset=utf-8",
    )


# --- all that a place or a theme has ------------------------------------------------------------------------


@login_not_required
@require_safe
@cache_control(public=True, max_age=900)
@conditional_page
def territory(request: HttpRequest, code: str) -> HttpResponse:
    """The newest things of a place, of every kind, and of what covers it: « d26 », « c26281 »."""
    place = place_of(code)
    if place is None or area(place) != code:
        raise Http404
    label = str(getattr(place, "label", place))
    page = f"{reverse('web:find')}?territoire={code}"
    return _whole(request, Entry.objects.current().at(place), f"Tout ce qui se passe : {label}", page)


@login_not_required
@require_safe
@cache_control(public=True, max_age=900)
@conditional_page
def domain(request: HttpRequest, code: str) -> HttpResponse:
    """The newest things of a theme, wherever they are."""
    theme = get_object_or_404(Domain.objects.active(), pk=code)
    page = f"{reverse('web:find')}?domaine={theme.pk}"
    rows = Entry.objects.current().filter(domains__contains=[theme.pk])
    return _whole(request, rows, f"Tout sur le domaine « {theme.name} »", page)


def _whole(request: HttpRequest, rows: EntryQuerySet, title: str, page: str) -> HttpResponse:
    if not limits.hit("api_address", client_address(request)):
        return too_many_requests(request)
    feed = Atom1Feed(
        title=title,
        link=absolute(page),
        description="Missions, alliances, problèmes communs, événements, exemples : les derniers publiés.",
        language="fr",
        feed_url=absolute(request.path),
        author_name="Jeveuxagir",
    )
    names = {source.kind: source.label for source in registry.sources}
    for entry in rows.defer("words", "search", "titles").newest()[:MOST_ENTRIES]:
        kind = names.get(entry.kind, entry.kind)
        feed.add_item(
            title=entry.title,
            link=absolute(entry.url),
            unique_id=absolute(f"/flux/{entry.kind}/{entry.object_id}"),
            unique_id_is_permalink=False,
            description=". ".join(filter(None, (kind.capitalize(), entry.note, entry.where, entry.summary))),
            pubdate=entry.published_at,
            updateddate=entry.published_at,
            categories=[kind],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


# --- our missions, in the partners' format ----------------------------------------------------------------


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def partners(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Every open mission published here (not those of partners), in the format that we read from them."""
    if not limits.hit("feed_address", client_address(request)):
        return too_many_requests(request, seconds=limits.LIMITS["feed_address"].seconds)
    if request.method == "HEAD":
        return HttpResponse(content_type="application/xml; charset=utf-8")
    response = StreamingHttpResponse(_document(), content_type="application/xml; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="missions.xml"'
    return response


def _document() -> Iterator[bytes]:
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<source>'
        + _tag("publisher", "Jeveuxagir")
        + _tag("publisherurl", absolute("/"))
        + _tag("lastBuildDate", _instant(now()))
        + "\n"
    ).encode()
    for missions in _batches():
        yield "".join(map(_mission, missions)).encode()
    yield b"</source>\n"


def _batches() -> Iterator[list[Mission]]:
    """By key, some at a time: no cursor stays open however slow the reader is. A full mission is left out."""
    last = 0
    rows = search.whole(Mission.objects.open().filter(source="")).prefetch_related("activities")
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        yield [mission for mission in batch if any(slot.free for slot in mission.live_slots)]  # type: ignore[attr-defined]


def _mission(mission: Mission) -> str:
    slots: list[Slot] = mission.live_slots  # type: ignore[attr-defined]
    organisation = mission.organisation
    start, end = _bounds(slots)
    remote = {MissionMode.ON_SITE: "no", MissionMode.REMOTE: "full", MissionMode.HYBRID: "possible"}
    parts = [
        _tag("title", mission.title),
        _tag("clientId", f"jva-{mission.pk}"),
        _tag(
            "description",
            "".join(f"<p>{escape(line)}</p>" for line in mission.description.split("\n") if line),
        ),
        _tag("applicationUrl", absolute(mission.get_absolute_url())),
        _tag("postedAt", _instant(mission.published_at)),
        _tag("startAt", start),
        _tag("endAt", end),
        "<addresses>" + "".join(map(_address, mission.addresses.all())) + "</addresses>",
        _tag("activity", ", ".join(activity.code for activity in mission.activities.all())),
        _tag("domain", mission.domain.code if mission.domain else ""),
        _tag("remote", remote[MissionMode(mission.mode)]),
        _tag("schedule", card(mission).when),
        _tag("places", str(sum(slot.free for slot in slots))),
        _tag("openToMinors", "yes" if mission.minimum_age == 16 else "no"),
        _tag("organizationClientId", f"jva-org-{organisation.pk}"),
        _tag("organizationName", organisation.name),
        _tag("organizationRNA", organisation.rna),
        _digits("organizationSiren", organisation.siren),
        _tag("organizationUrl", absolute(organisation.get_absolute_url())),
    ]
    return "<mission>" + "".join(parts) + "</mission>\n"


def _address(where: MissionAddress) -> str:
    point = ""
    if where.latitude is not None and where.longitude is not None:
        point = f"<location>{_tag('lat', str(where.latitude))}{_tag('lon', str(where.longitude))}</location>"
    return (
        "<address>"
        + _tag("street", where.street)
        + _digits("postalCode", where.postal_code or next(iter(where.commune.postal_codes), ""))
        + _tag("city", where.commune.name)
        + _digits("departmentCode", where.commune.department_id)
        + _tag("country", "FR")
        + point
        + "</address>"
    )


def _bounds(slots: list[Slot]) -> tuple[str, str]:
    """The first and the last instant of these slots; the last is open when one of them has no end."""
    starts = [slot.starts_at or _midnight(slot.valid_from or today()) for slot in slots]
    ends = [
        slot.ends_at or (_midnight(slot.valid_until, time.max) if slot.valid_until else None)
        for slot in slots
    ]
    last = max(end for end in ends if end) if all(ends) else None
    return _instant(min(starts)), _instant(last)


def _midnight(day: date, at: time = time.min) -> datetime:
    return datetime.combine(day, at, tzinfo=ZoneInfo("Europe/Paris"))


def _instant(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _tag(name: str, text: str) -> str:
    """One tag, its text whole whatever it holds; nothing when empty: an absent tag says "unknown"."""
    shown = "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
    return f"<{name}>{_cdata(shown)}</{name}>" if shown else ""


def _digits(name: str, number: str) -> str:
    """A number that may begin with 0, one figure at a time: some readers would take it for a quantity."""
    return f"<{name}>{''.join(map(_cdata, number))}</{name}>" if number else ""


def _cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"

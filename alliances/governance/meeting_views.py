"""The meetings of an alliance: to come and past, one with its agenda and who comes, its minutes, its calendar file."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.notifications import live_parties, people_of
from alliances.spaces import AllianceRequest, party_required
from alliances.views import space_context
from jeveuxagir.accounts import nonces
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.ui.calendar import calendar_response

from . import policies, services
from .calendars import file_of
from .enums import Coming, MeetingState
from .forms import MeetingForm, MinutesForm
from .models import Meeting

PER_PAGE = 20
COMING_WORDS = {Coming.YES: "Je viens", Coming.MAYBE: "Je ne sais pas encore", Coming.NO: "Je ne viens pas"}


@party_required()
@require_safe
def meetings(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """Those to come, the nearest first; then the past ones, the latest first."""
    every = request.alliance.meetings.all()
    to_come = list(every.filter(starts_at__gt=now()).order_by("starts_at", "pk")[:50])
    past = every.filter(starts_at__lte=now())
    page = Paginator(past, PER_PAGE).get_page(request.GET.get("page"))
    for row in (*to_come, *page):
        row.alliance = request.alliance
    context = {
        **space_context(request),
        "to_come": to_come,
        "page_obj": page,
        "may_convene": _may_convene(request),
    }
    return render(request, "governance/meetings.html", context)


@party_required()
@never_cache
@require_safe
def meeting(request: AllianceRequest, pk: int, slug: str, meeting_pk: int) -> HttpResponse:
    """Agenda, who comes, minutes, what was decided and who does what."""
    row = _meeting(request, meeting_pk)
    answers = list(row.attendances.select_related("person", "party").order_by("answered_at", "pk"))
    mine = next((one.coming for one in answers if one.person_id == request.user.person_id), None)
    planned, held = row.state == MeetingState.PLANNED, row.state == MeetingState.HELD
    goes_on = not request.alliance.is_closed
    context = {
        **space_context(request),
        "meeting": row,
        "answers": [
            (words, value, [one for one in answers if one.coming == value])
            for value, words in COMING_WORDS.items()
        ],
        "choices": list(COMING_WORDS.items()),
        "mine": mine,
        "may_answer": planned and not row.is_over and goes_on,
        "may_change": planned and goes_on and _may_convene(request),
        "may_minute": (planned or held) and row.is_over and goes_on and _may_convene(request),
        "came": [one for one in answers if one.came],
        "decisions": list(row.decisions.order_by("created_at", "pk")),
        "tasks": list(row.tasks.select_related("party", "person").order_by("due_on", "pk")),
        "may_propose": goes_on and policies.can_propose(request.user, request.alliance),
    }
    for linked in (*context["decisions"], *context["tasks"]):
        linked.alliance = request.alliance
    return render(request, "governance/meeting.html", context)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def convene(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    _must_convene(request)
    zone = Meeting(zone=request.alliance.department.timezone).zone_words
    form = MeetingForm(request.POST or None, zone=zone)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                    if sent.first:
                        made = services.convene(request.alliance, actor=request.user, **_said(form))
                        sent.outcome = made.page_url
                messages.success(request, "La réunion est prévue. Les parties sont prévenues.")
                return redirect(sent.outcome)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    context = {**space_context(request), "form": form, "title": "Prévoir une réunion", "meeting": None}
    return render(request, "governance/meeting_form.html", context, status=status)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: AllianceRequest, pk: int, slug: str, meeting_pk: int) -> HttpResponse:
    """Another hour or place: everybody is told once more, and the calendar file changes."""
    row = _meeting(request, meeting_pk)
    _must_convene(request)
    initial = {
        "title": row.title,
        "day": row.local_start.date(),
        "start": row.local_start.time(),
        "minutes_long": row.minutes_long,
        "place": row.place,
        "online_url": row.online_url,
        "agenda": "\n".join(row.agenda),
        "version": row.version,
    }
    form = MeetingForm(request.POST or None, initial=initial, zone=row.zone_words, length=row.minutes_long)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                version = form.cleaned_data["version"] or 0
                services.change_meeting(row, actor=request.user, version=version, **_said(form))
                messages.success(request, "C’est enregistré.")
                return redirect(row.page_url)
            except RuleBroken as broken:
                _keep(form, row, broken)
                status = 409
    context = {**space_context(request), "form": form, "title": "Modifier la réunion", "meeting": row}
    return render(request, "governance/meeting_form.html", context, status=status)


@party_required(act=True)
@require_POST
def cancel(request: AllianceRequest, pk: int, slug: str, meeting_pk: int) -> HttpResponse:
    row = _meeting(request, meeting_pk)
    _must_convene(request)
    try:
        services.cancel_meeting(row, actor=request.user)
        messages.success(request, "La réunion est annulée. Les parties sont prévenues.")
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    return redirect(row.page_url)


@party_required()
@require_POST
def answer(request: AllianceRequest, pk: int, slug: str, meeting_pk: int) -> HttpResponse:
    """I come, or not: any member of a party."""
    row = _meeting(request, meeting_pk)
    try:
        services.answer_meeting(row, actor=request.user, coming=request.POST.get("coming", ""))
        messages.success(request, "Votre réponse est notée. Vous pouvez encore en changer.")
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    return redirect(row.page_url)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def minutes(request: AllianceRequest, pk: int, slug: str, meeting_pk: int) -> HttpResponse:
    """What was said and who came. Written by somebody else meanwhile, one's own words stay in the form."""
    row = _meeting(request, meeting_pk)
    _must_convene(request)
    came = row.attendances.filter(came=True) if row.minutes else row.attendances.filter(coming=Coming.YES)
    initial = {
        "minutes": row.minutes or _outline(row),
        "came": list(came.values_list("person_id", flat=True)),
        "version": row.version,
    }
    form = MinutesForm(request.POST or None, people=_people(row), initial=initial)
    status, theirs = 200, ""
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            try:
                services.minute(
                    row,
                    actor=request.user,
                    version=said["version"] or 0,
                    minutes=said["minutes"],
                    came=said["came"],
                )
                messages.success(request, "Le compte rendu est enregistré. Les parties le lisent ici.")
                return redirect(row.page_url)
            except RuleBroken as broken:
                _keep(form, row, broken)
                theirs = row.minutes if isinstance(broken, Stale) else ""
                status = 409
    context = {**space_context(request), "form": form, "meeting": row, "theirs": theirs}
    return render(request, "governance/minutes.html", context, status=status)


@party_required()
@require_safe
def calendar_file(request: AllianceRequest, pk: int, slug: str, meeting_pk: int) -> HttpResponse:
    """For any diary."""
    row = _meeting(request, meeting_pk)
    return calendar_response(file_of(row), name=f"reunion {row.title}")


def _said(form: MeetingForm) -> dict[str, Any]:
    names = ("title", "day", "start", "minutes_long", "place", "online_url", "agenda")
    return {name: form.cleaned_data[name] for name in names}


def _keep(form: Any, row: Meeting, broken: RuleBroken) -> None:
    """What was typed stays; sent again, it is over what the page now shows."""
    if isinstance(broken, Stale):
        row.refresh_from_db()
        form.data = form.data.copy()
        form.data["version"] = str(row.version)
    form.add_error(None, broken.message)


def _outline(row: Meeting) -> str:
    """The points of the agenda, to write under."""
    return "\n\n".join(f"{number}. {point}" for number, point in enumerate(row.agenda, start=1))


def _people(row: Meeting) -> list[tuple[int, str]]:
    """Who speaks for a party, and who answered."""
    known = {person.pk: person.full_name for person in people_of(live_parties(row.alliance))}
    for one in row.attendances.select_related("person"):
        known.setdefault(one.person_id, one.person.full_name)
    return sorted(known.items(), key=lambda pair: pair[1])


def _may_convene(request: AllianceRequest) -> bool:
    return not request.alliance.is_closed and policies.can_convene(request.user, request.alliance)


def _must_convene(request: AllianceRequest) -> None:
    if not policies.can_convene(request.user, request.alliance):
        raise NotAllowed(
            "Qui anime ou facilite l’alliance prévoit les réunions et en écrit les comptes rendus."
        )


def _meeting(request: AllianceRequest, pk: int) -> Meeting:
    row = get_object_or_404(request.alliance.meetings, pk=pk)
    row.alliance = request.alliance
    return row

"""An organisation's owners and managers read and answer applications, oldest first."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jeveuxagir.accounts import nonces
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import RuleBroken, Stale
from jeveuxagir.common.spreadsheets import to_csv
from jeveuxagir.common.text import plural
from missions.models import Slot
from missions.words import when_in_words
from organisations.policies import HANDLERS
from organisations.spaces import SpaceRequest, membership_required
from organisations.views import space_context

from . import policies, services
from .enums import LIVE_STATES, TRANSITIONS, WAITING_STATES, State
from .forms import (
    AcceptManyForm,
    AnswerForm,
    ApplicationFilters,
    CancelForm,
    DeclineForm,
    DeclineManyForm,
    OrganisationCancelForm,
)
from .models import Participation, ParticipationQuerySet
from .team_forms import CameForm

PAGE_SIZE = 20
#: where the session keeps what the last answer to several did
REPORT = "answered_many"
#: tab → states
TABS = {
    "a-repondre": ("À répondre", WAITING_STATES),
    "acceptees": ("Acceptées", (State.ACCEPTED,)),
    "terminees": ("Terminées", (State.REALISED, State.ABSENT, State.DECLINED, State.CANCELLED)),
}


@never_cache
@membership_required(*HANDLERS)
@require_safe
def applications(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    return list_page(request)


def list_page(
    request: SpaceRequest, *, many: "Many | None" = None, error: str = "", status: int = 200
) -> HttpResponse:
    """The applications of a tab, those that wait longest first; `many` is the answer to several being written."""
    organisation = request.organisation
    filters = ApplicationFilters(request.GET, organisation=organisation)
    mine = filtered(request, filters)
    tab = request.GET.get("etat", "a-repondre")
    tab = tab if tab in TABS else "a-repondre"
    order = ("-state_changed_at", "-pk") if tab == "terminees" else ("applied_at", "pk")
    rows = (
        mine.filter(state__in=TABS[tab][1])
        .select_related("person__commune", "mission__organisation", "slot")
        .order_by(*order)
    )
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page", "1")[:12])
    late_since = now() - timedelta(days=services.ANSWER_DAYS)
    counted = dict(mine.values_list("state").annotate(Count("pk")).order_by())
    report = _report(request)
    many = many or Many.empty(report)
    all_ticked = request.GET.get("cocher") == "1"
    context = {
        "organisation": organisation,
        "filters": filters,
        "mission": filters.only_mission,
        "slot": filters.only_slot,
        "tab": tab,
        "tabs": [
            {
                "label": label,
                "count": sum(counted.get(state, 0) for state in states),
                "current": code == tab,
                "url": _url({"etat": code, **filters.query()}),
            }
            for code, (label, states) in TABS.items()
        ],
        "page": page,
        "lines": [{**_line(row, late_since), "ticked": all_ticked or row.pk in many.chosen} for row in page],
        "late": mine.waiting().filter(applied_at__lt=late_since).count(),
        "many": many,
        "all_ticked": all_ticked,
        "tick_url": _url({**request.GET.dict(), "cocher": "0" if all_ticked else "1"}),
        "answer_query": urlencode(filters.query()),
        "at_once": services.MOST_ANSWERED_AT_ONCE,
        "error": error,
        "report": report,
    }
    return render(request, "participations/space.html", space_context(request) | context, status=status)


def filtered(request: SpaceRequest, filters: ApplicationFilters) -> ParticipationQuerySet:
    """What this member may see, narrowed to the chosen mission and slot."""
    rows = policies.of_space(request.user, request.organisation)
    if filters.only_mission is not None:
        rows = rows.filter(mission=filters.only_mission)
    return rows.filter(slot=filters.only_slot) if filters.only_slot is not None else rows


def _url(query: dict[str, Any]) -> str:
    return "?" + urlencode(query)


@dataclass
class Many:
    """An answer to several applications: who was chosen, what was written."""

    accept: AcceptManyForm
    decline: DeclineManyForm
    chosen: set[int]
    everybody: bool = False
    opened: str = ""
    nonce: str = ""

    @classmethod
    def empty(cls, report: dict[str, Any] | None = None) -> "Many":
        """A new one; it starts from what was just sent to a first batch."""
        before = report or {}
        verb, message = str(before.get("verb", "")), before.get("message", "")
        return cls(
            accept=AcceptManyForm(
                initial={"message": message if verb == "accept" else AcceptManyForm.text}, prefix="oui"
            ),
            decline=DeclineManyForm(
                initial={
                    "message": message if verb == "decline" else DeclineManyForm.text,
                    "reason": before.get("reason", ""),
                },
                prefix="non",
            ),
            chosen=set(),
            everybody=bool(before.get("left")),
            opened=verb if before.get("left") else "",
            nonce=nonces.new_nonce(),
        )


def _report(request: SpaceRequest) -> dict[str, Any] | None:
    """What the last answer to several did, on the page it led to."""
    report = request.session.get(REPORT)
    wanted = request.GET.get("bilan")
    return report if report and wanted and report["key"] == wanted else None


@membership_required(*HANDLERS)
@require_POST
def answer_many(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """Accept or decline several: those ticked, or the first of the whole list."""
    filters = ApplicationFilters(request.GET, organisation=request.organisation)
    verb = "accept" if request.POST.get("verbe") == "accepter" else "decline"
    ticked = {int(value) for value in request.POST.getlist("choisies") if _is_id(value)}
    everybody = request.POST.get("toutes") == "1"
    many = Many(
        accept=AcceptManyForm(request.POST if verb == "accept" else None, prefix="oui"),
        decline=DeclineManyForm(request.POST if verb == "decline" else None, prefix="non"),
        chosen=ticked,
        everybody=everybody,
        opened=verb,
        nonce=request.POST.get("nonce", "")[: nonces.LONGEST],
    )
    form = many.accept if verb == "accept" else many.decline
    error = ""
    if not everybody and not ticked:
        error = "Cochez au moins une candidature."
    elif not everybody and len(ticked) > services.MOST_ANSWERED_AT_ONCE:
        error = (
            f"Vous avez choisi {plural(len(ticked), 'candidature')}. Répondez à {services.MOST_ANSWERED_AT_ONCE} "
            "candidatures au plus à la fois."
        )
    if error or not form.is_valid():
        return list_page(request, many=many, error=error, status=422)
    waiting = filtered(request, filters).waiting().order_by("applied_at", "pk")
    ids = (
        list(waiting.values_list("pk", flat=True)[: services.MOST_ANSWERED_AT_ONCE]) if everybody else ticked
    )
    try:
        with nonces.once(nonces.actor_key(request), many.nonce) as sent:
            if sent.first:
                done, refused = services.answer_many(
                    ids,
                    actor=request.user,
                    organisation=request.organisation,
                    verb=verb,
                    message=form.cleaned_data["message"],
                    reason=form.cleaned_data.get("reason", ""),
                )
                key = nonces.new_nonce()
                request.session[REPORT] = {
                    "key": key,
                    "verb": verb,
                    "message": form.cleaned_data["message"],
                    "reason": form.cleaned_data.get("reason", ""),
                    "done": done,
                    "refused": [
                        [line.participation.pk, _first_name(line.participation), line.why] for line in refused
                    ],
                    "left": waiting.count() if everybody else 0,
                }
                sent.outcome = _url({**filters.query(), "bilan": key})
    except RuleBroken as refusal:
        return list_page(request, many=many, error=refusal.message, status=409)
    organisation = request.organisation
    return redirect(reverse("participations:space", args=[organisation.pk, organisation.slug]) + sent.outcome)


def _is_id(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 18


def _first_name(participation: Participation) -> str:
    return participation.person.first_name if participation.person else ""


@membership_required(*HANDLERS)
@require_POST
def participants(request: SpaceRequest, pk: int, slug: str, slot_pk: int) -> HttpResponse:
    """The accepted people of a slot, as a table to take away. A POST: what leaves is written down."""
    slots = Slot.objects.filter(mission__organisation=request.organisation)
    slot = get_object_or_404(slots.select_related("mission"), pk=slot_pk)
    rows = services.participants_of_slot(slot, actor=request.user)
    people = [(row, row.person) for row in rows if row.person is not None]
    text = to_csv(
        (
            "Mission",
            "Créneau",
            "Nom",
            "Prénom",
            "Adresse électronique",
            "Téléphone",
            "Commune",
            "Places",
            "Groupe",
            "État",
        ),
        [
            (
                slot.mission.title,
                when_in_words(slot),
                row.contact_name or person.last_name,
                "" if row.contact_name else person.first_name,
                person.email,
                row.contact_phone or person.phone,
                person.commune.label if person.commune else "",
                row.places,
                row.group_in_words,
                row.get_state_display(),
            )
            for row, person in people
        ],
    )
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="participants-{slot.pk}.csv"'
    response["Cache-Control"] = "no-store"
    return response


@never_cache
@membership_required(*HANDLERS)
@require_safe
def application(request: SpaceRequest, pk: int, slug: str, participation_pk: int) -> HttpResponse:
    return _application(request, _row(request, participation_pk))


VERBS: dict[str, tuple[Any, type[AnswerForm] | type[CancelForm] | type[CameForm] | None, str]] = {
    "echanger": (services.talk, AnswerForm, "Votre message est envoyé. La candidature est en discussion."),
    "accepter": (
        services.accept,
        AnswerForm,
        "C’est accepté. La personne est prévenue, et vous voyez désormais comment la joindre.",
    ),
    "refuser": (services.decline, DeclineForm, "C’est refusé. La personne est prévenue, la place est libre."),
    "realisee": (services.realise, None, "C’est noté : la personne est venue."),
    "absente": (services.mark_absent, None, "C’est noté : la personne n’est pas venue."),
    "annuler": (services.cancel, OrganisationCancelForm, "C’est annulé. La personne est prévenue."),
}


@membership_required(*HANDLERS)
@require_POST
def act(request: SpaceRequest, pk: int, slug: str, participation_pk: int, verb: str) -> HttpResponse:
    """Talk, accept, decline, realised, absent, cancel."""
    if verb not in VERBS:
        raise Http404
    participation = _row(request, participation_pk)
    service, form_class, said = VERBS[verb]
    if participation.as_team and verb == "realisee":
        form_class, said = CameForm, "C’est noté. La journée de l’équipe compte."
    version = request.POST.get("version", "")
    is_number = version.isascii() and version.isdigit() and len(version) < 10
    values: dict[str, Any] = {"version": int(version) if is_number else None}
    if form_class is not None:
        form = form_class(request.POST, auto_id=f"{verb}-%s")
        if not form.is_valid():
            return _application(request, participation, status=422, **{verb: form})
        values = form.cleaned_data
    try:
        service(participation, actor=request.user, **values)
    except Stale as refusal:
        messages.error(request, refusal.message)
        participation.refresh_from_db()
        typed = {verb: _again(form_class, request, participation)} if form_class else {}
        return _application(request, participation, status=409, **typed)
    except RuleBroken as refusal:
        if refusal.code == "came" and form_class is not None:
            form.add_error("came", refusal.message)
            return _application(request, participation, status=422, realisee=form)
        messages.error(request, refusal.message)
    else:
        messages.success(request, said)
    organisation = request.organisation
    return redirect("participations:answer", organisation.pk, organisation.slug, participation.pk)


def _again(form_class: Any, request: SpaceRequest, participation: Participation) -> Any:
    """What was typed, on top of what the application is now."""
    data = request.POST.copy()
    data["version"] = str(participation.version)
    return form_class(data)


def _row(request: SpaceRequest, pk: int) -> Participation:
    rows = policies.of_space(request.user, request.organisation)
    return get_object_or_404(
        rows.select_related(
            "person__commune", "mission__organisation", "slot", "request", "group_organisation"
        ),
        pk=pk,
    )


def _line(row: Participation, late_since: Any) -> dict[str, Any]:
    waits = row.state in WAITING_STATES
    return {
        "row": row,
        "when": when_in_words(row.slot),
        "is_late": waits and row.applied_at is not None and row.applied_at < late_since,
        "age": _age(row),
        "is_too_young": row.state in LIVE_STATES and services.is_too_young(row),
        "sees_contact": policies.organisation_sees_contact(row),
    }


def _age(row: Participation) -> str:
    return "16–17 ans" if row.person and row.person.is_minor_on(today()) else "adulte"


def _application(
    request: SpaceRequest, participation: Participation, *, status: int = 200, **typed: Any
) -> HttpResponse:
    state = participation.state
    version = {"version": participation.version}
    late_since = now() - timedelta(days=services.ANSWER_DAYS)

    def form(verb: str, form_class: Any) -> Any:
        return typed.get(verb) or form_class(initial=version, auto_id=f"{verb}-%s")

    context = {
        "organisation": request.organisation,
        "line": _line(participation, late_since),
        "participation": participation,
        "person": participation.person,
        "sees_contact": policies.organisation_sees_contact(participation),
        "too_young_text": (
            f"Il est maintenant de {participation.mission.minimum_age} ans : cette personne ne les aura pas ce "
            "jour-là. Rien n’est annulé à votre place : prévenez-la, puis annulez ou refusez avec un mot."
        ),
        "may_talk": TRANSITIONS.allows("talk", state),
        "may_answer": TRANSITIONS.allows("accept", state),
        "may_realise": TRANSITIONS.allows("realise", state) and services.has_begun(participation),
        "may_cancel": state == State.ACCEPTED,
        "talk_form": form("echanger", AnswerForm),
        "accept_form": form("accepter", AnswerForm),
        "decline_form": form("refuser", DeclineForm),
        "cancel_form": form("annuler", OrganisationCancelForm),
        "came_form": form("realisee", CameForm),
        "opened": next(iter(typed), ""),
    }
    return render(request, "participations/answer.html", space_context(request) | context, status=status)

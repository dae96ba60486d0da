"""An organisation writes, publishes and follows its missions, section by section."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.accounts import nonces
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.moderation import services as moderation
from organisations.policies import HANDLERS
from organisations.spaces import SpaceRequest, membership_required, panels_of
from organisations.views import space_context

from . import schedule, services
from .cards import by_date, where
from .enums import TRANSITIONS, MissionMode, SlotKind, State
from .forms import (
    SECTIONS,
    AddressForms,
    CapacityForm,
    DetailsForm,
    ReasonForm,
    SlotsForm,
    WhatForm,
    WhereForm,
)
from .models import Mission
from .services import EDITABLE, PUBLISHED, Edited, MissionData
from .words import when_in_words

PAGE_SIZE = 30
#: the way of a new mission, step by step
STEPS = ["quoi", "details", "ou", "creneaux", "relire"]
STEP_TITLES = {
    "quoi": WhatForm.heading,
    "details": DetailsForm.heading,
    "ou": WhereForm.heading,
    "creneaux": "Les créneaux",
    "relire": "Relire et envoyer",
}


@membership_required()
@require_safe
def missions(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """All its missions, what may be done first; readers see the counts."""
    organisation = request.organisation
    to_come = Q(slots__cancelled_at__isnull=True)
    rows = (
        Mission.objects.of_organisation(organisation)
        .annotate(
            slots_count=Count("slots", filter=to_come),
            capacity=Sum("slots__capacity", filter=to_come),
            taken=Sum("slots__taken", filter=to_come),
        )
        .prefetch_related("addresses__commune")
        .order_by("-updated_at", "-pk")
    )
    state = request.GET.get("etat", "")
    if state in State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page", "1")[:12])
    counts = dict(
        Mission.objects.of_organisation(organisation)
        .values_list("state")
        .annotate(n=Count("pk"))
        .values_list("state", "n")
    )
    context = {
        "organisation": organisation,
        "page": page,
        "lines": [{"mission": mission, "where": where(mission)} for mission in page],
        "states": [(s.value, s.label, counts[s.value]) for s in State if counts.get(s.value)],
        "state": state,
        "total": sum(counts.values()),
        "may_write": request.membership.role in HANDLERS and organisation.may_host,
    }
    return render(request, "missions/space.html", space_context(request) | context)


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """Step 1 makes the draft: from then on each step is saved."""
    organisation = request.organisation
    if not organisation.may_host:  # the list says why
        return redirect("missions:space", organisation.pk, organisation.slug)
    form = WhatForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                if sent.first:
                    data = MissionData(**form.values(), minimum_age=18)
                    mission = services.create_draft(organisation=organisation, actor=request.user, data=data)
                    sent.outcome = _url("edit", mission, "details") + "?suite=1"
            return redirect(sent.outcome)
        except RuleBroken as refusal:
            form.add_error(None, refusal.message)
    context = {"organisation": organisation, "form": form, "mission": None, "section": "quoi"} | _step("quoi")
    return render(
        request, "missions/edit.html", space_context(request) | context, status=_status(request, form)
    )


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SpaceRequest, pk: int, slug: str, mission_pk: int, section: str) -> HttpResponse:
    """One section. Published, what is sensitive waits for the brigade; the rest applies at once."""
    mission = _mission(request, mission_pk)
    form_class = SECTIONS.get(section)
    if form_class is None:
        raise Http404
    if mission.state not in EDITABLE or mission.is_imported:
        return _not_here(request, mission)
    data = services.draft_data(mission)
    initial = form_class.initial_of(data) | {"version": mission.version}
    extra: dict[str, Any] = {"domain": data.domain} if form_class is DetailsForm else {}
    bound = request.POST if request.method == "POST" else None
    form = form_class(bound, initial=initial, **extra)
    addresses = None
    if form_class is WhereForm:
        addresses = AddressForms(bound, initial=AddressForms.initial_of(data), prefix="adresses")  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid() and (addresses is None or addresses.is_valid()):
        changes = form.values()
        if addresses is not None:
            remote = changes["mode"] == MissionMode.REMOTE
            changes["addresses"] = [] if remote else addresses.specs()  # type: ignore[attr-defined]
        try:
            done = services.update(
                mission,
                actor=request.user,
                version=form.cleaned_data["version"],
                data=replace(data, **changes),
            )
        except Stale as refusal:
            mission.refresh_from_db()
            again = request.POST.copy()
            again["version"] = str(mission.version)
            form.data = again
            form.add_error(None, refusal.message)
        except RuleBroken as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect(_after_edit(request, mission, section, done))
    context: dict[str, Any] = {
        "organisation": mission.organisation,
        "form": form,
        "addresses": addresses,
        "mission": mission,
        "section": section,
        "is_published": mission.state in PUBLISHED,
    }
    if "suite" in request.GET and section in STEPS:
        context |= _step(section)
    else:
        context |= {"step": 0, "heading": form_class.heading}
    status = 422 if request.method == "POST" else 200
    return render(request, "missions/edit.html", space_context(request) | context, status=status)


def _after_edit(request: SpaceRequest, mission: Mission, section: str, done: Edited) -> str:
    if done.waiting:
        messages.info(
            request,
            "La brigade relit ces changements avant qu’ils paraissent : "
            f"{', '.join(done.waiting)}. En attendant, la mission reste en ligne comme avant.",
        )
    elif mission.state in PUBLISHED:
        messages.success(request, "C’est enregistré et en ligne.")
    if "encore" in request.POST:
        return request.get_full_path()
    if "suite" in request.GET and section in STEPS:
        following = STEPS[STEPS.index(section) + 1]
        if following == "creneaux":
            return _url("slots", mission) + "?suite=1"
        return _url("edit", mission, following) + "?suite=1"
    if not done.waiting and mission.state not in PUBLISHED:
        messages.success(request, "C’est enregistré.")
    return _url("manage", mission)


@never_cache
@membership_required()
@require_safe
def manage(request: SpaceRequest, pk: int, slug: str, mission_pk: int) -> HttpResponse:
    """One mission: where it stands, what to do next, its slots."""
    mission = _mission(request, mission_pk)
    return _manage(request, mission)


def _manage(request: SpaceRequest, mission: Mission, *, status: int = 200, **forms: Any) -> HttpResponse:
    may_write = request.membership.role in HANDLERS and not mission.is_imported
    slots = list(mission.slots.filter(cancelled_at__isnull=True))
    live = {slot.pk for slot in mission.slots.live()}
    waiting = moderation.open_items("mission", mission).first()
    data = services.draft_data(mission)
    context = {
        "organisation": mission.organisation,
        "mission": mission,
        "data": data,
        "where": where(mission),
        "addresses": mission.addresses.select_related("commune"),
        "slots": [
            {"slot": slot, "when": when_in_words(slot), "is_past": slot.pk not in live}
            for slot in by_date(slots)
        ],
        "taken": sum(slot.taken for slot in slots),
        "capacity": sum(slot.capacity for slot in slots),
        "waiting_diff": waiting.diff if waiting and mission.state in PUBLISHED else {},
        "waiting_since": waiting.created_at if waiting else None,
        "may_write": may_write,
        "may_edit": may_write and mission.state in EDITABLE,
        "missing": services.missing(mission) if mission.state in (State.DRAFT, State.REFUSED) else [],
        "nonce": nonces.new_nonce(),
        "verbs": {verb: may_write and TRANSITIONS.allows(verb, mission.state) for verb in TRANSITIONS.table},
        "reason_form": forms.get("reason_form") or ReasonForm(initial={"version": mission.version}),
        "panels": panels_of("mission.manage", request, mission),
    }
    return render(request, "missions/manage.html", space_context(request) | context, status=status)


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def slots(request: SpaceRequest, pk: int, slug: str, mission_pk: int) -> HttpResponse:
    """Add slots; the rhythm follows them while the mission is a draft."""
    mission = _mission(request, mission_pk)
    if mission.is_imported or mission.state not in EDITABLE:
        return _not_here(request, mission)
    form = SlotsForm(request.POST if request.method == "POST" else None, initial=SlotsForm.suggestion())
    if request.method == "POST" and form.is_valid():
        try:
            with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                if sent.first:
                    added = services.add_slots(mission, actor=request.user, slots=form.specs())
                    word = "créneau ajouté" if len(added) == 1 else "créneaux ajoutés"
                    messages.success(request, f"{len(added)} {word}.")
                    sent.outcome = _url("slots", mission) + ("?suite=1" if "suite" in request.GET else "")
            return redirect(sent.outcome)
        except RuleBroken as refusal:
            form.add_error(SlotsForm.FIELDS.get(refusal.code) or None, refusal.message)
    context = {
        "organisation": mission.organisation,
        "mission": mission,
        "form": form,
        "slots": [
            {"slot": slot, "when": when_in_words(slot)}
            for slot in by_date(mission.slots.filter(cancelled_at__isnull=True))
        ],
        "most": schedule.MAX_SLOTS,
        "kinds": SlotKind,
    }
    context |= _step("creneaux") if "suite" in request.GET else {"step": 0, "heading": "Ajouter des créneaux"}
    return render(
        request, "missions/slots.html", space_context(request) | context, status=_status(request, form)
    )


@membership_required(*HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def slot(request: SpaceRequest, pk: int, slug: str, mission_pk: int, slot_pk: int) -> HttpResponse:
    """One slot: its places, or its cancelling with a reason for those who signed up."""
    mission = _mission(request, mission_pk)
    if mission.is_imported:
        return _not_here(request, mission)
    found = get_object_or_404(mission.slots, pk=slot_pk, cancelled_at__isnull=True)
    places = CapacityForm(initial={"capacity": found.capacity})
    reason = ReasonForm()
    if request.method == "POST":
        try:
            if "cancel" in request.POST:
                reason = ReasonForm(request.POST)
                if reason.is_valid():
                    services.cancel_slot(found, actor=request.user, reason=reason.cleaned_data["reason"])
                    messages.success(
                        request, "Le créneau est annulé. Les personnes inscrites sont prévenues."
                    )
                    return redirect(_url("manage", mission))
            else:
                places = CapacityForm(request.POST)
                if places.is_valid():
                    services.change_capacity(found, actor=request.user, **places.cleaned_data)
                    messages.success(request, "Le nombre de places est enregistré.")
                    return redirect(_url("manage", mission))
        except NotAllowed:
            raise
        except RuleBroken as refusal:
            (reason if "cancel" in request.POST else places).add_error(None, refusal.message)
    context = {
        "organisation": mission.organisation,
        "mission": mission,
        "slot": found,
        "when": when_in_words(found),
        "places": places,
        "reason": reason,
    }
    wrong = places.errors or reason.errors
    return render(
        request, "missions/slot.html", space_context(request) | context, status=422 if wrong else 200
    )


def _verb(
    service: Callable[..., Any], said: str, *, with_reason: bool = False
) -> Callable[..., HttpResponse]:
    """A POST that does one verb, says it, and goes back to the mission."""

    @membership_required(*HANDLERS)
    @require_POST
    def view(request: SpaceRequest, pk: int, slug: str, mission_pk: int) -> HttpResponse:
        mission = _mission(request, mission_pk)
        if mission.is_imported:
            return _not_here(request, mission)
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return _manage(request, mission, status=422, reason_form=form)
        values: dict[str, Any] = {"version": form.cleaned_data["version"]}
        if with_reason:
            values["reason"] = form.cleaned_data["reason"]
        try:
            service(mission, actor=request.user, **values)
        except RuleBroken as refusal:
            messages.error(request, refusal.message)
            mission.refresh_from_db()
            return _manage(request, mission, status=409)
        messages.success(request, said)
        return redirect(_url("manage", mission))

    return view


submit = _verb(
    services.submit,
    "Votre mission est envoyée à la brigade. Elle a 5 jours ouvrés pour la relire ; vous recevrez sa réponse.",
)
close = _verb(services.close, "La mission est fermée : elle ne reçoit plus de candidatures.")
reopen = _verb(services.reopen, "La mission est de nouveau ouverte.")
cancel = _verb(
    services.cancel, "La mission est annulée. Les personnes inscrites sont prévenues.", with_reason=True
)


@membership_required(*HANDLERS)
@require_POST
def duplicate(request: SpaceRequest, pk: int, slug: str, mission_pk: int) -> HttpResponse:
    """The same again, as a draft; a second click leads to the same copy."""
    mission = _mission(request, mission_pk)
    with nonces.once(nonces.actor_key(request), request.POST.get("nonce", "")[:64]) as sent:
        if sent.first:
            copy = services.duplicate(mission, actor=request.user)
            messages.success(request, "Voici la copie, en brouillon. Ajoutez ses créneaux.")
            sent.outcome = _url("manage", copy)
    return redirect(sent.outcome)


def _mission(request: SpaceRequest, pk: int) -> Mission:
    organisation = request.organisation
    rows = Mission.objects.of_organisation(organisation).select_related(
        "organisation__commune", "domain", "department"
    )
    return get_object_or_404(rows.prefetch_related("addresses__commune"), pk=pk)


def _not_here(request: SpaceRequest, mission: Mission) -> HttpResponse:
    messages.error(request, "Cette mission ne se modifie pas ici.")
    return redirect(_url("manage", mission))


def _url(name: str, mission: Mission, *more: str) -> str:
    organisation = mission.organisation
    return reverse(f"missions:{name}", args=[organisation.pk, organisation.slug, mission.pk, *more])


def _step(section: str) -> dict[str, Any]:
    index = STEPS.index(section)
    return {
        "step": index + 1,
        "steps": len(STEPS),
        "heading": STEP_TITLES[section],
        "next_heading": STEP_TITLES[STEPS[index + 1]] if index + 1 < len(STEPS) else "",
    }


def _status(request: SpaceRequest, form: Any) -> int:
    return 422 if request.method == "POST" and form.errors else 200

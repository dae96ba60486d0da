"""Applying to a mission: with an account, without one, or at a partner's."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.accounts import guardians, limits, nonces
from jeveuxagir.accounts import services as accounts
from jeveuxagir.accounts.bots import count_sending
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.client_address import client_address
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import to
from missions import policies as mission_policies
from missions.cards import by_date, cards
from missions.enums import State as MissionState
from missions.models import Mission, Slot
from missions.similar import similar_to
from missions.words import when_in_words
from volunteers.requests.groups import MOST_PLACES

from . import cautions, policies, services
from .forms import ApplyForm, BornApplyForm, GuardianApplyForm, StrangerApplyForm

_LEFT = "departures"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Choose a slot, say a word, send."""
    mission = _open_mission(pk)
    if slug != mission.slug and request.method != "POST":
        return redirect(reverse("missions:apply", args=[mission.pk, mission.slug]) + _query(request))
    if mission.is_imported:
        return redirect(mission)
    person = request.user.person if request.user.is_authenticated else None
    if person is not None and request.method != "POST":
        already = policies.own(request.user).live().filter(mission=mission).first()  # type: ignore[arg-type]
        if already is not None:
            messages.info(request, "Vous avez déjà une candidature en cours pour cette mission.")
            return redirect("participations:mine", already.pk)
        if policies.handles_for(person, mission.organisation):
            return _own(request, mission)
    slots = list(Slot.objects.live().filter(mission=mission))
    free = [slot for slot in slots if slot.free]
    if not free:
        return _full(request, mission)
    form_class = _form_class(request)
    if person is not None and request.method != "POST" and _is_too_young(person, mission, free):
        return _too_young(request, mission)
    extra: dict[str, Any] = {"mission": mission, "person": person}
    if form_class is StrangerApplyForm:
        extra["request"] = request
    warnings: list[cautions.Caution] = []
    short_of = 0
    if request.method == "POST":
        form = form_class(request.POST, slots=slots, **extra)
        status = 422
        _refuse_too_young(form, mission, free)
        if form.is_valid():
            warnings = cautions.before_sending(person, form.cleaned_data["slot"]) if person else []
            if cautions.key(warnings) != form.cleaned_data["warned"] and warnings:
                form.remember_warned(cautions.key(warnings))
                return _form_page(request, mission, form, warnings=warnings)
            try:
                return redirect(_send(request, mission, form))
            except services.Full as refusal:
                form.add_error("slot", refusal.message)
                free = list(services.free_slots(mission))
                if not free:
                    return _full(request, mission)
                short_of = form.group().places if not refusal.alternatives else 0
                form.offer(refusal.alternatives or free)
            except RuleBroken as refusal:
                if refusal.code == "duplicate":
                    messages.info(request, refusal.message)
                    return redirect("participations:all_mine")
                form.add_error(
                    "slot" if refusal.code in ("past", "slot_cancelled") else None, refusal.message
                )
    else:
        form, status = form_class(slots=free, initial=_initial(request, free), **extra), 200
    return _form_page(request, mission, form, status=status, short_of=short_of)


def _form_page(
    request: HttpRequest,
    mission: Mission,
    form: ApplyForm,
    *,
    status: int = 200,
    warnings: Sequence[cautions.Caution] = (),
    short_of: int = 0,
) -> HttpResponse:
    """The form, with what to know first; `warnings` ask for a second click, `short_of` places may be waited for."""
    person = request.user.person if request.user.is_authenticated else None
    context = {
        "mission": mission,
        "form": form,
        "is_stranger": person is None,
        "notes": cautions.at_first_sight(person, mission),
        "warnings": warnings,
        "short_of": short_of if person else 0,
    }
    return render(request, "participations/apply.html", context, status=status)


def _send(request: HttpRequest, mission: Mission, form: ApplyForm) -> str:
    """Do it once, whatever the number of clicks; gives where to go next."""
    with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
        if sent.first:
            done = _apply_as_user if request.user.is_authenticated else _apply_as_stranger
            sent.outcome = done(request, mission, form)
    return sent.outcome


def _apply_as_user(request: HttpRequest, mission: Mission, form: ApplyForm) -> str:
    user = request.user
    person: Person = user.person  # type: ignore[union-attr]
    typed = form.cleaned_data
    if typed.get("birth_date"):
        accounts.set_age(person, birth_date=typed["birth_date"])
    if typed.get("guardian_email"):
        guardians.announce(person, email=typed["guardian_email"])
    what: dict[str, Any] = {
        "person": person,
        "slot": typed["slot"],
        "message": typed["message"],
        "actor": user,
    }
    if guardians.is_cleared(person):
        participation = services.apply(**what, group=form.group())
        messages.success(
            request,
            f"Votre candidature est envoyée {to(mission.organisation.name)}. L’organisation a 5 jours pour "
            "répondre ; vous recevrez un message.",
        )
    else:
        participation = services.wait_for_guardian(**what)
        messages.success(
            request,
            "Votre candidature est gardée. Elle part dès que votre parent ou tuteur a reçu notre message ; "
            "vous n’avez rien à faire.",
        )
    return reverse("participations:mine", args=[participation.pk])


@transaction.atomic
def _apply_as_stranger(request: HttpRequest, mission: Mission, form: Any) -> str:
    count_sending(request, form.cleaned_data["proof"])
    contact, token = accounts.keep_contact(**form.contact())
    services.file_unconfirmed(
        contact, form.cleaned_data["slot"], form.cleaned_data["message"], token=token, group=form.group()
    )
    request.session["confirm_address"] = contact.email
    return reverse("missions:applied", args=[mission.pk, mission.slug])


@login_not_required
@require_safe
def sent(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """ "Ouvrez votre messagerie": the same screen for a known and an unknown address."""
    mission = _open_mission(pk)
    context = {
        "mission": mission,
        "address": request.session.get("confirm_address", ""),
        "hours": accounts.CONFIRM_HOURS,
    }
    return render(request, "participations/sent.html", context)


@require_POST
def alert(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Tell me when a place frees, or when the mission opens again."""
    waited_for = Mission.objects.filter(state__in=[MissionState.OPEN, MissionState.CLOSED], source="")
    mission = get_object_or_404(waited_for.select_related("organisation"), pk=pk)
    typed = request.POST.get("places", "")
    places = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 1
    services.alert_when_free(
        request.user.person,  # type: ignore[union-attr]
        mission,
        places=min(max(places, 1), MOST_PLACES),
        actor=request.user,  # type: ignore[arg-type]
    )
    if mission.state == MissionState.CLOSED:
        when = "si cette mission rouvre"
    else:
        when = "dès qu’une place se libère" if places < 2 else f"dès que {places} places se libèrent ensemble"
    messages.success(request, f"C’est noté : nous vous écrirons {when}.")
    return redirect(mission)


@login_not_required
@require_POST
def depart(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """ "Candidater chez …": the departure is stored, then our page gives the link."""
    mission = get_object_or_404(Mission.objects.imported().open(), pk=pk)
    person = request.user.person if request.user.is_authenticated else None
    left = request.session.get(_LEFT, [])
    if person is None:
        limits.require("form_address", client_address(request))
    if person is not None or mission.pk not in left:
        services.depart(mission, person=person)
    request.session[_LEFT] = [*[other for other in left if other != mission.pk], mission.pk][-50:]
    return redirect("participations:leaving", mission.pk)


@login_not_required
@never_cache
@require_safe
def leaving(request: HttpRequest, pk: int) -> HttpResponse:
    """ "Vous continuez chez …", for whoever just left; others are led to the mission."""
    published = mission_policies.public(Mission.objects.imported())
    mission = get_object_or_404(published.select_related("organisation"), pk=pk)
    has_left = mission.pk in request.session.get(_LEFT, []) or (
        request.user.is_authenticated and policies.has_left(request.user, mission)
    )
    came_by_link = request.GET.get("demande", "").isdigit()
    if not has_left and not came_by_link:
        return redirect(mission)
    return render(request, "participations/leaving.html", {"mission": mission})


def _open_mission(pk: int) -> Mission:
    rows = Mission.objects.open().select_related("organisation").prefetch_related("addresses__commune")
    return get_object_or_404(rows, pk=pk)


def _query(request: HttpRequest) -> str:
    query = request.GET.urlencode()
    return f"?{query}" if query else ""


def _initial(request: HttpRequest, slots: list[Slot]) -> dict[str, Any]:
    """The slot of the button that led here, if it still has a place."""
    wanted = request.GET.get("creneau", "")
    chosen = next((slot for slot in slots if str(slot.pk) == wanted), None)
    return {"slot": chosen.pk} if chosen else {}


def _form_class(request: HttpRequest) -> type[ApplyForm]:
    if not request.user.is_authenticated:
        return StrangerApplyForm
    person = request.user.person
    if person.birth_year is None:
        return BornApplyForm
    if guardians.needs_guardian(person) and not policies.guardian_named(person):
        return GuardianApplyForm
    return ApplyForm


def _is_too_young(person: Person, mission: Mission, slots: Sequence[Slot]) -> bool:
    """Whether this person, whose age is known, is too young on the day of each of these slots."""
    minimum = mission.minimum_age
    return person.birth_year is not None and not any(
        services.is_old_enough(person, minimum, services.age_day(slot)) for slot in slots
    )


def _refuse_too_young(form: ApplyForm, mission: Mission, slots: Sequence[Slot]) -> None:
    """Told at the birth date that was just typed, instead of asking for a guardian's address in vain."""
    if "birth_date" not in form.fields or form.errors.get("birth_date"):
        return
    person = Person()
    person.set_birth_date(form.cleaned_data["birth_date"])
    if _is_too_young(person, mission, slots):
        form.errors.pop("guardian_email", None)
        age = mission.minimum_age
        form.add_error(
            "birth_date",
            f"Cette mission demande d’avoir {age} ans, et vous ne les aurez pas encore. Vérifiez la date, ou cherchez "
            "une mission dès 16 ans.",
        )


def _too_young(request: HttpRequest, mission: Mission) -> HttpResponse:
    """No form that could only be refused: missions where this age is welcome."""
    near = [other for other in similar_to(mission, limit=12) if other.minimum_age == 16]
    context = {"mission": mission, "similar": cards(near[:3])}
    return render(request, "participations/too_young.html", context)


def _own(request: HttpRequest, mission: Mission) -> HttpResponse:
    """Whoever answers the applications is told before writing one, and led to where they wait."""
    context = {"mission": mission, "why": services.OWN_MISSION}
    return render(request, "participations/own_mission.html", context)


def _full(request: HttpRequest, mission: Mission) -> HttpResponse:
    """No place left at all: an alert, and the nearest other missions."""
    slots = by_date(Slot.objects.live().filter(mission=mission))
    if not slots:
        raise Http404
    context = {
        "mission": mission,
        "slots": [when_in_words(slot) for slot in slots[:6]],
        "similar": cards(similar_to(mission)),
        "alerted": request.user.is_authenticated
        and policies.own_alerts(request.user).filter(mission=mission).exists(),
    }
    return render(
        request, "participations/full.html", context, status=409 if request.method == "POST" else 200
    )

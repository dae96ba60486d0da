"""Registering with or without an account, one's own registrations, and giving a place back in one click."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.accounts import nonces
from jeveuxagir.accounts import services as accounts
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken

from . import notifications, policies, registering, words
from .forms import RegisterForm, StrangerRegisterForm
from .models import Event, Registration
from .public_views import rows

PAST = 20


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """How one attends, who one is if nobody knows, and that is all."""
    event = get_object_or_404(rows(Event.objects.public()), pk=pk)
    if slug != event.slug and request.method != "POST":
        return redirect("events:register", event.pk, event.slug)
    if not event.takes_registrations or policies.is_organiser(request.user, event):
        return redirect(event)
    signed_in = request.user.is_authenticated
    data = request.POST if request.method == "POST" else None
    form: RegisterForm | StrangerRegisterForm
    form = (
        RegisterForm(data, event=event)
        if signed_in
        else StrangerRegisterForm(data, event=event, request=request)
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return redirect(_send(request, event, form))
            except registering.Full as refusal:
                event.refresh_from_db()
                form = RegisterForm(data, event=event)
                form.add_error("how" if not form.only else None, refusal.message)
                status = 409
            except RuleBroken as refusal:
                if refusal.code == "duplicate":
                    messages.info(request, refusal.message)
                    return redirect("events:mine")
                form.add_error(None, refusal.message)
                status = 409
    context = {
        "event": event,
        "when": words.when(event),
        "form": form,
        "is_stranger": not signed_in,
        "is_full": event.is_full,
        "some_full": any(not event.has_room(way) for way in event.ways),
        "ways": words.of_each_way(event),
    }
    return render(request, "events/register.html", context, status=status)


def _send(request: HttpRequest, event: Event, form: Any) -> str:
    """Do it once, whatever the number of clicks; gives where to go next."""
    with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
        if sent.first:
            done = _as_user if request.user.is_authenticated else _as_stranger
            sent.outcome = done(request, event, form)
    return sent.outcome


def _as_user(request: HttpRequest, event: Event, form: Any) -> str:
    user, typed = user_of(request), form.cleaned_data
    made = registering.register(
        event=event,
        person=user.person,
        how=typed["how"],
        message=typed["message"],
        wait=request.POST.get("attendre") == "1",
        actor=user,
    )
    if made.is_waiting:
        messages.success(
            request,
            "Vous êtes sur la liste d’attente. Nous vous écrivons dès qu’une place se libère pour vous.",
        )
    else:
        messages.success(request, "Votre place est prise. Le message de confirmation est en route.")
    return reverse("events:mine")


@transaction.atomic
def _as_stranger(request: HttpRequest, event: Event, form: Any) -> str:
    typed = form.cleaned_data
    contact, token = accounts.keep_contact(
        email=typed["email"], first_name=typed["first_name"], last_name=typed["last_name"]
    )
    registering.file_unconfirmed(
        contact, event=event, how=typed["how"], message=typed["message"], token=token
    )
    request.session["confirm_address"] = contact.email
    return reverse("events:sent", args=[event.pk, event.slug])


@login_not_required
@never_cache
@require_safe
def sent(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """« Ouvrez votre messagerie » : the same screen for a known and an unknown address."""
    event = get_object_or_404(rows(Event.objects.public()), pk=pk)
    context = {
        "event": event,
        "address": request.session.get("confirm_address", ""),
        "hours": accounts.CONFIRM_HOURS,
    }
    return render(request, "events/sent.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ticket(request: HttpRequest, token: str) -> HttpResponse:
    """From a mail, without signing in: what one registered to, and one button to give the place back. Opening the
    page changes nothing."""
    registration = notifications.registration_of(token)
    if registration is None:
        raise Http404
    if request.method == "POST":
        try:
            registering.cancel(registration, actor=None)
        except RuleBroken as refusal:
            messages.error(request, refusal.message)
        return redirect("events:ticket", token=token)
    context = {
        "line": _line(registration),
        "event": registration.event,
        "registration": registration,
        "token": token,
    }
    return render(request, "events/ticket.html", context)


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Where I go, the nearest first; then where I went, with what to see again."""
    own = (
        Registration.objects.of_person(user_of(request).person)
        .ranked()
        .select_related("event__organisation", "event__commune")
    )
    coming = own.filter(event__ends_at__gt=now()).order_by("event__starts_at", "pk")
    past = own.live().filter(event__ends_at__lte=now()).order_by("-event__starts_at", "-pk")
    page = Paginator(past, PAST).get_page(request.GET.get("page"))
    context = {
        "lines": [_line(row) for row in coming[:100]],
        "past": [_line(row) for row in page],
        "page_obj": page,
    }
    return render(request, "events/mine.html", context)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(
        Registration.objects.of_person(user_of(request).person).select_related("event"), pk=pk
    )
    try:
        registering.cancel(row, actor=user_of(request))
        messages.success(request, "Votre inscription est annulée. Merci d’avoir rendu votre place.")
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    return redirect("events:mine")


def _line(registration: Registration) -> dict[str, Any]:
    event = registration.event
    is_online = registration.how == "online"
    has_place = registration.state == "registered"
    return {
        "row": registration,
        "event": event,
        "when": words.when(event),
        "rank": registration.place_in_queue,
        "online_url": event.online_url
        if is_online and has_place and not event.is_over and event.organisation.is_verified
        else "",
        "is_online": is_online,
        "is_paused": not event.organisation.is_verified,
        "calendar": reverse("events:calendar", args=[event.pk, event.slug]),
    }

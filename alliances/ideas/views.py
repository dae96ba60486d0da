"""Bringing an idea, and following it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.accounts import limits, nonces
from jeveuxagir.accounts import services as accounts
from jeveuxagir.accounts.bots import count_sending
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation.clocks import DAYS_TO_TRIAGE
from jeveuxagir.territories import places

from . import services
from .forms import IdeaForm, StrangerIdeaForm
from .models import Idea


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Two questions, a place, and how to reach you."""
    form_class = IdeaForm if request.user.is_authenticated else StrangerIdeaForm
    status = 200
    if request.method == "POST":
        form = form_class(request.POST)
        if form.is_valid():
            try:
                return redirect(_send(request, form))
            except RuleBroken as refusal:
                form.add_error(None, refusal.message)
        status = 422
    else:
        form = form_class(initial=_initial(request))
    return render(request, "ideas/new.html", {"form": form, "days": DAYS_TO_TRIAGE}, status=status)


def _initial(request: HttpRequest) -> dict[str, Any]:
    """The commune of the page one comes from, else one's own."""
    code = request.GET.get("commune", "")
    commune = places.by_code(code[:5]) if code.isascii() and code.isalnum() else None
    if commune is None and request.user.is_authenticated:
        commune = request.user.person.commune
    return {"commune": commune} if commune else {}


def _send(request: HttpRequest, form: IdeaForm) -> str:
    """Once, whatever the number of clicks; gives where to go next."""
    with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
        if sent.first:
            done = _as_user if request.user.is_authenticated else _as_stranger
            sent.outcome = done(request, form)
    return sent.outcome


def _as_user(request: HttpRequest, form: IdeaForm) -> str:
    user = user_of(request)
    limits.require("idea_account", user.pk)
    idea = services.file(person=user.person, actor=user, **form.idea())
    messages.success(
        request,
        f"Votre idée est reçue. La brigade de votre département vous répond sous {DAYS_TO_TRIAGE} jours.",
    )
    return idea.get_absolute_url()


@transaction.atomic
def _as_stranger(request: HttpRequest, form: IdeaForm) -> str:
    typed = form.cleaned_data
    count_sending(request, typed["proof"])
    contact, token = accounts.keep_contact(
        email=typed["email"], first_name=typed["first_name"], commune=typed["commune"]
    )
    services.file_unconfirmed(contact, token=token, **form.idea())
    request.session["confirm_address"] = contact.email
    return reverse("ideas:sent")


@login_not_required
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """ "Ouvrez votre messagerie": the same screen for a known and an unknown address."""
    context = {
        "address": request.session.get("confirm_address", ""),
        "hours": accounts.CONFIRM_HOURS,
        "days": DAYS_TO_TRIAGE,
    }
    return render(request, "ideas/sent.html", context)


@never_cache
@require_safe
def mine(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own idea: where it stands, and the answer."""
    return render(request, "ideas/mine.html", {"idea": _own(request, pk), "days": DAYS_TO_TRIAGE})


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    idea = _own(request, pk)
    try:
        services.withdraw(idea, actor=user_of(request))
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Votre idée est retirée. La brigade ne la voit plus dans sa file.")
    return redirect(idea)


@require_POST
def tell(request: HttpRequest, pk: int) -> HttpResponse:
    """« En faire un exemple »: the draft, filled with what the idea says."""
    idea = _own(request, pk)
    try:
        example = services.begin_example(idea, actor=user_of(request))
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
        return redirect(idea)
    messages.success(request, "Le brouillon est prêt : dites avec qui, ce que cela a coûté, et les pièges.")
    return redirect("examples:write", example.pk, "essentiel")


def _own(request: HttpRequest, pk: int) -> Idea:
    ideas = Idea.objects.of_person(user_of(request).person).select_related(
        "commune", "organisation", "challenge", "example"
    )
    return get_object_or_404(ideas, pk=pk)

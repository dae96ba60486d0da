"""« Ce qu’on vit ici »: reading what people say of a place, saying it, taking it back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.accounts import nonces
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.findable.models import area, place_of
from jeveuxagir.territories import places

from . import services
from .forms import StatementForm
from .models import Statement

PAGE = 20


@login_not_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Everywhere, or in the place of `?territoire=c26281`: the last published first."""
    rows = Statement.objects.public().select_related("commune", "person")
    place = place_of(request.GET.get("territoire", ""))
    if place is not None:
        rows = rows.at(place)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page", "1")[:9])
    context = {
        "page_obj": page,
        "place": getattr(place, "label", place),
        "area": area(place) if place is not None else "",
    }
    return render(request, "statements/list.html", context)


@login_not_required
@require_safe
def public(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody's once published; its author's whatever became of it."""
    rows = Statement.objects.public()
    mine = False
    if request.user.is_authenticated:
        own = Statement.objects.of_person(user_of(request).person)
        mine = own.filter(pk=pk).exists()
        rows = own if mine else rows
    statement = rows.select_related("commune__department", "person").filter(pk=pk).first()
    if statement is None:
        raise Http404
    town = statement.commune
    context = {
        "statement": statement,
        "mine": mine,
        "commune_url": reverse("web:commune", args=[town.code, town.slug]),
    }
    return render(request, "statements/statement.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A commune and a few words: one page."""
    status = 200
    if request.method == "POST":
        form = StatementForm(request.POST)
        status = 422
        if form.is_valid():
            try:
                return redirect(_send(request, form))
            except RuleBroken as refusal:
                form.add_error(None, refusal.message)
                status = 409
    else:
        form = StatementForm(initial=_initial(request))
    return render(request, "statements/new.html", {"form": form}, status=status)


def _initial(request: HttpRequest) -> dict[str, Any]:
    """The commune of the page one comes from, else one's own."""
    code = request.GET.get("commune", "")
    commune = places.by_code(code[:5]) if code.isascii() and code.isalnum() else None
    commune = commune or user_of(request).person.commune
    return {"commune": commune} if commune else {}


def _send(request: HttpRequest, form: StatementForm) -> str:
    typed = form.cleaned_data
    with nonces.once(nonces.actor_key(request), typed["nonce"]) as sent:
        if sent.first:
            made = services.write(
                actor=user_of(request), commune=typed["commune"], text=typed["text"], signed=typed["signed"]
            )
            messages.success(
                request, "C’est envoyé. Une personne de la brigade le lit avant qu’il soit public."
            )
            sent.outcome = made.get_absolute_url()
    return sent.outcome


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    mine = get_object_or_404(Statement.objects.of_person(user_of(request).person), pk=pk)
    try:
        services.withdraw(mine, actor=user_of(request))
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Votre témoignage est retiré : plus personne ne le lit.")
    return redirect(mine)

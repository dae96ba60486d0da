"""Who is lent notes their own days, without seeing anything of their employer's space."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.common.errors import RuleBroken
from organisations.spaces import SignedIn

from . import services
from .enums import DayState, State
from .forms import DayForm
from .models import DayEntry, Sponsorship, SponsorshipQuerySet

PAGE = 30


@never_cache
@require_safe
def mine(request: SignedIn) -> HttpResponse:
    """One's sponsorships, then one's days."""
    days = DayEntry.objects.of_person(request.user.person).select_related(
        "sponsorship__need__organisation", "sponsorship__offer__organisation", "convention"
    )
    page: Any = Paginator(days, PAGE).get_page(request.GET.get("page", "1")[:12])
    for day in page:
        day.may_withdraw = day.state == DayState.WAITING and day.sponsorship.state != State.CLOSED
        day.badge = {"waiting": "info", "validated": "success", "refused": "error"}.get(day.state, "neutral")
    return render(request, "sponsorships/mine.html", {"rows": _rows(request), "page": page})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def log(request: SignedIn, row_pk: str) -> HttpResponse:
    row = get_object_or_404(_rows(request), pk=int(row_pk))
    form = DayForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.log_day(row, actor=request.user, **form.cleaned_data)
                messages.success(
                    request, "C’est noté. Votre employeur et l’association valident à leur tour."
                )
                return redirect("sponsorships:mine")
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    return render(request, "sponsorships/my_day.html", {"form": form, "row": row}, status=status)


@require_POST
def withdraw(request: SignedIn, day_pk: str) -> HttpResponse:
    day = get_object_or_404(DayEntry.objects.of_person(request.user.person), pk=int(day_pk))
    try:
        services.withdraw_day(day, actor=request.user)
        messages.success(request, "La journée est retirée.")
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect("sponsorships:mine")


def _rows(request: SignedIn) -> SponsorshipQuerySet:
    rows = Sponsorship.objects.of_person(request.user.person)
    return rows.select_related("need__organisation", "offer__organisation").order_by("-starts_on", "pk")

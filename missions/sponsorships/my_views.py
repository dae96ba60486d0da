"""Who is lent notes their own days, without seeing anything of their employer's space."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.common.errors import RuleBroken
from organisations.companies.models import Employee
from organisations.spaces import SignedIn

from . import contacts, documents, services
from .day_views import corrected_of, initial_of, not_yet
from .enums import DayState, Side, State
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
    corrections = DayEntry.objects.of_person(request.user.person).filter(corrects=OuterRef("pk"))
    days = days.annotate(is_corrected=Exists(corrections))
    page: Any = Paginator(days, PAGE).get_page(request.GET.get("page", "1")[:12])
    rows: list[Any] = list(_rows(request).select_related("need__contact", "created_by__person"))
    still_there = set(
        Employee.objects.of_person(request.user.person).live().values_list("organisation", flat=True)
    )
    comes_today = {row.pk for row in rows}
    for day in page:
        is_there = day.sponsorship.offer.organisation_id in still_there
        day.may_correct = (
            is_there
            and day.sponsorship_id in comes_today
            and day.sponsorship.is_working
            and day.state == DayState.REFUSED
            and not day.is_corrected
        )
        day.may_withdraw = (
            is_there and day.state == DayState.WAITING and day.sponsorship.state != State.CLOSED
        )
        day.badge = {"waiting": "info", "validated": "success", "refused": "error"}.get(day.state, "neutral")
    for row in rows:
        row.contact_there = contacts.of_sponsorship(row, Side.COMPANY)
        row.contact_here = contacts.of_sponsorship(row, Side.ASSOCIATION)
    return render(request, "sponsorships/mine.html", {"rows": rows, "page": page})


@never_cache
@require_safe
def document(request: SignedIn, row_pk: str) -> HttpResponse:
    """The convention that names whoever asks, as it was signed."""
    row = get_object_or_404(_rows(request), pk=int(row_pk))
    text = get_object_or_404(row.conventions.in_force())
    text.sponsorship = row
    content = bytes(text.document) or documents.pdf_of(text)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="convention-mise-a-disposition-{row.pk}.pdf"'
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def log(request: SignedIn, row_pk: str) -> HttpResponse:
    row = get_object_or_404(_rows(request), pk=int(row_pk))
    if row.is_working and not row.has_begun:
        messages.info(request, not_yet(row))
        return redirect("sponsorships:mine")
    corrected = corrected_of(row, request.GET.get("corrige", ""))
    form = DayForm(request.POST or None, initial=initial_of(row, corrected))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.log_day(row, actor=request.user, corrects=corrected, **form.cleaned_data)
                messages.success(
                    request, "C’est noté. Votre employeur et l’association valident à leur tour."
                )
                return redirect("sponsorships:mine")
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    title = "Corriger une journée" if corrected else "Noter une journée"
    context = {"form": form, "row": row, "day": corrected, "title": title}
    return render(request, "sponsorships/my_day.html", context, status=status)


@require_POST
def withdraw(request: SignedIn, day_pk: str) -> HttpResponse:
    day = get_object_or_404(DayEntry.objects.of_person(request.user.person), pk=int(day_pk))
    try:
        services.withdraw_day(day, actor=request.user)
        messages.success(request, "La journée est retirée.")
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect("sponsorships:mine")


@require_POST
def unlink(request: SignedIn, row_pk: str) -> HttpResponse:
    """« Ce n’est pas moi », or rather not through one's account."""
    row = get_object_or_404(_rows(request), pk=int(row_pk))
    try:
        services.unlink_person(row, actor=request.user)
        messages.success(request, "C’est fait : cette convention n’est plus reliée à votre compte.")
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect("sponsorships:mine")


def _rows(request: SignedIn) -> SponsorshipQuerySet:
    rows = Sponsorship.objects.of_person(request.user.person)
    return rows.select_related("need__organisation", "offer__organisation").order_by("-starts_on", "pk")

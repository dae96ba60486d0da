"""Days: noted by a coordinator, validated or refused by each side, corrected."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.text import plural
from jeveuxagir.ui.dates import day_of
from organisations.policies import HANDLERS
from organisations.spaces import SpaceRequest, membership_required

from . import services
from .enums import Part, Side
from .forms import DayForm, ReasonForm
from .models import DayEntry, Sponsorship
from .spaces import row_of, side_in
from .views import act_on, back_to, form_page

#: validated in one go
MOST_AT_ONCE = 60


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def log(request: SpaceRequest, pk: int, slug: str, row_pk: int) -> HttpResponse:
    """A coordinator notes a day, or corrects one (`?corrige=`)."""
    row = row_of(request, row_pk)
    if side_in(request, row) != Side.COMPANY:
        raise NotAllowed("L’employeur, ou la personne mise à disposition, note les journées.")
    if row.is_working and not row.has_begun:
        messages.info(request, not_yet(row))
        return back_to(request, row)
    corrected = corrected_of(row, request.GET.get("corrige", ""))
    form = DayForm(request.POST or None, initial=initial_of(row, corrected))
    return form_page(
        request,
        row,
        form,
        "Corriger une journée" if corrected else "Noter une journée",
        "Enregistrer",
        lambda: services.log_day(row, actor=request.user, corrects=corrected, **form.cleaned_data),
        "C’est noté, et validé pour l’employeur. L’association valide à son tour.",
        intro="En la notant, vous la validez pour votre organisation. Elle compte une fois validée par l’association.",
        day=corrected,
    )


@membership_required(*HANDLERS)
@require_POST
def validate(request: SpaceRequest, pk: int, slug: str, row_pk: int, day_pk: int) -> HttpResponse:
    row = row_of(request, row_pk)
    day = _day(row, day_pk)
    side = side_in(request, row)
    return act_on(
        request,
        row,
        lambda: services.validate_day(day, actor=request.user, side=side),
        "La journée est validée.",
    )


@membership_required(*HANDLERS)
@require_POST
def validate_all(request: SpaceRequest, pk: int, slug: str, row_pk: int) -> HttpResponse:
    """Those that were ticked; each is told apart when it is refused."""
    row = row_of(request, row_pk)
    side = side_in(request, row)
    asked = [
        int(one)
        for one in request.POST.getlist("jour")[:MOST_AT_ONCE]
        if one.isascii() and one.isdigit() and len(one) < 19
    ]
    done = 0
    for day in row.days.filter(pk__in=asked).order_by("on", "pk"):
        day.sponsorship = row
        try:
            services.validate_day(day, actor=request.user, side=side)
            done += 1
        except RuleBroken as broken:
            messages.error(request, broken.message)
    if done:
        messages.success(request, f"{plural(done, 'journée validée', 'journées validées')}.")
    elif not asked:
        messages.error(request, "Cochez au moins une journée.")
    return back_to(request, row)


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: SpaceRequest, pk: int, slug: str, row_pk: int, day_pk: int) -> HttpResponse:
    """Say why a day is not validated; it can be corrected."""
    row = row_of(request, row_pk)
    day = _day(row, day_pk)
    side = side_in(request, row)
    form = ReasonForm(request.POST or None)
    return form_page(
        request,
        row,
        form,
        "Refuser une journée",
        "Refuser cette journée",
        lambda: services.refuse_day(day, actor=request.user, side=side, **form.cleaned_data),
        "La journée est refusée. L’employeur est prévenu et peut la corriger.",
        day=day,
    )


@membership_required(*HANDLERS)
@require_POST
def withdraw(request: SpaceRequest, pk: int, slug: str, row_pk: int, day_pk: int) -> HttpResponse:
    row = row_of(request, row_pk)
    day = _day(row, day_pk)
    return act_on(
        request, row, lambda: services.withdraw_day(day, actor=request.user), "La journée est retirée."
    )


def _day(row: Sponsorship, pk: int) -> DayEntry:
    day = get_object_or_404(row.days.select_related("convention"), pk=pk)
    day.sponsorship = row
    return day


def not_yet(row: Sponsorship) -> str:
    return f"Les journées se notent à partir du {day_of(row.starts_on)}, quand la convention commence."


def initial_of(row: Sponsorship, corrected: DayEntry | None) -> dict[str, Any]:
    """What a correction starts from; else today, or the last day of the convention."""
    if corrected is None:
        return {"on": min(today(), row.ends_on)}
    said = {"on": corrected.on, "part": corrected.part, "note": corrected.note}
    return said | ({"minutes": f"{corrected.minutes} min"} if corrected.part == Part.HOURS else {})


def corrected_of(row: Sponsorship, typed: str) -> DayEntry | None:
    """The day named by `?corrige=`, of this sponsorship."""
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 12):
        return None
    return _day(row, int(typed))

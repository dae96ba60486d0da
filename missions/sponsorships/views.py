"""Sponsorships in the space of an employer or of an association, and the public page of the rules."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.common.text import plural
from jeveuxagir.ui.dates import day_of
from missions.offers.enums import OFFERING
from missions.offers.models import Offer
from missions.skill_needs.models import SkillNeed
from organisations.companies.spaces import coordinators_only
from organisations.models import Organisation
from organisations.policies import HANDLERS
from organisations.spaces import SpaceRequest, membership_required
from organisations.views import space_context

from . import contacts, rules, services, statement
from .enums import ENDED, LIVE, DayState, Side, State
from .forms import DebriefForm, PrepareForm, ReasonForm, ReworkForm
from .models import DayEntry, Sponsorship
from .spaces import (
    BADGES,
    context_of,
    named,
    need_link,
    next_step,
    offer_link,
    organisation_link,
    row_of,
    rows_of,
    side_in,
    words_of_state,
)

PAGE = 20
DAYS_SHOWN = 30


@login_not_required
@require_safe
def rules_page(request: HttpRequest) -> HttpResponse:
    """What the law says, rule by rule, with its source and the day it was read."""
    groups = [
        ("Pour une entreprise", [rule for rule in rules.every() if "company" in rule.employers]),
        ("Pour un employeur public", [rule for rule in rules.every() if "public" in rule.employers]),
    ]
    return render(request, "sponsorships/rules.html", {"groups": groups})


@never_cache
@membership_required(*HANDLERS)
@require_safe
def every(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """Those in course, then the ended ones."""
    organisation = request.organisation
    ended = request.GET.get("etat") == "terminees"
    rows = rows_of(request)
    waiting = DayEntry.objects.of_organisation(organisation).waiting().filter(sponsorship=OuterRef("pk"))
    shown = rows.filter(state__in=ENDED if ended else LIVE).annotate(waits=Exists(waiting))
    page: Any = Paginator(shown, PAGE).get_page(request.GET.get("page", "1")[:12])
    statement.tell_validated(page)
    for row in page:
        row.badge = BADGES[State(row.state)]
        row.other = row.organisation_of(side_in(request, row).other)
    context = {
        **space_context(request),
        "page": page,
        "ended": ended,
        "counts": (rows.filter(state__in=LIVE).count(), rows.filter(state__in=ENDED).count()),
        "offers": organisation.kind in OFFERING,
    }
    return render(request, "sponsorships/all.html", context)


def _asked(request: SpaceRequest, organisation: Organisation) -> dict[str, Any]:
    """What the address names, and what follows from it: the need's volume, format and date, the offer's day."""
    initial: dict[str, Any] = {}
    if need := SkillNeed.objects.public().seeking().filter(pk=_key(request, "besoin")).first():
        initial |= {"need": need.pk, "minutes": need.minutes, "format": need.format, "ends_on": need.deadline}
    offers = Offer.objects.giving().of_organisation(organisation)
    if offer := offers.filter(pk=_key(request, "offre")).first():
        initial |= {"offer": offer.pk, "day_minutes": offer.day_minutes}
        if need and need.minutes:
            initial["minutes"] = min(need.minutes, offer.left_minutes)
    return initial


def _key(request: SpaceRequest, name: str) -> int:
    asked = request.GET.get(name, "")[:12]
    return int(asked) if asked.isascii() and asked.isdigit() else 0


@never_cache
@coordinators_only
@require_http_methods(["GET", "HEAD", "POST"])
def prepare(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """A coordinator prepares some time for a need. Nothing is held until they commit it."""
    organisation = request.organisation
    initial = _asked(request, organisation)
    form = PrepareForm(request.POST or None, organisation=organisation, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                row = services.draft(
                    actor=request.user,
                    need=data["need"],
                    offer=data["offer"],
                    terms=form.terms,
                    format=data["format"],
                )
                messages.success(request, "C’est prêt. Relisez, puis engagez ce temps.")
                if services.outside_territory(row):
                    messages.warning(
                        request,
                        "Le lieu du besoin n’est pas parmi les départements de votre offre : vérifiez.",
                    )
                return redirect("sponsorships:one", pk=pk, slug=slug, row_pk=row.pk)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    context = {
        **space_context(request),
        "form": form,
        "title": "Préparer une mise à disposition",
        "intro": "L’association n’est prévenue qu’une fois ce temps engagé.",
        "button": "Préparer",
        "rules": rules.of_employer(organisation.kind),
        "back": "",
    }
    return render(request, "sponsorships/form.html", context, status=status)


@never_cache
@membership_required(*HANDLERS)
@require_safe
def one(request: SpaceRequest, pk: int, slug: str, row_pk: int) -> HttpResponse:
    """Where it stands, what comes next, its days, its conventions, its debriefs."""
    row = row_of(request, row_pk)
    side = side_in(request, row)
    conventions = list(row.conventions.order_by("-number").defer("document"))
    current = next((one for one in conventions if one.state == "in_force"), None)
    proposed = next((one for one in conventions if one.state == "proposed"), None)
    days = row.days.select_related("convention", "corrects").order_by("-on", "-pk")
    corrected = DayEntry.objects.of_organisation(request.organisation).filter(corrects=OuterRef("pk"))
    page = Paginator(days.annotate(is_corrected=Exists(corrected)), DAYS_SHOWN)
    shown: Any = page.get_page(request.GET.get("page", "1")[:12])
    for day in shown:
        _dress(day, row, side, request)
    debriefs = {debrief.side: debrief for debrief in row.debriefs.all()}
    step, whose = next_step(row, side, proposed)
    to_validate = sum(day.mine_to_say for day in shown)
    if to_validate and whose != "us":
        words = plural(to_validate, "journée attend", "journées attendent")
        step, whose = f"{words} votre validation, plus bas.", "us"
    may_close = row.state == State.RUNNING and len(debriefs) == 2 and not row.waiting_minutes
    if may_close and whose != "us":
        step, whose = "Les deux bilans sont faits, et aucune journée n’attend. Il reste à terminer.", "us"
    elif row.state == State.RUNNING and len(debriefs) == 2 and not whose:
        step = (
            "Les deux bilans sont faits. Une fois chaque journée validée ou refusée, vous pourrez terminer."
        )
    context = {
        **context_of(request, row),
        "step": step,
        "whose": whose,
        "facts": _facts(request, row, side, current),
        "contact": contacts.of_sponsorship(row, side),
        "conventions": [
            {
                "row": one,
                "who": named(one, side),
                "state": words_of_state(one),
                "badge": "success" if one is current and not row.is_ended else "neutral",
            }
            for one in conventions
        ],
        "current": current,
        "proposed": proposed,
        "days": shown,
        "to_validate": to_validate,
        "own_debrief": debriefs.get(side),
        "other_debrief": debriefs.get(side.other) if len(debriefs) == 2 else None,
        "other_said": side.other in debriefs,
        "may_debrief": row.state in (State.RUNNING, State.BROKEN) and side not in debriefs,
        "may_close": may_close,
        "rules": rules.of_employer(row.employer.kind),
        "year": statement.years_of(request.organisation, side)[:1],
    }
    statement.tell_validated([row])
    return render(request, "sponsorships/one.html", context)


def _facts(request: SpaceRequest, row: Sponsorship, side: Side, current: Any) -> list[tuple[str, Any]]:
    facts = [
        ("Employeur", organisation_link(row.employer)),
        ("Association", organisation_link(row.association)),
        ("Besoin", need_link(row.need)),
        ("Offre", offer_link(request, row.offer)),
        ("Ce qui sera rendu", row.need.deliverable),
        ("Métier", row.profile),
        ("Qui vient", named(current, side) if current else ""),
        ("Durée", row.volume),
        ("Dates", f"du {day_of(row.starts_on)} au {day_of(row.ends_on)}"),
        ("Format", row.get_format_display().capitalize()),
    ]
    return [(label, value) for label, value in facts if value]


def _dress(day: Any, row: Sponsorship, side: Side, request: SpaceRequest) -> None:
    """What its line shows and allows, for this side."""
    day.sponsorship = row
    waiting = day.state == DayState.WAITING and row.state != State.CLOSED
    own = day.convention.employee_id == request.user.person_id
    day.mine_to_say = waiting and not day.validated_at(side) and not (side == Side.ASSOCIATION and own)
    day.may_withdraw = waiting and side == Side.COMPANY
    day.may_correct = (
        side == Side.COMPANY and row.is_working and day.state in (DayState.WAITING, DayState.REFUSED)
    )
    day.may_correct = day.may_correct and not day.is_corrected
    day.badge = {"waiting": "info", "validated": "success", "refused": "error"}.get(day.state, "neutral")
    if day.state == DayState.WAITING and day.company_at:
        day.awaits = "attend l’association"
    elif day.state == DayState.WAITING and day.association_at:
        day.awaits = "attend l’employeur"
    else:
        day.awaits = "attend les deux côtés" if day.state == DayState.WAITING else ""


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def rework(request: SpaceRequest, pk: int, slug: str, row_pk: int) -> HttpResponse:
    """Change what is prepared, until the employer agrees."""
    row = row_of(request, row_pk)
    if side_in(request, row) != Side.COMPANY:
        raise NotAllowed
    if request.method != "POST":  # what was typed and sent is refused on its own page, and kept
        try:
            services.require_drafted(row)
        except RuleBroken as broken:
            messages.info(request, broken.message)
            return back_to(request, row)
    names = ("minutes", "day_minutes", "starts_on", "ends_on", "profile", "format", "version")
    initial = {name: getattr(row, name) for name in names}
    form = ReworkForm(request.POST or None, day_minutes=row.day_minutes, initial=initial)
    return form_page(
        request,
        row,
        form,
        "Modifier ce qui est préparé",
        "Enregistrer",
        lambda: services.rework(
            row,
            actor=request.user,
            version=form.cleaned_data["version"],
            terms=form.terms,
            format=form.cleaned_data["format"],
        ),
        "C’est enregistré.",
    )


@membership_required(*HANDLERS)
@require_POST
def employer_agree(request: SpaceRequest, pk: int, slug: str, row_pk: int) -> HttpResponse:
    row = row_of(request, row_pk)
    return act_on(
        request,
        row,
        lambda: services.employer_agree(row, actor=request.user, version=version_read(request)),
        "Ce temps est engagé. L’association est prévenue.",
    )


@membership_required(*HANDLERS)
@require_POST
def association_agree(request: SpaceRequest, pk: int, slug: str, row_pk: int) -> HttpResponse:
    row = row_of(request, row_pk)
    return act_on(
        request,
        row,
        lambda: services.association_agree(row, actor=request.user, version=version_read(request)),
        "Vous avez dit oui. L’employeur écrit maintenant la convention.",
    )


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: SpaceRequest, pk: int, slug: str, row_pk: int) -> HttpResponse:
    """Say no, and why, before anything is signed."""
    row, form = row_of(request, row_pk), ReasonForm(request.POST or None)
    side = side_in(request, row)
    return form_page(
        request,
        row,
        form,
        "Ne pas donner suite",
        "Ne pas donner suite",
        lambda: services.decline(row, actor=request.user, side=side, **form.cleaned_data),
        "C’est dit : cette mise à disposition n’a pas de suite.",
    )


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def break_off(request: SpaceRequest, pk: int, slug: str, row_pk: int) -> HttpResponse:
    """End it before its time, and say why."""
    row, form = row_of(request, row_pk), ReasonForm(request.POST or None)
    side = side_in(request, row)
    return form_page(
        request,
        row,
        form,
        "Arrêter avant la fin",
        "Arrêter maintenant",
        lambda: services.break_off(row, actor=request.user, side=side, **form.cleaned_data),
        "C’est arrêté. Les journées faites restent comptées."
        + (
            " Votre besoin cherche de nouveau quelqu’un : changez son volume, ou retirez-le s’il n’est plus à faire."
            if side == Side.ASSOCIATION
            else ""
        ),
        intro="Les journées déjà notées restent : celles qui attendent peuvent encore être validées. Le besoin, lui, "
        "cherche de nouveau quelqu’un : il redevient public, et d’autres employeurs peuvent y répondre."
        + (
            " Vous pourrez aussitôt changer son volume, ou le retirer s’il n’est plus à faire."
            if side == Side.ASSOCIATION
            else ""
        ),
    )


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def debrief(request: SpaceRequest, pk: int, slug: str, row_pk: int) -> HttpResponse:
    """What one side says of it; it reads the other's afterwards."""
    row = row_of(request, row_pk)
    side = side_in(request, row)
    form = DebriefForm(request.POST or None, immersion=row.is_immersion, side=side)
    return form_page(
        request,
        row,
        form,
        "Notre bilan",
        "Donner notre bilan",
        lambda: services.debrief(row, actor=request.user, side=side, **form.cleaned_data),
        (
            "Merci. Les deux bilans se lisent maintenant."
            if row.debriefs.filter(side=side.other).exists()
            else "Merci. Vous lirez le bilan de l’autre côté quand les deux seront faits."
        ),
        intro="Chaque côté écrit le sien sans lire l’autre. Les deux se lisent ensuite.",
    )


@membership_required(*HANDLERS)
@require_POST
def close(request: SpaceRequest, pk: int, slug: str, row_pk: int) -> HttpResponse:
    row = row_of(request, row_pk)
    side = side_in(request, row)
    return act_on(
        request,
        row,
        lambda: services.close(row, actor=request.user, side=side, version=version_read(request)),
        "C’est terminé. Merci.",
    )


# --- inside ---------------------------------------------------------------------------------------------------


def back_to(request: SpaceRequest, row: Sponsorship) -> HttpResponse:
    organisation = request.organisation
    return redirect("sponsorships:one", pk=organisation.pk, slug=organisation.slug, row_pk=row.pk)


def version_read(request: SpaceRequest) -> int:
    """Of the page whose button was pressed; one that says none is of no version."""
    typed = request.POST.get("version", "")[:9]
    return int(typed) if typed.isascii() and typed.isdigit() else -1


def act_on(request: SpaceRequest, row: Sponsorship, act: Callable[[], Any], said: str) -> HttpResponse:
    try:
        act()
        messages.success(request, said)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return back_to(request, row)


def form_page(
    request: SpaceRequest,
    row: Sponsorship,
    form: Form,
    title: str,
    button: str,
    act: Callable[[], Any],
    said: str,
    *,
    intro: str = "",
    **more: Any,
) -> HttpResponse:
    """A page with one form about one sponsorship; what was typed stays when it is refused."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                act()
                messages.success(request, said)
                return back_to(request, row)
            except Stale as stale:
                form.add_error(None, stale.message)
                status = 409
            except RuleBroken as broken:
                if broken.code == "not_allowed":
                    raise
                form.add_error(broken.code if broken.code in form.fields else None, broken.message)
                status = 409
    context = {
        **context_of(request, row),
        "form": form,
        "title": title,
        "button": button,
        "intro": intro,
        "rules": [],
        "back": "one",
        **more,
    }
    return render(request, "sponsorships/form.html", context, status=status)

"""The public entry of the mécénat, and the offers of employers."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.notifications.links import absolute
from organisations import policies as organisation_policies
from organisations.spaces import SignedIn, panels_of

from . import directory, policies, services
from .enums import TRANSITIONS, State
from .forms import FilterForm, ReasonForm
from .models import FIRST_TIMERS_FOR, Offer
from .space_views import STATE_KINDS
from .words import days_in_words, employer_in_words, period_in_words, where_in_words

PAGE_SIZE = 24
#: of one's own organisations, as many as are named
MINE = 3


@login_not_required
@require_safe
def entry(request: HttpRequest) -> HttpResponse:
    """What skills-based sponsorship is here, for whom, how a day counts, by which rules."""
    person = request.user.person if request.user.is_authenticated else None
    context = {
        "panels": panels_of("mecenat", request, person),
        "rules": panels_of("mecenat.rules", request, person),
        "receiving": list(policies.receiving_of(person).distinct().order_by("name")[:MINE]) if person else [],
        "giving": list(policies.coordinated_by(person).order_by("name")[:MINE]) if person else [],
        "hours": int(FIRST_TIMERS_FOR.total_seconds() // 3600),
    }
    return render(request, "offers/entry.html", context)


@login_not_required
@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    """What employers give now: what anybody may read, and for an association never served, what has just opened."""
    form = FilterForm(request.GET or None)
    user = request.user
    asked = form.is_bound and any(value for name, value in request.GET.items() if name != "page")
    rows = directory.narrowed(Offer.objects.visible_to(user).giving(), form.wanted()).for_cards()
    page = Paginator(rows.order_by("-opened_at", "-pk"), PAGE_SIZE).get_page(
        request.GET.get("page", "1")[:12]
    )
    named = policies.reads_names(user)
    context = {
        "form": form,
        "asked": asked,
        "page_obj": page,
        "receiving": list(policies.receiving_of(user.person).order_by("name", "pk")[:3])
        if user.is_authenticated
        else [],
        "lines": [
            {
                "offer": offer,
                "employer": employer_in_words(offer, named=named),
                "days": days_in_words(offer),
                "where": where_in_words(offer),
            }
            for offer in page
        ],
        "feed_url": reverse("api:offers_atom"),
        "indexed": not asked and page.number == 1,
    }
    return render(request, "offers/list.html", context)


@login_not_required
@never_cache
@require_safe
def page(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """One offer, for who may read it; nothing for the others."""
    return _page(request, pk, slug)


def _page(request: HttpRequest, pk: int, slug: str, *, reason_form: Any = None) -> HttpResponse:
    rows = Offer.objects.visible_to(request.user).select_related("organisation__commune__department")
    offer = get_object_or_404(rows, pk=pk)
    if slug and slug != offer.slug:
        return redirect(offer)
    may_suspend = request.user.is_authenticated and policies.can_suspend(request.user, offer.organisation)
    is_member = organisation_policies.is_member(request.user, offer.organisation)
    facts = [
        ("Temps", days_in_words(offer)),
        ("Forme", ", ".join(offer.formats_in_words)),
        ("Où", where_in_words(offer)),
        ("Période", period_in_words(offer)),
    ]
    named = offer.shows_name or is_member or policies.reads_names(request.user)
    context = {
        "offer": offer,
        "named": named,
        "employer": employer_in_words(offer, named=named),
        "facts": [(label, value[:1].upper() + value[1:]) for label, value in facts],
        "skills": offer.skills.select_related("group").order_by("group__position", "name"),
        "state_kind": STATE_KINDS[offer.state],
        "is_giving": offer.state == State.OPEN and offer.left_minutes > 0,
        "is_public": offer.is_public,
        "canonical": absolute(offer.get_absolute_url()),
        "report_url": f"/signaler/?{urlencode({'page': offer.get_absolute_url()})}",
        "can_suspend": may_suspend and TRANSITIONS.allows("suspend", offer.state),
        "can_lift": may_suspend and TRANSITIONS.allows("lift", offer.state),
        "reason_form": reason_form or ReasonForm(),
        "coordinates": request.user.is_authenticated and policies.can_write(request.user, offer.organisation),
        "panels": panels_of("offer.page", request, offer),
    }
    return render(request, "offers/page.html", context, status=422 if reason_form else 200)


def _of_staff(request: SignedIn, pk: int) -> Offer:
    return get_object_or_404(Offer.objects.visible_to(request.user).select_related("organisation"), pk=pk)


@require_POST
def suspend(request: SignedIn, pk: int) -> HttpResponse:
    """Staff of the employer's territory take it out of sight."""
    offer = _of_staff(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        if not policies.can_suspend(request.user, offer.organisation):
            raise NotAllowed()
        return _page(request, pk, "", reason_form=form)
    try:
        services.suspend(offer, actor=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, "L’offre est suspendue. L’employeur est prévenu.")
    except NotAllowed:
        raise
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    return redirect(offer)


@require_POST
def lift(request: SignedIn, pk: int) -> HttpResponse:
    offer = _of_staff(request, pk)
    try:
        lifted = services.lift(offer, actor=request.user)
        said = "L’offre est de nouveau ouverte." if lifted.state == State.OPEN else "La suspension est levée."
        messages.success(request, said)
    except NotAllowed:
        raise
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    return redirect(offer)

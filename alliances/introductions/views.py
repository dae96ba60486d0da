"""Proposing an introduction; the link that answers without an account; the same in an organisation's space."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances import policies as alliance_policies
from alliances.colleges import college_of
from jeveuxagir.accounts import nonces, roles
from jeveuxagir.accounts.models import User
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation.forms import InsideReportForm
from organisations.models import Organisation
from organisations.policies import HANDLERS
from organisations.spaces import SpaceRequest, membership_required
from organisations.views import space_context

from . import choosing, policies, services
from .forms import AnswerForm, OutcomeForm, ProposeForm, StartForm
from .models import LIFE, Introduction, Side
from .notifications import home_of, space_url
from .panels import own_side

FORM = ["GET", "HEAD", "POST"]
PAGE = 30


# --- proposing ------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """Choose one organisation, then another, then say why. What is chosen stands in the address."""
    user = user_of(request)
    hosts = [one for one in alliance_policies.handled_by(user) if one.is_verified]
    is_brigade = roles.is_brigade(user)
    if not hosts and not is_brigade:
        return render(request, "introductions/not_yet.html")
    first, second = _chosen(request, "a"), _chosen(request, "b")
    if first is not None and second is not None and first.pk == second.pk:
        second = None
    context: dict[str, Any] = {
        "first": first,
        "second": second,
        "first_slot": _slot(request, "a", first, second),
        "second_slot": _slot(request, "b", second, first),
        "days": LIFE.days,
    }
    status = 200
    if first is not None and second is not None:
        staff = is_brigade and policies.is_staff_of(user, first, second)
        form = ProposeForm(request.POST or None, hosts=hosts, brigade=staff)
        context["form"] = form
        context["out_of_reach"] = not hosts and not staff
        if request.method == "POST":
            status = 422
            if form.is_valid():
                try:
                    return redirect(_propose(request, form, first, second))
                except RuleBroken as refused:
                    form.add_error(None, refused.message)
                    status = 409
    return render(request, "introductions/new.html", context, status=status)


def _propose(request: HttpRequest, form: ProposeForm, first: Organisation, second: Organisation) -> str:
    user = user_of(request)
    with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
        if sent.first:
            host = form.host
            made = services.propose(
                actor=user, host=host, first=first, second=second, reason=form.cleaned_data["reason"]
            )
            messages.success(
                request,
                f"C’est proposé. Chaque organisation a {LIFE.days} jours pour répondre ; nous vous dirons si les "
                "deux acceptent.",
            )
            sent.outcome = home_of(made)
    return sent.outcome


def _chosen(request: HttpRequest, name: str) -> Organisation | None:
    asked = request.GET.get(name, "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return None
    rows = Organisation.objects.public().select_related("commune__department")
    return rows.filter(pk=int(asked)).first()


def _slot(
    request: HttpRequest, name: str, chosen: Organisation | None, other: Organisation | None
) -> dict[str, Any]:
    """One of the two: what was chosen, or where to look for it."""
    kept = {("b" if name == "a" else "a"): other.pk} if other else {}
    slot: dict[str, Any] = {"name": name, "kept": kept.items(), "chosen": chosen}
    if chosen is not None:
        slot["change_url"] = f"?{urlencode(kept)}" if kept else "?"
        slot["college"] = college_of(chosen).label
        return slot
    typed = request.GET.get(f"q{name}", "").replace("\x00", "").strip()
    slot["typed"] = typed
    found = choosing.by_name(typed, besides=other)
    slot["found"] = [(one, f"?{urlencode(kept | {name: one.pk})}", college_of(one).label) for one in found]
    if other is not None and not typed:
        slot["near"] = [
            (one, f"?{urlencode(kept | {name: one.pk})}", college_of(one).label)
            for one in choosing.near(other)
        ]
    return slot


# --- the link -------------------------------------------------------------------------------------------------


@login_not_required
@never_cache
@require_http_methods(FORM)
def answer_link(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever holds the link answers for the side, without an account. No contact is ever shown here."""
    side = services.side_of(token)
    if side is None:
        return render(request, "introductions/unknown.html", status=404)
    here = reverse("introductions:answer_link", args=[token])
    return _answer(request, side, here, "introductions/link.html", {}, actor=None)


@login_not_required
@never_cache
@require_http_methods(FORM)
def report_link(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever holds the link asks the brigade to read why they should meet."""
    side = services.side_of(token)
    if side is None:
        return render(request, "introductions/unknown.html", status=404)
    return _report(request, side, reverse("introductions:answer_link", args=[token]), actor=None)


def _report(request: HttpRequest, side: Side, back: str, actor: User | None) -> HttpResponse:
    form = InsideReportForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.report(side, actor=actor, **form.cleaned_data)
                messages.success(request, "Merci. La brigade lit cette mise en relation sous 5 jours ouvrés.")
                return redirect(back)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    context = {"form": form, "side": side, "introduction": side.introduction, "back": back}
    return render(request, "introductions/report.html", context, status=status)


def _answer(
    request: HttpRequest, side: Side, here: str, template: str, context: dict[str, Any], actor: User | None
) -> HttpResponse:
    """The page of a side: its answer while it waits, what came of it once asked."""
    status, refused = 200, ""
    form: OutcomeForm | AnswerForm | None = None
    if side.introduction.is_accepted and side.may_tell:
        form = OutcomeForm(request.POST or None, initial=_told(side))
    elif side.may_answer or (request.method == "POST" and not side.introduction.is_accepted):
        form = AnswerForm(request.POST or None, initial=_known(actor))
    if request.method == "POST" and form is not None:
        status = 422
        if form.is_valid():
            try:
                _keep(side, form, actor)
                messages.success(request, "Merci, votre réponse est enregistrée.")
                return redirect(here)
            except RuleBroken as broken:
                refused, status = broken.message, 409
                side = Side.objects.of_organisation(side.organisation).with_pair().get(pk=side.pk)
                if not (side.may_answer or side.may_tell):
                    form = None
    introduction = side.introduction
    context |= {
        "side": side,
        "introduction": introduction,
        "other": side.other,
        "other_college": college_of(side.other).label,
        "own_college": side.college.label,
        "form": form,
        "refused": refused,
        "here": here,
        "may_report": introduction.is_waiting and introduction.host_id != side.organisation_id,
        "handled": policies.speaks_for(request.user, side),
    }
    return render(request, template, context, status=status)


def _keep(side: Side, form: Any, actor: User | None) -> None:
    if isinstance(form, OutcomeForm):
        services.tell_outcome(side, outcome=form.outcome, actor=actor)
    elif form.is_yes:
        services.accept(side, contact=form.contact, actor=actor)
    else:
        services.decline(side, reason=form.cleaned_data["reason"], actor=actor)


def _known(actor: User | None) -> dict[str, Any]:
    """Typing is dear."""
    if actor is None:
        return {}
    person = actor.person
    return {
        "contact_name": person.full_name,
        "contact_email": person.email,
        "contact_phone": getattr(person, "phone", ""),
    }


def _told(side: Side) -> dict[str, Any]:
    if side.told_at is None:
        return {}
    words = {True: "yes", False: "no", None: ""}
    return {
        "met": words[side.met],
        "goes_on": side.goes_on,
        "wants_alliance": words[side.wants_alliance],
        "note": side.note,
    }


# --- in the space of an organisation --------------------------------------------------------------------------


@never_cache
@membership_required(*HANDLERS)
@require_safe
def of_organisation(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """Where it is one of the two, then those it proposes to others."""
    organisation = request.organisation
    sides = (
        Side.objects.of_organisation(organisation).with_pair().order_by("-introduction__created_at", "-pk")
    )
    pair = Introduction.objects.of_organisation(organisation).select_related("first", "second")
    proposed = pair.filter(host=organisation).exclude(first=organisation).exclude(second=organisation)
    context = {
        **space_context(request),
        "page_obj": Paginator(sides, PAGE).get_page(request.GET.get("page")),
        "proposed": list(proposed.order_by("-created_at", "-pk")[:PAGE]),
        "new_url": f"{reverse('introductions:new')}?{urlencode({'a': organisation.pk})}",
    }
    return render(request, "introductions/of_organisation.html", context)


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(FORM)
def one(request: SpaceRequest, pk: int, slug: str, introduction_pk: int) -> HttpResponse:
    """One introduction, for those who handle one of the two: contacts are here once both accepted, never before."""
    side = own_side(request.organisation, introduction_pk)
    introduction = side.introduction
    context: dict[str, Any] = {**space_context(request)}
    if introduction.is_accepted:
        context["contact"] = introduction.sides.exclude(pk=side.pk).get()
        context["may_start"] = introduction.alliance_id is None
    elif introduction.is_waiting and introduction.host_id == request.organisation.pk:
        context["may_withdraw"] = True
    return _answer(request, side, request.path, "introductions/one.html", context, actor=request.user)


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(FORM)
def report(request: SpaceRequest, pk: int, slug: str, introduction_pk: int) -> HttpResponse:
    """Ask the brigade to read why they should meet."""
    side = own_side(request.organisation, introduction_pk)
    return _report(request, side, space_url(side), actor=request.user)


@membership_required(*HANDLERS)
@require_POST
def withdraw(request: SpaceRequest, pk: int, slug: str, introduction_pk: int) -> HttpResponse:
    """Taken back by the organisation that proposed it, whether or not it is one of the two."""
    rows = Introduction.objects.of_organisation(request.organisation)
    introduction = get_object_or_404(rows.select_related("host"), pk=introduction_pk)
    try:
        services.withdraw(introduction, actor=request.user)
        messages.success(
            request, "La mise en relation est retirée. Celles qui devaient répondre sont prévenues."
        )
    except RuleBroken as refused:
        messages.error(request, refused.message)
    return redirect("introductions:of_organisation", pk=pk, slug=slug)


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(FORM)
def start(request: SpaceRequest, pk: int, slug: str, introduction_pk: int) -> HttpResponse:
    """The alliance of the two: this organisation animates it, the other is invited at the address it gave."""
    side = own_side(request.organisation, introduction_pk)
    introduction = side.introduction
    if not introduction.is_accepted or introduction.alliance_id is not None:
        messages.warning(request, "On ne peut pas, ou plus, commencer d’alliance d’ici.")
        return redirect(space_url(side))
    initial = {"name": f"{side.organisation.name} et {side.other.name}"[:160], "purpose": introduction.reason}
    form = StartForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return redirect(_start(request, side, form))
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
    context = {**space_context(request), "form": form, "other": side.other, "back": space_url(side)}
    return render(request, "introductions/start.html", context, status=status)


def _start(request: SpaceRequest, side: Side, form: StartForm) -> str:
    with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
        if sent.first:
            alliance = services.start_alliance(
                side.introduction,
                actor=request.user,
                organisation=side.organisation,
                name=form.cleaned_data["name"],
                purpose=form.cleaned_data["purpose"],
            )
            messages.success(request, "L’alliance est commencée, et l’invitation est partie.")
            sent.outcome = alliance.space_url
    return sent.outcome

"""The list and the page of common problems, stating one, « nous aussi », and the alliance that comes of it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alliances import policies as alliance_policies
from jeveuxagir.accounts import nonces
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.ui.facets import address
from organisations.models import Organisation

from . import directory, facets, policies, services
from .enums import TRANSITIONS
from .forms import ChallengeForm, CloseForm, DirectoryForm, EditForm, RenewForm, StartForm, SupportForm
from .models import WORLDS_TO_BE_READY, Challenge, Support

PAGE = 24
SHOWN_SUPPORTS = 60
FORM = ["GET", "HEAD", "POST"]


@login_not_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """What anybody may read: those that wait for support first, then those that an alliance carries."""
    form = DirectoryForm(request.GET)
    form.is_valid()
    wanted = form.wanted()
    rows = directory.found(wanted).select_related("commune", "department", "domain").counted()
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    fields, data = form.fields, request.GET
    context = {
        "page_obj": page,
        "facets": facets.facets(form, wanted),
        "tags": [(words, address(fields, data, drop=(name, value))) for name, value, words in form.in_use()],
        "filter_errors": bool(form.errors),
    }
    return render(request, "challenges/list.html", context)


@login_not_required
@never_cache
@require_GET
def public(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """The problem and who supports it; a draft is shown to those who look after it."""
    challenge = _visible(request, pk)
    if slug != challenge.slug:
        return redirect(challenge, permanent=True)
    return _page(request, challenge)


def _page(
    request: HttpRequest,
    challenge: Challenge,
    form: SupportForm | None = None,
    status: int = 200,
    renewed: tuple[int, RenewForm] | None = None,
) -> HttpResponse:
    user = request.user
    is_mine = policies.looks_after(user, challenge)
    supports = list(
        challenge.supports.standing().select_related("organisation").order_by("pk")[:SHOWN_SUPPORTS]
    )
    own = _own_supports(request, challenge)
    if form is None and user.is_authenticated and challenge.is_open:
        others = _may_support(request, own)
        if others or not any(made.person_id for made in own):
            form = SupportForm(organisations=others)
    worlds = challenge.worlds()
    alliance = challenge.alliance
    context = {
        "challenge": challenge,
        "sdgs": list(challenge.sdgs.all()),
        "is_mine": is_mine,
        "verbs": TRANSITIONS.verbs(challenge.state) if is_mine else [],
        "thermometer": challenge.thermometer(),
        "worlds": len(worlds),
        "worlds_missing": max(WORLDS_TO_BE_READY - len(worlds), 0),
        "named": [made for made in supports if made.organisation],
        "unnamed": [made for made in supports if not made.organisation and made.means],
        "own": [(made, _renew_form(made, renewed)) for made in own],
        "may_remove": policies.is_staff_for(user, challenge),
        "form": form,
        "sign_in": "?" + urlencode({"next": challenge.get_absolute_url()}),
        "alliance": alliance if alliance and alliance.is_public else None,
        "alliance_space": alliance.space_url
        if alliance and alliance_policies.can_read(user, alliance)
        else "",
    }
    return render(request, "challenges/public.html", context, status=status)


# --- stating it -----------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """One page; kept as a draft, or sent to the brigade at once."""
    form = ChallengeForm(
        request.POST or None,
        organisations=_usable(request),
        initial={"commune": user_of(request).person.commune},
    )
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_send(request, form))
        except RuleBroken as refused:
            form.add_error(None, refused.message)
    return render(
        request, "challenges/new.html", {"form": form}, status=422 if request.method == "POST" else 200
    )


def _send(request: HttpRequest, form: ChallengeForm) -> str:
    user = user_of(request)
    with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
        if sent.first:
            challenge = services.state(actor=user, organisation=form.organisation, data=form.data_typed())
            if "send" in request.POST:
                services.submit(challenge, actor=user)
                messages.success(
                    request, "C’est envoyé. La brigade de votre département lit, puis l’ouvre à tous."
                )
            else:
                messages.success(request, "Votre brouillon est gardé : vous seuls le voyez.")
            sent.outcome = challenge.get_absolute_url()
    return sent.outcome


@never_cache
@require_http_methods(FORM)
def edit(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    challenge = _own(request, pk)
    names = ("statement", "who", "evidence", "link", "commune", "domain")
    initial = {name: getattr(challenge, name) for name in names} | {"sdgs": list(challenge.sdgs.all())}
    if challenge.commune is None:
        initial["department"] = challenge.department
    form = EditForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                challenge = services.edit(challenge, actor=user_of(request), data=form.data_typed())
                messages.success(request, "C’est enregistré.")
                return redirect(challenge)
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
    return render(request, "challenges/edit.html", {"form": form, "challenge": challenge}, status=status)


@require_POST
def submit(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    return _do(
        request,
        pk,
        services.submit,
        "C’est envoyé. La brigade de votre département lit, puis l’ouvre à tous.",
    )


@require_POST
def take_back(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    return _do(
        request, pk, services.take_back, "C’est de nouveau un brouillon : modifiez-le, puis renvoyez-le."
    )


def _do(request: HttpRequest, pk: int, verb: Any, done: str) -> HttpResponse:
    challenge = _own(request, pk)
    try:
        verb(challenge, actor=user_of(request))
        messages.success(request, done)
    except RuleBroken as refused:
        messages.error(request, refused.message)
    return redirect(challenge)


@never_cache
@require_http_methods(FORM)
def close(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    challenge = _own(request, pk)
    form = CloseForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.close(challenge, actor=user_of(request), reason=form.cleaned_data["reason"])
                messages.success(request, "Ce problème est fermé.")
                return redirect(challenge)
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
    return render(request, "challenges/close.html", {"form": form, "challenge": challenge}, status=status)


# --- « nous aussi » -------------------------------------------------------------------------------------------


@require_POST
def support(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    challenge = _public(pk)
    form = SupportForm(request.POST, organisations=_usable(request))
    if not form.is_valid():
        return _page(request, challenge, form, status=422)
    try:
        services.support(
            challenge,
            actor=user_of(request),
            organisation=form.organisation,
            means=form.cleaned_data["means"],
            may_invite=form.cleaned_data["may_invite"],
        )
    except RuleBroken as refused:
        form.add_error(None, refused.message)
        challenge.refresh_from_db()
        return _page(request, challenge, form, status=409)
    messages.success(request, "Merci : votre soutien est compté.")
    return redirect(challenge)


@require_POST
def renew_support(request: HttpRequest, pk: int, slug: str, support_pk: int) -> HttpResponse:
    """What one brings, said otherwise; or a support confirmed after the problem was reworded."""
    made = _own_support(request, pk, support_pk)
    challenge = _public(pk)
    form = RenewForm(request.POST, auto_id=f"id_soutien_{made.pk}_%s")
    if not form.is_valid():
        return _page(request, challenge, status=422, renewed=(made.pk, form))
    try:
        services.renew_support(made, actor=user_of(request), **form.cleaned_data)
        messages.success(request, "C’est enregistré : votre soutien est compté.")
    except RuleBroken as refused:
        form.add_error(None, refused.message)
        return _page(request, challenge, status=409, renewed=(made.pk, form))
    return redirect(challenge)


@require_POST
def remove_words(request: HttpRequest, pk: int, slug: str, support_pk: int) -> HttpResponse:
    """By the brigade of the department: what somebody wrote beside their support."""
    challenge = _public(pk)
    if not policies.is_staff_for(request.user, challenge):
        raise Http404
    made = get_object_or_404(challenge.supports.select_related("challenge", "by__person"), pk=support_pk)
    try:
        services.remove_words(made, actor=user_of(request))
        messages.success(request, "Ces mots sont retirés, et la personne est prévenue. Son soutien reste.")
    except RuleBroken as refused:
        messages.error(request, refused.message)
    return redirect(challenge)


@require_POST
def withdraw_support(request: HttpRequest, pk: int, slug: str, support_pk: int) -> HttpResponse:
    made = _own_support(request, pk, support_pk)
    challenge = made.challenge
    try:
        services.withdraw_support(made, actor=user_of(request))
        messages.success(request, "Votre soutien est retiré.")
    except RuleBroken as refused:
        messages.error(request, refused.message)
    return redirect(challenge if challenge.is_public else "challenges:list")


# --- the alliance ---------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(FORM)
def start(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Anybody with an account, once it is ready. The brigade, which is no party, has a screen of its own."""
    challenge, user = _public(pk), user_of(request)
    if not challenge.may_become_alliance:
        messages.warning(request, "Ce problème n’est pas, ou n’est plus, prêt pour une alliance.")
        return redirect(challenge)
    invited = _to_invite(request, challenge)
    form = StartForm(
        request.POST or None,
        challenge=challenge,
        supports=invited,
        organisations=_usable(request),
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return redirect(_start(request, challenge, form))
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
    brigade_url = f"{reverse('brigade:start_alliance')}?{urlencode({'probleme': challenge.pk})}"
    context = {
        "form": form,
        "challenge": challenge,
        "brigade_url": brigade_url if policies.is_staff_for(user, challenge) else "",
    }
    return render(request, "challenges/start.html", context, status=status)


def _start(request: HttpRequest, challenge: Challenge, form: StartForm) -> str:
    typed, user = form.cleaned_data, user_of(request)
    with nonces.once(nonces.actor_key(request), typed["nonce"]) as sent:
        if sent.first:
            supports, guests = list(typed.get("supports", [])), form.guests
            alliance = services.start_alliance(
                challenge,
                actor=user,
                organisation=form.organisation,
                name=typed["name"],
                purpose=typed["purpose"],
                supports=supports,
                guests=guests,
            )
            said = "L’alliance est commencée."
            if supports or guests:
                said += " Les invitations sont parties."
            messages.success(request, said)
            sent.outcome = alliance.space_url
    return sent.outcome


# --- inside ---------------------------------------------------------------------------------------------------


def _rows(rows: Any) -> Any:
    return rows.select_related("commune", "department", "domain", "organisation", "alliance")


def _public(pk: int) -> Challenge:
    challenge: Challenge = get_object_or_404(_rows(Challenge.objects.public()), pk=pk)
    return challenge


def _own(request: HttpRequest, pk: int) -> Challenge:
    mine = Challenge.objects.of_person(user_of(request).person)
    challenge: Challenge = get_object_or_404(_rows(mine), pk=pk)
    return challenge


def _visible(request: HttpRequest, pk: int) -> Challenge:
    challenge = _rows(Challenge.objects.public()).filter(pk=pk).first()
    if challenge is not None:
        return challenge
    if not request.user.is_authenticated:
        raise Http404
    return _own(request, pk)


def _usable(request: HttpRequest) -> list[Organisation]:
    """The validated organisations one may speak for."""
    return [one for one in alliance_policies.handled_by(request.user) if one.is_verified]


def _own_support(request: HttpRequest, pk: int, support_pk: int) -> Support:
    mine = Support.objects.of_person(user_of(request).person).select_related("challenge", "organisation")
    made: Support = get_object_or_404(mine, pk=support_pk, challenge=pk)
    return made


def _own_supports(request: HttpRequest, challenge: Challenge) -> list[Support]:
    if not request.user.is_authenticated:
        return []
    mine = Support.objects.of_person(user_of(request).person).filter(challenge=challenge)
    return list(mine.select_related("organisation", "challenge").order_by("pk"))


def _renew_form(made: Support, renewed: tuple[int, RenewForm] | None) -> RenewForm | None:
    """What one brings, to be changed or confirmed; as it was typed when it was refused."""
    if not made.challenge.is_open:
        return None
    if renewed is not None and renewed[0] == made.pk:
        return renewed[1]
    initial = {"means": made.means, "may_invite": made.may_invite}
    return RenewForm(initial=initial, auto_id=f"id_soutien_{made.pk}_%s")


def _may_support(request: HttpRequest, own: list[Support]) -> list[Organisation]:
    done = {made.organisation_id for made in own}
    return [one for one in _usable(request) if one.pk not in done]


def _to_invite(request: HttpRequest, challenge: Challenge) -> Any:
    """The supports that accepted to be invited, but one's own."""
    own = [made.pk for made in _own_supports(request, challenge)]
    return (
        challenge.supports.standing()
        .filter(may_invite=True)
        .exclude(pk__in=own)
        .select_related("organisation", "by")
        .order_by("pk")
    )

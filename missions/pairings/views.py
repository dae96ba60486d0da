"""What goes together, and the answers of both sides, in an organisation's space."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.accounts import nonces
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import NBSP, clean
from jeveuxagir.matching.lending import MOST_OPEN
from jeveuxagir.territories.text import Unaccent
from missions.offers.models import Offer
from missions.skill_needs.durations import in_words
from missions.skill_needs.models import SkillNeed
from missions.sponsorships import contacts
from missions.sponsorships.models import Sponsorship
from missions.sponsorships.spaces import need_link, offer_link, organisation_link
from organisations.companies.spaces import coordinators_only
from organisations.models import Organisation
from organisations.policies import HANDLERS
from organisations.spaces import SpaceRequest, membership_required
from organisations.views import space_context

from . import matching, policies, services
from .enums import Answer, Origin, Side, State
from .forms import AnswerForm, BrigadeForm, ProposeForm, WordForm
from .models import LIFE, Pairing
from .notifications import url_for

FORM = ["GET", "HEAD", "POST"]
PAGE = 20
#: of what goes together, as many as one reads
SHOWN = 10
#: of what the brigade looks for
MOST_TYPED = 100
#: the gate of the first 72 hours
FIRST = "first_timers"
_OTHER = {Side.COMPANY: Side.ASSOCIATION, Side.ASSOCIATION: Side.COMPANY}
PROPOSED = f"C’est proposé. L’autre organisation a {LIFE.days} jours pour répondre."


@never_cache
@membership_required(*HANDLERS)
@require_safe
def of_organisation(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """All that concerns it, on either side: what it has to answer comes first."""
    rows = Pairing.objects.of_organisation(request.organisation).with_both().order_by("-created_at", "-pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    lines = [_line(pairing, request.organisation.pk) for pairing in page]
    lines.sort(key=lambda line: not line["to_answer"])
    context = {
        **space_context(request),
        "page_obj": page,
        "lines": lines,
        "offers": list(Offer.objects.giving().of_organisation(request.organisation).order_by("title")),
        "needs": list(
            SkillNeed.objects.public().seeking().of_organisation(request.organisation).order_by("title")
        ),
    }
    return render(request, "pairings/of_organisation.html", context)


def _line(pairing: Pairing, organisation: int) -> dict[str, Any]:
    side = Side.COMPANY if organisation == pairing.offer.organisation_id else Side.ASSOCIATION
    other = pairing.need.organisation if side == Side.COMPANY else pairing.offer.organisation
    return {
        "pairing": pairing,
        "side": side,
        "other": other,
        "to_answer": pairing.is_waiting and pairing.answer_of(side) == Answer.WAITING,
    }


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(FORM)
def one(request: SpaceRequest, pk: int, slug: str, pairing_pk: int) -> HttpResponse:
    """One pairing: why, what each said, whom to write to once that is given."""
    pairing = _mine(request, pairing_pk)
    side = policies.side_of_member(pairing, request.organisation)
    assert side is not None, "the pairing is of this organisation"
    to_answer = pairing.is_waiting and pairing.answer_of(side) == Answer.WAITING
    form = AnswerForm(request.POST or None) if to_answer else None
    status, refused = 200, ""
    if request.method == "POST" and form is None:
        messages.info(request, "Cette proposition n’attend plus votre réponse.")
        return redirect(request.path)
    if request.method == "POST" and form is not None:
        status = 422
        if form.is_valid():
            try:
                _answer(request, pairing, side, form)
                return redirect(request.path)
            except RuleBroken as error:
                refused, status = error.message, 409
    context = {
        **space_context(request),
        **_line(pairing, request.organisation.pk),
        "form": form,
        "refused": refused,
        "volume": in_words(pairing.need.minutes),
        "left": in_words(pairing.offer.left_minutes, pairing.offer.day_minutes),
        "contact": _contact(pairing, side),
        "need_link": need_link(pairing.need),
        "offer_link": offer_link(request, pairing.offer),
        "other_link": organisation_link(pairing.organisation_of(_OTHER[side])),
        "may_withdraw": pairing.is_waiting and pairing.origin == side,
        **_next_step(pairing, side),
    }
    return render(request, "pairings/one.html", context, status=status)


def _contact(pairing: Pairing, side: Side) -> Any:
    """The association's as it wished; the employer's after two yes. Nothing for who is suspended or closed."""
    if not pairing.organisation_of(side).is_verified:
        return None
    if side == Side.COMPANY:
        known = [pairing.association_answered_by]
        return contacts.of_association(pairing.need, known) if pairing.gives_contact else None
    if pairing.state != State.AGREED:
        return None
    return contacts.of_employer(pairing.offer.organisation, [pairing.company_answered_by])


def _next_step(pairing: Pairing, side: Side) -> dict[str, Any]:
    """After two yes: the sponsorship, or the page where its employer describes it. Once it ended: proposing again."""
    if pairing.state not in (State.AGREED, State.ENDED):
        return {}
    organisation = pairing.organisation_of(side)
    space = [organisation.pk, organisation.slug]
    made = _made(pairing, organisation)
    found = {"sponsorship_url": reverse("sponsorships:one", args=[*space, made.pk])} if made else {}
    if pairing.state == State.ENDED:
        return found | _again(pairing, side, space)
    if found:
        return found
    if side == Side.COMPANY:
        asked = urlencode({"besoin": pairing.need_id, "offre": pairing.offer_id})
        return {"describe_url": f"{reverse('sponsorships:prepare', args=space)}?{asked}"}
    return {}


def _made(pairing: Pairing, organisation: Organisation) -> Sponsorship | None:
    """What came of this pairing, as this organisation reads it."""
    return services.made_of(pairing).filter(pk__in=Sponsorship.objects.of_organisation(organisation)).first()


def _again(pairing: Pairing, side: Side, space: list[Any]) -> dict[str, Any]:
    """Where the same two are proposed to each other anew, if nothing holds them back."""
    if matching.judge(pairing.need, pairing.offer).forbidden:
        return {}
    if side == Side.COMPANY:
        page = reverse("pairings:help_need", args=[*space, pairing.need_id])
        return {"again_url": f"{page}?{urlencode({'offre': pairing.offer_id})}"}
    return {"again_url": reverse("pairings:ask_offer", args=[*space, pairing.need_id, pairing.offer_id])}


def _answer(request: SpaceRequest, pairing: Pairing, side: Side, form: AnswerForm) -> None:
    if form.is_yes:
        made = services.accept(pairing, actor=request.user, side=side)
        agreed = made.state == State.AGREED
        messages.success(
            request,
            f"Les deux ont dit oui{NBSP}: l’employeur décrit maintenant la mise à disposition."
            if agreed
            else "Votre oui est noté. L’autre organisation est prévenue.",
        )
        return
    services.decline(
        pairing,
        actor=request.user,
        side=side,
        reason=form.cleaned_data["reason"],
        note=form.cleaned_data["note"],
    )
    messages.success(request, "C’est noté : cette proposition n’aura pas de suite.")


@membership_required(*HANDLERS)
@require_POST
def withdraw(request: SpaceRequest, pk: int, slug: str, pairing_pk: int) -> HttpResponse:
    try:
        services.withdraw(_mine(request, pairing_pk), actor=request.user)
        messages.success(request, "La proposition est retirée.")
    except RuleBroken as refused:
        messages.error(request, refused.message)
    return redirect("pairings:of_organisation", pk=pk, slug=slug)


@never_cache
@membership_required(*HANDLERS)
@require_safe
def for_offer(request: SpaceRequest, pk: int, slug: str, offer_pk: int) -> HttpResponse:
    """The needs that go with one of its offers, with why."""
    offers = Offer.objects.of_organisation(request.organisation).select_related("organisation__commune")
    offer = get_object_or_404(offers, pk=offer_pk)
    found = [
        {
            "found": one,
            "url": reverse("pairings:help_need", args=[pk, slug, one.need.pk]) + f"?offre={offer.pk}",
            "volume": in_words(one.need.minutes),
        }
        for one in matching.for_offer(offer, limit=SHOWN)
    ]
    context = {
        **space_context(request),
        "offer": offer,
        "found": found,
        "known": list(Pairing.objects.of_organisation(request.organisation).of_offer(offer).told()),
        "left": in_words(offer.left_minutes, offer.day_minutes),
    }
    return render(request, "pairings/for_offer.html", context)


@never_cache
@membership_required(*HANDLERS)
@require_safe
def for_need(request: SpaceRequest, pk: int, slug: str, need_pk: int) -> HttpResponse:
    """The offers that go with one of its needs, with why."""
    needs = SkillNeed.objects.of_organisation(request.organisation).select_related(
        "organisation", "commune", "department"
    )
    need = get_object_or_404(needs, pk=need_pk)
    found = [
        {
            "found": one,
            "url": reverse("pairings:ask_offer", args=[pk, slug, need.pk, one.offer.pk]),
            "left": in_words(one.offer.left_minutes, one.offer.day_minutes),
        }
        for one in matching.for_need(need, limit=SHOWN)
    ]
    known = list(Pairing.objects.of_organisation(request.organisation).of_need(need).told())
    context = {
        **space_context(request),
        "need": need,
        "found": found,
        "known": known,
        "is_full": sum(one.is_waiting for one in known) >= MOST_OPEN,
    }
    return render(request, "pairings/for_need.html", context)


@never_cache
@coordinators_only
@require_http_methods(FORM)
def help_need(request: SpaceRequest, pk: int, slug: str, need_pk: int) -> HttpResponse:
    """« Notre entreprise peut aider »: which offer, a word, and it is proposed."""
    rows = (
        SkillNeed.objects.public().seeking().select_related("organisation__commune", "commune", "department")
    )
    need = get_object_or_404(rows, pk=need_pk)
    giving = list(
        Offer.objects.giving()
        .of_organisation(request.organisation)
        .select_related("organisation__commune")
        .order_by("title")
    )
    known = list(
        Pairing.objects.of_organisation(request.organisation)
        .of_need(need)
        .standing()
        .with_both()
        .order_by("pk")
    )
    proposed = {pairing.offer_id for pairing in known}
    judged = matching.judge_each(need, [offer for offer in giving if offer.pk not in proposed])
    free = [offer for offer, one in judged if not one.forbidden]
    said = [(offer, f"reste {in_words(offer.left_minutes, offer.day_minutes)}") for offer in free]
    initial = {"offer": request.GET.get("offre", "")}
    form = ProposeForm(
        request.POST or None,
        offers=said,
        known=[offer for offer in giving if offer.pk in proposed],
        initial=initial if initial["offer"] in {str(offer.pk) for offer in free} else {},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return redirect(_propose(request, form, need, form.chosen, Origin.COMPANY))
            except RuleBroken as refused:
                if form.chosen.pk in proposed:
                    messages.info(request, refused.message)
                    [already] = [one for one in known if one.offer_id == form.chosen.pk][-1:]
                    return redirect(url_for(already, Side.COMPANY))
                form.add_error(None, refused.message)
                status = 409
    context = {
        **space_context(request),
        "need": need,
        "form": form,
        "giving": giving,
        "free": free,
        "known": known,
        "waits": [offer for offer, one in judged if one.forbidden and one.forbidden.gate == FIRST],
        "barred": [
            (offer, one.forbidden.sentence)
            for offer, one in judged
            if one.forbidden and one.forbidden.gate != FIRST
        ],
        "volume": in_words(need.minutes),
    }
    return render(request, "pairings/help_need.html", context, status=status)


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(FORM)
def ask_offer(request: SpaceRequest, pk: int, slug: str, need_pk: int, offer_pk: int) -> HttpResponse:
    """An association asks for an offer that goes with its need."""
    need = get_object_or_404(
        SkillNeed.objects.public()
        .seeking()
        .of_organisation(request.organisation)
        .select_related("organisation__commune", "commune", "department"),
        pk=need_pk,
    )
    # within its first 72 hours, an offer does not exist for who was already served
    offers = Offer.objects.visible_to(request.user).giving().select_related("organisation__commune")
    offer = get_object_or_404(offers, pk=offer_pk)
    judged = matching.judge(need, offer)
    known = Pairing.objects.of_organisation(request.organisation).standing_of(need, offer)
    form = WordForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return redirect(_propose(request, form, need, offer, Origin.ASSOCIATION))
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
    context = {
        **space_context(request),
        "need": need,
        "offer": offer,
        "judged": judged,
        "known": known,
        "form": form if request.method == "POST" or not (known or judged.forbidden) else None,
        "left": in_words(offer.left_minutes, offer.day_minutes),
    }
    return render(request, "pairings/ask_offer.html", context, status=status)


@never_cache
@require_http_methods(FORM)
def by_brigade(request: HttpRequest, need_pk: int) -> HttpResponse:
    """The brigade of its territory brings a need and an offer together: the engine's best, or any open offer that it
    looks for by its title or its employer, with what speaks for it and against it."""
    user = user_of(request)
    rows = SkillNeed.objects.public().seeking()
    need = get_object_or_404(
        rows.select_related("organisation__commune", "commune", "department"), pk=need_pk
    )
    if not policies.may_bring(user, need):
        raise Http404
    found = matching.for_need(need, limit=SHOWN)
    asked = clean(request.GET.get("q", ""))[:MOST_TYPED]
    judged = matching.judge_each(need, _looked_for(asked)) if asked else []
    best = {one.offer.pk for one in found}
    offers = [one.offer for one in found]
    offers += [offer for offer, one in judged if not one.forbidden and offer.pk not in best]
    known = list(Pairing.objects.visible_to(user).of_need(need).told())
    form = BrigadeForm(request.POST or None, offers=offers, known=[pairing.offer for pairing in known])
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                    if sent.first:
                        services.propose(
                            actor=user,
                            need=need,
                            offer=form.chosen,
                            origin=Origin.BRIGADE,
                            note=form.cleaned_data["note"],
                        )
                        messages.success(
                            request,
                            f"C’est proposé. Les deux organisations ont {LIFE.days} jours pour répondre.",
                        )
                        sent.outcome = need.get_absolute_url()
                return redirect(need)
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
    lines = [{"found": one, "left": in_words(one.offer.left_minutes, one.offer.day_minutes)} for one in found]
    context = {
        "need": need,
        "form": form if offers else None,
        "lines": lines,
        "known": known,
        "asked": asked,
        "searched": [
            {"offer": offer, "judged": one, "left": in_words(offer.left_minutes, offer.day_minutes)}
            for offer, one in judged
        ],
        "volume": in_words(need.minutes),
    }
    return render(request, "pairings/by_brigade.html", context, status=status)


def _looked_for(words: str) -> list[Offer]:
    """Open offers whose title or employer has these words, a few."""
    rows = Offer.objects.giving().select_related("organisation__commune")
    for word in words.split()[:6]:
        plain = Unaccent(Value(word))
        rows = rows.alias(said=Unaccent("title"), by=Unaccent("organisation__name")).filter(
            Q(said__icontains=plain) | Q(by__icontains=plain)
        )
    return list(rows.order_by("title", "pk")[:SHOWN])


def _propose(request: SpaceRequest, form: Any, need: SkillNeed, offer: Offer, origin: Origin) -> str:
    with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
        if sent.first:
            made = services.propose(
                actor=request.user, need=need, offer=offer, origin=origin, note=form.cleaned_data["note"]
            )
            messages.success(request, PROPOSED)
            sent.outcome = url_for(made, origin)
    return sent.outcome


def _mine(request: SpaceRequest, pairing_pk: int) -> Pairing:
    rows = Pairing.objects.of_organisation(request.organisation).with_both()
    found: Pairing = get_object_or_404(rows, pk=pairing_pk)
    return found

"""An employer writes, follows and ends its offers."""

import datetime
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.accounts import nonces
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.text import NBSP, plural
from jeveuxagir.ui.dates import exact
from organisations.companies.spaces import context_of, coordinators_only
from organisations.spaces import SpaceRequest, panels_of

from . import services
from .enums import TRANSITIONS, State
from .forms import PAGES, STEPS, Page, TimeForm, WhereForm
from .models import Offer
from .services import EDITABLE, PUBLISHED, SENSITIVE, UNSENT, OfferData
from .words import days_in_words, period_in_words, where_in_words

PAGE_SIZE = 30
HEADINGS = {slug: form.heading for slug, form in PAGES.items()} | {"relire": "Relire et envoyer"}
#: what a draft lacks → the page that gives it
PAGE_OF = {
    "title": "temps",
    "formats": "temps",
    "ends_on": "temps",
    "skills": "competences",
}
STATE_KINDS: dict[str, str] = {
    State.DRAFT: "neutral",
    State.PENDING: "info",
    State.OPEN: "success",
    State.PAUSED: "warning",
    State.EXHAUSTED: "info",
    State.EXPIRED: "neutral",
    State.REFUSED: "error",
    State.SUSPENDED: "warning",
}
SHOWS_FIRST_HOURS = (State.OPEN, State.PAUSED, State.EXHAUSTED, State.SUSPENDED)


def context(request: SpaceRequest) -> dict[str, Any]:
    """What every page of offers needs in the space."""
    return context_of(request) | {
        "organisation": request.organisation,
        "rules": panels_of("offer.rules", request, request.organisation),
    }


@coordinators_only
@require_safe
def offers(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """Its offers, the latest first, with what is left of each."""
    mine = Offer.objects.of_organisation(request.organisation)
    counts = dict(mine.values_list("state").annotate(n=Count("pk")).values_list("state", "n"))
    state = request.GET.get("etat", "")
    rows = mine.filter(state=state) if state in State.values else mine
    rows = rows.select_related("organisation__commune__department").prefetch_related(
        "departments", "communes"
    )
    page = Paginator(rows.order_by("-updated_at", "-pk"), PAGE_SIZE).get_page(
        request.GET.get("page", "1")[:12]
    )
    lines = [
        {
            "offer": offer,
            "days": days_in_words(offer),
            "where": where_in_words(offer),
            "kind": STATE_KINDS[offer.state],
        }
        for offer in page
    ]
    own = {
        "page": page,
        "lines": lines,
        "states": [(s.value, s.label, counts[s.value]) for s in State if counts.get(s.value)],
        "state": state,
        "total": sum(counts.values()),
        "steps": len(STEPS),
    }
    return render(request, "offers/space.html", context(request) | own)


@never_cache
@coordinators_only
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """Page 1 makes the draft: from then on each page is saved."""
    form = TimeForm(request.POST if request.method == "POST" else None, draft=True)
    if form.is_bound and form.is_valid():
        try:
            with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                if sent.first:
                    offer = services.create_draft(
                        request.organisation, actor=request.user, data=OfferData(**form.values()), step=2
                    )
                    sent.outcome = _step_url(offer, "competences")
            return redirect(sent.outcome)
        except NotAllowed:
            raise
        except RuleBroken as refusal:
            _show(form, refusal)
    own = {"form": form, "offer": None, "section": "temps", **_step("temps")}
    return render(request, "offers/edit.html", context(request) | own, status=422 if form.is_bound else 200)


@never_cache
@coordinators_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SpaceRequest, pk: int, slug: str, offer_pk: int, section: str) -> HttpResponse:
    """One page. Once open, the words wait for the brigade; the rest applies at once."""
    offer = _offer(request, offer_pk)
    if offer.state not in EDITABLE:
        messages.info(request, "Cette offre ne se modifie plus dans cet état.")
        return redirect(_url("manage", offer))
    form_class = PAGES[section]
    data = services.latest_data(offer)
    initial = form_class.initial_of(data) | {"version": offer.version}
    bound = request.POST if request.method == "POST" else None
    form = form_class(bound, initial=initial, draft=offer.state in UNSENT)
    in_wizard = "suite" in request.GET and offer.state in UNSENT
    added = None
    if bound is not None and isinstance(form, WhereForm) and WhereForm.ADD in bound:
        added = form.with_one_more()
    if added:
        form = added
    elif bound is not None and form.is_valid():
        try:
            done = services.update(
                offer,
                actor=request.user,
                version=form.cleaned_data["version"],
                data=replace(data, **form.values()),
                step=STEPS.index(section) + 2 if in_wizard else 0,
            )
        except NotAllowed:
            raise
        except RuleBroken as refusal:
            _show(form, refusal, offer=offer)
        else:
            return redirect(_after_edit(request, offer, section, done, in_wizard=in_wizard))
    own: dict[str, Any] = {
        "form": form,
        "offer": offer,
        "section": section,
        "waits": _waits(form_class) if offer.state in PUBLISHED else "",
    }
    own |= _step(section) if in_wizard else {"step": 0, "heading": form_class.heading}
    status = 200 if bound is None or added else 422
    return render(request, "offers/edit.html", context(request) | own, status=status)


def _show(form: Any, refusal: RuleBroken, offer: Offer | None = None) -> None:
    """The refusal beside its field; a form shown too long ago goes on from what is saved now."""
    names = {"offer_never_overspent": "total_minutes"}
    name = names.get(refusal.code, refusal.code)
    form.add_error(name if name in form.fields else None, refusal.message)
    if refusal.code == "stale" and offer is not None:
        offer.refresh_from_db()
        form.data = form.data.copy()
        form.data[form.add_prefix("version")] = str(offer.version)


def _waits(form_class: type[Page]) -> str:
    waiting = [SENSITIVE[name] for name in form_class.names if name in SENSITIVE]
    if not waiting:
        return ""
    return (
        f"L’offre est ouverte. La brigade relit d’abord{NBSP}: {', '.join(waiting)}. En attendant, l’offre reste comme "
        "avant. Le reste change tout de suite."
    )


def _after_edit(
    request: SpaceRequest, offer: Offer, section: str, done: services.Edited, *, in_wizard: bool
) -> str:
    if done.waiting:
        messages.info(
            request,
            f"La brigade relit ces changements avant qu’ils paraissent{NBSP}: {', '.join(done.waiting)}. Elle décide "
            "sous 5 jours ouvrés.",
        )
    if in_wizard:
        index = STEPS.index(section)
        return _step_url(offer, STEPS[max(index - 1, 0) if "precedent" in request.POST else index + 1])
    if not done.waiting:
        messages.success(request, "C’est enregistré.")
    return _url("review" if offer.state in UNSENT else "manage", offer)


@never_cache
@coordinators_only
@require_safe
def review(request: SpaceRequest, pk: int, slug: str, offer_pk: int) -> HttpResponse:
    """The last page: each line may be corrected, what is missing has a link, then it is sent."""
    offer = _offer(request, offer_pk)
    if offer.state not in UNSENT:
        return redirect(_url("manage", offer))
    own = {
        "offer": offer,
        "lines": _lines(offer),
        "missing": _missing(offer),
        **_step("relire"),
    }
    return render(request, "offers/review.html", context(request) | own)


def _missing(offer: Offer) -> list[dict[str, str]]:
    return [
        {
            "sentence": lack.sentence,
            "url": _step_url(offer, PAGE_OF[lack.code], suite=False) if lack.code in PAGE_OF else "",
        }
        for lack in services.missing(offer)
    ]


def _lines(offer: Offer) -> list[dict[str, str]]:
    """The whole offer, line by line, in the order of its pages."""
    data = services.latest_data(offer)
    rows = [
        ("Titre", "temps", data.title),
        ("Temps", "temps", days_in_words(offer)),
        ("Forme", "temps", ", ".join(offer.formats_in_words)),
        ("Période", "temps", period_in_words(offer)),
        ("Compétences", "competences", ", ".join(skill.name for skill in data.skills)),
        ("Ce que vous proposez", "competences", data.description or "rien de plus"),
        ("Où", "ou", where_in_words(offer)),
        (
            "Notre nom",
            "temps",
            "montré à tous" if offer.shows_name else "lu des associations et de la brigade",
        ),
    ]
    return [
        {"label": label, "value": value, "url": _step_url(offer, page, suite=False)}
        for label, page, value in rows
    ]


def _first_hours(offer: Offer) -> str:
    """Until when it goes to associations never served; what is left of it while it is not proposed; nothing
    afterwards."""
    until = offer.first_timers_until
    if not offer.first_timers_only or until is None or offer.state not in SHOWS_FIRST_HOURS:
        return ""
    if offer.state != State.OPEN:
        hours = -(-offer.first_timers_left // datetime.timedelta(hours=1))
        return (
            f"Elles s’arrêtent tant que l’offre n’est pas proposée. Il en reste{NBSP}: {plural(hours, 'heure')}, pour "
            "les associations jamais servies, quand elle le sera de nouveau."
        )
    return (
        f"Jusqu’au {exact(until)}, l’offre va d’abord aux associations jamais servies. Ensuite, à toutes. Une pause "
        "arrête ce délai."
    )


@never_cache
@coordinators_only
@require_safe
def manage(request: SpaceRequest, pk: int, slug: str, offer_pk: int) -> HttpResponse:
    """One offer: where it stands, what is left, what to do next."""
    offer = _offer(request, offer_pk)
    waiting = services.waiting_edit(offer)
    own = {
        "offer": offer,
        "state_badge_kind": STATE_KINDS[offer.state],
        "days": days_in_words(offer),
        "first_hours": _first_hours(offer),
        "lines": _lines(offer),
        "may_edit": offer.state in EDITABLE,
        "is_unsent": offer.state in UNSENT,
        "missing": _missing(offer) if offer.state in UNSENT else [],
        "resume_url": _step_url(offer, STEPS[offer.draft_step - 1])
        if offer.state == State.DRAFT and 0 < offer.draft_step <= len(STEPS)
        else "",
        "steps": len(STEPS),
        "waiting_diff": waiting.diff if waiting else {},
        "verbs": {verb: TRANSITIONS.allows(verb, offer.state) for verb in TRANSITIONS.table},
        "panels": panels_of("offer.manage", request, offer),
    }
    return render(request, "offers/manage.html", context(request) | own)


def _act(verb: Callable[..., Any], told: str, back: str = "manage") -> Any:
    """A POST on one offer: done, told, back to it; a refusal is told there too."""

    @coordinators_only
    @require_POST
    def act(request: SpaceRequest, pk: int, slug: str, offer_pk: int) -> HttpResponse:
        offer = _offer(request, offer_pk)
        typed = request.POST.get("version", "")
        version = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
        try:
            verb(offer, actor=request.user, version=version)
            messages.success(request, told)
        except NotAllowed:
            raise
        except RuleBroken as refusal:
            messages.error(request, refusal.message)
        return redirect(_url(back, offer))

    return act


submit = _act(
    services.submit,
    "L’offre est envoyée. La brigade la prend en charge sous 2 jours ouvrés et décide sous 5.",
)
take_back = _act(services.take_back, "L’offre est de nouveau un brouillon.")
pause = _act(services.pause, "L’offre est en pause : elle n’est proposée à personne.")
resume = _act(services.resume, "L’offre est de nouveau proposée.")
end = _act(services.end, "L’offre est terminée. Les journées déjà convenues ne changent pas.")


def _offer(request: SpaceRequest, pk: int) -> Offer:
    mine = Offer.objects.of_organisation(request.organisation)
    return get_object_or_404(mine.select_related("organisation__commune__department"), pk=pk)


def _step(section: str) -> dict[str, Any]:
    if section not in STEPS:
        raise Http404
    index = STEPS.index(section)
    return {
        "step": index + 1,
        "steps": len(STEPS),
        "heading": HEADINGS[section],
        "next_heading": HEADINGS[STEPS[index + 1]] if index + 1 < len(STEPS) else "",
        "previous": index > 0,
    }


def _step_url(offer: Offer, section: str, *, suite: bool = True) -> str:
    if section == "relire":
        return _url("review", offer)
    organisation = offer.organisation
    url = reverse("offers:edit", args=[organisation.pk, organisation.slug, offer.pk, section])
    return f"{url}?suite" if suite else url


def _url(name: str, offer: Offer) -> str:
    return reverse(f"offers:{name}", args=[offer.organisation_id, offer.organisation.slug, offer.pk])

"""Writing an example, page by page: each page is saved as it is sent; then it is read again and sent to the brigade."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from alliances import policies as alliance_policies
from alliances.library import editing, moderation, policies
from alliances.library.enums import PUBLIC, State
from alliances.library.forms import PageForm, WhoForm, WithdrawForm
from alliances.models import Alliance
from jeveuxagir.accounts import nonces
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.common.text import plural
from jeveuxagir.moderation import services as moderation_services
from organisations.models import Organisation

from . import from_alliance, writing
from .forms import PAGES, Correction, Sending
from .models import Example
from .views import facts_of

FORM = ["GET", "HEAD", "POST"]
REVIEW = "relire"
TITLES = {step: title for step, (title, _form) in PAGES.items()} | {REVIEW: "Relire et envoyer"}
DONE = {
    "take_back": "C’est de nouveau un brouillon : modifiez-le, puis renvoyez-le.",
    "resume": "C’est de nouveau un brouillon, que vous seul voyez.",
    "confirm": "Merci : l’exemple est toujours vrai.",
}


@never_cache
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """The first page: sending it keeps a draft."""
    who = WhoForm(request.POST or None, organisations=usable(request))
    form = PAGES["essentiel"][1](request.POST or None)
    if request.method == "POST" and all([who.is_valid(), form.is_valid()]):
        try:
            with nonces.once(nonces.actor_key(request), who.cleaned_data["nonce"]) as sent:
                if sent.first:
                    example = writing.begin(
                        actor=user_of(request), organisation=who.organisation, values=form.data_typed()
                    )
                    sent.outcome = page_url(example, list(PAGES)[1])
            return redirect(sent.outcome)
        except RuleBroken as refused:
            form.add_error(None, refused.message)
    context = {"who": who, "form": form, **_where(None, "essentiel")}
    return render(request, "examples/write.html", context, status=422 if request.method == "POST" else 200)


@never_cache
@require_http_methods(FORM)
def page(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """One page of a draft; back keeps what was typed."""
    example = _own(request, pk)
    if example.state != State.DRAFT:
        return redirect(_next_for(example))
    if step == REVIEW:
        return _review(request, example)
    if step not in PAGES:
        raise Http404
    form = PAGES[step][1](request.POST or None, initial=_initial(example))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                writing.edit(example, actor=user_of(request), values=form.data_typed())
                steps = list(TITLES)
                return redirect(page_url(example, steps[steps.index(step) + 1]))
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
    context = {"form": form, "sheet": example, **_where(example, step)}
    return render(request, "examples/write.html", context, status=status)


def _review(request: HttpRequest, example: Example) -> HttpResponse:
    """All that was written, how it is found, the licence, the parties' consent, and the sending."""
    form = Sending(request.POST or None, initial=_initial(example))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                example = writing.edit(example, actor=user_of(request), values=form.data_typed())
                if "send" in request.POST:
                    example = editing.submit(example, actor=user_of(request))
                    messages.success(
                        request,
                        "C’est envoyé. La brigade lit sous 5 jours ouvrés, puis l’exemple est public.",
                    )
                else:
                    messages.success(request, "Votre brouillon est gardé : vous seul le voyez.")
                return redirect(example.get_absolute_url())
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
    context = {
        "form": form,
        "sheet": example,
        "missing": [] if status == 409 else example.missing(),
        "texts": moderation.texts_of(example),
        "facts": [("Coût, la première année", str(example.get_cost_display())), *facts_of(example)]
        if example.cost
        else facts_of(example),
        "links": [(title, page_url(example, step)) for step, (title, _form) in PAGES.items()],
        "consents": list(example.consents.all()),
        **_where(example, REVIEW),
    }
    return render(request, "examples/review.html", context, status=status)


@never_cache
@require_http_methods(FORM)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """A published example in one page: its new words wait for the brigade, which reads what changes alone."""
    example = _own(request, pk)
    if example.state not in PUBLIC:
        return redirect(_next_for(example))
    waiting = moderation_services.open_items(example.KIND, example).first()
    initial = _initial(example) | {"version": example.version}
    if waiting is not None:
        initial |= {name: change["value"] for name, change in waiting.diff.items()}
    form = Correction(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                writing.edit(
                    example,
                    actor=user_of(request),
                    values=form.data_typed(),
                    version=form.cleaned_data["version"],
                )
                messages.success(
                    request,
                    "C’est enregistré. Les textes changés attendent la brigade ; l’exemple publié reste en ligne.",
                )
                return redirect(example.get_absolute_url())
            except Stale as stale:
                example.refresh_from_db()
                typed = request.POST.copy()
                typed["version"] = str(example.version)
                form.data = typed
                form.add_error(None, stale.message)
                status = 409
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
    return render(request, "library/correct.html", {"form": form, "sheet": example}, status=status)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Take back what the brigade reads, take up again what was withdrawn, say that it is still true."""
    example = _own(request, pk)
    if verb not in DONE:
        raise Http404
    doing: Any = writing.confirm if verb == "confirm" else getattr(editing, verb)
    try:
        doing(example, actor=user_of(request))
        messages.success(request, DONE[verb])
    except RuleBroken as refused:
        messages.error(request, refused.message)
    return redirect(example.get_absolute_url())


@never_cache
@require_http_methods(FORM)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Its author does not want it any more: its history stays."""
    example = _own(request, pk)
    form = WithdrawForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                editing.withdraw(example, actor=user_of(request), reason=form.cleaned_data["reason"])
                messages.success(request, "L’exemple est retiré. Vous pouvez le reprendre quand vous voulez.")
                return redirect(example.get_absolute_url())
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
    return render(request, "library/withdraw.html", {"form": form, "sheet": example}, status=status)


# --- from an alliance -------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(FORM)
def of_alliance(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """« En faire un exemple »: what it does, then the draft that the alliance fills."""
    user = user_of(request)
    alliance = Alliance.objects.of_person(user.person).filter(pk=pk).first()
    if alliance is None:
        raise Http404
    if not alliance_policies.can_act(user, alliance):
        raise NotAllowed("Vous lisez cette alliance, sans y agir : demandez à un responsable.")
    organisations = [
        party.organisation
        for party in alliance_policies.acting_parties(user, alliance)
        if party.organisation is not None and party.organisation.is_verified
    ]
    who = WhoForm(request.POST or None, organisations=organisations)
    status = 200
    if request.method == "POST":
        status = 422
        if who.is_valid():
            try:
                with nonces.once(nonces.actor_key(request), who.cleaned_data["nonce"]) as sent:
                    if sent.first:
                        example = from_alliance.begin(alliance, actor=user, organisation=who.organisation)
                        share = round(100 * from_alliance.filled(example))
                        messages.success(request, f"Le brouillon est rempli à {share} %. Complétez le reste.")
                        sent.outcome = page_url(example, REVIEW)
                return redirect(sent.outcome)
            except RuleBroken as refused:
                who.add_error(None, refused.message)
                status = 409
    context = {"alliance": alliance, "who": who, "may_tell": from_alliance.may_tell(alliance)}
    return render(request, "examples/of_alliance.html", context, status=status)


@require_POST
def ask_parties(request: HttpRequest, pk: int) -> HttpResponse:
    """Each party of the alliance is asked whether it agrees."""
    example = _own(request, pk)
    try:
        asked = writing.ask_parties(example, actor=user_of(request))
        messages.success(
            request,
            f"C’est demandé à {plural(len(asked), 'partie')}. Vous serez prévenu quand toutes seront d’accord."
            if asked
            else "Toutes les parties sont d’accord.",
        )
    except RuleBroken as refused:
        messages.error(request, refused.message)
    return redirect(page_url(example, REVIEW))


# --- inside -----------------------------------------------------------------------------------------------------


def page_url(example: Example, step: str) -> str:
    return reverse("examples:write", args=[example.pk, step])


def _next_for(example: Example) -> str:
    """Where one goes on: its pages as a draft, its correction once it is public, its page otherwise."""
    if example.state == State.DRAFT:
        return page_url(example, "essentiel")
    if example.state in PUBLIC:
        return reverse("examples:correct", args=[example.pk])
    return example.get_absolute_url()


def _own(request: HttpRequest, pk: int) -> Example:
    rows = Example.objects.of_person(user_of(request).person)
    example = (
        rows.select_related(
            "organisation", "department", "person", "commune__department", "county", "category"
        )
        .filter(pk=pk)
        .first()
    )
    if example is None or not policies.looks_after(request.user, example):
        raise Http404
    return example


def usable(request: HttpRequest) -> list[Organisation]:
    """The validated organisations one may speak for."""
    return [one for one in alliance_policies.handled_by(request.user) if one.is_verified]


def _initial(example: Example) -> dict[str, Any]:
    forms: list[type[PageForm]] = [*(form for _title, form in PAGES.values()), Sending]
    names = {name for form in forms for name in form.base_fields}
    kept = {name: getattr(example, name) for name in names if hasattr(example, name)}
    kept |= {"domains": list(example.domains.all()), "sdgs": list(example.sdgs.all())}
    return kept


def _where(example: Example | None, step: str) -> dict[str, Any]:
    """What the stepper says."""
    names = list(TITLES)
    place = names.index(step)
    back = reverse("examples:list")
    if example is not None and place:
        back = page_url(example, names[place - 1])
    return {
        "step_title": TITLES[step],
        "step": place + 1,
        "steps": len(names),
        "next_title": TITLES[names[place + 1]] if place + 1 < len(names) else "",
        "back": back,
    }

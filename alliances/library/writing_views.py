"""Writing a sheet, page by page: each page is saved as it is sent; then it is read again and sent to the brigade."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from alliances import policies as alliance_policies
from jeveuxagir.accounts import nonces
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.errors import RuleBroken, Stale
from jeveuxagir.moderation import services as moderation_services
from organisations.models import Organisation

from . import directory, editing, moderation, policies, writing
from .directory import AnySheet
from .enums import State
from .forms import CORRECTIONS, PAGES, LicenceForm, PageForm, WhoForm, WithdrawForm
from .models import Method, Network, Resource

FORM = ["GET", "HEAD", "POST"]
#: sort of sheet in an address → model
SORTS: dict[str, type[Method] | type[Resource] | type[Network]] = {
    "methode": Method,
    "outil": Resource,
    "reseau": Network,
}
HEADINGS: dict[type[Any], str] = {
    Method: "Proposer une méthode",
    Resource: "Proposer un outil, des données ou une formation",
    Network: "Proposer un réseau de référence",
}
REVIEW = "relire"
DONE = {
    "take_back": "C’est de nouveau un brouillon : modifiez-le, puis renvoyez-le.",
    "resume": "C’est de nouveau un brouillon, que vous seul voyez.",
}


def sort_of(sheet: AnySheet) -> str:
    return next(sort for sort, model in SORTS.items() if isinstance(sheet, model))


@never_cache
@require_http_methods(["GET", "HEAD"])
def propose(request: HttpRequest) -> HttpResponse:
    """What one may propose, and the sheets one writes."""
    person = user_of(request).person
    mine = [
        (sheet, sort_of(sheet), directory.noun_of(sheet))
        for model in SORTS.values()
        for sheet in model.objects.of_person(person)
        .select_related("organisation")
        .order_by("-updated_at")[:50]
    ]
    mine.sort(key=lambda line: line[0].updated_at, reverse=True)
    return render(request, "library/propose.html", {"mine": mine})


@never_cache
@require_http_methods(FORM)
def new(request: HttpRequest, sort: str) -> HttpResponse:
    """The first page: sending it keeps a draft."""
    model = _model(sort)
    form_class = PAGES[model]["essentiel"][1]
    who = WhoForm(request.POST or None, organisations=_usable(request))
    form = form_class(request.POST or None)
    if request.method == "POST" and all([who.is_valid(), form.is_valid()]):
        try:
            return redirect(_create(request, model, who, form))
        except RuleBroken as refused:
            form.add_error(None, refused.message)
    context = {"who": who, "form": form, **_where(model, None, "essentiel")}
    return render(request, "library/write.html", context, status=422 if request.method == "POST" else 200)


def _create(request: HttpRequest, model: Any, who: WhoForm, form: PageForm) -> str:
    with nonces.once(nonces.actor_key(request), who.cleaned_data["nonce"]) as sent:
        if sent.first:
            sheet = writing.begin(
                model, actor=user_of(request), organisation=who.organisation, values=form.data_typed()
            )
            sent.outcome = page_url(sheet, [*PAGES[model], REVIEW][1])
    return sent.outcome


@never_cache
@require_http_methods(FORM)
def page(request: HttpRequest, sort: str, pk: int, step: str) -> HttpResponse:
    """One page of a draft; back keeps what was typed."""
    sheet = _own(request, sort, pk)
    model = type(sheet)
    if sheet.state != State.DRAFT:
        return redirect(_next_for(sheet))
    if step == REVIEW:
        return _review(request, sheet)
    if step not in PAGES[model]:
        raise Http404
    form = PAGES[model][step][1](request.POST or None, initial=_initial(sheet))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                writing.edit(sheet, actor=user_of(request), values=form.data_typed())
                steps = [*PAGES[model], REVIEW]
                return redirect(page_url(sheet, steps[steps.index(step) + 1]))
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
    context = {"form": form, "sheet": sheet, **_where(model, sheet, step)}
    return render(request, "library/write.html", context, status=status)


def _review(request: HttpRequest, sheet: AnySheet) -> HttpResponse:
    """All that was written, each part with its link, then the licence and the sending."""
    form = LicenceForm(request.POST or None, initial={"licence": sheet.licence})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                sheet = writing.edit(sheet, actor=user_of(request), values=form.data_typed())
                if "send" in request.POST:
                    sheet = editing.submit(sheet, actor=user_of(request))
                    messages.success(
                        request,
                        "C’est envoyé. La brigade lit sous 5 jours ouvrés, puis la fiche est publique.",
                    )
                else:
                    messages.success(request, "Votre brouillon est gardé : vous seul le voyez.")
                return redirect(sheet.get_absolute_url())
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
    model = type(sheet)
    context = {
        "form": form,
        "sheet": sheet,
        "missing": sheet.missing(),
        "texts": moderation.texts_of(sheet),
        "facts": directory.facts_of(sheet),
        "links": [(title, page_url(sheet, step)) for step, (title, _form) in PAGES[model].items()],
        **_where(model, sheet, REVIEW),
    }
    return render(request, "library/write_review.html", context, status=status)


@never_cache
@require_http_methods(FORM)
def correct(request: HttpRequest, sort: str, pk: int) -> HttpResponse:
    """A published sheet in one page: its new words wait for the brigade, which reads what changes alone."""
    sheet = _correctable(request, sort, pk)
    if not _is_out(sheet):
        return redirect(_next_for(sheet))
    waiting = moderation_services.open_items(sheet.KIND, sheet).first()
    initial = _initial(sheet) | {"version": sheet.version}
    if waiting is not None:
        initial |= {name: change["value"] for name, change in waiting.diff.items()}
    form = CORRECTIONS[type(sheet)](request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                writing.edit(
                    sheet,
                    actor=user_of(request),
                    values=form.data_typed(),
                    version=form.cleaned_data["version"],
                )
                waits = moderation_services.open_items(sheet.KIND, sheet).exists()
                messages.success(
                    request,
                    "C’est enregistré. Les textes changés attendent la brigade ; d’ici là, rien d’autre ne change."
                    if waits
                    else "C’est enregistré.",
                )
                return redirect(sheet.get_absolute_url())
            except Stale as stale:
                sheet.refresh_from_db()
                typed = request.POST.copy()
                typed["version"] = str(sheet.version)
                form.data = typed
                form.add_error(None, stale.message)
                status = 409
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
    return render(request, "library/correct.html", {"form": form, "sheet": sheet}, status=status)


@require_POST
def act(request: HttpRequest, sort: str, pk: int, verb: str) -> HttpResponse:
    """Take back what the brigade reads, or take up again what was withdrawn."""
    sheet = _own(request, sort, pk)
    if verb not in DONE:
        raise Http404
    try:
        getattr(editing, verb)(sheet, actor=user_of(request))
        messages.success(request, DONE[verb])
    except RuleBroken as refused:
        messages.error(request, refused.message)
    return redirect(sheet.get_absolute_url())


@never_cache
@require_http_methods(FORM)
def withdraw(request: HttpRequest, sort: str, pk: int) -> HttpResponse:
    """Its author does not want it any more: said first, done then; its history stays."""
    sheet = _own(request, sort, pk)
    form = WithdrawForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                editing.withdraw(sheet, actor=user_of(request), reason=form.cleaned_data["reason"])
                messages.success(request, "La fiche est retirée. Vous pouvez la reprendre quand vous voulez.")
                return redirect(sheet.get_absolute_url())
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
    return render(request, "library/withdraw.html", {"form": form, "sheet": sheet}, status=status)


# --- inside -----------------------------------------------------------------------------------------------------


def page_url(sheet: AnySheet, step: str) -> str:
    return reverse("library:write", args=[sort_of(sheet), sheet.pk, step])


def _is_out(sheet: AnySheet) -> bool:
    """Published, even when its link is dead: that is when it is corrected."""
    return sheet.state in (State.PUBLISHED, State.TO_CONFIRM)


def _next_for(sheet: AnySheet) -> str:
    """Where one goes on with a sheet: its correction once it is published, its page otherwise."""
    if sheet.state == State.DRAFT:
        return page_url(sheet, "essentiel")
    if _is_out(sheet):
        return reverse("library:correct", args=[sort_of(sheet), sheet.pk])
    return sheet.get_absolute_url()


def _model(sort: str) -> type[AnySheet]:
    if sort not in SORTS:
        raise Http404
    return SORTS[sort]


def _own(request: HttpRequest, sort: str, pk: int) -> Any:
    rows = _model(sort).objects.of_person(user_of(request).person)
    sheet = rows.select_related("organisation", "department", "person").filter(pk=pk).first()
    if sheet is None or not policies.looks_after(request.user, sheet):
        raise Http404
    return sheet


def _correctable(request: HttpRequest, sort: str, pk: int) -> Any:
    """One's own; or a public network that one is of, or whose brigade one leads."""
    model = _model(sort)
    if model is Network:
        rows = model.objects.public().select_related("organisation", "department", "person")
        sheet = rows.filter(pk=pk).first()
        if sheet is not None and policies.may_correct(request.user, sheet):
            return sheet
    return _own(request, sort, pk)


def _usable(request: HttpRequest) -> list[Organisation]:
    """The validated organisations one may speak for."""
    return [one for one in alliance_policies.handled_by(request.user) if one.is_verified]


def _initial(sheet: AnySheet) -> dict[str, Any]:
    names = {name for _title, form in PAGES[type(sheet)].values() for name in form.base_fields}
    kept = {name: getattr(sheet, name) for name in names | {"licence"} if hasattr(sheet, name)}
    return kept | {"domains": list(sheet.domains.all()), "sdgs": list(sheet.sdgs.all())}


def _where(model: Any, sheet: AnySheet | None, step: str) -> dict[str, Any]:
    """What the stepper says."""
    titles = {name: title for name, (title, _form) in PAGES[model].items()} | {REVIEW: "Relire et envoyer"}
    names = list(titles)
    place = names.index(step)
    back = reverse("library:propose")
    if sheet is not None and place:
        back = page_url(sheet, names[place - 1])
    return {
        "step_title": titles[step],
        "step": place + 1,
        "steps": len(names),
        "next_title": titles[names[place + 1]] if place + 1 < len(names) else "",
        "back": back,
        "heading": HEADINGS[model],
    }

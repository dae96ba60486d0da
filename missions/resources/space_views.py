"""An organisation says its needs, follows what is promised for them, and what it promised to others."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.accounts import nonces
from jeveuxagir.common.errors import RuleBroken, Stale
from jeveuxagir.moderation import services as moderation
from organisations.policies import HANDLERS
from organisations.spaces import SpaceRequest, membership_required
from organisations.views import space_context

from . import directory, orienting, policies, services
from .enums import PROMISES, TRANSITIONS, UNSENT, Kind, Promised, State
from .forms import CloseForm, DropForm, NeedForm, ReceiveForm
from .models import Need, Promise
from .totals import totals

FORM = ["GET", "HEAD", "POST"]
PER_PAGE = 30
GIVEN_SHOWN = 100
WHO_DECIDES = (
    "La brigade de votre département le relit sous 5 jours ouvrés. Vous recevrez sa réponse par message."
)
BADGES = {
    State.DRAFT: "neutral",
    State.PENDING: "info",
    State.OPEN: "success",
    State.MET: "success",
    State.CLOSED: "neutral",
}
PROMISE_BADGES = {Promised.PLANNED: "info", Promised.RECEIVED: "success", Promised.DROPPED: "neutral"}
#: where the sentence of a refusal stands in the form
FIELDS = {
    "past": "deadline",
    "too_far": "deadline",
    "quantity": "quantity",
    "need_unit_of_kind": "unit",
}


@never_cache
@require_safe
def propose(request: HttpRequest) -> HttpResponse:
    """« Dire un besoin »: the organisation one speaks for; a company is told that it says none."""
    handled = policies.handled_by(request.user)
    mine = [one for one in handled if policies.may_own(one)]
    if len(mine) == 1:
        return redirect("resources:create", mine[0].pk, mine[0].slug)
    context = {"organisations": mine, "companies": [one for one in handled if not policies.may_own(one)]}
    return render(request, "resources/propose.html", context)


@membership_required()
@never_cache
@require_safe
def needs(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """What it needs, and what it promised to others."""
    waiting = Count("promises", filter=Q(promises__state=Promised.PLANNED))
    rows = Need.objects.of_organisation(request.organisation).select_related("commune")
    page = Paginator(rows.annotate(waiting=waiting).order_by("-created_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    lines = []
    for need in page:
        need.organisation = request.organisation
        lines.append({"need": need, "badge": BADGES[State(need.state)]})
    given = (
        Promise.objects.of_organisation(request.organisation)
        .filter(organisation=request.organisation)
        .select_related("need__organisation", "organisation")
        .order_by("-created_at", "-pk")[:GIVEN_SHOWN]
    )
    handles = request.membership.role in HANDLERS
    context = {
        **space_context(request),
        "lines": lines,
        "page_obj": page,
        "given": [_promise(made, giving=True, handles=handles) for made in given],
        "may_own": policies.may_own(request.organisation),
        "may_write": handles and policies.may_own(request.organisation),
    }
    return render(request, "resources/space.html", context)


def _promise(
    made: Promise, *, giving: bool, handles: bool, form: Any = None, drop_form: Any = None
) -> dict[str, Any]:
    """A promise as one side sees it, with what that side may do."""
    return {
        "made": made,
        "badge": PROMISE_BADGES[Promised(made.state)],
        "receive_form": (form or ReceiveForm(made=made))
        if handles and not giving and PROMISES.allows("receive", made.state)
        else None,
        "drop_form": (drop_form or DropForm(made=made))
        if handles and PROMISES.allows("drop", made.state)
        else None,
    }


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(FORM)
def create(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """Kept as a draft. A company is refused, and reads why."""
    organisation = request.organisation
    if not policies.may_own(organisation):
        return render(request, "resources/no_company.html", {**space_context(request)}, status=403)
    form = NeedForm(request.POST or None, initial={"commune": organisation.commune})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                    if sent.first:
                        need = services.draft(
                            actor=request.user, organisation=organisation, data=form.data_typed()
                        )
                        messages.success(request, "Votre brouillon est gardé : votre équipe seule le voit.")
                        sent.outcome = need.manage_url
                return redirect(sent.outcome)
            except RuleBroken as refusal:
                form.add_error(FIELDS.get(refusal.code), refusal.message)
                status = 409
    context = {**space_context(request), "form": form, "need": None, "waits": []}
    return render(request, "resources/edit.html", context, status=status)


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(FORM)
def edit(request: SpaceRequest, pk: int, slug: str, need_pk: int) -> HttpResponse:
    need = _need(request, need_pk)
    if need.state not in (*UNSENT, State.OPEN):
        messages.warning(request, "Ce besoin ne se modifie pas maintenant.")
        return redirect(need.manage_url)
    waiting = moderation.open_items(services.KIND, need).first()
    form = NeedForm(request.POST or None, initial=_initial(need, waiting))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                done = services.edit(
                    need,
                    actor=request.user,
                    data=form.data_typed(),
                    version=form.cleaned_data["version"],
                )
                messages.success(request, _said(done))
                return redirect(done.need.manage_url)
            except RuleBroken as refusal:
                if isinstance(refusal, Stale):
                    need.refresh_from_db()
                    typed: Any = request.POST.copy()
                    typed["version"] = str(need.version)
                    form.data = typed
                form.add_error(FIELDS.get(refusal.code), refusal.message)
                status = 409
    context = {**space_context(request), "form": form, "need": need, "waits": waiting.rows if waiting else []}
    return render(request, "resources/edit.html", context, status=status)


def _initial(need: Need, waiting: Any) -> dict[str, Any]:
    """The form takes up what already waits for the brigade."""
    initial = NeedForm.initial_of(need)
    if waiting is not None:
        diff = dict(waiting.diff)
        asked = diff.pop("asked", None)
        initial |= {name: change["value"] for name, change in diff.items()}
        if asked is not None:
            value = asked["value"]
            initial |= {
                "kind": value["kind"],
                "quantity": value["quantity"].replace(".", ","),
                "unit": "" if value["kind"] == Kind.MONEY else value["unit"],
            }
    return initial


def _said(done: services.Edited) -> str:
    said = "C’est enregistré."
    if done.waiting:
        said += f" La brigade relit d’abord : {', '.join(done.waiting)}. La page garde ses mots d’avant jusque-là."
    return said


@membership_required()
@never_cache
@require_safe
def manage(request: SpaceRequest, pk: int, slug: str, need_pk: int) -> HttpResponse:
    """Where it stands, what is promised and received, and which instruments may help."""
    need = _need(request, need_pk)
    return render(request, "resources/manage.html", _managed(request, need))


def _managed(
    request: SpaceRequest,
    need: Need,
    *,
    form: Any = None,
    drop_form: Any = None,
    of: int = 0,
    close: Any = None,
) -> dict[str, Any]:
    handles = request.membership.role in HANDLERS
    waiting = moderation.open_items(services.KIND, need).first() if need.state == State.OPEN else None
    promises = Promise.objects.of_organisation(request.organisation).filter(need=need)
    rows = promises.select_related("organisation").order_by("-created_at", "-pk")
    made = []
    for row in rows:
        row.need = need
        bad = row.pk == of
        made.append(
            _promise(
                row,
                giving=False,
                handles=handles,
                form=form if bad else None,
                drop_form=drop_form if bad else None,
            )
        )
    return {
        **space_context(request),
        "need": need,
        "badge": BADGES[State(need.state)],
        "handles": handles,
        "verbs": TRANSITIONS.verbs(need.state) if handles else [],
        "may_edit": handles and need.state in (*UNSENT, State.OPEN),
        "may_delete": handles and need.state in UNSENT and need.opened_at is None,
        "waits": waiting.rows if waiting else [],
        "waits_since": waiting.created_at if waiting else None,
        "who_decides": WHO_DECIDES,
        "promises": made,
        "totals": totals(promises.rows()),
        "oriented": orienting.of(directory.asked_of(need))
        if need.state in (State.DRAFT, State.PENDING, State.OPEN)
        else None,
        "close_form": close or CloseForm(),
    }


# --- verbs ----------------------------------------------------------------------------------------------------


@membership_required(*HANDLERS)
@require_POST
def submit(request: SpaceRequest, pk: int, slug: str, need_pk: int) -> HttpResponse:
    return _do(request, need_pk, services.submit, f"C’est envoyé. {WHO_DECIDES}")


@membership_required(*HANDLERS)
@require_POST
def take_up(request: SpaceRequest, pk: int, slug: str, need_pk: int) -> HttpResponse:
    return _do(
        request, need_pk, services.take_up, "C’est de nouveau un brouillon : modifiez-le, puis renvoyez-le."
    )


@membership_required(*HANDLERS)
@require_POST
def withdraw_edit(request: SpaceRequest, pk: int, slug: str, need_pk: int) -> HttpResponse:
    return _do(
        request, need_pk, services.withdraw_edit, "Vos changements sont retirés : la page reste la même."
    )


@membership_required(*HANDLERS)
@require_POST
def meet(request: SpaceRequest, pk: int, slug: str, need_pk: int) -> HttpResponse:
    return _do(
        request,
        need_pk,
        services.meet,
        "Bravo : le besoin est satisfait. Ceux qui avaient promis quelque chose sont prévenus.",
    )


@membership_required(*HANDLERS)
@require_POST
def delete(request: SpaceRequest, pk: int, slug: str, need_pk: int) -> HttpResponse:
    need = _need(request, need_pk)
    try:
        services.delete_draft(need, actor=request.user)
        messages.success(request, "Le brouillon est supprimé.")
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
        return redirect(need.manage_url)
    return redirect("resources:space", request.organisation.pk, request.organisation.slug)


@never_cache
@membership_required(*HANDLERS)
@require_POST
def close(request: SpaceRequest, pk: int, slug: str, need_pk: int) -> HttpResponse:
    need = _need(request, need_pk)
    form = CloseForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            services.close(need, actor=request.user, reason=form.cleaned_data["reason"])
            messages.success(
                request, "Le besoin est fermé. Ceux qui avaient promis quelque chose sont prévenus."
            )
            return redirect(need.manage_url)
        except RuleBroken as refusal:
            form.add_error(None, refusal.message)
            status = 409
    return render(request, "resources/manage.html", _managed(request, need, close=form), status=status)


@never_cache
@membership_required(*HANDLERS)
@require_POST
def receive(request: SpaceRequest, pk: int, slug: str, promise_pk: int) -> HttpResponse:
    """Only for a need of this organisation."""
    made = _made(request, promise_pk)
    if made.need.organisation_id != request.organisation.pk:
        return _elsewhere(request)
    form = ReceiveForm(request.POST, made=made)
    status = 422
    if form.is_valid():
        try:
            services.receive(made, actor=request.user, **form.cleaned_data)
            messages.success(request, f"C’est noté, et {made.organisation.name} est prévenue.")
            return redirect(made.need.manage_url)
        except RuleBroken as refusal:
            form.add_error("on" if refusal.code == "future" else None, refusal.message)
            status = 409
    context = _managed(request, made.need, form=form, of=made.pk)
    return render(request, "resources/manage.html", context, status=status)


@never_cache
@membership_required(*HANDLERS)
@require_POST
def drop(request: SpaceRequest, pk: int, slug: str, promise_pk: int) -> HttpResponse:
    """By the organisation that promised, or by the one that was to receive."""
    made = _made(request, promise_pk)
    form = DropForm(request.POST, made=made)
    if form.is_valid():
        try:
            services.drop(made, actor=request.user, **form.cleaned_data)
            messages.success(request, "C’est noté : l’autre organisation est prévenue.")
        except RuleBroken as refusal:
            messages.error(request, refusal.message)
    else:
        messages.error(request, "Ce mot est trop long : 1 000 caractères au plus.")
    return _back(request, made)


def _back(request: SpaceRequest, made: Promise) -> HttpResponse:
    if made.need.organisation_id == request.organisation.pk:
        return redirect(made.need.manage_url)
    return redirect("resources:space", request.organisation.pk, request.organisation.slug)


def _elsewhere(request: SpaceRequest) -> HttpResponse:
    messages.error(request, "L’organisation qui reçoit confirme : ce n’est pas à vous de le faire.")
    return redirect(reverse("resources:space", args=[request.organisation.pk, request.organisation.slug]))


def _do(request: SpaceRequest, need_pk: int, verb: Any, done: str) -> HttpResponse:
    need = _need(request, need_pk)
    try:
        verb(need, actor=request.user)
        messages.success(request, done)
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    return redirect(need.manage_url)


def _need(request: SpaceRequest, need_pk: int) -> Need:
    mine = Need.objects.of_organisation(request.organisation).select_related(
        "commune__department", "department", "domain"
    )
    need: Need = get_object_or_404(mine, pk=need_pk)
    need.organisation = request.organisation
    return need


def _made(request: SpaceRequest, promise_pk: int) -> Promise:
    rows = Promise.objects.of_organisation(request.organisation).select_related(
        "need__organisation", "need__commune__department", "need__department", "need__domain", "organisation"
    )
    made: Promise = get_object_or_404(rows, pk=promise_pk)
    return made

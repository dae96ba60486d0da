"""What a reader does with an example: the same at home, answer for a party of it, say that it is still true."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from alliances.library.moderation import texts_of
from jeveuxagir.accounts import nonces
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import plural
from jeveuxagir.territories.models import Commune

from . import here as doing
from . import writing
from .forms import HereForm, NoForm
from .models import Consent, Example
from .writing_views import usable

FORM = ["GET", "HEAD", "POST"]
#: what a reader without an account chose, in the session until they are known
KEPT = "do_here"


@login_not_required
@never_cache
@require_http_methods(FORM)
def here(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """One page: where, for whom, under what name. Then the alliance, with the steps and whom to invite.

    An account is asked for last, as on the pages that begin any alliance; what was chosen is kept meanwhile.
    """
    example = Example.objects.public().filter(pk=pk).select_related("category").first()
    if example is None:
        raise Http404
    is_known = request.user.is_authenticated
    kept = request.session.get(KEPT, {})
    kept = kept if kept.get("example") == pk else {}
    form = HereForm(
        request.POST or None, organisations=usable(request), initial=_chosen(request, example, kept)
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            if not is_known:
                said = form.cleaned_data
                request.session[KEPT] = {"example": pk, "commune": said["commune"].pk, "name": said["name"]}
                return redirect(f"{request.path}#compte")
            try:
                answer = redirect(_begin(request, example, form))
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
            else:
                request.session.pop(KEPT, None)
                return answer
    context = {
        "sheet": example,
        "form": form,
        "steps": example.steps,
        "ready": bool(kept) and not is_known and request.method != "POST",
    }
    return render(request, "examples/here.html", context, status=status)


def _chosen(request: HttpRequest, example: Example, kept: dict[str, Any]) -> dict[str, Any]:
    """What the form starts with: what was chosen before signing in, else one's commune and the example's title."""
    initial: dict[str, Any] = {"commune": None, "name": kept.get("name") or example.title}
    if kept.get("commune"):
        initial["commune"] = Commune.objects.select_related("department").filter(pk=kept["commune"]).first()
    elif request.user.is_authenticated:
        initial["commune"] = user_of(request).person.commune
    return initial


def _begin(request: HttpRequest, example: Example, form: HereForm) -> str:
    said = form.cleaned_data
    with nonces.once(nonces.actor_key(request), said["nonce"]) as sent:
        if sent.first:
            made = doing.do_here(
                example,
                actor=user_of(request),
                organisation=form.organisation,
                commune=said["commune"],
                name=said["name"],
            )
            count = len(example.steps)
            with_steps = f", avec {plural(count, 'étape')} dans son parcours" if count else ""
            messages.success(
                request,
                f"Votre alliance est née{with_steps}. Vous seul la voyez. Voici qui inviter, et pourquoi.",
            )
            sent.outcome = reverse("alliances:composition", args=[made.pk, made.slug])
    return str(sent.outcome)


@never_cache
@require_http_methods(FORM)
def consent(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """A party reads the example of its alliance and agrees, or does not; later it may take its consent back."""
    user = user_of(request)
    rows = Consent.objects.of_person(user.person).filter(example=pk)
    mine = list(rows.select_related("party__organisation", "party__person", "example__commune__department"))
    if not mine:
        raise Http404
    example = mine[0].example
    form = NoForm(request.POST if "no" in request.POST else None)
    status = 200
    if request.method == "POST":
        chosen = next((row for row in mine if str(row.pk) == request.POST.get("partie", "")), mine[0])
        agreed = "no" not in request.POST
        if agreed or form.is_valid():
            try:
                reason = "" if agreed else form.cleaned_data["reason"]
                writing.answer(chosen, actor=user, agreed=agreed, reason=reason)
                messages.success(
                    request,
                    f"C’est noté : {chosen.name} est d’accord."
                    if agreed
                    else f"C’est noté : {chosen.name} n’est pas d’accord, l’exemple n’est pas public.",
                )
                return redirect("examples:consent", pk=pk, slug=example.slug)
            except RuleBroken as refused:
                messages.error(request, refused.message)
                status = 409
        else:
            status = 422
    context: dict[str, Any] = {"sheet": example, "mine": mine, "form": form, "texts": texts_of(example)}
    return render(request, "examples/consent.html", context, status=status)


@login_not_required
@never_cache
@require_http_methods(FORM)
def still_true(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the yearly mail: one button says yes; « non » leads to the correction. Nothing by just looking."""
    known = writing.of_token(token)
    example = Example.objects.public().filter(pk=known[0]).first() if known else None
    asks = example is not None and known is not None and writing.asks(example, known[1])
    done = False
    if request.method == "POST" and asks and known is not None and example is not None:
        try:
            example = writing.confirm(example, actor=None, turn=known[1])
            asks, done = False, True
        except RuleBroken:
            asks = False
    status = 200 if asks or done else 404 if example is None else 200
    context = {"sheet": example, "asks": asks, "done": done}
    return render(request, "examples/still_true.html", context, status=status)

"""The self-assessment: the questions, the level with what helps, and the way gone since the first time."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alliances import policies as alliance_policies
from jeveuxagir.accounts import nonces
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.clock import PARIS
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.ui.charts import Dot
from organisations.models import Organisation

from . import maturity
from .directory import card
from .forms import MaturityForm
from .models import Assessment

#: times shown of one organisation
SHOWN = 24


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ten questions on one page. Without an account the result is shown and nothing is kept."""
    known = request.user.is_authenticated
    form = MaturityForm(request.POST or None, organisations=_organisations(request), known=known)
    if request.method == "POST" and form.is_valid():
        if known and form.is_kept:
            try:
                return redirect(_keep(request, form))
            except RuleBroken as refused:
                form.add_error(None, refused.message)
        else:
            return render(request, "library/maturity_result.html", _shown(form.answers))
    context = {"form": form, "known": known, "rungs": maturity.rungs()}
    return render(request, "library/maturity.html", context, status=422 if request.method == "POST" else 200)


def _keep(request: HttpRequest, form: MaturityForm) -> str:
    with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
        if sent.first:
            made = maturity.keep(actor=user_of(request), organisation=form.organisation, answers=form.answers)
            messages.success(
                request, "C’est gardé. Refaites le point dans un an, ou quand quelque chose a changé."
            )
            sent.outcome = reverse("library:assessment", args=[made.pk])
    return sent.outcome


@never_cache
@require_GET
def assessment(request: HttpRequest, pk: int) -> HttpResponse:
    """One that was kept, with those before and after it."""
    rows = Assessment.objects.of_person(user_of(request).person).select_related("organisation")
    made = get_object_or_404(rows, pk=pk)
    same = (
        rows.filter(organisation=made.organisation) if made.organisation else rows.filter(organisation=None)
    )
    history = list(same.order_by("-made_at", "-pk")[:SHOWN])
    history.reverse()
    dots = [
        Dot(
            label=f"{one.made_at.astimezone(PARIS):%d/%m/%Y}",
            day=one.made_at.astimezone(PARIS).date(),
            value=one.score,
            note=str(one.get_level_display()),
        )
        for one in history
    ]
    context = {**_shown(made.answers), "made": made, "history": history, "dots": dots}
    return render(request, "library/maturity_result.html", context)


@never_cache
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Those one kept: for oneself and for one's organisations."""
    rows = Assessment.objects.of_person(user_of(request).person).select_related("organisation")
    return render(
        request, "library/maturity_mine.html", {"rows": list(rows.order_by("-made_at", "-pk")[:100])}
    )


@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    made = get_object_or_404(Assessment.objects.of_person(user_of(request).person), pk=pk)
    maturity.forget(made, actor=user_of(request))
    messages.success(request, "Cet autodiagnostic est effacé.")
    return redirect("library:assessments")


def _shown(answers: list[int]) -> dict[str, Any]:
    """The level, why, and what helps. Answers to questions that have changed since are shown no more."""
    result = maturity.assess(answers)
    asked = maturity.questions()
    return {
        "result": result,
        "rungs": maturity.rungs(),
        "advices": [
            (reason, [card(one.sheet) for one in same])
            for reason, same in groupby(maturity.advise(result), key=lambda one: one.reason)
        ],
        "said": [(one.text, one.answers[answer]) for one, answer in zip(asked, answers, strict=True)],
        "made": None,
        "history": [],
        "dots": [],
    }


def _organisations(request: HttpRequest) -> list[Organisation]:
    if not request.user.is_authenticated:
        return []
    return [one for one in alliance_policies.handled_by(request.user) if one.is_verified]

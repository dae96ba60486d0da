"""The words from A to Z, the page of each, and contesting one."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.accounts import nonces
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import clean
from jeveuxagir.notifications.links import absolute
from jeveuxagir.ui.structured import data_block

from . import services
from .forms import ContestForm
from .models import Contest, Term

SHOWN_REVISIONS = 20


@login_not_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every word in use, by letter; or those that answer some words."""
    asked = clean(request.GET.get("q", ""))[:100]
    terms = list(Term.objects.public().found(asked).defer("search"))
    letters = [(letter, list(rows)) for letter, rows in groupby(terms, key=lambda term: term.letter)]
    described = {
        "@context": "https://schema.org",
        "@type": "DefinedTermSet",
        "name": "Glossaire de Jeveuxagir",
        "url": absolute(reverse("glossary:list")),
        "license": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
        "inLanguage": "fr",
    }
    context = {"letters": letters, "count": len(terms), "asked": asked, "structured": data_block(described)}
    return render(request, "glossary/list.html", context)


@login_not_required
@require_safe
def term(request: HttpRequest, slug: str) -> HttpResponse:
    """The definition, what each world means by it, its neighbours, and how it changed."""
    found = _term(slug)
    mine: list[Contest] = []
    if request.user.is_authenticated:
        rows = Contest.objects.of_person(user_of(request).person).filter(term=found)
        mine = list(rows.order_by("-pk")[:5])
    context = {
        "term": found,
        "related": list(found.related.filter(active=True).order_by("position")),
        "revisions": list(found.revisions.order_by("-number")[:SHOWN_REVISIONS]),
        "mine": mine,
        "structured": data_block(_described(found)),
    }
    return render(request, "glossary/term.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contest(request: HttpRequest, slug: str) -> HttpResponse:
    """Why, a wording, a source: one page."""
    found = _term(slug)
    form = ContestForm(request.POST or None, term=found)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return redirect(_send(request, found, form))
            except RuleBroken as refusal:
                form.add_error(None, refusal.message)
                status = 409
    return render(request, "glossary/contest.html", {"term": found, "form": form}, status=status)


def _send(request: HttpRequest, found: Term, form: ContestForm) -> str:
    typed = form.cleaned_data
    with nonces.once(nonces.actor_key(request), typed["nonce"]) as sent:
        if sent.first:
            services.contest(
                found,
                actor=user_of(request),
                why=typed["why"],
                proposed=typed["proposed"],
                source=typed["source"],
            )
            messages.success(
                request, "C’est envoyé à l’équipe nationale. La définition actuelle reste jusqu’à sa réponse."
            )
            sent.outcome = found.get_absolute_url()
    return sent.outcome


@require_POST
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    mine = Contest.objects.of_person(user_of(request).person).select_related("term")
    made = get_object_or_404(mine, pk=pk, term__slug=slug)
    try:
        services.withdraw(made, actor=user_of(request))
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Votre contestation est retirée.")
    return redirect(made.term)


def _term(slug: str) -> Term:
    return get_object_or_404(Term.objects.public().defer("search"), slug=slug)


def _described(found: Term) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "DefinedTerm",
        "name": found.name,
        "description": found.definition,
        "url": absolute(found.get_absolute_url()),
        "termCode": found.slug,
        "inDefinedTermSet": absolute(reverse("glossary:list")),
        "inLanguage": "fr",
    }

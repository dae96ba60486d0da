"""The decisions of an alliance: by which rule, who voted what, what came of it, and the tasks that follow."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances import services as alliances
from alliances.enums import College, Rule
from alliances.models import Party
from alliances.spaces import AllianceRequest, party_required
from alliances.views import space_context
from jeveuxagir.accounts import nonces
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.text import of
from jeveuxagir.ui.dates import day_of

from . import policies, services
from .enums import Choice, DecisionState, Effect, MeetingState
from .forms import DecisionForm, ThirdForm, VoteForm
from .models import Decision
from .tally import Count as Tally

PER_PAGE = 20
#: rule → what it means, in words
MEANS = {
    Rule.CONSENT: "la décision est prise si une partie au moins dit oui et qu’aucune ne s’oppose.",
    Rule.MAJORITY: "la décision est prise s’il y a plus de « pour » que de « contre ». S’abstenir ne compte pas.",
    Rule.UNANIMITY: "la décision est prise si toutes les parties disent oui.",
    Rule.PER_COLLEGE: (
        "la décision est prise si, dans chaque monde (associations, entreprises, public…), il y a plus de « pour » "
        "que de « contre »."
    ),
}
CLOSING = (
    ("reached", "Ce qui a été atteint"),
    ("learned", "Ce qui a été appris"),
    ("what_next", "Ce qui continue"),
)


@party_required()
@require_safe
def decisions(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """Those at the vote, then the others, the latest first."""
    every = request.alliance.decisions.annotate(
        yes=Count("votes", filter=Q(votes__choice=Choice.FOR)),
        no=Count("votes", filter=Q(votes__choice=Choice.AGAINST)),
        abstain=Count("votes", filter=Q(votes__choice=Choice.ABSTAIN)),
    )
    at_vote = list(every.filter(state=DecisionState.OPEN).order_by("closes_at", "pk")[:50])
    before = every.exclude(state=DecisionState.OPEN).order_by("-state_changed_at", "-pk")
    page = Paginator(before, PER_PAGE).get_page(request.GET.get("page"))
    for row in (*at_vote, *page):
        row.alliance = request.alliance
    context = {
        **space_context(request),
        "at_vote": at_vote,
        "page_obj": page,
        "may_propose": _may_propose(request),
        "means": MEANS[Rule(request.alliance.rule)],
    }
    return render(request, "governance/decisions.html", context)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """Bring a decision to the vote; `?reunion=` is the meeting it comes from."""
    held = request.alliance.meetings.exclude(state=MeetingState.CANCELLED)
    meetings = held.filter(pk__in=held.values("pk")[:30])
    form = DecisionForm(
        request.POST or None, meetings=meetings, initial={"meeting": request.GET.get("reunion", "")}
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said: dict[str, Any] = {
                name: form.cleaned_data.get(name) for name in ("title", "body", "days", "meeting")
            }
            try:
                with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                    if sent.first:
                        sent.outcome = services.propose(request.alliance, actor=request.user, **said).page_url
                messages.success(request, "La décision est au vote. Les parties sont prévenues.")
                return redirect(sent.outcome)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    context = {**space_context(request), "form": form, "means": MEANS[Rule(request.alliance.rule)]}
    return render(request, "governance/decision_form.html", context, status=status)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def third(request: AllianceRequest, pk: int, slug: str, party_pk: int) -> HttpResponse:
    """Propose a party as the trusted third party; or, if it is, the end of its mandate. The parties decide."""
    party = get_object_or_404(request.alliance.parties.live(), pk=party_pk)
    initial = {"starts_on": today().isoformat()}
    form = ThirdForm(request.POST or None, initial=initial)
    ending, status, refused = party.is_trusted_third, 200, ""
    if request.method == "POST":
        status = 422
        if ending or form.is_valid():
            try:
                made = _propose_third(request, party, form)
                messages.success(request, "La décision est au vote. Les parties sont prévenues.")
                return redirect(made)
            except RuleBroken as broken:
                refused, status = broken.message, 409
                if form.is_bound and not ending:
                    form.add_error(None, refused)
    context = {
        **space_context(request),
        "form": form,
        "party": party,
        "ending": ending,
        "refused": refused,
        "means": MEANS[Rule(request.alliance.rule)],
    }
    return render(request, "governance/third.html", context, status=status)


def _propose_third(request: AllianceRequest, party: Party, form: ThirdForm) -> str:
    if party.is_trusted_third:
        return services.propose_no_third(party, actor=request.user).page_url
    said = form.cleaned_data
    mandate = alliances.Mandate(said["independence"], said["mandate"], said["starts_on"], said["ends_on"])
    with nonces.once(nonces.actor_key(request), said["nonce"]) as sent:
        if sent.first:
            made = services.propose_third(party, actor=request.user, mandate=mandate, days=said["days"])
            sent.outcome = made.page_url
    return str(sent.outcome)


@party_required()
@never_cache
@require_safe
def decision(request: AllianceRequest, pk: int, slug: str, decision_pk: int) -> HttpResponse:
    row = _decision(request, decision_pk)
    return render(request, "governance/decision.html", _context(request, row))


@party_required(act=True)
@never_cache
@require_POST
def vote(request: AllianceRequest, pk: int, slug: str, decision_pk: int, party_pk: int) -> HttpResponse:
    """The voice of a party that the person acts for."""
    row = _decision(request, decision_pk)
    party = get_object_or_404(request.alliance.parties.live(), pk=party_pk)
    if party.pk not in {mine.pk for mine in request.acting}:
        raise NotAllowed("Vous ne parlez pas pour cette partie.")
    form = VoteForm(request.POST, prefix=f"v{party.pk}")
    status = 422
    if form.is_valid():
        try:
            services.vote(row, actor=request.user, party=party, **form.cleaned_data)
            messages.success(request, f"La voix {of(party.name)} est enregistrée.")
            return redirect(row.page_url)
        except NotAllowed:
            raise
        except RuleBroken as broken:
            row = _decision(request, decision_pk)
            if not row.is_open:
                messages.error(request, broken.message)
                return redirect(row.page_url)
            form.add_error(None, broken.message)
            status = 409
    return render(request, "governance/decision.html", _context(request, row, form, party), status=status)


@party_required(act=True)
@require_POST
def withdraw(request: AllianceRequest, pk: int, slug: str, decision_pk: int) -> HttpResponse:
    row = _decision(request, decision_pk)
    if not _may_withdraw(request, row):
        raise NotAllowed("Qui l’a proposée, ou qui anime, la retire.")
    try:
        services.withdraw(row, actor=request.user)
        messages.success(request, "La décision est retirée du vote.")
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    return redirect(row.page_url)


def _context(
    request: AllianceRequest, row: Decision, form: VoteForm | None = None, voting: Party | None = None
) -> dict[str, Any]:
    voices = {
        voice.party_id: voice
        for voice in row.votes.select_related("party", "person").order_by("party__name", "pk")
    }
    can_vote = row.takes_votes and not request.alliance.is_closed
    voters = list(row.voters().order_by("name", "pk")) if row.is_open else []
    with_voice = {party.pk for party in voters}
    forms, too_late = [], []
    for party in request.acting if can_vote else ():
        if party.pk not in with_voice:
            if not party.is_trusted_third:
                too_late.append(party)
            continue
        said = voices.get(party.pk)
        initial = {"choice": said.choice, "reason": said.reason} if said else {}
        bound = form if form is not None and voting is not None and voting.pk == party.pk else None
        own = bound if bound is not None else VoteForm(initial=initial, prefix=f"v{party.pk}")
        forms.append((party, said, own))
    tasks = list(row.tasks.select_related("party", "person").order_by("due_on", "pk"))
    for task in tasks:
        task.alliance = request.alliance
    return {
        **space_context(request),
        "decision": row,
        "form": form,
        "means": MEANS[Rule(row.rule)],
        "voices": list(voices.values()),
        "silent": [party for party in voters if party.pk not in voices],
        "forms": forms,
        "too_late": too_late,
        "results": _results(row),
        "effect": _effect(row),
        "tasks": tasks,
        "may_withdraw": can_vote and _may_withdraw(request, row),
    }


def _effect(row: Decision) -> tuple[str, list[tuple[str, str]]] | None:
    """What the decision does once adopted, in a sentence, and what it does it with."""
    said = row.details
    if row.effect == Effect.CLOSE:
        lines = [(label, said.get(name, "")) for name, label in CLOSING]
        if row.state == DecisionState.ADOPTED:
            return "L’alliance est close, avec ce bilan :", lines
        return "Si elle est adoptée, l’alliance est close avec ce bilan :", lines
    if row.effect == Effect.THIRD:
        starts, ends = (day_of(datetime.date.fromisoformat(said[name])) for name in ("starts_on", "ends_on"))
        lines = [
            ("Ce que les parties lui demandent", said["mandate"]),
            ("En quoi cette partie est indépendante", said["independence"]),
            ("Durée du mandat", f"du {starts} au {ends}"),
        ]
        return f"Si elle est adoptée, {said['name']} devient tiers de confiance, et ne vote plus :", lines
    if row.effect == Effect.NO_THIRD:
        return f"Si elle est adoptée, {said['name']} n’est plus tiers de confiance.", []
    return None


def _results(row: Decision) -> list[dict[str, Any]]:
    """One line per college and one for all: the numbers, and the shares of the bar in hundredths."""
    if row.outcome:
        names = ("yes", "no", "abstain", "silent")
        counts = {
            college: Tally(**{name: count[name] for name in names})
            for college, count in row.outcome["colleges"].items()
        }
        whole = Tally(**{name: row.outcome[name] for name in names})
    elif row.state == DecisionState.OPEN:
        outcome = services.outcome_of(row)
        counts, whole = dict(outcome.colleges), outcome.whole
    else:
        return []
    lines = [(College(college).label, count) for college, count in counts.items()]
    return [_line(label, count) for label, count in (*lines, ("ensemble", whole))]


def _line(label: str, count: Tally) -> dict[str, Any]:
    total = count.yes + count.no + count.abstain + count.silent or 1
    x, bars = 0.0, []
    for kind in ("yes", "no", "abstain"):
        width = 100 * getattr(count, kind) / total
        bars.append({"kind": kind, "x": f"{x:.2f}", "width": f"{width:.2f}"})
        x += width
    return {"label": label, "count": count, "bars": bars}


def _may_propose(request: AllianceRequest) -> bool:
    return not request.alliance.is_closed and policies.can_propose(request.user, request.alliance)


def _may_withdraw(request: AllianceRequest, row: Decision) -> bool:
    animates = any(party.is_animator for party in request.acting)
    return bool(request.acting) and (animates or row.created_by_id == request.user.pk)


def _decision(request: AllianceRequest, pk: int) -> Decision:
    row = get_object_or_404(request.alliance.decisions.select_related("meeting"), pk=pk)
    row.alliance = request.alliance
    if row.meeting is not None:
        row.meeting.alliance = request.alliance
    return row

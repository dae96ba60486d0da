"""« Évaluation »: the rounds of an alliance, answering for one's party, the gaps once all have answered."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from alliances.models import Party
from alliances.spaces import AllianceRequest, party_required
from alliances.stale import offer_again
from alliances.views import space_context
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.common.spreadsheets import to_csv

from . import board, policies, sealed, services
from .enums import AnswerState, Question, RoundState
from .forms import AbandonForm, AnswerForm, RoundForm
from .models import Answer, Round

NOT_RUNNING = "Qui anime ou facilite l’alliance ouvre et arrête les évaluations."


@party_required()
@require_safe
def rounds(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """The one that goes on, then those before, each with its biggest gap."""
    alliance = request.alliance
    opened = board.opened_of(alliance)
    past = list(alliance.evaluations.exclude(state=RoundState.OPEN)[:50])
    for row in past:
        row.alliance = alliance
    said = board.summaries(past)
    context = {
        **space_context(request),
        "opened": opened,
        "answers": board.answers_of(opened) if opened else [],
        "to_answer": _to_answer(request, opened) if opened else [],
        "past": [(row, said.get(row.pk, "")) for row in past],
        "may_open": opened is None and _may_run(request),
    }
    return render(request, "evaluations/rounds.html", context)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_round(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    if not policies.can_run(request.user, request.alliance):
        raise NotAllowed(NOT_RUNNING)
    form = RoundForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.open_round(request.alliance, actor=request.user, **form.cleaned_data)
                messages.success(request, "L’évaluation est ouverte. Chaque partie est prévenue.")
                return redirect(made.page_url)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    opened = board.opened_of(request.alliance)
    context = {**space_context(request), "form": form, "opened": opened}
    return render(request, "evaluations/open.html", context, status=status)


@party_required()
@never_cache
@require_safe
def round_page(request: AllianceRequest, pk: int, slug: str, round_pk: int) -> HttpResponse:
    """Who answered; and once all have, what each said, the biggest gaps first."""
    row = _round(request, round_pk)
    found = board.gaps(row)
    answers = board.answers_of(row)
    context = {
        **space_context(request),
        "round": row,
        "answers": answers,
        "sent": sum(one.is_sent for one in answers),
        "asked": sum(one.is_sent or one.is_waited_for for one in answers),
        "to_answer": _to_answer(request, row),
        "gaps": found,
        "spreads": [gap.spread for gap in found],
        "summary": board.summary([(gap.asked.title, gap.size) for gap in found]),
        "before": board.before(row) if found else None,
        "may_abandon": row.is_open and _may_run(request),
    }
    return render(request, "evaluations/round.html", context)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: AllianceRequest, pk: int, slug: str, round_pk: int, party_pk: int) -> HttpResponse:
    """The answers of one's own party: kept as a draft, or sent; changed until all parties have answered."""
    row = _round(request, round_pk)
    party = get_object_or_404(request.alliance.parties.live(), pk=party_pk)
    if party.pk not in {mine.pk for mine in request.acting}:
        raise NotAllowed("Vous ne répondez que pour votre partie.")
    found = row.answers.filter(party=party).select_related("party__organisation").first()
    if not row.is_open or found is None:
        if request.method == "POST":
            messages.error(request, services.ENDED)
        return redirect(row.page_url)
    status = 200
    if request.method == "POST":
        send = "draft" not in request.POST
        form = AnswerForm(request.POST, whole=send or found.is_sent)
        status = 422
        if form.is_valid():
            try:
                return _answered(request, row, party, form, send)
            except Stale as stale:
                status = offer_again(form, found, stale)
            except RuleBroken as broken:
                row = _round(request, round_pk)
                if not row.is_open:
                    messages.error(request, broken.message)
                    return redirect(row.page_url)
                form.add_error(None, broken.message)
                status = 409
    else:
        form = AnswerForm(initial=_initial(request, found))
    context = {
        **space_context(request),
        "round": row,
        "party": party,
        "answer": found,
        "form": form,
        "is_last": not board.others_waited_for(row, party),
    }
    return render(request, "evaluations/answer.html", context, status=status)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def abandon(request: AllianceRequest, pk: int, slug: str, round_pk: int) -> HttpResponse:
    """Stop without showing anything; says first what is lost."""
    row = _round(request, round_pk)
    if not policies.can_run(request.user, request.alliance):
        raise NotAllowed(NOT_RUNNING)
    if not row.is_open and request.method != "POST":
        return redirect(row.page_url)
    form = AbandonForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.abandon(row, actor=request.user, **form.cleaned_data)
                messages.success(request, "L’évaluation est abandonnée. Les réponses sont détruites.")
                return redirect(row.page_url)
            except RuleBroken as broken:
                if not _round(request, round_pk).is_open:
                    messages.error(request, broken.message)
                    return redirect(row.page_url)
                form.add_error(None, broken.message)
                status = 409
    sent = row.answers.filter(state=AnswerState.SENT).count()
    context = {**space_context(request), "round": row, "form": form, "sent": sent}
    return render(request, "evaluations/abandon.html", context, status=status)


@party_required()
@never_cache
@require_safe
def gaps_file(request: AllianceRequest, pk: int, slug: str, round_pk: int) -> HttpResponse:
    """The gaps for a spreadsheet; there is none while the answers are sealed."""
    row = _round(request, round_pk)
    found = board.gaps(row)
    if not found:
        raise Http404
    response = HttpResponse(to_csv(*board.csv_of(row, found)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="evaluation-{row.pk}.csv"'
    return response


# --- inside -----------------------------------------------------------------------------------------------------


def _round(request: AllianceRequest, pk: int) -> Round:
    row: Round = get_object_or_404(request.alliance.evaluations, pk=pk)
    row.alliance = request.alliance
    return row


def _may_run(request: AllianceRequest) -> bool:
    return not request.alliance.is_closed and policies.can_run(request.user, request.alliance)


def _to_answer(request: AllianceRequest, row: Round) -> list[tuple[Answer, str]]:
    """(answer, address) of one's own parties, while it is open."""
    if not row.is_open or request.alliance.is_closed:
        return []
    mine = [party.pk for party in request.acting]
    found = row.answers.filter(party__in=mine).select_related("party").order_by("pk")
    return [(one, board.answer_url(row, one.party_id)) for one in found]


def _initial(request: AllianceRequest, found: Answer) -> dict[str, Any]:
    kept = sealed.own(request.user, found)
    initial: dict[str, Any] = {
        "capacity": found.capacity or found.party.capacity,
        "version": found.version,
    }
    for question in Question:
        if question in kept:
            initial[f"{question}_score"] = kept[question].score
            initial[f"{question}_sentence"] = kept[question].sentence
    return initial


def _answered(
    request: AllianceRequest, row: Round, party: Party, form: AnswerForm, send: bool
) -> HttpResponse:
    made = services.answer(
        row,
        actor=request.user,
        party=party,
        said=form.said,
        capacity=form.cleaned_data["capacity"],
        send=send,
        version=form.cleaned_data["version"],
    )
    if made.round.is_revealed:
        said = "Votre réponse était la dernière attendue : toutes sont maintenant visibles."
    elif made.is_sent:
        said = "Votre réponse est envoyée. Elle reste cachée jusqu’à ce que chaque partie ait répondu."
    else:
        said = "Votre brouillon est gardé. Vous seuls le voyez."
    messages.success(request, said)
    return redirect(row.page_url)

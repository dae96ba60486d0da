"""« Indicateurs »: the dictionary, one page an indicator, and shared results."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances import policies as alliance_policies
from alliances.models import Party
from alliances.spaces import AllianceRequest, party_required
from alliances.stale import offer_again
from alliances.views import space_context
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.common.spreadsheets import to_csv
from jeveuxagir.common.text import amount
from jeveuxagir.ui.dates import day_of

from . import board, policies, services
from .enums import Standing
from .forms import (
    ClaimForm,
    CorrectionForm,
    IndicatorForm,
    ResultForm,
    ReviewForm,
    ValueForm,
    periods_to_enter,
)
from .models import Indicator, Result, Value
from .periods import label
from .shared import results_of, value_file

BADGES = {
    Standing.ENTERED: "neutral",
    Standing.CONFIRMED: "success",
    Standing.DISPUTED: "warning",
    Standing.CONFLICT: "error",
}


@party_required()
@require_safe
def dictionary(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """Every indicator with its curve, what is late, and what the alliance counts."""
    alliance = request.alliance
    context = {
        **space_context(request),
        "shown": board.dictionary(alliance),
        "stopped": list(alliance.indicators.filter(archived_at__isnull=False)),
        "claims": list(
            alliance.claims.select_related("result__organisation").order_by("-result__period", "pk")
        ),
        "may_write": bool(request.acting) and not alliance.is_closed,
    }
    return render(request, "indicators/dictionary.html", context)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def define(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """A new entry of the dictionary."""
    form = IndicatorForm(request.POST or None, owners=_owners(request))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.define(request.alliance, actor=request.user, data=_data(form))
                messages.success(request, f"« {made.name} » est dans le dictionnaire.")
                return redirect(made.page_url)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    return _form(request, form, "Définir un indicateur", "Définir", status)


@party_required()
@never_cache
@require_safe
def indicator(request: AllianceRequest, pk: int, slug: str, indicator_pk: int) -> HttpResponse:
    """One indicator: what it counts, its curve, each value with its author, its proof and what the others say."""
    row = _indicator(request, indicator_pk)
    values = list(_values(row))
    one = board.shown(row, values)
    open_ = bool(request.acting) and not request.alliance.is_closed
    mine = {party.pk for party in request.acting}
    disputes = {dispute.value.pk: dispute for dispute in board.disputes_of(one.points)}
    lines = [
        {
            "point": point,
            "badge": BADGES[point.standing],
            "values": [
                {
                    "value": value,
                    "reviews": list(value.reviews.all()),
                    "former": [
                        old
                        for old in values
                        if old.replaced_at and old.period == value.period and old.party_id == value.party_id
                    ],
                    "dispute": disputes.get(value.pk),
                    "may_correct": open_ and getattr(policies.answers(value), "pk", None) in mine,
                    "may_review": open_ and bool(mine - {value.party_id}),
                }
                for value in point.values
            ],
        }
        for point in reversed(one.points)
    ]
    enters = open_ and not row.archived_at and row.is_measured
    ended, waiting = periods_to_enter(row), periods_to_enter(row, request.acting)
    context = {
        **space_context(request),
        "row": row,
        "one": one,
        "lines": lines,
        "conflicts": [point for point in one.points if point.standing == Standing.CONFLICT],
        "facts": _facts(row),
        "baseline": float(row.baseline) if row.is_measured else None,
        "target": float(row.target) if row.is_measured else None,
        "may_enter": enters and bool(waiting),
        "all_entered": enters and bool(ended) and not waiting,
        "may_edit": open_ and policies.can_edit(request.user, row),
        "may_take_over": open_ and row.owner_id is None,
    }
    return render(request, "indicators/indicator.html", context)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AllianceRequest, pk: int, slug: str, indicator_pk: int) -> HttpResponse:
    row = _editable(request, indicator_pk)
    names = [name for name in services.IndicatorData.__dataclass_fields__ if name not in ("owner", "sdg")]
    initial = {name: getattr(row, name) for name in (*names, "version")}
    initial |= {"owner": row.owner_id, "sdg": row.sdg_id}
    if not row.is_measured:
        initial |= dict.fromkeys(("baseline", "baseline_on", "target", "target_on"))
    form = IndicatorForm(
        request.POST or None, owners=_owners(request, row), orphan=row.owner_id is None, initial=initial
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                version = form.cleaned_data["version"]
                services.edit(row, actor=request.user, version=version or 0, data=_data(form))
                messages.success(request, "C’est enregistré.")
                return redirect(row.page_url)
            except Stale as stale:
                status = offer_again(form, row, stale)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    return _form(request, form, f"Modifier « {row.name} »", "Enregistrer", status, row.page_url)


@party_required(act=True)
@require_POST
def archive(request: AllianceRequest, pk: int, slug: str, indicator_pk: int) -> HttpResponse:
    """Stopped, or taken up again: nothing is lost."""
    row = _editable(request, indicator_pk)
    back = "back" in request.POST
    said = "L’indicateur est repris." if back else "L’indicateur est arrêté : son histoire reste."
    _try(request, lambda: services.archive(row, actor=request.user, back=back), said)
    return redirect(row.page_url)


@party_required(act=True)
@require_POST
def take_over(request: AllianceRequest, pk: int, slug: str, indicator_pk: int) -> HttpResponse:
    """One's party becomes responsible for an indicator that has nobody."""
    row = _indicator(request, indicator_pk)
    party = request.acting[0]
    said = f"{party.name} saisit désormais cet indicateur."
    _try(request, lambda: services.take_over(row, actor=request.user, party=party), said)
    return redirect(row.page_url)


# --- values -----------------------------------------------------------------------------------------------------


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: AllianceRequest, pk: int, slug: str, indicator_pk: int) -> HttpResponse:
    """What one counted for a period that is over."""
    row = _indicator(request, indicator_pk)
    asked = request.GET.get("periode", "")
    one = board.shown(row, _values(row))
    late = one.late.period.isoformat() if one.late else ""
    waiting = periods_to_enter(row, request.acting)
    if not waiting and request.method != "POST":
        messages.info(request, "Toutes les périodes terminées sont saisies. Une valeur se corrige plus bas.")
        return redirect(row.page_url)
    initial = {"period": asked if asked in dict(waiting) else late}
    form = ValueForm(request.POST or None, indicator=row, parties=_mine(request), initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.enter(row, actor=request.user, **form.cleaned_data)
                messages.success(request, "La valeur est saisie : les autres parties peuvent la confirmer.")
                return redirect(row.page_url)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    return _form(request, form, f"Saisir « {row.name} »", "Saisir la valeur", status, row.page_url)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: AllianceRequest, pk: int, slug: str, indicator_pk: int, value_pk: int) -> HttpResponse:
    """Another number: the former one stays in the history."""
    row = _indicator(request, indicator_pk)
    value = get_object_or_404(row.values.select_related("party__organisation"), pk=value_pk)
    value.indicator = row
    answering = policies.answers(value)
    if answering is None or not alliance_policies.acts_for(request.user, answering):
        raise NotAllowed("Seule la partie qui répond de cette valeur la corrige.")
    initial = {name: getattr(value, name) for name in ("amount", "proof", "proof_url", "note")}
    form = CorrectionForm(request.POST or None, indicator=row, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.correct(value, actor=request.user, **form.cleaned_data)
                messages.success(request, "La valeur est corrigée. L’ancienne reste dans l’historique.")
                return redirect(row.page_url)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    title = f"Corriger la valeur : {label(row.rhythm, value.period)}"
    return _form(request, form, title, "Corriger", status, row.page_url)


@party_required(act=True)
@require_POST
def review(request: AllianceRequest, pk: int, slug: str, indicator_pk: int, value_pk: int) -> HttpResponse:
    """Another party confirms, or disputes and says why."""
    row = _indicator(request, indicator_pk)
    value = get_object_or_404(row.values.select_related("party"), pk=value_pk)
    others = _mine(request).exclude(pk=value.party_id).order_by("pk")
    form = ReviewForm(
        {**request.POST.dict(), "party": request.POST.get("party") or getattr(others.first(), "pk", "")},
        parties=others,
    )
    if not form.is_valid():
        messages.error(request, "Une autre partie confirme ou conteste : pas celle qui a compté.")
        return redirect(row.page_url)
    said = (
        "C’est confirmé."
        if form.cleaned_data["verdict"] == "confirmed"
        else "Votre raison est visible de tous."
    )
    _try(request, lambda: services.review(value, actor=request.user, **form.cleaned_data), said)
    return redirect(row.page_url)


@party_required()
@require_safe
def values_file(request: AllianceRequest, pk: int, slug: str, indicator_pk: int) -> HttpResponse:
    """Every value of an indicator, the replaced ones too, for a spreadsheet."""
    row = _indicator(request, indicator_pk)
    response = HttpResponse(
        to_csv(*value_file(row, list(_values(row)))), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="indicateur-{row.pk}.csv"'
    return response


# --- shared results ---------------------------------------------------------------------------------------------


@party_required()
@never_cache
@require_safe
def results(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """The results of the organisations of the alliance: how much of each is counted here, and how much is left."""
    context = {
        **space_context(request),
        "lines": results_of(request.alliance, request.user),
        "may_write": bool(request.acting) and not request.alliance.is_closed,
    }
    return render(request, "indicators/results.html", context)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def note_result(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """What one's organisation did over a period."""
    form = ResultForm(request.POST or None, parties=_mine(request).filter(organisation__isnull=False))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = dict(form.cleaned_data)
            rhythm, period = data.pop("period")
            try:
                services.note_result(
                    data.pop("party"), actor=request.user, rhythm=rhythm, period=period, **data
                )
                messages.success(
                    request, "Le résultat est noté. Dites maintenant quelle part l’alliance compte."
                )
                return redirect("indicators:results", pk=pk, slug=slug)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    back = reverse("indicators:results", args=[pk, slug])
    return _form(request, form, "Noter un résultat", "Noter", status, back)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: AllianceRequest, pk: int, slug: str, result_pk: int) -> HttpResponse:
    """The part of a result that this alliance counts."""
    result = _result(request, result_pk)
    former = result.claims.filter(alliance=request.alliance).first()
    left = result.quantity - result.claimed + (former.quantity if former else 0)
    initial = {"quantity": former.quantity if former else left, "how": former.how if former else ""}
    form = ClaimForm(request.POST or None, initial=initial)
    form.fields["quantity"].help_text = f"Il en reste {amount(left)} {result.unit} à compter."
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.claim(result, alliance=request.alliance, actor=request.user, **form.cleaned_data)
                messages.success(request, "La part est comptée.")
                return redirect("indicators:results", pk=pk, slug=slug)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    title = f"{result.name}, {label(result.rhythm, result.period)}"
    return _form(
        request, form, title, "Compter cette part", status, reverse("indicators:results", args=[pk, slug])
    )


@party_required(act=True)
@require_POST
def unclaim(request: AllianceRequest, pk: int, slug: str, result_pk: int) -> HttpResponse:
    """Counted here no more; also a part of an organisation that has left."""
    here = Q(organisation__in=request.alliance.parties.live().values("organisation"))
    counted = Q(claims__alliance=request.alliance)
    rows = Result.objects.filter(here | counted).distinct()
    result = get_object_or_404(rows.select_related("organisation"), pk=result_pk)
    if not policies.can_unclaim(request.user, request.alliance, result.organisation):
        raise NotAllowed("Seule l’organisation dont c’est le résultat, ou qui anime, retire cette part.")
    made = result.claims.filter(alliance=request.alliance).first()
    if made is not None:
        said = "La part n’est plus comptée ici : d’autres alliances peuvent la compter."
        _try(request, lambda: services.unclaim(made, actor=request.user), said)
    return redirect("indicators:results", pk=pk, slug=slug)


# --- inside -----------------------------------------------------------------------------------------------------


def _indicator(request: AllianceRequest, pk: int) -> Indicator:
    rows = request.alliance.indicators.select_related("owner__organisation", "sdg", "alliance")
    return get_object_or_404(rows, pk=pk)


def _editable(request: AllianceRequest, pk: int) -> Indicator:
    row = _indicator(request, pk)
    if not policies.can_edit(request.user, row):
        raise NotAllowed("Seule la partie responsable, ou qui anime, modifie cet indicateur.")
    return row


def _values(row: Indicator) -> QuerySet[Value]:
    return row.values.select_related("party").prefetch_related("reviews__party").order_by("period", "pk")


def _result(request: AllianceRequest, pk: int) -> Result:
    """One of an organisation of this alliance, that one may count."""
    rows = Result.objects.filter(organisation__in=request.alliance.parties.live().values("organisation"))
    result = get_object_or_404(rows.select_related("organisation"), pk=pk)
    if not policies.can_claim(request.user, request.alliance, result.organisation):
        raise NotAllowed("Seule l’organisation dont c’est le résultat, ou qui anime, en compte une part.")
    return result


def _mine(request: AllianceRequest) -> QuerySet[Party]:
    return request.alliance.parties.live().filter(pk__in=[party.pk for party in request.acting])


def _owners(request: AllianceRequest, row: Indicator | None = None) -> QuerySet[Party]:
    """Any party for who animates; else one's own, and the one that is responsible now."""
    if any(party.is_animator for party in request.acting):
        return request.alliance.parties.live()
    own = [party.pk for party in request.acting]
    return request.alliance.parties.live().filter(pk__in=[*own, row.owner_id if row else None])


def _data(form: IndicatorForm) -> services.IndicatorData:
    return services.IndicatorData(
        **{name: value for name, value in form.cleaned_data.items() if name != "version"}
    )


def _facts(row: Indicator) -> list[tuple[str, Any]]:
    return [
        ("Ce que l’on compte", row.definition),
        ("Comment", row.method),
        ("Qui saisit", f"{row.owner.name if row.owner else 'à reprendre'}, {row.get_rhythm_display()}"),
        (
            "Départ",
            f"{amount(row.baseline)} {row.unit}, le {day_of(row.baseline_on)}"
            if row.is_measured
            else "à fixer",
        ),
        (
            "Cible",
            f"{amount(row.target)} {row.unit}, pour le {day_of(row.target_on)}"
            if row.is_measured
            else "à fixer",
        ),
        ("Sens", row.get_wanted_display()),
        ("Axe", row.get_axis_display().capitalize() if row.axis else ""),
        ("Objectif de développement durable", str(row.sdg) if row.sdg else ""),
    ]


def _try(request: AllianceRequest, act: Callable[[], object], said: str) -> None:
    try:
        act()
        messages.success(request, said)
    except RuleBroken as broken:
        messages.error(request, broken.message)


def _form(
    request: AllianceRequest, form: Form, title: str, button: str, status: int, back: str = ""
) -> HttpResponse:
    context = {
        **space_context(request),
        "form": form,
        "title": title,
        "button": button,
        "back": back or reverse("indicators:dictionary", args=[request.alliance.pk, request.alliance.slug]),
    }
    return render(request, "indicators/form.html", context, status=status)

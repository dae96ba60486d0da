"""The report, chantier by chantier; the 21 measures, their tracker and their feed; pledges."""

import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import conditional_page, require_http_methods, require_POST, require_safe

from alliances.policies import handled_by
from jeveuxagir.accounts import nonces
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.clock import PARIS, today
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.spreadsheets import to_csv
from jeveuxagir.findable import search as index
from jeveuxagir.notifications.links import absolute
from jeveuxagir.ui.facets import address
from jeveuxagir.ui.structured import data_block
from organisations.models import Organisation

from . import directory, policies, reference, services
from .enums import AIMS, TRANSITIONS, Dimension
from .forms import KEPT, CloseForm, EditForm, NewsForm, PledgeForm, PledgesForm, TrackerForm
from .models import Evidence, Measure, Pledge, pledges_of, progress

FORM = ["GET", "HEAD", "POST"]
MOST_ENTRIES = 50
#: kinds of the one index that help with a measure, and how many are shown beside it
HELPING = ("method", "resource", "example")
SHOWN_HELPS = 5
SHOWN_PLEDGES = 60
PLEDGES_PAGE = 24


# --- the report -------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """What the report says, and the way into each of its parts."""
    every = list(Measure.objects.order_by("number"))
    by_dimension = [
        (dimension.label, AIMS[dimension], [one for one in every if one.dimension == dimension])
        for dimension in Dimension
    ]
    context = {"chantiers": reference.chantiers(), "dimensions": by_dimension}
    return render(request, "programme/report.html", context)


@login_not_required
@require_safe
def chantier(request: HttpRequest, chantier: str) -> HttpResponse:
    found = _chantier(chantier)
    measures = {one.number: one for one in Measure.objects.filter(number__in=found.measures)}
    items = [(item, [measures[number] for number in item.measures]) for item in found.items]
    others = [one for one in reference.chantiers() if one is not found]
    return render(request, "programme/chantier.html", {"chantier": found, "items": items, "others": others})


@login_not_required
@require_safe
def item(request: HttpRequest, chantier: str, item: str) -> HttpResponse:
    """What the report asks for, what the platform does about it, the measures that serve it."""
    found = _chantier(chantier)
    shown = next((one for one in found.items if one.slug == item), None)
    if shown is None:
        raise Http404
    place = found.items.index(shown)
    context = {
        "chantier": found,
        "item": shown,
        "links": reference.addresses(shown.links),
        "measures": list(Measure.objects.public().filter(number__in=shown.measures)),
        "previous": found.items[place - 1] if place else None,
        "next": found.items[place + 1] if place + 1 < len(found.items) else None,
    }
    return render(request, "programme/item.html", context)


def _chantier(slug: str) -> reference.Chantier:
    found = next((one for one in reference.chantiers() if one.slug == slug), None)
    if found is None:
        raise Http404
    return found


# --- the tracker ------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    """The 21 rows, filtered: five statements, whatever is in them."""
    form = TrackerForm(request.GET)
    form.is_valid()
    wanted = form.wanted()
    every = list(Measure.objects.public())
    shown = [measure for measure in every if wanted.fits(measure)]
    fields, data = form.fields, request.GET
    pledged = pledges_of(shown)
    context = {
        "form": form,
        "rows": [(measure, pledged.get(measure.number, 0)) for measure in shown],
        "overdue": sum(measure.is_overdue for measure in every),
        "known": sum(measure.status_evidence is not None for measure in every),
        "facets": directory.facets(form, wanted, every),
        "tags": [(words, address(fields, data, drop=(name, value))) for name, value, words in form.chosen()],
        "filter_errors": bool(form.errors),
        "csv_url": reverse("programme:spreadsheet") + address(fields, data),
        "progress": progress(every),
        "invented": any(proof.invented for measure in every for proof in measure.proofs),
    }
    return render(request, "programme/measures.html", context)


@login_not_required
@require_safe
@cache_control(public=True, max_age=300)
def spreadsheet(request: HttpRequest) -> HttpResponse:
    """The tracker as a table, with the filters of the page; each status with its source."""
    form = TrackerForm(request.GET)
    form.is_valid()
    wanted = form.wanted()
    shown = [measure for measure in Measure.objects.public() if wanted.fits(measure)]
    pledged = pledges_of(shown)
    header = [
        *("Numéro", "Mesure", "Dimension", "Facilitateurs pressentis", "Échéance", "Échéance dépassée"),
        *(
            "Avancement",
            "Source de l’avancement",
            "Date de cette source",
            "Dernière preuve",
            "Date",
            "Source",
        ),
        *("Adresse de la source", "Exemple inventé", "Engagements publics", "Page", "Licence"),
    ]
    content = to_csv(header, [_row(measure, pledged.get(measure.number, 0)) for measure in shown])
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="mesures-{today().isoformat()}.csv"'
    return response


def _row(measure: Measure, pledged: int) -> list[Any]:
    said, last = measure.status_evidence, measure.last_evidence
    return [
        *(measure.number, measure.name, measure.get_dimension_display(), measure.facilitators),
        *(measure.due_on.isoformat(), "oui" if measure.is_overdue else "non", measure.status.label),
        *((said.source, said.on.isoformat()) if said else ("", "")),
        *((last.text, last.on.isoformat(), last.source, last.link) if last else ("", "", "", "")),
        "oui" if (last and last.invented) or (said and said.invented) else "non",
        *(pledged, absolute(measure.get_absolute_url()), "Licence Ouverte 2.0"),
    ]


@login_not_required
@require_safe
@cache_control(public=True, max_age=900)
@conditional_page
def feed(request: HttpRequest) -> HttpResponse:
    """The last evidence, the newest source first."""
    made = Atom1Feed(
        title="Les 21 mesures : ce qui avance",
        link=absolute(reverse("programme:measures")),
        description="Ce que des sources disent de chaque mesure.",
        language="fr",
        feed_url=absolute(request.path),
        author_name="Jeveuxagir",
        feed_copyright="Licence Ouverte 2.0",
    )
    for proof in Evidence.objects.public().select_related("measure")[:MOST_ENTRIES]:
        example = "Exemple inventé. " if proof.invented else ""
        status = f" Avancement : {proof.get_status_display()}." if proof.status else ""
        made.add_item(
            title=f"{proof.measure}",
            link=absolute(proof.measure.get_absolute_url()),
            unique_id=absolute(f"{proof.measure.get_absolute_url()}#preuve-{proof.pk}"),
            unique_id_is_permalink=False,
            description=f"{example}{proof.text}{status} Source : {proof.source}.",
            pubdate=datetime.datetime.combine(proof.on, datetime.time(12), PARIS),
            updateddate=proof.created_at,
            author_name=proof.source,
        )
    return HttpResponse(made.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


@login_not_required
@require_safe
def measure(request: HttpRequest, number: int) -> HttpResponse:
    """One measure: what is asked, where it is and what shows it, who does what."""
    found = _measure(number)
    pledges = Pledge.objects.public().filter(measure=found).select_related("organisation", "measure")
    context = {
        "measure": found,
        "items": reference.items_of(found.number),
        "links": reference.addresses(found.links),
        "pledges": list(pledges.order_by("-opened_at", "-pk")[:SHOWN_PLEDGES]),
        "mine": _waiting(request, found),
        "helps": index.first_of(index.Wanted(text=reference.speaking(found.number)), HELPING, SHOWN_HELPS),
        "structured": data_block(_described(found)),
        "previous": found.number - 1,
        "next": found.number + 1 if found.number < 21 else 0,
    }
    return render(request, "programme/measure.html", context)


@login_not_required
@require_safe
def pledges(request: HttpRequest) -> HttpResponse:
    """« Qui fait quoi », all measures together (K80)."""
    form = PledgesForm(request.GET)
    form.is_valid()
    asked, states = form.cleaned_data.get("mesure", ()), form.cleaned_data.get("etat", ())
    page = Paginator(directory.pledged(asked, states), PLEDGES_PAGE).get_page(request.GET.get("page"))
    fields, data = form.fields, request.GET
    context = {
        "form": form,
        "page_obj": page,
        "facets": directory.pledge_facets(form, asked, states),
        "tags": [(words, address(fields, data, drop=(name, value))) for name, value, words in form.in_use()],
        "filter_errors": bool(form.errors),
    }
    return render(request, "programme/pledges.html", context)


def _waiting(request: HttpRequest, found: Measure) -> list[Pledge]:
    """One's own that nobody else sees."""
    if not request.user.is_authenticated:
        return []
    mine = Pledge.objects.of_person(user_of(request).person).filter(measure=found)
    rows = mine.filter(state__in=["draft", "pending"]).select_related("organisation", "measure")
    return list(rows.order_by("pk")[:SHOWN_PLEDGES])


def _described(found: Measure) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "CreativeWork",
        "name": f"Mesure {found}",
        "description": found.objective,
        "url": absolute(found.get_absolute_url()),
        "position": found.number,
        "isPartOf": absolute(reverse("programme:measures")),
        "license": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
        "inLanguage": "fr",
    }


# --- pledges ----------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(FORM)
def new_pledge(request: HttpRequest, number: int) -> HttpResponse:
    """In the name of an organisation one handles."""
    found = _measure(number)
    organisations = _usable(request)
    form = PledgeForm(request.POST or None, organisations=organisations)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return redirect(_send(request, found, form))
            except RuleBroken as refusal:
                form.add_error("until" if refusal.code == "until" else None, refusal.message)
                status = 409
    context = {"measure": found, "form": form, "organisations": organisations}
    return render(request, "programme/pledge_new.html", context, status=status)


def _send(request: HttpRequest, found: Measure, form: PledgeForm) -> str:
    typed = form.cleaned_data
    with nonces.once(nonces.actor_key(request), typed["nonce"]) as sent:
        if sent.first:
            made = services.pledge(
                found,
                actor=user_of(request),
                organisation=form.chosen,
                what=typed["what"],
                until=typed["until"],
            )
            messages.success(
                request, "C’est envoyé. La brigade de votre département le lit, puis il est public."
            )
            sent.outcome = made.get_absolute_url()
    return sent.outcome


@login_not_required
@never_cache
@require_safe
def pledge(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Public once the brigade has read it; before, seen by those who look after it."""
    return _page(request, _visible(request, number, pk))


def _page(request: HttpRequest, found: Pledge, status: int = 200, **forms: Any) -> HttpResponse:
    is_mine = policies.looks_after(request.user, found)
    verbs = TRANSITIONS.verbs(found.state) if is_mine else []
    context = {
        "pledge": found,
        "measure": found.measure,
        "is_mine": is_mine,
        "verbs": verbs,
        "news_form": NewsForm() if "keep" in verbs else None,
        "close_form": CloseForm() if "keep" in verbs else None,
        **forms,
    }
    return render(request, "programme/pledge.html", context, status=status)


@never_cache
@require_http_methods(FORM)
def edit_pledge(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """One that the brigade sent back."""
    found = _own(request, number, pk)
    form = EditForm(request.POST or None, initial={"what": found.what, "until": found.until})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            typed = form.cleaned_data
            try:
                services.edit(found, actor=user_of(request), what=typed["what"], until=typed["until"])
            except RuleBroken as refusal:
                form.add_error("until" if refusal.code == "until" else None, refusal.message)
                status = 409
            else:
                messages.success(request, "C’est envoyé de nouveau à la brigade.")
                return redirect(found)
    context = {"pledge": found, "measure": found.measure, "form": form}
    return render(request, "programme/pledge_edit.html", context, status=status)


@require_POST
def withdraw_pledge(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    found = _own(request, number, pk)
    try:
        services.withdraw(found, actor=user_of(request))
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
        return redirect(found)
    messages.success(request, "Votre engagement est retiré.")
    return redirect(found.measure)


@require_POST
def give_news(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    found = _own(request, number, pk)
    form = NewsForm(request.POST)
    if not form.is_valid():
        return _page(request, found, 422, news_form=form)
    try:
        services.give_news(found, actor=user_of(request), news=form.cleaned_data["news"])
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Merci : vos nouvelles sont publiées.")
    return redirect(found)


@require_POST
def close_pledge(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    found = _own(request, number, pk)
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _page(request, found, 422, close_form=form)
    typed = form.cleaned_data
    try:
        services.close(found, actor=user_of(request), kept=typed["end"] == KEPT, outcome=typed["outcome"])
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "C’est noté, et public.")
    return redirect(found)


# --- inside -----------------------------------------------------------------------------------------------------


def _measure(number: int) -> Measure:
    if number > 21:
        raise Http404
    return get_object_or_404(Measure.objects.public(), number=number)


def _usable(request: HttpRequest) -> list[Organisation]:
    """The validated organisations one may speak for."""
    return [one for one in handled_by(request.user) if one.is_verified]


def _rows(rows: Any) -> Any:
    return rows.select_related("measure", "organisation__commune")


def _own(request: HttpRequest, number: int, pk: int) -> Pledge:
    mine = Pledge.objects.of_person(user_of(request).person)
    found: Pledge = get_object_or_404(_rows(mine), pk=pk, measure=number)
    return found


def _visible(request: HttpRequest, number: int, pk: int) -> Pledge:
    found: Pledge | None = _rows(Pledge.objects.public()).filter(pk=pk, measure=number).first()
    if found is not None:
        return found
    if not request.user.is_authenticated:
        raise Http404
    return _own(request, number, pk)

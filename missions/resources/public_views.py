"""What anybody may read: the needs, one of them, the instruments, which of them fit; and promising something."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from jeveuxagir.accounts import nonces
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.notifications.links import absolute
from jeveuxagir.taxonomies.licences import Licence
from jeveuxagir.taxonomies.models import Domain
from jeveuxagir.territories.models import Department
from jeveuxagir.ui.facets import address
from missions.search import set_time_limit

from . import directory, facets, orienting, policies, services
from .forms import ListForm, OrientForm, PromiseForm
from .models import LICENCE, Instrument, Need, Promise
from .totals import totals

PAGE = 20
SHOWN_ELSEWHERE = 3
FORM = ["GET", "HEAD", "POST"]


@login_not_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Those that are open, the nearest date first; or those that are met."""
    form = ListForm(request.GET)
    form.is_valid()
    wanted = form.wanted()
    with transaction.atomic():
        set_time_limit()
        page = Paginator(directory.for_cards(directory.found(wanted)), PAGE).get_page(request.GET.get("page"))
        needs = list(page)
    elsewhere = []
    if not needs:
        rows = directory.for_cards(directory.found(directory.Wanted(met=wanted.met)))
        elsewhere = list(rows[:SHOWN_ELSEWHERE])
    fields, data = form.fields, request.GET.copy()
    if wanted.commune is not None:
        data["lieu"] = wanted.commune.label  # as it was chosen among several, not as it was typed
    context = {
        "form": form,
        "page_obj": page,
        "needs": needs,
        "elsewhere": elsewhere,
        "facets": facets.facets(form, wanted),
        "tags": [
            (
                said,
                address(fields, data, without=(name,))
                if name in ("q", "lieu")
                else address(fields, data, drop=(name, value)),
            )
            for name, value, said in form.chosen()
        ],
        "filter_errors": bool(set(form.errors) - {"q", "lieu"}),
        "met": wanted.met,
        "open_url": address(fields, data, without=("etat",)),
        "met_url": address(fields, data, etat="satisfaits"),
        "atom_url": reverse("api:resource_needs_atom") + address(fields, data),
    }
    return render(request, "resources/list.html", context)


@login_not_required
@never_cache
@require_safe
def public(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """What is needed, why, until when; what is promised and what came, each in its unit."""
    need = _visible(request, pk)
    if slug != need.slug:
        return redirect(need, permanent=True)
    promises = Promise.objects.public().filter(need=need)
    named = promises.filter(named=True).select_related("organisation").order_by("created_at", "pk")
    givers = {row.organisation_id: row.organisation for row in named}
    context = {
        "need": need,
        "sdgs": list(need.sdgs.all()),
        "totals": totals(promises.rows()),
        "givers": list(givers.values()),
        "is_own": policies.can_handle(request.user, need.organisation),
        "canonical": absolute(need.get_absolute_url()),
        "licence": LICENCE,
        "licence_url": Licence.OPEN.url,
        "report_url": f"{reverse('moderation:report')}?{urlencode({'page': need.get_absolute_url()})}",
    }
    return render(request, "resources/public.html", context)


@never_cache
@require_http_methods(FORM)
def contribute(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """What one's organisation will bring; its own need is not offered."""
    need = _visible(request, pk)
    mine = [
        one for one in policies.handled_by(request.user) if one.is_verified and one.pk != need.organisation_id
    ]
    form = PromiseForm(request.POST or None, organisations=mine, initial={"kind": need.kind})
    status = 200
    if request.method == "POST" and mine:
        status = 422
        if form.is_valid():
            try:
                with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                    if sent.first:
                        made = services.promise(
                            need, actor=user_of(request), organisation=form.chosen, data=form.data_typed()
                        )
                        messages.success(
                            request, f"C’est noté : {need.organisation.name} est prévenue et vous répondra."
                        )
                        giver = made.organisation
                        sent.outcome = reverse("resources:space", args=[giver.pk, giver.slug])
                return redirect(sent.outcome)
            except RuleBroken as refusal:
                form.add_error({"quantity": "quantity", "past": "ends_on"}.get(refusal.code), refusal.message)
                status = 409
    context = {"need": need, "form": form, "organisations": mine}
    return render(request, "resources/contribute.html", context, status=status)


@login_not_required
@require_safe
def orient(request: HttpRequest) -> HttpResponse:
    """Five questions, no account: what fits and why, what does not and by which rule."""
    form = OrientForm(request.GET if "nature" in request.GET or "qui" in request.GET else None)
    oriented, status = None, 200
    if form.is_bound:
        if form.is_valid():
            oriented = orienting.of(form.asked())
        else:
            status = 422
    return render(request, "resources/orient.html", {"form": form, "oriented": oriented}, status=status)


@login_not_required
@require_safe
def instruments(request: HttpRequest) -> HttpResponse:
    return render(request, "resources/instruments.html", {"instruments": list(Instrument.objects.public())})


@login_not_required
@require_safe
def instrument(request: HttpRequest, slug: str) -> HttpResponse:
    """One sheet, with its rules, its source and when somebody last looked at it."""
    found = get_object_or_404(Instrument.objects.public(), slug=slug)
    domains = Domain.objects.filter(code__in=found.domains).order_by("position")
    places = Department.objects.filter(code__in=[*found.departments, *found.without]).order_by("code")
    labels = {place.code: place.label for place in places}
    context = {
        "instrument": found,
        "domains": [one.name for one in domains],
        "departments": [labels[code] for code in found.departments if code in labels],
        "without": [labels[code] for code in found.without if code in labels],
        "canonical": absolute(found.get_absolute_url()),
    }
    return render(request, "resources/instrument.html", context)


def _visible(request: HttpRequest, pk: int) -> Need:
    """A draft is shown to those who handle its organisation, as the public will see it."""
    rows = directory.for_cards(Need.objects.public()).select_related("organisation__commune")
    need: Need | None = rows.filter(pk=pk).first()
    if need is not None:
        return need
    if not request.user.is_authenticated:
        raise Http404
    own = directory.for_cards(Need.objects.of_person(user_of(request).person))
    return get_object_or_404(own.select_related("organisation__commune"), pk=pk)

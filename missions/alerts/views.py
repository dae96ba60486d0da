"""Asking for an alert; one's alerts; stopping one from a mail without signing in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.accounts import services as accounts
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.notifications.selectors import is_stopped
from missions.filters import describe
from missions.search import SearchQuery
from organisations.spaces import panels_of

from . import notifications, queries, services
from .forms import AlertForm, StrangerAlertForm
from .models import SavedSearch


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """« M’alerter » : the search stands in the address, the form says how often and to whom."""
    search_url = f"{reverse('missions:list')}?{request.GET.urlencode()}"
    try:
        query = queries.checked(request.GET)
    except RuleBroken as broken:
        refused = {"refusal": broken.message, "search_url": search_url}
        return render(request, "alerts/new.html", refused, status=422 if request.method == "POST" else 200)
    words = describe(query)
    form: AlertForm | StrangerAlertForm
    data = request.POST if request.method == "POST" else None
    if request.user.is_authenticated:
        form = AlertForm(data, initial={"label": words[:1].upper() + words[1:]})
    else:
        form = StrangerAlertForm(data, request=request)
    if request.method == "POST" and form.is_valid():
        try:
            return _kept(request, form, query)
        except RuleBroken as broken:
            form.add_error(None, broken.message)
    status = 422 if request.method == "POST" else 200
    context: dict[str, Any] = {"form": form, "words": words, "search_url": search_url, "refusal": ""}
    return render(request, "alerts/new.html", context, status=status)


def _kept(request: HttpRequest, form: Any, query: SearchQuery) -> HttpResponse:
    typed = form.cleaned_data
    if not request.user.is_authenticated:
        with transaction.atomic():
            contact, token = accounts.keep_contact(email=typed["email"], first_name=typed["first_name"])
            services.file_unconfirmed(contact, query, typed["rhythm"], token=token)
        request.session["confirm_address"] = contact.email
        return redirect("mission_alerts:sent")
    user = user_of(request)
    _, is_new = services.keep(
        person=user.person, query=query, rhythm=typed["rhythm"], label=typed["label"], actor=user
    )
    if is_new:
        messages.success(
            request, "Votre alerte est créée. Nous vous écrirons quand une nouvelle mission y répond."
        )
    else:
        messages.info(request, "Vous aviez déjà cette alerte : la voici.")
    return redirect("mission_alerts:mine")


@login_not_required
@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """« Ouvrez votre messagerie » : the same screen for a known and an unknown address."""
    context = {"address": request.session.get("confirm_address", ""), "hours": accounts.CONFIRM_HOURS}
    return render(request, "alerts/sent.html", context)


def _own(request: HttpRequest) -> QuerySet[SavedSearch]:
    return SavedSearch.objects.of_person(user_of(request).person)


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    return _mine(request)


def _mine(request: HttpRequest, wrong: tuple[int, AlertForm] | None = None) -> HttpResponse:
    rows = list(
        _own(request).annotate(found=Count("hits"), last=Max("hits__found_at")).order_by("ended_at", "-pk")
    )
    lines = []
    for alert in rows:
        form = AlertForm(
            initial={"label": alert.label, "rhythm": alert.rhythm}, prefix=str(alert.pk), auto_id="alerte-%s"
        )
        if wrong and wrong[0] == alert.pk:
            form = wrong[1]
        lines.append({"alert": alert, "form": form})
    context = {
        "lines": lines,
        "form": wrong[1] if wrong else None,
        "panels": panels_of("my_space.alerts", request, user_of(request).person),
        "stopped": is_stopped(user_of(request).person.pk, notifications.FOUND),
    }
    return render(request, "alerts/mine.html", context, status=422 if wrong else 200)


@require_POST
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    alert = get_object_or_404(_own(request), pk=pk)
    form = AlertForm(request.POST, prefix=str(alert.pk), auto_id="alerte-%s")
    if not form.is_valid():
        return _mine(request, (alert.pk, form))
    services.edit(alert, **form.cleaned_data, actor=user_of(request))
    messages.success(request, "Votre alerte est à jour.")
    return redirect("mission_alerts:mine")


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    alert = get_object_or_404(_own(request), pk=pk)
    acts = {
        "pause": (services.pause, "Votre alerte est en pause."),
        "reprendre": (
            services.resume,
            "Votre alerte reprend : vous saurez ce qui paraît à partir de maintenant.",
        ),
        "supprimer": (services.delete, "Votre alerte est supprimée."),
    }
    if verb not in acts:
        raise Http404
    service, sentence = acts[verb]
    service(alert, actor=user_of(request))
    messages.success(request, sentence)
    return redirect("mission_alerts:mine")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """From a mail, without signing in: one button pauses the alert. Opening the page changes nothing."""
    alert = notifications.alert_of(token)
    if alert is None:
        raise Http404
    if request.method == "POST":
        if request.POST.get("wanted") == "1":
            services.resume(alert, actor=None)
        else:
            services.pause(alert, actor=None)
        return redirect("mission_alerts:stop", token=token)
    return render(request, "alerts/stop.html", {"alert": alert, "token": token})

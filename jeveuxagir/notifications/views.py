"""What I want to receive, and stopping one kind from a mail without signing in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from . import catalogue, selectors, services
from .forms import PreferencesForm
from .links import read_stop_token


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    person: Any = request.user.person  # type: ignore[union-attr]
    kinds = selectors.kinds_for(person)
    form = PreferencesForm(
        request.POST if request.method == "POST" else None,
        kinds=[kind for kind in kinds if kind.can_stop],
        stopped=selectors.stopped_by(person),
    )
    if request.method == "POST" and form.is_valid():
        services.set_preferences(person.pk, form.wanted())
        messages.success(request, "Vos choix sont enregistrés.")
        return redirect("notifications:preferences")
    always = list(dict.fromkeys(kind.label for kind in kinds if not (kind.can_stop or kind.confirms)))
    return render(
        request, "notifications/preferences.html", {"form": form, "always": always, "person": person}
    )


@csrf_exempt  # mail programs post it by themselves (RFC 8058); the signed token is the proof, and it only stops mail
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    found = read_stop_token(token)
    kind = catalogue.find(found[1]) if found else None
    if found is None or kind is None or not selectors.is_known(found[0]):
        raise Http404
    person_id = found[0]
    if request.method == "POST":
        services.set_preference(person_id, kind.code, wanted=request.POST.get("wanted") == "1")
        if request.POST.get("List-Unsubscribe") == "One-Click":
            return HttpResponse(
                "Vous ne recevrez plus ces messages.\n", content_type="text/plain; charset=utf-8"
            )
        return redirect("notifications:stop", token=token)
    stopped = selectors.is_stopped(person_id, kind.code)
    return render(request, "notifications/stop.html", {"kind": kind, "stopped": stopped, "token": token})

"""What I want to receive, and stopping one kind from a mail without signing in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from . import catalogue, selectors, services
from .catalogue import DIGEST
from .enums import Rhythm
from .forms import PreferencesForm
from .links import read_stop_token
from .models import Message
from .retention import BODIES

SHOWN = 30


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    person: Any = request.user.person  # type: ignore[union-attr]
    kinds = selectors.kinds_for(person)
    open_kinds = [kind for kind in kinds if len(kind.choices) > 1]
    if request.method == "POST" and "stop_all" in request.POST:
        stoppable = {kind.code: Rhythm.NEVER for kind in open_kinds if kind.can_stop}
        services.set_preferences(person.pk, stoppable)
        messages.success(request, "C’est fait : seuls les messages nécessaires vous parviendront.")
        return redirect("notifications:preferences")
    form = PreferencesForm(
        request.POST if request.method == "POST" else None,
        kinds=open_kinds,
        rhythms=selectors.rhythms_of(person.pk),
    )
    if request.method == "POST" and form.is_valid():
        services.set_preferences(person.pk, form.chosen())
        messages.success(request, "Vos choix sont enregistrés.")
        return redirect("notifications:preferences")
    always = list(dict.fromkeys(kind.label for kind in kinds if len(kind.choices) == 1 and not kind.confirms))
    return render(
        request, "notifications/preferences.html", {"form": form, "always": always, "person": person}
    )


@never_cache
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """What was sent to me in the last two months, so that nobody wonders."""
    person: Any = request.user.person  # type: ignore[union-attr]
    page = Paginator(selectors.sent_to(person), SHOWN).get_page(request.GET.get("page", "1")[:12])
    lines = [{"message": message, **line_of(message)} for message in page]
    return render(
        request,
        "notifications/history.html",
        {"page": page, "lines": lines, "person": person, "days": BODIES.days},
    )


#: state → (what the person reads, kind of badge)
STATES = {
    Message.State.PENDING: ("En route", "info"),
    Message.State.CLAIMED: ("En route", "info"),
    Message.State.SENDING: ("En route", "info"),
    Message.State.SENT: ("Envoyé", "success"),
    Message.State.FAILED: ("Non remis", "error"),
    Message.State.GROUPED: ("Dans votre prochain récapitulatif", "neutral"),
    Message.State.TOLD: ("Dit dans un récapitulatif", "neutral"),
}


def line_of(message: Message) -> dict[str, Any]:
    """A code is never shown again: such a message is called by its kind."""
    kind = catalogue.find(message.kind)
    subject = kind.label if kind and kind.confirms else message.subject
    state, badge = STATES[Message.State(message.state)]
    return {"subject": subject, "state": state, "badge": badge}


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
        if request.POST.get("wanted") == "1":
            services.resume(person_id, kind.code)
        else:
            services.set_preference(person_id, kind.code, rhythm=Rhythm.NEVER)
        if request.POST.get("List-Unsubscribe") == "One-Click":
            return HttpResponse(
                "Vous ne recevrez plus ces messages.\n", content_type="text/plain; charset=utf-8"
            )
        return redirect("notifications:stop", token=token)
    stopped = selectors.is_stopped(person_id, kind.code)
    return render(
        request,
        "notifications/stop.html",
        {"kind": kind, "stopped": stopped, "is_digest": kind.code == DIGEST},
    )

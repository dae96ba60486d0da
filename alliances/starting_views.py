"""Starting an alliance: for whom, then one thing per page, then read again and send. Nothing is written before that."""

import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from jeveuxagir.accounts import nonces
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import plural
from jeveuxagir.ui.dates import day_of
from organisations.models import Organisation

from . import policies, services
from .drafts import AnyPlace, Draft, around, code_of, label_of, places_of
from .forms import CommuneForm, FrameForm, PurposeForm, SendForm, ThemeForm, WiderForm

STEPS = {
    "but": "Le but et le nom",
    "ou": "Le territoire",
    "themes": "Les thèmes",
    "cadre": "Les dates et la façon de décider",
    "relire": "Relire et créer",
}
FORMS: dict[str, Any] = {"but": PurposeForm, "themes": ThemeForm, "cadre": FrameForm}
#: the fields that the session keeps, by page
KEPT = {
    "but": ("name", "purpose"),
    "themes": ("domain", "sdgs"),
    "cadre": ("starts_on", "ends_on", "rule", "cadence_days"),
}
MYSELF = "moi"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """What an alliance is, what it takes, and for whom it is started."""
    mine = policies.handled_by(request.user)
    usable = [organisation for organisation in mine if organisation.is_verified]
    draft = Draft(request.session)
    if not request.user.is_authenticated and request.method == "POST":
        draft.put(begun=True)  # for whom is asked once it is known who is writing
        return redirect("alliances:new_step", step="but")
    wrong = False
    if request.method == "POST":
        asked = request.POST.get("pour", "")
        chosen = next((one for one in usable if str(one.pk) == asked), None)
        if chosen is not None or asked == MYSELF:
            draft.put(organisation=chosen.pk if chosen else None, begun=True, chosen=True)
            return redirect("alliances:new_step", step="relire" if draft.values.get("rule") else "but")
        wrong = True
    elif request.GET.get("pour"):
        chosen = next((one for one in usable if str(one.pk) == request.GET["pour"]), None)
        if chosen is not None:
            draft.put(organisation=chosen.pk, begun=True, chosen=True)
            return redirect("alliances:new_step", step="but")
    context = {
        "usable": usable,
        "waiting": [organisation for organisation in mine if not organisation.is_verified],
        "draft": draft.values.get("name", ""),
        "chosen": draft.organisation,
        "wrong": wrong,
    }
    return render(request, "alliances/new.html", context, status=422 if wrong else 200)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, step: str) -> HttpResponse:
    """One page of the journey; back keeps what was typed."""
    if step not in STEPS:
        raise Http404
    draft = Draft(request.session)
    if not draft.values.get("begun"):
        return redirect("alliances:new")
    if step == "ou":
        return _places(request, draft)
    if step == "relire":
        return _summary(request, draft)
    form = FORMS[step](request.POST or None, initial=draft.values)
    if form.is_valid():
        draft.put(**{name: _plain(form.cleaned_data[name]) for name in KEPT[step]})
        return _onward(request, step)
    return render(request, "alliances/new_step.html", {"form": form, **_where(request, step)})


def _places(request: HttpRequest, draft: Draft) -> HttpResponse:
    outcome = edit_places(request, draft.places)
    if outcome.changed:
        draft.put(places=[code_of(place) for place in outcome.places])
        if not outcome.onward:
            return redirect(request.get_full_path())
    if outcome.onward and outcome.places:
        return _onward(request, "ou")
    missing = outcome.onward and not outcome.places and not outcome.refused
    context = {**places_context(outcome), "missing": missing, **_where(request, "ou")}
    status = 422 if missing or outcome.refused else 200
    return render(request, "alliances/new_places.html", context, status=status)


def _summary(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Without an account everything but the last button: it leads to the sign-in page and back here."""
    is_known = request.user.is_authenticated
    if is_known and not draft.values.get("chosen") and policies.handled_by(request.user):
        return redirect("alliances:new")
    data, refused = draft.data(), None
    organisation = _organisation(request, draft)
    form = SendForm(request.POST or None)
    if is_known and request.method == "POST" and form.is_valid():
        try:
            with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                if sent.first:
                    alliance = services.start(actor=user_of(request), organisation=organisation, data=data)
                    sent.outcome = alliance.space_url
            draft.forget()
            messages.success(
                request,
                "L’alliance est créée : elle est visible de vous seuls. Invitez maintenant les autres parties.",
            )
            return redirect(sent.outcome)
        except RuleBroken as broken:
            refused = broken
    lines = [
        (
            "but",
            [("Nom", data.name or "à compléter"), ("Ce qu’elle veut changer", data.purpose or "à compléter")],
        ),
        ("ou", [("Territoire", ", ".join(label_of(place) for place in data.places) or "à compléter")]),
        (
            "themes",
            [
                ("Domaine", str(data.domain or "aucun en particulier")),
                ("Objectifs de développement durable", ", ".join(map(str, data.sdgs)) or "aucun"),
            ],
        ),
        (
            "cadre",
            [
                ("Commence le", _day(data.starts_on)),
                ("Finit le", _day(data.ends_on)),
                ("Décide", dict(FrameForm.base_fields["rule"].choices)[data.rule]),  # type: ignore[attr-defined]
                ("Se retrouve", _cadence(data.cadence_days)),
            ],
        ),
    ]
    sections = [(STEPS[name], reverse("alliances:new_step", args=[name]), rows) for name, rows in lines]
    context = {
        "form": form,
        "sections": sections,
        "refused": refused,
        "organisation": organisation,
        "next": request.path,
        **_where(request, "relire"),
    }
    return render(request, "alliances/new_summary.html", context, status=409 if refused else 200)


def _organisation(request: HttpRequest, draft: Draft) -> Organisation | None:
    if draft.organisation is None or not request.user.is_authenticated:
        return None
    mine = Organisation.objects.of_person(request.user.person)
    found = mine.filter(pk=draft.organisation).first()
    if found is None:
        raise Http404
    return found


def _onward(request: HttpRequest, step: str) -> HttpResponse:
    names = list(STEPS)
    following = "relire" if "resume" in request.GET else names[names.index(step) + 1]
    return redirect("alliances:new_step", step=following)


def _where(request: HttpRequest, step: str) -> dict[str, Any]:
    names = list(STEPS)
    number = names.index(step)
    following = names[number + 1] if number + 1 < len(names) else ""
    back = reverse("alliances:new_step", args=[names[number - 1]]) if number else reverse("alliances:new")
    if "resume" in request.GET:
        back = reverse("alliances:new_step", args=["relire"])
    return {
        "step": number + 1,
        "steps": len(names),
        "step_title": STEPS[step],
        "next_title": STEPS.get(following, ""),
        "back": back,
    }


def _plain(value: Any) -> Any:
    """What a session can keep."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if hasattr(value, "values_list"):
        return list(value.values_list("pk", flat=True))
    return getattr(value, "pk", value)


def _day(day: datetime.date | None) -> str:
    return day_of(day) if day else "pas encore fixé"


def _cadence(days: int | None) -> str:
    return f"tous les {plural(days, 'jour')}" if days else "pas encore fixé"


# --- the list of places, here and in the settings ---------------------------------------------------------------


class PlacesOutcome:
    """What the page of places was asked."""

    def __init__(self, places: list[AnyPlace]) -> None:
        self.places = places
        self.changed = self.onward = self.refused = False
        self.commune, self.wider = CommuneForm(), WiderForm()


def edit_places(request: HttpRequest, places: list[AnyPlace]) -> PlacesOutcome:
    """One act on the list: remove, add (a commune typed, a wider place chosen or proposed), or go on."""
    outcome = PlacesOutcome(list(places))
    if request.method != "POST":
        return outcome
    if "remove" in request.POST:
        gone = request.POST["remove"]
        outcome.places = [place for place in places if code_of(place) != gone]
        outcome.changed = True
        return outcome
    outcome.commune, outcome.wider = CommuneForm(request.POST), WiderForm(request.POST)
    added: list[AnyPlace] = places_of([request.POST.get("add", "")])
    for form in (outcome.commune, outcome.wider):
        if form.is_valid():
            added += [place for place in form.cleaned_data.values() if place]
        else:
            outcome.refused = True
    codes = {code_of(place) for place in places}
    new_ones = [place for place in added if code_of(place) not in codes]
    outcome.places += list(dict.fromkeys(new_ones))
    outcome.changed = bool(new_ones)
    outcome.onward = "onward" in request.POST and not outcome.refused
    return outcome


def places_context(outcome: PlacesOutcome) -> dict[str, Any]:
    """For alliances/_places.html."""
    return {
        "chosen_places": [(code_of(place), label_of(place)) for place in outcome.places],
        "proposed_places": [(code_of(place), label_of(place)) for place in around(outcome.places)],
        "form": outcome.commune,
        "wider": outcome.wider,
    }

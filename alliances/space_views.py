"""The space of an alliance: its journey, its settings, its form, its conditions, its public page, its end."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.common.text import clean
from jeveuxagir.ui.dates import day_of

from . import activity, conditions, exports, journey, moderation, services, steps
from .drafts import label_of
from .enums import STAGES, Activity, Publication, Stage, StepState
from .forms import (
    CategoryForm,
    ClosingForm,
    ConditionsForm,
    DerogationForm,
    FrameForm,
    PurposeForm,
    ShownForm,
    StepForm,
    ThemeForm,
)
from .spaces import AllianceRequest, closing, closing_vote, party_required
from .stale import offer_again
from .starting_views import edit_places, places_context
from .views import space_context

#: one thing per page: address → (title, form)
SECTIONS: dict[str, tuple[str, Any]] = {
    "but": ("Le but et le nom", PurposeForm),
    "territoire": ("Le territoire", None),
    "themes": ("Les thèmes", ThemeForm),
    "cadre": ("Les dates et la façon de décider", FrameForm),
    "derogation": ("Une règle qui empêche d’agir, et l’évaluation", DerogationForm),
}
#: of the activity, on one page
FACTS = 30
#: verb → what the button says, then what happened
MOVES = {
    "structure": "Passer à l’étape « structurée »",
    "animate": "Passer à l’étape « animée »",
    "review": "Commencer le bilan",
    "spread": "Dire qu’elle essaime",
    "resume": "Reprendre l’animation",
}


# --- the journey ------------------------------------------------------------------------------------------------


@party_required()
@require_safe
def show_journey(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """Every step with what became of it, and how to pass to the next stage."""
    context = {
        **space_context(request),
        "line": steps.line(request.alliance),
        "stages": steps.marks(request.alliance),
        "now": steps.position(request.alliance),
        **moves(request),
    }
    return render(request, "alliances/journey.html", context)


@party_required(act=True)
@require_POST
def set_step(request: AllianceRequest, pk: int, slug: str, key: str) -> HttpResponse:
    """Done, skipped with a word why, or taken back."""
    if key not in journey.STEPS:
        raise Http404
    form = StepForm(request.POST)
    if form.is_valid():
        state = form.cleaned_data["state"]
        services.set_step(
            request.alliance, actor=request.user, key=key, state=state, note=form.cleaned_data["note"]
        )
        said = {StepState.DONE: "faite", StepState.SKIPPED: "passée"}.get(state, "de nouveau à faire")
        messages.success(request, f"« {journey.STEPS[key].title} » : {said}.")
    else:
        messages.error(request, "Votre note est trop longue : 1 000 caractères au plus.")
    return redirect(reverse("alliances:journey", args=[pk, slug]) + f"#{key}")


@party_required(act=True)
@require_POST
def tick_guided(request: AllianceRequest, pk: int, slug: str, guided_pk: int) -> HttpResponse:
    """A step of a method is done, or to do again."""
    guided = get_object_or_404(request.alliance.guided_steps.all(), pk=guided_pk)
    done = request.POST.get("done") == "oui"
    services.tick_guided(guided, actor=request.user, done=done)
    messages.success(request, "C’est coché." if done else "C’est de nouveau à faire.")
    return redirect(reverse("alliances:journey", args=[pk, slug]) + f"#{guided.key}")


@party_required(act=True)
@require_POST
def drop_guide(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """A method leaves the journey."""
    source_url = clean(request.POST.get("methode", ""))[:300]
    services.drop_guide(request.alliance, actor=request.user, source_url=source_url)
    messages.success(request, "La méthode n’est plus dans le parcours.")
    return redirect("alliances:journey", pk=pk, slug=slug)


@party_required(act=True, animate=True)
@require_POST
def move_stage(request: AllianceRequest, pk: int, slug: str, verb: str) -> HttpResponse:
    if verb not in MOVES:
        raise Http404
    try:
        moved = services.move_stage(request.alliance, actor=request.user, verb=verb)
        messages.success(
            request, f"L’alliance est maintenant {moved.get_stage_display()}. Les parties sont prévenues."
        )
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    return redirect("alliances:journey", pk=pk, slug=slug)


def moves(request: AllianceRequest) -> dict[str, Any]:
    """The buttons of the stages for who animates, and what is missing before."""
    alliance = request.alliance
    animates = any(party.is_animator for party in request.acting)
    verbs = STAGES.verbs(alliance.stage) if animates and not alliance.is_closed else []
    lacks = services.missing_to_structure(alliance) if alliance.stage == Stage.EMERGING else []
    born = "spread" in verbs and alliance.offspring.exists()
    return {
        "moves": [
            (verb, MOVES[verb]) for verb in verbs if not {"structure": lacks, "spread": not born}.get(verb)
        ],
        "lacks": lacks,
    }


# --- settings ---------------------------------------------------------------------------------------------------


@party_required()
@require_safe
def settings(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """What the alliance is, section by section, with a link to change each."""
    alliance = request.alliance
    data = services.data_of(alliance)
    shown = [
        ("but", [("Nom", data.name), ("Ce qu’elle veut changer", data.purpose)]),
        ("territoire", [("Où", ", ".join(label_of(place) for place in data.places) or "à préciser")]),
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
                ("Commence le", day_of(data.starts_on) if data.starts_on else "à fixer"),
                ("Finit le", day_of(data.ends_on) if data.ends_on else "à fixer"),
                ("Règle de décision", alliance.get_rule_display().capitalize()),
                (
                    "Rythme",
                    f"tous les {alliance.cadence_days} jours" if alliance.cadence_days else "à fixer",
                ),
            ],
        ),
        (
            "derogation",
            [
                ("Dérogation demandée", data.derogation or "aucune"),
                ("À évaluer le", day_of(data.evaluate_on) if data.evaluate_on else "à fixer"),
            ],
        ),
    ]
    context = {
        **space_context(request),
        "shown": [(SECTIONS[name][0], name, rows) for name, rows in shown],
        "waiting": moderation.waiting_edit(alliance),
    }
    return render(request, "alliances/settings.html", context)


@party_required(act=True, animate=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: AllianceRequest, pk: int, slug: str, section: str) -> HttpResponse:
    """One section of the settings."""
    if section not in SECTIONS:
        raise Http404
    title, form_class = SECTIONS[section]
    if form_class is None:
        return _places(request, title)
    alliance = request.alliance
    data = services.data_of(alliance)
    initial = {**data.__dict__, "version": alliance.version}
    waiting = moderation.waiting_edit(alliance) if section == "but" else None
    if waiting is not None:
        initial |= {name: change["value"] for name, change in waiting.diff.items()}
    form = form_class(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            changed = {name: value for name, value in form.cleaned_data.items() if name != "version"}
            try:
                edited = services.update(
                    alliance,
                    actor=request.user,
                    version=form.cleaned_data["version"],
                    data=replace(data, **changed),
                )
                return _saved(request, edited)
            except Stale as stale:
                status = offer_again(form, alliance, stale)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    context = {**space_context(request), "title": title, "form": form, "waiting": waiting}
    return render(request, "alliances/section.html", context, status=status)


def _places(request: AllianceRequest, title: str) -> HttpResponse:
    """Each act on the list is saved at once: nothing is lost by leaving the page."""
    alliance = request.alliance
    data = services.data_of(alliance)
    outcome = edit_places(request, list(data.places))
    refused = ""
    if outcome.changed:
        try:
            services.update(
                alliance, actor=request.user, version=None, data=replace(data, places=outcome.places)
            )
        except RuleBroken as broken:
            refused, outcome.places = broken.message, list(data.places)
        else:
            if not outcome.onward:
                return redirect(request.path)
    if outcome.onward and not refused:
        messages.success(request, "C’est enregistré.")
        return redirect("alliances:settings", pk=alliance.pk, slug=alliance.slug)
    context = {
        **space_context(request),
        **places_context(outcome),
        "title": title,
        "refused": refused,
        "missing": False,
    }
    status = 409 if refused else 422 if outcome.refused else 200
    return render(request, "alliances/places.html", context, status=status)


def _saved(request: AllianceRequest, edited: services.Edited) -> HttpResponse:
    if edited.waiting:
        messages.success(
            request,
            "C’est enregistré. La brigade relit d’abord ce changement : la page publique ne change pas avant.",
        )
    else:
        messages.success(request, "C’est enregistré.")
    return redirect("alliances:settings", pk=edited.alliance.pk, slug=edited.alliance.slug)


# --- its form, its conditions -----------------------------------------------------------------------------------


@party_required()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def category(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """Three questions; the category is deduced, and explained."""
    form = CategoryForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            found = services.classify(request.alliance, actor=request.user, answers=form.cleaned_data)
            messages.success(request, f"Votre partenariat est de la catégorie « {found.name} ».")
            return redirect("alliances:category", pk=pk, slug=slug)
        status = 422
    return render(request, "alliances/category.html", {**space_context(request), "form": form}, status=status)


@party_required()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check_conditions(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """The five conditions, met or not and why: a self-check without any legal effect."""
    alliance = request.alliance
    data = services.data_of(alliance)
    initial = {
        "shared_interest": data.shared_interest,
        "declared": list(data.declared),
        "version": alliance.version,
    }
    form = ConditionsForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            changed = replace(
                data,
                shared_interest=form.cleaned_data["shared_interest"],
                declared=form.cleaned_data["declared"],
            )
            try:
                services.update(
                    alliance, actor=request.user, version=form.cleaned_data["version"], data=changed
                )
                messages.success(request, "C’est enregistré.")
                return redirect("alliances:conditions", pk=pk, slug=slug)
            except Stale as stale:
                status = offer_again(form, alliance, stale)
    checked = conditions.check(alliance)
    context = {
        **space_context(request),
        "form": form,
        "checked": checked,
        "met": sum(one.met for one in checked),
    }
    return render(request, "alliances/conditions.html", context, status=status)


# --- its public page --------------------------------------------------------------------------------------------


@party_required(act=True, animate=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def publication(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """What the page shows; ask the brigade to publish it, or take it back."""
    alliance = request.alliance
    form = ShownForm(request.POST or None, initial={"shown": alliance.shown})
    if request.method == "POST":
        try:
            said = _publish(request, form)
            messages.success(request, said)
            return redirect("alliances:publication", pk=pk, slug=slug)
        except RuleBroken as refusal:
            messages.error(request, refusal.message)
            return redirect("alliances:publication", pk=pk, slug=slug)
    context = {
        **space_context(request),
        "form": form,
        "is_pending": alliance.publication == Publication.PENDING,
        "refusal": moderation.last_refusal(alliance),
        "waiting": moderation.waiting_edit(alliance),
    }
    return render(request, "alliances/publication.html", context)


def _publish(request: AllianceRequest, form: ShownForm) -> str:
    alliance, actor = request.alliance, request.user
    if "withdraw" in request.POST:
        services.withdraw_publication(alliance, actor=actor)
        return "La page n’est plus publique."
    shown = form.cleaned_data["shown"] if form.is_valid() else alliance.shown
    services.set_shown(alliance, actor=actor, shown=shown)
    if "ask" not in request.POST:
        return "C’est enregistré."
    services.ask_publication(alliance, actor=actor)
    return "La demande est partie. La brigade de votre département relit la page sous 5 jours ouvrés et vous écrit."


# --- awake, closed ----------------------------------------------------------------------------------------------


@party_required(act=True)
@require_POST
def wake(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    if request.alliance.activity == Activity.ASLEEP:
        services.wake(request.alliance, actor=request.user)
        messages.success(request, "L’alliance est réveillée. Voici les prochaines étapes.")
    return redirect("alliances:home", pk=pk, slug=slug)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """The three questions: alone, closed at once; several parties vote on it by their rule."""
    alliance = request.alliance
    animates = any(party.is_animator for party in request.acting)
    initial = {name: getattr(alliance, name) for name in ("reached", "learned", "what_next")}
    form = ClosingForm(request.POST or None, initial=initial)
    alone = not alliance.parties.live().exclude(pk__in=[party.pk for party in request.acting]).exists()
    status = 200
    if request.method == "POST":
        status = 422
        if not animates:
            raise NotAllowed("La partie qui anime propose de clore.")
        if form.is_valid():
            try:
                if not alone:
                    return _vote_on_closing(request, form.cleaned_data)
                services.close_alone(alliance, actor=request.user, **form.cleaned_data)
                messages.success(request, "L’alliance est close.")
            except NotAllowed:
                raise
            except RuleBroken as refusal:
                messages.error(request, refusal.message)
            return redirect("alliances:close", pk=pk, slug=slug)
    context = {
        **space_context(request),
        "form": form,
        "animates": animates,
        "alone": alone,
        "vote_url": next((url for where in closing_vote if (url := where(alliance))), ""),
    }
    return render(request, "alliances/close.html", context, status=status)


def _vote_on_closing(request: AllianceRequest, answers: dict[str, str]) -> HttpResponse:
    """Several parties close by the alliance's rule."""
    address = closing["decision"](request.alliance, request.user, answers)
    messages.success(request, "La fin de l’alliance est au vote. Les parties sont prévenues.")
    return redirect(address)


# --- what happened ----------------------------------------------------------------------------------------------


@party_required()
@never_cache
@require_safe
def show_activity(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """Who did what, when; `?sorte=` keeps one sort of facts."""
    asked = request.GET.get("sorte", "")
    sort = asked if asked in activity.sorts else ""
    page = Paginator(activity.events_of(request.alliance, sort), FACTS).get_page(request.GET.get("page"))
    context = {
        **space_context(request),
        "page_obj": page,
        "facts": activity.facts(request.alliance, page.object_list),
        "choices": activity.choices(),
        "sort": sort,
        "label": activity.sorts[sort].label if sort else "",
    }
    return render(request, "alliances/activity.html", context)


# --- taken away -------------------------------------------------------------------------------------------------


@party_required()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: AllianceRequest, pk: int, slug: str) -> HttpResponseBase:
    """The whole alliance as a ZIP, for anybody of a party; a closed alliance gives it too."""
    context = {
        **space_context(request),
        "parts": [part.title for part in sorted(exports.parts, key=lambda one: one.order)],
        "refused": "",
    }
    if request.method != "POST":
        return render(request, "alliances/export_page.html", context)
    try:
        packed = exports.export(request.alliance, actor=request.user)
    except NotAllowed:
        raise
    except RuleBroken as broken:
        context["refused"] = broken.message
        status = 429 if broken.code == "too_many" else 409
        return render(request, "alliances/export_page.html", context, status=status)
    name = f"alliance-{request.alliance.slug}-{today():%Y-%m-%d}.zip"
    return FileResponse(packed, as_attachment=True, filename=name, content_type="application/zip")

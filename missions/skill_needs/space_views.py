"""An association says its needs, page by page, sends them to the brigade and follows them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.accounts import nonces
from jeveuxagir.common.errors import RuleBroken, Stale
from jeveuxagir.common.text import NBSP
from jeveuxagir.moderation import services as moderation
from jeveuxagir.ui.dates import day_of
from missions.forms import VersionMixin
from missions.notifications import handlers_of
from organisations.policies import HANDLERS
from organisations.spaces import SpaceRequest, membership_required, panels_of
from organisations.views import space_context

from . import network_needs, policies, scoping, services
from .durations import in_words
from .enums import TRANSITIONS, State
from .forms import PAGE_OF, SECTIONS, STEPS, GiveUpForm, ProjectForm, ReopenForm, Section
from .models import SkillNeed
from .services import EDITABLE, PUBLISHED, SENSITIVE, UNSENT, Edited

PAGE_SIZE = 30
FORM = ["GET", "HEAD", "POST"]
HEADINGS = {slug: form.heading for slug, form in SECTIONS.items()} | {"relire": "Relire et envoyer"}
WHO_DECIDES = (
    "La brigade de votre département le prend en charge sous 2 jours ouvrés et décide sous 5. "
    "Vous recevrez sa réponse par message."
)


@membership_required()
@require_safe
def needs(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """All its needs, what waits for somebody first; readers see them too."""
    organisation = request.organisation
    own = SkillNeed.objects.of_organisation(organisation)
    state = request.GET.get("etat", "")
    rows = own.filter(state=state) if state in State.values else own
    page = Paginator(rows.for_list(), PAGE_SIZE).get_page(request.GET.get("page", "1")[:12])
    counts = own.counts()
    context = {
        "organisation": organisation,
        "page": page,
        "states": [(s.value, s.label, counts[s.value]) for s in State if counts.get(s.value)],
        "state": state if state in State.values else "",
        "total": sum(counts.values()),
        "may_state": policies.may_state(organisation),
        "may_write": request.membership.role in HANDLERS and policies.may_state(organisation),
        "steps": len(STEPS),
    }
    return render(request, "skill_needs/space.html", space_context(request) | context)


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(FORM)
def create(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """Page 1 makes the draft: from then on each page is saved."""
    organisation = request.organisation
    if not policies.may_state(organisation):  # the list says why
        if request.method == "POST":
            messages.error(request, services.NOT_A_COMPANY)
        return redirect("skill_needs:space", organisation.pk, organisation.slug)
    lent = network_needs.lent_to(organisation)
    asked = request.GET.get("modele", "")
    chosen = next((one for one in lent if str(one.pk) == asked), None)
    form = ProjectForm(
        request.POST if request.method == "POST" else None, initial={"title": chosen.title if chosen else ""}
    )
    if request.method == "POST" and form.is_valid():
        try:
            with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                if sent.first:
                    words = {
                        "deliverable": chosen.deliverable if chosen else "",
                        "context": chosen.context if chosen else "",
                    }
                    data = services.first_data(form.values(), contact=request.user.person, **words)
                    need = services.draft(actor=request.user, organisation=organisation, data=data, step=2)
                    sent.outcome = _step_url(need, STEPS[1])
            return redirect(sent.outcome)
        except RuleBroken as refusal:
            form.add_error(PAGE_OF.get(refusal.code) and refusal.code, refusal.message)
    context = {
        "organisation": organisation,
        "form": form,
        "need": None,
        "lent": lent,
        "chosen": chosen,
        "section": "projet",
        "kind": None,
        "waits": "",
    } | _step("projet")
    return render(
        request, "skill_needs/edit.html", space_context(request) | context, status=_status(request, form)
    )


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(FORM)
def edit(request: SpaceRequest, pk: int, slug: str, need_pk: int, section: str) -> HttpResponse:
    """One page. Published, the sensitive words wait for the brigade; the rest applies at once."""
    need = _need(request, need_pk)
    form_class = SECTIONS.get(section)
    if form_class is None:
        raise Http404
    if need.state not in EDITABLE:
        messages.error(request, f"Un besoin {need.get_state_display()} ne se modifie plus.")
        return redirect(_url("manage", need))
    bound = request.POST if request.method == "POST" else None
    form = _form(form_class, need, bound)
    status = 200
    if bound is not None:
        status = 422
        if form.is_valid():
            try:
                return redirect(_after_edit(request, need, section, _save(request, need, section, form)))
            except Stale as refusal:
                status = 409
                again = request.POST.copy()
                again["version"] = str(_need(request, need_pk).version)
                form.data = again
                form.add_error(None, refusal.message)
            except RuleBroken as refusal:
                form.add_error(refusal.code if refusal.code in form.fields else None, refusal.message)
    context: dict[str, Any] = {
        "organisation": need.organisation,
        "form": form,
        "need": need,
        "lent": [],
        "chosen": None,
        "kind": form.kind,
        "usual": in_words(form.kind.minutes) if form.kind else "",
        "section": section,
        "waits": _waits(form_class) if need.state in PUBLISHED else "",
    }
    if "suite" in request.GET and need.state in UNSENT:
        context |= _step(section)
    else:
        context |= {"step": 0, "heading": form_class.heading}
    return render(request, "skill_needs/edit.html", space_context(request) | context, status=status)


def _form(form_class: type[Section], need: SkillNeed, bound: Any) -> Section:
    data = services.current_data(need)
    initial = form_class.initial_of(data) | {"version": need.version}
    people = handlers_of(need.organisation_id)
    return form_class(bound, initial=initial, data_now=data, people=people, draft=need.state in UNSENT)


def _save(request: SpaceRequest, need: SkillNeed, section: str, form: Section) -> Edited:
    step = STEPS.index(section) + 2 if "suite" in request.GET else 0
    data = replace(services.current_data(need), **form.values())
    return services.update(
        need, actor=request.user, version=form.cleaned_data["version"], data=data, step=step
    )


def _waits(form_class: type[Section]) -> str:
    """Said before one saves: what of this page the brigade reads first."""
    sensitive = [SENSITIVE[name] for name in form_class.names if name in SENSITIVE]
    if not sensitive:
        return ""
    rest = " Le reste change tout de suite." if len(form_class.names) > len(sensitive) else ""
    return (
        f"Le besoin est publié. La brigade relit d’abord{NBSP}: {', '.join(sensitive)}. En attendant, il reste en "
        f"ligne comme avant.{rest}"
    )


def _after_edit(request: SpaceRequest, need: SkillNeed, section: str, done: Edited) -> str:
    if done.waiting:
        messages.info(
            request,
            f"La brigade relit ces changements avant qu’ils paraissent{NBSP}: {', '.join(done.waiting)}. Elle les "
            "prend en charge sous 2 jours ouvrés et décide sous 5.",
        )
    elif need.state in PUBLISHED:
        messages.success(request, "C’est enregistré et en ligne.")
    if "suite" in request.GET and need.state in UNSENT:
        index = STEPS.index(section)
        return _step_url(need, STEPS[max(index - 1, 0) if "precedent" in request.POST else index + 1])
    if need.state not in PUBLISHED:
        messages.success(request, "C’est enregistré.")
    return _url("review" if need.state in UNSENT else "manage", need)


@never_cache
@membership_required(*HANDLERS)
@require_safe
def review(request: SpaceRequest, pk: int, slug: str, need_pk: int) -> HttpResponse:
    """The last page: each line may be corrected, what is missing has a link, then it is sent."""
    need = _need(request, need_pk)
    if need.state not in UNSENT:
        return redirect(_url("manage", need))
    context = {"need": need, "lines": _lines(need), "missing": _missing(need)} | _step("relire")
    context["pressing"] = scoping.pressed(need.minutes, need.deadline)
    return render(request, "skill_needs/review.html", space_context(request) | context)


def _missing(need: SkillNeed) -> list[dict[str, str]]:
    """What a draft lacks, each with the page that gives it."""
    return [
        {"sentence": lack.sentence, "url": _step_url(need, PAGE_OF[lack.name], suite=False)}
        for lack in services.missing(services.data_of(need))
    ]


def _lines(need: SkillNeed) -> list[dict[str, Any]]:
    """The whole need, line by line, in the order of its pages."""
    data = services.data_of(need)
    kind = scoping.type_of(data.project_type)
    place = data.commune.label if data.commune else "la commune de votre association"
    rows = [
        ("title", "Besoin", data.title),
        ("project_type", "Type de projet", kind.name if kind else "autre"),
        ("deliverable", "Ce qui sera rendu", data.deliverable),
        ("context", "À quoi cela servira", data.context or "non dit"),
        ("domain", "Domaine", data.domain.name if data.domain else ""),
        ("sdgs", "ODD", ", ".join(map(str, data.sdgs)) or "aucun"),
        ("skills", "Compétences", ", ".join(map(str, data.skills))),
        ("format", "Forme", need.get_format_display()),
        ("minutes", "Volume", in_words(data.minutes)),
        ("deadline", "Pour le", day_of(data.deadline) if data.deadline else ""),
        ("mode", "Sur place ou à distance", need.get_mode_display()),
        ("commune", "Où", "" if data.mode == "remote" else place),
        ("contact", "Contact", data.contact.full_name if data.contact else ""),
        ("contact_consent", "Contact donné", need.get_contact_consent_display()),
    ]
    return [
        {"label": label, "value": value, "url": _step_url(need, PAGE_OF[name], suite=False)}
        for name, label, value in rows
        if not (name == "commune" and data.mode == "remote")
    ]


@never_cache
@membership_required()
@require_safe
def manage(request: SpaceRequest, pk: int, slug: str, need_pk: int) -> HttpResponse:
    """One need: where it stands, what to do next, what it says."""
    return _manage(request, _need(request, need_pk))


def _manage(request: SpaceRequest, need: SkillNeed, *, status: int = 200, **forms: Any) -> HttpResponse:
    may_write = request.membership.role in HANDLERS
    waiting = moderation.open_items(services.KIND, need).first() if need.state in PUBLISHED else None
    version = {"version": need.version}
    context = {
        "need": need,
        "lines": _lines(need),
        "may_write": may_write,
        "may_edit": may_write and need.state in EDITABLE and need.state not in UNSENT,
        "is_unsent": need.state in UNSENT,
        "missing": _missing(need) if need.state in UNSENT and may_write else [],
        "resume_url": _step_url(need, STEPS[need.draft_step - 1])
        if may_write and 0 < need.draft_step <= len(STEPS)
        else "",
        "steps": len(STEPS),
        "waiting_diff": waiting.diff if waiting else {},
        "waiting_since": waiting.created_at if waiting else None,
        "verbs": [verb for verb in TRANSITIONS.verbs(need.state) if may_write],
        "may_discard": may_write and need.state in UNSENT and need.opened_at is None,
        "give_up_form": forms.get("give_up_form") or GiveUpForm(initial=version),
        "reopen_form": forms.get("reopen_form") or ReopenForm(initial=version),
        "panels": panels_of("skill_need.manage", request, need),
    }
    return render(request, "skill_needs/manage.html", space_context(request) | context, status=status)


def _verb(
    service: Callable[..., Any],
    said: str,
    *,
    form_class: type[VersionMixin] = VersionMixin,
    shown_as: str = "",
    takes: tuple[str, ...] = (),
) -> Callable[..., HttpResponse]:
    """A POST that does one verb, says it, and goes back to the need."""

    @membership_required(*HANDLERS)
    @require_POST
    def view(request: SpaceRequest, pk: int, slug: str, need_pk: int) -> HttpResponse:
        need = _need(request, need_pk)
        form = form_class(request.POST)
        if not form.is_valid():
            return _manage(request, need, status=422, **({shown_as: form} if shown_as else {}))
        values = {name: form.cleaned_data[name] for name in ("version", *takes)}
        try:
            service(need, actor=request.user, **values)
        except RuleBroken as refusal:
            if refusal.code in takes and shown_as:
                form.add_error(refusal.code, refusal.message)
                return _manage(request, need, status=422, **{shown_as: form})
            messages.error(request, refusal.message)
            return _manage(request, _need(request, need_pk), status=409)
        messages.success(request, said)
        return redirect(_url("manage", need))

    return view


submit = _verb(services.submit, f"Votre besoin est envoyé. {WHO_DECIDES}")
take_back = _verb(
    services.take_back, f"C’est de nouveau un brouillon{NBSP}: modifiez-le, puis envoyez-le de nouveau."
)
finish = _verb(services.finish, "C’est noté : vous avez ce qu’il vous fallait. Le besoin quitte la liste.")
give_up = _verb(
    services.give_up,
    "Le besoin est retiré de la liste. Vous pourrez le rouvrir.",
    form_class=GiveUpForm,
    shown_as="give_up_form",
    takes=("reason",),
)
reopen = _verb(
    services.reopen,
    "Le besoin est de nouveau dans la liste.",
    form_class=ReopenForm,
    shown_as="reopen_form",
    takes=("deadline",),
)
withdraw_edit = _verb(
    services.withdraw_edit, "Vos changements sont retirés. Le besoin reste en ligne comme avant."
)


@membership_required(*HANDLERS)
@require_POST
def discard(request: SpaceRequest, pk: int, slug: str, need_pk: int) -> HttpResponse:
    """A draft that was never public goes."""
    need = _need(request, need_pk)
    try:
        services.discard(need, actor=request.user)
        messages.success(request, "Le brouillon est effacé.")
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    return redirect("skill_needs:space", request.organisation.pk, request.organisation.slug)


# --- inside ----------------------------------------------------------------------------------------------------


def _need(request: SpaceRequest, pk: int) -> SkillNeed:
    rows = SkillNeed.objects.of_organisation(request.organisation).select_related(
        "organisation__commune", "commune__department", "department", "domain", "contact"
    )
    found: SkillNeed = get_object_or_404(rows, pk=pk)
    return found


def _url(name: str, need: SkillNeed, *more: str) -> str:
    organisation = need.organisation
    return reverse(f"skill_needs:{name}", args=[organisation.pk, organisation.slug, need.pk, *more])


def _step_url(need: SkillNeed, page: str, *, suite: bool = True) -> str:
    """A page of the wizard; without `suite`, the same page as a correction that comes back to the last one."""
    if page == "relire":
        return _url("review", need)
    return _url("edit", need, page) + ("?suite=1" if suite else "")


def _step(section: str) -> dict[str, Any]:
    index = STEPS.index(section)
    return {
        "step": index + 1,
        "steps": len(STEPS),
        "heading": HEADINGS[section],
        "next_heading": HEADINGS[STEPS[index + 1]] if index + 1 < len(STEPS) else "",
        "previous": STEPS[index - 1] if index else "",
    }


def _status(request: SpaceRequest, form: Any) -> int:
    return 422 if request.method == "POST" and form.errors else 200

"""An organisation writes, publishes and follows its missions, section by section."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.accounts import nonces
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.common.text import NBSP, plural
from jeveuxagir.moderation import services as moderation
from organisations.policies import HANDLERS
from organisations.spaces import SpaceRequest, membership_required, panels_of
from organisations.views import space_context

from . import meanwhile, schedule, services
from .cards import by_date, where
from .enums import TRANSITIONS, MissionMode, State
from .forms import (
    SECTIONS,
    STEPS,
    AddressForms,
    BaseAddresses,
    CancelSlotsForm,
    CloseForm,
    DuplicateForm,
    ReasonForm,
    Section,
    SlotForm,
    SlotsForm,
    TitleForm,
    VersionMixin,
    WhereForm,
    title_advice,
)
from .models import Mission, Slot
from .services import EDITABLE, PUBLISHED, SENSITIVE, Edited, MissionData
from .words import teams_asked, when_in_words

#: The slots a summary shows; the others are on their page.
SHOWN_TIMES = 12
PAGE_SIZE = 30
SLOTS_PER_PAGE = 50
HEADINGS = {slug: form.heading for slug, form in SECTIONS.items()} | {
    "creneaux": "Quand a-t-elle lieu",
    "relire": "Relire et envoyer",
}
#: what a draft lacks → the page that gives it
PAGE_OF = {
    "title": "titre",
    "domain": "titre",
    "description": "description",
    "address": "ou",
    "no_slot": "creneaux",
    "team_slot": "creneaux",
}
UNSENT = (State.DRAFT, State.REFUSED)
WHO_DECIDES = (
    "La brigade de votre département la prend en charge sous 2 jours ouvrés et décide sous 5. "
    "Vous recevrez sa réponse par message."
)


@membership_required()
@require_safe
def missions(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """All its missions, what may be done first; readers see the counts."""
    organisation = request.organisation
    to_come = Q(slots__cancelled_at__isnull=True)
    rows = (
        Mission.objects.of_organisation(organisation)
        .annotate(
            slots_count=Count("slots", filter=to_come),
            capacity=Sum("slots__capacity", filter=to_come),
            taken=Sum("slots__taken", filter=to_come),
        )
        .prefetch_related("addresses__commune")
        .order_by("-updated_at", "-pk")
    )
    state = request.GET.get("etat", "")
    if state in State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page", "1")[:12])
    counts = dict(
        Mission.objects.of_organisation(organisation)
        .values_list("state")
        .annotate(n=Count("pk"))
        .values_list("state", "n")
    )
    context = {
        "organisation": organisation,
        "page": page,
        "lines": [{"mission": mission, "where": where(mission)} for mission in page],
        "states": [(s.value, s.label, counts[s.value]) for s in State if counts.get(s.value)],
        "state": state,
        "total": sum(counts.values()),
        "may_write": request.membership.role in HANDLERS and organisation.may_host,
        "steps": len(STEPS),
    }
    return render(request, "missions/space.html", space_context(request) | context)


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """Page 1 makes the draft: from then on each page is saved."""
    organisation = request.organisation
    if not organisation.may_host:  # the list says why
        return redirect("missions:space", organisation.pk, organisation.slug)
    form = TitleForm(request.POST if request.method == "POST" else None, draft=True)
    if request.method == "POST" and form.is_valid():
        try:
            with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                if sent.first:
                    data = MissionData(**form.values(), minimum_age=18)
                    mission = services.create_draft(
                        organisation=organisation, actor=request.user, data=data, step=2
                    )
                    sent.outcome = _step_url(mission, "description")
            return redirect(sent.outcome)
        except RuleBroken as refusal:
            form.add_error(None, refusal.message)
    context = {
        "organisation": organisation,
        "form": form,
        "addresses": None,
        "mission": None,
        "section": "titre",
        "changes": [],
        "waits": "",
    }
    return render(
        request,
        "missions/edit.html",
        space_context(request) | context | _step("titre"),
        status=_status(request, form),
    )


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SpaceRequest, pk: int, slug: str, mission_pk: int, section: str) -> HttpResponse:
    """One page. Published, what is sensitive waits for the brigade; the rest applies at once."""
    mission = _mission(request, mission_pk)
    form_class = SECTIONS.get(section)
    if form_class is None:
        raise Http404
    if mission.state not in EDITABLE or mission.is_imported:
        return _not_here(request, mission)
    bound = request.POST if request.method == "POST" else None
    form, addresses = _forms(form_class, mission, bound)
    changes: list[meanwhile.Change] = []
    if bound is not None and form.is_valid() and (addresses is None or addresses.is_valid()):
        try:
            done, changes = _save(request, mission, section, form, addresses)
        except RuleBroken as refusal:
            form.add_error(None, refusal.message)
        else:
            if done is not None:
                return redirect(_after_edit(request, mission, section, done))
            mission = _mission(request, mission_pk)
            addresses = _shown_again(form, addresses, changes, mission)
    context: dict[str, Any] = {
        "organisation": mission.organisation,
        "form": form,
        "addresses": addresses,
        "mission": mission,
        "section": section,
        "changes": changes,
        "waits": _waits(form_class) if mission.state in PUBLISHED else "",
    }
    if "suite" in request.GET and section in STEPS:
        context |= _step(section)
    else:
        context |= {"step": 0, "heading": form_class.heading}
    status = 200 if bound is None else 409 if changes else 422
    return render(request, "missions/edit.html", space_context(request) | context, status=status)


def _forms(form_class: type[Section], mission: Mission, bound: Any) -> tuple[Section, BaseAddresses | None]:
    data = services.draft_data(mission)
    with_addresses = form_class is WhereForm
    shown = meanwhile.marks(meanwhile.shown(form_class, data, with_addresses=with_addresses))
    initial = form_class.initial_of(data) | {"version": mission.version, "before": shown}
    form = form_class(bound, initial=initial, data_now=data, draft=mission.state in UNSENT)
    if not with_addresses:
        return form, None
    return form, AddressForms(bound, initial=AddressForms.initial_of(data), prefix="adresses")  # type: ignore[attr-defined,return-value]


def _save(
    request: SpaceRequest, mission: Mission, section: str, form: Section, addresses: BaseAddresses | None
) -> tuple[Edited | None, list[meanwhile.Change]]:
    """Compare and set. Somebody else's edit of other pages is no matter; of this one, it is shown."""
    typed: dict[str, Any] = form.values()
    if addresses is not None:
        typed["addresses"] = [] if typed["mode"] == MissionMode.REMOTE else addresses.specs()
    version, step = form.cleaned_data["version"], 0
    if "suite" in request.GET and section in STEPS:
        step = STEPS.index(section) + 2
    for last in (False, False, True):
        data = services.draft_data(mission)
        try:
            done = services.update(
                mission, actor=request.user, version=version, data=replace(data, **typed), step=step
            )
            return done, []
        except Stale:
            mission = _mission(request, mission.pk)
            data, version = services.draft_data(mission), mission.version
            found = meanwhile.changes(form, addresses, marked=form.cleaned_data.get("before", ""), data=data)
            if found:
                return None, found
            if last:
                raise
    raise AssertionError("unreachable")


def _shown_again(
    form: Section, addresses: BaseAddresses | None, changes: list[meanwhile.Change], mission: Mission
) -> BaseAddresses | None:
    """The page again, on top of what was saved meanwhile."""
    data = services.draft_data(mission)
    shown = meanwhile.shown(type(form), data, with_addresses=addresses is not None)
    meanwhile.take(form, changes, data, version=mission.version, marked=meanwhile.marks(shown))
    theirs = [change for change in changes if change.name == meanwhile.ADDRESSES and not change.is_both]
    if addresses is not None and theirs:
        return AddressForms(initial=AddressForms.initial_of(data), prefix="adresses")  # type: ignore[attr-defined,return-value]
    return addresses


def _waits(form_class: type[Section]) -> str:
    """Said before one saves: what of this page the brigade reads first."""
    sensitive = [SENSITIVE[name] for name in form_class.names if name in SENSITIVE]
    if form_class is WhereForm:
        sensitive.append("adresses")
    if not sensitive:
        return ""
    others = len(form_class.names) + (form_class is WhereForm) > len(sensitive)
    rest = " Le reste change tout de suite." if others else ""
    return (
        f"La mission est publiée. La brigade relit d’abord{NBSP}: {', '.join(sensitive)}. En attendant, la mission "
        f"reste en ligne comme avant.{rest}"
    )


def _after_edit(request: SpaceRequest, mission: Mission, section: str, done: Edited) -> str:
    if done.waiting:
        messages.info(
            request,
            f"La brigade relit ces changements avant qu’ils paraissent{NBSP}: {', '.join(done.waiting)}. Elle les "
            "prend en charge sous 2 jours ouvrés et décide sous 5. En attendant, la mission reste en ligne comme "
            "avant.",
        )
    elif mission.state in PUBLISHED:
        messages.success(request, "C’est enregistré et en ligne.")
    if "encore" in request.POST:
        return request.get_full_path()
    if "suite" in request.GET and section in STEPS:
        index = STEPS.index(section)
        return _step_url(mission, STEPS[max(index - 1, 0) if "precedent" in request.POST else index + 1])
    if mission.state not in PUBLISHED:
        messages.success(request, "C’est enregistré.")
    return _url("review" if mission.state in UNSENT else "manage", mission)


@never_cache
@membership_required(*HANDLERS)
@require_safe
def review(request: SpaceRequest, pk: int, slug: str, mission_pk: int) -> HttpResponse:
    """The last page: each line may be corrected, what is missing has a link, then it is sent."""
    mission = _mission(request, mission_pk)
    if mission.state not in UNSENT or mission.is_imported:
        return redirect(_url("manage", mission))
    slots = by_date(mission.slots.filter(cancelled_at__isnull=True))
    context = {
        "organisation": mission.organisation,
        "mission": mission,
        "lines": _lines(mission, slots),
        "missing": _missing(mission),
        "advice": title_advice(mission.title),
    }
    return render(request, "missions/review.html", space_context(request) | context | _step("relire"))


def _missing(mission: Mission) -> list[dict[str, str]]:
    """What a draft lacks, each with the page that gives it."""
    return [
        {
            "sentence": lack.sentence,
            "url": _step_url(mission, PAGE_OF[lack.code], suite=False) if lack.code in PAGE_OF else "",
        }
        for lack in services.missing(mission)
    ]


def _lines(mission: Mission, slots: list[Slot]) -> list[dict[str, Any]]:
    """The whole draft, line by line, in the order of its pages."""
    data = services.current_data(mission)
    times = [f"{when_in_words(slot)} ({plural(slot.capacity, 'place')})" for slot in slots]
    more = len(times) - SHOWN_TIMES
    times = times[:SHOWN_TIMES] + ([f"et {plural(more, 'autre', 'autres')}"] if more > 0 else [])
    addresses = [address.label for address in data.addresses]
    rows: list[tuple[str, str, str | list[str]]] = [
        ("Titre", "titre", data.title),
        ("Domaine", "titre", data.domain.name if data.domain else ""),
        ("Description", "description", data.description),
        ("Âge minimum", "conditions", f"{data.minimum_age} ans"),
        ("Ce qui est demandé", "conditions", data.prerequisites or "rien de particulier"),
        ("Conditions d’accueil", "conditions", data.hosting_conditions or "rien de particulier"),
        ("Activités", "details", ", ".join(map(str, data.activities)) or "aucune"),
        (
            "Compétences utiles",
            "details",
            ", ".join(map(str, data.skills)) or f"aucune{NBSP}: la mission est ouverte à tous",
        ),
        ("ODD", "details", ", ".join(map(str, data.sdgs or ())) or "aucun"),
        ("Sur place ou à distance", "ou", mission.get_mode_display()),
        ("Créneaux", "creneaux", times),
        ("Rythme", "rythme", mission.get_commitment_display() or "il suivra vos créneaux"),
        ("Équipes", "equipes", teams_asked(mission)),
    ]
    if mission.mode != MissionMode.REMOTE:
        rows.insert(10, ("Adresses", "ou", addresses))
    return [
        {
            "label": label,
            "value": value if isinstance(value, str) else "",
            "values": value if isinstance(value, list) else [],
            "url": _step_url(mission, page, suite=False),
        }
        for label, page, value in rows
    ]


@never_cache
@membership_required()
@require_safe
def manage(request: SpaceRequest, pk: int, slug: str, mission_pk: int) -> HttpResponse:
    """One mission: where it stands, what to do next, its slots."""
    mission = _mission(request, mission_pk)
    return _manage(request, mission)


def _manage(request: SpaceRequest, mission: Mission, *, status: int = 200, **forms: Any) -> HttpResponse:
    may_write = request.membership.role in HANDLERS and not mission.is_imported
    slots, to_come = _slots(mission)
    waiting = moderation.open_items("mission", mission).first() if mission.state in PUBLISHED else None
    data = services.draft_data(mission)
    version = {"version": mission.version}
    context = {
        "organisation": mission.organisation,
        "mission": mission,
        "data": data,
        "where": where(mission),
        "addresses": mission.addresses.all(),
        "teams": teams_asked(mission),
        "slots": slots[:SHOWN_TIMES],
        "slots_count": len(slots),
        "to_come": to_come,
        "taken": sum(line["slot"].taken for line in slots),
        "capacity": sum(line["slot"].capacity for line in slots),
        "waiting_diff": waiting.diff if waiting else {},
        "waiting_since": waiting.created_at if waiting else None,
        "may_write": may_write,
        "may_edit": may_write and mission.state in EDITABLE,
        "is_unsent": mission.state in UNSENT,
        "missing": _missing(mission) if mission.state in UNSENT and may_write else [],
        "resume_url": _step_url(mission, STEPS[mission.draft_step - 1])
        if may_write and 0 < mission.draft_step <= len(STEPS)
        else "",
        "steps": len(STEPS),
        "nonce": nonces.new_nonce(),
        "verbs": _verbs(mission, may_write),
        "reason_form": forms.get("reason_form") or ReasonForm(initial=version),
        "close_form": forms.get("close_form") or CloseForm(initial=version),
        "duplicate_form": forms.get("duplicate_form")
        or DuplicateForm(initial={"first_day": today() + timedelta(days=14)}),
        "panels": panels_of("mission.manage", request, mission),
    }
    return render(request, "missions/manage.html", space_context(request) | context, status=status)


def _verbs(mission: Mission, may_write: bool) -> dict[str, bool]:
    verbs = {verb: may_write and TRANSITIONS.allows(verb, mission.state) for verb in TRANSITIONS.table}
    if mission.state == State.SUSPENDED and not mission.suspended_with_organisation:
        verbs["close"] = False  # the brigade's to open or close
    return verbs


def _slots(mission: Mission) -> tuple[list[dict[str, Any]], int]:
    """Its slots, those to come first, and how many are to come."""
    rows = by_date(mission.slots.filter(cancelled_at__isnull=True))
    live = set(mission.slots.live().values_list("pk", flat=True))
    rows.sort(key=lambda slot: slot.pk not in live)
    lines = [{"slot": slot, "when": when_in_words(slot), "is_past": slot.pk not in live} for slot in rows]
    return lines, len(live)


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def slots(request: SpaceRequest, pk: int, slug: str, mission_pk: int) -> HttpResponse:
    """All slots, and more of them; the rhythm follows them while the mission is a draft."""
    mission = _mission(request, mission_pk)
    if mission.is_imported or mission.state not in EDITABLE:
        return _not_here(request, mission)
    already = mission.slots.filter(cancelled_at__isnull=True).count()
    form = SlotsForm(
        request.POST if request.method == "POST" else None,
        initial=SlotsForm.suggestion(),
        already=already,
    )
    if request.method == "POST" and form.is_valid():
        try:
            with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                if sent.first:
                    added = services.add_slots(
                        mission, actor=request.user, slots=form.specs(), step=len(STEPS)
                    )
                    messages.success(request, f"{plural(len(added), 'créneau ajouté', 'créneaux ajoutés')}.")
                    sent.outcome = _url("slots", mission) + ("?suite=1" if "suite" in request.GET else "")
            return redirect(sent.outcome)
        except RuleBroken as refusal:
            form.add_error(
                SlotsForm.FIELDS.get(refusal.code) or form.DAYS[form["kind"].value()], refusal.message
            )
    return _slots_page(request, mission, form=form, status=_status(request, form))


def _slots_page(request: SpaceRequest, mission: Mission, *, status: int = 200, **forms: Any) -> HttpResponse:
    lines, to_come = _slots(mission)
    page = Paginator(lines, SLOTS_PER_PAGE).get_page(request.GET.get("page", "1")[:12])
    context = {
        "organisation": mission.organisation,
        "mission": mission,
        "form": forms.get("form") or SlotsForm(initial=SlotsForm.suggestion()),
        "fall_form": forms.get("fall_form") or CancelSlotsForm(slots=[]),
        "chosen": forms.get("chosen", ()),
        "page": page,
        "total": len(lines),
        "to_come": to_come,
        "any_taken": any(line["slot"].taken for line in lines if not line["is_past"]),
        "is_unsent": mission.state in UNSENT,
        "most": schedule.MAX_SLOTS,
    }
    context |= _step("creneaux") if "suite" in request.GET else {"step": 0, "heading": "Créneaux"}
    return render(request, "missions/slots.html", space_context(request) | context, status=status)


@membership_required(*HANDLERS)
@require_POST
def cancel_slots(request: SpaceRequest, pk: int, slug: str, mission_pk: int) -> HttpResponse:
    """Several slots fall for one reason; each person signed up is told once."""
    mission = _mission(request, mission_pk)
    if mission.is_imported or mission.state not in EDITABLE:
        return _not_here(request, mission)
    known = mission.slots.filter(cancelled_at__isnull=True).values_list("pk", flat=True)
    form = CancelSlotsForm(request.POST, slots=known)
    if form.is_valid():
        try:
            fallen = services.cancel_slots(
                mission,
                actor=request.user,
                slots=form.cleaned_data["slot"],
                reason=form.cleaned_data["reason"],
            )
        except RuleBroken as refusal:
            form.add_error("reason" if refusal.code == "reason" else None, refusal.message)
        else:
            told = "" if mission.state in UNSENT else " Les personnes inscrites sont prévenues."
            messages.success(request, f"{plural(fallen, 'créneau annulé', 'créneaux annulés')}.{told}")
            return redirect(_url("slots", mission) + ("?suite=1" if "suite" in request.GET else ""))
    chosen = request.POST.getlist("slot")
    return _slots_page(request, mission, status=422, fall_form=form, chosen=chosen)


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def slot(request: SpaceRequest, pk: int, slug: str, mission_pk: int, slot_pk: int) -> HttpResponse:
    """One slot: its time and its places, or its cancelling with a reason for those who signed up."""
    mission = _mission(request, mission_pk)
    if mission.is_imported or mission.state not in EDITABLE:
        return _not_here(request, mission)
    found = get_object_or_404(mission.slots, pk=slot_pk, cancelled_at__isnull=True)
    form, reason = SlotForm(slot=found, version=mission.version), ReasonForm()
    if request.method == "POST":
        cancels = "cancel" in request.POST
        try:
            if cancels:
                reason = ReasonForm(request.POST)
                if reason.is_valid():
                    services.cancel_slot(found, actor=request.user, reason=reason.cleaned_data["reason"])
                    messages.success(
                        request, "Le créneau est annulé. Les personnes inscrites sont prévenues."
                    )
                    return redirect(_url("slots", mission))
            else:
                form = SlotForm(request.POST, slot=found, version=mission.version)
                if form.is_valid():
                    services.move_slot(
                        found, actor=request.user, spec=form.spec(), version=form.cleaned_data["version"]
                    )
                    messages.success(request, _said_of_move(found, mission))
                    return redirect(_url("slots", mission))
        except NotAllowed:
            raise
        except Stale as refusal:
            again = request.POST.copy()
            again["version"] = str(_mission(request, mission_pk).version)
            form.data = again
            form.add_error(None, refusal.message)
        except RuleBroken as refusal:
            if cancels:
                reason.add_error(None, refusal.message)
            else:
                form.refuse(refusal)
    found.refresh_from_db()
    context = {
        "organisation": mission.organisation,
        "mission": mission,
        "slot": found,
        "when": when_in_words(found),
        "form": form,
        "reason": reason,
        "is_past": not mission.slots.live().filter(pk=found.pk).exists(),
    }
    wrong = form.errors or reason.errors
    return render(
        request, "missions/slot.html", space_context(request) | context, status=422 if wrong else 200
    )


def _said_of_move(before: Slot, mission: Mission) -> str:
    after = mission.slots.get(pk=before.pk)
    if after.sequence == before.sequence or not after.taken or mission.state in UNSENT:
        return "C’est enregistré."
    return (
        "Le créneau est déplacé. Chaque personne inscrite garde sa place, reçoit un message et dira si elle vient "
        "toujours."
    )


def _verb(
    service: Callable[..., Any],
    said: str,
    *,
    form_class: type[VersionMixin] = ReasonForm,
    shown_as: str = "reason_form",
    takes: tuple[str, ...] = (),
) -> Callable[..., HttpResponse]:
    """A POST that does one verb, says it, and goes back to the mission."""

    @membership_required(*HANDLERS)
    @require_POST
    def view(request: SpaceRequest, pk: int, slug: str, mission_pk: int) -> HttpResponse:
        mission = _mission(request, mission_pk)
        if mission.is_imported:
            return _not_here(request, mission)
        form = form_class(request.POST)
        if not form.is_valid():
            return _manage(request, mission, status=422, **{shown_as: form})
        values = {name: form.cleaned_data[name] for name in ("version", *takes)}
        try:
            service(mission, actor=request.user, **values)
        except RuleBroken as refusal:
            messages.error(request, refusal.message)
            return _manage(request, _mission(request, mission_pk), status=409)
        messages.success(request, said)
        return redirect(_url("manage", mission))

    return view


submit = _verb(services.submit, f"Votre mission est envoyée. {WHO_DECIDES}")
close = _verb(
    services.close,
    "La mission est fermée : elle ne reçoit plus de candidatures. Les personnes inscrites sont prévenues.",
    form_class=CloseForm,
    shown_as="close_form",
    takes=("waiting", "message"),
)
reopen = _verb(services.reopen, "La mission est de nouveau ouverte.")
cancel = _verb(
    services.cancel, "La mission est annulée. Les personnes inscrites sont prévenues.", takes=("reason",)
)
withdraw_edit = _verb(
    services.withdraw_edit, "Vos changements sont retirés. La mission reste en ligne comme avant."
)


@membership_required(*HANDLERS)
@require_POST
def duplicate(request: SpaceRequest, pk: int, slug: str, mission_pk: int) -> HttpResponse:
    """The same again, as a draft, with its slots shifted or without; a second click leads to the same copy."""
    mission = _mission(request, mission_pk)
    first_day = None
    if "first_day" in request.POST:
        form = DuplicateForm(request.POST)
        if not form.is_valid():
            return _manage(request, mission, status=422, duplicate_form=form)
        first_day = form.cleaned_data["first_day"]
    try:
        with nonces.once(nonces.actor_key(request), request.POST.get("nonce", "")[:64]) as sent:
            if sent.first:
                copy = services.duplicate(mission, actor=request.user, first_day=first_day, step=len(STEPS))
                messages.success(
                    request,
                    "Voici la copie, en brouillon. Relisez ses créneaux."
                    if first_day
                    else "Voici la copie, en brouillon. Ajoutez ses créneaux.",
                )
                sent.outcome = _url("review", copy)
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
        return _manage(request, mission, status=409)
    return redirect(sent.outcome)


def _mission(request: SpaceRequest, pk: int) -> Mission:
    organisation = request.organisation
    rows = Mission.objects.of_organisation(organisation).select_related(
        "organisation__commune", "domain", "department"
    )
    return get_object_or_404(rows.prefetch_related("addresses__commune"), pk=pk)


def _not_here(request: SpaceRequest, mission: Mission) -> HttpResponse:
    messages.error(request, "Cette mission ne se modifie pas ici.")
    return redirect(_url("manage", mission))


def _url(name: str, mission: Mission, *more: str) -> str:
    organisation = mission.organisation
    return reverse(f"missions:{name}", args=[organisation.pk, organisation.slug, mission.pk, *more])


def _step_url(mission: Mission, page: str, *, suite: bool = True) -> str:
    """A page of the wizard; without `suite`, the same page as a correction that comes back to the last one."""
    if page == "relire":
        return _url("review", mission)
    url = _url("slots", mission) if page == "creneaux" else _url("edit", mission, page)
    return url + ("?suite=1" if suite else "")


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

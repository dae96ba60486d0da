"""The action plan: who does what until when, and where it honestly stands."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from alliances.models import Party
from alliances.spaces import AllianceRequest, party_required
from alliances.views import space_context
from jeveuxagir.accounts import nonces
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale

from . import policies, services
from .enums import TaskState
from .forms import GiveForm, TaskForm
from .models import Task, TaskQuerySet

PER_PAGE = 30
#: value in the address → label; the first is the one without a value
VIEWS = [
    ("", "En cours"),
    ("miennes", "Les miennes"),
    ("retard", "En retard"),
    ("a-reprendre", "À reprendre"),
    *((state.value, str(state.label).capitalize()) for state in TaskState),
    ("toutes", "Toutes"),
]


@party_required()
@require_safe
def tasks(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """Every filter is in the address: a list can be sent to somebody of the alliance."""
    wanted = request.GET.get("voir", "")
    wanted = wanted if wanted in dict(VIEWS) else ""
    parties = list(request.alliance.parties.live().order_by("name", "pk"))
    chosen = next((party for party in parties if str(party.pk) == request.GET.get("partie")), None)
    every = request.alliance.tasks.all()
    found = _filtered(every, wanted, request)
    if chosen is not None:
        found = found.filter(party=chosen)
    page = Paginator(found.select_related("party", "person"), PER_PAGE).get_page(request.GET.get("page"))
    for row in page:
        row.alliance = request.alliance
    late = every.overdue().count()
    orphans = every.active().filter(party=None).count()
    context = {
        **space_context(request),
        "page_obj": page,
        "views": VIEWS,
        "wanted": wanted,
        "parties": parties,
        "chosen": chosen,
        "late": late,
        "orphans": orphans,
        "is_filtered": bool(wanted or chosen),
        "may_give": bool(request.acting) and not request.alliance.is_closed,
    }
    return render(request, "governance/tasks.html", context)


def _filtered(every: TaskQuerySet, wanted: str, request: AllianceRequest) -> TaskQuerySet:
    if wanted == "toutes":
        return every
    if wanted == "miennes":
        return every.active().of_person(request.user.person)
    if wanted == "retard":
        return every.overdue()
    if wanted == "a-reprendre":
        return every.active().filter(party=None)
    if wanted in TaskState.values:
        return every.filter(state=wanted)
    return every.active()


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """A new task; `?decision=` or `?reunion=` is what it follows."""
    follows: dict[str, Any] = {
        "decision": _linked(request.alliance.decisions, request.GET.get("decision")),
        "meeting": _linked(request.alliance.meetings, request.GET.get("reunion")),
    }
    parties = request.alliance.parties.live().order_by("name", "pk")
    form = GiveForm(request.POST or None, parties=parties)
    source = follows["decision"] or follows["meeting"]
    if source is not None:
        source.alliance = request.alliance
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = {name: form.cleaned_data[name] for name in ("title", "party", "due_on")}
            try:
                with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                    if sent.first:
                        made = services.give(request.alliance, actor=request.user, **said, **follows)
                        sent.outcome = source.page_url if source is not None else made.page_url
                messages.success(request, f"L’action est confiée à {said['party'].name}.")
                return redirect(sent.outcome)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    context = {**space_context(request), "form": form, "source": source}
    return render(request, "governance/give.html", context, status=status)


@party_required()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: AllianceRequest, pk: int, slug: str, task_pk: int) -> HttpResponse:
    """One task: all read it; who has it, and who animates, say where it stands."""
    found = request.alliance.tasks.select_related("party__organisation", "person", "decision", "meeting")
    row = get_object_or_404(found, pk=task_pk)
    for linked in (row, row.decision, row.meeting):
        if linked is not None:
            linked.alliance = request.alliance
    may_move = not request.alliance.is_closed and policies.can_move_task(request.user, row)
    if request.method == "POST" and not policies.can_move_task(request.user, row):
        raise NotAllowed("Qui a cette action, ou qui anime, dit où elle en est.")
    form = _form(request, row)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.move_task(row, actor=request.user, **_moved(row, form))
                messages.success(request, "C’est enregistré.")
                return redirect(row.page_url)
            except RuleBroken as broken:
                if isinstance(broken, Stale):
                    row.refresh_from_db()
                    form.data = form.data.copy()  # type: ignore[attr-defined]
                    form.data["version"] = str(row.version)  # type: ignore[index]
                form.add_error(None, broken.message)
                status = 409
    context = {**space_context(request), "form": form, "task": row, "may_move": may_move}
    return render(request, "governance/task.html", context, status=status)


def _form(request: AllianceRequest, row: Task) -> TaskForm:
    return TaskForm(
        request.POST or None,
        parties=request.alliance.parties.live().order_by("name", "pk"),
        people=services.people_for(row),
        has_party=row.party_id is not None,
        initial={
            "state": row.state,
            "note": row.note,
            "due_on": row.due_on,
            "party": row.party_id,
            "person": row.person_id,
            "version": row.version,
        },
    )


def _moved(row: Task, form: TaskForm) -> dict[str, Any]:
    """With another party, the person that the task was given to does not follow."""
    said = form.cleaned_data
    party: Party | None = said["party"]
    person = said.get("person") if party is not None and party.pk == row.party_id else None
    return {
        "version": said["version"],
        "state": said["state"],
        "note": said["note"],
        "due_on": said["due_on"],
        "party": party,
        "person": person,
    }


def _linked(rows: Any, asked: str | None) -> Any:
    return get_object_or_404(rows, pk=asked) if asked and asked.isdecimal() and len(asked) < 19 else None

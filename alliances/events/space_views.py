"""An organisation writes its events, sends them to the brigade, and holds them: who comes, who came, what remains."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.policies import handled_by
from jeveuxagir.accounts import nonces
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken, Stale
from jeveuxagir.common.spreadsheets import to_csv
from jeveuxagir.common.text import plural, slugify
from jeveuxagir.moderation import services as moderation
from jeveuxagir.ui.dates import exact
from organisations.enums import State as OrganisationState
from organisations.policies import HANDLERS
from organisations.spaces import SpaceRequest, membership_required
from organisations.views import space_context

from . import registering, services, words
from .enums import SEATS, TRANSITIONS, UNSENT, How, Registered, State
from .forms import CancelForm, EditEventForm, FollowUpForm, NewEventForm, NoteForm
from .models import Event, Registration

FORM = ["GET", "HEAD", "POST"]
PER_PAGE = 30
PEOPLE_PER_PAGE = 100
SHOWN_NOTES = 10
WHO_DECIDES = (
    "La brigade de votre département le relit sous 5 jours ouvrés. Vous recevrez sa réponse par message."
)
BADGES = {
    State.DRAFT: "neutral",
    State.PENDING: "info",
    State.PUBLISHED: "success",
    State.DONE: "neutral",
    State.CANCELLED: "warning",
    State.REFUSED: "error",
}


@never_cache
@require_safe
def propose(request: HttpRequest) -> HttpResponse:
    """« Proposer un événement » : the organisation that one speaks for; which one, if there are several."""
    mine = handled_by(request.user)
    if len(mine) == 1:
        return redirect("events:create", mine[0].pk, mine[0].slug)
    return render(request, "events/propose.html", {"organisations": mine})


@membership_required()
@never_cache
@require_safe
def events(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """Those to come and to finish writing first, then the past ones."""
    rows = (
        Event.objects.of_organisation(request.organisation)
        .select_related("commune")
        .annotate(waiting=Count("registrations", filter=Q(registrations__state=Registered.WAITING)))
    )
    ahead = Q(ends_at__gt=now()) & ~Q(state=State.CANCELLED)
    to_come = list(rows.filter(ahead).order_by("starts_at", "pk")[:200])
    page = Paginator(rows.exclude(ahead).order_by("-starts_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    for event in (*to_come, *page):
        event.organisation = request.organisation
    context = {
        **space_context(request),
        "to_come": [_line(event) for event in to_come],
        "past": [_line(event) for event in page],
        "page_obj": page,
        "may_write": request.membership.role in HANDLERS,
    }
    return render(request, "events/space.html", context)


def _line(event: Event) -> dict[str, Any]:
    return {
        "event": event,
        "when": words.when(event),
        "badge": BADGES[State(event.state)],
        "taken": event.taken + event.online_taken,
        "waiting": event.waiting,  # type: ignore[attr-defined]
    }


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(FORM)
def create(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """Kept as a draft, or sent to the brigade at once."""
    organisation = request.organisation
    initial = {"commune": organisation.commune}
    form = NewEventForm(request.POST or None, organisation=organisation, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                    if sent.first:
                        event = services.draft(
                            actor=request.user,
                            organisation=organisation,
                            data=form.data_typed(),
                            repeat=form.repeat,
                        )
                        messages.success(request, "Votre brouillon est gardé : votre équipe seule le voit.")
                        sent.outcome = event.manage_url
                return redirect(sent.outcome)
            except RuleBroken as refusal:
                form.add_error(_field_of(refusal, form), refusal.message)
                status = 409
    context = {**space_context(request), "form": form, "event": None, "waits": []}
    return render(request, "events/edit.html", context, status=status)


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(FORM)
def edit(request: SpaceRequest, pk: int, slug: str, event_pk: int) -> HttpResponse:
    """A draft changes whole; of what is published, the words wait for the brigade and the rest changes at once."""
    event = _event(request, event_pk)
    if event.state not in (*UNSENT, State.PUBLISHED) or (event.state == State.PUBLISHED and event.has_begun):
        messages.warning(request, "Cet événement ne se modifie pas maintenant.")
        return redirect(event.manage_url)
    waiting = moderation.open_items(services.KIND, event).first()
    initial = EditEventForm.initial_of(event)
    if waiting is not None:
        initial |= {name: change["value"] for name, change in waiting.diff.items()}
    is_published = event.state == State.PUBLISHED
    form = EditEventForm(
        request.POST or None,
        organisation=request.organisation,
        initial=initial,
        has_following=_has_following(event, [State.PUBLISHED] if is_published else UNSENT),
        is_published=is_published,
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                done = services.edit(
                    event,
                    actor=request.user,
                    data=form.data_typed(),
                    version=form.cleaned_data["version"],
                    following=form.cleaned_data.get("following", False),
                )
                messages.success(request, _said(done))
                return redirect(done.event.manage_url)
            except RuleBroken as refusal:
                if isinstance(refusal, Stale):
                    event.refresh_from_db()
                    typed: Any = request.POST.copy()
                    typed["version"] = str(event.version)
                    form.data = typed
                form.add_error(_field_of(refusal, form), refusal.message)
                status = 409
    context = {
        **space_context(request),
        "form": form,
        "event": event,
        "waits": waiting.rows if waiting else [],
    }
    return render(request, "events/edit.html", context, status=status)


def _said(done: services.Edited) -> str:
    said = "C’est enregistré."
    if done.moved:
        said += " Les personnes inscrites sont prévenues."
    if done.waiting:
        said += f" La brigade relit d’abord : {', '.join(done.waiting)}. La page garde ses mots d’avant jusque-là."
    return said


#: where the sentence of a refusal stands in the form
FIELDS = {
    "commune": "commune",
    "past": "day",
    "too_far": "day",
    "no_such_hour": "start",
    "end_before_start": "end",
    "too_long": "last_day",
    "capacity_taken": "capacity",
    "ways": "mode",
    "rhythm": "rhythm",
    "count": "count",
    "alliance": "alliance",
}


def _field_of(refusal: RuleBroken, form: Any) -> str | None:
    name = FIELDS.get(refusal.code)
    return name if name in form.fields else None


@membership_required()
@never_cache
@require_safe
def manage(request: SpaceRequest, pk: int, slug: str, event_pk: int) -> HttpResponse:
    """Where it stands and what is next; readers see the counts, handlers who registered."""
    event = _event(request, event_pk)
    return render(request, "events/manage.html", _managed(request, event))


def _managed(request: SpaceRequest, event: Event, **forms: Any) -> dict[str, Any]:
    handles = request.membership.role in HANDLERS
    waiting = moderation.open_items(services.KIND, event).first()
    people = Registration.objects.of_organisation(request.organisation).filter(event=event)
    counts = dict(people.order_by().values_list("state").annotate(n=Count("pk")))
    held, took_place = event.state in (State.PUBLISHED, State.DONE), event.has_begun
    #: suspended, an organisation reads nobody's name and writes to nobody; it may still cancel
    speaks = handles and event.organisation.is_verified
    context: dict[str, Any] = {
        **space_context(request),
        "event": event,
        "when": words.when(event),
        "badge": BADGES[State(event.state)],
        "verbs": TRANSITIONS.verbs(event.state) if handles else [],
        "handles": handles,
        "who_decides": WHO_DECIDES,
        "waits": waiting.rows if waiting is not None and waiting.diff else [],
        "waits_since": waiting.created_at if waiting is not None else None,
        "ways": words.of_each_way(event),
        "figures": [
            (
                counts.get(Registered.REGISTERED, 0)
                + counts.get(Registered.ATTENDED, 0)
                + counts.get(Registered.ABSENT, 0),
                "place prise,places prises",
            ),
            (counts.get(Registered.WAITING, 0), "sur la liste d’attente,sur la liste d’attente"),
            (counts.get(Registered.CANCELLED, 0), "inscription annulée,inscriptions annulées"),
            *([(counts.get(Registered.ATTENDED, 0), "présence,présences")] if took_place else []),
        ],
        "shows_people": speaks and held,
        "is_paused": held and event.organisation.state == OrganisationState.SUSPENDED,
        "may_edit": (handles and event.state in UNSENT)
        or (speaks and event.state == State.PUBLISHED and not event.has_begun),
        "may_cancel": handles and event.state == State.PUBLISHED and not event.has_begun,
        "may_delete": handles and event.state in UNSENT and event.published_at is None,
        "may_mark": speaks and held and took_place,
        "may_follow": speaks and held and event.is_over,
        "may_write": speaks and held,
        "dates": _dates(event),
        "cancel_form": forms.get("cancel")
        or CancelForm(has_following=_has_following(event, [State.PUBLISHED])),
        "follow_form": forms.get("follow")
        or FollowUpForm(initial={"replay_url": event.replay_url, "report": event.report}),
        "note_form": forms.get("note") or NoteForm(),
        "notes": list(event.notes.all()[:SHOWN_NOTES]) if handles else [],
    }
    if context["shows_people"]:
        rows = people.exclude(state=Registered.CANCELLED).select_related("person__commune").in_order()
        page = Paginator(rows, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
        context |= {"page_obj": page, "people": [_person(row) for row in page]}
    return context


def _person(row: Registration) -> dict[str, Any]:
    return {
        "row": row,
        "name": name_of(row),
        "holds": row.state in SEATS,
        "came": row.state == Registered.ATTENDED,
        "may_strike": row.state in (Registered.REGISTERED, Registered.WAITING),
    }


def name_of(row: Registration) -> str:
    """First name and initial: enough at the door, and no more."""
    person = row.person
    if person is None:
        return "Personne effacée"
    initial = f" {person.last_name[:1].upper()}." if person.last_name else ""
    return f"{person.first_name}{initial}"


def _dates(event: Event) -> list[tuple[Event, str, str]]:
    """All the dates of its series."""
    if event.series_id is None:
        return []
    rows = list(Event.objects.filter(series=event.series_id).order_by("starts_at", "pk"))
    for one in rows:
        one.organisation = event.organisation
    return [(one, words.when(one), BADGES[State(one.state)]) for one in rows]


def _has_following(event: Event, states: Any) -> bool:
    if event.series_id is None:
        return False
    rows = Event.objects.filter(series=event.series_id, state__in=states, starts_at__gt=event.starts_at)
    return rows.exists()


# --- verbs ----------------------------------------------------------------------------------------------------


@membership_required(*HANDLERS)
@require_POST
def submit(request: SpaceRequest, pk: int, slug: str, event_pk: int) -> HttpResponse:
    event = _event(request, event_pk)
    try:
        sent = services.submit(event, actor=request.user)
        many = f"Les {len(sent)} dates sont envoyées." if len(sent) > 1 else "C’est envoyé."
        messages.success(request, f"{many} {WHO_DECIDES}")
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    return redirect(event.manage_url)


@membership_required(*HANDLERS)
@require_POST
def take_back(request: SpaceRequest, pk: int, slug: str, event_pk: int) -> HttpResponse:
    return _do(
        request,
        event_pk,
        services.take_back,
        "C’est de nouveau un brouillon : modifiez-le, puis renvoyez-le.",
    )


@membership_required(*HANDLERS)
@require_POST
def withdraw_edit(request: SpaceRequest, pk: int, slug: str, event_pk: int) -> HttpResponse:
    return _do(
        request, event_pk, services.withdraw_edit, "Vos changements sont retirés : la page reste la même."
    )


@membership_required(*HANDLERS)
@require_POST
def delete(request: SpaceRequest, pk: int, slug: str, event_pk: int) -> HttpResponse:
    event = _event(request, event_pk)
    try:
        services.delete_draft(event, actor=request.user)
        messages.success(request, "Le brouillon est supprimé.")
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
        return redirect(event.manage_url)
    return redirect("events:space", request.organisation.pk, request.organisation.slug)


@never_cache
@membership_required(*HANDLERS)
@require_POST
def cancel(request: SpaceRequest, pk: int, slug: str, event_pk: int) -> HttpResponse:
    event = _event(request, event_pk)
    form = CancelForm(request.POST, has_following=_has_following(event, [State.PUBLISHED]))
    status = 422
    if form.is_valid():
        try:
            done = services.cancel(
                event,
                actor=request.user,
                reason=form.cleaned_data["reason"],
                following=form.cleaned_data.get("following", False),
            )
            many = f"{len(done)} dates sont annulées." if len(done) > 1 else "L’événement est annulé."
            messages.success(request, f"{many} Les personnes inscrites sont prévenues.")
            return redirect(event.manage_url)
        except RuleBroken as refusal:
            form.add_error(None, refusal.message)
            status = 409
    return render(request, "events/manage.html", _managed(request, event, cancel=form), status=status)


@membership_required(*HANDLERS)
@require_POST
def attendance(request: SpaceRequest, pk: int, slug: str, event_pk: int) -> HttpResponse:
    """Of those this page lists, whoever is ticked came."""
    event = _event(request, event_pk)
    try:
        came = services.mark(
            event,
            actor=request.user,
            listed=_numbers(request, "liste"),
            came=_numbers(request, "venues"),
        )
        messages.success(request, f"C’est noté : {plural(came, 'présence')}.")
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    return redirect(event.manage_url)


def _numbers(request: HttpRequest, name: str) -> set[int]:
    typed = request.POST.getlist(name)[: PEOPLE_PER_PAGE * 2]
    return {int(value) for value in typed if value.isascii() and value.isdigit() and len(value) < 16}


@membership_required(*HANDLERS)
@require_POST
def strike_off(
    request: SpaceRequest, pk: int, slug: str, event_pk: int, registration_pk: int
) -> HttpResponse:
    """Somebody said otherwise that they will not come."""
    event = _event(request, event_pk)
    rows = Registration.objects.of_organisation(request.organisation).filter(event=event)
    row = get_object_or_404(rows, pk=registration_pk)
    try:
        registering.strike_off(row, actor=request.user)
        messages.success(request, "La place est rendue, et la personne prévenue.")
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    return redirect(event.manage_url)


@never_cache
@membership_required(*HANDLERS)
@require_POST
def follow_up(request: SpaceRequest, pk: int, slug: str, event_pk: int) -> HttpResponse:
    event = _event(request, event_pk)
    form = FollowUpForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            services.follow_up(event, actor=request.user, **form.cleaned_data)
            messages.success(request, "C’est en ligne sur la page de l’événement.")
            return redirect(event.manage_url)
        except RuleBroken as refusal:
            form.add_error(None, refusal.message)
            status = 409
    return render(request, "events/manage.html", _managed(request, event, follow=form), status=status)


@never_cache
@membership_required(*HANDLERS)
@require_POST
def write(request: SpaceRequest, pk: int, slug: str, event_pk: int) -> HttpResponse:
    event = _event(request, event_pk)
    form = NoteForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                if sent.first:
                    note = services.write(event, actor=request.user, text=form.cleaned_data["text"])
                    messages.success(request, f"Votre message part à {plural(note.sent_to, 'personne')}.")
                    sent.outcome = event.manage_url
            return redirect(sent.outcome)
        except RuleBroken as refusal:
            form.add_error(None, refusal.message)
            status = 409
    return render(request, "events/manage.html", _managed(request, event, note=form), status=status)


@membership_required(*HANDLERS)
@require_POST
def export(request: SpaceRequest, pk: int, slug: str, event_pk: int) -> HttpResponse:
    """Those who hold a place, then those who wait, for a spreadsheet."""
    event = _event(request, event_pk)
    if not request.organisation.is_verified:
        messages.error(
            request, "Votre organisation est suspendue : la liste des personnes ne se télécharge plus."
        )
        return redirect(event.manage_url)
    rows = (
        Registration.objects.of_organisation(request.organisation)
        .filter(event=event)
        .exclude(state=Registered.CANCELLED)
        .select_related("person")
        .in_order()
    )
    header = ["Prénom et initiale", "Comment", "État", "Mot pour l’organisation", "Demandée le"]
    lines = [
        (name_of(row), How(row.how).label, row.get_state_display(), row.message, exact(row.created_at))
        for row in rows
    ]
    response = HttpResponse(to_csv(header, lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="inscriptions-{slugify(event.title, 40)}.csv"'
    return response


def _do(request: SpaceRequest, event_pk: int, verb: Any, done: str) -> HttpResponse:
    event = _event(request, event_pk)
    try:
        verb(event, actor=request.user)
        messages.success(request, done)
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    return redirect(event.manage_url)


def _event(request: SpaceRequest, event_pk: int) -> Event:
    mine = Event.objects.of_organisation(request.organisation).select_related(
        "commune__department", "domain", "alliance", "series"
    )
    event: Event = get_object_or_404(mine, pk=event_pk)
    event.organisation = request.organisation
    return event

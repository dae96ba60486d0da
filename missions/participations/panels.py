"""What applications add to the spaces and to a mission's pages: what waits comes first."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, F, Min, Prefetch, Q, Sum
from django.urls import reverse

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do
from jeveuxagir.common.text import NBSP, plural
from jeveuxagir.ui.spaces import MyPage, my_pages
from missions.enums import SlotKind
from missions.models import Slot
from missions.words import hours, when_in_words
from organisations import spaces
from organisations.policies import HANDLERS, can_see_applicants

from . import notifications, policies, services
from .enums import LIVE_STATES, UNCHOSEN, WAITING_STATES, DeclineReason, State
from .models import Participation

SHOWN = 5
#: how long an answer is news
NEWS = timedelta(days=7)
#: refused, or ended because nobody answered
UNSERVED = Q(state=State.DECLINED) | Q(state=State.CANCELLED, decline_reason=DeclineReason.UNANSWERED)
#: people named on the line of a slot
SHOWN_NAMES = 6
#: slots looked at for the week
MOST_SLOTS = 60


def _my_space(request: Any, person: Person) -> dict[str, Any] | None:
    rows = (
        Participation.objects.of_person(person)
        .alone()
        .filter(state__in=[State.TO_CONFIRM, *LIVE_STATES])
        .select_related("mission__organisation", "slot")
        .order_by(F("slot__starts_at").asc(nulls_last=True), "-created_at")  # the next one first
    )
    found = list(rows[: SHOWN + 1])
    any_past = bool(found) or Participation.objects.of_person(person).alone().exists()
    return {"participations": found[:SHOWN], "more": len(found) > SHOWN, "any": any_past}


def _to_answer(request: Any) -> Iterator[ToDo]:
    """The applications that wait, in each organisation whose applicants this person answers: one query."""
    rows = policies.of_person_s_spaces(request.user).waiting()
    for url, name, count, since in _by_organisation(rows, "applied_at"):
        yield ToDo(f"{plural(count, 'candidature')} à traiter{NBSP}: {name}", url, since, "Répondre")


def _to_confirm(request: Any) -> Iterator[ToDo]:
    """Who was expected, once the time is over: did they come? One query."""
    rows = policies.of_person_s_spaces(request.user).filter(state=State.ACCEPTED, slot__ends_at__lt=now())
    for url, name, count, since in _by_organisation(rows, "slot__ends_at"):
        text = f"{plural(count, 'présence')} à confirmer{NBSP}: {name}"
        yield ToDo(text, f"{url}?etat=acceptees", since, "Confirmer")


def _by_organisation(rows: Any, since: str) -> Iterator[tuple[str, str, int, datetime]]:
    """(its page of applications, name, how many, the oldest moment)."""
    counted = (
        rows.order_by("mission__organisation")
        .values_list("mission__organisation", "mission__organisation__slug", "mission__organisation__name")
        .annotate(count=Count("pk"), since=Min(since))
    )
    for pk, slug, name, count, oldest in counted:
        yield reverse("participations:space", args=[pk, slug]), name, count, oldest


def _own(request: Any) -> Iterator[ToDo]:
    """One's own: a time that changed, an organisation that wants to talk, an answer of the week. One query."""
    since = now() - NEWS
    news = Q(state=State.ACCEPTED, answered_at__gt=since) | Q(UNSERVED, state_changed_at__gt=since)
    rows = (
        policies.own(request.user)
        .filter(Q(state__in=LIVE_STATES) & ~Q(moved_from="") | Q(state=State.IN_TALK) | news)
        .select_related("mission__organisation", "slot")
        .order_by("pk")
    )
    for row in rows:
        url, who, what = (
            reverse("participations:mine", args=[row.pk]),
            row.mission.organisation.name,
            row.mission.title,
        )
        if row.is_paused:
            text = f"En pause, ne vous déplacez pas{NBSP}: « {what} »"
            yield ToDo(text, url, row.state_changed_at, "Lire")
        elif row.moved_from and row.state in LIVE_STATES:
            text = f"L’horaire de « {what} » a changé{NBSP}: venez-vous toujours{NBSP}?"
            yield ToDo(text, url, row.moved_at or row.state_changed_at, "Répondre")
        elif row.state == State.IN_TALK:
            yield ToDo(f"{who} souhaite échanger avec vous{NBSP}: « {what} »", url, row.state_changed_at)
        elif row.state == State.ACCEPTED and not services.has_begun(row):
            text = f"{who} vous attend{NBSP}: « {what} », {when_in_words(row.slot)}"
            yield ToDo(text, url, row.answered_at or row.state_changed_at)
        elif row.state in (State.DECLINED, State.CANCELLED):
            if row.decline_reason in UNCHOSEN:
                text = f"Votre candidature n’a pas eu de suite{NBSP}: « {what} »"
            else:
                text = f"{who} a répondu à votre candidature{NBSP}: « {what} »"
            yield ToDo(text, url, row.state_changed_at, "Lire")


def _departures(request: Any) -> Iterator[ToDo]:
    """« Avez-vous candidaté ? », asked a week after leaving for a partner: one query."""
    for row in policies.own_departures_to_answer(request.user).select_related("mission").order_by("pk"):
        where = row.mission.source_name or "notre partenaire"
        text = f"Avez-vous candidaté chez {where}{NBSP}? « {row.mission.title} »"
        yield ToDo(text, notifications.departure_url(row), row.asked_at, "Répondre")  # type: ignore[arg-type]


def _space(request: Any, organisation: Any) -> dict[str, Any] | None:
    """What waits for an answer, oldest first; for those who may answer."""
    if not organisation.may_host or not can_see_applicants(request.user, organisation):
        return None
    mine = policies.of_space(request.user, organisation)
    late_since = now() - timedelta(days=services.ANSWER_DAYS)
    waiting = mine.waiting()
    rows = waiting.select_related("person", "mission", "slot").order_by("applied_at", "pk")[:SHOWN]
    over = (
        mine.filter(state=State.ACCEPTED, slot__ends_at__lt=now())
        .select_related("person", "mission", "slot")
        .order_by("slot__ends_at")[:SHOWN]
    )
    return {
        "organisation": organisation,
        "lines": [{"row": row, "is_late": row.applied_at and row.applied_at < late_since} for row in rows],
        "waiting": waiting.count(),
        "late": waiting.filter(applied_at__lt=late_since).count(),
        "over": list(over),
    }


def _week(request: Any, organisation: Any) -> dict[str, Any] | None:
    """The slots of the next seven days, with who comes; for those who may answer, while it is validated."""
    if not organisation.may_host or not organisation.is_verified:
        return None
    if not can_see_applicants(request.user, organisation):
        return None
    until = now() + timedelta(days=7)
    agreed = policies.of_space(request.user, organisation).filter(state=State.ACCEPTED)
    slots = (
        Slot.objects.live()
        .filter(mission__organisation=organisation, participations__in=agreed)
        .filter(Q(kind=SlotKind.DATED, starts_at__lte=until) | Q(kind=SlotKind.WEEKLY))
        .exclude(valid_from__gt=until.date())
        .select_related("mission")
        .prefetch_related(
            Prefetch(
                "participations",
                agreed.select_related("person").order_by("person__first_name", "pk"),
                to_attr="agreed",
            )
        )
        .distinct()
    )
    day = today()
    coming = sorted(((_next_day(slot, day), slot) for slot in slots[:MOST_SLOTS]), key=_by_day)
    if not coming:
        return None
    return {
        "organisation": organisation,
        "lines": [
            {
                "day": on,
                "slot": slot,
                "hours": hours(slot),
                "people": slot.agreed[:SHOWN_NAMES],
                "more": len(slot.agreed) - SHOWN_NAMES,
                "coming": sum(row.places for row in slot.agreed),
            }
            for on, slot in coming[:SHOWN]
        ],
        "more": max(0, len(coming) - SHOWN),
    }


def _next_day(slot: Slot, day: date) -> date:
    """Its date, or the next day of its rhythm."""
    return slot.local_date or day + timedelta(days=((slot.weekday or 0) - day.weekday()) % 7)


def _by_day(coming: tuple[date, Slot]) -> tuple[date, Any, int]:
    on, slot = coming
    return on, slot.start_time or time.min, slot.pk


def _figures(request: Any, organisation: Any) -> dict[str, Any] | None:
    """Counts for every member, without a name: they come after what waits."""
    if not organisation.may_host:
        return None
    a_year_ago = now() - timedelta(days=365)
    rows = Participation.objects.told_to_organisation().filter(mission__organisation=organisation)
    counts = rows.aggregate(
        coming=Sum("places", filter=Q(state=State.ACCEPTED)),
        welcomed=Sum("places", filter=Q(state=State.REALISED, state_changed_at__gte=a_year_ago)),
        received=Count("pk", filter=Q(applied_at__gte=a_year_ago)),
    )
    if not counts["received"] and not counts["welcomed"]:
        return None
    return {
        "coming": counts["coming"] or 0,
        "welcomed": counts["welcomed"] or 0,
        "received": counts["received"],
        "speed": answer_speed(organisation.pk),
    }


def _manage(request: Any, mission: Any) -> dict[str, Any] | None:
    """Counts for every member; the names only behind the link, for those who may answer."""
    rows = mission.participations.told_to_organisation()
    return {
        "mission": mission,
        "organisation": mission.organisation,
        "waiting": rows.filter(state__in=WAITING_STATES).count(),
        "accepted": rows.filter(state=State.ACCEPTED).count(),
        "realised": rows.filter(state=State.REALISED).count(),
        "may_answer": can_see_applicants(request.user, mission.organisation),
    }


def _mission(request: Any, mission: Any) -> dict[str, Any] | None:
    """On the public page: where one's own application stands, and how fast answers come."""
    own = None
    alerted = False
    if request.user.is_authenticated:
        own = (
            policies.own(request.user)
            .filter(mission=mission, state__in=[State.TO_CONFIRM, *LIVE_STATES])
            .select_related("slot")
            .first()
        )
        alerted = policies.own_alerts(request.user).filter(mission=mission).exists()
    return {
        "mission": mission,
        "own": own,
        "alerted": alerted,
        "is_closed": mission.state == "closed" and not mission.is_imported,
        "is_full": mission.state == "open"
        and not mission.is_imported
        and not services.free_slots(mission).exists(),
        "speed": answer_speed(mission.organisation_id)
        if mission.state == "open" and not mission.is_imported
        else "",
    }


def _my_alerts(request: Any, person: Person) -> dict[str, Any] | None:
    """The full missions this person asked to be told about."""
    found = list(
        policies.own_alerts(request.user).select_related("mission__organisation").order_by("-created_at")[:20]
    )
    return {"alerts": found} if found else None


def answer_speed(organisation_id: int) -> str:
    """How long its last twenty answers took, in words; nothing before the third."""
    answered = (
        Participation.objects.told_to_organisation()
        .filter(mission__organisation_id=organisation_id, answered_at__isnull=False, applied_at__isnull=False)
        .order_by("-answered_at")
    )
    delays = [
        end - start for start, end in answered.values_list("applied_at", "answered_at")[:20] if start and end
    ]
    if len(delays) < 3:
        return ""
    days = median(delay.total_seconds() for delay in delays) / 86400
    return "en moins d’un jour" if days < 1 else f"en {plural(round(days), 'jour')}"


def _ends(organisation: Any) -> list[str]:
    """Before it closes: who waits is told no, who is expected is told and still expected."""
    rows = Participation.objects.told_to_organisation().filter(mission__organisation=organisation)
    waiting = rows.waiting().count()
    over = Q(slot__ends_at__lt=now())
    expected = rows.filter(state=State.ACCEPTED).exclude(over).count()
    said = []
    if waiting:
        said.append(
            f"{plural(waiting, 'candidature en attente est refusée', 'candidatures en attente sont refusées')}. "
            "Chaque personne est prévenue."
        )
    if expected:
        said.append(
            f"{plural(expected, 'venue acceptée reste prévue', 'venues acceptées restent prévues')}. Chaque personne "
            "est prévenue. Si vous ne pouvez plus l’accueillir, annulez d’abord le créneau."
        )
    return said


def register() -> None:
    to_do.register("participations.own", _own)
    to_do.register("participations.departures", _departures)
    to_do.register("participations.answer", _to_answer)
    to_do.register("participations.confirm", _to_confirm)
    panels.register("my_space", Panel("participations/_my_space.html", _my_space, order=20))
    my_pages.register("participations", MyPage("Mes candidatures", "participations:all_mine", order=20))
    panels.register("my_space.alerts", Panel("participations/_my_alerts.html", _my_alerts, order=10))
    spaces.ending.register("participations", _ends)
    panels.register("organisation_space", Panel("participations/_space_panel.html", _space, order=10))
    panels.register("organisation_space", Panel("participations/_space_week.html", _week, order=20))
    panels.register("organisation_space", Panel("participations/_space_figures.html", _figures, order=90))
    panels.register("mission.manage", Panel("participations/_manage.html", _manage, order=10))
    panels.register("mission.page", Panel("participations/_mission.html", _mission, order=10))
    section = ("Candidatures", "candidatures/", tuple(HANDLERS))
    if section not in spaces.extra_sections:
        spaces.extra_sections.append(section)
    spaces.HOSTING_ONLY.add("candidatures/")

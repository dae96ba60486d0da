"""Every write on meetings, decisions, tasks and roles.

The alliance's row is locked first: votes, ends of votes and departures take turns.
"""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from alliances import policies as alliance_policies
from alliances import services as alliances
from alliances.enums import Activity
from alliances.models import Alliance, Party
from alliances.notifications import people_of
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale, allow
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import NBSP, clean, of
from organisations.models import Membership
from organisations.policies import HANDLERS

from . import notifications as mails
from . import policies
from .enums import (
    DECISIONS,
    MEETINGS,
    Choice,
    Coming,
    DecisionState,
    Effect,
    Level,
    MeetingState,
    TaskState,
)
from .models import Attendance, Decision, Function, Holding, Meeting, Task, Vote
from .tally import Count, Outcome, Voter, tally

logger = structlog.get_logger(__name__)

VOTE_DAYS = 7
MOST_POINTS = 30
MOST_FUNCTIONS = 40
MOST_TASKS = 500
#: the lines every matrix starts with
FUNCTIONS = (
    "Animer l’alliance",
    "Suivre les actions",
    "Agir sur le terrain",
    "Réunir les moyens",
    "Accueillir les rencontres",
    "Faire connaître",
    "Mesurer les effets",
)

#: nobody is brought in to change what is being decided
JOINED_SINCE = "Ce vote était déjà ouvert quand cette partie a rejoint l’alliance : sa voix n’y compte pas."

_REFUSED = {"vote_in_time": "Ce vote est terminé.", "vote_of_who_was_there": JOINED_SINCE}


# --- meetings -------------------------------------------------------------------------------------------------


@transaction.atomic
def convene(
    alliance: Alliance,
    *,
    actor: User,
    title: str,
    day: datetime.date,
    start: datetime.time,
    minutes_long: int = 120,
    place: str = "",
    online_url: str = "",
    agenda: Sequence[str] = (),
) -> Meeting:
    """Call a meeting, at the hour of the place; each party is told once."""
    alliance = alliances.locked(alliance)
    allow(policies.can_convene(actor, alliance))
    meeting = Meeting(
        alliance=alliance, zone=alliance.department.timezone, created_by=actor, minutes_long=minutes_long
    )
    _write_meeting(
        meeting, title=title, day=day, start=start, place=place, online_url=online_url, agenda=agenda
    )
    alliances.acted(alliance, actor=actor)
    record("meeting.convened", alliance, actor=actor, meeting=meeting.pk)
    mails.tell_meeting(meeting, "meeting", besides=actor.person_id)
    return meeting


@transaction.atomic
def change_meeting(
    meeting: Meeting,
    *,
    actor: User,
    version: int,
    title: str,
    day: datetime.date,
    start: datetime.time,
    minutes_long: int,
    place: str = "",
    online_url: str = "",
    agenda: Sequence[str] = (),
) -> Meeting:
    """Change it; moved to another time or place, everybody is told once more."""
    alliance, meeting = _locked_meeting(meeting)
    allow(policies.can_convene(actor, alliance))
    if meeting.state != MeetingState.PLANNED:
        raise RuleBroken("Cette réunion n’est plus à venir.", code="wrong_state")
    if version != meeting.version:
        raise Stale("Quelqu’un a modifié cette réunion entre-temps. Relisez, puis recommencez.")
    before = (meeting.starts_at, meeting.minutes_long, meeting.place, meeting.online_url)
    meeting.minutes_long = minutes_long
    meeting.version += 1
    meeting.sequence += 1
    _write_meeting(
        meeting, title=title, day=day, start=start, place=place, online_url=online_url, agenda=agenda
    )
    alliances.acted(alliance, actor=actor)
    record("meeting.changed", alliance, actor=actor, meeting=meeting.pk)
    if before != (meeting.starts_at, meeting.minutes_long, meeting.place, meeting.online_url):
        mails.tell_meeting(meeting, "meeting_moved", besides=actor.person_id)
    return meeting


@transaction.atomic
def cancel_meeting(meeting: Meeting, *, actor: User) -> Meeting:
    alliance, meeting = _locked_meeting(meeting)
    allow(policies.can_convene(actor, alliance))
    meeting.state = MEETINGS.target("cancel", meeting.state, label=meeting.get_state_display())
    meeting.state_changed_at = now()
    meeting.sequence += 1
    meeting.save()
    alliances.acted(alliance, actor=actor)
    record("meeting.cancelled", alliance, actor=actor, meeting=meeting.pk)
    mails.tell_meeting(meeting, "meeting_cancelled", besides=actor.person_id)
    return meeting


@transaction.atomic
def answer_meeting(meeting: Meeting, *, actor: User, coming: str) -> Attendance:
    """I come, or not: any member of a party, until the meeting is held."""
    alliance, meeting = _locked_meeting(meeting)
    mine = alliance_policies.parties_of(actor, alliance)
    allow(bool(mine))
    if meeting.state != MeetingState.PLANNED:
        raise RuleBroken("Cette réunion n’est plus à venir.", code="wrong_state")
    if coming not in Coming.values:
        raise RuleBroken("Choisissez une réponse.", code="choice")
    attendance, _made = Attendance.objects.update_or_create(
        meeting=meeting,
        person=actor.person,
        defaults={"party": mine[0], "coming": coming, "answered_at": now()},
    )
    record("meeting.answered", alliance, actor=actor, meeting=meeting.pk)
    return attendance


@transaction.atomic
def minute(
    meeting: Meeting, *, actor: User, version: int, minutes: str, came: Sequence[int] | None = None
) -> Meeting:
    """The meeting was held: what was said, and who came (ids of persons of parties). Plain text, shown escaped."""
    alliance, meeting = _locked_meeting(meeting)
    allow(policies.can_convene(actor, alliance))
    if meeting.state == MeetingState.CANCELLED:
        raise RuleBroken("Cette réunion est annulée.", code="wrong_state")
    if version != meeting.version:
        raise Stale("Quelqu’un a écrit ce compte rendu entre-temps. Vos mots sont gardés : comparez.")
    if meeting.starts_at > now():
        raise RuleBroken("Cette réunion n’a pas encore eu lieu.", code="too_soon")
    if not clean(minutes).strip():
        raise RuleBroken("Écrivez le compte rendu.", code="minutes")
    first = not meeting.minutes
    if meeting.state == MeetingState.PLANNED:
        meeting.state, meeting.state_changed_at = MeetingState.HELD, now()
    meeting.minutes, meeting.minutes_at = minutes, now()
    meeting.version += 1
    meeting.save()
    if came is not None:
        _set_came(meeting, came)
    alliances.acted(alliance, actor=actor)
    record("meeting.minuted", alliance, actor=actor, meeting=meeting.pk)
    if first:
        mails.tell_meeting(meeting, "minutes", besides=actor.person_id)
    return meeting


# --- decisions ------------------------------------------------------------------------------------------------


@transaction.atomic
def propose(
    alliance: Alliance,
    *,
    actor: User,
    title: str,
    body: str = "",
    days: int = VOTE_DAYS,
    meeting: Meeting | None = None,
    effect: str = Effect.NONE,
    details: Mapping[str, Any] | None = None,
) -> Decision:
    """Bring a decision to the vote, by the rule of the alliance as it is now."""
    alliance = alliances.locked(alliance)
    allow(policies.can_propose(actor, alliance))
    if not clean(title).strip():
        raise RuleBroken("Dites ce qui est à décider.", code="title")
    if not 1 <= days <= 60:
        raise RuleBroken("Un vote dure de 1 à 60 jours.", code="days")
    if meeting is not None and meeting.alliance_id != alliance.pk:
        raise NotAllowed
    if effect == Effect.CLOSE:
        details = _closing(details or {})
    with refusals():
        decision = Decision.objects.create(
            alliance=alliance,
            meeting=meeting,
            title=title,
            body=body,
            rule=alliance.rule,
            effect=effect,
            details=dict(details or {}),
            closes_at=now() + datetime.timedelta(days=days),
            created_by=actor,
        )
    alliances.acted(alliance, actor=actor)
    record("decision.proposed", alliance, actor=actor, decision=decision.pk, rule=str(decision.rule))
    mails.tell_decision(decision, "vote", besides=actor.person_id)
    return decision


@transaction.atomic
def propose_third(
    party: Party, *, actor: User, mandate: alliances.Mandate, days: int = VOTE_DAYS, body: str = ""
) -> Decision:
    """The parties recognise a trusted third party together, on its mandate and its statement of independence."""
    alliance, party = alliances.locked_party(party)
    allow(policies.can_propose(actor, alliance))
    if party.is_trusted_third:
        raise RuleBroken("Cette partie est déjà tiers de confiance.", code="third")
    alliances.check_third(party, mandate)
    _refuse_second(alliance, Effect.THIRD, party)
    details = {
        "party": party.pk,
        "name": party.name,
        "independence": clean(mandate.independence),
        "mandate": clean(mandate.text),
        "starts_on": mandate.starts_on.isoformat(),
        "ends_on": mandate.ends_on.isoformat(),
    }
    title = f"Reconnaître {party.name} comme tiers de confiance"[:200]
    return propose(
        alliance, actor=actor, title=title, body=body, days=days, effect=Effect.THIRD, details=details
    )


@transaction.atomic
def propose_no_third(party: Party, *, actor: User) -> Decision:
    """The parties end the mandate of their trusted third party."""
    alliance, party = alliances.locked_party(party)
    allow(policies.can_propose(actor, alliance))
    if not party.is_trusted_third:
        raise RuleBroken("Cette partie n’est pas tiers de confiance.", code="third")
    _refuse_second(alliance, Effect.NO_THIRD, party)
    return propose(
        alliance,
        actor=actor,
        title=f"Mettre fin au rôle de tiers de confiance {of(party.name)}"[:200],
        effect=Effect.NO_THIRD,
        details={"party": party.pk, "name": party.name},
    )


def _refuse_second(alliance: Alliance, effect: Effect, party: Party) -> None:
    if alliance.decisions.filter(state=DecisionState.OPEN, effect=effect, details__party=party.pk).exists():
        raise RuleBroken("Cette proposition est déjà au vote.", code="twice")


@transaction.atomic
def vote(decision: Decision, *, actor: User, party: Party, choice: str, reason: str = "") -> Vote:
    """The voice of a party that was there when the vote opened; changed until the vote ends.

    An early end is told as soon as nothing can change it.
    """
    alliance, decision = _locked_decision(decision)
    party = alliances.live_party(alliance, party)
    if party.is_trusted_third:
        raise NotAllowed("Le tiers de confiance ne vote pas : il est indépendant des parties.")
    allow(policies.can_vote(actor, party))
    if party.joined_at > decision.created_at:
        raise RuleBroken(JOINED_SINCE, code="joined_since")
    if not decision.is_open or decision.closes_at <= now():
        raise RuleBroken("Ce vote est terminé.", code="vote_in_time")
    if choice not in Choice.values:
        raise RuleBroken("Choisissez une réponse.", code="choice")
    said = {"person": actor.person, "choice": choice, "reason": reason, "voted_at": now()}
    with refusals(_REFUSED):
        voice, _made = Vote.objects.update_or_create(decision=decision, party=party, defaults=said)
    alliances.acted(alliance, actor=actor)
    record("decision.voted", alliance, actor=actor, decision=decision.pk, party=party.pk, choice=str(choice))
    _settle(alliance, decision, over=False)
    return voice


@transaction.atomic
def withdraw(decision: Decision, *, actor: User) -> Decision:
    """Whoever proposed it, or the animator, takes it back before the end."""
    alliance, decision = _locked_decision(decision)
    author = decision.created_by_id is not None and decision.created_by_id == actor.pk
    still = author and alliance_policies.can_act(actor, alliance)
    allow(still or alliance_policies.can_animate(actor, alliance))
    _move(decision, "withdraw")
    decision.save()
    alliances.acted(alliance, actor=actor)
    record("decision.withdrawn", alliance, actor=actor, decision=decision.pk)
    return decision


def end_due() -> int:
    """Votes whose time is over are counted. Safe to run twice; one failing leaves the others."""
    done = 0
    due = Decision.objects.filter(state=DecisionState.OPEN, closes_at__lte=now()).order_by("closes_at", "pk")
    for decision in due.select_related("alliance")[:500]:
        try:
            done += _end_vote(decision)
        except Exception:
            logger.exception("vote_not_counted", decision=decision.pk)
    return done


@transaction.atomic
def _end_vote(decision: Decision) -> bool:
    alliance = lock(Alliance.objects.all(), pk=decision.alliance_id)
    fresh = lock(Decision.objects.all(), pk=decision.pk)
    if not fresh.is_open:
        return False
    if alliance.is_closed:
        _move(fresh, "withdraw")
        fresh.save()
        return False
    _settle(alliance, fresh, over=True)
    return True


@transaction.atomic
def settle_all(alliance: Alliance) -> None:
    """A party left: votes that only waited for it are counted. Safe to run twice."""
    alliance = alliances.locked(alliance, even_closed=True)
    if alliance.is_closed:
        return
    for decision in alliance.decisions.filter(state=DecisionState.OPEN).order_by("pk"):
        _settle(alliance, lock(Decision.objects.all(), pk=decision.pk), over=False)


@transaction.atomic
def end_with(alliance: Alliance) -> None:
    """Closed: votes that were open decide nothing, meetings to come leave the diaries. Safe to run twice."""
    alliance = alliances.locked(alliance, even_closed=True)
    if not alliance.is_closed:
        return
    for meeting in alliance.meetings.planned().filter(starts_at__gt=now()).order_by("pk"):
        meeting = lock(Meeting.objects.all(), pk=meeting.pk)
        meeting.alliance = alliance
        meeting.state, meeting.state_changed_at = MeetingState.CANCELLED, now()
        meeting.sequence += 1
        meeting.save()
        record("meeting.cancelled", alliance, meeting=meeting.pk)
        mails.tell_meeting(meeting, "meeting_cancelled")
    for decision in alliance.decisions.filter(state=DecisionState.OPEN).order_by("pk"):
        decision = lock(Decision.objects.all(), pk=decision.pk)
        _move(decision, "withdraw")
        decision.save()
        record("decision.withdrawn", alliance, decision=decision.pk)


def keeps(party: Party) -> str:
    """Nobody puts out a party whose voice may change an open vote. For `spaces.keeps`."""
    if party.is_trusted_third:
        return ""
    voting = party.alliance.decisions.filter(state=DecisionState.OPEN, created_at__gte=party.joined_at)
    decision = voting.order_by("closes_at", "pk").first()
    if decision is None:
        return ""
    return (
        f"Un vote est ouvert, «{NBSP}{decision.title}{NBSP}»{NBSP}: {party.name} y a sa voix. Attendez qu’il se "
        "termine avant de confier sa place."
    )


def awaiting_voice(person: Person) -> list[Decision]:
    """Open votes of the alliances that go on, where a party that this person speaks for said nothing yet."""
    handled = Membership.objects.live().filter(person=person, role__in=HANDLERS).values("organisation")
    speaking = Party.objects.live().filter(
        Q(organisation__in=handled) | Q(person=person), is_trusted_third=False
    )
    waiting = speaking.filter(alliance=OuterRef("alliance"), joined_at__lte=OuterRef("created_at")).exclude(
        pk__in=Vote.objects.filter(decision=OuterRef(OuterRef("pk"))).values("party")
    )
    found = Decision.objects.filter(Exists(waiting), state=DecisionState.OPEN, closes_at__gt=now())
    going = found.exclude(alliance__activity=Activity.CLOSED)
    return list(going.select_related("alliance__department").order_by("closes_at", "pk")[:20])


def outcome_of(decision: Decision, *, over: bool = False) -> Outcome:
    """What the votes say now, by the decision's rule and the parties that have a voice in it."""
    voters = [
        Voter(*row) for row in decision.voters().order_by("pk").values_list("pk", "college", "is_facilitator")
    ]
    votes = dict(decision.votes.values_list("party_id", "choice"))
    return tally(decision.rule, voters, votes, over=over)


def _settle(alliance: Alliance, decision: Decision, *, over: bool) -> None:
    """Count, and end the vote if nothing can change it. Both rows are locked by the caller."""
    if not decision.is_open:
        return
    decision.alliance = alliance
    outcome = outcome_of(decision, over=over)
    if outcome.adopted is None:
        return
    _move(decision, "adopt" if outcome.adopted else "reject")
    decision.outcome = {
        "why": outcome.why,
        **_count(outcome.whole),
        "colleges": {college: _count(count) for college, count in outcome.colleges.items()},
    }
    if outcome.adopted and (undone := _apply(alliance, decision)):
        decision.outcome["undone"] = undone
    decision.save()
    record(f"decision.{decision.state}", alliance, decision=decision.pk)
    mails.tell_decision(decision, "decided")
    if outcome.adopted and decision.effect == Effect.CLOSE:
        alliances.close(alliance, actor=None, **decision.details)


def _apply(alliance: Alliance, decision: Decision) -> str:
    """What an adopted decision does to a trusted third party; else why it cannot any more, in words."""
    if decision.effect not in (Effect.THIRD, Effect.NO_THIRD):
        return ""
    said = decision.details
    party = alliance.parties.filter(pk=said.get("party")).first()
    if party is None:
        return "Cette partie n’est plus dans l’alliance."
    try:
        if decision.effect == Effect.NO_THIRD:
            alliances.release_third(party)
        else:
            days = (datetime.date.fromisoformat(said[name]) for name in ("starts_on", "ends_on"))
            mandate = alliances.Mandate(said["independence"], said["mandate"], *days)
            alliances.recognise_third(party, mandate=mandate)
    except RuleBroken as refusal:
        return refusal.message
    return ""


# --- tasks ----------------------------------------------------------------------------------------------------


@transaction.atomic
def give(
    alliance: Alliance,
    *,
    actor: User,
    title: str,
    party: Party,
    due_on: datetime.date,
    person: Person | None = None,
    decision: Decision | None = None,
    meeting: Meeting | None = None,
) -> Task:
    """A task for a party, by a date; maybe for one of its people. Who gives it may act in the alliance."""
    alliance = alliances.locked(alliance)
    allow(alliance_policies.can_act(actor, alliance))
    _check_task(alliance, title, party, person)
    for linked in (decision, meeting):
        if linked is not None and linked.alliance_id != alliance.pk:
            raise NotAllowed
    if Task.objects.active().filter(alliance=alliance).count() >= MOST_TASKS:
        raise RuleBroken(f"{MOST_TASKS} actions en cours au plus.", code="too_many")
    task = Task.objects.create(
        alliance=alliance,
        title=title,
        party=party,
        person=person,
        due_on=due_on,
        decision=decision,
        meeting=meeting,
    )
    alliances.acted(alliance, actor=actor)
    record("task.given", alliance, actor=actor, task=task.pk, party=party.pk)
    mails.tell_task(task, "task", besides=actor.person_id)
    return task


@transaction.atomic
def move_task(
    task: Task,
    *,
    actor: User,
    version: int,
    state: str,
    note: str = "",
    due_on: datetime.date | None = None,
    party: Party | None = None,
    person: Person | None = None,
) -> Task:
    """Where it stands, in honest words; maybe another date, another party. Refused when it changed meanwhile."""
    alliance, task = _locked_task(task)
    allow(policies.can_move_task(actor, task))
    if version != task.version:
        raise Stale("Quelqu’un a modifié cette action entre-temps. Relisez, puis recommencez.")
    if state not in TaskState.values:
        raise RuleBroken("Choisissez un état dans la liste.", code="state")
    if party is not None:
        _check_task(alliance, task.title, party, person)
        task.party, task.person = party, person
    if state != task.state:
        task.state, task.state_changed_at = state, now()
    task.note, task.due_on = note, due_on or task.due_on
    task.version += 1
    with refusals():
        task.save()
    alliances.acted(alliance, actor=actor)
    record("task.moved", alliance, actor=actor, task=task.pk, state=str(state))
    return task


def people_for(task: Task) -> QuerySet[Person]:
    """Who may have this task in its party's name: who speaks for the party, and who has it now."""
    if task.party is None:
        return Person.objects.none()
    speaking = [person.pk for person in people_of([task.party])]
    return Person.objects.filter(Q(pk__in=speaking) | Q(pk=task.person_id)).order_by("first_name", "pk")


def remind_due() -> int:
    """Tasks past their date: who has them is reminded, once a week at most. Safe to run twice."""
    day = today()
    done = 0
    waiting = Task.objects.overdue().exclude(reminded_on__gt=day - datetime.timedelta(days=7))
    for task in waiting.filter(alliance__activity="active").order_by("pk")[:1000]:
        with transaction.atomic():
            fresh = lock(Task.objects.select_related("alliance", "party__organisation", "person"), pk=task.pk)
            if not fresh.is_late or (fresh.reminded_on and (day - fresh.reminded_on).days < 7):
                continue
            fresh.reminded_on = day
            fresh.save(update_fields=["reminded_on"])
            mails.tell_task(fresh, "task_late", once=day.isoformat())
            done += 1
    return done


@transaction.atomic
def pass_on(alliance: Alliance, party: Party, successor: Party | None) -> int:
    """What a party that left had to do goes to its successor, else to nobody: to be taken over. Safe to run twice."""
    alliances.locked(alliance, even_closed=True)
    moved = Task.objects.active().filter(alliance=alliance, party=party)
    return moved.update(party=successor, person=None, version=F("version") + 1)


# --- roles ----------------------------------------------------------------------------------------------------


@transaction.atomic
def set_matrix(
    alliance: Alliance, *, actor: User, lines: Sequence[tuple[str, Mapping[int, str]]]
) -> list[Function]:
    """The whole matrix at once: for each function, in order, party id → level. A line left out goes."""
    alliance = alliances.locked(alliance)
    allow(alliance_policies.can_animate(actor, alliance))
    if len(lines) > MOST_FUNCTIONS:
        raise RuleBroken(f"{MOST_FUNCTIONS} fonctions au plus.", code="too_many")
    live = set(alliance.parties.live().values_list("pk", flat=True))
    names = [clean(name).strip() for name, _cells in lines]
    if not all(names) or len(set(names)) != len(names):
        raise RuleBroken("Chaque fonction a un nom, et un seul.", code="name")
    alliance.functions.exclude(name__in=names).delete()
    kept = []
    for position, (name, (_raw, cells)) in enumerate(zip(names, lines, strict=True)):
        function, _made = Function.objects.update_or_create(
            alliance=alliance, name=name, defaults={"position": position}
        )
        chosen = {party: level for party, level in cells.items() if level}
        if set(chosen) - live or set(chosen.values()) - set(Level.values):
            raise RuleBroken("Choisissez dans les listes.", code="cell")
        function.holdings.exclude(party__in=chosen).delete()
        for party, level in chosen.items():
            Holding.objects.update_or_create(function=function, party_id=party, defaults={"level": level})
        kept.append(function)
    alliances.acted(alliance, actor=actor)
    record("roles.set", alliance, actor=actor, functions=len(kept))
    return kept


@transaction.atomic
def add_function(alliance: Alliance, *, actor: User, name: str) -> Function:
    """One more line, the last."""
    alliance = _locked_matrix(alliance, actor)
    if alliance.functions.count() >= MOST_FUNCTIONS:
        raise RuleBroken(f"{MOST_FUNCTIONS} fonctions au plus.", code="too_many")
    last = alliance.functions.order_by("-position").values_list("position", flat=True).first()
    function = Function(alliance=alliance, position=(last or 0) + 1)
    _name_function(function, name)
    alliances.acted(alliance, actor=actor)
    record("roles.set", alliance, actor=actor, function=function.pk)
    return function


@transaction.atomic
def set_function(function: Function, *, actor: User, name: str, cells: Mapping[int, str]) -> Function:
    """Its name, and the level of each party in it (party id → level); a party left out has none."""
    alliance = _locked_matrix(function.alliance, actor)
    function = lock(Function.objects.all(), pk=function.pk)
    function.alliance = alliance
    live = set(alliance.parties.live().values_list("pk", flat=True))
    chosen = {party: level for party, level in cells.items() if level}
    if set(chosen) - live or set(chosen.values()) - set(Level.values):
        raise RuleBroken("Choisissez dans les listes.", code="cell")
    _name_function(function, name)
    function.holdings.exclude(party__in=chosen).delete()
    for party, level in chosen.items():
        Holding.objects.update_or_create(function=function, party_id=party, defaults={"level": level})
    alliances.acted(alliance, actor=actor)
    record("roles.set", alliance, actor=actor, function=function.pk)
    return function


@transaction.atomic
def drop_function(function: Function, *, actor: User) -> None:
    alliance = _locked_matrix(function.alliance, actor)
    removed, _ = Function.objects.filter(pk=function.pk).delete()
    if removed:
        alliances.acted(alliance, actor=actor)
        record("roles.set", alliance, actor=actor, function=function.pk, dropped=True)


# --- inside ---------------------------------------------------------------------------------------------------


def _locked_matrix(alliance: Alliance, actor: User) -> Alliance:
    alliance = alliances.locked(alliance)
    allow(alliance_policies.can_animate(actor, alliance))
    return alliance


def _name_function(function: Function, name: str) -> None:
    name = clean(name).strip()
    if not name:
        raise RuleBroken("Donnez un nom à la fonction.", code="name")
    function.name = name
    if function.alliance.functions.filter(name__iexact=name).exclude(pk=function.pk).exists():
        raise RuleBroken("Cette fonction est déjà dans la liste.", code="name")
    with refusals():
        function.save()


def _locked_meeting(meeting: Meeting) -> tuple[Alliance, Meeting]:
    alliance = alliances.locked(meeting.alliance)
    found = lock(Meeting.objects.all(), pk=meeting.pk)
    found.alliance = alliance
    return alliance, found


def _locked_decision(decision: Decision) -> tuple[Alliance, Decision]:
    alliance = alliances.locked(decision.alliance)
    found = lock(Decision.objects.all(), pk=decision.pk)
    found.alliance = alliance
    return alliance, found


def _locked_task(task: Task) -> tuple[Alliance, Task]:
    alliance = alliances.locked(task.alliance)
    found = lock(Task.objects.select_related("party__organisation", "person"), pk=task.pk)
    found.alliance = alliance
    return alliance, found


def _write_meeting(
    meeting: Meeting,
    *,
    title: str,
    day: datetime.date,
    start: datetime.time,
    place: str,
    online_url: str,
    agenda: Sequence[str],
) -> None:
    if not clean(title).strip():
        raise RuleBroken("Donnez un intitulé à la réunion.", code="title")
    points = [point for point in (clean(line).strip() for line in agenda) if point]
    if len(points) > MOST_POINTS or any(len(point) > 200 for point in points):
        raise RuleBroken(
            f"L’ordre du jour compte {MOST_POINTS} points au plus, de 200 lettres chacun.", code="agenda"
        )
    meeting.title, meeting.place, meeting.online_url, meeting.agenda = title, place, online_url, points
    starts_at = datetime.datetime.combine(day, start, ZoneInfo(meeting.zone))
    if meeting.starts_at != starts_at and starts_at <= now():
        raise RuleBroken("Choisissez une date à venir.", code="past")
    meeting.starts_at = starts_at
    with refusals():
        meeting.save()


def _set_came(meeting: Meeting, came: Sequence[int]) -> None:
    """Only people of the alliance's parties; who never answered and came is noted too."""
    parties = {}
    for party in meeting.alliance.parties.live().order_by("-pk"):
        if party.person_id:
            parties[party.person_id] = party
        elif party.organisation_id:
            for person in (
                Membership.objects.live()
                .filter(organisation=party.organisation_id)
                .values_list("person", flat=True)
            ):
                parties[person] = party
    wanted = set(came) & set(parties)
    for person in wanted:
        Attendance.objects.update_or_create(
            meeting=meeting,
            person_id=person,
            defaults={"came": True},
            create_defaults={"party": parties[person], "coming": Coming.MAYBE, "came": True},
        )
    meeting.attendances.exclude(person__in=wanted).update(came=False)


def _closing(details: Mapping[str, str]) -> dict[str, str]:
    """The three questions of a closing, all answered."""
    answers = {name: clean(details.get(name, "")).strip() for name in ("reached", "learned", "what_next")}
    if not all(answers.values()):
        raise RuleBroken("Répondez aux trois questions avant de proposer de clore.", code="answers")
    return answers


def _check_task(alliance: Alliance, title: str, party: Party, person: Person | None) -> None:
    if not clean(title).strip():
        raise RuleBroken("Dites ce qui est à faire.", code="title")
    alliances.live_party(alliance, party)
    if person is not None and not Party.objects.filter(pk=party.pk).of_person(person).exists():
        raise RuleBroken("Cette personne n’est pas de cette partie.", code="person")


def _move(decision: Decision, verb: str) -> None:
    decision.state = DECISIONS.target(verb, decision.state, label=decision.get_state_display())
    decision.state_changed_at = now()


def _count(count: Count) -> dict[str, Any]:
    return {"yes": count.yes, "no": count.no, "abstain": count.abstain, "silent": count.silent}


def forget_person(person: Person) -> None:
    """Erasure: the party's voice and task stay, without who spoke."""
    Vote.objects.filter(person=person).exclude(choice=Choice.AGAINST).update(person=None, reason="")
    Vote.objects.filter(person=person).update(person=None, reason="(raison effacée)")
    Attendance.objects.filter(person=person).delete()
    Task.objects.filter(person=person).update(person=None)

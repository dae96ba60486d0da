"""Meetings and who comes, decisions and their votes, tasks, and the matrix of roles."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from alliances.enums import Rule
from alliances.models import Alliance, Party, PartyQuerySet
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.models import LineField, ProseField, personal
from jeveuxagir.common.text import zone_words

from .enums import ACTIVE_TASKS, Choice, Coming, DecisionState, Effect, Level, MeetingState, TaskState


def _page(route: str, row: Any) -> str:
    """The page of this row in the space of its alliance."""
    return reverse(route, args=[row.alliance_id, row.alliance.slug, row.pk])


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def planned(self) -> "MeetingQuerySet":
        return self.filter(state=MeetingState.PLANNED)


class Meeting(models.Model):
    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="meetings")
    title = LineField("intitulé", max_length=160)
    #: the instant, and the zone of the place: 18 h in Fort-de-France stays 18 h
    starts_at = models.DateTimeField("commence le")
    zone = models.CharField("fuseau", max_length=40, default="Europe/Paris")
    minutes_long = models.PositiveSmallIntegerField("durée en minutes", default=120)
    place = LineField("lieu", max_length=200, blank=True)
    online_url = models.URLField("lien de visioconférence", max_length=300, blank=True)
    #: one line a point, in order
    agenda = ArrayField(
        models.CharField(max_length=200), verbose_name="ordre du jour", default=list, blank=True
    )
    state = models.CharField("état", max_length=10, choices=MeetingState, default=MeetingState.PLANNED)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    minutes = ProseField("compte rendu", max_length=20000, blank=True)
    minutes_at = models.DateTimeField("compte rendu du", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    #: of the calendar file: one more at each change
    sequence = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "réunion"
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes_long__range=(5, 1440)),
                name="meeting_length_sane",
                violation_error_message="Une réunion dure de 5 minutes à 24 heures.",
            ),
            models.CheckConstraint(
                condition=Q(minutes="") | Q(state=MeetingState.HELD, minutes_at__isnull=False),
                name="meeting_minutes_once_held",
                violation_error_message="Le compte rendu s’écrit une fois la réunion tenue.",
            ),
        ]
        indexes = [models.Index(fields=["alliance", "-starts_at"], name="meeting_of_alliance")]

    def __str__(self) -> str:
        return self.title

    @property
    def local_start(self) -> datetime.datetime:
        """The hour of the place, naive so that no page turns it into that of Paris."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    @property
    def local_end(self) -> datetime.datetime:
        return self.local_start + datetime.timedelta(minutes=self.minutes_long)

    @property
    def zone_words(self) -> str:
        """« heure de Fort-de-France », where it is not that of Paris."""
        return zone_words(self.zone)

    @property
    def is_over(self) -> bool:
        return self.starts_at <= now()

    @property
    def page_url(self) -> str:
        return _page("governance:meeting", self)


class Attendance(models.Model):
    """Whether somebody comes, and whether they came."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendances")
    person = models.ForeignKey(Person, models.CASCADE, related_name="attendances")
    party = models.ForeignKey(Party, models.CASCADE, related_name="+")
    coming = models.CharField("vient", max_length=6, choices=Coming)
    came = models.BooleanField("est venue", null=True, blank=True)
    answered_at = models.DateTimeField("répondu le", db_default=Now())

    class Meta:
        verbose_name = "présence à une réunion"
        verbose_name_plural = "présences aux réunions"
        constraints = [models.UniqueConstraint(fields=["meeting", "person"], name="attendance_once")]

    def __str__(self) -> str:
        return f"présence {self.pk}"


class Decision(models.Model):
    """Decided by the alliance's rule as it was when the vote opened, by the parties that were there; who voted what
    stays.
    """

    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="decisions")
    meeting = models.ForeignKey(
        Meeting, models.SET_NULL, null=True, blank=True, related_name="decisions", verbose_name="réunion"
    )
    title = LineField("décision", max_length=200)
    body = ProseField("ce qui est décidé", max_length=4000, blank=True)
    rule = models.CharField("règle", max_length=12, choices=Rule)
    effect = models.CharField("effet", max_length=8, choices=Effect, default=Effect.NONE)
    #: for `effect`: the answers to the three questions of a closing; the party and its mandate
    details = models.JSONField("détails", default=dict, blank=True)
    state = models.CharField("état", max_length=10, choices=DecisionState, default=DecisionState.OPEN)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    closes_at = models.DateTimeField("vote jusqu’au")
    #: once decided: {"why": …, "yes": n, "no": n, "abstain": n, "silent": n, "colleges": {…}}, and "undone": why
    #: an adopted decision could not do what it says
    outcome = models.JSONField("résultat", default=dict, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("proposée le", db_default=Now())

    class Meta:
        verbose_name = "décision"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[DecisionState.OPEN, DecisionState.WITHDRAWN]) | ~Q(outcome={}),
                name="decision_with_outcome",
            ),
            models.UniqueConstraint(
                fields=["alliance"],
                condition=Q(state=DecisionState.OPEN, effect=Effect.CLOSE),
                name="decision_one_closing",
                violation_error_message="Une proposition de clore est déjà au vote.",
            ),
        ]
        indexes = [
            models.Index(fields=["alliance", "-created_at"], name="decision_of_alliance"),
            models.Index(fields=["closes_at"], name="decision_due", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return self.title

    def voters(self) -> PartyQuerySet:
        """The parties that have a voice: here when the vote opened, and still here. Who joins meanwhile has none."""
        return self.alliance.parties.live().filter(is_trusted_third=False, joined_at__lte=self.created_at)

    @property
    def is_open(self) -> bool:
        return self.state == DecisionState.OPEN

    @property
    def takes_votes(self) -> bool:
        """Open, and its time is not over: it may wait some minutes to be counted."""
        return self.is_open and self.closes_at > now()

    @property
    def local_end(self) -> datetime.datetime:
        """The end of the vote at the hour of the alliance's place, naive: no page turns it into that of Paris."""
        return self.closes_at.astimezone(ZoneInfo(self.alliance.department.timezone)).replace(tzinfo=None)

    @property
    def page_url(self) -> str:
        return _page("governance:decision", self)


class Vote(models.Model):
    """A party's voice, by who acts for it. Changed until the vote ends, never after: a trigger refuses it."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="votes")
    party = models.ForeignKey(Party, models.PROTECT, related_name="votes")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="votes")
    choice = models.CharField("voix", max_length=8, choices=Choice)
    reason = personal(ProseField("raison", max_length=1000, blank=True))
    voted_at = models.DateTimeField("le", db_default=Now())

    class Meta:
        verbose_name = "voix"
        verbose_name_plural = "voix"
        constraints = [
            models.UniqueConstraint(fields=["decision", "party"], name="vote_once"),
            models.CheckConstraint(
                condition=~Q(choice=Choice.AGAINST) | ~Q(reason=""),
                name="vote_against_with_reason",
                violation_error_message="Dites pourquoi vous vous opposez.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="votes_in_time",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("choice", "party_id", "decision_id"),
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM governance_decision decision
                        JOIN alliances_party party ON party.id = NEW.party_id
                            AND party.alliance_id = decision.alliance_id
                        WHERE decision.id = NEW.decision_id AND decision.state = 'open'
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_in_time',
                            MESSAGE = 'this vote has ended, or this is no party of the alliance';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                # nobody is brought in to change what is being decided
                name="votes_of_those_present",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("party_id", "decision_id"),
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM governance_decision decision, alliances_party party
                        WHERE decision.id = NEW.decision_id AND party.id = NEW.party_id
                            AND party.joined_at > decision.created_at
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_of_who_was_there',
                            MESSAGE = 'this party joined after the vote opened';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"voix {self.pk}"

    @property
    def words(self) -> str:
        """« contre (objection) » where one objection is enough; elsewhere it is a voice among others."""
        if self.choice == Choice.AGAINST and self.decision.rule != Rule.CONSENT:
            return "contre"
        return str(self.get_choice_display())


class TaskQuerySet(models.QuerySet["Task"]):
    def active(self) -> "TaskQuerySet":
        return self.filter(state__in=ACTIVE_TASKS)

    def overdue(self) -> "TaskQuerySet":
        return self.active().filter(due_on__lt=today())

    def of_person(self, person: Person) -> "TaskQuerySet":
        """Given to this person, or to a party they may speak for and to nobody in it."""
        mine = Party.objects.live().of_person(person)
        return self.filter(Q(person=person) | Q(person__isnull=True, party__in=mine))


class Task(models.Model):
    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="tasks")
    title = LineField("action", max_length=200)
    #: none: to be taken over, since the party that had it left
    party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name="partie responsable"
    )
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="tasks", verbose_name="personne"
    )
    due_on = models.DateField("pour le")
    state = models.CharField("état", max_length=8, choices=TaskState, default=TaskState.TO_DO)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    note = ProseField("où en est-on", max_length=1000, blank=True)
    decision = models.ForeignKey(Decision, models.SET_NULL, null=True, blank=True, related_name="tasks")
    meeting = models.ForeignKey(Meeting, models.SET_NULL, null=True, blank=True, related_name="tasks")
    #: the last day somebody was reminded
    reminded_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField("donnée le", db_default=Now())
    version = models.PositiveIntegerField(default=1)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = "action"
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=[TaskState.BLOCKED, TaskState.DROPPED]) | ~Q(note=""),
                name="task_blocked_with_note",
                violation_error_message="Dites ce qui bloque, ou pourquoi l’action est abandonnée.",
            )
        ]
        indexes = [
            models.Index(fields=["alliance", "state", "due_on"], name="task_of_alliance"),
            models.Index(fields=["person", "state"], name="task_of_person"),
            models.Index(fields=["due_on"], name="task_due", condition=Q(state__in=ACTIVE_TASKS)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE_TASKS

    @property
    def is_late(self) -> bool:
        return self.is_active and self.due_on < today()

    @property
    def page_url(self) -> str:
        return _page("governance:task", self)


class Function(models.Model):
    """A line of the matrix of roles: what must be held in the alliance."""

    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="functions")
    name = LineField("fonction", max_length=120)
    position = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "fonction"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "name"],
                name="function_once",
                violation_error_message="Cette fonction est déjà dans la liste.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Holding(models.Model):
    """A party in a function: decides, does, brings, is informed."""

    function = models.ForeignKey(Function, models.CASCADE, related_name="holdings")
    party = models.ForeignKey(Party, models.CASCADE, related_name="holdings")
    level = models.CharField("rôle", max_length=8, choices=Level)

    class Meta:
        verbose_name = "rôle dans une fonction"
        verbose_name_plural = "rôles dans les fonctions"
        ordering = ["function", "party"]
        constraints = [models.UniqueConstraint(fields=["function", "party"], name="holding_once")]

    def __str__(self) -> str:
        return f"rôle {self.pk} {self.level}"

"""Participation (holds a seat), departure to a partner, alert when a place frees."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jeveuxagir.accounts.models import Person, UnconfirmedContact
from jeveuxagir.common.models import ProseField, personal
from missions.enums import State as MissionState
from missions.models import Mission, Slot
from volunteers.requests.groups import Grouped, whole_group
from volunteers.requests.models import EngagementRequest

from .enums import LIVE_STATES, SEAT_STATES, WAITING_STATES, DeclineReason, State

_SEATS = ", ".join(f"'{state.value}'" for state in SEAT_STATES)


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def of_person(self, person: Person) -> "ParticipationQuerySet":
        return self.filter(person=person)

    def told_to_organisation(self) -> "ParticipationQuerySet":
        """What an organisation may see: nothing before the address is confirmed."""
        return self.exclude(state=State.TO_CONFIRM).filter(person__isnull=False)

    def waiting(self) -> "ParticipationQuerySet":
        return self.filter(state__in=WAITING_STATES)

    def live(self) -> "ParticipationQuerySet":
        return self.filter(state__in=LIVE_STATES)


class Participation(Grouped):
    person = models.ForeignKey(
        Person, models.CASCADE, null=True, blank=True, related_name="participations", verbose_name="personne"
    )
    contact = models.ForeignKey(
        UnconfirmedContact, models.CASCADE, null=True, blank=True, related_name="participations"
    )
    mission = models.ForeignKey(
        Mission, models.PROTECT, related_name="participations", verbose_name="mission"
    )
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="participations", verbose_name="créneau")
    request = models.ForeignKey(
        EngagementRequest,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="participations",
        verbose_name="demande d’engagement",
    )
    state = models.CharField("état", max_length=10, choices=State, default=State.TO_CONFIRM)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    message = personal(ProseField("message", max_length=2000, blank=True))
    #: the same reasons for the person, the organisation and the brigade, when a proposal led here
    reasons = models.JSONField("raisons", default=list, blank=True)
    decline_reason = models.CharField("raison du refus", max_length=12, choices=DeclineReason, blank=True)
    answer = personal(ProseField("réponse de l’organisation", max_length=2000, blank=True))
    cancel_reason = ProseField("raison de l’annulation", max_length=500, blank=True)
    created_at = models.DateTimeField("créée le", db_default=Now())
    applied_at = models.DateTimeField("candidature le", null=True, blank=True)
    answered_at = models.DateTimeField("réponse le", null=True, blank=True)
    #: the time the person had agreed to, until they answer about the new one
    moved_from = models.CharField("ancien horaire", max_length=200, blank=True)
    moved_at = models.DateTimeField("horaire changé le", null=True, blank=True)
    #: the slot's `sequence` this person knows
    known_sequence = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = "participation"
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, contact__isnull=True)
                | Q(person__isnull=True, contact__isnull=False, state=State.TO_CONFIRM),
                name="participation_person_or_contact",
            ),
            models.UniqueConstraint(
                fields=["slot", "person"],
                condition=Q(state__in=SEAT_STATES),
                name="participation_once_per_slot",
                violation_error_message="Vous avez déjà candidaté sur ce créneau.",
            ),
            models.UniqueConstraint(
                fields=["mission", "person"],
                condition=Q(state__in=LIVE_STATES),
                name="participation_once_per_mission",
                violation_error_message="Vous avez déjà une candidature en cours pour cette mission.",
            ),
            models.CheckConstraint(condition=Q(places__range=(1, 200)), name="participation_places_sane"),
            models.CheckConstraint(
                condition=whole_group(),
                name="participation_group_whole",
                violation_error_message="Un groupe compte de 2 à 200 personnes, dont la personne qui l’inscrit.",
            ),
            models.CheckConstraint(
                condition=Q(state=State.TO_CONFIRM) | Q(applied_at__isnull=False) | Q(state=State.CANCELLED),
                name="participation_applied_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.DECLINED) | ~Q(decline_reason=""),
                name="participation_declined_with_reason",
                violation_error_message="Dites pourquoi cette candidature est refusée.",
            ),
        ]
        indexes = [
            models.Index(fields=["mission", "state"], name="participation_of_mission"),
            models.Index(fields=["person", "-created_at"], name="participation_of_person"),
            models.Index(
                fields=["applied_at"], name="participation_waiting", condition=Q(state__in=WAITING_STATES)
            ),
            models.Index(
                fields=["state_changed_at"],
                name="participation_lapsed",
                condition=Q(decline_reason=DeclineReason.UNANSWERED),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="count_seats",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.After,
                func=f"""
                    IF TG_OP = 'UPDATE' AND OLD.slot_id = NEW.slot_id AND OLD.places = NEW.places
                       AND (OLD.state IN ({_SEATS})) = (NEW.state IN ({_SEATS})) THEN
                        RETURN NULL;
                    END IF;
                    IF TG_OP <> 'INSERT' AND OLD.state IN ({_SEATS}) THEN
                        UPDATE missions_slot SET taken = taken - OLD.places WHERE id = OLD.slot_id;
                    END IF;
                    IF TG_OP <> 'DELETE' AND NEW.state IN ({_SEATS}) THEN
                        UPDATE missions_slot SET taken = taken + NEW.places WHERE id = NEW.slot_id;
                    END IF;
                    RETURN NULL;
                """,  # noqa: S608 (our own states)
            ),
            pgtrigger.Trigger(
                name="slot_of_mission",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("slot_id", "mission_id"),
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (SELECT 1 FROM missions_slot
                                   WHERE id = NEW.slot_id AND mission_id = NEW.mission_id) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'participation_slot_of_mission',
                            MESSAGE = 'the slot belongs to another mission';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"participation {self.pk}"

    @property
    def is_paused(self) -> bool:
        """It is kept, but nobody is expected: the mission or its organisation is suspended."""
        suspended = self.mission.state == MissionState.SUSPENDED or not self.mission.organisation.is_verified
        return self.state in LIVE_STATES and suspended


class Departure(models.Model):
    """Somebody left for a partner's page to apply there. Anonymous ones are counted without a person."""

    class Answer(models.TextChoices):
        YES = "yes", "oui, j’ai candidaté"
        NO = "no", "non"

    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="departures")
    mission = models.ForeignKey(Mission, models.PROTECT, related_name="departures")
    request = models.ForeignKey(
        EngagementRequest, models.SET_NULL, null=True, blank=True, related_name="departures"
    )
    created_at = models.DateTimeField("partie le", db_default=Now())
    asked_at = models.DateTimeField("question posée le", null=True, blank=True)
    answer = models.CharField("réponse", max_length=3, choices=Answer, blank=True)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)

    class Meta:
        verbose_name = "départ vers un partenaire"
        verbose_name_plural = "départs vers un partenaire"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "mission"], condition=Q(person__isnull=False), name="departure_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="departure_to_ask",
                condition=Q(asked_at__isnull=True, person__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"départ {self.pk}"


class PlaceAlert(models.Model):
    """Tell this person when a place frees on a full mission."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="place_alerts")
    mission = models.ForeignKey(Mission, models.CASCADE, related_name="place_alerts")
    places = models.PositiveSmallIntegerField("places voulues", default=1)
    created_at = models.DateTimeField(db_default=Now())
    told_at = models.DateTimeField("prévenue le", null=True, blank=True)
    #: other missions were shown instead, once, after weeks without a place
    others_shown_at = models.DateTimeField("autres missions montrées le", null=True, blank=True)

    class Meta:
        verbose_name = "alerte de place"
        verbose_name_plural = "alertes de place"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "mission"], condition=Q(told_at__isnull=True), name="place_alert_once"
            )
        ]

    def __str__(self) -> str:
        return f"alerte {self.pk}"

"""Participation (holds a seat), departure to a partner, alert when a place frees."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jeveuxagir.accounts.models import Person, UnconfirmedContact
from jeveuxagir.common.models import LineField, ProseField, personal
from missions.enums import State as MissionState
from missions.models import Mission, Slot
from organisations.models import Organisation
from volunteers.requests.groups import OF_ORGANISATIONS, Grouped, whole_group
from volunteers.requests.models import EngagementRequest

from .enums import LIVE_STATES, SEAT_STATES, WAITING_STATES, DeclineReason, State

TEAM_NAME_AT_MOST = 80
_SEATS = ", ".join(f"'{state.value}'" for state in SEAT_STATES)


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def of_person(self, person: Person) -> "ParticipationQuerySet":
        return self.filter(person=person)

    def alone(self) -> "ParticipationQuerySet":
        """What a person does for themselves: a team is its organisation's, whoever registered it."""
        return self.filter(as_team=False)

    def teams(self) -> "ParticipationQuerySet":
        return self.filter(as_team=True)

    def teams_of(self, organisation: Organisation) -> "ParticipationQuerySet":
        """The teams this organisation brings."""
        return self.teams().filter(group_organisation=organisation)

    def naming(self, person: Person) -> "ParticipationQuerySet":
        """Those where this person, by their telephone, is whom to reach on the day."""
        return self.filter(contact_phone=person.phone) if person.phone else self.none()

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
    #: it takes one of the slot's places for teams, besides a place for each of its people
    as_team = models.BooleanField("équipe", default=False)
    team_name = personal(LineField("nom de l’équipe", max_length=TEAM_NAME_AT_MOST, blank=True))
    contact_name = personal(LineField("personne à joindre le jour même", max_length=120, blank=True))
    contact_phone = personal(models.CharField("son téléphone", max_length=20, blank=True))
    #: how many of the team came, once the day is over
    came = models.PositiveSmallIntegerField("personnes venues", null=True, blank=True)
    #: the slot's `sequence` this person knows
    known_sequence = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = "participation"
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, contact__isnull=True)
                | Q(person__isnull=True, contact__isnull=False, state=State.TO_CONFIRM)
                # a team that came stays counted when who registered it is forgotten
                | Q(person__isnull=True, contact__isnull=True, as_team=True, state=State.REALISED),
                name="participation_person_or_contact",
            ),
            models.UniqueConstraint(
                fields=["slot", "person"],
                condition=Q(state__in=SEAT_STATES, as_team=False),
                name="participation_once_per_slot",
                violation_error_message="Vous avez déjà candidaté sur ce créneau.",
            ),
            models.UniqueConstraint(
                fields=["mission", "person"],
                condition=Q(state__in=LIVE_STATES, as_team=False),
                name="participation_once_per_mission",
                violation_error_message="Vous avez déjà une candidature en cours pour cette mission.",
            ),
            models.UniqueConstraint(
                fields=["slot", "group_organisation"],
                condition=Q(state__in=SEAT_STATES, as_team=True),
                name="participation_one_team_per_slot",
                violation_error_message="Votre organisation a déjà une équipe sur ce créneau.",
            ),
            models.CheckConstraint(
                condition=Q(as_team=False)
                | (
                    Q(as_team=True, group_kind__in=OF_ORGANISATIONS)
                    & ~Q(state=State.TO_CONFIRM)
                    & (~Q(state__in=LIVE_STATES) | Q(group_organisation__isnull=False))
                ),
                name="participation_team_whole",
                violation_error_message="Une équipe est inscrite par son organisation.",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.REALISED, as_team=True) & Q(came__isnull=True)
                | Q(state=State.REALISED, as_team=True, came__gte=1, came__lte=F("places")),
                name="participation_team_came",
                violation_error_message="Dites combien de personnes de l’équipe sont venues.",
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
                fields=["group_organisation", "state"],
                name="participation_team_of",
                condition=Q(as_team=True),
            ),
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
                       AND OLD.as_team = NEW.as_team
                       AND (OLD.state IN ({_SEATS})) = (NEW.state IN ({_SEATS})) THEN
                        RETURN NULL;
                    END IF;
                    IF TG_OP <> 'INSERT' AND OLD.state IN ({_SEATS}) THEN
                        UPDATE missions_slot SET taken = taken - OLD.places,
                            teams_taken = teams_taken - OLD.as_team::int WHERE id = OLD.slot_id;
                    END IF;
                    IF TG_OP <> 'DELETE' AND NEW.state IN ({_SEATS}) THEN
                        UPDATE missions_slot SET taken = taken + NEW.places,
                            teams_taken = teams_taken + NEW.as_team::int WHERE id = NEW.slot_id;
                        -- the slot is held from here on: a change of the sizes also writes it
                        IF NEW.as_team AND NOT EXISTS (
                            SELECT 1 FROM missions_mission WHERE id = NEW.mission_id
                            AND NEW.places BETWEEN team_smallest AND team_largest
                        ) THEN
                            RAISE EXCEPTION USING ERRCODE = 'check_violation',
                                CONSTRAINT = 'participation_team_size',
                                MESSAGE = 'the team is too small or too large for this mission';
                        END IF;
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
    def group_in_words(self) -> str:
        """« équipe de 8 (Biscuiterie Morel, « Les Gaufrettes ») » of a team; of another group, as it was said."""
        if not self.as_team:
            return super().group_in_words
        named = f", «\u00a0{self.team_name}\u00a0»" if self.team_name else ""
        return f"équipe de {self.places} ({self.group_name or 'organisation effacée'}{named})"

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

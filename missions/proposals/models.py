"""A match run, and the proposals it (or a person) made: a request and a mission brought together, with reasons."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.models import ProseField, personal
from jeveuxagir.common.transitions import Transitions
from missions.models import Mission, Slot
from missions.participations.models import Departure, Participation
from volunteers.requests.models import EngagementRequest

#: Product decision 14: an unanswered proposal lapses after this many days.
PROPOSAL_DAYS = 14
#: Decision 16.
MAX_OPEN_PER_PERSON = 3


class State(models.TextChoices):
    PROPOSED = "proposed", "en attente de réponse"
    INTERESTED = "interested", "ça m’intéresse"
    DECLINED = "declined", "pas pour moi"
    EXPIRED = "expired", "expirée"
    WITHDRAWN = "withdrawn", "retirée"


TRANSITIONS = Transitions(
    {
        "accept": ([State.PROPOSED], State.INTERESTED),
        "decline": ([State.PROPOSED], State.DECLINED),
        "expire": ([State.PROPOSED], State.EXPIRED),
        "withdraw": ([State.PROPOSED], State.WITHDRAWN),
    }
)


class DeclineReason(models.TextChoices):
    TOO_FAR = "too_far", "trop loin"
    DATES = "dates", "les horaires ne me vont pas"
    SUBJECT = "subject", "le sujet ne m’attire pas"
    TOO_MUCH = "too_much", "c’est trop d’engagement"
    OTHER = "other", "autre raison"


class WithdrawnBecause(models.TextChoices):
    OTHERS = "others", "vous avez demandé d’autres missions"
    EDITED = "edited", "votre demande a changé"
    REQUEST = "request", "la demande est terminée ou en pause"
    MISSION = "mission", "la mission n’est plus ouverte"
    ACCEPTED = "accepted", "une autre mission vous a accueilli"


class MatchDue(models.Model):
    """A request to be matched (again) soon: the queue is a table, so several causes make one match."""

    request = models.OneToOneField(
        EngagementRequest, models.CASCADE, primary_key=True, related_name="match_due"
    )
    cause = models.CharField(max_length=40)
    due_at = models.DateTimeField(db_default=Now())
    #: who is matching it; a new cause meanwhile takes the claim away, so that it is matched once more
    claim = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name = "rapprochement à faire"
        verbose_name_plural = "rapprochements à faire"
        indexes = [models.Index(fields=["due_at"], name="match_due_order")]

    def __str__(self) -> str:
        return f"demande {self.request_id} à rapprocher"


class MatchRun(models.Model):
    """One run of the engine for one request: enough to replay it to the letter."""

    request = models.ForeignKey(EngagementRequest, models.CASCADE, related_name="match_runs")
    cause = models.CharField("cause", max_length=40)
    engine_version = models.CharField("version du moteur", max_length=40)
    inputs = models.JSONField("données d’entrée")
    outcome = models.JSONField("classement")
    created_at = models.DateTimeField("le", db_default=Now())

    class Meta:
        verbose_name = "rapprochement"
        indexes = [models.Index(fields=["request", "-id"], name="match_run_of_request")]

    def __str__(self) -> str:
        return f"rapprochement {self.pk}"


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def open(self) -> "ProposalQuerySet":
        return self.filter(state=State.PROPOSED)

    def of_person(self, person: Person) -> "ProposalQuerySet":
        return self.filter(request__person=person)


class Proposal(models.Model):
    request = models.ForeignKey(
        EngagementRequest, models.CASCADE, related_name="proposals", verbose_name="demande"
    )
    mission = models.ForeignKey(Mission, models.PROTECT, related_name="proposals", verbose_name="mission")
    slot = models.ForeignKey(
        Slot, models.SET_NULL, null=True, related_name="+", verbose_name="meilleur créneau"
    )
    run = models.ForeignKey(MatchRun, models.SET_NULL, null=True, related_name="proposals")
    state = models.CharField("état", max_length=10, choices=State, default=State.PROPOSED)
    score = models.IntegerField("score")
    #: [{"code": …, "text": exact sentence, "mail": coarse variant}], at most 4
    reasons = models.JSONField("raisons", default=list)
    #: {"code", "text", "mail"} or None
    reservation = models.JSONField("réserve", null=True, blank=True)
    #: who proposed: a member of staff, or nobody (the engine)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="proposée par",
    )
    #: what else was on the screen when a person proposed: the engine's first ten
    alternatives = models.JSONField("autres missions montrées", default=list, blank=True)
    decline_reason = models.CharField("raison", max_length=12, choices=DeclineReason, blank=True)
    decline_note = personal(ProseField("précision", max_length=500, blank=True))
    proposed_at = models.DateTimeField("proposée le", db_default=Now())
    expires_at = models.DateTimeField("expire le")
    mailed_at = models.DateTimeField("annoncée par message le", null=True, blank=True)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    withdrawn_because = models.CharField(
        "retirée parce que", max_length=10, choices=WithdrawnBecause, blank=True
    )
    participation = models.OneToOneField(
        Participation, models.SET_NULL, null=True, blank=True, related_name="proposal"
    )
    departure = models.OneToOneField(
        Departure, models.SET_NULL, null=True, blank=True, related_name="proposal"
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = "proposition"
        constraints = [
            models.UniqueConstraint(
                fields=["request", "mission"],
                condition=Q(state__in=["proposed", "interested"]),
                name="proposal_once",
                violation_error_message="Cette mission est déjà proposée.",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(decline_reason=""), name="proposal_declined_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "expired", "withdrawn"]) | Q(answered_at__isnull=False),
                name="proposal_answer_dated",
            ),
        ]
        indexes = [
            models.Index(fields=["request", "state"], name="proposal_of_request"),
            models.Index(fields=["mission", "state"], name="proposal_of_mission"),
            models.Index(fields=["expires_at"], name="proposal_due", condition=Q(state="proposed")),
            models.Index(
                fields=["proposed_at"],
                name="proposal_to_mail",
                condition=Q(state="proposed", mailed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"proposition {self.pk}"

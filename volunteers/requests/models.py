"""An engagement request: what a person wants to give, without choosing a mission."""

import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jeveuxagir.accounts.models import Person, UnconfirmedContact
from jeveuxagir.common.models import ProseField, personal
from jeveuxagir.taxonomies.models import Activity, Domain, Skill
from jeveuxagir.territories.models import Commune

from .enums import MATCHED_STATES, Channel, Commitment, Mode, State
from .groups import Grouped, whole_group

ANY_HALF_DAY = 0
#: so long without a proposal, a request is said to wait for one
WAITING_DAYS = 7


class RequestQuerySet(models.QuerySet["EngagementRequest"]):
    def of_person(self, person: Person) -> "RequestQuerySet":
        return self.filter(person=person)

    def looking(self) -> "RequestQuerySet":
        """Those the engine may match today: confirmed, not closed, not paused."""
        from jeveuxagir.common.clock import today

        return self.filter(state__in=MATCHED_STATES, person__isnull=False).filter(
            Q(paused_until__isnull=True) | Q(paused_until__lt=today())
        )

    def unserved(self) -> "RequestQuerySet":
        """Looked for since a week, without a proposal."""
        from jeveuxagir.common.clock import now

        limit = now() - datetime.timedelta(days=WAITING_DAYS)
        return self.looking().filter(
            state__in=[State.QUALIFIED, State.UNSERVED], without_proposal_since__lte=limit
        )


class EngagementRequest(Grouped):
    person = models.ForeignKey(
        Person, models.CASCADE, null=True, blank=True, related_name="requests", verbose_name="personne"
    )
    contact = models.ForeignKey(
        UnconfirmedContact, models.CASCADE, null=True, blank=True, related_name="requests"
    )
    state = models.CharField("état", max_length=10, choices=State, default=State.RECEIVED)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    closed_reason = models.CharField("raison", max_length=300, blank=True)
    channel = models.CharField("reçue par", max_length=10, choices=Channel, default=Channel.WEB)
    # where
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+", verbose_name="commune")
    radius_km = models.PositiveSmallIntegerField("jusqu’à (km)", default=10)
    mode = models.CharField("sur place ou à distance", max_length=10, choices=Mode, default=Mode.ON_SITE)
    # when: bit = weekday * 3 + part (Monday 0; matin 0, après-midi 1, soirée 2); 0 means any
    half_days = models.PositiveIntegerField("demi-journées", default=ANY_HALF_DAY)
    period_start = models.DateField("à partir du", null=True, blank=True)
    period_end = models.DateField("jusqu’au", null=True, blank=True)
    given_dates = ArrayField(
        models.DateField(), default=list, blank=True, size=60, verbose_name="dates précises"
    )
    commitment = models.CharField("rythme", max_length=10, choices=Commitment, blank=True)
    # what
    domains = models.ManyToManyField(Domain, blank=True, related_name="+", verbose_name="domaines")
    activities = models.ManyToManyField(Activity, blank=True, related_name="+", verbose_name="activités")
    skills = models.ManyToManyField(Skill, blank=True, related_name="+", verbose_name="compétences")
    open_to_anything = models.BooleanField("ouvert à tout", default=False)
    note = personal(ProseField("précisions", max_length=1000, blank=True))
    # life
    keep_open = models.BooleanField("garder ouverte après un oui", default=False)
    paused_until = models.DateField("en pause jusqu’au", null=True, blank=True)
    filed_at = models.DateTimeField("déposée le", db_default=Now())
    confirmed_at = models.DateTimeField("confirmée le", null=True, blank=True)
    alive_at = models.DateTimeField("dernier signe", db_default=Now())
    without_proposal_since = models.DateTimeField("sans proposition depuis", null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande d’engagement"
        verbose_name_plural = "demandes d’engagement"
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, contact__isnull=True)
                | Q(person__isnull=True, contact__isnull=False, state=State.RECEIVED),
                name="request_person_or_contact",
            ),
            models.CheckConstraint(condition=Q(half_days__lt=2**21), name="request_half_days_21_bits"),
            models.CheckConstraint(condition=Q(radius_km__range=(1, 200)), name="request_radius_sane"),
            models.CheckConstraint(
                condition=Q(period_start__isnull=True)
                | Q(period_end__isnull=True)
                | Q(period_end__gte=models.F("period_start")),
                name="request_period_ordered",
                violation_error_message="La fin de la période est avant son début.",
            ),
            models.CheckConstraint(
                condition=whole_group(),
                name="request_group_whole",
                violation_error_message="Un groupe compte de 2 à 200 personnes, dont la personne qui l’inscrit.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.WITHDRAWN, State.REFUSED, State.UNSERVED])
                | ~Q(closed_reason=""),
                name="request_closed_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["commune", "state"], name="request_commune_state"),
            models.Index(fields=["person", "-filed_at"], name="request_of_person"),
            models.Index(
                fields=["without_proposal_since"],
                name="request_waiting",
                condition=Q(state__in=[State.QUALIFIED, State.UNSERVED]),
            ),
        ]

    def __str__(self) -> str:
        return f"demande {self.pk}"

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("proposals:request", args=[self.pk])

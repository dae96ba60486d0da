"""An idea: what is missing in a commune, or what could be done there, and for whom."""

import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from alliances.challenges.models import Challenge
from alliances.examples.models import Example
from jeveuxagir.accounts.models import Person, UnconfirmedContact
from jeveuxagir.common.clock import PARIS
from jeveuxagir.common.models import LineField, ProseField, personal
from jeveuxagir.moderation.clocks import DAYS_TO_TRIAGE
from jeveuxagir.territories.models import Commune
from organisations.models import Organisation

from .enums import State


class IdeaQuerySet(models.QuerySet["Idea"]):
    def of_person(self, person: Person) -> "IdeaQuerySet":
        return self.filter(person=person)

    def waiting(self) -> "IdeaQuerySet":
        """Received, not answered yet."""
        return self.filter(state=State.RECEIVED)


class Idea(models.Model):
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="ideas", verbose_name="personne"
    )
    contact = models.ForeignKey(
        UnconfirmedContact, models.CASCADE, null=True, blank=True, related_name="ideas"
    )
    what = personal(LineField("votre idée", max_length=150))
    why = personal(ProseField("pour qui, pourquoi", max_length=2000))
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+", verbose_name="commune")
    state = models.CharField("état", max_length=12, choices=State, default=State.RECEIVED)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    filed_at = models.DateTimeField("déposée le", db_default=Now())
    received_at = models.DateTimeField("reçue le", null=True, blank=True)
    answer = ProseField("réponse", max_length=2000, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="organisation"
    )

    #: what it became when the brigade kept it; empty once its author let the draft go
    challenge = models.OneToOneField(
        Challenge, models.SET_NULL, null=True, blank=True, related_name="idea", verbose_name="problème commun"
    )
    #: the story of it, once it was done: drafted by its author, or for them by the brigade
    example = models.OneToOneField(
        Example, models.SET_NULL, null=True, blank=True, related_name="idea", verbose_name="exemple"
    )

    objects = IdeaQuerySet.as_manager()

    class Meta:
        verbose_name = "idée"
        constraints = [
            models.CheckConstraint(
                condition=Q(contact__isnull=False, person__isnull=True, state=State.TO_CONFIRM)
                | (Q(contact__isnull=True) & ~Q(state=State.TO_CONFIRM)),
                name="idea_contact_until_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(state=State.TO_CONFIRM) | Q(received_at__isnull=False),
                name="idea_received_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CLOSED) | ~Q(answer=""),
                name="idea_closed_with_reason",
                violation_error_message="Donnez la raison : la personne la lira.",
            ),
        ]
        indexes = [models.Index(fields=["state", "state_changed_at"], name="idea_state")]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return reverse("ideas:mine", args=[self.pk])

    @property
    def is_waiting(self) -> bool:
        return self.state == State.RECEIVED

    @property
    def may_be_told(self) -> bool:
        """As an example: what its author took back is not, nor what has its draft already."""
        return self.example_id is None and self.state not in (State.TO_CONFIRM, State.WITHDRAWN)

    @property
    def answer_due_on(self) -> datetime.date:
        """The day by which the brigade answers."""
        start = self.received_at or self.filed_at
        return (start + datetime.timedelta(days=DAYS_TO_TRIAGE)).astimezone(PARIS).date()

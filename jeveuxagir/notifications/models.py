"""Message: the outbox. A row is written in the transaction of the fact; Celery only wakes the sender."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jeveuxagir.common.models import personal

from .enums import Rhythm

PERSON = "accounts.Person"  # by name only: this app imports no upper app (see docs/adr)


class Message(models.Model):
    """One notice to one recipient on one channel, rendered when the fact happened."""

    class State(models.TextChoices):
        PENDING = "pending", "à envoyer"
        CLAIMED = "claimed", "pris en charge"
        SENDING = "sending", "en cours d’envoi"
        SENT = "sent", "envoyé"
        FAILED = "failed", "non remis"
        CANCELLED = "cancelled", "annulé"
        GROUPED = "grouped", "attend le récapitulatif"
        TOLD = "told", "dit dans un récapitulatif"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("sorte", max_length=60)
    person = models.ForeignKey(
        PERSON, models.CASCADE, null=True, blank=True, related_name="messages", verbose_name="personne"
    )
    address = personal(models.EmailField("adresse", blank=True))
    dedupe_key = models.CharField(max_length=200, unique=True)
    subject = personal(models.CharField("objet", max_length=200))
    text = personal(models.TextField("texte"))
    html = personal(models.TextField("version HTML", blank=True))
    #: the calendar file that goes with the mail, which a diary adds or takes out in one click
    calendar = personal(models.TextField("agenda", blank=True, default="", db_default=""))
    #: where its one line in a digest leads
    link = personal(models.TextField("lien", blank=True))
    digest = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="lines", verbose_name="récapitulatif"
    )
    state = models.CharField("état", max_length=10, choices=State, default=State.PENDING)
    not_before = models.DateTimeField("pas avant", db_default=Now())
    owner = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    last_error = models.CharField("dernière erreur", max_length=300, blank=True)
    created_at = models.DateTimeField("créé le", db_default=Now())
    sending_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)

    class Meta:
        verbose_name = "message"
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, address="") | (Q(person__isnull=True) & ~Q(address="")),
                name="message_person_or_address",
                violation_error_message="Un message va à une personne ou à une adresse, jamais aux deux.",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=["claimed", "sending"], lease_until__isnull=False) & ~Q(owner=""))
                | (~Q(state__in=["claimed", "sending"]) & Q(owner="", lease_until__isnull=True)),
                name="message_owner_while_held",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="message_sent_dated",
            ),
            models.CheckConstraint(
                condition=Q(state="told", digest__isnull=False) | (~Q(state="told") & Q(digest__isnull=True)),
                name="message_told_in_digest",
            ),
        ]
        indexes = [
            models.Index(fields=["not_before"], name="message_due", condition=Q(state="pending")),
            models.Index(
                fields=["lease_until"], name="message_held", condition=Q(state__in=["claimed", "sending"])
            ),
            models.Index(fields=["sending_at"], name="message_spoken"),
            models.Index(fields=["created_at"], name="message_grouped", condition=Q(state="grouped")),
            models.Index(fields=["person", "-created_at"], name="message_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def message_id(self) -> str:
        """The fixed Message-ID header, the same at every try."""
        return f"<{self.id}@{settings.MESSAGE_ID_DOMAIN}>"


class Preference(models.Model):
    """How a person receives one kind of message. No row: the kind's default applies."""

    person = models.ForeignKey(PERSON, models.CASCADE, related_name="notification_preferences")
    kind = models.CharField(max_length=60)
    rhythm = models.CharField("rythme", max_length=10, choices=Rhythm)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "préférence"
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="preference_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.person_id}"


class Suppression(models.Model):
    """An address the relay refused for good: no more mail until it is confirmed again."""

    address = personal(models.EmailField(unique=True))
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "adresse refusée"
        verbose_name_plural = "adresses refusées"

    def __str__(self) -> str:
        return f"adresse refusée {self.pk}"

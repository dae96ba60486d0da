"""Event: what happened, append-only, in the transaction of the fact. Delivery: who must react, once."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

#: Retention and erasure set this for their transaction; nothing else may change or delete an event.
ERASING_SETTING = "jeveuxagir.erasing"


class Event(models.Model):
    """A verb done to an object. Of persons it holds ids and field names, never values."""

    verb = models.CharField("fait", max_length=80)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    subject_type = models.CharField("objet", max_length=60)
    subject_id = models.CharField("numéro", max_length=40)
    data = models.JSONField("détails", default=dict, blank=True)
    created_at = models.DateTimeField("le", db_default=Now())

    class Meta:
        verbose_name = "fait"
        verbose_name_plural = "faits"
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="audit_event_subject"),
            models.Index(fields=["verb", "id"], name="audit_event_verb"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=f"""
                    IF current_setting('{ERASING_SETTING}', true) = 'on' THEN
                        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'audit events are append-only';
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type} {self.subject_id}"


class Delivery(models.Model):
    """One reaction owed to one event by one subscriber; swept until done."""

    class State(models.TextChoices):
        PENDING = "pending", "à faire"
        DONE = "done", "fait"
        FAILED = "failed", "en échec"

    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries")
    subscriber = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "réaction"
        constraints = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="audit_delivery_once"),
            models.CheckConstraint(
                condition=models.Q(state="done", done_at__isnull=False) | ~models.Q(state="done"),
                name="audit_delivery_done_dated",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"], name="audit_delivery_due", condition=models.Q(state="pending")
            )
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} → {self.event_id}"


class JobRun(models.Model):
    """A periodic job done for one period: two beats, or a clock change, do nothing twice."""

    job = models.CharField(max_length=80)
    period = models.CharField(max_length=40)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    report: Any = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = "tâche périodique"
        verbose_name_plural = "tâches périodiques"
        constraints = [models.UniqueConstraint(fields=["job", "period"], name="audit_jobrun_once")]

    def __str__(self) -> str:
        return f"{self.job} {self.period}"


class Canary(models.Model):
    """One row that beat asks for and a worker serves: the proof that the whole chain lives."""

    name = models.CharField(primary_key=True, max_length=40)
    asked_at = models.DateTimeField(db_default=Now())
    served_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "canari"
        verbose_name_plural = "canaris"

    def __str__(self) -> str:
        return self.name


class Tally(models.Model):
    """How many, by month, department and theme: what remains once the rows about people are gone."""

    what = models.CharField("quoi", max_length=40)
    month = models.DateField("mois")
    department = models.CharField("département", max_length=3, blank=True)
    domain = models.CharField("thème", max_length=60, blank=True)
    count = models.PositiveIntegerField("nombre", default=0)

    class Meta:
        verbose_name = "compte"
        constraints = [
            models.UniqueConstraint(fields=["what", "month", "department", "domain"], name="audit_tally_once")
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.month:%Y-%m} {self.department} {self.domain}"

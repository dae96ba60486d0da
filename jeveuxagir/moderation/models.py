"""Moderation items: what awaits a decision of the brigade, who owns it, and the decision."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.roles import scope_filter
from jeveuxagir.common.clock import today
from jeveuxagir.common.models import ProseField, personal
from jeveuxagir.taxonomies.models import Domain
from jeveuxagir.territories.models import Department

from . import registry
from .clocks import DAYS_TO_DECIDE, DAYS_TO_OWN, triage_limit, working_days_ago


def late() -> Q:
    """Past one of the two clocks: nobody took it, or nobody decided. Ideas have their own, ten days."""
    decided_late = Q(state="new", created_at__lt=working_days_ago(DAYS_TO_OWN)) | Q(
        state__in=["new", "owned"], created_at__lt=working_days_ago(DAYS_TO_DECIDE)
    )
    idea_late = Q(kind="idea", state__in=["new", "owned"], created_at__lt=triage_limit())
    return (~Q(kind="idea") & decided_late) | idea_late


def held_by(user: Any) -> Q:
    """Owned by this member, or by somebody who is away today and whom this member stands in for."""
    day = today()
    return Q(owner=user) | Q(
        owner__absence__deputy=user, owner__absence__starts_on__lte=day, owner__absence__ends_on__gte=day
    )


class ModerationItemQuerySet(models.QuerySet["ModerationItem"]):
    def open(self) -> "ModerationItemQuerySet":
        return self.exclude(state="decided")

    def visible_to(self, user: Any) -> "ModerationItemQuerySet":
        """What lies in this member's territory and theme; national staff also see what has no territory."""
        return self.filter(scope_filter(user, "department", "domain"))

    def mine(self, user: Any) -> "ModerationItemQuerySet":
        """What this member owns, and what they stand in for."""
        return self.open().filter(held_by(user))

    def nobodys(self) -> "ModerationItemQuerySet":
        return self.filter(state="new")

    def late(self) -> "ModerationItemQuerySet":
        return self.filter(late())


class ModerationItem(models.Model):
    class Kind(models.TextChoices):
        ORGANISATION = "organisation", "organisation"
        MISSION = "mission", "mission"
        ATTACHMENT = "attachment", "rattachement d’un flux"
        CLAIM = "claim", "organisation revendiquée"
        REPORT = "report", "signalement"
        IDEA = "idea", "idée"
        CHECK = "check", "organisation à vérifier"
        ALLIANCE = "alliance", "page d’une alliance"
        SILENCE = "silence", "alliance silencieuse"
        DOCUMENT = "document", "document d’une alliance"
        CHALLENGE = "challenge", "problème commun"
        READY = "ready", "problème commun prêt pour une alliance"
        TERM = "term", "terme du glossaire contesté"
        EXAMPLE = "example", "exemple inspirant"
        SHEET = "sheet", "fiche de la bibliothèque"
        EVENT = "event", "événement"
        PLEDGE = "pledge", "engagement sur une mesure"
        STATEMENT = "statement", "témoignage sur un territoire"
        SKILL_NEED = "skill_need", "besoin de compétences"
        OFFER = "offer", "offre de mécénat de compétences"
        RESOURCE_NEED = "resource_need", "besoin de moyens"

    class State(models.TextChoices):
        NEW = "new", "à prendre"
        OWNED = "owned", "prise en charge"
        DECIDED = "decided", "décidée"

    class Decision(models.TextChoices):
        ACCEPT = "accept", "acceptée"
        ASK = "ask", "correction demandée"
        REFUSE = "refuse", "refusée"
        WITHDRAWN = "withdrawn", "retirée"

    class Cause(models.TextChoices):
        CREATION = "creation", "première demande"
        EDIT = "edit", "modification d’un élément publié"
        IMPORT = "import", "import d’un partenaire"
        CLAIM = "claim", "quelqu’un demande à en être responsable"
        REPORT = "report", "signalement d’un visiteur"
        IDEA = "idea", "idée déposée sur le site"
        NO_OWNER = "no_owner", "plus personne n’en est responsable"
        REGISTRY = "registry", "le registre la dit fermée"
        SILENT = "silent", "plus de nouvelles de l’alliance"
        READY = "ready", "soutenu par trois mondes d’organisations"

    kind = models.CharField("sorte", max_length=20, choices=Kind)
    cause = models.CharField("motif", max_length=20, choices=Cause, default=Cause.CREATION)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    title = models.CharField("intitulé", max_length=200)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="département"
    )
    domain = models.ForeignKey(
        Domain, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="thème"
    )
    state = models.CharField("état", max_length=10, choices=State, default=State.NEW)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="responsable",
    )
    #: {field: {"label": …, "before": …, "after": …, "value": raw new value}}; empty for a first submission
    diff = models.JSONField("changements", default=dict, blank=True)
    decision = models.CharField("décision", max_length=10, choices=Decision, blank=True)
    reason = ProseField("raison", max_length=2000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="décidé par",
    )
    created_at = models.DateTimeField("depuis le", db_default=Now())
    owned_at = models.DateTimeField("pris en charge le", null=True, blank=True)
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ModerationItemQuerySet.as_manager()

    class Meta:
        verbose_name = "élément à modérer"
        verbose_name_plural = "éléments à modérer"
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_type", "subject_id"],
                condition=~Q(state="decided"),
                name="moderation_one_open_item",
            ),
            models.CheckConstraint(
                condition=Q(state="new", owner__isnull=True, decision="")
                | (Q(state="owned", decision="", owned_at__isnull=False))
                | (Q(state="decided", decided_at__isnull=False) & ~Q(decision="")),
                name="moderation_state_dated",
            ),
            models.CheckConstraint(
                condition=~Q(decision__in=["ask", "refuse"]) | ~Q(reason=""),
                name="moderation_reason_given",
                violation_error_message="Donnez la raison de cette décision.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["kind", "created_at"], name="moderation_queue", condition=~Q(state="decided")
            ),
            models.Index(fields=["subject_type", "subject_id"], name="moderation_subject"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def outcome(self) -> str:
        """The decision in the words of this kind of item: « signalement retenu, page suspendue »."""
        return registry.outcome_of(self.kind, self.decision) or self.get_decision_display()

    @property
    def deputy(self) -> Any:
        """Who decides while the owner is away today; None otherwise."""
        absence = getattr(self.owner, "absence", None)
        return absence.deputy if absence is not None and absence.is_today else None

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """The diff as (label, before, after)."""
        return [(change["label"], change["before"], change["after"]) for change in self.diff.values()]


class ModerationNote(models.Model):
    """A note between staff, never shown to the organisation."""

    item = models.ForeignKey(ModerationItem, models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    text = ProseField("note", max_length=2000)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "note"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"note {self.pk}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def today(self) -> "AbsenceQuerySet":
        day = today()
        return self.filter(starts_on__lte=day, ends_on__gte=day)


class Absence(models.Model):
    """When a member is away, and who decides in their place meanwhile. One per member: the next replaces it."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="absence", verbose_name="membre absent"
    )
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="deputised",
        verbose_name="suppléance",
    )

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = "absence"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("starts_on")),
                name="absence_dates_ordered",
                violation_error_message="La fin est avant le début.",
            ),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=models.F("user")),
                name="absence_deputy_is_another",
            ),
        ]

    def __str__(self) -> str:
        return f"absence {self.pk}"

    @property
    def is_today(self) -> bool:
        return self.starts_on <= today() <= self.ends_on


class ReportQuerySet(models.QuerySet["Report"]):
    def of_person(self, person: Any) -> "ReportQuerySet":
        return self.filter(person=person)


class Report(models.Model):
    """A visitor says that something is wrong on a page. All those about one subject wait in one item."""

    class Why(models.TextChoices):
        MISLEADING = "misleading", "Le contenu est trompeur"
        MONEY = "money", "On demande de l’argent"
        DANGER = "danger", "C’est dangereux"
        DISCRIMINATION = "discrimination", "C’est discriminatoire"
        GONE = "gone", "Cela n’existe plus"
        PRIVACY = "privacy", "Des données personnelles sont montrées"
        OTHER = "other", "Autre chose"

    item = models.ForeignKey(ModerationItem, models.CASCADE, related_name="reports")
    page = models.CharField("page", max_length=500)
    why = models.CharField("ce qui ne va pas", max_length=20, choices=Why)
    details = personal(ProseField("précisions", max_length=2000, blank=True))
    #: to say what came of it, then emptied
    email = personal(models.EmailField("adresse électronique", blank=True))
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="personne"
    )
    created_at = models.DateTimeField("signalé le", db_default=Now())
    told_at = models.DateTimeField("suite donnée le", null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = "signalement"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "person"], condition=Q(person__isnull=False), name="report_once_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"signalement {self.pk}"

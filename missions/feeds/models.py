"""Partners whose missions come by feed, the identities of their organisations, and each run with its report."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jeveuxagir.common.models import LineField, ProseField, personal
from missions.models import Mission
from organisations.models import Organisation


class Partner(models.Model):
    class Trust(models.TextChoices):
        TRUSTED = "trusted", "de confiance : publié aussitôt"
        REVIEWED = "reviewed", "relu par la brigade"

    slug = models.SlugField("identifiant", max_length=40, unique=True)
    name = LineField("nom", max_length=120)
    feed_url = models.CharField("adresse du flux", max_length=1000, blank=True)
    #: who keeps the feed there, told why closings were refused
    contact_email = personal(models.EmailField("adresse de contact", blank=True))
    trust = models.CharField("confiance", max_length=10, choices=Trust, default=Trust.REVIEWED)
    is_active = models.BooleanField("relevé toutes les 6 heures", default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "partenaire"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PartnerOrganisationQuerySet(models.QuerySet["PartnerOrganisation"]):
    def same_attachment(self, other: "PartnerOrganisation") -> "PartnerOrganisationQuerySet":
        """All the ids by which this partner names this organisation: attached by one yes."""
        return self.filter(partner=other.partner_id, organisation=other.organisation_id)


class PartnerOrganisation(models.Model):
    """An organisation as a partner names it. Several ids may point to one organisation."""

    class State(models.TextChoices):
        LINKED = "linked", "rattachée"
        AWAITING = "awaiting", "rattachement à confirmer"
        REFUSED = "refused", "rattachement refusé"

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="organisations")
    external_id = models.CharField("identifiant chez le partenaire", max_length=200)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="partner_identities")
    state = models.CharField("état", max_length=10, choices=State, default=State.LINKED)
    created_at = models.DateTimeField(db_default=Now())

    objects = PartnerOrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "organisation d’un partenaire"
        verbose_name_plural = "organisations des partenaires"
        constraints = [
            models.UniqueConstraint(fields=["partner", "external_id"], name="partner_organisation_once")
        ]

    def __str__(self) -> str:
        return self.external_id


class FeedMission(models.Model):
    """What the last feed said of a mission, as a digest: what has not changed is skipped."""

    mission = models.OneToOneField(Mission, models.CASCADE, primary_key=True, related_name="feed")
    identity = models.ForeignKey(PartnerOrganisation, models.PROTECT, related_name="missions")
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = "mission d’un flux"
        verbose_name_plural = "missions d’un flux"

    def __str__(self) -> str:
        return f"mission {self.mission_id}"


class FeedRunQuerySet(models.QuerySet["FeedRun"]):
    def complete(self) -> "FeedRunQuerySet":
        """Those a later feed is compared with: read to the end, and not disowned by a person."""
        return self.filter(state="done", decision__in=["", "released"])

    def held(self) -> "FeedRunQuerySet":
        return self.filter(state="held")


class FeedRun(models.Model):
    class State(models.TextChoices):
        RUNNING = "running", "en cours"
        DONE = "done", "terminé"
        FAILED = "failed", "échoué"
        HELD = "held", "fermetures à confirmer"

    class Decision(models.TextChoices):
        RELEASED = "released", "fermetures confirmées"
        REFUSED = "refused", "fermetures refusées"
        SUPERSEDED = "superseded", "remplacées par un relevé plus récent"

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="runs", verbose_name="partenaire")
    state = models.CharField("état", max_length=10, choices=State, default=State.RUNNING)
    source = models.CharField("lu depuis", max_length=1000, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField("début", db_default=Now())
    heartbeat_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField("fin", null=True, blank=True)
    seen = models.PositiveIntegerField("missions lues", default=0)
    created = models.PositiveIntegerField("nouvelles", default=0)
    updated = models.PositiveIntegerField("modifiées", default=0)
    unchanged = models.PositiveIntegerField("inchangées", default=0)
    reopened = models.PositiveIntegerField("rouvertes", default=0)
    closed = models.PositiveIntegerField("fermées", default=0)
    rejected = models.PositiveIntegerField("rejetées", default=0)
    left_out = models.PositiveIntegerField("valeurs laissées de côté", default=0)
    #: ids of missions whose closing waits for a person
    held_closings = models.JSONField(default=list, blank=True)
    #: what became of closings that were held
    decision = models.CharField("décision", max_length=10, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decision_reason = ProseField("raison de la décision", max_length=500, blank=True)
    error = models.CharField("erreur", max_length=500, blank=True)

    objects = FeedRunQuerySet.as_manager()

    class Meta:
        verbose_name = "relevé de flux"
        verbose_name_plural = "relevés de flux"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner"], condition=Q(state="running"), name="feed_run_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state="running", finished_at__isnull=True)
                | (~Q(state="running") & Q(finished_at__isnull=False)),
                name="feed_run_end_dated",
            ),
            models.CheckConstraint(
                condition=Q(decision="") | Q(state="done", held_closings=[]), name="feed_run_decided_once"
            ),
        ]

    def __str__(self) -> str:
        return f"relevé {self.pk}"


class FeedIssue(models.Model):
    """One line of the report: a mission rejected, or a value left out, and why."""

    class Level(models.TextChoices):
        REJECTED = "rejected", "mission rejetée"
        LEFT_OUT = "left_out", "valeur laissée de côté"
        HINT = "hint", "à regarder"

    run = models.ForeignKey(FeedRun, models.CASCADE, related_name="issues")
    line = models.PositiveIntegerField("ligne", null=True, blank=True)
    client_id = models.CharField("clientId", max_length=200, blank=True)
    level = models.CharField("gravité", max_length=10, choices=Level)
    field = models.CharField("balise", max_length=60, blank=True)
    reason = models.CharField("raison", max_length=500)

    class Meta:
        verbose_name = "remarque sur un flux"
        verbose_name_plural = "remarques sur un flux"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.reason

"""The queues of the brigade's admin: the same rows as elsewhere, seen as work to do, and each member's tools."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jeveuxagir.common.models import LineField, ProseField
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.territories.models import Department
from volunteers.requests.models import EngagementRequest


class OrganisationCase(ModerationItem):
    class Meta:
        proxy = True
        verbose_name = "organisation à valider"
        verbose_name_plural = "organisations à valider"


class MissionCase(ModerationItem):
    class Meta:
        proxy = True
        verbose_name = "mission à valider"
        verbose_name_plural = "missions à valider"


class IdeaCase(ModerationItem):
    class Meta:
        proxy = True
        verbose_name = "idée à trier"
        verbose_name_plural = "idées à trier"


class ReportCase(ModerationItem):
    class Meta:
        proxy = True
        verbose_name = "signalement"
        verbose_name_plural = "signalements"


class FollowUpCase(ModerationItem):
    class Meta:
        proxy = True
        verbose_name = "organisation à suivre"
        verbose_name_plural = "organisations à suivre"


class AllianceCase(ModerationItem):
    class Meta:
        proxy = True
        verbose_name = "alliance à suivre"
        verbose_name_plural = "alliances à suivre"


class ProgrammeCase(ModerationItem):
    class Meta:
        proxy = True
        verbose_name = "glossaire et programme, à relire"
        verbose_name_plural = "glossaire et programme, à relire"


class LibraryCase(ModerationItem):
    class Meta:
        proxy = True
        verbose_name = "texte à relire"
        verbose_name_plural = "textes à relire"


class NeedCase(ModerationItem):
    class Meta:
        proxy = True
        verbose_name = "besoin ou offre à relire"
        verbose_name_plural = "besoins et offres à relire"


class WaitingRequest(EngagementRequest):
    class Meta:
        proxy = True
        verbose_name = "demande sans proposition"
        verbose_name_plural = "demandes sans proposition"


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def offered_to(self, user: Any, departments: Any) -> "SavedFilterQuerySet":
        """The member's own, and those shared with one of their departments."""
        return self.filter(Q(owner=user) | Q(department__in=departments)).order_by("name", "pk")


class SavedFilter(models.Model):
    """A list as a member wants to find it again; shared with a department when it says which."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="membre"
    )
    queue = models.CharField("liste", max_length=80)
    name = LineField("nom", max_length=60)
    query = models.CharField("filtres", max_length=500, blank=True)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="partagé avec le département",
    )
    is_default = models.BooleanField("ouvert d’abord", default=False)
    created_at = models.DateTimeField("créé le", db_default=Now())

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = "filtre enregistré"
        verbose_name_plural = "filtres enregistrés"
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "queue", "name"],
                name="saved_filter_name_once",
                violation_error_message="Vous avez déjà un filtre de ce nom.",
            ),
            models.UniqueConstraint(
                fields=["owner", "queue"], condition=Q(is_default=True), name="saved_filter_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AnswerTemplate(models.Model):
    """A text that the brigade often writes. Without a department, everybody uses it."""

    kind = models.CharField("sorte de dossier", max_length=20, choices=ModerationItem.Kind, blank=True)
    decision = models.CharField(
        "décision",
        max_length=10,
        choices=[choice for choice in ModerationItem.Decision.choices if choice[0] in ("ask", "refuse")],
    )
    title = LineField("titre", max_length=80)
    text = ProseField("texte", max_length=2000)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="département"
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="écrit par",
    )
    updated_at = models.DateTimeField("modifié le", db_default=Now())

    class Meta:
        verbose_name = "réponse type"
        verbose_name_plural = "réponses types"
        ordering = ["decision", "title", "pk"]

    def __str__(self) -> str:
        return self.title


class Desk(models.Model):
    """How a member likes to work."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="membre"
    )
    shortcuts = models.BooleanField("touches du clavier", default=True)

    class Meta:
        verbose_name = "poste de travail"
        verbose_name_plural = "postes de travail"

    def __str__(self) -> str:
        return f"poste {self.pk}"

"""The sheets of the library: methods, and what helps (data, tools, training). Of each, its former words."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from jeveuxagir.common.models import LineField, ProseField
from jeveuxagir.moderation.models import ModerationItem

from .enums import Interest, Level, Moment, Need, Shelf
from .sheets import Sheet


class Sorted(models.Model):
    """How a reader finds a method or a tool; each may be several."""

    needs = ArrayField(models.CharField(max_length=20, choices=Need), verbose_name="pour", default=list)
    interests = ArrayField(
        models.CharField(max_length=30, choices=Interest), verbose_name="intérêts", default=list, blank=True
    )
    moments = ArrayField(
        models.CharField(max_length=12, choices=Moment), verbose_name="moments", default=list, blank=True
    )
    levels = ArrayField(
        models.CharField(max_length=1, choices=Level), verbose_name="niveaux", default=list, blank=True
    )

    class Meta:
        abstract = True


class Method(Sorted, Sheet):
    """How to do something together, step by step."""

    KIND, NOUN = ModerationItem.Kind.SHEET.value, "méthode"
    WORDED = {
        **Sheet.WORDED,
        "when_to_use": "quand s’en servir",
        "steps": "étapes",
        "roles": "rôles",
        "materials": "matériel",
        "pitfalls": "pièges",
    }

    when_to_use = ProseField("quand s’en servir", max_length=2000, blank=True)
    #: one step a line, in order
    steps = ArrayField(LineField("étape", max_length=300), verbose_name="étapes", default=list, blank=True)
    duration_minutes = models.PositiveIntegerField("durée, en minutes", null=True, blank=True)
    people_min = models.PositiveSmallIntegerField("personnes au moins", null=True, blank=True)
    people_max = models.PositiveSmallIntegerField("personnes au plus", null=True, blank=True)
    roles = ProseField("rôles", max_length=2000, blank=True)
    materials = ProseField("matériel", max_length=2000, blank=True)
    pitfalls = ProseField("pièges", max_length=2000, blank=True)

    class Meta(Sheet.Meta):
        verbose_name = "méthode"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("library:method", args=[self.pk, self.slug])

    @property
    def shelf(self) -> Shelf:
        return Shelf.METHODS

    def missing(self) -> list[str]:
        lacks = super().missing()
        if not self.steps:
            lacks.append("Décrivez au moins une étape.")
        return lacks


class Resource(Sorted, Sheet):
    """A tool, a set of data or a training that exists elsewhere: what it is for, whose it is, where it is."""

    KIND, NOUN = ModerationItem.Kind.SHEET.value, "outil"
    WORDED = {
        **Sheet.WORDED,
        "description": "ce que vous y trouvez",
        "owner": "qui le propose",
        "link": "lien",
    }

    shelf = models.CharField(
        "étagère",
        max_length=12,
        choices=[shelf for shelf in Shelf.choices if shelf[0] in (Shelf.DATA, Shelf.TOOLS, Shelf.SKILLS)],
        default=Shelf.TOOLS,
    )
    description = ProseField("ce que vous y trouvez", max_length=3000, blank=True)
    owner = LineField("qui le propose", max_length=160, blank=True)
    link = models.URLField("lien", max_length=300, blank=True)
    is_free = models.BooleanField("gratuit", default=True)
    #: the weekly check of its link: hidden after two failures in a row
    checked_at = models.DateTimeField("lien vérifié le", null=True, blank=True)
    failures = models.PositiveSmallIntegerField("échecs de suite", default=0)
    dead_since = models.DateTimeField("lien mort depuis le", null=True, blank=True)

    class Meta(Sheet.Meta):
        verbose_name = "outil, donnée ou formation"
        verbose_name_plural = "outils, données et formations"
        constraints = [
            *Sheet.Meta.constraints,
            models.CheckConstraint(
                condition=Q(dead_since__isnull=True) | Q(failures__gte=2), name="resource_dead_after_two"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("library:resource", args=[self.pk, self.slug])

    @property
    def is_public(self) -> bool:
        """A dead link hides it."""
        return super().is_public and self.dead_since is None

    def missing(self) -> list[str]:
        lacks = super().missing()
        if not self.link:
            lacks.append("Donnez l’adresse où le trouver.")
        return lacks


class RevisionQuerySet(models.QuerySet["Revision"]):
    def of_sheet(self, sheet: Sheet) -> Self:
        return self.filter(subject_type=sheet._meta.label, subject_id=sheet.pk)


class Revision(models.Model):
    """The words of a published sheet at one moment. Numbered from 1; never changed."""

    subject_type = models.CharField("sorte de fiche", max_length=60)
    subject_id = models.BigIntegerField("numéro de fiche")
    number = models.PositiveIntegerField("numéro")
    values = models.JSONField("textes")
    what = LineField("ce qui a changé", max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    at = models.DateTimeField("le", db_default=Now())

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = "version d’une fiche"
        verbose_name_plural = "versions des fiches"
        ordering = ["subject_type", "subject_id", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "number"], name="library_revision_once"
            )
        ]

    def __str__(self) -> str:
        return f"version {self.number}"

"""The sheets of the library: methods, and what helps (data, tools, training). Of each, its former words."""

import datetime
from collections.abc import Collection
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, Max, OuterRef, Q
from django.db.models.functions import Now
from django.urls import reverse

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.models import LineField, ProseField
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.taxonomies.models import CATEGORY_CODES, FUNCTION_CODES
from jeveuxagir.territories.models import Region
from organisations.models import Membership, Organisation
from organisations.policies import HANDLERS

from .enums import PUBLIC, Interest, Level, Mode, Moment, Need, Shelf
from .sheets import Sheet, SheetQuerySet, in_the_vocabulary


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
    #: codes of the report's two vocabularies: the forms of partnership and the functions of a catalyst it helps with
    categories = ArrayField(
        models.SlugField(max_length=50), verbose_name="catégories de partenariat", default=list, blank=True
    )
    functions = ArrayField(
        models.SlugField(max_length=50), verbose_name="fonctions de catalyseur", default=list, blank=True
    )
    #: the steps of an alliance's journey that it helps with (alliances/journey.py)
    journey = ArrayField(
        models.SlugField(max_length=40), verbose_name="étapes du parcours", default=list, blank=True
    )
    #: of the sheets that come with the product (reference.py): how the next loading finds them
    code = models.SlugField("code", max_length=60, null=True, unique=True, editable=False)

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
        constraints = [
            *Sheet.Meta.constraints,
            in_the_vocabulary("method", "categories", CATEGORY_CODES),
            in_the_vocabulary("method", "functions", FUNCTION_CODES),
        ]

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


class ResourceQuerySet(SheetQuerySet):
    def public(self) -> Self:
        """What anybody may read: not what leads nowhere."""
        return super().public().filter(dead_since=None)

    def to_check(self, moment: datetime.datetime) -> Self:
        """Public but for a dead link, whose link leads outside and was not looked at since this moment."""
        unchecked = Q(checked_at=None) | Q(checked_at__lt=moment)
        return self.filter(unchecked, state__in=PUBLIC, link__startswith="http")


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
    #: its owner was told of that death
    told_dead_at = models.DateTimeField("mort annoncée le", null=True, blank=True, editable=False)

    objects = ResourceQuerySet.as_manager()  # type: ignore[misc]  # narrower than that of any sheet

    class Meta(Sheet.Meta):
        verbose_name = "outil, donnée ou formation"
        verbose_name_plural = "outils, données et formations"
        constraints = [
            *Sheet.Meta.constraints,
            in_the_vocabulary("resource", "categories", CATEGORY_CODES),
            in_the_vocabulary("resource", "functions", FUNCTION_CODES),
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

    def reworded(self, names: Collection[str]) -> None:
        """A new address is innocent: it shows at once, and is looked at within the hour."""
        if "link" in names:
            self.failures, self.checked_at, self.dead_since, self.told_dead_at = 0, None, None, None

    @property
    def is_ours(self) -> bool:
        """A page of this site."""
        return self.link.startswith("/")

    def missing(self) -> list[str]:
        lacks = super().missing()
        if not self.link:
            lacks.append("Donnez l’adresse où le trouver.")
        return lacks


#: what a revision says when the sheet itself is published, not a change of its words
PUBLISHED = "Publication"


class RevisionQuerySet(models.QuerySet["Revision"]):
    def of_sheet(self, sheet: Sheet) -> Self:
        return self.filter(subject_type=sheet._meta.label, subject_id=sheet.pk)

    def read_by_all(self, sheet: Sheet) -> Self:
        """Since it was last published: words that were taken back before, after a report or by a party, stay with
        whoever looks after it."""
        mine = self.of_sheet(sheet)
        last = mine.filter(what=PUBLISHED).aggregate(last=Max("number"))["last"]
        return mine.filter(number__gte=last or 0)


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


class NetworkQuerySet(SheetQuerySet):
    def under(self, mode: str) -> Self:
        return self.filter(modes__contains=[mode]) if mode else self

    def around(self, region: Any) -> Self:
        """Those of a region, and those of the whole country."""
        return self.filter(Q(region=region) | Q(region=None)) if region else self


class Network(Sheet):
    """A network that helps organisations in one or several modes of cooperation, in a region or everywhere (K92)."""

    KIND, NOUN = ModerationItem.Kind.SHEET.value, "réseau"
    WORDED = {"title": "nom", "summary": "ce qu’il fait", "link": "lien"}
    #: those who came with the product belong to nobody: the brigade's leads look after them too
    KEPT_BY_STAFF = True

    #: of those that come with the product (reference.py): how the next loading finds them
    code = models.SlugField("code", max_length=60, null=True, unique=True, editable=False)
    modes = ArrayField(models.CharField(max_length=20, choices=Mode), verbose_name="formes de coopération")
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="région"
    )
    link = models.URLField("lien", max_length=300, blank=True)

    objects = NetworkQuerySet.as_manager()  # type: ignore[misc]  # narrower than that of any sheet

    class Meta(Sheet.Meta):
        verbose_name = "réseau de référence"
        verbose_name_plural = "réseaux de référence"
        ordering = ["title"]
        constraints = [
            *Sheet.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(modes=[]),
                name="network_has_a_mode",
                violation_error_message="Choisissez au moins une forme de coopération.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("library:network", args=[self.pk, self.slug])

    @property
    def mode_names(self) -> str:
        return ", ".join(str(Mode(mode).label) for mode in self.modes)

    @property
    def where(self) -> str:
        """Needs its region."""
        return self.region.name if self.region else "toute la France"


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def of_person(self, person: Person) -> Self:
        """One's own, and those of the organisations one handles."""
        handled = Membership.objects.live().filter(
            organisation=OuterRef("organisation"), person=person, role__in=HANDLERS
        )
        return self.filter(Q(person=person, organisation=None) | Exists(handled))


class Assessment(models.Model):
    """Where somebody, or their organisation, stood one day in making alliances. Redone, it is a new one."""

    person = models.ForeignKey(
        Person, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="personne"
    )
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="organisation"
    )
    #: the place of each answer, in the order of the questions (data/maturity.toml)
    answers = models.JSONField("réponses")
    score = models.PositiveSmallIntegerField("points")
    level = models.CharField("niveau", max_length=1, choices=Level)
    made_at = models.DateTimeField("fait le", db_default=Now())

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = "autodiagnostic"
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(organisation__isnull=False),
                name="assessment_of_somebody",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "made_at"], name="assessment_of_organisation")]

    def __str__(self) -> str:
        return f"autodiagnostic {self.pk}"

"""One vocabulary for every app. Read-only: loaded from the CSV files of `data/` by `load_reference`.

`bit` numbers a value inside the bit masks of the matching engine: given once, never reused.
A value out of use is retired (`active=False`), never deleted.
"""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from jeveuxagir.common.text import slugify

#: the words of the founding report that are kept as codes by what they tag
CATEGORY_CODES = ("mecenat", "pratiques-responsables", "cooperation-economique", "rd-societale")
FUNCTION_CODES = ("dialogue-territorial", "experimentations-collectives", "accompagnements", "gestion-lieu")


class TermQuerySet(models.QuerySet):
    def active(self) -> Self:
        return self.filter(active=True)


class Sdg(models.Model):
    """One of the 17 sustainable development goals (ODD)."""

    number = models.PositiveSmallIntegerField("numéro", primary_key=True)
    name = models.CharField("nom", max_length=100)
    description = models.TextField("description", default="")
    colour = models.CharField("couleur", max_length=7)
    dark_text = models.BooleanField("texte sombre", default=False)

    class Meta:
        verbose_name = "ODD"
        verbose_name_plural = "ODD"
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number}. {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("web:sdg", args=[self.number, slugify(self.name)])


class Domain(models.Model):
    """A field of action: health, sport, nature…"""

    code = models.SlugField(primary_key=True)
    name = models.CharField("nom", max_length=100)
    position = models.PositiveSmallIntegerField("ordre")
    bit = models.PositiveSmallIntegerField(unique=True)
    icon = models.CharField("icône DSFR", max_length=50, blank=True)
    sdgs = models.ManyToManyField(Sdg, verbose_name="ODD proposés", related_name="domains", blank=True)
    active = models.BooleanField("en usage", default=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = "domaine"
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class Activity(models.Model):
    """What one does on a mission, in one or several domains."""

    code = models.SlugField(primary_key=True)
    name = models.CharField("nom", max_length=100)
    bit = models.PositiveSmallIntegerField(unique=True)
    domains = models.ManyToManyField(Domain, verbose_name="domaines", related_name="activities", blank=True)
    active = models.BooleanField("en usage", default=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = "activité"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SkillGroup(models.Model):
    """A family of skills, after the professional fields of ROME."""

    code = models.SlugField(primary_key=True)
    name = models.CharField("nom", max_length=100)
    position = models.PositiveSmallIntegerField("ordre")

    class Meta:
        verbose_name = "famille de compétences"
        verbose_name_plural = "familles de compétences"
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class Skill(models.Model):
    """What a volunteer can do, linked to the ROME codes of the trades that do it."""

    code = models.SlugField(primary_key=True)
    name = models.CharField("nom", max_length=100)
    bit = models.PositiveSmallIntegerField(unique=True)
    group = models.ForeignKey(SkillGroup, on_delete=models.PROTECT, related_name="skills")
    rome_codes = ArrayField(models.CharField(max_length=5), verbose_name="codes ROME", default=list)
    active = models.BooleanField("en usage", default=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = "compétence"
        ordering = ["group__position", "name"]

    def __str__(self) -> str:
        return self.name


class PartnershipCategory(models.Model):
    """One of the 4 ways an association and a company work together."""

    code = models.SlugField(primary_key=True)
    name = models.CharField("nom", max_length=100)
    description = models.TextField("description")
    position = models.PositiveSmallIntegerField("ordre")

    class Meta:
        verbose_name = "catégorie de partenariat"
        verbose_name_plural = "catégories de partenariat"
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("web:category", args=[self.code])


class CatalystFunction(models.Model):
    """One of the 4 things a territorial catalyst does."""

    code = models.SlugField(primary_key=True)
    name = models.CharField("nom", max_length=100)
    description = models.TextField("description")
    position = models.PositiveSmallIntegerField("ordre")

    class Meta:
        verbose_name = "fonction de catalyseur"
        verbose_name_plural = "fonctions de catalyseur"
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("web:function", args=[self.code])

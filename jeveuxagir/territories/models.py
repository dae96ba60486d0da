"""The places of France and where our knowledge of them comes from. Read-only: loaded by `load_reference`."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q

from jeveuxagir.common.text import of, to
from jeveuxagir.territories.enums import PointSource, Zone, timezone_of
from jeveuxagir.territories.geo import DistanceKm, WithinKm, earth_index


class Source(models.Model):
    """A dataset we hold: who made it, of which date, under which licence, and what it lacks."""

    code = models.SlugField(primary_key=True)
    name = models.CharField("nom", max_length=200)
    producer = models.CharField("producteur", max_length=200)
    package = models.CharField("paquet", max_length=200, blank=True)
    vintage = models.CharField("millésime", max_length=200)
    licence = models.CharField("licence", max_length=200)
    description = models.TextField("ce que nous en gardons")
    gaps = models.TextField("manques connus", blank=True)
    counts = models.JSONField("quantités", default=list, blank=True)
    position = models.PositiveSmallIntegerField("ordre", default=0)
    checksum = models.CharField(max_length=64, blank=True)
    loaded_at = models.DateTimeField("chargé le", null=True, blank=True)

    class Meta:
        verbose_name = "source de données"
        verbose_name_plural = "sources de données"
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class Region(models.Model):
    """A region, or an overseas collectivity standing as one."""

    code = models.CharField(max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=100)
    zone = models.CharField(max_length=5, choices=Zone)

    class Meta:
        verbose_name = "région"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """A department, or an overseas collectivity standing as one."""

    code = models.CharField(max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=100)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="departments")
    zone = models.CharField(max_length=5, choices=Zone)

    class Meta:
        verbose_name = "département"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def timezone(self) -> str:
        return timezone_of(self.code)


class Epci(models.Model):
    """An intercommunality (communauté de communes, d’agglomération, métropole…)."""

    code = models.CharField("SIREN", max_length=9, primary_key=True)
    name = models.CharField("nom", max_length=200)

    class Meta:
        verbose_name = "intercommunalité"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CommuneQuerySet(models.QuerySet["Commune"]):
    def within(self, lat: float, lon: float, km: float) -> Self:
        """Communes whose point is at most `km` kilometres away, nearest first, with their `distance_km`."""
        return (
            self.filter(WithinKm(lat, lon, km))
            .annotate(distance_km=DistanceKm(lat, lon))
            .order_by("distance_km", "code")
        )

    def most_populated(self) -> Self:
        return self.order_by(models.F("population").desc(nulls_last=True), "code")


class Commune(models.Model):
    """A commune in force, keyed by its INSEE code. Homonyms abound: show `label`, never `name` alone."""

    code = models.CharField("code INSEE", max_length=5, primary_key=True)
    name = models.CharField("nom", max_length=100)
    slug = models.SlugField(max_length=100, db_index=False)
    search_name = models.CharField(max_length=100)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="communes")
    epci = models.ForeignKey(Epci, on_delete=models.PROTECT, related_name="communes", null=True, blank=True)
    postal_codes = ArrayField(models.CharField(max_length=5), verbose_name="codes postaux", default=list)
    population = models.PositiveIntegerField("population", null=True, blank=True)
    #: of its contour, in square kilometres
    area_km2 = models.FloatField("superficie", null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    point_source = models.CharField(
        "origine du point", max_length=8, choices=PointSource, default=PointSource.NONE, blank=True
    )

    #: Set by `places.lookup`: the postal code that was typed in full, if it is one of this commune.
    matched_postal_code: str = ""

    objects = CommuneQuerySet.as_manager()

    class Meta:
        verbose_name = "commune"
        constraints = [
            models.CheckConstraint(
                name="commune_point_whole",
                condition=Q(latitude__isnull=True, longitude__isnull=True, point_source="")
                | (Q(latitude__range=(-90, 90), longitude__range=(-180, 180)) & ~Q(point_source="")),
            ),
        ]
        indexes = [
            models.Index(OpClass("search_name", "varchar_pattern_ops"), name="commune_name_prefix"),
            GinIndex(OpClass("search_name", "gin_trgm_ops"), name="commune_name_trigrams"),
            GinIndex(fields=["postal_codes"], name="commune_postal_codes"),
            earth_index("commune_earth"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name with its department: "Saint-Denis (93)"."""
        return f"{self.name} ({self.department_id})"

    @property
    def of_name(self) -> str:
        """« d’Orléans »."""
        return of(self.name)

    @property
    def of_label(self) -> str:
        """« d’Orléans (45) »."""
        return of(self.label)

    @property
    def at_name(self) -> str:
        """« à Orléans »."""
        return to(self.name)

    @property
    def at_label(self) -> str:
        """« à Orléans (45) »."""
        return to(self.label)

    @property
    def region(self) -> Region:
        return self.department.region

    @property
    def has_point(self) -> bool:
        return self.latitude is not None

    @property
    def timezone(self) -> str:
        return timezone_of(self.department_id, self.code)


class OldCommune(models.Model):
    """A code out of use, or of a part of a commune (delegated, arrondissement), and the commune it led to."""

    code = models.CharField("ancien code INSEE", max_length=5, primary_key=True)
    name = models.CharField("ancien nom", max_length=100, blank=True)
    search_name = models.CharField(max_length=100, blank=True)
    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="old_codes")

    class Meta:
        verbose_name = "ancienne commune"
        verbose_name_plural = "anciennes communes"
        indexes = [models.Index(OpClass("search_name", "varchar_pattern_ops"), name="oldcommune_name_prefix")]

    def __str__(self) -> str:
        return f"{self.name or self.code} → {self.commune_id}"


class Arrondissement(models.Model):
    """A municipal arrondissement of Paris, Lyon or Marseille: a postal code with a point of its own."""

    code = models.CharField("code INSEE", max_length=5, primary_key=True)
    name = models.CharField("nom", max_length=100)
    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="arrondissements")
    postal_codes = ArrayField(models.CharField(max_length=5), verbose_name="codes postaux", default=list)
    population = models.PositiveIntegerField("population", null=True, blank=True)
    latitude = models.FloatField()
    longitude = models.FloatField()

    class Meta:
        verbose_name = "arrondissement municipal"
        verbose_name_plural = "arrondissements municipaux"
        ordering = ["code"]
        indexes = [GinIndex(fields=["postal_codes"], name="arrondissement_postal_codes")]

    def __str__(self) -> str:
        return self.name

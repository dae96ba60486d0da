"""The one index of what anybody may find (K08). `services` alone writes it, from what each app registers."""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jeveuxagir.common.clock import now
from jeveuxagir.common.text import fold
from jeveuxagir.territories.models import Commune, Department, Epci, Region
from jeveuxagir.territories.text import SEARCH_CONFIG, FrenchQuery, Unaccent

MOST_WORDS = 8
AnyPlace = Commune | Epci | Department | Region


def area(place: AnyPlace) -> str:
    """A place as the index names it: « c26281 », « e200068781 », « d26 », « r84 »."""
    level = {Commune: "c", Epci: "e", Department: "d", Region: "r"}[type(place)]
    return f"{level}{place.pk}"


LEVELS: dict[str, type[AnyPlace]] = {"c": Commune, "e": Epci, "d": Department, "r": Region}


def place_of(code: str) -> AnyPlace | None:
    """The place of « d26 », « r84 », « e200068781 », « c26281 »; None for anything else."""
    model = LEVELS.get(code[:1])
    if model is None or not code.isascii() or not code.isalnum():
        return None
    rows: Any = model._default_manager.filter(pk=code[1:10].upper())
    if model is Commune:
        rows = rows.select_related("department__region", "epci")
    if model is Department:
        rows = rows.select_related("region")
    found: AnyPlace | None = rows.first()
    return found


class EntryQuerySet(models.QuerySet["Entry"]):
    def current(self) -> Self:
        """What is not over."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=now()))

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def saying(self, text: str) -> Self:
        """Words as people type them."""
        return self.filter(search=FrenchQuery(text)) if text else self

    def starting(self, prefix: str) -> Self:
        """As one types: each word whole but the last, which may go on."""
        words = "".join(c if c.isalnum() else " " for c in fold(prefix)).split()[:MOST_WORDS]
        if not words:
            return self.none()
        query = " & ".join([*words[:-1], f"{words[-1]}:*"])
        return self.filter(titles=SearchQuery(query, search_type="raw", config="simple"))

    def at(self, place: AnyPlace) -> Self:
        """In this place, whole or part of it; and what covers it: an alliance of the region is the commune's too."""
        return self.filter(Q(areas__overlap=[area(place)]) | Q(covers__overlap=above(place)))

    def newest(self) -> Self:
        """What says when it was published, the last first."""
        return self.filter(published_at__isnull=False).order_by("-published_at", "-pk")

    def in_order(self) -> Self:
        """What was read before what was not, the last published first."""
        return self.order_by("rank", F("published_at").desc(nulls_last=True), "-pk")


def above(place: AnyPlace) -> list[str]:
    """The wider areas that hold a place whole."""
    if isinstance(place, Commune):
        wider: list[AnyPlace] = [place.epci] if place.epci else []
        return [area(one) for one in [*wider, place.department, place.department.region]]
    if isinstance(place, Department):
        return [area(place.region)]
    if isinstance(place, Epci):
        held = Commune.objects.filter(epci=place).values("department")
        departments = Department.objects.filter(pk__in=held).select_related("region")
        return sorted({name for one in departments for name in (area(one), area(one.region))})
    return []


class Entry(models.Model):
    """One public thing, whatever its kind: enough for a line of a list and a point of a map."""

    kind = models.CharField("sorte", max_length=20)
    object_id = models.BigIntegerField("numéro")
    title = models.CharField("titre", max_length=200)
    url = models.CharField("adresse", max_length=300)
    summary = models.CharField("résumé", max_length=300, blank=True)
    note = models.CharField("en plus", max_length=120, blank=True)
    where = models.CharField("où", max_length=160, blank=True)
    words = models.TextField("mots", blank=True)
    #: where it lies, and all that holds it: c26281, e200068781, d26, r84
    areas = ArrayField(models.CharField(max_length=12), verbose_name="lieux", default=list)
    #: of these, the ones it covers whole: an alliance of a department
    covers = ArrayField(models.CharField(max_length=12), verbose_name="territoires entiers", default=list)
    everywhere = models.BooleanField("partout", default=False)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    domains = ArrayField(models.CharField(max_length=50), verbose_name="domaines", default=list)
    sdgs = ArrayField(models.PositiveSmallIntegerField(), verbose_name="ODD", default=list)
    #: words of the other vocabularies: « categorie:mecenat »
    terms = ArrayField(models.CharField(max_length=80), verbose_name="mots", default=list)
    published_at = models.DateTimeField("publié le", null=True)
    until = models.DateTimeField("jusqu’au", null=True)
    rank = models.PositiveSmallIntegerField("rang", default=0)
    written_at = models.DateTimeField("écrit le", db_default=Now())
    search = models.GeneratedField(
        expression=SearchVector("title", weight="A", config=SEARCH_CONFIG)
        + SearchVector("summary", weight="B", config=SEARCH_CONFIG)
        + SearchVector("words", weight="C", config=SEARCH_CONFIG),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    #: the title's words as they are, for what is being typed
    titles = models.GeneratedField(
        expression=SearchVector(Unaccent("title"), config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = "entrée de l’index"
        verbose_name_plural = "entrées de l’index"
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="findable_once")]
        indexes = [
            GinIndex(fields=["search"], name="findable_search"),
            GinIndex(fields=["titles"], name="findable_titles"),
            GinIndex(fields=["areas"], name="findable_areas"),
            GinIndex(fields=["covers"], name="findable_covers"),
            GinIndex(fields=["sdgs"], name="findable_sdgs"),
            GinIndex(fields=["terms"], name="findable_terms"),
            models.Index(fields=["kind", "rank", "-published_at"], name="findable_of_kind"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def label(self) -> str:
        """What it is: « mission », « outil », « jeu de données »."""
        from .registry import sources

        if self.kind not in sources:
            return self.kind
        source = sources[self.kind]
        return next((source.names[term] for term in self.terms if term in source.names), source.label)


class Stale(models.Model):
    """An entry to write again. Lines may repeat: whoever writes a fact never waits for whoever writes the index."""

    kind = models.CharField("sorte", max_length=20)
    object_id = models.BigIntegerField("numéro")
    since = models.DateTimeField("depuis le", db_default=Now())

    class Meta:
        verbose_name = "entrée à réécrire"
        verbose_name_plural = "entrées à réécrire"

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"

"""Inspiring examples: what others did, what it cost, and what went wrong. Of those told of an alliance, who agreed."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.urls import reverse

from alliances.enums import College
from alliances.library.enums import PUBLIC, Shelf
from alliances.library.sheets import Sheet, SheetQuerySet, in_the_vocabulary
from alliances.models import Alliance, Party
from jeveuxagir.accounts import roles
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.models import LineField, ProseField
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.taxonomies.models import FUNCTION_CODES, PartnershipCategory
from jeveuxagir.territories.models import Commune, Department, Epci, Region
from organisations.models import Membership
from organisations.policies import HANDLERS

from .enums import Cost, Ground, Leader, Size


class ExampleQuerySet(SheetQuerySet):
    def of_alliance(self, alliance: Alliance) -> Self:
        return self.filter(alliance=alliance)


class Example(Sheet):
    """What was done somewhere. Neither without its cost nor without its pitfalls is it ever public (K89)."""

    KIND, NOUN = ModerationItem.Kind.EXAMPLE.value, "exemple"
    WORDED = {
        **Sheet.WORDED,
        "context": "le point de départ",
        "parties": "avec qui",
        "cost_detail": "ce que cela a coûté",
        "steps": "étapes",
        "results": "ce que cela a changé",
        "proof": "ce qui le prouve",
        "proof_url": "lien vers la preuve",
        "pitfalls": "ce qui a mal marché",
    }

    context = ProseField("le point de départ", max_length=3000, blank=True)
    #: one a line: « La mairie : la salle et un agent, deux demi-journées par semaine »
    parties = ProseField("avec qui", max_length=2000, blank=True)
    colleges = ArrayField(
        models.CharField(max_length=14, choices=College), verbose_name="mondes", default=list, blank=True
    )
    category = models.ForeignKey(
        PartnershipCategory,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="catégorie de partenariat",
    )
    #: what its catalysts did: codes of the report's vocabulary
    functions = ArrayField(
        models.SlugField(max_length=50), verbose_name="fonctions de catalyseur", default=list, blank=True
    )
    leader = models.CharField("portée par", max_length=12, choices=Leader, blank=True)
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="commune"
    )
    epci = models.ForeignKey(
        Epci, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="intercommunalité"
    )
    county = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="département entier"
    )
    #: where all of these lie: filled on saving
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="région",
    )
    ground = models.CharField("type de territoire", max_length=20, choices=Ground, blank=True)
    size = models.CharField("taille du territoire", max_length=8, choices=Size, blank=True)
    cost = models.CharField("coût, la première année", max_length=12, choices=Cost, blank=True)
    cost_detail = ProseField("ce que cela a coûté", max_length=2000, blank=True)
    duration_months = models.PositiveSmallIntegerField("durée, en mois", null=True, blank=True)
    steps = ArrayField(LineField("étape", max_length=300), verbose_name="étapes", default=list, blank=True)
    results = ProseField("ce que cela a changé", max_length=3000, blank=True)
    proof = LineField("ce qui le prouve", max_length=300, blank=True)
    proof_url = models.URLField("lien vers la preuve", max_length=300, blank=True)
    #: one a line
    pitfalls = ProseField("ce qui a mal marché", max_length=3000, blank=True)
    #: its organisation agrees to be asked about it
    may_contact = models.BooleanField("on peut nous en parler", default=False)
    #: the alliance it tells of: each of its parties agrees first
    alliance = models.ForeignKey(
        Alliance, models.SET_NULL, null=True, blank=True, editable=False, related_name="examples"
    )
    #: « toujours vrai ? »: asked once a year, answered in one click
    asked_at = models.DateTimeField("question posée le", null=True, blank=True, editable=False)
    confirmed_at = models.DateTimeField("toujours vraie le", null=True, blank=True, editable=False)

    objects = ExampleQuerySet.as_manager()  # type: ignore[misc]  # a wider queryset than the base's

    class Meta(Sheet.Meta):
        verbose_name = "exemple"
        constraints = [
            *Sheet.Meta.constraints,
            in_the_vocabulary("example", "functions", FUNCTION_CODES),
            models.CheckConstraint(
                condition=~Q(state__in=PUBLIC) | ~Q(cost=""),
                name="example_with_its_cost",
                violation_error_message="Dites ce que cela a coûté : rien n’est publié sans le coût.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=PUBLIC) | ~Q(pitfalls=""),
                name="example_with_its_pitfalls",
                violation_error_message="Dites ce qui a mal marché : rien n’est publié sans les pièges.",
            ),
            models.CheckConstraint(
                condition=Q(commune=None, epci=None)
                | Q(commune=None, county=None)
                | Q(epci=None, county=None),
                name="example_in_one_place",
                violation_error_message="Choisissez un seul territoire.",
            ),
        ]
        indexes = [
            *Sheet.Meta.indexes,
            models.Index(fields=["region"], name="example_of_region", condition=Q(state__in=PUBLIC)),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="parties_agree_first",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state"),
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__state__in=[str(state) for state in PUBLIC]),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM examples_consent
                        WHERE example_id = NEW.id AND agreed_at IS NULL
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'example_parties_agree_first',
                            MESSAGE = 'each party of the alliance agrees before its example is public';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("examples:one", args=[self.pk, self.slug])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.region_id = self._region()
        if kwargs.get("update_fields"):
            kwargs["update_fields"] = {*kwargs["update_fields"], "region"}
        super().save(*args, **kwargs)

    def _region(self) -> str | None:
        if self.commune is not None:
            return self.commune.department.region_id
        if self.county is not None:
            return self.county.region_id
        if self.epci is not None:
            first = Commune.objects.filter(epci=self.epci).select_related("department").order_by("pk").first()
            return first.department.region_id if first else None
        return None

    @property
    def shelf(self) -> Shelf:
        return Shelf.EXAMPLES

    @property
    def place(self) -> Commune | Epci | Department | None:
        return self.commune or self.epci or self.county

    @property
    def where(self) -> str:
        """« Romans-sur-Isère (26) », « Drôme (26) », or nothing."""
        return str(getattr(self.place, "label", self.place)) if self.place is not None else ""

    def missing(self) -> list[str]:
        """What still keeps it from being sent, each in a sentence: the cost and the pitfalls before all."""
        asked = (
            (self.cost, "Choisissez ce que cela a coûté : aucun exemple n’est publié sans son coût."),
            (
                self.pitfalls,
                "Dites ce qui a mal marché : aucun exemple n’est publié sans ses pièges, c’est ce qui sert le plus.",
            ),
            (self.summary, "Dites en deux phrases de quoi il s’agit."),
            (self.place, "Dites où c’était : une commune, une intercommunalité ou un département."),
            (self.category_id, "Choisissez la catégorie de partenariat."),
            (self.leader, "Dites qui l’a porté."),
            (self.steps, "Décrivez au moins une étape."),
            (self.results, "Dites ce que cela a changé."),
        )
        lacks = [sentence for value, sentence in asked if not value]
        waiting = self._not_agreed() if self.pk else []
        if waiting:
            lacks.append(f"Il manque l’accord de : {', '.join(waiting)}.")
        return lacks

    def _not_agreed(self) -> list[str]:
        """Names of the parties that have not said yes: asked or not, whoever is in the alliance before it is public."""
        consents = list(self.consents.all())
        names = [row.name for row in consents if not row.is_agreed]
        if self.alliance_id is not None and not self.is_out:
            live = Party.objects.live().filter(alliance=self.alliance_id)
            unasked = live.exclude(pk__in=[row.party_id for row in consents]).order_by("joined_at", "pk")
            names += unasked.values_list("name", flat=True)
        return names


class ConsentQuerySet(models.QuerySet["Consent"]):
    def of_person(self, person: Person) -> Self:
        """Those this person answers: for themself, or for an organisation they handle."""
        handled = Membership.objects.live().filter(
            organisation=OuterRef("party__organisation"), person=person, role__in=HANDLERS
        )
        return self.filter(Q(party__person=person) | Exists(handled))

    def waiting(self) -> Self:
        return self.filter(agreed_at__isnull=True, refused_at__isnull=True)


class Consent(models.Model):
    """One party of the alliance agrees, or not, that its example be public. It may take it back at any time."""

    example = models.ForeignKey(Example, models.CASCADE, related_name="consents")
    party = models.ForeignKey(Party, models.CASCADE, related_name="+", verbose_name="partie")
    name = LineField("nom", max_length=160)
    asked_at = models.DateTimeField("demandé le", db_default=Now())
    agreed_at = models.DateTimeField("accordé le", null=True, blank=True)
    refused_at = models.DateTimeField("refusé le", null=True, blank=True)
    reason = ProseField("raison", max_length=1000, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = "accord d’une partie"
        verbose_name_plural = "accords des parties"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["example", "party"], name="consent_once"),
            models.CheckConstraint(
                condition=Q(agreed_at__isnull=True) | Q(refused_at__isnull=True), name="consent_yes_or_no"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                # whoever publishes holds the row of the example: one waits for the other
                name="public_with_all",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("agreed_at"),
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__agreed_at__isnull=True),
                func="""
                    PERFORM 1 FROM examples_example WHERE id = NEW.example_id FOR NO KEY UPDATE;
                    IF EXISTS (
                        SELECT 1 FROM examples_example
                        WHERE id = NEW.example_id AND state IN ('published', 'to_confirm')
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'consent_public_with_all',
                            MESSAGE = 'an example is withdrawn before a party takes its consent back';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_agreed(self) -> bool:
        return self.agreed_at is not None


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def visible_to(self, user: Any) -> Self:
        """National staff, who import."""
        return self if roles.departments_of(user) is roles.EVERYWHERE else self.none()


class ImportRun(models.Model):
    """One reading of a file of examples: what entered, and each line that was refused, with why."""

    source = LineField("base d’où ils viennent", max_length=120)
    at = models.DateTimeField("le", db_default=Now())
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    created = models.PositiveIntegerField("nouveaux", default=0)
    updated = models.PositiveIntegerField("mis à jour", default=0)
    same = models.PositiveIntegerField("inchangés", default=0)
    #: [[line, sentence], …]; the first 500
    refused = models.JSONField("lignes refusées", default=list, blank=True)
    refused_count = models.PositiveIntegerField("lignes refusées", default=0)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = "import d’exemples"
        verbose_name_plural = "imports d’exemples"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.source

    @property
    def refused_whole(self) -> bool:
        """Nothing could be read: what is said is about the file itself, not about a line."""
        return (
            bool(self.refused) and self.refused[0][0] == 0 and not (self.created or self.updated or self.same)
        )

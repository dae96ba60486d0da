"""Indicator (one definition for all), values by period, verdicts, and shared results that alliances claim."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse

from alliances.models import Alliance, Party
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.models import LineField, ProseField, personal
from jeveuxagir.taxonomies.models import Sdg
from organisations.models import Organisation

from .enums import Axis, Rhythm, Verdict, Wanted

#: what a number may be, either way: beyond (or NaN), somebody mistyped
MOST = 100_000_000_000
IMPOSSIBLE = "Ce nombre n’est pas possible : vérifiez-le."


class Indicator(models.Model):
    """An entry of the alliance's dictionary."""

    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="indicators")
    name = LineField("indicateur", max_length=120)
    definition = ProseField("définition", max_length=1000)
    unit = LineField("unité", max_length=40)
    method = ProseField("comment on compte", max_length=1000)
    #: none: to be taken over, since its owner left
    owner = models.ForeignKey(
        Party,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="indicators",
        verbose_name="partie responsable",
    )
    rhythm = models.CharField("rythme", max_length=10, choices=Rhythm, default=Rhythm.QUARTERLY)
    wanted = models.CharField("sens", max_length=4, choices=Wanted, default=Wanted.UP)
    baseline = models.DecimalField("point de départ", max_digits=14, decimal_places=2)
    baseline_on = models.DateField("mesuré le")
    target = models.DecimalField("cible", max_digits=14, decimal_places=2)
    target_on = models.DateField("pour le")
    #: false for what was taken from another alliance: where this one starts and aims is still to be said
    is_measured = models.BooleanField("départ et cible fixés", default=True, db_default=True)
    sdg = models.ForeignKey(Sdg, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="ODD")
    axis = models.CharField("axe", max_length=12, choices=Axis, blank=True)
    position = models.PositiveSmallIntegerField("ordre", default=0)
    archived_at = models.DateTimeField("arrêté le", null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "indicateur"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "name"],
                name="indicator_once",
                violation_error_message="Cet indicateur est déjà dans le dictionnaire.",
            ),
            models.CheckConstraint(
                condition=~Q(definition="") & ~Q(unit="") & ~Q(method=""),
                name="indicator_defined",
                violation_error_message="Un indicateur a une définition, une unité et une façon de compter.",
            ),
            models.CheckConstraint(
                condition=Q(target_on__gt=F("baseline_on")),
                name="indicator_target_after_baseline",
                violation_error_message="La cible vient après le point de départ.",
            ),
            models.CheckConstraint(
                condition=Q(baseline__range=(-MOST, MOST), target__range=(-MOST, MOST)),
                name="indicator_numbers_sane",
                violation_error_message=IMPOSSIBLE,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def page_url(self) -> str:
        return reverse("indicators:indicator", args=[self.alliance.pk, self.alliance.slug, self.pk])


class ValueQuerySet(models.QuerySet["Value"]):
    def current(self) -> "ValueQuerySet":
        return self.filter(replaced_at__isnull=True)


class Value(models.Model):
    """What a party counted for a period. Corrected, the former value stays, marked as replaced."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="values")
    #: the first day of the month, quarter or year
    period = models.DateField("période")
    amount = models.DecimalField("valeur", max_digits=14, decimal_places=2)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name="partie")
    #: emptied when the person erases their account: `author_name` keeps that somebody answered for it
    author = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="indicator_values")
    author_name = personal(LineField("saisie par", max_length=160))
    proof = LineField("preuve", max_length=300)
    proof_url = models.URLField("lien vers la preuve", max_length=300, blank=True)
    note = ProseField("ce qu’il faut savoir", max_length=1000, blank=True)
    entered_at = models.DateTimeField("saisie le", db_default=Now())
    replaced_at = models.DateTimeField("remplacée le", null=True, blank=True)

    objects = ValueQuerySet.as_manager()

    class Meta:
        verbose_name = "valeur d’un indicateur"
        verbose_name_plural = "valeurs des indicateurs"
        ordering = ["period", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "period", "party"],
                condition=Q(replaced_at__isnull=True),
                name="value_once_per_party",
                violation_error_message="Votre organisation a déjà saisi cette période.",
            ),
            models.CheckConstraint(
                condition=~Q(author_name="") & ~Q(proof=""),
                name="value_with_author_and_proof",
                violation_error_message="Une valeur a un auteur, une période et une preuve.",
            ),
            models.CheckConstraint(
                condition=Q(period__day=1),
                name="value_period_first_day",
                violation_error_message="Une période commence le premier du mois.",
            ),
            models.CheckConstraint(
                condition=Q(amount__range=(-MOST, MOST)),
                name="value_amount_sane",
                violation_error_message=IMPOSSIBLE,
            ),
        ]
        indexes = [models.Index(fields=["indicator", "period"], name="value_of_indicator")]

    def __str__(self) -> str:
        return f"{self.amount} ({self.period:%Y-%m})"


class Review(models.Model):
    """What another party says of a value."""

    value = models.ForeignKey(Value, models.CASCADE, related_name="reviews")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    verdict = models.CharField("avis", max_length=10, choices=Verdict)
    reason = personal(ProseField("raison", max_length=1000, blank=True))
    at = models.DateTimeField("le", db_default=Now())

    class Meta:
        verbose_name = "avis sur une valeur"
        verbose_name_plural = "avis sur les valeurs"
        constraints = [
            models.UniqueConstraint(fields=["value", "party"], name="review_once"),
            models.CheckConstraint(
                condition=~Q(verdict=Verdict.DISPUTED) | ~Q(reason=""),
                name="review_disputed_with_reason",
                violation_error_message="Dites pourquoi vous contestez cette valeur.",
            ),
        ]

    def __str__(self) -> str:
        return f"avis {self.pk}"


class Result(models.Model):
    """A result of an organisation over a period; several alliances may claim a part: never more than it is."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="results")
    name = LineField("résultat", max_length=160)
    unit = LineField("unité", max_length=40)
    period = models.DateField("période")
    rhythm = models.CharField("rythme", max_length=10, choices=Rhythm, default=Rhythm.YEARLY)
    quantity = models.DecimalField("quantité", max_digits=14, decimal_places=2)
    #: the sum of the claims, kept by a trigger
    claimed = models.DecimalField("déjà compté", max_digits=14, decimal_places=2, default=0, editable=False)
    proof = LineField("preuve", max_length=300)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "résultat partagé"
        verbose_name_plural = "résultats partagés"
        ordering = ["-period", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name", "period", "rhythm"],
                name="result_once",
                violation_error_message="Ce résultat est déjà noté pour cette période.",
            ),
            models.CheckConstraint(
                condition=Q(claimed__gte=0, claimed__lte=F("quantity")),
                name="result_not_counted_twice",
                violation_error_message="Ce résultat serait compté deux fois : une part est déjà comptée ailleurs.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Claim(models.Model):
    """The part of a result that an alliance says it contributed to."""

    result = models.ForeignKey(Result, models.CASCADE, related_name="claims")
    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="claims")
    quantity = models.DecimalField("part comptée", max_digits=14, decimal_places=2)
    how = ProseField("en quoi l’alliance y a contribué", max_length=1000)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "part d’un résultat"
        verbose_name_plural = "parts des résultats"
        constraints = [
            models.UniqueConstraint(
                fields=["result", "alliance"],
                name="claim_once",
                violation_error_message="L’alliance compte déjà une part de ce résultat.",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="claim_positive",
                violation_error_message="La part comptée est un nombre au-dessus de zéro.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="sum_claims",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.After,
                func="""
                    IF TG_OP <> 'INSERT' THEN
                        UPDATE indicators_result SET claimed = claimed - OLD.quantity WHERE id = OLD.result_id;
                    END IF;
                    IF TG_OP <> 'DELETE' THEN
                        UPDATE indicators_result SET claimed = claimed + NEW.quantity WHERE id = NEW.result_id;
                    END IF;
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"part {self.pk}"

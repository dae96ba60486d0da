"""Contribution, what of it is real, and the lines of the funding plan."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from alliances.models import Alliance, Party
from jeveuxagir.common.models import LineField, ProseField

from .enums import FundingState, Kind, State

#: Who funds is no trusted third party. The party's row is locked first: the two cannot be written at the same instant.
_NO_THIRD = """
    PERFORM 1 FROM alliances_party WHERE id = NEW.party_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM alliances_party funder JOIN alliances_party third
            ON third.alliance_id = funder.alliance_id AND third.is_trusted_third AND (
                third.id = funder.id
                OR (third.left_at IS NULL AND third.organisation_id = funder.organisation_id)
                OR (third.left_at IS NULL AND third.person_id = funder.person_id)
            )
        WHERE funder.id = NEW.party_id
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'contribution_third_funds_not',
            MESSAGE = 'a trusted third party does not fund the alliance';
    END IF;
    RETURN NEW;
"""
#: What one line may hold: beyond, somebody mistyped.
MOST = 1_000_000_000


class Contribution(models.Model):
    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="contributions")
    party = models.ForeignKey(Party, models.PROTECT, related_name="contributions", verbose_name="partie")
    kind = models.CharField("nature", max_length=8, choices=Kind)
    what = LineField("ce qui est apporté", max_length=200)
    unit = LineField("unité", max_length=40)
    planned = models.DecimalField("prévu", max_digits=12, decimal_places=2)
    #: the sum of its deliveries, kept by a trigger
    real = models.DecimalField("réel", max_digits=12, decimal_places=2, default=0, editable=False)
    starts_on = models.DateField("à partir du", null=True, blank=True)
    ends_on = models.DateField("jusqu’au", null=True, blank=True)
    state = models.CharField("état", max_length=10, choices=State, default=State.PLANNED)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    note = ProseField("précision", max_length=1000, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "contribution"
        ordering = ["kind", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(planned__gt=0, planned__lte=MOST),
                name="contribution_planned_positive",
                violation_error_message="La quantité prévue est un nombre au-dessus de zéro.",
            ),
            models.CheckConstraint(
                condition=Q(real__gte=0, real__lte=MOST), name="contribution_real_positive"
            ),
            models.CheckConstraint(
                condition=(~Q(kind=Kind.MONEY) | Q(unit="€")) & (~Q(kind=Kind.DAYS) | Q(unit="jours")),
                name="contribution_unit_of_kind",
                violation_error_message="L’argent se compte en euros, le travail en jours.",
            ),
            models.CheckConstraint(
                condition=~Q(unit="") & (Q(kind__in=[Kind.MONEY, Kind.DAYS]) | ~Q(unit__in=["€", "jours"])),
                name="contribution_unit_said",
                violation_error_message="Dites l’unité : livres, salles, repas par semaine…",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=models.F("starts_on")),
                name="contribution_dates_in_order",
                violation_error_message="La fin vient après le début.",
            ),
        ]
        indexes = [models.Index(fields=["alliance", "kind"], name="contribution_of_alliance")]
        triggers = [
            pgtrigger.Trigger(
                name="no_money_of_third",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("party_id", "kind", "state", "real"),
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__kind=Kind.MONEY)
                & ~pgtrigger.Q(new__state=State.DROPPED, new__real=0),
                func=_NO_THIRD,
            ),
        ]

    def __str__(self) -> str:
        return self.what


class Delivery(models.Model):
    """A part of a contribution that was really brought."""

    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="deliveries")
    quantity = models.DecimalField("quantité", max_digits=12, decimal_places=2)
    on = models.DateField("le")
    note = LineField("précision", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField("noté le", db_default=Now())

    class Meta:
        verbose_name = "apport"
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, quantity__lte=MOST),
                name="delivery_quantity_positive",
                violation_error_message="La quantité apportée est un nombre au-dessus de zéro.",
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="sum_deliveries",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.After,
                func="""
                    IF TG_OP <> 'INSERT' THEN
                        UPDATE contributions_contribution SET real = real - OLD.quantity
                        WHERE id = OLD.contribution_id;
                    END IF;
                    IF TG_OP <> 'DELETE' THEN
                        UPDATE contributions_contribution SET real = real + NEW.quantity
                        WHERE id = NEW.contribution_id;
                    END IF;
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"apport {self.pk}"


class FundingLine(models.Model):
    """Money asked from a funder, inside or outside the alliance: where it stands."""

    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="funding")
    funder = LineField("financeur", max_length=160)
    #: when the funder is a party of the alliance
    party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="funding", verbose_name="partie"
    )
    amount = models.DecimalField("montant en euros", max_digits=12, decimal_places=2)
    state = models.CharField("état", max_length=10, choices=FundingState, default=FundingState.REQUESTED)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    requested_on = models.DateField("demandé le")
    #: what was obtained may be less than what was asked
    obtained = models.DecimalField("montant obtenu", max_digits=12, decimal_places=2, null=True, blank=True)
    note = ProseField("précision", max_length=1000, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "ligne de financement"
        verbose_name_plural = "plan de financement"
        ordering = ["requested_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__lte=MOST),
                name="funding_amount_positive",
                violation_error_message="Le montant est un nombre au-dessus de zéro.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[FundingState.OBTAINED, FundingState.PAID], obtained__gt=0)
                | Q(state__in=[FundingState.REQUESTED, FundingState.REFUSED], obtained__isnull=True),
                name="funding_obtained_said",
                violation_error_message="Dites le montant obtenu.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="no_funding_of_third",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("party_id", "state"),
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__party__isnull=False)
                & ~pgtrigger.Q(new__state=FundingState.REFUSED),
                func=_NO_THIRD,
            ),
        ]

    def __str__(self) -> str:
        return self.funder

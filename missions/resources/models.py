"""Instrument, need of means, and what is promised for a need: planned and real, never added across units."""

import datetime
from decimal import Decimal
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.urls import reverse

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.clock import FIRST_DAY, LAST_DAY, today
from jeveuxagir.common.models import LineField, ProseField
from jeveuxagir.common.text import NBSP, amount, slugify
from jeveuxagir.taxonomies.models import Domain, Sdg
from jeveuxagir.territories.models import Commune, Department
from organisations.enums import Kind as OrganisationKind
from organisations.enums import State as OrganisationState
from organisations.models import Membership, Organisation
from organisations.policies import HANDLERS

from .enums import PUBLIC, Kind, Means, Per, Promised, State

#: what one line may hold: beyond, somebody mistyped
MOST = 1_000_000_000
#: a sheet that nobody looked at for so long may be wrong
FRESH_FOR = datetime.timedelta(days=365)
LICENCE = "Licence Ouverte 2.0"


def with_unit(quantity: Decimal, unit: str) -> str:
    """« 5 000 € », « 20 vélos »."""
    return f"{amount(quantity)}{NBSP}{unit}"


class InstrumentQuerySet(models.QuerySet["Instrument"]):
    def public(self) -> "InstrumentQuerySet":
        return self.filter(active=True).order_by("name")

    def real(self) -> "InstrumentQuerySet":
        """Without those that the demo made up."""
        return self.filter(invented=False)


class Instrument(models.Model):
    """A sheet on something that gives money or goods: whom it helps, up to how much, where. Loaded by
    `load_reference`, then looked at by national staff: what they changed is theirs."""

    slug = models.SlugField("mots de l’adresse", max_length=80, unique=True)
    name = LineField("nom", max_length=160)
    operator = LineField("qui le porte", max_length=160)
    summary = ProseField("ce que c’est", max_length=1500)
    gives = ArrayField(models.CharField(max_length=8, choices=Kind), verbose_name="ce qu’il donne")
    audiences = ArrayField(models.CharField(max_length=20, choices=OrganisationKind), verbose_name="pour qui")
    minimum = models.DecimalField("montant minimum", max_digits=12, decimal_places=2, null=True, blank=True)
    maximum = models.DecimalField("montant maximum", max_digits=12, decimal_places=2, null=True, blank=True)
    #: codes; empty: all of them
    domains = ArrayField(models.CharField(max_length=40), verbose_name="domaines", default=list, blank=True)
    departments = ArrayField(
        models.CharField(max_length=3), verbose_name="départements", default=list, blank=True
    )
    #: said of the place, where a list of departments would not do: « seulement dans les quartiers prioritaires »
    within = LineField("et là, seulement", max_length=120, blank=True)
    without = ArrayField(
        models.CharField(max_length=3), verbose_name="sauf ces départements", default=list, blank=True
    )
    #: what no computer can tell: said, for the person to check
    conditions = ArrayField(models.TextField(), verbose_name="à vérifier vous-même", default=list, blank=True)
    periods = ProseField("quand", max_length=500, blank=True)
    source = LineField("source", max_length=200)
    link = models.URLField("adresse de la source", max_length=300)
    #: {rule: address} where a rule has a source of its own
    rule_links = models.JSONField("sources des règles", default=dict, blank=True)
    written_on = models.DateField("écrite le")
    #: when a person last compared it with its source; empty: « à vérifier »
    checked_on = models.DateField("vérifiée le", null=True, blank=True)
    #: staff changed its words: the file no longer does
    edited_at = models.DateTimeField("modifiée par l’équipe le", null=True, blank=True)
    #: written by the demo alone
    invented = models.BooleanField("exemple inventé", default=False)
    active = models.BooleanField("montrée", default=True)
    version = models.PositiveIntegerField(default=1)

    objects = InstrumentQuerySet.as_manager()

    class Meta:
        verbose_name = "instrument"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(source="") & ~Q(link=""),
                name="instrument_has_a_source",
                violation_error_message="Une fiche dit d’où vient ce qu’elle affirme.",
            ),
            models.CheckConstraint(
                condition=Q(minimum__isnull=True)
                | Q(maximum__isnull=True)
                | Q(maximum__gte=models.F("minimum")),
                name="instrument_amounts_in_order",
                violation_error_message="Le maximum est plus petit que le minimum.",
            ),
            models.CheckConstraint(
                condition=Q(gives__len__gt=0, audiences__len__gt=0),
                name="instrument_gives_to_somebody",
                violation_error_message="Dites ce que l’instrument donne, et à qui.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("resources:instrument", args=[self.slug])

    @property
    def is_checked(self) -> bool:
        return self.checked_on is not None

    @property
    def dated(self) -> datetime.date:
        """When somebody last looked at it."""
        return self.checked_on or self.written_on

    @property
    def is_stale(self) -> bool:
        """Nobody looked at it for a year."""
        return self.dated < today() - FRESH_FOR

    @property
    def gives_words(self) -> str:
        """« argent, biens »."""
        return ", ".join(str(Kind(one).label) for one in self.gives)

    @property
    def audience_words(self) -> str:
        return ", ".join(str(OrganisationKind(one).label) for one in self.audiences)

    @property
    def amount_words(self) -> str:
        """« de 1 000 € à 15 000 € »; nothing when no amount is fixed."""
        low, high = (
            with_unit(value, "€") if value is not None else "" for value in (self.minimum, self.maximum)
        )
        if low and high:
            return f"de {low} à {high}"
        return f"à partir de {low}" if low else f"jusqu’à {high}" if high else ""


class NeedQuerySet(models.QuerySet["Need"]):
    def public(self) -> "NeedQuerySet":
        """What anybody may read, of validated organisations."""
        return self.filter(state__in=PUBLIC, organisation__state=OrganisationState.VALIDATED)

    def asking(self) -> "NeedQuerySet":
        """Open, and not past its date."""
        return self.filter(state=State.OPEN, deadline__gte=today())

    def of_organisation(self, organisation: Organisation) -> "NeedQuerySet":
        return self.filter(organisation=organisation)

    def of_person(self, person: Person) -> "NeedQuerySet":
        """Those of the organisations whose needs this person handles."""
        handled = Membership.objects.live().filter(
            organisation=OuterRef("organisation"), person=person, role__in=HANDLERS
        )
        return self.filter(Exists(handled))


class Need(models.Model):
    """Goods or money that an organisation lacks to do something. No money ever passes through the site."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="resource_needs", verbose_name="organisation"
    )
    title = LineField("titre", max_length=160)
    slug = models.SlugField(max_length=80, editable=False)
    kind = models.CharField("nature", max_length=8, choices=Kind)
    quantity = models.DecimalField("combien", max_digits=12, decimal_places=2)
    unit = LineField("unité", max_length=40)
    purpose = ProseField("pour quoi faire", max_length=4000)
    deadline = models.DateField("jusqu’au")
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="+", verbose_name="domaine")
    sdgs = models.ManyToManyField(Sdg, blank=True, related_name="+", verbose_name="ODD")
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+", verbose_name="commune")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name="département")
    state = models.CharField("état", max_length=10, choices=State, default=State.DRAFT)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    reason = ProseField("raison", max_length=2000, blank=True)
    opened_at = models.DateTimeField("ouvert le", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)
    #: names of the organisation and of the commune, for full text; kept by the services
    search_extra = models.TextField(blank=True, editable=False)
    search = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="french_unaccent")
        + SearchVector("search_extra", weight="B", config="french_unaccent")
        + SearchVector("purpose", weight="C", config="french_unaccent"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = "besoin de moyens"
        verbose_name_plural = "besoins de moyens"
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, quantity__lte=MOST),
                name="need_quantity_positive",
                violation_error_message="Dites combien : un nombre au-dessus de zéro.",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.MONEY, unit="€") | (Q(kind=Kind.GOODS) & ~Q(unit__in=["", "€"])),
                name="need_unit_of_kind",
                violation_error_message="L’argent se compte en euros ; pour des biens, dites l’unité.",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CLOSED) | ~Q(reason=""),
                name="need_closed_with_reason",
                violation_error_message="Dites pourquoi ce besoin est fermé.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=PUBLIC) | Q(opened_at__isnull=False), name="need_opened_dated"
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="need_search"),
            models.Index(fields=["deadline", "id"], name="need_asking", condition=Q(state=State.OPEN)),
            models.Index(fields=["organisation", "-created_at"], name="need_of_organisation"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="need_of_no_company",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("organisation_id", "state"),
                when=pgtrigger.Before,
                func="""
                    IF NEW.state <> 'closed' AND EXISTS (
                        SELECT 1 FROM organisations_organisation
                        WHERE id = NEW.organisation_id AND kind IN ('company', 'other')
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'need_of_no_company',
                            MESSAGE = 'a company states no need of means';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: object, **kwargs: object) -> None:
        self.slug = slugify(self.title)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        return reverse("resources:public", args=[self.pk, self.slug])

    @property
    def manage_url(self) -> str:
        return reverse(
            "resources:manage",
            args=[self.organisation_id, self.organisation.slug or "organisation", self.pk],
        )

    @property
    def is_public(self) -> bool:
        return self.state in PUBLIC and self.organisation.is_verified

    @property
    def is_past(self) -> bool:
        return self.deadline < today()

    @property
    def takes_promises(self) -> bool:
        return self.state == State.OPEN and not self.is_past and self.organisation.is_verified

    @property
    def asked(self) -> str:
        """« 5 000 € », « 20 vélos »."""
        return with_unit(self.quantity, self.unit)

    @property
    def standing(self) -> str:
        """For a badge: « ouvert », « date passée », « satisfait »."""
        return "date passée" if self.state == State.OPEN and self.is_past else self.get_state_display()


class PromiseQuerySet(models.QuerySet["Promise"]):
    def of_organisation(self, organisation: Organisation) -> "PromiseQuerySet":
        """Those it gives, or that are given for its needs."""
        return self.filter(Q(organisation=organisation) | Q(need__organisation=organisation))

    def of_person(self, person: Person) -> "PromiseQuerySet":
        """Those of the organisations this person handles, given or received."""
        mine = Membership.objects.live().filter(person=person, role__in=HANDLERS).values("organisation")
        return self.filter(Q(organisation__in=mine) | Q(need__organisation__in=mine))

    def public(self) -> "PromiseQuerySet":
        """What counts on the page of a need: of validated organisations."""
        return self.exclude(state=Promised.DROPPED).filter(organisation__state=OrganisationState.VALIDATED)

    def rows(self) -> Any:
        """As `totals` reads them."""
        return self.order_by("pk").values_list("kind", "unit", "per", "quantity", "real", "state")


class Promise(models.Model):
    """What an organisation says it will bring for a need, and what was received: in one unit, from one kind."""

    need = models.ForeignKey(Need, models.PROTECT, related_name="promises", verbose_name="besoin")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="resource_promises", verbose_name="organisation"
    )
    kind = models.CharField("nature", max_length=10, choices=Means)
    what = LineField("ce qui est promis", max_length=200)
    quantity = models.DecimalField("quantité promise", max_digits=12, decimal_places=2)
    unit = LineField("unité", max_length=40)
    per = models.CharField("rythme", max_length=6, choices=Per, default=Per.ONCE)
    starts_on = models.DateField("à partir du", null=True, blank=True)
    ends_on = models.DateField("jusqu’au", null=True, blank=True)
    note = ProseField("mot pour l’organisation", max_length=1000, blank=True)
    #: its name may stand on the public page of the need
    named = models.BooleanField("nom public", default=False)
    #: in the same unit, at the same rhythm
    real = models.DecimalField("quantité reçue", max_digits=12, decimal_places=2, null=True, blank=True)
    received_on = models.DateField("reçu le", null=True, blank=True)
    state = models.CharField("état", max_length=10, choices=Promised, default=Promised.PLANNED)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    reason = ProseField("raison", max_length=1000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField("promis le", db_default=Now())
    version = models.PositiveIntegerField(default=1)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        verbose_name = "contribution promise"
        verbose_name_plural = "contributions promises"
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, quantity__lte=MOST),
                name="promise_quantity_positive",
                violation_error_message="La quantité promise est un nombre au-dessus de zéro.",
            ),
            models.CheckConstraint(
                condition=Q(kind=Means.MONEY, unit="€")
                | Q(kind=Means.DAYS, unit="jours")
                | (Q(kind__in=[Means.GOODS, Means.LOGISTICS]) & ~Q(unit__in=["", "€", "jours"])),
                name="promise_unit_of_kind",
                violation_error_message=(
                    "L’argent se compte en euros, le travail en jours ; pour le reste, dites l’unité."
                ),
            ),
            models.CheckConstraint(
                condition=Q(
                    state=Promised.RECEIVED,
                    real__isnull=False,
                    real__gt=0,
                    real__lte=MOST,
                    received_on__isnull=False,
                )
                | (~Q(state=Promised.RECEIVED) & Q(real__isnull=True, received_on__isnull=True)),
                name="promise_real_once_received",
                violation_error_message="Dites combien vous avez reçu : un nombre au-dessus de zéro.",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="promise_dates_in_order",
                violation_error_message="La fin vient après le début.",
            ),
            *[
                models.CheckConstraint(
                    condition=Q(**{f"{day}__isnull": True}) | Q(**{f"{day}__range": (FIRST_DAY, LAST_DAY)}),
                    name=f"promise_{day}_sane",
                    violation_error_message="Cette date est trop lointaine.",
                )
                for day in ("starts_on", "ends_on", "received_on")
            ],
        ]
        indexes = [
            models.Index(fields=["need", "state"], name="promise_of_need"),
            models.Index(fields=["organisation", "-created_at"], name="promise_of_organisation"),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def promised_words(self) -> str:
        """« 200 repas par semaine », « 4 jours »."""
        return self._words(self.quantity)

    @property
    def real_words(self) -> str:
        return self._words(self.real) if self.real is not None else ""

    def _words(self, quantity: Decimal) -> str:
        said = with_unit(quantity, self.unit)
        return said if self.per == Per.ONCE else f"{said} {Per(self.per).label}"

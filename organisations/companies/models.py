"""An employer's sites, its e-mail domains, the codes it gives, and the people who said they work there.

An employee is no member: nothing of the employer's space opens to them, and the employer reads of them what they
chose, the least unless they say more.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.clock import now
from jeveuxagir.common.models import LineField
from jeveuxagir.territories.models import Commune
from organisations.models import Membership, Organisation
from organisations.policies import HANDLERS

from .enums import EndedBy, JoinedBy, Shown

#: what a trigger says of a site that is another's
SITE_OF_ANOTHER = "site_of_another"
#: the most people one code may bring
MOST_USES = 5000


class SiteQuerySet(models.QuerySet["Site"]):
    def open(self) -> "SiteQuerySet":
        return self.filter(closed_at__isnull=True)

    def of_organisation(self, organisation: Organisation) -> "SiteQuerySet":
        return self.filter(organisation=organisation)


class Site(models.Model):
    """One place where an employer's people work."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="sites")
    name = LineField("nom", max_length=120)
    street = LineField("adresse", max_length=160, blank=True)
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+", verbose_name="commune")
    siret = models.CharField("numéro SIRET", max_length=14, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField("fermé le", null=True, blank=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = "site"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                condition=Q(closed_at__isnull=True),
                name="site_name_once",
                violation_error_message="Un de vos sites porte déjà ce nom.",
            ),
            models.UniqueConstraint(
                fields=["siret"],
                condition=Q(closed_at__isnull=True) & ~Q(siret=""),
                name="site_siret_once",
                violation_error_message="Un site porte déjà ce numéro SIRET.",
            ),
            models.CheckConstraint(
                condition=Q(siret="") | Q(siret__regex=r"^[0-9]{14}$"),
                name="site_siret_form",
                violation_error_message="Un numéro SIRET compte 14 chiffres.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MailDomainQuerySet(models.QuerySet["MailDomain"]):
    def live(self) -> "MailDomainQuerySet":
        return self.filter(released_at__isnull=True)

    def confirmed(self) -> "MailDomainQuerySet":
        return self.live().filter(confirmed_at__isnull=False)

    def of_organisation(self, organisation: Organisation) -> "MailDomainQuerySet":
        return self.filter(organisation=organisation)


class MailDomain(models.Model):
    """A domain whose addresses are those of the employer's people, once somebody there has answered a mail."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="mail_domains")
    domain = models.CharField("domaine", max_length=120)
    #: of the link that was sent; the address it went to is not kept
    token_hash = models.CharField(max_length=64, unique=True)
    sent_at = models.DateTimeField("message envoyé le", db_default=Now())
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField("confirmé le", null=True, blank=True)
    released_at = models.DateTimeField("rendu le", null=True, blank=True)

    objects = MailDomainQuerySet.as_manager()

    class Meta:
        verbose_name = "domaine de messagerie"
        verbose_name_plural = "domaines de messagerie"
        constraints = [
            models.UniqueConstraint(
                fields=["domain"],
                condition=Q(released_at__isnull=True, confirmed_at__isnull=False),
                name="mail_domain_of_one_employer",
                violation_error_message="Ce domaine est déjà celui d’un autre employeur.",
            ),
            models.UniqueConstraint(
                fields=["organisation", "domain"],
                condition=Q(released_at__isnull=True),
                name="mail_domain_once",
                violation_error_message="Vous avez déjà donné ce domaine.",
            ),
            models.CheckConstraint(
                condition=Q(domain__regex=r"^[a-z0-9.-]+\.[a-z0-9-]{2,}$"), name="mail_domain_form"
            ),
        ]

    def __str__(self) -> str:
        return self.domain


class JoinCodeQuerySet(models.QuerySet["JoinCode"]):
    def usable(self) -> "JoinCodeQuerySet":
        return self.filter(revoked_at__isnull=True, expires_at__gt=now(), uses__lt=F("most_uses"))

    def of_organisation(self, organisation: Organisation) -> "JoinCodeQuerySet":
        return self.filter(organisation=organisation)


class JoinCode(models.Model):
    """Ten signs that let people say they work there. A personal invitation is a code of one use.

    It opens nothing of the employer's, so it stays readable to its coordinators, who print it or pass it on.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="join_codes")
    site = models.ForeignKey(Site, models.SET_NULL, null=True, blank=True, related_name="+")
    code = models.CharField("code", max_length=10, unique=True)
    is_invitation = models.BooleanField("invitation personnelle", default=False)
    most_uses = models.PositiveIntegerField("personnes au plus", default=1)
    uses = models.PositiveIntegerField("personnes venues", default=0)
    expires_at = models.DateTimeField("valable jusqu’au")
    revoked_at = models.DateTimeField("retiré le", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = JoinCodeQuerySet.as_manager()

    class Meta:
        verbose_name = "code d’invitation"
        verbose_name_plural = "codes d’invitation"
        constraints = [
            models.CheckConstraint(
                condition=Q(uses__lte=F("most_uses")),
                name="join_code_not_overused",
                violation_error_message="Ce code a déjà servi autant de fois que prévu.",
            ),
            models.CheckConstraint(
                condition=Q(most_uses__range=(1, MOST_USES)),
                name="join_code_uses_sane",
                violation_error_message=f"Un code sert à {MOST_USES} personnes au plus.",
            ),
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z0-9]{10}$"), name="join_code_form"),
        ]

    def __str__(self) -> str:
        return f"code {self.pk}"

    @property
    def in_words(self) -> str:
        """As people copy it: « ABCDE-FGHJK »."""
        return f"{self.code[:5]}-{self.code[5:]}"

    @property
    def state_in_words(self) -> str:
        if self.revoked_at:
            return "retiré"
        if self.expires_at <= now():
            return "expiré"
        return "épuisé" if self.uses >= self.most_uses else "valable"


class EmployeeQuerySet(models.QuerySet["Employee"]):
    def live(self) -> "EmployeeQuerySet":
        return self.filter(until__isnull=True)

    def of_organisation(self, organisation: Organisation) -> "EmployeeQuerySet":
        return self.filter(organisation=organisation)

    def of_person(self, person: Person) -> "EmployeeQuerySet":
        return self.filter(person=person)


class Employee(models.Model):
    """Somebody said they work there, and what their employer may read of them. An end is a date: the row stays."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="employees")
    person = models.ForeignKey(Person, models.CASCADE, related_name="employments")
    site = models.ForeignKey(
        Site, models.SET_NULL, null=True, blank=True, related_name="employees", verbose_name="site"
    )
    joined_by = models.CharField("venue", max_length=10, choices=JoinedBy)
    shown = models.CharField("ce que l’employeur voit", max_length=10, choices=Shown, default=Shown.NOTHING)
    since = models.DateTimeField("depuis le", db_default=Now())
    until = models.DateTimeField("jusqu’au", null=True, blank=True)
    ended_by = models.CharField("fin", max_length=10, choices=EndedBy, blank=True)

    objects = EmployeeQuerySet.as_manager()

    class Meta:
        verbose_name = "personne d’un employeur"
        verbose_name_plural = "personnes d’un employeur"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person"],
                condition=Q(until__isnull=True),
                name="employee_once",
                violation_error_message="Vous êtes déjà parmi les personnes de cet employeur.",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True, ended_by="") | (Q(until__isnull=False) & ~Q(ended_by="")),
                name="employee_end_explained",
            ),
        ]
        indexes = [models.Index(fields=["person"], name="employee_live", condition=Q(until__isnull=True))]
        triggers = [
            pgtrigger.Trigger(
                name="employee_of_an_employer",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("organisation_id", "site_id"),
                when=pgtrigger.Before,
                func="""
                    IF (
                        SELECT kind FROM organisations_organisation WHERE id = NEW.organisation_id FOR SHARE
                    ) NOT IN ('company', 'local_authority', 'state_service', 'public_body') THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'employee_of_employer',
                            MESSAGE = 'only an employer has employees here';
                    END IF;
                    IF NEW.site_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM companies_site
                        WHERE id = NEW.site_id AND organisation_id = NEW.organisation_id
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'site_of_another',
                            MESSAGE = 'this site is another employer''s';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"personne d’un employeur {self.pk}"


def coordinators_of(organisation: Organisation) -> "models.QuerySet[Membership]":
    """The members who act for the employer: « coordinateur ou coordinatrice »."""
    return Membership.objects.live().filter(organisation=organisation, role__in=HANDLERS)

"""Organisation, its members, and the invitations sent to them."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower, Now

from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.roles import scope_filter
from jeveuxagir.common.clock import now
from jeveuxagir.common.models import LineField, ProseField, personal
from jeveuxagir.common.text import slugify
from jeveuxagir.territories.models import Commune

from .enums import Checked, JoinState, Kind, MemberRole, ProofLevel, Source, State


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def validated(self) -> "OrganisationQuerySet":
        return self.filter(state=State.VALIDATED)

    def public(self) -> "OrganisationQuerySet":
        """What anybody may read."""
        return self.validated()

    def of_person(self, person: Person) -> "OrganisationQuerySet":
        return self.filter(memberships__person=person, memberships__ended_at__isnull=True)

    def known_by(self, *, rna: str = "", siren: str = "") -> "OrganisationQuerySet":
        """Those that hold one of these numbers; a refused organisation frees its own."""
        numbers = Q(pk__in=[])
        if rna:
            numbers |= Q(rna=rna)
        if siren:
            numbers |= Q(siren=siren)
        return self.filter(numbers).exclude(state=State.REFUSED)

    def visible_to(self, user: Any) -> "OrganisationQuerySet":
        """Staff: those whose seat is in their territory; national staff also those without a seat."""
        return self.filter(scope_filter(user, "commune__department"))


class Organisation(models.Model):
    kind = models.CharField("type", max_length=20, choices=Kind)
    name = LineField("nom", max_length=160)
    slug = models.SlugField(max_length=80, editable=False)
    rna = models.CharField("numéro RNA", max_length=10, blank=True)
    siren = models.CharField("numéro SIREN", max_length=9, blank=True)
    siret = models.CharField("numéro SIRET", max_length=14, blank=True)
    description = ProseField("présentation", max_length=4000, blank=True)
    website = models.URLField("site internet", max_length=300, blank=True)
    email = models.EmailField("adresse électronique de contact", blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    street = LineField("adresse", max_length=160, blank=True)
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="organisations", verbose_name="commune"
    )
    state = models.CharField("état", max_length=12, choices=State, default=State.DRAFT)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    state_reason = ProseField("raison", max_length=2000, blank=True)
    proof_level = models.CharField(
        "niveau de preuve", max_length=14, choices=ProofLevel, default=ProofLevel.DECLARED
    )
    may_host = models.BooleanField("peut accueillir des bénévoles", default=False)
    is_research = models.BooleanField("organisme de recherche", default=False)
    imports_only = models.BooleanField("connue par un flux seulement", default=False)
    #: when a registry is to be asked about its number; nothing to ask when empty
    check_due_at = models.DateTimeField("à vérifier le", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "organisation"
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=Kind.COMPANY) | Q(may_host=False),
                name="organisation_company_never_hosts",
                violation_error_message="Une entreprise ne peut pas accueillir de bénévoles.",
            ),
            models.UniqueConstraint(
                fields=["rna"],
                condition=~Q(rna="") & ~Q(state=State.REFUSED),
                name="organisation_rna_once",
                violation_error_message="Une organisation porte déjà ce numéro RNA.",
            ),
            models.UniqueConstraint(
                fields=["siren"],
                condition=~Q(siren="") & ~Q(state=State.REFUSED),
                name="organisation_siren_once",
                violation_error_message="Une organisation porte déjà ce numéro SIREN.",
            ),
            models.CheckConstraint(
                condition=Q(rna="") | Q(rna__regex=r"^W[0-9][0-9A-Z][0-9]{7}$"),
                name="organisation_rna_form",
                violation_error_message="Un numéro RNA commence par W, suivi de 9 caractères.",
            ),
            models.CheckConstraint(
                condition=Q(siren="") | Q(siren__regex=r"^[0-9]{9}$"),
                name="organisation_siren_form",
                violation_error_message="Un numéro SIREN compte 9 chiffres.",
            ),
            models.CheckConstraint(
                condition=Q(siret="") | Q(siret__startswith=F("siren"), siret__regex=r"^[0-9]{14}$"),
                name="organisation_siret_of_siren",
                violation_error_message="Les 9 premiers chiffres du SIRET sont le SIREN.",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "commune"], name="organisation_state_commune"),
            models.Index(
                fields=["check_due_at"],
                name="organisation_check_due",
                condition=Q(check_due_at__isnull=False),
            ),
            GinIndex(
                OpClass(Lower(Func(F("name"), function="f_unaccent")), "gin_trgm_ops"),
                name="organisation_name_trigrams",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="host_with_missions",
                operation=pgtrigger.UpdateOf("may_host", "kind"),
                when=pgtrigger.Before,
                func="""
                    IF NOT NEW.may_host AND OLD.may_host AND EXISTS (
                        SELECT 1 FROM missions_mission
                        WHERE organisation_id = NEW.id AND state IN ('pending', 'open', 'suspended')
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'organisation_hosts_missions',
                            MESSAGE = 'this organisation still has missions';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="kind_with_its_duties",
                operation=pgtrigger.UpdateOf("kind", "may_host"),
                when=pgtrigger.Before,
                func="""
                    IF NEW.kind IS NOT DISTINCT FROM OLD.kind THEN
                        RETURN NEW;
                    END IF;
                    IF OLD.kind = 'company' AND NEW.may_host AND OLD.state IN ('validated', 'suspended') THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'organisation_company_turned_host',
                            MESSAGE = 'a company does not become a host by changing its kind';
                    END IF;
                    IF NEW.kind = 'company' AND EXISTS (
                        SELECT 1 FROM skill_needs_skillneed
                        WHERE organisation_id = NEW.id AND state NOT IN ('refused', 'no_taker')
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'organisation_states_needs',
                            MESSAGE = 'this organisation still states needs of skills';
                    END IF;
                    IF NEW.kind IN ('company', 'other') AND EXISTS (
                        SELECT 1 FROM resources_need
                        WHERE organisation_id = NEW.id AND state <> 'closed'
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'organisation_states_needs_of_means',
                            MESSAGE = 'this organisation still states needs of means';
                    END IF;
                    IF NEW.kind NOT IN ('company', 'local_authority', 'state_service', 'public_body') THEN
                        IF EXISTS (
                            SELECT 1 FROM offers_offer
                            WHERE organisation_id = NEW.id AND state NOT IN ('refused', 'expired')
                        ) THEN
                            RAISE EXCEPTION USING ERRCODE = 'check_violation',
                                CONSTRAINT = 'organisation_gives_offers',
                                MESSAGE = 'this organisation still offers the time of its people';
                        END IF;
                        IF EXISTS (
                            SELECT 1 FROM companies_employee
                            WHERE organisation_id = NEW.id AND until IS NULL
                        ) THEN
                            RAISE EXCEPTION USING ERRCODE = 'check_violation',
                                CONSTRAINT = 'organisation_has_employees',
                                MESSAGE = 'people still say they work there';
                        END IF;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.slug = slugify(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("organisations:public", args=[self.pk, self.slug])

    @property
    def is_verified(self) -> bool:
        return self.state == State.VALIDATED

    @property
    def name_for_strangers(self) -> str:
        """Its name once its page is public; until then a number that is known here does not say whose it is."""
        return self.name if self.is_verified else "organisation dont la page n’est pas publique"

    @property
    def department_id(self) -> str | None:
        """Its territory: that of its seat."""
        return self.commune.department_id if self.commune else None

    @property
    def space_url(self) -> str:
        from django.urls import reverse

        return reverse("organisations:space", args=[self.pk, self.slug])


class MembershipQuerySet(models.QuerySet["Membership"]):
    def live(self) -> "MembershipQuerySet":
        return self.filter(ended_at__isnull=True)

    def owners(self) -> "MembershipQuerySet":
        return self.live().filter(role=MemberRole.OWNER)


class Membership(models.Model):
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    role = models.CharField("rôle", max_length=10, choices=MemberRole)
    may_sign = models.BooleanField("peut signer", default=False)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "membre"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person"],
                condition=Q(ended_at__isnull=True),
                name="membership_once",
                violation_error_message="Cette personne est déjà membre.",
            )
        ]
        indexes = [
            models.Index(fields=["person"], name="membership_live", condition=Q(ended_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"membre {self.pk}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Neither answered nor cancelled; it may have expired."""
        return self.filter(accepted_at__isnull=True, cancelled_at__isnull=True)


class Invitation(models.Model):
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="invitations")
    email = personal(models.EmailField("adresse électronique"))
    role = models.CharField("rôle", max_length=10, choices=MemberRole)
    may_sign = models.BooleanField("peut signer", default=False)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField("envoyée le", db_default=Now())
    expires_at = models.DateTimeField("expire le")
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(accepted_at__isnull=True, cancelled_at__isnull=True),
                name="invitation_one_open",
                violation_error_message="Une invitation est déjà en cours pour cette adresse.",
            )
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= now()


class JoinRequestQuerySet(models.QuerySet["JoinRequest"]):
    def waiting(self) -> "JoinRequestQuerySet":
        return self.filter(state=JoinState.WAITING)

    def for_owners(self) -> "JoinRequestQuerySet":
        """Those that the organisation's owners answer."""
        return self.waiting().filter(to_brigade=False)

    def told_to_owner(self, person: Person) -> "JoinRequestQuerySet":
        """Those that wait for this person's answer."""
        return self.for_owners().filter(
            organisation__memberships__person=person,
            organisation__memberships__role=MemberRole.OWNER,
            organisation__memberships__ended_at__isnull=True,
        )

    def claims(self) -> "JoinRequestQuerySet":
        """Those that the brigade answers: nobody is responsible for the organisation."""
        return self.filter(to_brigade=True)


class JoinRequest(models.Model):
    """Somebody says they belong to an organisation that is already here: its owners answer, or the brigade."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="join_requests")
    person = models.ForeignKey(Person, models.CASCADE, related_name="join_requests")
    message = personal(ProseField("message", max_length=1000, blank=True))
    #: what a claim gives as a proof
    number = models.CharField("numéro donné", max_length=14, blank=True)
    to_brigade = models.BooleanField("répondue par la brigade", default=False)
    state = models.CharField("état", max_length=10, choices=JoinState, default=JoinState.WAITING)
    reason = ProseField("raison", max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("demandé le", db_default=Now())
    expires_at = models.DateTimeField("expire le")
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande à rejoindre"
        verbose_name_plural = "demandes à rejoindre"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person"],
                condition=Q(state=JoinState.WAITING),
                name="join_request_once",
                violation_error_message="Vous avez déjà demandé à rejoindre cette organisation.",
            ),
            models.CheckConstraint(
                condition=Q(state=JoinState.WAITING, answered_at__isnull=True)
                | (~Q(state=JoinState.WAITING) & Q(answered_at__isnull=False)),
                name="join_request_answered",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], name="join_request_expiry", condition=Q(state=JoinState.WAITING)
            )
        ]

    def __str__(self) -> str:
        return f"demande à rejoindre {self.pk}"


class Verification(models.Model):
    """What a registry said of an organisation's number, one day. Never changed afterwards."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="verifications")
    number = models.CharField("numéro", max_length=14)
    source = models.CharField("registre", max_length=10, choices=Source)
    outcome = models.CharField("résultat", max_length=12, choices=Checked)
    checked_at = models.DateTimeField("le", db_default=Now())
    seen_name = models.CharField("nom lu", max_length=300, blank=True)
    seen_street = models.CharField("adresse lue", max_length=300, blank=True)
    seen_place = models.CharField("code postal et commune lus", max_length=160, blank=True)
    seen_commune = models.CharField("code de la commune lue", max_length=5, blank=True)
    closed_on = models.DateField("fermée le", null=True, blank=True)
    why = models.CharField("pourquoi", max_length=300, blank=True)

    class Meta:
        verbose_name = "vérification"
        ordering = ["-checked_at", "-id"]
        indexes = [models.Index(fields=["organisation", "-checked_at"], name="verification_latest")]

    def __str__(self) -> str:
        return f"vérification {self.pk}"

"""A network: an organisation at its head, its members, whom it invites, the texts it lends them. Being a head is a
relation, not a kind: whoever has a member is one. A member joins by its own yes, and leaves when it wants."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.clock import now
from jeveuxagir.common.models import LineField, ProseField, personal
from organisations.models import Membership, Organisation
from organisations.policies import HANDLERS

from .enums import LIVE, State

#: what the trigger refuses by: an organisation is no member of its own member
NO_CIRCLE = "affiliation_no_circle"


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    def active(self) -> "AffiliationQuerySet":
        return self.filter(state=State.ACTIVE)

    def invited(self) -> "AffiliationQuerySet":
        return self.filter(state=State.INVITED)

    def of_head(self, organisation: Organisation) -> "AffiliationQuerySet":
        """Its members, and those it asked."""
        return self.filter(head=organisation, state__in=LIVE)

    def of_member(self, organisation: Organisation) -> "AffiliationQuerySet":
        """The networks it is in, or is asked into."""
        return self.filter(member=organisation, state__in=LIVE)

    def of_organisation(self, organisation: Organisation) -> "AffiliationQuerySet":
        return self.filter(Q(head=organisation) | Q(member=organisation))

    def told_to(self, person: Person) -> "AffiliationQuerySet":
        """The invitations that this person may answer."""
        handled = Membership.objects.live().filter(
            organisation=OuterRef("member"), person=person, role__in=HANDLERS
        )
        return self.invited().filter(Exists(handled))


class Affiliation(models.Model):
    head = models.ForeignKey(
        Organisation, models.CASCADE, related_name="affiliations", verbose_name="tête de réseau"
    )
    member = models.ForeignKey(Organisation, models.CASCADE, related_name="networks", verbose_name="membre")
    state = models.CharField("état", max_length=10, choices=State, default=State.INVITED)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    #: a word of the head, read by the member
    message = ProseField("message", max_length=1000, blank=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("invité le", db_default=Now())
    joined_at = models.DateTimeField("membre depuis le", null=True, blank=True)

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        verbose_name = "membre d’un réseau"
        verbose_name_plural = "membres des réseaux"
        constraints = [
            models.UniqueConstraint(
                fields=["head", "member"],
                condition=Q(state__in=LIVE),
                name="affiliation_once",
                violation_error_message="Cette organisation est déjà membre, ou déjà invitée.",
            ),
            models.CheckConstraint(
                condition=~Q(head=F("member")),
                name="affiliation_of_two",
                violation_error_message="Une organisation n’est pas membre d’elle-même.",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.ACTIVE) | Q(joined_at__isnull=False), name="affiliation_joined_dated"
            ),
        ]
        indexes = [models.Index(fields=["member", "state"], name="affiliation_of_member")]
        triggers = [
            pgtrigger.Trigger(
                name="no_circle",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state"),
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__state=State.ACTIVE),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM networks_affiliation
                        WHERE head_id = NEW.member_id AND member_id = NEW.head_id AND state = 'active'
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'affiliation_no_circle',
                            MESSAGE = 'the head is a member of this organisation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"membre d’un réseau {self.pk}"


class MailInvitationQuerySet(models.QuerySet["MailInvitation"]):
    def open(self) -> "MailInvitationQuerySet":
        """Neither used nor cancelled; it may have expired."""
        return self.filter(used_at__isnull=True, cancelled_at__isnull=True)

    def of_organisation(self, organisation: Organisation) -> "MailInvitationQuerySet":
        """Those of a head that wait for an answer."""
        return self.open().filter(head=organisation)


class MailInvitation(models.Model):
    """Sent to an address: its organisation may not be on the site yet."""

    head = models.ForeignKey(Organisation, models.CASCADE, related_name="network_invitations")
    email = personal(models.EmailField("adresse électronique"))
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("envoyée le", db_default=Now())
    expires_at = models.DateTimeField("expire le")
    used_at = models.DateTimeField("utilisée le", null=True, blank=True)
    cancelled_at = models.DateTimeField("annulée le", null=True, blank=True)

    objects = MailInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation dans un réseau"
        verbose_name_plural = "invitations dans des réseaux"
        constraints = [
            models.UniqueConstraint(
                fields=["head", "email"],
                condition=Q(used_at__isnull=True, cancelled_at__isnull=True),
                name="network_invitation_once",
                violation_error_message="Une invitation est déjà en cours pour cette adresse.",
            )
        ]

    def __str__(self) -> str:
        return f"invitation dans un réseau {self.pk}"

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= now()


class TemplateQuerySet(models.QuerySet["Template"]):
    def live(self) -> "TemplateQuerySet":
        return self.filter(retired_at__isnull=True)

    def of_organisation(self, organisation: Organisation) -> "TemplateQuerySet":
        """Those that a head wrote."""
        return self.live().filter(head=organisation)

    def lent_to(self, organisation: Organisation) -> "TemplateQuerySet":
        """Its own, and those of the networks it is in; a network that the brigade suspended lends nothing."""
        mine = Affiliation.objects.active().filter(
            head=OuterRef("head"), head__state="validated", member=organisation
        )
        return self.live().filter(Q(head=organisation) | Exists(mine))


class Template(models.Model):
    """Words that a head lends its members to begin a need of skills with."""

    head = models.ForeignKey(Organisation, models.CASCADE, related_name="need_templates")
    title = LineField("titre", max_length=160)
    deliverable = ProseField("ce qui sera rendu", max_length=3000, blank=True)
    context = ProseField("à quoi cela servira", max_length=5000, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)
    retired_at = models.DateTimeField("retiré le", null=True, blank=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = "modèle de besoin"
        verbose_name_plural = "modèles de besoins"
        ordering = ["title", "id"]

    def __str__(self) -> str:
        return self.title

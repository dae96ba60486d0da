"""Alliance, where it acts, its parties, the invitations to join it, and the steps of its journey.

An alliance has no legal effect of its own: no table here holds money or commits anybody.
"""

import datetime
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.roles import scope_filter
from jeveuxagir.common.clock import now
from jeveuxagir.common.models import LineField, ProseField, personal
from jeveuxagir.common.text import slugify
from jeveuxagir.taxonomies.models import CatalystFunction, Domain, PartnershipCategory, Sdg, SkillGroup
from jeveuxagir.territories.models import Commune, Department, Epci, Region
from missions.models import Mission
from organisations.models import Membership, Organisation

from .colleges import college_of
from .enums import (
    OPEN_INVITATIONS,
    Activity,
    College,
    Condition,
    InvitationState,
    Publication,
    Rule,
    Section,
    Stage,
    StepState,
)


class AllianceQuerySet(models.QuerySet["Alliance"]):
    def public(self) -> "AllianceQuerySet":
        """What anybody may read."""
        return self.filter(publication=Publication.PUBLIC)

    def of_person(self, person: Person) -> "AllianceQuerySet":
        """Those where the person acts: a party themself, or a live member of a party's organisation."""
        return self.filter(Exists(Party.objects.live().of_person(person).filter(alliance=OuterRef("pk"))))

    def of_organisation(self, organisation: Organisation) -> "AllianceQuerySet":
        live = Party.objects.live().filter(alliance=OuterRef("pk"), organisation=organisation)
        return self.filter(Exists(live))

    def visible_to(self, user: Any) -> "AllianceQuerySet":
        """Staff: those of their territory and theme, to accompany them; never what the parties keep inside."""
        return self.filter(scope_filter(user, "department", "domain"))

    def active(self) -> "AllianceQuerySet":
        return self.filter(activity=Activity.ACTIVE)


class Alliance(models.Model):
    name = LineField("nom", max_length=160)
    slug = models.SlugField(max_length=80, editable=False)
    purpose = ProseField("ce que l’alliance veut changer", max_length=4000)
    shared_interest = ProseField("intérêt que chacun y trouve", max_length=2000, blank=True)
    derogation = ProseField("dérogation demandée", max_length=2000, blank=True)
    #: when the parties look at what the alliance, and the derogation it asks for, changed
    evaluate_on = models.DateField("à évaluer le", null=True, blank=True)
    domain = models.ForeignKey(
        Domain, models.PROTECT, null=True, blank=True, related_name="alliances", verbose_name="domaine"
    )
    sdgs = models.ManyToManyField(Sdg, blank=True, related_name="alliances", verbose_name="ODD")
    category = models.ForeignKey(
        PartnershipCategory,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="alliances",
        verbose_name="catégorie de partenariat",
    )
    #: whose brigade accompanies it
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="alliances", verbose_name="département"
    )
    starts_on = models.DateField("commence le", null=True, blank=True)
    ends_on = models.DateField("finit le", null=True, blank=True)
    rule = models.CharField("règle de décision", max_length=12, choices=Rule, default=Rule.CONSENT)
    #: what the parties say of themselves; the first condition is counted, not said
    declared = ArrayField(
        models.CharField(max_length=20, choices=Condition),
        verbose_name="conditions réunies",
        default=list,
        blank=True,
    )
    stage = models.CharField("étape", max_length=12, choices=Stage, default=Stage.EMERGING)
    stage_changed_at = models.DateTimeField("étape depuis le", db_default=Now())
    activity = models.CharField("activité", max_length=8, choices=Activity, default=Activity.ACTIVE)
    activity_changed_at = models.DateTimeField("activité depuis le", db_default=Now())
    activity_reason = ProseField("raison", max_length=1000, blank=True)
    #: every how many days the parties want to meet or write
    cadence_days = models.PositiveSmallIntegerField("rythme, en jours", null=True, blank=True)
    last_acted_at = models.DateTimeField("dernière activité", db_default=Now())
    animator_warned_at = models.DateTimeField(null=True, blank=True)
    brigade_warned_at = models.DateTimeField(null=True, blank=True)
    publication = models.CharField(
        "page publique", max_length=8, choices=Publication, default=Publication.PRIVATE
    )
    published_at = models.DateTimeField("publiée le", null=True, blank=True)
    shown = ArrayField(
        models.CharField(max_length=14, choices=Section),
        verbose_name="ce que la page publique montre",
        default=list,
        blank=True,
    )
    #: the alliance it was born from, set once and for all when it starts; see spreading.py
    origin = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="offspring",
        verbose_name="née de",
    )
    #: who animates or facilitates agreed that others start theirs from it
    spread_agreed_at = models.DateTimeField("essaimage accepté le", null=True, blank=True)
    #: what closing asks
    reached = ProseField("ce qui a été atteint", max_length=2000, blank=True)
    learned = ProseField("ce qui a été appris", max_length=2000, blank=True)
    what_next = ProseField("ce qui continue", max_length=2000, blank=True)
    #: a party asked to close: it happens after a while, unless another objects
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("commencée le", db_default=Now())
    version = models.PositiveIntegerField(default=1)

    objects = AllianceQuerySet.as_manager()

    class Meta:
        verbose_name = "alliance"
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="alliance_dates_in_order",
                violation_error_message="L’alliance finit après avoir commencé.",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(evaluate_on__isnull=True)
                | Q(evaluate_on__gt=F("starts_on")),
                name="alliance_evaluated_after_its_start",
                violation_error_message="L’évaluation vient après le début de l’alliance.",
            ),
            models.CheckConstraint(
                condition=Q(stage=Stage.EMERGING)
                | (Q(starts_on__isnull=False, ends_on__isnull=False) & ~Q(purpose="")),
                name="alliance_structured_with_dates",
                violation_error_message="Une alliance structurée a un but, un début et une fin.",
            ),
            models.CheckConstraint(
                condition=~Q(activity=Activity.CLOSED) | (~Q(reached="") & ~Q(learned="") & ~Q(what_next="")),
                name="alliance_closed_with_answers",
                violation_error_message="Répondez aux trois questions avant de clore.",
            ),
            models.CheckConstraint(
                condition=~Q(publication=Publication.PUBLIC) | Q(published_at__isnull=False),
                name="alliance_public_dated",
            ),
            models.CheckConstraint(condition=~Q(origin=F("id")), name="alliance_not_its_own_origin"),
            models.CheckConstraint(
                condition=Q(cadence_days__isnull=True) | Q(cadence_days__range=(7, 180)),
                name="alliance_cadence_sane",
                violation_error_message="Choisissez un rythme entre 7 et 180 jours.",
            ),
        ]
        indexes = [
            models.Index(fields=["publication", "stage"], name="alliance_public"),
            models.Index(fields=["department", "activity"], name="alliance_of_department"),
            models.Index(fields=["last_acted_at"], name="alliance_silent", condition=Q(activity="active")),
        ]
        triggers = [
            pgtrigger.Trigger(
                # an origin is older than what is born from it, and stays: no line comes back to its start
                name="origin_for_ever",
                operation=pgtrigger.UpdateOf("origin_id"),
                when=pgtrigger.Before,
                condition=pgtrigger.Condition(
                    "NEW.origin_id IS NOT NULL AND NEW.origin_id IS DISTINCT FROM OLD.origin_id"
                ),
                func="""
                    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'alliance_origin_for_ever',
                        MESSAGE = 'the origin of an alliance is set when it starts';
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.slug = slugify(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        """The public page; the parties are sent to their home."""
        from django.urls import reverse

        return reverse("alliances:public", args=[self.pk, self.slug])

    @property
    def space_url(self) -> str:
        """The parties' home."""
        from django.urls import reverse

        return reverse("alliances:home", args=[self.pk, self.slug])

    @property
    def is_public(self) -> bool:
        return self.publication == Publication.PUBLIC

    @property
    def is_closed(self) -> bool:
        return self.activity == Activity.CLOSED

    def shows(self, section: str) -> bool:
        """Whether the parties chose to show this on the public page."""
        return section in self.shown


class Place(models.Model):
    """Where an alliance acts: one or several communes, an intercommunality, a department or a region."""

    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="places")
    commune = models.ForeignKey(Commune, models.PROTECT, null=True, blank=True, related_name="+")
    epci = models.ForeignKey(Epci, models.PROTECT, null=True, blank=True, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "territoire d’une alliance"
        verbose_name_plural = "territoires des alliances"
        constraints = [
            models.CheckConstraint(
                condition=Q(commune__isnull=False, epci=None, department=None, region=None)
                | Q(commune=None, epci__isnull=False, department=None, region=None)
                | Q(commune=None, epci=None, department__isnull=False, region=None)
                | Q(commune=None, epci=None, department=None, region__isnull=False),
                name="alliance_place_is_one",
            ),
            models.UniqueConstraint(
                fields=["alliance", "commune", "epci", "department", "region"],
                nulls_distinct=False,
                name="alliance_place_once",
                violation_error_message="Ce territoire est déjà dans la liste.",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def place(self) -> Commune | Epci | Department | Region | None:
        return self.commune or self.epci or self.department or self.region

    @property
    def label(self) -> str:
        """« Saint-Denis (93) », « Seine-Saint-Denis (93) », « Île-de-France »."""
        return str(getattr(self.place, "label", self.place))


class PartyQuerySet(models.QuerySet["Party"]):
    def live(self) -> "PartyQuerySet":
        return self.filter(left_at__isnull=True)

    def of_person(self, person: Person) -> "PartyQuerySet":
        """The parties this person may speak for: themself, or the organisations they are a live member of."""
        member = Membership.objects.live().filter(organisation=OuterRef("organisation"), person=person)
        return self.filter(Q(person=person) | Exists(member))

    def in_order(self) -> "PartyQuerySet":
        return self.select_related("organisation__commune", "person", "signatory").order_by("joined_at", "pk")


class Party(models.Model):
    """An organisation, or a citizen, who takes part in an alliance."""

    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="parties")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="parties"
    )
    person = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="parties")
    college = models.CharField("collège", max_length=14, choices=College)
    #: what the party is called once its person is erased, and in old documents
    name = LineField("nom", max_length=160)
    #: who signs for it, in what capacity (« présidente »)
    signatory = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    capacity = personal(LineField("qualité", max_length=120, blank=True))
    brings = ProseField("ce qu’elle apporte", max_length=1000, blank=True)
    functions = models.ManyToManyField(
        CatalystFunction, blank=True, related_name="+", verbose_name="fonctions tenues"
    )
    skills = models.ManyToManyField(
        SkillGroup, blank=True, related_name="+", verbose_name="compétences apportées"
    )
    is_animator = models.BooleanField("anime l’alliance", default=False)
    #: a public actor who invites and minutes, and never decides alone
    is_facilitator = models.BooleanField("facilite", default=False)
    #: recognised by a decision of the parties, for a while; it never funds the alliance (K118)
    is_trusted_third = models.BooleanField("tiers de confiance", default=False)
    independence = ProseField("en quoi il est indépendant", max_length=1000, blank=True)
    mandate = ProseField("mandat du tiers de confiance", max_length=2000, blank=True)
    mandate_from = models.DateField("mandat à partir du", null=True, blank=True)
    mandate_until = models.DateField("mandat jusqu’au", null=True, blank=True)
    is_funder = models.BooleanField("finance l’alliance", default=False)
    joined_at = models.DateTimeField("partie depuis le", db_default=Now())
    left_at = models.DateTimeField("partie jusqu’au", null=True, blank=True)
    leave_reason = ProseField("raison du départ", max_length=1000, blank=True)
    #: who took over its obligations
    replaced_by = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = "partie"
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=True) | Q(person__isnull=True),
                name="party_organisation_or_person",
            ),
            models.UniqueConstraint(
                fields=["alliance", "organisation"],
                condition=Q(left_at__isnull=True, organisation__isnull=False),
                name="party_organisation_once",
                violation_error_message="Cette organisation est déjà partie à l’alliance.",
            ),
            models.UniqueConstraint(
                fields=["alliance", "person"],
                condition=Q(left_at__isnull=True, person__isnull=False),
                name="party_person_once",
                violation_error_message="Cette personne est déjà partie à l’alliance.",
            ),
            models.CheckConstraint(
                condition=~Q(is_trusted_third=True, is_funder=True),
                name="party_trusted_third_funds_not",
                violation_error_message="Qui finance l’alliance ne peut pas en être le tiers de confiance.",
            ),
            models.CheckConstraint(
                condition=Q(is_trusted_third=False)
                | (
                    Q(mandate_from__isnull=False, mandate_until__isnull=False)
                    & ~Q(mandate="")
                    & ~Q(independence="")
                ),
                name="party_trusted_third_with_mandate",
                violation_error_message="Dites le mandat du tiers de confiance, ses dates et son indépendance.",
            ),
            models.CheckConstraint(
                condition=Q(mandate_from__isnull=True)
                | Q(mandate_until__isnull=True)
                | Q(mandate_until__gt=F("mandate_from")),
                name="party_mandate_in_order",
                violation_error_message="Le mandat finit après avoir commencé.",
            ),
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | (~Q(replaced_by=F("id")) & Q(left_at__isnull=False)),
                name="party_replaced_once_left",
            ),
            models.CheckConstraint(
                condition=Q(is_facilitator=False) | Q(college=College.PUBLIC),
                name="party_facilitator_is_public",
                violation_error_message="Seul un acteur public peut être facilitateur.",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation"], name="party_live", condition=Q(left_at__isnull=True))
        ]
        triggers = [
            pgtrigger.Trigger(
                # the tables of what funds are those of an app above: the body names them, no code of ours does
                name="third_funds_not",
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("is_trusted_third", "left_at", "organisation_id", "person_id"),
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__is_trusted_third=True, new__left_at__isnull=True),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM alliances_party funder
                        WHERE funder.alliance_id = NEW.alliance_id AND (
                            funder.id = NEW.id OR funder.organisation_id = NEW.organisation_id
                            OR funder.person_id = NEW.person_id
                        ) AND (
                            EXISTS (
                                SELECT 1 FROM contributions_contribution money
                                WHERE money.party_id = funder.id AND money.kind = 'money'
                                    AND NOT (money.state = 'dropped' AND money.real = 0)
                            ) OR EXISTS (
                                SELECT 1 FROM contributions_fundingline line
                                WHERE line.party_id = funder.id AND line.state <> 'refused'
                            )
                        )
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'party_trusted_third_funds_not',
                            MESSAGE = 'who funds an alliance is never its trusted third party';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                # a place is taken over by a live party of the same alliance: no chain ever comes back to its start
                name="replaced_by_live",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("replaced_by_id"),
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__replaced_by__isnull=False),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM alliances_party heir
                        WHERE heir.id = NEW.replaced_by_id AND heir.alliance_id = NEW.alliance_id
                            AND (heir.left_at IS NULL OR heir.left_at > NEW.left_at)
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'party_replaced_by_live',
                            MESSAGE = 'a place is taken over by a live party of the same alliance';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        return self.left_at is None

    @staticmethod
    def college_for(organisation: Organisation | None) -> College:
        return college_of(organisation) if organisation else College.CITIZENS


class AllianceInvitationQuerySet(models.QuerySet["AllianceInvitation"]):
    def open(self) -> "AllianceInvitationQuerySet":
        """Those that may still lead to a party; they may have expired."""
        return self.filter(state__in=OPEN_INVITATIONS)


class AllianceInvitation(models.Model):
    """An organisation or a person asked to join; the answer comes first, the account later."""

    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="invitations")
    #: one that is already here; empty for a name and an address only
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="alliance_invitations"
    )
    name = LineField("organisation ou personne", max_length=160)
    college = models.CharField("collège", max_length=14, choices=College)
    email = personal(models.EmailField("adresse électronique"))
    message = ProseField("message", max_length=1000, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    state = models.CharField("état", max_length=10, choices=InvitationState, default=InvitationState.SENT)
    #: what was said without an account
    answer_name = personal(LineField("votre nom", max_length=120, blank=True))
    answer = personal(ProseField("votre réponse", max_length=1000, blank=True))
    #: why this one: the reasons of the composition, when it was proposed by it
    reasons = models.JSONField("raisons", default=list, blank=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField("invitée le", db_default=Now())
    sent_at = models.DateTimeField("envoyée le", db_default=Now())
    expires_at = models.DateTimeField("expire le")
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    party = models.OneToOneField(
        Party, models.SET_NULL, null=True, blank=True, related_name="invitation", verbose_name="partie"
    )

    objects = AllianceInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation à une alliance"
        verbose_name_plural = "invitations aux alliances"
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "email"],
                condition=Q(state__in=OPEN_INVITATIONS),
                name="alliance_invitation_one_open",
                violation_error_message="Une invitation est déjà en cours pour cette adresse.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[InvitationState.SENT, InvitationState.CANCELLED])
                | Q(answered_at__isnull=False),
                name="alliance_invitation_answered_dated",
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="alliance_invitation_expiry")]

    def __str__(self) -> str:
        return f"invitation à une alliance {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_INVITATIONS

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= now()


class Step(models.Model):
    """A step of the journey that the parties did or chose to skip (see journey.py for the steps)."""

    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="steps")
    key = models.SlugField("étape", max_length=40)
    state = models.CharField("état", max_length=8, choices=StepState)
    note = ProseField("note", max_length=1000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField("le", db_default=Now())

    class Meta:
        verbose_name = "étape du parcours"
        verbose_name_plural = "étapes du parcours"
        constraints = [
            models.UniqueConstraint(fields=["alliance", "key"], name="alliance_step_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class GuidedStep(models.Model):
    """What a method tells to do, under the step of the journey that it helps with: ticked one by one."""

    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="guided_steps")
    #: the step of the journey it stands under (see journey.py)
    key = models.SlugField("étape du parcours", max_length=40)
    source = LineField("méthode", max_length=140)
    #: the page of the method on this site, which names it
    source_url = models.CharField("page de la méthode", max_length=300)
    position = models.PositiveSmallIntegerField("ordre")
    title = LineField("ce qu’il y a à faire", max_length=300)
    done_at = models.DateTimeField("faite le", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField("ajoutée le", db_default=Now())

    class Meta:
        verbose_name = "étape d’une méthode"
        verbose_name_plural = "étapes des méthodes"
        ordering = ["source_url", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "source_url", "position"],
                name="alliance_guided_step_once",
                violation_error_message="Cette méthode est déjà dans le parcours de l’alliance.",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AllianceMission(models.Model):
    """A mission that an alliance carries: shown on both pages."""

    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="carried")
    mission = models.OneToOneField(Mission, models.CASCADE, related_name="carried_by")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField("ajoutée le", db_default=Now())

    class Meta:
        verbose_name = "mission d’une alliance"
        verbose_name_plural = "missions des alliances"

    def __str__(self) -> str:
        return f"mission {self.mission_id} de l’alliance {self.alliance_id}"


#: How long an invitation may be answered.
INVITATION_LIFE = datetime.timedelta(days=30)

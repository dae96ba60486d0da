"""What an association needs done by somebody of a trade: said before any offer, by itself.

Work is counted in whole minutes, everywhere; a day is 420 of them unless a convention says otherwise.
"""

from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, When
from django.db.models.functions import Now
from django.urls import reverse

from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.roles import scope_filter
from jeveuxagir.common.clock import today
from jeveuxagir.common.models import LineField, ProseField
from jeveuxagir.common.text import slugify
from jeveuxagir.taxonomies.models import Domain, Sdg, Skill
from jeveuxagir.territories.models import Commune, Department
from missions.enums import MissionMode
from organisations.models import Membership, Organisation
from organisations.policies import HANDLERS

from .durations import DAY_MINUTES as DAY_MINUTES
from .durations import in_words
from .enums import PUBLIC, SEEKING, ContactConsent, Format, State

#: minutes of a « séance flash »
FLASH_MINUTES = 60
#: an immersion lasts from half a day to ten days
IMMERSION_MINUTES = (DAY_MINUTES // 2, 10 * DAY_MINUTES)
#: the most one need may ask: two full years; beyond, somebody mistyped
MOST_MINUTES = 440 * DAY_MINUTES


class SkillNeedQuerySet(models.QuerySet["SkillNeed"]):
    def public(self) -> "SkillNeedQuerySet":
        """What anybody may read."""
        return self.filter(state__in=PUBLIC, organisation__state="validated")

    def seeking(self) -> "SkillNeedQuerySet":
        """What an offer may still meet."""
        return self.public().filter(state__in=SEEKING)

    def visible_to(self, user: Any) -> "SkillNeedQuerySet":
        """Those of a member of the brigade's territory and theme, and those one handles."""
        scope = scope_filter(user, "department", "domain")
        if not scope:  # the nation sees all
            return self.all()
        mine = self.of_person(user.person).values("pk") if getattr(user, "person_id", None) else self.none()
        return self.filter(scope | Q(pk__in=mine))

    def for_cards(self) -> "SkillNeedQuerySet":
        """With all that a card or a line of the API shows, in a number of queries that rows do not change."""
        rows = self.select_related("organisation", "commune__department", "department", "domain")
        return rows.prefetch_related("skills__group", "sdgs").defer("search")

    def for_list(self) -> "SkillNeedQuerySet":
        """For an association's own list: what waits for it, then what is written, read and looked for."""
        order = [State.REFUSED, State.DRAFT, State.PENDING, State.OPEN, State.IN_TALK, State.AGREED]
        place = Case(*(When(state=state, then=index) for index, state in enumerate(order)), default=9)
        return self.select_related("organisation").defer("search").order_by(place, "-updated_at", "-pk")

    def counts(self) -> dict[str, int]:
        """{state: how many}"""
        return dict(self.order_by().values_list("state").annotate(n=Count("pk")).values_list("state", "n"))

    def live(self) -> "SkillNeedQuerySet":
        """Those that closing its association would end."""
        return self.filter(
            state__in=[State.PENDING, State.OPEN, State.IN_TALK, State.AGREED, State.SUSPENDED]
        )

    def waiting_for_members(self) -> "SkillNeedQuerySet":
        """To mend, or with a date that has passed: the oldest first."""
        to_mend = Q(state=State.REFUSED) | (Q(state=State.DRAFT) & ~Q(state_reason=""))
        late = Q(state__in=SEEKING, deadline__lt=today())
        return self.filter(to_mend | late).order_by("state_changed_at", "pk")

    def of_organisation(self, organisation: Organisation) -> "SkillNeedQuerySet":
        return self.filter(organisation=organisation)

    def of_person(self, person: Person) -> "SkillNeedQuerySet":
        """Those of the organisations this person handles."""
        handled = Membership.objects.live().filter(
            organisation=OuterRef("organisation"), person=person, role__in=HANDLERS
        )
        return self.filter(Exists(handled))


class SkillNeed(models.Model):
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="skill_needs", verbose_name="association"
    )
    title = LineField("titre", max_length=160)
    slug = models.SlugField(max_length=80, editable=False)
    #: one of the project types of `scoping`; empty for a need of its own sort
    project_type = models.SlugField("type de projet", max_length=40, blank=True)
    deliverable = ProseField("ce qui sera rendu", max_length=3000, blank=True)
    context = ProseField("à quoi cela servira", max_length=5000, blank=True)
    skills = models.ManyToManyField(Skill, blank=True, related_name="+", verbose_name="compétences")
    format = models.CharField("format", max_length=14, choices=Format, default=Format.SPLIT)
    minutes = models.PositiveIntegerField("volume, en minutes", null=True, blank=True)
    deadline = models.DateField("pour le", null=True, blank=True)
    mode = models.CharField(
        "sur place ou à distance", max_length=10, choices=MissionMode, default=MissionMode.HYBRID
    )
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="commune"
    )
    #: where it belongs: its commune's, or its association's
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="département"
    )
    domain = models.ForeignKey(
        Domain, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="domaine"
    )
    sdgs = models.ManyToManyField(Sdg, blank=True, related_name="+", verbose_name="ODD")
    #: the member whom a company may reach, once it may
    contact = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="contact"
    )
    contact_consent = models.CharField(
        "contact donné", max_length=16, choices=ContactConsent, default=ContactConsent.AFTER_AGREEMENT
    )
    state = models.CharField("état", max_length=10, choices=State, default=State.DRAFT)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    state_reason = ProseField("raison", max_length=2000, blank=True)
    #: the furthest page of the wizard that was reached; 0 once sent
    draft_step = models.PositiveSmallIntegerField("étape du brouillon", default=0)
    opened_at = models.DateTimeField("ouvert le", null=True, blank=True)
    #: suspended because its association is: lifted with it
    suspended_with_organisation = models.BooleanField(default=False, editable=False)
    #: when its members were told that its date had passed; nothing once they chose another
    reminded_on = models.DateField("relancé le", null=True, blank=True, editable=False)
    search = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="french_unaccent")
        + SearchVector("deliverable", "context", weight="C", config="french_unaccent"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)

    objects = SkillNeedQuerySet.as_manager()

    class Meta:
        verbose_name = "besoin de compétences"
        verbose_name_plural = "besoins de compétences"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[State.DRAFT, State.REFUSED, State.NO_TAKER])
                | (~Q(deliverable="") & Q(minutes__isnull=False)),
                name="skill_need_said_before_sent",
                violation_error_message="Dites ce qui sera rendu, et en combien de temps.",
            ),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | Q(minutes__range=(30, MOST_MINUTES)),
                name="skill_need_minutes_sane",
                violation_error_message="Le volume va d’une demi-heure à deux ans.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=PUBLIC) | Q(opened_at__isnull=False), name="skill_need_open_dated"
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="skill_need_search"),
            models.Index(fields=["organisation", "state"], name="skill_need_of_organisation"),
            models.Index(fields=["state", "department"], name="skill_need_public"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="owned_by_association",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("organisation_id", "state"),
                when=pgtrigger.Before,
                func="""
                    IF (
                        SELECT kind FROM organisations_organisation WHERE id = NEW.organisation_id FOR SHARE
                    ) = 'company' THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'skill_need_never_of_company',
                            MESSAGE = 'a company states no need';
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
        return reverse("skill_needs:public", args=[self.pk, self.slug])

    @property
    def is_seeking(self) -> bool:
        return self.state in SEEKING

    @property
    def has_page(self) -> bool:
        """What anybody may read; its association is to be validated besides."""
        return self.state in PUBLIC

    @property
    def volume(self) -> str:
        """« 2 jours et demi »."""
        return in_words(self.minutes)

    @property
    def place(self) -> Commune | Department | None:
        return self.commune or self.department

    @property
    def is_late(self) -> bool:
        """It still waits, and its date has passed."""
        return self.is_seeking and self.deadline is not None and self.deadline < today()


class PassedOnQuerySet(models.QuerySet["PassedOn"]):
    def live(self) -> "PassedOnQuerySet":
        """Those whose need still waits, and may be read by anybody; nothing of a network that was suspended."""
        return self.filter(
            need__state__in=SEEKING, need__organisation__state="validated", network__state="validated"
        )

    def of_organisation(self, organisation: Organisation) -> "PassedOnQuerySet":
        """What was passed on to it."""
        return self.filter(to=organisation)

    def by_head(self, organisation: Organisation) -> "PassedOnQuerySet":
        """What it passed on, as the head of a network."""
        return self.filter(network=organisation)

    def of_person(self, person: Person) -> "PassedOnQuerySet":
        """Those that this person passed on."""
        return self.filter(passed_by__person=person)

    def to_brigade(self) -> "PassedOnQuerySet":
        return self.filter(to__isnull=True)


class PassedOn(models.Model):
    """A member's open need that the head of its network shows to somebody who may help, with a word."""

    need = models.ForeignKey(SkillNeed, models.CASCADE, related_name="passed_on", verbose_name="besoin")
    network = models.ForeignKey(
        Organisation, models.CASCADE, related_name="needs_passed_on", verbose_name="réseau"
    )
    #: none: the brigade of the need's territory
    to = models.ForeignKey(
        Organisation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="needs_received",
        verbose_name="transmis à",
    )
    note = ProseField("un mot", max_length=1000, blank=True)
    passed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("transmis le", db_default=Now())

    objects = PassedOnQuerySet.as_manager()

    class Meta:
        verbose_name = "besoin transmis par un réseau"
        verbose_name_plural = "besoins transmis par un réseau"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["need", "network", "to"],
                nulls_distinct=False,
                name="need_passed_on_once",
                violation_error_message="Votre réseau lui a déjà transmis ce besoin.",
            ),
            models.CheckConstraint(
                condition=Q(to__isnull=True) | ~Q(to=models.F("network")),
                name="need_passed_on_to_another",
                violation_error_message="Un réseau ne se transmet pas un besoin à lui-même.",
            ),
        ]

    def __str__(self) -> str:
        return f"besoin transmis {self.pk}"

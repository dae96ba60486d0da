"""A common problem, and those who say « nous aussi ». It is worded once: what others support does not change."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.text import Truncator

from alliances.colleges import OF_ORGANISATIONS
from alliances.enums import College
from alliances.models import Alliance
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.models import LineField, ProseField, personal
from jeveuxagir.common.text import NBSP, slugify
from jeveuxagir.taxonomies.models import Domain, Sdg
from jeveuxagir.territories.models import Commune, Department
from organisations.models import Membership, Organisation
from organisations.policies import HANDLERS

from .enums import PUBLIC, State

#: so many worlds of organisations make a problem ready for an alliance
WORLDS_TO_BE_READY = 3


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def public(self) -> "ChallengeQuerySet":
        """What anybody may read."""
        return self.filter(state__in=PUBLIC)

    def of_person(self, person: Person) -> "ChallengeQuerySet":
        """Those this person looks after: stated for themself, or for an organisation they handle."""
        handled = Membership.objects.live().filter(
            organisation=OuterRef("organisation"), person=person, role__in=HANDLERS
        )
        return self.filter(Q(person=person, organisation=None) | Exists(handled))

    def open(self) -> "ChallengeQuerySet":
        return self.filter(state=State.OPEN)

    def counted(self) -> "ChallengeQuerySet":
        """With `supported`: how many say « nous aussi » to the words as they are."""
        agreed = Q(reworded_at=None) | Q(supports__agreed_at__gte=F("reworded_at"))
        return self.annotate(supported=Count("supports", filter=agreed))

    def with_supports(self) -> "ChallengeQuerySet":
        """With those who support the words as they are, in `supports.all()`: one statement for all rows."""
        return self.prefetch_related(Prefetch("supports", Support.objects.standing()))

    def supported_by(self, organisation: Any) -> "ChallengeQuerySet":
        """Those that this organisation (a row, or an `OuterRef`) supports as they are worded."""
        agreed = Q(reworded_at=None) | Q(supports__agreed_at__gte=F("reworded_at"))
        return self.filter(agreed, supports__organisation=organisation)


class Challenge(models.Model):
    statement = LineField("le problème, en une phrase", max_length=160)
    slug = models.SlugField(max_length=80, editable=False)
    who = ProseField("qui en souffre, et comment", max_length=2000)
    evidence = ProseField("ce qui le montre", max_length=3000, blank=True)
    link = models.URLField("lien vers une preuve", max_length=300, blank=True)
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="commune"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="challenges", verbose_name="département"
    )
    domain = models.ForeignKey(
        Domain, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="domaine"
    )
    sdgs = models.ManyToManyField(Sdg, blank=True, related_name="+", verbose_name="ODD")
    #: who states it; empty once they erased their account
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="challenges", verbose_name="personne"
    )
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="organisation"
    )
    state = models.CharField("état", max_length=12, choices=State, default=State.DRAFT)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    reason = ProseField("raison", max_length=2000, blank=True)
    created_at = models.DateTimeField("exposé le", db_default=Now())
    opened_at = models.DateTimeField("ouvert le", null=True, blank=True)
    #: when its words last changed after it had been open: who supported the former ones confirms, or does not count
    reworded_at = models.DateTimeField("récrit le", null=True, blank=True)
    #: when three worlds of organisations supported it; set once for these words, whatever happens next
    ready_at = models.DateTimeField("prêt pour une alliance le", null=True, blank=True)
    alliance = models.ForeignKey(
        Alliance, models.PROTECT, null=True, blank=True, related_name="challenges", verbose_name="alliance"
    )

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        verbose_name = "problème commun"
        verbose_name_plural = "problèmes communs"
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.IN_ALLIANCE, alliance__isnull=False, ready_at__isnull=False)
                | (~Q(state=State.IN_ALLIANCE) & Q(alliance__isnull=True)),
                name="challenge_in_its_alliance",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CLOSED) | ~Q(reason=""),
                name="challenge_closed_with_reason",
                violation_error_message="Dites pourquoi ce problème est fermé.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=PUBLIC) | Q(opened_at__isnull=False), name="challenge_opened_dated"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "department"], name="challenge_public"),
            models.Index(fields=["state", "state_changed_at"], name="challenge_state"),
        ]

    def __str__(self) -> str:
        return self.statement

    def save(self, *args: object, **kwargs: object) -> None:
        self.slug = slugify(self.statement)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        return reverse("challenges:public", args=[self.pk, self.slug])

    @property
    def is_public(self) -> bool:
        return self.state in PUBLIC

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN

    @property
    def may_become_alliance(self) -> bool:
        """Anybody may start the alliance now."""
        return self.is_open and self.ready_at is not None

    @property
    def place(self) -> Commune | Department:
        return self.commune or self.department

    @property
    def stated_by(self) -> str:
        """An organisation by its name; a person stays « une personne »."""
        return self.organisation.name if self.organisation else "une personne"

    def thermometer(self) -> list[tuple[str, int]]:
        """How many supports in each college, those without any included."""
        rows = self.supports.standing().values_list("college").annotate(n=Count("pk")).order_by("college")
        counts = dict(rows)
        return [(str(college.label).capitalize(), counts.get(college.value, 0)) for college in College]

    def worlds(self) -> set[str]:
        """The colleges of organisations that support it: citizens count apart."""
        return set(
            self.supports.standing().filter(college__in=OF_ORGANISATIONS).values_list("college", flat=True)
        )


class SupportQuerySet(models.QuerySet["Support"]):
    def standing(self) -> "SupportQuerySet":
        """Those given to the words as they are: the others do not show or count until they are confirmed."""
        return self.filter(Q(challenge__reworded_at=None) | Q(agreed_at__gte=F("challenge__reworded_at")))

    def of_person(self, person: Person) -> "SupportQuerySet":
        """One's own, and those of the organisations one handles."""
        handled = Membership.objects.live().filter(
            organisation=OuterRef("organisation"), person=person, role__in=HANDLERS
        )
        return self.filter(Q(person=person) | Exists(handled))

    def of_alliance(self, alliance: Alliance) -> "SupportQuerySet":
        """Those of the organisations that the problem an alliance was born of concerns."""
        return self.standing().filter(challenge__alliance=alliance, organisation__isnull=False)


class Support(models.Model):
    """« Nous aussi »: an organisation or a person, with what they bring."""

    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="supports")
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="organisation"
    )
    person = models.ForeignKey(
        Person, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="personne"
    )
    college = models.CharField("collège", max_length=14, choices=College)
    means = personal(ProseField("ce que vous apportez", max_length=1000, blank=True))
    #: accepts that whoever starts the alliance is given the address, to invite
    may_invite = models.BooleanField("peut être invité", default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField("le", db_default=Now())
    #: when these words of the problem were agreed to
    agreed_at = models.DateTimeField("confirmé le", db_default=Now())

    objects = SupportQuerySet.as_manager()

    class Meta:
        verbose_name = "soutien"
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, person__isnull=True)
                | Q(organisation__isnull=True, person__isnull=False),
                name="support_of_one",
            ),
            models.UniqueConstraint(
                fields=["challenge", "organisation"],
                condition=Q(organisation__isnull=False),
                name="support_organisation_once",
                violation_error_message="Votre organisation soutient déjà ce problème.",
            ),
            models.UniqueConstraint(
                fields=["challenge", "person"],
                condition=Q(person__isnull=False),
                name="support_person_once",
                violation_error_message="Vous soutenez déjà ce problème.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.organisation.name if self.organisation else "Une personne"

    @property
    def as_guest(self) -> str:
        """« Une personne (citoyens) : une pompe et mes samedis », for who chooses whom to invite."""
        said = f"{self.name} ({self.get_college_display()})"
        return f"{said}{NBSP}: {Truncator(self.means).chars(80)}" if self.means else said

    @property
    def stands(self) -> bool:
        """Given to the problem as it is worded."""
        reworded_at = self.challenge.reworded_at
        return reworded_at is None or self.agreed_at >= reworded_at

    @property
    def address(self) -> str:
        """Where to invite them, if they accepted that."""
        if not self.may_invite:
            return ""
        return (self.organisation.email if self.organisation else "") or (self.by.email if self.by else "")

"""Person: whoever acts or is helped. User: a login, optional, one-to-one to a Person."""

import datetime
import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from jeveuxagir.common.clock import now, today
from jeveuxagir.common.models import LineField, ProseField, personal
from jeveuxagir.taxonomies.models import Domain
from jeveuxagir.territories.models import Commune, Department, Region


class AgeMarks(models.Model):
    """The birth date is asked, never stored: the year and the two birthdays that matter are."""

    birth_year = personal(models.PositiveSmallIntegerField("année de naissance", null=True, blank=True))
    sixteen_on = personal(models.DateField("16 ans le", null=True, blank=True))
    eighteen_on = personal(models.DateField("18 ans le", null=True, blank=True))

    class Meta:
        abstract = True

    def set_birth_date(self, born: datetime.date) -> None:
        """Keep the year and the dates of the 16th and 18th birthdays (dropped once an adult)."""
        self.birth_year = born.year
        self.sixteen_on = birthday(born, 16)
        self.eighteen_on = birthday(born, 18)
        if self.eighteen_on <= today():
            self.sixteen_on = self.eighteen_on = None

    def is_minor_on(self, day: datetime.date) -> bool:
        return self.eighteen_on is not None and day < self.eighteen_on


def birthday(born: datetime.date, years: int) -> datetime.date:
    """The day somebody turns `years`; born on 29 February, 1 March in common years."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return datetime.date(born.year + years, 3, 1)


class Person(AgeMarks):
    first_name = personal(LineField("prénom", max_length=80))
    last_name = personal(LineField("nom", max_length=80, blank=True))
    email = personal(models.EmailField("adresse électronique", blank=True))
    phone = personal(models.CharField("téléphone", max_length=20, blank=True))
    commune = personal(
        models.ForeignKey(
            Commune, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="commune"
        )
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    created_at = models.DateTimeField(db_default=Now())
    last_action_at = models.DateTimeField("dernière action", db_default=Now())
    erased_at = models.DateTimeField("effacée le", null=True, blank=True)

    class Meta:
        verbose_name = "personne"
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="person_email_once",
                condition=~Q(email="") & Q(merged_into__isnull=True),
                violation_error_message="Cette adresse est déjà utilisée.",
            ),
            models.CheckConstraint(
                condition=Q(sixteen_on__isnull=True, eighteen_on__isnull=True)
                | Q(sixteen_on__isnull=False, eighteen_on__isnull=False, birth_year__isnull=False),
                name="person_age_marks_together",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=models.F("id")),
                name="person_not_own_merge",
            ),
        ]

    def __str__(self) -> str:
        return self.first_name or f"Personne {self.pk}"

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def create_user(self, email: str, *, person: Person, password: str | None = None) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), person=person)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A login: an e-mail address, a mailed code or a password, a second factor for staff."""

    email = personal(models.EmailField("adresse électronique", unique=True))
    person = models.OneToOneField(Person, models.CASCADE, related_name="user", verbose_name="personne")
    is_active = models.BooleanField("actif", default=True)
    date_joined = models.DateTimeField("inscription", db_default=Now())

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "compte"
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return f"compte {self.pk}"

    def get_short_name(self) -> str:
        return self.person.first_name

    @property
    def is_staff(self) -> bool:
        """Whether this account holds a territorial or national grant today."""
        return self.grants_today.exists()

    @property
    def grants_today(self) -> "models.QuerySet[RoleGrant]":
        return RoleGrant.objects.filter(person_id=self.person_id).active()


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def active(self) -> "RoleGrantQuerySet":
        day = today()
        return self.filter(starts_on__lte=day).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))


class RoleGrant(models.Model):
    """A staff role in a scope, between two dates."""

    class RoleName(models.TextChoices):
        BRIGADE_MEMBER = "brigade_member", "membre de brigade"
        BRIGADE_LEAD = "brigade_lead", "responsable de brigade"
        REGIONAL = "regional", "équipe régionale"
        NATIONAL = "national", "équipe nationale"
        OPERATOR = "operator", "opérateur du numéro unique"
        TECHNICAL = "technical", "équipe technique"

    class Scope(models.TextChoices):
        DEPARTMENT = "department", "département"
        REGION = "region", "région"
        NATION = "nation", "France entière"

    person = models.ForeignKey(Person, models.CASCADE, related_name="grants", verbose_name="personne")
    role = models.CharField("rôle", max_length=20, choices=RoleName)
    scope = models.CharField("portée", max_length=12, choices=Scope)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name="département"
    )
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name="région")
    domain = models.ForeignKey(Domain, models.PROTECT, null=True, blank=True, verbose_name="thème")
    starts_on = models.DateField("du", default=today)
    ends_on = models.DateField("au", null=True, blank=True)
    granted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        verbose_name = "habilitation"
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="department", department__isnull=False, region__isnull=True)
                | Q(scope="region", department__isnull=True, region__isnull=False)
                | Q(scope="nation", department__isnull=True, region__isnull=True),
                name="grant_scope_named",
                violation_error_message="La portée et le territoire ne vont pas ensemble.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="grant_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} ({self.get_scope_display()})"


class StaffInvitationQuerySet(models.QuerySet["StaffInvitation"]):
    def open(self) -> "StaffInvitationQuerySet":
        """Neither accepted nor cancelled; it may have expired."""
        return self.filter(accepted_at__isnull=True, cancelled_at__isnull=True)


class StaffInvitation(models.Model):
    """A staff role offered to an address that has no account yet. Accepting it gives the role."""

    email = personal(models.EmailField("adresse électronique"))
    role = models.CharField("rôle", max_length=20, choices=RoleGrant.RoleName)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="département"
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="région"
    )
    domain = models.ForeignKey(
        Domain, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="thème"
    )
    ends_on = models.DateField("rôle donné jusqu’au", null=True, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="invitée par"
    )
    created_at = models.DateTimeField("créée le", db_default=Now())
    sent_at = models.DateTimeField("envoyée le", db_default=Now())
    expires_at = models.DateTimeField("valable jusqu’au")
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    accepted_by = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="acceptée par"
    )
    cancelled_at = models.DateTimeField("annulée le", null=True, blank=True)

    objects = StaffInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation d’agent"
        verbose_name_plural = "invitations d’agents"
        constraints = [
            models.UniqueConstraint(
                fields=["email", "role", "department", "region", "domain"],
                condition=Q(accepted_at__isnull=True, cancelled_at__isnull=True),
                nulls_distinct=False,
                name="staff_invitation_one_open",
                violation_error_message="Une invitation à ce rôle est déjà en cours pour cette adresse.",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(cancelled_at__isnull=True),
                name="staff_invitation_one_end",
            ),
            models.CheckConstraint(
                condition=Q(department__isnull=True) | Q(region__isnull=True),
                name="staff_invitation_one_place",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def place(self) -> str:
        """Where the role would hold, in words."""
        if self.department:
            return self.department.label
        return f"Région {self.region.name}" if self.region else "France entière"

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= now()

    @property
    def is_open(self) -> bool:
        return not (self.accepted_at or self.cancelled_at or self.has_expired)


class ReadLog(models.Model):
    """Staff looked at what is known of a person: who, whom, which day, on which sort of page. One row for all day.

    `refused`: one person too many that day; the page was not shown.
    """

    class Page(models.TextChoices):
        REQUEST = "request", "demande"
        PROPOSAL = "proposal", "proposition"
        PARTICIPATION = "participation", "candidature"
        DEPARTURE = "departure", "départ vers un partenaire"
        IDEA = "idea", "idée"
        CLAIM = "claim", "demande à être responsable"
        ORGANISATION = "organisation", "organisation"

    viewer = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name="agent qui a consulté"
    )
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", verbose_name="personne consultée")
    page = models.CharField("page", max_length=80, choices=Page)
    day = models.DateField("jour", default=today)
    refused = models.BooleanField("refusée", default=False)
    reason = ProseField("raison", max_length=300, blank=True)
    at = models.DateTimeField("le", db_default=Now())

    class Meta:
        verbose_name = "consultation d’une personne"
        verbose_name_plural = "consultations de personnes"
        constraints = [
            models.UniqueConstraint(fields=["viewer", "day", "person", "page"], name="read_log_once_a_day")
        ]
        indexes = [
            models.Index(fields=["person", "at"], name="read_log_person"),
            models.Index(fields=["at"], name="read_log_age"),
            models.Index(fields=["day"], name="read_log_refused", condition=Q(refused=True)),
        ]

    def __str__(self) -> str:
        return f"consultation {self.pk}"


class UnconfirmedContact(AgeMarks):
    """Who filed something without an account, until the address is confirmed (48 h, then erased with it)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = personal(models.EmailField("adresse électronique"))
    first_name = personal(LineField("prénom", max_length=80))
    last_name = personal(LineField("nom", max_length=80, blank=True))
    phone = personal(models.CharField("téléphone", max_length=20, blank=True))
    commune = models.ForeignKey(Commune, models.PROTECT, null=True, blank=True, related_name="+")
    guardian_email = personal(models.EmailField("adresse d’un parent ou tuteur", blank=True))
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = "contact à confirmer"
        verbose_name_plural = "contacts à confirmer"
        indexes = [models.Index(fields=["expires_at"], name="unconfirmed_due")]

    def __str__(self) -> str:
        return f"contact {self.pk}"


class GuardianNotice(models.Model):
    """One notice to the guardian of a 16–17-year-old; no application before it is sent or recorded by staff."""

    class State(models.TextChoices):
        TO_SEND = "to_send", "à envoyer"
        TOLD = "told", "prévenu"
        OBJECTED = "objected", "opposition"

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="guardian_notices", verbose_name="personne"
    )
    email = personal(models.EmailField("adresse du parent ou tuteur", blank=True))
    state = models.CharField("état", max_length=10, choices=State, default=State.TO_SEND)
    token_hash = models.CharField(max_length=64, unique=True)
    message_id = models.UUIDField("message", null=True, blank=True)
    recorded_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    told_at = models.DateTimeField("prévenu le", null=True, blank=True)
    objected_at = models.DateTimeField("opposition le", null=True, blank=True)

    class Meta:
        verbose_name = "information du parent ou tuteur"
        verbose_name_plural = "informations des parents ou tuteurs"
        constraints = [
            models.UniqueConstraint(
                fields=["person"], name="guardian_notice_one_live", condition=~Q(state="objected")
            ),
            models.CheckConstraint(
                condition=Q(state="to_send", told_at__isnull=True)
                | Q(state="told", told_at__isnull=False)
                | Q(state="objected", objected_at__isnull=False),
                name="guardian_notice_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"information {self.pk}"


class TermsAcceptance(models.Model):
    """Somebody accepted a version of the terms of use (see terms.py), when."""

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="terms_acceptances", verbose_name="personne"
    )
    version = models.CharField("version", max_length=20)
    accepted_at = models.DateTimeField("acceptée le", db_default=Now())

    class Meta:
        verbose_name = "acceptation des conditions"
        verbose_name_plural = "acceptations des conditions"
        constraints = [models.UniqueConstraint(fields=["person", "version"], name="terms_accepted_once")]

    def __str__(self) -> str:
        return f"conditions {self.version}"


class FormNonce(models.Model):
    """A form sent twice (double click, back button) shows the first result."""

    actor_key = models.CharField(max_length=80)
    nonce = models.CharField(max_length=64)
    outcome = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "envoi de formulaire"
        verbose_name_plural = "envois de formulaires"
        constraints = [models.UniqueConstraint(fields=["actor_key", "nonce"], name="form_nonce_once")]

    def __str__(self) -> str:
        return f"envoi {self.pk}"


def actor_person_id(actor: Any) -> int | None:
    """The person behind an actor (a User, a Person or None for "system")."""
    if actor is None or getattr(actor, "is_anonymous", False):
        return None
    return actor.pk if isinstance(actor, Person) else actor.person_id

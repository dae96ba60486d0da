"""What somebody lives through in a commune: plain words, a date, a first name if they like."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.models import ProseField, personal
from jeveuxagir.findable.models import AnyPlace
from jeveuxagir.territories.models import Commune, Department, Epci, Region

from .enums import State

LENGTH = 1000


class StatementQuerySet(models.QuerySet["Statement"]):
    def of_person(self, person: Person) -> "StatementQuerySet":
        return self.filter(person=person)

    def public(self) -> "StatementQuerySet":
        """Read and published, the last first."""
        return self.filter(state=State.PUBLISHED).order_by("-published_at", "-pk")

    def at(self, place: AnyPlace) -> "StatementQuerySet":
        names: dict[type, str] = {
            Commune: "commune",
            Epci: "commune__epci",
            Department: "commune__department",
            Region: "commune__department__region",
        }
        return self.filter(**{names[type(place)]: place})


class Statement(models.Model):
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="personne"
    )
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+", verbose_name="commune")
    text = personal(ProseField("ce que vous vivez", max_length=LENGTH))
    signed = models.BooleanField("signé du prénom", default=False)
    state = models.CharField("état", max_length=12, choices=State, default=State.PENDING)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    answer = ProseField("réponse", max_length=2000, blank=True)
    created_at = models.DateTimeField("écrit le", db_default=Now())
    published_at = models.DateTimeField("publié le", null=True, blank=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = "témoignage"
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""),
                name="statement_says_something",
                violation_error_message="Dites ce que vous vivez.",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.PUBLISHED) | Q(published_at__isnull=False),
                name="statement_published_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.PUBLISHED) | Q(person__isnull=False),
                name="statement_published_has_author",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.REFUSED) | ~Q(answer=""),
                name="statement_refused_with_reason",
                violation_error_message="Donnez la raison : la personne la lira.",
            ),
            models.UniqueConstraint(
                fields=["person", "commune"],
                condition=Q(state=State.PENDING),
                name="statement_once_at_a_time",
                violation_error_message=(
                    "Vous avez déjà un témoignage sur cette commune en attente de relecture : attendez la réponse, ou "
                    "retirez-le."
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["commune", "-published_at"],
                name="statement_of_commune",
                condition=Q(state=State.PUBLISHED),
            ),
            models.Index(
                fields=["-published_at"], name="statement_latest", condition=Q(state=State.PUBLISHED)
            ),
            models.Index(fields=["state", "state_changed_at"], name="statement_state"),
        ]

    def __str__(self) -> str:
        return f"témoignage sur {self.commune.label}"

    def get_absolute_url(self) -> str:
        return reverse("statements:public", args=[self.pk])

    @property
    def is_public(self) -> bool:
        return self.state == State.PUBLISHED

    @property
    def is_pending(self) -> bool:
        return self.state == State.PENDING

    @property
    def is_live(self) -> bool:
        """May still be withdrawn."""
        return self.state in (State.PENDING, State.PUBLISHED)

    @property
    def author(self) -> str:
        """Never a surname."""
        return self.person.first_name if self.signed and self.person else "Une personne d’ici"

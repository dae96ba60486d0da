"""SavedSearch: somebody wants to know of new missions. AlertHit: what was found for them, told once."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from jeveuxagir.accounts.models import Person, UnconfirmedContact
from jeveuxagir.common.models import LineField, personal
from missions.models import Mission

from .enums import EndReason, Rhythm


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def of_person(self, person: Person) -> "SavedSearchQuerySet":
        return self.filter(Q(person=person) | Q(person__merged_into=person))

    def current(self) -> "SavedSearchQuerySet":
        """Confirmed and not ended; perhaps paused."""
        return self.filter(person__isnull=False, ended_at__isnull=True)

    def live(self) -> "SavedSearchQuerySet":
        return self.current().filter(paused_at__isnull=True)


class SavedSearch(models.Model):
    person = models.ForeignKey(
        Person, models.CASCADE, null=True, blank=True, related_name="saved_searches", verbose_name="personne"
    )
    #: until the address is confirmed
    contact = models.ForeignKey(
        UnconfirmedContact, models.CASCADE, null=True, blank=True, related_name="saved_searches"
    )
    #: the search as an address, always written the same way (see queries.py)
    query = personal(models.CharField("recherche", max_length=1500))
    label = personal(LineField("nom", max_length=160))
    rhythm = models.CharField("rythme", max_length=10, choices=Rhythm, default=Rhythm.DAILY)
    # what a mission must share with it to be worth asking: empty, anything
    departments = ArrayField(models.CharField(max_length=3), default=list, blank=True)
    domains = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    remote_only = models.BooleanField(default=False)
    created_at = models.DateTimeField("créée le", db_default=Now())
    #: missions that opened before are no news
    since = models.DateTimeField(db_default=Now())
    told_at = models.DateTimeField("dernier message le", null=True, blank=True)
    paused_at = models.DateTimeField("en pause depuis le", null=True, blank=True)
    ended_at = models.DateTimeField("terminée le", null=True, blank=True)
    end_reason = models.CharField("terminée parce que", max_length=10, choices=EndReason, blank=True)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name = "alerte"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "query"],
                condition=Q(ended_at__isnull=True, person__isnull=False),
                name="saved_search_once",
                violation_error_message="Vous avez déjà cette alerte.",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, contact__isnull=True)
                | Q(person__isnull=True, contact__isnull=False),
                name="saved_search_person_or_contact",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_reason="")
                | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="saved_search_end_said",
            ),
        ]
        indexes = [
            GinIndex(fields=["departments"], name="saved_search_departments"),
            models.Index(fields=["query"], name="saved_search_query", condition=Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"alerte {self.pk}"

    @property
    def url(self) -> str:
        """The search itself."""
        return f"{reverse('missions:list')}?{self.query}"


class AlertHit(models.Model):
    """This mission was found for this alert: told once."""

    alert = models.ForeignKey(SavedSearch, models.CASCADE, related_name="hits")
    mission = models.ForeignKey(Mission, models.CASCADE, related_name="+")
    found_at = models.DateTimeField(db_default=Now())
    told_at = models.DateTimeField("annoncée le", null=True, blank=True)

    class Meta:
        verbose_name = "mission trouvée"
        verbose_name_plural = "missions trouvées"
        constraints = [models.UniqueConstraint(fields=["alert", "mission"], name="alert_hit_once")]
        indexes = [
            models.Index(
                fields=["alert", "found_at"], name="alert_hit_untold", condition=Q(told_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"trouvaille {self.pk}"


class NewMission(models.Model):
    """A mission that opened, until the alerts have been asked about it."""

    mission = models.OneToOneField(Mission, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "mission nouvelle"
        verbose_name_plural = "missions nouvelles"

    def __str__(self) -> str:
        return f"nouvelle {self.mission_id}"

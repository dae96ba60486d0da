"""An employer's page of what it gave: counted from what both sides validated, public when the employer wants it."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from organisations.models import Organisation


class PublicationQuerySet(models.QuerySet["Publication"]):
    def public(self) -> "PublicationQuerySet":
        """Of validated employers."""
        return self.filter(organisation__state="validated")

    def of_organisation(self, organisation: Organisation) -> "PublicationQuerySet":
        return self.filter(organisation=organisation)


class Publication(models.Model):
    """While this row is here, anybody reads the page. It holds no word: the figures are counted each time."""

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="impact_publication"
    )
    published_at = models.DateTimeField("publiée le", db_default=Now())
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = "page d’engagement publiée"
        verbose_name_plural = "pages d’engagement publiées"

    def __str__(self) -> str:
        return f"page d’engagement de {self.organisation_id}"

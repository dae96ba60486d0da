"""The key by which a program reads what an organisation's coordinators read. It belongs to the organisation.

Its secret is shown once; only its hash is kept.
"""

import datetime
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jeveuxagir.common.clock import today
from jeveuxagir.common.models import LineField
from organisations.models import Organisation

from .secret import ALPHABET, PREFIX_LENGTH

#: live keys of one organisation, at most
MOST = 10
#: what the trigger says
TOO_MANY = "api_key_too_many"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def live(self) -> "ApiKeyQuerySet":
        """Neither revoked nor past its last day."""
        return self.filter(Q(expires_on__isnull=True) | Q(expires_on__gte=today()), revoked_at__isnull=True)

    def ended(self) -> "ApiKeyQuerySet":
        return self.filter(Q(revoked_at__isnull=False) | Q(expires_on__lt=today()))

    def of_organisation(self, organisation: Organisation) -> "ApiKeyQuerySet":
        return self.filter(organisation=organisation)


class ApiKey(models.Model):
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="api_keys")
    name = LineField("à quoi elle sert", max_length=80)
    #: shown, and looked up by; says nothing of the secret
    prefix = models.CharField("début", max_length=PREFIX_LENGTH, unique=True)
    #: SHA-256 of the whole key
    secret_hash = models.CharField(max_length=64)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("faite le", db_default=Now())
    #: its last day, in Paris
    expires_on = models.DateField("dernier jour", null=True, blank=True)
    revoked_at = models.DateTimeField("retirée le", null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "clé d’API"
        verbose_name_plural = "clés d’API"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(prefix__regex=rf"^[{ALPHABET}]{{{PREFIX_LENGTH}}}$"), name="api_key_prefix_form"
            ),
            models.CheckConstraint(
                condition=Q(("secret_hash__regex", r"^[0-9a-f]{64}$")), name="api_key_hashed"
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="api_key_named",
                violation_error_message="Dites à quoi sert cette clé.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="a_key_stays_what_it_is",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF NEW.organisation_id <> OLD.organisation_id OR NEW.prefix <> OLD.prefix
                        OR NEW.secret_hash <> OLD.secret_hash
                        OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NULL)
                        OR NEW.expires_on IS DISTINCT FROM OLD.expires_on THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'api_key_is_fixed',
                            MESSAGE = 'a key does not change, and one that was revoked stays so';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="b_only_so_many",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=f"""
                    PERFORM 1 FROM organisations_organisation WHERE id = NEW.organisation_id FOR NO KEY UPDATE;
                    IF NEW.revoked_at IS NULL AND (
                        SELECT count(*) FROM api_keys_apikey
                        WHERE organisation_id = NEW.organisation_id AND revoked_at IS NULL
                            AND (expires_on IS NULL OR expires_on >= (now() AT TIME ZONE 'Europe/Paris')::date)
                    ) >= {MOST} THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = '{TOO_MANY}',
                            MESSAGE = 'this organisation has enough keys';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (our own numbers)
            ),
        ]

    def __str__(self) -> str:
        return f"clé d’API {self.pk}"

    @property
    def shown(self) -> str:
        """« jva_abcd…_… »: enough to tell keys apart."""
        return f"jva_{self.prefix}_…"

    @property
    def last_used_on(self) -> datetime.date | None:
        use: LastUse | None = getattr(self, "use", None)
        return use.on if use else None

    @property
    def has_expired(self) -> bool:
        return self.expires_on is not None and self.expires_on < today()

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and not self.has_expired

    @property
    def ended_on(self) -> Any:
        """When it stopped, if it did: a moment or a day."""
        return self.revoked_at or (self.expires_on if self.has_expired else None)


class LastUse(models.Model):
    """The last day a key served, written once a day at most: all that reading writes, so it has a table of its own."""

    key = models.OneToOneField(ApiKey, models.CASCADE, related_name="use")
    on = models.DateField("le")

    class Meta:
        verbose_name = "dernier usage"

    def __str__(self) -> str:
        return f"dernier usage {self.pk}"

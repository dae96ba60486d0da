"""Every write on keys: lock → policy → guard → write → audit → mail. And whose key a program gives."""

import datetime
from dataclasses import dataclass

from django.db import transaction

from jeveuxagir.accounts import limits
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import RuleBroken, allow
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import NBSP, clean
from jeveuxagir.ui.dates import day_of
from organisations.models import Organisation

from . import notifications as mails
from . import policies, secret
from .models import MOST, TOO_MANY, ApiKey, LastUse

#: how long a key that serves no more is remembered
FORGET_DAYS = 365
#: the furthest last day
MOST_DAYS = 5 * 366

_TOO_MANY = f"{MOST} clés servent déjà. Retirez-en une avant d’en faire une autre."
_UNKNOWN = "Cette clé n’existe pas. Vérifiez qu’elle est entière, « jva_ » compris."


@dataclass(frozen=True)
class Made:
    """A key that was just made, and its secret: shown once, kept nowhere."""

    key: ApiKey
    secret: secret.Typed


@transaction.atomic
def make(
    organisation: Organisation, *, actor: User, name: str, expires_on: datetime.date | None = None
) -> Made:
    """A key that reads what the organisation's coordinators read. They are all told."""
    organisation = lock(Organisation.objects.all(), pk=organisation.pk)
    allow(policies.can_handle(actor, organisation))
    if not policies.may_have_keys(organisation):
        raise RuleBroken(
            "Une clé lit des offres et des mises à disposition : votre organisation n’en a pas.", code="kind"
        )
    if not organisation.is_verified:
        raise RuleBroken(
            f"Votre organisation est {organisation.get_state_display()}{NBSP}: attendez qu’elle soit validée.",
            code="state",
        )
    if expires_on is not None and not today() <= expires_on <= today() + datetime.timedelta(days=MOST_DAYS):
        raise RuleBroken("Le dernier jour va d’aujourd’hui à dans cinq ans.", code="expires_on")
    if ApiKey.objects.live().of_organisation(organisation).count() >= MOST:
        raise RuleBroken(_TOO_MANY, code=TOO_MANY)
    limits.require("api_key_account", actor.pk)
    typed = secret.new()
    with refusals({TOO_MANY: _TOO_MANY}):
        key = ApiKey.objects.create(
            organisation=organisation,
            name=clean(name),
            prefix=typed.prefix,
            secret_hash=secret.hash_of(typed),
            created_by=actor,
            expires_on=expires_on,
        )
    record("api_key.made", organisation, actor=actor, api_key=key.pk)
    mails.made(key)
    return Made(key, typed)


@transaction.atomic
def revoke(key: ApiKey, *, actor: User) -> ApiKey:
    """It stops now, for good. Whatever the organisation's state: a key must always be stoppable."""
    organisation = lock(Organisation.objects.all(), pk=key.organisation_id)
    allow(policies.can_handle(actor, organisation))
    key = lock(ApiKey.objects.of_organisation(organisation), pk=key.pk)
    if key.revoked_at is None:
        _revoke(key, organisation, actor)
        mails.revoked(key)
    return key


@transaction.atomic
def revoke_all_of(organisation: Organisation, *, actor: User | None) -> int:
    """The organisation has closed: no key of it reads anything more. Safe to run twice."""
    organisation = lock(Organisation.objects.all(), pk=organisation.pk)
    rows = ApiKey.objects.of_organisation(organisation).filter(revoked_at__isnull=True)
    found = list(rows.select_for_update(no_key=True).order_by("pk"))
    for key in found:
        _revoke(key, organisation, actor)
    return len(found)


def _revoke(key: ApiKey, organisation: Organisation, actor: User | None) -> None:
    key.revoked_at, key.revoked_by = now(), actor
    key.save(update_fields=["revoked_at", "revoked_by"])
    record("api_key.revoked", organisation, actor=actor, api_key=key.pk)


@transaction.atomic
def tell_of_leaving(organisation: Organisation, person: Person) -> int:
    """Who made live keys is no longer a member: the others are told, key by key. Safe to run twice."""
    rows = ApiKey.objects.live().of_organisation(organisation).filter(created_by__person=person)
    found = list(rows.order_by("pk"))
    for key in found:
        mails.maker_left(key)
    return len(found)


def holder(text: str) -> ApiKey:
    """The live key that a program gives, with its organisation as it is now. RuleBroken says why not.

    Whoever does not hold the secret learns one thing, always the same; who holds it learns why it stopped.
    """
    typed = secret.read(text)
    if typed is None:
        raise RuleBroken(_UNKNOWN, code="unknown")
    found = (
        ApiKey.objects.filter(prefix=typed.prefix)
        .select_related("organisation__commune__department", "use")
        .first()
    )
    if not secret.proves(typed, found.secret_hash if found else None) or found is None:
        raise RuleBroken(_UNKNOWN, code="unknown")
    if found.revoked_at is not None:
        raise RuleBroken(f"Cette clé est retirée depuis le {day_of(found.revoked_at)}.", code="revoked")
    if found.expires_on is not None and found.has_expired:
        raise RuleBroken(f"Cette clé a cessé de servir après le {day_of(found.expires_on)}.", code="expired")
    if not found.organisation.is_verified or not policies.may_have_keys(found.organisation):
        raise RuleBroken(
            f"Votre organisation est {found.organisation.get_state_display()}{NBSP}: ses clés ne servent pas.",
            code="state",
        )
    return found


def used(key: ApiKey) -> None:
    """Remember the day: the first time of a day writes, the others do not."""
    day = today()
    if key.last_used_on is None:
        LastUse.objects.bulk_create([LastUse(key=key, on=day)], ignore_conflicts=True)
    elif key.last_used_on != day:
        LastUse.objects.filter(key=key).update(on=day)


def forget_person(person: Person) -> None:
    """Erasure: keys stay the organisation's, without the name."""
    ApiKey.objects.filter(created_by__person=person).update(created_by=None)
    ApiKey.objects.filter(revoked_by__person=person).update(revoked_by=None)

"""An organisation's page may be reported: what the brigade reads of it, and what it may do."""

from typing import Any

from django.db import transaction

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import clean
from jeveuxagir.moderation.reports import Reportable, reportables

from . import moderation, notifications, policies, services
from .enums import State
from .models import Organisation


@transaction.atomic
def ask_change(organisation: Organisation, *, actor: User | None, reason: str) -> Organisation:
    """The page stays; its owners are asked, in the brigade's words, to correct it."""
    organisation = lock(Organisation.objects.select_related("commune"), pk=organisation.pk)
    if actor is not None and not policies.is_staff_for(actor, organisation):
        raise NotAllowed()
    if not clean(reason):
        raise RuleBroken("Dites ce qu’il faut corriger : l’organisation le lira.", code="reason")
    organisation.version += 1
    organisation.save(update_fields=["version"])
    record("organisation.change_asked", organisation, actor=actor)
    notifications.tell_owners(organisation, "to_mend", reason=clean(reason))
    return organisation


def _find(pk: int) -> Organisation | None:
    return Organisation.objects.select_related("commune__department").filter(pk=pk).first()


def _ask(organisation: Organisation, actor: User | None, reason: str) -> None:
    ask_change(organisation, actor=actor, reason=reason)


def _suspend(organisation: Organisation, actor: User | None, reason: str) -> None:
    if organisation.state != State.SUSPENDED:
        services.suspend(organisation, actor=actor, reason=reason)


def _describe(organisation: Organisation) -> dict[str, Any]:
    return {
        "facts": [("Organisation", organisation.name), *moderation.facts_of(organisation)],
        "texts": [("Présentation", organisation.description)],
    }


def register() -> None:
    reportables.register(
        "organisations:public",
        Reportable(
            model="organisations.Organisation",
            find=_find,
            is_public=lambda o: o.is_verified,
            title=lambda o: o.name,
            place=lambda o: (o.commune.department_id if o.commune else None, None),
            ask=_ask,
            suspend=_suspend,
            describe=_describe,
            conflict=lambda o, actor: policies.conflict(actor, o),
        ),
    )

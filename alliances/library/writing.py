"""Writing a method or a tool here: how it begins, and what a form of it gives. The rest is in `editing`."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db import transaction

from jeveuxagir.accounts import limits
from jeveuxagir.accounts.models import User
from jeveuxagir.accounts.services import touch
from jeveuxagir.audit.services import record
from jeveuxagir.common.constraints import refusals
from organisations.models import Organisation

from . import editing
from .models import Method, Network, Resource

S = TypeVar("S", Method, Resource, Network)
#: what a form gives that is a relation, set apart
RELATIONS = ("domains", "sdgs")


@transaction.atomic
def begin(model: type[S], *, actor: User, organisation: Organisation | None, values: Mapping[str, Any]) -> S:
    """A draft, for oneself or for a validated organisation one handles; its brigade is that of its place."""
    editing.require_speaker(actor, organisation)
    limits.require("sheet_account", actor.pk)
    commune = organisation.commune if organisation else actor.person.commune
    sheet = model(
        person=actor.person, organisation=organisation, department=commune.department if commune else None
    )
    for name, value in values.items():
        setattr(sheet, name, value)
    with refusals():
        sheet.save(force_insert=True)
    record(f"{editing.verbs(sheet)}.written", sheet, actor=actor)
    touch(actor.person)
    return sheet


def edit(
    sheet: Method | Resource | Network, *, actor: User, values: Mapping[str, Any], version: int | None = None
) -> Any:
    """What a form gives: words, which wait for the brigade once published; the rest, at once."""
    words = {name: value for name, value in values.items() if name in sheet.WORDED}
    relations: dict[str, Iterable[Any]] = {name: values[name] for name in RELATIONS if name in values}
    others = {name: value for name, value in values.items() if name not in words and name not in relations}
    return editing.edit(sheet, actor=actor, values=words, others=others, relations=relations, version=version)

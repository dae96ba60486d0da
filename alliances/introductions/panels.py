"""What introductions add elsewhere: what is to do, the entry in an organisation's space, the link on its page."""

from collections.abc import Iterator
from typing import Any

from django.shortcuts import get_object_or_404

from alliances import policies as alliance_policies
from jeveuxagir.accounts import roles
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.clock import now
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do
from jeveuxagir.common.text import of
from organisations import spaces as organisation_spaces
from organisations.models import Organisation
from organisations.policies import HANDLERS

from .enums import Answer, State
from .models import Side
from .notifications import space_url


def own_side(organisation: Organisation, introduction: int) -> Side:
    """The side of this organisation in an introduction; 404 when it has none."""
    rows = Side.objects.of_organisation(organisation).with_pair()
    side: Side = get_object_or_404(rows, introduction=introduction)
    return side


def _to_do(request: Any) -> Iterator[ToDo]:
    """Those to answer, then those whose outcome is asked: two queries."""
    mine = Side.objects.of_person(user_of(request).person).with_pair()
    waiting = mine.filter(
        answer=Answer.WAITING, introduction__state=State.PROPOSED, introduction__expires_at__gt=now()
    )
    for side in waiting.order_by("pk"):
        who, pair = side.introduction.proposer, f"{side.organisation.name} en relation avec {side.other.name}"
        yield ToDo(
            f"{who[:1].upper()}{who[1:]} propose de mettre {pair}",
            space_url(side),
            side.introduction.created_at,
            "Répondre",
        )
    asked = mine.filter(introduction__outcome_asked_at__isnull=False, told_at__isnull=True)
    for side in asked.order_by("pk"):
        since = side.introduction.outcome_asked_at
        assert since is not None
        text = f"Qu’est devenue la mise en relation {of(side.organisation.name)} avec {side.other.name} ?"
        yield ToDo(text, space_url(side), since, "Le dire")


def _of_organisation(request: Any, organisation: Organisation) -> dict[str, Any] | None:
    """For those who may propose one."""
    if not request.user.is_authenticated:
        return None
    if not roles.is_brigade(request.user):
        handled = [one for one in alliance_policies.handled_by(request.user) if one.is_verified]
        if not handled:
            return None
    return {"organisation": organisation}


def register() -> None:
    to_do.register("introductions", _to_do)
    panels.register(
        "organisation.public", Panel("introductions/_of_organisation.html", _of_organisation, order=90)
    )
    section = ("Mises en relation", "mises-en-relation/", HANDLERS)
    if section not in organisation_spaces.extra_sections:
        organisation_spaces.extra_sections.append(section)
    organisation_spaces.add_tab(20, section[0], section[1], "alliances/", roles=HANDLERS)

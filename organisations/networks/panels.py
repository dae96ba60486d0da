"""What networks add elsewhere: invitations to answer, the entry in a space, the networks on a public page."""

from collections.abc import Iterator
from typing import Any

from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do
from organisations import spaces
from organisations.models import Organisation

from .models import Affiliation
from .notifications import space_url

SHOWN = 12


def _to_do(request: Any) -> Iterator[ToDo]:
    """Invitations to answer: one query."""
    rows = Affiliation.objects.told_to(user_of(request).person).select_related("head", "member")
    for one in rows.order_by("created_at", "pk"):
        yield ToDo(
            f"{one.head.name} invite {one.member.name} dans son réseau",
            space_url(one.member),
            one.created_at,
            "Répondre",
        )


def _of_organisation(request: Any, organisation: Organisation) -> dict[str, Any] | None:
    """Whose network it is in, and how many are in its own: two queries."""
    heads = list(
        Affiliation.objects.active()
        .filter(member=organisation, head__state="validated")
        .select_related("head")
        .order_by("head__name")[:SHOWN]
    )
    members = Affiliation.objects.active().filter(head=organisation, member__state="validated").count()
    return {"heads": heads, "members": members} if heads or members else None


def register() -> None:
    to_do.register("networks", _to_do)
    panels.register(
        "organisation.public", Panel("networks/_of_organisation.html", _of_organisation, order=80)
    )
    section = ("Réseau", "reseau/", ())
    if section not in spaces.extra_sections:
        spaces.extra_sections.append(section)

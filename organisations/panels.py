"""What organisations add to their members' own space."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse

from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.registries import ToDo, to_do
from jeveuxagir.common.text import NBSP, plural

from .enums import MemberRole, State
from .models import JoinRequest, Organisation


def _asking(request: Any) -> Iterator[ToDo]:
    """Who asks to join the organisations this person is responsible for: one query."""
    rows = (
        JoinRequest.objects.told_to_owner(user_of(request).person)
        .order_by("organisation")
        .values_list("organisation", "organisation__slug", "organisation__name")
        .annotate(asking=Count("pk"), since=Min("created_at"))
    )
    for pk, slug, name, asking, since in rows:
        yield ToDo(
            f"{plural(asking, 'demande à rejoindre', 'demandes à rejoindre')} {name}",
            reverse("organisations:team", args=[pk, slug]) + "#demandes",
            since,
            "Répondre",
        )


def _drafts(request: Any) -> Iterator[ToDo]:
    """The sign-ups this person began, or was asked to correct: one query."""
    mine = Organisation.objects.of_person(user_of(request).person).filter(
        memberships__role=MemberRole.OWNER, state=State.DRAFT
    )
    for organisation in mine.order_by("pk"):
        what = "à corriger" if organisation.state_reason else "à terminer"
        yield ToDo(
            f"Inscription {what}{NBSP}: {organisation.name}",
            organisation.space_url,
            organisation.state_changed_at,
            "Corriger" if organisation.state_reason else "Terminer",
        )


def register() -> None:
    to_do.register("organisations.asking", _asking)
    to_do.register("organisations.drafts", _drafts)

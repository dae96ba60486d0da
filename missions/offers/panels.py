"""What offers add to an employer's space and to what waits for its coordinators."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do
from jeveuxagir.common.text import plural
from organisations import spaces
from organisations.companies.models import Employee
from organisations.companies.policies import HANDLERS, can_coordinate
from organisations.companies.spaces import add_section

from .enums import State
from .forms import STEPS
from .models import Offer
from .services import LIVE

SHOWN = 6


def _space(request: Any, organisation: Any) -> dict[str, Any] | None:
    """What waits about offers, how many there are, how many people joined; for coordinators."""
    if not can_coordinate(request.user, organisation):
        return None
    offers = Offer.objects.of_organisation(organisation)
    counts = offers.aggregate(
        open=Count("pk", filter=Q(state=State.OPEN)),
        pending=Count("pk", filter=Q(state=State.PENDING)),
        all=Count("pk"),
    )
    to_correct = offers.filter(Q(state=State.REFUSED) | (Q(state=State.DRAFT) & ~Q(state_reason="")))
    drafts = offers.filter(state=State.DRAFT, draft_step__gt=0, state_reason="")
    return {
        "organisation": organisation,
        "counts": counts,
        "to_correct": to_correct.order_by("state_changed_at")[:SHOWN],
        "drafts": drafts.order_by("-updated_at")[:2],
        "steps": len(STEPS),
        "people": Employee.objects.of_organisation(organisation).live().count(),
    }


def _to_do(request: Any) -> Iterator[ToDo]:
    """Offers to correct, then drafts to finish, of the employers this person coordinates: one query."""
    mine = Offer.objects.of_person(user_of(request).person).select_related("organisation")
    waiting = mine.filter(
        Q(state=State.REFUSED)
        | Q(state=State.DRAFT, draft_step__gt=0)
        | (Q(state=State.DRAFT) & ~Q(state_reason=""))
    )
    for offer in waiting.order_by("state_changed_at", "pk")[:SHOWN]:
        organisation = offer.organisation
        is_asked = offer.state == State.REFUSED or offer.state_reason
        yield ToDo(
            f"Offre de mécénat {'à corriger' if is_asked else 'à terminer'} : {offer.title}",
            reverse("offers:manage", args=[organisation.pk, organisation.slug, offer.pk]),
            offer.state_changed_at,
            "Corriger" if is_asked else "Terminer",
        )


def _ends(organisation: Any) -> list[str]:
    count = Offer.objects.of_organisation(organisation).filter(state__in=LIVE).count()
    return (
        [f"{plural(count, 'offre de mécénat se termine', 'offres de mécénat se terminent')}."]
        if count
        else []
    )


def _handled(organisation: Any, person: Any) -> list[str]:
    mine = Offer.objects.of_organisation(organisation).filter(created_by__person=person, state__in=LIVE)
    count = mine.count()
    return [plural(count, "offre de mécénat en cours", "offres de mécénat en cours")] if count else []


def register() -> None:
    add_section(10, "Offres", "")
    section = ("Mécénat", "mecenat/", tuple(HANDLERS))
    if section not in spaces.extra_sections:
        spaces.extra_sections.append(section)
    spaces.EMPLOYERS_ONLY.add("mecenat/")
    spaces.ending.register("offers", _ends)
    spaces.handling.register("offers", _handled)
    panels.register("organisation_space", Panel("offers/_space_panel.html", _space, order=25))
    to_do.register("offers", _to_do)

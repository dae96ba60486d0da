"""What needs of means add elsewhere: an organisation's space and page, and what waits for its members."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.clock import PARIS, today
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do
from jeveuxagir.common.text import NBSP, plural
from organisations import spaces
from organisations.policies import HANDLERS, role_in

from . import policies
from .enums import Promised, State
from .models import Need, Promise

SHOWN = 5


def _to_do(request: Any) -> Iterator[ToDo]:
    """Needs that the brigade sent back or whose date passed, and promises to confirm: three queries."""
    person: Person = user_of(request).person
    back = Need.objects.of_person(person).filter(state=State.DRAFT).exclude(reason="")
    for need in back.select_related("organisation").order_by("pk"):
        text = f"Besoin à corriger{NBSP}: « {need.title} »"
        yield ToDo(text, need.manage_url, need.state_changed_at, "Corriger")
    past = Need.objects.of_person(person).filter(state=State.OPEN, deadline__lt=today())
    for need in past.select_related("organisation").order_by("pk"):
        text = f"La date de votre besoin est passée{NBSP}: « {need.title} »"
        since = datetime.datetime.combine(need.deadline, datetime.time(), tzinfo=PARIS)
        yield ToDo(text, need.manage_url, since, "Changer la date")
    mine = Need.objects.of_person(person).values("pk")
    begun = Q(starts_on=None) | Q(starts_on__lte=today())
    waiting = Promise.objects.of_person(person).filter(begun, state=Promised.PLANNED, need__in=mine)
    for made in waiting.select_related("need__organisation", "organisation").order_by("pk"):
        text = f"{made.organisation.name} promet {made.promised_words}{NBSP}: à confirmer une fois reçu"
        yield ToDo(text, made.need.manage_url, made.created_at, "Voir")


def _of_organisation(request: Any, organisation: Any) -> dict[str, Any] | None:
    """Its open needs, on its public page."""
    rows = Need.objects.public().of_organisation(organisation).asking()
    found = list(rows.order_by("deadline", "pk")[:SHOWN])
    return {"needs": found} if found else None


def _organisation_space(request: Any, organisation: Any) -> dict[str, Any] | None:
    """What it needs and what was promised, on the home of its space."""
    rows = Need.objects.of_organisation(organisation).filter(state__in=[State.PENDING, State.OPEN])
    found = list(rows.order_by("deadline", "pk")[:SHOWN])
    if not found:
        return None
    for need in found:
        need.organisation = organisation
    return {
        "organisation": organisation,
        "needs": found,
        "may_write": role_in(request.user, organisation) in HANDLERS and policies.may_own(organisation),
    }


def _ends(organisation: Any) -> list[str]:
    """Before it closes: its needs close, what it had promised falls."""
    said = []
    needs = Need.objects.of_organisation(organisation).filter(state__in=[State.PENDING, State.OPEN]).count()
    if needs:
        said.append(f"{plural(needs, 'besoin de moyens est fermé', 'besoins de moyens sont fermés')}.")
    given = Promise.objects.of_organisation(organisation).filter(
        organisation=organisation, state=Promised.PLANNED
    )
    if count := given.count():
        said.append(f"{plural(count, 'contribution promise tombe', 'contributions promises tombent')}.")
    return said


def register() -> None:
    to_do.register("resources", _to_do)
    spaces.ending.register("resources", _ends)
    panels.register(
        "organisation.public", Panel("resources/_of_organisation.html", _of_organisation, order=35)
    )
    panels.register("organisation_space", Panel("resources/_space_panel.html", _organisation_space, order=45))
    section = ("Moyens", "moyens/", ())
    if section not in spaces.extra_sections:
        spaces.extra_sections.append(section)
    spaces.add_tab(12, section[0], section[1], "besoins/")

"""The history of an object: its audit events, in plain French."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, Q

from jeveuxagir.audit.models import Event
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.moderation.registry import outcome_of
from missions.sponsorships.enums import Side

from .verbs import VERBS

SHOWN = 100

#: what may be said by whoever holds a link
_BY_LINK = ("introduction.side_accepted", "introduction.side_declined", "introduction.outcome_told")
WITHOUT_ACCOUNT = dict.fromkeys(_BY_LINK, "l’organisation, sans compte")
_DECISIONS = dict(ModerationItem.Decision.choices)
#: which of the two sides of a sponsorship or a pairing did it
_SIDES = {str(side): f"côté {side.label}" for side in Side}


@dataclass(frozen=True)
class Line:
    moment: datetime
    what: str
    who: str


def of(*subjects: Model | tuple[str, Any], hidden: int | None = None) -> list[Line]:
    """The events of these objects, latest first: one query. A subject is a row, or (model label, id).

    `hidden` is the person whom the reader may not know: their acts are shown without their name.
    """
    wanted = Q(pk__in=[])
    for subject in subjects:
        label, pk = subject if isinstance(subject, tuple) else (_label(subject), subject.pk)
        wanted |= Q(subject_type=label, subject_id=str(pk))
    events = Event.objects.filter(wanted).select_related("actor__person").order_by("-id")[:SHOWN]
    return [Line(event.created_at, _what(event), _who(event, hidden)) for event in events]


def _label(subject: Model) -> str:
    return subject._meta.concrete_model._meta.label  # type: ignore[union-attr]


def _what(event: Event) -> str:
    words = VERBS.get(event.verb, "Autre changement")
    decision = event.data.get("decision")
    if decision:
        own = outcome_of(event.data.get("kind", ""), decision)
        words += f" : {own or _DECISIONS.get(decision, decision)}"
    if side := _SIDES.get(str(event.data.get("side"))):
        words += f" ({side})"
    return words


def _who(event: Event, hidden: int | None) -> str:
    """Staff and members by their first name; the platform when nobody acted."""
    if event.actor is None:
        return WITHOUT_ACCOUNT.get(event.verb, "la plateforme")
    return event.actor.person.first_name if event.actor.person_id != hidden else "la personne"

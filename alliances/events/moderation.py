"""What a decision of the brigade does to an event, and what its case shows."""

from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import NBSP
from jeveuxagir.moderation import registry
from jeveuxagir.moderation.models import ModerationItem
from organisations import policies as organisation_policies

from . import services, words
from .enums import State
from .models import Event

ERASED = "Ce brouillon a été supprimé par l’organisation."
SHOWN_DATES = 12


def event_of(item: ModerationItem) -> Event | None:
    """The event behind a case; None once it is gone."""
    rows = Event.objects.select_related("organisation", "commune", "domain", "alliance", "series")
    return rows.filter(pk=item.subject_id).first()


def _event(item: ModerationItem) -> Event:
    event = event_of(item)
    if event is None:
        raise RuleBroken(ERASED, code="erased")
    return event


def accept(item: ModerationItem, actor: User | None) -> None:
    if item.diff:
        services.apply_edit(_event(item), actor=actor, diff=item.diff)
    else:
        services.publish(_event(item), actor=actor)


def ask(item: ModerationItem, actor: User | None) -> None:
    if item.diff:
        services.refuse_edit(_event(item), actor=actor, reason=item.reason)
    else:
        services.send_back(_event(item), actor=actor, reason=item.reason)


def refuse(item: ModerationItem, actor: User | None) -> None:
    if item.diff:
        services.refuse_edit(_event(item), actor=actor, reason=item.reason)
    else:
        services.refuse(_event(item), actor=actor, reason=item.reason)


def facts_of(event: Event) -> list[tuple[str, Any]]:
    ways = [line for _how, line, _room in words.of_each_way(event)]
    return [
        ("Organisation", event.organisation.name),
        ("Sorte", event.get_kind_display()),
        ("Quand", words.when(event)),
        ("Où", event.where_in_words),
        ("Places", " · ".join(ways)),
        ("Domaine", event.domain.name if event.domain else ""),
        ("Alliance", event.alliance.name if event.alliance else ""),
        ("État", event.get_state_display()),
    ]


def texts_of(event: Event) -> list[tuple[str, str]]:
    return [
        ("Titre", event.title),
        ("Présentation", event.description),
        ("Informations pratiques", event.practical),
    ]


def _dates(event: Event) -> list[tuple[str, str]]:
    """The other dates that this decision publishes."""
    if event.series is None or event.state != State.PENDING:
        return []
    rows = event.series.events.filter(state=State.PENDING).order_by("starts_at", "pk")
    found = [words.when(one) for one in rows[: SHOWN_DATES + 1]]
    if len(found) > SHOWN_DATES:
        found[SHOWN_DATES] = "…"
    return [(f"Les dates ({event.series.get_rhythm_display()})", "\n".join(found))]


def describe(item: ModerationItem) -> dict[str, Any]:
    event = event_of(item)
    if event is None:
        return {"warnings": [ERASED]}
    warnings = []
    if not event.organisation.is_verified:
        warnings.append(f"L’organisation est {event.organisation.get_state_display()}.")
    if event.has_begun:
        warnings.append(f"La date est passée{NBSP}: {words.when(event)}.")
    links = [("L’organisation", event.organisation.get_absolute_url())]
    if event.is_public:
        links.append(("La page publique", event.get_absolute_url()))
    return {
        "facts": facts_of(event),
        "texts": [*texts_of(event), *_dates(event)],
        "warnings": warnings,
        "links": links,
    }


def conflict(item: ModerationItem, actor: User) -> str:
    event = event_of(item)
    return conflict_of(event, actor) if event else ""


def conflict_of(event: Event, actor: User) -> str:
    return organisation_policies.conflict(actor, event.organisation)


def register() -> None:
    registry.register(
        ModerationItem.Kind.EVENT.value,
        registry.Handler(accept=accept, ask=ask, refuse=refuse, describe=describe, conflict=conflict),
    )

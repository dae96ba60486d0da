"""A registration sent without an account waits for its address to be confirmed."""

from django.urls import reverse

from jeveuxagir.accounts.models import UnconfirmedContact, User
from jeveuxagir.common.registries import Filing, filings
from jeveuxagir.common.text import NBSP

from . import registering, words
from .enums import Registered


def _lines(contact: UnconfirmedContact) -> list[str]:
    return [
        f"Vous avez demandé une place à un événement{NBSP}: « {row.event.title} », {words.when(row.event)}."
        for row in contact.event_registrations.select_related("event")
    ]


def _confirm(contact: UnconfirmedContact, user: User) -> list[tuple[str, str]]:
    return [_said(outcome) for outcome in registering.confirm_contact(contact, user)]


def _said(outcome: registering.Confirmed) -> tuple[str, str]:
    event, made = outcome.event, outcome.registration
    if made is None:
        why = outcome.refusal.message if outcome.refusal else ""
        return (
            f"Votre inscription à « {event.title} » n’a pas pu être prise{NBSP}: {why}",
            reverse("events:list"),
        )
    if made.state == Registered.WAITING:
        place = made.place_in_queue
        rank = "première" if place == 1 else f"{place}e"
        return (
            f"« {event.title} » s’est rempli entre-temps{NBSP}: vous êtes sur la liste d’attente ({rank} position). "
            "Nous vous écrivons si une place se libère.",
            reverse("events:mine"),
        )
    return (f"Votre place est prise{NBSP}: « {event.title} », {words.when(event)}.", reverse("events:mine"))


def register() -> None:
    filings.register("events", Filing(_lines, _confirm))

"""What the author of an idea is told: received, and the answer."""

from typing import TYPE_CHECKING

from django.urls import reverse

from jeveuxagir.accounts.models import UnconfirmedContact
from jeveuxagir.accounts.services import CONFIRM_HOURS, known_address
from jeveuxagir.moderation.clocks import DAYS_TO_TRIAGE
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

if TYPE_CHECKING:
    from .models import Idea

WHY = "Vous avez déposé une idée sur Jeveuxagir."
ASKED = "Quelqu’un, sans doute vous, a déposé une idée avec cette adresse. Sinon, ne faites rien."
TOLD = {
    "received": "Mon idée est bien reçue",
    "organisation": "Mon idée devient une organisation",
    "example": "Mon idée devient un exemple",
    "kept": "Mon idée est gardée comme problème commun",
    "closed": "Mon idée n’a pas de suite",
}


def register() -> None:
    for name, label in (("confirm", "Confirmer mon idée"), ("confirm_known", "Terminer mon idée")):
        catalogue.register(
            Kind(f"ideas.{name}", label, ASKED, f"emails/ideas/{name}.txt", can_stop=False, confirms=True)
        )
    for name, label in TOLD.items():
        catalogue.register(Kind(f"ideas.{name}", label, WHY, f"emails/ideas/{name}.txt", can_stop=False))


def ask_to_confirm(contact: UnconfirmedContact, token: str) -> None:
    """One mail; a known address is asked to sign in. Nothing the visitor wrote is in it."""
    send(
        "ideas.confirm_known" if known_address(contact.email) else "ideas.confirm",
        to=contact.email,
        dedupe_key=f"ideas.confirm:{contact.pk}",
        context={"url": absolute(f"/confirmer/{token}/"), "hours": CONFIRM_HOURS},
    )


def tell(idea: "Idea", what: str) -> None:
    """Once per idea and per outcome."""
    if idea.person is None:
        return
    space = idea.organisation and reverse(
        "organisations:space", args=[idea.organisation.pk, idea.organisation.slug]
    )
    example = idea.example and what == "example" and idea.example.get_absolute_url()
    problem = idea.challenge and idea.challenge.get_absolute_url()
    send(
        f"ideas.{what}",
        to=idea.person,
        dedupe_key=f"ideas.{what}:{idea.pk}",
        context={
            "answer": idea.answer,
            "url": example or space or problem or idea.get_absolute_url(),
            "days": DAYS_TO_TRIAGE,
        },
    )

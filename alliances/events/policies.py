"""Who may do what to an event: its organisation writes and holds it, whoever registered gives their place back."""

from typing import Any

from jeveuxagir.accounts.models import actor_person_id
from organisations.models import Organisation
from organisations.policies import can_handle_missions

from .models import Event, Registration


def can_handle(actor: Any, organisation: Organisation) -> bool:
    """Write its events, read who registered, tell them: owners and managers. `None` is the platform itself."""
    return actor is None or can_handle_missions(actor, organisation)


def owns(actor: Any, registration: Registration) -> bool:
    """One's own. `None` is who holds the mailed link, or the platform."""
    if actor is None:
        return True
    person = actor_person_id(actor)
    return person is not None and registration.person_id == person


def is_organiser(actor: Any, event: Event) -> bool:
    return actor is not None and can_handle_missions(actor, event.organisation)

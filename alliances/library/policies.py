"""Who may do what to a sheet: who wrote it looks after it; the brigade decides through moderation."""

from typing import Any

from jeveuxagir.accounts.models import actor_person_id
from organisations.policies import can_handle_missions

from .sheets import Sheet


def looks_after(actor: Any, sheet: Sheet) -> bool:
    """Edit, send, take back, withdraw: who handles its organisation; its author when it has none."""
    if sheet.organisation is not None:
        return can_handle_missions(actor, sheet.organisation)
    return is_author(actor, sheet)


def is_author(actor: Any, sheet: Sheet) -> bool:
    """Who wrote it, even for an organisation they have left since: they do not decide on it."""
    person = actor_person_id(actor)
    return person is not None and sheet.person_id == person

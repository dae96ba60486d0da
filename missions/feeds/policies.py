"""Who decides about feeds: they have no territory."""

from typing import Any

from jeveuxagir.accounts import roles

DECIDERS = ("national", "technical")


def can_decide_closings(actor: Any) -> bool:
    """National and technical staff release or refuse the closings that a run holds."""
    return roles.has(actor, *DECIDERS)

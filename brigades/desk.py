"""How a member likes to work."""

from typing import Any

from jeveuxagir.accounts.models import User

from .models import Desk


def has_shortcuts(user: Any) -> bool:
    """Single keys act unless the member switched them off (WCAG 2.1.4)."""
    return not Desk.objects.filter(user=user, shortcuts=False).exists()


def set_shortcuts(*, actor: User, on: bool) -> None:
    Desk.objects.update_or_create(user=actor, defaults={"shortcuts": on})

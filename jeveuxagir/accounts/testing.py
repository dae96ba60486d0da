"""For tests: a session that passed both factors, as allauth records it."""

import time
from typing import Any

from .models import User


def mark_second_factor(client: Any, user: User) -> None:
    """Say in the test client's session that this account just gave its code."""
    session = client.session
    moment = time.time()
    session["account_authentication_methods"] = [
        {"method": "code", "at": moment, "email": user.email},
        {"method": "mfa", "at": moment, "type": "totp"},
    ]
    session.save()

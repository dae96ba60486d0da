"""A session that passed both factors, as allauth records it."""

from __future__ import annotations

import time
from typing import Any

from jeveuxagir.accounts.models import User


def mark_second_factor(client: Any, user: User) -> None:
    """Say in the test client's session that this account just gave its code."""
    from allauth.account.internal.flows import login

    session, moment = client.session, time.time()
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "code", "at": moment, "email": user.email},
        {"method": "mfa", "at": moment, "type": "totp", "reauthenticated": True},
    ]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()

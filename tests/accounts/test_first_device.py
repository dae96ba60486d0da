"""Setting up a second factor, over real commits: allauth records it once the transaction is done."""

from __future__ import annotations

import pyotp
from allauth.mfa.models import Authenticator

from jeveuxagir.notifications.models import Message
from tests import factories as f


def test_staff_without_a_device_sets_one_up_and_the_session_counts_at_once(committed_db, client):
    agent = f.make_staff("brigade_lead")
    client.force_login(agent)
    page = client.get("/brigade/")["Location"]
    assert page.startswith("/compte/double-verification/activer/")
    secret = client.get(page).context["form"].secret
    response = client.post(page, {"code": pyotp.TOTP(secret).now()})
    assert response["Location"] == "/compte/double-verification/secours/"
    assert client.get(response["Location"]).status_code == 200
    assert client.get("/brigade/").status_code not in (302, 403)
    assert Message.objects.filter(kind="accounts.security", text__contains="double vérification").exists()
    assert secret not in str(Authenticator.objects.get(user=agent, type="totp").data)

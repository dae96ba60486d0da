"""Acceptances at the same moment, and the whole way in, over real transactions."""

from __future__ import annotations

import pyotp

from jeveuxagir.accounts import grants, staff_invitations
from jeveuxagir.accounts.models import RoleGrant, StaffInvitation
from jeveuxagir.audit.models import Event
from tests import factories as f
from tests.accounts.test_staff_invitations import ADDRESS, NEW, invite
from tests.moderation.test_races import together


def test_of_two_accepting_at_once_the_role_is_given_once(committed_db):
    for number in range(3):
        lead = f.make_staff("brigade_lead")
        user = f.make_user()
        StaffInvitation.objects.all().delete()
        invitation, _ = invite(lead, email=f"course{number}@exemple.fr")
        StaffInvitation.objects.filter(pk=invitation.pk).update(email=user.email)
        results = together(*[lambda i=invitation, u=user: staff_invitations.accept(i, actor=u)] * 3)
        refused = [result for result in results if isinstance(result, Exception)]
        assert [result.code for result in refused] == ["accepted"] * 2, results
        assert user.person.grants.count() == 1


def test_of_two_windows_opening_the_account_at_once_one_does(committed_db):
    invitation, _ = invite(f.make_staff("brigade_lead"))

    def open_it():
        return staff_invitations.accept_with_new_account(invitation, first_name="Ali", last_name="Benali")

    results = together(open_it, open_it)
    refused = [result for result in results if isinstance(result, Exception)]
    assert [result.code for result in refused] == ["accepted"], results
    assert RoleGrant.objects.filter(person__email=ADDRESS).count() == 1


def test_revoking_the_inviter_while_accepting_leaves_no_gap(committed_db):
    """Either the role was given before, or it is refused; the two never cross half-done."""
    national = f.make_staff("national")
    for number in range(5):
        lead, user = f.make_staff("brigade_lead"), f.make_user()
        invitation, _ = invite(lead, email=f"croise{number}@exemple.fr")
        StaffInvitation.objects.filter(pk=invitation.pk).update(email=user.email)
        held = lead.person.grants.get()
        accepted, revoked = together(
            lambda i=invitation, u=user: staff_invitations.accept(i, actor=u),
            lambda g=held: grants.revoke(g, actor=national),
        )
        assert not isinstance(revoked, Exception), revoked
        if isinstance(accepted, Exception):
            assert accepted.code == "inviter_gone"
            assert not user.person.grants.exists()
        else:
            given = Event.objects.get(verb="grant.given", subject_id=str(accepted.pk))
            gone = Event.objects.get(verb="grant.revoked", subject_id=str(held.pk))
            assert given.pk < gone.pk


def test_from_the_link_to_the_brigade_s_desk_in_one_session(committed_db, client):
    _, link = invite(f.make_staff("brigade_lead"))
    page = client.post(link, NEW)["Location"]
    secret = client.get(page).context["form"].secret
    client.post(page, {"code": pyotp.TOTP(secret).now()})
    assert client.get("/brigade/").status_code == 200

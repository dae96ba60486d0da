"""Staff invite staff: within their own rights, by a link that serves once, for one address."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine
from django.db import transaction

from jeveuxagir.accounts import grants, privacy, services, staff_invitations, terms
from jeveuxagir.accounts.models import RoleGrant, StaffInvitation, User
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.notifications.models import Message
from jeveuxagir.taxonomies.models import Domain
from jeveuxagir.territories.models import Department, Region
from tests import factories as f

pytestmark = pytest.mark.django_db

TEAM = "/brigade/equipe/"
INVITE = f"{TEAM}inviter/"
ADDRESS = "recrue@exemple.fr"
NEW = {"first_name": "Ali", "last_name": "Benali", "terms": "on"}


def fields(**changes):
    return {"email": ADDRESS, "role": "brigade_member", "territory": "department:23"} | changes


def place(code="23"):
    return Department.objects.get(pk=code)


def invite(actor, **changes):
    """An invitation, with the link that was mailed for it."""
    wanted = {"email": ADDRESS, "role": "brigade_member", "department": place()} | changes
    invitation = staff_invitations.invite(actor=actor, **wanted)
    return invitation, link_of(invitation)


def link_of(invitation):
    mail = Message.objects.filter(kind="accounts.staff_invitation", address=invitation.email).order_by(
        "created_at"
    )
    return re.search(r"/rejoindre-l-equipe/[\w-]+/", mail.last().text)[0]


def long_ago(invitation, **back):
    """As if it had been sent so long ago."""
    StaffInvitation.objects.filter(pk=invitation.pk).update(
        sent_at=now() - datetime.timedelta(**back),
        expires_at=now() - datetime.timedelta(**back) + datetime.timedelta(days=7),
    )


@pytest.fixture
def lead():
    return f.make_staff("brigade_lead", first_name="Léa")


@pytest.fixture
def desk(client, lead):
    """The lead's browser; `client` stays the stranger's."""
    from django.test import Client

    browser = Client()
    f.sign_in_staff(browser, lead)
    return browser


# --- inviting -------------------------------------------------------------------------------------------------


def test_who_has_no_account_may_be_invited_with_what_was_typed(desk, lead):
    page = desk.post(TEAM, fields(ends_on="2099-01-01"))
    assert page.status_code == 422
    assert "Inviter cette personne" in page.text
    typed = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    typed.pop("csrfmiddlewaretoken", None)
    assert desk.post(INVITE, typed).status_code == 302
    invitation = StaffInvitation.objects.get()
    assert (invitation.email, invitation.role, invitation.department_id) == (ADDRESS, "brigade_member", "23")
    assert (invitation.invited_by, str(invitation.ends_on)) == (lead, "2099-01-01")
    mail = Message.objects.get(kind="accounts.staff_invitation")
    assert "Léa, de l’équipe Jeveuxagir, vous offre le rôle « membre de brigade » (Creuse (23))" in mail.text
    assert mail.address == ADDRESS
    assert Event.objects.get(verb="staff.invited").actor == lead
    page = desk.get(TEAM).text
    assert ADDRESS in page
    assert "Annuler l’invitation de" in page
    assert "Renvoyer à" not in page, "it has just left"


def test_who_has_an_account_is_given_the_role_not_an_invitation(desk):
    f.make_user(email=ADDRESS)
    page = desk.post(INVITE, fields())
    assert (page.status_code, "a un compte" in page.text) == (422, True)
    assert not StaffInvitation.objects.exists()


@pytest.mark.parametrize(
    "beyond",
    [
        {"role": "national"},
        {"territory": "nation"},
        {"territory": "region:75"},
        {"territory": "department:59"},
    ],
)
def test_a_department_s_lead_invites_nobody_beyond_it_even_by_a_forged_form(desk, beyond):
    assert desk.post(INVITE, fields(**beyond)).status_code == 422
    assert not StaffInvitation.objects.exists()


def test_the_service_asks_the_same_rights_as_giving_the_role(lead):
    region = Region.objects.get(pk="75")
    for beyond in (
        {"department": None, "region": region},
        {"department": None},
        {"department": place("59")},
        {"role": "brigade_lead"},
    ):
        with pytest.raises(RuleBroken) as refused:
            invite(lead, **beyond)
        assert refused.value.code == "beyond_scope"
    with pytest.raises(RuleBroken) as refused:
        invite(f.make_staff("brigade_member"))
    assert refused.value.code == "beyond_scope"


def test_who_leads_one_theme_invites_to_that_theme_only():
    theme, other = Domain.objects.active()[:2]
    lead = f.make_staff("brigade_lead", domain=theme)
    for beyond in (None, other):
        with pytest.raises(RuleBroken) as refused:
            invite(lead, domain=beyond)
        assert refused.value.code == "beyond_scope"
    assert invite(lead, domain=theme)[0].domain == theme


def test_the_same_role_is_offered_once_at_a_time(lead):
    first, _ = invite(lead)
    with pytest.raises(RuleBroken) as refused, transaction.atomic():
        invite(lead, email=ADDRESS.upper())
    assert "déjà en cours" in refused.value.message
    long_ago(first, days=8)
    second, _ = invite(lead)
    first.refresh_from_db()
    assert first.cancelled_at
    assert list(staff_invitations.pending(lead)) == [second]


def test_sending_is_limited_by_address_and_by_agent(lead):
    for role in ("brigade_member", "brigade_lead", "operator"):
        national = f.make_staff("national")
        invite(national, role=role)
    with pytest.raises(RuleBroken) as refused:
        invite(f.make_staff("national"), role="technical", department=None)
    assert refused.value.code == "too_many_mails"
    for number in range(20):
        invite(lead, email=f"recrue{number}@exemple.fr")
    with pytest.raises(RuleBroken) as refused:
        invite(lead, email="une-de-trop@exemple.fr")
    assert refused.value.code == "too_many"


def test_inviting_asks_for_the_second_factor_again(desk, lead):
    services.seed_totp(lead, "JBSWY3DPEHPK3PXP")
    session = desk.session
    for record in session["account_authentication_methods"]:
        record.pop("reauthenticated", None)
    session.save()
    invitation, _ = invite(lead)
    for path in (
        INVITE,
        f"{TEAM}invitations/{invitation.pk}/renvoyer/",
        f"{TEAM}invitations/{invitation.pk}/annuler/",
    ):
        assert desk.post(path, fields())["Location"].startswith("/compte/double-verification/verifier/")


# --- what waits -----------------------------------------------------------------------------------------------


def test_an_invitation_is_sent_again_after_an_hour_with_a_link_that_replaces_the_first(desk, client, lead):
    invitation, first = invite(lead)
    again = f"{TEAM}invitations/{invitation.pk}/renvoyer/"
    page = desk.post(again, follow=True)
    assert "Attendez une heure" in page.text
    assert Message.objects.count() == 1
    long_ago(invitation, minutes=61)
    assert "repartie" in desk.post(again, follow=True).text
    second = link_of(invitation)
    assert second != first
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    states = Message.objects.order_by("created_at").values_list("state", flat=True)
    assert list(states) == ["cancelled", "pending"], "a link that no longer works is not sent"
    assert Event.objects.filter(verb="staff.invitation_resent").count() == 1


def test_a_cancelled_invitation_opens_nothing_and_its_mail_does_not_leave(desk, client, lead):
    invitation, link = invite(lead)
    for _ in range(2):
        desk.post(f"{TEAM}invitations/{invitation.pk}/annuler/")
    assert ADDRESS not in desk.get(TEAM).text.replace(f"L’invitation de {ADDRESS} est annulée.", "")
    assert Message.objects.get(kind="accounts.staff_invitation").state == "cancelled"
    assert "a été annulée" in client.get(link).text
    assert client.post(link, NEW).status_code == 409
    assert not User.objects.filter(email=ADDRESS).exists()
    assert Event.objects.filter(verb="staff.invitation_cancelled").count() == 1


def test_an_invitation_of_another_territory_or_to_a_higher_role_does_not_exist(desk):
    elsewhere, _ = invite(f.make_staff("national"), department=place("59"))
    above, _ = invite(f.make_staff("national"), email="autre@exemple.fr", role="brigade_lead")
    page = desk.get(TEAM).text
    for invitation in (elsewhere, above):
        assert invitation.email not in page
        for verb in ("renvoyer", "annuler"):
            assert desk.post(f"{TEAM}invitations/{invitation.pk}/{verb}/").status_code == 404
    assert staff_invitations.StaffInvitation.objects.open().count() == 2


def test_another_lead_of_the_same_department_may_cancel_it(lead):
    invitation, _ = invite(f.make_staff("brigade_lead"))
    assert list(staff_invitations.pending(lead)) == [invitation]
    staff_invitations.cancel(invitation, actor=lead)
    assert not staff_invitations.pending(lead)


# --- accepting ------------------------------------------------------------------------------------------------


def test_who_has_no_account_opens_one_there_then_is_led_to_the_second_factor(client, lead):
    invitation, link = invite(lead, ends_on=datetime.date(2099, 1, 1))
    page = client.get(link).text
    assert "Léa vous offre" in page
    assert "membre de brigade" in page
    answer = client.post(link, NEW)
    assert answer["Location"] == "/compte/double-verification/activer/?next=%2Fbrigade%2F"
    user = User.objects.get(email=ADDRESS)
    given = user.person.grants.get()
    assert (given.role, given.department_id, given.granted_by) == ("brigade_member", "23", lead)
    assert given.ends_on == datetime.date(2099, 1, 1)
    assert user.person.full_name == "Ali Benali"
    assert terms.accepted(user.person)
    invitation.refresh_from_db()
    assert (invitation.accepted_by, invitation.accepted_at is not None) == (user.person, True)
    told = Message.objects.filter(kind="accounts.grant_given").values_list("person", flat=True)
    assert set(told) == {user.person_id, lead.person_id}
    assert Event.objects.get(verb="staff.invitation_accepted").actor == user

    assert client.get("/brigade/")["Location"].startswith("/compte/double-verification/activer/")
    assert client.get(answer["Location"]).status_code == 200


def test_nothing_is_opened_without_the_terms_or_a_name(client, lead):
    _, link = invite(lead)
    answer = client.post(link, {"first_name": "Ali", "last_name": ""})
    assert answer.status_code == 422
    assert "Cochez la case pour accepter" in answer.text
    assert not User.objects.filter(email=ADDRESS).exists()


def test_opening_the_link_changes_nothing(client, lead):
    invitation, link = invite(lead)
    assert client.get(link).status_code == 200
    invitation.refresh_from_db()
    assert invitation.is_open
    assert client.get("/rejoindre-l-equipe/rien/").status_code == 404


def test_a_sign_up_that_a_stranger_left_on_the_address_is_taken_over(client, lead):
    services.sign_up(email=ADDRESS, first_name="Intrus", birth_date=f.born_for(30))
    _, link = invite(lead)
    client.post(link, NEW)
    assert User.objects.get(email=ADDRESS).person.full_name == "Ali Benali"


def test_who_opened_an_account_meanwhile_signs_in_and_accepts(client, lead):
    _, link = invite(lead)
    user = f.make_user(email=ADDRESS)
    assert "a déjà un compte" in client.get(link).text
    assert client.post(link, NEW)["Location"].startswith("/compte/connexion/?next=")
    assert not user.is_staff
    client.force_login(user)
    assert "Accepter l’invitation" in client.get(link).text
    assert client.post(link)["Location"].startswith("/compte/double-verification/activer/")
    assert user.is_staff


def test_somebody_signed_in_with_another_address_is_told_so_and_gets_nothing(client, lead):
    invitation, link = invite(lead)
    other = f.make_user()
    client.force_login(other)
    page = client.get(link).text
    assert "pour une autre adresse" in page
    assert "Se déconnecter" in page
    answer = client.post(link, NEW)
    assert (answer.status_code, "pour une autre adresse" in answer.text) == (409, True)
    invitation.refresh_from_db()
    assert invitation.is_open
    assert not other.is_staff
    assert not User.objects.filter(email=ADDRESS).exists()


def test_who_invited_does_not_accept_in_the_place_of_the_other(desk, lead):
    _, link = invite(lead)
    assert desk.post(link).status_code == 409
    assert lead.person.grants.count() == 1


def test_a_link_serves_once(client, lead):
    from django.test import Client

    _, link = invite(lead)
    client.post(link, NEW)
    assert RoleGrant.objects.filter(person__email=ADDRESS).count() == 1
    assert client.post(link).status_code == 302, "a second click leads where the first did"
    stranger = Client()
    assert "a déjà servi" in stranger.get(link).text
    assert stranger.post(link, NEW).status_code == 302
    assert RoleGrant.objects.filter(person__email=ADDRESS).count() == 1


def test_a_role_taken_back_does_not_come_back_by_the_link(client, lead):
    _, link = invite(lead)
    client.post(link, NEW)
    grants.revoke(RoleGrant.objects.get(person__email=ADDRESS), actor=lead)
    assert client.post(link)["Location"] == "/mon-espace/"
    assert not User.objects.get(email=ADDRESS).is_staff


def test_an_expired_invitation_opens_nothing(client, lead):
    invitation, link = invite(lead)
    long_ago(invitation, days=8)
    assert "a expiré" in client.get(link).text
    assert client.post(link, NEW).status_code == 409
    assert not User.objects.filter(email=ADDRESS).exists()


def test_a_role_whose_end_has_come_is_no_longer_taken(client):
    with time_machine.travel("2027-01-12 09:00:00Z", tick=False) as clock:
        _, link = invite(f.make_staff("brigade_lead"), ends_on=today())
        clock.shift(36 * 3600)
        assert client.post(link, NEW).status_code == 409
    assert not RoleGrant.objects.filter(person__email=ADDRESS).exists()


@pytest.mark.parametrize("how", ["revoked", "inactive", "erased"])
def test_who_invited_and_lost_their_rights_gives_nothing_any_more(client, lead, how):
    _, link = invite(lead)
    if how == "revoked":
        grants.revoke(lead.person.grants.get(), actor=f.make_staff("national"))
    elif how == "inactive":
        User.objects.filter(pk=lead.pk).update(is_active=False)
    else:
        privacy.erase(lead.person, actor=lead)
    answer = client.post(link, NEW)
    assert (answer.status_code, "ne peut plus donner ce rôle" in answer.text) == (409, True)
    assert "_auth_user_id" not in client.session
    assert not User.objects.filter(email=ADDRESS).exists(), "the account goes with the refusal"

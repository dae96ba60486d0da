"""Members and invitations."""

import datetime
import re

import pytest
import time_machine
from django.urls import reverse

from jeveuxagir.accounts import retention
from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.roles import roles_of
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.registries import Role, personal_data
from jeveuxagir.notifications.models import Message
from organisations import policies, services
from organisations.models import Invitation, Membership
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return f.make_user(first_name="Nadia")


@pytest.fixture
def organisation(owner):
    return f.make_organisation(owner=owner, name="Entraide")


def token_of(address):
    text = Message.objects.filter(address=address).latest("created_at").text
    return re.search(r"/invitations/([\w-]+)/", text).group(1)


def test_an_invitation_is_sent_by_mail_and_only_its_hash_is_kept(owner, organisation):
    invitation = services.invite(organisation, actor=owner, email="Amie@Exemple.fr", role="manager")
    token = token_of("amie@exemple.fr")
    assert invitation.token_hash != token
    assert services.invitation_of(token) == invitation
    assert services.invitation_of(token + "x") is None
    assert invitation.expires_at - now() > datetime.timedelta(days=6, hours=23)


def test_the_invited_address_becomes_a_member_once(owner, organisation):
    invitation = services.invite(
        organisation, actor=owner, email="amie@exemple.fr", role="reader", may_sign=True
    )
    user = f.make_user(email="amie@exemple.fr", first_name="Amie")
    member = services.accept_invitation(invitation, actor=user)
    assert (member.role, member.may_sign) == ("reader", True)
    assert services.accept_invitation(invitation, actor=user) == member
    assert Role("reader", "organisation", str(organisation.pk)) in roles_of(user.person)
    assert "Amie a rejoint" in Message.objects.get(person=owner.person).subject


def test_another_address_cannot_accept(owner, organisation):
    invitation = services.invite(organisation, actor=owner, email="amie@exemple.fr", role="owner")
    for act in (services.accept_invitation, services.decline_invitation):
        with pytest.raises(NotAllowed):
            act(invitation, actor=f.make_user())


def test_an_expired_or_cancelled_invitation_is_refused_and_may_be_sent_again(owner, organisation):
    user = f.make_user(email="amie@exemple.fr")
    invitation = services.invite(organisation, actor=owner, email=user.email, role="reader")
    with pytest.raises(RuleBroken, match="déjà en cours"):
        services.invite(organisation, actor=owner, email=user.email, role="reader")
    Invitation.objects.update(expires_at=now() - datetime.timedelta(minutes=1))
    with pytest.raises(RuleBroken, match="expiré"):
        services.accept_invitation(invitation, actor=user)
    second = services.invite(organisation, actor=owner, email=user.email, role="reader")
    services.cancel_invitation(second, actor=owner)
    with pytest.raises(RuleBroken, match="annulée"):
        services.accept_invitation(second, actor=user)


def test_an_invitation_is_sent_again_after_an_hour_with_a_new_link_and_a_new_week(owner, organisation):
    invitation = services.invite(organisation, actor=owner, email="amie@exemple.fr", role="reader")
    former = token_of("amie@exemple.fr")
    with pytest.raises(RuleBroken, match="Attendez une heure"):
        services.resend_invitation(invitation, actor=owner)
    with time_machine.travel(now() + datetime.timedelta(hours=1, seconds=1)):
        with pytest.raises(NotAllowed):
            services.resend_invitation(invitation, actor=f.make_member(organisation, role="manager"))
        services.resend_invitation(invitation, actor=owner)
        with pytest.raises(RuleBroken, match="Attendez une heure"):
            services.resend_invitation(invitation, actor=owner)
        invitation.refresh_from_db()
        assert invitation.expires_at - now() > datetime.timedelta(days=6, hours=23)
    latest = token_of("amie@exemple.fr")
    assert latest != former
    assert services.invitation_of(former) is None
    assert services.invitation_of(latest) == invitation
    assert Message.objects.filter(address="amie@exemple.fr").count() == 2


def test_an_expired_invitation_lives_again_when_it_is_sent_again_and_an_answered_one_does_not(
    owner, organisation
):
    user = f.make_user(email="amie@exemple.fr")
    invitation = services.invite(organisation, actor=owner, email=user.email, role="reader")
    with time_machine.travel(now() + datetime.timedelta(days=8)):
        services.resend_invitation(invitation, actor=owner)
        services.accept_invitation(services.invitation_of(token_of(user.email)), actor=user)
    assert policies.is_member(user, organisation)
    with (
        time_machine.travel(now() + datetime.timedelta(days=9)),
        pytest.raises(RuleBroken, match="n’attend plus de réponse"),
    ):
        services.resend_invitation(invitation, actor=owner)


def test_the_team_page_offers_to_send_again_only_after_an_hour(client, owner, organisation):
    invitation = services.invite(organisation, actor=owner, email="amie@exemple.fr", role="reader")
    client.force_login(owner)
    team = f"{organisation.space_url}equipe/"
    again = reverse(
        "organisations:resend_invitation", args=[organisation.pk, organisation.slug, invitation.pk]
    )
    page = client.get(team).text
    assert again not in page
    assert "Vous pourrez la renvoyer une heure après son envoi." in page
    assert "Attendez une heure" in client.post(again, follow=True).text
    Invitation.objects.update(sent_at=now() - datetime.timedelta(hours=1, minutes=1))
    assert again in client.get(team).text
    assert "est repartie vers amie@exemple.fr" in client.post(again, follow=True).text


def test_invitations_are_no_mail_bomb(owner, organisation):
    for _ in range(3):
        invitation = services.invite(organisation, actor=owner, email="cible@exemple.fr", role="reader")
        services.cancel_invitation(invitation, actor=owner)
    with pytest.raises(RuleBroken) as refused:
        services.invite(organisation, actor=owner, email="cible@exemple.fr", role="reader")
    assert refused.value.code == "too_many_mails"


def test_a_member_is_not_invited_again(owner, organisation):
    with pytest.raises(RuleBroken, match="déjà membre"):
        services.invite(organisation, actor=owner, email=owner.email.upper(), role="reader")


def test_staff_of_the_department_invite_the_first_owner(organisation):
    Membership.objects.all().delete()
    with pytest.raises(NotAllowed):
        services.invite(organisation, actor=f.make_staff(department="59"), email="a@exemple.fr", role="owner")
    assert services.invite(organisation, actor=f.make_staff(), email="a@exemple.fr", role="owner").pk


def test_the_last_owner_neither_leaves_nor_becomes_a_reader(owner, organisation):
    mine = Membership.objects.get(person=owner.person)
    with pytest.raises(RuleBroken, match="seule personne responsable"):
        services.leave(organisation, actor=owner)
    with pytest.raises(RuleBroken, match="seule personne responsable"):
        services.change_role(mine, actor=owner, role="reader")
    f.make_member(organisation, role="owner")
    services.leave(organisation, actor=owner)
    assert not policies.is_member(owner, organisation)


def test_an_owner_changes_a_role_and_removes_a_member_who_is_told(owner, organisation):
    user = f.make_member(organisation, role="reader")
    member = Membership.objects.get(person=user.person)
    member = services.change_role(member, actor=owner, role="manager")
    assert policies.can_handle_missions(user, organisation)
    services.remove_member(member, actor=owner)
    assert not policies.is_member(user, organisation)
    subjects = set(Message.objects.filter(person=user.person).values_list("subject", flat=True))
    assert len(subjects) == 2
    with pytest.raises(RuleBroken, match="plus membre"):
        services.change_role(member, actor=owner, role="owner")


def test_the_roles_have_the_rights_of_the_architecture(organisation, owner):
    manager, reader = f.make_member(organisation, role="manager"), f.make_member(organisation, role="reader")
    stranger = f.make_user()
    rows = {
        policies.can_manage: (True, False, False, False),
        policies.can_handle_missions: (True, True, False, False),
        policies.can_see_applicants: (True, True, False, False),
        policies.is_member: (True, True, True, False),
    }
    for policy, expected in rows.items():
        for actor, allowed in zip((owner, manager, reader, stranger), expected, strict=True):
            assert policy(actor, organisation) is allowed
            assert policy(actor.person, organisation) is allowed
        assert policy(None, organisation) is False


def test_erasing_a_person_ends_the_memberships_and_keeps_the_organisation(owner, organisation):
    services.invite(organisation, actor=owner, email="amie@exemple.fr", role="reader")
    f.make_user(email="amie@exemple.fr")
    amie = Person.objects.get(email="amie@exemple.fr")
    for person in (owner.person, amie):
        for entry in personal_data:
            if entry.model.startswith(("organisations.", "moderation.")):
                assert all(entry.export(row) for row in entry.rows(person))
                entry.erase(person)
    assert not Membership.objects.exists()
    assert not Invitation.objects.exists()
    organisation.refresh_from_db()
    assert organisation.state == "validated"


def test_an_address_that_never_answered_is_forgotten_after_thirty_days(owner, organisation):
    kept = services.invite(organisation, actor=owner, email="recente@exemple.fr", role="reader")
    old = services.invite(organisation, actor=owner, email="ancienne@exemple.fr", role="reader")
    Invitation.objects.filter(pk=old.pk).update(expires_at=now() - datetime.timedelta(days=31))
    retention.run()
    retention.run()
    assert Invitation.objects.get() == kept


def test_an_organisation_of_a_feed_becomes_somebody_s_by_the_brigade_s_invitation():
    organisation = f.make_organisation(imports_only=True)
    invitation = services.invite(
        organisation, actor=f.make_staff(), email="presidente@exemple.fr", role="owner"
    )
    services.accept_invitation(invitation, actor=f.make_user(email="presidente@exemple.fr"))
    organisation.refresh_from_db()
    assert not organisation.imports_only
    assert Membership.objects.owners().filter(organisation=organisation).exists()

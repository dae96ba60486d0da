"""Networks: who joins by its own yes, who leaves, what a head reads of its members, what it lends them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken, WrongState
from jeveuxagir.notifications.models import Message
from organisations import services as organisations
from organisations.models import Organisation
from organisations.networks import services
from organisations.networks.models import Affiliation, MailInvitation, Template
from organisations.networks.services import TemplateData
from tests import factories as f

pytestmark = pytest.mark.django_db


def network() -> tuple[Organisation, User, Organisation, User]:
    """A head and its owner, an association and its owner."""
    head, member = f.make_organisation(name="Fédération"), f.make_organisation(name="Antenne")
    return head, f.make_member(head), member, f.make_member(member)


def page(client: Client, name: str, organisation: Organisation, *more: Any) -> str:
    address = reverse(f"networks:{name}", args=[organisation.pk, organisation.slug, *more])
    return client.get(address).content.decode()


def test_an_organisation_is_a_member_by_its_own_yes_alone() -> None:
    head, owner, member, other = network()
    asked = services.invite(actor=owner, head=head, member=member, message="Venez")
    assert Message.objects.filter(kind="networks.invited", person=other.person).count() == 1
    with pytest.raises(NotAllowed):
        services.accept(asked, actor=owner)
    assert not Affiliation.objects.active().exists()
    joined = services.accept(asked, actor=other)
    assert joined.joined_at is not None
    assert Event.objects.filter(verb="network.joined").count() == 1
    assert Message.objects.filter(kind="networks.joined", person=owner.person).count() == 1
    with pytest.raises(WrongState):
        services.accept(asked, actor=other)


def test_nobody_is_invited_twice_by_itself_or_before_the_brigade_validated_it() -> None:
    head, owner, member, _other = network()
    services.invite(actor=owner, head=head, member=member)
    with pytest.raises(RuleBroken, match="déjà invitée"):
        services.invite(actor=owner, head=head, member=member)
    with pytest.raises(RuleBroken, match="elle-même"):
        services.invite(actor=owner, head=head, member=head)
    with pytest.raises(RuleBroken, match="pas encore validée"):
        services.invite(actor=owner, head=head, member=f.make_organisation(state="pending"))
    pending = f.make_organisation(state="pending")
    with pytest.raises(NotAllowed):
        services.invite(actor=f.make_member(pending), head=pending, member=member)


def test_two_organisations_are_not_members_of_one_another() -> None:
    head, owner, member, other = network()
    f.make_affiliation(head=head, member=member)
    asked = services.invite(actor=other, head=member, member=head)
    with pytest.raises(RuleBroken, match="membre l’un de l’autre"):
        services.accept(asked, actor=owner)
    with pytest.raises(IntegrityError, match="head is a member"), transaction.atomic():
        f.make_affiliation(head=member, member=head)


@pytest.mark.parametrize("by_member", [True, False])
def test_either_side_ends_it_at_once_and_the_other_is_told(by_member: bool) -> None:
    head, owner, member, other = network()
    affiliation = f.make_affiliation(head=head, member=member)
    services.end(affiliation, actor=other if by_member else owner)
    told = owner if by_member else other
    assert Message.objects.filter(kind="networks.ended", person=told.person).count() == 1
    assert not Affiliation.objects.of_head(head).exists()
    with pytest.raises(NotAllowed):
        services.end(f.make_affiliation(head=head), actor=other)


def test_a_manager_speaks_for_a_member_a_reader_does_not() -> None:
    head, owner, member, _other = network()
    asked = services.invite(actor=owner, head=head, member=member)
    with pytest.raises(NotAllowed):
        services.accept(asked, actor=f.make_member(member, role="reader"))
    services.accept(asked, actor=f.make_member(member, role="manager"))


def test_a_closed_organisation_is_in_no_network_and_has_none() -> None:
    head, _owner, member, _other = network()
    f.make_affiliation(head=head, member=member)
    f.make_affiliation(head=member)
    invitation = f.make_network_invitation(member)
    organisations.close(member, actor=f.make_staff(), reason="Elle a fermé.")
    services.organisation_closed(member.pk)
    services.organisation_closed(member.pk)
    assert not Affiliation.objects.of_organisation(member).filter(state="active").exists()
    invitation.refresh_from_db()
    assert invitation.cancelled_at is not None


# --- by mail --------------------------------------------------------------------------------------------------


def test_an_address_is_invited_and_its_organisation_joins_once(client: Client) -> None:
    head, owner, member, other = network()
    made = services.invite_by_mail(actor=owner, head=head, email=" Antenne@Exemple.FR ")
    assert made.email == "antenne@exemple.fr"
    message = Message.objects.get(kind="networks.invited_by_mail")
    token = message.text.split("/reseaux/invitation/")[1].split("/")[0]
    client.force_login(other)
    address = reverse("networks:invitation", args=[token])
    assert "Antenne" in client.get(address).content.decode()
    answer = client.post(address, {"organisation": str(member.pk)})
    assert answer.status_code == 302
    assert Affiliation.objects.active().get(head=head).member == member
    assert "ne sert plus" in client.get(address).content.decode()
    assert client.post(address, {"organisation": str(member.pk)}).status_code == 200
    assert Affiliation.objects.count() == 1


def test_who_has_no_organisation_is_led_to_declare_one(client: Client) -> None:
    invitation = f.make_network_invitation()
    client.force_login(f.make_user())
    html = client.get(reverse("networks:invitation", args=[invitation.token])).content.decode()  # type: ignore[attr-defined]
    assert reverse("organisations:sign_up") in html
    assert client.get(reverse("networks:invitation", args=["n" * 40])).status_code == 404


def test_one_answers_for_ones_own_organisations_alone(client: Client) -> None:
    invitation = f.make_network_invitation()
    stranger = f.make_organisation()
    user = f.make_member(f.make_organisation())
    client.force_login(user)
    address = reverse("networks:invitation", args=[invitation.token])  # type: ignore[attr-defined]
    assert client.post(address, {"organisation": str(stranger.pk)}).status_code == 422
    assert not Affiliation.objects.exists()
    with pytest.raises(NotAllowed):
        services.join_by_mail(invitation, actor=user, member=stranger)


@pytest.mark.parametrize("what", ["cancelled", "expired"])
def test_a_cancelled_or_old_link_does_nothing(what: str) -> None:
    head, owner, member, other = network()
    invitation = f.make_network_invitation(head)
    if what == "cancelled":
        services.cancel_mail_invitation(invitation, actor=owner)
    else:
        MailInvitation.objects.update(expires_at=now() - timedelta(minutes=1))
    with pytest.raises(RuleBroken, match="ne sert plus"):
        services.join_by_mail(invitation, actor=other, member=member)


def test_joining_by_mail_answers_the_invitation_that_waited() -> None:
    head, owner, member, other = network()
    asked = services.invite(actor=owner, head=head, member=member)
    services.join_by_mail(f.make_network_invitation(head), actor=other, member=member)
    asked.refresh_from_db()
    assert asked.state == "active"


# --- pages ----------------------------------------------------------------------------------------------------


def test_the_head_reads_its_members_and_the_member_its_networks(client: Client) -> None:
    head, owner, member, other = network()
    f.make_affiliation(head=head, member=member)
    client.force_login(owner)
    assert "Antenne" in page(client, "space", head)
    client.force_login(other)
    assert "Fédération" in page(client, "space", member)
    public = client.get(head.get_absolute_url()).content.decode()
    assert "Tête d’un réseau qui réunit 1" in public.replace("\xa0", " ")
    assert "Fédération" in client.get(member.get_absolute_url()).content.decode()


def test_a_member_no_longer_public_is_counted_no_more(client: Client) -> None:
    head, _owner, member, _other = network()
    f.make_affiliation(head=head, member=member)
    Organisation.objects.filter(pk=member.pk).update(state="suspended", state_reason="x")
    assert "Tête d’un réseau" not in client.get(head.get_absolute_url()).content.decode()


def test_the_head_finds_an_organisation_by_its_name_and_invites_it(client: Client) -> None:
    head, owner, member, other = network()
    client.force_login(owner)
    address = reverse("networks:invite", args=[head.pk, head.slug])
    assert "Antenne" in client.get(address, {"q": "antén"}).content.decode()
    assert "par courriel" in client.get(address, {"q": "zzzz"}).content.decode()
    form = client.get(address, {"a": member.pk}).context["form"]
    sent = {"nonce": form["nonce"].value(), "message": "Bienvenue"}
    for _twice in range(2):
        assert client.post(f"{address}?a={member.pk}", sent).status_code == 302
    assert Affiliation.objects.invited().get().member == member
    client.force_login(other)
    assert "Fédération invite Antenne dans son réseau" in client.get("/mon-espace/").content.decode()


def test_hostile_addresses_of_the_search_are_answered(client: Client) -> None:
    head, owner, *_ = network()
    client.force_login(owner)
    address = reverse("networks:invite", args=[head.pk, head.slug])
    for query in ({"a": "9" * 40}, {"a": "²"}, {"q": "\x00'\"<script>"}, {"q": "é" * 100_000}):
        assert client.get(address, query).status_code == 200


def test_the_list_of_members_asks_the_same_number_of_questions_for_1_and_100(
    client: Client, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    head, owner, member, _other = network()
    f.make_affiliation(head=head, member=member)
    client.force_login(owner)
    page(client, "space", head)
    with CaptureQueriesContext(connection) as one:
        page(client, "space", head)
    for _ in range(99):
        f.make_affiliation(head=head)
    with CaptureQueriesContext(connection) as many:
        page(client, "space", head)
    assert len(many) - len(one) in (0, 1)  # the second page is counted


def test_the_head_reads_what_its_own_members_look_for_and_nothing_else(client: Client) -> None:
    head, owner, member, other = network()
    f.make_affiliation(head=head, member=member)
    left = f.make_affiliation(head=head, state="ended", joined_at=now()).member
    asked = f.make_affiliation(head=head, state="invited").member
    f.make_mission(organisation=member, title="Lire aux enfants")
    f.make_skill_need(organisation=member, title="Tenir nos comptes")
    f.make_resource_need(organisation=member, title="Un four d’occasion")
    f.make_mission(organisation=member, title="Encore un brouillon", state="draft")
    for stranger in (left, asked, f.make_organisation()):
        f.make_mission(organisation=stranger, title="Chez d’autres")
    client.force_login(owner)
    html = page(client, "needs", head)
    for sought in ("Lire aux enfants", "Tenir nos comptes", "Un four d’occasion"):
        assert sought in html
    assert "Encore un brouillon" not in html
    assert "Chez d’autres" not in html
    client.force_login(other)
    assert "Lire aux enfants" not in page(client, "needs", member)


# --- templates ------------------------------------------------------------------------------------------------


def test_a_template_is_read_by_the_members_and_nobody_else(client: Client) -> None:
    head, owner, member, other = network()
    made = services.write_template(actor=owner, head=head, data=TemplateData("Notre site", "Un site à jour"))
    assert not Template.objects.lent_to(member).exists()
    affiliation = f.make_affiliation(head=head, member=member)
    assert Template.objects.lent_to(member).get() == made
    client.force_login(other)
    assert "Notre site" in page(client, "templates", member)
    services.end(affiliation, actor=other)
    assert not Template.objects.lent_to(member).exists()


def test_a_suspended_network_lends_nothing_and_nobody_joins_it() -> None:
    head, owner, member, other = network()
    services.write_template(actor=owner, head=head, data=TemplateData("Notre site", "Un site à jour"))
    asked = services.invite(actor=owner, head=head, member=member)
    third = f.make_organisation()
    f.make_affiliation(head=head, member=third)
    by_mail = services.invite_by_mail(actor=owner, head=head, email="antenne@exemple.fr")
    Organisation.objects.filter(pk=head.pk).update(state="suspended", state_reason="x")
    assert not Template.objects.lent_to(third).exists()
    for join in (
        lambda: services.accept(asked, actor=other),
        lambda: services.join_by_mail(by_mail, actor=other, member=member),
    ):
        with pytest.raises(RuleBroken) as told:
            join()
        assert told.value.code == "state"
    by_mail.refresh_from_db()
    assert by_mail.used_at is None
    Organisation.objects.filter(pk=head.pk).update(state="validated", state_reason="")
    services.accept(asked, actor=other)
    assert Template.objects.lent_to(member).exists()


def test_a_template_is_changed_and_retired_by_its_head_alone(client: Client) -> None:
    head, owner, _member, other = network()
    made = f.make_need_template(head)
    with pytest.raises(NotAllowed):
        services.retire_template(made, actor=other)
    client.force_login(owner)
    address = reverse("networks:template", args=[head.pk, head.slug, made.pk])
    form = client.get(address).context["form"]
    assert client.post(address, {"nonce": form["nonce"].value(), "title": ""}).status_code == 422
    sent = {"nonce": form["nonce"].value(), "title": "Mieux dit", "deliverable": "<script>", "context": ""}
    assert client.post(address, sent).status_code == 302
    assert "<script>" not in page(client, "templates", head).split("</head>")[1].split("<script src")[0]
    client.post(reverse("networks:retire_template", args=[head.pk, head.slug, made.pk]))
    assert not Template.objects.live().exists()


def test_what_somebody_did_for_a_network_stays_without_their_name() -> None:
    head, owner, member, _other = network()
    services.invite(actor=owner, head=head, member=member)
    services.invite_by_mail(actor=owner, head=head, email="x@exemple.fr")
    mailed = f.make_user()
    f.make_network_invitation(head, email=mailed.person.email)
    services.forget_person(owner.person)
    services.forget_person(mailed.person)
    assert Affiliation.objects.get().invited_by is None
    assert MailInvitation.objects.get().invited_by is None

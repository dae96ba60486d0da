"""Members who lost a right, and invitations as a way to write to strangers."""

import pytest
from django.test import Client
from django.urls import reverse

from jeveuxagir.accounts.limits import LIMITS
from jeveuxagir.common.errors import RuleBroken
from organisations import services
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("loss", ["removed", "demoted"])
def test_who_lost_the_right_to_invite_comes_back_by_no_invitation_of_their_own(loss: str) -> None:
    organisation = f.make_organisation()
    owner, former = f.make_member(organisation), f.make_member(organisation)
    second = f.make_user(email="seconde@exemple.fr")
    invitation = services.invite(organisation, actor=former, email="seconde@exemple.fr", role="owner")
    membership = organisation.memberships.get(person=former.person)
    if loss == "removed":
        services.remove_member(membership, actor=owner)
    else:
        services.change_role(membership, actor=owner, role="reader")
    with pytest.raises(RuleBroken):
        services.accept_invitation(invitation, actor=second)


def test_a_reader_does_not_open_the_sign_up_of_the_organisation(client: Client) -> None:
    organisation = f.make_organisation(state="draft", owner=f.make_person())
    client.force_login(f.make_member(organisation, role="reader"))
    for url in (
        reverse("organisations:sign_up_summary", args=[organisation.pk]),
        reverse("organisations:sign_up_step", args=[organisation.pk, "adresse"]),
    ):
        assert client.get(url).status_code == 404


def test_one_account_invites_only_so_many_people_a_day_from_all_its_organisations() -> None:
    user = f.make_user()
    drafts = [f.make_organisation(state="draft", owner=user) for _ in range(2)]
    for number in range(LIMITS["invitation_account"].times):
        services.invite(drafts[number % 2], actor=user, email=f"voisin{number}@exemple.fr", role="reader")
    with pytest.raises(RuleBroken) as caught:
        services.invite(drafts[0], actor=user, email="encore@exemple.fr", role="reader")
    assert caught.value.code == "too_many"


def test_staff_add_nobody_beside_the_owners_and_never_themselves() -> None:
    staff = f.make_staff()
    owned, empty = f.make_organisation(owner=f.make_user()), f.make_organisation()
    with pytest.raises(RuleBroken) as caught:
        services.invite(owned, actor=staff, email="ami@exemple.fr", role="owner")
    assert caught.value.code == "has_owner"
    with pytest.raises(RuleBroken) as caught:
        services.invite(empty, actor=staff, email=staff.email.upper(), role="owner")
    assert caught.value.code == "own_invitation"

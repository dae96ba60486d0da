"""Things that happen at once, over real transactions."""

from jeveuxagir.common.errors import RuleBroken
from organisations import services
from organisations.models import Membership, Organisation
from tests import factories as f
from tests.moderation.test_races import together
from tests.organisations.test_services import SIREN, data


def test_of_two_owners_leaving_at_once_one_stays(committed_db):
    for _ in range(5):
        organisation = f.make_organisation()
        owners = [f.make_member(organisation), f.make_member(organisation)]
        results = together(
            *[lambda user=user, o=organisation: services.leave(o, actor=user) for user in owners]
        )
        refused = [result for result in results if isinstance(result, Exception)]
        assert len(refused) == 1, results
        assert isinstance(refused[0], RuleBroken)
        assert Membership.objects.owners().filter(organisation=organisation).count() == 1


def test_of_two_owners_leaving_at_once_who_name_each_other_one_stays_responsible(committed_db):
    for _ in range(5):
        organisation = f.make_organisation()
        owners = [f.make_member(organisation), f.make_member(organisation)]
        rows = [Membership.objects.get(person=user.person) for user in owners]
        results = together(
            *[
                lambda user=user, other=other, o=organisation: services.leave(o, actor=user, successor=other)
                for user, other in zip(owners, reversed(rows), strict=True)
            ]
        )
        refused = [result for result in results if isinstance(result, Exception)]
        assert len(refused) == 1, results
        assert isinstance(refused[0], RuleBroken), repr(refused[0])
        assert Membership.objects.owners().filter(organisation=organisation).count() == 1


def test_of_an_owner_and_the_reader_they_name_leaving_at_once_somebody_stays_responsible(committed_db):
    for _ in range(5):
        organisation = f.make_organisation()
        owner, reader = f.make_member(organisation), f.make_member(organisation, role="reader")
        named = Membership.objects.get(person=reader.person)
        together(
            lambda o=organisation, user=owner, to=named: services.leave(o, actor=user, successor=to),
            lambda o=organisation, user=reader: services.leave(o, actor=user),
        )
        assert Membership.objects.owners().filter(organisation=organisation).count() == 1


def test_of_two_people_signing_up_the_same_number_at_once_one_does(committed_db):
    people = [f.make_user(), f.make_user()]
    results = together(
        *[
            lambda user=user: services.create_draft(actor=user, data=data(rna="", siren=SIREN))
            for user in people
        ]
    )
    refused = [result for result in results if isinstance(result, Exception)]
    assert len(refused) == 1, results
    assert isinstance(refused[0], RuleBroken), repr(refused[0])
    assert Organisation.objects.filter(siren=SIREN).count() == 1


def test_two_accepting_the_same_invitation_make_one_member(committed_db):
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner)
    user = f.make_user()
    invitation = services.invite(organisation, actor=owner, email=user.email, role="reader")
    results = together(*[lambda: services.accept_invitation(invitation, actor=user)] * 2)
    assert not [result for result in results if isinstance(result, Exception)], results
    assert Membership.objects.live().filter(person=user.person).count() == 1

"""Things that happen at once in an alliance, over real transactions."""

from alliances import services
from alliances.models import Party
from jeveuxagir.common.errors import RuleBroken
from tests import factories as f
from tests.moderation.test_races import together


def refused(results):
    found = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(result, RuleBroken) for result in found), results
    return found


def test_of_two_joining_with_one_invitation_at_once_one_does(committed_db):
    for _ in range(4):
        alliance = f.make_alliance()
        invitation = f.make_alliance_invitation(alliance)
        users = [f.make_user(), f.make_user()]
        organisations = [f.make_organisation(owner=user) for user in users]
        results = together(
            *[
                lambda user=user, one=one, i=invitation: services.join(i, actor=user, organisation=one)
                for user, one in zip(users, organisations, strict=True)
            ]
        )
        assert len(refused(results)) == 1, results
        assert alliance.parties.live().count() == 3


def test_of_two_animators_leaving_at_once_one_stays(committed_db):
    for _ in range(4):
        alliance = f.make_alliance(parties=3)
        alliance.parties.update(is_animator=False)
        pair = list(alliance.parties.order_by("pk")[:2])
        users = [f.make_member(party.organisation) for party in pair]
        Party.objects.filter(pk__in=[party.pk for party in pair]).update(is_animator=True)
        results = together(
            *[
                lambda p=party, user=user: services.leave(p, actor=user)
                for party, user in zip(pair, users, strict=True)
            ]
        )
        assert len(refused(results)) == 1, results
        assert alliance.parties.live().filter(is_animator=True).count() == 1


def test_one_place_left_takes_one_party(committed_db, monkeypatch):
    monkeypatch.setattr(services, "MOST_PARTIES", 3)
    alliance = f.make_alliance()
    invitations = [f.make_alliance_invitation(alliance) for _ in range(2)]
    users = [f.make_user(), f.make_user()]
    organisations = [f.make_organisation(owner=user) for user in users]
    results = together(
        *[
            lambda i=i, user=user, one=one: services.join(i, actor=user, organisation=one)
            for i, user, one in zip(invitations, users, organisations, strict=True)
        ]
    )
    assert len(refused(results)) == 1, results
    assert alliance.parties.live().count() == 3

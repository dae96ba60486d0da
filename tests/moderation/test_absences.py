"""Being away: the deputy decides meanwhile, and two members never own the same item."""

import datetime

import pytest

from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation import absences, policies, services
from jeveuxagir.moderation.models import Absence, ModerationItem
from jeveuxagir.notifications.models import Message
from tests import factories as f

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


def owned_item(owner):
    organisation = f.make_organisation(state="pending")
    item = services.open_item(
        "organisation", organisation, title="Les Jardins", department=organisation.commune.department
    )
    return services.take(item, actor=owner)


@pytest.fixture
def pair():
    return f.make_staff(first_name="Inès"), f.make_staff(first_name="Marc")


def away(owner, deputy, start=0, end=3):
    return absences.announce(
        actor=owner, starts_on=today() + start * DAY, ends_on=today() + end * DAY, deputy=deputy
    )


def test_the_deputy_of_somebody_away_finds_their_items_and_decides(pair):
    owner, deputy = pair
    item = owned_item(owner)
    assert not policies.can_decide(deputy, item)
    away(owner, deputy)
    assert list(ModerationItem.objects.mine(deputy)) == [item]
    fresh = ModerationItem.objects.get()
    assert fresh.deputy == deputy
    services.decide(fresh, actor=deputy, decision="refuse", reason="Déjà inscrite.", version=fresh.version)
    assert ModerationItem.objects.get().decided_by == deputy


def test_before_and_after_the_absence_the_item_is_its_owners_alone(pair):
    owner, deputy = pair
    item = owned_item(owner)
    away(owner, deputy, start=1)
    assert not ModerationItem.objects.mine(deputy).exists()
    with pytest.raises(RuleBroken, match="Inès s’en occupe"):
        services.take(ModerationItem.objects.get(pk=item.pk), actor=deputy, over=True)
    Absence.objects.update(starts_on=today() - 3 * DAY, ends_on=today() - DAY)
    assert not policies.can_decide(deputy, ModerationItem.objects.get())


def test_a_deputy_takes_over_and_then_owns_alone(pair):
    owner, deputy = pair
    item = owned_item(owner)
    away(owner, deputy)
    taken = services.take(ModerationItem.objects.get(), actor=deputy, over=True)
    assert (taken.owner, taken.version) == (deputy, item.version + 1)
    assert not ModerationItem.objects.mine(owner).exists()


def test_the_deputy_is_told_once_per_announcement(pair):
    owner, deputy = pair
    away(owner, deputy)
    message = Message.objects.get(kind="moderation.deputy")
    assert message.person == deputy.person
    assert "Vous remplacez Inès" in message.subject


def test_only_a_member_of_ones_own_brigade_stands_in(pair):
    owner, _ = pair
    stranger, citizen = f.make_staff(department="59"), f.make_user()
    for somebody in (stranger, citizen, owner):
        with pytest.raises(RuleBroken):
            away(owner, somebody)
    away(owner, f.make_staff("national"))


def test_a_second_absence_replaces_the_first_and_may_be_cancelled(pair):
    owner, deputy = pair
    away(owner, deputy)
    away(owner, None, start=10, end=12)
    assert absences.of(owner).deputy is None
    absences.cancel(actor=owner)
    absences.cancel(actor=owner)
    assert absences.of(owner) is None


@pytest.mark.parametrize(("start", "end"), [(3, 1), (-5, -2), (0, 500)])
def test_dates_that_mean_nothing_are_refused_in_words(pair, start, end):
    with pytest.raises(RuleBroken):
        away(*pair, start=start, end=end)

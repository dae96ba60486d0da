"""The mail of the week: what is new for an employer, for an association; nothing new, no mail; never the same twice."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from jeveuxagir.accounts.models import User
from jeveuxagir.common.clock import PARIS, now
from jeveuxagir.notifications.enums import Rhythm
from jeveuxagir.notifications.models import Message
from jeveuxagir.notifications.services import set_preference
from missions.offers.models import Offer
from missions.pairings import weekly
from missions.pairings.models import Announcement
from missions.skill_needs.models import SkillNeed
from organisations.models import Organisation
from tests import factories as f
from tests.sponsorships.builders import story

pytestmark = pytest.mark.django_db

SKILL = "comptabilite"
WEEK = "2026-W49"


@dataclass
class Two:
    association: Organisation
    company: Organisation
    manager: User
    coordinator: User
    need: SkillNeed
    offer: Offer


@pytest.fixture
def two() -> Two:
    association, company = f.make_organisation(name="Les Cordées"), f.make_company(name="Tissages du Nord")
    return Two(
        association,
        company,
        f.make_member(association),
        f.make_member(company),
        f.make_skill_need(organisation=association, skills=[SKILL], contact=f.make_person()),
        f.make_offer(company, skills=[SKILL]),
    )


def mails(user: User) -> list[Message]:
    return list(Message.objects.filter(kind="pairings.weekly", person=user.person))


def test_each_side_reads_what_is_new_and_why_once(two: Two) -> None:
    assert weekly.run(WEEK) == {"organisations": 2, "lines": 2}
    [to_company], [to_association] = mails(two.coordinator), mails(two.manager)
    assert two.need.title in to_company.text
    assert two.need.get_absolute_url() in to_company.text
    assert two.offer.title in to_association.text
    assert f"Pour «\u00a0{two.need.title}\u00a0»" in to_association.text
    assert two.manager.person.email not in to_company.text
    assert weekly.run(WEEK) == weekly.run("2026-W50") == {"organisations": 0, "lines": 0}
    assert len(mails(two.coordinator)) == 1


def test_what_came_during_an_outage_is_told_by_the_next_run(two: Two) -> None:
    weekly.run(WEEK)
    later = f.make_skill_need(
        organisation=two.association, skills=[SKILL], title="Tenir la caisse du festival"
    )
    assert weekly.run("2027-W02")["lines"] == 1
    last = Message.objects.filter(kind="pairings.weekly").order_by("created_at").last()
    assert last is not None
    assert later.title in last.text
    assert two.need.title not in last.text


def test_what_comes_between_two_runs_of_one_week_is_told_the_week_after(two: Two) -> None:
    weekly.run(WEEK)  # then the worker is killed before the week is marked as done
    later = f.make_skill_need(
        organisation=two.association, skills=[SKILL], title="Tenir la caisse du festival"
    )
    assert weekly.run(WEEK)["lines"] == 0
    assert weekly.run("2026-W50")["lines"] == 1
    first, second = sorted(mails(two.coordinator), key=lambda message: message.created_at)
    assert later.title not in first.text
    assert later.title in second.text


def test_one_organisation_that_cannot_be_told_stops_no_other(two: Two) -> None:
    tell = weekly.tell

    def fails_for_the_first(pk: int, week: str) -> int:
        if pk == min(two.association.pk, two.company.pk):
            raise RuntimeError("a row that nobody foresaw")
        return tell(pk, week)

    with patch.object(weekly, "tell", fails_for_the_first):
        assert weekly.run(WEEK) == {"organisations": 1, "lines": 1}
    assert weekly.run("2026-W50") == {"organisations": 1, "lines": 1}


def test_who_stopped_this_mail_and_wants_it_again_missed_nothing(two: Two) -> None:
    set_preference(two.coordinator.person_id, "pairings.weekly", rhythm=Rhythm.NEVER)
    weekly.run(WEEK)
    assert mails(two.coordinator) == []
    set_preference(two.coordinator.person_id, "pairings.weekly", rhythm=Rhythm.IMMEDIATE)
    weekly.run("2026-W50")
    [message] = mails(two.coordinator)
    assert two.need.title in message.text


def test_a_need_of_no_use_closed_or_known_is_not_told(two: Two) -> None:
    SkillNeed.objects.filter(pk=two.need.pk).update(state="suspended")
    assert weekly.run(WEEK)["lines"] == 0
    SkillNeed.objects.filter(pk=two.need.pk).update(state="open")
    Organisation.objects.filter(pk=two.company.pk).update(state="suspended", state_reason="x")
    assert weekly.run(WEEK)["lines"] == 0


def test_a_need_near_a_site_is_told_even_without_an_offer(two: Two) -> None:
    other = f.make_company()
    boss = f.make_member(other)
    f.make_site(other)
    weekly.run(WEEK)
    [message] = mails(boss)
    assert "Dans un département où vous avez un site" in message.text


def test_the_first_72_hours_hold_in_the_mail_too() -> None:
    told = story()
    told.validated(told.signed(2))  # this association was served
    need = f.make_skill_need(organisation=told.association, skills=[SKILL], title="Un autre besoin")
    company = f.make_company()
    boss = f.make_member(company)
    f.make_site(company)
    offer = f.make_offer(company, skills=[SKILL], opened_at=now() - datetime.timedelta(hours=1))
    weekly.run(WEEK)
    assert all(need.title not in message.text for message in mails(boss))
    Offer.objects.filter(pk=offer.pk).update(opened_at=now() - datetime.timedelta(hours=73))
    weekly.run("2026-W50")
    assert any(need.title in message.text for message in mails(boss))


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        (datetime.datetime(2026, 11, 30, 23, 0, tzinfo=PARIS), "2026-W48"),
        (datetime.datetime(2026, 12, 1, 7, 59, tzinfo=PARIS), "2026-W48"),
        (datetime.datetime(2026, 12, 1, 8, 0, tzinfo=PARIS), "2026-W49"),
        (datetime.datetime(2027, 1, 4, 12, 0, tzinfo=PARIS), "2026-W53"),
    ],
)
def test_the_week_of_mails_begins_on_tuesday_morning(moment: Any, week: str) -> None:
    with patch.object(timezone, "now", return_value=moment):
        assert weekly.period() == week


def test_a_need_is_announced_to_an_organisation_once_by_the_database(two: Two) -> None:
    weekly.run(WEEK)
    assert Announcement.objects.of_organisation(two.company).count() == 1

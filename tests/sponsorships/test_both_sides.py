"""Nobody decides for both sides, nobody acts while suspended, nobody is left without an answer."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.notifications.models import Message
from missions.offers.models import Offer
from missions.skill_needs import services as needs
from missions.sponsorships import dues, services
from missions.sponsorships.enums import Side
from missions.sponsorships.models import Due, Sponsorship
from missions.sponsorships.tasks import run_clocks
from organisations.models import Organisation
from tests import factories as f

from .builders import DAY, Story, make_offer, story

pytestmark = pytest.mark.django_db
ASSOCIATION, COMPANY = Side.ASSOCIATION, Side.COMPANY


def refused(code: str, act) -> str:
    with pytest.raises(RuleBroken) as refusal:
        act()
    assert refusal.value.code == code, refusal.value.message
    return refusal.value.message


def suspend(organisation: Organisation) -> None:
    organisation.state, organisation.state_reason = "suspended", "Raison"
    organisation.save()


def set_offer(s: Story, state: str) -> None:
    Offer.objects.filter(pk=s.offer.pk).update(state=state)


# --- the offer, the need, the two organisations


@pytest.mark.parametrize("state", ["paused", "expired", "suspended"])
def test_nothing_is_committed_from_an_offer_that_is_not_open(state: str) -> None:
    s = story()
    row = s.drafted(2)
    set_offer(s, state)
    refused("offer_closed", lambda: services.employer_agree(row, actor=s.coordinator))


def test_what_was_committed_goes_on_when_the_offer_pauses_and_not_when_it_is_suspended() -> None:
    s = story()
    row = services.employer_agree(s.drafted(2), actor=s.coordinator)
    set_offer(s, "suspended")
    refused("offer_closed", lambda: services.association_agree(row, actor=s.manager))
    set_offer(s, "paused")
    services.association_agree(row, actor=s.manager)
    convention = s.proposed(row)
    set_offer(s, "suspended")
    refused("offer_closed", lambda: s.signed_by_both(convention))
    set_offer(s, "expired")
    assert s.signed_by_both(convention).state == "in_force"


@pytest.mark.parametrize("side", ["company", "association"])
def test_with_an_organisation_the_registry_says_closed_nothing_is_agreed_nor_signed(side: str) -> None:
    s = story()
    row = s.drafted(2)
    closed = s.company if side == "company" else s.association
    f.registry_says(closed, "closed")
    refused("closed_number", lambda: services.employer_agree(row, actor=s.coordinator))
    f.registry_says(closed, "match")
    services.employer_agree(row, actor=s.coordinator)
    f.registry_says(closed, "closed")
    refused("closed_number", lambda: services.association_agree(row, actor=s.manager))
    f.registry_says(closed, "match")
    services.association_agree(row, actor=s.manager)
    convention = s.proposed(row)
    f.registry_says(closed, "closed")
    refused("closed_number", lambda: s.signed_by_both(convention))


def test_a_suspended_organisation_acts_no_more_and_what_is_counted_stays() -> None:
    s = story()
    row = s.signed(4)
    s.validated(row, 3)
    waits = s.day(row, 2)
    suspend(s.association)
    refused("not_validated", lambda: services.validate_day(waits, actor=s.manager, side=ASSOCIATION))
    refused(
        "not_validated", lambda: services.refuse_day(waits, actor=s.manager, side=ASSOCIATION, reason="Non")
    )
    suspend(s.company)
    refused("not_validated", lambda: s.day(row, 1))
    refused("not_validated", lambda: s.day(row, 1, actor=s.worker))
    refused("not_validated", lambda: s.proposed(row, summary="Plus", terms=s.terms(5)))
    refused("not_validated", lambda: services.withdraw_day(waits, actor=s.coordinator))
    refused("not_validated", lambda: s.debriefed(row))
    row.refresh_from_db()
    assert row.validated_minutes == DAY
    services.break_off(row, actor=s.coordinator, side=COMPANY, reason="Nous arrêtons.")


# --- what was read is what is agreed


def test_a_page_read_before_a_change_commits_nothing(client: Client) -> None:
    s = story()
    row = s.drafted(1)
    read = row.version
    services.rework(row, actor=s.coordinator, version=read, terms=s.terms(3), format="split")
    with pytest.raises(Stale):
        services.employer_agree(row, actor=s.coordinator, version=read)
    client.force_login(s.coordinator)
    address = reverse("sponsorships:employer_agree", args=[s.company.pk, s.company.slug, row.pk])
    for posted in ({"version": read}, {}, {"version": "9" * 5000}):
        client.post(address, posted)
        row.refresh_from_db()
        assert row.state == "drafted"
    client.post(address, {"version": row.version})
    row.refresh_from_db()
    assert row.state == "employer"
    with pytest.raises(Stale):
        services.association_agree(row, actor=s.manager, version=row.version - 1)
    services.association_agree(row, actor=s.manager, version=row.version)


# --- one person, one side


def test_one_person_never_decides_for_both_sides() -> None:
    s = story()
    both = s.coordinator
    f.make_member(s.association, person=both.person, may_sign=True)
    row = services.employer_agree(s.drafted(3), actor=both)
    refused("sponsorship_agreed_by_two", lambda: services.association_agree(row, actor=both))
    services.association_agree(row, actor=s.manager)
    s.signed_by_both(s.proposed(row))
    row.refresh_from_db()
    s.validated(row, 1)

    def say(side: Side) -> object:
        return services.debrief(row, actor=both, side=side, delivered="yes", went_well="Bien")

    say(COMPANY)
    refused("debriefs_by_two", lambda: say(ASSOCIATION))
    with pytest.raises(RuleBroken, match="bilan"):
        services.close(row, actor=both, side=ASSOCIATION)


def test_a_reader_who_may_sign_elsewhere_does_not_sign() -> None:
    s = story()
    convention = s.proposed(s.agreed(2))
    reader = f.make_member(s.association, role="reader", may_sign=True)
    with pytest.raises(NotAllowed):
        services.sign(convention, actor=reader, side=ASSOCIATION, seen_hash=convention.text_hash)


# --- nobody is left without an answer


def test_when_one_employer_is_chosen_the_others_are_told_and_have_their_time_back() -> None:
    s = story()
    other = story(need=s.need, offer=make_offer(total_minutes=8 * DAY))
    prepared = story(need=s.need)
    drafted = prepared.drafted(1)
    left = services.employer_agree(other.drafted(8), actor=other.coordinator)
    chosen = services.employer_agree(s.drafted(2), actor=s.coordinator)
    services.association_agree(chosen, actor=s.manager)
    for _ in range(2):
        services.release_of_need(s.need.pk)
    for row, state in ((left, "declined"), (drafted, "declined"), (chosen, "association")):
        row.refresh_from_db()
        assert row.state == state
    assert "retenu une autre" in left.end_reason
    other.offer.refresh_from_db()
    s.need.refresh_from_db()
    assert (other.offer.committed_minutes, other.offer.state, s.need.state) == (0, "open", "agreed")
    told = Message.objects.filter(kind="sponsorships.released")
    assert set(told.values_list("person", flat=True)) >= {
        other.coordinator.person_id,
        prepared.coordinator.person_id,
    }
    assert told.filter(person=other.coordinator.person).count() == 1
    assert Event.objects.filter(verb="sponsorship.released", subject_id=str(left.pk)).count() == 1


@pytest.mark.parametrize("how", ["finish", "give_up"])
def test_when_the_association_finds_elsewhere_the_employer_has_its_time_back(how: str) -> None:
    s = story()
    row = services.employer_agree(s.drafted(2), actor=s.coordinator)
    s.need.refresh_from_db()
    if how == "finish":
        needs.finish(s.need, actor=s.manager)
    else:
        needs.give_up(s.need, actor=s.manager, reason="Nous avons renoncé.")
    services.release_of_need(s.need.pk)
    row.refresh_from_db()
    s.need.refresh_from_db()
    assert row.state == "declined"
    assert s.need.state == {"finish": "delivered", "give_up": "no_taker"}[how], "it is not opened again"
    assert Offer.objects.get(pk=s.offer.pk).committed_minutes == 0


def late(days: int) -> None:
    for due in Due.objects.filter(settled_at=None):
        due.due_on -= datetime.timedelta(days=days)
        due.save()


def test_an_answer_that_does_not_come_is_recalled_then_the_time_is_given_back() -> None:
    s = story()
    row = services.employer_agree(s.drafted(2), actor=s.coordinator)
    late(7)
    run_clocks()
    assert Message.objects.filter(kind="sponsorships.due_answer", person=s.manager.person).count() == 1
    late(14)
    for _ in range(2):
        run_clocks()
    row.refresh_from_db()
    s.need.refresh_from_db()
    assert (row.state, s.need.state) == ("declined", "open")
    assert Offer.objects.get(pk=s.offer.pk).committed_minutes == 0
    told = Message.objects.filter(kind="sponsorships.released").values_list("person", flat=True)
    assert sorted(told) == sorted([s.coordinator.person_id, s.manager.person_id])


def test_a_convention_nobody_signs_gives_the_time_back() -> None:
    s = story()
    row = s.agreed(2)
    s.proposed(row)
    late(21)
    run_clocks()
    assert Message.objects.filter(kind="sponsorships.due_signing").count() == 2
    late(39)
    run_clocks()
    row.refresh_from_db()
    assert row.state == "declined"
    assert row.conventions.get().state == "dropped"
    signed = story()
    kept = signed.signed(2)
    late(100)
    run_clocks()
    kept.refresh_from_db()
    assert kept.state == "running"


def test_what_was_agreed_before_these_dates_counts_from_today() -> None:
    s = story()
    row = services.employer_agree(s.drafted(2), actor=s.coordinator)
    Due.objects.all().delete()
    run_clocks()
    due = Due.objects.get(kind="lapse")
    assert (due.due_on, due.about) == (today() + dues.ANSWER_AT_MOST, "employer")
    assert Sponsorship.objects.get(pk=row.pk).state == "employer"


def test_one_due_row_that_cannot_be_settled_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    s = story()
    row = s.signed(3)
    s.day(row, 1)
    Due.objects.exclude(kind="validation").delete()
    broken = Due.objects.create(
        sponsorship=row, kind="validation", about="pas un numéro", due_on=today() - datetime.timedelta(days=9)
    )
    late(8)
    assert dues.run() == {"looked": 2, "told": 1}
    broken.refresh_from_db()
    assert broken.settled_at is None

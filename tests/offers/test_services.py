"""An offer of skills: written, moderated, spent, paused, ended; who reads it, and when."""

from __future__ import annotations

import datetime
from typing import Any

import pgtrigger
import pytest
import time_machine
from django.db import IntegrityError, transaction

from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from jeveuxagir.taxonomies.models import Skill
from missions.offers import moderation as offers_moderation
from missions.offers import policies, reactions, services, words
from missions.offers.models import Offer
from missions.offers.services import OfferData
from organisations import services as organisations
from organisations.models import Organisation, Verification
from tests import factories as f

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
SIREN = "732829320"


@pytest.fixture
def company() -> Organisation:
    return f.make_company(siren=SIREN)


@pytest.fixture
def rose(company: Organisation) -> Any:
    return f.make_member(company)


def data(**fields: Any) -> OfferData:
    values: dict[str, Any] = {
        "title": "Comptabilité et budget",
        "total_minutes": 10 * 420,
        "formats": ["split", "flash"],
        "skills": list(Skill.objects.filter(code="comptabilite")),
    }
    return OfferData(**values | fields)


def refused(act: Any) -> str:
    with pytest.raises(RuleBroken) as caught:
        act()
    return caught.value.code


def decide(decision: str, reason: str = "") -> None:
    item = ModerationItem.objects.open().get(kind="offer")
    moderation.decide(item, actor=f.make_staff(), decision=decision, reason=reason, version=item.version)


def spend(offer: Offer, days: float) -> None:
    """What the trigger of sponsorships does."""
    with pgtrigger.ignore("offers.Offer:committed_by_sponsorships"):
        Offer.objects.filter(pk=offer.pk).update(committed_minutes=round(days * 420))


def test_an_offer_is_written_sent_and_opened_by_the_brigade(company, rose):
    offer = services.create_draft(company, actor=rose, data=data())
    services.submit(offer, actor=rose)
    decide("accept")
    offer.refresh_from_db()
    assert (offer.state, offer.first_timers_only) == ("open", True)
    assert list(Offer.objects.giving()) == [offer]
    assert Message.objects.get(kind="offers.opened").person == rose.person
    verbs = Event.objects.filter(subject_type="offers.Offer").values_list("verb", flat=True)
    assert set(verbs) >= {"offer.created", "offer.submitted", "offer.opened"}


@pytest.mark.parametrize("decision", ["ask", "refuse"])
def test_what_the_brigade_asks_is_read_by_the_employer_who_sends_again(company, rose, decision):
    offer = services.create_draft(company, actor=rose, data=data())
    services.submit(offer, actor=rose)
    decide(decision, "Dites ce que vous ne faites pas.")
    offer.refresh_from_db()
    assert offer.state_reason == "Dites ce que vous ne faites pas."
    assert Message.objects.filter(text__contains="Dites ce que vous ne faites pas.").exists()
    services.submit(offer, actor=rose)
    assert Offer.objects.get().state == "pending"


def test_the_brigade_reads_what_is_offered_and_what_the_employer_lacks():
    nameless = f.make_company(name="Isère Cuir")
    offer = f.make_offer(
        nameless, state="pending", description="Ni procès, ni comptes tenus.", departments=["23"]
    )
    services._open_item(offer, None)
    item = ModerationItem.objects.open().get(kind="offer")
    shown = offers_moderation.describe(item)
    assert dict(shown["facts"])["Employeur"] == "Isère Cuir"
    assert dict(shown["facts"])["Où"] == "Creuse ou à distance"
    assert shown["texts"] == [("Ce que l’employeur propose", "Ni procès, ni comptes tenus.")]
    assert shown["warnings"] == ["Donnez le SIREN de l’entreprise dans ses réglages."]
    assert offers_moderation.url(item) == offer.get_absolute_url()
    member = f.make_staff(user=f.make_member(nameless))
    assert "Vous êtes membre" in offers_moderation.conflict(item, member)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"skills": []}, "skills"),
        ({"formats": []}, "formats"),
        ({"title": "Budget"}, "title"),
        ({"ends_on": today() - 5 * DAY}, "ends_on"),
    ],
)
def test_a_draft_that_lacks_something_says_what_and_is_not_sent(company, rose, fields, code):
    offer = services.create_draft(company, actor=rose, data=data(**fields))
    assert [lack.code for lack in services.missing(offer)] == [code]
    assert refused(lambda: services.submit(offer, actor=rose)) == code


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"total_minutes": 0}, "total_minutes"),
        ({"total_minutes": 2**31}, "total_minutes"),
        ({"title": " \t\x07 "}, "title"),
        ({"formats": ["lune"]}, "formats"),
        ({"starts_on": today() + 9 * DAY, "ends_on": today()}, "ends_on"),
        ({"ends_on": datetime.date(9999, 1, 1)}, "ends_on"),
    ],
)
def test_nonsense_is_not_even_a_draft(company, rose, fields, code):
    assert refused(lambda: services.create_draft(company, actor=rose, data=data(**fields))) == code


def test_ten_days_with_eight_committed_show_two_left_and_none_left_is_proposed_to_nobody(company):
    offer = f.make_offer(company, days=10, committed=8)
    assert (
        words.days_in_words(offer).replace("\u00a0", " ") == "10 jours · 8 jours engagés · 2 jours restants"
    )
    assert Offer.objects.giving().exists()
    spend(offer, 10)
    assert not Offer.objects.giving().exists()  # at once, before any clock
    services.settle(offer)
    services.settle(offer)
    offer.refresh_from_db()
    assert offer.state == "exhausted"
    assert Event.objects.filter(verb="offer.exhausted").count() == 1
    spend(offer, 9.5)
    assert services.settle_due() == 1
    assert Offer.objects.giving().get().left_minutes == 210


@pytest.mark.parametrize(
    ("committed", "said"),
    [
        (0, "10 jours"),
        (0.5, "10 jours · une demi-journée engagée · 9 jours et demi restants"),
        (9, "10 jours · 9 jours engagés · 1 jour restant"),
        (10 - 1 / 7, "10 jours · 9 jours et 6 h engagés · 1 h restante"),
        (10 - 3 / 7, "10 jours · 9 jours et 4 h engagés · 3 h restantes"),
        (10, "10 jours · 10 jours engagés · 0 jour restant"),
    ],
)
def test_what_is_held_and_what_is_left_agree_in_french(company, committed, said):
    offer = f.make_offer(company, days=10, committed=committed)
    assert words.days_in_words(offer).replace("\u00a0", " ") == said


def test_the_total_never_goes_below_what_is_committed(company, rose):
    offer = f.make_offer(company, days=10, committed=8)
    lower = lambda days: services.update(  # noqa: E731
        offer, actor=rose, data=data(title=offer.title, total_minutes=days * 420)
    )
    assert refused(lambda: lower(7)) == "offer_never_overspent"
    lower(8)
    assert Offer.objects.get().state == "exhausted"
    lower(20)
    assert Offer.objects.get().state == "open"
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.update(total_minutes=60)


def test_the_words_of_an_open_offer_wait_for_the_brigade_and_its_days_do_not(company, rose):
    offer = f.make_offer(company, title="Comptabilité et budget")
    done = services.update(
        offer, actor=rose, data=data(title="Comptabilité seulement", total_minutes=12 * 420)
    )
    offer.refresh_from_db()
    assert (offer.title, offer.total_minutes, done.waiting) == ("Comptabilité et budget", 5040, ["titre"])
    decide("accept")
    offer.refresh_from_db()
    assert offer.title == "Comptabilité seulement"


def test_a_form_shown_too_long_ago_overwrites_nothing(company, rose):
    offer = services.create_draft(company, actor=rose, data=data())
    shown = offer.version
    services.update(offer, actor=rose, data=data(total_minutes=420), version=shown)
    assert refused(lambda: services.update(offer, actor=rose, data=data(), version=shown)) == "stale"


def test_an_offer_pauses_goes_on_and_ends(company, rose):
    offer = f.make_offer(company)
    services.pause(offer, actor=rose)
    assert not Offer.objects.giving().exists()
    spend(offer, 10)
    services.resume(offer, actor=rose)
    assert Offer.objects.get().state == "exhausted"  # nothing left meanwhile
    services.end(offer, actor=rose)
    assert Offer.objects.get().state == "expired"
    assert refused(lambda: services.resume(offer, actor=rose)) == "wrong_state"


def test_the_day_after_its_last_day_an_offer_ends_once(company, rose):
    f.make_offer(company, ends_on=today())
    assert services.expire_due() == 0
    with time_machine.travel(now() + DAY):
        assert not Offer.objects.giving().exists()
        assert (services.expire_due(), services.expire_due()) == (1, 0)
    assert Message.objects.filter(kind="offers.expired").count() == 1


def test_a_company_whose_number_the_registry_says_closed_opens_nothing(company, rose):
    offer = services.create_draft(company, actor=rose, data=data())
    services.submit(offer, actor=rose)
    said = Verification.objects.create(organisation=company, number=SIREN, source="sirene", outcome="closed")
    with pytest.raises(RuleBroken, match="est fermée"):
        decide("accept")
    services.take_back(offer, actor=rose)
    assert refused(lambda: services.submit(offer, actor=rose)) == "ended"
    Verification.objects.filter(pk=said.pk).update(number="552081317")  # another number than today's
    services.submit(offer, actor=rose)


def test_a_company_without_a_number_or_that_waits_sends_nothing():
    nameless = f.make_company()
    owner = f.make_member(nameless)
    offer = services.create_draft(nameless, actor=owner, data=data())
    assert refused(lambda: services.submit(offer, actor=owner)) == "siren"
    pending = f.make_company(state="pending", siren="552081317")
    owner = f.make_member(pending)
    offer = services.create_draft(pending, actor=owner, data=data())
    assert refused(lambda: services.submit(offer, actor=owner)) == "organisation_state"


def test_only_the_coordinators_of_an_employer_write(company):
    services.create_draft(company, actor=f.make_member(company, role="manager"), data=data())
    employee = f.make_user()
    f.make_employee(company, person=employee.person)
    for actor in (f.make_member(company, role="reader"), employee, f.make_staff("national")):
        with pytest.raises(NotAllowed):
            services.create_draft(company, actor=actor, data=data())
    association = f.make_organisation()
    with pytest.raises(NotAllowed):
        services.create_draft(association, actor=f.make_member(association), data=data())
    with pytest.raises(IntegrityError), transaction.atomic():
        f.make_offer(association)


def test_an_offer_follows_its_employer_in_suspension_and_closing(company, rose):
    spent = f.make_offer(company, state="exhausted", committed=10)
    mine, paused, alone = (
        f.make_offer(company),
        f.make_offer(company, state="paused"),
        f.make_offer(company, state="suspended"),
    )
    organisations.suspend(company, actor=None, reason="Papiers à revoir.")
    reactions.suspended(Event.objects.get(verb="organisation.suspended"))
    assert set(Offer.objects.values_list("state", flat=True)) == {"suspended", "paused"}
    assert refused(lambda: services.resume(paused, actor=rose)) == "organisation_state"
    organisations.lift(company, actor=None)
    event = Event.objects.get(verb="organisation.lifted")
    reactions.lifted(event)
    reactions.lifted(event)
    rows = (mine, paused, alone, spent)
    for row in rows:
        row.refresh_from_db()
    assert [row.state for row in rows] == ["open", "paused", "suspended", "exhausted"]
    organisations.close(company, actor=rose)
    reactions.closed(Event.objects.get(verb="organisation.closed"))
    assert set(Offer.objects.values_list("state", flat=True)) == {"expired"}


def test_staff_of_the_territory_suspend_one_offer_and_lift_it(company):
    offer = f.make_offer(company)
    for stranger in (f.make_user(), f.make_staff(department="59")):
        with pytest.raises(NotAllowed):
            services.suspend(offer, actor=stranger, reason="x")
    staff = f.make_staff()
    assert refused(lambda: services.suspend(offer, actor=staff, reason=" ")) == "reason"
    services.suspend(offer, actor=staff, reason="Un doute sur les personnes.")
    services.lift(offer, actor=staff)
    assert Offer.objects.get().state == "open"


# --- kinds ----------------------------------------------------------------------------------------------------


def test_an_employer_with_offers_stays_an_employer_until_they_end():
    town = f.make_organisation(kind="local_authority")
    offer = f.make_offer(town)
    change = {"kind": {"label": "type", "value": "association"}}
    assert (
        refused(lambda: organisations.apply_edit(town, actor=None, diff=change))
        == "organisation_gives_offers"
    )
    services.end(offer, actor=None)
    organisations.apply_edit(town, actor=None, diff=change)


# --- who reads ------------------------------------------------------------------------------------------------


def reads(user: Any) -> set[int]:
    return set(Offer.objects.visible_to(user).values_list("pk", flat=True))


def test_who_reads_which_offers(company, rose):
    association = f.make_organisation()
    offers = {
        state: f.make_offer(company, state=state).pk for state in ("draft", "pending", "open", "paused")
    }
    spent = f.make_offer(company, committed=10).pk
    everything = {*offers.values(), spent}
    assert reads(rose) == everything
    assert (
        reads(f.make_member(association))
        == reads(f.make_member(association, role="manager"))
        == {offers["open"]}
    )
    assert reads(f.make_staff()) == everything - {offers["draft"]}
    employee = f.make_user()
    f.make_employee(company, person=employee.person)
    elsewhere = f.make_staff(department="59")
    unsure = f.make_member(f.make_organisation(state="pending"))
    for anybody in (f.make_member(association, role="reader"), employee, elsewhere, unsure, f.make_user()):
        assert reads(anybody) == {offers["open"]}


def test_for_72_hours_an_offer_is_read_by_associations_never_served_then_by_all(company, monkeypatch):
    served, newcomer = f.make_organisation(), f.make_organisation()
    known, new = f.make_member(served), f.make_member(newcomer)
    monkeypatch.setitem(policies.served._entries, "here", lambda: [served.pk])
    offer = f.make_offer(company, opened_days_ago=0)
    assert (reads(known), reads(new)) == (set(), {offer.pk})
    with time_machine.travel(now() + 3 * DAY):
        assert (reads(known), reads(new)) == ({offer.pk}, {offer.pk})
    f.make_member(newcomer, person=known.person)  # answers for both: one was never served
    assert reads(known) == {offer.pk}

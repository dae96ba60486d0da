"""What both had agreed ends with the time lent; the same two may then be proposed to each other again, by people."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from jeveuxagir.audit.tasks import deliver_events
from jeveuxagir.notifications.models import Message
from missions.offers import services as offers
from missions.pairings import matching, services
from missions.pairings.enums import Origin, Side, State
from missions.pairings.models import Pairing
from missions.sponsorships import services as lending
from missions.sponsorships.models import Sponsorship
from tests import factories as f
from tests.sponsorships.builders import Story, story

from .test_pairings import SKILL, address

pytestmark = pytest.mark.django_db


def fitting() -> Story:
    """A need and an offer that go together, past the first 72 hours of the offer."""
    return story(need=f.make_skill_need(skills=[SKILL]), offer=f.make_offer(skills=[SKILL]))


def agreed(s: Story) -> Pairing:
    pairing = services.propose(actor=s.coordinator, need=s.need, offer=s.offer, origin=Origin.COMPANY)
    return services.accept(pairing, actor=s.manager, side=Side.ASSOCIATION)


def broken(s: Story, side: str = "company") -> Sponsorship:
    row = s.signed(2)
    lending.break_off(row, actor=s.coordinator, side=side, reason="La personne a changé de poste.")
    return row


def settled(pairing: Pairing) -> str:
    deliver_events()
    pairing.refresh_from_db()
    return pairing.state


def page(who: Any, url: str) -> str:
    client = Client()
    client.force_login(who)
    return client.get(url).content.decode()


def test_an_early_end_ends_the_pairing_and_both_sides_read_so() -> None:
    s = fitting()
    pairing = agreed(s)
    row = broken(s)
    assert settled(pairing) == State.ENDED
    s.need.refresh_from_db()
    assert s.need.state == "open"
    for organisation, who in ((s.company, s.coordinator), (s.association, s.manager)):
        said = page(who, address("one", organisation, pairing.pk))
        assert "C’est arrêté" in said
        assert "L’employeur décrit la mise à disposition" not in said
        assert reverse("sponsorships:one", args=[organisation.pk, organisation.slug, row.pk]) in said
        assert "Proposer de nouveau" in said
    offer = page(s.manager, s.offer.get_absolute_url())
    assert "oui des deux côtés" not in offer
    assert address("ask_offer", s.association, s.need.pk, s.offer.pk) in offer
    offers = page(s.manager, address("for_need", s.association, s.need.pk))
    assert "déjà proposée" not in offers
    assert address("ask_offer", s.association, s.need.pk, s.offer.pk) in offers


def test_a_decline_before_signing_ends_the_pairing_too() -> None:
    s = fitting()
    pairing = agreed(s)
    row = lending.employer_agree(s.drafted(2), actor=s.coordinator)
    lending.decline(row, actor=s.manager, side=Side.ASSOCIATION, reason="Nous avons trouvé.")
    assert settled(pairing) == State.ENDED
    assert not Message.objects.filter(kind="pairings.ended").exists(), "the sponsorship told them"


def test_an_association_is_told_when_its_employer_gives_up_before_it_described_anything() -> None:
    s = fitting()
    pairing = agreed(s)
    lending.decline(s.drafted(2), actor=s.coordinator, side=Side.COMPANY, reason="Plus personne.")
    assert settled(pairing) == State.ENDED
    told = Message.objects.filter(kind="pairings.ended").values_list("person", flat=True)
    assert list(told) == [s.manager.person.pk]


def test_what_nobody_described_ends_with_the_need() -> None:
    """The association takes the time of another employer: who had both yeses reads it, and describes nothing."""
    s = fitting()
    pairing = agreed(s)
    other = story(need=s.need, offer=f.make_offer(skills=[SKILL]))
    other.signed(2)
    s.need.refresh_from_db()
    assert s.need.state == "agreed"
    assert settled(pairing) == State.ENDED
    told = Message.objects.filter(kind="pairings.ended").values_list("person", flat=True)
    assert list(told) == [s.coordinator.person.pk]
    html = page(s.coordinator, address("one", s.company, pairing.pk))
    assert "rien n’était encore préparé" in html
    assert "Décrire la mise à disposition" not in html
    assert "Proposer de nouveau" not in html


def test_what_nobody_described_ends_with_the_offer_and_not_with_its_pause() -> None:
    s = fitting()
    pairing = agreed(s)
    offers.pause(s.offer, actor=s.coordinator)
    assert settled(pairing) == State.AGREED
    s.offer.refresh_from_db()
    offers.end(s.offer, actor=s.coordinator)
    assert settled(pairing) == State.ENDED
    told = Message.objects.filter(kind="pairings.ended").values_list("person", flat=True)
    assert list(told) == [s.manager.person.pk]
    services.offer_ended(s.offer.pk)
    assert Message.objects.filter(kind="pairings.ended").count() == 1


def test_what_is_described_does_not_end_with_the_need() -> None:
    s = fitting()
    pairing = agreed(s)
    s.signed(2)
    s.need.refresh_from_db()
    assert (s.need.state, settled(pairing)) == ("agreed", State.AGREED)
    services.need_ended(s.need.pk)
    assert settled(pairing) == State.AGREED


def test_people_bring_the_same_two_together_again_and_the_engine_does_not() -> None:
    s = fitting()
    first = agreed(s)
    broken(s)
    assert settled(first) == State.ENDED
    s.need.refresh_from_db()
    s.offer.refresh_from_db()
    assert services.propose_for_need(s.need) == services.propose_for_offer(s.offer) == 0
    assert [one.offer for one in matching.for_need(s.need)] == [s.offer]
    second = agreed(s)
    assert (second.state, second.pk != first.pk) == (State.AGREED, True)
    html = page(s.coordinator, address("one", s.company, second.pk))
    assert "Décrire la mise à disposition" in html, "what came of the first is not what comes of this one"
    html = page(s.coordinator, address("one", s.company, first.pk))
    assert "Proposer de nouveau" not in html, "it is proposed already"


def test_an_end_told_late_or_twice_ends_neither_what_was_agreed_since_nor_what_goes_on() -> None:
    s = fitting()
    first = agreed(s)
    row = broken(s)
    assert settled(first) == State.ENDED
    s.need.refresh_from_db()
    s.offer.refresh_from_db()
    second = agreed(s)
    services.sponsorship_ended(row.pk)
    second.refresh_from_db()
    assert second.state == State.AGREED
    s.need.refresh_from_db()
    running = s.signed(2)
    services.sponsorship_ended(running.pk)
    assert settled(second) == State.AGREED
    html = page(s.manager, address("one", s.association, second.pk))
    assert "La suite se lit sur la page de la mise à disposition" in html


def test_what_is_said_ended_had_two_yes() -> None:
    pairing = agreed(fitting())
    with pytest.raises(IntegrityError, match="pairing_agreed_by_both"), transaction.atomic():
        Pairing.objects.filter(pk=pairing.pk).update(
            state="ended", company_answer="waiting", company_answered_at=None
        )


def test_the_migration_ends_what_was_over_and_leaves_what_goes_on() -> None:
    over, running, waits = fitting(), story(), story()
    pairings = [agreed(one) for one in (over, running, waits)]
    row = broken(over)
    running.signed(2)
    importlib.import_module("missions.pairings.migrations.0005_ended").end_what_is_over(apps, None)
    for pairing in pairings:
        pairing.refresh_from_db()
    assert [one.state for one in pairings] == ["ended", "agreed", "agreed"]
    row.refresh_from_db()
    assert pairings[0].state_changed_at == row.state_changed_at


def test_the_engine_proposes_nothing_to_who_prepared_time_for_this_need_already() -> None:
    """Without a pairing before it, running or stopped; nor another offer of the same employer."""
    s = fitting()
    row = s.signed(2)
    another = f.make_offer(s.company, skills=[SKILL])
    lending.break_off(row, actor=s.manager, side=Side.ASSOCIATION, reason="Notre trésorière part.")
    deliver_events()
    s.need.refresh_from_db()
    assert s.need.state == "open"
    assert not Pairing.objects.filter(offer__organisation=s.company).exists()
    assert services.propose_for_offer(another) == 0
    assert {one.offer for one in matching.for_need(s.need)} == {s.offer, another}, "people may"


def test_a_drafted_sponsorship_keeps_the_engine_from_proposing_the_same_two() -> None:
    s = fitting()
    s.drafted(2)
    assert services.propose_for_need(s.need) == services.propose_for_offer(s.offer) == 0

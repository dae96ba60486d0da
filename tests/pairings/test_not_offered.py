"""What cannot be proposed is not offered: a page says why, and leads to what is already proposed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import RuleBroken
from missions.offers.models import Offer
from missions.pairings import services
from missions.pairings.enums import Origin, Side
from missions.pairings.models import Pairing
from missions.skill_needs.models import SkillNeed
from tests import factories as f
from tests.sponsorships.builders import story

from .test_pairings import SKILL, Two, address, two

__all__ = ["two"]
pytestmark = pytest.mark.django_db


def test_an_employer_reads_what_it_proposed_already_rather_than_choosing_it(two: Two, client: Client) -> None:
    other = f.make_offer(two.company, title="Une autre offre", skills=[SKILL])
    client.force_login(two.coordinator)
    page = address("help_need", two.company, two.need.pk)
    nonce = client.get(page).context["form"]["nonce"].value()
    pairing = two.proposed()
    html = client.get(page).content.decode()
    assert f'value="{other.pk}"' in html
    assert f'value="{two.offer.pk}"' not in html
    own = address("one", two.company, pairing.pk)
    assert own in html
    answer = client.post(page, {"nonce": nonce, "offer": str(two.offer.pk), "note": ""}, follow=True)
    assert answer.redirect_chain == [(own, 302)], "the page was open when somebody else proposed it"
    assert "déjà été proposée" in answer.content.decode()
    services.decline(pairing, actor=two.manager, side=Side.ASSOCIATION, reason="dates")
    html = client.get(page).content.decode()
    assert f'value="{two.offer.pk}"' not in html
    assert own in html, "what had a no is not proposed twice either"
    services.propose(actor=two.coordinator, need=two.need, offer=other, origin="company")
    html = client.get(page).content.decode()
    assert "Proposer notre aide" not in html
    assert "Déposer une offre" not in html, "it has offers: both are proposed"


def test_an_employer_is_told_which_of_its_offers_cannot_help_and_why(two: Two, client: Client) -> None:
    SkillNeed.objects.filter(pk=two.need.pk).update(deadline=today() + timedelta(days=30), minutes=8 * 420)
    late = f.make_offer(
        two.company, title="Pour plus tard", skills=[SKILL], starts_on=today() + timedelta(days=60)
    )
    Offer.objects.filter(pk=two.offer.pk).update(total_minutes=120)
    client.force_login(two.coordinator)
    page = address("help_need", two.company, two.need.pk)
    html = client.get(page + f"?offre={late.pk}").content.decode()
    assert "Il ne reste pas assez de temps dans l’offre." in html
    assert "Les dates de l’offre et celle du besoin ne se rencontrent pas." in html
    assert "Proposer notre aide" not in html
    assert client.post(page, {"offer": str(late.pk), "note": ""}).status_code == 422
    assert not Pairing.objects.exists()


def test_the_page_of_an_offer_says_for_which_needs_it_cannot_be_asked(two: Two, client: Client) -> None:
    SkillNeed.objects.filter(pk=two.need.pk).update(minutes=8 * 420)
    Offer.objects.filter(pk=two.offer.pk).update(total_minutes=120)
    short = f.make_skill_need(organisation=two.association, skills=[SKILL], title="Une heure", minutes=60)
    client.force_login(two.manager)
    html = client.get(two.offer.get_absolute_url()).content.decode()
    assert address("ask_offer", two.association, two.need.pk, two.offer.pk) not in html
    html = html.replace("\u00a0", " ").replace("&nbsp;", " ")
    assert f"{two.need.title} : ce n’est pas possible. Il ne reste pas assez de temps dans l’offre." in html
    assert address("ask_offer", two.association, short.pk, two.offer.pk) in html


def test_the_page_of_an_offer_leads_to_what_had_a_no(two: Two, client: Client) -> None:
    pairing = two.proposed()
    services.decline(pairing, actor=two.manager, side=Side.ASSOCIATION, reason="dates")
    client.force_login(two.manager)
    asking = address("ask_offer", two.association, two.need.pk, two.offer.pk)
    own = address("one", two.association, pairing.pk)
    html = client.get(two.offer.get_absolute_url()).content.decode()
    assert asking not in html
    assert own in html
    html = client.get(asking).content.decode()
    assert own in html
    assert "Demander cette aide" not in html


def test_the_page_of_an_offer_asks_the_same_number_of_questions_for_1_and_30_needs(
    two: Two, client: Client
) -> None:
    client.force_login(two.manager)
    page = two.offer.get_absolute_url()
    client.get(page)
    with CaptureQueriesContext(connection) as one:
        client.get(page)
    for _ in range(29):
        f.make_skill_need(organisation=two.association, skills=[SKILL])
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) == len(one)


@pytest.mark.parametrize("side", ["company", "association"])
def test_an_organisation_the_registry_says_closed_is_brought_together_with_nobody(side: str) -> None:
    s = story(need=f.make_skill_need(skills=[SKILL]), offer=f.make_offer(skills=[SKILL]))
    closed = s.company if side == "company" else s.association
    f.registry_says(closed, "match")
    f.registry_says(closed, "closed")
    assert services.propose_for_offer(s.offer) == services.propose_for_need(s.need) == 0
    with pytest.raises(RuleBroken, match="fermée") as refused:
        services.propose(actor=s.coordinator, need=s.need, offer=s.offer, origin=Origin.COMPANY)
    assert refused.value.code == "verified"
    f.registry_says(closed, "match")
    assert services.propose_for_offer(s.offer) == 1

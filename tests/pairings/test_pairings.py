"""A need and an offer brought together: by whom, why, what each side says, and what waits for nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pgtrigger
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, WrongState
from jeveuxagir.matching import lending
from jeveuxagir.matching.fairness import Served
from jeveuxagir.notifications.models import Message
from missions.offers.models import Offer
from missions.pairings import fairness, services
from missions.pairings.enums import Origin, Side, State
from missions.pairings.models import MOST_PER_OFFER, Pairing
from missions.skill_needs.models import SkillNeed
from missions.sponsorships import services as sponsorships
from missions.sponsorships.services import Terms
from organisations.models import Organisation
from tests import factories as f
from tests.sponsorships.builders import story

pytestmark = pytest.mark.django_db

SKILL = "comptabilite"


@dataclass
class Two:
    """An association and an employer, a manager each, a need and an offer that go together."""

    association: Organisation
    company: Organisation
    manager: User
    coordinator: User
    need: SkillNeed
    offer: Offer

    def proposed(self, origin: str = Origin.COMPANY, **more: Any) -> Pairing:
        actor = {Origin.COMPANY: self.coordinator, Origin.ASSOCIATION: self.manager}.get(Origin(origin))
        return services.propose(
            **{"actor": actor, "need": self.need, "offer": self.offer, "origin": origin} | more
        )


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


def _terms() -> Terms:
    return Terms(840, 420, today(), today() + timedelta(days=30), "comptable")


# --- bringing together ----------------------------------------------------------------------------------------


def test_an_employer_that_proposes_says_yes_and_the_association_is_asked(two: Two) -> None:
    pairing = two.proposed(note="Notre équipe a déjà fait cela.")
    assert (pairing.company_answer, pairing.association_answer) == ("yes", "waiting")
    assert [message.person for message in Message.objects.filter(kind="pairings.asked")] == [
        two.manager.person
    ]
    assert len(pairing.reasons) >= 2
    assert lending.replay(pairing.inputs)["score"] == pairing.score  # type: ignore[index]


def test_an_association_may_ask_and_the_employer_answers(two: Two) -> None:
    pairing = two.proposed(Origin.ASSOCIATION)
    assert (pairing.company_answer, pairing.association_answer) == ("waiting", "yes")
    agreed = services.accept(pairing, actor=two.coordinator, side=Side.COMPANY)
    assert agreed.state == State.AGREED
    two.need.refresh_from_db()
    assert two.need.state == "in_talk"
    assert Message.objects.filter(kind="pairings.agreed").count() == 2


def test_the_engine_asks_both_and_never_twice(two: Two) -> None:
    assert services.propose_for_offer(two.offer) == 1
    assert services.propose_for_offer(two.offer) == 0
    assert services.propose_for_need(two.need) == 0
    pairing = Pairing.objects.get()
    assert (pairing.origin, pairing.company_answer, pairing.association_answer) == (
        "engine",
        "waiting",
        "waiting",
    )
    assert Message.objects.filter(kind="pairings.asked").count() == 2
    services.decline(pairing, actor=two.manager, side=Side.ASSOCIATION, reason="dates")
    assert services.propose_for_offer(two.offer) == 0  # a declined pair is not proposed again


def test_the_engine_leaves_an_employer_with_no_more_than_it_can_answer(two: Two) -> None:
    for _ in range(MOST_PER_OFFER + 2):
        f.make_skill_need(skills=[SKILL])
    assert services.propose_all() == MOST_PER_OFFER
    assert services.propose_all() == 0


def test_during_72_hours_an_offer_goes_to_associations_never_served_alone(two: Two) -> None:
    f.make_sponsorship(association=two.association, state="signed")
    Offer.objects.filter(pk=two.offer.pk).update(opened_at=now() - timedelta(hours=71))
    two.offer.refresh_from_db()
    new = f.make_skill_need(skills=[SKILL])
    for origin in (Origin.COMPANY, Origin.ASSOCIATION):
        with pytest.raises(RuleBroken, match="jamais servies"):
            two.proposed(origin)
    with pytest.raises(RuleBroken, match="jamais servies"):  # nor by preparing the time at once
        sponsorships.draft(
            actor=two.coordinator, need=two.need, offer=two.offer, terms=_terms(), format="split"
        )
    assert services.propose_for_offer(two.offer) == 1
    assert Pairing.objects.get().need == new
    Offer.objects.filter(pk=two.offer.pk).update(opened_at=now() - timedelta(hours=73))
    two.offer.refresh_from_db()
    assert two.proposed().state == State.PROPOSED


def test_the_brigade_of_either_territory_may_propose_what_the_engine_would_not(two: Two) -> None:
    staff = f.make_staff()
    other = f.make_offer(two.company, skills=["developpement-web"])
    pairing = services.propose(
        actor=staff, need=two.need, offer=other, origin=Origin.BRIGADE, note="À tenter"
    )
    assert pairing.obstacles
    with pytest.raises(NotAllowed):
        services.propose(
            actor=f.make_staff(department="59"), need=two.need, offer=two.offer, origin=Origin.BRIGADE
        )
    f.make_member(two.company, person=staff.person)
    with pytest.raises(NotAllowed):
        services.propose(actor=staff, need=two.need, offer=two.offer, origin=Origin.BRIGADE)


def test_the_brigade_proposes_from_the_page_of_a_need(two: Two, client: Client) -> None:
    page = reverse("pairings:by_brigade", args=[two.need.pk])
    f.sign_in_staff(client, f.make_staff(department="59"))
    assert client.get(page).status_code == 404
    f.sign_in_staff(client, f.make_staff())
    assert page in client.get(two.need.get_absolute_url()).content.decode()
    form = client.get(page).context["form"]
    sent = {"nonce": form["nonce"].value(), "offer": str(two.offer.pk), "note": ""}
    assert client.post(page, sent).status_code == 422
    kept = client.post(page, sent | {"note": "Appelez le 06 12 34 56 78, elle attend."})
    assert kept.status_code == 422, "nobody's number before two yeses"
    assert "elle attend." in kept.text
    assert "ni adresse électronique ni numéro" in kept.text
    for _twice in range(2):
        assert client.post(page, sent | {"note": "Deux maisons voisines."}).status_code == 302
    pairing = Pairing.objects.get()
    assert (pairing.origin, pairing.note) == ("brigade", "Deux maisons voisines.")
    assert Message.objects.filter(kind="pairings.asked").count() == 2


def test_the_brigade_looks_for_any_offer_and_reads_what_speaks_for_and_against_it(
    two: Two, client: Client
) -> None:
    far = f.make_offer(
        f.make_company(name="Électricité d’Armor"),
        title="Dépannage et formation",
        skills=["developpement-web"],
        departments=["59"],
        mode="on_site",
    )
    page = reverse("pairings:by_brigade", args=[two.need.pk])
    f.sign_in_staff(client, f.make_staff())
    assert far.title not in client.get(page).text
    for words in ("electricite armor", "FORMATION"):
        shown = client.get(page, {"q": words}).text
        assert far.title in shown
        assert "Aucune compétence de l’offre n’est demandée" in shown
        assert "Assez de temps pour tout le besoin" in shown
    assert "Aucune offre ouverte n’a ces mots" in client.get(page, {"q": "zzz %_"}).text
    form = client.get(page, {"q": "armor"}).context["form"]
    sent = {"nonce": form["nonce"].value(), "offer": str(far.pk), "note": "Ils ont déjà formé une équipe."}
    assert client.post(f"{page}?q=armor", sent).status_code == 302
    pairing = Pairing.objects.get()
    assert (pairing.offer, pairing.origin) == (far, "brigade")
    assert pairing.obstacles
    again = client.get(page, {"q": "armor"})
    assert "Cette offre a déjà été proposée" in again.text
    assert str(far.pk) not in dict(again.context["form"].fields["offer"].widget.choices)


def test_an_offer_that_gives_no_more_is_not_found_by_the_brigade(two: Two, client: Client) -> None:
    Offer.objects.filter(pk=two.offer.pk).update(state="paused")
    f.sign_in_staff(client, f.make_staff())
    page = client.get(reverse("pairings:by_brigade", args=[two.need.pk]), {"q": "tissages"})
    assert page.context["form"] is None
    assert two.offer.title not in page.text


def test_looking_for_one_offer_or_ten_costs_the_same(two: Two, client: Client) -> None:
    page = reverse("pairings:by_brigade", args=[two.need.pk])
    f.sign_in_staff(client, f.make_staff())

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page, {"q": "tissages"}).status_code == 200
        return len(queries)

    cost()
    before = cost()
    for _ in range(9):
        f.make_offer(two.company, skills=["photo"])
    assert cost() == before


def test_what_is_already_proposed_is_said_rather_than_nothing_fits(two: Two, client: Client) -> None:
    for _ in range(2):
        two.proposed(Origin.ENGINE, offer=f.make_offer(f.make_company(), skills=[SKILL]))
    two.proposed(Origin.ENGINE)
    client.force_login(two.manager)
    page = client.get(
        reverse("pairings:for_need", args=[two.association.pk, two.association.slug, two.need.pk])
    ).text.replace("\xa0", " ")
    assert "3 offres déjà proposées" in page
    assert "3 propositions occupent déjà ce besoin" in page
    assert "Aucune offre ouverte ne va" not in page
    assert reverse("pairings:one", args=[two.association.pk, two.association.slug, 1])[:-2] in page
    client.force_login(two.coordinator)
    page = client.get(
        reverse("pairings:for_offer", args=[two.company.pk, two.company.slug, two.offer.pk])
    ).text.replace("\xa0", " ")
    assert "1 besoin déjà proposé" in page
    assert "Aucun autre besoin ouvert ne va avec cette offre" in page
    assert two.need.title in page
    f.sign_in_staff(client, f.make_staff())
    page = client.get(reverse("pairings:by_brigade", args=[two.need.pk])).text.replace("\xa0", " ")
    assert "3 offres déjà proposées" in page
    assert "n’en trouve pas d’autre" in page


def test_a_sponsorship_made_from_a_pairing_says_why_these_two(two: Two, client: Client) -> None:
    pairing = two.proposed()
    services.accept(pairing, actor=two.manager, side=Side.ASSOCIATION)
    row = sponsorships.draft(
        actor=two.coordinator, need=two.need, offer=two.offer, terms=_terms(), format="split"
    )
    assert row.reasons == [reason["text"] for reason in pairing.reasons]
    client.force_login(two.coordinator)
    page = client.get(reverse("sponsorships:one", args=[two.company.pk, two.company.slug, row.pk])).text
    assert "Pourquoi ces deux-là" in page


def test_a_sponsorship_that_nobody_proposed_says_no_reason(two: Two) -> None:
    row = sponsorships.draft(
        actor=two.coordinator, need=two.need, offer=two.offer, terms=_terms(), format="split"
    )
    assert row.reasons == []


def test_nobody_proposes_for_a_side_that_is_not_theirs(two: Two) -> None:
    for actor, origin in (
        (two.manager, Origin.COMPANY),
        (two.coordinator, Origin.ASSOCIATION),
        (two.manager, Origin.BRIGADE),
        (two.manager, Origin.ENGINE),
        (f.make_member(two.company, role="reader"), Origin.COMPANY),
        (f.make_user(), Origin.COMPANY),
    ):
        with pytest.raises(NotAllowed):
            services.propose(actor=actor, need=two.need, offer=two.offer, origin=origin)


def test_a_pair_is_proposed_once_at_a_time(two: Two) -> None:
    two.proposed()
    with pytest.raises(RuleBroken):
        two.proposed(Origin.ASSOCIATION)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"state": "paused"}, "open"),
        ({"committed_minutes": 10 * 420}, "time_left"),
    ],
)
def test_an_offer_that_gives_no_more_is_proposed_by_nobody(
    two: Two, changes: dict[str, Any], code: str
) -> None:
    with pgtrigger.ignore("offers.Offer:committed_by_sponsorships"):
        Offer.objects.filter(pk=two.offer.pk).update(**changes)
    with pytest.raises(RuleBroken) as refused:
        two.proposed()
    assert refused.value.code == code
    assert services.propose_all() == 0


# --- answering ------------------------------------------------------------------------------------------------


def test_a_no_has_a_reason_and_who_said_yes_is_told_without_it(two: Two) -> None:
    pairing = two.proposed()
    with pytest.raises(RuleBroken, match="pourquoi"):
        services.decline(pairing, actor=two.manager, side=Side.ASSOCIATION, reason="")
    services.decline(
        pairing, actor=two.manager, side=Side.ASSOCIATION, reason="time", note="Bien trop long pour nous"
    )
    told = Message.objects.get(kind="pairings.ended")
    assert told.person == two.coordinator.person
    assert "Bien trop long" not in told.text


def test_one_answers_once_for_ones_own_side_and_in_time(two: Two) -> None:
    pairing = two.proposed()
    with pytest.raises(NotAllowed):
        services.accept(pairing, actor=two.coordinator, side=Side.ASSOCIATION)
    with pytest.raises(WrongState, match="déjà répondu"):
        services.accept(pairing, actor=two.coordinator, side=Side.COMPANY)
    Pairing.objects.update(expires_at=now() - timedelta(minutes=1))
    with pytest.raises(WrongState, match="temps de répondre"):
        services.accept(pairing, actor=two.manager, side=Side.ASSOCIATION)
    assert services.expire_due() == 1
    assert services.expire_due() == 0
    assert Message.objects.filter(kind="pairings.ended").count() == 1


def test_a_pairing_that_cannot_end_stops_no_other(two: Two) -> None:
    first = two.proposed()
    second = two.proposed(offer=f.make_offer(two.company, skills=[SKILL]))
    Pairing.objects.update(expires_at=now() - timedelta(minutes=1))
    with connection.cursor() as cursor:  # what the database refuses of the first, for a reason nobody foresaw
        cursor.execute(
            "CREATE FUNCTION refuse_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF NEW.id = {first.pk} THEN RAISE EXCEPTION 'refused'; END IF; RETURN NEW; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER refuse_one BEFORE UPDATE ON pairings_pairing FOR EACH ROW EXECUTE FUNCTION refuse_one()"
        )
    assert services.expire_due() == 1
    second.refresh_from_db()
    assert second.state == State.EXPIRED


def test_a_yes_given_after_the_time_was_spent_is_refused_in_words(two: Two) -> None:
    pairing = two.proposed()
    with pgtrigger.ignore("offers.Offer:committed_by_sponsorships"):
        Offer.objects.filter(pk=two.offer.pk).update(committed_minutes=10 * 420)
    with pytest.raises(RuleBroken, match="pas assez de temps"):
        services.accept(pairing, actor=two.manager, side=Side.ASSOCIATION)


@pytest.mark.parametrize("what", ["need", "offer"])
def test_what_waits_for_a_need_or_an_offer_that_ends_is_taken_back(two: Two, what: str) -> None:
    two.proposed()
    if what == "need":
        SkillNeed.objects.filter(pk=two.need.pk).update(state="no_taker")
        services.need_ended(two.need.pk)
    else:
        Offer.objects.filter(pk=two.offer.pk).update(state="paused")
        services.offer_ended(two.offer.pk)
    assert Pairing.objects.get().state == State.WITHDRAWN
    assert Message.objects.filter(kind="pairings.ended").count() == 1


def test_who_proposed_may_take_it_back_and_nobody_else(two: Two) -> None:
    pairing = two.proposed()
    with pytest.raises(NotAllowed):
        services.withdraw(pairing, actor=two.manager)
    services.withdraw(pairing, actor=two.coordinator)
    assert not Message.objects.filter(kind="pairings.ended").exists()


# --- pages ----------------------------------------------------------------------------------------------------


def address(name: str, organisation: Organisation, *more: Any) -> str:
    return reverse(f"pairings:{name}", args=[organisation.pk, organisation.slug, *more])


def test_the_contact_is_given_as_the_association_wishes(two: Two, client: Client) -> None:
    contact = f.make_member(
        two.association, person=f.make_person(first_name="Aïssata", last_name="Zzcontact")
    )
    SkillNeed.objects.filter(pk=two.need.pk).update(contact=contact.person, contact_consent="after_agreement")
    pairing = two.proposed()
    client.force_login(two.coordinator)
    page = address("one", two.company, pairing.pk)
    assert "Zzcontact" not in client.get(page).content.decode()
    SkillNeed.objects.filter(pk=two.need.pk).update(contact_consent="after_interest")
    assert "Zzcontact" in client.get(page).content.decode()
    SkillNeed.objects.filter(pk=two.need.pk).update(contact_consent="after_agreement")
    services.accept(pairing, actor=two.manager, side=Side.ASSOCIATION)
    assert "Zzcontact" in client.get(page).content.decode()
    Organisation.objects.filter(pk=two.company.pk).update(state="suspended")
    assert "Zzcontact" not in client.get(page).content.decode()
    Organisation.objects.filter(pk=two.company.pk).update(state="validated")
    two.association.memberships.filter(person=contact.person).update(
        ended_at=now()
    )  # who left is nobody's contact
    assert "Zzcontact" not in client.get(page).content.decode()


def test_both_sides_read_the_same_reasons(two: Two, client: Client) -> None:
    pairing = two.proposed()
    for user, organisation in ((two.coordinator, two.company), (two.manager, two.association)):
        client.force_login(user)
        html = client.get(address("one", organisation, pairing.pk)).content.decode()
        for reason in pairing.reasons:
            assert reason["text"] in html.replace("&#x27;", "'")


def test_an_employer_helps_from_the_page_of_a_need(two: Two, client: Client) -> None:
    client.force_login(two.coordinator)
    form_page = address("help_need", two.company, two.need.pk)
    assert form_page in client.get(two.need.get_absolute_url()).content.decode()
    form = client.get(form_page).context["form"]
    sent = {"nonce": form["nonce"].value(), "offer": str(two.offer.pk), "note": "<script>x</script>"}
    for _twice in range(2):
        answer = client.post(form_page, sent)
        assert answer.status_code == 302
    pairing = Pairing.objects.get()
    assert "<script>x" not in client.get(answer.url).content.decode()
    client.force_login(two.manager)
    page = address("one", two.association, pairing.pk)
    assert client.post(page, {"answer": "no"}).status_code == 422
    assert client.post(page, {"answer": "yes"}).status_code == 302
    pairing.refresh_from_db()
    assert pairing.state == State.AGREED


def test_an_association_that_types_an_employer_s_page_is_told_and_led_to_its_own_space(
    two: Two, client: Client
) -> None:
    client.force_login(two.manager)
    page = address("help_need", two.association, two.need.pk)
    answer = client.get(page, follow=True)
    assert answer.redirect_chain == [(two.association.space_url, 302)]
    assert "Cette page est celle d’un employeur" in answer.content.decode()
    assert client.post(page, {"offer": str(two.offer.pk)}).status_code == 404
    assert not Pairing.objects.exists()
    client.force_login(f.make_user())
    assert client.get(page).status_code == 404, "whoever is no member finds nothing"


def test_what_is_typed_stays_when_it_is_refused(two: Two, client: Client) -> None:
    client.force_login(two.coordinator)
    form_page = address("help_need", two.company, two.need.pk)
    answer = client.post(form_page, {"note": "Un mot gardé", "offer": "99999"})
    assert answer.status_code == 422
    assert "Un mot gardé" in answer.content.decode()
    assert client.post(form_page, {"note": "x" * 100_000, "offer": str(two.offer.pk)}).status_code == 422
    assert not Pairing.objects.exists()


def test_an_association_finds_offers_for_its_need_and_asks_for_one(two: Two, client: Client) -> None:
    client.force_login(two.manager)
    html = client.get(address("for_need", two.association, two.need.pk)).content.decode()
    assert two.offer.title in html
    page = address("ask_offer", two.association, two.need.pk, two.offer.pk)
    form = client.get(page).context["form"]
    assert client.post(page, {"nonce": form["nonce"].value(), "note": ""}).status_code == 302
    assert Pairing.objects.get().origin == Origin.ASSOCIATION


def test_an_offer_of_the_first_72_hours_is_asked_for_by_its_address_by_nobody_who_was_served(
    client: Client,
) -> None:
    told = story()
    told.validated(told.signed(2))  # this association was served
    need = f.make_skill_need(organisation=told.association, skills=[SKILL], title="Un autre besoin")
    offer = f.make_offer(skills=[SKILL], opened_days_ago=0.1)
    client.force_login(told.manager)
    page = address("ask_offer", told.association, need.pk, offer.pk)
    assert client.get(offer.get_absolute_url()).status_code == 404
    assert client.get(page).status_code == client.post(page, {"note": ""}).status_code == 404
    Offer.objects.filter(pk=offer.pk).update(opened_at=now() - timedelta(hours=73))
    assert offer.title in client.get(page).content.decode()


def test_the_pages_of_a_need_and_of_an_offer_lead_to_what_goes_with_them(two: Two, client: Client) -> None:
    for user, manage, found in (
        (
            two.manager,
            reverse("skill_needs:manage", args=[two.association.pk, two.association.slug, two.need.pk]),
            address("for_need", two.association, two.need.pk),
        ),
        (
            two.coordinator,
            reverse("offers:manage", args=[two.company.pk, two.company.slug, two.offer.pk]),
            address("for_offer", two.company, two.offer.pk),
        ),
    ):
        client.force_login(user)
        assert found in client.get(manage).content.decode()


def test_the_needs_of_others_and_their_pairings_are_not_there(two: Two, client: Client) -> None:
    pairing = two.proposed()
    stranger = f.make_organisation()
    client.force_login(f.make_member(stranger))
    for page in (
        address("one", stranger, pairing.pk),
        address("one", two.company, pairing.pk),
        address("for_need", stranger, two.need.pk),
        address("for_offer", stranger, two.offer.pk),
    ):
        assert client.get(page).status_code == 404


def test_the_list_asks_the_same_number_of_questions_for_1_and_100(two: Two, client: Client) -> None:
    client.force_login(two.coordinator)
    page = address("of_organisation", two.company)
    two.proposed()
    client.get(page)
    with CaptureQueriesContext(connection) as one:
        client.get(page)
    base = Pairing.objects.get()
    for _ in range(99):
        need = f.make_skill_need()
        base.pk, base.need = None, need
        base._state.adding = True
        base.save()
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) <= len(one) + 1


def test_finding_asks_the_same_number_of_questions_for_1_and_100_needs(two: Two, client: Client) -> None:
    client.force_login(two.coordinator)
    page = address("for_offer", two.company, two.offer.pk)
    client.get(page)
    with CaptureQueriesContext(connection) as one:
        client.get(page)
    for _ in range(99):
        f.make_skill_need(skills=[SKILL])
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) == len(one)


# --- fairness, traces -----------------------------------------------------------------------------------------


def test_the_report_compares_the_rule_and_its_absence(two: Two, capsys: Any) -> None:
    f.make_sponsorship(association=two.association, state="signed")
    Offer.objects.exclude(pk=two.offer.pk).update(state="paused")
    SkillNeed.objects.exclude(pk=two.need.pk).update(state="no_taker")
    Offer.objects.filter(pk=two.offer.pk).update(total_minutes=1050)
    f.make_skill_need(skills=[SKILL])
    found = fairness.report()
    assert (found.offers, found.needs, found.first_timers) == (1, 2, 1)
    assert (found.with_rule.needs, found.with_rule.share) == (1, 100)
    assert found.without_rule.needs == 1
    call_command("fairness")
    said = capsys.readouterr().out
    assert "avec les 72 heures" in said
    assert found.effect in said


@pytest.mark.parametrize(
    ("with_rule", "without_rule", "words"),
    [
        (
            (21, 15),
            (22, 15),
            "aucune association de plus pour une première fois, et 1 besoin de moins est servi",
        ),
        ((21, 15), (22, 15), "si la part monte, c’est seulement que le total baisse"),
        ((20, 15), (20, 15), "ne change rien au nombre"),
        ((20, 12), (20, 14), "2 associations de moins sont servies pour une première fois"),
        (
            (23, 16),
            (21, 14),
            "2 associations de plus sont servies pour une première fois, et 2 besoins de plus",
        ),
    ],
)
def test_the_report_says_in_counts_what_the_rule_changes(
    with_rule: tuple[int, int], without_rule: tuple[int, int], words: str
) -> None:
    found = fairness.Fairness(30, 40, 20, Served(*with_rule), Served(*without_rule))
    assert words in found.effect.replace("\u00a0", " ")


def test_every_move_is_audited(two: Two) -> None:
    pairing = two.proposed()
    services.accept(pairing, actor=two.manager, side=Side.ASSOCIATION)
    verbs = list(
        Event.objects.filter(subject_type="pairings.Pairing").order_by("pk").values_list("verb", flat=True)
    )
    assert verbs == ["pairing.proposed", "pairing.accepted", "pairing.agreed"]


def test_answers_stay_without_the_name_of_who_gave_them(two: Two) -> None:
    two.proposed()
    services.forget_person(two.coordinator.person)
    pairing = Pairing.objects.get()
    assert pairing.proposed_by is None
    assert pairing.company_answered_by is None
    assert pairing.company_answer == "yes"


def test_after_two_yes_each_side_reads_whom_to_write_to(two: Two, client: Client) -> None:
    SkillNeed.objects.filter(pk=two.need.pk).update(contact_consent="after_agreement")
    pairing = two.proposed()
    client.force_login(two.manager)
    page = address("one", two.association, pairing.pk)
    assert two.coordinator.email not in client.get(page).content.decode(), "one yes is not two"
    services.accept(pairing, actor=two.manager, side=Side.ASSOCIATION)
    html = client.get(page).content.decode()
    assert two.coordinator.email in html
    assert two.need.get_absolute_url() in html
    assert two.offer.get_absolute_url() in html
    two.company.memberships.filter(person=two.coordinator.person).update(ended_at=now())
    successor = f.make_member(two.company)
    html = client.get(page).content.decode()
    assert two.coordinator.email not in html
    assert successor.email in html, "who left gives way to who coordinates today"


def test_an_employer_is_not_given_a_contact_the_association_did_not_name(two: Two, client: Client) -> None:
    SkillNeed.objects.filter(pk=two.need.pk).update(contact=None, contact_consent="after_interest")
    pairing = two.proposed()
    client.force_login(two.coordinator)
    page = address("one", two.company, pairing.pk)
    assert two.manager.email not in client.get(page).content.decode()
    services.accept(pairing, actor=two.manager, side=Side.ASSOCIATION)
    assert two.manager.email in client.get(page).content.decode(), "who said yes answers"


def test_each_side_is_told_in_its_own_words_when_contacts_are_given(two: Two, client: Client) -> None:
    SkillNeed.objects.filter(pk=two.need.pk).update(contact_consent="after_agreement")
    pairing = two.proposed(Origin.ASSOCIATION)
    client.force_login(two.coordinator)
    html = client.get(address("one", two.company, pairing.pk)).content.decode()
    assert "quand nous avons dit oui" not in html
    assert "quand l’association aura dit oui" in html or "comme elle l’a choisi" in html


def test_an_association_asks_from_the_page_of_an_offer(two: Two, client: Client) -> None:
    client.force_login(two.manager)
    asking = address("ask_offer", two.association, two.need.pk, two.offer.pk)
    page = client.get(two.offer.get_absolute_url()).content.decode()
    assert "Demander pour un de nos besoins" in page
    assert asking in page
    pairing = two.proposed()
    page = client.get(two.offer.get_absolute_url()).content.decode()
    assert asking not in page
    assert address("one", two.association, pairing.pk) in page, "what waits is answered, not asked again"
    asked = client.get(asking).content.decode()
    assert "Demander cette aide" not in asked
    assert address("one", two.association, pairing.pk) in asked
    client.force_login(two.coordinator)
    assert "Demander pour un de nos besoins" not in client.get(two.offer.get_absolute_url()).content.decode()


def test_an_association_without_a_need_is_led_to_write_one(two: Two, client: Client) -> None:
    SkillNeed.objects.filter(pk=two.need.pk).update(state="draft", opened_at=None)
    client.force_login(two.manager)
    page = client.get(two.offer.get_absolute_url()).content.decode()
    assert reverse("skill_needs:create", args=[two.association.pk, two.association.slug]) in page


def test_who_handles_two_associations_is_told_for_which_of_them_the_offer_waits(
    two: Two, client: Client
) -> None:
    f.make_sponsorship(association=two.association, state="signed")
    new = f.make_organisation(name="Les Nouvelles")
    f.make_member(new, person=two.manager.person)
    need = f.make_skill_need(organisation=new, skills=[SKILL])
    Offer.objects.filter(pk=two.offer.pk).update(opened_at=now() - timedelta(hours=71))
    client.force_login(two.manager)
    page = client.get(two.offer.get_absolute_url()).content.decode()
    assert address("ask_offer", new, need.pk, two.offer.pk) in page
    assert address("ask_offer", two.association, two.need.pk, two.offer.pk) not in page
    assert "cette offre va d’abord aux associations jamais servies" in page


def test_that_others_wait_is_no_mismatch(two: Two, client: Client) -> None:
    for _ in range(lending.MOST_OPEN):
        f.make_pairing(need=two.need, offer=f.make_offer(skills=[SKILL]))
    client.force_login(two.manager)
    page = client.get(address("ask_offer", two.association, two.need.pk, two.offer.pk)).content.decode()
    assert "Ce qui ne correspond pas" not in page
    assert "propositions attendent déjà une réponse" in page
    assert two.proposed(Origin.ASSOCIATION).obstacles == []


def test_an_offer_kept_for_others_is_not_a_choice_and_says_until_when(two: Two, client: Client) -> None:
    f.make_sponsorship(association=two.association, state="signed")
    Offer.objects.filter(pk=two.offer.pk).update(opened_at=now() - timedelta(hours=71))
    old = f.make_offer(two.company, title="Une autre offre", skills=[SKILL])
    client.force_login(two.coordinator)
    html = client.get(address("help_need", two.company, two.need.pk)).content.decode()
    assert f'value="{old.pk}"' in html
    assert f'value="{two.offer.pk}"' not in html
    assert "à partir du" in html
    prepare = reverse("sponsorships:prepare", args=[two.company.pk, two.company.slug])
    assert "aux associations jamais servies jusqu’au" in client.get(prepare).content.decode()
    manage = reverse("offers:manage", args=[two.company.pk, two.company.slug, two.offer.pk])
    assert "va d’abord aux associations jamais servies" in client.get(manage).content.decode()


def test_the_list_of_an_association_names_the_offers(two: Two, client: Client) -> None:
    two.proposed()
    client.force_login(two.manager)
    html = client.get(address("of_organisation", two.association)).content.decode()
    assert f"{two.offer.title}, {two.company.name}" in html


def test_the_reason_of_a_no_is_not_said_optional(two: Two, client: Client) -> None:
    pairing = two.proposed()
    client.force_login(two.manager)
    html = client.get(address("one", two.association, pairing.pk)).content.decode()
    label = html[html.index("Si c’est non, pourquoi") :][:120]
    assert "facultatif" not in label

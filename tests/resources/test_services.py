"""Needs of means: said, read by the brigade, edited; contributions promised, received, dropped; both sides told."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pgtrigger
import pytest
from django.db import IntegrityError, transaction

from jeveuxagir.accounts import privacy
from jeveuxagir.audit import deliveries
from jeveuxagir.audit.invariants import broken
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale, WrongState
from jeveuxagir.moderation import reports
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from jeveuxagir.taxonomies.models import Domain
from jeveuxagir.territories.models import Commune
from missions.resources import services
from missions.resources.enums import Means, Per
from missions.resources.models import Need, Promise
from missions.resources.moderation import conflict
from missions.resources.totals import totals
from organisations import services as organisations
from tests import factories as f

pytestmark = pytest.mark.django_db


def data(**changes: Any) -> services.NeedData:
    values: dict[str, Any] = {
        "title": "Vingt vélos d’enfant",
        "kind": "goods",
        "quantity": Decimal(20),
        "unit": "vélos",
        "purpose": "Que chaque enfant du quartier apprenne à rouler avant l’été, avec nos bénévoles.",
        "deadline": today() + datetime.timedelta(days=40),
        "domain": Domain.objects.get(pk="sport"),
        "commune": Commune.objects.get(pk=f.GUERET),
    }
    return services.NeedData(**values | changes)


def meals(**changes: Any) -> services.PromiseData:
    values: dict[str, Any] = {
        "kind": "goods",
        "what": "Des repas du soir",
        "quantity": Decimal(200),
        "unit": "repas",
        "per": "week",
    }
    return services.PromiseData(**values | changes)


def drafted(**changes: Any) -> tuple[Need, Any]:
    organisation = f.make_organisation()
    member = f.make_member(organisation)
    return services.draft(actor=member, organisation=organisation, data=data(**changes)), member


def opened(**changes: Any) -> tuple[Need, Any]:
    need, member = drafted(**changes)
    services.submit(need, actor=member)
    return decide(need, "accept"), member


def decide(need: Need, decision: str, reason: str = "") -> Need:
    item = ModerationItem.objects.open().get(kind="resource_need", subject_id=need.pk)
    moderation.decide(item, actor=f.make_staff(), decision=decision, reason=reason, version=item.version)
    return fresh(need)


def fresh(need: Need) -> Need:
    return Need.objects.select_related("organisation", "commune", "domain", "department").get(pk=need.pk)


def giver() -> tuple[Any, Any]:
    company = f.make_organisation(kind="company", name="Boulangerie du Pont")
    return company, f.make_member(company)


def mails(kind: str) -> list[Message]:
    return list(Message.objects.filter(kind=f"resources.{kind}").order_by("created_at", "pk"))


# --- said, and read by the brigade --------------------------------------------------------------------------------


def test_a_need_is_read_by_the_brigade_before_anybody_else_does() -> None:
    need, member = drafted()
    services.submit(need, actor=member)
    assert not Need.objects.public().exists()
    need = decide(need, "accept")
    assert (need.state, need.is_public) == ("open", True)
    assert [mail.person for mail in mails("opened")] == [member.person]
    assert "20\xa0vélos" in mails("opened")[0].text


def test_a_need_to_mend_goes_back_with_why_and_may_be_sent_again() -> None:
    need, member = drafted()
    services.submit(need, actor=member)
    need = decide(need, "ask", "Dites pour quels enfants.")
    assert (need.state, need.reason) == ("draft", "Dites pour quels enfants.")
    assert "Dites pour quels enfants." in mails("to_mend")[0].text
    services.submit(need, actor=member)
    need = decide(need, "refuse", "C’est pour un magasin.")
    assert need.state == "closed"
    services.take_up(need, actor=member)
    services.submit(need, actor=member)
    assert decide(need, "accept").state == "open"


def test_a_company_says_no_need_by_the_service_nor_by_the_database() -> None:
    company = f.make_organisation(kind="company")
    with pytest.raises(RuleBroken) as refusal:
        services.draft(actor=f.make_member(company), organisation=company, data=data())
    assert refusal.value.code == "company"
    with pytest.raises(IntegrityError, match="a company states no need"), transaction.atomic():
        f.make_resource_need(company)


def test_a_company_that_handles_nothing_of_the_association_says_nothing_in_its_name() -> None:
    association = f.make_organisation()
    _, employee = giver()
    with pytest.raises(NotAllowed):
        services.draft(actor=employee, organisation=association, data=data())


def test_an_association_that_becomes_a_company_with_needs_in_sight_is_found() -> None:
    need = f.make_resource_need()
    assert "resources.no_company_asks" not in broken()
    with pgtrigger.ignore("organisations.Organisation:kind_with_its_duties"):
        type(need.organisation).objects.filter(pk=need.organisation_id).update(kind="company", may_host=False)
    assert "resources.no_company_asks" in broken()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quantity": Decimal(0)}, "quantity"),
        ({"quantity": Decimal("NaN")}, "quantity"),
        ({"quantity": Decimal("0.001")}, "quantity"),
        ({"quantity": Decimal(10) ** 12}, "quantity"),
        ({"unit": ""}, "need_unit_of_kind"),
        ({"unit": "€"}, "need_unit_of_kind"),
        ({"deadline": datetime.date(2020, 1, 1)}, "past"),
        ({"deadline": datetime.date(2999, 1, 1)}, "too_far"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        drafted(**changes)
    assert refusal.value.code == code


def test_an_organisation_that_is_not_validated_keeps_its_draft() -> None:
    organisation = f.make_organisation(state="pending")
    member = f.make_member(organisation)
    need = services.draft(actor=member, organisation=organisation, data=data())
    with pytest.raises(RuleBroken) as refusal:
        services.submit(need, actor=member)
    assert refusal.value.code == "not_validated"


def test_words_and_quantity_of_an_open_need_wait_for_the_brigade_the_rest_changes_at_once() -> None:
    need, member = opened()
    later = today() + datetime.timedelta(days=90)
    done = services.edit(
        need,
        actor=member,
        data=data(title="Trente vélos d’enfant", quantity=Decimal(30), deadline=later),
        version=need.version,
    )
    assert done.waiting == ["titre", "ce qui est demandé"]
    need = fresh(need)
    assert (need.title, need.quantity, need.deadline) == ("Vingt vélos d’enfant", 20, later)
    need = decide(need, "accept")
    assert (need.title, need.asked) == ("Trente vélos d’enfant", "30\xa0vélos")
    services.edit(need, actor=member, data=data(title="Mille vélos", quantity=Decimal(30), deadline=later))
    need = decide(need, "refuse", "Restez mesurés.")
    assert need.title == "Trente vélos d’enfant"
    assert "Restez mesurés." in mails("edit_refused")[0].text


def test_of_two_members_the_second_is_told_and_nothing_is_overwritten() -> None:
    need, member = drafted()
    services.edit(need, actor=member, data=data(title="Dix vélos d’enfant"), version=need.version)
    with pytest.raises(Stale):
        services.edit(need, actor=member, data=data(title="Deux vélos"), version=need.version)


def test_the_page_goes_when_a_report_is_upheld_and_its_organisation_may_take_it_up() -> None:
    need, member = opened()
    reported = reports.report(reports.subject_of(need.get_absolute_url()), why="money")
    item = ModerationItem.objects.get(pk=reported.item_id)
    moderation.decide(
        item, actor=f.make_staff(), decision="refuse", reason="Publicité.", version=item.version
    )
    need = fresh(need)
    assert (need.state, need.reason, need.is_public) == ("closed", "Publicité.", False)
    assert "Publicité." in mails("removed")[0].text
    services.take_up(need, actor=member)
    assert not Need.objects.public().exists()


def test_a_member_of_the_organisation_does_not_decide_on_its_need() -> None:
    need, member = drafted()
    services.submit(need, actor=member)
    item = ModerationItem.objects.get(kind="resource_need")
    assert "une autre personne de la brigade doit décider" in conflict(item, member)


# --- promised, received, dropped ----------------------------------------------------------------------------------


def test_a_promise_is_told_to_the_organisation_and_what_it_received_to_the_giver() -> None:
    need, member = opened()
    company, employee = giver()
    made = services.promise(
        need, actor=employee, organisation=company, data=meals(note="Livrés à 18 heures.")
    )
    (told,) = mails("promised")
    assert told.person == member.person
    assert "Boulangerie du Pont" in told.text
    assert "200\xa0repas par semaine" in told.text
    assert company.email in told.text
    assert "Livrés à 18 heures." in told.text
    made = services.receive(made, actor=member, quantity=Decimal(180), on=today())
    assert (made.state, made.real_words) == ("received", "180\xa0repas par semaine")
    (thanked,) = mails("received")
    assert thanked.person == employee.person
    assert "180\xa0repas par semaine reçus, pour 200\xa0repas par semaine promis" in thanked.text
    made = services.receive(made, actor=member, quantity=Decimal(150), on=today())
    assert made.real == 150
    with pytest.raises(WrongState):
        services.drop(made, actor=employee)


def test_only_the_organisation_in_need_says_what_it_received() -> None:
    need, member = opened()
    company, employee = giver()
    made = services.promise(need, actor=employee, organisation=company, data=meals())
    for somebody in (employee, f.make_user(), f.make_staff()):
        with pytest.raises(NotAllowed):
            services.receive(made, actor=somebody, quantity=Decimal(1), on=today())
    with pytest.raises(NotAllowed):
        services.drop(made, actor=f.make_user())
    with pytest.raises(RuleBroken) as refusal:
        services.receive(made, actor=member, quantity=Decimal(1), on=today() + datetime.timedelta(days=1))
    with pytest.raises(RuleBroken, match="Relisez l’année"):
        services.receive(made, actor=member, quantity=Decimal(1), on=datetime.date(26, 11, 2))
    assert refusal.value.code == "future"


@pytest.mark.parametrize("by_giver", [True, False])
def test_either_side_says_that_it_will_not_come_and_the_other_is_told(by_giver: bool) -> None:
    need, member = opened()
    company, employee = giver()
    made = services.promise(need, actor=employee, organisation=company, data=meals())
    services.drop(made, actor=employee if by_giver else member, reason="Four en panne.")
    (told,) = mails("dropped")
    assert told.person == (member if by_giver else employee).person
    assert "Four en panne." in told.text


def test_an_organisation_does_not_contribute_to_its_own_need_nor_one_that_is_not_validated() -> None:
    need, member = opened()
    with pytest.raises(RuleBroken) as refusal:
        services.promise(need, actor=member, organisation=need.organisation, data=meals())
    assert refusal.value.code == "own"
    pending = f.make_organisation(kind="company", state="pending")
    with pytest.raises(RuleBroken) as refusal:
        services.promise(need, actor=f.make_member(pending), organisation=pending, data=meals())
    assert refusal.value.code == "not_validated"
    with pytest.raises(NotAllowed):
        services.promise(need, actor=f.make_user(), organisation=f.make_organisation(), data=meals())


@pytest.mark.parametrize("fields", [{"state": "met"}, {"state": "pending"}, {"in_days": -1}])
def test_what_is_met_not_public_or_past_takes_no_promise(fields: dict[str, Any]) -> None:
    company, employee = giver()
    with pytest.raises(RuleBroken) as refusal:
        services.promise(f.make_resource_need(**fields), actor=employee, organisation=company, data=meals())
    assert refusal.value.code == "state"


def test_a_need_that_is_met_or_closed_is_told_once_to_each_giver_and_may_still_be_received() -> None:
    need, member = opened()
    company, employee = giver()
    made = services.promise(need, actor=employee, organisation=company, data=meals())
    services.promise(need, actor=employee, organisation=company, data=meals(kind="days", what="Servir"))
    services.meet(fresh(need), actor=member)
    assert [mail.person for mail in mails("met")] == [employee.person]
    assert services.receive(made, actor=member, quantity=Decimal(200), on=today()).state == "received"
    other, owner = opened()
    services.promise(other, actor=employee, organisation=company, data=meals())
    services.close(fresh(other), actor=owner, reason="Nous déménageons.")
    assert "Nous déménageons." in mails("closed")[0].text


# --- units are never mixed ----------------------------------------------------------------------------------------


def test_200_meals_a_week_and_4_days_stay_distinct_each_planned_and_real() -> None:
    need = f.make_resource_need()
    f.make_promise(need, state="received")
    f.make_promise(need, unit="Repas", quantity=50)
    f.make_promise(need, unit="repas", per="once", quantity=30)
    f.make_promise(need, kind="days", unit="jours", per="once", quantity=4)
    f.make_promise(need, quantity=999, state="dropped")
    found = totals(Promise.objects.public().filter(need=need).rows())
    assert [(one.planned_words, one.real_words) for one in found] == [
        ("250\xa0repas par semaine", "180\xa0repas par semaine"),
        ("30\xa0repas", "0\xa0repas"),
        ("4\xa0jours", "0\xa0jours"),
    ]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "money", "unit": "repas"}, "promise_unit_of_kind"),
        ({"kind": "goods", "unit": "€"}, "promise_unit_of_kind"),
        ({"kind": "logistics", "unit": ""}, "promise_unit_of_kind"),
        ({"state": "received", "real": None}, "promise_real_once_received"),
        ({"real": 3}, "promise_real_once_received"),
        ({"quantity": 0}, "promise_quantity_positive"),
        ({"starts_on": "2026-02-02", "ends_on": "2026-01-01"}, "promise_dates_in_order"),
        ({"starts_on": "0206-02-02"}, "promise_starts_on_sane"),
        ({"ends_on": "9999-12-31"}, "promise_ends_on_sane"),
        ({"state": "received", "real": 3, "received_on": "0026-11-02"}, "promise_received_on_sane"),
    ],
)
def test_the_database_refuses_what_a_promise_cannot_say(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(IntegrityError, match=code), transaction.atomic():
        f.make_promise(**fields)


def test_money_and_days_have_their_own_unit_whatever_was_typed() -> None:
    need, _ = opened()
    company, employee = giver()
    for kind, unit in ((Means.MONEY, "€"), (Means.DAYS, "jours")):
        made = services.promise(
            need, actor=employee, organisation=company, data=meals(kind=kind, unit="repas", per=Per.ONCE)
        )
        assert made.unit == unit


# --- when an organisation changes, and forgetting -------------------------------------------------------------------


def test_an_organisation_that_closes_closes_its_needs_and_drops_what_it_promised() -> None:
    need, _ = opened()
    company, employee = giver()
    made = services.promise(need, actor=employee, organisation=company, data=meals())
    organisations.close(company, actor=employee)
    deliveries.deliver()
    made.refresh_from_db()
    assert made.state == "dropped"
    owner = need.organisation.memberships.get().person.user
    organisations.close(need.organisation, actor=owner)
    deliveries.deliver()
    assert fresh(need).state == "closed"
    assert services.close_of_organisation(need.organisation) == 0


def test_who_erases_their_account_leaves_the_need_and_the_promise_without_their_name() -> None:
    need, member = opened()
    company, employee = giver()
    made = services.promise(need, actor=employee, organisation=company, data=meals())
    f.make_member(need.organisation)
    f.make_member(company)
    for user in (member, employee):
        privacy.erase(user.person, actor=user)
    need.refresh_from_db()
    made.refresh_from_db()
    assert (need.created_by, made.by) == (None, None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"starts_on": datetime.date(1, 1, 1)}, "starts_past"),
        ({"starts_on": today() - datetime.timedelta(days=1)}, "starts_past"),
        ({"ends_on": datetime.date(9999, 12, 31)}, "too_far"),
        ({"starts_on": datetime.date(9999, 12, 31)}, "too_far"),
        (
            {
                "starts_on": today() + datetime.timedelta(days=9),
                "ends_on": today() + datetime.timedelta(days=2),
            },
            "order",
        ),
    ],
)
def test_a_promise_is_about_days_to_come(changes: dict[str, Any], code: str) -> None:
    need, _member = opened()
    company = f.make_company()
    employee = f.make_member(company)
    with pytest.raises(RuleBroken) as refused:
        services.promise(need, actor=employee, organisation=company, data=meals(**changes))
    assert refused.value.code == code

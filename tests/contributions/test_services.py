"""What parties bring and the funding plan: who may write, what is refused, what the sums are."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from alliances import services as alliances
from alliances.contributions import services
from alliances.contributions.enums import FundingState, State
from alliances.contributions.models import Contribution, FundingLine
from alliances.models import Party
from jeveuxagir.accounts.models import User
from jeveuxagir.audit.models import Delivery as EventDelivery
from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import handler_of
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from tests import factories as f

pytestmark = pytest.mark.django_db


MANDATE = alliances.Mandate(
    "Ne reçoit rien de l’alliance.", "Relire les comptes.", today(), today() + datetime.timedelta(days=365)
)


class Table:
    """An alliance of three: the first animates, the last is the trusted third party."""

    def __init__(self) -> None:
        self.alliance = f.make_alliance(parties=3)
        self.parties = list(self.alliance.parties.order_by("pk"))
        self.people: list[User] = [f.make_signatory(party) for party in self.parties]
        alliances.recognise_third(self.parties[2], mandate=MANDATE)

    def plan(self, number: int = 1, by: int | None = None, **fields: Any) -> Contribution:
        said = {"kind": "days", "what": "Animer des ateliers", "planned": Decimal(12)} | fields
        return services.plan(self.parties[number], actor=self.people[number if by is None else by], **said)

    def ask(self, by: int = 0, **fields: Any) -> FundingLine:
        said = {"funder": "Conseil départemental", "amount": Decimal(5000), "requested_on": today()} | fields
        return services.ask(self.alliance, actor=self.people[by], **said)


def deliver(row: Contribution, actor: User, quantity: str) -> Any:
    return services.deliver(row, actor=actor, quantity=Decimal(quantity), on=today())


# --- contributions --------------------------------------------------------------------------------------------


def test_a_party_writes_its_own_and_who_animates_writes_any() -> None:
    table = Table()
    assert table.plan(1).unit == "jours"
    table.plan(1, by=0)
    with pytest.raises(NotAllowed):
        table.plan(0, by=1)
    with pytest.raises(NotAllowed):
        services.plan(table.parties[1], actor=f.make_user(), kind="days", what="Rien", planned=Decimal(1))
    reader = f.make_member(table.parties[1].organisation, role="reader")
    with pytest.raises(NotAllowed):
        services.plan(table.parties[1], actor=reader, kind="days", what="Rien", planned=Decimal(1))
    assert Event.objects.filter(verb="contribution.planned", subject_id=str(table.alliance.pk)).count() == 2


def test_planned_then_under_way_then_done_as_it_comes() -> None:
    table = Table()
    row = table.plan()
    states = [row.state]
    for quantity in ("5", "7"):
        delivery = deliver(row, table.people[1], quantity)
        row.refresh_from_db()
        states.append(row.state)
    assert states == [State.PLANNED, State.UNDER_WAY, State.DONE]
    assert row.real == 12
    services.undo_delivery(delivery, actor=table.people[1])
    services.undo_delivery(delivery, actor=table.people[1])
    row.refresh_from_db()
    assert (row.real, row.state) == (5, State.UNDER_WAY)


@pytest.mark.parametrize("quantity", ["0", "-1", "NaN", "Infinity", "1.005", "99999999999"])
def test_a_quantity_is_a_sane_number(quantity: str) -> None:
    table = Table()
    row = table.plan()
    with pytest.raises(RuleBroken):
        deliver(row, table.people[1], quantity)
    with pytest.raises(RuleBroken):
        table.plan(planned=Decimal(quantity))
    with pytest.raises(RuleBroken):
        table.ask(amount=Decimal(quantity))


def test_deliveries_that_would_pass_the_most_are_refused_in_words() -> None:
    table = Table()
    row = table.plan()
    deliver(row, table.people[1], "900000000")
    with pytest.raises(RuleBroken, match="trop grande"):
        deliver(row, table.people[1], "900000000")


def test_a_unit_is_said_and_is_that_of_its_kind() -> None:
    table = Table()
    with pytest.raises(RuleBroken, match="unité"):
        table.plan(kind="goods", unit="")
    with pytest.raises(RuleBroken, match="unité"):
        table.plan(kind="goods", unit="€")
    assert table.plan(kind="money", unit="livres").unit == "€"
    with pytest.raises(RuleBroken, match="La fin vient après"):
        table.plan(starts_on=today(), ends_on=today() - datetime.timedelta(days=1))
    with pytest.raises(RuleBroken, match=r"Relisez l’année.*206"):
        table.plan(starts_on=datetime.date(206, 1, 1))
    with pytest.raises(RuleBroken, match=r"Relisez l’année.*9999"):
        table.plan(ends_on=datetime.date(9999, 12, 31))


def test_nothing_is_brought_tomorrow_nor_to_what_was_dropped() -> None:
    table = Table()
    row = table.plan()
    with pytest.raises(RuleBroken, match="une fois qu’il a eu lieu"):
        services.deliver(
            row, actor=table.people[1], quantity=Decimal(1), on=today() + datetime.timedelta(days=1)
        )
    services.drop(row, actor=table.people[1])
    with pytest.raises(RuleBroken, match="abandonnée"):
        deliver(row, table.people[1], "1")
    services.resume(row, actor=table.people[1])
    deliver(row, table.people[1], "1")


def test_a_change_of_what_somebody_changed_meanwhile_is_refused_and_a_counted_unit_stays() -> None:
    table = Table()
    row = table.plan(kind="goods", unit="livres")
    said = {"what": "Des albums", "planned": Decimal(30), "unit": "livres"}
    services.change(row, actor=table.people[1], version=row.version, **said)
    with pytest.raises(Stale):
        services.change(row, actor=table.people[1], version=row.version, **said)
    row.refresh_from_db()
    deliver(row, table.people[1], "3")
    with pytest.raises(RuleBroken, match="ne change plus"):
        services.change(row, actor=table.people[1], version=row.version, **said | {"unit": "cartons"})
    row.refresh_from_db()
    assert (row.real, row.unit) == (3, "livres")


# --- the trusted third party ------------------------------------------------------------------------------------


def test_a_trusted_third_party_brings_days_but_no_money() -> None:
    table = Table()
    table.plan(2)
    with pytest.raises(RuleBroken, match="ne finance pas l’alliance"):
        table.plan(2, kind="money")
    with pytest.raises(RuleBroken, match="ne finance pas l’alliance"):
        table.ask(party=table.parties[2])
    table.parties[2].refresh_from_db()
    assert not table.parties[2].is_funder


def test_the_database_refuses_it_too() -> None:
    table = Table()
    with pytest.raises(IntegrityError), transaction.atomic():
        f.make_contribution(table.parties[2], kind="money", unit="€")
    with pytest.raises(IntegrityError), transaction.atomic():
        f.make_funding(table.alliance, party=table.parties[2])


FUNDING = ("planned", "brought", "asked", "obtained")


def funds(table: Table, how: str) -> Party:
    """The second party gives money, or is asked for some."""
    party = table.parties[1]
    if how in ("planned", "brought"):
        row = table.plan(1, kind="money")
        if how == "brought":
            services.deliver(row, actor=table.people[1], quantity=Decimal(5), on=today())
            services.drop(row, actor=table.people[1])
    else:
        line = table.ask(by=1, party=party)
        if how == "obtained":
            services.move_funding(
                line, actor=table.people[0], verb="obtain", version=line.version, obtained=Decimal(300)
            )
    return Party.objects.get(pk=party.pk)


@pytest.mark.parametrize("how", FUNDING)
def test_who_gives_money_is_a_funder_and_cannot_become_the_trusted_third_party(how: str) -> None:
    table = Table()
    party = funds(table, how)
    assert party.is_funder
    with pytest.raises(RuleBroken, match="Qui finance l’alliance"):
        alliances.recognise_third(party, mandate=MANDATE)


@pytest.mark.parametrize("how", FUNDING)
def test_the_database_never_makes_a_trusted_third_party_of_who_funds(how: str) -> None:
    table = Table()
    party = funds(table, how)
    third = {
        "is_trusted_third": True,
        "is_funder": False,
        "mandate": "Relire",
        "independence": "Rien",
        "mandate_from": today(),
        "mandate_until": today() + datetime.timedelta(days=9),
    }
    with pytest.raises(IntegrityError, match="never its trusted third party"), transaction.atomic():
        Party.objects.filter(pk=party.pk).update(**third)
    Party.objects.filter(pk=party.pk).update(left_at=now())
    with pytest.raises(IntegrityError), transaction.atomic():  # not under another row either
        f.make_party(table.alliance, organisation=party.organisation, **third)


def test_what_was_dropped_or_refused_before_any_money_came_makes_nobody_a_funder() -> None:
    table = Table()
    row = table.plan(1, kind="money")
    services.drop(row, actor=table.people[1])
    line = table.ask(by=1, party=table.parties[1])
    line = services.move_funding(line, actor=table.people[0], verb="refuse", version=line.version)
    party = alliances.set_roles(
        table.parties[1], actor=table.people[0], is_animator=False, is_facilitator=False, is_funder=False
    )
    alliances.recognise_third(party, mandate=MANDATE)
    with pytest.raises(RuleBroken, match="ne finance pas"):
        services.resume(row, actor=table.people[1])
    with pytest.raises(RuleBroken, match="ne finance pas"):
        services.move_funding(line, actor=table.people[0], verb="reopen", version=line.version)


def test_a_funder_typed_by_its_name_is_the_party_of_that_name() -> None:
    table = Table()
    with pytest.raises(RuleBroken, match="ne finance pas"):
        table.ask(funder=table.parties[2].name.upper())
    line = table.ask(funder=table.parties[1].name)
    assert line.party == table.parties[1]


# --- the funding plan -------------------------------------------------------------------------------------------


def test_a_line_is_asked_obtained_for_less_and_paid() -> None:
    table = Table()
    line = table.ask()
    with pytest.raises(RuleBroken, match="montant obtenu"):
        services.move_funding(line, actor=table.people[0], verb="obtain", version=line.version)
    line = services.move_funding(
        line, actor=table.people[0], verb="obtain", version=line.version, obtained=Decimal(3000)
    )
    with pytest.raises(Stale):
        services.move_funding(line, actor=table.people[0], verb="pay", version=1)
    line = services.move_funding(line, actor=table.people[0], verb="pay", version=line.version)
    assert (line.state, line.obtained) == (FundingState.PAID, 3000)
    with pytest.raises(RuleBroken):
        services.move_funding(line, actor=table.people[0], verb="refuse", version=line.version)


def test_a_refused_line_is_asked_again_without_what_was_obtained() -> None:
    table = Table()
    line = table.ask()
    line = services.move_funding(line, actor=table.people[0], verb="refuse", version=line.version)
    line = services.move_funding(line, actor=table.people[0], verb="reopen", version=line.version)
    line = services.move_funding(
        line, actor=table.people[0], verb="obtain", version=line.version, obtained=Decimal(10)
    )
    line = services.move_funding(line, actor=table.people[0], verb="reopen", version=line.version)
    assert (line.state, line.obtained) == (FundingState.REQUESTED, None)


def test_an_outside_funder_is_written_by_who_animates_only() -> None:
    table = Table()
    with pytest.raises(NotAllowed):
        table.ask(by=1)
    with pytest.raises(NotAllowed):
        table.ask(by=1, party=table.parties[0])
    with pytest.raises(NotAllowed):
        table.ask(party=f.make_alliance().parties.first())
    line = table.ask(by=1, party=table.parties[1], funder="")
    assert line.funder == table.parties[1].name
    with pytest.raises(RuleBroken, match="à qui"):
        table.ask(funder=" ")


def test_a_closed_alliance_takes_nothing_more() -> None:
    table = Table()
    row = table.plan()
    alliances.close(table.alliance, actor=None, reached="a", learned="b", what_next="c")
    with pytest.raises(RuleBroken, match="close"):
        deliver(row, table.people[1], "1")


# --- leaving ----------------------------------------------------------------------------------------------------


def left(table: Table, number: int, successor: Party | None) -> None:
    alliances.leave(table.parties[number], actor=table.people[number], successor=successor)
    handler = handler_of("alliance.party_left", "contributions")
    assert handler is not None
    event = EventDelivery.objects.get(event__verb="alliance.party_left", subscriber="contributions").event
    handler(event)
    handler(event)


def test_what_a_party_had_still_to_bring_goes_to_its_successor_and_what_came_stays_its_own() -> None:
    table = Table()
    untouched, begun = table.plan(), table.plan()
    deliver(begun, table.people[1], "4")
    left(table, 1, table.parties[0])
    untouched.refresh_from_db()
    begun.refresh_from_db()
    assert untouched.party == table.parties[0]
    assert (begun.party, begun.state, begun.real) == (table.parties[1], State.DROPPED, 4)
    rest = Contribution.objects.exclude(pk__in=[untouched.pk, begun.pk]).get()
    assert (rest.party, rest.planned) == (table.parties[0], 8)


def test_without_a_successor_or_with_one_that_may_not_fund_it_is_dropped() -> None:
    table = Table()
    money, days = table.plan(kind="money"), table.plan()
    left(table, 1, table.parties[2])
    money.refresh_from_db()
    days.refresh_from_db()
    assert money.state == State.DROPPED
    assert days.party == table.parties[2]


def test_erasing_keeps_what_was_brought_without_who_noted_it() -> None:
    table = Table()
    delivery = deliver(table.plan(), table.people[1], "4")
    services.forget_person(table.people[1].person)
    delivery.refresh_from_db()
    assert (delivery.by, delivery.quantity) == (None, 4)

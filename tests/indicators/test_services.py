"""The dictionary, values with author and proof, what others say of them, results never counted twice."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from alliances import services as alliances
from alliances.indicators import services
from alliances.indicators.board import dictionary, late_of, to_do_of
from alliances.indicators.enums import Rhythm, Standing, Verdict
from alliances.indicators.models import Claim, Indicator, Result, Review, Value
from alliances.indicators.periods import after, last_ended, start_of
from alliances.indicators.services import IndicatorData
from alliances.models import Party
from jeveuxagir.accounts.models import User
from jeveuxagir.audit.models import Delivery, Event
from jeveuxagir.audit.services import handler_of
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.notifications.enums import Rhythm as MailRhythm
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.models import Message
from jeveuxagir.notifications.services import set_preference
from tests import factories as f

pytestmark = pytest.mark.django_db

LAST = last_ended(Rhythm.QUARTERLY, today())
BEFORE = last_ended(Rhythm.QUARTERLY, LAST)


class Table:
    """An alliance of three, the first animates; an indicator that the second is responsible for."""

    def __init__(self) -> None:
        self.alliance = f.make_alliance(parties=3)
        self.parties: list[Party] = list(self.alliance.parties.order_by("pk"))
        self.people: list[User] = [f.make_signatory(party) for party in self.parties]

    @property
    def data(self) -> IndicatorData:
        return IndicatorData(
            name="Enfants qui lisent",
            definition="Les enfants venus trois fois au moins.",
            unit="enfants",
            method="Les listes d’appel.",
            owner=self.parties[1],
            baseline=Decimal(12),
            baseline_on=today() - datetime.timedelta(days=800),
            target=Decimal(100),
            target_on=today() + datetime.timedelta(days=400),
        )

    def define(self, by: int = 0, **fields: Any) -> Indicator:
        return services.define(self.alliance, actor=self.people[by], data=replace(self.data, **fields))

    def enter(self, row: Indicator, by: int = 1, number: str = "40", **fields: Any) -> Value:
        said = {"period": LAST, "amount": Decimal(number), "proof": "Listes d’appel"} | fields
        return services.enter(row, actor=self.people[by], party=self.parties[by], **said)

    def review(self, value: Value, by: int, verdict: str, reason: str = "") -> Review:
        return services.review(
            value, actor=self.people[by], party=self.parties[by], verdict=verdict, reason=reason
        )

    def standing(self) -> Standing:
        (one,) = dictionary(self.alliance)
        assert one.latest is not None
        return one.latest.standing


# --- the dictionary ---------------------------------------------------------------------------------------------


def test_who_animates_defines_for_any_party_and_a_party_for_itself() -> None:
    table = Table()
    table.define()
    table.define(by=1, name="Livres prêtés")
    with pytest.raises(NotAllowed):
        table.define(by=1, name="Autre", owner=table.parties[2])
    with pytest.raises(RuleBroken, match="dans l’alliance"):
        table.define(name="Autre", owner=f.make_alliance().parties.first())
    with pytest.raises(RuleBroken, match="déjà dans le dictionnaire"):
        table.define()


@pytest.mark.parametrize(
    "wrong",
    [
        {"definition": ""},
        {"unit": " "},
        {"method": ""},
        {"owner": None},
        {"name": ""},
        {"baseline": Decimal("NaN")},
        {"target": Decimal("Infinity")},
        {"target": Decimal("1.234")},
        {"target_on": datetime.date(2000, 1, 1)},
        {"baseline_on": datetime.date(2999, 1, 1)},
        {"rhythm": "daily"},
        {"axis": "glory"},
    ],
    ids=str,
)
def test_an_indicator_is_defined_whole_and_with_sane_numbers(wrong: dict[str, Any]) -> None:
    with pytest.raises(RuleBroken):
        Table().define(**wrong)
    assert not Indicator.objects.exists()


def test_once_values_are_in_the_unit_and_the_rhythm_stay() -> None:
    table = Table()
    row = table.define()
    row = services.edit(
        row, actor=table.people[1], version=row.version, data=replace(table.data, unit="lecteurs")
    )
    with pytest.raises(Stale):
        services.edit(row, actor=table.people[1], version=row.version - 1, data=table.data)
    table.enter(row)
    for wrong in ({"unit": "enfants"}, {"unit": "lecteurs", "rhythm": Rhythm.YEARLY}):
        with pytest.raises(RuleBroken, match="ne changent plus"):
            services.edit(row, actor=table.people[1], version=row.version, data=replace(table.data, **wrong))
    with pytest.raises(NotAllowed):
        services.edit(row, actor=table.people[2], version=row.version, data=table.data)


def test_a_stopped_indicator_awaits_nothing_and_keeps_its_history() -> None:
    table = Table()
    row = table.define()
    table.enter(row, period=BEFORE)
    row = services.archive(row, actor=table.people[1])
    with pytest.raises(RuleBroken, match="arrêté"):
        table.enter(row)
    assert late_of(row, set()) is None
    assert not list(to_do_of(table.people[1].person))
    assert row.values.count() == 1
    row = services.archive(row, actor=table.people[1], back=True)
    table.enter(row)


# --- values -----------------------------------------------------------------------------------------------------


def test_a_value_has_its_author_its_period_and_its_proof() -> None:
    table = Table()
    value = table.enter(table.define())
    assert (value.author, value.party) == (table.people[1].person, table.parties[1])
    assert value.author_name == table.people[1].person.full_name
    assert Event.objects.filter(verb="indicator.value_entered", subject_id=str(table.alliance.pk)).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"period": None},
        {"period": after(Rhythm.QUARTERLY, LAST)},
        {"period": LAST + datetime.timedelta(days=31)},
        {"period": datetime.date(2001, 1, 1)},
        {"proof": " "},
        {"number": "NaN"},
        {"number": "-Infinity"},
        {"number": "999999999999"},
        {"number": "1.005"},
    ],
    ids=str,
)
def test_a_value_without_period_proof_or_sane_number_is_refused(wrong: dict[str, Any]) -> None:
    table = Table()
    row = table.define()
    with pytest.raises(RuleBroken):
        table.enter(row, **wrong)
    assert not Value.objects.exists()


def test_the_database_refuses_a_value_without_author_proof_period_or_number() -> None:
    table = Table()
    row = table.define()
    right = {
        "indicator": row,
        "party": table.parties[1],
        "period": LAST,
        "amount": 1,
        "author_name": "Léa",
        "proof": "Listes",
    }
    for wrong in (
        {"author_name": ""},
        {"proof": ""},
        {"period": None},
        {"period": LAST.replace(day=2)},
        {"amount": Decimal(200_000_000_000)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Value.objects.create(**right | wrong)


def test_only_who_acts_for_a_party_enters_in_its_name() -> None:
    table = Table()
    row = table.define()
    for actor in (
        table.people[0],
        f.make_user(),
        f.make_member(table.parties[1].organisation, role="reader"),
    ):
        with pytest.raises(NotAllowed):
            services.enter(
                row, actor=actor, party=table.parties[1], period=LAST, amount=Decimal(1), proof="Listes"
            )
    stranger = f.make_alliance().parties.first()
    with pytest.raises(NotAllowed):
        services.enter(
            row,
            actor=f.make_signatory(stranger),
            party=stranger,
            period=LAST,
            amount=Decimal(1),
            proof="Listes",
        )


def test_a_correction_replaces_and_leaves_its_trace() -> None:
    table = Table()
    row = table.define()
    value = table.enter(row)
    table.review(value, 2, Verdict.DISPUTED, "Deux listes manquent.")
    with pytest.raises(RuleBroken, match="déjà saisi"):
        table.enter(row)
    new = services.correct(value, actor=table.people[1], amount=Decimal(44), proof="Cinq listes")
    value.refresh_from_db()
    assert value.replaced_at is not None
    assert list(row.values.current()) == [new]
    assert table.standing() == Standing.ENTERED  # what was disputed is the former one
    with pytest.raises(Stale):
        services.correct(value, actor=table.people[1], amount=Decimal(45), proof="Six listes")
    with pytest.raises(Stale):
        table.review(value, 2, Verdict.CONFIRMED)
    with pytest.raises(NotAllowed):
        services.correct(new, actor=table.people[0], amount=Decimal(45), proof="Six listes")


def test_another_party_confirms_or_disputes_and_says_why() -> None:
    table = Table()
    value = table.enter(table.define())
    with pytest.raises(RuleBroken, match="autre partie"):
        table.review(value, 1, Verdict.CONFIRMED)
    table.review(value, 0, Verdict.CONFIRMED)
    assert table.standing() == Standing.CONFIRMED
    with pytest.raises(RuleBroken, match="pourquoi"):
        table.review(value, 2, Verdict.DISPUTED, " ")
    table.review(value, 2, Verdict.DISPUTED, "Deux listes manquent.")
    assert table.standing() == Standing.DISPUTED
    assert [line.action for line in to_do_of(table.people[1].person)][-1] == "Relire"
    table.review(value, 2, Verdict.CONFIRMED, "Oublié")
    assert table.standing() == Standing.CONFIRMED
    assert Review.objects.get(party=table.parties[2]).reason == ""


def disputes(table: Table) -> list[Message]:
    return list(Message.objects.filter(kind="indicators.disputed").order_by("created_at", "pk"))


def test_a_dispute_is_told_to_who_counted_and_to_who_is_responsible_once() -> None:
    table = Table()
    row = table.define(owner=table.parties[0])
    value = table.enter(row)  # counted by the second party, the first one is responsible
    table.review(value, 2, Verdict.DISPUTED, "Deux listes manquent.")
    table.review(value, 2, Verdict.DISPUTED, "Deux listes manquent.")
    told = disputes(table)
    assert {message.person for message in told} == {table.people[0].person, table.people[1].person}
    assert len(told) == 2
    for message in told:
        assert row.name in message.subject
        assert table.parties[1].name in message.text
        assert absolute(row.page_url) in message.text
        assert message.link, "it may wait for the mail of the day"
        assert "Deux listes" not in message.text + message.subject
    table.review(value, 2, Verdict.CONFIRMED)
    assert len(disputes(table)) == 2
    table.review(value, 2, Verdict.DISPUTED, "Une liste manque.")
    assert len(disputes(table)) == 4


def test_a_dispute_waits_for_the_digest_of_who_chose_so() -> None:
    table = Table()
    value = table.enter(table.define())
    person = table.people[1].person
    set_preference(person.pk, "indicators.disputed", rhythm=MailRhythm.DAILY)
    table.review(value, 0, Verdict.DISPUTED, "Deux listes manquent.")
    (message,) = disputes(table)
    assert message.state == Message.State.GROUPED


def test_once_who_counted_has_left_the_responsible_party_answers_for_the_value() -> None:
    table = Table()
    row = table.define(owner=table.parties[0])
    value = table.enter(row)
    alliances.leave(table.parties[1], actor=table.people[1])
    table.review(value, 2, Verdict.DISPUTED, "Deux listes manquent.")
    assert [message.person for message in disputes(table)] == [table.people[0].person]
    assert any("contestée" in line.text for line in to_do_of(table.people[0].person))
    with pytest.raises(NotAllowed):
        services.correct(value, actor=table.people[2], amount=Decimal(44), proof="Cinq listes")
    own = table.enter(row, by=0, number="41")
    services.correct(value, actor=table.people[0], amount=Decimal(44), proof="Cinq listes")
    new = row.values.current().get()
    assert (new.party, new.amount) == (table.parties[0], Decimal(44))
    own.refresh_from_db()
    assert own.replaced_at is not None


def test_with_nobody_left_to_answer_who_animates_is_told() -> None:
    table = Table()
    row = table.define()
    value = table.enter(row)
    left(table, None)
    table.review(value, 2, Verdict.DISPUTED, "Deux listes manquent.")
    (message,) = disputes(table)
    assert message.person == table.people[0].person
    assert "Personne n’est responsable" in message.text


def test_two_values_for_one_period_are_a_visible_conflict_until_one_is_corrected() -> None:
    table = Table()
    row = table.define()
    table.enter(row, by=1, number="40")
    other = table.enter(row, by=2, number="52")
    assert table.standing() == Standing.CONFLICT
    (one,) = dictionary(table.alliance)
    assert one.latest is not None
    assert one.latest.words == "40 ou 52"
    assert [dot.doubtful for dot in one.dots] == [True, True]
    services.correct(other, actor=table.people[2], amount=Decimal(40), proof="Recompté ensemble")
    assert table.standing() == Standing.CONFIRMED


# --- what is late -------------------------------------------------------------------------------------------------


def test_a_missing_value_is_to_enter_then_late_and_waits_for_its_owner_only() -> None:
    table = Table()
    row = table.define(baseline_on=start_of(Rhythm.QUARTERLY, BEFORE))
    late = late_of(row, set())
    assert late is not None
    assert late.period == LAST
    assert late.is_late == (today() >= after(Rhythm.QUARTERLY, LAST) + datetime.timedelta(days=30))
    (line,) = to_do_of(table.people[1].person)
    assert "Enfants qui lisent" in line.text
    assert f"periode={LAST.isoformat()}" in line.url
    assert not list(to_do_of(table.people[2].person))
    assert not list(to_do_of(f.make_member(table.parties[1].organisation, role="reader").person))
    table.enter(row)
    assert not list(to_do_of(table.people[1].person))


def test_what_is_to_do_asks_a_number_of_queries_that_rows_do_not_change(
    django_assert_num_queries: Any,
) -> None:
    table = Table()
    for number in range(6):
        row = table.define(name=f"Indicateur {number}")
        table.review(table.enter(row, period=BEFORE), 2, Verdict.DISPUTED, "Non")
    with django_assert_num_queries(4):
        assert len(list(to_do_of(table.people[1].person))) == 12


# --- leaving ------------------------------------------------------------------------------------------------------


def left(table: Table, successor: Party | None) -> None:
    alliances.leave(table.parties[1], actor=table.people[1], successor=successor)
    handler = handler_of("alliance.party_left", "indicators")
    assert handler is not None
    event = Delivery.objects.get(event__verb="alliance.party_left", subscriber="indicators").event
    handler(event)
    handler(event)


def test_the_indicators_of_a_party_that_leaves_go_to_its_successor() -> None:
    table = Table()
    row = table.define()
    value = table.enter(row)
    left(table, table.parties[2])
    row.refresh_from_db()
    assert row.owner == table.parties[2]
    assert row.values.get() == value


def test_without_a_successor_they_wait_to_be_taken_over() -> None:
    table = Table()
    row = table.define()
    left(table, None)
    row.refresh_from_db()
    assert row.owner is None
    with pytest.raises(NotAllowed):
        services.take_over(row, actor=table.people[2], party=table.parties[0])
    services.take_over(row, actor=table.people[2], party=table.parties[2])
    with pytest.raises(RuleBroken, match="déjà responsable"):
        services.take_over(row, actor=table.people[0], party=table.parties[0])


def test_erasing_keeps_values_and_verdicts_without_who_gave_them() -> None:
    table = Table()
    value = table.enter(table.define())
    review = table.review(value, 2, Verdict.DISPUTED, "Je n’y étais pas.")
    for user in table.people:
        services.forget_person(user.person)
    value.refresh_from_db()
    review.refresh_from_db()
    assert (value.author, value.author_name) == (None, services.SOMEBODY)
    assert (review.person, review.reason) == (None, services.ERASED)


# --- shared results -----------------------------------------------------------------------------------------------


def noted(table: Table, number: int = 1, **fields: Any) -> Result:
    said = {
        "name": "Repas servis",
        "unit": "repas",
        "rhythm": Rhythm.YEARLY,
        "period": last_ended(Rhythm.YEARLY, today()),
        "quantity": Decimal(100),
        "proof": "Registre de la cuisine",
    } | fields
    return services.note_result(table.parties[number], actor=table.people[number], **said)


def test_two_alliances_never_count_more_of_a_result_than_it_is() -> None:
    table = Table()
    result = noted(table)
    other = f.make_alliance(parties=1)
    f.make_party(other, organisation=table.parties[1].organisation)
    actor = table.people[1]
    services.claim(result, alliance=table.alliance, actor=actor, quantity=Decimal(70), how="La cuisine")
    with pytest.raises(RuleBroken, match="compté deux fois : il en reste 30") as refused:
        services.claim(result, alliance=other, actor=actor, quantity=Decimal(31), how="Le camion")
    assert refused.value.code == "result_not_counted_twice"
    services.claim(result, alliance=other, actor=actor, quantity=Decimal(30), how="Le camion")
    made = services.claim(
        result, alliance=table.alliance, actor=actor, quantity=Decimal(60), how="La cuisine"
    )
    result.refresh_from_db()
    assert (result.claimed, Claim.objects.count()) == (90, 2)
    services.unclaim(made, actor=actor)
    result.refresh_from_db()
    assert result.claimed == 30


def test_the_part_of_an_organisation_that_left_is_taken_back_by_who_animates_or_facilitates() -> None:
    table = Table()
    result = noted(table)
    made = services.claim(
        result, alliance=table.alliance, actor=table.people[1], quantity=Decimal(60), how="La cuisine"
    )
    town = f.make_party(table.alliance, kind="local_authority", is_facilitator=True)
    facilitator = f.make_signatory(town)
    with pytest.raises(NotAllowed):
        services.unclaim(made, actor=facilitator)
    alliances.leave(table.parties[1], actor=table.people[1])
    for actor in (table.people[1], table.people[2]):
        with pytest.raises(NotAllowed):
            services.unclaim(made, actor=actor)
    services.unclaim(made, actor=facilitator)
    result.refresh_from_db()
    assert result.claimed == 0


def test_the_database_refuses_a_result_counted_twice() -> None:
    result = noted(Table())
    Claim.objects.create(result=result, alliance=f.make_alliance(), quantity=100, how="a")
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(result=result, alliance=f.make_alliance(), quantity=1, how="b")


def test_a_result_is_noted_and_counted_by_whose_it_is() -> None:
    table = Table()
    for wrong in ({"quantity": Decimal(0)}, {"proof": ""}, {"period": today()}, {"quantity": Decimal("NaN")}):
        with pytest.raises(RuleBroken):
            noted(table, **wrong)
    result = noted(table)
    with pytest.raises(RuleBroken, match="déjà noté"):
        noted(table)
    with pytest.raises(NotAllowed):
        services.claim(result, alliance=table.alliance, actor=table.people[2], quantity=Decimal(1), how="a")
    with pytest.raises(NotAllowed):
        services.claim(
            result, alliance=f.make_alliance(), actor=table.people[1], quantity=Decimal(1), how="a"
        )
    with pytest.raises(RuleBroken, match="en quoi"):
        services.claim(result, alliance=table.alliance, actor=table.people[0], quantity=Decimal(1), how=" ")

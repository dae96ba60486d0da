"""What PostgreSQL itself holds of sponsorships, whoever writes to it and however."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from jeveuxagir.common.clock import now, today
from jeveuxagir.common.constraints import constraint_of
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from missions.offers.models import Offer
from missions.sponsorships import services
from missions.sponsorships.enums import Side
from missions.sponsorships.models import DayEntry, Sponsorship
from tests import factories as f

from .builders import DAY, Story, make_need, make_offer, story

pytestmark = pytest.mark.django_db


def refused_by(sql: str, *values: Any) -> str:
    """The rule that refuses this statement; "" when nothing does."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
    except IntegrityError as error:
        return constraint_of(error)
    return ""


def again(s: Story, **terms: Any) -> tuple[Story, Sponsorship]:
    """The same employer lends the same person to another association."""
    other = story(offer=make_offer(s.company), need=make_need())
    row = other.agreed(3, **terms)
    other.signed_by_both(other.proposed(row, employee=s.worker.person))
    row.refresh_from_db()
    return other, row


# --- one person, one moment


def test_a_person_has_one_moment_of_a_date_over_all_sponsorships() -> None:
    s = story()
    first = s.signed(3)
    other, second = again(s)
    s.day(first, 1)
    for part in ("whole", "morning"):
        with pytest.raises(RuleBroken, match="autre mise à disposition") as refused:
            other.day(second, 1, part=part)
        assert refused.value.code == "day_of_one_person"
    s.day(first, 2, part="morning")
    other.day(second, 2, part="afternoon")
    with pytest.raises(RuleBroken, match="douze heures"):
        other.day(second, 2, part="hours", minutes=320)
    other.day(second, 2, part="hours", minutes=300)
    assert other.day(second, 3, part="whole").minutes == DAY


def test_without_an_account_a_person_is_known_by_their_name_at_their_employer() -> None:
    s = story()
    row = s.agreed(3)
    s.signed_by_both(s.proposed(row, employee=None, employee_name="Inès Garnier"))
    other = story(offer=make_offer(s.company), need=make_need())
    twin = other.agreed(3)
    other.signed_by_both(other.proposed(twin, employee=None, employee_name="ines  garnier"))
    s.day(row, 1)
    with pytest.raises(RuleBroken, match="autre mise à disposition"):
        other.day(twin, 1)
    elsewhere = story()
    third = elsewhere.agreed(3)
    elsewhere.signed_by_both(elsewhere.proposed(third, employee=None, employee_name="Inès Garnier"))
    assert elsewhere.day(third, 1), "another employer's people are others"


def test_two_persons_of_one_name_are_told_apart_by_an_amendment() -> None:
    s = story()
    row = s.agreed(3)
    s.signed_by_both(s.proposed(row, employee=None, employee_name="Inès Garnier"))
    other = story(offer=make_offer(s.company), need=make_need())
    twin = other.agreed(3)
    other.signed_by_both(other.proposed(twin, employee=None, employee_name="Inès Garnier"))
    s.day(row, 1)
    with pytest.raises(RuleBroken, match="Deux personnes du même nom"):
        other.day(twin, 1)
    said = {
        "employee_name": "Inès Garnier, service juridique",
        "summary": "De qui il s’agit.",
        "employee": None,
    }
    other.signed_by_both(other.proposed(twin, terms=other.terms(3), **said))
    twin.refresh_from_db()
    assert other.day(twin, 1)


def test_the_database_refuses_it_too_when_noted_and_when_validated() -> None:
    s = story()
    first = s.signed(3)
    other, second = again(s)
    one = s.day(first, 1)
    said = (
        'INSERT INTO sponsorships_dayentry (sponsorship_id, convention_id, "on", part, minutes, note, state,'
        " refused_side, refused_reason) VALUES (%s, %s, %s, 'whole', 420, '', 'waiting', '', '')"
    )
    convention = second.conventions.get().pk
    on = today() - datetime.timedelta(days=1)
    assert refused_by(said, second.pk, convention, on) == "day_of_one_person"
    # both noted before the rule was there: one of the two counts
    import pgtrigger

    with pgtrigger.ignore("sponsorships.DayEntry:a_day_of_one_person"):
        two = DayEntry.objects.create(
            sponsorship=second,
            convention_id=convention,
            on=on,
            minutes=DAY,
            company_by=s.coordinator,
            company_at=now(),
        )
    services.validate_day(one, actor=s.manager, side=Side.ASSOCIATION)
    with pytest.raises(RuleBroken, match="ne compte pas deux fois"):
        services.validate_day(two, actor=other.manager, side=Side.ASSOCIATION)


def test_a_whole_day_and_its_morning_are_one_moment_for_the_database() -> None:
    s = story()
    row = s.signed(3)
    day = s.day(row, 1)
    sql = (
        'INSERT INTO sponsorships_dayentry (sponsorship_id, convention_id, "on", part, minutes, note, state,'
        " refused_side, refused_reason) SELECT sponsorship_id, convention_id, \"on\", 'morning', 210, '', 'waiting',"
        " '', '' FROM sponsorships_dayentry WHERE id = %s"
    )
    assert refused_by(sql, day.pk) == "day_once"


# --- a day


def test_a_day_is_noted_before_it_is_validated() -> None:
    s = story()
    row = s.signed(3)
    day = s.day(row, 1)
    sql = (
        'INSERT INTO sponsorships_dayentry (sponsorship_id, convention_id, "on", part, minutes, note, state,'
        ' company_at, association_at, refused_side, refused_reason) SELECT sponsorship_id, convention_id, "on" - 1,'
        " 'whole', 420, '', 'validated', now(), now(), '', '' FROM sponsorships_dayentry WHERE id = %s"
    )
    assert refused_by(sql, day.pk) == "day_begins_waiting"


def test_what_is_validated_does_not_change_and_is_not_deleted() -> None:
    s = story()
    row = s.signed(3)
    day = s.validated(row, 1)
    table = "UPDATE sponsorships_dayentry SET "
    for change in (
        "minutes = 400",
        "state = 'waiting'",
        "company_at = now() + interval '1 second'",
        "refused_reason = 'x'",
        f"company_by_id = {s.manager.pk}",
    ):
        assert refused_by(f"{table}{change} WHERE id = %s", day.pk) in (
            "day_is_fixed",
            "day_validated_by_two",
        ), change
    assert refused_by("DELETE FROM sponsorships_dayentry WHERE id = %s", day.pk) == "day_is_fixed"
    assert refused_by(f"{table}company_by_id = NULL WHERE id = %s", day.pk) == "", "an account is erased"
    assert refused_by(f"{table}company_by_id = {s.coordinator.pk} WHERE id = %s", day.pk) == "day_is_fixed"


def test_who_validated_is_erased_and_the_other_side_waits_for_somebody_else() -> None:
    s = story()
    row = s.signed(3)
    day = s.day(row, 1)
    assert refused_by("UPDATE sponsorships_dayentry SET company_by_id = NULL WHERE id = %s", day.pk) == ""
    day.refresh_from_db()
    assert (day.company_at, day.state) == (None, "waiting")


def test_who_worked_never_validates_refuses_or_signs_for_the_receiving_side() -> None:
    s = story()
    row = s.agreed(3)
    f.make_member(s.association, person=s.worker.person, may_sign=True)
    convention = s.proposed(row)
    with pytest.raises(NotAllowed):
        services.sign(convention, actor=s.worker, side=Side.ASSOCIATION, seen_hash=convention.text_hash)
    sql = "UPDATE sponsorships_convention SET association_by_id = %s, association_at = now() WHERE id = %s"
    assert refused_by(sql, s.worker.pk, convention.pk) == "convention_never_by_who_comes"
    s.signed_by_both(convention)
    row.refresh_from_db()
    day = s.day(row, 1)
    with pytest.raises(NotAllowed):
        services.refuse_day(day, actor=s.worker, side=Side.ASSOCIATION, reason="Non")
    with pytest.raises(NotAllowed):
        services.validate_day(day, actor=s.worker, side=Side.ASSOCIATION)
    sql = (
        "UPDATE sponsorships_dayentry SET association_by_id = %s, association_at = now(), state = 'validated'"
        " WHERE id = %s"
    )
    assert refused_by(sql, s.worker.pk, day.pk) == "day_never_by_who_worked"


# --- the counts, the convention, the moves


def test_counts_are_written_by_the_days_alone() -> None:
    s = story()
    row = s.signed(2)
    s.day(row, 1)
    refused_by(
        "UPDATE sponsorships_sponsorship SET logged_minutes = 0, validated_minutes = 9, held_minutes = 0 WHERE id = %s",
        row.pk,
    )
    refused_by("UPDATE offers_offer SET committed_minutes = 0 WHERE id = %s", s.offer.pk)
    row.refresh_from_db()
    assert (row.logged_minutes, row.validated_minutes, row.held_minutes) == (DAY, 0, 2 * DAY)
    assert Offer.objects.get(pk=s.offer.pk).committed_minutes == 2 * DAY


def test_once_signed_it_says_what_its_convention_says_and_moves_as_it_may() -> None:
    s = story()
    row = s.signed(2)
    table = "UPDATE sponsorships_sponsorship SET "
    for change in ("minutes = 1000", "day_minutes = 400", "ends_on = ends_on + 1"):
        assert refused_by(f"{table}{change} WHERE id = %s", row.pk) == "sponsorship_as_its_convention", change
    assert refused_by(f"{table}state = 'closed' WHERE id = %s", row.pk) == "sponsorship_moves"
    s.validated(row, 1)
    s.debriefed(row)
    services.close(row, actor=s.manager, side=Side.ASSOCIATION)
    assert refused_by(f"{table}state = 'running' WHERE id = %s", row.pk) == "sponsorship_moves"
    agreed = story().agreed(2)
    assert refused_by(f"{table}state = 'signed' WHERE id = %s", agreed.pk) == "sponsorship_as_its_convention"


def test_a_signed_convention_stays_as_it_was_signed() -> None:
    s = story()
    row = s.signed(2)
    pk = row.conventions.get().pk
    table = "UPDATE sponsorships_convention SET "
    for change in (
        f"employee_id = {s.coordinator.person_id}",
        "employee_id = NULL, employee_name = 'Autre'",
        "company_signatory = 'Autre'",
        f"company_by_id = {s.manager.pk}, association_by_id = NULL",
        "document = 'x'",
        f"document_hash = '{'0' * 64}'",
        "state = 'dropped'",
        "state = 'proposed'",
    ):
        assert refused_by(f"{table}{change} WHERE id = %s", pk) == "convention_words_are_fixed", change
    assert refused_by("DELETE FROM sponsorships_convention WHERE id = %s", pk) == "convention_words_are_fixed"

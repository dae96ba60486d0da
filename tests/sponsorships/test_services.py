"""From the agreement to the end: what each side may do, what is refused and why."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from jeveuxagir.accounts import privacy
from jeveuxagir.audit.invariants import broken
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.notifications.models import Message
from missions.sponsorships import rules, services, wording
from missions.sponsorships.enums import Side
from missions.sponsorships.models import DayEntry, Sponsorship
from missions.sponsorships.services import Terms
from missions.sponsorships.statement import statement_csv, statement_of, years_of
from organisations import services as organisations
from tests import factories as f

from .builders import DAY, make_need, make_offer, story

pytestmark = pytest.mark.django_db
ASSOCIATION, COMPANY = Side.ASSOCIATION, Side.COMPANY


def refused(code: str, act) -> str:
    with pytest.raises(RuleBroken) as refusal:
        act()
    assert refusal.value.code == code, refusal.value.message
    return refusal.value.message


def test_from_the_need_to_the_statement() -> None:
    s = story()
    row = s.signed(3)
    s.offer.refresh_from_db()
    s.need.refresh_from_db()
    assert (s.offer.committed_minutes, s.need.state, row.state) == (3 * DAY, "agreed", "signed")
    first = s.validated(row, 3)
    wrong = s.day(row, 2)
    services.refuse_day(wrong, actor=s.manager, side=ASSOCIATION, reason="Ce jour-là, seulement le matin.")
    half = s.day(row, 2, part="morning", corrects=wrong)
    services.validate_day(half, actor=s.manager, side=ASSOCIATION)
    own = s.day(row, 1, actor=s.worker, part="hours", minutes=180, note="Les comptes de 2025")
    assert own.company_at is None, "who came does not validate for the employer"
    services.validate_day(own, actor=s.coordinator, side=COMPANY)
    own = services.validate_day(own, actor=s.manager, side=ASSOCIATION)
    assert (own.state, first.state) == ("validated", "validated")
    row.refresh_from_db()
    assert (row.state, row.logged_minutes, row.validated_minutes) == ("running", DAY + 390, DAY + 390)
    years = years_of(s.company)
    assert sum(statement_of(s.company, year).total for year in years) == row.validated_minutes
    text = "".join(statement_csv(statement_of(s.company, year)) for year in years)
    assert "Zoé Martin" in text
    s.debriefed(row)
    services.close(row, actor=s.manager, side=ASSOCIATION)
    row.refresh_from_db()
    s.offer.refresh_from_db()
    s.need.refresh_from_db()
    assert (row.state, s.need.state) == ("closed", "delivered")
    assert s.offer.committed_minutes == row.validated_minutes, "what was not used is free again"
    verbs = set(Event.objects.filter(subject_id=str(row.pk)).values_list("verb", flat=True))
    assert verbs >= {
        f"sponsorship.{verb}" for verb in ("drafted", "employer_agreed", "begun", "day_refused", "closed")
    }
    assert broken() == {}


def test_an_offer_with_two_days_left_gives_two_and_is_exhausted() -> None:
    s = story()
    other = story(offer=s.offer)
    other.agreed(8)
    s.offer.refresh_from_db()
    assert s.offer.left_minutes == 2 * DAY
    message = refused("offer_never_overspent", lambda: s.drafted(3))
    assert "Il ne reste que 2\u00a0jours" in message
    row = s.agreed(2)
    s.offer.refresh_from_db()
    assert (s.offer.left_minutes, s.offer.state) == (0, "exhausted")
    services.decline(row, actor=s.manager, side=ASSOCIATION, reason="Nous avons trouvé ailleurs.")
    s.offer.refresh_from_db()
    s.need.refresh_from_db()
    assert (s.offer.left_minutes, s.offer.state, s.need.state) == (2 * DAY, "open", "open")


def test_the_association_knows_nothing_before_the_employer_agreed() -> None:
    s = story()
    row = s.drafted()
    assert not Sponsorship.objects.of_organisation(s.association).exists()
    with pytest.raises(NotAllowed):
        services.decline(row, actor=s.manager, side=ASSOCIATION, reason="Non")
    services.employer_agree(row, actor=s.coordinator)
    assert Sponsorship.objects.of_organisation(s.association).count() == 1
    assert Message.objects.filter(kind="sponsorships.asked", person=s.manager.person).count() == 1


def test_strangers_readers_and_the_worker_decide_nothing() -> None:
    s = story()
    row = s.drafted()
    reader = f.make_member(s.company, role="reader")
    for actor in (s.manager, s.worker, reader, f.make_user()):
        with pytest.raises(NotAllowed):
            services.employer_agree(row, actor=actor)
    with pytest.raises(NotAllowed):
        services.draft(actor=s.manager, need=make_need(), offer=s.offer, terms=s.terms(), format="split")


def test_a_need_taken_or_an_offer_closed_is_refused() -> None:
    s = story()
    s.agreed(2)
    refused("need_taken", lambda: s.drafted(1))
    paused = story(offer=make_offer(state="paused"))
    refused("offer_closed", paused.drafted)
    suspended = story()
    suspended.company.state, suspended.company.state_reason = "suspended", "Raison"
    suspended.company.save()
    refused("not_validated", suspended.drafted)


# --- conventions


def test_the_employer_writes_the_convention_and_both_sign_the_words_they_read() -> None:
    s = story()
    row = s.agreed(3)
    with pytest.raises(NotAllowed):
        s.proposed(row, actor=s.manager, side=ASSOCIATION)
    refused("employee", lambda: s.proposed(row, employee=None, employee_name=" "))
    refused("employee_name", lambda: s.proposed(row, employee=None, employee_name="12345"))
    convention = s.proposed(row)
    assert "comptable" in convention.articles[0]["text"]
    with pytest.raises(Stale):
        services.sign(convention, actor=s.manager, side=ASSOCIATION, seen_hash="0" * 64)
    cannot = f.make_member(s.association)
    with pytest.raises(NotAllowed):
        services.sign(convention, actor=cannot, side=ASSOCIATION, seen_hash=convention.text_hash)
    s.signed_by_both(convention)
    assert convention.document[:5] == b"%PDF-"
    assert convention.state == "in_force"
    row.refresh_from_db()
    assert row.state == "signed"


def test_who_comes_is_told_once_signed_and_whom_to_write_to_when_it_is_a_mistake() -> None:
    s = story()
    row = s.agreed(3)
    told = Message.objects.filter(kind="sponsorships.you_come")
    convention = s.proposed(row)
    assert not told.exists(), "nothing is said of it before both signed"
    s.signed_by_both(convention)
    message = told.get()
    assert message.person == s.worker.person
    assert s.coordinator.person.full_name in message.text
    assert "Ce n’est pas vous" in message.text
    row.refresh_from_db()
    s.signed_by_both(s.proposed(row, terms=s.terms(2), summary="Un jour de moins."))
    assert told.count() == 1, "an amendment with the same person says nothing new to them"
    somebody = f.make_employee(s.company).person
    row.refresh_from_db()
    s.signed_by_both(s.proposed(row, employee=somebody, employee_name="Ali Ba", summary="Ali remplace Zoé."))
    assert set(told.values_list("person", flat=True)) == {s.worker.person.pk, somebody.pk}


def test_who_is_linked_by_mistake_undoes_it_and_what_was_signed_stays_the_same() -> None:
    s = story()
    row = s.signed(3)
    s.signed_by_both(s.proposed(row, terms=s.terms(4), summary="Un jour de plus."))
    row.refresh_from_db()
    s.day(row, 3)
    before = list(row.conventions.order_by("pk").values_list("text_hash", "document_hash", "employee_name"))
    for somebody in (s.coordinator, s.manager, f.make_user(), f.make_staff()):
        with pytest.raises(NotAllowed):
            services.unlink_person(row, actor=somebody)
    services.unlink_person(row, actor=s.worker)
    assert not row.conventions.exclude(employee=None).exists()
    after = list(row.conventions.order_by("pk").values_list("text_hash", "document_hash", "employee_name"))
    assert after == before
    assert all(wording.hash_of(text) == text.text_hash for text in row.conventions.all())
    assert not Sponsorship.objects.of_person(s.worker.person).exists()
    assert not DayEntry.objects.of_person(s.worker.person).exists()
    told = Message.objects.filter(kind="sponsorships.unlinked")
    assert [mail.person for mail in told] == [s.coordinator.person]
    assert "Zoé" not in told.get().text
    assert Event.objects.filter(verb="sponsorship.person_unlinked", actor=s.worker).count() == 1
    with pytest.raises(NotAllowed):
        services.unlink_person(row, actor=s.worker)
    assert s.day(row, 2).company_at, "its employer goes on noting the days"


def test_who_is_linked_again_is_told_again() -> None:
    s = story()
    row = s.signed(3)
    services.unlink_person(row, actor=s.worker)
    row.refresh_from_db()
    s.signed_by_both(s.proposed(row, summary="Zoé revient."))
    assert Message.objects.filter(kind="sponsorships.you_come", person=s.worker.person).count() == 2


def test_a_person_linked_while_a_side_has_signed_an_amendment_leaves_it_too() -> None:
    s = story()
    row = s.signed(3)
    text = s.proposed(row, terms=s.terms(2), summary="Un jour de moins.")
    services.sign(text, actor=s.coordinator, side=Side.COMPANY, seen_hash=text.text_hash)
    services.unlink_person(row, actor=s.worker)
    text.refresh_from_db()
    services.sign(text, actor=s.manager, side=Side.ASSOCIATION, seen_hash=text.text_hash)
    text.refresh_from_db()
    assert (text.state, text.employee, text.employee_name) == ("in_force", None, "Zoé Martin")


def test_who_noted_days_or_handles_the_association_does_not_slip_out_to_validate_them() -> None:
    s = story()
    row = s.signed(3)
    day = s.day(row, 1, actor=s.worker)
    with pytest.raises(RuleBroken, match="noté des journées"):
        services.unlink_person(row, actor=s.worker)
    services.withdraw_day(day, actor=s.worker)
    f.make_member(s.association, person=s.worker.person)
    with pytest.raises(RuleBroken, match="pour l’association"):
        services.unlink_person(row, actor=s.worker)
    assert row.conventions.get().employee == s.worker.person


def test_nobody_signs_for_both_sides() -> None:
    s = story()
    f.make_member(s.association, person=s.coordinator.person, may_sign=True)
    convention = s.proposed(s.agreed(3))
    services.sign(convention, actor=s.coordinator, side=COMPANY, seen_hash=convention.text_hash)
    refused(
        "convention_signed_by_two",
        lambda: services.sign(
            convention, actor=s.coordinator, side=ASSOCIATION, seen_hash=convention.text_hash
        ),
    )


def test_once_one_side_signed_the_words_are_fixed() -> None:
    s = story()
    row = s.agreed(3)
    convention = s.proposed(row)
    again = s.proposed(row, terms=s.terms(2))
    assert (again.number, again.minutes) == (1, 2 * DAY), "nobody had signed: it is replaced"
    with pytest.raises(Stale):
        services.sign(
            type(convention)(pk=again.pk, sponsorship=row),
            actor=s.manager,
            side=ASSOCIATION,
            seen_hash=convention.text_hash,
        )
    services.sign(again, actor=s.manager, side=ASSOCIATION, seen_hash=again.text_hash)
    refused("convention_one_proposed", lambda: s.proposed(row))
    services.drop_convention(again, actor=s.coordinator, side=COMPANY)
    s.signed_by_both(s.proposed(row))


def test_an_amendment_changes_days_dates_or_person_once_both_signed() -> None:
    s = story()
    row = s.signed(3)
    s.validated(row, 2)
    refused("summary", lambda: s.proposed(row, terms=s.terms(5)))
    refused(
        "sponsorship_never_over_convention",
        lambda: s.proposed(row, terms=s.terms(0.5), summary="Moins"),
    )
    refused(
        "day_within_convention",
        lambda: s.proposed(row, terms=s.terms(3, starts_on=today()), summary="Plus tard"),
    )
    refused("offer_never_overspent", lambda: s.proposed(row, terms=s.terms(11), summary="Plus"))
    amendment = s.proposed(
        row, terms=s.terms(5), employee=None, employee_name="Ali Benali", summary="Ali relaie Zoé"
    )
    assert (amendment.number, amendment.label) == (2, "avenant n° 1")
    row.refresh_from_db()
    assert row.minutes == 3 * DAY, "nothing changes before both signed"
    s.signed_by_both(amendment)
    row.refresh_from_db()
    s.offer.refresh_from_db()
    assert (row.minutes, s.offer.committed_minutes) == (5 * DAY, 5 * DAY)
    with pytest.raises(NotAllowed):
        s.day(row, 1, actor=s.worker)  # Zoé is not on the convention any more
    assert s.day(row, 1).convention.employee_name == "Ali Benali"
    assert row.conventions.get(number=1).state == "superseded"


# --- what the law says


def test_twenty_months_of_a_public_agent_are_refused_with_the_rule() -> None:
    s = story(kind="local_authority")
    start = today()
    message = refused(
        "agents-duree",
        lambda: s.drafted(8, starts_on=start, ends_on=start + datetime.timedelta(days=608)),
    )
    assert "dix-huit mois" in message
    assert "article 209" in message
    late = datetime.date(2028, 1, 10)
    refused("agents-experimentation", lambda: s.drafted(8, starts_on=late, ends_on=late))
    past = {"starts_on": start, "ends_on": datetime.date(2027, 12, 28)}
    refused("agents-experimentation", lambda: s.drafted(8, **past))
    row = s.drafted(8, starts_on=start, ends_on=datetime.date(2027, 12, 27))
    assert row.state == "drafted"


def test_twenty_months_and_a_day_are_said_as_such() -> None:
    day = datetime.date
    with pytest.raises(RuleBroken, match="20\u00a0mois et 1\u00a0jour"):
        rules.check("local_authority", first=day(2025, 1, 10), last=day(2026, 9, 10))
    assert rules.length_in_words(day(2025, 1, 31), day(2025, 3, 1)) == "1\u00a0mois et 2\u00a0jours"


def test_a_public_agent_is_renewed_once_near_the_end_and_three_years_in_all() -> None:
    day = datetime.date
    first, until = day(2023, 1, 1), day(2024, 6, 30)

    def asked(last: datetime.date, at: datetime.date) -> None:
        with time_machine.travel(datetime.datetime.combine(at, datetime.time(12))):
            rules.check("local_authority", first=first, last=last, agreed_until=until)

    asked(day(2025, 12, 31), at=day(2024, 5, 1))
    for last, at in (
        (day(2026, 1, 1), day(2024, 5, 1)),  # 36 months and a day
        (day(2025, 12, 31), day(2023, 1, 2)),  # on the day after the first signature
    ):
        with pytest.raises(RuleBroken) as refusal:
            asked(last, at)
        assert refusal.value.code == "agents-duree"
    with (
        time_machine.travel(datetime.datetime(2023, 5, 1, 12)),
        pytest.raises(RuleBroken, match="Ce renouvellement"),
    ):
        rules.check("local_authority", first=first, last=day(2025, 1, 15), agreed_until=day(2023, 6, 30))
    rules.check_person(
        "local_authority", [(day(2023, 1, 1), day(2025, 12, 31)), (day(2024, 1, 1), day(2024, 2, 1))]
    )
    with pytest.raises(RuleBroken) as refusal:
        rules.check_person(
            "local_authority", [(day(2023, 1, 1), day(2025, 12, 31)), (day(2026, 2, 1), day(2026, 2, 2))]
        )
    assert refusal.value.code == "agents-duree"
    rules.check_person("company", [(day(2020, 1, 1), day(2026, 1, 1))])


def test_a_renewal_of_a_public_agent_is_no_way_round_the_first_period_nor_the_end_of_the_experiment() -> None:
    s = story(kind="local_authority")
    row = s.signed(8, ends_on=today() + datetime.timedelta(days=300))
    far = {"starts_on": row.starts_on, "ends_on": today() + datetime.timedelta(days=900)}
    refused("agents-duree", lambda: s.proposed(row, terms=s.terms(8, **far), summary="Plus long"))
    moved = s.terms(8, starts_on=datetime.date(2028, 3, 1), ends_on=datetime.date(2028, 4, 1))
    refused("agents-experimentation", lambda: s.proposed(row, terms=moved, summary="Plus tard"))


def test_the_check_of_ethics_of_a_public_agent_is_asked_and_kept() -> None:
    s = story(kind="local_authority")
    row = s.agreed(3)
    refused("agents-deontologie", lambda: s.proposed(row, ethics_checked=False))
    convention = s.proposed(row)
    assert convention.ethics_by == s.coordinator
    assert convention.ethics_at is not None
    s.signed_by_both(convention)
    same = s.proposed(row, terms=s.terms(4), summary="Un jour", ethics_checked=False)
    assert same.ethics_by == s.coordinator
    refused(
        "agents-deontologie",
        lambda: s.proposed(
            row, employee=None, employee_name="Ali Benali", summary="Ali relaie Zoé", ethics_checked=False
        ),
    )
    company = story()
    assert company.proposed(company.agreed(3), ethics_checked=False).ethics_at is None


def test_what_is_prepared_keeps_to_the_period_and_formats_of_its_offer() -> None:
    s = story(offer=make_offer(formats=["flash"]))
    refused("offer_format", lambda: s.drafted(1))
    s = story(offer=make_offer(formats=["split"], ends_on=today() + datetime.timedelta(days=10)))
    assert "jusqu’au" in refused("offer_period", lambda: s.drafted(1))
    row = s.drafted(1, ends_on=today() + datetime.timedelta(days=10))
    assert not services.outside_territory(row)
    s.need.department_id, s.need.mode, s.offer.mode = "59", "on_site", "on_site"
    row.need, row.offer = s.need, s.offer
    assert services.outside_territory(row)


def test_a_company_lends_somebody_for_three_years_at_most() -> None:
    s = story()
    message = refused(
        "entreprise-duree",
        lambda: s.drafted(8, ends_on=s.terms().starts_on + datetime.timedelta(days=1100)),
    )
    assert "L. 8241-3" in message


def test_months_are_counted_with_both_days() -> None:
    day = datetime.date
    assert rules.months_between(day(2026, 1, 1), day(2027, 6, 30)) == 18
    assert rules.months_between(day(2026, 1, 1), day(2027, 7, 1)) == 19
    assert rules.months_between(day(2026, 1, 15), day(2026, 2, 14)) == 1


# --- days


def test_days_that_cannot_be_are_refused_in_words() -> None:
    s = story()
    row = s.signed(2)
    refused("day_never_ahead", lambda: s.day(row, -1))
    refused("day_never_ahead", lambda: s.day(row, (today() - datetime.date(today().year, 12, 25)).days - 366))
    refused("day_within_convention", lambda: s.day(row, 90))
    s.day(row, 1, part="morning")
    refused("day_once", lambda: s.day(row, 1, part="morning"))
    refused("day_once", lambda: s.day(row, 1))
    s.day(row, 1, part="afternoon")
    refused("day_twelve_hours", lambda: s.day(row, 1, part="hours", minutes=400))
    refused("day_minutes_sane", lambda: s.day(row, 2, part="hours"))
    s.day(row, 2, part="hours", minutes=120)
    message = refused("sponsorship_never_over_convention", lambda: s.day(row, 3))
    assert "5\u00a0h" in message
    with pytest.raises(NotAllowed):
        s.day(row, 4, actor=f.make_user())
    with pytest.raises(NotAllowed):
        s.day(row, 4, actor=s.manager)


def test_no_day_before_the_convention_nor_after_the_end() -> None:
    s = story()
    row = s.agreed(3)
    refused("wrong_state", lambda: s.day(row, 1))
    s.signed_by_both(s.proposed(row))
    waiting = s.day(row, 3)
    services.break_off(row, actor=s.coordinator, side=COMPANY, reason="Zoé change de poste.")
    refused("day_after_closing", lambda: s.day(row, 1))
    done = services.validate_day(waiting, actor=s.manager, side=ASSOCIATION)
    assert done.state == "validated", "what was worked before the end still counts"
    row.refresh_from_db()
    s.offer.refresh_from_db()
    assert (row.state, s.offer.committed_minutes) == ("broken", DAY)
    assert statement_of(s.company, done.on.year).total == DAY


def test_nobody_validates_alone() -> None:
    s = story()
    f.make_member(s.association, person=s.coordinator.person)
    row = s.signed(3)
    day = s.day(row, 1)
    refused("day_validated_by_two", lambda: services.validate_day(day, actor=s.coordinator, side=ASSOCIATION))
    f.make_member(s.association, person=s.worker.person)
    own = s.day(row, 2, actor=s.worker)
    with pytest.raises(NotAllowed):
        services.validate_day(own, actor=s.worker, side=ASSOCIATION)
    assert not DayEntry.objects.validated().exists()


def test_a_refused_day_frees_its_time_and_is_corrected_once() -> None:
    s = story()
    row = s.signed(1)
    day = s.day(row, 1)
    refused("reason", lambda: services.refuse_day(day, actor=s.manager, side=ASSOCIATION, reason=" "))
    services.refuse_day(day, actor=s.manager, side=ASSOCIATION, reason="Personne n’est venu.")
    assert Message.objects.filter(kind="sponsorships.day_refused", person=s.coordinator.person).exists()
    better = s.day(row, 2, corrects=day)
    assert Message.objects.filter(kind="sponsorships.day_corrected", person=s.manager.person).exists()
    changed = s.day(row, 3, part="morning", corrects=better)
    better.refresh_from_db()
    assert (better.state, changed.corrects_id) == ("withdrawn", better.pk), "what was noted stays to be read"
    refused("wrong_state", lambda: s.day(row, 4, corrects=day))
    row.refresh_from_db()
    assert row.logged_minutes == DAY // 2


def test_a_correction_says_something_else_than_what_was_refused() -> None:
    s = story()
    row = s.signed(4)
    day = s.day(row, 2, part="hours", minutes=120, note="La caisse")
    services.refuse_day(day, actor=s.manager, side=ASSOCIATION, reason="Deux heures, vraiment ?")
    same = {"part": "hours", "minutes": 120}
    said = refused("same_day", lambda: s.day(row, 2, **same, note=" La caisse ", corrects=day))
    assert "refusée telle quelle" in said
    assert not day.corrections.exists(), "the real correction is still to come"
    better = s.day(row, 2, part="hours", minutes=90, note="La caisse", corrects=day)
    refused("same_day", lambda: s.day(row, 2, **same, note="La caisse", corrects=better))
    better.refresh_from_db()
    assert better.state == "waiting", "what waits stays when its correction is refused"
    explained = s.day(row, 2, **same, note="La caisse, de 9 h à 11 h, avec Paul", corrects=better)
    assert explained.corrects_id == better.pk


# --- the end


def test_both_sides_debrief_before_the_end() -> None:
    s = story()
    row = s.signed(2)
    day = s.day(row, 1)
    refused(
        "sponsorship_closed_without_waiting", lambda: services.close(row, actor=s.coordinator, side=COMPANY)
    )
    services.validate_day(day, actor=s.manager, side=ASSOCIATION)
    services.debrief(row, actor=s.manager, side=ASSOCIATION, delivered="partly", went_well="Bien")
    refused(
        "debrief_once",
        lambda: services.debrief(row, actor=s.manager, side=ASSOCIATION, delivered="yes", went_well="Bien"),
    )
    refused(
        "sponsorship_closed_after_debriefs", lambda: services.close(row, actor=s.coordinator, side=COMPANY)
    )
    services.debrief(row, actor=s.coordinator, side=COMPANY, delivered="yes", went_well="Très bien")
    services.close(row, actor=s.coordinator, side=COMPANY)
    refused(
        "day_after_closing", lambda: services.refuse_day(day, actor=s.manager, side=ASSOCIATION, reason="Non")
    )
    refused("day_after_closing", lambda: s.day(row, 2))


def test_an_organisation_that_closes_ends_what_it_gives_and_receives() -> None:
    s = story()
    row = s.signed(3)
    s.validated(row, 1)
    other = story(offer=s.offer).agreed(2)
    organisations.close(s.company, actor=s.coordinator)
    assert services.end_with_organisation(s.company) == 2
    assert services.end_with_organisation(s.company) == 0
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, other.state) == ("broken", "declined")
    assert s.company.name in row.end_reason


def test_amounts_are_the_employers_alone() -> None:
    s = story()
    row = s.signed(3)
    day = s.validated(row, 1)
    with pytest.raises(NotAllowed):
        services.value(row, actor=s.manager, year=day.on.year, amount=None)
    from decimal import Decimal

    services.value(row, actor=s.coordinator, year=day.on.year, amount=Decimal("350.50"))
    assert statement_of(s.company, day.on.year, amounts=True).amount == Decimal("350.50")
    assert statement_of(s.company, day.on.year).amount is None
    refused("amount", lambda: services.value(row, actor=s.coordinator, year=2026, amount=Decimal("NaN")))


def test_reworking_needs_the_version_that_was_read() -> None:
    s = story()
    row = s.drafted(3)
    services.rework(row, actor=s.coordinator, version=1, terms=s.terms(4), format="flash")
    with pytest.raises(Stale):
        services.rework(row, actor=s.coordinator, version=1, terms=s.terms(5), format="flash")
    row.refresh_from_db()
    assert row.minutes == 4 * DAY
    assert isinstance(s.terms(), Terms)


def test_what_ended_says_so_rather_than_that_both_sides_talk() -> None:
    s = story()
    row = services.decline(s.drafted(3), actor=s.coordinator, side=COMPANY, reason="Trop tôt.")
    act = lambda: services.rework(row, actor=s.coordinator, version=1, terms=s.terms(4), format="flash")  # noqa: E731
    assert "sans suite" in refused("wrong_state", act)


def test_who_erases_their_account_leaves_the_papers_and_the_others_stay_in() -> None:
    s = story()
    row = s.signed(3)
    s.day(row, 1, actor=s.worker, note="Zzsecret")
    privacy.erase(s.manager.person, actor=None)
    text = row.conventions.get()
    assert (text.association_signatory, text.employee_name) == ("une personne", "Zoé Martin")
    assert text.association_at
    privacy.erase(s.worker.person, actor=None)
    text.refresh_from_db()
    assert (text.employee, text.employee_name, bytes(text.document)) == (None, "une personne", b"")
    assert row.days.get().note == ""
    assert s.day(row, 2).minutes == DAY, "the days go on, noted by the employer"

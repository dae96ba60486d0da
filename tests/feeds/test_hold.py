"""A feed that does not look whole closes nothing by itself: a person decides."""

from pathlib import Path

import pytest

from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken, WrongState
from jeveuxagir.notifications.models import Message
from missions.feeds import services
from missions.feeds.models import FeedRun
from missions.models import Mission
from tests.factories import make_staff
from tests.feeds.builders import make_partner, many, mission, run

pytestmark = pytest.mark.django_db


def opened() -> int:
    return Mission.objects.filter(state="open").count()


def test_a_feed_shorter_by_thirty_per_cent_holds_its_closings(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(10))
    done = run(partner, xml, *many(7))
    assert (done.state, done.closed, len(done.held_closings)) == ("held", 0, 3)
    assert "30 %" in done.error
    assert done.finished_at is not None
    assert opened() == 10


def test_a_feed_a_little_shorter_closes(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(10))
    assert run(partner, xml, *many(8)).state == "done"
    assert opened() == 8


def test_new_missions_of_a_held_feed_are_imported_all_the_same(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(10))
    done = run(partner, xml, mission("nouvelle"))
    assert (done.state, done.created) == ("held", 1)
    assert opened() == 11


def test_the_same_short_feed_again_still_waits(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(10))
    first = run(partner, xml, *many(3))
    second = run(partner, xml, *many(3))
    first.refresh_from_db()
    assert (first.state, first.decision, first.held_closings) == ("done", "superseded", [])
    assert second.state == "held"
    assert opened() == 10


def test_a_full_feed_afterwards_settles_it(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(10))
    held = run(partner, xml, *many(3))
    assert run(partner, xml, *many(10)).state == "done"
    held.refresh_from_db()
    assert held.decision == "superseded"
    assert opened() == 10


def test_a_feed_mostly_rejected_holds(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(10))
    done = run(partner, xml, *many(4), *[mission(f"x-{n}", title="Seul") for n in range(6)])
    assert (done.state, done.rejected) == ("held", 6)
    assert opened() == 10


def test_a_feed_of_new_ids_only_holds_when_it_would_close_most(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(30))
    done = run(partner, xml, *[mission(f"neuf-{n}") for n in range(29)], mission("m-1"))
    assert (done.state, done.closed, len(done.held_closings)) == ("held", 0, 29)


def test_national_staff_release_the_closings(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(10))
    held = run(partner, xml, *many(3))
    staff = make_staff("national")
    services.release_held(held, actor=staff, reason="Vu avec lui")
    held.refresh_from_db()
    assert (held.state, held.decision, held.closed, held.held_closings) == ("done", "released", 7, [])
    assert (held.decided_by, held.decision_reason, held.error) == (staff, "Vu avec lui", "")
    event = Event.objects.get(verb="feed.closings_released")
    assert (event.actor, event.data["closed"], event.data["reason"]) == (staff, 7, "Vu avec lui")
    assert opened() == 3
    assert run(partner, xml, *many(3)).state == "done"  # the short feed is now the usual one


def test_staff_refuse_the_closings_and_the_short_feed_is_no_reference(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(10))
    held = run(partner, xml, *many(3))
    services.refuse_held(held, actor=make_staff("technical"), reason="Flux coupé")
    held.refresh_from_db()
    assert (held.state, held.decision) == ("done", "refused")
    assert opened() == 10
    assert run(partner, xml, *many(3)).state == "held"


def test_only_national_and_technical_staff_decide_and_once(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(10))
    held = run(partner, xml, *many(3))
    for role in ("brigade_member", "brigade_lead", "regional", "operator"):
        with pytest.raises(NotAllowed):
            services.release_held(held, actor=make_staff(role), reason="x")
    staff = make_staff("national")
    services.release_held(held, actor=staff, reason="Vu avec lui")
    with pytest.raises(WrongState):
        services.refuse_held(held, actor=staff, reason="x")


def test_a_decision_asks_why(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(10))
    held = run(partner, xml, *many(3))
    for reason in ("", " \n", "x" * 501):
        with pytest.raises(RuleBroken):
            services.release_held(held, actor=make_staff("national"), reason=reason)
    assert opened() == 10


def test_who_decides_second_reads_what_the_first_did(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(10))
    held = run(partner, xml, *many(3))
    first, second = make_staff("national", first_name="Inès"), make_staff("national")
    services.refuse_held(held, actor=first, reason="Flux coupé")
    with pytest.raises(WrongState, match="Inès les a refusées"):
        services.release_held(held, actor=second, reason="Vu avec lui")
    assert opened() == 10
    assert Message.objects.filter(kind="feeds.decided").get().person == second.person


def test_nothing_is_decided_while_a_newer_feed_is_read(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(10))
    held = run(partner, xml, *many(3))
    staff = make_staff("national")
    newer = services.start(partner, "x")
    with pytest.raises(WrongState, match="en cours"):
        services.release_held(held, actor=staff, reason="Vu avec lui")
    FeedRun.objects.filter(pk=newer.pk).update(heartbeat_at=now() - services.DEAD_AFTER)
    services.release_held(held, actor=staff, reason="Vu avec lui")  # that one has died
    assert opened() == 3


def told(kind: str) -> list[str]:
    return sorted(
        message.person.first_name if message.person else message.address
        for message in Message.objects.filter(kind=kind)
    )


def test_those_who_decide_are_told_once_while_a_feed_stays_short(xml: Path) -> None:
    make_staff("national", first_name="Nora")
    make_staff("technical", first_name="Théo")
    make_staff("brigade_lead", first_name="Léa")
    partner = make_partner()
    run(partner, xml, *many(10))
    assert told("feeds.held") == []
    run(partner, xml, *many(3))
    run(partner, xml, *many(3))  # six hours later, the same
    assert told("feeds.held") == ["Nora", "Théo"]
    message = Message.objects.filter(kind="feeds.held").first()
    assert message is not None
    assert "7\u00a0missions" in message.subject
    assert "70 % de missions de moins" in " ".join(message.text.split())


def test_a_decision_is_told_to_the_others_and_a_refusal_to_the_partner(xml: Path) -> None:
    make_staff("technical", first_name="Théo")
    nora = make_staff("national", first_name="Nora")
    partner = make_partner(contact_email="flux@partenaire.example")
    run(partner, xml, *many(10))
    held = run(partner, xml, *many(3))
    services.refuse_held(held, actor=nora, reason="Le fichier est coupé au milieu.")
    assert told("feeds.decided") == ["Théo"]
    assert told("feeds.refused") == ["flux@partenaire.example"]
    message = Message.objects.get(kind="feeds.refused")
    assert "Le fichier est coupé au milieu." in message.text
    assert "Nora" not in message.text


def test_a_confirmation_or_a_partner_without_contact_makes_no_mail_outside(xml: Path) -> None:
    partner, silent = make_partner(contact_email="flux@partenaire.example"), make_partner(slug="muet")
    staff = make_staff("national")
    run(partner, xml, *many(10))
    services.release_held(run(partner, xml, *many(3)), actor=staff, reason="Vu avec lui")
    run(silent, xml, *many(10))
    services.refuse_held(run(silent, xml, *many(3)), actor=staff, reason="Flux coupé")
    assert told("feeds.refused") == []

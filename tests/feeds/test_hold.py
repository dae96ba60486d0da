"""A feed that does not look whole closes nothing by itself: a person decides."""

from pathlib import Path

import pytest

from jeveuxagir.common.errors import NotAllowed, WrongState
from missions.feeds import services
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
    services.release_held(held, actor=staff)
    held.refresh_from_db()
    assert (held.state, held.decision, held.closed, held.held_closings) == ("done", "released", 7, [])
    assert (held.decided_by, held.error) == (staff, "")
    assert opened() == 3
    assert run(partner, xml, *many(3)).state == "done"  # the short feed is now the usual one


def test_staff_refuse_the_closings_and_the_short_feed_is_no_reference(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(10))
    held = run(partner, xml, *many(3))
    services.refuse_held(held, actor=make_staff("technical"))
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
            services.release_held(held, actor=make_staff(role))
    staff = make_staff("national")
    services.release_held(held, actor=staff)
    with pytest.raises(WrongState):
        services.refuse_held(held, actor=staff)

"""A feed becomes missions: created, changed, closed, back; reported line by line; staff's decisions stay."""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jeveuxagir.audit.models import Delivery, Event
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from missions import services as mission_services
from missions.feeds import services
from missions.feeds.models import FeedMission, FeedRun
from missions.models import Mission
from missions.proposals.models import MatchDue, Proposal
from tests.factories import make_participation, make_proposal, make_request, make_staff
from tests.feeds.builders import (
    ABSENT,
    LONG,
    Raw,
    day,
    feed,
    make_partner,
    many,
    mission,
    reasons,
    run,
    write,
)

pytestmark = pytest.mark.django_db


def only() -> Mission:
    return Mission.objects.select_related("organisation", "department", "domain").get(source="essai")


# --- first import ---------------------------------------------------------------------------------------------


def test_a_trusted_partners_mission_is_open_at_once_and_carries_its_source(xml: Path) -> None:
    done = run(make_partner(), xml, mission())
    assert (done.state, done.seen, done.created, done.rejected, done.left_out) == ("done", 1, 1, 0, 0)
    found = only()
    assert (found.state, found.source_name, found.source_id) == ("open", "Partenaire d’essai", "m-1")
    assert found.application_url == "https://partenaire.example/missions/m-1"
    assert found.published_at is not None
    assert found.slug == "visiter-des-personnes-agees"
    assert (found.domain_id, found.minimum_age, found.mode) == ("solidarite-insertion", 16, "on_site")
    assert [activity.pk for activity in found.activities.all()] == ["lutte-isolement"]
    assert {sdg.pk for sdg in found.sdgs.all()} == {1, 2, 10}
    assert found.source_values["activity"] == "lutte-contre-isolement"
    assert "Guéret" in found.search_extra
    assert found in Mission.objects.open()


def test_a_big_import_refreshes_what_the_database_knows_of_its_tables(
    xml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = make_partner()

    def asked(*missions: str) -> bool:
        with CaptureQueriesContext(connection) as queries:
            run(partner, xml, *missions)
        return any(query["sql"].startswith("ANALYZE") for query in queries)

    assert not asked(mission())
    monkeypatch.setattr(services, "MUCH", 2)
    assert asked(*many(3))


def test_an_imported_mission_has_one_undated_slot_that_holds_no_seat(xml: Path) -> None:
    run(
        make_partner(), xml, mission(places="7", startAt="2031-01-05T08:00:00Z", endAt="2031-06-30T21:00:00Z")
    )
    [slot] = only().slots.all()
    assert (slot.kind, slot.seatless, slot.capacity) == ("undated", True, 7)
    assert (str(slot.valid_from), str(slot.valid_until)) == ("2031-01-05", "2031-06-30")
    assert str(only().last_date) == "2031-06-30"


def test_a_slot_overseas_has_the_time_of_its_place(xml: Path) -> None:
    run(make_partner(), xml, mission(city="Saint-Denis", postalCode="97400"))
    assert only().slots.get().zone == "Indian/Reunion"
    assert only().department_id == "974"


def test_a_reviewed_partners_mission_waits_in_the_brigades_queue(xml: Path) -> None:
    run(make_partner(trust="reviewed"), xml, mission(description="Trop court pour le hub."))
    found = only()
    assert found.state == "pending"
    [item] = ModerationItem.objects.open()
    assert (item.kind, item.cause, item.subject_id) == ("mission", "import", found.pk)
    assert (item.department_id, item.domain_id) == ("23", "solidarite-insertion")
    from missions.moderation import describe

    assert any("courte" in warning for warning in describe(item)["warnings"])
    moderation.decide(item, actor=make_staff(), decision="accept", version=item.version)
    assert only().state == "open"


def test_a_mission_whose_dates_are_past_is_kept_closed(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, mission(startAt=day(-30), endAt=day(-3)))
    assert (only().state, only().close_reason) == ("closed", "dates_past")
    run(partner, xml, mission(startAt=day(-30), endAt=day(30)))
    assert only().state == "open"


def test_a_remote_mission_follows_its_organisation(xml: Path) -> None:
    run(make_partner(), xml, mission(remote="full", organizationCity="Lille", organizationPostCode="59000"))
    found = only()
    assert (found.mode, found.department_id) == ("remote", "59")
    assert not found.addresses.exists()


# --- the report -----------------------------------------------------------------------------------------------


def test_a_bad_mission_is_rejected_alone_with_its_line_and_reason(xml: Path) -> None:
    done = run(make_partner(), xml, mission("a"), mission("b", title="Seul"), mission("c"), mission(ABSENT))
    assert (done.state, done.seen, done.created, done.rejected) == ("done", 4, 2, 2)
    assert reasons(done) == [("b", "Titre d’un seul mot."), ("", "ClientId manquant.")]
    assert list(done.issues.filter(level="rejected").values_list("line", "field")) == [
        (4, "title"),
        (6, "clientId"),
    ]


def test_the_first_of_two_missions_with_one_id_is_kept_and_the_second_reported(xml: Path) -> None:
    done = run(make_partner(), xml, mission("a"), mission("b"), mission("a", title="Une autre mission"))
    assert Mission.objects.get(source_id="a").title == "Visiter des personnes âgées"
    [(client_id, reason)] = reasons(done)
    assert (client_id, "ligne 3" in reason) == ("a", True)


def test_left_out_values_and_hints_are_reported_at_each_run(xml: Path) -> None:
    partner = make_partner()
    for _ in range(2):
        done = run(partner, xml, mission(endAt="bientôt", postedAt=day(-400)))
        assert done.left_out == 1
        assert [client for client, _ in reasons(done, "left_out")] == ["m-1"]
        assert [client for client, _ in reasons(done, "hint")] == ["m-1"]
    assert done.unchanged == 1


def test_what_only_the_database_refuses_loses_one_mission_and_no_other(
    xml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A title the column cannot hold, as if the reading had let it through."""
    from missions.feeds import reading

    monkeypatch.setattr(reading, "MAX_TITLE", 10_000)
    done = run(make_partner(), xml, mission("a"), mission("b", title="mot " * 100), mission("c"))
    assert (done.created, done.rejected) == (2, 1)
    assert [client for client, _ in reasons(done)] == ["b"]


def test_a_failed_feed_changes_nothing_and_closes_nothing(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(3))
    for content in (
        b"",
        feed(*many(1))[:-30],
        feed(*many(3)).encode() + b"\xff",
        "<!DOCTYPE x>" + feed(*many(1)),
    ):
        done = run(partner, xml, content=content)
        assert done.state == "failed"
        assert done.error.endswith(".")
        assert done.finished_at is not None
    assert Mission.objects.filter(state="open").count() == 3
    done = services.import_feed(partner, xml.with_name("absent.xml"))
    assert (done.state, done.error) == ("failed", "Ce fichier n’existe pas.")


# --- again ----------------------------------------------------------------------------------------------------


def test_the_same_feed_twice_changes_nothing(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(5))
    before = list(Mission.objects.order_by("pk").values())
    events = Event.objects.filter(subject_type="missions.Mission").count()
    done = run(partner, xml, *many(5))
    assert (done.unchanged, done.created, done.updated, done.closed) == (5, 0, 0, 0)
    assert list(Mission.objects.order_by("pk").values()) == before
    assert Event.objects.filter(subject_type="missions.Mission").count() == events


def test_a_trusted_partners_change_applies_at_once(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, mission())
    slot = only().slots.get()
    done = run(
        partner,
        xml,
        mission(
            title="Lire avec des élèves",
            places="9",
            city="Lille",
            postalCode="59000",
            activity="soutien-scolaire",
        ),
    )
    assert (done.updated, done.created) == (1, 0)
    found = only()
    assert (found.title, found.slug, found.department_id) == (
        "Lire avec des élèves",
        "lire-avec-des-eleves",
        "59",
    )
    assert [address.commune_id for address in found.addresses.all()] == ["59350"]
    assert [activity.pk for activity in found.activities.all()] == ["soutien-scolaire"]
    slot.refresh_from_db()
    assert slot.capacity == 9
    assert "Lille" in found.search_extra


def test_a_reviewed_partners_published_text_stays_until_the_brigade_decides(xml: Path) -> None:
    partner = make_partner(trust="reviewed")
    run(partner, xml, mission())
    mission_services.publish(only(), actor=None)
    moderation.withdraw("mission", only())
    run(partner, xml, mission(title="Un titre tout neuf", places="8", city="Lille", postalCode="59000"))
    found = only()
    assert (found.title, found.state, found.department_id) == ("Visiter des personnes âgées", "open", "23")
    assert found.slots.get().capacity == 8
    [item] = ModerationItem.objects.open()
    assert (item.cause, set(item.diff)) == ("edit", {"title", "addresses"})
    moderation.decide(
        item, actor=make_staff(nation=True, role="national"), decision="accept", version=item.version
    )
    found = only()
    assert (found.title, found.department_id) == ("Un titre tout neuf", "59")
    assert found.addresses.get().latitude is not None


def test_a_change_taken_back_by_the_partner_leaves_the_queue(xml: Path) -> None:
    partner = make_partner(trust="reviewed")
    run(partner, xml, mission())
    mission_services.publish(only(), actor=None)
    moderation.withdraw("mission", only())
    run(partner, xml, mission(title="Un titre tout neuf"))
    run(partner, xml, mission())
    assert not ModerationItem.objects.open().exists()


def test_a_change_refused_by_the_brigade_is_not_asked_again_by_the_same_feed(xml: Path) -> None:
    partner = make_partner(trust="reviewed")
    run(partner, xml, mission())
    mission_services.publish(only(), actor=None)
    moderation.withdraw("mission", only())
    run(partner, xml, mission(title="Un titre tout neuf"))
    [item] = ModerationItem.objects.open()
    moderation.decide(item, actor=make_staff(), decision="refuse", reason="Publicité.", version=item.version)
    run(partner, xml, mission(title="Un titre tout neuf"))
    assert only().title == "Visiter des personnes âgées"
    assert not ModerationItem.objects.open().exists()


def test_a_pending_mission_that_changes_tells_whoever_was_deciding(xml: Path) -> None:
    partner = make_partner(trust="reviewed")
    run(partner, xml, mission())
    [before] = ModerationItem.objects.open()
    run(partner, xml, mission(title="Un titre tout neuf"))
    [item] = ModerationItem.objects.open()
    assert (item.pk, item.title, item.version) == (before.pk, "Un titre tout neuf", before.version + 1)
    assert only().title == "Un titre tout neuf"


def test_a_correction_asked_by_the_brigade_comes_back_when_the_partner_made_it(xml: Path) -> None:
    partner = make_partner(trust="reviewed")
    run(partner, xml, mission())
    [item] = ModerationItem.objects.open()
    moderation.decide(item, actor=make_staff(), decision="ask", reason="Précisez.", version=item.version)
    run(partner, xml, mission())
    assert only().state == "draft"
    run(partner, xml, mission(description=Raw(f"<![CDATA[{LONG} Plus précis.]]>")))
    assert only().state == "pending"
    assert ModerationItem.objects.open().count() == 1


@pytest.mark.parametrize("state", ["refused", "suspended", "cancelled", "done"])
def test_what_staff_decided_stays_whatever_the_feed_says(xml: Path, state: str) -> None:
    partner = make_partner()
    run(partner, xml, mission(), mission("m-2"), mission("m-3"), mission("m-4"))
    Mission.objects.filter(source_id="m-1").update(state=state)
    run(partner, xml, mission(), *many(4)[1:])
    assert Mission.objects.get(source_id="m-1").state == state
    run(partner, xml, mission(title="Un titre tout neuf"), *many(4)[1:])
    assert Mission.objects.get(source_id="m-1").state == state
    run(partner, xml, *many(4)[1:])
    assert Mission.objects.get(source_id="m-1").state == state


def test_a_mission_closed_by_staff_stays_closed(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, mission())
    mission_services.close(only(), actor=None, reason="staff")
    run(partner, xml, mission(title="Un titre tout neuf"))
    assert only().state == "closed"


# --- gone and back --------------------------------------------------------------------------------------------


def test_a_mission_gone_from_its_feed_closes_and_opens_again_on_its_return(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(4))
    published = Mission.objects.get(source_id="m-4").published_at
    done = run(partner, xml, *many(3))
    assert (done.state, done.closed) == ("done", 1)
    gone = Mission.objects.get(source_id="m-4")
    assert (gone.state, gone.close_reason) == ("closed", "gone_from_feed")
    done = run(partner, xml, *many(4))
    assert (done.reopened, done.unchanged) == (1, 3)
    gone.refresh_from_db()
    assert (gone.state, gone.close_reason, gone.published_at) == ("open", "", published)


def test_a_pending_mission_gone_leaves_the_queue_and_returns_to_it(xml: Path) -> None:
    partner = make_partner(trust="reviewed")
    run(partner, xml, *many(4))
    run(partner, xml, *many(3))
    assert Mission.objects.get(source_id="m-4").state == "closed"
    assert ModerationItem.objects.open().count() == 3
    run(partner, xml, *many(4))
    assert Mission.objects.get(source_id="m-4").state == "pending"
    assert ModerationItem.objects.open().count() == 4


def test_a_mission_that_is_now_rejected_is_not_gone(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(4))
    run(partner, xml, *many(3), mission("m-4", title="Seul"))
    assert Mission.objects.get(source_id="m-4").state == "open"


def test_closing_changes_no_application_and_withdraws_open_proposals(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, *many(4))
    gone = Mission.objects.get(source_id="m-4")
    proposal = make_proposal(mission=gone)
    other = make_participation(state="accepted")
    run(partner, xml, *many(3))
    from jeveuxagir.audit import deliveries

    deliveries.deliver()
    assert Proposal.objects.get(pk=proposal.pk).state == "withdrawn"
    other.refresh_from_db()
    assert other.state == "accepted"


def test_missions_of_other_sources_are_never_touched(xml: Path) -> None:
    other = make_partner("autre")
    run(other, xml, *many(4))
    run(make_partner(), xml, *many(1))
    assert Mission.objects.filter(source="autre", state="open").count() == 4


# --- matching -------------------------------------------------------------------------------------------------


def test_requests_nearby_are_queued_once_at_the_end_and_no_mission_announces_itself(xml: Path) -> None:
    request = make_request()
    MatchDue.objects.all().delete()
    run(make_partner(), xml, *many(3))
    assert list(MatchDue.objects.values_list("request", "cause")) == [(request.pk, "feed")]
    assert not Event.objects.filter(verb="mission.published").exists()
    assert not Delivery.objects.filter(event__subject_type="missions.Mission").exists()
    assert Event.objects.filter(verb="mission.imported").count() == 3


def test_an_imported_mission_is_proposed_with_reasons(xml: Path) -> None:
    from missions.proposals import services as proposals

    request = make_request()
    run(make_partner(), xml, mission())
    proposals.match_due()
    proposal = Proposal.objects.get(request=request)
    assert proposal.mission == only()
    assert proposal.reasons
    assert proposal.reservation["code"]


def test_an_unchanged_feed_queues_nobody(xml: Path) -> None:
    partner = make_partner()
    run(partner, xml, mission())
    make_request()
    MatchDue.objects.all().delete()
    run(partner, xml, mission())
    assert not MatchDue.objects.exists()


def test_what_a_broken_run_had_written_is_matched_by_the_next(xml: Path) -> None:
    partner = make_partner()
    broken = services.start(partner, str(xml))
    write(xml, feed(mission()))
    writer_run = services._Import(broken, xml, None)
    for items in writer_run._batches():
        services.Writer(partner).write(items)
    services._fail(broken, "coupé")
    make_request()
    MatchDue.objects.all().delete()
    run(partner, xml, mission())
    assert MatchDue.objects.count() == 1


# --- runs -----------------------------------------------------------------------------------------------------


def test_one_run_at_a_time_for_a_partner(xml: Path) -> None:
    partner = make_partner()
    services.start(partner, "x")
    with pytest.raises(RuleBroken) as refused:
        services.start(partner, "x")
    assert refused.value.code == "running"
    services.start(make_partner("autre"), "x")


def test_a_dead_run_is_failed_and_replaced(xml: Path) -> None:
    from jeveuxagir.common.clock import now

    partner = make_partner()
    dead = services.start(partner, "x")
    FeedRun.objects.filter(pk=dead.pk).update(heartbeat_at=now() - services.DEAD_AFTER)
    assert run(partner, xml, mission()).state == "done"
    dead.refresh_from_db()
    assert dead.state == "failed"


def test_a_run_declared_dead_stops_by_itself(xml: Path) -> None:
    partner = make_partner()
    slow = services.start(partner, str(write(xml, feed(*many(2)))))
    FeedRun.objects.filter(pk=slow.pk).update(state="failed", finished_at="2031-01-01T00:00Z")
    assert services.carry_out(slow).state == "failed"
    assert not Mission.objects.exists()


def test_each_run_leaves_events(xml: Path) -> None:
    done = run(make_partner(), xml, *many(2))
    [event] = Event.objects.filter(verb="feed.run_done")
    assert event.subject_id == str(done.pk)
    assert event.data["created"] == 2


def test_progress_goes_from_nothing_to_all(xml: Path) -> None:
    told: list[tuple[int, int]] = []
    write(xml, feed(*many(3)))
    services.import_feed(make_partner(), xml, progress=lambda done, total: told.append((done, total)))
    assert told[0] == (0, 3)
    assert told[-1] == (3, 3)


def test_an_import_keeps_what_it_needs_to_skip_what_is_unchanged(xml: Path) -> None:
    run(make_partner(), xml, *many(2))
    assert FeedMission.objects.count() == 2


# --- every six hours ------------------------------------------------------------------------------------------


def test_each_active_partner_is_due_once_in_six_hours() -> None:
    first = make_partner("a", feed_url="https://a.example/flux.xml")
    make_partner("b", feed_url="https://b.example/flux.xml", is_active=False)
    make_partner("c", feed_url="")
    make_partner("d", feed_url="/etc/passwd")
    claimed = services.claim_due()
    assert claimed is not None
    assert (claimed.partner, claimed.state) == (first, "running")
    assert services.claim_due() is None


def test_the_task_reads_one_due_feed_and_may_run_twice() -> None:
    from missions.feeds import tasks

    make_partner("a", feed_url="https://192.168.0.1/flux.xml")
    tasks.read_due_feed()
    tasks.read_due_feed()
    [done] = FeedRun.objects.all()
    assert (done.state, "réseau privé" in done.error) == ("failed", True)

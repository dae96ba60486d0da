"""The demo's data are numerous, true to the rules, and at rest."""

import datetime
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number

from alliances import health
from alliances.challenges.enums import State as ChallengeState
from alliances.challenges.models import Challenge
from alliances.conditions import check
from alliances.contributions.enums import FundingState
from alliances.contributions.enums import Kind as ContributionKind
from alliances.contributions.enums import State as ContributionState
from alliances.contributions.models import Contribution, FundingLine
from alliances.enums import Activity, College, InvitationState, Publication, Rule, Stage, StepState
from alliances.evaluations import axes
from alliances.evaluations.enums import RoundState
from alliances.evaluations.models import Evidence, Round
from alliances.events.models import Event as PublicEvent
from alliances.examples.models import Example
from alliances.glossary.models import Term
from alliances.indicators.board import dictionary
from alliances.indicators.enums import Axis, Rhythm, Standing, Verdict, Wanted
from alliances.indicators.models import Indicator, Review, Value
from alliances.library.models import Method, Resource
from alliances.models import Alliance, AllianceInvitation, Party, Step
from jeveuxagir.accounts.models import GuardianNotice, Person, RoleGrant, User
from jeveuxagir.audit import invariants
from jeveuxagir.audit.models import Delivery, Event
from jeveuxagir.common.clock import now, today
from jeveuxagir.matching import replay
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from missions import services as mission_services
from missions.enums import CloseReason, Commitment, MissionMode, SlotKind
from missions.enums import State as MissionState
from missions.feeds.models import FeedRun, Partner, PartnerOrganisation
from missions.models import Mission, MissionAddress, Slot
from missions.offers.models import Offer
from missions.pairings.models import Pairing
from missions.participations.enums import SEAT_STATES, WAITING_STATES
from missions.participations.enums import DeclineReason as RefusalReason
from missions.participations.enums import State as ParticipationState
from missions.participations.models import Departure, Participation, PlaceAlert
from missions.proposals import matching, services
from missions.proposals.models import DeclineReason, MatchDue, MatchRun, Proposal, WithdrawnBecause
from missions.proposals.models import State as ProposalState
from missions.proposals.tasks import nightly_clocks
from missions.resources.enums import Kind as NeedKind
from missions.resources.enums import Means, Promised
from missions.resources.enums import State as NeedState
from missions.resources.models import Need, Promise
from missions.skill_needs import services as skill_needs
from missions.skill_needs.enums import Format
from missions.skill_needs.enums import State as SkillNeedState
from missions.skill_needs.models import SkillNeed
from missions.sponsorships.models import Sponsorship
from organisations.enums import Kind, MemberRole, ProofLevel
from organisations.enums import State as OrganisationState
from organisations.models import Membership, Organisation
from volunteers.requests import services as request_services
from volunteers.requests.enums import Channel, GroupKind, Mode
from volunteers.requests.enums import State as RequestState
from volunteers.requests.models import EngagementRequest

pytestmark = pytest.mark.xdist_group("demo")

TOWNS = {"26281", "45234", "13055", "93066", "23096", "97209", "97411", "26288"}


def test_the_world_is_as_large_as_the_demo_promises(demo: Any) -> None:
    assert Organisation.objects.count() >= 60
    assert Mission.objects.count() >= 400
    assert EngagementRequest.objects.count() >= 600
    assert set(Organisation.objects.values_list("commune", flat=True)) >= TOWNS
    zones = set(Mission.objects.open().values_list("department__zone", flat=True))
    assert zones == {"metro", "drom", "com"}
    assert Mission.objects.imported().count() >= 40
    assert SkillNeed.objects.count() >= 40


@pytest.mark.parametrize(
    ("model", "field", "wanted"),
    [
        (Organisation, "kind", Kind),
        (Organisation, "state", OrganisationState),
        (Organisation, "proof_level", ProofLevel),
        (Membership, "role", MemberRole),
        (Mission, "state", MissionState),
        (Mission, "mode", MissionMode),
        (Mission, "commitment", Commitment),
        (Mission, "close_reason", CloseReason),
        (Slot, "kind", SlotKind),
        (Participation, "state", ParticipationState),
        (Participation, "decline_reason", RefusalReason),
        (Departure, "answer", Departure.Answer),
        (EngagementRequest, "state", RequestState),
        (EngagementRequest, "mode", Mode),
        (EngagementRequest, "channel", Channel),
        (EngagementRequest, "group_kind", GroupKind),
        (Proposal, "state", ProposalState),
        (Proposal, "decline_reason", DeclineReason),
        (Proposal, "withdrawn_because", WithdrawnBecause),
        (Alliance, "stage", Stage),
        (Alliance, "activity", Activity),
        (Alliance, "publication", Publication),
        (Alliance, "rule", Rule),
        (Challenge, "state", ChallengeState),
        (Party, "college", College),
        (Step, "state", StepState),
        (AllianceInvitation, "state", InvitationState),
        (Contribution, "kind", ContributionKind),
        (Contribution, "state", ContributionState),
        (FundingLine, "state", FundingState),
        (Indicator, "rhythm", Rhythm),
        (Indicator, "wanted", Wanted),
        (Review, "verdict", Verdict),
        (Evidence, "axis", Axis),
        (Round, "state", RoundState),
        (Need, "state", NeedState),
        (Need, "kind", NeedKind),
        (Promise, "state", Promised),
        (Promise, "kind", Means),
        (SkillNeed, "state", SkillNeedState),
        (SkillNeed, "format", Format),
        (ModerationItem, "kind", ModerationItem.Kind),
        (ModerationItem, "state", ModerationItem.State),
        (ModerationItem, "cause", ModerationItem.Cause),
        (ModerationItem, "decision", ModerationItem.Decision),
        (GuardianNotice, "state", GuardianNotice.State),
        (RoleGrant, "role", RoleGrant.RoleName),
        (Partner, "trust", Partner.Trust),
        (PartnerOrganisation, "state", PartnerOrganisation.State),
    ],
)
def test_every_state_is_shown(demo: Any, model: Any, field: str, wanted: Any) -> None:
    shown = set(model.objects.values_list(field, flat=True))
    assert set(wanted.values) <= shown


def test_every_domain_and_skill_family_has_missions(demo: Any) -> None:
    open_ones = Mission.objects.open()
    assert open_ones.values("domain").distinct().count() >= 13
    assert open_ones.filter(skills__isnull=False).values("skills__group").distinct().count() >= 10
    assert open_ones.values("department").distinct().count() >= 40


def test_alliances_are_of_every_stage_and_of_many_territories(demo: Any) -> None:
    assert Alliance.objects.count() >= 12
    zones = set(Alliance.objects.values_list("department__zone", flat=True))
    assert {"metro", "drom"} <= zones
    assert all(
        alliance.parties.live().filter(is_animator=True).exists() for alliance in Alliance.objects.all()
    )
    assert max(sum(one.met for one in check(alliance)) for alliance in Alliance.objects.all()) == 5


def test_what_an_alliance_claims_is_proved_and_its_proofs_hold(demo: Any) -> None:
    proofs = [
        proof
        for alliance in Alliance.objects.all()
        for _axis, found in axes.claimed(alliance)
        for proof in found
    ]
    assert len(proofs) >= 6
    assert all(proof.holds for proof in proofs)


def test_alliances_count_for_two_years_with_something_disputed_and_something_in_conflict(demo: Any) -> None:
    found = [one for alliance in Alliance.objects.all() for one in dictionary(alliance)]
    assert {point.standing for one in found for point in one.points} == set(Standing)
    spans = [one.points[-1].period - one.points[0].period for one in found]
    assert sum(span >= datetime.timedelta(days=500) for span in spans) >= 6
    assert any(one.late for one in found)
    assert Value.objects.filter(replaced_at__isnull=False).exists()


def test_ended_runs_of_every_sort_are_shown_and_none_is_running(demo: Any) -> None:
    assert set(FeedRun.objects.values_list("state", flat=True)) == {"done", "failed", "held"}


# --- at rest ------------------------------------------------------------------------------------------------


def test_nothing_is_pending(demo: Any) -> None:
    assert not Message.objects.exclude(state__in=["sent", "failed", "cancelled", "grouped"]).exists()
    assert not Delivery.objects.exists()
    assert not MatchDue.objects.exists()


def test_a_member_of_the_brigade_has_news_that_wait_for_the_digest(demo: Any) -> None:
    waiting = Message.objects.get(state="grouped")
    assert (waiting.person.email, waiting.kind) == ("brigade@demo.example", "moderation.late")
    assert waiting.link.endswith("/brigade/")


def test_the_clocks_of_tonight_send_nothing(demo: Any) -> None:
    from django.db import transaction

    messages = Message.objects.count()
    with transaction.atomic():
        assert nightly_clocks() == {"unserved": 0, "announced": 0, "expired": 0}
        assert mission_services.close_past() == 0
        assert skill_needs.past_deadlines() == {"told": 0, "ended": 0}
        assert set(health.watch().values()) == {0}
        assert not Proposal.objects.open().filter(expires_at__lte=now()).exists()
        assert not Proposal.objects.open().filter(mailed_at=None).exists()
        assert Message.objects.count() == messages
        transaction.set_rollback(True)


def test_needs_in_talk_agreed_or_done_have_their_sponsorship_and_an_offer_is_spent(demo: Any) -> None:
    states = {
        "in_talk": {"employer"},
        "agreed": {"association", "signed", "running"},
        "delivered": {"closed"},
    }
    for state, lent in states.items():
        needs = SkillNeed.objects.filter(state=state)
        assert needs.count() >= 3
        for need in needs.exclude(pairings__state="agreed"):
            assert need.sponsorships.filter(state__in=lent).exists(), need.title
    spent = Offer.objects.filter(state="exhausted")
    assert spent.exists()
    for offer in spent:
        assert offer.left_minutes == 0
        assert not Offer.objects.giving().filter(pk=offer.pk).exists()
        assert not offer.pairings.exists()
    assert not Offer.objects.filter(state="open", committed_minutes=F("total_minutes")).exists()


def test_a_pairing_that_ended_has_the_sponsorship_that_came_to_nothing(demo: Any) -> None:
    ended = Pairing.objects.filter(state="ended")
    assert ended.exists()
    for pairing in ended:
        assert Sponsorship.objects.failed().of_pair(pairing.need_id, pairing.offer_id).exists()


def test_no_invariant_is_broken(demo: Any) -> None:
    assert invariants.broken() == {}


# --- coherent -----------------------------------------------------------------------------------------------


def test_the_places_taken_are_those_of_the_participations(demo: Any) -> None:
    seats = Coalesce(Sum("participations__places", filter=Q(participations__state__in=SEAT_STATES)), 0)
    assert not Slot.objects.annotate(seats=seats).exclude(taken=F("seats")).exists()
    assert Slot.objects.live().filter(taken=F("capacity"), seatless=False).count() >= 8
    assert PlaceAlert.objects.filter(told_at=None).exists()


def test_dates_follow_each_other(demo: Any) -> None:
    assert not Mission.objects.filter(published_at__lt=F("created_at")).exists()
    assert not Participation.objects.filter(applied_at__lt=F("mission__published_at")).exists()
    assert not Participation.objects.filter(answered_at__lt=F("applied_at")).exists()
    assert not Participation.objects.filter(applied_at__gt=now()).exists()
    assert not Proposal.objects.filter(proposed_at__lt=F("mission__published_at")).exists()
    assert not Proposal.objects.filter(answered_at__lt=F("proposed_at")).exists()
    assert not EngagementRequest.objects.filter(filed_at__gt=now()).exists()
    assert not Event.objects.filter(created_at__gt=now()).exists()
    assert not ModerationItem.objects.filter(decided_at__lt=F("created_at")).exists()
    times = list(Event.objects.order_by("id").values_list("created_at", flat=True))
    # the last are written at the clock of the machine, which may be set back a little
    slip = datetime.timedelta(seconds=1)
    assert all(earlier <= later + slip for earlier, later in pairwise(times))


def test_what_is_realised_took_place(demo: Any) -> None:
    done = Participation.objects.filter(state__in=["realised", "absent"])
    assert not done.filter(slot__starts_at__gt=now()).exists()
    assert not Participation.objects.live().filter(mission__state__in=["done", "cancelled"]).exists()


def test_open_missions_have_something_to_come(demo: Any) -> None:
    coming = Slot.objects.live().values("mission")
    assert not Mission.objects.open().exclude(pk__in=coming).exists()
    for mission in Mission.objects.order_by("pk")[::37]:
        before = mission.last_date
        mission_services.refresh_last_date(mission)
        mission.refresh_from_db()
        assert mission.last_date == before


def test_missions_are_found_by_the_words_their_service_gives(demo: Any) -> None:
    for mission in Mission.objects.order_by("pk")[::41]:
        before = set(mission.search_extra.split(" · "))
        mission_services.set_search_extra(mission)
        assert set(mission.search_extra.split(" · ")) == before


def test_minors_apply_only_where_they_may(demo: Any) -> None:
    minors = Participation.objects.filter(person__eighteen_on__gt=today()).exclude(
        state=ParticipationState.TO_CONFIRM
    )
    assert minors.exists()
    assert not minors.filter(mission__minimum_age=18).exists()
    assert not minors.exclude(person__guardian_notices__state="told").exists()


def test_numbers_are_right_in_form_and_nobodys(demo: Any) -> None:
    for organisation in Organisation.objects.exclude(siren=""):
        assert siren_number.is_valid(organisation.siren)
        assert organisation.siren.startswith("9990")
        assert not organisation.siret or siret_number.is_valid(organisation.siret)
    assert not Person.objects.exclude(phone="").exclude(phone__startswith="+33 6 39 98").exists()
    assert not User.objects.exclude(email__endswith="@demo.example").exists()


# --- the engine -----------------------------------------------------------------------------------------------


def test_each_proposal_has_the_reasons_the_engine_gives_again(demo: Any) -> None:
    proposals = Proposal.objects.select_related("run").order_by("pk")
    for proposal in proposals[::5]:
        match = replay(proposal.run.inputs[str(proposal.mission_id)])
        assert match is not None
        assert proposal.reasons == [
            {"code": r["code"], "text": r["exact"], "mail": r["coarse"]} for r in match["reasons"]
        ]
        assert 1 <= len(proposal.reasons) <= 4
        assert proposal.slot_id == match["slot_id"]


def test_the_loads_are_respected(demo: Any) -> None:
    per_person = Proposal.objects.open().values("request__person").annotate(n=Count("pk"))
    assert max(row["n"] for row in per_person) <= 3
    for row in Proposal.objects.open().values("mission").annotate(n=Count("pk")):
        free = sum(slot.free for slot in Slot.objects.live().filter(mission=row["mission"]))
        assert row["n"] <= 3 * free
    waiting = Participation.objects.filter(
        state__in=WAITING_STATES, applied_at__lt=now() - datetime.timedelta(days=5)
    )
    overdue = Counter(waiting.values_list("mission__organisation__name", flat=True))
    assert [name for name, number in overdue.items() if number >= 10] == ["Un pas vers l’emploi"]


def test_requests_are_in_the_state_their_proposals_and_participations_say(demo: Any) -> None:
    for request in EngagementRequest.objects.filter(person__isnull=False, paused_until=None).order_by("pk")[
        ::3
    ]:
        participations = set(request.participations.values_list("state", flat=True))
        said_yes = request.departures.filter(answer="yes").exists()
        on_the_way = (
            bool(participations & set(WAITING_STATES))
            or request.departures.filter(answer="").exists()
            or request.proposals.open().exists()
        )
        accepted = ParticipationState.ACCEPTED in participations or said_yes
        followed = request_services.follow
        before = request.state
        after = followed(
            request,
            realised=ParticipationState.REALISED in participations,
            accepted=accepted,
            proposed=on_the_way,
        ).state
        assert after == before, (request.pk, participations, on_the_way)


def test_who_waits_without_a_proposal_has_truly_nothing_except_three_for_the_brigade(demo: Any) -> None:
    looking = EngagementRequest.objects.looking().exclude(state=RequestState.PROPOSED)
    served = []
    everyone = list(looking.select_related("commune", "person").order_by("pk"))
    for request in everyone[:20] + everyone[20::4]:
        if services._room(request) and any(
            services._takes_more(c) for c in matching.run_for(request).candidates
        ):
            served.append(request.commune.department_id)
    assert looking.count() > 60
    assert served == ["26"] * 3


def test_the_brigade_has_requests_without_proposal_in_many_departments(demo: Any) -> None:
    week = now() - datetime.timedelta(days=7)
    waiting = EngagementRequest.objects.filter(
        state__in=[RequestState.QUALIFIED, RequestState.UNSERVED], without_proposal_since__lt=week
    )
    assert waiting.values("commune__department").distinct().count() >= 12
    assert waiting.filter(commune__department="26").count() >= 3
    assert MatchRun.objects.filter(request__in=waiting).exists()


# --- what the lists look like -----------------------------------------------------------------------------------


def test_twenty_missions_of_a_list_do_not_look_alike(demo: Any) -> None:
    titles = list(Mission.objects.open().order_by("-published_at").values_list("title", flat=True))
    for start in range(0, 200, 20):
        assert len(set(titles[start : start + 20])) >= 16
    romans = list(
        MissionAddress.objects.filter(commune="26281", mission__state="open").values_list(
            "mission__title", flat=True
        )
    )
    assert len(romans) >= 20
    assert len(set(romans)) == len(romans)


def test_every_description_is_long_enough_to_be_believed(demo: Any) -> None:
    for mission in Mission.objects.all():
        assert len(mission.description) >= 300, mission.title
        assert "{" not in mission.description
        assert " :" not in mission.description
        assert "'" not in mission.title + mission.description


def test_the_library_and_its_events_are_well_filled(demo: Any) -> None:
    assert Example.objects.public().count() >= 40
    assert Method.objects.public().count() >= 20
    assert Resource.objects.public().filter(shelf="outils").count() >= 40
    assert PublicEvent.objects.public().count() >= 25
    assert Term.objects.count() >= 60


def test_only_the_tables_that_work_fills_are_empty(demo: Any) -> None:
    empty = {
        model._meta.label
        for model in apps.get_models()
        if model.__module__.startswith(("jeveuxagir", "missions", "organisations", "volunteers", "alliances"))
        and not model._default_manager.exists()
    }
    assert empty <= {
        "accounts.FormNonce",
        "accounts.Limit",
        "audit.Canary",
        "audit.Delivery",
        "audit.JobRun",
        "notifications.Suppression",
        "proposals.MatchDue",
    }, empty

"""A team for a day: places by team on a mission, brought by who coordinates an organisation (K06, issue 7)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from jeveuxagir.accounts import retention
from jeveuxagir.audit.invariants import broken
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.notifications.models import Message
from missions import services as mission_services
from missions.impact.figures import impact_of
from missions.models import Mission, Slot
from missions.participations import policies, services
from missions.participations.enums import State
from missions.participations.models import Participation
from missions.participations.services import Team
from missions.proposals import matching
from organisations.models import Membership, Organisation
from tests import factories as f
from volunteers.requests.groups import Group

pytestmark = pytest.mark.django_db

TEAM = Team("Les Gaufrettes", "Zoé Martin", "+33 6 11 22 33 44")


class World:
    """A mission for two teams of 5 to 12, 24 places; a company and its coordinator."""

    def __init__(self) -> None:
        self.mission = f.make_team_mission()
        self.slot = self.mission.slots.get()
        self.host = f.make_member(self.mission.organisation)
        self.company = f.make_company()
        self.coordinator = f.make_member(self.company, role="manager")

    def register(self, places: int = 8, **what: Any) -> Participation:
        said: dict[str, Any] = {
            "organisation": self.company,
            "slot": self.slot,
            "places": places,
            "team": TEAM,
            "actor": self.coordinator,
        }
        return services.register_team(**said | what)

    def refused(self, **what: Any) -> str:
        with pytest.raises(RuleBroken) as caught:
            self.register(**what)
        return caught.value.code

    def counts(self) -> tuple[int, int]:
        self.slot.refresh_from_db()
        return self.slot.taken, self.slot.teams_taken

    def begins(self, hours: int) -> None:
        start = now() + datetime.timedelta(hours=hours)
        Slot.objects.filter(pk=self.slot.pk).update(
            starts_at=start, ends_at=start + datetime.timedelta(hours=7)
        )

    def address(self, name: str, row: Participation) -> str:
        return reverse(f"teams:{name}", args=[self.company.pk, self.company.slug, row.pk])


@pytest.fixture
def world() -> World:
    return World()


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def kinds_to(user: Any) -> set[str]:
    return set(Message.objects.filter(person=user.person).values_list("kind", flat=True))


# --- places ------------------------------------------------------------------------------------------------------


def test_a_team_takes_one_place_of_team_and_a_place_for_each_and_gives_all_back(world: World) -> None:
    row = world.register(8)
    assert world.counts() == (8, 1)
    assert row.state == State.APPLIED
    services.cancel(row, actor=world.coordinator, reason="Un chantier urgent.")
    assert world.counts() == (0, 0)
    assert broken() == {}


@pytest.mark.parametrize(("places", "code"), [(4, "team_size"), (13, "team_size"), (1, "group_of_one")])
def test_a_team_keeps_to_the_sizes_of_the_mission(world: World, places: int, code: str) -> None:
    assert world.refused(places=places) == code
    assert world.counts() == (0, 0)


def test_a_third_team_is_told_and_shown_the_day_that_has_a_place(world: World) -> None:
    for _ in range(2):
        f.make_team(slot=world.slot, places=5)
    other = f.make_slot(world.mission, in_days=20, capacity=24, team_places=1)
    f.make_slot(world.mission, in_days=30, capacity=24)
    with pytest.raises(services.Full) as caught:
        world.register()
    assert "places d’équipe de ce créneau sont prises" in caught.value.message
    assert caught.value.alternatives == [other]


def test_a_place_of_team_is_worth_nothing_without_room_for_its_people(world: World) -> None:
    f.make_participation(slot=world.slot, places=20, group_kind="family", state="accepted")
    world.slot.refresh_from_db()
    assert world.slot.teams_left(world.mission.team_smallest) == 0
    assert world.refused(places=5) == "full"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"starts_at": now() - datetime.timedelta(hours=1)}, "past"),
        ({"cancelled_at": now()}, "slot_cancelled"),
        ({"team_places": 0}, "no_teams"),
    ],
)
def test_a_day_past_cancelled_or_without_teams_takes_none(
    world: World, change: dict[str, Any], code: str
) -> None:
    Slot.objects.filter(pk=world.slot.pk).update(**change)
    assert world.refused() == code


def test_a_mission_suspended_closed_or_of_a_suspended_association_takes_none(world: World) -> None:
    for state in ("suspended", "closed", "cancelled"):
        Mission.objects.filter(pk=world.mission.pk).update(state=state)
        assert world.refused() == "closed"
    Mission.objects.filter(pk=world.mission.pk).update(state="open")
    Organisation.objects.filter(pk=world.mission.organisation_id).update(state="suspended", state_reason="x")
    assert world.refused() == "closed"


def test_one_team_of_an_organisation_on_a_day_but_several_days(world: World) -> None:
    world.register()
    assert world.refused() == "duplicate"
    world.register(slot=f.make_slot(world.mission, in_days=20, capacity=24, team_places=1))
    assert Participation.objects.teams_of(world.company).count() == 2
    assert broken() == {}


def test_the_database_itself_refuses_what_the_service_would(world: World) -> None:
    def insert(**fields: Any) -> str:
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            f.make_team(slot=world.slot, **fields)
        return str(caught.value)

    assert "too small or too large" in insert(places=4)
    assert "participation_team_came" in insert(state="realised", came=9)
    row = f.make_team(slot=world.slot, places=5)
    f.make_team(slot=world.slot, places=5)
    assert "slot_teams_never_overbooked" in insert(places=5)
    with pytest.raises(IntegrityError, match="too small or too large"), transaction.atomic():
        Participation.objects.filter(pk=row.pk).update(places=13)
    with pytest.raises(IntegrityError, match="slot_teams_on_a_day"), transaction.atomic():
        f.make_slot(world.mission, kind="weekly", team_places=1)
    with pytest.raises(IntegrityError, match="mission_teams_whole"), transaction.atomic():
        Mission.objects.filter(pk=world.mission.pk).update(team_smallest=13)


# --- who ---------------------------------------------------------------------------------------------------------


def test_only_who_coordinates_the_organisation_brings_its_team(world: World) -> None:
    elsewhere = f.make_member(f.make_company())
    reader = f.make_member(world.company, role="reader")
    for actor in (elsewhere, reader, f.make_user(), world.host):
        with pytest.raises(NotAllowed):
            world.register(actor=actor)
    Membership.objects.filter(person=world.coordinator.person).update(ended_at=now())
    with pytest.raises(NotAllowed):
        world.register()


@pytest.mark.parametrize("kind", ["association", "local_authority", "public_body"])
def test_any_organisation_may_bring_a_team(world: World, kind: str) -> None:
    organisation = f.make_organisation(kind=kind)
    row = world.register(organisation=organisation, actor=f.make_member(organisation))
    assert row.group_in_words.startswith(f"équipe de 8 ({organisation.name}")


def test_a_suspended_company_and_the_association_itself_bring_none(world: World) -> None:
    own = world.mission.organisation
    assert world.refused(organisation=own, actor=world.host) == "own"
    Organisation.objects.filter(pk=world.company.pk).update(state="suspended", state_reason="x")
    assert world.refused() == "organisation_state"


def test_whom_to_reach_is_needed(world: World) -> None:
    assert world.refused(team=Team("Les Gaufrettes")) == "team_contact"


def test_colleagues_applying_one_by_one_are_led_to_the_door_of_teams(world: World) -> None:
    def apply(person: Any, group: Group) -> Participation:
        return services.apply(person=person, slot=world.slot, group=group, actor=None)

    with pytest.raises(RuleBroken) as caught:
        apply(f.make_person(), Group("company", 8, name="Menuiserie"))
    assert caught.value.code == "team_way"
    with pytest.raises(RuleBroken) as caught:
        apply(
            f.make_member(world.company, role="reader").person,
            Group("company", 8, organisation=world.company),
        )
    assert caught.value.code == "team_way"
    row = apply(world.coordinator.person, Group("company", 8, organisation=world.company))
    assert (row.as_team, world.counts()) == (True, (8, 1))
    assert not apply(f.make_person(), Group("family", 3)).as_team


def test_a_request_of_a_team_is_proposed_a_mission_of_teams_only_when_it_fits(world: World) -> None:
    def proposed(places: int, person: Any, organisation: Any) -> bool:
        group = Group("company", places, organisation=organisation, name="Menuiserie")
        request = f.make_request(person=person, state="qualified", **group.columns())
        found = matching.preselect(
            request.commune,
            request.radius_km,
            request.mode,
            matching.request_row(request),
            person=person,
            group=request.group,
        )
        return world.mission in found

    person = world.coordinator.person
    assert proposed(8, person, world.company)
    assert not proposed(3, person, world.company)
    assert not proposed(8, f.make_person(), None)
    for _ in range(2):
        f.make_team(slot=world.slot, places=5)
    assert not proposed(8, person, world.company)


# --- life --------------------------------------------------------------------------------------------------------


def test_it_is_asked_accepted_and_counted_and_both_sides_are_told(world: World) -> None:
    row = world.register(8)
    assert kinds_to(world.host) == {"participations.received"}
    assert not policies.organisation_sees_contact(row)
    row = services.accept(row, actor=world.host)
    assert policies.organisation_sees_contact(row)
    world.begins(-8)
    for came in (None, 0, 9):
        with pytest.raises(RuleBroken) as caught:
            services.realise(row, actor=world.host, came=came)
        assert caught.value.code == "came"
    row = services.realise(row, actor=world.host, came=7)
    assert (row.state, row.came) == (State.REALISED, 7)
    assert kinds_to(world.coordinator) == {
        "participations.applied",
        "participations.accepted",
        "participations.realised",
    }
    found = impact_of(world.company)
    assert (found.team_days, found.team_people, found.team_minutes) == (1, 7, 7 * 7 * 60)
    assert (found.minutes, found.teams, found.is_empty) == (0, 0, False)
    assert impact_of(f.make_company()).is_empty


def test_the_number_changes_within_the_sizes_and_the_room_and_the_association_is_told(world: World) -> None:
    row = world.register(8)
    f.make_participation(slot=world.slot, places=14, group_kind="family", state="accepted")

    def change(places: int, **what: Any) -> Participation:
        said: dict[str, Any] = {"actor": world.coordinator, "places": places, "team": TEAM}
        return services.change_team(row, **said | what)

    for places, code in ((4, "team_size"), (13, "team_size"), (11, "full")):
        with pytest.raises(RuleBroken) as caught:
            change(places)
        assert caught.value.code == code
    changed = change(10, version=row.version)
    assert (changed.places, world.counts()) == (10, (24, 1))
    assert "participations.team_changed" in kinds_to(world.host)
    with pytest.raises(Stale):
        change(9, version=row.version)
    for actor in (world.host, f.make_user(), f.make_member(world.company, role="reader")):
        with pytest.raises(NotAllowed):
            change(9, actor=actor)
    world.begins(-1)
    with pytest.raises(RuleBroken) as caught:
        change(9)
    assert caught.value.code == "begun"


def test_cancelling_says_why_and_a_mission_that_stops_welcoming_keeps_who_is_registered(world: World) -> None:
    row = world.register(8)
    with pytest.raises(RuleBroken) as caught:
        services.cancel(row, actor=world.coordinator)
    assert caught.value.code == "reason"
    data = mission_services.current_data(world.mission)
    no_teams = {"team_places": 0, "team_smallest": None, "team_largest": None}
    mission_services.update(world.mission, actor=world.host, data=type(data)(**(vars(data) | no_teams)))
    world.slot.refresh_from_db()
    assert (world.slot.team_places, world.slot.teams_taken) == (1, 1)
    services.accept(row, actor=world.host)
    other = f.make_company()
    assert world.refused(organisation=other, actor=f.make_member(other)) == "no_teams"


def test_an_unanswered_team_is_released_like_anybody(world: World) -> None:
    from missions.participations import silence

    row = world.register(8)
    Participation.objects.filter(pk=row.pk).update(applied_at=now() - datetime.timedelta(days=16))
    assert silence.release() == 1
    assert world.counts() == (0, 0)
    [mail] = Message.objects.filter(person=world.coordinator.person, kind="participations.released")
    assert world.address("one", row) in mail.text


def test_a_team_follows_who_coordinates_its_organisation_now(world: World) -> None:
    row = world.register(8)
    successor = f.make_member(world.company)
    Membership.objects.filter(person=world.coordinator.person).update(ended_at=now())
    assert services.hand_over_teams(world.company.pk) == 1
    assert services.hand_over_teams(world.company.pk) == 0
    row.refresh_from_db()
    assert row.person == successor.person
    with pytest.raises(NotAllowed):
        services.cancel(row, actor=world.coordinator, reason="Non")
    assert signed_in(world.coordinator).get(world.address("one", row)).status_code == 404
    assert Event.objects.filter(verb="participation.team_handed_over").count() == 1


def test_who_is_erased_leaves_the_team_to_the_others_else_it_is_cancelled(world: World) -> None:
    row = world.register(8)
    successor = f.make_member(world.company)
    services.forget_person(world.coordinator.person)
    row.refresh_from_db()
    assert (row.person, row.state) == (successor.person, State.APPLIED)
    Membership.objects.filter(person=world.coordinator.person).update(ended_at=now())
    services.forget_person(successor.person)
    row.refresh_from_db()
    assert (row.state, row.contact_name, world.counts()) == (State.CANCELLED, "", (0, 0))


def test_whom_to_reach_is_erased_with_the_person_and_the_association_is_told(world: World) -> None:
    me, successor = world.coordinator.person, f.make_member(world.company)
    me.phone = "+33 6 98 76 54 32"
    me.save(update_fields=["phone"])
    mine = world.register(8, team=Team("Les Gaufrettes", me.full_name, "+33 6 11 22 33 44"))
    another = f.make_slot(world.mission, in_days=20, capacity=24, team_places=1)
    by_phone = world.register(
        8, slot=another, actor=successor, team=Team("Les Biscottes", "Cam", "+33 6 98 76 54 32")
    )
    services.forget_person(me)
    for row in (mine, by_phone):
        row.refresh_from_db()
        assert (row.state, row.contact_name) == (State.APPLIED, successor.person.full_name)
        assert row.contact_phone == successor.person.phone
    assert Message.objects.filter(person=world.host.person, kind="participations.team_changed").count() == 2


def test_a_team_does_not_grow_where_nobody_registers_any_more(world: World) -> None:
    row = world.register(8)

    def grow(places: int) -> str:
        with pytest.raises(RuleBroken) as caught:
            services.change_team(row, actor=world.coordinator, places=places, team=TEAM)
        return caught.value.code

    Organisation.objects.filter(pk=world.company.pk).update(state="suspended", state_reason="x")
    assert grow(12) == "organisation_state"
    Organisation.objects.filter(pk=world.company.pk).update(state="validated", state_reason="")
    mission_services.close(world.mission, actor=world.host)
    assert grow(9) == "closed"
    fewer = services.change_team(row, actor=world.coordinator, places=6, team=TEAM)
    assert (fewer.places, world.counts()) == (6, (6, 1))


def test_a_suspended_company_s_team_is_not_accepted_and_it_reads_no_contact(world: World) -> None:
    row = world.register(8)
    Organisation.objects.filter(pk=world.company.pk).update(state="suspended", state_reason="x")
    with pytest.raises(RuleBroken) as caught:
        services.accept(row, actor=world.host)
    assert caught.value.code == "organisation_state"
    Organisation.objects.filter(pk=world.company.pk).update(state="validated", state_reason="")
    services.accept(row, actor=world.host)
    email = world.host.person.email
    assert email in signed_in(world.coordinator).get(world.address("one", row)).content.decode()
    Organisation.objects.filter(pk=world.company.pk).update(state="suspended", state_reason="x")
    assert email not in signed_in(world.coordinator).get(world.address("one", row)).content.decode()


def test_a_company_that_closes_frees_its_places(world: World) -> None:
    row = world.register(8)
    assert services.team_organisation_closed(world.company.pk) == 1
    assert services.team_organisation_closed(world.company.pk) == 0
    row.refresh_from_db()
    assert (row.state, world.counts()) == (State.CANCELLED, (0, 0))
    assert "participations.cancelled_for_member" in kinds_to(world.host)


def test_a_year_later_the_day_stays_counted_without_anybody(world: World) -> None:
    row = f.make_team(world.company, slot=world.slot, state="realised", places=8, came=6)
    retention.run(now() + datetime.timedelta(days=366))
    row.refresh_from_db()
    assert (row.person, row.contact_name, row.contact_phone, row.team_name) == (None, "", "", "")
    assert impact_of(world.company).team_people == 6


# --- pages -------------------------------------------------------------------------------------------------------


def test_the_mission_s_page_says_how_many_places_of_team_are_left(world: World) -> None:
    f.make_team(slot=world.slot, places=8)
    html = Client().get(world.mission.get_absolute_url()).content.decode().replace("\xa0", " ")
    assert "équipes de 5 à 12 personnes" in html
    assert "1 place d’équipe sur 2" in html
    assert "Gants et outils fournis." in html
    ordinary = Client().get(f.make_mission().get_absolute_url()).content.decode()
    assert "Venir en équipe" not in ordinary


def test_a_coordinator_registers_from_the_mission_and_follows_in_its_space(world: World) -> None:
    client = signed_in(world.coordinator)
    url = reverse("teams:register", args=[world.mission.pk, world.mission.slug])
    page = client.get(url)
    form = page.context["form"]
    typed = {
        "nonce": form["nonce"].value(),
        "slot": world.slot.pk,
        "organisation": world.company.pk,
        "places": 3,
        "team_name": "Les Gaufrettes",
        "contact_name": "Zoé Martin",
        "contact_phone": "06 11 22 33 44",
        "of_age": "on",
    }
    wrong = client.post(url, typed)
    assert wrong.status_code == 422
    html = wrong.content.decode()
    assert "accueille des équipes de 5 à 12 personnes" in html
    assert "Les Gaufrettes" in html
    sent = client.post(url, typed | {"places": 8})
    row = Participation.objects.get()
    assert sent["Location"] == world.address("one", row)
    assert client.post(url, typed | {"places": 8})["Location"] == sent["Location"]
    assert "Les Gaufrettes" in client.get(sent["Location"]).content.decode()
    every = client.get(reverse("teams:all", args=[world.company.pk, world.company.slug])).content.decode()
    assert world.mission.title in every
    assert "Missions d’équipe" in client.get(world.company.space_url).content.decode()
    changed = client.post(
        world.address("change", row),
        {"places": 9, "contact_name": "Ali", "contact_phone": "06 11 22 33 44", "version": row.version},
    )
    assert changed.status_code == 302
    row.refresh_from_db()
    assert (row.places, row.contact_name) == (9, "Ali")
    assert client.post(world.address("cancel", row), {"reason": ""}).status_code == 422
    client.post(world.address("cancel", row), {"reason": "Un chantier urgent."})
    row.refresh_from_db()
    assert row.state == State.CANCELLED


def test_a_team_of_another_company_is_not_typed_into_the_form(world: World) -> None:
    other = f.make_company()
    url = reverse("teams:register", args=[world.mission.pk, world.mission.slug])
    typed = {
        "nonce": "n" * 20,
        "slot": world.slot.pk,
        "organisation": other.pk,
        "places": 8,
        "contact_name": "Zoé",
        "contact_phone": "06 11 22 33 44",
        "of_age": "on",
    }
    assert signed_in(world.coordinator).post(url, typed).status_code == 422
    assert not Participation.objects.exists()


def test_who_coordinates_nothing_reads_how_a_team_comes(world: World) -> None:
    url = reverse("teams:register", args=[world.mission.pk, world.mission.slug])
    assert "responsable ou gestionnaire" in signed_in(f.make_user()).get(url).content.decode()
    assert "mission de votre organisation" in signed_in(world.host).get(url).content.decode()
    assert Client().get(url).status_code == 302


def test_the_association_answers_and_says_how_many_came(world: World) -> None:
    row = world.register(8)
    client = signed_in(world.host)
    organisation = world.mission.organisation
    every = client.get(reverse("participations:space", args=[organisation.pk, organisation.slug]))
    assert "quipe de 8" in every.content.decode()
    page = reverse("participations:answer", args=[organisation.pk, organisation.slug, row.pk])
    assert "Zoé Martin" not in client.get(page).content.decode()

    def act(verb: str, **data: Any) -> Any:
        return client.post(
            reverse("participations:act", args=[organisation.pk, organisation.slug, row.pk, verb]), data
        )

    act("accepter", message="Bienvenue")
    assert "Zoé Martin" in client.get(page).content.decode()
    world.begins(-8)
    assert act("realisee", came="12").status_code == 422
    act("realisee", came="7")
    row.refresh_from_db()
    assert (row.state, row.came) == (State.REALISED, 7)
    impact = reverse("impact:own", args=[world.company.pk, world.company.slug])
    html = signed_in(world.coordinator).get(impact).content.decode().replace("\xa0", " ")
    assert "1 journée d’équipe" in html
    assert "7 personnes venues" in html


def test_an_association_says_that_it_welcomes_teams(world: World) -> None:
    mission = f.make_mission(
        capacity=30, organisation=world.mission.organisation, description="Trier et ranger ensemble. " * 5
    )
    client = signed_in(world.host)
    url = reverse(
        "missions:edit", args=[mission.organisation_id, mission.organisation.slug, mission.pk, "equipes"]
    )
    before = client.get(url).context["form"]["before"].value()
    typed = {"version": mission.version, "before": before, "team_places": "2", "team_smallest": "12"}
    wrong = client.post(url, typed | {"team_largest": "5"})
    assert wrong.status_code == 422
    assert "au moins autant" in wrong.content.decode()
    assert client.post(url, typed | {"team_smallest": "5", "team_largest": "12"}).status_code == 302
    mission.refresh_from_db()
    assert (mission.team_places, mission.team_smallest, mission.team_largest) == (2, 5, 12)
    assert mission.slots.get().team_places == 2
    added = mission_services.add_slots(
        mission,
        actor=world.host,
        slots=[
            mission_services.SlotSpec(
                "dated",
                20,
                local_date=(now() + datetime.timedelta(days=9)).date(),
                start_time=datetime.time(9),
                end_time=datetime.time(17),
            )
        ],
    )
    assert added[0].team_places == 2


def test_a_mission_of_teams_needs_a_day_with_room_for_the_smallest(world: World) -> None:
    mission = f.make_mission(capacity=4, organisation=world.mission.organisation)
    data = mission_services.current_data(mission)
    teams = {"team_places": 1, "team_smallest": 5, "team_largest": 12, "description": "Trier et ranger. " * 8}
    with pytest.raises(RuleBroken) as caught:
        mission_services.update(mission, actor=world.host, data=type(data)(**(vars(data) | teams)))
    assert caught.value.code == "team_slot"


def test_a_search_keeps_the_missions_that_welcome_teams(world: World) -> None:
    f.make_mission(title="Lire avec des élèves")
    html = Client().get("/missions/?equipes=on").content.decode()
    assert world.mission.title in html
    assert "Lire avec des élèves" not in html
    api = Client().get("/api/v1/missions/?equipes=true").json()
    assert [row["teams"] for row in api["results"]] == [{"places": 2, "smallest": 5, "largest": 12}]

"""A group files one request: it is proposed slots that hold all of it, and takes its places together."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from jeveuxagir import matching as engine
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.notifications.models import Message
from missions.enums import SlotKind
from missions.participations import services as participations
from missions.participations.models import Participation
from missions.proposals import matching, services
from missions.proposals.models import MatchDue, Proposal
from tests.factories import (
    get_commune,
    make_member,
    make_mission,
    make_organisation,
    make_participation,
    make_person,
    make_request,
    make_slot,
    make_staff,
    make_user,
    sign_in_staff,
)
from volunteers.requests import services as requests
from volunteers.requests.groups import Group
from volunteers.requests.models import EngagementRequest
from volunteers.requests.services import RequestData

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TOWN = "Guéret (23)"
FAMILY_OF_5 = Group("family", 5, 2)


def group_request(group: Group = FAMILY_OF_5, **fields: Any) -> EngagementRequest:
    return make_request(**group.columns(), **fields)


def propose(request: EngagementRequest) -> list[Proposal]:
    return services.match_request(request.pk, cause="essai")


def test_a_group_is_proposed_only_slots_that_hold_all_of_it_and_reads_so() -> None:
    make_mission(capacity=4, title="Trop petite")
    wide = make_mission(capacity=6, title="Assez grande")
    [proposal] = propose(group_request())
    assert proposal.mission == wide
    assert proposal.reasons[-1] == {
        "code": "places",
        "text": "Place pour un groupe de 5\u00a0: 6\u00a0places libres",
        "mail": "Assez de places pour tout le groupe",
    }
    assert "groupe de 5" not in Message.objects.get(kind="proposals.new").text, "mails stay coarse"


def test_what_a_group_was_judged_on_is_stored_and_replayed_to_the_letter() -> None:
    mission = make_mission(capacity=6)
    [proposal] = propose(group_request())
    assert proposal.run is not None
    inputs = proposal.run.inputs[str(mission.pk)]
    assert (inputs["request"]["places"], inputs["request"]["under_16"]) == (5, 2)
    assert engine.replay(inputs) == proposal.run.outcome["matches"][str(mission.pk)]


def test_a_group_is_never_proposed_hours_to_agree_nor_a_mission_for_adults_with_its_children() -> None:
    make_slot(make_mission(slots=0), kind=SlotKind.UNDATED, capacity=50)
    make_mission(capacity=50, minimum_age=18)
    assert propose(group_request()) == []


def test_accepting_takes_all_the_places_on_the_slot_and_only_fitting_slots_are_offered() -> None:
    mission = make_mission(capacity=6)
    small = make_slot(mission, in_days=12, capacity=3)
    request = group_request()
    [proposal] = propose(request)
    offered = services.slots_of([proposal], places=request.places)[mission.pk]
    assert small not in offered
    participation = services.accept(Proposal.objects.get(pk=proposal.pk), actor=request.person)
    assert isinstance(participation, Participation)
    assert (participation.places, participation.group_kind, participation.under_16) == (5, "family", 2)
    participation.slot.refresh_from_db()
    assert participation.slot.taken == 5


def test_the_group_s_size_is_edited_and_the_search_starts_again() -> None:
    make_mission(capacity=4)
    request = group_request()
    assert propose(request) == []
    data = RequestData(commune=request.commune, open_to_anything=True, group=Group("family", 3))
    requests.edit(request, data=data, actor=request.person)
    services.request_changed(request.pk, cause="edited")
    assert MatchDue.objects.filter(request=request).exists()
    assert len(propose(request)) == 1


def test_withdrawing_from_the_mission_frees_every_place() -> None:
    mission = make_mission(capacity=6)
    request = group_request()
    [proposal] = propose(request)
    participation = services.accept(Proposal.objects.get(pk=proposal.pk), actor=request.person)
    participations.cancel(participation, actor=make_user(person=request.person))
    assert mission.slots.get().taken == 0


def test_a_company_s_team_is_filed_by_its_member_and_by_nobody_else() -> None:
    company = make_organisation(kind="company", name="Dupont SA")
    member = make_member(company, role="reader")
    data = RequestData(commune=get_commune("23096"), group=Group("company", 8, organisation=company))  # type: ignore[arg-type]
    assert requests.file(data=data, person=member.person, actor=member).group_name == "Dupont SA"
    with pytest.raises(RuleBroken) as refusal:
        requests.file(data=data, person=make_person())
    assert refusal.value.code == "not_member"


# --- pages ----------------------------------------------------------------------------------------------------


def _screens(client: Client, **group: str) -> Any:
    def post(slug: str, **data: str) -> Any:
        return client.post(reverse("proposals:screen", args=[slug]), data)

    where = post("ou", commune=TOWN, mode="both", radius_km="20", **group)
    post("quand", commitment="")
    post("quoi", open_to_anything="on")
    post("savoir-faire")
    return where


def test_je_veux_agir_asks_with_whom_and_files_for_a_family(client: Client) -> None:
    user = make_user()
    client.force_login(user, backend=BACKEND)
    make_mission(capacity=6)
    _screens(client, group_kind="family", places="5", under_16="2")
    page = client.get(reverse("proposals:screen", args=["verification"])).content.decode()
    assert "un groupe de 5 (famille, dont 2 de moins de 16 ans)" in page
    assert "Place pour un groupe de 5" in page, "the preview is for the group"
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)[1]  # type: ignore[index]
    client.post(reverse("proposals:screen", args=["verification"]), {"nonce": nonce})
    request = EngagementRequest.objects.get()
    assert (request.group_kind, request.places, request.under_16) == ("family", 5, 2)
    assert "groupe de 5" in client.get(request.get_absolute_url()).content.decode()
    edit = client.get(reverse("proposals:edit", args=[request.pk])).content.decode()
    assert re.search(r'name="ou-places" value="5"', edit)


def test_a_group_of_one_is_refused_kindly(client: Client) -> None:
    response = _screens(client, group_kind="family", places="1")
    html = response.content.decode()
    assert "au moins deux personnes" in html
    assert "Seul ou seule" in html


def test_a_member_chooses_among_their_own_organisations_only(client: Client) -> None:
    mine, other = make_organisation(kind="company", name="À moi SA"), make_organisation(kind="company")
    client.force_login(make_member(mine, role="reader"), backend=BACKEND)
    page = client.get(reverse("proposals:screen", args=["ou"])).content.decode()
    assert "À moi SA" in page
    assert other.name not in page
    response = _screens(client, group_kind="company", places="4", group_organisation=str(other.pk))
    assert response.status_code == 200, "not a step further"


def test_a_17_year_old_is_told_who_may_file_for_a_group(client: Client) -> None:
    client.force_login(make_user(age=17), backend=BACKEND)
    html = _screens(client, group_kind="family", places="4").content.decode()
    assert "inscrit par une personne majeure" in html


def test_staff_see_the_group_and_whether_it_is_verified(client: Client) -> None:
    request = group_request(Group("company", 6, name="Durand SARL"))
    sign_in_staff(client, make_staff())
    html = client.get(f"/brigade/demandes/{request.pk}/").content.decode()
    assert "Groupe de 6 (entreprise Durand SARL, non vérifiée)" in html


def test_the_row_of_the_engine_carries_the_group() -> None:
    row = matching.request_row(group_request())
    assert (row.places, row.under_16) == (5, 2)


def test_an_accepted_application_keeps_the_places_it_was_given() -> None:
    """Editing the request later changes what is looked for, not what an organisation agreed to."""
    request = group_request(state="proposed")
    participation = make_participation(
        person=request.person,
        slot=make_mission(capacity=9).slots.get(),
        request=request,
        **FAMILY_OF_5.columns(),
    )
    data = RequestData(commune=request.commune, open_to_anything=True, group=Group("family", 2))
    requests.edit(request, data=data, actor=request.person)
    participation.refresh_from_db()
    assert participation.places == 5

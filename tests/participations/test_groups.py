"""People who come together: several places of one slot, filed by one adult (product decision 14)."""

import datetime
import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.notifications.models import Message
from missions.enums import SlotKind
from missions.participations import services
from missions.participations.models import Participation, PlaceAlert
from missions.participations.tasks import show_other_missions
from tests.factories import (
    born_for,
    contact_fields,
    make_member,
    make_mission,
    make_organisation,
    make_participation,
    make_person,
    make_slot,
    make_user,
)
from volunteers.requests.groups import Group

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FAMILY = Group("family", 3)


def sign_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def apply_url(mission: Any) -> str:
    return reverse("missions:apply", args=[mission.pk, mission.slug])


def refusal(**what: Any) -> str:
    """The code of what refuses this application."""
    with pytest.raises(RuleBroken) as caught:
        services.apply(actor=None, **{"person": make_person(), "group": FAMILY} | what)
    return caught.value.code


def test_a_group_takes_its_places_together_and_frees_them_all() -> None:
    slot = make_mission(capacity=5).slots.get()
    user = make_user()
    participation = services.apply(person=user.person, slot=slot, group=Group("family", 4, 2), actor=user)
    slot.refresh_from_db()
    assert slot.taken == 4
    services.cancel(participation, actor=user)
    slot.refresh_from_db()
    assert slot.taken == 0


def test_a_group_that_does_not_fit_is_told_how_many_places_are_left_and_where_there_are_enough() -> None:
    mission = make_mission(slots=2, capacity=4)
    first, second = mission.slots.all()
    services.apply(person=make_person(), slot=first, group=FAMILY, actor=None)
    with pytest.raises(services.Full) as caught:
        services.apply(person=make_person(), slot=first, group=FAMILY, actor=None)
    assert "Il reste 1\u00a0place sur ce créneau : pas assez pour votre groupe de 3" in caught.value.message
    assert caught.value.alternatives == [second]


@pytest.mark.parametrize(
    ("group", "code"),
    [
        (Group("family", 1), "group_of_one"),
        (Group("family", 201), "group_too_big"),
        (Group("", 3), "group_kind"),
        (Group("friends", 3), "group_kind"),
        (Group("family", 3, 3), "group_children"),
        (Group("company", 3, 1, "Dupont"), "group_children"),
        (Group("company", 3), "group_name"),
    ],
)
def test_what_is_not_a_group_is_refused(group: Group, code: str) -> None:
    assert refusal(slot=make_mission(capacity=500).slots.get(), group=group) == code


def test_a_group_is_filed_by_an_adult() -> None:
    slot = make_mission().slots.get()
    assert refusal(slot=slot, person=make_person(age=17)) == "group_adult"


@pytest.mark.parametrize("minimum_age", [16, 18])
def test_under_16s_go_where_16_is_enough(minimum_age: int) -> None:
    slot = make_mission(minimum_age=minimum_age).slots.get()
    family = Group("family", 3, 1)
    if minimum_age == 18:
        assert refusal(slot=slot, group=family) == "under_age"
    else:
        assert services.apply(person=make_person(), slot=slot, group=family, actor=None).under_16 == 1


def test_a_group_needs_a_day_and_an_hour() -> None:
    mission = make_mission(slots=0)
    slot = make_slot(mission, kind=SlotKind.UNDATED)
    assert refusal(slot=slot) == "group_undated"


def test_a_team_is_brought_by_a_member_or_only_named_and_then_said_to_be_unverified() -> None:
    company = make_organisation(kind="company", name="Dupont SA")
    association = make_organisation(name="Les Amis")
    member = make_member(company, role="reader")
    make_member(association, person=member.person)
    slot = make_mission(capacity=50).slots.get()
    team = Group("company", 5, organisation=company)
    assert refusal(slot=slot, group=team) == "not_member"
    assert refusal(slot=slot, group=Group("company", 5, organisation=association), person=member.person) == (
        "group_organisation"
    )
    sure = services.apply(person=member.person, slot=slot, group=team, actor=None)
    assert sure.group_in_words == "groupe de 5 (entreprise Dupont SA, la personne en est membre)"
    named = services.apply(
        person=make_person(), slot=slot, group=Group("company", 5, name="Durand SARL"), actor=None
    )
    assert named.group_in_words == "groupe de 5 (entreprise Durand SARL, non vérifiée)"


@pytest.mark.parametrize(
    "fields",
    [
        {"places": 2},
        {"places": 1, "group_kind": "family"},
        {"places": 0},
        {"places": 3, "group_kind": "family", "under_16": 3},
        {"places": 3, "group_kind": "company", "under_16": 1},
    ],
)
def test_the_database_refuses_half_a_group(fields: dict[str, Any]) -> None:
    slot = make_mission().slots.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_participation(slot=slot, **fields)


# --- pages ----------------------------------------------------------------------------------------------------


def test_one_applies_with_others_from_the_mission_and_the_organisation_sees_it() -> None:
    organisation = make_organisation()
    owner = make_member(organisation)
    mission = make_mission(organisation=organisation)
    typed = {"slot": mission.slots.get().pk, "group_kind": "family", "places": "4", "under_16": "2"}
    assert sign_in(make_user()).post(apply_url(mission), typed).status_code == 302
    participation = Participation.objects.get()
    assert (participation.places, participation.under_16) == (4, 2)
    assert Message.objects.get(kind="participations.received").text.count("Un groupe candidate") == 1
    where = [organisation.pk, organisation.slug]
    client = sign_in(owner)
    words = "Groupe de 4 (famille, dont 2 de moins de 16 ans)"
    assert words in client.get(reverse("participations:space", args=where)).content.decode()
    assert (
        words
        in client.get(reverse("participations:answer", args=[*where, participation.pk])).content.decode()
    )


def test_a_stranger_files_for_a_group_and_the_places_are_taken_when_confirmed(client: Client) -> None:
    mission = make_mission()
    typed = contact_fields() | {"slot": mission.slots.get().pk, "group_kind": "family", "places": "3"}
    client.post(apply_url(mission), typed)
    assert mission.slots.get().taken == 0
    link = re.search(r"(/confirmer/[^/\s]+/)", Message.objects.get().text)[1]
    client.post(link, {"terms": "on"})
    assert mission.slots.get().taken == 3


def test_a_17_year_old_stranger_does_not_file_for_a_group(client: Client) -> None:
    mission = make_mission()
    minor = {"birth_date": born_for(17).isoformat(), "guardian_email": "parent@exemple.fr"}
    typed = contact_fields(**minor) | {"slot": mission.slots.get().pk, "group_kind": "family", "places": "3"}
    response = client.post(apply_url(mission), typed)
    assert response.status_code == 422
    assert "inscrit par une personne majeure" in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"group_kind": "family"}, "Dites combien vous serez"),
        ({"group_kind": "family", "places": "1"}, "au moins deux personnes"),
        ({"group_kind": "family", "places": "-4"}, "0"),
        ({"group_kind": "family", "places": "9" * 30}, "200 personnes au plus"),
        ({"group_kind": "company", "places": "4"}, "Donnez le nom"),
        ({"group_kind": "pirates", "places": "4"}, "pirates"),
    ],
)
def test_a_wrong_group_is_told_and_nothing_typed_is_lost(typed: dict[str, str], said: str) -> None:
    mission = make_mission()
    data = {"slot": mission.slots.get().pk, "message": "Gardé"} | typed
    response = sign_in(make_user()).post(apply_url(mission), data)
    html = response.content.decode()
    assert response.status_code == 422
    assert said in html
    assert "Gardé" in html


def test_somebody_alone_is_not_asked_about_a_group_they_gave_up() -> None:
    mission = make_mission()
    typed = {"slot": mission.slots.get().pk, "group_kind": "", "places": "7"}
    assert sign_in(make_user()).post(apply_url(mission), typed).status_code == 302
    assert Participation.objects.get().places == 1


def test_when_no_slot_has_room_for_the_group_one_may_wait_for_as_many_places() -> None:
    mission = make_mission(capacity=4)
    slot = mission.slots.get()
    taken = make_participation(slot=slot, places=2, group_kind="family")
    user = make_user()
    client = sign_in(user)
    typed = {"slot": slot.pk, "group_kind": "family", "places": "3"}
    html = client.post(apply_url(mission), typed).content.decode()
    assert "pas assez pour votre groupe de 3" in html
    assert "(2\u00a0places\u00a0: pas assez pour 3)" in html
    client.post(reverse("missions:alert", args=[mission.pk, mission.slug]), {"places": "3"})
    assert PlaceAlert.objects.get().places == 3
    assert services.tell_of_free_places(mission.pk) == 0, "two places are not three"
    services.cancel(taken, actor=make_user(person=taken.person))
    assert services.tell_of_free_places(mission.pk) == 1


# --- waiting lists --------------------------------------------------------------------------------------------


def test_three_weeks_without_a_place_show_other_missions_once() -> None:
    full = make_mission(capacity=1, title="Complète")
    make_participation(mission=full)
    make_mission(title="Voisine")
    alert = PlaceAlert.objects.create(person=make_person(), mission=full)
    assert show_other_missions() == 0
    PlaceAlert.objects.update(created_at=now() - datetime.timedelta(days=22))
    assert show_other_missions() == 1
    assert show_other_missions() == 0
    message = Message.objects.get(kind="participations.place_alternatives")
    assert "Voisine" in message.text
    alert.refresh_from_db()
    assert alert.told_at is None, "a place that frees is still told"


def test_nothing_to_show_is_asked_again_the_next_night() -> None:
    full = make_mission(capacity=1)
    make_participation(mission=full)
    PlaceAlert.objects.create(person=make_person(), mission=full)
    PlaceAlert.objects.update(created_at=now() - datetime.timedelta(days=22))
    assert show_other_missions() == 0
    assert PlaceAlert.objects.get().others_shown_at is None


def test_a_closed_mission_may_be_waited_for_until_it_opens_again() -> None:
    mission = make_mission(state="closed")
    user = make_user()
    client = sign_in(user)
    assert "si elle rouvre" in client.get(mission.get_absolute_url()).content.decode()
    client.post(reverse("missions:alert", args=[mission.pk, mission.slug]))
    assert services.tell_of_free_places(mission.pk) == 0
    mission.state = "open"
    mission.save()
    assert services.tell_of_free_places(mission.pk) == 1


def test_nobody_waits_for_a_draft_or_for_a_partner_s_mission() -> None:
    client = sign_in(make_user())
    for mission in (make_mission(state="draft"), make_mission(imported=True)):
        url = reverse("missions:alert", args=[mission.pk, mission.slug])
        assert client.post(url).status_code == 404

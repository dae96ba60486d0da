"""What is said before one applies: how far, what is asked, too many in a day, two things at once."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from jeveuxagir.common.clock import today
from missions.enums import SlotKind
from missions.models import MissionAddress, Slot
from missions.participations import cautions
from missions.participations.enums import State
from missions.participations.models import Participation
from tests.factories import (
    LILLE,
    contact_fields,
    make_mission,
    make_participation,
    make_person,
    make_slot,
    make_user,
)

pytestmark = pytest.mark.django_db
AUZANCES = "23013"  # Creuse, 50 km from Guéret
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def sign_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def apply_url(mission: Any) -> str:
    return reverse("missions:apply", args=[mission.pk, mission.slug])


def typed_for(mission: Any, **more: str) -> dict[str, Any]:
    return {"slot": mission.slots.order_by("pk")[0].pk, "message": "Me voici"} | more


# --- what is asked --------------------------------------------------------------------------------------------


def test_what_the_organisation_asks_is_ticked_by_whoever_applies(client: Client) -> None:
    mission = make_mission(prerequisites="Savoir nager.\nAvoir le permis.")
    html = client.get(apply_url(mission)).content.decode()
    assert "Savoir nager." in html
    refused = client.post(apply_url(mission), contact_fields() | typed_for(mission))
    assert refused.status_code == 422
    assert "cochez cette case" in refused.content.decode()
    assert "Me voici" in refused.content.decode()
    assert (
        client.post(apply_url(mission), contact_fields() | typed_for(mission, meets="on")).status_code == 302
    )


def test_a_mission_that_asks_nothing_has_nothing_to_tick(client: Client) -> None:
    assert 'name="meets"' not in client.get(apply_url(make_mission())).content.decode()


# --- distance and age -----------------------------------------------------------------------------------------


def test_the_distance_is_said_beyond_30_km_of_one_s_commune() -> None:
    mission = make_mission(commune=LILLE)
    far = sign_in(make_user()).get(apply_url(mission)).content.decode()
    near = sign_in(make_user(commune=LILLE)).get(apply_url(mission)).content.decode()
    assert "\u00a0km de Guéret" in far
    assert "Vérifiez que vous pouvez vous y rendre" in far
    assert "vous y rendre" not in near


def test_of_several_addresses_the_nearest_counts_and_a_mission_from_home_is_never_far() -> None:
    person = make_person()
    mission = make_mission(commune=AUZANCES)
    assert [note.code for note in cautions.at_first_sight(person, mission)] == ["far"]
    MissionAddress.objects.create(mission=mission, commune=person.commune)
    assert cautions.at_first_sight(person, mission) == []
    hybrid = make_mission(commune=LILLE, mode="hybrid")
    assert cautions.at_first_sight(person, hybrid) == []


def test_age_is_said_before_one_applies(client: Client) -> None:
    assert "18 ans le jour" in client.get(apply_url(make_mission(minimum_age=18))).content.decode()
    minor = sign_in(make_user(age=17)).get(apply_url(make_mission())).content.decode()
    assert "un parent ou tuteur est prévenu avant" in minor


# --- a second click -------------------------------------------------------------------------------------------


def test_the_fourth_application_of_the_day_asks_for_a_second_click() -> None:
    user = make_user()
    for _ in range(3):
        make_participation(person=user.person)
    client, mission = sign_in(user), make_mission()
    page = client.post(apply_url(mission), typed_for(mission))
    html = page.content.decode()
    assert page.status_code == 200
    assert "3 candidatures aujourd’hui" in html
    assert "Envoyer quand même" in html
    assert Participation.objects.count() == 3
    assert client.post(apply_url(mission), typed_for(mission, warned="many")).status_code == 302


def test_the_third_application_of_the_day_goes_at_once() -> None:
    user = make_user()
    for _ in range(2):
        make_participation(person=user.person)
    mission = make_mission()
    assert sign_in(user).post(apply_url(mission), typed_for(mission)).status_code == 302


def test_two_missions_at_the_same_time_are_said_before_the_second_is_sent() -> None:
    user = make_user()
    make_participation(
        person=user.person, slot=make_mission(title="Déjà promis").slots.get(), state=State.ACCEPTED
    )
    client, mission = sign_in(user), make_mission(slots=2)
    html = client.post(apply_url(mission), typed_for(mission)).content.decode()
    assert "Déjà promis" in html
    other = {"slot": mission.slots.order_by("pk")[1].pk}
    assert client.post(apply_url(mission), typed_for(mission) | other).status_code == 302


def test_a_warning_read_for_one_thing_does_not_pass_for_another() -> None:
    user = make_user()
    make_participation(person=user.person, state=State.ACCEPTED)
    mission = make_mission()
    assert sign_in(user).post(apply_url(mission), typed_for(mission, warned="many")).status_code == 200


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        ({"start": (14, 0), "end": (16, 0)}, {"start": (15, 0), "end": (17, 0)}, True),
        ({"start": (14, 0), "end": (16, 0)}, {"start": (16, 0), "end": (17, 0)}, False),
        ({"kind": "weekly"}, {"kind": "weekly"}, True),
        ({"kind": "weekly"}, {"kind": "weekly", "weekday": 3}, False),
        ({"kind": "weekly"}, {"kind": "undated"}, False),
        ({"kind": "weekly", "until": -1}, {"kind": "weekly"}, True),
        ({"kind": "weekly", "until": 5}, {"kind": "weekly", "from": 6}, False),
        ({"kind": "weekly", "day_of_dated": True}, {}, True),
        ({"kind": "weekly", "day_of_dated": True, "until": 2}, {}, False),
    ],
)
def test_two_slots_meet_when_one_person_cannot_be_at_both(one: Any, other: Any, meets: bool) -> None:
    mission = make_mission(slots=0)

    def slot(what: dict[str, Any]) -> Slot:
        fields: dict[str, Any] = {"kind": what.get("kind", SlotKind.DATED)}
        for name in ("start", "end"):
            if name in what:
                fields[name] = datetime.time(*what[name])
        if "weekday" in what:
            fields["weekday"] = what["weekday"]
        if what.get("day_of_dated"):
            fields["weekday"] = (today() + datetime.timedelta(days=10)).weekday()
        if "until" in what:
            fields["valid_until"] = today() + datetime.timedelta(days=what["until"])
        if "from" in what:
            fields["valid_from"] = today() + datetime.timedelta(days=what["from"])
        return make_slot(mission, **fields)

    first, second = slot(one), slot(other)
    assert cautions.overlap(first, second) is meets
    assert cautions.overlap(second, first) is meets


def test_a_minor_is_led_from_a_mission_for_adults_to_those_of_their_age() -> None:
    mission = make_mission(minimum_age=18)
    make_mission(title="Planter une haie", minimum_age=16)
    make_mission(title="Conduire un camion", minimum_age=18)
    minor = make_user(age=17)
    assert minor.person.eighteen_on is not None
    page = sign_in(minor).get(apply_url(mission))
    assert page.status_code == 200
    html = page.content.decode()
    assert "demande d’avoir 18 ans" in html.replace("\xa0", " ")
    assert "Planter une haie" in html
    assert "Conduire un camion" not in html
    assert "Envoyer ma candidature" not in html
    adult = sign_in(make_user()).get(apply_url(mission)).content.decode()
    assert "Envoyer ma candidature" in adult
    later = make_mission(minimum_age=18)
    make_slot(later, in_days=(minor.person.eighteen_on - today()).days)
    assert "Envoyer ma candidature" in sign_in(minor).get(apply_url(later)).content.decode()

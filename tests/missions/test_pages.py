"""The mission's public page, and the organisation's side of it."""

import datetime
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jeveuxagir.common.clock import today
from jeveuxagir.moderation.models import ModerationItem
from missions import services
from missions.enums import State
from missions.models import Mission, Slot
from tests.factories import (
    make_member,
    make_mission,
    make_organisation,
    make_participation,
    make_slot,
    make_staff,
    make_user,
    sign_in_staff,
)

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TEXT = (
    "Vous lisez des histoires à deux ou trois enfants, avec une bénévole de l’équipe, dans une salle calme."
)


def sign_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def html_of(response: Any) -> str:
    return response.content.decode().replace("\xa0", " ")


# --- public ------------------------------------------------------------------------------------------------


def test_the_page_says_the_five_facts_and_each_slot_is_a_link_to_apply(client: Client) -> None:
    mission = make_mission(slots=2, capacity=3, minimum_age=16, commitment="weekly")
    make_participation(slot=mission.slots.first())
    html = html_of(client.get(mission.get_absolute_url()))
    for fact in ("Guéret (23)", "Chaque semaine", "Dès 16 ans", "Encore 5 places", "2 places", "3 places"):
        assert fact in html
    for slot in mission.slots.all():
        assert f"/candidater/?creneau={slot.pk}" in html
    assert 'property="og:title"' in html
    assert "Je candidate" in html


def test_an_old_slug_redirects_for_good(client: Client) -> None:
    mission = make_mission()
    response = client.get(f"/missions/{mission.pk}-vieux-titre/")
    assert (response.status_code, response.url) == (301, mission.get_absolute_url())


@pytest.mark.parametrize("state", ["draft", "pending", "refused", "cancelled", "suspended"])
def test_what_is_not_public_is_not_found_but_by_its_members_and_the_brigade(
    client: Client, state: str
) -> None:
    mission = make_mission(state=state)
    url = mission.get_absolute_url()
    assert client.get(url).status_code == 404
    assert sign_in(make_user()).get(url).status_code == 404
    assert "Aperçu" in html_of(sign_in(make_member(mission.organisation, role="reader")).get(url))
    staff = Client()
    sign_in_staff(staff, make_staff())
    assert staff.get(url).status_code == 200
    elsewhere = Client()
    sign_in_staff(elsewhere, make_staff(department="59"))
    assert elsewhere.get(url).status_code == 404


def test_a_closed_mission_shows_similar_ones(client: Client) -> None:
    mission = make_mission(title="Fermée", state="closed")
    make_mission(title="Lire le mardi")
    html = html_of(client.get(mission.get_absolute_url()))
    assert "n’accepte plus de candidature" in html
    assert "Lire le mardi" in html
    assert "Je candidate" not in html


def test_an_imported_mission_names_its_source_and_leaves_by_post(client: Client) -> None:
    mission = make_mission(imported=True)
    html = html_of(client.get(mission.get_absolute_url()))
    assert "Candidater chez Partenaire d’essai" in html
    assert mission.application_url not in html


def test_typed_html_is_text(client: Client) -> None:
    mission = make_mission(title="<script>alert(1)</script>", description='<img src=x onerror="alert(2)">')
    html = client.get(mission.get_absolute_url()).content.decode()
    assert "<script>alert(1)" not in html
    assert "<img src=x" not in html
    assert "&lt;script&gt;" in html


def test_the_organisation_s_page_lists_its_open_missions(client: Client) -> None:
    mission = make_mission(title="Visible")
    make_mission(organisation=mission.organisation, title="Brouillon", state="draft")
    html = html_of(client.get(mission.organisation.get_absolute_url()))
    assert "Visible" in html
    assert "Brouillon" not in html


# --- the organisation's side -------------------------------------------------------------------------------


def url(name: str, organisation: Any, *more: Any) -> str:
    return reverse(f"missions:{name}", args=[organisation.pk, organisation.slug, *more])


def test_a_manager_writes_a_mission_step_by_step_and_sends_it() -> None:
    organisation = make_organisation()
    client = sign_in(make_member(organisation, role="manager"))
    what = {"title": "Lire avec des élèves", "description": TEXT, "domain": "education", "nonce": "n1"}
    response = client.post(url("create", organisation), what)
    assert client.post(url("create", organisation), what).url == response.url, (
        "a double click makes one draft"
    )
    mission = Mission.objects.get()
    details = html_of(client.get(response.url))
    assert re.search(r'name="sdgs" value="4"[^>]* checked', details), "the goal of the domain is suggested"
    response = client.post(response.url, {"sdgs": ["4", "10"], "skills": ["ecoute-active"], "version": "1"})
    where = {
        "mode": "on_site",
        "minimum_age": "16",
        "version": "2",
        "adresses-TOTAL_FORMS": "2",
        "adresses-INITIAL_FORMS": "0",
        "adresses-0-street": "1 place Bonnyaud",
        "adresses-0-commune": "Guéret (23)",
        "adresses-1-commune": "",
    }
    response = client.post(response.url, where)
    assert response.url == url("slots", organisation, mission.pk) + "?suite=1"
    first = today() + datetime.timedelta(days=10)
    slots = {
        "kind": "dated",
        "local_date": first.isoformat(),
        "repeat_until": (first + datetime.timedelta(weeks=3)).isoformat(),
        "start_time": "14:00",
        "end_time": "16:00",
        "capacity": "4",
        "nonce": "n2",
    }
    for _ in range(2):
        client.post(response.url, slots)
    assert Slot.objects.count() == 4
    mission.refresh_from_db()
    assert (mission.department_id, mission.commitment, mission.minimum_age) == ("23", "weekly", 16)
    page = html_of(client.get(url("manage", organisation, mission.pk)))
    assert "Tout est prêt" in page
    client.post(url("submit", organisation, mission.pk), {"version": mission.version})
    mission.refresh_from_db()
    assert mission.state == State.PENDING
    assert ModerationItem.objects.get().department_id == "23"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"local_date": "2020-01-01"}, "déjà passée"),
        ({"start_time": "16:00", "end_time": "14:00"}, "avant son début"),
        ({"capacity": "0"}, "supérieure ou égale à 1"),
        ({"capacity": "10000"}, "inférieure ou égale à 5000"),
        ({"local_date": ""}, "Indiquez la date"),
        ({"start_time": ""}, "heure de début"),
        ({"repeat_until": "2020-01-01"}, "avant la première date"),
        ({"repeat_until": "9999-01-01"}, "trop lointaine"),
        ({"kind": "weekly", "weekday": ""}, "jour de la semaine"),
        ({"kind": "n’importe quoi"}, "n’en fait pas partie"),
        ({"local_date": "\x00"}, "date"),
    ],
)
def test_slots_that_cannot_be_are_told_beside_their_field(typed: dict[str, str], message: str) -> None:
    mission = make_mission(state="draft", slots=0)
    client = sign_in(make_member(mission.organisation))
    good = {
        "kind": "dated",
        "local_date": (today() + datetime.timedelta(days=9)).isoformat(),
        "start_time": "14:00",
        "end_time": "16:00",
        "capacity": "4",
    }
    response = client.post(url("slots", mission.organisation, mission.pk), good | typed)
    assert response.status_code == 422
    assert message in html_of(response)
    assert not Slot.objects.exists()


@pytest.mark.parametrize("role", ["owner", "manager", "reader", "stranger", "other_owner", "anonymous"])
def test_who_writes_the_missions_of_an_organisation(role: str) -> None:
    mission = make_mission()
    organisation = mission.organisation
    if role == "anonymous":
        client, reads, writes = Client(), 302, 302
    elif role in ("stranger", "other_owner"):
        user = make_user() if role == "stranger" else make_member(make_organisation())
        client, reads, writes = sign_in(user), 404, 404
    else:
        client = sign_in(make_member(organisation, role=role))
        reads, writes = 200, 403 if role == "reader" else 200
    slot = mission.slots.get()
    for name, more in (("space", ()), ("manage", (mission.pk,))):
        assert client.get(url(name, organisation, *more)).status_code == reads
    for name, more in (
        ("create", ()),
        ("edit", (mission.pk, "quoi")),
        ("slots", (mission.pk,)),
        ("slot", (mission.pk, slot.pk)),
    ):
        assert client.get(url(name, organisation, *more)).status_code == writes
    client.post(url("close", organisation, mission.pk))
    mission.refresh_from_db()
    assert (mission.state == State.CLOSED) == (writes == 200)


def test_the_mission_of_another_organisation_is_not_found_in_one_s_own_space() -> None:
    mission, other = make_mission(), make_organisation()
    client = sign_in(make_member(other))
    for name, more in (("manage", ()), ("edit", ("quoi",)), ("slots", ())):
        assert client.get(url(name, other, mission.pk, *more)).status_code == 404
    for name in ("submit", "close", "reopen", "cancel"):
        assert client.post(url(name, other, mission.pk)).status_code == 404


def test_an_edit_made_meanwhile_keeps_what_was_typed_and_may_be_sent_again() -> None:
    mission = make_mission(state="draft")
    client = sign_in(make_member(mission.organisation))
    edit = url("edit", mission.organisation, mission.pk, "quoi")
    services.add_slots(mission, actor=None, slots=[])
    typed = {"title": "Un titre tapé avec soin", "description": TEXT, "domain": "sante", "version": "1"}
    response = client.post(edit, typed)
    html = html_of(response)
    assert response.status_code == 422
    assert "Quelqu’un a modifié cette mission" in html
    assert "Un titre tapé avec soin" in html
    version = re.search(r'name="version" value="(\d+)"', html)[1]
    assert client.post(edit, typed | {"version": version}).status_code == 302


def test_an_edit_of_a_published_mission_says_what_waits_and_shows_it() -> None:
    mission = make_mission(description=TEXT)
    client = sign_in(make_member(mission.organisation))
    edit = url("edit", mission.organisation, mission.pk, "quoi")
    typed = {"title": "Lire avec des lycéens", "description": TEXT, "domain": "education"}
    html = html_of(client.post(edit, typed, follow=True))
    assert "La brigade relit ces changements" in html
    assert "Lire avec des lycéens" in html
    assert "Lire avec des lycéens" in html_of(client.get(edit)), (
        "the next edit starts from the waiting values"
    )
    assert "Lire avec des lycéens" not in html_of(Client().get(mission.get_absolute_url()))


def test_two_departments_are_refused_beside_the_addresses() -> None:
    mission = make_mission(state="draft")
    client = sign_in(make_member(mission.organisation))
    where = {
        "mode": "on_site",
        "minimum_age": "18",
        "adresses-TOTAL_FORMS": "2",
        "adresses-INITIAL_FORMS": "0",
        "adresses-0-commune": "Guéret (23)",
        "adresses-1-commune": "Lille (59)",
    }
    response = client.post(url("edit", mission.organisation, mission.pk, "ou"), where)
    assert response.status_code == 422
    assert "même département" in html_of(response)


def test_forged_forms_do_not_break() -> None:
    mission = make_mission(state="draft")
    client = sign_in(make_member(mission.organisation))
    where = url("edit", mission.organisation, mission.pk, "ou")
    for typed in (
        {},
        {
            "adresses-TOTAL_FORMS": "100000",
            "adresses-INITIAL_FORMS": "0",
            "mode": "on_site",
            "minimum_age": "18",
        },
        {"adresses-TOTAL_FORMS": "x", "mode": "\x00", "minimum_age": "12"},
    ):
        assert client.post(where, typed).status_code == 422
    what = url("edit", mission.organisation, mission.pk, "quoi")
    huge = {"title": "a" * 200_000, "description": "b" * 100_000, "domain": "x" * 5000, "version": "9" * 30}
    assert client.post(what, huge).status_code == 422
    assert client.get(url("edit", mission.organisation, mission.pk, "inconnue")).status_code == 404


def test_places_and_cancelling_of_a_slot() -> None:
    mission = make_mission(slots=2, capacity=5)
    slot = mission.slots.first()
    make_participation(slot=slot)
    make_participation(slot=slot)
    client = sign_in(make_member(mission.organisation))
    page = url("slot", mission.organisation, mission.pk, slot.pk)
    response = client.post(page, {"capacity": "1"})
    assert response.status_code == 422
    assert "descendre jusqu’à 2" in html_of(response)
    assert client.post(page, {"capacity": "3"}).status_code == 302
    assert "dites-leur pourquoi" in html_of(client.post(page, {"cancel": "1", "reason": ""}))
    assert client.post(page, {"cancel": "1", "reason": "Salle prise"}).status_code == 302
    slot.refresh_from_db()
    assert slot.cancelled_at is not None
    assert client.get(page).status_code == 404


def test_as_many_queries_for_twenty_missions_as_for_one() -> None:
    mission = make_mission()
    client = sign_in(make_member(mission.organisation))
    page = url("space", mission.organisation)
    client.get(page)
    with CaptureQueriesContext(connection) as one:
        client.get(page)
    for _ in range(19):
        make_slot(make_mission(organisation=mission.organisation), in_days=30)
    with CaptureQueriesContext(connection) as twenty:
        client.get(page)
    assert len(twenty) == len(one)


def test_a_copy_is_a_draft_without_slots_and_a_double_click_makes_one() -> None:
    mission = make_mission(description=TEXT)
    client = sign_in(make_member(mission.organisation))
    page = html_of(client.get(url("manage", mission.organisation, mission.pk)))
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)[1]
    answers = {
        client.post(url("duplicate", mission.organisation, mission.pk), {"nonce": nonce}).url for _ in "ab"
    }
    copy = Mission.objects.exclude(pk=mission.pk).get()
    assert answers == {url("manage", mission.organisation, copy.pk)}
    assert (copy.state, copy.title, copy.slots.count()) == (State.DRAFT, mission.title, 0)
    assert copy.addresses.get().commune_id == mission.addresses.get().commune_id

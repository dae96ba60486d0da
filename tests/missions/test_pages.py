"""The mission's public page, and the organisation's side of it."""

import datetime
import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jeveuxagir.audit import deliveries
from jeveuxagir.common.clock import now, today
from jeveuxagir.moderation.models import ModerationItem
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
    what = {"title": "Lire avec des élèves", "domain": "education", "nonce": "n1"}
    response = client.post(url("create", organisation), what)
    assert client.post(url("create", organisation), what).url == response.url, (
        "a double click makes one draft"
    )
    mission = Mission.objects.get()
    response = client.post(response.url, {"description": TEXT, "version": "1"})
    assert "conditions" in response.url
    response = client.post(response.url, {"minimum_age": "16", "version": "2"})
    details = html_of(client.get(response.url))
    assert re.search(r'name="sdgs" value="4"[^>]* checked', details), "the goal of the domain is suggested"
    response = client.post(response.url, {"sdgs": ["4", "10"], "skills": ["ecoute-active"], "version": "3"})
    listed = html_of(client.get(url("space", organisation)))
    assert "Continuer le brouillon, étape 5 sur 7" in listed
    assert f'href="{response.url}"' in html_of(client.get(url("manage", organisation, mission.pk)))
    where = {
        "mode": "on_site",
        "version": "4",
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
        "kind": "period",
        "weekdays": [str(first.weekday())],
        "period_from": first.isoformat(),
        "period_until": (first + datetime.timedelta(weeks=3)).isoformat(),
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
    page = html_of(client.get(url("review", organisation, mission.pk)))
    assert "Tout est prêt" in page
    said = html_of(
        client.post(url("submit", organisation, mission.pk), {"version": mission.version}, follow=True)
    )
    assert "sous 2 jours ouvrés et décide sous 5" in said
    mission.refresh_from_db()
    assert (mission.state, mission.draft_step) == (State.PENDING, 0)
    assert ModerationItem.objects.get().department_id == "23"


def test_a_draft_may_stay_incomplete_and_its_last_page_leads_to_what_is_missing() -> None:
    organisation = make_organisation()
    client = sign_in(make_member(organisation))
    client.post(url("create", organisation), {"title": "Aide", "nonce": "n1"})
    mission = Mission.objects.get()
    for page in ("description", "conditions", "details", "ou"):
        typed = {
            "minimum_age": "18",
            "mode": "on_site",
            "adresses-TOTAL_FORMS": "0",
            "adresses-INITIAL_FORMS": "0",
        }
        assert client.post(url("edit", organisation, mission.pk, page) + "?suite=1", typed).status_code == 302
    html = html_of(client.get(url("review", organisation, mission.pk)))
    for page in ("titre", "description", "ou"):
        assert f'<li><a href="{url("edit", organisation, mission.pk, page)}">' in html
    assert f'<li><a href="{url("slots", organisation, mission.pk)}">' in html
    assert "Envoyer à la brigade" not in html
    assert "commence par un verbe" in html


def test_going_back_keeps_what_was_typed_and_a_wrong_answer_keeps_the_page() -> None:
    mission = make_mission(state="draft", draft_step=5)
    organisation = mission.organisation
    client = sign_in(make_member(organisation))
    page = url("edit", organisation, mission.pk, "description") + "?suite=1"
    response = client.post(page, {"description": "À moitié écrite", "precedent": "1"})
    assert response.url == url("edit", organisation, mission.pk, "titre") + "?suite=1"
    assert "À moitié écrite" in html_of(client.get(page))
    mission.refresh_from_db()
    assert mission.draft_step == 5, "going back does not forget how far one was"
    where = {
        "mode": "on_site",
        "adresses-TOTAL_FORMS": "1",
        "adresses-INITIAL_FORMS": "0",
        "adresses-0-street": "3 rue de la Licorne",
        "adresses-0-commune": "Nulle-Part-sur-Mer",
    }
    response = client.post(url("edit", organisation, mission.pk, "ou") + "?suite=1", where)
    assert response.status_code == 422
    assert "3 rue de la Licorne" in html_of(response)
    assert "Nulle-Part-sur-Mer" in html_of(response)


def test_a_correction_from_the_last_page_comes_back_to_it() -> None:
    mission = make_mission(state="draft", draft_step=7)
    client = sign_in(make_member(mission.organisation))
    typed = {"description": TEXT}
    response = client.post(url("edit", mission.organisation, mission.pk, "description"), typed)
    assert response.url == url("review", mission.organisation, mission.pk)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"local_date": "2020-01-01"}, "déjà passée"),
        ({"start_time": "16:00", "end_time": "14:00"}, "avant son début"),
        ({"capacity": "0"}, "Donnez au moins 1."),
        ({"capacity": "10000"}, "Donnez au plus 5\u202f000."),
        ({"local_date": ""}, "Indiquez la date"),
        ({"start_time": ""}, "heure de début"),
        ({"kind": "dates", "dates": ""}, "au moins une date"),
        ({"kind": "dates", "dates": "12/12/2030\n31/02/2027"}, "n’est pas une date"),
        ({"kind": "dates", "dates": "01/01/2020"}, "déjà passée"),
        ({"kind": "period", "weekdays": []}, "au moins un jour"),
        ({"kind": "period", "weekdays": ["0"]}, "le début de la période"),
        (
            {"kind": "period", "weekdays": ["0"], "period_from": "2030-01-02", "period_until": "2030-01-01"},
            "avant son début",
        ),
        (
            {"kind": "period", "weekdays": ["0"], "period_from": "2027-01-02", "period_until": "9999-01-01"},
            "trop lointaine",
        ),
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
        ("edit", (mission.pk, "titre")),
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
    for name, more in (("manage", ()), ("edit", ("titre",)), ("slots", ())):
        assert client.get(url(name, other, mission.pk, *more)).status_code == 404
    for name in ("submit", "close", "reopen", "cancel"):
        assert client.post(url(name, other, mission.pk)).status_code == 404


def opened(client: Client, page: str) -> dict[str, str]:
    """The hidden fields of the form as it was opened."""
    html = client.get(page).content.decode()
    names = ("version", "before")
    return {name: unescape(re.search(rf'name="{name}" value="([^"]*)"', html)[1]) for name in names}


def test_two_members_on_one_page_the_second_sees_each_field_and_loses_nothing() -> None:
    mission = make_mission(state="draft", title="Un titre de départ")
    first, second = (sign_in(make_member(mission.organisation)) for _ in range(2))
    page = url("edit", mission.organisation, mission.pk, "titre")
    theirs, mine = opened(first, page), opened(second, page)
    typed = {"title": "Le titre de la première", "domain": "sante"}
    assert first.post(page, theirs | typed).status_code == 302
    response = second.post(page, mine | {"title": "Un titre tapé avec soin", "domain": "education"})
    html = html_of(response)
    assert response.status_code == 409
    assert "Quelqu’un a modifié cette page" in html
    assert "Le titre de la première" in html
    assert 'value="Un titre tapé avec soin"' in html, "what was typed stays in the form"
    assert re.search(r'<option value="sante"[^>]*selected', html), "what only the other one changed is taken"
    again = {name: unescape(re.search(rf'name="{name}" value="([^"]*)"', html)[1]) for name in mine}
    saved = second.post(page, again | {"title": "Un titre tapé avec soin", "domain": "sante"})
    assert saved.status_code == 302
    mission.refresh_from_db()
    assert (mission.title, mission.domain_id) == ("Un titre tapé avec soin", "sante")


def test_two_members_on_different_pages_are_no_matter_to_each_other() -> None:
    mission = make_mission(state="draft")
    first, second = (sign_in(make_member(mission.organisation)) for _ in range(2))
    page = url("edit", mission.organisation, mission.pk, "titre")
    other = url("edit", mission.organisation, mission.pk, "conditions")
    theirs, mine = opened(first, other), opened(second, page)
    assert first.post(other, theirs | {"minimum_age": "18", "prerequisites": "Sourire"}).status_code == 302
    assert second.post(page, mine | {"title": "Lire à voix haute", "domain": "education"}).status_code == 302
    mission.refresh_from_db()
    assert (mission.title, mission.minimum_age, mission.prerequisites) == ("Lire à voix haute", 18, "Sourire")


def test_addresses_saved_meanwhile_are_shown_line_by_line() -> None:
    mission = make_mission(state="draft")
    first, second = (sign_in(make_member(mission.organisation)) for _ in range(2))
    page = url("edit", mission.organisation, mission.pk, "ou")
    where = {
        "mode": "on_site",
        "adresses-TOTAL_FORMS": "1",
        "adresses-INITIAL_FORMS": "0",
        "adresses-0-commune": "Guéret (23)",
    }
    theirs, mine = opened(first, page), opened(second, page)
    assert first.post(page, theirs | where | {"adresses-0-street": "1 place Bonnyaud"}).status_code == 302
    html = html_of(second.post(page, mine | where | {"adresses-0-street": "9 rue de Paris"}))
    assert "1 place Bonnyaud" in html
    assert "9 rue de Paris" in html


def test_marks_that_somebody_forged_break_nothing() -> None:
    mission = make_mission(state="draft")
    client = sign_in(make_member(mission.organisation))
    page = url("edit", mission.organisation, mission.pk, "titre")
    for before in ("", "[]", "{", '{"title": 3}', "\x00", "x" * 3000):
        answer = client.post(page, {"title": "Un autre titre", "version": "999", "before": before})
        assert answer.status_code in (409, 422)


def test_an_edit_of_a_published_mission_says_what_waits_and_shows_it() -> None:
    mission = make_mission(description=TEXT)
    client = sign_in(make_member(mission.organisation))
    edit = url("edit", mission.organisation, mission.pk, "titre")
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
    what = url("edit", mission.organisation, mission.pk, "titre")
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
    time = {"local_date": slot.local_date.isoformat(), "start_time": "14:00", "end_time": "16:00"}
    response = client.post(page, time | {"capacity": "1"})
    assert response.status_code == 422
    assert "descendre jusqu’à 2" in html_of(response)
    assert client.post(page, time | {"capacity": "3"}).status_code == 302
    response = client.post(page, time | {"capacity": "3", "local_date": "2020-01-01"})
    assert response.status_code == 422
    assert "déjà passée" in html_of(response)
    response = client.post(page, time | {"capacity": "3", "start_time": "10:00"}, follow=True)
    assert "dira si elle vient toujours" in html_of(response)
    slot.refresh_from_db()
    assert (slot.capacity, slot.sequence) == (3, 1)
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
    assert answers == {url("review", mission.organisation, copy.pk)}
    assert (copy.state, copy.title, copy.slots.count()) == (State.DRAFT, mission.title, 0)
    assert copy.addresses.get().commune_id == mission.addresses.get().commune_id


def test_a_copy_may_take_the_same_slots_shifted_also_from_a_closed_mission() -> None:
    mission = make_mission(state="closed", slots=0, title="Lire chaque été")
    for days in (-30, -23):
        make_slot(mission, in_days=days, capacity=7)
    make_slot(mission, kind="weekly", weekday=3)
    make_slot(mission, in_days=-20, cancelled_at=now())
    client = sign_in(make_member(mission.organisation))
    first = today() + datetime.timedelta(days=20)
    page = url("duplicate", mission.organisation, mission.pk)
    assert client.post(page, {"first_day": "jeudi", "nonce": "a"}).status_code == 422
    assert client.post(page, {"first_day": "2020-01-01", "nonce": "b"}).status_code == 409
    response = client.post(page, {"first_day": first.isoformat(), "nonce": "c"})
    copy = Mission.objects.exclude(pk=mission.pk).get()
    assert response.url == url("review", mission.organisation, copy.pk)
    dated = list(copy.slots.filter(kind="dated").values_list("local_date", "capacity"))
    assert dated == [(first, 7), (first + datetime.timedelta(days=7), 7)]
    assert copy.slots.get(kind="weekly").valid_from == first
    assert copy.state == State.DRAFT


def test_several_slots_are_cancelled_together_from_their_page() -> None:
    mission = make_mission(slots=3)
    first, second, kept = mission.slots.all()
    make_participation(slot=first)
    client = sign_in(make_member(mission.organisation))
    page = url("cancel_slots", mission.organisation, mission.pk)
    assert "Cochez au moins un créneau" in html_of(client.post(page, {"reason": "Pluie"}))
    chosen = {"slot": [first.pk, second.pk]}
    html = html_of(client.post(page, chosen))
    assert "dites-leur pourquoi" in html
    assert len(re.findall(r"checked", html.split("Ajouter d’autres créneaux")[0])) == 2, "still ticked"
    for forged in ("x", str(10**30), str(make_mission().slots.get().pk)):
        assert client.post(page, {"slot": [forged], "reason": "Pluie"}).status_code == 422
    assert client.post(page, chosen | {"reason": "Pluie"}).status_code == 302
    assert list(mission.slots.filter(cancelled_at=None)) == [kept]


def test_slots_are_added_by_dates_by_weekdays_and_by_half_days() -> None:
    mission = make_mission(state="draft", slots=0)
    client = sign_in(make_member(mission.organisation))
    page = url("slots", mission.organisation, mission.pk)
    first = today() + datetime.timedelta(days=30)
    last = first + datetime.timedelta(days=13)
    lines = f"{first:%d/%m/%Y}\r\n\r\n{first:%d/%m/%Y}, {last:%d/%m/%Y} ;"
    halves = {"half_days": ["morning", "evening"], "capacity": "3"}
    assert client.post(page, {"kind": "dates", "dates": lines} | halves).status_code == 302
    assert mission.slots.count() == 4, "two days, two half-days; the same day twice is once"
    mission.slots.all().delete()
    period = {"period_from": first.isoformat(), "period_until": last.isoformat(), "weekdays": ["1", "3"]}
    assert client.post(page, {"kind": "period"} | period | halves).status_code == 302
    assert mission.slots.count() == 8
    assert {slot.local_date.weekday() for slot in mission.slots.all()} == {1, 3}
    years = period | {"period_until": (first + datetime.timedelta(days=700)).isoformat()}
    assert "au plus 200" in html_of(client.post(page, {"kind": "period"} | years | halves))


def test_all_that_is_wrong_with_slots_is_said_at_once_and_only_of_what_is_asked() -> None:
    mission = make_mission(state="draft", slots=0)
    client = sign_in(make_member(mission.organisation))
    page = url("slots", mission.organisation, mission.pk)
    html = html_of(client.post(page, {"kind": "weekly", "capacity": ""}))
    for said in (
        "Choisissez le jour de la semaine.",
        "Indiquez l’heure de début.",
        "Indiquez l’heure de fin.",
    ):
        assert said in html
    late = {"kind": "weekly", "weekday": "2", "start_time": "16:00", "end_time": "14:00", "capacity": "0"}
    html = html_of(client.post(page, late))
    assert "La fin du créneau est avant son début." in html, "wrong places do not hide wrong hours"
    hidden = {"dates": "un jour", "period_until": "jamais", "start_time": "tôt", "half_days": "morning"}
    weekly = {"kind": "weekly", "weekday": "2", "capacity": "4"}
    assert client.post(page, weekly | hidden).status_code == 302, "what is not asked is not read"
    [slot] = mission.slots.all()
    assert (slot.kind, slot.weekday, slot.start_time) == ("weekly", 2, datetime.time(9))


def test_a_waiting_edit_is_shown_and_may_be_taken_back() -> None:
    mission = make_mission(description=TEXT)
    client = sign_in(make_member(mission.organisation))
    page = url("edit", mission.organisation, mission.pk, "titre")
    html = html_of(client.get(page))
    assert "La brigade relit d’abord : titre" in html
    assert "Le reste change tout de suite" in html
    assert "relit d’abord" not in html_of(
        client.get(url("edit", mission.organisation, mission.pk, "details"))
    )
    client.post(page, {"title": "Lire avec des lycéens", "domain": "sante"})
    manage = html_of(client.get(url("manage", mission.organisation, mission.pk)))
    assert "Lire avec des lycéens" in manage
    assert "Retirer ces changements" in manage
    back = url("withdraw_edit", mission.organisation, mission.pk)
    assert client.post(back, {"version": "1"}).status_code == 409
    assert client.post(back).status_code == 302
    assert not ModerationItem.objects.open().exists()
    mission.refresh_from_db()
    assert (mission.title, mission.domain_id) == ("Lire avec des élèves", "sante")
    assert "Lire avec des lycéens" not in html_of(client.get(page))
    assert client.post(back).status_code == 409, "nothing waits any more"


def test_a_member_closes_and_says_what_becomes_of_those_who_wait() -> None:
    mission = make_mission()
    row = make_participation(mission=mission)
    client = sign_in(make_member(mission.organisation))
    manage = url("manage", mission.organisation, mission.pk)
    assert "Je les refuse toutes" in html_of(client.get(manage))
    close = url("close", mission.organisation, mission.pk)
    assert client.post(close, {"waiting": "les jeter"}).status_code == 422
    assert client.post(close, {"waiting": "decline", "message": "Merci"}).status_code == 302
    deliveries.deliver()
    row.refresh_from_db()
    assert (row.state, row.answer) == ("declined", "Merci")


def test_a_preview_is_the_public_page_with_a_banner() -> None:
    mission = make_mission(state="draft", description=TEXT)
    member = sign_in(make_member(mission.organisation))
    preview = html_of(member.get(mission.get_absolute_url()))
    Mission.objects.filter(pk=mission.pk).update(state="open", published_at=now())
    public = html_of(member.get(mission.get_absolute_url()))

    def text_of(html: str) -> str:
        main = html.split('<div class="mi-mission">')[1].split("Avec qui</h2>")[0]
        return " ".join(re.sub(r"<[^>]+>", " ", main).split())

    assert "Aperçu" in preview
    assert text_of(preview) == text_of(public)
    assert "/candidater/" not in preview
    assert "noindex" in preview


@pytest.mark.parametrize("number", [0, 1, 3000])
def test_a_mission_with_no_one_or_three_thousand_slots_shows_a_few_and_pages(number: int) -> None:
    mission = make_mission(slots=0)
    Slot.objects.bulk_create(Slot(mission=mission, kind="undated", capacity=1) for _ in range(number))
    client = sign_in(make_member(mission.organisation))
    manage, slots = (url(name, mission.organisation, mission.pk) for name in ("manage", "slots"))
    client.get(manage)
    for page in (manage, slots, f"{slots}?page=9999999999", f"{slots}?page=x"):
        with CaptureQueriesContext(connection) as queries:
            html = html_of(client.get(page))
        assert len(queries) < 30
        assert html.count("Déplacer ou modifier") <= 50

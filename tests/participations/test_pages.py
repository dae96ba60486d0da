"""The pages of applying and answering, as each side meets them."""

import datetime
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jeveuxagir.accounts.models import GuardianNotice, UnconfirmedContact
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now, today
from jeveuxagir.moderation import services as moderation
from jeveuxagir.notifications.models import Message
from missions.participations import notifications, services
from missions.participations.enums import State
from missions.participations.models import Departure, Participation, PlaceAlert
from organisations.models import Membership
from tests.factories import (
    contact_fields,
    make_member,
    make_mission,
    make_organisation,
    make_participation,
    make_person,
    make_proposal,
    make_request,
    make_slot,
    make_staff,
    make_user,
    sign_in_staff,
)

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def sign_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def apply_url(mission: Any) -> str:
    return reverse("missions:apply", args=[mission.pk, mission.slug])


def nonce_of(response: Any) -> str:
    return re.search(r'name="nonce" value="([^"]+)"', response.content.decode())[1]


# --- applying ----------------------------------------------------------------------------------------------


def test_a_signed_in_person_applies_in_one_screen_and_a_double_click_shows_the_first_result() -> None:
    mission = make_mission(slots=2)
    client = sign_in(make_user())
    chosen = mission.slots.last()
    page = client.get(apply_url(mission), {"creneau": chosen.pk})
    assert f'value="{chosen.pk}" ' in page.content.decode()
    typed = {"slot": chosen.pk, "message": "Bonjour", "nonce": nonce_of(page)}
    first, second = client.post(apply_url(mission), typed), client.post(apply_url(mission), typed)
    assert first.status_code == second.status_code == 302
    assert first.url == second.url
    assert Participation.objects.get().message == "Bonjour"
    assert "5 jours" in client.get(first.url).content.decode()


def test_whoever_may_not_apply_is_told_before_writing_anything() -> None:
    mission = make_mission()
    manager = sign_in(make_member(mission.organisation, role="manager"))
    html = manager.get(apply_url(mission)).content.decode()
    assert services.OWN_MISSION in html
    assert 'name="message"' not in html
    assert (
        'name="message"'
        in sign_in(make_member(mission.organisation, role="reader")).get(apply_url(mission)).content.decode()
    ), "whoever answers nobody may come and help"
    row = make_participation(mission=mission)
    own = sign_in(make_user(person=row.person)).get(apply_url(mission), follow=True)
    assert own.redirect_chain[-1][0] == reverse("participations:mine", args=[row.pk])
    assert "déjà une candidature en cours" in own.content.decode()


def test_an_anonymous_visitor_applies_confirms_and_the_organisation_is_notified_once(client: Client) -> None:
    """K01: account, application and message exist after one flow."""
    organisation = make_organisation(owner=make_person())
    mission = make_mission(organisation=organisation)
    typed = contact_fields(email="neuve@exemple.fr") | {"slot": mission.slots.get().pk, "message": "Me voici"}
    response = client.post(apply_url(mission), typed, follow=True)
    assert "neuve@exemple.fr" in response.content.decode()
    assert mission.slots.get().taken == 0
    link = re.search(r"(/confirmer/[^/\s]+/)", Message.objects.get().text)[1]
    client.get(link)
    assert mission.slots.get().taken == 0, "a mail scanner opens links"
    client.post(link, {"terms": "on"})
    participation = Participation.objects.get()
    assert (participation.state, participation.person.email) == (State.APPLIED, "neuve@exemple.fr")
    assert Message.objects.filter(kind="participations.received").count() == 1
    assert "_auth_user_id" in client.session


def test_a_known_address_sees_the_same_screen(client: Client) -> None:
    mission = make_mission()
    slot = mission.slots.get().pk
    pages = []
    for email in (make_user().email, "inconnue@exemple.fr"):
        sent = client.post(apply_url(mission), contact_fields(email=email) | {"slot": slot}, follow=True)
        html = re.sub(r"nonce=\S+|csrf\S+ value=\S+", "", sent.content.decode())
        pages.append(html.replace(email, "…"))
    assert pages[0] == pages[1]
    assert {"participations.sign_in", "participations.confirm"} == set(
        Message.objects.values_list("kind", flat=True)
    )


def test_bots_and_wrong_fields_are_told_and_lose_nothing(client: Client) -> None:
    mission = make_mission()
    typed = contact_fields(birth_date="2020-01-01") | {"slot": mission.slots.get().pk, "message": "Gardé"}
    response = client.post(apply_url(mission), typed)
    assert response.status_code == 422
    html = response.content.decode()
    assert "16 ans" in html
    assert "Gardé" in html
    trapped = client.post(
        apply_url(mission), contact_fields(contact_by="x") | {"slot": mission.slots.get().pk}
    )
    assert trapped.status_code == 422
    assert not UnconfirmedContact.objects.exists()


def test_a_slot_that_filled_meanwhile_shows_the_others_and_keeps_the_message() -> None:
    mission = make_mission(slots=2, capacity=1)
    first, second = mission.slots.all()
    client = sign_in(make_user())
    page = client.get(apply_url(mission))
    make_participation(slot=first)
    response = client.post(
        apply_url(mission), {"slot": first.pk, "message": "Gardé", "nonce": nonce_of(page)}
    )
    html = response.content.decode()
    assert response.status_code == 422
    assert "Ce créneau est complet" in html
    assert "Gardé" in html
    assert f'value="{second.pk}"' in html


def test_a_full_mission_offers_an_alert_and_other_missions() -> None:
    mission = make_mission(capacity=1, title="Complète")
    make_mission(title="Voisine")
    make_participation(slot=mission.slots.get())
    user = make_user()
    client = sign_in(user)
    html = client.get(apply_url(mission)).content.decode()
    assert "Toutes les places sont prises" in html
    assert "Voisine" in html
    client.post(reverse("missions:alert", args=[mission.pk, mission.slug]))
    assert PlaceAlert.objects.get().person == user.person
    assert "Nous vous écrirons" in client.get(mission.get_absolute_url()).content.decode()


def test_a_minor_names_a_guardian_then_the_application_waits() -> None:
    mission = make_mission()
    person = make_person(age=17, guardian="none")
    client = sign_in(make_user(person=person))
    typed = {"slot": mission.slots.get().pk, "guardian_email": "parent@exemple.fr"}
    response = client.post(apply_url(mission), typed, follow=True)
    assert "parent ou tuteur" in response.content.decode()
    participation = Participation.objects.get()
    assert participation.state == State.TO_CONFIRM
    assert GuardianNotice.objects.get().email == "parent@exemple.fr"
    assert mission.slots.get().taken == 0


def test_a_person_of_unknown_age_is_asked_on_the_same_screen() -> None:
    mission = make_mission()
    client = sign_in(make_user(person=make_person(age=None)))
    assert "Date de naissance" in client.get(apply_url(mission)).content.decode()
    client.post(apply_url(mission), {"slot": mission.slots.get().pk, "birth_date": "1990-05-01"})
    person = Participation.objects.get().person
    assert person.birth_year == 1990


def test_a_stranger_too_young_is_told_at_the_birth_date_and_no_guardian_is_asked_in_vain(
    client: Client,
) -> None:
    mission = make_mission(minimum_age=18)
    born = f"{today().year - 17}-01-01"
    typed = {
        "slot": mission.slots.get().pk,
        "first_name": "Zoé",
        "email": "zoe@exemple.fr",
        "birth_date": born,
    }
    response = client.post(apply_url(mission), typed | {"message": "Bonjour"})
    assert response.status_code == 422
    form = response.context["form"]
    assert "ans, et vous ne les aurez pas encore" in form.errors["birth_date"][0]
    assert "guardian_email" not in form.errors
    assert form["message"].value() == "Bonjour"
    mission.minimum_age = 16
    mission.save()
    form = client.post(apply_url(mission), typed).context["form"]
    assert "birth_date" not in form.errors
    assert "guardian_email" in form.errors


@pytest.mark.parametrize(
    ("state", "whole"),
    [("open", "validated"), ("cancelled", "validated"), ("suspended", "validated"), ("open", "suspended")],
)
def test_no_link_of_an_application_leads_nowhere(state: str, whole: str) -> None:
    user = make_user()
    mission = make_mission(state=state, organisation=make_organisation(state=whole))
    row = make_participation(mission=mission, person=user.person, state=State.APPLIED)
    client = sign_in(user)
    page = client.get(f"/mon-espace/candidatures/{row.pk}/").content.decode()
    for link in (mission.get_absolute_url(), mission.organisation.get_absolute_url()):
        if f'href="{link}"' in page:
            assert client.get(link).status_code == 200
    assert (f'href="{mission.get_absolute_url()}"' in page) == ((state, whole) == ("open", "validated"))


@pytest.mark.parametrize("slot", ["", "0", "abc", "99999999999999999999", "\x00"])
def test_a_forged_slot_is_refused_in_french(slot: str) -> None:
    mission = make_mission()
    response = sign_in(make_user()).post(apply_url(mission), {"slot": slot})
    assert response.status_code == 422
    assert "créneau" in response.content.decode()


def test_a_slot_of_another_mission_is_refused() -> None:
    other = make_mission().slots.get()
    assert sign_in(make_user()).post(apply_url(make_mission()), {"slot": other.pk}).status_code == 422
    assert not Participation.objects.exists()


def test_old_slugs_lead_on_and_closed_missions_do_not_open(client: Client) -> None:
    mission = make_mission()
    moved = client.get(f"/missions/{mission.pk}-ancien-titre/candidater/?creneau=3")
    assert moved.url == f"{apply_url(mission)}?creneau=3"
    assert client.get(apply_url(make_mission(state="closed"))).status_code == 404


# --- a partner's mission -----------------------------------------------------------------------------------


def test_leaving_for_a_partner_is_a_post_that_is_counted_then_a_page_with_a_plain_link(
    client: Client,
) -> None:
    mission = make_mission(imported=True)
    leaving = reverse("participations:leaving", args=[mission.pk])
    assert client.get(leaving).status_code == 302
    assert Departure.objects.count() == 0
    depart = reverse("missions:depart", args=[mission.pk, mission.slug])
    assert client.get(depart).status_code == 405
    for _ in range(2):
        response = client.post(depart, follow=True)
    assert mission.application_url in response.content.decode()
    assert Departure.objects.get().person is None
    person = make_user()
    sign_in(person).post(depart)
    assert Departure.objects.filter(person=person.person).count() == 1


def test_the_question_is_answered_by_post_from_a_signed_link(client: Client) -> None:
    departure = services.depart(make_mission(imported=True), person=make_person())
    Departure.objects.update(created_at=now() - datetime.timedelta(days=8))
    services.ask_about_departure(departure.pk)
    link = re.search(r"(/departs/[^/\s]+/)", Message.objects.get().text)[1]
    assert "Avez-vous candidaté" in client.get(link).content.decode()
    departure.refresh_from_db()
    assert departure.answer == ""
    assert "Merci" in client.post(link, {"answer": "yes"}).content.decode()
    departure.refresh_from_db()
    assert departure.answer == "yes"
    assert client.post(link, {"answer": "peut-être"}).status_code == 200
    assert client.get(link[:-5] + "xxxx/").status_code == 410
    assert notifications.departure_of_token("n’importe quoi") is None


# --- a person follows --------------------------------------------------------------------------------------


def test_a_person_sees_only_their_own_applications_and_cancels_them() -> None:
    mine, theirs = make_participation(), make_participation()
    client = sign_in(make_user(person=mine.person))
    assert mine.mission.title in client.get(reverse("participations:all_mine")).content.decode()
    assert client.get(reverse("participations:mine", args=[theirs.pk])).status_code == 404
    assert client.post(reverse("participations:cancel", args=[theirs.pk])).status_code == 404
    client.post(reverse("participations:cancel", args=[mine.pk]), {"reason": "Je déménage"})
    mine.refresh_from_db()
    assert (mine.state, mine.cancel_reason) == (State.CANCELLED, "Je déménage")


# --- the organisation answers ------------------------------------------------------------------------------


@pytest.fixture
def space() -> Any:
    organisation = make_organisation()
    mission = make_mission(organisation=organisation)
    person = make_person(
        first_name="Zineb", last_name="Quatrelivre", email="zineb@exemple.fr", phone="+33 6 11 22 33 44"
    )
    participation = services.apply(person=person, slot=mission.slots.get(), message="Bonjour", actor=None)
    return organisation, participation


def space_url(organisation: Any, participation: Any = None, verb: str = "") -> str:
    ids = [organisation.pk, organisation.slug]
    if participation is None:
        return reverse("participations:space", args=ids)
    name = "act" if verb else "answer"
    return reverse(f"participations:{name}", args=[*ids, participation.pk, *([verb] if verb else [])])


def test_before_the_yes_the_organisation_sees_little_and_after_it_both_sides_see_contacts(space: Any) -> None:
    organisation, participation = space
    manager = make_member(organisation, role="manager", person=make_person(last_name="Marchand"))
    client = sign_in(manager)
    for url in (space_url(organisation), space_url(organisation, participation)):
        html = client.get(url).content.decode()
        assert "Zineb" in html
        assert "Guéret" in html
        for private in ("Quatrelivre", "zineb@", "11 22 33 44"):
            assert private not in html
    theirs = sign_in(make_user(person=participation.person))
    assert (
        "Marchand" not in theirs.get(reverse("participations:mine", args=[participation.pk])).content.decode()
    )
    client.post(space_url(organisation, participation, "accepter"), {"message": "Bienvenue"})
    html = client.get(space_url(organisation, participation)).content.decode()
    for shown in ("Quatrelivre", "zineb@exemple.fr", "11 22 33 44"):
        assert shown in html
    html = theirs.get(reverse("participations:mine", args=[participation.pk])).content.decode()
    assert "Marchand" in html
    assert "Bienvenue" in html


@pytest.mark.parametrize("role", ["owner", "manager", "reader", "stranger", "other_owner", "anonymous"])
def test_who_opens_the_applications_of_an_organisation(space: Any, role: str) -> None:
    organisation, participation = space
    if role == "anonymous":
        client, expected = Client(), 302
    elif role == "stranger":
        client, expected = sign_in(make_user()), 404
    elif role == "other_owner":
        client, expected = sign_in(make_member(make_organisation())), 404
    else:
        client, expected = sign_in(make_member(organisation, role=role)), 403 if role == "reader" else 200
    assert client.get(space_url(organisation)).status_code == expected
    assert client.get(space_url(organisation, participation)).status_code == expected
    acted = client.post(space_url(organisation, participation, "accepter"))
    assert acted.status_code == (302 if expected == 200 else expected)
    participation.refresh_from_db()
    assert (participation.state == State.ACCEPTED) == (expected == 200)


def test_an_application_elsewhere_is_not_found_in_one_s_own_space(space: Any) -> None:
    _, participation = space
    other = make_organisation()
    client = sign_in(make_member(other))
    assert client.get(space_url(other, participation)).status_code == 404
    assert client.post(space_url(other, participation, "refuser"), {"reason": "full"}).status_code == 404


def test_a_reader_sees_counts_and_no_name(space: Any) -> None:
    organisation, participation = space
    client = sign_in(make_member(organisation, role="reader"))
    manage = reverse("missions:manage", args=[organisation.pk, organisation.slug, participation.mission_id])
    html = client.get(manage).content.decode()
    assert "1 attend une réponse" in html.replace("\xa0", " ")
    assert "Zineb" not in html
    assert "Zineb" not in client.get(organisation.space_url).content.decode()


def test_a_refusal_needs_a_reason_and_keeps_the_message(space: Any) -> None:
    organisation, participation = space
    client = sign_in(make_member(organisation))
    response = client.post(space_url(organisation, participation, "refuser"), {"message": "Mot gardé"})
    assert response.status_code == 422
    assert "Mot gardé" in response.content.decode()
    client.post(space_url(organisation, participation, "refuser"), {"reason": "dates", "message": "Désolés"})
    participation.refresh_from_db()
    assert (participation.state, participation.decline_reason) == (State.DECLINED, "dates")


def test_the_second_of_two_who_answer_keeps_what_was_typed(space: Any) -> None:
    organisation, participation = space
    client = sign_in(make_member(organisation))
    services.talk(participation, actor=None)
    typed = {"message": "Mot gardé", "version": "1"}
    response = client.post(space_url(organisation, participation, "accepter"), typed)
    html = response.content.decode()
    assert response.status_code == 409
    assert "en discussion" in html
    assert "Mot gardé" in html


def test_late_applications_come_first_and_are_counted(space: Any) -> None:
    organisation, participation = space
    Participation.objects.update(applied_at=now() - datetime.timedelta(days=8))
    make_participation(person=make_person(first_name="Récent"), slot=participation.slot)
    client = sign_in(make_member(organisation))
    html = client.get(space_url(organisation)).content.decode().replace("\xa0", " ")
    assert html.index("Zineb") < html.index("Récent")
    assert "1 candidature attend depuis plus de 5 jours" in html
    assert "1 attend depuis plus de 5 jours" in client.get(organisation.space_url).content.decode().replace(
        "\xa0", " "
    )


def test_what_was_not_confirmed_is_not_shown(space: Any) -> None:
    organisation, participation = space
    minor = make_person(first_name="Cachette", age=17, guardian="to_send")
    services.wait_for_guardian(person=minor, slot=participation.slot, actor=None)
    assert "Cachette" not in sign_in(make_member(organisation)).get(space_url(organisation)).content.decode()


@pytest.mark.parametrize("page", ["space", "mine"])
def test_as_many_queries_for_twenty_applications_as_for_one(space: Any, page: str) -> None:
    organisation, participation = space
    if page == "space":
        client, url = sign_in(make_member(organisation)), space_url(organisation)
    else:
        client, url = sign_in(make_user(person=participation.person)), reverse("participations:all_mine")
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for n in range(15):
        if page == "space":
            make_participation(slot=make_slot(participation.mission, in_days=20 + n))
        else:
            make_participation(person=participation.person)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(one)


def test_one_s_own_space_says_first_what_waits(space: Any) -> None:
    organisation, participation = space
    client = Client()
    user = make_staff()
    sign_in_staff(client, user)
    page = reverse("accounts:my_space")
    assert "Rien ne vous attend" in client.get(page).text
    Membership.objects.create(organisation=organisation, person=user.person, role="manager")
    make_proposal(
        request=make_request(person=user.person, state="proposed"),
        proposed_at=now() - datetime.timedelta(days=2),
    )
    Participation.objects.update(applied_at=now() - datetime.timedelta(days=3))
    pending = make_organisation(state="pending")
    moderation.open_item("organisation", pending, title=pending.name, department=pending.commune.department)
    text = client.get(page).text.replace("\xa0", " ")
    lines = (  # the oldest first
        f"1 candidature à traiter : {organisation.name}",
        "1 proposition à regarder",
        "1 décision attend la brigade",
    )
    places = [text.index(line) for line in lines]
    assert places == sorted(places)
    assert places[-1] < text.index("Mes demandes d’engagement")
    with CaptureQueriesContext(connection) as one:
        client.get(page)
    for n in range(5):
        make_participation(slot=make_slot(participation.mission, in_days=20 + n))
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) == len(one)


def test_one_stops_following_a_full_mission_from_the_list_of_alerts() -> None:
    user, other = make_user(), make_user()
    mine = PlaceAlert.objects.create(person=user.person, mission=make_mission(title="Complète"))
    theirs = PlaceAlert.objects.create(person=other.person, mission=mine.mission)
    client = sign_in(user)
    assert "Complète" in client.get("/mon-espace/alertes/").text
    assert client.post(reverse("participations:forget_alert", args=[theirs.pk])).status_code == 404
    page = client.post(reverse("participations:forget_alert", args=[mine.pk]), follow=True)
    assert "nous ne vous écrirons pas pour cette mission" in page.text
    assert "Complète" not in page.text.partition("<h1>")[2]
    assert list(PlaceAlert.objects.all()) == [theirs]
    assert Event.objects.filter(verb="place_alert.deleted").count() == 1

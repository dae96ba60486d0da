"""Pages of events: the list and its filters, one event, registering without an account, the organisation’s space."""

from __future__ import annotations

import datetime
import json
import re
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from alliances.events import notifications, registering, services
from alliances.events.models import Event, Registration
from jeveuxagir.accounts.models import UnconfirmedContact
from jeveuxagir.common.clock import now, today
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from tests import factories as f

pytestmark = pytest.mark.django_db
LIST = "/evenements/"
MARSEILLE = "13055"


def text(client: Client, path: str, **parameters: Any) -> str:
    response = client.get(path, parameters)
    assert response.status_code == 200, response.status_code
    return response.content.decode().replace("\xa0", " ")


def found(client: Client, **parameters: Any) -> list[int]:
    return [card.event.pk for card in client.get(LIST, parameters).context["cards"]]


# --- the list -----------------------------------------------------------------------------------------------------


def test_an_event_in_marseille_and_online_is_found_by_both_ways_with_its_calendar(client: Client) -> None:
    event = f.make_event(commune=MARSEILLE, mode="both")
    f.make_event(commune=f.GUERET)
    assert found(client, lieu="Marseille") == [event.pk]
    assert found(client, lieu="Marseille", mode="on_site") == [event.pk]
    assert found(client, mode="online") == [event.pk]
    page = text(client, event.get_absolute_url())
    assert "sur place" in page
    assert "en ligne" in page
    assert "Marseille (13), et en ligne" in page
    assert "agenda.ics" in page
    assert "MixedEventAttendanceMode" in page


def test_the_page_of_an_event_leads_on_to_others_near_there_or_online(client: Client) -> None:
    event = f.make_event(commune=f.GUERET, domain_id="environnement")
    later = f.make_event(commune=f.GUERET, in_days=4)
    alike = f.make_event(commune=f.GUERET, in_days=8, domain_id="environnement")
    online = f.make_event(mode="online", commune=None, in_days=5)
    f.make_event(commune=MARSEILLE)
    f.make_event(commune=f.GUERET, state="cancelled")
    f.make_event(commune=f.GUERET, in_days=-2, state="done")
    with CaptureQueriesContext(connection) as queries:
        beside = client.get(event.get_absolute_url()).context["beside"]
    assert [card.event.pk for card in beside] == [alike.pk, later.pk, online.pk]
    for _ in range(4):
        f.make_event(commune=f.GUERET)
    with CaptureQueriesContext(connection) as more:
        assert len(client.get(event.get_absolute_url()).context["beside"]) == 3
    assert len(more) == len(queries)


def test_a_place_keeps_what_is_near_and_what_is_followed_online(client: Client) -> None:
    near = f.make_event(commune=f.GUERET, in_days=4)
    online = f.make_event(mode="online", in_days=5)
    f.make_event(commune=f.LILLE, in_days=6)
    assert found(client, lieu="Guéret") == [near.pk, online.pk]
    assert found(client, lieu="Guéret", mode="on_site") == [near.pk]


def test_words_are_searched_in_french_in_the_title_the_organisation_and_the_town(client: Client) -> None:
    event = f.make_event(title="Réparer une bicyclette ensemble")
    f.make_event(title="Apprendre à lire une facture")
    assert found(client, q="bicyclettes reparer") == [event.pk]
    assert set(found(client, q="gueret")) == set(Event.objects.values_list("pk", flat=True))


def test_filters_count_what_each_choice_would_give(client: Client) -> None:
    f.make_event(kind="workshop", domain_id="education")
    f.make_event(kind="visit", mode="both", commune=f.LILLE)
    f.make_event(kind="visit", mode="online")
    response = client.get(LIST, {"sorte": "workshop"})
    counts = {
        facet.name: {choice.value: choice.count for choice in (*facet.shown, *facet.folded)}
        for facet in response.context["facets"]
    }
    assert counts["sorte"] == {"workshop": 1, "visit": 2}
    assert counts["mode"] == {"on_site": 1}
    everything = client.get(LIST).context["facets"]
    (ways,) = [facet for facet in everything if facet.name == "mode"]
    assert {choice.value: choice.count for choice in ways.shown} == {"on_site": 2, "online": 2}
    assert len(found(client, sorte=["workshop", "visit"])) == 3
    assert len(found(client, departement="59")) == 1


def test_past_events_stand_apart_with_their_replays(client: Client) -> None:
    f.make_event()
    seen = f.make_event(in_days=-3, state="done", replay_url="https://exemple.fr/video", followed_at=now())
    other = f.make_event(in_days=-9, state="done")
    assert found(client, quand="passes") == [seen.pk, other.pk]
    assert found(client, replay="on") == [seen.pk]
    assert seen.pk not in found(client)
    assert "https://exemple.fr/video" in text(client, seen.get_absolute_url())


def test_a_cancelled_event_leaves_the_list_and_its_page_says_why(client: Client) -> None:
    event = f.make_event(state="cancelled", reason="L’animatrice est malade.")
    assert found(client) == []
    page = text(client, event.get_absolute_url())
    assert "Cet événement est annulé" in page
    assert "L’animatrice est malade." in page
    assert "EventCancelled" in page


@pytest.mark.parametrize(
    "query",
    ["sorte=fete", "mode=lune", "odd=99", "lieu=Nullepartville", "q=" + "x" * 5000, "departement=999"],
)
def test_a_wrong_filter_is_said_in_french_and_the_page_stands(client: Client, query: str) -> None:
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 200


def test_nothing_found_leads_on(client: Client) -> None:
    other = f.make_event()
    page = text(client, LIST, q="zzzzz")
    assert "Aucun événement" in page
    assert other.title in page
    assert "/evenements/proposer/" in page


def test_the_list_costs_the_same_with_one_and_many(client: Client) -> None:
    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    paths = (
        LIST,
        f"{LIST}?vue=carte",
        f"{LIST}?quand=passes",
        "/flux/evenements.atom",
        "/flux/evenements.ics",
    )
    f.make_event(mode="both").sdgs.set([4])
    f.make_event(in_days=-2)
    for path in paths:
        cost(path)
    ones = [cost(path) for path in paths]
    for _ in range(12):
        f.make_event(mode="both").sdgs.set([4, 11])
        f.make_event(in_days=-2)
    assert [cost(path) for path in paths] == ones


def test_a_map_shows_what_takes_place_somewhere(client: Client) -> None:
    f.make_event()
    f.make_event(mode="online")
    response = client.get(LIST, {"vue": "carte"})
    assert response.context["off_map"] == 1
    assert "ui-number" in response.content.decode()


# --- one event ----------------------------------------------------------------------------------------------------


def test_a_draft_is_shown_to_its_team_alone(client: Client) -> None:
    event = f.make_event(state="draft")
    assert client.get(event.get_absolute_url()).status_code == 404
    client.force_login(f.make_user())
    assert client.get(event.get_absolute_url()).status_code == 404
    client.force_login(f.make_member(event.organisation))
    page = text(client, event.get_absolute_url())
    assert "Aperçu" in page
    assert "noindex" in page
    assert "ld+json" not in page


def test_what_machines_read_cannot_leave_its_block(client: Client) -> None:
    event = f.make_event(title="</script><script>alert(1)</script>", capacity=3)
    page = client.get(event.get_absolute_url()).content.decode()
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    node = json.loads(block)
    assert node["@type"] == "Event"
    assert node["name"] == event.title
    assert node["remainingAttendeeCapacity"] == 3
    assert node["eventAttendanceMode"].endswith("OfflineEventAttendanceMode")


def test_the_calendar_file_follows_the_event_and_takes_it_out_once_cancelled(client: Client) -> None:
    event = f.make_event(commune=MARSEILLE, zone="Europe/Paris")
    path = f"{event.get_absolute_url()}agenda.ics"

    def read() -> Any:
        made = Calendar.from_ical(client.get(path).content)
        return made, next(iter(made.walk("VEVENT")))

    made, first = read()
    assert (str(made["METHOD"]), int(first["SEQUENCE"])) == ("PUBLISH", 0)
    Event.objects.filter(pk=event.pk).update(sequence=2)
    _, moved = read()
    assert (moved["UID"], int(moved["SEQUENCE"])) == (first["UID"], 2)
    Event.objects.filter(pk=event.pk).update(state="cancelled", reason="Non", sequence=3)
    made, gone = read()
    assert (str(made["METHOD"]), str(gone["STATUS"])) == ("CANCEL", "CANCELLED")
    assert gone["UID"] == first["UID"]


def test_the_link_to_follow_online_is_for_those_who_have_a_place(client: Client) -> None:
    event = f.make_event(mode="online", online_url="https://salle.exemple.fr/secret", online_capacity=1)
    user, waits = f.make_user(), f.make_user()
    registering.register(event=event, person=user.person, how="online", actor=user)
    registering.register(event=event, person=waits.person, how="online", actor=waits, wait=True)
    paths = (event.get_absolute_url(), f"{event.get_absolute_url()}agenda.ics", LIST, "/flux/evenements.ics")
    client.force_login(waits)
    for path in (*paths, "/mon-espace/evenements/", f"/api/v1/events/{event.pk}/"):
        assert b"secret" not in client.get(path).content
    client.force_login(user)
    assert b"secret" in client.get("/mon-espace/evenements/").content
    assert b"secret" in client.get(paths[1]).content.replace(b"\r\n ", b"")


# --- registering ----------------------------------------------------------------------------------------------------


def stranger(**changes: Any) -> dict[str, Any]:
    names = ("first_name", "email", "contact_by", "shown_at", "proof")
    fields = f.contact_fields(email="nouvelle@exemple.fr")
    return {name: fields[name] for name in names} | {"last_name": "", "message": ""} | changes


def link_of(message: Message) -> str:
    match = re.search(r"/confirmer/[^\s]+", message.text)
    assert match
    return match[0]


def test_somebody_signed_in_takes_a_place_at_once(client: Client) -> None:
    event = f.make_event(capacity=1)
    client.force_login(f.make_user())
    page = client.post(f"{event.get_absolute_url()}inscription/", {"message": "Bonjour"}, follow=True)
    assert "Votre place est prise." in page.content.decode()
    assert Registration.objects.get().state == "registered"
    assert "Votre place est prise" in text(client, event.get_absolute_url())


def test_the_last_place_gone_the_form_keeps_what_was_typed_and_offers_to_wait(client: Client) -> None:
    event = f.make_event(capacity=1)
    client.force_login(f.make_user())
    f.make_registration(event)
    path = f"{event.get_absolute_url()}inscription/"
    response = client.post(path, {"message": "Je viens avec ma fille"})
    assert response.status_code == 409
    page = response.content.decode()
    assert "Je viens avec ma fille" in page
    assert 'name="attendre"' in page
    page = (
        client.post(path, {"message": "", "attendre": "1"}, follow=True).content.decode().replace("\xa0", " ")
    )
    assert "liste d’attente" in page
    assert "Vous êtes la première personne sur la liste." in page


def test_without_an_account_the_place_is_taken_when_the_address_is_confirmed() -> None:
    event, visitor = f.make_event(capacity=2), Client()
    answer = visitor.post(f"{event.get_absolute_url()}inscription/", stranger(), follow=True)
    assert "ouvrez votre messagerie" in answer.content.decode()
    event.refresh_from_db()
    assert event.taken == 0
    message = Message.objects.get(kind="events.confirm")
    assert event.title in message.text.replace("\xa0", " ")
    link = link_of(message)
    assert "Vous avez demandé une place à un événement" in visitor.get(link).content.decode()
    page = visitor.post(link, {"terms": "on", "accept": "on"}, follow=True).content.decode()
    assert "Votre place est prise" in page
    event.refresh_from_db()
    assert event.taken == 1
    row = Registration.objects.get()
    assert row.person is not None
    assert row.person.email == "nouvelle@exemple.fr"


def test_full_meanwhile_whoever_confirms_waits_and_is_told_so() -> None:
    event, visitor = f.make_event(capacity=1), Client()
    visitor.post(f"{event.get_absolute_url()}inscription/", stranger())
    f.make_registration(event)
    link = link_of(Message.objects.get(kind="events.confirm"))
    page = visitor.post(link, {"terms": "on", "accept": "on"}, follow=True).content.decode()
    assert "liste d’attente" in page
    assert Registration.objects.filter(state="waiting").count() == 1


def test_cancelled_meanwhile_whoever_confirms_is_told_so_and_nothing_is_kept() -> None:
    event, visitor = f.make_event(), Client()
    visitor.post(f"{event.get_absolute_url()}inscription/", stranger())
    Event.objects.update(state="cancelled", reason="Non")
    link = link_of(Message.objects.get(kind="events.confirm"))
    page = visitor.post(link, {"terms": "on", "accept": "on"}, follow=True).content.decode()
    assert "Cet événement est annulé" in page
    assert not Registration.objects.exists()


def test_a_known_address_sees_the_same_screen_and_is_asked_to_sign_in() -> None:
    from allauth.account.models import EmailAddress

    known = f.make_user(email="nouvelle@exemple.fr")
    EmailAddress.objects.get_or_create(
        user=known, email=known.email, defaults={"verified": True, "primary": True}
    )
    event = f.make_event()
    answer = Client().post(f"{event.get_absolute_url()}inscription/", stranger(), follow=True)
    assert "ouvrez votre messagerie" in answer.content.decode()
    assert Message.objects.get().kind == "events.sign_in"


def test_what_nobody_confirms_is_erased_after_48_hours() -> None:
    event = f.make_event()
    Client().post(f"{event.get_absolute_url()}inscription/", stranger())
    assert registering.erase_unconfirmed() == 0
    UnconfirmedContact.objects.update(expires_at=now() - datetime.timedelta(minutes=1))
    assert registering.erase_unconfirmed() == 1
    assert not Registration.objects.exists()


def test_a_place_is_given_back_in_one_click_from_the_mail_and_opening_the_page_changes_nothing() -> None:
    event = f.make_event(capacity=1)
    held, waits = f.make_registration(event), f.make_registration(event, state="waiting")
    path = f"/evenements/mon-inscription/{notifications.token_of(held.pk)}/"
    visitor = Client()
    assert "Annuler mon inscription" in visitor.get(path).content.decode()
    held.refresh_from_db()
    assert held.state == "registered"
    page = visitor.post(path, follow=True).content.decode()
    assert "Votre inscription est annulée" in page
    waits.refresh_from_db()
    assert waits.state == "registered"
    assert visitor.post(path, follow=True).status_code == 200


@pytest.mark.parametrize("token", ["x", signing.Signer(salt="autre").sign_object(1), "é" * 300])
def test_a_forged_link_finds_nothing(client: Client, token: str) -> None:
    assert client.get(f"/evenements/mon-inscription/{token}/").status_code == 404


def test_a_stranger_who_types_too_much_is_answered_in_french_and_nothing_is_lost() -> None:
    event = f.make_event()
    response = Client().post(
        f"{event.get_absolute_url()}inscription/", stranger(message="x" * 100_000, email="pas une adresse")
    )
    assert response.status_code == 422
    page = response.content.decode()
    assert "1000" in page or "1 000" in page.replace("\u202f", " ").replace("\xa0", " ")
    assert "pas une adresse" in page


# --- the organisation's space ---------------------------------------------------------------------------------------


def typed(**changes: Any) -> dict[str, Any]:
    day = today() + datetime.timedelta(days=20)
    return {
        "kind": "workshop",
        "title": "Réparer son vélo ensemble",
        "description": "On apprend à changer une chambre à air, puis chacun répare le sien.",
        "day": day.isoformat(),
        "start": "14:00",
        "end": "16:00",
        "mode": "on_site",
        "commune": "Guéret (23)",
        "place": "Maison des associations",
        "capacity": "12",
    } | changes


def space_of(organisation: Any) -> str:
    return f"/espace/{organisation.pk}-{organisation.slug}/evenements/"


def test_an_organisation_writes_sends_and_holds_an_event(client: Client) -> None:
    organisation = f.make_organisation()
    client.force_login(f.make_member(organisation))
    base = space_of(organisation)
    page = client.post(f"{base}nouveau/", typed(), follow=True)
    event = Event.objects.get()
    assert page.redirect_chain[-1][0] == event.manage_url
    assert (event.capacity, event.department_id, event.local_start.hour) == (12, "23", 14)
    client.post(f"{event.manage_url}envoyer/")
    assert ModerationItem.objects.open().get(kind="event").subject_id == event.pk
    services.publish(event, actor=None)
    assert "Voir la page publique" in text(client, event.manage_url)
    assert event.title in text(client, base)


def test_a_series_is_written_on_the_same_page(client: Client) -> None:
    organisation = f.make_organisation()
    client.force_login(f.make_member(organisation))
    response = client.post(f"{space_of(organisation)}nouveau/", typed(rhythm="weekly"))
    assert response.status_code == 422
    assert "combien de dates" in response.content.decode()
    client.post(f"{space_of(organisation)}nouveau/", typed(rhythm="weekly", count="5"))
    assert Event.objects.count() == 5
    page = text(client, Event.objects.order_by("pk")[0].manage_url)
    assert page.count("brouillon") >= 5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "Donnez un titre"),
        ({"day": "hier"}, "date"),
        ({"end": "13:00"}, "La fin est avant le début"),
        ({"commune": ""}, "Dites dans quelle commune"),
        ({"place": " "}, "Dites où se retrouver"),
        ({"mode": "online", "online_url": "javascript:alert(1)"}, "adresse"),
        ({"mode": "online", "online_url": "ftp://exemple.fr/x"}, "https://"),
        ({"capacity": "0"}, "1"),
        ({"description": "x" * 100_000}, "8"),
        ({"title": "Bonjour\x00"}, "nul"),
    ],
)
def test_what_is_wrong_is_said_where_it_is_and_nothing_is_lost(
    client: Client, changes: dict[str, Any], words: str
) -> None:
    organisation = f.make_organisation()
    client.force_login(f.make_member(organisation))
    response = client.post(f"{space_of(organisation)}nouveau/", typed(**changes))
    assert response.status_code in (409, 422)
    page = response.content.decode().replace("\xa0", " ")
    assert words in page
    assert "Maison des associations" in page or "place" in changes
    assert not Event.objects.exists()


def test_an_edit_of_the_words_is_shown_as_waiting_and_may_be_taken_back(client: Client) -> None:
    event = f.make_event()
    client.force_login(f.make_member(event.organisation))
    start = event.local_start
    fields = typed(
        title="Un titre tout neuf",
        kind=event.kind,
        description=event.description,
        day=start.date().isoformat(),
        start=f"{start:%H:%M}",
        end=f"{event.local_end:%H:%M}",
        capacity="",
        version=str(event.version),
    )
    page = client.post(f"{event.manage_url}modifier/", fields, follow=True).content.decode()
    assert "Des changements attendent la brigade" in page
    assert "Un titre tout neuf" in text(client, f"{event.manage_url}modifier/")
    client.post(f"{event.manage_url}retirer-les-changements/")
    assert "Des changements attendent" not in text(client, event.manage_url)


def test_readers_see_counts_and_no_name(client: Client) -> None:
    event = f.make_event()
    f.make_registration(event, person=f.make_user(first_name="Zénobie", last_name="Quatremer").person)
    client.force_login(f.make_member(event.organisation, role="reader"))
    page = text(client, event.manage_url)
    assert "Zénobie" not in page
    assert "place prise" in page
    client.force_login(f.make_member(event.organisation))
    page = text(client, event.manage_url)
    assert "Zénobie Q." in page
    assert "Quatremer" not in page


def test_presence_is_noted_and_the_list_goes_to_a_spreadsheet(client: Client) -> None:
    event = f.make_event(in_days=-1)
    rows = [
        f.make_registration(event, person=f.make_user(first_name=name).person, message="=1+1")
        for name in ("Awa", "Bo")
    ]
    client.force_login(f.make_member(event.organisation))
    client.post(f"{event.manage_url}presences/", {"liste": [row.pk for row in rows], "venues": [rows[0].pk]})
    assert [Registration.objects.get(pk=row.pk).state for row in rows] == ["attended", "absent"]
    answer = client.post(f"{event.manage_url}inscriptions.csv")
    content = answer.content.decode()
    assert answer["Content-Type"].startswith("text/csv")
    assert "Awa" in content
    assert "'=1+1" in content
    assert "@" not in content, "no address leaves"


def test_the_page_of_an_event_costs_the_same_with_one_and_many_registrations(client: Client) -> None:
    event = f.make_event(capacity=40)
    client.force_login(f.make_member(event.organisation))

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            text(client, event.manage_url)
        return len(queries)

    f.make_registration(event)
    cost()
    one = cost()
    for _ in range(10):
        f.make_registration(event)
    assert cost() == one


def test_the_replay_and_the_report_are_published_from_there(client: Client) -> None:
    event = f.make_event(in_days=-1, state="done")
    client.force_login(f.make_member(event.organisation))
    wrong = client.post(f"{event.manage_url}suite/", {"replay_url": "file:///etc/passwd", "report": ""})
    assert wrong.status_code == 422
    empty = client.post(f"{event.manage_url}suite/", {"replay_url": "", "report": ""})
    assert empty.status_code == 422
    client.post(
        f"{event.manage_url}suite/", {"replay_url": "https://exemple.fr/v", "report": "Ce qui s’est dit."}
    )
    page = text(Client(), event.get_absolute_url())
    assert "Revoir l’événement" in page
    assert "Ce qui s’est dit." in page


# --- elsewhere ------------------------------------------------------------------------------------------------------


def test_an_event_stands_on_the_pages_of_its_organisation_and_of_its_alliance(client: Client) -> None:
    alliance = f.make_alliance(publication="public", published_at=now())
    organisation = alliance.parties.order_by("pk")[0].organisation
    event = f.make_event(organisation=organisation, alliance=alliance)
    draft = f.make_event(organisation=organisation, alliance=alliance, state="draft")
    for page in (organisation.get_absolute_url(), alliance.get_absolute_url()):
        shown = text(client, page)
        assert event.title in shown
        assert draft.title not in shown
    member = f.make_member(organisation)
    client.force_login(member)
    assert event.title in text(client, alliance.space_url)
    assert draft.title in text(client, organisation.space_url)


def test_my_space_shows_where_i_go(client: Client) -> None:
    row = f.make_registration()
    assert row.person is not None
    client.force_login(row.person.user)
    assert row.event.title in text(client, "/mon-espace/")
    page = text(client, "/mon-espace/evenements/")
    assert row.event.title in page
    client.post(f"/mon-espace/evenements/{row.pk}/annuler/")
    row.refresh_from_db()
    assert row.state == "cancelled"


def test_whoever_has_no_organisation_is_told_how_to_propose(client: Client) -> None:
    client.force_login(f.make_user())
    assert "Inscrire mon organisation" in text(client, "/evenements/proposer/")
    organisation = f.make_organisation()
    client.force_login(f.make_member(organisation))
    assert client.get("/evenements/proposer/")["Location"] == f"{space_of(organisation)}nouveau/"

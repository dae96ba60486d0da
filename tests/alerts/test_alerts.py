"""A search that is kept: what may be asked, what is found, what is told, and when it stops."""

from __future__ import annotations

import datetime
import re
import threading
from typing import Any

import pytest
import time_machine
from django.db import connection, connections
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jeveuxagir.accounts import privacy
from jeveuxagir.accounts.models import Person, UnconfirmedContact, User
from jeveuxagir.accounts.services import erase_unconfirmed
from jeveuxagir.audit import services as audit
from jeveuxagir.audit.models import Delivery
from jeveuxagir.common.clock import PARIS, now
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.notifications import services as messages
from jeveuxagir.notifications.enums import Rhythm as Wish
from jeveuxagir.notifications.models import Message
from jeveuxagir.taxonomies.models import Domain
from missions.alerts import notifications, queries, reactions, services, tasks
from missions.alerts.models import AlertHit, NewMission, SavedSearch
from missions.models import Mission
from tests import factories as f

PAGE = "/mon-espace/alertes/"
NEW = "/missions/alerte/"
NEAR_GUERET = "lieu=Gu%C3%A9ret+(23)&rayon=20"


@pytest.fixture
def user(db: None) -> User:
    return f.make_user(first_name="Camille")


def keep(user: User, search: str = NEAR_GUERET, rhythm: str = "immediate", **options: Any) -> SavedSearch:
    query = queries.checked(QueryDict(search))
    alert, _ = services.keep(person=user.person, query=query, rhythm=rhythm, actor=user, **options)
    return alert


def opens(**fields: Any) -> Mission:
    """A mission that opens now, and its event."""
    mission = f.make_mission(state_changed_at=now(), **fields)
    services.note_open(mission.pk)
    return mission


def hits() -> list[tuple[int, int]]:
    return list(AlertHit.objects.order_by("pk").values_list("alert_id", "mission_id"))


def at(hour: int, *, days: int = 0) -> datetime.datetime:
    day = datetime.datetime.now(PARIS).date() + datetime.timedelta(days=days)
    return datetime.datetime.combine(day, datetime.time(hour), tzinfo=PARIS)


def tell(hour: int = 10, *, days: int = 1) -> int:
    with time_machine.travel(at(hour, days=days), tick=False):
        return services.tell_due()


def mails() -> list[Message]:
    return list(Message.objects.filter(kind=notifications.FOUND).order_by("created_at"))


# --- what may be asked --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("search", "code"),
    [
        ("", "no_criterion"),
        ("tri=date&rayon=50", "no_criterion"),
        ("q=%20%20", "no_criterion"),
        ("lieu=Nulleparthville", "wrong_search"),
        ("domaine=inconnu", "wrong_search"),
        ("domaine=education&au=2001-01-01", "wrong_search"),
        ("domaine=education&du=2030-02-01&au=2030-01-01", "wrong_search"),
        ("q=" + "x" * 8000, "wrong_search"),
        ("q=a%00b", "wrong_search"),
    ],
)
def test_an_alert_on_a_search_that_means_nothing_is_refused_in_words(
    user: User, client: Client, search: str, code: str
) -> None:
    with pytest.raises(RuleBroken) as refusal:
        keep(user, search)
    assert refusal.value.code == code
    assert not SavedSearch.objects.exists()
    client.force_login(user)
    page = client.get(f"{NEW}?{search}")
    assert page.status_code == 200
    assert "ne permet pas d’alerte" in page.content.decode()
    assert client.post(f"{NEW}?{search}", {"label": "x", "rhythm": "daily"}).status_code == 422


def test_the_same_search_written_otherwise_is_one_alert(user: User) -> None:
    first = keep(user, "domaine=sport&domaine=education&q=Lire&tri=date&page=3")
    again, is_new = services.keep(
        person=user.person,
        query=queries.checked(QueryDict("q=lire&domaine=education&domaine=sport")),
        rhythm="weekly",
        actor=user,
    )
    assert (again, is_new) == (first, False)
    assert queries.canonical(queries.read(first.query).query or queries.checked(QueryDict())) == first.query


def test_ten_alerts_at_most(user: User) -> None:
    for number in range(services.AT_MOST):
        keep(user, f"q=mot{number}")
    with pytest.raises(RuleBroken) as refusal:
        keep(user, "q=encore")
    assert refusal.value.code == "too_many_alerts"


def test_eleven_at_once_are_ten_and_the_same_at_once_is_one(committed_db: None) -> None:
    user = f.make_user()
    for number in range(services.AT_MOST - 1):
        keep(user, f"q=mot{number}")
    start = threading.Barrier(6)
    refused: list[str] = []

    def ask(search: str) -> None:
        try:
            start.wait()
            keep(user, search)
        except RuleBroken as broken:
            refused.append(broken.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=(f"q=autre{n % 2}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert SavedSearch.objects.count() == services.AT_MOST
    assert set(refused) == {"too_many_alerts"}


def test_a_search_proposes_an_alert_and_no_criterion_proposes_none(user: User, client: Client) -> None:
    page = client.get(f"/missions/?{NEAR_GUERET}").content.decode()
    assert f'href="{NEW}?lieu=' in page
    assert NEW not in client.get("/missions/").content.decode()


# --- without an account -------------------------------------------------------------------------------------


def stranger(**changes: Any) -> dict[str, Any]:
    fields = f.contact_fields(rhythm="daily", email="nouvelle@exemple.fr", **changes)
    return {
        name: fields[name] for name in ("first_name", "email", "rhythm", "contact_by", "shown_at", "proof")
    }


def link_of(message: Message) -> str:
    found = re.search(r"/confirmer/[^\s]+", message.text)
    assert found
    return found[0]


def test_a_stranger_confirms_the_address_by_a_button_and_then_the_alert_lives(db: None) -> None:
    visitor = Client()
    answer = visitor.post(f"{NEW}?{NEAR_GUERET}", stranger(), follow=True)
    assert "ouvrez votre messagerie" in answer.content.decode()
    assert not SavedSearch.objects.live().exists()
    message = Message.objects.get(kind="mission_alerts.confirm")
    assert "Guéret" not in message.text + message.subject  # nothing a visitor wrote
    link = link_of(message)
    assert "Vous avez demandé une alerte" in visitor.get(link).content.decode()
    assert not SavedSearch.objects.live().exists()
    page = visitor.post(link, {"terms": "on", "accept": "on"}, follow=True)
    assert "votre alerte est en route" in page.content.decode()
    alert = SavedSearch.objects.live().get()
    assert alert.person is not None
    assert alert.person.email == "nouvelle@exemple.fr"
    assert visitor.get(PAGE).status_code == 200


def test_a_known_address_sees_the_same_screen_and_is_asked_to_sign_in(db: None, client: Client) -> None:
    from allauth.account.models import EmailAddress

    known = f.make_user(email="nouvelle@exemple.fr")
    EmailAddress.objects.get_or_create(
        user=known, email=known.email, defaults={"verified": True, "primary": True}
    )
    known_page = client.post(f"{NEW}?{NEAR_GUERET}", stranger(), follow=True).content.decode()
    assert "ouvrez votre messagerie" in known_page
    assert Message.objects.get().kind == "mission_alerts.sign_in"


def test_what_nobody_confirms_is_erased_after_48_hours(client: Client, db: None) -> None:
    client.post(f"{NEW}?{NEAR_GUERET}", stranger())
    assert SavedSearch.objects.count() == 1
    UnconfirmedContact.objects.update(expires_at=now() - datetime.timedelta(minutes=1))
    erase_unconfirmed()
    assert not SavedSearch.objects.exists()


# --- what is found ------------------------------------------------------------------------------------------


def test_a_mission_that_opens_is_found_once_by_the_alerts_it_fits(user: User) -> None:
    near = keep(user)
    education = keep(user, "domaine=education")
    both = keep(user, f"{NEAR_GUERET}&domaine=education")
    for elsewhere in (
        "lieu=Lille+(59)&rayon=20",
        "domaine=sport",
        "distance=on",
        "q=jardiner",
        "rythme=weekly",
    ):
        keep(user, elsewhere)
    mission = opens(domain="education")
    assert services.collect() == 1
    assert set(hits()) == {(alert.pk, mission.pk) for alert in (near, education, both)}
    services.note_open(mission.pk)  # the event is delivered twice, or the mission opens again
    services.collect()
    assert len(hits()) == 3
    assert not NewMission.objects.exists()


def test_what_was_there_before_or_is_closed_already_is_no_news(user: User) -> None:
    before = opens()
    keep(user)
    closed = opens(title="Fermée")
    Mission.objects.filter(pk=closed.pk).update(state="closed")
    services.collect()
    assert not hits()
    services.note_open(before.pk)
    services.collect()
    assert not hits()


def test_a_mission_over_the_border_of_a_department_is_found(user: User) -> None:
    near_border = f.get_commune("87085")  # Limoges
    assert near_border is not None
    alert = keep(user, "lieu=Gu%C3%A9ret+(23)&rayon=100")
    mission = opens(commune=near_border)
    services.collect()
    assert hits() == [(alert.pk, mission.pk)]


def test_a_remote_mission_is_found_by_who_searches_remote_and_not_around_a_town(user: User) -> None:
    remote = keep(user, "distance=on")
    keep(user)
    mission = opens(mode="remote")
    services.collect()
    assert hits() == [(remote.pk, mission.pk)]


def test_a_paused_alert_looks_for_nothing_and_takes_up_from_when_it_resumes(user: User) -> None:
    alert = keep(user)
    services.pause(alert, actor=user)
    opens()
    services.collect()
    services.resume(alert, actor=user)
    opens(title="Après")
    services.collect()
    assert [AlertHit.objects.get().mission.title] == ["Après"]


def test_two_collectors_at_once_find_each_mission_once(committed_db: None) -> None:
    user = f.make_user()
    alert = keep(user)
    for number in range(6):
        opens(title=f"Mission {number}")
    start = threading.Barrier(4)

    def run() -> None:
        try:
            start.wait()
            services.collect()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert AlertHit.objects.filter(alert=alert).count() == 6
    assert not NewMission.objects.exists()


def test_a_collector_that_dies_loses_nothing(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    user = f.make_user()
    keep(user)
    opens()

    def dies(*args: Any, **options: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(services, "_keep", dies)
        with pytest.raises(SystemExit):
            services.collect()
    assert NewMission.objects.count() == 1
    services.collect()
    assert AlertHit.objects.count() == 1


def test_a_search_kept_by_many_is_asked_once(db: None) -> None:
    keep(f.make_user())
    opens()
    with CaptureQueriesContext(connection) as one:
        services.collect()
    for _ in range(20):
        keep(f.make_user())
    opens()
    with CaptureQueriesContext(connection) as many:
        services.collect()
    assert len(many) == len(one)
    assert AlertHit.objects.count() == 1 + 21


def test_the_events_of_missions_that_open_reach_the_alerts(user: User) -> None:
    mission = f.make_mission()
    for verb in ("published", "reopened", "lifted"):
        audit.record(f"mission.{verb}", mission)
    assert Delivery.objects.filter(subscriber="mission_alerts").count() == 3


def test_a_whole_feed_reaches_the_alerts_through_one_event(user: User) -> None:
    keep(user, "domaine=education")
    new = f.make_mission(imported=True, domain="education")
    f.make_mission(imported=True, domain="education", state="closed")
    event = audit.record("feed.run_done", new, partner=new.source, state="done")
    for _ in range(2):
        reactions._imported(event)
    services.collect()
    assert [hit.mission for hit in AlertHit.objects.all()] == [new]


# --- what is told -------------------------------------------------------------------------------------------


def test_one_mail_a_day_for_all_the_alerts_of_a_person(user: User) -> None:
    keep(user, label="Près de chez moi")
    keep(user, "domaine=education", label="L’éducation")
    opens(domain="education", title="Lire avec des élèves")
    opens(domain="education", title="Trier des livres", commune=f.LILLE)
    services.collect()
    assert tell() == 1
    assert tell(hour=18) == 0
    mail = mails()[0]
    assert "2" in mail.subject
    assert mail.text.count("Lire avec des élèves, Guéret (23)") == 1  # found by both, said once
    assert "Trier des livres" in mail.text
    assert mail.text.count("Arrêter cette alerte") == 2
    assert "Votre alerte : Près de chez moi" in mail.text.replace("\xa0", " ")
    assert "Votre alerte : L’éducation" in mail.text.replace("\xa0", " ")
    opens(title="Encore", domain="education")
    services.collect()
    assert tell(hour=19) == 0
    assert tell(days=2) == 1


def test_the_rhythm_is_kept(user: User) -> None:
    weekly = keep(user, rhythm="weekly")
    opens()
    services.collect()
    assert tell(days=1) == 0  # a week has not passed
    assert tell(days=8) == 1
    services.edit(weekly, label="", rhythm="daily", actor=user)
    AlertHit.objects.update(told_at=None, found_at=at(9, days=9))
    assert tell(hour=10, days=9) == 0  # found this morning after eight: tomorrow
    assert tell(hour=8, days=10) == 1


@pytest.mark.parametrize("hour", [0, 7, 20, 23])
def test_nobody_is_woken(user: User, hour: int) -> None:
    keep(user)
    opens()
    services.collect()
    assert tell(hour=hour) == 0


@pytest.mark.parametrize("day", [(2026, 3, 29), (2026, 10, 25)])
def test_the_days_the_clocks_change_are_days_like_others(user: User, day: tuple[int, int, int]) -> None:
    keep(user, rhythm="daily")
    opens()
    services.collect()
    AlertHit.objects.update(found_at=datetime.datetime(*day, 7, 30, tzinfo=PARIS))
    for hour, told in ((7, 0), (8, 1), (9, 0)):
        with time_machine.travel(datetime.datetime(*day, hour, tzinfo=PARIS), tick=False):
            assert services.tell_due() == told


def test_a_mission_closed_meanwhile_is_left_out_and_nothing_is_sent_about_it_alone(user: User) -> None:
    keep(user)
    mission = opens()
    services.collect()
    Mission.objects.filter(pk=mission.pk).update(state="closed")
    assert tell() == 0
    assert not AlertHit.objects.exists()
    assert not mails()


def test_ten_missions_at_most_and_a_link_to_the_others(user: User) -> None:
    keep(user)
    for number in range(13):
        opens(title=f"Mission {number}")
    services.collect()
    assert tell() == 1
    text = mails()[0].text
    assert text.count("/missions/") - text.count("/missions/?") == 10
    assert "Et 3" in text
    assert not AlertHit.objects.filter(told_at__isnull=True).exists()


def test_two_tellers_at_once_send_one_mail(committed_db: None) -> None:
    user = f.make_user()
    keep(user)
    opens()
    services.collect()
    start = threading.Barrier(4)

    def run() -> None:
        try:
            start.wait()
            services.tell_due()
        finally:
            connections.close_all()

    with time_machine.travel(at(10, days=1), tick=False):
        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(mails()) == 1


def test_who_stopped_the_messages_of_alerts_hears_nothing_and_the_page_says_so(
    user: User, client: Client
) -> None:
    keep(user)
    messages.set_preference(user.person_id, notifications.FOUND, rhythm=Wish.NEVER)
    opens()
    services.collect()
    tell()
    assert not mails()
    client.force_login(user)
    assert "Vous avez arrêté les messages d’alerte" in client.get(PAGE).content.decode()


def test_the_tasks_do_nothing_twice(user: User) -> None:
    keep(user)
    opens()
    with time_machine.travel(at(10, days=1), tick=False):
        tasks.run_alerts()
        tasks.run_alerts()
    assert len(mails()) == 1


# --- its end ------------------------------------------------------------------------------------------------


def test_an_alert_whose_domain_is_withdrawn_ends_and_says_so(user: User) -> None:
    alert = keep(user, "domaine=sport")
    keep(user)
    Domain.objects.filter(pk="sport").update(active=False)
    assert services.end_dead()["ended"] == 1
    assert services.end_dead()["ended"] == 0
    alert.refresh_from_db()
    assert alert.end_reason == "criteria"
    assert Message.objects.filter(kind="mission_alerts.ended").count() == 1


def test_an_alert_ends_when_its_dates_are_past(user: User) -> None:
    until = (datetime.datetime.now(PARIS).date() + datetime.timedelta(days=3)).isoformat()
    keep(user, f"{NEAR_GUERET}&au={until}")
    assert services.end_dead()["ended"] == 0
    with time_machine.travel(at(4, days=5)):
        assert services.end_dead()["ended"] == 1
    assert SavedSearch.objects.get().end_reason == "past"


def test_a_link_of_the_mail_stops_one_alert_by_a_button_and_opening_it_changes_nothing(user: User) -> None:
    alert, other = keep(user), keep(user, "q=lire")
    path = f"/alertes/arreter/{notifications.stop_token(alert.pk)}/"
    stranger_client = Client()
    assert stranger_client.get(path).status_code == 200
    assert SavedSearch.objects.live().count() == 2
    for _ in range(2):
        page = stranger_client.post(path, follow=True).content.decode()
        assert "Cette alerte est arrêtée" in page
    assert list(SavedSearch.objects.live()) == [other]
    stranger_client.post(path, {"wanted": "1"})
    assert SavedSearch.objects.live().count() == 2
    assert stranger_client.post("/alertes/arreter/autre/").status_code == 404


def test_one_s_alerts_are_renamed_paused_and_deleted_by_nobody_else(user: User, client: Client) -> None:
    alert = keep(user)
    form = {f"{alert.pk}-label": "Ma ville", f"{alert.pk}-rhythm": "weekly"}
    thief = Client()
    thief.force_login(f.make_user())
    assert thief.post(f"{PAGE}{alert.pk}/", form).status_code == 404
    assert thief.post(f"{PAGE}{alert.pk}/supprimer/").status_code == 404
    client.force_login(user)
    assert client.post(f"{PAGE}{alert.pk}/", form | {f"{alert.pk}-rhythm": "hourly"}).status_code == 422
    assert "Ma ville" in client.post(f"{PAGE}{alert.pk}/", form, follow=True).content.decode()
    assert "En pause" in client.post(f"{PAGE}{alert.pk}/pause/", follow=True).content.decode()
    client.post(f"{PAGE}{alert.pk}/reprendre/")
    assert client.post(f"{PAGE}{alert.pk}/exploser/").status_code == 404
    client.post(f"{PAGE}{alert.pk}/supprimer/")
    assert not SavedSearch.objects.exists()


def test_my_alerts_cost_the_same_for_one_and_for_ten(
    user: User, client: Client, django_assert_num_queries: Any
) -> None:
    keep(user)
    client.force_login(user)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        client.get(PAGE)
    for number in range(9):
        keep(user, f"q=mot{number}")
    with django_assert_num_queries(len(one)):
        client.get(PAGE)


def test_alerts_leave_with_their_person_and_are_in_their_copy(user: User) -> None:
    keep(user, label="Près de Guéret")
    held = {section["label"]: section["rows"] for section in privacy.held_about(user.person)}
    assert held["Alertes sur les nouvelles missions"][0]["Nom"] == "Près de Guéret"
    privacy.erase(Person.objects.get(pk=user.person_id), actor=user)
    assert not SavedSearch.objects.exists()

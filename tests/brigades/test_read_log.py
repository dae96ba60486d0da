"""Who of the brigade looked at whom: written with the page, one row a day, a limit, told to the person."""

from __future__ import annotations

import datetime
import json
import threading
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from alliances.ideas import services as ideas
from jeveuxagir.accounts import privacy, reads
from jeveuxagir.accounts.models import Person, ReadLog, User
from jeveuxagir.accounts.tasks import tell_read_quotas
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import today
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from tests import factories as f


@pytest.fixture(autouse=True)
def _database(request: pytest.FixtureRequest) -> None:
    if "committed_db" not in request.fixturenames:
        request.getfixturevalue("db")


def staff(role: str = "brigade_member") -> tuple[Client, User]:
    client, user = Client(), f.make_staff(role)
    f.sign_in_staff(client, user)
    return client, user


def page_of(kind: str, row: Any) -> str:
    return reverse(f"brigade:{kind}_change", args=[row.pk])


def request_page(row: Any) -> str:
    return page_of("requests_engagementrequest", row)


def rows() -> list[tuple[int, str, bool]]:
    return sorted(ReadLog.objects.values_list("person", "page", "refused"))


# --- what is noted ------------------------------------------------------------------------------------------------


def test_opening_a_request_is_noted_once_a_day() -> None:
    client, user = staff()
    row = f.make_request()
    client.get(reverse("brigade:requests_engagementrequest_changelist"))
    assert rows() == [], "a list is not a page about somebody"
    for _ in range(3):
        assert client.get(request_page(row)).status_code == 200
    client.get(reverse("brigade:requests_engagementrequest_history", args=[row.pk]))
    (noted,) = ReadLog.objects.all()
    assert (noted.viewer, noted.person, noted.page, noted.day) == (user, row.person, "request", today())
    ReadLog.objects.update(day=today() - datetime.timedelta(days=1))
    client.get(request_page(row))
    assert ReadLog.objects.count() == 2


def test_each_sort_of_page_about_somebody_is_noted() -> None:
    client, _ = staff()
    proposal = f.make_proposal()
    participation = f.make_participation()
    author = f.make_user()
    idea = ideas.file(
        person=author.person,
        actor=author,
        commune=f.get_commune(f.GUERET),
        what="Un jardin",
        why="Pour tous",
    )
    case = ModerationItem.objects.get(kind="idea", subject_id=idea.pk)
    owner = f.make_user().person
    organisation = f.make_organisation(owner=owner)
    for kind, row in (
        ("proposals_proposal", proposal),
        ("participations_participation", participation),
        ("brigades_ideacase", case),
        ("organisations_organisation", organisation),
    ):
        assert client.get(page_of(kind, row)).status_code == 200, kind
    assert rows() == sorted(
        [
            (proposal.request.person_id, "proposal", False),
            (participation.person_id, "participation", False),
            (idea.person_id, "idea", False),
            (owner.pk, "organisation", False),
        ]
    )


def test_a_person_of_another_territory_is_not_shown_nor_noted() -> None:
    client, _ = staff()
    elsewhere = f.make_person(commune="45234")
    participation = f.make_participation(person=elsewhere)
    page = client.get(page_of("participations_participation", participation)).content.decode()
    assert "une personne d’un autre territoire" in page
    assert rows() == []


def test_looking_at_oneself_is_not_noted() -> None:
    client, user = staff()
    client.get(request_page(f.make_request(person=user.person)))
    assert rows() == []


# --- the limit ------------------------------------------------------------------------------------------------------


@pytest.fixture
def limit_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "QUOTA", 2)


def test_a_hundred_and_fifty_persons_a_day() -> None:
    assert reads.QUOTA == 150


@pytest.mark.usefixtures("limit_of_two")
def test_one_person_too_many_is_refused_with_a_clear_page_and_those_seen_stay_open() -> None:
    client, _ = staff()
    first, second, third = (f.make_request() for _ in range(3))
    for row in (first, second):
        assert client.get(request_page(row)).status_code == 200
    refused = client.get(request_page(third))
    assert refused.status_code == 429
    assert "Vous avez consulté 2 personnes aujourd’hui" in refused.content.decode()
    assert third.person is not None
    assert f"{third.person.first_name}, adulte" not in refused.content.decode()
    assert client.get(request_page(first)).status_code == 200
    assert client.get(reverse("brigade:index")).status_code == 200
    propose = reverse("brigade:brigades_waitingrequest_change", args=[third.pk])
    assert client.get(propose).status_code == 429, "another page of the same person is refused too"
    assert ReadLog.objects.filter(refused=True).count() == 1
    assert reads.by_month(third.person) == [], "what was not shown is not a reading"
    colleague, _ = staff()
    assert colleague.get(request_page(third)).status_code == 200, "each account has its own count"


@pytest.mark.usefixtures("limit_of_two")
def test_the_count_begins_again_the_next_day() -> None:
    client, _ = staff()
    for _ in range(2):
        client.get(request_page(f.make_request()))
    ReadLog.objects.update(day=today() - datetime.timedelta(days=1))
    assert client.get(request_page(f.make_request())).status_code == 200


@pytest.mark.usefixtures("limit_of_two")
def test_the_members_of_an_organisation_do_not_count() -> None:
    client, _ = staff()
    organisation = f.make_organisation()
    for _ in range(4):
        f.make_member(organisation)
    assert client.get(page_of("organisations_organisation", organisation)).status_code == 200
    assert ReadLog.objects.filter(page="organisation", refused=False).count() == 4
    assert client.get(request_page(f.make_request())).status_code == 200


@pytest.mark.usefixtures("limit_of_two")
def test_the_national_and_technical_teams_are_told_once_and_it_is_audited() -> None:
    client, user = staff()
    guards = {f.make_staff("national").person_id, f.make_staff("technical").person_id}
    f.make_staff("regional")
    for _ in range(5):
        client.get(request_page(f.make_request()))
    for _ in range(3):
        tell_read_quotas()
    mails = Message.objects.filter(kind="accounts.read_quota")
    assert {mail.person_id for mail in mails} == guards
    assert len(mails) == 2
    assert f"compte n°\xa0{user.pk}".replace("\xa0", " ") in mails[0].text.replace("\xa0", " ")
    (event,) = Event.objects.filter(verb=reads.REACHED)
    assert event.subject_id == str(user.pk)
    assert event.data == {"day": today().isoformat(), "quota": 2}


def test_nobody_is_told_of_an_ordinary_day() -> None:
    f.make_staff("national")
    client, _ = staff()
    client.get(request_page(f.make_request()))
    tell_read_quotas()
    assert not Message.objects.filter(kind="accounts.read_quota").exists()


# --- two at once ------------------------------------------------------------------------------------------------------


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Run them all together, each on its own connection."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int) -> None:
        try:
            gate.wait(timeout=30)
            results[place] = acts[place]()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def many(user: User, people: list[Person]) -> list[bool]:
    return at_once([lambda pk=person.pk: reads.note(user, [pk], "request") for person in people])


def test_the_same_page_in_eight_tabs_is_one_row(committed_db: None) -> None:
    user, person = f.make_staff(), f.make_person()
    assert many(user, [person] * 8) == [True] * 8
    assert ReadLog.objects.count() == 1


@pytest.mark.usefixtures("limit_of_two")
def test_eight_persons_opened_together_do_not_pass_the_limit(committed_db: None) -> None:
    user, people = f.make_staff(), [f.make_person() for _ in range(8)]
    assert sorted(many(user, people)) == [False] * 6 + [True] * 2
    assert ReadLog.objects.filter(refused=False).count() == 2


@pytest.mark.usefixtures("limit_of_two")
def test_without_the_guard_they_would(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: two pages that count before either writes."""
    meeting = threading.Barrier(4)
    seen = reads._seen

    def slow(rows: Any) -> set[int]:
        found = seen(rows)
        meeting.wait(timeout=30)
        return found

    monkeypatch.setattr(reads, "_one_page_at_a_time", lambda viewer: None)
    monkeypatch.setattr(reads, "_seen", slow)
    user, people = f.make_staff(), [f.make_person() for _ in range(4)]
    assert many(user, people) == [True] * 4


# --- what the person sees ---------------------------------------------------------------------------------------------


def test_the_person_reads_how_often_by_month_and_never_who(client: Client) -> None:
    user = f.make_user()
    viewer = f.make_staff(first_name="Mathurine").person.user
    colleague = f.make_staff(first_name="Olivier")
    client.force_login(user)
    assert (
        "personne de la brigade n’a consulté vos informations"
        in client.get("/mon-espace/donnees/").content.decode()
    )
    november = datetime.date(today().year - 1, 11, 3)
    for who, page, day in (
        (viewer, "request", november),
        (colleague, "request", november),
        (viewer, "participation", november),
        (viewer, "request", datetime.date(today().year, 1, 1)),
    ):
        ReadLog.objects.create(viewer=who, person=user.person, page=page, day=day)
    ReadLog.objects.create(viewer=viewer, person=user.person, page="idea", day=november, refused=True)
    page = client.get("/mon-espace/donnees/").content.decode()
    assert (
        f"En novembre {today().year - 1}, la brigade a consulté 3 fois vos informations (candidature, demande)"
        in page
    )
    assert "En janvier, la brigade a consulté 1 fois vos informations (demande)" in page
    assert page.index("En janvier") < page.index("En novembre")
    assert "Mathurine" not in page
    assert "Olivier" not in page


def test_the_copy_of_one_s_data_holds_them_without_names() -> None:
    user, viewer = f.make_user(), f.make_staff(first_name="Mathurine")
    reads.note(viewer, [user.person_id], "request")
    archive = zipfile.ZipFile(BytesIO(privacy.export(user.person, actor=user)))
    data = json.loads(archive.read("donnees.json"))
    (line,) = data["Quand des agents ont consulté vos informations"]
    assert (line["Page"], line["Page montrée"]) == ("demande", "oui")
    assert "Mathurine" not in archive.read("donnees.json").decode()


def test_erasing_a_person_erases_who_looked_and_erasing_staff_leaves_the_count() -> None:
    user, viewer, other = f.make_user(), f.make_staff(), f.make_person()
    reads.note(viewer, [user.person_id, other.pk], "request")
    privacy.erase(user.person, actor=user)
    assert rows() == [(other.pk, "request", False)]
    privacy.erase(viewer.person, actor=None)
    assert ReadLog.objects.get().viewer is None

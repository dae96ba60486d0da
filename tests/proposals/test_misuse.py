"""Requests after an objection, forged versions, an address confirmed twice at once."""

import datetime
import threading

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.services import keep_contact
from jeveuxagir.common.errors import RuleBroken
from missions.participations.models import Participation
from tests import factories as f
from volunteers.requests import services as requests


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["²", "9" * 5000])
def test_a_forged_version_is_ignored(client: Client, version: str) -> None:
    request = f.make_request()
    client.force_login(f.make_user(person=request.person))
    url = reverse("proposals:edit", args=[request.pk])
    fields = [field for form in client.get(url).context["forms"] for field in form]
    typed = {field.html_name: field.value() for field in fields if field.value() not in (None, "")}
    assert client.post(url, typed | {"version": version}).status_code in (302, 422)


@pytest.mark.django_db
def test_after_an_objection_a_minor_files_and_renews_no_request() -> None:
    user = f.make_user(age=17, guardian="objected")
    former = f.make_request(person=user.person, state="withdrawn")
    data = requests.RequestData(commune=former.commune)
    for start in (
        lambda: requests.file(data=data, person=user.person, actor=user),
        lambda: requests.renew(former, actor=user),
    ):
        with pytest.raises(RuleBroken) as caught:
            start()
        assert caught.value.code == "guardian_objected"


@pytest.mark.django_db
def test_the_day_a_request_expires_is_a_day_of_paris() -> None:
    just_after_midnight = datetime.datetime(2026, 6, 1, 22, 30, tzinfo=datetime.UTC)
    request = f.make_request(alive_at=just_after_midnight)
    assert requests.expires_on(request) == datetime.date(2026, 8, 31)


def test_confirming_an_address_several_times_at_once_does_it_once(committed_db: None) -> None:
    contact, token = keep_contact(email="double@exemple.fr", first_name="Vrai", birth_date=f.born_for(30))
    f.make_request(contact=contact)
    f.make_participation(contact=contact, mission=f.make_mission())
    together = threading.Barrier(4)
    answers: list[int] = []

    def confirm() -> None:
        try:
            client = Client(raise_request_exception=False)
            together.wait()
            answers.append(client.post(f"/confirmer/{token}/", {"terms": "on"}).status_code)
        finally:
            connections.close_all()

    clicks = [threading.Thread(target=confirm) for _ in range(4)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert answers.count(302) >= 1
    assert set(answers) <= {302, 410}
    person = Person.objects.get(email="double@exemple.fr")
    assert person.requests.count() == 1
    assert Participation.objects.filter(person=person, state="applied").count() == 1


@pytest.mark.django_db
def test_a_draft_keeps_no_more_than_a_screen_may_hold(client: Client) -> None:
    flood = {f"champ{number}": "x" * 50_000 for number in range(20)}
    page = client.post("/demandes/nouvelle/ou/", flood | {"note": "y" * 100_000})
    assert page.status_code == 200
    assert len(str(client.session["request_draft"])) < 30_000

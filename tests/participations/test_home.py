"""An owner's home: who waits, who comes this week, then figures."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jeveuxagir.common.clock import now
from missions.enums import SlotKind
from missions.participations.enums import State
from tests.factories import (
    make_member,
    make_mission,
    make_organisation,
    make_participation,
    make_person,
    make_slot,
)

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def home(organisation: Any, role: str = "owner") -> str:
    client = Client()
    client.force_login(make_member(organisation, role=role), backend=BACKEND)
    return client.get(organisation.space_url).content.decode()


def test_a_home_where_nothing_waits_says_so_to_those_who_answer() -> None:
    organisation = make_organisation()
    make_participation(mission=make_mission(organisation=organisation), state="accepted")
    assert "Aucune candidature n’attend votre réponse." in home(organisation)
    assert "Aucune candidature" not in home(organisation, role="reader")


def test_the_list_names_whom_it_accepted_and_only_them() -> None:
    organisation = make_organisation()
    mission = make_mission(organisation=organisation)
    for state in ("applied", "accepted"):
        make_participation(
            mission=mission, person=make_person(first_name="Éric", last_name="Navarro"), state=state
        )
    client = Client()
    client.force_login(make_member(organisation), backend=BACKEND)
    applications = f"{organisation.space_url}candidatures/"
    assert "Navarro" not in client.get(applications).text
    accepted = client.get(applications, {"etat": "acceptees"}).text
    assert "Éric Navarro" in accepted
    assert "Acceptée " in accepted


def test_the_oldest_that_waits_comes_first_with_its_age_and_one_action() -> None:
    organisation = make_organisation()
    mission = make_mission(organisation=organisation, capacity=9)
    make_participation(mission=mission, person=make_person(first_name="Neuve"))
    old = now() - datetime.timedelta(days=7)
    make_participation(mission=mission, person=make_person(first_name="Vieille"), applied_at=old)
    html = home(organisation)
    assert html.index("Vieille") < html.index("Neuve")
    assert "Candidature reçue <time" in html
    assert "il y a 7\u00a0jours" in html
    assert "1\u00a0attend depuis plus de 5 jours" in html


def test_who_comes_in_the_next_seven_days_is_named_slot_by_slot_groups_counted_whole() -> None:
    organisation = make_organisation()
    mission = make_mission(organisation=organisation, slots=0)
    soon, later = make_slot(mission, in_days=3), make_slot(mission, in_days=12)
    weekly = make_slot(mission, kind=SlotKind.WEEKLY)
    accepted = {"state": State.ACCEPTED}
    make_participation(slot=soon, person=make_person(last_name="Proche"), **accepted)
    make_participation(
        slot=soon, person=make_person(last_name="Famille"), places=3, group_kind="family", **accepted
    )
    make_participation(slot=later, person=make_person(last_name="Lointain"), **accepted)
    make_participation(slot=weekly, person=make_person(last_name="Régulier"), **accepted)
    html = home(organisation)
    assert "4\u00a0personnes" in html
    assert "Proche" in html
    assert "Régulier" in html
    assert "Lointain" not in html


def test_a_reader_reads_figures_and_no_name() -> None:
    organisation = make_organisation()
    slot = make_slot(make_mission(organisation=organisation, slots=0), in_days=2)
    make_participation(slot=slot, person=make_person(first_name="Cachée"), state=State.ACCEPTED)
    html = home(organisation, role="reader")
    assert "Cachée" not in html
    assert "En chiffres" in html


def test_a_new_association_is_told_what_to_do_first_and_a_company_never_to_host() -> None:
    assert "Créer une mission" in home(make_organisation())
    company = home(make_organisation(kind="company"))
    assert "mécénat de compétences" in company
    assert "Créer une mission" not in company


def test_the_home_asks_as_much_for_twenty_people_as_for_one() -> None:
    organisation = make_organisation()
    mission = make_mission(organisation=organisation, slots=0)

    def fill(number: int) -> None:
        for n in range(number):
            slot = make_slot(
                mission, in_days=1 + n % 6, start=datetime.time(8 + n % 9), end=datetime.time(20)
            )
            make_participation(slot=slot, state=State.ACCEPTED)
            make_participation(slot=slot)

    client = Client()
    client.force_login(make_member(organisation), backend=BACKEND)
    counts = []
    for number in (2, 20):
        fill(number)
        client.get(organisation.space_url)
        with CaptureQueriesContext(connection) as queries:
            client.get(organisation.space_url)
        counts.append(len(queries))
    assert counts[0] == counts[1]

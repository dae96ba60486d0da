"""One's data: taken away, erased."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from jeveuxagir.accounts import privacy, services
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.audit.models import Event
from jeveuxagir.notifications.models import Message
from tests import factories as f

pytestmark = pytest.mark.django_db

MARKER = "Zyxwvut"


@pytest.fixture
def user():
    return f.make_user(
        first_name=MARKER, last_name=f"{MARKER}ova", email="quelqu.une@exemple.fr", phone="+33 6 00 00 00 00"
    )


def test_the_copy_holds_json_and_a_readable_page(client, user):
    client.force_login(user)
    response = client.post("/mon-espace/donnees/exporter/")
    archive = zipfile.ZipFile(io.BytesIO(response.content))
    assert set(archive.namelist()) == {"donnees.json", "donnees.html"}
    profile = json.loads(archive.read("donnees.json"))["Votre profil"][0]
    assert profile["Nom"] == f"{MARKER}ova"
    assert profile["Commune"] == "Guéret (23)"
    assert f"{MARKER}ova" in archive.read("donnees.html").decode()
    assert "attachment" in response["Content-Disposition"]
    assert Event.objects.filter(verb="person.exported").exists()


def test_the_copy_escapes_what_people_typed(client):
    user = f.make_user(last_name="<script>alert(1)</script>")
    page = zipfile.ZipFile(io.BytesIO(privacy.export(user.person, actor=user))).read("donnees.html").decode()
    assert "<script>" not in page


def test_the_copy_is_never_made_by_a_link(client, user):
    client.force_login(user)
    assert client.get("/mon-espace/donnees/exporter/").status_code == 405
    assert client.get("/mon-espace/donnees/effacer/").status_code == 405


def test_who_has_a_password_gives_it_again_before_a_copy(client):
    client.force_login(f.make_user(password="corde lampe girafe nuage", email="a@exemple.fr"))
    response = client.post("/mon-espace/donnees/exporter/")
    assert response["Location"].startswith("/compte/verifier/")
    assert client.get(response["Location"]).status_code == 200


def test_erasing_asks_to_tick_a_box(client, user):
    client.force_login(user)
    response = client.post("/mon-espace/donnees/effacer/", {})
    assert "Cochez la case" in response.content.decode()
    assert User.objects.filter(pk=user.pk).exists()


def test_an_erased_person_leaves_facts_and_no_trace_of_who_they_were(client, user):
    client.force_login(user)
    mission = f.make_mission()
    f.make_participation(person=user.person, mission=mission, state="realised", message=f"Moi, {MARKER}")
    f.make_request(person=user.person, note=f"{MARKER} veut aider")
    services.update_profile(
        user.person, first_name=MARKER, last_name="Autre", phone="", commune=None, actor=user
    )
    assert client.post("/mon-espace/donnees/effacer/", {"sure": "on"}).status_code == 302
    assert client.get("/mon-espace/").status_code == 302
    assert not User.objects.filter(pk=user.pk).exists()
    person = Person.objects.get(pk=user.person_id)
    assert person.erased_at
    assert str(person) == "Personne effacée"
    assert person.participations.get().state == "realised"
    assert not rows_with(MARKER)
    assert Event.objects.filter(verb="person.erased").exists()


def test_what_is_going_on_is_cancelled_so_that_the_organisation_knows(user):
    organisation = f.make_organisation()
    member = f.make_member(organisation)
    going_on = f.make_participation(person=user.person, mission=f.make_mission(organisation=organisation))
    privacy.erase(user.person, actor=user)
    going_on.refresh_from_db()
    going_on.slot.refresh_from_db()
    assert going_on.state == "cancelled"
    assert going_on.slot.taken == 0
    assert Message.objects.filter(person=member.person, kind__startswith="participations.").exists()


def rows_with(text: str) -> list[str]:
    """Every table that still holds this text, whatever the column."""
    from django.db import connection

    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table == "django_session":
                continue
            cursor.execute(
                f"SELECT count(*) FROM {connection.ops.quote_name(table)} AS row "  # noqa: S608
                "WHERE lower(row::text) LIKE %s",
                [f"%{text.lower()}%"],
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def test_erasing_twice_is_erasing_once(user):
    privacy.erase(user.person, actor=user)
    privacy.erase(user.person, actor=None)
    assert Event.objects.filter(verb="person.erased").count() == 1


def test_the_audit_trail_is_closed_again_after_an_erasure(user):
    from django.db import DatabaseError, transaction

    privacy.erase(user.person, actor=user)
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.all().delete()


def test_the_page_of_ones_data_says_what_is_kept_and_for_how_long(client, user):
    client.force_login(user)
    page = client.get("/mon-espace/donnees/").content.decode()
    assert "Votre profil" in page
    assert "2\u00a0ans après votre dernière action" in page


def test_what_erasing_does_is_said_before_the_box_is_ticked(client, user):
    f.make_participation(person=user.person)
    f.make_member(f.make_organisation(), person=user.person)
    client.force_login(user)
    page = client.get("/mon-espace/donnees/").content.decode()
    said = page[page.index("Voici ce qui se passera") : page.index("Je veux effacer mon compte")]
    assert "votre profil" in said
    assert "celles en cours sont annulées, et les organisations prévenues" in said
    assert "vous quittez leurs équipes" in said
    assert "Idées" not in said, "only what this person has here"


def test_one_s_data_begin_with_oneself(user):
    labels = [section["label"] for section in privacy.held_about(user.person)]
    assert labels[:2] == ["Votre profil", "Votre compte"]
    assert labels[-1] == "Adresse refusée par le serveur de courrier"

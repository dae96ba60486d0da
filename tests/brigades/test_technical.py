"""The stock admin: technical staff read tables, never people, and write nothing."""

from decimal import Decimal

import pytest
from django.urls import reverse

from brigades.technical import column, is_shown, site
from brigades.technical_words import HEADINGS, is_unnamed
from jeveuxagir.notifications.models import Message
from missions.sponsorships.models import Debrief, Sponsorship, Valuation
from tests import factories as f
from tests.brigades.test_browser import sign_in as sign_in_browser
from tests.brigades.test_scope import feed_run, staff_client, world
from tests.sponsorships.builders import story
from tests.support.accessibility import axe


def urls():
    return [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in site._registry
    ]


def secrets():
    """One row in many tables, with a marker in each personal field."""
    person = f.make_person(
        first_name="ZYXMARK",
        last_name="ZYXMARK",
        email="ZYXMARK@exemple.fr",
        phone="ZYXMARK",
        age=17,
        guardian="told",
    )
    user = f.make_user(person=person)
    f.make_organisation(owner=user)
    f.make_participation(person=person, message="ZYXMARK", answer="ZYXMARK")
    request = f.make_request(person=person, note="ZYXMARK")
    f.make_proposal(request=request, decline_note="ZYXMARK")
    lent(person)
    Message.objects.create(
        person=person, kind="x", dedupe_key="x", subject="ZYXMARK", text="ZYXMARK", html="ZYXMARK"
    )
    return person


def lent(person):
    """Time lent, with what both sides wrote, and what the employer alone reads."""
    told = story()
    row = told.signed(2)
    day = told.validated(row)
    Debrief.objects.create(sponsorship=row, side="company", delivered="yes", went_well="ZYXMARK")
    Valuation.objects.create(sponsorship=row, year=day.on.year, amount=Decimal("987654.32"))
    Sponsorship.objects.filter(pk=row.pk).update(end_reason="ZYXMARK")


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["brigade_member", "brigade_lead", "regional", "national", "operator"])
def test_other_staff_find_nothing(client, role):
    staff_client(client, role)
    assert client.get("/administration/").status_code == 404
    assert client.get(urls()[0]).status_code == 404


@pytest.mark.django_db
def test_technical_staff_read_each_table_and_never_a_personal_field(client):
    world(f.GUERET)
    feed_run()
    person = secrets()
    staff_client(client, "technical")
    assert client.get("/administration/").status_code == 200
    for model, admin in site._registry.items():
        changelist = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        response = client.get(changelist)
        assert response.status_code == 200, model
        assert "ZYXMARK" not in response.text.upper(), model
        row = model.objects.order_by("-pk").first()
        if row is not None:
            page = client.get(
                reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
            )
            assert page.status_code == 200, model
            assert "ZYXMARK" not in page.text.upper(), model
            assert "Zoé Martin" not in page.text + response.text, model
            assert "987" not in page.text.replace(str(row.pk), "") or model is not Valuation
            for field in model._meta.fields:
                if not is_shown(field):
                    assert column(field) not in admin.get_fields(None)
    page = client.get(reverse("admin:accounts_person_change", args=[person.pk]))
    assert page.status_code == 200
    assert "ZYXMARK" not in page.text.upper()


@pytest.mark.django_db
def test_nothing_is_written_there(client):
    person = f.make_person()
    staff_client(client, "technical")
    page = reverse("admin:accounts_person_change", args=[person.pk])
    assert client.post(page, {"first_name": "Autre"}).status_code == 403
    for path in ("add/", f"{person.pk}/delete/", f"{person.pk}/history/"):
        assert client.get(reverse("admin:accounts_person_changelist") + path).status_code == 404
    changelist = reverse("admin:accounts_person_changelist")
    assert client.get(f"{changelist}?email__startswith=a").status_code == 400
    for path in ("login/", "logout/", "password_change/", "autocomplete/"):
        assert client.get(f"/administration/{path}").status_code in (302, 404)


@pytest.mark.parametrize("width", [1280, pytest.param(390, marks=pytest.mark.proof)])
def test_its_pages_pass_axe(page, site, width):
    world(f.GUERET)
    user = f.make_staff("technical")
    sign_in_browser(page, site, user)
    page.set_viewport_size({"width": width, "height": 900})
    person = f.make_person()
    for path in (
        "/administration/",
        reverse("admin:accounts_person_changelist"),
        reverse("admin:accounts_person_change", args=[person.pk]),
        reverse("admin:missions_mission_changelist"),
        reverse("admin:audit_event_changelist"),
    ):
        assert page.goto(site.url + path).status == 200
        axe(page)


def test_each_field_that_is_shown_has_a_french_name():
    """A model's own name of the field, else one of the technical team's words: never an English identifier."""
    fields = [field for model in site._registry for field in model._meta.fields if is_shown(field)]
    unnamed = {field.name for field in fields if is_unnamed(field)}
    assert unnamed <= set(HEADINGS), unnamed - set(HEADINGS)
    assert set(HEADINGS) <= unnamed, set(HEADINGS) - unnamed


@pytest.mark.django_db
def test_headings_of_a_list_and_lines_of_a_row_are_in_french(client):
    mission = f.make_mission(commune=f.GUERET)
    staff_client(client, "technical")
    listed = client.get(reverse("admin:missions_mission_changelist")).text
    assert "Sélectionnez" not in listed
    assert ">Missions</h1>" in listed
    for word in ("Organisation (n°)", "Mots de l’adresse", "Domaine (n°)", "sur place"):
        assert word in listed, word
    row = client.get(reverse("admin:missions_mission_change", args=[mission.pk])).text
    for word in ("Créé par (n°)", "Modifié le", "Organisation (n°)"):
        assert word in row, word
    assert "Organisation id" not in row + listed


@pytest.mark.django_db
def test_time_lent_is_listed_by_state(client):
    told = story()
    row, other = told.signed(2), story().drafted(1)
    staff_client(client, "technical")
    listed = reverse("admin:sponsorships_sponsorship_changelist")
    found = client.get(f"{listed}?state__exact=signed").context["cl"].result_list
    assert [one.pk for one in found] == [row.pk]
    assert other.pk in {one.pk for one in client.get(listed).context["cl"].result_list}

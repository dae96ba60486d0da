"""The pages of a skill need: the wizard that loses nothing, the list with its filters, the page that names nobody."""

import datetime
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jeveuxagir.common.clock import today
from jeveuxagir.common.text import NBSP
from jeveuxagir.moderation.models import ModerationItem
from missions.skill_needs import scoping
from missions.skill_needs.models import SkillNeed
from tests.factories import (
    LILLE,
    make_company,
    make_member,
    make_need_template,
    make_offer,
    make_organisation,
    make_skill_need,
    make_staff,
    make_user,
    sign_in_staff,
)

pytestmark = pytest.mark.django_db

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def owner(client):
    user = make_user(first_name="Zénobie", last_name="Secrète")
    client.force_login(user, backend=BACKEND)
    return user


@pytest.fixture
def association(owner):
    return make_organisation(owner=owner)


def space(organisation, path=""):
    return f"/espace/{organisation.pk}-{organisation.slug}/besoins/{path}"


def page(client, path, status=200, **parameters):
    response = client.get(path, parameters)
    assert response.status_code == status, path
    return response.text.replace(NBSP, " ")


def test_the_wizard_leads_from_a_word_to_the_brigade(client, owner, association):
    """Each page is saved, the advice of the kind of work stands beside it, and the summary sends."""
    begun = client.post(
        space(association, "nouveau/"), {"title": "Refaire notre site", "project_type": "site-internet"}
    )
    need = SkillNeed.objects.get()
    assert begun.url == space(association, f"{need.pk}/modifier/livrable/?suite=1")
    assert [skill.pk for skill in need.skills.all()]  # what this kind of work takes, to be changed
    shown = page(client, begun.url)
    for question in scoping.types()["site-internet"].questions:
        assert question.replace(NBSP, " ") in shown
    steps = {
        "livrable": {"deliverable": "Un site de six pages en ligne, que deux bénévoles savent tenir."},
        "utilite": {"context": "Pour les familles.", "domain": "education", "sdgs": ["4"]},
        "competences": {"skills": ["developpement-web"]},
        "volume": {"format": "split", "minutes": "2 jours et demi"},
        "date-et-lieu": {
            "deadline": (today() + datetime.timedelta(days=40)).isoformat(),
            "mode": "remote",
            "commune": "",
        },
        "contact": {"contact": str(owner.person.pk), "contact_consent": "after_interest"},
    }
    url = begun.url
    for slug, typed in steps.items():
        assert f"/{slug}/" in url
        url = client.post(url, typed).url
    assert url == space(association, f"{need.pk}/relire/")
    review = page(client, url)
    assert "Tout est prêt" in review
    assert "2 jours et demi" in review
    sent = client.post(space(association, f"{need.pk}/envoyer/"), {"version": ""}, follow=True)
    assert "Votre besoin est envoyé" in sent.text
    need.refresh_from_db()
    assert (need.state, need.minutes, need.mode) == ("pending", 1050, "remote")
    assert ModerationItem.objects.get().department_id == "23"


def test_a_draft_may_begin_with_the_words_that_its_network_lends(client, association):
    lent = make_need_template(
        association, title="Refaire le site de votre antenne", deliverable="Un site type."
    )
    stranger = make_need_template(title="Secret d’un autre réseau")
    begun = page(client, space(association, "nouveau/"))
    assert lent.title in begun
    assert stranger.title not in begun
    assert lent.title in page(client, space(association, f"nouveau/?modele={lent.pk}"))
    client.post(
        space(association, f"nouveau/?modele={lent.pk}"), {"title": lent.title, "project_type": "autre"}
    )
    assert SkillNeed.objects.get().deliverable == "Un site type."
    page(client, space(association, f"nouveau/?modele={stranger.pk}"))


def test_without_deliverable_or_volume_the_page_says_why_and_where(client, association):
    need = make_skill_need(organisation=association, state="draft", deliverable="", minutes=None)
    review = page(client, space(association, f"{need.pk}/relire/"))
    assert "sans cela, personne ne sait à quoi il s’engage" in review
    assert "une entreprise ne prête pas quelqu’un" in review
    assert space(association, f"{need.pk}/modifier/livrable/") in review
    assert "Envoyer à la brigade" not in review
    refused = client.post(space(association, f"{need.pk}/envoyer/"))
    assert refused.status_code == 409
    assert "Dites ce qui sera rendu" in refused.text


def test_nothing_is_chosen_for_whoever_begins(client, association):
    assert "checked" not in page(client, space(association, "nouveau/"))
    refused = client.post(space(association, "nouveau/"), {"title": "Un besoin à nous"})
    assert refused.status_code == 422
    assert "Choisissez ce qui ressemble le plus" in refused.text
    assert "Un besoin à nous" in refused.text


@pytest.mark.parametrize(
    ("section", "typed", "words"),
    [
        ("livrable", {"deliverable": "x" * 100_000}, "au plus"),
        ("volume", {"format": "split", "minutes": "beaucoup"}, "Écrivez un nombre de jours"),
        ("volume", {"format": "split", "minutes": "99999"}, "C’est trop long"),
        ("volume", {"format": "flash", "minutes": "3"}, "Une séance flash dure une heure"),
        ("date-et-lieu", {"deadline": "2020-01-01", "mode": "remote"}, "Cette date est passée"),
        ("date-et-lieu", {"deadline": "hier", "mode": "remote"}, "Écrivez une date"),
        ("contact", {"contact": "0", "contact_consent": "after_interest"}, "Cette personne n’est pas"),
    ],
)
def test_bad_input_is_said_near_its_field_and_what_was_typed_stays(
    client, association, section, typed, words
):
    need = make_skill_need(organisation=association, state="draft")
    response = client.post(space(association, f"{need.pk}/modifier/{section}/?suite=1"), typed)
    assert response.status_code == 422
    assert words in response.text.replace(NBSP, " ")
    value = next(iter(typed.values()))
    assert value in response.text
    need.refresh_from_db()
    assert need.version == 1


def test_a_draft_may_be_left_half_said(client, association):
    need = make_skill_need(organisation=association, state="draft")
    for section, typed in (
        ("livrable", {"deliverable": ""}),
        ("competences", {}),
        ("volume", {"format": "split", "minutes": ""}),
        ("date-et-lieu", {"deadline": "", "mode": "remote"}),
    ):
        saved = client.post(space(association, f"{need.pk}/modifier/{section}/?suite=1"), typed)
        assert saved.status_code == 302, section


def test_a_flash_session_needs_no_number_of_days(client, association):
    need = make_skill_need(organisation=association, state="draft", minutes=None)
    client.post(space(association, f"{need.pk}/modifier/volume/"), {"format": "flash", "minutes": ""})
    need.refresh_from_db()
    assert (need.format, need.minutes) == ("flash", 60)


def test_two_members_at_once_lose_nothing(client, association):
    need = make_skill_need(organisation=association, state="draft")
    url = space(association, f"{need.pk}/modifier/livrable/")
    client.post(url, {"deliverable": "Ce que l’une a écrit, tout en longueur.", "version": "1"})
    typed = {"deliverable": "Ce que l’autre a écrit au même moment.", "version": "1"}
    second = client.post(url, typed)
    assert second.status_code == 409
    assert "Ce que l’autre a écrit" in second.text
    version = re.search(r'name="version" value="(\d+)"', second.text)
    assert version is not None
    assert client.post(url, typed | {"version": version[1]}).status_code == 302


def test_a_company_is_told_that_the_association_says_its_own_need(client, owner):
    company = make_organisation(kind="company", owner=owner)
    shown = page(client, space(company))
    assert "L’association dit elle-même ce qu’il lui faut" in shown
    refused = client.post(space(company, "nouveau/"), {"title": "Un besoin"}, follow=True)
    assert "l’association dit elle-même" in refused.text
    assert not SkillNeed.objects.exists()


def test_the_public_page_names_nobody_and_says_when_the_contact_is_given(client, owner, association):
    need = make_skill_need(organisation=association, contact=owner.person)
    client.logout()
    shown = page(client, need.get_absolute_url())
    assert "Secrète" not in shown
    assert owner.email not in shown
    assert "quand l’association a dit oui" in shown
    assert "2 jours et demi" in shown
    assert f"/signaler/?page={need.get_absolute_url().replace('/', '%2F')}" in shown
    data = json.loads(re.search(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', shown, re.S)[1])
    assert (data["@type"], data["availabilityEnds"]) == ("Demand", need.deadline.isoformat())


def test_what_is_not_published_is_seen_by_its_members_and_the_brigade_alone(client, owner, association):
    need = make_skill_need(organisation=association, state="pending")
    assert "Aperçu" in page(client, need.get_absolute_url())
    client.logout()
    page(client, need.get_absolute_url(), 404)
    client.force_login(make_user(), backend=BACKEND)
    page(client, need.get_absolute_url(), 404)
    for staff, status in (
        (make_staff(), 200),
        (make_staff(department="59"), 404),
        (make_staff("national"), 200),
    ):
        sign_in_staff(client, staff)
        page(client, need.get_absolute_url(), status)


def test_the_list_filters_and_counts(client):
    web = make_skill_need(title="Refaire un site", mode="on_site")
    law = make_skill_need(
        title="Relire un bail",
        commune=LILLE,
        skills=("droit",),
        format="flash",
        minutes=60,
        mode="remote",
        deadline=today() + datetime.timedelta(days=10),
        domain_id="sante",
    )
    make_skill_need(state="agreed")
    for parameters, found in (
        ({}, [law, web]),
        ({"famille": "numerique"}, [web]),
        ({"famille": ["numerique", "gestion"]}, [law, web]),
        ({"forme": "flash"}, [law]),
        ({"lieu": "remote"}, [law]),
        ({"echeance": "mois"}, [law]),
        ({"departement": "23"}, [web]),
        ({"domaine": "sante", "departement": "23"}, []),
        ({"q": "bail"}, [law]),
        ({"ou": "Guéret (23)"}, [law, web]),
        ({"ou": "Lille", "lieu": "on_site"}, []),
        ({"ou": "Ici ou là"}, [law, web]),
        ({"ou": "Lille"}, [law]),
        ({"famille": "zut"}, [law, web]),
    ):
        assert list(client.get("/besoins/", parameters).context["page_obj"]) == found, parameters
    assert "Nous ne connaissons pas cette famille" in page(client, "/besoins/?famille=zut")
    assert "Nous ne connaissons pas ce lieu" in page(client, "/besoins/?ou=Ici+ou+là")
    near = page(client, "/besoins/?ou=Gu%C3%A9ret+(23)&forme=flash")
    assert "À 30 km de Guéret, ou à distance" in near
    assert 'href="?forme=flash"' in near, "taken off by its tag, the rest stays"
    chosen = page(
        client, "/besoins/?ou=Romans&ou_pour=Romans&ou_choix=Romans-sur-Is%C3%A8re+(26)&forme=flash&q=un"
    )
    assert 'href="?q=un&amp;ou=Romans-sur-Is%C3%A8re+%2826%29"' in chosen, "the commune that was chosen stays"
    page(client, "/besoins/?q=%00&departement=%00&page=999999999999999")


def test_the_lists_ask_as_much_for_one_row_as_for_many(client, association):
    def cost(path):
        with CaptureQueriesContext(connection) as queries:
            page(client, path)
        return len(queries)

    need = make_skill_need(organisation=association)
    make_skill_need(organisation=association)
    paths = ["/besoins/", space(association), "/api/v1/skill-needs/", association.get_absolute_url()]
    paths += [need.get_absolute_url(), "/flux/besoins.atom"]
    before = [(cost(path), cost(path))[1] for path in paths]
    for _ in range(6):
        make_skill_need(organisation=association, skills=("droit", "redaction"))
    assert [cost(path) for path in paths] == before


def test_a_member_finds_what_waits_in_the_space_and_on_their_own_page(client, association):
    late = make_skill_need(organisation=association, deadline=today() - datetime.timedelta(days=3))
    mend = make_skill_need(organisation=association, state="draft", state_reason="Dites pour quand.")
    for path in (association.space_url, reverse("accounts:my_space"), space(association)):
        shown = page(client, path)
        assert late.title in shown
        assert mend.title in shown
    assert "Dites pourquoi" in client.post(space(association, f"{late.pk}/retirer/"), {"reason": ""}).text
    client.post(space(association, f"{late.pk}/retirer/"), {"reason": "Fait autrement."})
    late.refresh_from_db()
    assert (late.state, late.state_reason) == ("no_taker", "Fait autrement.")
    wrong = client.post(space(association, f"{late.pk}/rouvrir/"), {"deadline": "2020-01-01"})
    assert (wrong.status_code, "Cette date est passée" in wrong.text) == (422, True)


def test_a_reader_sees_and_writes_nothing(client, association):
    reader = make_user()
    make_member(association, person=reader.person, role="reader")
    need = make_skill_need(organisation=association)
    client.force_login(reader, backend=BACKEND)
    assert "Dire un besoin" not in page(client, space(association))
    assert "Retirer ce besoin" not in page(client, space(association, f"{need.pk}/"))


def test_published_needs_are_found_on_the_page_of_the_association(client, association):
    need = make_skill_need(organisation=association)
    assert need.title in page(client, association.get_absolute_url())


def test_the_entry_page_of_sponsorship_shows_what_is_asked_for(client):
    need = make_skill_need()
    assert need.title in page(client, "/mecenat/")
    assert "/mecenat/" in page(client, need.get_absolute_url())


def test_the_api_gives_what_the_page_gives_and_names_nobody(client, owner, association):
    need = make_skill_need(organisation=association, contact=owner.person, mode="on_site")
    make_skill_need(state="draft")
    response = client.get("/api/v1/skill-needs/", {"famille": "numerique"})
    (row,) = response.json()["results"]
    assert (row["id"], row["days"], row["minutes"], row["skills"]) == (
        need.pk,
        2.5,
        1050,
        ["developpement-web"],
    )
    assert "Zénobie" not in response.text
    assert client.get(f"/api/v1/skill-needs/{need.pk}/").json() == row
    for query, status in (
        ("famille=zut", 404),
        ("forme=zut", 400),
        ("x=1", 400),
        ("commune=99999", 404),
        ("competence=zut", 404),
    ):
        assert client.get(f"/api/v1/skill-needs/?{query}").status_code == status
    for query, count in (
        ("competence=developpement-web", 1),
        ("competence=droit", 0),
        ("commune=23096", 1),
        ("commune=59350", 0),
    ):
        assert client.get(f"/api/v1/skill-needs/?{query}").json()["total"] == count, query
    feed = client.get("/flux/besoins.atom?departement=23")
    assert need.title in feed.text
    assert client.get("/flux/besoins.atom?departement=999").status_code == 400


def test_the_brigade_reads_a_need_with_what_it_lacks_and_decides(client):
    need = make_skill_need(state="pending", skills=(), minutes=420 * 60, project_type="juridique")
    item = ModerationItem.objects.create(
        kind="skill_need",
        subject_type="skill_needs.SkillNeed",
        subject_id=need.pk,
        title=need.title,
        department=need.department,
    )
    sign_in_staff(client, make_staff())
    assert need.title in page(client, "/brigade/besoins-et-offres/")
    shown = page(client, f"/brigade/besoins-et-offres/{item.pk}/")
    assert "Choisissez au moins une compétence" in shown
    assert "Le volume surprend" in shown
    assert "une seule personne n’y suffirait pas" in shown
    assert "60 jours" in shown


def test_a_date_too_near_for_the_volume_is_said_to_its_association_and_to_the_brigade(
    client, owner, association
):
    friday = today() + datetime.timedelta(days=(4 - today().weekday()) % 7 + 7)
    need = make_skill_need(
        organisation=association, state="draft", minutes=420 * 400, deadline=friday, contact=owner.person
    )
    shown = page(client, space(association, f"{need.pk}/relire/"))
    assert "pour 400 jours de travail : une seule personne n’y suffirait pas" in shown
    assert "Le temps presse" in shown
    assert "Envoyer à la brigade" in shown, "said, not refused"
    need.minutes = 420
    need.save()
    assert "Le temps presse" not in page(client, space(association, f"{need.pk}/relire/"))
    saturday, sunday = friday + datetime.timedelta(days=1), friday + datetime.timedelta(days=2)
    assert scoping.pressed(60, sunday, since=saturday).startswith("Aucun jour ouvré ne reste jusqu’au")
    assert scoping.pressed(60, sunday + datetime.timedelta(days=20), since=saturday) == ""
    assert scoping.pressed(None, sunday) == scoping.pressed(60, None) == ""


def test_a_stranger_who_can_help_signs_in_and_comes_back_to_the_need(client):
    need = make_skill_need()
    html = page(client, need.get_absolute_url())
    assert f"?next={need.get_absolute_url().replace('/', '%2F')}" in html
    assert "/organisations/inscription/" in html


def test_a_need_whose_date_has_passed_comes_last_says_so_and_asks_for_nothing(client):
    late = make_skill_need(deadline=today() - datetime.timedelta(days=3))
    soon = make_skill_need(deadline=today() + datetime.timedelta(days=3))
    html = page(client, "/besoins/")
    assert html.index(soon.title) < html.index(late.title)
    assert "date passée" in html
    html = page(client, late.get_absolute_url())
    assert "Notre entreprise peut aider" not in html
    assert "La date est passée" in html


def test_an_employer_reads_one_way_to_help(client):
    company = make_company()
    coordinator = make_member(company)
    make_offer(company)
    client.force_login(coordinator, backend=BACKEND)
    html = page(client, make_skill_need().get_absolute_url())
    assert html.count("peut aider ?") == 1
    assert html.count("Donner du temps pour ce besoin") == 0
    assert "Préparer la mise à disposition" in html

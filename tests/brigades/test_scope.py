"""The brigade's admin: who enters, and what each member sees."""

import datetime

import pytest
from django.urls import reverse

from brigades.site import site
from jeveuxagir.common.clock import now
from jeveuxagir.moderation import services as moderation
from missions.feeds.models import FeedIssue, FeedRun, Partner
from missions.participations.models import Departure
from tests import factories as f
from tests.sponsorships import builders as sponsorships

pytestmark = pytest.mark.django_db

LISTS = {
    "organisations-a-valider": "brigades_organisationcase",
    "missions-a-valider": "brigades_missioncase",
    "signalements": "brigades_reportcase",
    "idees": "brigades_ideacase",
    "alliances-a-suivre": "brigades_alliancecase",
    "glossaire-et-programme": "brigades_programmecase",
    "textes-a-relire": "brigades_librarycase",
    "besoins-et-offres": "brigades_needcase",
    "mesures": "programme_measure",
    "instruments": "resources_instrument",
    "organisations-a-suivre": "brigades_followupcase",
    "demandes-sans-proposition": "brigades_waitingrequest",
    "organisations": "organisations_organisation",
    "missions": "missions_mission",
    "alliances": "alliances_alliance",
    "mises-en-relation": "introductions_introduction",
    "mises-a-disposition": "sponsorships_sponsorship",
    "rapprochements": "pairings_pairing",
    "demandes": "requests_engagementrequest",
    "propositions": "proposals_proposal",
    "participations": "participations_participation",
    "departs": "participations_departure",
    "flux": "feeds_feedrun",
}


def waiting_request(commune, **fields):
    return f.make_request(
        person=f.make_person(first_name="Zoé", commune=commune),
        without_proposal_since=now() - datetime.timedelta(days=8),
        **fields,
    )


def world(commune):
    """One row in each list, in the department of this commune: list name → row."""
    organisation = f.make_organisation(
        name=f"Entraide {commune}", state="pending", commune=commune, owner=f.make_user()
    )
    case = moderation.open_item(
        "organisation", organisation, title=organisation.name, department=organisation.commune.department
    )
    mission = f.make_mission(title=f"Lire à {commune}", state="pending", commune=commune)
    mission_case = moderation.open_item(
        "mission", mission, title=mission.title, department=mission.department, domain=mission.domain
    )
    request = waiting_request(commune)
    open_mission = f.make_mission(title=f"Planter à {commune}", commune=commune)
    proposal = f.make_proposal(
        request=f.make_request(person=f.make_person(commune=commune), state="proposed"), mission=open_mission
    )
    participation = f.make_participation(person=f.make_person(commune=commune), mission=open_mission)
    imported = f.make_mission(commune=commune, imported=True)
    departure = Departure.objects.create(person=f.make_person(commune=commune), mission=imported)
    return {
        "organisations-a-valider": case,
        "missions-a-valider": mission_case,
        "demandes-sans-proposition": request,
        "organisations": organisation,
        "missions": open_mission,
        "alliances": f.make_alliance(
            name=f"S’allier à {commune}", department=organisation.commune.department_id
        ),
        "demandes": request,
        "propositions": proposal,
        "participations": participation,
        "departs": departure,
        "rapprochements": f.make_pairing(
            need=f.make_skill_need(commune=commune, organisation=f.make_organisation(commune=commune)),
            offer=f.make_offer(f.make_company(commune=commune)),
        ),
        "mises-a-disposition": sponsorships.story(
            need=sponsorships.make_need(f.make_organisation(commune=commune)),
            offer=sponsorships.make_offer(f.make_organisation(commune=commune, kind="company")),
        ).drafted(2),
    }


def feed_run():
    partner = Partner.objects.create(slug="p", name="Partenaire d’essai")
    run = FeedRun.objects.create(partner=partner, state="done", finished_at=now(), seen=3, rejected=1)
    FeedIssue.objects.create(
        run=run, line=12, client_id="m-1", level="rejected", field="title", reason="Sans titre."
    )
    return run


def staff_client(client, *args, **kwargs):
    user = f.make_staff(*args, **kwargs)
    f.sign_in_staff(client, user)
    return user


def test_the_site_knows_each_list_under_its_french_path(client):
    staff_client(client, "national")
    for path, name in LISTS.items():
        assert reverse(f"brigade:{name}_changelist") == f"/brigade/{path}/"
    assert len(site._registry) == len(LISTS)


def test_strangers_sign_in_by_the_site_s_own_page_and_others_find_nothing(client):
    for url in ("/brigade/", "/brigade/organisations/", "/administration/"):
        response = client.get(url)
        assert response.status_code == 302
        assert response.url.startswith("/compte/")
    client.force_login(f.make_user(), backend="allauth.account.auth_backends.AuthenticationBackend")
    for url in ("/brigade/", "/brigade/organisations/", "/administration/"):
        assert client.get(url).status_code == 404


@pytest.mark.parametrize("role", ["operator", "technical"])
def test_staff_without_a_brigade_role_do_not_enter(client, role):
    staff_client(client, role)
    assert client.get("/brigade/").status_code == 404
    assert client.get("/brigade/organisations/").status_code == 404


def test_without_the_second_factor_nobody_enters(client):
    client.force_login(f.make_staff(), backend="allauth.account.auth_backends.AuthenticationBackend")
    response = client.get("/brigade/")
    assert response.status_code == 302
    assert "/compte/" in response.url


@pytest.mark.parametrize("role", ["brigade_member", "brigade_lead", "regional", "national"])
def test_each_brigade_role_opens_each_list_and_each_page_of_its_territory(client, role):
    here = world(f.GUERET)
    staff_client(client, role)
    assert client.get("/brigade/").status_code == 200
    for path, row in here.items():
        response = client.get(f"/brigade/{path}/")
        assert response.status_code == 200, path
        assert f'href="/brigade/{path}/{row.pk}/"' in response.text, path
        assert client.get(f"/brigade/{path}/{row.pk}/").status_code == 200, path
        assert client.get(f"/brigade/{path}/{row.pk}/historique/").status_code == 200, path


def test_what_lies_in_another_department_is_not_found_anywhere(client):
    there = world(f.LILLE)
    staff_client(client, department="23")
    assert client.get("/brigade/").status_code == 200
    for path, row in there.items():
        for query in ("", "?q=lire", "?departement=59"):
            response = client.get(f"/brigade/{path}/{query}")
            assert response.status_code == 200, path
            assert f'href="/brigade/{path}/{row.pk}/"' not in response.text, path
            assert "Nord" not in response.text, path
        assert client.get(f"/brigade/{path}/{row.pk}/").status_code == 404, path
        assert client.get(f"/brigade/{path}/{row.pk}/historique/").status_code == 404, path
    for act in ("prendre", "liberer", "decider", "noter", "prouver", "accueil"):
        case = there["organisations-a-valider"]
        assert client.post(f"/brigade/organisations-a-valider/{case.pk}/{act}/").status_code == 404
    for act in ("suspendre", "lever", "fermer", "inviter", "prouver"):
        assert client.post(f"/brigade/organisations/{there['organisations'].pk}/{act}/").status_code == 404
    for act in ("proposer", "refuser"):
        request = there["demandes"]
        assert client.post(f"/brigade/demandes-sans-proposition/{request.pk}/{act}/").status_code == 404


def test_a_queue_does_not_open_the_other_queue_s_items(client):
    here = world(f.GUERET)
    staff_client(client)
    case, mission_case = here["organisations-a-valider"], here["missions-a-valider"]
    assert client.get(f"/brigade/organisations-a-valider/{mission_case.pk}/").status_code == 404
    assert client.get(f"/brigade/missions-a-valider/{case.pk}/").status_code == 404


def test_a_pair_is_seen_from_both_sides_and_its_person_only_from_the_request_s(client):
    mission = f.make_mission(commune=f.LILLE)
    person = f.make_person(first_name="Philomène", commune=f.GUERET)
    request = f.make_request(person=person, state="proposed")
    proposal = f.make_proposal(request=request, mission=mission)
    participation = f.make_participation(person=person, mission=mission, request=request)
    pages = [f"/brigade/propositions/{proposal.pk}/", f"/brigade/participations/{participation.pk}/"]
    pages.append("/brigade/participations/")
    staff_client(client, department="23")
    assert all("Philomène" in client.get(page).text for page in pages)
    client.logout()
    staff_client(client, department="59")
    for page in pages:
        response = client.get(page)
        assert response.status_code == 200
        assert "Philomène" not in response.text
    assert client.get(f"/brigade/demandes/{request.pk}/").status_code == 404


def test_feeds_have_no_territory_and_are_for_the_nation(client):
    run = feed_run()
    staff_client(client, "national")
    assert "Partenaire d’essai" in client.get("/brigade/flux/").text
    assert "Sans titre." in client.get(f"/brigade/flux/{run.pk}/").text
    client.logout()
    staff_client(client)
    assert "Partenaire d’essai" not in client.get("/brigade/flux/").text
    assert client.get(f"/brigade/flux/{run.pk}/").status_code == 404
    assert "/brigade/flux/" not in client.get("/brigade/").text


def test_a_theme_limits_the_missions_and_the_nation_sees_what_has_no_territory(client):
    from jeveuxagir.taxonomies.models import Domain

    first, second = Domain.objects.all()[:2]
    mine, other = f.make_mission(domain=first), f.make_mission(domain=second)
    nowhere = f.make_organisation(commune=None)
    staff_client(client, domain=first)
    assert client.get(f"/brigade/missions/{mine.pk}/").status_code == 200
    assert client.get(f"/brigade/missions/{other.pk}/").status_code == 404
    assert client.get(f"/brigade/organisations/{nowhere.pk}/").status_code == 404
    client.logout()
    staff_client(client, "national")
    assert client.get(f"/brigade/organisations/{nowhere.pk}/").status_code == 200


def test_a_theme_shows_the_requests_that_name_it_or_are_open_to_anything(client):
    from jeveuxagir.taxonomies.models import Domain

    first, second = Domain.objects.all()[:2]
    named = waiting_request(f.GUERET, domains=[first, second])
    anything = waiting_request(f.GUERET, open_to_anything=True)
    foreign = waiting_request(f.GUERET, domains=[second], open_to_anything=False)
    elsewhere = waiting_request(f.LILLE, domains=[first])
    staff_client(client, domain=first)
    for path in ("demandes", "demandes-sans-proposition"):
        page = client.get(f"/brigade/{path}/").text
        for row, seen in ((named, 1), (anything, 1), (foreign, 0), (elsewhere, 0)):
            assert page.count(f'href="/brigade/{path}/{row.pk}/"') == seen, (path, row)
            assert client.get(f"/brigade/{path}/{row.pk}/").status_code == (200 if seen else 404)
    refuse = f"/brigade/demandes-sans-proposition/{foreign.pk}/refuser/"
    assert client.post(refuse, {"reason": "Non."}).status_code == 404


def test_a_theme_shows_the_pairs_of_its_missions_and_requests(client):
    from jeveuxagir.taxonomies.models import Domain

    first, second = Domain.objects.all()[:2]
    staff_client(client, domain=first)
    for domain, status in ((first, 200), (second, 404)):
        mission = f.make_mission(domain=domain)
        request = f.make_request(state="proposed", domains=[second], open_to_anything=False)
        proposal = f.make_proposal(request=request, mission=mission)
        participation = f.make_participation(person=request.person, mission=mission, request=request)
        assert client.get(f"/brigade/propositions/{proposal.pk}/").status_code == status
        assert client.get(f"/brigade/participations/{participation.pk}/").status_code == status


def test_a_theme_shows_the_person_of_a_request_or_an_application_of_that_theme_alone(client):
    from jeveuxagir.taxonomies.models import Domain

    first, second = Domain.objects.all()[:2]
    staff_client(client, domain=first)

    def pages_of(name, commune, **fields):
        person = f.make_person(first_name=name, commune=commune)
        mission = f.make_mission(domain=first)
        request = f.make_request(person=person, state="proposed", **fields) if fields else None
        participation = f.make_participation(person=person, mission=mission, request=request)
        pages = [client.get(f"/brigade/participations/{participation.pk}/").text]
        if request:
            proposal = f.make_proposal(request=request, mission=mission)
            pages.append(client.get(f"/brigade/propositions/{proposal.pk}/").text)
        return pages

    seen = [
        *pages_of("Ysée", f.GUERET, domains=[first], open_to_anything=False),
        *pages_of("Ysée", f.GUERET, open_to_anything=True),
        *pages_of("Ysée", f.GUERET),
    ]
    hidden = [
        *pages_of("Odilon", f.GUERET, domains=[second], open_to_anything=False),
        *pages_of("Odilon", f.LILLE, domains=[first], open_to_anything=False),
        *pages_of("Odilon", f.LILLE),
    ]
    assert all("Ysée" in page for page in seen)
    assert not any("Odilon" in page for page in hidden)
    people = client.get("/brigade/participations/").text
    assert "Ysée" in people
    assert "Odilon" not in people


def test_nobody_reads_a_column_by_guessing_in_the_address_bar(client):
    world(f.GUERET)
    staff_client(client)
    for query in ("person__email__startswith=a", "note__contains=x", "person__last_name=Durand"):
        assert client.get(f"/brigade/demandes/?{query}").status_code == 400


@pytest.mark.parametrize(
    "query", ["q=%00", "q=" + "a" * 9000, "p=-1", "p=abc", "o=99", "vue=zz", "departement=%27", "e=1"]
)
def test_a_broken_query_never_breaks_a_list(client, query):
    world(f.GUERET)
    staff_client(client, "national")
    for path in LISTS:
        assert client.get(f"/brigade/{path}/?{query}").status_code in (200, 302, 400, 404), path


def test_searching_ignores_accents(client):
    f.make_organisation(name="Épicerie solidaire")
    staff_client(client)
    assert "Épicerie" in client.get("/brigade/organisations/?q=epicerie").text
    assert "Épicerie" not in client.get("/brigade/organisations/?q=boulangerie").text


def test_lists_ask_as_many_queries_for_twenty_rows_as_for_one(client, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost():
        counts = {}
        for path in ["", *(f"{path}/" for path in LISTS)]:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(f"/brigade/{path}").status_code == 200
            counts[path] = len(queries)
        return counts

    staff_client(client, "national")
    world(f.GUERET)
    feed_run()
    client.get("/brigade/")  # the session and the cached menu are warm
    before = cost()
    for _ in range(19):
        world(f.GUERET)
    assert cost() == before
    assert max(before.values()) < 30, before


def test_deep_numbers_are_not_found(client):
    staff_client(client, "national")
    for path in LISTS:
        assert client.get(f"/brigade/{path}/{10**30}/").status_code == 404
        assert client.get(f"/brigade/{path}/abc/").status_code == 404

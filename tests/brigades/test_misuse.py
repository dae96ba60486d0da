"""What the history says across territories, and broken queries."""

import pytest
from django.test import Client
from django.urls import reverse

from jeveuxagir.audit.services import record
from jeveuxagir.moderation import services as moderation
from jeveuxagir.taxonomies.models import Domain
from missions.proposals.models import MatchRun
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("department", "named"), [("23", False), ("59", True)])
def test_the_history_of_a_pair_names_the_person_only_in_the_request_s_territory(
    client: Client, department: str, named: bool
) -> None:
    user = f.make_user(first_name="Zéphyrine", commune=f.LILLE)
    mission = f.make_mission()
    request = f.make_request(person=user.person, state="proposed")
    participation = f.make_participation(person=user.person, mission=mission, request=request)
    proposal = f.make_proposal(request=request, mission=mission)
    record("participation.applied", participation, actor=user)
    record("proposal.accepted", proposal, actor=user)
    f.sign_in_staff(client, f.make_staff(department=department))
    for row, name in (
        (participation, "participations_participation"),
        (proposal, "proposals_proposal"),
    ):
        page = client.get(reverse(f"brigade:{name}_history", args=[row.pk]))
        assert page.status_code == 200
        assert ("Zéphyrine" in page.content.decode()) is named


@pytest.mark.parametrize("query", ["departement=%00", "etat=%00", "q=%00", "type=%00"])
def test_a_nul_in_a_filter_is_refused(client: Client, query: str) -> None:
    f.sign_in_staff(client, f.make_staff("national"))
    page = client.get(f"{reverse('brigade:organisations_organisation_changelist')}?{query}")
    assert page.status_code == 400


def test_a_member_limited_to_a_theme_reads_a_first_name_there_and_nothing_elsewhere(client: Client) -> None:
    mission = f.make_mission()
    person = f.make_person(first_name="Zéphyrine", last_name="Abélard", email="zephyrine@exemple.fr")
    participation = f.make_participation(person=person, mission=mission)
    other = Domain.objects.exclude(pk=mission.domain_id).first()
    urls = [
        reverse("brigade:participations_participation_changelist"),
        reverse("brigade:participations_participation_change", args=[participation.pk]),
    ]
    f.sign_in_staff(client, f.make_staff(domain=mission.domain))
    for url in urls:
        page = client.get(url).content.decode()
        assert "Zéphyrine" in page
        assert "Abélard" not in page
        assert "zephyrine@exemple.fr" not in page
    f.sign_in_staff(client, f.make_staff(domain=other))
    listed, page = (client.get(url) for url in urls)
    assert page.status_code == 404
    for response in (listed, page):
        assert "Zéphyrine" not in response.content.decode()
        assert mission.title not in response.content.decode()


def test_the_technical_admin_shows_nothing_that_was_written_about_somebody(client: Client) -> None:
    marker = "ZYXMARK"
    participation = f.make_participation(state="cancelled", cancel_reason=marker)
    request = f.make_request(state="refused", closed_reason=marker)
    run = MatchRun.objects.create(
        request=request, cause="essai", engine_version="1", inputs={"ville": marker}, outcome={}
    )
    item = moderation.open_item("organisation", f.make_organisation(), title="Entraide")
    note = moderation.add_note(item, actor=f.make_staff("national"), text=marker)
    f.sign_in_staff(client, f.make_staff("technical"))
    for row in (participation, request, run, note):
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        for url in (reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[row.pk])):
            page = client.get(url)
            assert page.status_code == 200, url
            assert marker not in page.content.decode(), url

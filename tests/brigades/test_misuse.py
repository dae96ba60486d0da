"""What the history says across territories, and broken queries."""

import pytest
from django.test import Client
from django.urls import reverse

from jeveuxagir.audit.services import record
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
def test_a_nul_in_a_filter_finds_nothing(client: Client, query: str) -> None:
    f.sign_in_staff(client, f.make_staff("national"))
    page = client.get(f"{reverse('brigade:organisations_organisation_changelist')}?{query}")
    assert page.status_code == 404

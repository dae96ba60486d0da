"""The public API gives the programme as its pages do."""

import datetime

import pytest
from django.test import Client

from alliances.programme.models import Evidence
from tests import factories as f

pytestmark = pytest.mark.django_db

LIST = "/api/v1/measures/"


def test_each_measure_has_its_evidence_its_status_and_its_pledges(client: Client) -> None:
    Evidence.objects.create(
        measure_id=1, on=datetime.date(2021, 1, 1), text="Ouvert.", source="Bilan", status="done"
    )
    pledge = f.make_pledge()
    hidden = f.make_pledge(state="pending", opened_at=None)
    row = client.get(f"{LIST}1/").json()
    assert (row["number"], row["status"], row["is_overdue"]) == (1, "done", False)
    assert [proof["source"] for proof in row["evidence"]] == ["Bilan"]
    assert [one["id"] for one in row["pledges"]] == [pledge.pk]
    assert hidden.pk not in [one["id"] for one in row["pledges"]]
    assert client.get(f"{LIST}2/").json()["status"] == ""
    assert client.get(f"{LIST}22/").status_code == 404
    assert client.get(LIST).json()["total"] == 21
    assert client.get(f"{LIST}?dimension=political").json()["total"] == 7
    for wrong in ("dimension=x", "horizon=4", "statut=zz", "x=1"):
        assert client.get(f"{LIST}?{wrong}").status_code == 400


def test_the_filters_are_those_of_the_page(client: Client) -> None:
    Evidence.objects.create(
        measure_id=2, on=datetime.date(2021, 1, 1), text="Ouvert.", source="Bilan", status="done"
    )
    for query in (
        "horizon=3",
        "horizon=3&dimension=strategic",
        "statut=done",
        "statut=non-renseigne&horizon=18",
    ):
        listed = {row["number"] for row in client.get(f"{LIST}?{query}&limit=100").json()["results"]}
        shown = {measure.number for measure, _ in client.get(f"/mesures/?{query}").context["rows"]}
        assert listed == shown, query

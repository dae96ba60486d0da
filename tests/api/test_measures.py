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
    assert client.get(f"{LIST}?dimension=x").status_code == 400

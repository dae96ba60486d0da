"""Two hundred parties: every page opens, in as many statements as with four, and the one after is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances import services
from alliances.enums import College
from alliances.governance.models import Attendance, Holding, Vote
from alliances.models import Alliance, Party
from alliances.texts.models import Adoption, Obligation
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken
from organisations.models import Organisation
from tests import factories as f

pytestmark = pytest.mark.django_db

CROWD = 200
SHOWN = ["parties", "charter", "contributions", "decisions", "indicators", "missions"]


class Crowd:
    """An alliance where every party holds, votes, adopts, promises, brings and counts something."""

    def __init__(self, number: int) -> None:
        self.alliance: Alliance = f.make_alliance(
            parties=1, publication="public", published_at=now(), shown=SHOWN, rule="majority"
        )
        self.actor = f.make_signatory(self.alliance.parties.get())
        made = Organisation.objects.bulk_create(
            Organisation(
                kind="association",
                name=f"Entraide du canton {index}",
                slug=f"entraide-{index}",
                state="validated",
                commune=f.get_commune(f.GUERET),
                description="Nous aidons.",
                email="contact@exemple.fr",
            )
            for index in range(1, number)
        )
        Party.objects.bulk_create(
            Party(alliance=self.alliance, organisation=one, college=College.ASSOCIATIONS, name=one.name)
            for one in made
        )
        self.parties = list(self.alliance.parties.select_related("organisation").order_by("pk"))
        self._steer()
        self._write()
        self._measure()

    def _steer(self) -> None:
        self.function = f.make_function(self.alliance, name="Animer")
        Holding.objects.bulk_create(
            Holding(function=self.function, party=party, level="does") for party in self.parties
        )
        self.meeting = f.make_meeting(self.alliance)
        self.decision = f.make_decision(self.alliance, meeting=self.meeting)
        people = [f.make_person(commune=None) for _party in self.parties]
        Vote.objects.bulk_create(
            Vote(decision=self.decision, party=party, person=person, choice="for")
            for party, person in zip(self.parties[1:], people[1:], strict=True)
        )
        Attendance.objects.bulk_create(
            Attendance(meeting=self.meeting, person=person, party=party, coming="yes")
            for party, person in zip(self.parties, people, strict=True)
        )
        for party in self.parties[:40]:
            f.make_task(self.alliance, party=party, decision=self.decision)

    def _write(self) -> None:
        self.charter = f.make_text(self.alliance, state="adopting")
        self.agreement = f.make_text(self.alliance, kind="agreement")
        Adoption.objects.bulk_create(
            Adoption(
                version=self.charter,
                party=party,
                signatory_name="Jeanne Martin",
                capacity="maire",
                text_hash=self.charter.text_hash,
            )
            for party in self.parties[2:]
        )
        Obligation.objects.bulk_create(
            Obligation(version=self.agreement, party=party, clause="apports", what=f"Apporter {party.pk}")
            for party in self.parties
        )

    def _measure(self) -> None:
        for party in self.parties:
            self.contribution = f.make_contribution(party)
        self.indicator = f.make_indicator(self.parties[0])
        for party in self.parties:
            value = f.make_value(self.indicator, party=party)
        value.reviews.create(party=self.parties[0], verdict="disputed", reason="Non")
        for party in self.parties[:60]:
            f.make_result(party.organisation)

    def pages(self) -> Iterator[tuple[str, str]]:
        yield "public", self.alliance.get_absolute_url()
        inside = {
            "home": "",
            "journey": "parcours/",
            "table": "tour-de-table/",
            "parties": "parties/",
            "party": f"parties/{self.parties[0].pk}/",
            "roles of a party": f"parties/{self.parties[1].pk}/roles/",
            "leaving": f"parties/{self.parties[0].pk}/quitter/",
            "conditions": "conditions/",
            "settings": "reglages/",
            "close": "clore/",
            "spreading": "essaimer/",
            "roles": "qui-fait-quoi/",
            "function": f"qui-fait-quoi/{self.function.pk}/",
            "matrix": "qui-fait-quoi/document.pdf",
            "meetings": "reunions/",
            "meeting": f"reunions/{self.meeting.pk}/",
            "minutes": f"reunions/{self.meeting.pk}/compte-rendu/",
            "decisions": "decisions/",
            "decision": f"decisions/{self.decision.pk}/",
            "tasks": "actions/",
            "task": "actions/nouvelle/",
            "charter": f"textes/versions/{self.charter.pk}/",
            "adopt": f"textes/versions/{self.charter.pk}/adopter/",
            "agreements": "conventions/",
            "balance": f"textes/versions/{self.agreement.pk}/",
            "obligations": f"textes/versions/{self.agreement.pk}/obligations/",
            "means": "moyens/",
            "means file": "moyens/contributions.csv",
            "contribution": f"moyens/{self.contribution.pk}/",
            "indicators": "indicateurs/",
            "indicator": f"indicateurs/{self.indicator.pk}/",
            "values": f"indicateurs/{self.indicator.pk}/valeurs.csv",
            "results": "indicateurs/resultats/",
        }
        for name, path in inside.items():
            yield name, f"{self.alliance.space_url}{path}"


def asked(crowd: Crowd) -> dict[str, int]:
    """Page → how many statements it took."""
    client = Client()
    client.force_login(crowd.actor)
    client.get("/mon-espace/")  # the menu of this person is known from here on
    counts = {}
    for name, url in crowd.pages():
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url)
        assert response.status_code == 200, (name, url, response.status_code)
        counts[name] = len(queries)
    return counts


def test_every_page_of_two_hundred_parties_asks_as_much_as_one_of_four() -> None:
    four = Crowd(4)
    asked(four)  # what a process keeps for all pages is known from here on
    few, many = asked(four), asked(Crowd(CROWD))
    grown = {name: (few[name], count) for name, count in many.items() if count > few[name] + 2}
    assert not grown, grown


def test_the_one_after_the_two_hundredth_is_refused() -> None:
    alliance = f.make_alliance(parties=1)
    person = f.make_signatory(alliance.parties.get())
    Party.objects.bulk_create(
        Party(alliance=alliance, college=College.CITIZENS, name=f"Personne {index}")
        for index in range(1, CROWD)
    )
    said: dict[str, Any] = {"name": "La Recyclerie", "college": "associations", "email": "a@exemple.fr"}
    with pytest.raises(RuleBroken, match="200 parties au plus"):
        services.invite(alliance, actor=person, **said)

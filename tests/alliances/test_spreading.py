"""Essaimer: an alliance is born from another, elsewhere; what it takes, what it never takes, who must agree."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from alliances import services, spreading
from alliances.enums import Activity, Stage
from alliances.governance import services as governance
from alliances.models import Alliance
from alliances.texts import services as texts
from alliances.texts.enums import Kind
from jeveuxagir.accounts.models import User
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.notifications.models import Message
from jeveuxagir.territories.models import Commune
from organisations.models import Organisation
from tests import factories as f

pytestmark = pytest.mark.django_db

SHOWN = ["charter", "indicators"]


class Origin:
    """An alliance of Guéret in review, with a charter in force, functions held and an indicator with a value."""

    def __init__(self, **fields: Any) -> None:
        said = {"stage": Stage.REVIEW, "starts_on": today(), "ends_on": today().replace(year=2099)} | fields
        if said.get("publication") == "public":
            said["published_at"] = now()
        self.alliance = f.make_alliance(parties=2, **said)
        self.alliance.places.create(commune_id=f.GUERET)
        self.parties = list(self.alliance.parties.order_by("pk"))
        self.people: list[User] = [f.make_signatory(party) for party in self.parties]
        self.owner = f.make_user()
        self.organisation = f.make_organisation(owner=self.owner, commune=f.LILLE)
        charter = texts.begin(self.alliance, actor=self.people[0], kind=Kind.CHARTER)
        words = [{**one, "title": "Notre cap"} if one["key"] == "objet" else one for one in charter.articles]
        charter = texts.write(charter, actor=self.people[0], revision=1, articles=words)
        charter = texts.open_to_adoption(charter, actor=self.people[0])
        for person, party in zip(self.people, self.parties, strict=True):
            texts.adopt(
                charter, actor=person, party=party, capacity="présidente", seen_hash=charter.text_hash
            )
        lines: Any = [("Animer", {self.parties[0].pk: "decides"}), ("Accueillir", {})]
        governance.set_matrix(self.alliance, actor=self.people[0], lines=lines)
        f.make_value(f.make_indicator(self.parties[0], name="Enfants qui lisent"))
        Message.objects.all().delete()

    def spread(self, by: User | None = None, **changes: Any) -> Alliance:
        said = {
            "organisation": self.organisation,
            "name": "Lire à Lille",
            "commune": Commune.objects.get(pk=f.LILLE),
        } | changes
        return spreading.spread(self.alliance, actor=by or self.owner, **said)


def test_what_is_taken_is_a_way_of_doing_never_a_value_a_party_or_an_adoption() -> None:
    origin = Origin(publication="public", shown=SHOWN)
    spreading.agree(origin.alliance, actor=origin.people[0], agreed=True)
    made = origin.spread()
    assert made.origin == origin.alliance
    assert (made.purpose, made.rule) == (origin.alliance.purpose, origin.alliance.rule)
    assert [party.organisation for party in made.parties.all()] == [origin.organisation]
    assert made.places.get().commune_id == f.LILLE
    version = made.texts.get().versions.get()
    assert version.state == "draft"
    assert version.articles[0]["title"] == "Notre cap"
    assert not version.adoptions.exists()
    assert [row.name for row in made.functions.order_by("position")] == ["Animer", "Accueillir"]
    assert not any(row.holdings.exists() for row in made.functions.all())
    indicator = made.indicators.get()
    assert (indicator.name, indicator.definition) == (
        "Enfants qui lisent",
        origin.alliance.indicators.get().definition,
    )
    assert (indicator.is_measured, indicator.values.count()) == (False, 0)
    assert indicator.owner == made.parties.get()


def test_the_stage_spread_is_reached_when_another_is_born_from_an_alliance_that_agreed() -> None:
    origin = Origin(publication="public")
    with pytest.raises(RuleBroken, match="naît d’elle"):
        services.move_stage(origin.alliance, actor=origin.people[0], verb="spread")
    spreading.agree(origin.alliance, actor=origin.people[0], agreed=True)
    origin.spread()
    origin.alliance.refresh_from_db()
    assert origin.alliance.stage == Stage.SPREAD


def test_a_stranger_moves_no_stage_of_a_public_alliance_its_parties_are_told_and_do_it() -> None:
    origin = Origin(publication="public", shown=SHOWN)
    made = origin.spread()
    origin.alliance.refresh_from_db()
    assert origin.alliance.stage == Stage.REVIEW
    told = Message.objects.filter(kind="alliances.born")
    assert {message.person for message in told} == {user.person for user in origin.people}
    assert made.name in told[0].text
    assert services.move_stage(origin.alliance, actor=origin.people[0], verb="spread").stage == Stage.SPREAD


def test_a_stranger_takes_only_what_the_public_page_shows() -> None:
    origin = Origin(publication="public", shown=["indicators"])
    offered = spreading.offers(origin.alliance, actor=origin.owner)
    assert len(offered) == 1
    assert "définition" in offered[0]
    made = origin.spread()
    assert made.indicators.count() == 1
    assert not made.texts.exists()
    assert not made.functions.exists()


def test_a_stranger_takes_no_indicator_without_a_value_which_the_public_page_does_not_show() -> None:
    origin = Origin(publication="public", shown=["indicators"])
    f.make_indicator(origin.parties[0], name="Impayés de la cantine")
    assert "Impayés" not in Client().get(origin.alliance.get_absolute_url()).content.decode()
    [offered] = spreading.offers(origin.alliance, actor=origin.owner)
    assert "1" in offered
    assert [row.name for row in origin.spread().indicators.all()] == ["Enfants qui lisent"]
    spreading.agree(origin.alliance, actor=origin.people[0], agreed=True)
    assert origin.spread(name="Lire à Lille encore").indicators.count() == 2


def test_a_private_alliance_spreads_by_its_own_parties_once_who_animates_or_facilitates_agreed() -> None:
    origin = Origin()
    other = origin.people[1]
    mine = origin.parties[1].organisation
    with pytest.raises(NotAllowed):
        origin.spread()
    with pytest.raises(NotAllowed):
        origin.spread(other, organisation=mine)
    with pytest.raises(NotAllowed):
        spreading.agree(origin.alliance, actor=other, agreed=True)
    town = f.make_party(origin.alliance, kind="local_authority", is_facilitator=True)
    spreading.agree(origin.alliance, actor=f.make_signatory(town), agreed=True)
    assert origin.spread(other, organisation=mine).origin == origin.alliance
    spreading.agree(origin.alliance, actor=origin.people[0], agreed=False)
    with pytest.raises(NotAllowed):
        origin.spread(other, organisation=mine)


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"stage": Stage.EMERGING}, "se cherche encore"), ({"activity": Activity.CLOSED}, "close")],
    ids=str,
)
def test_an_alliance_that_seeks_itself_or_is_closed_hands_nothing_over(
    fields: dict[str, Any], words: str
) -> None:
    origin = Origin(publication="public")
    closed = {"reached": "a", "learned": "b", "what_next": "c"} if "activity" in fields else {}
    Alliance.objects.filter(pk=origin.alliance.pk).update(**fields, **closed)
    with pytest.raises(RuleBroken, match=words):
        origin.spread()


def test_elsewhere_is_another_commune_and_the_starter_is_verified() -> None:
    origin = Origin(publication="public")
    with pytest.raises(RuleBroken, match="demandez plutôt à la rejoindre"):
        origin.spread(commune=Commune.objects.get(pk=f.GUERET))
    Organisation.objects.filter(pk=origin.organisation.pk).update(state="pending", proof_level="declared")
    origin.organisation.refresh_from_db()
    with pytest.raises(RuleBroken, match="validée"):
        origin.spread()
    assert Alliance.objects.filter(origin=origin.alliance).count() == 0


def test_an_origin_is_for_ever_so_no_line_of_alliances_comes_back_to_its_start() -> None:
    origin = Origin(publication="public")
    made = origin.spread()
    for row, value in ((origin.alliance, made), (made, f.make_alliance()), (made, made)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Alliance.objects.filter(pk=row.pk).update(origin=value)


def test_both_pages_say_where_an_alliance_comes_from() -> None:
    origin = Origin(publication="public")
    client = Client()
    client.force_login(origin.owner)
    page = f"{origin.alliance.get_absolute_url()}essaimer/"
    assert f'href="{page}"' in client.get(origin.alliance.get_absolute_url()).content.decode()
    shown = client.get(page).content.decode()
    assert "sans effet juridique propre" in shown
    nonce = re.search(r'name="nonce" value="([^"]+)"', shown)
    assert nonce
    said = {"pour": origin.organisation.pk, "name": "Lire à Lille", "nonce": nonce[1]}
    wrong = client.post(page, said | {"commune": "Guéret (23)"})
    assert wrong.status_code == 409
    assert "Lire à Lille" in wrong.content.decode()
    stranger = f.make_organisation()
    assert client.post(page, said | {"commune": "Lille (59)", "pour": stranger.pk}).status_code == 422
    sent = client.post(page, said | {"commune": "Lille (59)"})
    made = Alliance.objects.get(origin=origin.alliance)
    assert sent.url == made.space_url
    assert client.post(page, said | {"commune": "Lille (59)"}).url == made.space_url
    assert Alliance.objects.filter(origin=origin.alliance).count() == 1
    home = client.get(made.space_url).content.decode()
    assert "Née de" in home
    assert origin.alliance.name in home
    # the origin's public page names only what is public
    assert made.name not in client.get(origin.alliance.get_absolute_url()).content.decode()
    Alliance.objects.filter(pk=made.pk).update(publication="public", published_at=now())
    assert made.name in client.get(origin.alliance.get_absolute_url()).content.decode()
    born = client.get(made.get_absolute_url()).content.decode()
    assert f'Née de <a href="{origin.alliance.get_absolute_url()}">' in born
    client.force_login(origin.people[0])
    assert made.name in client.get(f"{origin.alliance.space_url}essaimer/").content.decode()


def test_the_agreement_is_given_and_taken_back_on_the_page() -> None:
    origin = Origin()
    page = f"{origin.alliance.space_url}essaimer/"
    client = Client()
    client.force_login(origin.people[1])
    assert client.post(page, {"agree": "1"}).status_code == 403
    client.force_login(origin.people[0])
    client.post(page, {"agree": "1"})
    origin.alliance.refresh_from_db()
    assert origin.alliance.spread_agreed_at is not None
    assert "Reprendre cet accord" in client.get(page).content.decode()
    client.post(page, {"withdraw": "1"})
    origin.alliance.refresh_from_db()
    assert origin.alliance.spread_agreed_at is None
    client.force_login(origin.owner)
    assert client.get(f"{origin.alliance.get_absolute_url()}essaimer/").status_code == 404

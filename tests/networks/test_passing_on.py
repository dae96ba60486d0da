"""A head passes a member's open need on: to whom, who is told, who reads it, and whose needs it may pass on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.models import Event
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.notifications.models import Message
from missions.skill_needs import passing
from missions.skill_needs.models import PassedOn, SkillNeed
from organisations.models import Organisation
from tests import factories as f
from tests.support.sessions import mark_second_factor

pytestmark = pytest.mark.django_db
TITLE = "Refaire nos comptes avant l’assemblée"


@dataclass
class Network:
    head: Organisation
    owner: User
    member: Organisation
    need: SkillNeed
    company: Organisation
    coordinator: User

    def url(self, need: SkillNeed | None = None) -> str:
        return reverse("skill_needs:pass_on", args=[self.head.pk, self.head.slug, (need or self.need).pk])


@pytest.fixture
def network() -> Network:
    head, member = f.make_organisation(name="Fédération"), f.make_organisation(name="Antenne")
    f.make_affiliation(head=head, member=member)
    company = f.make_company(name="Tissages du Nord", commune=f.LILLE)
    need = f.make_skill_need(organisation=member, title=TITLE)
    return Network(head, f.make_member(head), member, need, company, f.make_member(company))


def text_of(client: Client, user: User, address: str, **said: Any) -> str:
    client.force_login(user)
    if user.is_staff:
        mark_second_factor(client, user)
    return client.get(address, said).content.decode()


def test_a_company_reads_what_a_network_passes_on_to_it_with_its_word(
    network: Network, client: Client
) -> None:
    page = text_of(client, network.owner, network.url(), q="tissages")
    assert "Tissages du Nord" in page
    nonce = page.split('name="nonce" value="')[1].split('"')[0]
    typed = {"to": network.company.pk, "note": "Vous savez faire, ils ont peu de temps.", "nonce": nonce}
    for _ in range(2):  # sent twice, done once
        assert client.post(network.url(), typed).status_code == 302
    [event] = Event.objects.filter(verb="skill_need.passed_on")
    assert (event.actor, event.data) == (
        network.owner,
        {"network": network.head.pk, "to": network.company.pk},
    )
    [message] = Message.objects.filter(kind="skill_needs.passed_on")
    assert message.person == network.coordinator.person
    assert "ils ont peu de temps" in message.text
    space = text_of(client, network.coordinator, network.company.space_url)
    assert TITLE in space
    assert "ils ont peu de temps" in space
    network.need.refresh_from_db()
    assert network.need.state == "open", "it is told, and nothing else"


def test_another_member_reads_it_until_the_need_waits_for_nobody(network: Network, client: Client) -> None:
    other = f.make_affiliation(head=network.head).member
    reader = f.make_member(other)
    passing.pass_on(network.need, actor=network.owner, network=network.head, to=other)
    assert TITLE in text_of(client, reader, other.space_url)
    SkillNeed.objects.filter(pk=network.need.pk).update(state="delivered")
    assert TITLE not in text_of(client, reader, other.space_url)


def test_the_word_of_a_network_that_was_suspended_is_read_no_more(network: Network, client: Client) -> None:
    word = "Virez d’abord trente euros"
    passing.pass_on(
        network.need, actor=network.owner, network=network.head, to=network.company, note=f"{word}."
    )
    assert word in text_of(client, network.coordinator, network.company.space_url)
    Organisation.objects.filter(pk=network.head.pk).update(state="suspended", state_reason="x")
    assert word not in text_of(client, network.coordinator, network.company.space_url)


def test_the_brigade_of_the_territory_alone_is_told_and_reads_it(network: Network, client: Client) -> None:
    """The need is in the Creuse: the Nord's brigade has nothing of it."""
    here, elsewhere = f.make_staff(department="23"), f.make_staff(department="59")
    passing.pass_on(
        network.need, actor=network.owner, network=network.head, to=None, note="Personne au village."
    )
    told = Message.objects.filter(kind="skill_needs.passed_to_brigade")
    assert [message.person for message in told] == [here.person]
    address = network.need.get_absolute_url()
    assert "Personne au village." in text_of(client, here, address)
    for user in (elsewhere, network.coordinator):
        assert "Personne au village." not in text_of(client, user, address)


def test_a_head_has_the_needs_of_its_own_territory_of_members_and_no_other(
    network: Network, client: Client
) -> None:
    """Two networks of two regions: each reads and passes on what its own members look for."""
    north = f.make_organisation(name="Union du Nord", commune=f.LILLE)
    far = f.make_affiliation(head=north, member=f.make_organisation(commune=f.LILLE)).member
    theirs = f.make_skill_need(organisation=far, commune=f.LILLE, title="Un site pour Wazemmes")
    page = text_of(
        client, network.owner, reverse("networks:needs", args=[network.head.pk, network.head.slug])
    )
    assert network.url() in page
    assert "Un site pour Wazemmes" not in page
    assert client.get(network.url(theirs)).status_code == 404
    with pytest.raises(NotAllowed):
        passing.pass_on(theirs, actor=network.owner, network=network.head, to=network.company)
    f.make_affiliation(head=network.head, member=far, state="invited")
    assert client.get(network.url(theirs)).status_code == 404, "who is only asked has joined nothing"


def test_who_receives_it_is_an_employer_a_member_or_the_brigade_once(network: Network) -> None:
    def to(receiver: Organisation) -> None:
        passing.pass_on(network.need, actor=network.owner, network=network.head, to=receiver)

    for wrong in (f.make_organisation(), network.member, network.head, f.make_company(state="suspended")):
        with pytest.raises(RuleBroken):
            to(wrong)
    to(network.company)
    with pytest.raises(RuleBroken, match="déjà transmis"):
        to(network.company)
    SkillNeed.objects.filter(pk=network.need.pk).update(state="agreed")
    with pytest.raises(RuleBroken, match="n’attend plus"):
        to(f.make_company())
    assert PassedOn.objects.count() == 1


def test_who_received_it_is_not_offered_again(network: Network, client: Client) -> None:
    other = f.make_organisation(name="Deuxième antenne")
    f.make_affiliation(head=network.head, member=other)
    page = text_of(client, network.owner, network.url())
    assert f'value="{other.pk}"' in page
    assert 'value="brigade"' in page
    for receiver in (other, None):
        passing.pass_on(network.need, actor=network.owner, network=network.head, to=receiver)
    page = text_of(client, network.owner, network.url())
    assert f'value="{other.pk}"' not in page
    assert "l’ont tous reçu" in page
    again = client.post(network.url(), {"to": "brigade", "nonce": "11111111-1111-4111-8111-111111111111"})
    assert again.status_code == 409, "sent all the same, it says why"


def test_a_reader_of_the_head_and_a_stranger_pass_nothing_on(network: Network, client: Client) -> None:
    for user in (f.make_member(network.head, role="reader"), network.coordinator, f.make_user()):
        client.force_login(user)
        assert client.post(network.url(), {"to": "brigade"}).status_code in (403, 404)
    assert not PassedOn.objects.exists()


def test_nothing_chosen_keeps_the_word_that_was_typed(network: Network, client: Client) -> None:
    client.force_login(network.owner)
    page = client.post(network.url(), {"note": "Un mot écrit"})
    assert page.status_code == 422
    assert "Un mot écrit" in page.content.decode()
    assert "Dites à qui transmettre ce besoin." in page.content.decode()

"""The networks of the directory: proposed, read by the brigade, corrected by who may, never decided by them (K92)."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from alliances.library import policies, reference, writing
from alliances.library.enums import State
from alliances.library.models import Network, Revision
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.findable import services as index
from jeveuxagir.findable.models import Entry
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from tests import factories as f

pytestmark = pytest.mark.django_db

NEW = "/bibliotheque/proposer/reseau/"
LIST = "/bibliotheque/reseaux/"
WORDS = {
    "title": "Les Mécènes du Limousin",
    "summary": "Association qui relie les entreprises du Limousin et les associations.",
    "modes": ["mecenat", "rse"],
    "region": "75",
    "link": "https://mecenes.example/",
}


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " "))


def item_of(network):
    return ModerationItem.objects.open().get(subject_type="library.Network", subject_id=network.pk)


def decide(network, decision, reason="", actor=None):
    item = item_of(network)
    actor = actor or f.make_staff("national")
    moderation.decide(item, actor=actor, decision=decision, reason=reason, version=item.version)
    network.refresh_from_db()


def correction(network, **changes):
    kept = {
        "title": network.title,
        "summary": network.summary,
        "modes": network.modes,
        "region": network.region_id or "",
        "link": network.link,
        "licence": network.licence,
        "version": network.version,
    }
    return kept | changes


def correct_url(network):
    return reverse("library:correct", args=["reseau", network.pk])


def test_a_network_is_proposed_on_one_page_read_by_the_brigade_then_stands_in_the_directory(client):
    user = f.make_user()
    client.force_login(user)
    answer = client.post(NEW, WORDS)
    network = Network.objects.get(title=WORDS["title"])
    assert answer.url == reverse("library:write", args=["reseau", network.pk, "relire"])
    assert network.title not in text(client.get(LIST))
    client.post(answer.url, {"licence": network.licence, "send": "1"})
    decide(network, "accept")
    client.logout()
    assert network.title in text(client.get(LIST, {"forme": "rse", "region": "75"}))
    shown = text(client.get(network.get_absolute_url()))
    assert "Nouvelle-Aquitaine" in shown
    assert "mécénat, responsabilité des entreprises" in shown
    assert "Corriger" not in shown
    index.refresh()
    assert Entry.objects.of_kind("network").get().title == network.title


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "Donnez le nom du réseau"),
        ({"summary": "x" * 100_000}, "500"),
        ({"modes": []}, "au moins une forme"),
        ({"region": "zz"}, "région de la liste"),
        ({"link": "https://127.0.0.1/"}, "réseau privé"),
    ],
)
def test_what_does_not_fit_is_said_in_french_and_nothing_is_kept(client, changes, said):
    client.force_login(f.make_user())
    answer = client.post(NEW, WORDS | changes)
    assert answer.status_code == 422
    assert said in text(answer)
    assert not Network.objects.filter(title=WORDS["title"]).exists()


def test_a_lead_corrects_a_network_of_nobody_and_another_person_decides(client):
    network = f.make_network(person=None, department_id="23")
    lead = f.make_staff("brigade_lead")
    f.sign_in_staff(client, lead)
    assert "Corriger" in text(client.get(network.get_absolute_url()))
    better = "Association qui aide les entreprises à donner du temps."
    assert client.post(correct_url(network), correction(network, summary=better)).status_code == 302
    network.refresh_from_db()
    assert network.summary != better, "the published words stay"
    with pytest.raises(RuleBroken, match="une autre personne"):
        decide(network, "accept", actor=lead)
    decide(network, "accept")
    assert network.summary == better
    assert Revision.objects.of_sheet(network).exists()


def test_those_who_handle_the_organisation_of_that_name_correct_its_sheet(client):
    network = f.make_network(person=None, title="Le Relais des Mécènes")
    member = f.make_member(f.make_organisation(name="Le relais des mécènes"))
    client.force_login(member)
    assert (
        client.post(correct_url(network), correction(network, link="https://relais.example/")).status_code
        == 302
    )
    assert item_of(network).diff["link"]["value"] == "https://relais.example/"
    with pytest.raises(NotAllowed):
        writing.edit(network, actor=f.make_user(), values={"summary": "Autre."})


def test_who_may_propose_a_correction_of_a_network():
    national, local = f.make_network(person=None), f.make_network(person=None, department_id="23")
    drafted = f.make_network(state="draft", department_id="23")
    for actor, may_national, may_local in (
        (f.make_user(), False, False),
        (f.make_staff(), False, False),
        (f.make_staff("brigade_lead"), False, True),
        (f.make_staff("brigade_lead", department="59"), False, False),
        (f.make_staff("national"), True, True),
    ):
        assert policies.may_correct(actor, national) is may_national
        assert policies.may_correct(actor, local) is may_local
        assert not policies.may_correct(actor, drafted), "what is not public is its author’s alone"


def test_a_correction_that_the_brigade_took_is_kept_when_the_product_is_loaded_again():
    reference.load()
    network = Network.objects.get(code="admical")
    national = f.make_staff("national")
    writing.edit(network, actor=national, values={"summary": "Des mots plus justes."})
    decide(network, "accept")
    reference.load()
    network.refresh_from_db()
    assert network.summary == "Des mots plus justes."
    assert network.state == State.PUBLISHED


def test_a_network_that_its_author_withdraws_leaves_the_directory(client):
    network = f.make_network()
    client.force_login(network.person.user)
    client.post(reverse("library:withdraw", args=["reseau", network.pk]), {"reason": ""})
    assert network.title not in text(Client().get(LIST))
    assert Client().get(network.get_absolute_url()).status_code == 404

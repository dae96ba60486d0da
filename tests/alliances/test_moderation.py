"""The public page: asked, read by the brigade, corrected, changed under a diff, reported, taken back."""

from dataclasses import replace

import pytest

from alliances import services
from alliances.models import Alliance
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.moderation import reports
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from tests import factories as f
from tests.alliances.test_services import begun, data, with_another

pytestmark = pytest.mark.django_db


def asked(**changes):
    alliance, owner = begun(**changes)
    services.ask_publication(alliance, actor=owner)
    alliance.refresh_from_db()
    return alliance, owner


def item_of(alliance, kind="alliance"):
    return ModerationItem.objects.open().get(kind=kind, subject_id=alliance.pk)


def decide(alliance, decision, reason="", kind="alliance", actor=None):
    item = item_of(alliance, kind)
    moderation.decide(
        item, actor=actor or f.make_staff(), decision=decision, reason=reason, version=item.version
    )
    alliance.refresh_from_db()
    return alliance


def public():
    alliance, owner = asked()
    return decide(alliance, "accept"), owner


def test_nobody_reads_the_page_before_the_brigade_does(client):
    alliance, owner = asked()
    assert client.get(alliance.get_absolute_url()).status_code == 404
    item = item_of(alliance)
    assert (item.department_id, item.title, item.cause) == ("23", alliance.name, "creation")
    decide(alliance, "accept")
    assert client.get(alliance.get_absolute_url()).status_code == 200
    assert Message.objects.get(kind="alliances.published").person == owner.person


def test_it_is_asked_once_and_by_who_animates_only():
    alliance, owner = asked()
    with pytest.raises(RuleBroken):
        services.ask_publication(alliance, actor=owner)
    another, _ = begun()
    _party, other = with_another(another)
    with pytest.raises(NotAllowed):
        services.ask_publication(another, actor=other)


def test_a_correction_comes_back_with_its_reason_and_may_be_sent_again(client):
    alliance, owner = asked()
    decide(alliance, "ask", "Retirez le nom de l’élu.")
    assert alliance.publication == "private"
    assert "Retirez le nom de l’élu." in Message.objects.get(kind="alliances.not_published").text
    client.force_login(owner)
    assert "Retirez le nom" in client.get(f"{alliance.space_url}page-publique/").content.decode()
    client.post(f"{alliance.space_url}page-publique/", {"ask": "1", "shown": ["parties"]})
    alliance.refresh_from_db()
    assert (alliance.publication, alliance.shown) == ("pending", ["parties"])


def test_a_refusal_is_told_with_its_reason():
    alliance, _owner = asked()
    decide(alliance, "refuse", "Ce n’est pas une alliance.")
    assert "Ce n’est pas une alliance." in Message.objects.get(kind="alliances.not_published").text


def test_an_edit_while_it_waits_is_what_the_brigade_reads():
    alliance, owner = asked()
    before = item_of(alliance)
    services.update(alliance, actor=owner, version=None, data=data(name="Un autre nom"))
    after = item_of(alliance)
    assert (after.title, after.version > before.version) == ("Un autre nom", True)


def test_of_a_public_page_the_name_and_the_purpose_wait_and_the_rest_changes_at_once(client):
    alliance, owner = public()
    edited = services.update(
        alliance, actor=owner, version=None, data=data(name="Lire partout", rule="majority", cadence_days=30)
    )
    assert edited.waiting == ["nom"]
    alliance.refresh_from_db()
    assert (alliance.name, alliance.rule, alliance.cadence_days) == ("Lire ensemble", "majority", 30)
    item = item_of(alliance)
    assert item.rows == [("nom", "Lire ensemble", "Lire partout")]
    client.force_login(owner)
    assert "En attente de la brigade" in client.get(f"{alliance.space_url}reglages/").content.decode()
    assert "Lire partout" in client.get(f"{alliance.space_url}reglages/but/").content.decode()
    decide(alliance, "accept")
    assert alliance.name == "Lire partout"
    assert "nom" in Message.objects.get(kind="alliances.edit_accepted").text


def test_a_refused_edit_leaves_the_page_as_it_was():
    alliance, owner = public()
    services.update(
        alliance, actor=owner, version=None, data=data(purpose="Vendre des abonnements à tous." * 2)
    )
    decide(alliance, "refuse", "Ceci est une publicité.")
    assert alliance.purpose == data().purpose
    assert "publicité" in Message.objects.get(kind="alliances.edit_refused").text


def test_coming_back_to_the_published_words_leaves_nothing_to_read():
    alliance, owner = public()
    services.update(alliance, actor=owner, version=None, data=data(name="Lire partout"))
    services.update(alliance, actor=owner, version=None, data=replace(services.data_of(alliance)))
    assert not ModerationItem.objects.open().filter(kind="alliance").exists()


def test_staff_who_are_a_party_do_not_decide():
    staff = f.make_staff()
    organisation = f.make_organisation(owner=staff)
    alliance = services.start(actor=staff, organisation=organisation, data=data())
    services.ask_publication(alliance, actor=staff)
    with pytest.raises(RuleBroken) as refused:
        decide(alliance, "accept", actor=staff)
    assert refused.value.code == "own_organisation"


def test_the_brigade_of_another_department_sees_nothing(client):
    alliance, _owner = asked()
    f.sign_in_staff(client, f.make_staff(department="59"))
    assert client.get(f"/brigade/alliances-a-suivre/{item_of(alliance).pk}/").status_code == 404


def test_the_queue_shows_the_case_and_decides_it(client):
    alliance, _owner = asked()
    f.sign_in_staff(client, f.make_staff())
    assert alliance.name in client.get("/brigade/alliances-a-suivre/").content.decode()
    assert "Alliances à suivre" in client.get("/brigade/").content.decode()
    item = item_of(alliance)
    url = f"/brigade/alliances-a-suivre/{item.pk}"
    page = client.get(f"{url}/").content.decode()
    assert alliance.purpose in page
    client.post(f"{url}/decider/", {"decision": "accept", "reason": "", "version": item.version})
    alliance.refresh_from_db()
    assert alliance.is_public


def test_the_case_shows_nothing_of_what_is_said_inside(client):
    alliance, owner = asked()
    services.set_step(alliance, actor=owner, key="constat", state="skipped", note="Secret entre nous")
    f.sign_in_staff(client, f.make_staff())
    page = client.get(f"/brigade/alliances-a-suivre/{item_of(alliance).pk}/").content.decode()
    assert "Secret entre nous" not in page
    assert "step_set" not in page


def test_a_reported_page_is_corrected_or_taken_off(client):
    alliance, _owner = public()
    subject = reports.subject_of(alliance.get_absolute_url())
    assert (subject.kind, subject.pk, subject.department) == ("alliances.Alliance", alliance.pk, "23")
    reports.report(subject, why="misleading")
    f.sign_in_staff(client, f.make_staff())
    item = item_of(alliance, "report")
    page = client.get(f"/brigade/signalements/{item.pk}/").content.decode()
    assert "Suspendre" in page
    decide(alliance, "ask", "Le chiffre de 10 000 enfants n’est pas prouvé.", kind="report")
    assert alliance.is_public
    assert "10 000 enfants" in Message.objects.get(kind="alliances.to_mend").text
    reports.report(subject, why="danger")
    decide(alliance, "refuse", "Rendez-vous dangereux.", kind="report")
    assert alliance.publication == "private"
    assert "Rendez-vous dangereux." in Message.objects.get(kind="alliances.unpublished").text


def test_who_animates_takes_the_page_back_at_once(client):
    alliance, owner = public()
    client.force_login(owner)
    client.post(f"{alliance.space_url}page-publique/", {"withdraw": "1"})
    client.logout()
    assert client.get(alliance.get_absolute_url()).status_code == 404


def test_a_page_that_waits_is_no_longer_asked_for_once_the_alliance_is_closed():
    alliance, owner = asked()
    services.close_alone(alliance, actor=owner, reached="a", learned="b", what_next="c")
    alliance.refresh_from_db()
    assert alliance.publication == "private"
    assert not ModerationItem.objects.open().exists()


def test_the_page_shows_only_what_the_parties_chose(client):
    alliance, owner = public()
    party, _ = with_another(alliance)
    assert party.name not in client.get(alliance.get_absolute_url()).content.decode()
    services.set_shown(alliance, actor=owner, shown=["parties", "inventé"])
    page = client.get(alliance.get_absolute_url()).content.decode()
    assert party.name in page
    assert "effet juridique propre" in page
    assert Alliance.objects.get(pk=alliance.pk).shown == ["parties"]
    assert party.name in client.get(party.organisation.get_absolute_url()).content.decode()
    assert alliance.name in client.get(party.organisation.get_absolute_url()).content.decode()


def test_an_old_address_leads_to_the_page(client):
    alliance, _owner = public()
    response = client.get(f"/alliances/{alliance.pk}-ancien-nom/")
    assert response.url == alliance.get_absolute_url()
    assert now() >= alliance.published_at

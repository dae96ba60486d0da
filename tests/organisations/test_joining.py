"""Joining what is already here, claiming what nobody holds, and what registries say."""

import datetime
import json

import pytest
import time_machine
from django.test import Client

from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from organisations import joining, services, verification
from organisations.models import Membership, Organisation
from tests import factories as f
from tests.organisations.test_services import SIREN
from tests.support.hostile_server import body, redirect, status

pytestmark = pytest.mark.django_db


def line(name="ENTRAIDE CREUSOISE", state="A"):
    company = {
        "siren": SIREN,
        "nom_complet": name,
        "etat_administratif": state,
        "siege": {"commune": "23096"},
    }
    return body(json.dumps({"results": [company]}).encode())


def checked(registry, answer, **fields):
    registry.serve(f"/{SIREN}", answer)
    fields = {"name": "Entraide creusoise", "siren": SIREN, "owner": f.make_user(), **fields}
    organisation = f.make_organisation(proof_level="form_checked", **fields)
    made = verification.check(organisation)
    organisation.refresh_from_db()
    return organisation, made


def test_an_active_number_of_that_name_raises_the_proof_level(registry):
    organisation, made = checked(registry, line())
    assert (organisation.proof_level, made.outcome) == ("registry", "match")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (status(500), "unavailable"),
        (redirect("http://10.0.0.1/"), "unavailable"),
        (body(b"<html>"), "nonsense"),
        (body(b'{"results": [1]}'), "nonsense"),
        (body(b'{"results": []}'), "unknown"),
        (line("UN TOUT AUTRE NOM"), "other_name"),
    ],
)
def test_whatever_else_a_registry_says_proves_nothing_and_stops_nothing(registry, answer, outcome):
    organisation, made = checked(registry, answer)
    assert (organisation.proof_level, made.outcome) == ("form_checked", outcome)
    assert organisation.check_due_at is not None


def test_a_public_organisation_seen_closed_goes_to_the_brigade_and_stays_open(registry):
    organisation, made = checked(registry, line(state="C"))
    assert made.outcome == "closed"
    assert organisation.state == "validated"
    assert ModerationItem.objects.open().get(kind="check").cause == "registry"


def test_asking_twice_is_asking_once_and_an_owner_answers():
    owner, person = f.make_user(), f.make_user()
    organisation = f.make_organisation(owner=owner)
    first = joining.ask(organisation, actor=person, message="J’en suis.")
    assert joining.ask(organisation, actor=person).pk == first.pk
    membership = joining.accept(first, actor=owner, role="reader")
    assert (membership.person, membership.role) == (person.person, "reader")
    with pytest.raises(RuleBroken):
        joining.decline(first, actor=owner, reason="Trop tard.")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (status(500), "Le registre ne répond pas. Continuez sans lui"),
        (body(b"<html>"), "Le registre ne répond pas. Continuez sans lui"),
        (body(b'{"results": []}'), "Le registre ne connaît pas ce numéro."),
        (line(state="C"), "fermée d’après le"),
        (line(), "Ce que dit le registre public"),
    ],
    ids=["down", "nonsense", "unknown", "closed", "found"],
)
def test_filling_from_the_registry_keeps_all_that_was_typed_whatever_it_says(registry, client, answer, words):
    registry.serve(f"/{SIREN}", answer)
    client.force_login(f.make_user())
    step = "/organisations/inscription/identite/?type=association"
    typed = {"name": "Mon nom à moi", "rna": "w 23 1234567", "siren": "732 829 320", "is_research": "on"}
    nonce = client.get(step).context["form"]["nonce"].value()
    page = client.post(step, {**typed, "nonce": nonce, "fill": "1"})
    assert words in page.text
    form = page.context["form"]
    assert {name: form[name].value() for name in typed} == typed
    assert form["nonce"].value() == nonce  # going on from there still makes one draft
    assert not Organisation.objects.exists()


@pytest.mark.parametrize(("field", "state"), [("rna", "pending"), ("siren", "pending"), ("rna", "validated")])
def test_the_way_to_an_organisation_whose_number_is_already_here_opens(
    client: Client, field: str, state: str
):
    numbers = {"rna": "W231234567", "siren": SIREN}
    f.make_organisation(state=state, owner=f.make_user(), **{field: numbers[field]})
    client.force_login(f.make_user())
    step = "/organisations/inscription/identite/?type=association"
    typed = {"name": "Entraide", "nonce": client.get(step).context["form"]["nonce"].value()}
    for asked in ({}, {"fill": "1"}):
        page = client.post(step, {**typed, **asked, field: numbers[field]})
        way = page.context["known"]["url"]
        assert numbers[field] in way
        assert "Envoyer ma demande" in client.get(way).text


def test_a_number_known_here_does_not_say_whose_it_is_before_that_page_is_public(client: Client):
    organisation = f.make_organisation(
        state="pending", owner=f.make_user(), rna="W231234567", name="Les Secrets"
    )
    asking = f.make_user()
    client.force_login(asking)
    way = f"/organisations/{organisation.pk}-organisation/rejoindre/?numero=W231234567"
    pages = [client.get(way).text]
    pages.append(client.post(way, {"message": "J’y suis bénévole."}, follow=True).text)
    assert "l’organisation au numéro W231234567" in pages[0]
    assert "Votre demande est envoyée" in pages[1]
    request = organisation.join_requests.get()
    joining.decline(
        request, actor=organisation.memberships.get().person.user, reason="Nous ne vous connaissons pas."
    )
    told = Message.objects.get(kind="organisations.join_answered")
    for words in (*pages, told.subject, told.text):
        assert "Les Secrets" not in words
        assert organisation.commune.name not in words


def test_a_claim_says_who_answers_it_the_nation_when_the_place_is_unknown(client: Client):
    client.force_login(f.make_user())
    placed, nowhere = (
        f.make_organisation(imports_only=True, name="Ici"),
        f.make_organisation(imports_only=True, name="Ailleurs", commune=None),
    )
    said = {one.name: client.get(f"{one.get_absolute_url()}rejoindre/").text for one in (placed, nowhere)}
    assert "La brigade de son département vérifie" in said["Ici"]
    assert "L’équipe nationale vérifie" in said["Ailleurs"]


def test_a_registry_that_was_down_is_asked_again_and_then_proves_the_organisation(registry):
    organisation, made = checked(registry, status(503))
    assert (organisation.proof_level, made.outcome) == ("form_checked", "unavailable")
    registry.serve(f"/{SIREN}", line())
    assert verification.check_due() == 0  # not yet
    with time_machine.travel(now() + datetime.timedelta(hours=3)):
        assert verification.check_due() == 1
    organisation.refresh_from_db()
    assert organisation.proof_level == "registry"


def test_a_declined_person_is_told_why_once_and_may_ask_again():
    owner, person = f.make_user(), f.make_user()
    organisation = f.make_organisation(owner=owner)
    request = joining.ask(organisation, actor=person)
    with pytest.raises(NotAllowed):
        joining.decline(request, actor=f.make_user(), reason="Non.")
    with pytest.raises(RuleBroken, match="Donnez une raison"):
        joining.decline(request, actor=owner, reason="  ")
    joining.decline(request, actor=owner, reason="Nous ne vous connaissons pas.")
    with pytest.raises(RuleBroken, match="déjà répondu"):
        joining.decline(request, actor=owner, reason="Encore.")
    told = Message.objects.get(person=person.person, kind="organisations.join_answered")
    assert "n’est pas acceptée" in told.subject
    assert "Nous ne vous connaissons pas." in told.text
    assert not Membership.objects.filter(person=person.person).exists()
    assert joining.ask(organisation, actor=person).pk != request.pk


def test_the_team_page_declines_with_a_reason_only(client: Client):
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner)
    request = joining.ask(organisation, actor=f.make_user())
    client.force_login(owner)
    decline = f"{organisation.space_url}equipe/demandes/{request.pk}/refuser/"
    assert "Donnez une raison" in client.post(decline, {"reason": ""}, follow=True).text
    assert organisation.join_requests.waiting().exists()
    said = client.post(decline, {"reason": "Nous sommes au complet."}, follow=True).text
    assert "La personne est prévenue" in said
    assert not organisation.join_requests.waiting().exists()


def test_a_request_that_no_owner_answers_in_thirty_days_ends_and_its_author_is_told_once():
    owner, person = f.make_user(), f.make_user()
    organisation = f.make_organisation(owner=owner)
    request = joining.ask(organisation, actor=person)
    assert joining.expire_due() == 0
    with time_machine.travel(now() + datetime.timedelta(days=30, minutes=1)):
        assert joining.expire_due() == 1
        assert joining.expire_due() == 0
        with pytest.raises(RuleBroken, match="déjà répondu"):
            joining.accept(request, actor=owner, role="reader")
        told = Message.objects.get(person=person.person, kind="organisations.join_answered")
        assert "n’a pas répondu" in told.subject
        assert "Vous pouvez demander de nouveau" in told.text
        assert joining.ask(organisation, actor=person).pk != request.pk
    request.refresh_from_db()
    assert request.state == "expired"


def test_of_two_claims_the_brigade_accepts_one_and_the_other_asks_the_new_owner():
    organisation = f.make_organisation(imports_only=True)
    one, two = f.make_user(), f.make_user()
    claims = [joining.ask(organisation, actor=user, message="C’est la nôtre.") for user in (one, two)]
    item = ModerationItem.objects.open().get(kind="claim", subject_id=claims[0].pk)
    moderation.decide(item, actor=f.make_staff(), decision="accept", version=item.version)
    organisation.refresh_from_db()
    assert not organisation.imports_only
    assert Membership.objects.owners().get(organisation=organisation).person == one.person
    claims[1].refresh_from_db()
    assert (claims[1].state, claims[1].to_brigade) == ("waiting", False)


def test_the_last_owner_leaves_by_naming_a_successor():
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner)
    reader = f.make_member(organisation, role="reader")
    services.leave(organisation, actor=owner, successor=Membership.objects.get(person=reader.person))
    assert Membership.objects.owners().get(organisation=organisation).person == reader.person


def test_an_erased_last_owner_leaves_a_case_to_the_brigade():
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner)
    services.end_memberships(owner.person)
    assert ModerationItem.objects.open().get(kind="check", subject_id=organisation.pk).cause == "no_owner"

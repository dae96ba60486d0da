"""Joining what is already here, claiming what nobody holds, and what registries say."""

import json

import pytest

from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from organisations import joining, services, verification
from organisations.models import Membership
from tests import factories as f
from tests.organisations.test_services import SIREN
from tests.support.hostile_server import Server, body, redirect, status

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry(settings):
    with Server().running() as running:
        settings.LOOPBACK_PORTS = [running.port]
        settings.SIRENE_URL = running.url("/{number}")
        from django.core.cache import cache

        cache.clear()
        yield running
        cache.clear()


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

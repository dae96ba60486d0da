"""A method enters the journey of an alliance, and each step shows what helps (K52, K77)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alliances import services
from alliances.journey import STEPS
from alliances.library import helping, reference
from alliances.library.models import Resource
from alliances.models import GuidedStep
from alliances.steps import guides_of, marks
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def animator(client):
    user = f.make_user()
    client.force_login(user)
    return user


@pytest.fixture
def alliance(animator):
    alliance = f.make_alliance(parties=0)
    f.make_party(alliance, person=animator.person, is_animator=True)
    return alliance


def journey(alliance):
    return reverse("alliances:journey", args=[alliance.pk, alliance.slug])


def test_each_step_of_the_journey_shows_tools_and_methods(alliance, client):
    reference.load()
    shown = {mark.step.key: mark.helps for _stage, found in marks(alliance) for mark in found}
    assert set(shown) == set(STEPS)
    assert all(helps for helps in shown.values())
    assert "Pour vous aider" in client.get(journey(alliance)).content.decode()


def test_each_step_of_the_journey_has_a_tool_that_comes_with_the_product(db):
    reference.load()
    helped = {
        key for journey in Resource.objects.public().values_list("journey", flat=True) for key in journey
    }
    assert helped == set(STEPS)


def test_a_method_adds_its_steps_and_each_is_ticked(alliance, animator, client):
    method = f.make_method(journey=["constat"])
    page = client.get(method.get_absolute_url())
    assert "S’en servir dans mon alliance" in page.content.decode()
    path = reverse("library:to_alliance", args=[method.pk, method.slug])
    answer = client.post(path, {"alliance": alliance.pk, "step": "constat"})
    assert answer.url.startswith(journey(alliance))
    (guide,) = guides_of(alliance)["constat"]
    assert [step.title for step in guide.steps] == method.steps
    first = guide.steps[0]
    client.post(
        reverse("alliances:tick_guided", args=[alliance.pk, alliance.slug, first.pk]), {"done": "oui"}
    )
    first.refresh_from_db()
    assert first.done_at is not None
    assert first.by == animator
    assert "1 sur 3" in client.get(journey(alliance)).content.decode().replace("\xa0", " ")
    again = client.post(path, {"alliance": alliance.pk, "step": "constat"})
    assert again.status_code == 409
    assert "déjà dans le parcours" in again.content.decode()
    client.post(reverse("alliances:drop_guide", args=[alliance.pk, alliance.slug]), {"methode": guide.url})
    assert not GuidedStep.objects.exists()


def test_only_who_acts_in_the_alliance_adds_a_method(alliance, client):
    method = f.make_method()
    stranger = f.make_user()
    with pytest.raises(NotAllowed):
        helping.add_to_alliance(method, alliance, actor=stranger, key="constat")
    client.force_login(stranger)
    path = reverse("library:to_alliance", args=[method.pk, method.slug])
    assert client.post(path, {"alliance": alliance.pk, "step": "constat"}).status_code == 422


def test_a_withdrawn_method_or_an_unknown_step_adds_nothing(alliance, animator):
    with pytest.raises(RuleBroken):
        helping.add_to_alliance(f.make_method(state="archived"), alliance, actor=animator, key="constat")
    with pytest.raises(RuleBroken):
        helping.add_to_alliance(f.make_method(), alliance, actor=animator, key="rien")


def test_the_journey_holds_so_many_steps_of_methods_and_no_more(alliance, animator, monkeypatch):
    monkeypatch.setattr(services, "MOST_GUIDED", 5)
    helping.add_to_alliance(f.make_method(), alliance, actor=animator, key="constat")
    with pytest.raises(RuleBroken, match="beaucoup de méthodes"):
        helping.add_to_alliance(f.make_method(), alliance, actor=animator, key="constat")


def test_the_journey_asks_the_same_queries_whatever_the_library_holds(alliance, animator, client):
    def cost():
        client.get(journey(alliance))
        with CaptureQueriesContext(connection) as asked:
            client.get(journey(alliance))
        return len(asked)

    helping.add_to_alliance(f.make_method(journey=["constat"]), alliance, actor=animator, key="constat")
    one = cost()
    for _ in range(8):
        method = f.make_method(journey=["constat", "roles"])
        f.make_resource(journey=["charte"])
        helping.add_to_alliance(method, alliance, actor=animator, key="constat")
    assert cost() == one

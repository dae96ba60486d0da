"""An alliance tells of itself: most of the sheet is there, each party agrees first, and may take it back."""

import datetime
import re
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from alliances.enums import StepState
from alliances.examples import from_alliance, writing
from alliances.examples.models import Consent, Example
from alliances.library import editing
from alliances.library.enums import State
from alliances.library.models import Revision
from alliances.models import Place, Step
from jeveuxagir.accounts import privacy
from jeveuxagir.audit import deliveries
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from jeveuxagir.taxonomies.models import Domain, PartnershipCategory
from jeveuxagir.territories.models import Commune
from tests import factories as f

pytestmark = pytest.mark.django_db


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " "))


@pytest.fixture
def told():
    """An alliance that goes on, as they are: named, placed, with its parties, its means, its steps, its counts."""
    alliance = f.make_alliance(
        parties=2,
        stage="animated",
        name="Lire ensemble à Guéret",
        purpose="Que chaque enfant lise avec quelqu’un. Une fois par semaine, près de chez lui.",
        starts_on=today() - datetime.timedelta(days=400),
        ends_on=today() + datetime.timedelta(days=300),
        domain=Domain.objects.get(pk="education"),
        category=PartnershipCategory.objects.get(pk="mecenat"),
    )
    alliance.sdgs.set([4, 17])
    Place.objects.create(alliance=alliance, commune=Commune.objects.get(pk="23096"))
    first = alliance.parties.order_by("pk").first()
    f.make_contribution(first, kind="money", unit="€", planned=Decimal(3200), what="livres")
    for key in ("constat", "premiere-rencontre", "charte"):
        Step.objects.create(alliance=alliance, key=key, state=StepState.DONE)
    f.make_value(f.make_indicator(first, name="Enfants qui lisent"), party=first)
    return alliance


@pytest.fixture
def people(told):
    return [f.make_signatory(party) for party in told.parties.order_by("pk")]


def begun(told, people):
    party = told.parties.order_by("pk").first()
    return from_alliance.begin(told, actor=people[0], organisation=party.organisation)


def whole(told, people):
    example = begun(told, people)
    return writing.edit(
        example, actor=people[0], values={"pitfalls": "Trop de réunions.", "title": "Lire à Guéret"}
    )


def published(told, people):
    example = whole(told, people)
    writing.ask_parties(example, actor=people[0])
    for consent, person in zip(example.consents.order_by("pk"), people, strict=True):
        writing.answer(consent, actor=person, agreed=True)
    example = editing.submit(example, actor=people[0])
    item = ModerationItem.objects.open().get(subject_type="examples.Example")
    moderation.decide(item, actor=f.make_staff("national"), decision="accept", version=item.version)
    example.refresh_from_db()
    return example


def test_make_an_example_fills_seven_tenths_of_the_sheet_and_more(client, told, people):
    client.force_login(people[0])
    assert "En faire un exemple" in text(client.get(told.space_url))
    path = reverse("examples:of_alliance", args=[told.pk, told.slug])
    page = client.get(path)
    organisation = told.parties.order_by("pk").first().organisation
    answer = client.post(path, {"pour": str(organisation.pk), "nonce": page.context["who"]["nonce"].value()})
    example = Example.objects.get()
    assert answer.url == reverse("examples:write", args=[example.pk, "relire"])
    assert from_alliance.filled(example) >= 0.7
    assert (example.cost, example.duration_months, example.leader) == ("petit", 13, "association")
    assert example.steps[0] == "Partager le constat"
    assert example.results.startswith("Enfants qui lisent")
    assert "rempli à" in text(client.get(answer.url))


def test_an_alliance_that_looks_for_itself_or_a_stranger_tells_nothing(told, people):
    with pytest.raises(NotAllowed):
        from_alliance.begin(told, actor=f.make_user(), organisation=None)
    told.stage = "emerging"
    told.save()
    with pytest.raises(RuleBroken, match="structurée"):
        begun(told, people)


def test_each_party_agrees_before_it_is_sent_and_is_told_where_to_answer(told, people):
    example = whole(told, people)
    writing.ask_parties(example, actor=people[0])
    with pytest.raises(RuleBroken, match="Il manque l’accord de"):
        editing.submit(example, actor=people[0])
    mail = Message.objects.get(kind="examples.consent_asked", person=people[1].person)
    path = re.search(r"(/bibliotheque/exemples/\S+/accord/)", mail.text).group(1)
    client = Client()
    client.force_login(people[1])
    assert "Trop de réunions." in text(client.get(path))
    assert "est d’accord avec l’exemple" in text(client.get("/mon-espace/"))
    assert client.post(path, {"yes": "1"}).status_code == 302
    assert Message.objects.filter(kind="examples.all_agreed", person=people[0].person).exists()
    editing.submit(example, actor=people[0])


def test_even_the_database_publishes_nothing_without_every_party(told, people):
    example = whole(told, people)
    writing.ask_parties(example, actor=people[0])
    with pytest.raises(IntegrityError, match="each party"), transaction.atomic():
        Example.objects.filter(pk=example.pk).update(state="published", published_at=example.created_at)


def test_new_words_ask_the_other_parties_again(told, people):
    example = whole(told, people)
    writing.ask_parties(example, actor=people[0])
    second = example.consents.order_by("pk").last()
    writing.answer(second, actor=people[1], agreed=True)
    writing.edit(example, actor=people[0], values={"results": "Autre chose."})
    second.refresh_from_db()
    assert not second.is_agreed
    assert example.consents.order_by("pk").first().is_agreed


def test_a_party_that_takes_its_consent_back_unpublishes_it_and_its_history_stays(client, told, people):
    example = published(told, people)
    assert client.get(example.get_absolute_url()).status_code == 200
    other = Client()
    other.force_login(people[1])
    path = reverse("examples:consent", args=[example.pk, example.slug])
    assert other.post(path, {"no": "1", "reason": "Nous avons changé d’avis."}).status_code == 302
    example.refresh_from_db()
    assert example.state == State.DRAFT
    assert client.get(example.get_absolute_url()).status_code == 404
    assert Revision.objects.of_sheet(example).count() == 1
    mail = Message.objects.get(kind="examples.consent_withdrawn")
    assert mail.person == people[0].person
    assert "Nous avons changé d’avis." in mail.text


def test_nothing_is_sent_before_each_party_was_asked_nor_published_without_who_joined_since(told, people):
    example = whole(told, people)
    first, second = told.parties.order_by("pk")
    assert f"{first.name}, {second.name}" in " ".join(example.missing())
    with pytest.raises(RuleBroken, match="Il manque l’accord"):
        editing.submit(example, actor=people[0])
    writing.ask_parties(example, actor=people[0])
    for consent, person in zip(example.consents.order_by("pk"), people, strict=True):
        writing.answer(consent, actor=person, agreed=True)
    editing.submit(example, actor=people[0])
    late = f.make_party(told)
    with pytest.raises(RuleBroken, match=late.name):
        editing.publish(example, actor=None)


def test_who_joins_once_it_is_public_does_not_keep_it_from_being_corrected(told, people):
    example = published(told, people)
    f.make_party(told)
    writing.edit(example, actor=people[0], values={"pitfalls": "Trop de réunions, trop longues."})
    item = ModerationItem.objects.open().get()
    moderation.decide(item, actor=f.make_staff("national"), decision="accept", version=item.version)
    example.refresh_from_db()
    assert example.pitfalls == "Trop de réunions, trop longues."


def test_a_correction_of_its_words_is_told_to_the_parties_that_agreed_to_others(told, people):
    example = published(told, people)
    writing.edit(example, actor=people[0], values={"pitfalls": "La mairie n’a jamais répondu."})
    item = ModerationItem.objects.open().get()
    moderation.decide(item, actor=f.make_staff("national"), decision="accept", version=item.version)
    deliveries.deliver()
    [mail] = Message.objects.filter(kind="examples.changed")
    assert mail.person == people[1].person
    assert "ce qui a mal marché" in mail.text
    assert f"{example.get_absolute_url()}accord/" in mail.text


def test_a_citizen_who_erases_their_account_is_named_nowhere_in_it(client, told, people):
    citizen = f.make_user(first_name="Zoé", last_name="Quidam")
    f.make_party(told, person=citizen.person)
    people = [*people, citizen]
    example = whole(told, people)
    lines = f"La mairie : la salle\nZoé : le jardin\n{example.parties}"
    example = writing.edit(
        example, actor=people[0], values={"parties": lines, "steps": ["Demander à Zoé Quidam."]}
    )
    writing.ask_parties(example, actor=people[0])
    for consent, person in zip(example.consents.order_by("pk"), people, strict=True):
        writing.answer(consent, actor=person, agreed=True)
    example = editing.submit(example, actor=people[0])
    item = ModerationItem.objects.get()
    moderation.decide(item, actor=f.make_staff("national"), decision="accept", version=item.version)
    writing.edit(example, actor=people[0], values={"results": "Zoé Quidam y croit toujours."})
    assert "Zoé : le jardin" in client.get(example.get_absolute_url()).text
    privacy.erase(citizen.person, actor=None)
    example.refresh_from_db()
    kept = [example.worded(), *Revision.objects.of_sheet(example).values_list("values", flat=True)]
    kept += ModerationItem.objects.values_list("diff", flat=True)
    kept += example.consents.values_list("name", flat=True)
    assert "Zoé" not in repr(kept)
    assert (example.state, example.steps) == (State.PUBLISHED, ["Demander à une personne."])
    assert "une personne : le jardin" in client.get(example.get_absolute_url()).text


def test_a_consent_is_not_taken_back_behind_a_public_example(told, people):
    example = published(told, people)
    with pytest.raises(IntegrityError, match="withdrawn before"), transaction.atomic():
        Consent.objects.filter(example=example).update(agreed_at=None)


def test_nobody_answers_for_another_party(told, people):
    example = whole(told, people)
    writing.ask_parties(example, actor=people[0])
    second = example.consents.order_by("pk").last()
    with pytest.raises(NotAllowed):
        writing.answer(second, actor=people[0], agreed=True)
    stranger = Client()
    stranger.force_login(f.make_user())
    path = reverse("examples:consent", args=[example.pk, example.slug])
    assert stranger.get(path).status_code == 404

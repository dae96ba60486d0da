"""An example is proposed, read by the brigade, public with its cost and its pitfalls; each year it is asked again."""

import datetime
import re

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alliances.examples import directory, panels, writing
from alliances.examples.models import Example
from alliances.helps import helps_of
from alliances.journey import STEPS
from alliances.library import editing
from alliances.library.enums import State
from alliances.library.models import Revision
from alliances.models import Alliance, GuidedStep
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.findable import services as index
from jeveuxagir.findable.models import Entry
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from jeveuxagir.territories.models import Department
from tests import factories as f

pytestmark = pytest.mark.django_db

ESSENTIALS = {
    "title": "Un four pour trois villages",
    "summary": "Trois communes ont rallumé un four banal. Le pain est cuit deux fois par semaine.",
    "context": "Plus de boulanger à moins de vingt minutes.",
}
WHERE = {
    "commune": "Guéret (23)",
    "ground": "rural",
    "size": "",
    "leader": "elu",
    "parties": "La mairie : le four\nL’association : les fournées",
    "colleges": ["public", "associations"],
}
HOW = {
    "category": "cooperation-economique",
    "steps": "Faire réparer le four.\nTrouver deux boulangers.\nOuvrir le samedi.",
    "duration_months": "9",
}
OUTCOME = {
    "results": "Quatre-vingts pains par semaine.",
    "proof": "Cahier des fournées",
    "proof_url": "",
    "cost": "petit",
    "cost_detail": "6 400 euros de briques.",
    "pitfalls": "La cheminée tirait mal.\nUn boulanger est parti au bout de deux mois.",
}


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " "))


@pytest.fixture
def author(client):
    user = f.make_user(commune="23096")
    client.force_login(user)
    return user


def write(client, example, step, data):
    return client.post(reverse("examples:write", args=[example.pk, step]), data)


def written(client):
    client.post("/bibliotheque/exemples/proposer/", ESSENTIALS)
    example = Example.objects.get()
    for step, data in (("ou-et-qui", WHERE), ("comment", HOW), ("bilan", OUTCOME)):
        assert write(client, example, step, data).status_code == 302, step
    example.refresh_from_db()
    return example


def decide(example, decision, reason="", staff=None):
    item = ModerationItem.objects.open().get(subject_type="examples.Example", subject_id=example.pk)
    staff = staff or f.make_staff("national")
    moderation.decide(item, actor=staff, decision=decision, reason=reason, version=item.version)
    example.refresh_from_db()


# --- proposed, read, public ---------------------------------------------------------------------------------------


def test_it_is_written_in_five_short_pages_each_kept_then_read_by_the_brigade(client, author):
    example = written(client)
    assert (example.state, example.size, example.region_id) == (State.DRAFT, "moyenne", "75")
    assert example.steps == ["Faire réparer le four.", "Trouver deux boulangers.", "Ouvrir le samedi."]
    assert "étape 5 sur 5" in text(client.get(reverse("examples:write", args=[example.pk, "relire"])))
    answer = write(client, example, "relire", {"licence": "lo-2.0", "sdgs": ["12"], "send": "1"})
    assert answer.status_code == 302
    example.refresh_from_db()
    assert example.state == State.REVIEW
    assert example.department_id == "23"
    client.logout()
    assert client.get(example.get_absolute_url()).status_code == 404
    decide(example, "accept")
    page = text(client.get(example.get_absolute_url()))
    places = [
        page.index(words)
        for words in (
            "Quatre-vingts pains",
            "De 1 000 à 10 000 euros",
            "Faire réparer",
            "La cheminée tirait mal",
        )
    ]
    assert places == sorted(places)
    assert "Faire pareil ici" in page
    assert "Licence Ouverte" in page
    assert "Un four pour trois villages" in text(
        client.get("/bibliotheque/exemples/", {"q": "fours villages"})
    )


@pytest.mark.parametrize(
    ("missing", "said"),
    [("pitfalls", "Dites ce qui a mal marché"), ("cost", "Choisissez ce que cela a coûté")],
)
def test_without_its_cost_or_its_pitfalls_it_is_refused_with_why_and_nothing_is_lost(
    client, author, missing, said
):
    example = written(client)
    assert write(client, example, "bilan", OUTCOME | {missing: ""}).status_code == 302
    answer = write(client, example, "relire", {"licence": "lo-2.0", "send": "1"})
    assert answer.status_code == 409
    assert said in text(answer)
    example.refresh_from_db()
    assert (example.state, example.results) == (State.DRAFT, OUTCOME["results"])
    write(client, example, "bilan", OUTCOME)
    assert write(client, example, "relire", {"licence": "lo-2.0", "send": "1"}).status_code == 302


@pytest.mark.parametrize("name", ["cost", "pitfalls"])
def test_the_database_publishes_none_without_its_cost_and_its_pitfalls(name):
    example = f.make_example()
    with pytest.raises(IntegrityError, match="example_with_its"):
        Example.objects.filter(pk=example.pk).update(**{name: ""})


@pytest.mark.parametrize(
    ("step", "data", "said"),
    [
        ("essentiel", ESSENTIALS | {"title": "x" * 100_000}, "140 caractères"),
        ("essentiel", ESSENTIALS | {"title": "a\x00b"}, "nul"),
        ("ou-et-qui", WHERE | {"commune": ""}, "une commune, ou un département entier"),
        ("comment", HOW | {"steps": "\n".join(["étape"] * 30)}, "12 étapes au plus"),
        ("bilan", OUTCOME | {"proof_url": "http://127.0.0.1/"}, "https://"),
        ("bilan", OUTCOME | {"proof_url": "javascript:alert(1)"}, "adresse"),
    ],
)
def test_what_does_not_fit_is_said_in_french(client, author, step, data, said):
    example = written(client)
    answer = write(client, example, step, data)
    assert answer.status_code == 422
    assert said in text(answer)


def test_the_brigade_asks_for_a_correction_and_its_author_mends_it(client, author):
    example = written(client)
    write(client, example, "relire", {"licence": "lo-2.0", "send": "1"})
    decide(example, "ask", "Dites qui a payé les briques.")
    assert (example.state, example.reason) == (State.DRAFT, "Dites qui a payé les briques.")
    assert "Dites qui a payé" in text(client.get(example.get_absolute_url()))


def test_published_its_author_corrects_it_through_the_brigade_and_withdraws_it(client, author):
    example = f.make_example(person=author.person)
    path = reverse("examples:correct", args=[example.pk])
    form = client.get(path).context["form"]
    typed = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False, [])}
    typed |= {"title": "Mieux dit", "commune": "Guéret (23)", "steps": "Une.\nDeux."}
    assert client.post(path, typed).status_code == 302
    example.refresh_from_db()
    assert example.title != "Mieux dit"
    decide(example, "accept")
    assert example.title == "Mieux dit"
    assert Revision.objects.of_sheet(example).count() == 1
    client.post(reverse("examples:withdraw", args=[example.pk]), {"reason": ""})
    example.refresh_from_db()
    assert example.state == State.ARCHIVED
    assert Revision.objects.of_sheet(example).exists()
    client.logout()
    assert client.get(example.get_absolute_url()).status_code == 404


# --- found --------------------------------------------------------------------------------------------------------


def test_filters_count_what_they_would_give_and_a_wrong_value_is_said(client):
    f.make_example(cost="petit")
    f.make_example(cost="moyen", commune="97209", ground="outre-mer")
    page = client.get("/bibliotheque/exemples/", {"type": "outre-mer"})
    costs = next(facet for facet in page.context["facets"] if facet.name == "cout")
    assert [(choice.value, choice.count) for choice in costs.shown] == [("moyen", 1)]
    grounds = next(facet for facet in page.context["facets"] if facet.name == "type")
    assert {choice.value: choice.count for choice in grounds.shown} == {"rural": 1, "outre-mer": 1}
    wrong = client.get("/bibliotheque/exemples/", {"type": "lune"})
    assert "Nous ne connaissons pas ce type" in text(wrong)


def test_none_found_leads_on(client):
    assert "Proposer un exemple" in text(client.get("/bibliotheque/exemples/", {"q": "xylophone"}))


def test_to_confirm_and_unread_ones_say_so_and_stand_below(client):
    imported = f.make_example(person=None, source="Une base", external_id="7", reviewed_at=None)
    doubtful = f.make_example(state="to_confirm")
    read = f.make_example(published_at=now() - datetime.timedelta(days=300))
    assert list(directory.found(directory.Wanted())) == [read, doubtful, imported]
    assert "importé, non relu" in text(client.get(imported.get_absolute_url()))
    assert "Personne n’a confirmé" in text(client.get(doubtful.get_absolute_url()))


@pytest.mark.parametrize("path", ["/bibliotheque/exemples/", "/bibliotheque/", "/api/v1/examples/"])
def test_one_or_twenty_take_as_many_queries(client, path):
    f.make_example()
    f.make_example(commune="26281")
    client.get(path)
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    for number in range(18):
        f.make_example(commune=("23096", "26281", "97209")[number % 3])
    with CaptureQueriesContext(connection) as many:
        client.get(path)
    assert len(many) == len(few)


def test_the_row_of_the_homes_never_shows_more_than_half_of_one_region_or_of_large_places(client):
    for _number in range(9):
        f.make_example(commune="13055", size="grande", published_at=now())
    assert directory.home_row() == []
    f.make_example(commune="23096", size="petite", published_at=now() - datetime.timedelta(days=90))
    assert len(directory.home_row()) == 2
    for commune, size in (("26281", "grande"), ("97411", "grande"), ("45234", "petite")):
        f.make_example(commune=commune, size=size, published_at=now() - datetime.timedelta(days=200))
    for limit in range(2, 8):
        row = directory.home_row(limit)
        regions = [one.region_id for one in row]
        assert all(2 * regions.count(region) <= len(row) for region in regions)
        assert 2 * sum(one.size == "grande" for one in row) <= len(row)
    row = [one.title for one in directory.home_row(panels.HOME_ROW)]
    assert all(title in text(client.get("/")) for title in row)
    assert all(title in text(client.get("/bibliotheque/")) for title in row)


def test_it_is_in_the_index_of_its_place():
    example = f.make_example()
    index.note("example", [str(example.pk)])
    index.refresh()
    assert Entry.objects.of_kind("example").at(Department.objects.get(pk="23")).get().url == (
        example.get_absolute_url()
    )


# --- still true? --------------------------------------------------------------------------------------------------


def old(**fields):
    return f.make_example(published_at=now() - datetime.timedelta(days=366), **fields)


def test_a_year_later_its_author_is_asked_and_answers_in_one_click_without_signing_in(client):
    example = old()
    assert writing.ask_again() == (1, 0)
    assert writing.ask_again() == (0, 0)
    message = Message.objects.get(kind="examples.still_true")
    path = re.search(r"(/bibliotheque/exemples/toujours-vrai/\S+)", message.text).group(1)
    assert "est-ce toujours vrai" in text(client.get(path))
    example.refresh_from_db()
    assert example.confirmed_at is None
    assert "Merci" in text(client.post(path))
    example.refresh_from_db()
    assert example.confirmed_at is not None
    assert "ne demande plus rien" in text(client.post(path))


def test_nobody_answered_so_it_says_to_confirm_until_somebody_does():
    example = old()
    writing.ask_again()
    Example.objects.filter(pk=example.pk).update(asked_at=now() - datetime.timedelta(days=31))
    assert writing.ask_again() == (0, 1)
    example.refresh_from_db()
    assert example.state == State.TO_CONFIRM
    writing.confirm(example, actor=example.person.user)
    example.refresh_from_db()
    assert example.state == State.PUBLISHED
    with pytest.raises(NotAllowed):
        writing.confirm(example, actor=f.make_user())


# --- do the same here ---------------------------------------------------------------------------------------------


def test_do_the_same_here_starts_an_alliance_with_the_steps_and_shows_whom_to_invite(client):
    organisation = f.make_organisation(kind="association", commune="26281")
    example = f.make_example(commune="23096")
    example.sdgs.set([12])
    client.force_login(f.make_user(commune="26281"))
    path = reverse("examples:here", args=[example.pk, example.slug])
    page = client.get(path)
    assert "Compter les besoins." in text(page)
    assert page.context["form"]["commune"].value()
    nonce = page.context["form"]["nonce"].value()
    sent = {"commune": "Romans-sur-Isère (26)", "name": "L’épicerie", "nonce": nonce}
    answers = [client.post(path, sent) for _ in range(2)]
    alliance = Alliance.objects.get()
    assert {answer.url for answer in answers} == {
        reverse("alliances:composition", args=[alliance.pk, alliance.slug])
    }
    assert [place.commune_id for place in alliance.places.all()] == ["26281"]
    assert (alliance.category_id, alliance.is_public) == ("cooperation-economique", False)
    assert list(GuidedStep.objects.values_list("title", flat=True)) == example.steps
    found = text(client.get(answers[0].url))
    assert organisation.name in found
    assert "Compter les besoins." in text(client.get(f"{alliance.space_url}parcours/"))


def test_a_stranger_chooses_first_and_signs_in_last(client):
    example = f.make_example()
    path = reverse("examples:here", args=[example.pk, example.slug])
    page = client.get(path)
    assert "Un compte n’est demandé qu’à la fin" in text(page)
    assert text(client.post(path, {"commune": "Romans-sur-Isère (26)", "name": ""})).count("Donnez un nom")
    sent = {"commune": "Romans-sur-Isère (26)", "name": "L’épicerie d’ici"}
    assert client.post(path, {**sent, "nonce": page.context["form"]["nonce"].value()}).url == f"{path}#compte"
    assert not Alliance.objects.exists()
    page = client.get(path)
    assert f"/compte/connexion/?next={path}" in page.content.decode()
    assert "Vos réponses sont gardées" in text(page)

    user = f.make_user(commune="23096")
    client.force_login(user)
    page = client.get(path)
    form = page.context["form"]
    assert (form["name"].value(), str(form["commune"].value())) == (
        "L’épicerie d’ici",
        "Romans-sur-Isère (26)",
    )
    client.post(path, {**sent, "nonce": form["nonce"].value()})
    assert Alliance.objects.get().name == "L’épicerie d’ici"
    assert client.get(path).context["form"]["name"].value() == example.title


def test_what_was_chosen_for_one_example_says_nothing_about_another(client):
    one, other = f.make_example(), f.make_example()
    path = reverse("examples:here", args=[one.pk, one.slug])
    nonce = client.get(path).context["form"]["nonce"].value()
    client.post(path, {"commune": "Romans-sur-Isère (26)", "name": "Chez nous", "nonce": nonce})
    page = client.get(reverse("examples:here", args=[other.pk, other.slug]))
    assert page.context["form"]["name"].value() == other.title
    assert not page.context["ready"]


def test_one_that_is_gone_is_not_done_again(client):
    example = f.make_example()
    path = reverse("examples:here", args=[example.pk, example.slug])
    editing.withdraw(example, actor=example.person.user)
    assert client.get(path).status_code == 404
    client.force_login(f.make_user())
    assert client.get(path).status_code == 404


# --- two at once --------------------------------------------------------------------------------------------------


def test_who_decides_second_is_told_who_did():
    example = f.make_example(state="draft")
    editing.submit(example, actor=example.person.user)
    item = ModerationItem.objects.open().get()
    first, second = f.make_staff("national"), f.make_staff("national")
    moderation.decide(item, actor=first, decision="accept", version=item.version)
    with pytest.raises((Stale, RuleBroken)):
        moderation.decide(item, actor=second, decision="refuse", reason="Non", version=item.version)
    example.refresh_from_db()
    assert example.state == State.PUBLISHED


def test_scripts_are_shown_as_words(client):
    example = f.make_example(title="<script>alert(1)</script>", pitfalls="<img src=x onerror=alert(1)>")
    page = client.get(example.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


# --- beside the steps of an alliance's journey --------------------------------------------------------------------


def test_every_step_of_the_journey_shows_an_example_and_the_one_that_speaks_of_it_first():
    charter = f.make_example(title="Une charte à trois, au lavoir")
    f.make_example(title="Peser le pain", steps=["Peser chaque soir ce qui reste."])
    helped = helps_of(list(STEPS))
    for key in STEPS:
        assert "exemple" in {one.sort for one in helped[key]}, key
    assert [one.title for one in helped["charte"] if one.sort == "exemple"] == [charter.title]
    assert helped["indicateurs"][0].title == "Peser le pain"


def test_the_most_trusted_example_stands_first_and_none_in_draft_beside_a_step():
    f.make_example(title="Charte à confirmer", state="to_confirm")
    read = f.make_example(title="Charte relue")
    f.make_example(title="Charte en brouillon", state="draft")
    assert [one.title for one in helps_of(["charte"])["charte"]] == ["Charte relue", "Charte à confirmer"]
    assert helps_of(["charte"])["charte"][0].url == read.get_absolute_url()


def test_examples_beside_the_steps_are_asked_in_one_query():
    f.make_example()
    for _ in range(8):
        f.make_example(title="Une charte, encore")
    with CaptureQueriesContext(connection) as asked:
        panels._helps(list(STEPS))
    assert len(asked) == 1

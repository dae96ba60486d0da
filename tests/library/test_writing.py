"""Proposing a method or a tool page by page, sending it, correcting it, withdrawing it."""

import re

import pytest
from django.urls import reverse

from alliances.library import editing, writing
from alliances.library.enums import State
from alliances.library.models import Method, Resource
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from tests import factories as f

pytestmark = pytest.mark.django_db

ESSENTIALS = {"title": "Le tour des envies", "summary": "Chacun dit une envie, puis on en garde une."}
STEPS = {"steps": "Chacun écrit une envie.\n\nOn lit tout haut.\nOn en garde une.", "duration_minutes": "60"}
SORTING = {"needs": ["agir"], "interests": ["co-construction"], "journey": ["constat"], "sdgs": ["17"]}


@pytest.fixture
def author(client):
    user = f.make_user()
    client.force_login(user)
    return user


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " "))


def write(sheet, step, client, data, sort="methode"):
    return client.post(reverse("library:write", args=[sort, sheet.pk, step]), data)


def started(client):
    client.post("/bibliotheque/proposer/methode/", ESSENTIALS)
    return Method.objects.get()


def decide(sheet, decision, reason=""):
    item = ModerationItem.objects.open().get(subject_type=sheet._meta.label, subject_id=sheet.pk)
    moderation.decide(
        item, actor=f.make_staff("national"), decision=decision, reason=reason, version=item.version
    )
    sheet.refresh_from_db()


def test_a_method_is_written_page_by_page_each_kept_then_read_by_the_brigade(client, author):
    method = started(client)
    assert (method.state, method.person) == (State.DRAFT, author.person)
    write(method, "deroule", client, STEPS)
    write(method, "preparation", client, {"roles": "Une personne anime", "pitfalls": "Aller trop vite"})
    answer = write(method, "classement", client, SORTING)
    assert answer.url == reverse("library:write", args=["methode", method.pk, "relire"])
    method.refresh_from_db()
    assert method.steps == ["Chacun écrit une envie.", "On lit tout haut.", "On en garde une."]
    assert (method.journey, method.duration_minutes) == (["constat"], 60)
    assert [sdg.pk for sdg in method.sdgs.all()] == [17]
    assert "Le tour des envies" in text(client.get("/mon-espace/"))
    write(method, "relire", client, {"licence": "lo-2.0", "send": "1"})
    method.refresh_from_db()
    assert method.state == State.REVIEW
    decide(method, "accept")
    client.logout()
    assert "Le tour des envies" in text(client.get("/bibliotheque/methodes/"))


def test_without_a_licence_or_a_step_nothing_is_sent_and_nothing_is_lost(client, author):
    method = started(client)
    answer = write(method, "relire", client, {"licence": "", "send": "1"})
    assert answer.status_code == 422
    assert "rien n’est publié sans elle" in text(answer)
    answer = write(method, "relire", client, {"licence": "lo-2.0", "send": "1"})
    assert answer.status_code == 409
    assert "Décrivez au moins une étape." in text(answer)
    method.refresh_from_db()
    assert (method.state, method.title) == (State.DRAFT, ESSENTIALS["title"])


@pytest.mark.parametrize(
    ("step", "data", "said"),
    [
        ("essentiel", {"title": "x" * 100_000, "summary": "y"}, "140 caractères"),
        ("essentiel", {"title": "a\x00b", "summary": "y"}, "nul"),
        ("deroule", {"steps": "\n".join(["étape"] * 30)}, "12 étapes au plus"),
        ("deroule", {"steps": "é" * 400}, "dépasse 300 caractères"),
        ("deroule", {"steps": "une", "people_min": "9", "people_max": "3"}, "inférieur au nombre au moins"),
        ("classement", {"needs": ["tout"]}, "tout"),
    ],
)
def test_what_does_not_fit_is_said_in_french_and_kept_in_the_form(client, author, step, data, said):
    method = started(client)
    answer = write(method, step, client, data)
    assert answer.status_code == 422
    assert said in text(answer)


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1:8000/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "ftp://x.example/",
        "https://localhost/",
        "javascript:alert(1)",
    ],
)
def test_a_private_or_odd_address_is_refused(client, author, link):
    tool = f.make_resource(state="draft", person=author.person, link="")
    answer = write(tool, "lien", client, {"owner": "Nous", "link": link}, "outil")
    assert answer.status_code == 422
    tool.refresh_from_db()
    assert tool.link == ""


def test_a_script_is_shown_as_words(client, author):
    method = f.make_method(person=author.person, title="<script>alert(1)</script>")
    assert "<script>alert(1)</script>" not in client.get(method.get_absolute_url()).content.decode()


def test_a_published_sheet_is_corrected_in_one_page_and_the_brigade_reads_the_diff(client, author):
    tool = f.make_resource(person=author.person, owner="Nous", needs=["agir"])
    path = reverse("library:correct", args=["outil", tool.pk])
    page = client.get(path).context["form"]
    typed = {name: page[name].value() for name in page.fields if page[name].value() not in (None, False)}
    typed |= {"title": "Le carnet, mieux nommé", "needs": ["se-former"], "domains": [], "sdgs": []}
    assert client.post(path, typed).status_code == 302
    tool.refresh_from_db()
    assert tool.title != "Le carnet, mieux nommé"
    assert tool.needs == ["se-former"]
    assert "Une correction attend la brigade" in text(client.get(tool.get_absolute_url()))
    item = ModerationItem.objects.open().get(subject_id=tool.pk)
    assert list(item.diff) == ["title"]
    assert client.post(path, typed | {"version": "0"}).status_code == 409
    decide(tool, "accept")
    assert tool.title == "Le carnet, mieux nommé"


def test_withdrawn_it_is_hidden_and_may_be_taken_up_again(client, author):
    method = f.make_method(person=author.person)
    client.post(reverse("library:withdraw", args=["methode", method.pk]), {"reason": "Plus à jour"})
    method.refresh_from_db()
    assert method.state == State.ARCHIVED
    client.post(reverse("library:act", args=["methode", method.pk, "resume"]))
    method.refresh_from_db()
    assert method.state == State.DRAFT


def test_nobody_touches_the_sheet_of_another(client, author):
    method = f.make_method(state="draft")
    for name, args in (
        ("write", ["methode", method.pk, "essentiel"]),
        ("correct", ["methode", method.pk]),
        ("withdraw", ["methode", method.pk]),
    ):
        assert client.get(reverse(f"library:{name}", args=args)).status_code == 404
    assert client.post(reverse("library:act", args=["methode", method.pk, "resume"])).status_code == 404


def test_one_writes_for_a_validated_organisation_one_handles(client, author):
    organisation = f.make_organisation(owner=author)
    client.post(
        "/bibliotheque/proposer/outil/", ESSENTIALS | {"shelf": "donnees", "pour": str(organisation.pk)}
    )
    tool = Resource.objects.get()
    assert (tool.organisation, tool.shelf) == (organisation, "donnees")
    assert tool.department_id == organisation.commune.department_id
    waiting = f.make_organisation(owner=author, state="pending")
    with pytest.raises(RuleBroken, match="validée"):
        writing.begin(Method, actor=author, organisation=waiting, values=ESSENTIALS)


def test_the_same_form_sent_twice_makes_one_draft(client, author):
    nonce = client.get("/bibliotheque/proposer/methode/").context["who"]["nonce"].value()
    for _ in range(2):
        client.post("/bibliotheque/proposer/methode/", ESSENTIALS | {"nonce": nonce})
    assert Method.objects.count() == 1


def test_what_waits_for_the_brigade_is_taken_back_to_be_changed(client, author):
    method = f.make_method(state="draft", person=author.person)
    editing.submit(method, actor=author)
    client.post(reverse("library:act", args=["methode", method.pk, "take_back"]))
    method.refresh_from_db()
    assert method.state == State.DRAFT
    assert not ModerationItem.objects.open().filter(subject_id=method.pk).exists()

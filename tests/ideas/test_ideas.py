"""« Notre idée, notre commune »: brought, confirmed, answered, withdrawn, forgotten."""

import datetime
import re
import threading

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from alliances.examples.models import Example
from alliances.ideas import services
from alliances.ideas.enums import State
from alliances.ideas.models import Idea
from jeveuxagir.accounts import retention
from jeveuxagir.accounts.models import Person, UnconfirmedContact
from jeveuxagir.accounts.services import erase_unconfirmed
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale, WrongState
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from jeveuxagir.territories.models import Commune
from organisations.models import Organisation
from tests import factories as f

NEW = "/idees/nouvelle/"
WORDS = {"what": "Un atelier vélo", "why": "Pour les jeunes du quartier, qui n’ont pas de quoi réparer."}


@pytest.fixture(autouse=True)
def _database(request):
    if "committed_db" not in request.fixturenames:
        request.getfixturevalue("db")


def gueret():
    return Commune.objects.get(pk=f.GUERET)


def bring(user=None, **words):
    user = user or f.make_user()
    return services.file(person=user.person, actor=user, commune=gueret(), **(WORDS | words))


def item_of(idea):
    return ModerationItem.objects.get(kind="idea", subject_id=idea.pk)


def fields(client, **changes):
    """The form as a visitor sends it."""
    html = client.get(NEW).content.decode()
    hidden = dict(re.findall(r'name="(nonce|shown_at)" value="([^"]*)"', html))
    visitor = {"first_name": "Nour", "email": "nour@exemple.fr", "commune": "Guéret (23)"}
    return WORDS | visitor | hidden | changes


def confirm(client, mail="ideas.confirm"):
    link = re.search(r"(/confirmer/[^/\s]+/)", Message.objects.get(kind=mail).text)[1]
    return client.post(link, {"terms": "on"})


# --- bringing one ---------------------------------------------------------------------------------------------


def test_somebody_signed_in_brings_an_idea_and_the_brigade_of_the_department_has_it(client):
    user = f.make_user()
    client.force_login(user)
    response = client.post(NEW, WORDS | {"commune": "Guéret (23)"})
    idea = Idea.objects.get()
    assert response.url == idea.get_absolute_url()
    assert (idea.person, idea.state) == (user.person, State.RECEIVED)
    item = item_of(idea)
    assert (item.department_id, item.cause, item.title) == ("23", "idea", "Un atelier vélo")
    mail = Message.objects.get(kind="ideas.received")
    assert mail.person == user.person
    assert "10 jours" in mail.text
    assert "Un atelier vélo" in client.get("/mon-espace/").content.decode()


def test_a_stranger_s_idea_waits_for_the_address_then_is_received(client):
    response = client.post(NEW, fields(client))
    assert response.url == "/idees/envoyee/"
    assert "nour@exemple.fr" in client.get(response.url).content.decode()
    idea = Idea.objects.get()
    assert idea.state == State.TO_CONFIRM
    assert not ModerationItem.objects.exists()
    assert "atelier" not in Message.objects.get().text, (
        "nothing a visitor wrote leaves before the address is confirmed"
    )
    assert confirm(client).url == idea.get_absolute_url()
    idea.refresh_from_db()
    assert (idea.state, idea.person.first_name, idea.contact) == (State.RECEIVED, "Nour", None)
    assert item_of(idea).state == "new"
    assert not UnconfirmedContact.objects.exists()
    assert client.get(idea.get_absolute_url()).status_code == 200, "the confirming POST signs in"


def test_opening_the_link_shows_the_idea_and_changes_nothing(client):
    client.post(NEW, fields(client))
    link = re.search(r"(/confirmer/[^/\s]+/)", Message.objects.get().text)[1]
    assert "Un atelier vélo" in client.get(link).content.decode()
    assert Idea.objects.get().state == State.TO_CONFIRM


def test_the_terms_are_accepted_where_the_account_opens(client):
    client.post(NEW, fields(client))
    link = re.search(r"(/confirmer/[^/\s]+/)", Message.objects.get().text)[1]
    refused = client.post(link)
    assert refused.status_code == 422
    assert "Cochez la case pour accepter" in refused.content.decode()
    assert Idea.objects.get().state == State.TO_CONFIRM
    client.post(link, {"terms": "on"})
    assert Person.objects.get().terms_acceptances.count() == 1


def test_a_known_address_sees_the_same_screen_and_signs_in(client):
    known = f.make_user(email="nour@exemple.fr")
    assert client.post(NEW, fields(client)).url == "/idees/envoyee/"
    answer = confirm(client, "ideas.confirm_known")
    assert answer.url.startswith("/compte/connexion/")
    client.force_login(known)
    assert confirm(client, "ideas.confirm_known").url == Idea.objects.get().get_absolute_url()
    assert Idea.objects.get().person == known.person


def test_what_nobody_confirms_is_erased(client):
    client.post(NEW, fields(client))
    UnconfirmedContact.objects.update(expires_at=now())
    erase_unconfirmed()
    assert not Idea.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"what": ""}, "Dites votre idée en une phrase."),
        ({"why": " "}, "deux phrases suffisent"),
        ({"commune": "Nulle-Part"}, "Nous ne connaissons pas ce lieu"),
        ({"what": "x" * 151}, "150"),
        ({"email": "pas une adresse"}, "adresse"),
        ({"contact_by": "robot"}, "Un champ qui doit rester vide"),
        ({"shown_at": "faux"}, "Votre envoi est arrivé très vite"),
    ],
)
def test_a_wrong_form_says_what_is_wrong_and_loses_nothing(client, changes, said):
    response = client.post(NEW, fields(client, **changes))
    html = response.content.decode()
    assert response.status_code == 422
    assert said in html
    assert not Idea.objects.exists()
    if "why" not in changes:
        assert "qui n’ont pas de quoi réparer" in html


def test_a_double_click_brings_one_idea(client):
    client.get("/")
    sent = fields(client)
    assert client.post(NEW, sent).url == client.post(NEW, sent).url
    assert Idea.objects.count() == 1


def test_the_same_address_is_not_written_to_for_ever(client):
    for _ in range(3):
        client.post(NEW, fields(client, nonce=""))
    response = client.post(NEW, fields(client, nonce=""))
    assert response.status_code == 422
    assert "Plusieurs messages sont déjà partis" in response.content.decode()
    assert Message.objects.count() == 3


def test_the_form_is_prefilled_with_the_commune_of_the_page_one_comes_from(client):
    assert "Guéret (23)" in client.get(f"{NEW}?commune={f.GUERET}").content.decode()
    for wrong in ("zz", "99999", "%00", "😀"):
        assert client.get(f"{NEW}?commune={wrong}").status_code == 200


def test_nobody_brings_an_idea_in_somebody_else_s_name():
    with pytest.raises(NotAllowed):
        services.file(person=f.make_person(), actor=f.make_user(), commune=gueret(), **WORDS)


# --- the answer -----------------------------------------------------------------------------------------------


def decide(idea, decision, reason="", actor=None):
    item = item_of(idea)
    actor = actor or f.make_staff()
    return moderation.decide(item, actor=actor, decision=decision, reason=reason, version=item.version)


def test_an_idea_is_kept_as_a_common_problem_and_its_author_told():
    idea = bring()
    decide(idea, "accept", "D’autres en parlent aussi.")
    idea.refresh_from_db()
    assert (idea.state, idea.answer) == (State.PROBLEM, "D’autres en parlent aussi.")
    assert "D’autres en parlent aussi." in Message.objects.get(kind="ideas.kept").text


def test_an_idea_is_closed_with_a_reason_that_its_author_reads(client):
    user = f.make_user()
    idea = bring(user)
    with pytest.raises(RuleBroken):
        decide(idea, "refuse")
    decide(idea, "refuse", "La mairie le fait déjà, place Bonnyaud.")
    assert "place Bonnyaud" in Message.objects.get(kind="ideas.closed").text
    client.force_login(user)
    assert "place Bonnyaud" in client.get(idea.get_absolute_url()).content.decode()


def test_an_idea_is_not_sent_back_to_be_corrected():
    idea = bring()
    with pytest.raises(RuleBroken, match="ne se corrige pas"):
        decide(idea, "ask", "Précisez.")
    assert item_of(idea).state == "new"


def test_an_idea_becomes_a_draft_organisation_that_its_author_owns():
    user = f.make_user()
    idea = bring(user)
    item = item_of(idea)
    services.make_organisation(
        item,
        actor=f.make_staff(),
        version=item.version,
        kind="association",
        name="Les Rayons",
        answer="Bravo.",
    )
    idea.refresh_from_db()
    organisation = Organisation.objects.get(name="Les Rayons")
    assert (idea.state, idea.organisation) == (State.ORGANISATION, organisation)
    assert organisation.state == "draft"
    assert organisation.memberships.get().person == user.person
    mail = Message.objects.get(kind="ideas.organisation")
    assert f"/espace/{organisation.pk}-" in mail.text
    assert item_of(idea).decision == "accept"


def test_a_stale_page_makes_no_organisation():
    idea = bring()
    item = item_of(idea)
    with pytest.raises(Stale):
        services.make_organisation(
            item, actor=f.make_staff(), version=item.version + 1, kind="association", name="Les Rayons"
        )
    assert not Organisation.objects.exists()
    assert Idea.objects.get().state == State.RECEIVED


def test_the_brigade_of_another_department_decides_nothing():
    idea = bring()
    with pytest.raises(NotAllowed):
        decide(idea, "accept", actor=f.make_staff(department="59"))


def test_nobody_answers_their_own_idea():
    staff = f.make_staff()
    idea = bring(staff)
    with pytest.raises(RuleBroken, match="votre propre idée"):
        decide(idea, "accept", actor=staff)


def test_an_idea_is_late_after_ten_days_and_not_before():
    idea = bring()
    for days, late in ((9, False), (11, True)):
        ModerationItem.objects.update(created_at=now() - datetime.timedelta(days=days))
        assert ModerationItem.objects.late().filter(subject_id=idea.pk).exists() is late


# --- the author ----------------------------------------------------------------------------------------------


def test_the_author_withdraws_and_nothing_waits_any_more(client):
    user = f.make_user()
    idea = bring(user)
    client.force_login(user)
    assert client.post(f"/idees/{idea.pk}/retirer/").url == idea.get_absolute_url()
    idea.refresh_from_db()
    assert idea.state == State.WITHDRAWN
    assert item_of(idea).decision == "withdrawn"
    with pytest.raises(WrongState):
        services.withdraw(idea, actor=user)


def test_somebody_else_s_idea_does_not_exist(client):
    idea = bring()
    client.force_login(f.make_user())
    assert client.get(idea.get_absolute_url()).status_code == 404
    assert client.post(f"/idees/{idea.pk}/retirer/").status_code == 404
    with pytest.raises(NotAllowed):
        services.withdraw(idea, actor=f.make_user())


def test_a_decision_and_a_withdrawal_at_once_leave_one_outcome(committed_db):
    user, staff = f.make_user(), f.make_staff()
    idea = bring(user)
    together = threading.Barrier(2)
    outcomes = []

    def run(act):
        try:
            together.wait()
            act()
            outcomes.append("done")
        except RuleBroken:
            outcomes.append("refused")
        finally:
            connections.close_all()

    acts = [lambda: decide(idea, "accept", actor=staff), lambda: services.withdraw(idea, actor=user)]
    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    idea.refresh_from_db()
    assert sorted(outcomes) == ["done", "refused"]
    decision = item_of(idea).decision
    assert (idea.state, decision) in {(State.PROBLEM, "accept"), (State.WITHDRAWN, "withdrawn")}


# --- forgetting -----------------------------------------------------------------------------------------------


def test_erasing_a_person_forgets_their_ideas_but_keeps_common_problems_without_them():
    user = f.make_user()
    waiting, kept = bring(user, what="Mon nom est Nour"), bring(user)
    decide(kept, "accept")
    services.forget_person(user.person)
    kept.refresh_from_db()
    assert (kept.person, kept.state) == (None, State.PROBLEM)
    assert not Idea.objects.filter(pk=waiting.pk).exists()
    item = ModerationItem.objects.get(kind="idea", subject_id=waiting.pk)
    assert (item.decision, item.title) == ("withdrawn", "Idée effacée")


def test_what_came_to_nothing_is_erased_after_a_year():
    old, recent = bring(), bring()
    for idea in (old, recent):
        decide(idea, "refuse", "Cela existe déjà.")
    Idea.objects.filter(pk=old.pk).update(state_changed_at=now() - datetime.timedelta(days=366))
    assert retention.run()["done"] == {"ideas.Idea": 1}
    assert list(Idea.objects.all()) == [recent]
    assert retention.run()["done"] == {}


# --- the brigade's pages --------------------------------------------------------------------------------------


@pytest.fixture
def brigade():
    client = Client()
    f.sign_in_staff(client, f.make_staff())
    return client


def test_the_queue_shows_the_department_s_ideas_and_their_clock(brigade):
    bring()
    ModerationItem.objects.update(created_at=now() - datetime.timedelta(days=12))
    elsewhere = f.make_user()
    services.file(
        person=elsewhere.person,
        actor=elsewhere,
        commune=Commune.objects.get(pk=f.LILLE),
        what="Ailleurs",
        why="Là-bas",
    )
    html = brigade.get("/brigade/idees/").content.decode()
    assert "Un atelier vélo" in html
    assert "en retard" in html
    assert "Ailleurs" not in html
    assert "Garder comme problème commun" in html  # several at once, in the words of an idea
    assert "Demander une correction" not in html


def test_several_ideas_are_closed_at_once_with_one_reason(brigade):
    rows = [bring(), bring()]
    items = [f"{item_of(idea).pk}:{item_of(idea).version}" for idea in rows]
    wanted = {"items": items, "decision": "refuse", "reason": "La mairie s’en charge."}
    page = brigade.post("/brigade/idees/lot/", wanted, follow=True).content.decode()
    assert "Classer, avec la raison" in page
    assert {Idea.objects.get(pk=idea.pk).state for idea in rows} == {State.CLOSED}
    assert brigade.post("/brigade/idees/lot/", wanted | {"decision": "ask"}).status_code == 302


def test_a_member_closes_an_idea_from_its_page(brigade):
    idea = bring()
    item = item_of(idea)
    page = brigade.get(f"/brigade/idees/{item.pk}/").content.decode()
    assert "En faire une organisation" in page
    assert "Demander une correction" not in page
    sent = {"decision": "refuse", "reason": "Déjà fait.", "version": item.version}
    assert brigade.post(f"/brigade/idees/{item.pk}/decider/", sent).status_code == 302
    idea.refresh_from_db()
    assert idea.state == State.CLOSED


def test_a_member_makes_an_organisation_from_its_page(brigade):
    idea = bring()
    item = item_of(idea)
    url = f"/brigade/idees/{item.pk}/organisation/"
    assert brigade.post(url, {"version": item.version}).status_code == 422
    sent = {"name": "Les Rayons", "kind": "association", "version": item.version}
    assert brigade.post(url, sent).status_code == 302
    assert Organisation.objects.get().name == "Les Rayons"
    assert brigade.post(url, sent | {"name": "Autre"}).status_code == 409
    assert Organisation.objects.count() == 1


# --- as an example ---------------------------------------------------------------------------------------------


def test_an_idea_already_done_becomes_a_draft_example_that_its_author_completes(client):
    user = f.make_user()
    idea = bring(user)
    f.sign_in_staff(client, f.make_staff())
    page = reverse("brigade:brigades_ideacase_change", args=[item_of(idea).pk])
    assert "En faire un exemple" in client.get(page).content.decode()
    act = reverse("brigade:brigades_ideacase_exemple", args=[item_of(idea).pk])
    assert (
        client.post(act, {"version": item_of(idea).version, "answer": "Cela marche déjà."}).status_code == 302
    )
    idea.refresh_from_db()
    example = idea.example
    assert (idea.state, idea.answer, item_of(idea).decision) == (State.EXAMPLE, "Cela marche déjà.", "accept")
    assert (example.state, example.person, example.commune) == ("draft", user.person, idea.commune)
    assert (example.title, example.context) == (idea.what, idea.why)
    mail = Message.objects.get(kind="ideas.example")
    assert example.get_absolute_url() in mail.text
    assert "Cela marche déjà." in mail.text
    client.force_login(user)
    mine = client.get(idea.get_absolute_url()).content.decode()
    assert "Compléter l’exemple" in mine
    assert client.get(reverse("examples:write", args=[example.pk, "essentiel"])).status_code == 200


def test_its_author_makes_an_example_of_it_once_and_the_brigade_still_answers(client):
    user = f.make_user()
    idea = bring(user, why="Un mot. " * 200)
    client.force_login(user)
    assert "En faire un exemple" in client.get(idea.get_absolute_url()).content.decode()
    first = client.post(f"/idees/{idea.pk}/exemple/").url
    assert client.post(f"/idees/{idea.pk}/exemple/").url == first, "a second click opens the same draft"
    example = Example.objects.get()
    assert len(example.summary) <= 500
    decide(idea, "accept")
    idea.refresh_from_db()
    assert (idea.state, idea.example) == (State.PROBLEM, example)


def test_neither_somebody_else_nor_whoever_withdrew_it_makes_an_example_of_an_idea(client):
    user = f.make_user()
    idea = bring(user)
    with pytest.raises(NotAllowed):
        services.begin_example(idea, actor=f.make_user())
    services.withdraw(idea, actor=user)
    with pytest.raises(RuleBroken, match="retirée"):
        services.begin_example(idea, actor=user)
    client.force_login(user)
    assert "En faire un exemple" not in client.get(idea.get_absolute_url()).content.decode()
    assert not Example.objects.exists()


def test_a_stale_page_makes_no_example_and_neither_does_the_brigade_of_another_department():
    idea = bring()
    item = item_of(idea)
    with pytest.raises(Stale):
        services.make_example(item, actor=f.make_staff(), version=item.version + 1)
    with pytest.raises(NotAllowed):
        services.make_example(item, actor=f.make_staff(department="59"), version=item.version)
    assert not Example.objects.exists()
    assert Idea.objects.get().state == State.RECEIVED

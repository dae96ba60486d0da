"""The shared words: read, searched, contested, revised, kept; and what happens to those who contested."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alliances.glossary import reference, services
from alliances.glossary.models import Contest, Revision, Term
from jeveuxagir.accounts.models import User
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale, WrongState
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from tests import factories as f

pytestmark = pytest.mark.django_db

LIST = "/glossaire/"
WORDS = {
    "why": "Trop court.",
    "proposed": "Des mondes qui agissent ensemble. Et longtemps.",
    "source": "Un atelier",
}


def alliance() -> Term:
    return Term.objects.get(slug="alliance")


def contested(user: User | None = None) -> tuple[Contest, User]:
    user = user or f.make_user()
    return services.contest(alliance(), actor=user, **WORDS), user


def decide(made: Contest, decision: str, reason: str = "", actor: User | None = None) -> Contest:
    item = ModerationItem.objects.open().get(kind="term", subject_id=made.pk)
    staff = actor or f.make_staff("national")
    moderation.decide(item, actor=staff, decision=decision, reason=reason, version=item.version)
    made.refresh_from_db()
    return made


# --- the seed ----------------------------------------------------------------------------------------------------


def test_sixty_words_are_there_each_defined_sourced_and_with_what_the_three_worlds_mean() -> None:
    terms = list(Term.objects.public())
    assert len(terms) >= 60
    for term in terms:
        assert term.definition.endswith("."), term
        assert len(term.short) <= 240, term
        assert term.source_lines, term
        assert len(term.variants) == 3, term
        assert term.licence == "Licence Ouverte 2.0"


def test_loading_again_writes_nothing_and_a_revised_word_keeps_its_words() -> None:
    assert reference.load(connection) is False
    made, _user = contested()
    decide(made, "accept")
    Term.objects.filter(slug="charte").update(definition="Autre chose.", name="Autre")
    assert reference.load(connection) is True
    assert alliance().definition == WORDS["proposed"]
    assert Term.objects.get(slug="charte").name == "Charte"
    assert Revision.objects.filter(term__slug="charte").count() == 1


# --- reading -----------------------------------------------------------------------------------------------------


def test_the_list_goes_from_a_to_z_and_leads_to_each_word(client: Client) -> None:
    page = client.get(LIST).content.decode()
    for term in Term.objects.public():
        assert f'href="/glossaire/{term.slug}/"' in page
    letters = re.findall(r'href="#lettre-(\w)"', page)
    assert letters == sorted(letters)
    assert len(letters) == len(set(letters)) > 12


@pytest.mark.parametrize(
    ("asked", "slug"),
    [
        ("mecenat", "mecenat"),
        ("ODD", "odd"),
        ("KPI", "indicateur"),
        ("tiers lieux", "tiers-lieu"),
        ("RSE", "pratiques-responsables"),
    ],
)
def test_a_word_is_found_without_accents_by_its_name_or_by_what_a_world_calls_it(
    client: Client, asked: str, slug: str
) -> None:
    page = client.get(LIST, {"q": asked}).content.decode()
    assert f'href="/glossaire/{slug}/"' in page


@pytest.mark.parametrize("asked", ["zzzz", "\x00", "<script>", "'" * 5000, "((", '"'])
def test_whatever_is_asked_the_page_answers_and_leads_on(client: Client, asked: str) -> None:
    response = client.get(LIST, {"q": asked})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_an_unknown_word_leads_to_the_list_and_to_asking_for_it(client: Client) -> None:
    page = client.get(LIST, {"q": "zzzz"}).content.decode()
    assert "Ce mot n’est pas dans le glossaire" in page
    assert 'href="/contact/"' in page


def test_the_page_of_a_word_says_what_each_world_means_and_links_its_neighbours_not_itself(
    client: Client,
) -> None:
    page = client.get("/glossaire/charte/").content.decode()
    for words in (
        "Pour les associations",
        "Pour les entreprises",
        "Pour les acteurs publics",
        "Licence Ouverte 2.0",
    ):
        assert words in page
    assert 'href="/glossaire/convention/"' in page
    assert 'href="/glossaire/charte/"' not in re.sub(r"<link[^>]*>", "", page)
    assert '"@type": "DefinedTerm"' in page
    assert client.get("/glossaire/nulle-part/").status_code == 404


def test_a_word_asks_the_same_number_of_queries_whatever_its_history(client: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/glossaire/alliance/")
        return len(queries)

    cost()
    one = cost()
    Revision.objects.bulk_create(
        Revision(term=alliance(), number=number, definition="x") for number in range(2, 22)
    )
    assert cost() == one


# --- contesting --------------------------------------------------------------------------------------------------


def test_somebody_contests_a_word_the_nation_accepts_and_the_history_keeps_both(client: Client) -> None:
    before = alliance().definition
    user = f.make_user()
    assert client.get("/glossaire/alliance/contester/").status_code == 302
    client.force_login(user)
    form = client.get("/glossaire/alliance/contester/").content.decode()
    nonce = re.search(r'name="nonce" value="([^"]+)"', form)
    assert nonce is not None
    typed: dict[str, Any] = {**WORDS, "nonce": nonce[1]}
    for _ in range(2):  # two clicks, one contest
        assert client.post("/glossaire/alliance/contester/", typed).url == "/glossaire/alliance/"
    made = Contest.objects.get()
    assert alliance().definition == before
    assert "en attente de l’équipe nationale" in client.get("/glossaire/alliance/").content.decode()
    decide(made, "accept", "Merci.")
    term = alliance()
    assert (term.definition, term.number) == (WORDS["proposed"], 2)
    assert "Un atelier" in term.source_lines
    assert made.revision_id == term.revisions.get(number=2).pk
    client.logout()
    page = client.get("/glossaire/alliance/").content.decode()
    assert WORDS["why"] in page
    assert "Révision 1" in page
    mail = Message.objects.get(kind="glossary.revised")
    assert mail.person == user.person
    assert "Merci." in mail.text


def test_a_refusal_changes_nothing_and_says_why() -> None:
    before = alliance().definition
    made, user = contested()
    with pytest.raises(RuleBroken):
        decide(made, "refuse")
    decide(made, "refuse", "Le mot dit déjà cela.")
    assert (made.state, alliance().definition, alliance().number) == ("refused", before, 1)
    assert "Le mot dit déjà cela." in Message.objects.get(kind="glossary.refused", person=user.person).text


def test_only_national_staff_read_and_decide(client: Client) -> None:
    made, _user = contested()
    item = ModerationItem.objects.get(kind="term", subject_id=made.pk)
    address = reverse("brigade:brigades_programmecase_change", args=[item.pk])
    for role, status in (
        ("brigade_member", 404),
        ("brigade_lead", 404),
        ("regional", 404),
        ("national", 200),
    ):
        staff = Client()
        f.sign_in_staff(staff, f.make_staff(role))
        response = staff.get(address)
        assert response.status_code == status, role
    assert WORDS["proposed"] in response.content.decode()
    with pytest.raises(NotAllowed):
        decide(made, "accept", actor=f.make_staff())


def test_nobody_decides_on_their_own_contest() -> None:
    staff = f.make_staff("national")
    made, _ = contested(staff)
    with pytest.raises(RuleBroken, match="une autre personne"):
        decide(made, "accept", actor=staff)


def test_the_case_says_when_the_word_was_revised_meanwhile() -> None:
    first, _ = contested()
    second, _ = contested()
    decide(first, "accept")
    item = ModerationItem.objects.get(kind="term", subject_id=second.pk)
    from alliances.glossary.moderation import describe

    assert "a été révisé depuis" in describe(item)["warnings"][0]
    decide(second, "accept")
    assert alliance().number == 3


def test_one_contest_of_a_word_at_a_time_and_one_may_take_it_back(client: Client) -> None:
    made, user = contested()
    with pytest.raises(RuleBroken, match="Vous contestez déjà"):
        contested(user)
    client.force_login(user)
    client.post(f"/glossaire/alliance/contestations/{made.pk}/retirer/")
    made.refresh_from_db()
    assert made.state == "withdrawn"
    assert not ModerationItem.objects.open().filter(kind="term").exists()
    with pytest.raises(WrongState):
        services.withdraw(made, actor=user)
    contested(user)
    client.force_login(f.make_user())
    assert client.post(f"/glossaire/alliance/contestations/{made.pk}/retirer/").status_code == 404
    with pytest.raises(NotAllowed):
        services.withdraw(made, actor=f.make_user())


def test_the_same_words_are_no_contest() -> None:
    with pytest.raises(RuleBroken, match="définition actuelle"):
        services.contest(alliance(), actor=f.make_user(), why="x", proposed=alliance().definition)


def test_what_is_too_long_empty_or_odd_is_refused_in_words_and_nothing_is_lost(client: Client) -> None:
    client.force_login(f.make_user())
    for typed, words in (
        ({"why": "x" * 100_000, "proposed": "y"}, "1000"),
        ({"why": "", "proposed": "y"}, "Dites ce qui ne va pas"),
        ({"why": "x", "proposed": ""}, "Proposez une définition"),
        ({"why": "a\x00b", "proposed": "y"}, "caractère"),
    ):
        response = client.post("/glossaire/alliance/contester/", typed)
        page = response.content.decode()
        assert response.status_code == 422, typed
        assert words in page
        if typed["proposed"]:
            assert ">\ny</textarea>" in page or ">y</textarea>" in page
    assert not Contest.objects.exists()


def test_a_script_in_a_revised_definition_stays_text(client: Client) -> None:
    made = services.contest(
        alliance(), actor=f.make_user(), why="<b>x</b>", proposed="<script>alert(1)</script></script>"
    )
    decide(made, "accept")
    for path in ("/glossaire/alliance/", LIST):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<b>x" not in page


# --- put better before it is published -----------------------------------------------------------------------------

BETTER = "Des organisations de mondes différents qui agissent ensemble, dans la durée."


def case_of(made: Contest) -> ModerationItem:
    return ModerationItem.objects.get(kind="term", subject_id=made.pk)


def test_the_nation_puts_a_contest_better_sees_what_changes_and_publishes_those_words(client: Client) -> None:
    made, user = contested()
    before = alliance().definition
    f.sign_in_staff(client, f.make_staff("national"))
    page = reverse("brigade:brigades_programmecase_change", args=[case_of(made).pk])
    shown = client.get(page).content.decode()
    assert "Reformuler avant de publier" in shown
    assert "<del>" in shown
    assert "<ins>" in shown
    act = reverse("brigade:brigades_programmecase_reformuler", args=[case_of(made).pk])
    typed = {"wording": BETTER, "version": case_of(made).version}
    assert client.post(act, typed).status_code == 302
    assert alliance().definition == before, "nothing is published before the decision"
    assert "(vos mots)" in client.get(page).content.decode()
    decide(made, "accept", "Nous avons raccourci.")
    assert (alliance().definition, made.proposed) == (BETTER, WORDS["proposed"])
    mail = Message.objects.get(kind="glossary.revised", person=user.person)
    assert BETTER in mail.text
    assert "reformulé vos mots" in mail.text


def test_who_was_deciding_on_the_former_words_is_told(client: Client) -> None:
    made, _user = contested()
    item = case_of(made)
    services.reword(item, actor=f.make_staff("national"), version=item.version, wording=BETTER)
    with pytest.raises(Stale):
        moderation.decide(
            item, actor=f.make_staff("national"), decision="accept", reason="", version=item.version
        )
    assert alliance().number == 1
    f.sign_in_staff(client, f.make_staff("national"))
    act = reverse("brigade:brigades_programmecase_reformuler", args=[item.pk])
    late = client.post(act, {"wording": "D’autres mots.", "version": item.version})
    assert late.status_code == 409
    assert "D’autres mots." in late.content.decode(), "what was typed is not lost"
    made.refresh_from_db()
    assert made.reworded == BETTER


def test_words_that_change_nothing_or_are_not_theirs_to_change_are_refused(client: Client) -> None:
    staff = f.make_staff("national")
    made, _ = contested(staff)
    item = case_of(made)
    with pytest.raises(RuleBroken, match="définition actuelle"):
        services.reword(
            item, actor=f.make_staff("national"), version=item.version, wording=alliance().definition
        )
    with pytest.raises(RuleBroken, match="une autre personne"):
        services.reword(item, actor=staff, version=item.version, wording=BETTER)
    with pytest.raises(NotAllowed):
        services.reword(item, actor=f.make_staff(), version=item.version, wording=BETTER)
    f.sign_in_staff(client, f.make_staff("national"))
    act = reverse("brigade:brigades_programmecase_reformuler", args=[item.pk])
    for typed, words in (("", "définition entière"), ("x" * 100_000, "2000")):
        answer = client.post(act, {"wording": typed, "version": item.version})
        assert answer.status_code == 422
        assert words in answer.content.decode().replace("\u202f", "").replace("\xa0", "")
    made.refresh_from_db()
    assert made.reworded == ""
    decide(made, "refuse", "Non.")
    with pytest.raises(RuleBroken, match="déjà sa réponse"):
        services.reword(item, actor=f.make_staff("national"), version=item.version, wording=BETTER)


# --- the law of time ---------------------------------------------------------------------------------------------


def test_erasing_an_account_keeps_the_revision_without_its_author_and_nothing_waits() -> None:
    made, user = contested()
    decide(made, "accept")
    waiting = services.contest(
        Term.objects.get(slug="charte"), actor=user, why="Non.", proposed="Un autre texte.", source=""
    )
    services.forget_person(user.person)
    made.refresh_from_db()
    assert made.person is None
    assert alliance().definition == WORDS["proposed"]
    assert not Contest.objects.filter(pk=waiting.pk).exists()
    assert not ModerationItem.objects.open().filter(kind="term").exists()

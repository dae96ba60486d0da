"""The self-assessment: a level, tools with reasons, and the way gone for whoever keeps it."""

import re

import pytest
from django.urls import reverse

from alliances.library import maturity, reference
from alliances.library.models import Assessment, Method, Resource
from jeveuxagir.accounts import privacy
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from tests import factories as f

pytestmark = pytest.mark.django_db


def typed(answers):
    return {
        question.code: str(answer) for question, answer in zip(maturity.questions(), answers, strict=True)
    }


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " "))


def test_there_are_ten_questions_of_four_answers():
    assert len(maturity.questions()) == 10
    assert all(len(question.answers) == 4 for question in maturity.questions())
    assert all(len(question.lacks) == 3 for question in maturity.questions())


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ([0] * 10, "1"),
        ([0] + [3] * 9, "1"),
        ([1] * 10, "2"),
        ([2] * 10, "3"),
        ([3] * 10, "4"),
        ([1] * 7 + [0] * 3, "1"),
    ],
)
def test_answers_give_a_level_and_no_partner_yet_is_the_first_whatever_the_rest(answers, level):
    assert maturity.assess(answers).rung.level == level


def test_odd_answers_are_refused():
    for answers in ([], [4] * 10, [-1] * 10, [0] * 11):
        with pytest.raises(RuleBroken):
            maturity.assess(answers)


def test_not_yet_a_partner_gives_level_one_and_three_tools_with_reasons_and_keeps_nothing(client):
    reference.load()
    page = client.post("/bibliotheque/maturite/", typed([0] * 10))
    assert page.status_code == 200
    shown = text(page)
    assert "Niveau 1 : Découvrir" in shown
    advices = page.context["advices"]
    sheets = [card.sheet for _reason, cards in advices for card in cards]
    assert sum(isinstance(sheet, Resource) for sheet in sheets) >= 3
    assert any(isinstance(sheet, Method) for sheet in sheets)
    assert len({reason for reason, _cards in advices}) == len(advices)
    assert "Vous n’avez pas encore de partenaire." in shown
    assert not Assessment.objects.exists()


def test_the_reason_given_is_true_of_the_answer(client):
    reference.load()
    shown = text(client.post("/bibliotheque/maturite/", typed([2] * 10)))
    assert "Vos partenaires sont réguliers, mais du même monde ou presque." in shown
    assert "Vous n’avez pas encore" not in shown
    for answer in range(3):
        for question, lacks in maturity.assess([answer] * 10).weak:
            assert lacks == question.lacks[answer]


@pytest.mark.parametrize("answers", [[1] * 10, [2] * 10, [3] * 10, [3, 3, 3, 3, 3, 3, 3, 3, 3, 2]])
def test_every_level_gets_three_sheets_at_least(answers):
    reference.load()
    assert len(maturity.advise(maturity.assess(answers))) >= maturity.LEAST


def test_an_unanswered_question_is_said_and_the_rest_is_kept(client):
    page = client.post("/bibliotheque/maturite/", typed([2] * 10) | {"constat": "", "moyens": "9"})
    assert page.status_code == 422
    assert "Choisissez la réponse la plus proche" in text(page)
    assert page.context["form"]["roles"].value() == "2"


def test_kept_for_an_organisation_it_shows_the_way_gone_with_a_chart_and_its_table(client):
    user = f.make_user()
    organisation = f.make_organisation(owner=user)
    client.force_login(user)
    for answers in ([1] * 10, [2] * 10):
        answer = client.post("/bibliotheque/maturite/", typed(answers) | {"pour": str(organisation.pk)})
    page = client.get(answer.url)
    shown = text(page)
    assert "Le chemin parcouru" in shown
    assert "<polyline" in page.content.decode()
    assert "2. Commencer" in shown
    assert "3. Construire" in shown
    assert Assessment.objects.filter(organisation=organisation).count() == 2
    client.force_login(f.make_user())
    assert client.get(answer.url).status_code == 404


def test_one_keeps_nothing_for_an_organisation_of_others():
    with pytest.raises(NotAllowed):
        maturity.keep(actor=f.make_user(), organisation=f.make_organisation(), answers=[1] * 10)


def test_one_forgets_it_and_erasing_an_account_leaves_what_is_of_the_organisation(client):
    user = f.make_user()
    organisation = f.make_organisation(owner=user)
    kept = maturity.keep(actor=user, organisation=None, answers=[1] * 10)
    client.force_login(user)
    client.post(reverse("library:forget_assessment", args=[kept.pk]))
    assert not Assessment.objects.exists()
    own = maturity.keep(actor=user, organisation=None, answers=[1] * 10)
    theirs = maturity.keep(actor=user, organisation=organisation, answers=[1] * 10)
    organisation.memberships.update(role="manager")
    privacy.erase(user.person, actor=user)
    assert not Assessment.objects.filter(pk=own.pk).exists()
    assert Assessment.objects.get(pk=theirs.pk).person is None

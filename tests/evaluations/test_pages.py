"""The pages of evaluations and of the axes, as the people of an alliance use them."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from alliances.evaluations.models import Answer, Evidence, Round, Score
from alliances.models import Alliance
from jeveuxagir.common.clock import now, today
from tests import factories as f

from .test_services import Table

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"


class Pages(Table):
    """The first party animates; `client` is signed in as one of its people."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        self.client = self.of(0)

    def of(self, number: int) -> Client:
        client = Client()
        client.force_login(self.people[number])
        return client

    def url(self, path: str = "") -> str:
        return f"{self.alliance.space_url}{path}"

    def text(self, path: str = "", number: int = 0) -> str:
        response = self.of(number).get(self.url(path))
        assert response.status_code == 200, response.status_code
        return response.content.decode().replace("\xa0", " ")

    def answer_url(self, number: int) -> str:
        return self.url(f"evaluations/{Round.objects.latest('pk').pk}/repondre/{self.parties[number].pk}/")


def form(score: int = 4, **more: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"capacity": "présidente"}
    for question in ("product", "balance", "innovation", "performance", "trust"):
        said |= {f"{question}_score": str(score), f"{question}_sentence": f"Sur {question}."}
    return said | more


def test_a_round_is_opened_answered_by_each_and_shown_side_by_side_after_the_last() -> None:
    pages = Pages()
    assert "Aucune évaluation" in pages.text("evaluations/")
    due = today() + datetime.timedelta(days=20)
    opened = pages.client.post(
        pages.url("evaluations/ouvrir/"), {"label": "Bilan de l’année", "due_on": due.isoformat()}
    )
    round_ = Round.objects.get()
    assert opened["Location"] == round_.page_url
    page = pages.text(f"evaluations/{round_.pk}/")
    assert "0 sur 3 parties ont répondu" in page
    assert page.count("pas encore") == 3
    for number, score in enumerate((1, 3, 5)):
        sent = pages.of(number).post(pages.answer_url(number), form(score))
        assert sent["Location"] == round_.page_url
    page = pages.text(f"evaluations/{round_.pk}/", 1)
    assert "Plus grands écarts, 4 points entre les parties" in page
    assert "<svg" in page
    assert page.count("Sur balance.") == 3
    assert "présidente" in page
    csv = pages.client.get(pages.url(f"evaluations/{round_.pk}/ecarts.csv")).content.decode()
    assert csv.count("\n") == 16


def test_the_bar_of_who_answered_says_who_not_what() -> None:
    pages = Pages()
    round_ = pages.open()
    pages.of(1).post(pages.answer_url(1), form(2))
    page = pages.text(f"evaluations/{round_.pk}/")
    assert "1 sur 3 parties ont répondu" in page
    assert "a répondu" in page
    assert "Sur balance" not in page
    assert "présidente" not in page
    assert pages.client.get(pages.url(f"evaluations/{round_.pk}/ecarts.csv")).status_code == 404


def test_a_draft_comes_back_as_it_was_left() -> None:
    pages = Pages()
    pages.open()
    client = pages.of(1)
    client.post(pages.answer_url(1), {"balance_score": "2", "trust_sentence": "À revoir", "draft": "1"})
    page = client.get(pages.answer_url(1)).content.decode()
    assert "À revoir" in page
    assert re.search(r'name="balance_score" value="2"[^>]*checked', page)
    assert "Reprendre le brouillon" in pages.text("evaluations/", 1)
    assert not Answer.objects.filter(state="sent").exists()


def test_what_is_missing_is_said_at_its_place_and_nothing_typed_is_lost() -> None:
    pages = Pages()
    pages.open()
    wrong = pages.of(1).post(pages.answer_url(1), form(trust_score="", trust_sentence="Je tape longtemps"))
    assert wrong.status_code == 422
    page = wrong.content.decode()
    assert "Donnez une note sur la confiance." in page
    assert "Je tape longtemps" in page
    for bad in ({"trust_score": "9"}, {"trust_score": "x"}, {"trust_sentence": "x" * 601}):
        assert pages.of(1).post(pages.answer_url(1), form(**bad)).status_code == 422
        assert pages.of(1).post(pages.answer_url(1), form(**bad, draft="1")).status_code == 422
    assert not Score.sealed.exists()


def test_a_colleague_s_answer_in_between_is_not_overwritten_unseen() -> None:
    pages = Pages()
    pages.open()
    pages.of(1).post(pages.answer_url(1), form(2, version="1"))
    stale = pages.of(1).post(pages.answer_url(1), form(5, version="1"))
    assert stale.status_code == 409
    assert "entre-temps" in stale.content.decode()
    assert set(Score.sealed.values_list("score", flat=True)) == {2}
    assert pages.of(1).post(pages.answer_url(1), form(5, version="2")).status_code == 302


def test_after_the_end_one_is_sent_to_the_round_and_nothing_changes() -> None:
    pages = Pages()
    round_ = pages.revealed()
    assert pages.of(1).get(pages.answer_url(1))["Location"] == round_.page_url
    assert pages.of(1).post(pages.answer_url(1), form(1))["Location"] == round_.page_url
    assert not Score.objects.filter(score=1).exists()
    assert pages.client.get(pages.url(f"evaluations/{round_.pk}/abandonner/"))["Location"] == round_.page_url


def test_abandoning_is_said_to_all_with_its_reason() -> None:
    pages = Pages()
    round_ = pages.open()
    pages.of(1).post(pages.answer_url(1), form())
    address = pages.url(f"evaluations/{round_.pk}/abandonner/")
    assert pages.of(1).get(address).status_code == 403
    assert "1 réponse envoyée est détruite" in pages.text(f"evaluations/{round_.pk}/abandonner/")
    assert pages.client.post(address, {"reason": ""}).status_code == 422
    pages.client.post(address, {"reason": "Une partie ne répond jamais."})
    page = pages.text(f"evaluations/{round_.pk}/", 2)
    assert "Une partie ne répond jamais." in page
    assert "détruites sans être lues" in page
    assert "n’avait pas répondu" in page


def test_a_wrong_round_is_refused_in_french_and_a_second_one_is_explained() -> None:
    pages = Pages()
    address = pages.url("evaluations/ouvrir/")
    for said in (
        {"label": "", "due_on": ""},
        {"label": "Bilan", "due_on": "hier"},
    ):
        assert pages.client.post(address, said).status_code == 422
    late = {"label": "Bilan", "due_on": (today() - datetime.timedelta(days=2)).isoformat()}
    answer = pages.client.post(address, late)
    assert answer.status_code == 409
    assert "date à venir" in answer.content.decode()
    pages.open()
    assert "déjà en cours" in pages.client.get(address).content.decode()
    assert pages.of(1).get(address).status_code == 403


def test_the_home_says_who_still_owes_an_answer_and_one_s_own_space_too() -> None:
    pages = Pages(parties=2)
    pages.open()
    home = pages.text()
    assert "répondre à l’évaluation « Bilan de l’année »" in home
    assert "0 sur 2 parties ont répondu" in home
    mine = pages.of(1).get("/mon-espace/").content.decode()
    assert "Répondre à l’évaluation" in mine
    pages.of(1).post(pages.answer_url(1), form())
    assert "Répondre à l’évaluation" not in pages.of(1).get("/mon-espace/").content.decode()


def test_the_journey_leads_to_the_evaluation() -> None:
    pages = Pages()
    assert pages.url("evaluations/") in pages.text("parcours/")


def test_a_later_round_says_what_moved() -> None:
    pages = Pages()
    with time_machine.travel(now() - datetime.timedelta(days=200), tick=False):
        pages.revealed(1, 3, 5, label="Première année")
    round_ = pages.revealed(3, 4, 5)
    page = pages.text(f"evaluations/{round_.pk}/")
    assert "Première année" in page
    assert "la moyenne monte de 3 à 4" in page
    assert "(1 la fois d’avant)" in page


def test_what_somebody_wrote_is_shown_as_text() -> None:
    pages = Pages(parties=2)
    round_ = pages.open(label=SCRIPT)
    for number in range(2):
        pages.of(number).post(pages.answer_url(number), form(trust_sentence=SCRIPT))
    for path in (f"evaluations/{round_.pk}/", "evaluations/", ""):
        assert SCRIPT not in pages.text(path)


def test_a_closed_alliance_keeps_its_evaluations_to_read() -> None:
    pages = Pages()
    round_ = pages.revealed()
    Alliance.objects.update(activity="closed", reached="a", learned="b", what_next="c")
    assert "Les écarts" in pages.text(f"evaluations/{round_.pk}/")
    assert "Ouvrir une évaluation" not in pages.text("evaluations/")
    assert "Ajouter une preuve" not in pages.text("preuves/")


# --- the axes -----------------------------------------------------------------------------------------------


def test_an_axis_is_claimed_from_a_page_with_a_proof_and_shown_where_the_parties_chose_so() -> None:
    pages = Pages(publication="public", published_at=now())
    address = pages.url("preuves/ajouter/")
    said = {"axis": "trust", "statement": "On s’appelle sans passer par un courrier"}
    refused = pages.of(2).post(address, said)
    assert refused.status_code == 422
    assert "Un axe se montre avec une preuve" in refused.content.decode()
    assert not Evidence.objects.exists()
    assert "Confiance" not in pages.text()
    both = pages.of(2).post(
        address, said | {"link": "https://exemple.fr/a", "proof": f"evaluation-{pages.revealed().pk}"}
    )
    assert both.status_code == 422
    assert "une seule preuve" in both.content.decode()
    assert pages.of(2).post(address, said | {"link": "javascript:alert(1)"}).status_code == 422
    assert pages.of(2).post(address, said | {"proof": "decision-999"}).status_code == 422
    pages.of(2).post(address, said | {"proof": f"evaluation-{Round.objects.get().pk}"})
    home = pages.text()
    assert "Confiance" in home
    assert "évaluation « Bilan de l’année »" in home
    public = Client()
    assert "On s’appelle" not in public.get(pages.alliance.get_absolute_url()).content.decode()
    Alliance.objects.update(shown=["axes"])
    shown = public.get(pages.alliance.get_absolute_url()).content.decode()
    assert "On s’appelle" in shown
    assert "où chaque partie a répondu" in shown
    assert "Innovation" not in shown
    row = Evidence.objects.get()
    pages.of(1).post(pages.url(f"preuves/{row.pk}/retirer/"))
    pages.of(1).post(pages.url(f"preuves/{row.pk}/retirer/"))
    assert "On s’appelle" not in public.get(pages.alliance.get_absolute_url()).content.decode()


def test_the_choice_offers_what_is_confirmed_adopted_or_revealed_only() -> None:
    pages = Pages()
    indicator = f.make_indicator(pages.parties[1], name="Enfants qui lisent")
    value = f.make_value(indicator)
    f.make_decision(pages.alliance, title="Décision ouverte")
    adopted = f.make_decision(pages.alliance, title="Décision prise")
    type(adopted).objects.filter(pk=adopted.pk).update(state="adopted", outcome={"why": "Oui"})
    page = pages.text("preuves/ajouter/")
    assert "Enfants qui lisent" not in page
    assert "Décision ouverte" not in page
    assert "Décision prise" in page
    value.reviews.create(party=pages.parties[2], verdict="confirmed")
    assert "Enfants qui lisent" in pages.text("preuves/ajouter/")

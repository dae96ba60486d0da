"""A decision is said in the words of what was decided: a report is not « acceptée »."""

from __future__ import annotations

import pytest
from django.test import Client

from jeveuxagir.moderation import services
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.moderation.registry import handlers, outcome_of
from tests import factories as f

pytestmark = pytest.mark.django_db


def case(kind: str) -> ModerationItem:
    subject = {"report": f.make_mission, "idea": f.make_idea, "check": f.make_organisation}[kind]()
    return ModerationItem.objects.create(
        kind=kind,
        subject_type=subject._meta.label,
        subject_id=subject.pk,
        title="Une ligne",
        department_id="23",
        cause={"report": "report", "idea": "idea", "check": "no_owner"}[kind],
    )


@pytest.mark.parametrize(
    ("kind", "path", "decision", "words"),
    [
        ("report", "signalements", "accept", "rien à signaler"),
        ("report", "signalements", "ask", "signalement retenu, correction demandée"),
        ("report", "signalements", "refuse", "signalement retenu, page suspendue"),
        ("idea", "idees", "accept", "idée retenue"),
        ("idea", "idees", "refuse", "idée classée"),
        ("check", "organisations-a-suivre", "accept", "suivi terminé"),
        ("check", "organisations-a-suivre", "refuse", "classée sans suite"),
    ],
)
def test_who_decides_reads_what_was_decided_in_its_own_words(
    client: Client, kind: str, path: str, decision: str, words: str
) -> None:
    item = case(kind)
    f.sign_in_staff(client, f.make_staff())
    page = client.post(
        f"/brigade/{path}/{item.pk}/decider/",
        {"decision": decision, "reason": "Une raison.", "version": item.version},
        follow=True,
    ).text
    assert f"« Une ligne » : {words}." in page.replace("\u00a0", " ").replace("\u202f", " ")
    assert "acceptée" not in page
    assert words.capitalize() in client.get(f"/brigade/{path}/?vue=decidees").text
    assert words in client.get(f"/brigade/{path}/{item.pk}/").text
    assert words in client.get(f"/brigade/{path}/{item.pk}/historique/").text


def test_the_second_to_decide_reads_them_too(client: Client) -> None:
    item = case("report")
    services.decide(item, actor=f.make_staff(first_name="Marc"), decision="accept", version=item.version)
    f.sign_in_staff(client, f.make_staff())
    page = client.post(
        f"/brigade/signalements/{item.pk}/decider/", {"decision": "accept", "version": item.version}
    ).text
    assert "par Marc\u00a0: rien à signaler" in page


def test_own_words_name_real_decisions() -> None:
    for kind, handler in handlers.items():
        assert set(handler.outcomes) <= {"accept", "ask", "refuse"}, kind
    assert outcome_of("mission", "accept") == outcome_of("unknown", "accept") == ""

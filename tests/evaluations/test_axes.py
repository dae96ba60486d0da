"""The axes an alliance claims: each with a proof that holds, or not at all (K66)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from alliances.evaluations import axes, services
from alliances.evaluations.models import Evidence
from alliances.indicators.enums import Axis
from alliances.models import Alliance
from alliances.moderation import texts_of
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from tests import factories as f

from .test_services import Table

pytestmark = pytest.mark.django_db


def prove(table: Table, **fields: Any) -> Evidence:
    said = {"axis": Axis.TRUST, "statement": "On s’appelle", **fields}
    return services.prove(table.alliance, actor=table.people[2], **said)


def confirmed(table: Table) -> Any:
    value = f.make_value(f.make_indicator(table.parties[1], name="Enfants qui lisent"))
    value.reviews.create(party=table.parties[2], verdict="confirmed")
    return value


def adopted(table: Table) -> Any:
    decision = f.make_decision(table.alliance)
    type(decision).objects.filter(pk=decision.pk).update(state="adopted", outcome={"why": "Oui"})
    decision.refresh_from_db()
    return decision


def test_a_claim_without_evidence_is_refused_and_with_one_the_axis_is_shown() -> None:
    table = Table()
    assert axes.claimed(table.alliance) == []
    with pytest.raises(RuleBroken, match="Un axe se montre avec une preuve"):
        prove(table)
    with pytest.raises(RuleBroken, match="ce qui change"):
        prove(table, statement=" ", link="https://exemple.fr")
    row = prove(table, link="https://exemple.fr/journal")
    assert [axis for axis, _ in axes.claimed(table.alliance)] == [Axis.TRUST]
    with pytest.raises(NotAllowed):
        services.withdraw_proof(row, actor=f.make_user())
    services.withdraw_proof(row, actor=table.people[0])
    assert axes.claimed(table.alliance) == []


def test_each_sort_of_proof_is_said_in_words() -> None:
    table = Table()
    prove(table, axis=Axis.PERFORMANCE, value=confirmed(table))
    prove(table, decision=adopted(table))
    prove(table, axis=Axis.INNOVATION, evaluation=table.revealed())
    words = [proof.words for _axis, proofs in axes.claimed(table.alliance) for proof in proofs]
    assert "révélée le" in words[0]
    assert words[1].startswith("Enfants qui lisent, ")
    assert "adoptée le" in words[2]


def test_to_the_public_a_proof_says_nothing_of_a_page_that_the_parties_do_not_show() -> None:
    table = Table()
    prove(table, axis=Axis.PERFORMANCE, value=confirmed(table))
    decision = adopted(table)
    prove(table, decision=decision)
    round_ = table.revealed()
    prove(table, axis=Axis.INNOVATION, evaluation=round_)
    Alliance.objects.update(shown=["axes"], publication="public", published_at=now())
    hidden = ("Enfants qui lisent", decision.title, round_.label)

    def page() -> str:
        return Client().get(table.alliance.get_absolute_url()).content.decode()

    assert "une décision des parties, adoptée le" in page()
    assert not [words for words in hidden if words in page()]
    table.alliance.refresh_from_db()
    read = " ".join(text for _title, text in texts_of(table.alliance))
    assert not [words for words in hidden if words in read]
    Alliance.objects.update(shown=["axes", "decisions", "indicators"])
    assert [words for words in hidden if words in page()] == list(hidden[:2])


def test_what_is_not_confirmed_adopted_or_revealed_proves_nothing() -> None:
    table = Table()
    with pytest.raises(RuleBroken, match="n’est pas confirmée"):
        prove(table, value=f.make_value(f.make_indicator(table.parties[1])))
    with pytest.raises(RuleBroken, match="ne tient plus"):
        prove(table, decision=f.make_decision(table.alliance))
    with pytest.raises(RuleBroken, match="ne tient plus"):
        prove(table, evaluation=table.open())
    other = Table()
    with pytest.raises(RuleBroken, match="n’est pas de l’alliance"):
        prove(table, decision=adopted(other))
    with pytest.raises(RuleBroken, match="n’est pas de l’alliance"):
        prove(table, value=confirmed(other))
    with pytest.raises(RuleBroken, match="seule preuve"):
        prove(table, link="https://exemple.fr", decision=adopted(table))
    with pytest.raises(RuleBroken, match="https"):
        prove(table, link="javascript:alert(1)")


def test_the_database_takes_no_claim_without_a_proof_that_holds() -> None:
    table = Table()
    for wrong in (
        {},
        {"link": "https://exemple.fr", "decision": adopted(table)},
        {"decision": f.make_decision(table.alliance)},
        {"evaluation": table.open()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Evidence.objects.create(alliance=table.alliance, axis="trust", statement="Oui", **wrong)


def test_a_value_that_is_disputed_or_corrected_since_proves_nothing_to_the_public_any_more() -> None:
    table = Table()
    value = confirmed(table)
    prove(table, value=value)
    assert axes.claimed(table.alliance, holding=True)
    value.reviews.update(verdict="disputed", reason="Une liste manque.")
    assert axes.claimed(table.alliance, holding=True) == []
    assert [proof.holds for _axis, proofs in axes.claimed(table.alliance) for proof in proofs] == [False]
    value.reviews.update(verdict="confirmed")
    assert axes.claimed(table.alliance, holding=True)
    type(value).objects.update(replaced_at=now())
    assert axes.claimed(table.alliance, holding=True) == []


def test_a_reader_and_a_stranger_claim_nothing() -> None:
    table = Table()
    reader = f.make_member(table.parties[1].organisation, role="reader")  # type: ignore[arg-type]
    for actor in (reader, f.make_user(), f.make_staff("national")):
        with pytest.raises(NotAllowed):
            services.prove(
                table.alliance, actor=actor, axis="trust", statement="Oui", link="https://exemple.fr"
            )


def test_the_brigade_reads_the_axes_that_anybody_reads_and_no_other() -> None:
    table = Table()
    f.make_evidence(table.alliance)
    assert not [text for _title, text in texts_of(table.alliance) if "On s’appelle" in text]
    Alliance.objects.update(shown=["axes"])
    table.alliance.refresh_from_db()
    assert [text for _title, text in texts_of(table.alliance) if "On s’appelle" in text]

"""Conventions as papers: any words make one, its fingerprint, what is kept of those given up."""

from __future__ import annotations

import itertools
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.notifications.models import Message
from missions.sponsorships import documents, services, wording
from missions.sponsorships.enums import ConventionState, Side
from missions.sponsorships.models import Convention
from tests import factories as f

from .builders import Story, story

pytestmark = pytest.mark.django_db


def test_any_name_is_signed_and_printed() -> None:
    """Signs that the fonts of the PDF lack never keep a convention from entering into force."""
    s = story()
    row = s.agreed(profile="graphiste 🎨 চিত্রকর")
    convention = s.proposed(row, employee_name="李娜")
    for side, who in ((Side.COMPANY, s.coordinator), (Side.ASSOCIATION, s.manager)):
        services.sign(
            convention, actor=who, side=side, seen_hash=convention.text_hash, capacity="directrice 🎉"
        )
    convention.refresh_from_db()
    assert convention.state == ConventionState.IN_FORCE
    assert bytes(convention.document).startswith(b"%PDF")
    assert convention.employee_name == "李娜", "the page keeps the true name"


def signed_by(s: Story, convention: Convention, side: Side = Side.COMPANY) -> Convention:
    who = s.coordinator if side == Side.COMPANY else s.manager
    services.sign(convention, actor=who, side=side, seen_hash=convention.text_hash, capacity="directrice")
    convention.refresh_from_db()
    return convention


# --- the fingerprint


def test_the_fingerprint_does_not_let_a_name_be_guessed() -> None:
    s = story()
    convention = s.proposed(s.agreed())
    guess = Convention.objects.get(pk=convention.pk)
    assert guess.salt
    guess.salt = ""
    assert wording.hash_of(guess) != convention.text_hash, (
        "with all that the association knows and the true name"
    )
    other = story()
    assert other.proposed(other.agreed()).salt != convention.salt
    assert documents._convention(convention, Side.ASSOCIATION)["salt"] == ""
    s.signed_by_both(convention)
    assert documents._convention(convention, Side.ASSOCIATION)["salt"] == convention.salt


def test_a_fingerprint_made_before_the_salt_still_holds() -> None:
    s = story()
    convention = s.proposed(s.agreed())
    convention.salt = ""
    Convention.objects.filter(pk=convention.pk).update(salt="", text_hash=wording.hash_of(convention))
    convention.refresh_from_db()
    assert s.signed_by_both(convention).state == ConventionState.IN_FORCE


def test_the_salt_goes_with_the_name_and_never_changes_before() -> None:
    s = story()
    row = s.signed()
    convention = row.conventions.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Convention.objects.filter(pk=convention.pk).update(salt="0" * 32)
    services.forget_names([convention])
    convention.refresh_from_db()
    assert convention.salt == ""


def test_who_erased_their_account_comes_on_no_convention_to_sign() -> None:
    s = story()
    convention = s.proposed(s.agreed())
    services.forget_person(s.worker.person)
    convention.refresh_from_db()
    assert (convention.state, convention.salt) == (ConventionState.DROPPED, "")


NASTY = [
    "\u202eelbatpmoc",
    "\u00adcomptable\u00ad",
    "comp\ttable",
    " \u2003comptable \u200b",
    "e\u0301lu\nlocal",
]


@pytest.mark.parametrize("nasty", NASTY)
def test_what_is_signed_is_what_is_kept(nasty: str) -> None:
    s = story()
    row = s.agreed(profile=nasty)
    convention = s.proposed(row, employee_name=f"Zoé {nasty}", terms=s.terms(profile=nasty))
    kept = Convention.objects.get(pk=convention.pk)
    assert wording.hash_of(kept) == kept.text_hash
    words = "".join(article["text"] for article in kept.articles) + kept.profile + kept.employee_name
    assert not set("\u202e\t\r") & set(words)
    s.signed_by_both(convention)
    amendment = s.proposed(row, summary=nasty, terms=s.terms(7, profile=nasty))
    kept = Convention.objects.get(pk=amendment.pk)
    assert wording.hash_of(kept) == kept.text_hash


def test_altered_words_are_not_signed() -> None:
    s = story()
    convention = s.proposed(s.agreed())
    articles = [{"title": "1", "text": "Autre chose."}]
    Convention.objects.filter(pk=convention.pk).update(articles=articles)
    with pytest.raises(RuleBroken) as refusal:
        signed_by(s, convention)
    assert refusal.value.code == "convention_altered"


# --- what is kept


def test_what_one_side_signed_is_kept_once_given_up() -> None:
    s = story()
    row = s.agreed()
    unsigned = s.proposed(row)
    first = signed_by(s, s.proposed(row))
    assert not Convention.objects.filter(pk=unsigned.pk).exists(), "nobody had signed it"
    services.drop_convention(first, actor=s.manager, side=Side.ASSOCIATION)
    again = s.proposed(row)
    first.refresh_from_db()
    assert (first.state, first.number, first.label) == (ConventionState.DROPPED, 1, "convention")
    assert (again.number, again.label) == (2, "convention")
    assert documents.pdf_of(first)
    s.signed_by_both(again)
    amendment = s.proposed(row, summary="Deux jours de moins.", terms=s.terms(6))
    assert (amendment.number, amendment.label) == (3, "avenant n° 1")
    assert wording.title_of(amendment).startswith("Avenant n°")
    assert "Avenant" not in wording.title_of(again)


def test_who_had_signed_is_told_that_it_is_given_up() -> None:
    s = story()
    convention = signed_by(s, s.proposed(s.agreed()))
    services.drop_convention(convention, actor=s.manager, side=Side.ASSOCIATION)
    told = Message.objects.filter(kind="sponsorships.dropped")
    assert [one.person_id for one in told] == [s.coordinator.person_id]


def test_a_version_reworded_ten_times_is_one_mail_to_who_may_sign() -> None:
    s = story()
    f.make_member(s.association)
    row = s.agreed()
    for _ in range(10):
        s.proposed(row)
    told = Message.objects.filter(kind="sponsorships.to_sign")
    assert [one.person_id for one in told] == [s.manager.person_id]
    s.signed_by_both(row.conventions.get())
    s.proposed(row, summary="Un jour de moins.", terms=s.terms(7))
    assert told.all().count() == 2


def test_the_link_of_a_mail_to_a_version_replaced_leads_where_it_stands() -> None:
    s = story()
    row = s.agreed()
    replaced = s.proposed(row)
    s.proposed(row)
    client = Client()
    client.force_login(s.manager)
    known = reverse(
        "sponsorships:convention", args=[s.association.pk, s.association.slug, row.pk, replaced.pk]
    )
    assert "remplacée" in client.get(known, follow=True).content.decode()


def test_ranks_follow_whatever_is_given_up() -> None:
    s = story()
    row = s.signed()
    for days, keeps in itertools.product((7, 6), (True, False)):
        amendment = s.proposed(row, summary="Moins de jours.", terms=s.terms(days))
        if keeps:
            signed_by(s, amendment)
        services.drop_convention(amendment, actor=s.manager, side=Side.ASSOCIATION)
    ranks = row.conventions.order_by("number").values_list("number", "amendment")
    assert list(ranks) == [(1, 0), (2, 1), (3, 2), (4, 3), (5, 4)]


# --- « Vérifier un document »


def verified(content: bytes) -> str:
    response = Client().post("/verifier/", {"file": SimpleUploadedFile("convention.pdf", content)})
    assert response.status_code == 200
    return response.content.decode()


def test_a_signed_convention_is_recognised_until_a_byte_changes() -> None:
    s = story()
    row = s.agreed()
    waiting = s.proposed(row)
    assert "pas un de nos documents" in verified(documents.pdf_of(waiting)), "not signed yet"
    convention = s.signed_by_both(waiting)
    content = bytes(convention.document)
    page = verified(content)
    assert "authentique et à jour" in page
    assert s.company.name in page
    assert re.search(r"<dt>Version</dt>\s*<dd>1</dd>", page)
    assert "Zoé" not in page
    assert "pas un de nos documents" in verified(content + b" ")
    amendment = s.signed_by_both(s.proposed(row, summary="Un jour de moins.", terms=s.terms(7)))
    assert "authentique, mais remplacé" in verified(content)
    assert wording.version_of(amendment).startswith("Version 2, proposée le ")
    client = Client()
    client.force_login(s.manager)
    at = [s.association.pk, s.association.slug, row.pk]
    assert (
        wording.version_of(amendment)
        in client.get(reverse("sponsorships:convention", args=[*at, amendment.pk])).text
    )
    assert "Version 1 ·" in client.get(reverse("sponsorships:one", args=at)).text


def test_a_convention_whose_names_were_taken_out_is_still_recognised() -> None:
    s = story()
    row = s.signed()
    convention = row.conventions.get()
    content = bytes(convention.document)
    services.break_off(row, actor=s.manager, side=Side.ASSOCIATION, reason="Le projet s’arrête.")
    services.forget_names([convention])
    assert "arrêtée avant la fin" in verified(content)

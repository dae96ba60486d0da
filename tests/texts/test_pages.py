"""The pages of charters and agreements: reading, writing, commenting, adopting, promising, checking a document."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from alliances.texts import documents, reactions, services
from alliances.texts.enums import Kind, ObligationState, State
from alliances.texts.models import Comment, Obligation, Version
from alliances.texts.todos import todos
from jeveuxagir.accounts import limits
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import today
from tests import factories as f
from tests.texts.test_services import Table, words

pytestmark = pytest.mark.django_db


def signed_in(table: Table, number: int = 0) -> Client:
    client = Client()
    client.force_login(table.people[number])
    return client


def page(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, response.status_code
    return response.content.decode()


def of(table: Table, path: str = "") -> str:
    return f"{table.alliance.space_url}textes/versions/{table.version.pk}/{path}"


def reload(table: Table) -> Version:
    table.version = Version.objects.select_related("text__alliance").get(pk=table.version.pk)
    return table.version


def adopted(kind: str = Kind.CHARTER) -> Table:
    table = Table(kind)
    table.open()
    for number in range(3):
        table.adopt(number)
    reload(table)
    return table


# --- beginning and writing ----------------------------------------------------------------------------------


def test_a_charter_is_begun_from_a_model_that_says_who_reviewed_it() -> None:
    alliance = f.make_alliance(parties=2)
    owner, other = (f.make_signatory(party) for party in alliance.parties.order_by("pk"))
    client, stranger = Client(), Client()
    client.force_login(owner)
    stranger.force_login(other)
    url = f"{alliance.space_url}charte/"
    html = page(client, url)
    for said in ("Relu par", "pas encore relue par un juriste", "Sans effet juridique propre"):
        assert said in html
    assert stranger.post(url).status_code == 403
    begun = client.post(url)
    assert begun.url == Version.objects.get().page_url
    assert "Notre objet commun" in page(client, url)
    assert client.post(url).status_code == 302  # said in a message: there is one already
    assert Version.objects.count() == 1


def test_who_animates_renames_and_moves_an_article_on_the_page() -> None:
    table = Table()
    client = signed_in(table)
    first, second = (one["key"] for one in table.version.articles[:2])
    html = page(client, of(table))
    assert f"article/{first}/descendre/" in html
    assert f"article/{first}/monter/" not in html
    assert "article/effet/monter/" not in html
    sent = client.post(of(table, f"article/{first}/descendre/"), {"revision": "1"})
    assert sent.url == f"{table.version.page_url}#article-{first}"
    assert [one["key"] for one in reload(table).articles[:2]] == [second, first]
    stale = client.post(of(table, f"article/{first}/monter/"), {"revision": "1"}, follow=True)
    assert "entre-temps" in stale.content.decode()
    said = {"title": "Notre cap", "text": "Lire ensemble.", "revision": "2"}
    client.post(of(table, f"article/{first}/"), said)
    assert reload(table).articles[1]["title"] == "Notre cap"
    assert client.post(of(table, f"article/{first}/danser/"), {"revision": "3"}).status_code == 404
    assert client.post(of(table, "article/rien/monter/"), {"revision": "3"}).status_code == 404
    table.open()
    assert "/descendre/" not in page(client, of(table))


def test_an_article_is_written_and_what_was_typed_stays_when_somebody_saved_meanwhile() -> None:
    table = Table()
    client = signed_in(table)
    url = of(table, "article/objet/")
    typed = {"title": "Notre objet", "text": "Lire ensemble.", "revision": 1}
    assert client.post(url, typed).status_code == 302
    assert reload(table).articles[0]["text"] == "Lire ensemble."
    stale = client.post(url, typed | {"text": "Mes mots à moi."})
    html = stale.content.decode()
    assert stale.status_code == 409
    assert "Mes mots à moi." in html
    assert "Enregistré entre-temps" in html
    assert 'name="revision" value="2"' in html
    empty = client.post(url, {"title": "", "text": "Sans titre.", "revision": 2})
    assert (empty.status_code, "Sans titre." in empty.content.decode()) == (422, True)
    assert client.post(url, typed | {"revision": "x"}).status_code in (409, 422)


def test_articles_are_added_and_removed_but_the_one_on_its_effect_stays() -> None:
    table = Table()
    client = signed_in(table)
    made = {"title": "Nos données", "text": "Elles restent chez chacun.", "revision": 1}
    client.post(of(table, "ajouter-un-article/"), made)
    keys = [one["key"] for one in reload(table).articles]
    assert keys[-2:] == ["nos-donnees", "effet"]
    client.post(of(table, "article/nos-donnees/"), {"remove": "1", "revision": 2})
    assert "nos-donnees" not in [one["key"] for one in reload(table).articles]
    client.post(of(table, "article/effet/"), {"remove": "1", "revision": 3})
    assert "effet" in [one["key"] for one in reload(table).articles]
    assert "reste tel qu’il est" in page(client, of(table))


def test_a_clause_takes_a_variant_of_the_model() -> None:
    table = Table(Kind.AGREEMENT)
    client = signed_in(table)
    url = of(table, "article/apports/")
    assert "Sans argent" in page(client, url)
    client.post(url, {"variant": "sans-argent", "revision": 1})
    chosen = next(one for one in reload(table).articles if one["key"] == "apports")
    assert (chosen["variant"], chosen["text"][:14]) == ("sans-argent", "Aucune somme n")


def test_an_alliance_has_ten_agreements_at_most() -> None:
    table = Table(Kind.AGREEMENT)
    client = signed_in(table)
    url = f"{table.alliance.space_url}conventions/"
    for number in range(2, 12):
        client.post(url, {"title": f"Convention {number}"})
    assert table.alliance.texts.filter(kind=Kind.AGREEMENT).count() == 10
    assert "10 conventions au plus" in page(client, url)
    assert client.post(url, {"title": ""}).status_code == 422


# --- comments -----------------------------------------------------------------------------------------------


def test_parties_comment_article_by_article_and_the_animator_resolves() -> None:
    table = Table()
    animator, other = signed_in(table), signed_in(table, 1)
    assert animator.post(of(table, "faire/commenter/"), {"days": 0}).status_code == 422
    animator.post(of(table, "faire/commenter/"), {"days": 10})
    assert reload(table).comment_until == today() + datetime.timedelta(days=10)
    url = of(table, "commenter/objet/")
    party = table.parties[1].pk
    assert other.post(url, {"party": party, "body": "Et les adultes ?"}).status_code == 302
    assert "Et les adultes ?" in page(animator, of(table))
    assert other.post(url, {"party": table.parties[2].pk, "body": "Non."}).status_code == 422
    assert other.post(of(table, "commenter/rien/"), {"party": party, "body": "x"}).status_code == 404
    said = Comment.objects.get()
    resolve = f"{table.alliance.space_url}textes/commentaires/{said.pk}/traiter/"
    assert other.post(resolve).status_code == 403
    animator.post(resolve)
    said.refresh_from_db()
    assert said.resolved_at
    table.open()
    late = other.post(url, {"party": party, "body": "Je voulais dire ceci."})
    assert late.status_code == 409


# --- adopting -----------------------------------------------------------------------------------------------


def test_each_party_adopts_in_a_stated_capacity_and_the_page_says_who_did() -> None:
    table = Table()
    animator = signed_in(table)
    animator.post(of(table, "faire/adopter/"))
    version = reload(table)
    assert version.state == State.ADOPTING
    for number in range(3):
        client = signed_in(table, number)
        html = page(client, of(table, "adopter/"))
        assert f'value="{version.text_hash}"' in html
        form = {"party": table.parties[number].pk, "seen_hash": version.text_hash, "capacity": "présidente"}
        if not number:
            assert client.post(of(table, "adopter/"), form | {"capacity": ""}).status_code == 422
        assert client.post(of(table, "adopter/"), form).status_code == 302
        if not number:
            html = page(animator, of(table))
            assert "1 sur 3" in html
            assert "présidente" in html
    assert reload(table).state == State.IN_FORCE


def test_nobody_adopts_for_another_party_and_changed_words_are_read_again() -> None:
    table = Table()
    version = table.open()
    client = signed_in(table, 1)
    url = of(table, "adopter/")
    form = {"party": table.parties[1].pk, "seen_hash": version.text_hash, "capacity": "maire"}
    assert client.post(url, form | {"party": table.parties[0].pk}).status_code == 422
    changed = client.post(url, form | {"seen_hash": "0" * 64})
    assert changed.status_code == 409
    assert "maire" in changed.content.decode()
    signed_in(table).post(of(table, "faire/amender/"))
    gone = client.post(url, form)
    assert gone.status_code == 409
    assert "Lire la version 2" in gone.content.decode()
    assert not version.adoptions.exists()


def test_who_may_not_sign_reads_who_may() -> None:
    table = Table()
    table.open()
    client = Client()
    client.force_login(f.make_member(table.parties[1].organisation, role="reader"))  # type: ignore[arg-type]
    html = page(client, of(table, "adopter/"))
    assert "Seule une personne qui peut signer" in html
    assert table.people[1].person.full_name in html
    form = {"party": table.parties[1].pk, "seen_hash": table.version.text_hash, "capacity": "x"}
    assert client.post(of(table, "adopter/"), form).status_code == 422


def test_a_new_version_says_what_changes_word_by_word_and_keeps_the_adoptions_of_the_first() -> None:
    table = adopted()
    first = table.version
    client = signed_in(table)
    url = f"{table.alliance.space_url}textes/{first.text_id}/nouvelle-version/"
    assert client.post(url, {"summary": ""}).status_code == 422
    client.post(url, {"summary": "Les adultes lisent aussi."})
    table.version = second = Version.objects.get(number=2)
    services.write(
        second,
        actor=table.animator,
        revision=1,
        articles=words(second, objet="Nous nous réunissons pour lire."),
        summary=second.summary,
    )
    html = page(client, of(table, "changements/"))
    for said in ("Les adultes lisent aussi.", "ajouté", "lire.", "retiré", "Sans changement"):
        assert said in html
    html = page(client, first.page_url)
    assert "en vigueur" in html
    assert "3 sur 3" in html
    assert "Version 2" in html


def test_what_is_abandoned_stays_in_the_history() -> None:
    table = Table()
    client = signed_in(table)
    client.post(of(table, "faire/abandonner/"))
    assert reload(table).state == State.ABANDONED
    assert "abandonnée avant adoption" in page(client, of(table))
    assert client.post(of(table, "faire/adopter/")).status_code == 302
    assert client.post(of(table, "faire/inconnu/")).status_code == 404
    assert reload(table).state == State.ABANDONED


def test_somebody_else_s_texts_do_not_exist() -> None:
    mine, theirs = Table(), adopted(Kind.AGREEMENT)
    promised = Obligation.objects.create(
        version=services.new_version(theirs.version.text, actor=theirs.animator),
        party=theirs.parties[0],
        clause="apports",
        what="x",
    )
    said = Comment.objects.create(version=theirs.version, article="objet", party=theirs.parties[0], body="x")
    client = signed_in(mine)
    space = f"{mine.alliance.space_url}textes/"
    version = f"{space}versions/{theirs.version.pk}/"
    for path in ("", "changements/", "article/objet/", "adopter/", "document/", "obligations/", "resume/"):
        assert client.get(version + path).status_code == 404, path
    for url in (
        f"{version}faire/amender/",
        f"{version}commenter/objet/",
        f"{version}adopter/",
        f"{version}document/",
        f"{space}{theirs.version.text_id}/nouvelle-version/",
        f"{space}commentaires/{said.pk}/traiter/",
        f"{space}obligations/{promised.pk}/retirer/",
        f"{space}obligations/{promised.pk}/etat/",
    ):
        assert client.post(url, {"state": "done"}).status_code == 404, url
    assert client.get(theirs.version.page_url).status_code == 404


# --- obligations --------------------------------------------------------------------------------------------


def test_an_imbalance_is_named_with_its_clauses_before_anybody_signs() -> None:
    table = Table(Kind.AGREEMENT)
    client = signed_in(table)
    url = of(table, "obligations/")
    for number in range(4):
        form = {"party": table.parties[2].pk, "clause": "apports", "what": f"Prêter la salle {number}"}
        assert client.post(url, form | {"due_on": ""}).status_code == 302
    client.post(url, {"party": table.parties[0].pk, "clause": "donnees", "what": "Compter"})
    kept = client.post(url, {"party": "", "clause": "apports", "what": "Ce que je tape"})
    assert (kept.status_code, "Ce que je tape" in kept.content.decode()) == (422, True)
    twice = client.post(url, {"party": table.parties[0].pk, "clause": "donnees", "what": "Compter"})
    assert twice.status_code == 409
    table.open()
    for path in ("", "adopter/", "obligations/"):
        html = page(client, of(table, path))
        assert f"{table.parties[2].name} porte 80" in html
        assert "Ce que chacun apporte" in html
        assert "<svg" in html
        assert "<caption" in html


def test_a_promise_is_taken_out_while_words_change_then_kept_lifted_or_opened_again() -> None:
    table = Table(Kind.AGREEMENT)
    client = signed_in(table)
    first, second = (
        services.oblige(
            table.version,
            actor=table.animator,
            party=table.parties[2],
            clause="apports",
            what=what,
            due_on=today() - datetime.timedelta(days=1),
        )
        for what in ("Prêter une salle", "Prêter des livres")
    )
    space = f"{table.alliance.space_url}textes/obligations/"
    client.post(f"{space}{second.pk}/retirer/")
    assert list(table.version.obligations.all()) == [first]
    table.open()
    for number in range(3):
        table.adopt(number)
    owner = signed_in(table, 2)
    assert "en retard" in page(owner, of(table))
    assert "Prêter une salle" in page(owner, f"{table.alliance.space_url}conventions/")
    assert "Prêter une salle" in page(owner, table.alliance.space_url)
    assert next(one.text for one in todos(table.people[2].person)).endswith("Prêter une salle")
    assert owner.post(f"{space}{first.pk}/etat/", {"state": "dropped"}).status_code == 403
    for state in (ObligationState.DONE, ObligationState.OPEN):
        owner.post(f"{space}{first.pk}/etat/", {"state": state})
        first.refresh_from_db()
        assert first.state == state
    owner.post(f"{space}{first.pk}/etat/", {"state": "nimporte"})
    first.refresh_from_db()
    assert first.state == ObligationState.OPEN


# --- what others show ---------------------------------------------------------------------------------------


def test_what_waits_for_adoption_stands_on_the_home_and_in_the_signatories_space() -> None:
    table = Table()
    table.open()
    table.adopt(0)
    html = page(signed_in(table), table.alliance.space_url)
    assert "adoptée par 1 sur 3" in html
    assert "adopter « Charte de l’alliance »" in html
    assert "Lire et adopter" in page(signed_in(table, 1), "/mon-espace/")
    assert [one.url for one in todos(table.people[1].person)] == [table.version.adopt_url]
    assert not list(todos(table.people[0].person))


def test_the_public_page_shows_the_charter_in_force_only_if_the_parties_chose_so() -> None:
    table = adopted()
    alliance = table.alliance
    alliance.publication, alliance.published_at = "public", table.version.in_force_at
    alliance.save()
    documents.document_of(table.version)
    file = f"/alliances/{alliance.pk}-{alliance.slug}/charte.pdf"
    stranger = Client()
    assert "Notre objet commun" not in page(stranger, alliance.get_absolute_url())
    assert stranger.get(file).status_code == 404
    alliance.shown = ["charter"]
    alliance.save()
    html = page(stranger, alliance.get_absolute_url())
    assert "Notre objet commun" in html
    assert table.people[0].person.last_name not in html
    response = stranger.get(file)
    assert response["Content-Disposition"].startswith("attachment")
    assert response.content.startswith(b"%PDF")
    alliance.publication = "private"
    alliance.save()
    assert stranger.get(file).status_code == 404


def test_the_document_is_made_once_asked_and_only_for_the_parties() -> None:
    table = Table()
    client = signed_in(table, 1)
    url = of(table, "document/")
    assert client.get(url).status_code == 404
    client.post(url)  # words still change: refused with a message
    assert client.get(url).status_code == 404
    table.open()
    assert client.post(url).url == url
    assert client.get(url)["Content-Type"] == "application/pdf"
    stranger = Client()
    stranger.force_login(f.make_user())
    assert stranger.get(url).status_code == 404


def test_the_document_of_a_text_in_force_is_made_without_being_asked() -> None:
    table = adopted()
    event = Event.objects.get(verb="text.in_force")
    for _ in range(2):
        reactions.make_document(event)
    assert table.version.documents.get().adopted == 3


# --- checking -----------------------------------------------------------------------------------------------

VERIFY = "/verifier/"


def check(**data: Any) -> Any:
    return Client().post(VERIFY, data)


def test_a_document_is_recognised_by_its_code_and_by_its_bytes_until_it_is_altered() -> None:
    document = documents.document_of(adopted().version)
    content = bytes(document.content)
    assert "authentique et à jour" in check(code=document.code.lower()).content.decode()
    assert "authentique et à jour" in check(file=SimpleUploadedFile("a.pdf", content)).content.decode()
    altered = check(file=SimpleUploadedFile("a.pdf", content + b" ")).content.decode()
    assert "pas un de nos documents" in altered
    assert "Aucun de nos documents" in check(code="ABCD-EFGH-2345").content.decode()


def test_a_document_that_was_replaced_says_which_version_is_in_force() -> None:
    table = adopted()
    document = documents.document_of(table.version)
    table.version = services.new_version(table.version.text, actor=table.animator)
    awaited = documents.document_of(table.open())
    assert "pas encore en vigueur" in check(code=awaited.code).content.decode()
    for number in range(3):
        table.adopt(number)
    html = check(code=document.code).content.decode()
    assert "authentique, mais remplacé" in html
    assert "version 2, depuis le" in html
    services.amend(
        services.open_to_adoption(
            services.new_version(table.version.text, actor=table.animator), actor=table.animator
        ),
        actor=table.animator,
    )
    html = check(code=awaited.code).content.decode()
    assert "D’autres parties" in html


def test_nothing_an_empty_file_or_a_huge_one_is_said_in_words() -> None:
    for data, status, said in (
        ({}, 422, "Tapez le code, ou choisissez le fichier."),
        ({"code": "   "}, 422, "Tapez le code"),
        ({"code": "é" * 100}, 422, ""),
        ({"code": "\x00"}, 422, ""),
        ({"file": SimpleUploadedFile("vide.pdf", b"")}, 422, "Ce fichier est vide"),
        ({"file": SimpleUploadedFile("gros.pdf", b"x" * (documents.MOST_BYTES + 1))}, 422, "trop gros"),
        ({"file": SimpleUploadedFile("gros.pdf", b"x" * (documents.MOST_BYTES + 200_000))}, 413, "trop gros"),
    ):
        response = check(**data)  # type: ignore[arg-type]
        assert response.status_code == status, said
        assert said in response.content.decode()


def test_a_file_to_check_is_hashed_on_its_way_and_written_nowhere(monkeypatch: Any, tmp_path: Any) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    content = b"x" * 4_000_000
    seen: list[str] = []
    monkeypatch.setattr(
        documents, "_checked", lambda **w: seen.append(w["sha256"]) or documents.Checked(None)
    )
    assert check(file=SimpleUploadedFile("a.pdf", content)).status_code == 200
    assert seen == [hashlib.sha256(content).hexdigest()]


def test_checking_again_and_again_is_slowed_down(monkeypatch: Any) -> None:
    monkeypatch.setitem(limits.LIMITS, "verify_address", limits.Limit(2, 600))
    assert [check(code="ABCD-EFGH-2345").status_code for _ in range(3)] == [200, 200, 429]


def test_the_form_of_another_site_is_refused() -> None:
    assert Client(enforce_csrf_checks=True).post(VERIFY, {"code": "ABCD"}).status_code == 403

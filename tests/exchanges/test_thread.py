"""The internal thread: written by the parties, read by nobody else, changed with a trace, withdrawn, reported."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from alliances.exchanges import services
from alliances.exchanges.models import FormerPost, Post, Topic
from alliances.models import Alliance, Party
from jeveuxagir.accounts import privacy
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.registries import invariants
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from tests import factories as f

pytestmark = pytest.mark.django_db


class Table:
    """Two parties with somebody who acts for each, and a reader of the first."""

    def __init__(self, **fields: Any) -> None:
        self.alliance: Alliance = f.make_alliance(**fields)
        self.parties: list[Party] = list(self.alliance.parties.order_by("pk"))
        self.people = [
            f.make_member(party.organisation, person=f.make_person(first_name=name))
            for party, name in zip(self.parties, ("Zoubida", "Omar"), strict=False)
        ]
        self.reader = f.make_member(self.parties[0].organisation, role="reader")
        self.url = f"{self.alliance.space_url}echanges/"

    def open(self, number: int = 0, **said: Any) -> Topic:
        words = {"title": "La salle du 12 mars", "body": "Qui a la clé ?"} | said
        return services.open_topic(self.parties[number], actor=self.people[number], **words)

    def answer(self, topic: Topic, number: int = 1, body: str = "Moi.") -> Post:
        return services.answer(topic, actor=self.people[number], party=self.parties[number], body=body)


def page(response: Any) -> str:
    return str(response.content.decode())


def test_the_parties_talk_and_a_reader_reads(client: Any) -> None:
    table = Table()
    client.force_login(table.people[0])
    said = {"party": table.parties[0].pk, "title": "La salle du 12 mars", "body": "Qui a la clé ?"}
    assert client.post(f"{table.url}nouveau/", said).status_code == 302
    topic = Topic.objects.get()
    client.force_login(table.people[1])
    answered = client.post(topic.page_url, {"party": table.parties[1].pk, "body": "Moi."})
    assert answered.url.startswith(topic.page_url)
    client.force_login(table.reader)
    shown = page(client.get(topic.page_url))
    assert "Qui a la clé" in shown
    assert "Moi." in shown
    assert f"{table.people[1].person.first_name}, {table.parties[1].name}" in shown
    assert table.people[1].person.last_name not in shown
    assert 'id="repondre"' not in shown
    assert client.post(topic.page_url, {"body": "Et moi ?"}).status_code == 403
    assert client.get(f"{table.url}nouveau/").status_code == 403
    assert "2" in page(client.get(table.url))
    assert "La salle du 12 mars" in page(client.get(table.alliance.space_url))


def test_the_others_are_told_where_and_never_what_and_not_who_wrote() -> None:
    table = Table()
    table.answer(table.open())
    topic, post = (Message.objects.get(kind=f"exchanges.{name}") for name in ("topic", "post"))
    assert topic.person_id == table.people[1].person_id
    assert post.person_id == table.people[0].person_id
    assert "La salle du 12 mars" in topic.text
    for message in (topic, post):
        assert "clé" not in message.text
        assert "Moi." not in message.text
        assert message.state == Message.State.GROUPED  # it waits for the mail of the day


def test_a_message_keeps_the_alliance_awake() -> None:
    table = Table()
    topic = table.open()
    Alliance.objects.update(activity="asleep", last_acted_at=now() - datetime.timedelta(days=90))
    table.answer(topic)
    table.alliance.refresh_from_db()
    assert table.alliance.activity == "active"
    assert table.alliance.last_acted_at > now() - datetime.timedelta(minutes=1)


def test_a_script_is_inert_and_a_link_is_safe(client: Any) -> None:
    table = Table()
    topic = table.open(
        title="<script>alert(1)</script>",
        body="<img src=x onerror=alert(1)> javascript:alert(1) https://exemple.fr/a?b=1&c=2",
    )
    client.force_login(table.people[0])
    shown = (
        page(client.get(topic.page_url))
        + page(client.get(table.url))
        + page(client.get(table.alliance.space_url))
    )
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert 'href="javascript' not in shown
    assert re.search(r'<a href="https://exemple.fr/a\?b=1&amp;c=2" rel="nofollow', shown)


def test_nobody_outside_reads_it_even_by_guessing_and_who_left_reads_no_more(client: Any) -> None:
    table, other = Table(), Table()
    topic, foreign = table.open(), other.open()
    gone = f.make_party(table.alliance, left_at=table.alliance.created_at)
    staff = f.make_staff("brigade_member", department="23")
    for stranger in (f.make_user(), f.make_member(gone.organisation), staff, f.make_staff("national")):
        f.sign_in_staff(client, stranger)
        for address in (table.url, topic.page_url):
            assert client.get(address).status_code == 404
        with pytest.raises(NotAllowed):
            services.answer(topic, actor=stranger, party=table.parties[0], body="Moi aussi")
    client.force_login(table.people[0])
    assert client.get(f"{table.url}{foreign.pk}/").status_code == 404
    assert client.get(f"{topic.page_url}?message={foreign.posts.get().pk}").status_code == 200
    assert client.get(f"{topic.page_url}messages/{foreign.posts.get().pk}/signaler/").status_code == 404
    with pytest.raises(NotAllowed):
        services.answer(topic, actor=other.people[0], party=other.parties[0], body="Moi aussi")
    table.parties[0].left_at = now()
    table.parties[0].save()
    assert client.get(topic.page_url).status_code == 404


def test_a_closed_alliance_is_read_and_not_written_but_one_may_withdraw(client: Any) -> None:
    table = Table()
    topic = table.open()
    Alliance.objects.update(activity="closed", reached="a", learned="b", what_next="c")
    client.force_login(table.people[0])
    shown = page(client.get(topic.page_url))
    assert 'id="repondre"' not in shown
    refused = client.post(topic.page_url, {"party": table.parties[0].pk, "body": "Encore"})
    assert refused.status_code == 409
    assert "close" in page(refused)
    services.withdraw(topic.posts.get(), actor=table.people[0])
    assert topic.posts.get().body == ""


# --- bad input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ["", "   ", "\u202e\x07", "x" * 4001])
def test_an_empty_or_endless_message_is_refused_in_words_and_kept(client: Any, body: str) -> None:
    table = Table()
    topic = table.open()
    client.force_login(table.people[1])
    refused = client.post(topic.page_url, {"party": table.parties[1].pk, "body": body})
    assert refused.status_code in (409, 422)
    assert Post.objects.count() == 1
    if body.startswith("x"):
        assert body in page(refused)
    with pytest.raises(RuleBroken):
        table.answer(topic, body=body)


def test_a_double_click_writes_once(client: Any) -> None:
    table = Table()
    topic = table.open()
    client.force_login(table.people[1])
    nonce = re.search(r'name="nonce" value="([^"]+)"', page(client.get(topic.page_url)))[1]
    said = {"party": table.parties[1].pk, "body": "Moi.", "nonce": nonce}
    assert client.post(topic.page_url, said).url == client.post(topic.page_url, said).url
    assert topic.posts.count() == 2


def test_a_flood_is_stopped_in_words(client: Any, monkeypatch: Any) -> None:
    from jeveuxagir.accounts import limits

    monkeypatch.setitem(limits.LIMITS, "post_account", limits.Limit(2, limits.HOUR))
    table = Table()
    topic = table.open()
    client.force_login(table.people[0])
    said = {"party": table.parties[0].pk, "body": "Alors ?"}
    assert client.post(topic.page_url, said).status_code == 302
    refused = client.post(topic.page_url, said)
    assert refused.status_code == 429
    assert "trop de fois" in page(refused)
    assert "Alors ?" in page(refused)
    assert topic.posts.count() == 2


# --- changed, withdrawn -----------------------------------------------------------------------------------------


def test_one_changes_one_s_own_within_a_day_and_all_read_what_it_said_before(client: Any) -> None:
    table = Table()
    topic = table.open()
    post = topic.posts.get()
    client.force_login(table.people[0])
    edit = f"{topic.page_url}messages/{post.pk}/modifier/"
    assert client.post(edit, {"body": "Qui a la clé de la salle ?"}).status_code == 302
    client.force_login(table.people[1])
    shown = page(client.get(topic.page_url))
    assert "clé de la salle" in shown
    assert "Avant la modification" in shown
    assert FormerPost.objects.get().body == "Qui a la clé ?"
    assert client.post(edit, {"body": "Non"}).status_code == 403
    client.force_login(table.people[0])
    with time_machine.travel(now() + datetime.timedelta(hours=25)):
        client.force_login(table.people[0])
        refused = client.post(edit, {"body": "Trop tard"})
        assert refused.status_code == 409
        assert "ne se modifie plus" in page(refused)
        assert "Trop tard" in page(refused)


def test_saying_the_same_again_leaves_no_trace() -> None:
    table = Table()
    post = table.open().posts.get()
    services.edit(post, actor=table.people[0], body="Qui a la clé ? ")
    assert not FormerPost.objects.exists()


def test_a_message_that_is_withdrawn_leaves_its_place_and_none_of_its_words(client: Any) -> None:
    table = Table()
    topic = table.open()
    post = topic.posts.get()
    services.edit(post, actor=table.people[0], body="Qui a la clé rouge ?")
    client.force_login(table.people[1])
    assert client.post(f"{topic.page_url}messages/{post.pk}/retirer/").status_code == 403
    client.force_login(table.people[0])
    assert client.post(f"{topic.page_url}messages/{post.pk}/retirer/").status_code == 302
    assert client.post(f"{topic.page_url}messages/{post.pk}/retirer/").status_code == 302
    shown = page(client.get(topic.page_url))
    assert "message retiré" in shown
    assert "clé" not in shown
    assert not FormerPost.objects.exists()
    with pytest.raises(RuleBroken):
        services.edit(post, actor=table.people[0], body="Je reviens")


def test_many_messages_come_by_pages_the_last_first(client: Any) -> None:
    table = Table()
    topic = table.open()
    first = topic.posts.get()
    for number in range(35):
        f.make_post(topic, body=f"Message numéro {number}.")
    client.force_login(table.people[0])
    assert "Message numéro 34." in page(client.get(topic.page_url))
    assert "clé" in page(client.get(f"{topic.page_url}?message={first.pk}"))
    assert "clé" in page(client.get(f"{topic.page_url}?page=1"))
    assert client.get(f"{topic.page_url}?message=9{'9' * 17}").status_code == 200
    assert client.get(f"{topic.page_url}?message=x&page=x").status_code == 200


# --- reported ---------------------------------------------------------------------------------------------------


def reported(client: Any, table: Table) -> tuple[Post, ModerationItem]:
    topic = table.open(body="Il n’a qu’à se taire.")
    post = topic.posts.get()
    client.force_login(table.people[1])
    said = {"why": "other", "details": "C’est une insulte."}
    address = f"{topic.page_url}messages/{post.pk}/signaler/"
    assert client.post(address, {"why": "other", "details": ""}).status_code == 422
    assert "La brigade lira ce message, et aucun autre." in page(client.get(address))
    assert client.post(address, said).status_code == 302
    return post, ModerationItem.objects.get(kind=ModerationItem.Kind.REPORT)


def decide(item: ModerationItem, decision: str, reason: str = "") -> None:
    staff = f.make_staff("brigade_member", department="23")
    moderation.decide(item, actor=staff, version=item.version, decision=decision, reason=reason)


def test_the_brigade_reads_the_message_that_was_reported_and_hides_it(client: Any) -> None:
    table = Table(name="Lire ensemble")
    post, item = reported(client, table)
    table.answer(post.topic, body="Le reste est à nous.")
    staff = f.make_staff("brigade_member", department="23")
    f.sign_in_staff(client, staff)
    shown = page(client.get(reverse("brigade:brigades_reportcase_change", args=[item.pk])))
    assert "Il n’a qu’à se taire." in shown
    assert "Le reste est à nous." not in shown
    assert "Masquer le message" in shown
    decide(item, "refuse", "C’est une insulte.")
    client.force_login(table.people[1])
    assert "message masqué par la brigade" in page(client.get(post.topic.page_url))
    assert "se taire" not in page(client.get(post.topic.page_url))
    client.force_login(table.people[0])
    own = page(client.get(post.topic.page_url))
    assert "se taire" in own
    assert "C’est une insulte." in own
    assert "C’est une insulte." in Message.objects.get(kind="exchanges.hidden").text


@pytest.mark.parametrize(("decision", "kind", "count"), [("accept", "hidden", 0), ("ask", "to_mend", 1)])
def test_the_brigade_leaves_it_or_asks_its_author_to_say_it_otherwise(
    client: Any, decision: str, kind: str, count: int
) -> None:
    table = Table()
    post, item = reported(client, table)
    decide(item, decision, "Dites-le autrement.")
    assert Message.objects.filter(kind=f"exchanges.{kind}").count() == count
    client.force_login(table.people[1])
    assert "se taire" in page(client.get(post.topic.page_url))


def test_staff_who_are_of_the_alliance_do_not_decide(client: Any) -> None:
    table = Table()
    _post, item = reported(client, table)
    judge = f.make_staff("brigade_member", department="23", user=table.people[0])
    with pytest.raises(RuleBroken):
        moderation.decide(item, actor=judge, version=item.version, decision="accept", reason="")


# --- people -----------------------------------------------------------------------------------------------------


def test_who_erases_their_account_takes_their_words_away_and_the_thread_keeps_its_order(client: Any) -> None:
    table = Table()
    topic = table.open()
    services.edit(topic.posts.get(), actor=table.people[0], body="Qui a la clé rouge ?")
    table.answer(topic)
    user = table.people[0]
    held = {entry["label"]: entry["rows"] for entry in privacy.held_about(user.person)}
    assert held["Messages que vous avez écrits dans une alliance"][0]["Message"] == "Qui a la clé rouge ?"
    assert held["Anciens textes de vos messages"][0]["Message"] == "Qui a la clé ?"
    privacy.erase(user.person, actor=user)
    first, second = topic.posts.order_by("pk")
    assert (first.body, first.author, first.author_name) == ("", None, "")
    assert second.body == "Moi."
    assert not FormerPost.objects.exists()
    client.force_login(table.people[1])
    shown = page(client.get(topic.page_url))
    assert "effacé avec le compte" in shown
    assert user.person.first_name not in shown


def test_the_copy_of_the_alliance_holds_what_its_reader_reads(client: Any) -> None:
    from tests.alliances.test_exports import one, unpacked

    table = Table()
    topic = table.open()
    hidden = table.answer(topic, body="Il n’a qu’à se taire.")
    Post.objects.filter(pk=hidden.pk).update(hidden_at=now(), hidden_reason="Une insulte.")
    client.force_login(table.reader)
    files = unpacked(client, table.alliance)
    words = one(files, "messages.csv").decode()
    assert "Qui a la clé ?" in words
    assert "se taire" not in b"".join(files.values()).decode(errors="replace")


def test_the_invariants_hold() -> None:
    table = Table()
    post = table.answer(table.open())
    services.withdraw(post, actor=table.people[1])
    names = [name for name, _ in invariants.items() if name.startswith("exchanges.")]
    assert len(names) == 2
    assert not any(list(invariants[name].offenders()) for name in names)
    Topic.objects.update(count=7)
    assert list(invariants["exchanges.count"].offenders())


def test_a_message_in_the_name_of_a_party_of_another_alliance_is_refused_by_the_database() -> None:
    from django.db import IntegrityError, transaction

    table, other = Table(), Table()
    topic = table.open()
    with pytest.raises(IntegrityError, match="no party"), transaction.atomic():
        Post.objects.create(topic=topic, party=other.parties[0], body="x")

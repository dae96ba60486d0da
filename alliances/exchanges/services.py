"""Every write in the thread of an alliance: the alliance is locked first, then the topic, then the message."""

from typing import Any

from django.db import transaction

from alliances import policies as alliance_policies
from alliances import services as alliances
from alliances.models import Alliance, Party
from jeveuxagir.accounts import limits
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import RuleBroken, allow
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import clean
from jeveuxagir.moderation import reports
from jeveuxagir.moderation.models import Report

from . import notifications as mails
from . import policies
from .models import FormerPost, Post, Topic

MOST_TOPICS = 1000
MOST_POSTS = 2000
LONGEST = 4000
MODEL = "exchanges.Post"


@transaction.atomic
def open_topic(party: Party, *, actor: User, title: str, body: str) -> Topic:
    """A topic with its first message."""
    alliance, party = alliances.locked_party(party)
    allow(policies.can_write(actor, party))
    limits.require("topic_account", actor.pk)
    if alliance.topics.count() >= MOST_TOPICS:
        raise RuleBroken(f"Une alliance garde {MOST_TOPICS} sujets au plus.", code="too_many")
    with refusals():
        topic = Topic.objects.create(alliance=alliance, title=title, party=party)
    post = _write(topic, party, actor, body)
    alliances.acted(alliance, actor=actor)
    record("topic.opened", alliance, actor=actor, topic=topic.pk, party=party.pk)
    mails.tell(post, "topic", besides=actor.person_id)
    return topic


@transaction.atomic
def answer(topic: Topic, *, actor: User, party: Party, body: str) -> Post:
    """One more message: it keeps the alliance awake, as every act of its parties."""
    alliance, topic = _locked_topic(topic)
    party = alliances.live_party(alliance, party)
    allow(policies.can_write(actor, party))
    if topic.count >= MOST_POSTS:
        raise RuleBroken("Ce sujet est très long : ouvrez-en un autre.", code="too_many")
    post = _write(topic, party, actor, body)
    Topic.objects.filter(pk=topic.pk).update(last_at=post.posted_at)
    alliances.acted(alliance, actor=actor)
    record("topic.answered", alliance, actor=actor, topic=topic.pk, post=post.pk, party=party.pk)
    mails.tell(post, "post", besides=actor.person_id)
    return post


@transaction.atomic
def edit(post: Post, *, actor: User, body: str) -> Post:
    """One's own, within a day; what it said before stays for all to read."""
    alliance, post = _locked_post(post)
    allow(policies.can_change(actor, post))
    if not post.may_still_change():
        raise RuleBroken("Ce message ne se modifie plus : écrivez-en un autre.", code="too_late")
    body = _checked(body)
    if body == post.body:
        return post
    FormerPost.objects.create(post=post, body=post.body)
    post.body, post.edited_at = body, now()
    with refusals():
        post.save(update_fields=["body", "edited_at"])
    alliances.acted(alliance, actor=actor)
    record("topic.post_edited", alliance, actor=actor, topic=post.topic_id, post=post.pk)
    return post


@transaction.atomic
def withdraw(post: Post, *, actor: User) -> Post:
    """One's own, at any time, in a closed alliance too: the words go, what they were before too; the place stays."""
    alliance, post = _locked_post(post, even_closed=True)
    allow(policies.can_change(actor, post))
    if post.is_gone:
        return post
    _empty(post)
    record("topic.post_withdrawn", alliance, actor=actor, topic=post.topic_id, post=post.pk)
    return post


@transaction.atomic
def report(post: Post, *, actor: User, why: str, details: str = "") -> Report:
    """Somebody of a party asks the brigade to read this message: this one, and no other."""
    alliance, post = _locked_post(post, even_closed=True)
    allow(alliance_policies.can_read(actor, alliance))
    limits.require("report_account", actor.pk)
    if post.is_gone:
        raise RuleBroken("Ce message est déjà retiré.", code="gone")
    subject = reports.Subject(
        MODEL,
        post.pk,
        f"un message de l’alliance « {alliance.name} »"[:160],
        alliance.get_absolute_url(),
        alliance.department_id,
        alliance.domain_id,
    )
    return reports.report(subject, why=why, details=details, person=actor.person)


# --- the brigade, after a report ---------------------------------------------------------------------------------


@transaction.atomic
def hide(post: Post, *, actor: User | None, reason: str) -> Post:
    """Nobody reads it any more but its author, who is told why."""
    alliance, post = _locked_post(post, even_closed=True)
    allow(actor is None or alliance_policies.is_staff_for(actor, alliance))
    if not clean(reason):
        raise RuleBroken("Donnez la raison : l’auteur du message la lira.", code="reason")
    if post.is_gone or post.is_hidden:
        return post
    post.hidden_at, post.hidden_reason = now(), reason
    post.save(update_fields=["hidden_at", "hidden_reason"])
    record("topic.post_hidden", alliance, actor=actor, topic=post.topic_id, post=post.pk)
    mails.tell_author(post, "hidden", reason=clean(reason))
    return post


@transaction.atomic
def ask_change(post: Post, *, actor: User | None, reason: str) -> Post:
    """It stays; its author is asked to withdraw it or to say it otherwise."""
    alliance, post = _locked_post(post, even_closed=True)
    allow(actor is None or alliance_policies.is_staff_for(actor, alliance))
    if not clean(reason):
        raise RuleBroken("Dites ce qu’il faut changer : l’auteur du message le lira.", code="reason")
    record("topic.change_asked", alliance, actor=actor, topic=post.topic_id, post=post.pk)
    mails.tell_author(post, "to_mend", reason=clean(reason))
    return post


# --- erasure ----------------------------------------------------------------------------------------------------


@transaction.atomic
def forget_person(person: Person) -> None:
    """Their words go, with what they were before; the topics of the others keep their order."""
    for post in Post.objects.filter(author=person).select_related("topic").order_by("pk"):
        if not post.is_gone:
            _empty(post)
    Post.objects.filter(author=person).update(author=None, author_name="")


# --- inside -----------------------------------------------------------------------------------------------------


def _locked_topic(topic: Topic, *, even_closed: bool = False) -> tuple[Alliance, Topic]:
    alliance = alliances.locked(topic.alliance, even_closed=even_closed)
    topic = lock(Topic.objects.all(), pk=topic.pk)
    topic.alliance = alliance
    return alliance, topic


def _locked_post(post: Post, *, even_closed: bool = False) -> tuple[Alliance, Post]:
    alliance, topic = _locked_topic(post.topic, even_closed=even_closed)
    post = lock(Post.objects.select_related("party"), pk=post.pk)
    post.topic = topic
    return alliance, post


def _checked(body: str) -> str:
    body = clean(body)
    if not body:
        raise RuleBroken("Écrivez votre message.", code="body")
    if len(body) > LONGEST:
        raise RuleBroken("Ce message est trop long : 4 000 caractères au plus.", code="body")
    return body


def _write(topic: Topic, party: Party, actor: User, body: str) -> Post:
    limits.require("post_account", actor.pk)
    values: dict[str, Any] = {"author": actor.person, "author_name": actor.person.first_name}
    with refusals():
        return Post.objects.create(topic=topic, party=party, body=_checked(body), posted_at=now(), **values)


def _empty(post: Post) -> None:
    post.former.all().delete()
    post.body, post.withdrawn_at = "", now()
    post.hidden_at, post.hidden_reason = None, ""
    post.save(update_fields=["body", "withdrawn_at", "hidden_at", "hidden_reason"])

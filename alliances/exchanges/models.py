"""A topic, its messages, and what a message said before its author changed it."""

import datetime

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from alliances.models import Alliance, Party
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.clock import now
from jeveuxagir.common.models import LineField, ProseField, personal

#: how long one may change one's own message; what it said before stays readable
MAY_EDIT = datetime.timedelta(hours=24)


class TopicQuerySet(models.QuerySet["Topic"]):
    def of_alliance(self, alliance: Alliance) -> "TopicQuerySet":
        return self.filter(alliance=alliance)


class Topic(models.Model):
    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="topics")
    title = LineField("sujet", max_length=160)
    #: who opened it
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name="partie")
    opened_at = models.DateTimeField("ouvert le", db_default=Now())
    last_at = models.DateTimeField("dernier message le", db_default=Now())
    #: kept by a trigger, the withdrawn ones too
    count = models.PositiveIntegerField("messages", default=0, editable=False)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = "sujet d’échange"
        verbose_name_plural = "sujets d’échange"
        ordering = ["-last_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title=""),
                name="topic_titled",
                violation_error_message="Donnez un titre au sujet.",
            )
        ]
        indexes = [models.Index(fields=["alliance", "-last_at"], name="topic_of_alliance")]

    def __str__(self) -> str:
        return self.title

    @property
    def page_url(self) -> str:
        alliance = self.alliance
        return reverse("exchanges:topic", args=[alliance.pk, alliance.slug, self.pk])


class PostQuerySet(models.QuerySet["Post"]):
    def of_alliance(self, alliance: Alliance) -> "PostQuerySet":
        return self.filter(topic__alliance=alliance)


class Post(models.Model):
    """A message: plain text, by a person in a party's name."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="posts")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name="partie")
    author = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", verbose_name="auteur")
    author_name = personal(LineField("prénom de l’auteur", max_length=80, blank=True))
    body = personal(ProseField("message", max_length=4000, blank=True))
    posted_at = models.DateTimeField("le", db_default=Now())
    edited_at = models.DateTimeField("modifié le", null=True, blank=True)
    #: by its author; the words go
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)
    #: by the brigade, after a report; its author still reads it, and why
    hidden_at = models.DateTimeField("masqué le", null=True, blank=True)
    hidden_reason = ProseField("raison", max_length=2000, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = "message d’une alliance"
        verbose_name_plural = "messages des alliances"
        ordering = ["posted_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, body__gt="") | Q(withdrawn_at__isnull=False, body=""),
                name="post_says_something",
                violation_error_message="Écrivez votre message.",
            ),
            models.CheckConstraint(
                condition=Q(hidden_at__isnull=True) | ~Q(hidden_reason=""), name="post_hidden_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["topic", "posted_at"], name="post_of_topic")]
        triggers = [
            pgtrigger.Trigger(
                name="count_posts",
                operation=pgtrigger.Insert | pgtrigger.Delete,
                when=pgtrigger.After,
                func="""
                    IF TG_OP = 'INSERT' THEN
                        UPDATE exchanges_topic SET count = count + 1 WHERE id = NEW.topic_id;
                    ELSE
                        UPDATE exchanges_topic SET count = count - 1 WHERE id = OLD.topic_id;
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="of_one_alliance",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("topic_id", "party_id"),
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM exchanges_topic topic JOIN alliances_party party
                            ON party.id = NEW.party_id AND party.alliance_id = topic.alliance_id
                        WHERE topic.id = NEW.topic_id
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'post_of_a_party',
                            MESSAGE = 'this is no party of the alliance of that topic';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"

    @property
    def is_gone(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def is_hidden(self) -> bool:
        return self.hidden_at is not None

    @property
    def page_url(self) -> str:
        return f"{self.topic.page_url}?message={self.pk}#message-{self.pk}"

    def may_still_change(self) -> bool:
        return not self.is_gone and not self.is_hidden and now() < self.posted_at + MAY_EDIT


class FormerPost(models.Model):
    """What a message said before: the trace of a change, which goes with the message."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="former")
    body = personal(ProseField("ancien message", max_length=4000))
    replaced_at = models.DateTimeField("remplacé le", db_default=Now())

    class Meta:
        verbose_name = "ancien texte d’un message"
        verbose_name_plural = "anciens textes des messages"
        ordering = ["-replaced_at", "-id"]

    def __str__(self) -> str:
        return f"ancien texte {self.pk}"

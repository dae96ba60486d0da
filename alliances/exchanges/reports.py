"""A message reported by somebody of a party: the brigade reads that one, and hides it or asks to change it."""

from typing import Any

from alliances.moderation import conflict_of
from jeveuxagir.accounts.models import User
from jeveuxagir.moderation.reports import Reportable, reportables
from jeveuxagir.ui.dates import day_of

from . import services
from .models import Post


def _find(pk: int) -> Post | None:
    rows = Post.objects.select_related("topic__alliance__department", "topic__alliance__domain", "party")
    return rows.filter(pk=pk).first()


def _ask(post: Post, actor: User | None, reason: str) -> None:
    services.ask_change(post, actor=actor, reason=reason)


def _suspend(post: Post, actor: User | None, reason: str) -> None:
    services.hide(post, actor=actor, reason=reason)


def _describe(post: Post) -> dict[str, Any]:
    alliance = post.topic.alliance
    return {
        "facts": [
            ("Alliance", alliance.name),
            ("Écrit par", ", ".join(filter(None, [post.author_name, post.party.name]))),
            ("Le", day_of(post.posted_at)),
        ],
        "texts": [("Le message", post.body or "Son auteur l’a retiré.")],
        "warnings": ["Ce message est réservé aux parties de l’alliance : vous ne lisez que celui-ci."],
    }


def register() -> None:
    # no page of its own: it is reported from the thread, by its readers (services.report)
    reportables.register(
        "exchanges.post",
        Reportable(
            model=services.MODEL,
            find=_find,
            is_public=lambda post: False,
            title=lambda post: f"un message de l’alliance « {post.topic.alliance.name} »",
            place=lambda post: (post.topic.alliance.department_id, post.topic.alliance.domain_id),
            ask=_ask,
            suspend=_suspend,
            describe=_describe,
            conflict=lambda post, actor: conflict_of(post.topic.alliance, actor),
        ),
    )

"""What the parties are told of their thread: who wrote and where, never the words."""

from typing import TYPE_CHECKING, Any

from alliances.notifications import WHY, live_parties, people_of
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.enums import Rhythm
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

if TYPE_CHECKING:
    from .models import Post

#: name → (label, whether it may wait for the mail of the day)
KINDS = {
    "topic": ("Un sujet est ouvert dans mon alliance", True),
    "post": ("Un message arrive dans mon alliance", True),
    "hidden": ("Un de mes messages est masqué par la brigade", False),
    "to_mend": ("La brigade me demande de revoir un message", False),
}


def register() -> None:
    for name, (label, digestible) in KINDS.items():
        catalogue.register(
            Kind(
                f"exchanges.{name}",
                label,
                WHY,
                f"emails/exchanges/{name}.txt",
                can_stop=digestible,
                audience="member",
                digestible=digestible,
                default=Rhythm.DAILY if digestible else None,
            )
        )


def tell(post: "Post", name: str, *, besides: int | None = None) -> None:
    """Who speaks for the parties, but whoever wrote."""
    for person in people_of(live_parties(post.topic.alliance)):
        if person.pk != besides:
            _send(post, name, person)


def tell_author(post: "Post", name: str, **context: Any) -> None:
    if post.author is not None:
        _send(post, name, post.author, **context)


def _send(post: "Post", name: str, person: Any, **context: Any) -> None:
    send(
        f"exchanges.{name}",
        to=person,
        dedupe_key=f"exchanges.{name}:{post.pk}:{person.pk}",
        context={
            "alliance": post.topic.alliance,
            "topic": post.topic,
            "post": post,
            "url": absolute(post.page_url),
            **context,
        },
    )

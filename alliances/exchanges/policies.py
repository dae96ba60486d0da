"""Who writes in the thread: who acts for a party. Every member of a party reads; nobody else ever does."""

from typing import Any

from alliances import policies
from alliances.models import Party
from jeveuxagir.accounts.models import actor_person_id

from .models import Post


def can_write(actor: Any, party: Party) -> bool:
    return policies.acts_for(actor, party)


def is_author(actor: Any, post: Post) -> bool:
    return post.author_id is not None and post.author_id == actor_person_id(actor)


def can_change(actor: Any, post: Post) -> bool:
    """Its author, as long as they still belong to a party of the alliance."""
    return is_author(actor, post) and policies.can_read(actor, post.topic.alliance)

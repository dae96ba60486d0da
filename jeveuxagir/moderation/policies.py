"""Who may handle an item. `None` as actor is the platform itself."""

from jeveuxagir.accounts import roles
from jeveuxagir.accounts.models import User

from .models import ModerationItem
from .registry import handlers


def can_moderate(actor: User | None, item: ModerationItem) -> bool:
    """Brigade, lead, regional and national staff, within their territory and theme."""
    return actor is None or roles.in_scope(actor, item.department_id, item.domain_id)


def can_overrule(actor: User | None, item: ModerationItem) -> bool:
    """Take over or decide what somebody else owns: leads and above."""
    return actor is None or roles.in_scope(actor, item.department_id, item.domain_id, *roles.LEAD_ROLES)


def conflict(actor: User | None, item: ModerationItem) -> str:
    """Why this actor may not be the one who decides, in a sentence: it is their own organisation."""
    if actor is None or item.kind not in handlers:
        return ""
    return handlers[item.kind].conflict(item, actor)


def stands_in(actor: User | None, item: ModerationItem) -> bool:
    """Whether the owner is away today and this member is the deputy."""
    return actor is not None and item.deputy is not None and item.deputy.pk == actor.pk


def can_take_over(actor: User | None, item: ModerationItem) -> bool:
    """Take from its owner: a lead, or the deputy of somebody who is away."""
    return can_overrule(actor, item) or (can_moderate(actor, item) and stands_in(actor, item))


def can_decide(actor: User | None, item: ModerationItem) -> bool:
    """Whoever owns it or stands in for its owner, anybody in scope when nobody does, a lead always."""
    if not can_moderate(actor, item):
        return False
    owned_by_other = item.owner_id is not None and (actor is None or item.owner_id != actor.pk)
    return not owned_by_other or can_take_over(actor, item)

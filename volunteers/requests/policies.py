"""Who may do what to an engagement request."""

from django.db.models import Q

from jeveuxagir.accounts import roles
from jeveuxagir.accounts.models import Person, User, actor_person_id
from jeveuxagir.common.errors import NotAllowed

from .models import EngagementRequest


def require(allowed: bool) -> None:
    if not allowed:
        raise NotAllowed


def is_owner(actor: User | Person | None, request: EngagementRequest) -> bool:
    return request.person_id is not None and actor_person_id(actor) == request.person_id


def in_scope(actor: User, request: EngagementRequest) -> bool:
    """Whether a member of staff sees this request: its department is theirs, and their theme if they have one."""
    if roles.in_scope(actor, request.commune.department_id):
        return True
    return EngagementRequest.objects.filter(theme_scope(actor), pk=request.pk).exists()


def theme_scope(actor: User) -> Q:
    """The requests in a member's territory which name their theme or are open to anything. Rows may repeat."""
    return roles.scope_filter(actor, "commune__department", "domains", any_theme="open_to_anything")


def can_refuse(actor: User, request: EngagementRequest) -> bool:
    return roles.is_brigade(actor) and in_scope(actor, request)

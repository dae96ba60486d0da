"""Who may propose, who may see a request by its mailed link."""

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse

from jeveuxagir.accounts import roles
from jeveuxagir.accounts.models import User
from jeveuxagir.common.errors import NotAllowed
from volunteers.requests.models import EngagementRequest
from volunteers.requests.policies import in_scope

#: Product decision 15: the link of a proposal mail works 14 days, for this request only.
LINK_DAYS = 14
_SALT = "proposals.link"
_SESSION_KEY = "requests_by_link"


def require(allowed: bool) -> None:
    if not allowed:
        raise NotAllowed


def can_propose(actor: User, request: EngagementRequest) -> bool:
    return roles.is_brigade(actor) and in_scope(actor, request)


def link_for_mail(request: EngagementRequest) -> str:
    """A path that opens this request without signing in, for 14 days."""
    return reverse("proposals:by_link", args=[signing.dumps({"request": request.pk}, salt=_SALT)])


def request_of_link(token: str) -> int | None:
    """The request a mailed link opens; None when the link is false or too old."""
    try:
        return int(signing.loads(token, salt=_SALT, max_age=LINK_DAYS * 86400)["request"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None


def remember_link(http: HttpRequest, request_id: int, token: str) -> None:
    """Keep the link in the session, so that its token leaves the address bar."""
    links = http.session.get(_SESSION_KEY, {})
    links[str(request_id)] = token
    http.session[_SESSION_KEY] = links


def opened_by_link(http: HttpRequest, pk: int) -> EngagementRequest | None:
    """The request whose mailed link this visitor holds."""
    rows = EngagementRequest.objects.filter(pk=pk, person__isnull=False)
    request = rows.select_related("person", "commune").prefetch_related("domains", "skills").first()
    return request if request is not None and came_by_link(http, request) else None


def came_by_link(http: HttpRequest, request: EngagementRequest) -> bool:
    """Whether this visitor holds a link to this request that still works."""
    token = http.session.get(_SESSION_KEY, {}).get(str(request.pk))
    return token is not None and request_of_link(token) == request.pk

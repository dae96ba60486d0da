"""An organisation's space: who enters, and the panels that upper apps add to its pages."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from jeveuxagir.accounts.models import User
from jeveuxagir.common.errors import NotAllowed
from jeveuxagir.common.registries import Registry, panels
from jeveuxagir.ui.spaces import Space

from .enums import EMPLOYERS, MemberRole, State
from .models import Membership, Organisation


class SignedIn(HttpRequest):
    """A request whose account is known (LoginRequiredMiddleware)."""

    user: User


class SpaceRequest(SignedIn):
    """What `membership_required` hands to its view."""

    organisation: Organisation
    membership: Membership


def membership_required(*roles: str) -> Callable[[Any], Any]:
    """For views under /espace/<pk>-<slug>/: sets `request.organisation` and `request.membership`.

    Strangers get a 404; a member without one of `roles` (any, if none is named) is told so. An old slug redirects.

    @membership_required(*policies.HANDLERS)
    def missions(request, pk, slug): ...
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: SpaceRequest, pk: int, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
            membership = (
                Membership.objects.live()
                .filter(organisation_id=pk, person_id=request.user.person_id)
                .select_related("organisation__commune__department")
                .first()
            )
            if membership is None:
                raise Http404
            organisation = membership.organisation
            if slug != organisation.slug and request.method in ("GET", "HEAD"):
                match = request.resolver_match
                assert match is not None
                return redirect(
                    reverse(match.view_name, kwargs=match.kwargs | {"slug": organisation.slug})
                    + (f"?{request.GET.urlencode()}" if request.GET else "")
                )
            if roles and membership.role not in roles:
                raise NotAllowed(
                    f"Votre rôle ({membership.get_role_display()}) ne permet pas d’ouvrir cette page."
                )
            request.organisation = organisation
            request.membership = membership
            return view(request, pk, slug, *args, **kwargs)

        return wrapped

    return decorate


def panels_of(page: str, request: HttpRequest, obj: Any) -> list[SafeString]:
    """The page's panels that have something to say, drawn, in order."""
    drawn = []
    for panel in panels.of(page):
        context = panel.context(request, obj)
        if context is not None:
            drawn.append(render_to_string(panel.template, context, request))
    return drawn


@dataclass(frozen=True)
class Tab:
    """A page under an entry of the menu. `under`: the entries it may go under, the first that is shown has it."""

    order: int
    label: str
    path: str
    under: tuple[str, ...]
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """One line of a menu. `current`: what its `aria-current` says, nothing elsewhere."""

    label: str
    url: str
    current: str = ""


@dataclass(frozen=True)
class Menu:
    """The entries of a space, and the pages of the entry one is in: nothing when it has one page."""

    entries: list[Link]
    tabs: list[Link]
    here: str = ""


def menu_of(organisation: Organisation, membership: Membership, path: str) -> Menu:
    """What this member may open, seen from the page at `path`."""
    base = organisation.space_url
    shown = [("À faire", "")] + [
        (label, entry)
        for label, entry, roles in extra_sections
        if _opens(entry, roles, organisation, membership)
    ]
    shown.append(("Équipe", "equipe/"))
    if membership.role == MemberRole.OWNER:
        shown.append(("Réglages", "reglages/"))
    paths = {entry for _, entry in shown}
    parents: dict[str, str] = {}
    pages: dict[str, list[Tab]] = {}
    for tab in sorted(tabs, key=lambda tab: (tab.order, tab.label)):
        parent = next((entry for entry in tab.under if entry in paths), None)
        if parent is not None and (not tab.roles or membership.role in tab.roles):
            parents[tab.path] = parent
            pages.setdefault(parent, []).append(tab)
    shown = [(label, entry) for label, entry in shown if parents.get(entry, entry) == entry]

    known = {*(entry for _, entry in shown if entry), *parents}
    inside = [one for one in known if path.startswith(base + one)]
    here = max(inside, key=len) if inside else "" if path == base else None
    top = parents.get(here, here) if here is not None else None
    own = pages.get(top, []) if top is not None else []

    def link(label: str, target: str, current: str | None) -> Link:
        return Link(
            label, base + target, "" if target != current else "page" if path == base + target else "true"
        )

    return Menu(
        [link(label, entry, top) for label, entry in shown],
        [link(tab.label, tab.path, here) for tab in own] if len(own) > 1 else [],
        next((label for label, entry in shown if entry == top), ""),
    )


def _opens(path: str, roles: tuple[str, ...], organisation: Organisation, membership: Membership) -> bool:
    if roles and membership.role not in roles:
        return False
    if path in HOSTING_ONLY and not organisation.may_host:
        return False
    return path not in EMPLOYERS_ONLY or organisation.kind in EMPLOYERS


#: (label, path under the space, roles that may open it; empty for all). Filled in AppConfig.ready().
extra_sections: list[tuple[str, str, tuple[str, ...]]] = []
#: pages of an entry; an entry that is a tab of another one that is shown stands there alone. Filled the same way.
tabs: list[Tab] = []


def add_tab(order: int, label: str, path: str, *under: str, roles: tuple[str, ...] = ()) -> None:
    tab = Tab(order, label, path, under, roles)
    if tab not in tabs:
        tabs.append(tab)


#: what a member handles for an organisation, in words: function(organisation, person) → ["3 missions publiées"].
#: Filled by upper apps in AppConfig.ready(); said before that member is removed.
handling: Registry[Callable[[Organisation, Any], list[str]]] = Registry("what a member handles")
#: what closing the organisation ends, in sentences: function(organisation) → ["2 missions ferment."]. Said before.
ending: Registry[Callable[[Organisation], list[str]]] = Registry("what closing an organisation ends")
#: name → function(queryset of organisations) → those with something to do for volunteers now
with_missions: Registry[Callable[[Any], Any]] = Registry("organisations with open missions")

#: paths shown only to organisations that may host volunteers
HOSTING_ONLY: set[str] = set()
#: paths shown only to those who may give the time of their people
EMPLOYERS_ONLY: set[str] = set()


def spaces_of_user(user: Any) -> list[Space]:
    """The account menu's lines: one per organisation, the closed ones left out."""
    mine = Organisation.objects.of_person(user.person_id).exclude(state=State.CLOSED).order_by("name")
    return [Space(organisation.name, organisation.space_url) for organisation in mine]

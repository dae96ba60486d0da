"""The space of an alliance: who enters, its menu, and the panels that upper apps add to its pages.

Pages with panels: "alliance.home" (for the parties), "alliance.public" (for anybody; a panel stays silent unless
`alliance.shows(...)` its section). A panel's context is `function(request, alliance) -> dict | None`.
"""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.db.models.expressions import Combinable
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from jeveuxagir.accounts.models import Person, User
from jeveuxagir.common.errors import NotAllowed
from jeveuxagir.common.registries import Registry
from jeveuxagir.ui.spaces import Space

from . import policies
from .enums import Activity
from .models import Alliance, Party


class AllianceRequest(HttpRequest):
    """What `party_required` hands to its view."""

    user: User
    alliance: Alliance
    #: the live parties the person belongs to, then those they may act for
    parties: list[Party]
    acting: list[Party]


def party_required(*, act: bool = False, animate: bool = False) -> Callable[[Any], Any]:
    """For views under /alliances/<pk>-<slug>/: sets `request.alliance`, `request.parties` and `request.acting`.

    Strangers, staff included, get a 404; a member of a party who may not act (or animate) is told so.

    @party_required(act=True)
    def add_task(request, pk, slug): ...
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: AllianceRequest, pk: int, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
            mine = Alliance.objects.of_person(request.user.person).select_related("department", "category")
            alliance = mine.filter(pk=pk).first()
            if alliance is None:
                raise Http404
            if slug != alliance.slug and request.method in ("GET", "HEAD"):
                return redirect(
                    request.get_full_path().replace(f"/{pk}-{slug}/", f"/{pk}-{alliance.slug}/", 1)
                )
            request.alliance = alliance
            request.parties = policies.parties_of(request.user, alliance)
            request.acting = [party for party in request.parties if policies.acts_for(request.user, party)]
            if (act or animate) and not request.acting:
                raise NotAllowed("Vous lisez cette alliance, sans y agir : demandez à un responsable.")
            if animate and not any(party.is_animator for party in request.acting):
                raise NotAllowed("Cette page est pour qui anime l’alliance.")
            return view(request, pk, slug, *args, **kwargs)

        return wrapped

    return decorate


@dataclass(frozen=True)
class Section:
    """One page of the alliance's menu: the route takes `pk` and `slug`.

    Pages of the same `group` (of GROUPS) stand together under its name, at the place of the first.
    `shown=False`: a page that the journey leads to, without a line of its own.
    """

    label: str
    route: str
    order: int = 50
    shown: bool = True
    group: str = ""


#: what the menu calls the pages that belong together
GROUPS: Mapping[str, str] = {
    "parties": "Parties",
    "texts": "Textes",
    "steering": "Réunions et actions",
    "means": "Moyens",
    "results": "Résultats",
    "sharing": "Échanges",
}


@dataclass(frozen=True)
class MenuLine:
    """One word of the menu, with its pages (label, address); the word leads to the first."""

    label: str
    pages: list[tuple[str, str]]

    @property
    def url(self) -> str:
        return self.pages[0][1]

    @property
    def is_group(self) -> bool:
        return len(self.pages) > 1

    @property
    def paths(self) -> list[str]:
        return [path for _label, path in self.pages]


@dataclass(frozen=True)
class Owed:
    """One line of « qui doit quoi » on the alliance's home: who, what, until when, where it is done.

    `names`: the parties that `who` counts without naming them (« 4 parties »).
    """

    who: str
    what: str
    url: str
    due: datetime.date | None = None
    names: tuple[str, ...] = ()

    def is_for(self, names: set[str]) -> bool:
        """Whether one of these parties is to do it."""
        return self.who in names or not names.isdisjoint(self.names)


@dataclass(frozen=True)
class Sign:
    """What tells that a step of the journey is behind, or under way, without anybody ticking it.

    `done` and `under_way` are read in one statement, as annotations of an alliance.
    """

    words: str
    done: Combinable
    under_way_words: str = ""
    under_way: Combinable | None = None


#: step of the journey → Sign; each app adds those it knows
signs: Registry[Sign] = Registry("signs that a step is behind")
#: name → Section; each app adds its own in `AppConfig.ready()`
menu: Registry[Section] = Registry("pages of an alliance")
#: what a party still owes, in words, before it leaves: function(party) → ["2 obligations", "1 indicateur"].
owes: Registry[Callable[[Party], list[str]]] = Registry("what a party owes")
#: whether a party gives money, as an app above knows: function(party) → it cannot be said not to be a funder.
funds: Registry[Callable[[Party], bool]] = Registry("what a party funds")
#: why nobody else may hand over the place of a party now: function(party) → a sentence, or nothing.
keeps: Registry[Callable[[Party], str]] = Registry("what keeps a party its place")
#: what forgets a person and must still read which parties are theirs: function(person), safe to run twice.
before_erasing: Registry[Callable[[Person], None]] = Registry(
    "what an erasure asks before parties lose their person"
)
#: what is owed in an alliance now, for its home: function(alliance) → lines, the most urgent first.
owed: Registry[Callable[[Alliance], list[Owed]]] = Registry("what is owed in an alliance")

#: how several parties close together: function(alliance, actor, answers) → the address of the vote that it opens
closing: Registry[Callable[[Alliance, User, dict[str, str]], str]] = Registry("how an alliance closes")
#: where that vote is held now, if it is: function(alliance) → its address, or nothing
closing_vote: Registry[Callable[[Alliance], str]] = Registry("where the closing is voted")

#: where the parties decide on the role of trusted third party: function(alliance, party) → the address of that page
third_vote: Registry[Callable[[Alliance, Party], str]] = Registry("where a trusted third party is decided on")


@dataclass(frozen=True)
class Heritage:
    """What an app hands over to an alliance born from another: never a value, a name or a signature of the first.

    `section`: what the origin must show to the public for a stranger to take it; "" needs its agreement.
    """

    #: function(origin, whole): what there is to take, in words (« 7 articles de la charte »), or nothing
    offers: Callable[[Alliance, bool], str]
    #: function(origin, made, actor, whole); without `whole`, a stranger takes what the public page shows and no more
    copy: Callable[[Alliance, Alliance, User, bool], None]
    section: str = ""


#: name → Heritage, filled by upper apps
heritage: Registry[Heritage] = Registry("what an alliance hands over")


def owed_in(alliance: Alliance) -> list[Owed]:
    """Every line, the dated ones first by date."""
    lines = [line for source in owed for line in source(alliance)]
    return sorted(lines, key=lambda line: (line.due is None, line.due or datetime.date.max))


def owed_by(party: Party) -> list[str]:
    """What is to be handed over before this party leaves."""
    return [line for source in owes for line in source(party)]


def is_funding(party: Party) -> bool:
    """Whether this party gives money, or is asked for some."""
    return any(source(party) for source in funds)


def lines(alliance: Alliance) -> list[MenuLine]:
    """The menu: what stands alone, and the groups with their pages."""
    entries = sorted((section for section in menu if section.shown), key=lambda section: section.order)
    found: dict[str, MenuLine] = {}
    for entry in entries:
        line = found.setdefault(
            entry.group or entry.route, MenuLine(GROUPS[entry.group] if entry.group else entry.label, [])
        )
        line.pages.append((entry.label, reverse(entry.route, args=[alliance.pk, alliance.slug])))
    return list(found.values())


def route_to(alliance: Alliance, name: str) -> str:
    """The address of a menu entry by its name; "" while no app has that page."""
    return reverse(menu[name].route, args=[alliance.pk, alliance.slug]) if name in menu else ""


def spaces_of_user(user: Any) -> list[Space]:
    """The account menu's lines: one per alliance that goes on."""
    mine = Alliance.objects.of_person(user.person).exclude(activity=Activity.CLOSED).order_by("name")[:20]
    return [Space(alliance.name, alliance.space_url, "fr-icon-links-line") for alliance in mine]

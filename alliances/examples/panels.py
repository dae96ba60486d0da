"""What examples add elsewhere: a row on the homes, the alliance's home, one's own space, the kit, the journey."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.cache import cache

from alliances import policies as alliance_policies
from alliances.helps import SHOWN as HELPS
from alliances.helps import Help, helps
from alliances.library.illustrations import SHOWN as ILLUSTRATED
from alliances.library.illustrations import Illustration, illustrations
from alliances.models import Alliance
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do

from . import directory, from_alliance
from .models import Consent, Example

SHOWN = 5
#: one line of cards
HOME_ROW = 3
HOME_KEY, HOME_SECONDS = "examples:home", 300


def home_row(request: Any, _obj: Any = None) -> dict[str, Any] | None:
    """A fair few of them, for a home."""
    row = directory.home_row(HOME_ROW)
    return {"cards": [directory.Card(one) for one in row]} if row else None


def _site_home(request: Any, _obj: Any = None) -> dict[str, Any] | None:
    """The same on the site's home, chosen again every five minutes: that page asks nothing of the database."""
    return cache.get_or_set(HOME_KEY, lambda: home_row(request) or {}, HOME_SECONDS) or None


def _of_alliance(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """What is told of this alliance, and the button that tells it."""
    mine = list(
        Example.objects.of_alliance(alliance).exclude(state="archived").prefetch_related("consents")[:SHOWN]
    )
    may_tell = from_alliance.may_tell(alliance) and alliance_policies.can_act(request.user, alliance)
    if not mine and not may_tell:
        return None
    person = request.user.person.pk
    return {
        "examples": [
            (one, sum(row.is_agreed for row in one.consents.all()), len(one.consents.all()))
            for one in mine
            if one.is_public or one.consents.all() or one.person_id == person
        ],
        "may_tell": may_tell,
        "alliance": alliance,
    }


def _public(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    found = list(Example.objects.public().of_alliance(alliance)[:SHOWN])
    return {"examples": found} if found else None


def _my_space(request: Any, person: Person) -> dict[str, Any] | None:
    rows = Example.objects.of_person(person).exclude(state="archived").defer("search", "search_extra")
    found = list(rows.select_related("organisation").order_by("-updated_at")[:SHOWN])
    return {"examples": found} if found else None


def _asked(request: Any) -> list[ToDo]:
    """A party's consent is asked."""
    waiting = (
        Consent.objects.of_person(request.user.person)
        .waiting()
        .exclude(example__state="archived")
        .select_related("example")
    )
    return [
        ToDo(
            f"Dire si « {one.name} » est d’accord avec l’exemple « {one.example.title} »",
            f"{one.example.get_absolute_url()}accord/",
            one.asked_at,
            "Lire et répondre",
        )
        for one in waiting.order_by("asked_at", "pk")[:20]
    ]


def _illustrations() -> Mapping[tuple[str, str], tuple[int, Sequence[Illustration]]]:
    """For the grid of the kit: how many of each category and profile, and the most trusted of them."""
    rows = Example.objects.public().exclude(category=None).exclude(leader="").trusted_first()
    counts: dict[tuple[str, str], int] = defaultdict(int)
    shown: dict[tuple[str, str], list[Illustration]] = defaultdict(list)
    for one in rows.only("pk", "slug", "title", "category", "leader"):
        key = (str(one.category_id), one.leader)
        counts[key] += 1
        if len(shown[key]) < ILLUSTRATED:
            shown[key].append(Illustration(one.title, one.get_absolute_url()))
    return {key: (count, shown[key]) for key, count in counts.items()}


#: step of the journey → the category of partnership whose examples help there, or "" for any
_HELPING = {"constat": "", "categorie": "", "moyens": "", "transmettre": ""}


def _helps(keys: Any) -> dict[str, list[Help]]:
    """Where a story helps most: to begin, to name the partnership, to count the means, to hand over."""
    wanted = [key for key in keys if key in _HELPING]
    if not wanted:
        return {}
    rows = list(Example.objects.public().trusted_first().only("pk", "slug", "title")[: HELPS * len(_HELPING)])
    names = list(_HELPING)
    found = {}
    for key in wanted:
        start = names.index(key)
        found[key] = [Help("exemple", one.title, one.get_absolute_url()) for one in rows[start :: len(names)]]
    return found


def register() -> None:
    panels.register("library.home", Panel("examples/_home_row.html", home_row, order=10))
    panels.register("web.home", Panel("examples/_home_row.html", _site_home, order=10))
    panels.register("alliance.home", Panel("examples/_of_alliance.html", _of_alliance, order=95))
    panels.register("alliance.public", Panel("examples/_public.html", _public, order=95))
    panels.register("my_space", Panel("examples/_my_space.html", _my_space, order=58))
    to_do.register("examples", _asked)
    illustrations.register("examples", _illustrations)
    helps.register("examples", _helps)

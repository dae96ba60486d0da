"""What examples add elsewhere: a row on the homes, the alliance's home, one's own space, the kit, the journey."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.cache import cache
from django.db.models import Value
from django.urls import reverse

from alliances import policies as alliance_policies
from alliances.helps import SHOWN as HELPS
from alliances.helps import Help, helps
from alliances.library.illustrations import SHOWN as ILLUSTRATED
from alliances.library.illustrations import Illustration, illustrations
from alliances.models import Alliance
from alliances.spaces import Section, before_erasing, menu
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do

from . import directory, from_alliance, writing
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
            if one.is_out or one.consents.all() or one.person_id == person
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


#: step of the journey → what an example that helps with it speaks of, as one would type it in the search
_SPEAKING = {
    "constat": "constat or diagnostic or besoins",
    "tour-de-table": "partenaires or réunir or inviter",
    "premiere-rencontre": "rencontre or réunion or visite",
    "categorie": "partenariat or mécénat or coopération",
    "perimetre": "périmètre or quartier or limites",
    "roles": "rôle or référent or coordinateur",
    "charte": "charte or règles",
    "convention": "convention or signer",
    "moyens": "budget or subvention or financement",
    "rythme": "mois or trimestre or semaine",
    "actions": "essayer or ouvrir or atelier",
    "indicateurs": "compter or mesurer or peser",
    "evaluation": "évaluer or bilan or questionnaire",
    "transmettre": "transmettre or raconter or essaimer",
}


def _helps(keys: Any) -> dict[str, list[Help]]:
    """The most trusted of those that speak of a step; of a step that none speaks of, the most trusted of all."""
    rows = Example.objects.public().trusted_first()

    def few(key: str, saying: Any) -> Any:
        asked = saying.annotate(key=Value(key)).values_list(
            "key", "trust", "published_at", "pk", "slug", "title"
        )
        return asked[:HELPS]

    asked = [few(key, rows.saying(_SPEAKING[key])) for key in keys if key in _SPEAKING]
    any_step = few("", rows)
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for key, *row in any_step.union(*asked, all=True) if asked else ():
        found[key].append(tuple(row))
    return {
        key: [_help(row) for row in _ordered(found.get(key) or found[""])] for key in keys if key in _SPEAKING
    }


def _ordered(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """As `trusted_first` gave them: a union promises no order."""
    by_date = sorted(rows, key=lambda row: (row[1], row[2]), reverse=True)
    return sorted(by_date, key=lambda row: int(row[0]))


def _help(row: tuple[Any, ...]) -> Help:
    _trust, _published, key, slug, title = row
    return Help("exemple", title, reverse("examples:one", args=[key, slug]))


def register() -> None:
    panels.register("library.home", Panel("examples/_home_row.html", home_row, order=10))
    panels.register("web.home", Panel("examples/_home_row.html", _site_home, order=10))
    panels.register("alliance.home", Panel("examples/_of_alliance.html", _of_alliance, order=95))
    panels.register("alliance.public", Panel("examples/_public.html", _public, order=95))
    menu.register("example", Section("En faire un exemple", "examples:of_alliance", shown=False))
    panels.register("my_space", Panel("examples/_my_space.html", _my_space, order=58))
    to_do.register("examples", _asked)
    illustrations.register("examples", _illustrations)
    before_erasing.register("examples", writing.forget_party)
    helps.register("examples", _helps)

"""What the library adds to the journey of alliances: sheets beside each step, and methods that enter it (K52, K77)."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from alliances import services as alliances
from alliances.helps import SHOWN, Help, helps
from alliances.models import Alliance, GuidedStep
from jeveuxagir.accounts.models import User
from jeveuxagir.common.errors import RuleBroken

from .directory import NOUNS
from .enums import Shelf
from .models import Method, Resource

#: sheets that are looked at: those that name a step, the most trusted first
LOOKED_AT = 300


def methods_for(keys: Collection[str]) -> dict[str, list[Help]]:
    return _helps(Method, keys)


def resources_for(keys: Collection[str]) -> dict[str, list[Help]]:
    return _helps(Resource, keys)


def _helps(model: Any, keys: Collection[str]) -> dict[str, list[Help]]:
    """Those that help with the fewest steps first: what helps with everything helps with nothing."""
    rows = model.objects.public().filter(journey__overlap=list(keys)).trusted_first()
    found: dict[str, list[Help]] = defaultdict(list)
    sheets = list(rows.defer("search", "search_extra")[:LOOKED_AT])
    for sheet in sorted(sheets, key=lambda one: (one.trust, len(one.journey))):
        for key in sheet.journey:
            if len(found[key]) < SHOWN:
                found[key].append(Help(NOUNS[Shelf(sheet.shelf)], sheet.title, sheet.get_absolute_url()))
    return found


def add_to_alliance(method: Method, alliance: Alliance, *, actor: User, key: str) -> list[GuidedStep]:
    """The steps of a public method enter the journey of an alliance where one acts."""
    if not method.is_public:
        raise RuleBroken("Cette méthode n’est plus publiée.", code="state")
    return alliances.add_guide(
        alliance,
        actor=actor,
        key=key,
        source=method.title,
        source_url=method.get_absolute_url(),
        steps=method.steps,
    )


def register() -> None:
    helps.register("library.methods", methods_for)
    helps.register("library.resources", resources_for)

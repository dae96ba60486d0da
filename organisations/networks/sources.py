"""What a network reads of its members' open needs: upper apps say what is open, and count it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from jeveuxagir.common.registries import Registry


@dataclass(frozen=True)
class OpenNeed:
    """One open thing of a member, as anybody may read it."""

    kind: str  # French: « besoin de compétences »
    title: str
    url: str
    organisation: int
    until: date | None = None


@dataclass(frozen=True)
class Source:
    """`label` in French, plural; `found(organisations, limit)` the open ones of these organisations, the most pressing
    first; `counted(organisations)` how many. One query each."""

    label: str
    found: Callable[[Iterable[int], int], list[OpenNeed]]
    counted: Callable[[Iterable[int]], int]


#: filled by upper apps in AppConfig.ready()
open_needs: Registry[Source] = Registry("open needs of a network's members")

"""What a network reads of its members: upper apps say what is open, count it, and say what time was lent."""

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
    #: where the head passes it on: the name of a route of its space, and the key; none, it is not passed on
    pass_route: str = ""
    key: int = 0


@dataclass(frozen=True)
class Source:
    """`label` in French, plural; `found(organisations, limit)` the open ones of these organisations, the most pressing
    first; `by_organisation(organisations)` how many each has. One query each."""

    label: str
    found: Callable[[Iterable[int], int], list[OpenNeed]]
    by_organisation: Callable[[Iterable[int]], dict[int, int]]

    def counted(self, organisations: Iterable[int]) -> int:
        return sum(self.by_organisation(organisations).values())


#: filled by upper apps in AppConfig.ready()
open_needs: Registry[Source] = Registry("open needs of a network's members")


@dataclass(frozen=True)
class Lent:
    """Working time of one member that both sides validated: whole minutes of a year, for a need somewhere."""

    organisation: int
    year: int
    place: str
    minutes: int


@dataclass(frozen=True)
class TimeSource:
    """`label` in French; `found(organisations)` in one query; `in_words(minutes)`: « 12 jours »."""

    label: str
    found: Callable[[Iterable[int]], list[Lent]]
    in_words: Callable[[int], str]


#: filled by upper apps in AppConfig.ready()
time_lent: Registry[TimeSource] = Registry("time lent to a network's members, or by them")

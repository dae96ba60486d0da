"""What helps with a step of the journey: methods, tools, examples. Apps above register them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from jeveuxagir.common.registries import Registry

#: so many beside a step, the rest is one link away
SHOWN = 3


@dataclass(frozen=True)
class Help:
    """One sheet: what it is in a word (« méthode »), its title, its address."""

    sort: str
    title: str
    url: str


#: name → function(keys of steps) -> {key of a step: what helps, the best first}; in a number of queries that neither
#: steps nor sheets change
helps: Registry[Callable[[Collection[str]], Mapping[str, Sequence[Help]]]] = Registry("helps of the journey")


def helps_of(keys: Collection[str]) -> dict[str, list[Help]]:
    """For each step a few helps, of each sort in turn."""
    given = [source(keys) for source in helps]
    found: dict[str, list[Help]] = {}
    for key in keys:
        columns = [list(one.get(key, ())) for one in given]
        rows = max((len(column) for column in columns), default=0)
        mixed = [column[row] for row in range(rows) for column in columns if row < len(column)]
        found[key] = mixed[:SHOWN]
    return found

"""A network in figures, for its head: members, what they look for, the time that was lent, nobody told apart.

A member joins to be counted with the others: the time of fewer than `FEW` members is never given, nor what a
subtraction would give. So each line has that many members, the lines that have fewer are told together, and years and
places are told apart from one another: a year in one place would be few again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from jeveuxagir.common.text import NBSP
from organisations.models import Organisation

from .sources import Lent, open_needs, time_lent

#: fewer members than this are not told by their time
FEW = 5
#: lines of a chart, the others together
MOST = 8
NOWHERE = "Sans département"


@dataclass(frozen=True)
class Time:
    """`total` in words, empty when too few members are in it; pairs are (label, whole hours)."""

    label: str
    members: int
    total: str
    years: list[tuple[str, int]]
    places: list[tuple[str, int]]

    @property
    def is_few(self) -> bool:
        return 0 < self.members < FEW


@dataclass(frozen=True)
class Figures:
    members: int
    departments: list[tuple[str, int]]
    #: (« Missions ouvertes : 4 », [(department, how many)])
    needs: list[tuple[str, list[tuple[str, int]]]]
    time: list[Time]


def figures_of(members: Sequence[int]) -> Figures:
    """Two queries, and one a source, whatever the number of members."""
    rows = Organisation.objects.public().filter(pk__in=members)
    places = {pk: name or NOWHERE for pk, name in rows.values_list("pk", "commune__department__name")}
    needs = []
    for source in open_needs:
        found = source.by_organisation(members)
        by_place = _summed((places.get(pk, NOWHERE), count) for pk, count in found.items())
        title = f"{source.label.capitalize()}{NBSP}: {sum(found.values())}"
        needs.append((title, greatest(by_place)))
    return Figures(
        members=len(places),
        departments=greatest(_summed((place, 1) for place in places.values())),
        needs=needs,
        time=[_time(source.label, source.found(members), source.in_words) for source in time_lent],
    )


def _time(label: str, rows: list[Lent], in_words: Any) -> Time:
    members = len({row.organisation for row in rows})
    if members < FEW:
        return Time(label, members, "", [], [])
    years = sheltered([(str(row.year), row) for row in rows], "Autres années")
    return Time(
        label,
        members,
        in_words(sum(row.minutes for row in rows)),
        sorted(years),  # « Autres… » after the digits
        sheltered([(row.place or NOWHERE, row) for row in rows], "Autres départements"),
    )


def sheltered(rows: Iterable[tuple[str, Lent]], others: str) -> list[tuple[str, int]]:
    """Hours by label, each of `FEW` members at least, the others together; nothing when that leaves one line."""
    by: dict[str, list[Lent]] = {}
    for label, row in rows:
        by.setdefault(label, []).append(row)
    # the most members first, so that what joins the others is what is nearest to too few
    ranked = sorted(by.items(), key=lambda pair: (-_members(pair[1]), -_minutes(pair[1]), pair[0]))
    shown, rest = ranked[:MOST], [row for _, own in ranked[MOST:] for row in own]
    while shown and (_members(shown[-1][1]) < FEW or 0 < _members(rest) < FEW):
        rest += shown.pop()[1]
    lines = [(label, _hours(_minutes(own))) for label, own in shown]
    if rest:
        lines.append((others, _hours(_minutes(rest))))
    return lines if len(lines) > 1 else []


def greatest(numbers: dict[str, int]) -> list[tuple[str, int]]:
    """The greatest first, the others in one line."""
    ranked = sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0]))
    rest = sum(number for _, number in ranked[MOST:])
    return [*ranked[:MOST], *([("Autres départements", rest)] if rest else [])]


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for label, number in pairs:
        sums[label] = sums.get(label, 0) + number
    return sums


def _members(rows: Iterable[Lent]) -> int:
    return len({row.organisation for row in rows})


def _minutes(rows: Iterable[Lent]) -> int:
    return sum(row.minutes for row in rows)


def _hours(minutes: int) -> int:
    return (minutes + 30) // 60

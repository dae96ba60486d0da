"""A need or a trial, judged against every sheet: what a page shows of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import directory
from .models import Instrument
from .orientation import RULES, Asked, Reason, Verdict, orient

#: instruments in sight before « voir les autres »
SHOWN = 5


@dataclass(frozen=True)
class Line:
    """One instrument: why it fits, or by which rules it does not."""

    instrument: Instrument
    verdict: Verdict

    @property
    def failed(self) -> list[tuple[str, Reason]]:
        """[(name of the rule, reason)]."""
        return [(RULES[reason.rule], reason) for reason in self.verdict.failed]


@dataclass(frozen=True)
class Oriented:
    fitting: Sequence[Line]
    others: Sequence[Line]

    @property
    def first(self) -> Sequence[Line]:
        """Those in sight."""
        return self.fitting[:SHOWN]

    @property
    def more(self) -> Sequence[Line]:
        """The others that fit, folded."""
        return self.fitting[SHOWN:]


def of(asked: Asked) -> Oriented:
    """Every shown instrument, in a number of queries that their number does not change."""
    pairs = directory.sheets(Instrument.objects.public())
    by_sheet = {id(sheet): instrument for instrument, sheet in pairs}
    fitting, others = orient(asked, [sheet for _, sheet in pairs])
    return Oriented(
        _real_first(Line(by_sheet[id(one.sheet)], one) for one in fitting),
        _real_first(Line(by_sheet[id(one.sheet)], one) for one in others),
    )


def _real_first(lines: Iterable[Line]) -> list[Line]:
    """What a demo invents never comes before what exists."""
    return sorted(lines, key=lambda line: line.instrument.invented)

"""What the law says of lending working time: dated data with its source (data/rules.toml), read once.

A rule is shown where it matters. Where it bounds a duration, whoever goes past it is refused with the rule and its
source in the sentence: nothing is applied in silence. No tax advice.
"""

import datetime
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import NBSP
from jeveuxagir.ui.dates import day_of
from missions.offers.enums import PUBLIC_EMPLOYERS

DATA = Path(__file__).parent / "data" / "rules.toml"
#: older than this, a rule is to be read again in its source
STALE = datetime.timedelta(days=365)


@dataclass(frozen=True)
class Rule:
    """`employers`: "company", "public" or both. Durations are whole months, dates included."""

    code: str
    employers: Sequence[str]
    title: str
    text: str
    source: str
    url: str
    checked_on: datetime.date
    most_months_at_first: int | None = None
    most_months_in_all: int | None = None
    last_start: datetime.date | None = None

    @property
    def is_stale(self) -> bool:
        return today() > self.checked_on + STALE

    @property
    def cited(self) -> str:
        """« (source, vérifié le …) », behind the sentence that refuses."""
        again = f", à revérifier depuis{NBSP}" if self.is_stale else ", lu le "
        return f"{self.text} Source{NBSP}: {self.source}{again}{day_of(self.checked_on)}."


@lru_cache(maxsize=1)
def every() -> tuple[Rule, ...]:
    return tuple(Rule(**row) for row in tomllib.loads(DATA.read_text("utf-8"))["rules"])


def of_employer(kind: str) -> list[Rule]:
    """Those that an employer of this kind is under."""
    who = "public" if kind in PUBLIC_EMPLOYERS else "company"
    return [rule for rule in every() if who in rule.employers]


def check(kind: str, *, first: datetime.date, last: datetime.date, renewed: bool = False) -> None:
    """Raises RuleBroken, code = the rule's, when the law refuses these dates; the sentence cites the rule.

    `renewed`: an amendment, counted from the very first day.
    """
    months = months_between(first, last)
    for rule in of_employer(kind):
        most = (
            rule.most_months_in_all
            if renewed or rule.most_months_at_first is None
            else rule.most_months_at_first
        )
        if most is not None and past_months(first, last, most):
            raise RuleBroken(
                f"Ces dates font {months}{NBSP}mois, au-delà de ce que permet la loi. {rule.cited}",
                code=rule.code,
            )
        if rule.last_start is not None and not renewed and first > rule.last_start:
            raise RuleBroken(f"Ces dates commencent trop tard. {rule.cited}", code=rule.code)


def months_between(first: datetime.date, last: datetime.date) -> int:
    """Months begun, both days counted: 1 January to 31 March is 3."""
    after = last + datetime.timedelta(days=1)
    months = (after.year - first.year) * 12 + after.month - first.month
    return months + (1 if after.day > first.day else 0)


def past_months(first: datetime.date, last: datetime.date, months: int) -> bool:
    return months_between(first, last) > months

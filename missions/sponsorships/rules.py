"""What the law says of lending working time: dated data with its source (data/rules.toml), read once.

A rule is shown where it matters. Where it bounds a duration, whoever goes past it is refused with the rule and its
source in the sentence: nothing is applied in silence. No tax advice.
"""

import calendar
import datetime
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import NBSP, plural
from jeveuxagir.ui.dates import day_of
from missions.offers.enums import PUBLIC_EMPLOYERS

DATA = Path(__file__).parent / "data" / "rules.toml"
#: older than this, a rule is to be read again in its source
STALE = datetime.timedelta(days=365)
#: a renewal is no way to sign two periods at once: it is decided so long before the end at the soonest
RENEWED_AT_SOONEST = datetime.timedelta(days=183)
#: of the calendar, on average: 36 months are 1,096 days
DAYS_A_MONTH = Decimal("30.4375")


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
    #: what one renewal adds at most
    most_months_added: int | None = None
    #: all that one person was lent counts together, over all sponsorships of their employer
    accumulates: bool = False
    #: nothing begins nor goes on after it
    last_day: datetime.date | None = None
    #: somebody answers for it before the convention is proposed
    ethics_check: bool = False

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


def check(
    kind: str, *, first: datetime.date, last: datetime.date, agreed_until: datetime.date | None = None
) -> None:
    """Raises RuleBroken, code = the rule's, when the law refuses these dates; the sentence cites the rule.

    `agreed_until`: the end already signed, for an amendment; `first` is then the very first day. What goes past the
    first period is a renewal: it adds so much at most, and all together stays within the total.
    """
    for rule in of_employer(kind):
        most = rule.most_months_in_all
        renews = agreed_until is not None
        if rule.most_months_at_first is not None:
            renews = renews and past_months(first, last, rule.most_months_at_first)
            most = most if renews else rule.most_months_at_first
        if most is not None and past_months(first, last, most):
            raise RuleBroken(
                f"Du {day_of(first)} au {day_of(last)}, cela fait {length_in_words(first, last)}, au-delà de ce que "
                f"permet la loi. {rule.cited}",
                code=rule.code,
            )
        if renews and agreed_until is not None and rule.most_months_added is not None:
            begins = agreed_until + datetime.timedelta(days=1)
            if last > agreed_until and past_months(begins, last, rule.most_months_added):
                raise RuleBroken(
                    f"Ce renouvellement ajoute {length_in_words(begins, last)}, au-delà de ce que permet la loi. "
                    f"{rule.cited}",
                    code=rule.code,
                )
            if agreed_until > today() + RENEWED_AT_SOONEST:
                raise RuleBroken(
                    "Ces dates dépassent la première période. Un renouvellement est une nouvelle décision : sur ce "
                    f"site, elle se prend dans les six mois avant la fin, le {day_of(agreed_until)}. {rule.cited}",
                    code=rule.code,
                )
    check_last_day(kind, last)


def check_last_day(kind: str, last: datetime.date) -> None:
    for rule in of_employer(kind):
        if rule.last_day is not None and last > rule.last_day:
            raise RuleBroken(f"Ces dates vont trop loin. {rule.cited}", code=rule.code)


def check_person(kind: str, periods: Sequence[tuple[datetime.date, datetime.date]]) -> None:
    """All the periods for which one person is lent by one employer, those asked for included. Days that two
    sponsorships share count once."""
    days = sum((last - first).days + 1 for first, last in _merged(periods))
    for rule in of_employer(kind):
        most = rule.most_months_in_all
        if rule.accumulates and most is not None and days > round(most * DAYS_A_MONTH):
            raise RuleBroken(
                f"Avec ce qui est déjà signé pour cette personne, cela fait {days} jours en tout, au-delà de "
                f"{most}{NBSP}mois. {rule.cited}",
                code=rule.code,
            )


def ethics_rule(kind: str) -> Rule | None:
    """The rule that asks an employer of this kind for a check of ethics before somebody is lent."""
    return next((rule for rule in of_employer(kind) if rule.ethics_check), None)


def _merged(
    periods: Sequence[tuple[datetime.date, datetime.date]],
) -> list[tuple[datetime.date, datetime.date]]:
    merged: list[tuple[datetime.date, datetime.date]] = []
    for first, last in sorted(periods):
        if merged and first <= merged[-1][1] + datetime.timedelta(days=1):
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def months_between(first: datetime.date, last: datetime.date) -> int:
    """Months begun, both days counted: 1 January to 31 March is 3."""
    after = last + datetime.timedelta(days=1)
    months = (after.year - first.year) * 12 + after.month - first.month
    return months + (1 if after.day > first.day else 0)


def past_months(first: datetime.date, last: datetime.date, months: int) -> bool:
    return months_between(first, last) > months


def length_in_words(first: datetime.date, last: datetime.date) -> str:
    """« 20 mois et 1 jour », both days counted."""
    after = last + datetime.timedelta(days=1)
    months = (after.year - first.year) * 12 + after.month - first.month
    if _months_after(first, months) > after:
        months -= 1
    left = (after - _months_after(first, months)).days
    words = [f"{months}{NBSP}mois"] if months else []
    if left:
        words.append(plural(left, "jour"))
    return " et ".join(words)


def _months_after(day: datetime.date, months: int) -> datetime.date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))

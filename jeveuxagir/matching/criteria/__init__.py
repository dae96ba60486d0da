"""The criteria, and what each may weigh: the one table, published as it stands. There is no other boost."""

from typing import NamedTuple

from .activity import Activity
from .answering import Answering
from .base import FULL, Criterion
from .commitment import Commitment
from .distance import Distance
from .domain import Domain
from .remote import Remote
from .schedule import Schedule
from .skills import Skills
from .soon import Soon


class Weighted(NamedTuple):
    criterion: Criterion
    weight: int  # points for a perfect fit


#: From the heaviest down. The order also settles which of two equal reasons comes first.
CRITERIA = (
    Weighted(Distance(), 25),
    Weighted(Domain(), 20),
    Weighted(Activity(), 10),
    Weighted(Skills(), 10),
    Weighted(Schedule(), 10),
    Weighted(Remote(), 10),
    Weighted(Commitment(), 5),
    Weighted(Answering(), 5),
    Weighted(Soon(), 5),
)

__all__ = ["CRITERIA", "FULL", "Criterion", "Weighted"]

"""The balance of an agreement's obligations between its parties. Pure: it counts and names, it does not judge."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

#: Beyond this share held by one party, the page says so before anybody signs (K43).
MOST_SHARE = 0.70


@dataclass(frozen=True)
class Held:
    """One obligation: who holds it, under which clause."""

    party: str
    clause: str


@dataclass(frozen=True)
class Share:
    party: str
    count: int
    #: between 0 and 1
    share: float
    #: (clause, how many of its obligations this party holds), the heaviest first
    clauses: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Balance:
    shares: tuple[Share, ...]
    total: int

    @property
    def heaviest(self) -> Share | None:
        """The party that holds too much, if one does; one obligation alone is no imbalance."""
        if self.total < 2 or not self.shares or self.shares[0].share <= MOST_SHARE:
            return None
        return self.shares[0]

    @property
    def idle(self) -> tuple[str, ...]:
        """The parties that promise nothing."""
        return tuple(share.party for share in self.shares if not share.count)


def balance(parties: Iterable[str], obligations: Iterable[Held]) -> Balance:
    """The share of each party, the heaviest first; at equal count, in the order given."""
    held = list(obligations)
    order = list(dict.fromkeys(parties))
    counts = Counter(one.party for one in held)
    shares = [
        Share(
            party,
            counts[party],
            counts[party] / len(held) if held else 0.0,
            tuple(Counter(one.clause for one in held if one.party == party).most_common()),
        )
        for party in order
    ]
    shares.sort(key=lambda share: -share.count)
    return Balance(tuple(shares), len(held))

"""What the votes say, by the rule of the alliance. Pure: no table, no clock.

One party, one vote. A facilitator votes too, but never decides alone: a decision needs a yes of somebody else.
`over` says whether the vote has ended: before that, an outcome is told only when no vote to come can change it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from alliances.enums import Rule

from .enums import Choice


@dataclass(frozen=True)
class Voter:
    """A live party, and its college."""

    party: int
    college: str
    is_facilitator: bool = False


@dataclass(frozen=True)
class Count:
    """Votes for, against, abstentions, and parties that said nothing."""

    yes: int = 0
    no: int = 0
    abstain: int = 0
    silent: int = 0

    @property
    def majority_now(self) -> bool:
        return self.yes > self.no

    @property
    def majority_for_sure(self) -> bool:
        """Even if all who are silent said no."""
        return self.yes > self.no + self.silent

    @property
    def lost_for_sure(self) -> bool:
        """Even if all who are silent said yes."""
        return self.yes + self.silent <= self.no


@dataclass(frozen=True)
class Outcome:
    """`adopted` is None while votes to come may change it. `why` is a French sentence."""

    adopted: bool | None
    why: str
    whole: Count
    colleges: Mapping[str, Count] = field(default_factory=dict)


def tally(rule: str, voters: Iterable[Voter], votes: Mapping[int, str], *, over: bool) -> Outcome:
    """`votes`: party → choice; the vote of a party that is no voter any more is not counted."""
    here = list(voters)
    whole = _count(here, votes)
    colleges = {
        college: _count([one for one in here if one.college == college], votes)
        for college in dict.fromkeys(one.college for one in here)
    }
    adopted, why = _RULES[Rule(rule)](whole, colleges, over)
    if adopted and not any(votes.get(one.party) == Choice.FOR for one in here if not one.is_facilitator):
        undecided = not over and any(one.party not in votes for one in here if not one.is_facilitator)
        adopted, why = (None if undecided else False), "Un facilitateur ne décide pas seul."
    return Outcome(adopted, why, whole, colleges)


def _count(voters: list[Voter], votes: Mapping[int, str]) -> Count:
    said = [votes.get(one.party) for one in voters]
    return Count(
        said.count(Choice.FOR), said.count(Choice.AGAINST), said.count(Choice.ABSTAIN), said.count(None)
    )


def _consent(whole: Count, colleges: Mapping[str, Count], over: bool) -> tuple[bool | None, str]:
    if whole.no:
        return (False if over or not whole.silent else None), "Une partie au moins s’oppose."
    if not whole.silent or over:
        return (bool(whole.yes), "Personne ne s’oppose." if whole.yes else "Personne n’a dit oui.")
    return None, "Personne ne s’est opposé pour l’instant."


def _majority(whole: Count, colleges: Mapping[str, Count], over: bool) -> tuple[bool | None, str]:
    if whole.majority_for_sure or (over and whole.majority_now):
        return True, "La majorité des voix exprimées est pour."
    if over or whole.lost_for_sure:
        return False, "La majorité des voix exprimées n’est pas pour."
    return None, "La majorité n’est pas encore connue."


def _unanimity(whole: Count, colleges: Mapping[str, Count], over: bool) -> tuple[bool | None, str]:
    if whole.no or whole.abstain:
        return False, "Une partie au moins n’est pas pour."
    if not whole.silent:
        return bool(whole.yes), "Toutes les parties sont pour." if whole.yes else "Personne n’a dit oui."
    return (False if over else None), "Il manque la voix d’une partie au moins."


def _per_college(whole: Count, colleges: Mapping[str, Count], over: bool) -> tuple[bool | None, str]:
    won = [count.majority_for_sure or (over and count.majority_now) for count in colleges.values()]
    if won and all(won):
        return True, "La majorité est pour dans chaque collège."
    if over or any(count.lost_for_sure for count in colleges.values()) or not colleges:
        return False, "Un collège au moins n’est pas pour."
    return None, "La majorité n’est pas encore connue dans chaque collège."


_RULES = {
    Rule.CONSENT: _consent,
    Rule.MAJORITY: _majority,
    Rule.UNANIMITY: _unanimity,
    Rule.PER_COLLEGE: _per_college,
}

"""What the votes say by each rule; and what holds whatever the votes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alliances.enums import College, Rule
from alliances.governance.enums import Choice
from alliances.governance.tally import Outcome, Voter, tally

Y, N, A = Choice.FOR, Choice.AGAINST, Choice.ABSTAIN


def vote(rule: str, said: str, *, over: bool = False, colleges: str = "") -> Outcome:
    """`said`: one letter a party (y, n, a, and . for silence); `colleges`: one letter a party too."""
    names = colleges or "a" * len(said)
    voters = [Voter(number, college) for number, college in enumerate(names)]
    choices = {"y": Y, "n": N, "a": A}
    votes = {number: choices[letter] for number, letter in enumerate(said) if letter != "."}
    return tally(rule, voters, votes, over=over)


@pytest.mark.parametrize(
    ("rule", "said", "over", "adopted"),
    [
        (Rule.CONSENT, "yya", False, True),
        (Rule.CONSENT, "y..", False, None),
        (Rule.CONSENT, "y..", True, True),
        (Rule.CONSENT, "yyn", False, False),
        (Rule.CONSENT, "yn.", False, None),
        (Rule.CONSENT, "aaa", True, False),
        (Rule.CONSENT, "...", True, False),
        (Rule.MAJORITY, "yyn..", False, None),
        (Rule.MAJORITY, "yyy..", False, True),
        (Rule.MAJORITY, "yyn..", True, True),
        (Rule.MAJORITY, "yn", True, False),
        (Rule.MAJORITY, "nnn..", False, False),
        (Rule.MAJORITY, "aaa", True, False),
        (Rule.UNANIMITY, "yyy", False, True),
        (Rule.UNANIMITY, "yy.", False, None),
        (Rule.UNANIMITY, "yy.", True, False),
        (Rule.UNANIMITY, "yya", False, False),
    ],
)
def test_a_rule_decides(rule: str, said: str, over: bool, adopted: bool | None) -> None:
    outcome = vote(rule, said, over=over)
    assert outcome.adopted is adopted
    assert outcome.why.endswith(".")


def test_per_college_a_crowd_of_one_world_does_not_decide_for_the_others() -> None:
    assert vote(Rule.PER_COLLEGE, "yyyyyn", colleges="aaaaac", over=True).adopted is False
    assert vote(Rule.PER_COLLEGE, "yynyy", colleges="aaacp", over=True).adopted is True
    assert vote(Rule.PER_COLLEGE, "yy.", colleges="aac").adopted is None
    assert vote(Rule.PER_COLLEGE, "yy.", colleges="aac", over=True).adopted is False


def test_a_facilitator_never_decides_alone() -> None:
    voters = [Voter(1, College.PUBLIC, is_facilitator=True), Voter(2, College.COMPANIES)]
    for rule in (Rule.CONSENT, Rule.MAJORITY):
        outcome = tally(rule, voters, {1: Y}, over=True)
        assert outcome.adopted is False
        assert outcome.why == "Un facilitateur ne décide pas seul."
        assert tally(rule, voters, {1: Y, 2: A}, over=False).adopted is False
        assert tally(rule, voters, {1: Y, 2: Y}, over=False).adopted is True


def test_who_left_is_not_counted() -> None:
    outcome = tally(Rule.MAJORITY, [Voter(1, "a")], {1: Y, 2: N, 3: N}, over=True)
    assert outcome.adopted is True
    assert (outcome.whole.yes, outcome.whole.no) == (1, 0)


PARTIES = st.lists(
    st.tuples(st.sampled_from("acp"), st.booleans(), st.sampled_from([Y, N, A, None])), min_size=1, max_size=9
)


def read(parties: list[tuple[str, bool, str | None]]) -> tuple[list[Voter], dict[int, str]]:
    voters = [Voter(n, college, facilitator) for n, (college, facilitator, _) in enumerate(parties)]
    return voters, {n: choice for n, (_, _, choice) in enumerate(parties) if choice}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(list(Rule)), PARTIES)
def test_once_over_there_is_always_an_answer(rule: str, parties: list[tuple[str, bool, str | None]]) -> None:
    assert tally(rule, *read(parties), over=True).adopted is not None


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(list(Rule)), PARTIES, st.lists(st.sampled_from([Y, N, A]), min_size=9, max_size=9))
def test_what_is_told_before_the_end_is_never_taken_back(
    rule: str, parties: list[tuple[str, bool, str | None]], later: list[str]
) -> None:
    """Whatever those who are silent say afterwards, or if they stay silent."""
    voters, votes = read(parties)
    early = tally(rule, voters, votes, over=False).adopted
    if early is None:
        return
    everybody = {voter.party: later[voter.party] for voter in voters} | votes
    assert tally(rule, voters, everybody, over=True).adopted is early
    assert tally(rule, voters, votes, over=True).adopted is early


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(list(Rule)), PARTIES)
def test_one_more_yes_never_loses_a_decision(rule: str, parties: list[tuple[str, bool, str | None]]) -> None:
    voters, votes = read(parties)
    if tally(rule, voters, votes, over=True).adopted:
        for voter in voters:
            assert tally(rule, voters, votes | {voter.party: Y}, over=True).adopted

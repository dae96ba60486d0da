import pytest

from jeveuxagir.matching.criteria.commitment import Commitment
from jeveuxagir.matching.rows import Commitment as Rhythm
from jeveuxagir.matching.rows import Vocabulary
from tests.matching.builders import a_mission, a_request, an_occasion


def beside(wanted: Rhythm, asked: Rhythm):
    return an_occasion(a_request(commitment=wanted), a_mission(commitment=asked))


@pytest.mark.parametrize(
    ("wanted", "asked", "fit"),
    [
        (Rhythm.WEEKLY, Rhythm.WEEKLY, 1000),
        (Rhythm.WEEKLY, Rhythm.ONE_OFF, 600),
        (Rhythm.MONTHLY, Rhythm.WEEKLY, 0),
        (Rhythm.ANY, Rhythm.WEEKLY, 0),
        (Rhythm.WEEKLY, Rhythm.ANY, 0),
    ],
)
def test_the_wished_rhythm_counts_most_a_heavier_one_never(wanted, asked, fit):
    assert Commitment().fit(beside(wanted, asked)) == fit


@pytest.mark.parametrize(
    ("asked", "exact"),
    [
        (Rhythm.ONE_OFF, "Rythme plus léger : ponctuel"),
        (Rhythm.MONTHLY, "Rythme plus léger : une fois par mois"),
        (Rhythm.WEEKLY, "Rythme plus léger : chaque semaine"),
        (Rhythm.MORE, "Rythme souhaité : plusieurs fois par semaine"),
    ],
)
def test_it_says_which(asked, exact):
    assert Commitment().exact(beside(Rhythm.MORE, asked), Vocabulary()) == exact
    assert Commitment().coarse(beside(Rhythm.MORE, asked)) == "À un rythme qui vous convient"

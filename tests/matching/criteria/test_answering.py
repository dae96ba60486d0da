import pytest

from jeveuxagir.matching.criteria.answering import Answering
from jeveuxagir.matching.rows import Vocabulary
from tests.matching.builders import a_mission, an_occasion


@pytest.mark.parametrize(
    ("days", "fit", "exact"),
    [
        (0, 1000, "Réponse habituelle le jour même"),
        (1, 900, "Réponse habituelle en 1 jour"),
        (5, 500, "Réponse habituelle en 5 jours"),
        (6, 400, ""),
        (10, 0, ""),
        (40, 0, ""),
        (None, 500, ""),
    ],
)
def test_a_fast_answer_counts_and_a_newcomer_is_trusted_with_the_promised_delay(days, fit, exact):
    occasion = an_occasion(mission=a_mission(answer_days=days))
    assert Answering().fit(occasion) == fit
    assert Answering().exact(occasion, Vocabulary()) == exact
    assert Answering().coarse(occasion) == "Une organisation qui répond vite"

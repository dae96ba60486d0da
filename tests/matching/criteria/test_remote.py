import pytest

from jeveuxagir.matching.criteria.remote import Remote
from jeveuxagir.matching.rows import Mode, Vocabulary
from tests.matching.builders import a_mission, a_request, an_occasion


@pytest.mark.parametrize(
    ("wanted", "offered", "fit"),
    [
        (Mode.REMOTE, Mode.REMOTE, 1000),
        (Mode.BOTH, Mode.BOTH, 1000),
        (Mode.ON_SITE, Mode.BOTH, 0),
        (Mode.BOTH, Mode.ON_SITE, 0),
    ],
)
def test_it_counts_when_both_sides_accept_it(wanted, offered, fit):
    assert Remote().fit(an_occasion(a_request(mode=wanted), a_mission(mode=offered))) == fit


@pytest.mark.parametrize(
    ("offered", "exact"), [(Mode.REMOTE, "Se fait à distance"), (Mode.BOTH, "Possible à distance")]
)
def test_it_says_whether_coming_is_possible_too(offered, exact):
    occasion = an_occasion(a_request(), a_mission(mode=offered))
    assert Remote().exact(occasion, Vocabulary()) == exact
    assert Remote().coarse(occasion) == "Possible de chez vous"

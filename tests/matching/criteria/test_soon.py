from datetime import timedelta

import pytest

from jeveuxagir.matching.criteria.soon import Soon
from jeveuxagir.matching.rows import Vocabulary
from tests.matching.builders import TODAY, a_mission, a_request, an_occasion, on, to_agree


@pytest.mark.parametrize(("days", "fit"), [(1, 1000), (60, 0), (90, 0)])
def test_it_fades_over_sixty_days(days, fit):
    assert Soon().fit(an_occasion(mission=a_mission(on(TODAY + timedelta(days=days))))) == fit


def test_sooner_is_never_worse():
    fits = [Soon().fit(an_occasion(mission=a_mission(on(TODAY + timedelta(days=n))))) for n in range(1, 90)]
    assert fits == sorted(fits, reverse=True)


def test_hours_to_agree_do_not_count():
    occasion = an_occasion(mission=a_mission(to_agree()))
    assert Soon().fit(occasion) == 0
    assert Soon().exact(occasion, Vocabulary()) == ""


def test_it_says_the_first_day():
    assert Soon().exact(an_occasion(), Vocabulary()) == "Dès le mercredi 2 décembre"
    assert Soon().coarse(an_occasion()) == "Bientôt"


def test_it_does_not_repeat_a_date_that_the_schedule_says():
    occasion = an_occasion(a_request(period_start=TODAY), a_mission(on(TODAY + timedelta(days=3))))
    assert Soon().exact(occasion, Vocabulary()) == ""

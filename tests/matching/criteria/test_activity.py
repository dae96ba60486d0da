from jeveuxagir.matching.criteria.activity import Activity
from tests.matching.builders import COOKING, READING, VOCABULARY, a_mission, a_request, an_occasion


def test_one_activity_in_common_is_a_perfect_fit():
    occasion = an_occasion(a_request(activities=READING | COOKING), a_mission(activities=COOKING))
    assert Activity().fit(occasion) == 1000
    assert Activity().exact(occasion, VOCABULARY) == "Activité souhaitée : Cuisine"
    assert Activity().coarse(occasion) == "Une activité que vous avez choisie"


def test_nothing_in_common_does_not_count():
    assert Activity().fit(an_occasion(a_request(activities=READING), a_mission(activities=COOKING))) == 0
    assert Activity().fit(an_occasion(a_request(activities=READING), a_mission())) == 0

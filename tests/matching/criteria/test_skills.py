import pytest

from jeveuxagir.matching.criteria.skills import Skills
from tests.matching.builders import (
    ACCOUNTING,
    DRAWING,
    DRIVING,
    FIRST_AID,
    VOCABULARY,
    a_mission,
    a_request,
    an_occasion,
)


@pytest.mark.parametrize(
    ("brought", "asked", "fit"),
    [
        (ACCOUNTING, ACCOUNTING, 1000),
        (ACCOUNTING | DRAWING, ACCOUNTING, 1000),
        (ACCOUNTING, ACCOUNTING | DRAWING | DRIVING, 333),
        (FIRST_AID, ACCOUNTING, 0),
        (0, ACCOUNTING, 0),
        (ACCOUNTING, 0, 0),
    ],
)
def test_the_share_of_what_is_asked_counts(brought, asked, fit):
    assert Skills().fit(an_occasion(a_request(skills=brought), a_mission(skills=asked))) == fit


def test_it_names_the_useful_skills_only():
    occasion = an_occasion(a_request(skills=DRIVING | DRAWING), a_mission(skills=DRIVING | FIRST_AID))
    assert Skills().exact(occasion, VOCABULARY) == "Compétence utile : Conduite"
    assert Skills().coarse(occasion) == "Vos compétences y sont utiles"

from jeveuxagir.matching.criteria.domain import Domain
from jeveuxagir.matching.rows import Vocabulary
from tests.matching.builders import HEALTH, NATURE, SPORT, VOCABULARY, a_mission, a_request, an_occasion


def test_one_domain_in_common_is_a_perfect_fit():
    occasion = an_occasion(a_request(domains=HEALTH | SPORT), a_mission(domains=SPORT | NATURE))
    assert Domain().fit(occasion) == 1000
    assert Domain().exact(occasion, VOCABULARY) == "Domaine souhaité : Sport"
    assert Domain().coarse(occasion) == "Dans un domaine que vous avez choisi"


def test_nothing_chosen_or_nothing_in_common_does_not_count():
    assert Domain().fit(an_occasion(a_request(), a_mission(domains=SPORT))) == 0
    assert Domain().fit(an_occasion(a_request(domains=HEALTH), a_mission(domains=SPORT))) == 0


def test_without_labels_the_sentence_still_stands():
    occasion = an_occasion(a_request(domains=SPORT), a_mission(domains=SPORT))
    assert Domain().exact(occasion, Vocabulary()) == "Domaine souhaité"

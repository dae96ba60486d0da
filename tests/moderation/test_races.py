"""Two moderators at once, over real transactions."""

import threading

from django.db import connections

from jeveuxagir.common.errors import Stale
from jeveuxagir.moderation import services
from organisations.models import Organisation
from tests import factories as f
from tests.moderation.test_items import pending


def together(*acts):
    """Run each act in its own thread and connection, at the same moment; gives what each returned or raised."""
    barrier, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index, act):
        try:
            barrier.wait()
            results[index] = act()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index, act)) for index, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_two_moderators_deciding_at_once_one_decides_and_the_other_is_told(committed_db):
    for _ in range(5):
        organisation, item = pending(siren="")
        first, second = f.make_staff(first_name="Inès"), f.make_staff(first_name="Marc")
        results = together(
            lambda item=item, first=first: services.decide(item, actor=first, decision="accept", version=1),
            lambda item=item, second=second: services.decide(
                item, actor=second, decision="refuse", reason="Doublon.", version=1
            ),
        )
        losers = [result for result in results if isinstance(result, Exception)]
        assert len(losers) == 1, results
        assert isinstance(losers[0], Stale), repr(losers[0])
        winner = next(result for result in results if not isinstance(result, Exception))
        assert winner.decided_by.person.first_name in losers[0].message
        expected = {"accept": "validated", "refuse": "refused"}[winner.decision]
        assert Organisation.objects.get(pk=organisation.pk).state == expected


def test_two_members_taking_an_item_at_once_have_one_owner(committed_db):
    _, item = pending()
    staff = [f.make_staff(), f.make_staff()]
    results = together(*[lambda user=user: services.take(item, actor=user) for user in staff])
    assert sum(isinstance(result, Exception) for result in results) == 1

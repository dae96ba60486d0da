"""Several workers match at once, with real commits: the loads of decision 16 hold."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections

from missions.participations.models import Participation
from missions.proposals import services
from missions.proposals.models import MatchDue, Proposal
from tests.factories import make_mission, make_person, make_request
from volunteers.requests.models import EngagementRequest

pytestmark = pytest.mark.usefixtures("committed_db")


def _at_once(*functions: Callable[[], object]) -> list[BaseException]:
    """Run all in threads that start together; gives what they raised."""
    barrier, errors = threading.Barrier(len(functions)), []

    def call(function: Callable[[], object]) -> None:
        try:
            barrier.wait(10)
            function()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=call, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors


def test_two_requests_of_one_person_matched_at_once_share_three_proposals() -> None:
    person = make_person()
    for _ in range(6):
        make_mission()
    pks = [make_request(person=person).pk for _ in range(4)]
    assert _at_once(*[lambda pk=pk: services.match_request(pk, cause="race") for pk in pks]) == []
    assert Proposal.objects.open().count() == 3


def test_many_requests_matched_at_once_propose_a_one_place_mission_three_times_at_most() -> None:
    make_mission(capacity=1)
    pks = [make_request().pk for _ in range(8)]
    assert _at_once(*[lambda pk=pk: services.match_request(pk, cause="race") for pk in pks]) == []
    assert Proposal.objects.open().count() == 3


def test_accepting_twice_at_once_applies_once() -> None:
    make_mission()
    request = make_request()
    [made] = services.match_request(request.pk, cause="race")

    def accept() -> None:
        services.accept(Proposal.objects.get(pk=made.pk), actor=request.person)

    errors = _at_once(accept, accept, accept)
    assert Participation.objects.count() == 1
    assert len(errors) == 2


def test_several_workers_empty_the_queue_together_each_request_once() -> None:
    for _ in range(3):
        make_mission(capacity=100)
    for _ in range(12):
        make_request()
    services.match_soon(EngagementRequest.objects.all(), cause="race")
    assert _at_once(services.match_due, services.match_due, services.match_due) == []
    assert MatchDue.objects.count() == 0
    assert Proposal.objects.count() == 36
    assert EngagementRequest.objects.filter(state="proposed").count() == 12

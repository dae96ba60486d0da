"""Two members answer the same applications at once, while people apply and cancel: nobody waits for ever."""

from collections import Counter
from typing import Any

from jeveuxagir.notifications.models import Message
from missions.participations import services
from missions.participations.models import Participation
from tests.factories import (
    make_member,
    make_mission,
    make_organisation,
    make_participation,
    make_person,
    make_slot,
    make_user,
)

from .test_seats import outcome, together

ROWS = 30


def test_each_person_is_answered_and_told_once_whoever_answers(committed_db: None) -> None:
    organisation = make_organisation()
    members = [make_member(organisation), make_member(organisation)]
    mission = make_mission(organisation=organisation, capacity=200)
    slots = [
        mission.slots.get(),
        make_slot(mission, in_days=12, capacity=200),
        make_slot(mission, in_days=13),
    ]
    rows = [make_participation(slot=slots[n % 2]) for n in range(ROWS)]
    leaving = [make_user(person=row.person) for row in rows[:4]]
    strangers = [make_person() for _ in range(4)]
    ids = [row.pk for row in rows]

    def accept_all(member: Any) -> Any:
        return services.answer_many(ids, actor=member, organisation=organisation, verb="accept")

    def decline_all(member: Any) -> Any:
        return services.answer_many(
            list(reversed(ids)), actor=member, organisation=organisation, verb="decline", reason="dates"
        )

    work: list[Any] = [lambda: accept_all(members[0]), lambda: decline_all(members[1])]
    work += [
        lambda who=who, row=row: outcome(lambda: services.cancel(row, actor=who))
        for who, row in zip(leaving, rows, strict=False)
    ]
    work += [
        lambda who=who: outcome(lambda: services.apply(person=who, slot=slots[0], actor=None))
        for who in strangers
    ]
    results = together(lambda act: act(), work, threads=len(work))
    assert len(results) == len(work), "nobody was refused for a lock"
    told = Message.objects.filter(kind__in=["participations.accepted", "participations.declined"])
    assert max(Counter(told.values_list("person", flat=True)).values()) == 1
    assert not Participation.objects.waiting().filter(pk__in=ids).exists()

"""The same version always gives the same results."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from random import Random

from jeveuxagir.matching import VERSION, judge, rank, to_json
from jeveuxagir.matching.half_days import half_day, whole_day
from jeveuxagir.matching.rows import Commitment, MissionRow, Mode, RequestRow, SlotKind, SlotRow

from .builders import TODAY, VOCABULARY

GOLDEN = Path(__file__).with_name("golden.json")


def test_a_change_of_results_asks_for_a_new_version():
    golden = json.loads(GOLDEN.read_text())
    results = {"version": VERSION, "digest": _digest()}
    assert results == golden, (
        f"The same rows give other results. If that is meant, raise VERSION and store {results}."
    )


def _digest() -> str:
    """A fingerprint of 30 requests against 60 missions: verdicts, order and words."""
    random = Random(2026)
    missions = [_mission(random, id) for id in range(1, 61)]
    requests = [_request(random, id) for id in range(1, 31)]
    rankings = [to_json(ranking) for ranking in rank(requests, missions, today=TODAY, vocabulary=VOCABULARY)]
    verdicts = [to_json(judge(request, mission, today=TODAY)) for request in requests for mission in missions]
    text = json.dumps([rankings, verdicts], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _point(random: Random) -> tuple[int, int]:
    return 45_000_000 + random.randrange(-400_000, 400_000), 5_000_000 + random.randrange(-400_000, 400_000)


def _request(random: Random, id: int) -> RequestRow:
    return RequestRow(
        id=id,
        department=random.choice(["26", "69"]),
        point=random.choice([None, *[_point(random)] * 5]),
        radius_m=random.choice([10_000, 30_000, 100_000]),
        mode=random.choice(list(Mode)),
        half_days=random.choice([0, random.getrandbits(21)]),
        period_start=random.choice([None, TODAY + timedelta(days=random.randrange(30))]),
        commitment=random.choice(list(Commitment)),
        domains=random.choice([0, 0b11]),
        activities=random.choice([0, 0b01]),
        skills=random.choice([0, 1 << 70, 0b11]),
        open_to_anything=random.random() < 0.3,
        eighteen_on=random.choice([None, None, TODAY + timedelta(days=20)]),
        places=random.choice([1, 1, 1, 2]),
        known_missions=frozenset({random.randrange(60)}),
    )


def _mission(random: Random, id: int) -> MissionRow:
    return MissionRow(
        id=id,
        department=random.choice(["26", "69"]),
        organisation_verified=random.random() < 0.95,
        mode=random.choice(list(Mode)),
        points=tuple(_point(random) for _ in range(random.randrange(3))),
        domains=1 << random.randrange(3),
        activities=1 << random.randrange(2),
        skills=random.choice([0, 0, 1 << 70 | 1, 0b10]),
        commitment=random.choice(list(Commitment)),
        minimum_age=random.choice([16, 18]),
        slots=tuple(_slot(random, id * 10 + rank) for rank in range(random.randrange(4))),
        open_proposals=random.randrange(4),
        overdue_applications=random.choice([0, 3, 12]),
        answer_days=random.choice([None, random.randrange(12)]),
        imported=random.random() < 0.2,
    )


def _slot(random: Random, id: int) -> SlotRow:
    kind, day = random.choice(list(SlotKind)), TODAY + timedelta(days=random.randrange(-10, 90))
    occupied = {
        SlotKind.DATED: half_day(day.weekday(), random.randrange(3)),
        SlotKind.WEEKLY: random.choice([whole_day(random.randrange(7)), 1 << random.randrange(21)]),
        SlotKind.UNDATED: 0,
    }
    return SlotRow(
        id=id,
        kind=kind,
        first_day=day if kind == SlotKind.DATED else None,
        half_days=occupied[kind],
        free_places=random.randrange(5),
    )

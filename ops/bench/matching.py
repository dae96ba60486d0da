"""From a request to its proposals.

    python -m ops.bench.matching [--missions N] [--requests N] [--rematch N]

1. A request is filed and confirmed; a real Celery worker, woken by the broker, matches it and stores the proposals. The
   time from the commit to the proposals, p95 of 100; the yardstick is the matching alone, in this process.
2. All requests (or N) are matched again by the readable engine behind a plain pre-selection in SQL, nothing stored: the
   time it would take to re-match the whole base, in one process.
"""

from __future__ import annotations

import os
import random
import sys
import time

from ops.bench.base import FOLDER, arguments, base
from ops.bench.site import ROOT, Times
from ops.services import Valkey, spawn, stop, wait_until

FILED = 100


def filed_to_proposals(rng: random.Random) -> tuple[Times, int]:
    """One request after the other: the time until the worker has stored its outcome."""
    from django.db import transaction

    from jeveuxagir.accounts.models import Person
    from jeveuxagir.territories.models import Commune
    from missions.proposals.models import MatchRun
    from volunteers.requests import services as requests
    from volunteers.requests.services import RequestData

    towns = list(Commune.objects.most_populated()[:200])
    times, proposed = [], 0
    for number in range(FILED):
        town = rng.choice(towns)
        with transaction.atomic():
            person = Person.objects.create(
                first_name="Nadia",
                commune=town,
                birth_year=1980,
                email=f"banc{time.time_ns()}@personnes.example",
            )
            data = RequestData(commune=town, radius_km=rng.choice((5, 10, 20)), open_to_anything=True)
            request = requests.file(person=person, data=data, actor=None)
        began = time.perf_counter()
        while not MatchRun.objects.filter(request=request).exists():
            if time.perf_counter() - began > 30:
                raise SystemExit(f"Request {number} was not matched in 30 s.")
            time.sleep(0.002)
        times.append(time.perf_counter() - began)
        proposed += request.proposals.count()
    return Times(times), proposed


def alone(rng: random.Random) -> Times:
    """The matching in this process, nothing stored."""
    from missions.proposals import matching
    from volunteers.requests.models import EngagementRequest

    times = []
    for request in _sample(rng, FILED):
        began = time.perf_counter()
        matching.run_for(EngagementRequest.objects.select_related("commune", "person").get(pk=request))
        times.append(time.perf_counter() - began)
    return Times(times)


def rematch(rng: random.Random, many: int) -> None:
    from missions.proposals import matching
    from volunteers.requests.models import EngagementRequest

    chosen = _sample(rng, many)
    began, worked = time.perf_counter(), time.process_time()
    pairs = found = 0
    for pk in chosen:
        request = EngagementRequest.objects.select_related("commune", "person").get(pk=pk)
        outcome = matching.run_for(request, limit=10)
        found += len(outcome.candidates)
        pairs += outcome.ranking.passed
    seconds = time.perf_counter() - began
    print(
        f"re-matched {len(chosen)} requests in {seconds:.0f} s: {len(chosen) / seconds:.0f} a second, "
        f"{1000 * seconds / len(chosen):.1f} ms each, {time.process_time() - worked:.0f} s of CPU besides the "
        f"database’s; {pairs / len(chosen):.0f} missions pass the gates, "
        f"{found / len(chosen):.1f} kept"
    )


def _sample(rng: random.Random, many: int) -> list[int]:
    from volunteers.requests.models import EngagementRequest

    keys = list(EngagementRequest.objects.order_by("pk").values_list("pk", flat=True))
    return keys if many >= len(keys) else rng.sample(keys, many)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--rematch", type=int, default=50_000, help="how many requests to match again")
    options = parser.parse_args()
    valkey = Valkey(FOLDER / "valkey", persistent=False)
    os.environ["CELERY_BROKER_URL"] = valkey.start()
    try:
        with base(options.missions, options.requests, fresh=options.fresh) as database:
            rng = random.Random(11)
            engine = alone(rng)
            log = FOLDER / "worker.log"
            log.unlink(missing_ok=True)
            env = {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "ops.bench.settings"}
            command = [sys.executable, "-m", "celery", "-A", "jeveuxagir", "worker", "--concurrency", "2"]
            command += ["--without-mingle", "--without-gossip", "--loglevel", "INFO"]
            worker = spawn(command, log=log, env=env, cwd=ROOT)
            try:
                wait_until(
                    lambda: log.exists() and b" ready." in log.read_bytes(), what="The worker", log=log
                )
                whole, proposed = filed_to_proposals(rng)
            finally:
                stop(worker)
            print(
                f"request filed to proposals stored   {whole}   ({proposed} proposals for {FILED} requests)"
            )
            print(f"the matching alone                  {engine}   whole = {whole.p95 / engine.p95:.1f} × it")
            rematch(rng, options.rematch)
    finally:
        valkey.stop()


if __name__ == "__main__":
    main()

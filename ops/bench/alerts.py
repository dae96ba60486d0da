"""What alerts take when missions open: from the missions that are new to what is found, then to the mails.

    python -m ops.bench.alerts [--alerts N] [--opened N] [--missions N] [--requests N]

50,000 alerts, by people of the base who live where people live, as they search: a town and a distance most of the
time, a domain, a word, an age. 1,000 of the base's missions are said to have just opened. The yardstick is each
search asked as the site asks it, on a few of them. All is rolled back.
"""

from __future__ import annotations

import random
import time
from typing import Any

from ops.bench.base import arguments, base
from ops.bench.feeds import database_time, memory
from ops.bench.search import WORDS

ALERTS, OPENED, ALONE, MAILS = 50_000, 1_000, 300, 300


def keep(count: int, rng: random.Random) -> None:
    """As many alerts, written as the site writes them."""
    from jeveuxagir.accounts.models import Person
    from jeveuxagir.common.clock import now
    from jeveuxagir.taxonomies.models import Activity, Domain
    from missions.alerts import queries
    from missions.alerts.models import SavedSearch
    from missions.search import SearchQuery

    people = list(Person.objects.filter(commune__latitude__isnull=False).select_related("commune")[:count])
    domains, activities = list(Domain.objects.active()), list(Activity.objects.active())
    around: dict[tuple[str, int], list[str]] = {}
    made: dict[tuple[int, str], SavedSearch] = {}
    since = now().replace(year=2000)
    while len(made) < count:
        person = rng.choice(people)
        query = SearchQuery(
            text=rng.choice(WORDS) if rng.random() < 0.3 else "",
            commune=person.commune if rng.random() < 0.85 else None,
            radius_km=rng.choice((5, 10, 20, 30, 50)),
            domains=tuple(rng.sample(domains, rng.randint(1, 2))) if rng.random() < 0.4 else (),
            activities=(rng.choice(activities),) if rng.random() < 0.15 else (),
            open_to_minors=rng.random() < 0.1,
        )
        if query.is_empty:
            continue
        written, place = (
            queries.canonical(query),
            (query.commune.pk if query.commune else "", query.radius_km),
        )
        if place not in around:
            around[place] = queries.departments_around(query)
        made[person.pk, written] = SavedSearch(
            person=person,
            query=written,
            label="Banc d’essai",
            rhythm="immediate",
            departments=around[place],
            domains=sorted(domain.pk for domain in query.domains),
            since=since,
        )
    SavedSearch.objects.bulk_create(made.values(), 5_000)


def one_by_one(rng: random.Random, opened: list[int]) -> float:
    """Seconds of processor, ours and PostgreSQL's, of one search asked as the site asks it."""
    from missions import search
    from missions.alerts import queries
    from missions.alerts.models import SavedSearch

    kept = rng.sample(list(SavedSearch.objects.values_list("query", flat=True)), ALONE)
    began = spent()
    for one in kept:
        query = queries.read(one).query
        assert query is not None
        list(search.matching(query).filter(pk__in=opened).order_by().values_list("pk", flat=True))
    return (spent() - began) / len(kept)


def spent() -> float:
    """Seconds of processor so far, ours and PostgreSQL's."""
    return time.process_time() + database_time()


def measured(name: str, work: Any) -> Any:
    """Run it, and say what it took."""
    began, busy, served = time.perf_counter(), time.process_time(), database_time()
    result = work()
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    print(
        f"{name:<34}{seconds:8.1f} s (CPU: {busy:6.1f} s ours, {database_time() - served:6.1f} s PostgreSQL)",
        flush=True,
    )
    return result


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--alerts", type=int, default=ALERTS)
    parser.add_argument("--opened", type=int, default=OPENED)
    options = parser.parse_args()
    with base(options.missions, options.requests, fresh=options.fresh):
        from django.db import transaction

        from jeveuxagir.common.clock import now
        from missions.alerts import services
        from missions.alerts.models import AlertHit, NewMission
        from missions.models import Mission

        rng = random.Random(11)
        with transaction.atomic():
            measured("(keeping the alerts)", lambda: keep(options.alerts, rng))
            ids = list(Mission.objects.open().order_by("pk").values_list("pk", flat=True))
            opened = rng.sample(ids, min(options.opened, len(ids)))
            NewMission.objects.bulk_create(NewMission(mission_id=pk) for pk in opened)
            alone = one_by_one(rng, opened)
            start = memory()

            def find() -> None:
                while services.collect():
                    pass

            began = spent()
            measured(f"{options.opened} missions, {options.alerts} alerts", find)
            each = (spent() - began) / options.alerts
            people = list(AlertHit.objects.values_list("alert__person", flat=True).distinct()[:MAILS])

            def tell() -> int:
                return sum(services.tell(pk, now()) for pk in people)

            print(
                f"{each * 1000:.2f} ms of CPU an alert; asked one by one {alone * 1000:.2f} ms "
                f"({alone / each:.0f} times longer); {AlertHit.objects.count()} found, memory +{memory() - start} MB"
            )
            told = measured(f"{len(people)} mails of the day", tell)
            print(f"{told} mails written")
            transaction.set_rollback(True)


if __name__ == "__main__":
    main()

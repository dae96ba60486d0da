"""The search page, the lookup of a town and what a naive page takes, in the same run.

    python -m ops.bench.search [--missions N] [--requests N]

Prints p50 and p95 of one client and of 16 clients at once, and how many times faster than the yardstick each is.
"""

from __future__ import annotations

import random
from urllib.parse import urlencode

from ops.bench.base import arguments, base
from ops.bench.site import measure, running_site

WORDS = (
    "lire",
    "jardin",
    "élèves",
    "repas",
    "déchets plage",
    "visites",
    "vélos",
    "musée",
    "numérique",
    "colis",
)
MISTYPED = ("jardinnage", "lectur", "biblotheque", "patrimone")
TRIES = 200


def searches(towns: list[str], rng: random.Random) -> list[str]:
    """As people search: a town most of the time, words often, a filter sometimes, a typing error now and then."""
    made = []
    for number in range(TRIES):
        asked: dict[str, str] = {}
        if rng.random() < 0.75:
            asked["lieu"], asked["rayon"] = rng.choice(towns), rng.choice(("5", "10", "20", "50", "100"))
        if rng.random() < 0.5:
            asked["q"] = rng.choice(MISTYPED if number % 20 == 0 else WORDS)
        if rng.random() < 0.2:
            asked["domaine"] = rng.choice(("education", "environnement", "sport"))
        if rng.random() < 0.1:
            asked["mineurs"] = "on"
        if rng.random() < 0.1:
            asked["page"] = str(rng.randint(2, 5))
        made.append("?" + urlencode(asked))
    return made


def main() -> None:
    options = arguments(__doc__).parse_args()
    with base(options.missions, options.requests, fresh=options.fresh) as database:
        from jeveuxagir.territories.models import Commune

        big = list(Commune.objects.most_populated()[:300])
        rng = random.Random(5)
        towns = [rng.choice(big).label for _ in range(60)]
        asked = searches(towns, rng)
        typed = [
            f"?{urlencode({'q': town.name[:length]})}" for town in rng.sample(big, 60) for length in (2, 3, 5)
        ]
        with running_site(database) as port:
            measure(port, [f"/missions/{query}" for query in asked[:20]])  # warm
            ours = measure(port, [f"/missions/{query}" for query in asked])
            crowd = measure(port, [f"/missions/{query}" for query in asked * 3], clients=16)
            plain = [query.replace("+%28", "%20%28").split("+")[0] for query in asked]
            naive = measure(port, [f"/naif/missions/{query}" for query in plain])
            naive_crowd = measure(port, [f"/naif/missions/{query}" for query in plain], clients=16)
            town = measure(port, [f"/territoires/lieux/{query}" for query in typed])
            naive_town = measure(port, [f"/naif/communes/{query}" for query in typed])
        for name, found, yardstick in (
            ("search, one client", ours, naive),
            ("search, 16 clients", crowd, naive_crowd),
            ("town lookup", town, naive_town),
        ):
            print(f"{name:<20} {found}   naive: {yardstick}   {yardstick.p95 / found.p95:4.1f} times faster")


if __name__ == "__main__":
    main()

"""The pages of places: how long the server takes for communes drawn at random, beside the naive page of the same run.

    python -m ops.bench.territories [--missions N] [--requests N] [--communes 200]

p95 of one request to each of 200 communes of the 34,900, none asked before: nothing of theirs is kept, their department
and region are after the first. The 12 smallest, Paris, Lyon, Marseille and overseas are always among them.
"""

from __future__ import annotations

import random

from ops.bench.base import arguments, base
from ops.bench.site import measure, running_site

TRIES = 40
ALWAYS = ("75056", "69123", "13055", "97209", "97411", "97302", "97611", "98818")


def addresses(wanted: int) -> list[str]:
    """Addresses of pages, always the same."""
    from jeveuxagir.territories.models import Commune

    rows = dict(Commune.objects.order_by("code").values_list("code", "slug"))
    small = Commune.objects.filter(population__gt=0).order_by("population", "code")
    codes = [code for code in ALWAYS if code in rows] + list(small.values_list("code", flat=True)[:12])
    others = sorted(rows.keys() - set(codes))
    codes += random.Random(17).sample(others, max(0, wanted - len(codes)))
    return [f"/territoires/communes/{code}-{rows[code]}/" for code in codes[:wanted]]


def index() -> None:
    """The base is made without the index of what is public: written once, kept with it."""
    from jeveuxagir.findable import services
    from jeveuxagir.findable.models import Entry

    if not Entry.objects.filter(kind="mission").exists():
        services.rebuild()


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--communes", type=int, default=200)
    options = parser.parse_args()
    with base(options.missions, options.requests, fresh=options.fresh) as database:
        paths = addresses(options.communes)
        index()
        with running_site(database) as port:
            measure(port, ["/naif/missions/"] * 5)
            naive = measure(port, ["/naif/missions/"] * TRIES)
            print(f"{'naive list':<20} {naive}")
            times = measure(port, paths)
            print(f"{'communes':<20} {times}   {times.p95 / naive.p95:4.1f} × the naive list", flush=True)
            again = measure(port, paths)
            print(f"{'the same, again':<20} {again}   {again.p95 / naive.p95:4.1f} × the naive list")


if __name__ == "__main__":
    main()

"""Alerts asked together find what the search finds of each."""

from __future__ import annotations

import datetime
from itertools import product

import pytest

from jeveuxagir.common.clock import today
from jeveuxagir.taxonomies.models import Activity
from missions import search
from missions.alerts import queries
from missions.alerts.finding import Finder
from missions.models import Mission, MissionAddress
from tests.factories import get_commune, make_mission

pytestmark = pytest.mark.django_db

TOWNS = ("23096", "87085", "97411", "97302")  # Guéret, Limoges, Saint-Denis (974), Cayenne


def world() -> list[int]:
    """Missions here and there, near each other and not, of several kinds."""
    made = []
    for number, (town, domain) in enumerate(product(TOWNS, ("education", "sport", "environnement"))):
        mission = make_mission(
            title=("Lire avec des élèves", "Planter des haies", "Encadrer un match")[number % 3],
            commune=town,
            domain=domain,
            minimum_age=(16, 18)[number % 2],
            mode=("on_site", "on_site", "hybrid", "remote")[number % 4],
            commitment=("weekly", "once")[number % 2],
        )
        mission.activities.set(Activity.objects.active()[number % 3 : number % 3 + 1])
        if number % 3 == 0:
            mission.slots.update(local_date=today() + datetime.timedelta(days=40))
        made.append(mission)
    near, far = get_commune("23096"), made[0]
    for step in range(1, 8):  # one every eleven kilometres to the north
        MissionAddress.objects.create(
            mission=far, commune=near, latitude=near.latitude + step / 10, longitude=near.longitude
        )
    make_mission(state="closed")
    return [mission.pk for mission in Mission.objects.all()]


def asked() -> list[str]:
    activities = [str(pk) for pk in Activity.objects.active().values_list("pk", flat=True)[:3]]
    places = [f"lieu={get_commune(code).label}&rayon={km}" for code in TOWNS for km in search.RADII]
    places += ["", "lieu=Nulle part (99)&rayon=10", "lieu=23000&rayon=20", "lieu=gueret&rayon=100"]
    day = today() + datetime.timedelta(days=30)
    others = [
        *("", "q=lire", 'q="haies" -lire', "domaine=sport&domaine=education", "mineurs=on", "rythme=once"),
        *(
            f"activite={activities[0]}&activite={activities[1]}",
            f"du={day}",
            f"au={day}",
            f"du={day}&au={day}",
        ),
        *("domaine=rien", "distance=on", "odd=4", f"au={today() - datetime.timedelta(days=1)}"),
    ]
    return ["&".join(filter(None, both)) for both in product(places, others)]


def test_together_or_alone_each_search_finds_the_same() -> None:
    ids = world()
    kept = asked()
    finder = Finder(ids)
    finder.prepare(kept)
    some = 0
    for one in kept:
        query = queries.read(one).query
        alone = (
            set(search.matching(query).filter(pk__in=ids).values_list("pk", flat=True)) if query else set()
        )
        assert finder.find(one) == alone, one
        some += bool(alone)
    assert some > 50


def test_ten_towns_or_a_hundred_are_one_question(
    django_assert_num_queries, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    from jeveuxagir.territories.models import Commune

    ids = world()
    labels = [commune.label for commune in Commune.objects.filter(latitude__isnull=False)[:100]]
    finder = Finder(ids)
    with django_assert_num_queries(1):
        finder.prepare(f"lieu={label}&rayon=20" for label in labels)
    with django_assert_max_num_queries(1):
        for label in labels:
            finder.find(f"lieu={label}&rayon=20&mineurs=on")

"""A generated base to measure on: 20,000 missions and 50,000 requests by default, all invented, always the same.

Kept in .var/bench/ and used again while its size is the one asked for; `--fresh` makes it anew. Every figure of
docs/performance.md comes from a script beside this one, on this base:

    python -m ops.bench.base [--missions N] [--requests N] [--fresh]
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ops.services import PostgreSQL

FOLDER = Path(__file__).resolve().parents[2] / ".var" / "bench"
MISSIONS, REQUESTS = 20_000, 50_000
PER_ORGANISATION = 8
BATCH = 5_000

DOING = (
    "Lire avec des élèves|education|lecture,école,enfants",
    "Aider aux devoirs|education|collège,français,calcul",
    "Servir des repas|solidarite-insertion|cuisine,repas,accueil",
    "Trier des vêtements|solidarite-insertion|vestiaire,tri,couture",
    "Visiter des personnes âgées|solidarite-insertion|écoute,sorties,jeux",
    "Planter des haies|environnement|arbres,jardin,biodiversité",
    "Ramasser les déchets|environnement|plage,rivière,forêt",
    "Jardiner ensemble|environnement|potager,compost,semis",
    "Réparer des vélos|environnement|atelier,mécanique,vélo",
    "Encadrer un entraînement|sport|football,jeunes,tournoi",
    "Tenir la buvette|sport|match,accueil,club",
    "Guider une visite|culture-loisirs|patrimoine,musée,histoire",
    "Monter un décor|culture-loisirs|théâtre,bricolage,scène",
    "Accompagner au numérique|numerique|ordinateur,démarches,téléphone",
    "Distribuer des colis|humanitaire|collecte,aliments,tri",
)
WITH_WHOM = (
    "en petite équipe",
    "le mercredi",
    "près de la gare",
    "au cœur du quartier",
    "pour la saison",
    "ensemble",
)
TEXT = (
    "Vous rejoignez une équipe accueillante qui agit toute l’année. Aucune expérience n’est demandée : quelqu’un "
    "vous montre tout le premier jour, et vous choisissez votre rythme. On y parle de {words}. "
)


def build(missions: int, requests: int) -> None:
    """Fill an empty, migrated database. Same numbers, same rows."""
    from jeveuxagir.accounts.models import Person
    from jeveuxagir.common.clock import now, today
    from jeveuxagir.taxonomies.models import Activity, Domain, Skill
    from jeveuxagir.territories.models import Commune
    from missions.enums import Commitment, MissionMode, SlotKind, State
    from missions.models import Mission, MissionAddress, Slot
    from organisations.enums import Kind
    from organisations.enums import State as OrganisationState
    from organisations.models import Organisation
    from volunteers.requests.enums import Mode
    from volunteers.requests.enums import State as RequestState
    from volunteers.requests.models import EngagementRequest

    rng = random.Random(17)
    rows = Commune.objects.filter(latitude__isnull=False, population__gt=0).select_related("department")
    communes = list(rows.order_by("code"))
    weights = list(itertools.accumulate(commune.population or 1 for commune in communes))

    def town() -> Commune:
        return rng.choices(communes, cum_weights=weights)[0]

    domains = {domain.pk: domain for domain in Domain.objects.active()}
    first_domain = next(iter(domains))
    activities = list(Activity.objects.active().order_by("pk"))
    skills = list(Skill.objects.active().order_by("pk"))
    day0, moment = today(), now()

    organisations = [
        Organisation(
            kind=Kind.ASSOCIATION,
            name=f"Association {rng.choice(('Entraide', 'Horizon', 'Racines', 'Passerelle', 'Le Lien'))} {number}",
            slug=f"association-{number}",
            state=OrganisationState.VALIDATED,
            may_host=True,
            commune=town(),
            description="Nous agissons avec les habitants depuis dix ans, sur des projets simples et utiles.",
            email=f"contact{number}@asso.example",
        )
        for number in range(max(1, missions // PER_ORGANISATION))
    ]
    Organisation.objects.bulk_create(organisations, BATCH)

    made: list[Mission] = []
    places: list[Commune] = []
    for number in range(missions):
        doing, domain, words = rng.choice(DOING).split("|")
        place = town()
        organisation = organisations[number // PER_ORGANISATION % len(organisations)]
        title = f"{doing} {rng.choice(WITH_WHOM)}"
        mode = rng.choices(list(MissionMode), [85, 8, 7])[0]
        made.append(
            Mission(
                organisation=organisation,
                title=title,
                slug=f"mission-{number}",
                description=TEXT.format(words=words.replace(",", ", ")) * rng.randint(2, 5),
                domain=domains.get(domain, domains[first_domain]),
                mode=mode,
                commitment=rng.choice(Commitment.values),
                minimum_age=rng.choice((16, 18)),
                department=place.department,
                state=State.OPEN,
                published_at=moment - timedelta(minutes=number),
                search_extra=f"{organisation.name} {place.name} {words.replace(',', ' ')}",
            )
        )
        places.append(place)
    Mission.objects.bulk_create(made, BATCH)
    MissionAddress.objects.bulk_create(
        (
            MissionAddress(
                mission=mission,
                commune=place,
                street=f"{rng.randint(1, 90)} rue Verte",
                postal_code=next(iter(place.postal_codes), ""),
                latitude=place.latitude,
                longitude=place.longitude,
            )
            for mission, place in zip(made, places, strict=True)
            if mission.mode != MissionMode.REMOTE
        ),
        BATCH,
    )
    Slot.objects.bulk_create(
        (
            slot
            for mission, place in zip(made, places, strict=True)
            for slot in _slots(rng, Slot, SlotKind, mission, place.timezone, day0)
        ),
        BATCH,
    )
    links: Any
    for links, column, terms, most in (
        (Mission.activities.through, "activity_id", activities, 2),
        (Mission.skills.through, "skill_id", skills, 2),
    ):
        links._default_manager.bulk_create(
            (
                links(**{"mission_id": mission.pk, column: term.pk})
                for mission in made
                for term in rng.sample(terms, rng.randint(0, most))
            ),
            BATCH,
        )

    people = [
        Person(
            first_name=rng.choice(("Nadia", "Thomas", "Rose", "Karim", "Lina", "Hugo", "Sylvie")),
            email=f"personne{number}@personnes.example",
            commune=town(),
            birth_year=rng.randint(1950, 2004),
        )
        for number in range(requests)
    ]
    Person.objects.bulk_create(people, BATCH)
    asked = [
        EngagementRequest(
            person=person,
            commune=person.commune,
            radius_km=rng.choice((5, 10, 20, 30)),
            mode=rng.choices([Mode.ON_SITE, Mode.BOTH, Mode.REMOTE], [70, 25, 5])[0],
            half_days=rng.choice((0, 0, rng.getrandbits(21))),
            commitment=rng.choice(("", "", "weekly", "once", "monthly")),
            state=RequestState.QUALIFIED,
            open_to_anything=True,
            confirmed_at=moment,
            without_proposal_since=moment,
        )
        for person in people
    ]
    EngagementRequest.objects.bulk_create(asked, BATCH)
    for links, column, keys in (
        (EngagementRequest.domains.through, "domain_id", list(domains)),
        (EngagementRequest.activities.through, "activity_id", [activity.pk for activity in activities]),
    ):
        links._default_manager.bulk_create(
            (
                links(**{"engagementrequest_id": request.pk, column: key})
                for request in asked
                for key in rng.sample(keys, rng.randint(0, 2))
            ),
            BATCH,
        )
    named = EngagementRequest.domains.through._default_manager.values("engagementrequest")
    EngagementRequest.objects.filter(pk__in=named).update(open_to_anything=False)


def _slots(rng: random.Random, slot: Any, kinds: Any, mission: Any, zone: str, day0: date) -> Iterator[Any]:
    """One to four slots: most dated, some weekly, some to agree."""
    kind = rng.choices((kinds.DATED, kinds.WEEKLY, kinds.UNDATED), [6, 3, 1])[0]
    if kind == kinds.UNDATED:
        yield slot(mission=mission, kind=kind, zone=zone, capacity=rng.randint(1, 10))
        return
    for _ in range(rng.randint(1, 4)):
        begins = rng.choice((9, 14, 18))
        start, end = clock_time(begins), clock_time(begins + 2)
        part = {9: 0, 14: 1, 18: 2}[begins]
        if kind == kinds.WEEKLY:
            weekday = rng.randrange(7)
            when: dict[str, Any] = {"weekday": weekday}
        else:
            day = day0 + timedelta(days=rng.randint(2, 180))
            weekday, place = day.weekday(), ZoneInfo(zone)
            when = {
                "local_date": day,
                "starts_at": datetime.combine(day, start, place),
                "ends_at": datetime.combine(day, end, place),
            }
        yield slot(
            mission=mission,
            kind=kind,
            zone=zone,
            start_time=start,
            end_time=end,
            half_days=1 << (weekday * 3 + part),
            capacity=rng.randint(1, 12),
            **when,
        )


@contextmanager
def base(missions: int = MISSIONS, requests: int = REQUESTS, *, fresh: bool = False) -> Iterator[str]:
    """The database's address, with Django set up on it. Stopped at the end, kept for the next time."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    stamp = FOLDER / "base.json"
    wanted = {
        "missions": missions,
        "requests": requests,
        "day": str(date.today()),
        "migrations": _migrations(),
    }
    known = json.loads(stamp.read_text()) if stamp.exists() and not fresh else {}
    server = PostgreSQL(
        FOLDER / "postgresql", settings={"synchronous_commit": "off", "shared_buffers": "512MB"}
    )
    os.environ["DATABASE_URL"] = server.start("bench")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jeveuxagir.settings.test")
    try:
        import django

        django.setup()
        if known != wanted:
            stamp.unlink(missing_ok=True)
            _fill(missions, requests)
            stamp.write_text(json.dumps(wanted))
        yield os.environ["DATABASE_URL"]
    finally:
        server.stop()


def _fill(missions: int, requests: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    began = time.perf_counter()
    print(f"Making {missions} missions and {requests} requests…", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        build(missions, requests)
        cursor.execute("VACUUM ANALYZE")
    print(f"Made in {time.perf_counter() - began:.0f} s.", flush=True)


def _migrations() -> str:
    """Changes with every migration: an older base is made again."""
    root = Path(__file__).resolve().parents[2]
    found = sorted(path for path in root.glob("**/migrations/0*.py") if ".venv" not in path.parts)
    return hashlib.sha256(b"".join(path.read_bytes() for path in found)).hexdigest()[:12]


def arguments(description: str | None) -> argparse.ArgumentParser:
    """The options that every script on this base has."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--missions", type=int, default=MISSIONS)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--fresh", action="store_true", help="make the base anew")
    return parser


def percentile(values: list[float], share: float) -> float:
    """The value under which this share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def main() -> None:
    options = arguments(__doc__).parse_args()
    with base(options.missions, options.requests, fresh=options.fresh):
        from missions.models import Mission
        from volunteers.requests.models import EngagementRequest

        print(f"{Mission.objects.count()} missions, {EngagementRequest.objects.count()} requests in {FOLDER}")


if __name__ == "__main__":
    main()

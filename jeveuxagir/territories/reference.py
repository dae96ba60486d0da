"""Load the places of France from the files of `data/`, built by `ops/data/build.py`."""

import csv
import hashlib
import json
import lzma
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from jeveuxagir.common.bulk import upsert
from jeveuxagir.common.text import slugify
from jeveuxagir.territories.models import (
    Arrondissement,
    Commune,
    Department,
    Epci,
    OldCommune,
    PointSource,
    Region,
    Source,
    Zone,
)
from jeveuxagir.territories.text import normalise

DATA = Path(__file__).parent / "data"
FORMAT = 1  # raise it when the same files must be read otherwise
LOCK = 20201117  # an advisory lock: two loaders wait for each other

#: Lines shown with a source on /donnees/: (what, how many).
Counts = Sequence[tuple[str, int]]


def load(connection: Any, counts: Mapping[str, Counts] | None = None) -> bool:
    """Load all unless this very vintage is there already. `counts`: of the sources that other apps hold."""
    other_counts = dict(counts or {})
    digest = _digest(other_counts)
    sources = tomllib.loads((DATA / "sources.toml").read_text("utf-8"))
    using = connection.alias
    if Source.objects.using(using).filter(checksum=digest).count() == len(sources):
        return False
    with transaction.atomic(using=using), connection.cursor() as cursor:
        # 35,000 communes on a machine that is slow or busy
        cursor.execute("SET LOCAL statement_timeout = '120s'")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        _load_places(cursor)
        _retire_communes(using)
        _write_sources(using, sources, {**_own_counts(using), **other_counts}, digest)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE territories_commune, territories_oldcommune, territories_arrondissement")
    return True


def _digest(counts: dict[str, Counts]) -> str:
    digest = hashlib.sha256(f"{FORMAT} {json.dumps(counts, sort_keys=True)}".encode())
    for path in sorted(DATA.iterdir()):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _rows(name: str) -> Iterator[list[str]]:
    path = DATA / name
    data = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
    rows = csv.reader(data.decode("utf-8").splitlines())
    next(rows)
    return rows


def _load_places(cursor: Any) -> None:
    upsert(cursor, Region, ["code", "name", "zone"], _rows("regions.csv"))
    upsert(cursor, Department, ["code", "name", "region_id", "zone"], _rows("departments.csv"))
    upsert(cursor, Epci, ["code", "name"], _rows("epci.csv"))
    areas = dict(_rows("areas.csv.xz"))
    upsert(
        cursor,
        Commune,
        [
            "code",
            "name",
            "slug",
            "search_name",
            "department_id",
            "epci_id",
            "postal_codes",
            "population",
            "area_km2",
            "latitude",
            "longitude",
            "point_source",
        ],
        (
            (
                code,
                name,
                slugify(name),
                normalise(name),
                department,
                epci or None,
                postal_codes.split(),
                population or None,
                areas.get(code),
                latitude or None,
                longitude or None,
                point_source,
            )
            for (
                code,
                name,
                department,
                epci,
                postal_codes,
                population,
                latitude,
                longitude,
                point_source,
            ) in _rows("communes.csv.xz")
        ),
    )
    upsert(
        cursor,
        Arrondissement,
        ["code", "name", "commune_id", "postal_codes", "population", "latitude", "longitude"],
        ([*row[:3], row[3].split(), *row[4:]] for row in _rows("arrondissements.csv")),
    )
    upsert(
        cursor,
        OldCommune,
        ["code", "name", "search_name", "commune_id"],
        ((code, name, normalise(name), commune) for code, name, commune in _rows("old_communes.csv")),
    )


def _retire_communes(using: str) -> None:
    """Move what points to a commune that merged since to the commune it joined, then forget the former."""
    known = {row[0] for row in _rows("communes.csv.xz")}
    successors = {code: commune for code, _, commune in _rows("old_communes.csv")}
    stored = set(Commune.objects.using(using).values_list("code", flat=True))
    gone = {code: successors[code] for code in stored - known if code in successors}
    if gone:
        for model in apps.get_models(include_auto_created=True):
            for field in model._meta.local_concrete_fields:
                if field.related_model is Commune:
                    rows = model._base_manager.using(using)
                    for old, new in gone.items():
                        if model._meta.auto_created:
                            _drop_twins(model, field, old, new, using)
                        rows.filter(**{field.attname: old}).update(**{field.attname: new})
        Commune.objects.using(using).filter(code__in=gone).delete()
    OldCommune.objects.using(using).exclude(code__in=successors).delete()
    epcis = {row[0] for row in _rows("epci.csv")}
    Epci.objects.using(using).exclude(code__in=epcis).filter(communes=None).delete()


def _drop_twins(through: Any, field: Any, old: str, new: str, using: str) -> None:
    """What names both the former commune and the one it joined keeps the latter once."""
    [owner] = [one for one in through._meta.local_concrete_fields if one.is_relation and one != field]
    rows = through._base_manager.using(using)
    already = rows.filter(**{field.attname: new}).values(owner.attname)
    rows.filter(**{field.attname: old, f"{owner.attname}__in": already}).delete()


def _own_counts(using: str) -> dict[str, Counts]:
    communes = Commune.objects.using(using).aggregate(
        all=Count("code"),
        no_postal_code=Count("code", filter=Q(postal_codes=[])),
        no_population=Count("code", filter=Q(population=None)),
        no_point=Count("code", filter=Q(latitude=None)),
        no_area=Count("code", filter=Q(area_km2=None)),
        with_epci=Count("epci"),
        islands=Count("code", filter=Q(epci=None) & ~Q(department__zone=Zone.COLLECTIVITY)),
        from_town_hall=Count("code", filter=Q(point_source=PointSource.TOWN_HALL)),
        from_geonames=Count("code", filter=Q(point_source=PointSource.GEONAMES)),
        from_inside=Count("code", filter=Q(point_source=PointSource.INSIDE)),
    )
    departments = Department.objects.using(using)
    collectivities = departments.filter(zone=Zone.COLLECTIVITY).count()
    return {
        "decoupage": [
            ("régions", Region.objects.using(using).exclude(zone=Zone.COLLECTIVITY).count()),
            ("départements", departments.count() - collectivities),
            ("collectivités et territoires d’outre-mer", collectivities),
            ("communes", communes["all"]),
            ("arrondissements de Paris, Lyon et Marseille", Arrondissement.objects.using(using).count()),
            ("anciens codes de commune", OldCommune.objects.using(using).count()),
        ],
        "intercommunalites": [
            ("intercommunalités", Epci.objects.using(using).count()),
            ("communes membres", communes["with_epci"]),
            ("îles sans intercommunalité", communes["islands"]),
        ],
        "codes-postaux": [
            ("communes avec un code postal", communes["all"] - communes["no_postal_code"]),
            ("sans code postal", communes["no_postal_code"]),
        ],
        "populations": [
            ("communes avec une population", communes["all"] - communes["no_population"]),
            ("sans population", communes["no_population"]),
        ],
        "superficies": [
            ("communes avec une superficie", communes["all"] - communes["no_area"]),
            ("sans superficie", communes["no_area"]),
        ],
        "mairies": [
            ("points à la mairie", communes["from_town_hall"]),
            ("points calculés dans le contour", communes["from_inside"]),
        ],
        "geonames": [
            ("points du bourg", communes["from_geonames"]),
            ("communes sans point", communes["no_point"]),
        ],
    }


def _write_sources(
    using: str, sources: dict[str, dict[str, str]], counts: dict[str, Counts], digest: str
) -> None:
    rows = Source.objects.using(using)
    rows.exclude(code__in=sources).delete()
    now = timezone.now()
    for position, (code, fields) in enumerate(sources.items()):
        rows.update_or_create(
            code=code,
            defaults={
                **fields,
                "counts": [list(line) for line in counts.get(code, ())],
                "position": position,
                "checksum": digest,
                "loaded_at": now,
            },
        )

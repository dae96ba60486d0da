"""Reading a CSV of examples from another base (K95): each good line is a sheet « importé, non relu », the rest is told.

    numero;titre;resume;contexte;avec_qui;mondes;categorie;porteur;commune;departement;type;taille;cout;cout_detail;
    duree_mois;etapes;resultats;preuve;preuve_lien;pieges;domaines;odd;lien;licence

Several values in a cell (mondes, etapes, pieges, avec_qui, domaines, odd) are parted by « | ». A line seen before
(same source, same `numero`) is brought up to date until the brigade has read it, then left as it is.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from alliances.enums import College
from alliances.library.enums import State
from alliances.library.forms import checked_link
from jeveuxagir.accounts.models import User
from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.constraints import constraint_of
from jeveuxagir.common.text import clean, fold, spaced
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.taxonomies.licences import Licence
from jeveuxagir.taxonomies.models import Domain, PartnershipCategory, Sdg
from jeveuxagir.territories import places
from jeveuxagir.territories.models import Commune, Department

from .enums import Cost, Ground, Leader, Size, size_of
from .models import Example, ImportRun

NEEDED = ("numero", "titre", "resume", "cout", "pieges", "resultats")
COLUMNS = (
    *("numero", "titre", "resume", "contexte", "avec_qui", "mondes", "categorie", "porteur", "commune"),
    *("departement", "type", "taille", "cout", "cout_detail", "duree_mois", "etapes", "resultats", "preuve"),
    *("preuve_lien", "pieges", "domaines", "odd", "lien", "licence"),
)
SEPARATORS = {";": "point-virgule", ",": "virgule", "\t": "tabulation"}
#: longest text of each column, as the sheet keeps it
LENGTHS = {
    "numero": 120,
    "titre": 140,
    "resume": 500,
    "contexte": 3000,
    "avec_qui": 2000,
    "cout_detail": 2000,
    "etapes": 4000,
    "resultats": 3000,
    "preuve": 300,
    "preuve_lien": 300,
    "pieges": 3000,
    "lien": 300,
}
MOST_LINES = 5000
MOST_KEPT_REFUSALS = 500
MOST_STEPS = 12
#: « < » right before a letter, « / » or « ! » opens a tag; « < 5 000 habitants » does not
_TAG = re.compile(r"<\s*[a-zA-Z/!]")
_FIELD_LIMIT = 200_000


#: what each column holds, for who fills the file; {…}: the values it takes
COLUMN_WORDS: Mapping[str, str] = {
    "numero": "le numéro de la fiche dans votre base : relu, il met la même fiche à jour",
    "titre": "ce qui a été fait, avec un verbe",
    "resume": "deux phrases",
    "contexte": "le point de départ",
    "avec_qui": "qui, et pour quoi faire, séparés par « | »",
    "mondes": "qui était autour de la table, séparés par « | » : {mondes}",
    "categorie": "la catégorie de partenariat : {categorie}",
    "porteur": "qui a mené : {porteur}",
    "commune": "« Guéret (23) », ou son code INSEE",
    "departement": "son numéro, si ce n’est pas une seule commune",
    "type": "{type}",
    "taille": "le nombre d’habitants : {taille} ; déduit de la commune s’il est vide",
    "cout": "en argent, la première année : {cout}",
    "cout_detail": "qui a payé quoi, et le temps passé",
    "duree_mois": "un nombre de mois",
    "etapes": "dans l’ordre, séparées par « | »",
    "resultats": "ce que cela a changé",
    "preuve": "le nom du document qui le montre",
    "preuve_lien": "son adresse",
    "pieges": "ce qui a mal marché, séparé par « | »",
    "domaines": "séparés par « | »",
    "odd": "les numéros des objectifs de développement durable, séparés par « | »",
    "lien": "l’adresse de la fiche d’origine",
    "licence": "{licence} ; la Licence Ouverte s’il est vide",
}
#: a good line, for the file to start from
SAMPLE: Mapping[str, str] = {
    "numero": "1",
    "titre": "Rouvrir le four du village",
    "resume": "Trois communes et une association ont rallumé un four. Le pain revient deux fois par semaine.",
    "contexte": "La dernière boulangerie avait fermé.",
    "avec_qui": "La mairie : le four | L’association : les fournées",
    "mondes": "associations | acteurs publics",
    "categorie": "cooperation-economique",
    "porteur": "elu",
    "commune": "Guéret (23)",
    "type": "rural",
    "cout": "petit",
    "cout_detail": "6 200 euros de briques et de bois, payés par les communes",
    "duree_mois": "9",
    "etapes": "Réparer le four | Trouver deux boulangers | Fixer les jours",
    "resultats": "Quatre-vingts pains par semaine",
    "preuve": "Cahier des fournées",
    "pieges": "La cheminée tirait mal | Personne n’avait prévu le bois de l’hiver",
    "domaines": "Solidarité et insertion",
    "odd": "11 | 12",
    "licence": "lo-2.0",
}


def columns() -> list[tuple[str, bool, str]]:
    """(name, whether it must be filled, what it holds) of each column, with the values it takes."""
    categories = PartnershipCategory.objects.order_by("position").values_list("code", flat=True)
    values = {
        "mondes": ", ".join(str(one.label).lower() for one in College),
        "categorie": ", ".join(categories),
        "porteur": _codes(Leader),
        "type": _codes(Ground),
        "taille": _labelled(Size),
        "cout": _labelled(Cost),
        "licence": _codes(Licence),
    }
    return [(name, name in NEEDED, spaced(COLUMN_WORDS[name].format(**values))) for name in COLUMNS]


def template() -> str:
    """A CSV to fill: the columns and one good line, with the mark that makes a spreadsheet read UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(COLUMNS)
    writer.writerow([SAMPLE.get(name, "") for name in COLUMNS])
    return "\ufeff" + out.getvalue()


def _codes(of: Any) -> str:
    return ", ".join(str(one.value) for one in of)


def _labelled(of: Any) -> str:
    return ", ".join(f"{one.value} ({one.label})" for one in of)


class Refused(Exception):
    """Why a line does not enter, in French."""


@dataclass
class Report:
    """What one file did. `refused`: (line of the file, sentence); line 0 is the whole file."""

    source: str
    created: int = 0
    updated: int = 0
    same: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)

    @property
    def entered(self) -> int:
        return self.created + self.updated + self.same


def read(content: bytes, *, source: str, actor: User | None) -> tuple[Report, ImportRun]:
    """Read a whole file. Nothing in it stops the rest: each refusal is told by its line."""
    report = Report(clean(source)[:120])
    for line, cells in _lines(content, report):
        try:
            _once(cells, report, actor)
        except Refused as refused:
            report.refused.append((line, str(refused)))
    run = _keep(report, actor)
    return report, run


# --- the file ---------------------------------------------------------------------------------------------------


def _lines(content: bytes, report: Report) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, {column: text}) of each line that can be read."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content[:1000]:
        report.refused.append((0, "Ce fichier est en UTF-16 : enregistrez-le en « CSV UTF-8 »."))
        return
    # a letter that is no UTF-8 becomes a mark that no text holds: its line alone is refused
    text = content.decode("utf-8-sig", errors="surrogateescape")
    first = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=lambda mark: len(_names(first.split(mark)) & set(COLUMNS)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    csv.field_size_limit(_FIELD_LIMIT)
    try:
        header = [_name(cell) for cell in next(reader, [])]
    except csv.Error:
        header = []
    missing = [name for name in NEEDED if name not in header]
    if missing:
        known = ", ".join(SEPARATORS.values())
        report.refused.append(
            (
                0,
                f"Il manque les colonnes : {', '.join(missing)}. La première ligne nomme les colonnes, séparées par "
                f"un même signe ({known}).",
            )
        )
        return
    seen: dict[str, int] = {}
    line, count = 1, 0
    while True:
        started = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            report.refused.append((started, "Cette ligne ne se lit pas : une cellule est trop longue."))
            continue
        line = started
        if not any(cell.strip() for cell in row):
            continue
        count += 1
        if count > MOST_LINES:
            report.refused.append((line, f"Au-delà de {MOST_LINES} lignes : coupez le fichier en plusieurs."))
            return
        refusal = _unreadable(row, header)
        if refusal:
            report.refused.append((line, refusal))
            continue
        cells = {name: clean(cell) for name, cell in zip(header, row, strict=True)}
        number = cells["numero"]
        if number in seen:
            report.refused.append((line, f"Le numéro « {number[:60]} » est déjà à la ligne {seen[number]}."))
            continue
        if number:
            seen[number] = line
        yield line, cells


def _unreadable(row: list[str], header: list[str]) -> str:
    if len(row) != len(header):
        return (
            f"{len(row)} cellules au lieu de {len(header)} : un séparateur en trop ou en moins, ou des guillemets "
            "oubliés."
        )
    if any("\udc80" <= letter <= "\udcff" for cell in row for letter in cell):
        return "Les accents ne se lisent pas : cette ligne n’est pas en UTF-8."
    return ""


def _name(cell: str) -> str:
    return fold(cell.encode("utf-8", "ignore").decode()).replace(" ", "_")


def _names(cells: list[str]) -> set[str]:
    return {_name(cell.strip().strip('"')) for cell in cells}


# --- one line ---------------------------------------------------------------------------------------------------


def _once(cells: Mapping[str, str], report: Report, actor: User | None) -> None:
    """A line that another reading of the same file writes at the same moment is read again: it is there then."""
    try:
        _one(cells, report, actor)
    except IntegrityError as error:
        if constraint_of(error) != "example_imported_once":
            raise
        _one(cells, report, actor)


def _one(cells: Mapping[str, str], report: Report, actor: User | None) -> None:
    values, domains, sdgs = _values(cells)
    key = cells["numero"]
    with transaction.atomic():
        rows = Example.objects.select_for_update(of=("self",), no_key=True)
        example = rows.filter(source=report.source, external_id=key).first()
        digest = _digest(cells)
        if example is not None and (example.is_read or not example.is_public):
            report.same += 1
            return
        if example is None:
            moment = now()
            example = Example(
                source=report.source,
                external_id=key,
                state=State.PUBLISHED,
                published_at=moment,
                state_changed_at=moment,
            )
            verb, made = "example.imported", True
        else:
            if _digest_of(example) == digest:
                report.same += 1
                return
            example.version += 1
            example.updated_at = now()
            verb, made = "example.import_updated", False
        for name, value in values.items():
            setattr(example, name, value)
        place = example.commune.department if example.commune else example.county
        example.department = place
        example.save()
        example.domains.set(domains)
        example.sdgs.set(sdgs)
        record(verb, example, actor=actor, digest=digest)
        if made:
            moderation.open_many(
                Example.KIND,
                [moderation.Opening(example, example.title, example.department_id)],
                cause=ModerationItem.Cause.CREATION,
                actor=actor,
            )
            report.created += 1
        else:
            report.updated += 1


def _digest(cells: Mapping[str, str]) -> str:
    joined = "\x1f".join(f"{name}={cells.get(name, '')}" for name in COLUMNS)
    return hashlib.sha256(joined.encode()).hexdigest()[:32]


def _digest_of(example: Example) -> str:
    """What the last reading of this line was."""
    rows = Event.objects.filter(
        subject_type=example._meta.label,
        subject_id=str(example.pk),
        verb__in=["example.imported", "example.import_updated"],
    )
    last = rows.order_by("-pk").values_list("data", flat=True).first()
    return str((last or {}).get("digest", ""))


def _values(cells: Mapping[str, str]) -> tuple[dict[str, Any], list[Domain], list[Sdg]]:
    """What the sheet keeps of a line. Raises Refused."""
    for name, text in cells.items():
        if _TAG.search(text):
            raise Refused(f"La colonne « {name} » contient du code : seul du texte est accepté.")
        if len(text) > LENGTHS.get(name, 2000):
            raise Refused(
                f"La colonne « {name} » dépasse {LENGTHS.get(name, 2000)} caractères ({len(text)})."
            )
    for name in NEEDED:
        if not cells[name]:
            raise Refused(_LACKS.get(name, f"La colonne « {name} » est vide."))
    steps = _several(cells, "etapes")
    if len(steps) > MOST_STEPS or any(len(step) > 300 for step in steps):
        raise Refused(f"{MOST_STEPS} étapes au plus, de 300 caractères chacune.")
    commune, county = _place(cells)
    size = _term(cells, "taille", Size)
    if not size and commune is not None and (known := size_of(commune.population)) is not None:
        size = str(known.value)
    months = cells.get("duree_mois", "")
    if months and not (months.isascii() and months.isdigit() and 1 <= int(months) <= 240):
        raise Refused("« duree_mois » est un nombre de mois, de 1 à 240.")
    colleges = [_one_of(value, College, "mondes") for value in _several(cells, "mondes")]
    licence = _term(cells, "licence", Licence) or Licence.OPEN.value
    values = {
        "title": cells["titre"],
        "summary": cells["resume"],
        "context": cells.get("contexte", ""),
        "parties": "\n".join(_several(cells, "avec_qui")),
        "colleges": list(dict.fromkeys(colleges)),
        "category": _category(cells.get("categorie", "")),
        "leader": _term(cells, "porteur", Leader),
        "commune": commune,
        "county": county,
        "ground": _term(cells, "type", Ground),
        "size": size,
        "cost": _term(cells, "cout", Cost),
        "cost_detail": cells.get("cout_detail", ""),
        "duration_months": int(months) if months else None,
        "steps": steps,
        "results": cells["resultats"],
        "proof": cells.get("preuve", ""),
        "proof_url": _link(cells, "preuve_lien"),
        "pitfalls": "\n".join(_several(cells, "pieges")),
        "source_url": _link(cells, "lien"),
        "licence": licence,
    }
    return values, _domains(cells), _sdgs(cells)


_LACKS = {
    "numero": "Sans numéro, la même ligne entrerait deux fois.",
    "cout": "Le coût manque : aucun exemple n’est publié sans lui.",
    "pieges": "Les pièges manquent : aucun exemple n’est publié sans eux.",
}


def _several(cells: Mapping[str, str], name: str) -> list[str]:
    return [part for part in map(str.strip, cells.get(name, "").split("|")) if part]


def _term(cells: Mapping[str, str], name: str, of: Any) -> str:
    value = cells.get(name, "")
    return _one_of(value, of, name) if value else ""


def _one_of(value: str, of: Any, name: str) -> str:
    """A value by its code or by its words."""
    wanted = fold(value)
    for one in of:
        if wanted in (fold(str(one.value)), fold(str(one.label))):
            return str(one.value)
    known = ", ".join(str(one.value) for one in of)
    raise Refused(f"« {value[:60]} » n’est pas une valeur de « {name} » ({known}).")


def _category(value: str) -> PartnershipCategory | None:
    if not value:
        return None
    wanted = fold(value)
    rows = list(PartnershipCategory.objects.order_by("position"))
    chosen = next((row for row in rows if wanted in (fold(row.code), fold(row.name))), None)
    if chosen is None:
        raise Refused(
            f"« {value[:60]} » n’est pas une catégorie de partenariat ({', '.join(row.code for row in rows)})."
        )
    return chosen


def _place(cells: Mapping[str, str]) -> tuple[Commune | None, Department | None]:
    typed, code = cells.get("commune", ""), cells.get("departement", "")
    if typed:
        commune = places.by_code(typed) or places.resolve(typed[:100]).commune
        if commune is None:
            raise Refused(f"Nous ne connaissons pas la commune « {typed[:60]} » : donnez son code INSEE.")
        return commune, None
    if code:
        department = Department.objects.select_related("region").filter(pk=code[:3].upper()).first()
        if department is None or len(code) > 3:
            raise Refused(f"« {code[:60]} » n’est pas le code d’un département.")
        return None, department
    return None, None


def _link(cells: Mapping[str, str], name: str) -> str:
    link = cells.get(name, "")
    if not link:
        return ""
    try:
        return checked_link(link)
    except ValidationError as wrong:
        raise Refused(f"Le lien de « {name} » est refusé : {' '.join(wrong.messages)}") from wrong


def _domains(cells: Mapping[str, str]) -> list[Domain]:
    asked = _several(cells, "domaines")
    known = {fold(str(key)): row for row in Domain.objects.active() for key in (row.code, row.name)}
    unknown = [value for value in asked if fold(value) not in known]
    if unknown:
        raise Refused(f"« {unknown[0][:60]} » n’est pas un domaine.")
    return [known[fold(value)] for value in asked]


def _sdgs(cells: Mapping[str, str]) -> list[Sdg]:
    asked = _several(cells, "odd")
    if not all(value.isascii() and value.isdigit() and 1 <= int(value) <= 17 for value in asked):
        raise Refused("Les ODD sont des numéros de 1 à 17.")
    return list(Sdg.objects.filter(pk__in=[int(value) for value in asked]))


@transaction.atomic
def _keep(report: Report, actor: User | None) -> ImportRun:
    run = ImportRun.objects.create(
        source=report.source,
        by=actor,
        created=report.created,
        updated=report.updated,
        same=report.same,
        refused=[list(one) for one in report.refused[:MOST_KEPT_REFUSALS]],
        refused_count=len(report.refused),
    )
    record("examples.file_read", run, actor=actor, created=report.created, refused=len(report.refused))
    return run

"""What a mission of a feed says, by the reading of API Engagement that we settled.

What its importer refuses is rejected, for the same reason, that line only. A bad optional value is left out and
reported. What its moderators refuse becomes a hint. Nothing is guessed, every value is read as text.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from jeveuxagir.common.clock import PARIS, now, today
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import NBSP, clean, fold, slugify
from jeveuxagir.taxonomies.api_engagement import DOMAIN_IN, domain_from, read_activities
from missions.enums import MissionMode
from missions.schedule import MAX_CAPACITY
from organisations import numbers
from organisations.enums import Kind

from . import plain_text
from .models import FeedIssue
from .reader import Node

#: Part of each digest: raise it when the reading changes, and every mission is read again.
VERSION = 1

Level = FeedIssue.Level
MAX_ID = 200
MAX_TITLE = 160
MAX_NAME = 160
MAX_DESCRIPTION = 20_000
MAX_URL = 1000
MAX_CONDITIONS = 2000
MAX_KEPT = 1000
#: What moderators of the hub refuse.
SHORT_DESCRIPTION = 300
OLD = timedelta(days=183)

#: Tags whose value is kept as it came, beside what we make of it.
KEPT = (
    *("domain", "activity", "remote", "schedule", "postedAt", "startAt", "endAt", "places", "openToMinors"),
    *("priority", "metadata", "image", "compensationAmount", "compensationUnit", "compensationType"),
    *("organizationUrl", "organizationType", "organizationStatusJuridique", "snu", "snuPlaces"),
)
KEPT_LISTS = {
    "tags": ("tags",),
    "audience": ("audience", "publicBeneficiaries", "publicsBeneficiaires"),
    "softSkills": ("softSkills", "soft_skills"),
    "romeSkills": ("romeSkills",),
    "organizationReseaux": ("organizationReseaux",),
}
_YES, _NO = {"yes", "true", "1"}, {"no", "false", "0", "non"}
_MODES = {
    **dict.fromkeys(("no", "non", "false", "0", "local"), MissionMode.ON_SITE),
    **dict.fromkeys(("possible", "oui", "yes", "true", "1", "hybride", "partiel"), MissionMode.HYBRID),
    **dict.fromkeys(("full", "total", "100", "remote"), MissionMode.REMOTE),
}
_UNITS = {
    **dict.fromkeys(("hour", "heure", "heures"), "par heure"),
    **dict.fromkeys(("day", "jour", "jours"), "par jour"),
    **dict.fromkeys(("month", "mois"), "par mois"),
    **dict.fromkeys(("year", "an", "ans", "annee", "année", "années"), "par an"),
}
_PAYS = {"gross": "bruts", "net": "nets"}
#: France and what ISO 3166 calls countries of their own.
_FRANCE = {"", "FR", "FRA", "FRANCE", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC", "TF"}
_ISO_DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)
_NUMBER = re.compile(r"[+-]?\d{1,9}(\.\d{1,6})?", re.ASCII)
_BADLY_ENCODED = re.compile("Ã[©¨ªà§´®»«¢]|â€™|â€œ")

_KINDS: tuple[tuple[str, frozenset[str]], ...] = (
    (Kind.ASSOCIATION, frozenset({"1901", "association", "associations", "asso", "associatif", "ong"})),
    (Kind.FOUNDATION, frozenset({"fondation", "fondations", "dotation", "foundation"})),
    (
        Kind.COMPANY,
        frozenset(
            {"entreprise", "societe", "sarl", "sas", "sasu", "eurl", "sa", "sci", "company", "commerciale"}
        ),
    ),
    (
        Kind.LOCAL_AUTHORITY,
        frozenset(
            {"collectivite", "commune", "mairie", "ville", "metropole", "epci", "agglomeration", "ccas"}
        ),
    ),
    (
        Kind.STATE_SERVICE,
        frozenset({"etat", "ministere", "prefecture", "police", "gendarmerie", "armee", "armees"}),
    ),
    (
        Kind.PUBLIC_BODY,
        frozenset(
            {"etablissement", "publique", "public", "ecole", "college", "lycee", "universite", "hopital"}
        ),
    ),
)


class Rejected(Exception):
    """This mission is not taken. `reason` is what the partner reads."""

    def __init__(self, reason: str, tag: str = "") -> None:
        super().__init__(reason)
        self.reason, self.tag = reason, tag


@dataclass(frozen=True)
class Remark:
    level: str
    tag: str
    reason: str


@dataclass(frozen=True)
class Place:
    """An address as it is written, before a commune is found for it."""

    line: int
    street: str = ""
    city: str = ""
    postal_code: str = ""
    department: str = ""
    country: str = ""
    latitude: str = ""
    longitude: str = ""

    @property
    def label(self) -> str:
        return " ".join(filter(None, [self.street, self.postal_code, self.city, self.country]))[:120]

    @property
    def in_france(self) -> bool:
        return self.country.upper() in _FRANCE


@dataclass(frozen=True)
class Host:
    """The organisation as the partner names it."""

    external_id: str
    name: str
    kind: str
    rna: str = ""
    siren: str = ""
    siret: str = ""
    website: str = ""
    description: str = ""
    street: str = ""
    city: str = ""
    postal_code: str = ""


@dataclass(frozen=True)
class Item:
    """One mission, read."""

    line: int
    client_id: str
    title: str
    description: str
    application_url: str
    domain: str
    activities: tuple[str, ...]
    mode: str
    capacity: int
    starts_on: date | None
    ends_on: date | None
    minimum_age: int
    hosting_conditions: str
    prerequisites: str
    places: tuple[Place, ...]
    host: Host
    values: dict[str, Any]
    remarks: tuple[Remark, ...] = field(default=(), compare=False)

    @property
    def is_past(self) -> bool:
        return self.ends_on is not None and self.ends_on < today()


def client_id_of(node: Node) -> str:
    """The mission's id at the partner's, as far as it can be read."""
    for found in node.all("clientId"):
        return " ".join(clean(found.text).split())[:MAX_ID]
    return ""


def read(node: Node) -> Item:
    """Read one mission. Raises Rejected with the first reason that holds, in the order of the hub."""
    return _Reading(node).item()


def digest(*values: Any) -> str:
    """What stands for these values: the same as long as nothing changed."""
    text = json.dumps([VERSION, *values], default=str, ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=32).hexdigest()


class _Reading:
    def __init__(self, node: Node) -> None:
        self.node = node
        self.remarks: list[Remark] = []
        self.by_tag: dict[str, list[Node]] = {}
        for child in node.children:
            self.by_tag.setdefault(child.tag, []).append(child)

    def item(self) -> Item:
        if self.node.cut:
            raise Rejected("Mission démesurée : trop de texte ou trop de balises.")
        title = self._title()
        client_id = self._client_id()
        description = self._description()
        url = self._application_url()
        capacity = self._places()
        domain = self._domain()
        pay = self._compensation()
        host = self._host()
        starts_on, ends_on = self._period()
        places = tuple(self._addresses())
        item = Item(
            line=self.node.line,
            client_id=client_id,
            title=title,
            description=description,
            application_url=url,
            domain=domain,
            activities=self._activities(),
            mode=self._mode(),
            capacity=capacity,
            starts_on=starts_on,
            ends_on=ends_on,
            minimum_age=16 if self._boolean("openToMinors") else 18,
            hosting_conditions=self._conditions(pay),
            prerequisites="\n".join(self._list("requirements"))[:MAX_CONDITIONS],
            places=places,
            host=host,
            values=self._values(),
        )
        self._hints(item)
        return replace(item, remarks=tuple(self.remarks))

    # --- what may reject ---

    def _title(self) -> str:
        title = plain_text.line(self._text("title"))
        if not title:
            raise Rejected("Titre manquant.", "title")
        if "&#" in title:
            raise Rejected("Encodage du titre : il contient encore « &# » une fois lu.", "title")
        if " " not in title:
            raise Rejected("Titre d’un seul mot.", "title")
        if len(title) > MAX_TITLE:
            self._left_out("title", f"Le titre est coupé : nous en gardons {MAX_TITLE} caractères.")
            title = title[: MAX_TITLE - 1].rsplit(" ", 1)[0] + "…"
        return title

    def _client_id(self) -> str:
        client_id = " ".join(clean(self._text("clientId")).split())
        if not client_id:
            raise Rejected("ClientId manquant.", "clientId")
        if len(client_id) > MAX_ID:
            raise Rejected(f"ClientId de plus de {MAX_ID} caractères.", "clientId")
        return client_id

    def _description(self) -> str:
        nodes = self.by_tag.get("description", [])
        if nodes and nodes[0].cut:
            raise Rejected(f"Description de plus de {_thousands(MAX_DESCRIPTION)} caractères.", "description")
        text = plain_text.from_html(self._text("description"))
        if not text:
            raise Rejected("Description manquante.", "description")
        if "&#" in text:
            raise Rejected(
                "Encodage de la description : elle contient encore « &# » une fois lue.", "description"
            )
        if len(text) > MAX_DESCRIPTION:
            raise Rejected(f"Description de plus de {_thousands(MAX_DESCRIPTION)} caractères.", "description")
        return text

    def _application_url(self) -> str:
        url = clean(self._text("applicationUrl")).replace(" ", "%20")
        if not url:
            raise Rejected("URL de candidature manquante.", "applicationUrl")
        if not _is_web(url):
            raise Rejected(
                "URL de candidature non valide : elle commence par https:// ou http://.", "applicationUrl"
            )
        return url

    def _places(self) -> int:
        """Absent, 0 or not a number: 1; negative: rejected."""
        text = self._text("places")
        if not text:
            return 1
        if not _NUMBER.fullmatch(text):
            self._left_out(
                "places", f"« {_short(text)} » n’est pas un nombre de places : nous comptons 1 place."
            )
            return 1
        number = float(text)
        if number < 0:
            raise Rejected("Nombre de places négatif.", "places")
        if number < 1:
            self._left_out(
                "places", "0 place : retirez la mission du flux quand elle est complète. 1 place comptée."
            )
            return 1
        if number != int(number):
            self._left_out("places", f"« {text} » n’est pas un nombre entier : {int(number)} compté.")
        if number > MAX_CAPACITY:
            self._left_out(
                "places", f"Plus de {_thousands(MAX_CAPACITY)} places : {_thousands(MAX_CAPACITY)} comptées."
            )
        return min(int(number), MAX_CAPACITY)

    def _domain(self) -> str:
        """One of the hub's twenty, written as it writes them; none is accepted."""
        text = clean(self._text("domain"))
        if not text:
            return ""
        if text in DOMAIN_IN:
            return DOMAIN_IN[text]
        known = next((code for code in DOMAIN_IN if _slug(code) == _slug(text)), "")
        if not known and domain_from(text):
            known = next(code for code, ours in DOMAIN_IN.items() if ours == domain_from(text))
        advice = f" Écrivez « {known} »." if known else ""
        raise Rejected(f"Domaine non valide : « {_short(text)} ».{advice}", "domain")

    def _compensation(self) -> str:
        amount, unit, kind = (
            self._text("compensationAmount"),
            clean(self._text("compensationUnit")).lower(),
            clean(self._text("compensationType")).lower(),
        )
        if amount and not _NUMBER.fullmatch(amount):
            self._left_out(
                "compensationAmount", f"« {_short(amount)} » n’est pas un montant (avec un point : 10.55)."
            )
            amount = ""
        if amount and float(amount) < 0:
            raise Rejected("Compensation négative.", "compensationAmount")
        if unit and unit not in _UNITS:
            self._left_out("compensationUnit", f"Unité de compensation inconnue : « {_short(unit)} ».")
        if kind and kind not in _PAYS:
            raise Rejected(
                f"Type de compensation non valide : « {_short(kind)} ». Écrivez « gross » ou « net ».",
                "compensationType",
            )
        if not amount or float(amount) == 0:
            return ""
        euros = f"{float(amount):.2f}".removesuffix(".00").replace(".", ",")
        return " ".join(filter(None, [f"{euros}{NBSP}€", _PAYS.get(kind, ""), _UNITS.get(unit, "")]))

    def _host(self) -> Host:
        rna = self._text("organizationRNA") or self._text("organizationRna")
        siren = self._text("organizationSiren") or self._text("organizationSiret")
        name = plain_text.line(self._text("organizationName"))
        identity = (
            self._text("organizationClientId")
            or self._text("organizationId")
            or rna.upper()
            or siren
            or (slugify(name) if name else "")
        )
        identity = " ".join(clean(identity).split())
        if not identity:
            raise Rejected(
                "Organisation non identifiée : donnez organizationClientId, un RNA, un SIREN ou un nom.",
                "organizationClientId",
            )
        if len(identity) > MAX_ID:
            raise Rejected(
                f"Identifiant de l’organisation de plus de {MAX_ID} caractères.", "organizationClientId"
            )
        if len(name) > MAX_NAME:
            self._left_out("organizationName", f"Le nom est coupé : nous en gardons {MAX_NAME} caractères.")
            name = name[: MAX_NAME - 1] + "…"
        website = clean(self._text("organizationUrl"))
        if website and not (_is_web(website) and len(website) <= 300):
            self._left_out("organizationUrl", "L’adresse du site de l’organisation n’est pas valide.")
            website = ""
        kind = kind_of(self._text("organizationType"), self._text("organizationStatusJuridique"))
        rna, siren, siret = self._numbers(kind, rna, siren)
        return Host(
            external_id=identity,
            name=name,
            kind=kind,
            rna=rna,
            siren=siren,
            siret=siret,
            website=website,
            description=plain_text.from_html(self._text("organizationDescription"))[:4000],
            street=plain_text.line(self._text("organizationFullAddress"))[:160],
            city=plain_text.line(self._text("organizationCity"))[:100],
            postal_code=clean(self._text("organizationPostCode"))[:10],
        )

    def _numbers(self, kind: str, rna: str, siren: str) -> tuple[str, str, str]:
        """The RNA, SIREN and SIRET of the right form; the others are left out."""
        found = {"rna": "", "siren": "", "siret": ""}
        try:
            found["rna"] = numbers.rna(rna)
        except RuleBroken:
            self._left_out("organizationRNA", f"« {_short(rna)} » n’est pas un numéro RNA.")
        if found["rna"] and kind not in numbers.WITH_RNA:
            self._left_out("organizationRNA", "Ce type d’organisation n’a pas de numéro RNA.")
            found["rna"] = ""
        try:
            found["siren"] = numbers.siren(siren)
            found["siret"] = numbers.siret(siren) if len(numbers.compact(siren)) == 14 else ""
        except RuleBroken:
            self._left_out("organizationSiren", f"« {_short(siren)} » n’est ni un SIREN ni un SIRET valide.")
            found["siren"] = ""
        return found["rna"], found["siren"], found["siret"]

    # --- what is left out when it is bad ---

    def _mode(self) -> str:
        text = self._text("remote")
        mode = _MODES.get(text.lower())
        if text and mode is None:
            self._left_out("remote", f"« {_short(text)} » n’est ni no, ni possible, ni full, ni local.")
        return mode or MissionMode.ON_SITE

    def _boolean(self, tag: str) -> bool | None:
        text = self._text(tag).lower()
        if not text:
            return None
        if text in _YES or text in _NO:
            return text in _YES
        self._left_out(tag, f"« {_short(text)} » n’est ni yes ni no.")
        return None

    def _period(self) -> tuple[date | None, date | None]:
        start, end = self._date("startAt"), self._date("endAt")
        if start and end and end < start:
            self._left_out("endAt", "La fin est avant le début : la date de fin est laissée de côté.")
            end = None
        return start, end

    def _date(self, tag: str) -> date | None:
        text = clean(self._text(tag))
        if not text:
            return None
        moment = _moment(text)
        if moment is None:
            self._left_out(
                tag, f"« {_short(text)} » n’est pas une date lisible : écrivez 2026-09-13T08:00:00Z."
            )
            return None
        return moment.astimezone(PARIS).date()

    def _activities(self) -> tuple[str, ...]:
        parts: list[str] = []
        for node in self.by_tag.get("activity", []):
            values = [child.text for child in node.children if child.text]
            parts += values or ([node.text] if node.text else [])
        found: list[str] = []
        for part in [",".join(parts)] if parts else []:
            known, unknown = read_activities(part)
            found += known
            for value in unknown:
                self._left_out("activity", f"Activité inconnue : « {_short(value)} ».")
        return tuple(found)

    def _addresses(self) -> Iterable[Place]:
        listed = [node for parent in self.by_tag.get("addresses", []) for node in parent.all("address")]
        if listed:
            for node in listed:
                point = next(iter(node.all("location")), Node("location", node.line))
                yield Place(
                    line=node.line,
                    street=plain_text.line(_of(node, "street"))[:160],
                    city=plain_text.line(_of(node, "city"))[:120],
                    postal_code=_postal_code(_of(node, "postalCode")),
                    department=_of(node, "departmentCode").upper()[:3],
                    country=clean(_of(node, "country"))[:40],
                    latitude=_of(point, "lat")[:30],
                    longitude=_of(point, "lon")[:30],
                )
            return
        latitude, longitude = self._point()
        place = Place(
            line=self.node.line,
            street=plain_text.line(self._text("address") or self._text("adresse"))[:160],
            city=plain_text.line(self._text("city"))[:120],
            postal_code=_postal_code(self._text("postalCode")),
            department=self._text("departmentCode").upper()[:3],
            country=clean(self._text("country") or self._text("countryCode"))[:40],
            latitude=latitude,
            longitude=longitude,
        )
        if place.city or place.postal_code or place.latitude:
            yield place

    def _point(self) -> tuple[str, str]:
        for node in self.by_tag.get("location", []):
            return _of(node, "lat")[:30], _of(node, "lon")[:30]
        for tag, swapped in (("lonlat", True), ("lonLat", False)):
            first, _, second = self._text(tag).partition(",")
            if second:
                pair = first.strip()[:30], second.strip()[:30]
                return (pair[1], pair[0]) if swapped else pair
        return "", ""

    def _list(self, *tags: str) -> list[str]:
        """Children `value` or `item`, as they are; else a text parted by commas."""
        values: list[str] = []
        for tag in tags:
            for node in self.by_tag.get(tag, []):
                if node.cut:
                    self._left_out(tag, "Cette valeur est trop longue.")
                    continue
                children = [child.text for child in node.all("value", "item")]
                values += children or node.text.split(",")
            if values:
                break
        return [text for text in (plain_text.line(value) for value in values) if text][:100]

    def _conditions(self, pay: str) -> str:
        schedule = plain_text.line(self._text("schedule"))[:500]
        lines = [f"Horaires indiqués{NBSP}: {schedule}" if schedule else ""]
        if self._boolean("reducedMobilityAccessible"):
            lines.append("Accessible aux personnes à mobilité réduite.")
        if self._boolean("closeToTransport"):
            lines.append("Proche des transports en commun.")
        if pay:
            lines.append(f"Indemnisation{NBSP}: {pay}.")
        return "\n".join(filter(None, lines))[:MAX_CONDITIONS]

    def _values(self) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for tag in KEPT:
            if text := self._text(tag, remark=False):
                kept[tag] = clean(text)[:MAX_KEPT]
        for name, tags in KEPT_LISTS.items():
            if values := self._list(*tags):
                kept[name] = [value[:MAX_KEPT] for value in values]
        return kept

    # --- remarks ---

    def _text(self, tag: str, *, remark: bool = True) -> str:
        """The text of the first such tag, or nothing."""
        nodes = self.by_tag.get(tag)
        if not nodes:
            return ""
        if len(nodes) > 1 and remark:
            self._left_out(tag, "Balise répétée : seule la première est lue.")
        if nodes[0].cut and tag not in ("title", "clientId", "applicationUrl"):
            if remark:
                self._left_out(tag, "Cette valeur est trop longue.")
            return ""
        if nodes[0].cut:
            raise Rejected("Valeur de plus de 64 Ko.", tag)
        return nodes[0].text

    def _left_out(self, tag: str, reason: str) -> None:
        remark = Remark(Level.LEFT_OUT, tag, reason)
        if remark not in self.remarks:
            self.remarks.append(remark)

    def _hint(self, tag: str, reason: str) -> None:
        self.remarks.append(Remark(Level.HINT, tag, reason))

    def _hints(self, item: Item) -> None:
        """What the hub's moderators refuse, and what a person should look at."""
        if len(item.description) < SHORT_DESCRIPTION:
            self._hint("description", f"La description est courte (moins de {SHORT_DESCRIPTION} caractères).")
        posted = _moment(clean(self._text("postedAt", remark=False)))
        if posted and posted < now() - OLD:
            self._hint("postedAt", "La mission a été publiée chez le partenaire il y a plus de 6 mois.")
        if item.is_past:
            self._hint("endAt", "La mission est terminée : elle est gardée, fermée.")
        elif (
            item.starts_on
            and item.ends_on
            and item.starts_on < today() + timedelta(days=7)
            and item.ends_on < today() + timedelta(days=21)
        ):
            self._hint("endAt", "La mission se termine dans moins de 21 jours.")
        if item.mode != MissionMode.REMOTE and not any(place.city for place in item.places):
            self._hint("city", "Aucune ville n’est indiquée.")
        if not item.host.name:
            self._hint("organizationName", "Le nom de l’organisation manque.")
        if _BADLY_ENCODED.search(item.title + item.description):
            self._hint("description", "Des lettres accentuées semblent abîmées (« Ã© » pour « é »).")


def kind_of(*texts: str) -> str:
    """The kind that the partner's type or legal status names; else association."""
    for text in texts:
        words = set(fold(text).split())
        for kind, known in _KINDS:
            if words & known:
                return kind
    return Kind.ASSOCIATION


def _moment(text: str) -> datetime | None:
    """An ISO 8601 date or instant, or one of RFC 822; without a zone, of Paris. Never a guess."""
    try:
        if _ISO_DATE.fullmatch(text):
            moment = datetime.fromisoformat(text)
        elif re.search(r"[A-Za-z]{3}", text):
            moment = parsedate_to_datetime(text)
        else:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=PARIS)
        return moment if 1900 <= moment.year <= 2200 else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and "." in host
        and len(url) <= MAX_URL
        and not re.search(r"[\s<>\"\\]", url)
    )


def _postal_code(text: str) -> str:
    """Five digits; a leading zero that a spreadsheet ate is put back."""
    text = re.sub(r"\s", "", clean(text))[:10]
    return text.zfill(5) if text.isascii() and text.isdigit() and len(text) == 4 else text


def _of(node: Node, tag: str) -> str:
    return next((child.text for child in node.children if child.tag == tag and not child.cut), "")


def _slug(text: str) -> str:
    return fold(text).replace(" ", "-")


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", NBSP)

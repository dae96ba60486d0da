"""What a public registry says of one number, whichever registry it is: a record, or why there is none.

Errors are values: a form goes on when a registry does not. Answers are kept for hours in the shared cache; a registry
that failed three times in a minute is left alone for the next one.
"""

import datetime
import json
import re
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any
from urllib.parse import quote

from django.core.cache import cache

from jeveuxagir.common.text import clean

from . import http

LIMITS = http.Limits(seconds=3, size=http.MEGABYTE, redirects=1)
MINUTE, HOUR = 60, 3600
KEPT, KEPT_UNKNOWN = 6 * HOUR, 10 * MINUTE
FAILURES, REST = 3, MINUTE
#: What we ask of one registry in a minute, all our processes together.
PER_MINUTE = 120

_COMMUNE = re.compile(r"^(?:[0-9]{2}|2[AB])[0-9]{3}$")
_POSTAL = re.compile(r"^[0-9]{5}$")
_HIDDEN = frozenset({"[ND]", "[NON-DIFFUSIBLE]", "[NON DIFFUSIBLE]"})


@dataclass(frozen=True)
class RegistryRecord:
    """One line of a registry, cleaned; what it lacks is empty."""

    number: str
    name: str
    street: str = ""
    postal_code: str = ""
    commune_code: str = ""
    commune_name: str = ""
    is_active: bool = True
    closed_on: datetime.date | None = None
    legal_form: str = ""

    @property
    def place(self) -> str:
        return " ".join(filter(None, [self.postal_code, self.commune_name]))


@dataclass(frozen=True)
class Closed:
    """The registry knows it, and says that it has ended."""

    record: RegistryRecord


@dataclass(frozen=True)
class Unknown:
    """The registry answers, and has no such number."""


@dataclass(frozen=True)
class Unavailable:
    """The registry did not answer. `why` is a French sentence for staff."""

    why: str


@dataclass(frozen=True)
class Nonsense:
    """The registry answered something that we cannot read."""


Answer = RegistryRecord | Closed | Unknown | Unavailable | Nonsense
#: reads an answer's entries: the record of this number, or None when none of them is about it
Read = Callable[[list[dict[str, Any]], str], RegistryRecord | None]


def ask(source: str, address: str, number: str, read: Read) -> Answer:
    """The record of `number` at `address`, where {number} stands for it."""
    if not address:
        return Unavailable("Ce registre n’est pas branché.")
    kept = _kept(source, number)
    if kept is not None:
        return kept
    if cache.get(_key(source, "rest")):
        return Unavailable("Le registre ne répondait pas il y a un instant.")
    if not _may_ask(source):
        return Unavailable("Nous interrogeons déjà beaucoup ce registre.")
    answer = _fetch(address.replace("{number}", quote(number, safe="")), number, read)
    if isinstance(answer, Unavailable | Nonsense):
        _failed(source)
    else:
        _keep(source, number, answer)
    return answer


# --- what the readers use -------------------------------------------------------------------------------------


def text(value: Any, most: int = 160) -> str:
    """A line of text, whatever was sent; hidden values are empty."""
    if not isinstance(value, str):
        return ""
    line = " ".join(clean(value[: 4 * most]).split())[:most].strip()
    return "" if line.upper() in _HIDDEN else line


def words(values: Iterable[Any]) -> str:
    return " ".join(filter(None, (text(value) for value in values)))[:160].strip()


def section(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def postal_code(value: Any) -> str:
    code = text(value, 10)
    return code if _POSTAL.match(code) else ""


def commune_code(value: Any) -> str:
    code = text(value, 10).upper()
    return code if _COMMUNE.match(code) else ""


def day(value: Any) -> datetime.date | None:
    """A date of the last centuries: registries write 0001-01-01 for "none"."""
    try:
        found = datetime.date.fromisoformat(text(value, 40)[:10])
    except ValueError:
        return None
    return found if found.year >= 1800 else None


# --- inside ---------------------------------------------------------------------------------------------------


def _fetch(url: str, number: str, read: Read) -> Answer:
    with tempfile.SpooledTemporaryFile(max_size=LIMITS.size) as file:
        try:
            http.download(url, file, limits=LIMITS, accept="application/json")
        except http.Unreachable as unreachable:
            return Unavailable(unreachable.message)
        file.seek(0)
        try:
            content = json.loads(file.read().decode("utf-8"))
        except (ValueError, RecursionError):
            return Nonsense()
    entries = section(content).get("results")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return Nonsense()
    record = read(entries[:50], number)
    if record is None:
        return Unknown()
    if not record.name and record.is_active:
        return Nonsense()
    return record if record.is_active else Closed(record)


def _key(source: str, what: str) -> str:
    return f"registry:{source}:{what}"


def _kept(source: str, number: str) -> Answer | None:
    kept = cache.get(_key(source, number))
    if not isinstance(kept, dict):
        return None
    if not kept:
        return Unknown()
    if kept.keys() != {field.name for field in fields(RegistryRecord)}:
        return None  # kept by another version of ours
    record = RegistryRecord(**kept)
    return record if record.is_active else Closed(record)


def _keep(source: str, number: str, answer: Answer) -> None:
    record = answer.record if isinstance(answer, Closed) else answer
    if isinstance(record, RegistryRecord):
        cache.set(_key(source, number), asdict(record), KEPT)
    else:
        cache.set(_key(source, number), {}, KEPT_UNKNOWN)


def _count(key: str) -> int:
    """One more in this minute. A store that is down counts nothing, and stops nobody."""
    try:
        cache.add(key, 0, MINUTE)
        return cache.incr(key)
    except Exception:  # whatever the store's client raises
        return 1


def _may_ask(source: str) -> bool:
    return _count(_key(source, "asked")) <= PER_MINUTE


def _failed(source: str) -> None:
    if _count(_key(source, "failures")) >= FAILURES:
        cache.set(_key(source, "rest"), True, REST)

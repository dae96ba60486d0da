"""Registries: how an upper app plugs into a lower one without being imported by it.

Each app fills them in `AppConfig.ready()`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from .text import duration

T = TypeVar("T")


class Registry(Generic[T]):
    """Named entries in the order they were registered; a name is registered once."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._entries: dict[str, T] = {}

    def register(self, name: str, entry: T) -> T:
        if self._entries.get(name, entry) is not entry:
            raise ValueError(f"{self.what}: « {name} » is registered twice")
        self._entries[name] = entry
        return entry

    def __getitem__(self, name: str) -> T:
        return self._entries[name]

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[T]:
        return iter(self._entries.values())

    def items(self) -> Iterable[tuple[str, T]]:
        return self._entries.items()


@dataclass(frozen=True)
class Role:
    """What somebody is, where: `scope` is "organisation", "department", "region" or "nation", `key` its id."""

    name: str
    scope: str
    key: str = ""
    domain: str = ""  # a theme restriction: a taxonomies domain code, "" for all


#: name → function(person) -> Iterable[Role]
role_sources: Registry[Callable[[Any], Iterable[Role]]] = Registry("role sources")


#: name → function(person) -> the departments' codes where this person asks for something
person_departments: Registry[Callable[[Any], Iterable[str]]] = Registry("departments of a person")


@dataclass(frozen=True)
class Retention:
    """How long the rows of a table are kept, and what then: said on /confidentialite/, done every night.

    `expired(moment)` gives the rows past it, `forget(rows)` deletes or empties a batch of them: a row forgotten is no
    longer expired. `since` is the column the time is counted from. `lock_first(rows)` locks what comes before these
    rows in the order of locks, when forgetting them writes there too.
    """

    kept_for: timedelta
    counted_from: str  # French: « après la fin de la demande »
    then: str  # French: « puis effacées »
    expired: Callable[[datetime], Any]
    forget: Callable[[Any], Any]
    since: str = "created_at"
    batch: int = 500
    lock_first: Callable[[Any], Any] | None = None

    @property
    def sentence(self) -> str:
        length = duration(self.kept_for) if self.kept_for else ""
        return " ".join(filter(None, [length, self.counted_from])) + f", {self.then}."


@dataclass(frozen=True)
class PersonalData:
    """What one table holds about a person.

    `rows(person)` yields a queryset; `export(row)` a dict of French label → value;
    `erase(person)` removes or empties it now, keeping facts without the person. How long: `retention` says it and
    does it; `kept` says what no clock decides (never a number of days: nothing would hold it).
    """

    model: str  # "app_label.ModelName"
    label: str  # French, shown on /confidentialite/ and in the export
    kept: str  # French: how long, when no clock decides; or what to add to the rules
    rows: Callable[[Any], Any]
    export: Callable[[Any], dict[str, Any]]
    erase: Callable[[Any], None]
    person_fields: tuple[str, ...] = ("person",)  # the foreign keys to Person or User it covers
    fields: tuple[str, ...] = field(default=())  # the personal fields it covers
    retention: tuple[Retention, ...] = ()
    #: French, said before somebody erases all: what stays, or who is told; "" when the rows just go
    erasing: str = ""

    @property
    def promise(self) -> str:
        """What people read: each rule of the job, then what no clock decides."""
        text = " ".join(filter(None, [*(rule.sentence for rule in self.retention), self.kept])).strip()
        text = text[:1].upper() + text[1:]
        return text if text.endswith((".", "!")) else f"{text}."


#: model label → PersonalData
personal_data: Registry[PersonalData] = Registry("personal data")


@dataclass(frozen=True)
class Panel:
    """A fragment an upper app adds to a lower page. `context(request, obj)` returns None to stay silent."""

    template: str
    context: Callable[[Any, Any], dict[str, Any] | None]
    order: int = 100


@dataclass(frozen=True)
class ToDo:
    """One thing that waits for this person: what, where to do it, since when, and the button's word."""

    text: str
    url: str
    since: datetime
    action: str = "Voir"


#: name → function(request) -> what waits for whoever is signed in, in a number of queries that rows do not change
to_do: Registry[Callable[[Any], Iterable[ToDo]]] = Registry("what is to do")


class Panels:
    """Page name ("organisation.public", "my_space", "my_space.alerts"…) → panels in order."""

    def __init__(self) -> None:
        self._panels: dict[str, list[Panel]] = {}

    def register(self, page: str, panel: Panel) -> None:
        panels = self._panels.setdefault(page, [])
        if panel not in panels:
            panels.append(panel)
            panels.sort(key=lambda p: p.order)

    def of(self, page: str) -> list[Panel]:
        return list(self._panels.get(page, ()))


panels = Panels()


@dataclass(frozen=True)
class Filing:
    """What an app keeps for somebody until they confirm their address, then makes theirs.

    `lines(contact)` says in French what waits; `confirm(contact, user)` gives (what happened, where to look) pairs.
    """

    lines: Callable[[Any], list[str]]
    confirm: Callable[[Any, Any], list[tuple[str, str]]]


#: name → Filing; asked by the page that confirms an address
filings: Registry[Filing] = Registry("filings")


@dataclass(frozen=True)
class KnownFile:
    """A file that the platform made, as « Vérifier un document » tells whoever has it. `tone`: that of an alert."""

    tone: str
    title: str  # « Ce document est authentique et à jour »
    text: str
    facts: tuple[tuple[str, str], ...]


#: name → function(SHA-256 of a file) -> what it is, None when it is not one of its own
known_files: Registry[Callable[[str], KnownFile | None]] = Registry("known files")


@dataclass(frozen=True)
class Invariant:
    """A rule that always holds. `offenders()` gives what breaks it (a queryset or a list): it must be empty."""

    rule: str  # French: "Chaque réservation …"
    offenders: Callable[[], Any]


#: name → Invariant; asked by `manage.py check_invariants`
invariants: Registry[Invariant] = Registry("invariants")

"""Two members edit the same page of a mission: what the other one changed, field by field; nothing typed is lost."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from jeveuxagir.common.text import clean

from .forms import BaseAddresses, Section
from .services import AddressSpec, MissionData

ADDRESSES = "addresses"


@dataclass(frozen=True)
class Change:
    """One field that somebody saved while this form was being filled in."""

    name: str
    label: str
    theirs: str
    mine: str
    #: this member changed it too; else the form takes the other one's value
    is_both: bool


def marks(values: dict[str, Any]) -> str:
    """What a form was shown with, as short marks it carries along: enough to see later what changed."""
    return json.dumps({name: _mark(value) for name, value in values.items()}, separators=(",", ":"))


def shown(section: type[Section], data: MissionData, *, with_addresses: bool) -> dict[str, Any]:
    """The values of one page."""
    values = section.initial_of(data)
    return values | {ADDRESSES: _lines(data.addresses)} if with_addresses else values


def changes(
    form: Section, addresses: BaseAddresses | None, *, marked: str, data: MissionData
) -> list[Change]:
    """What was saved since the marks were made, and differs from what is typed here."""
    before = _read(marked)
    theirs = shown(type(form), data, with_addresses=addresses is not None)
    mine = dict(form.values())
    if addresses is not None:
        mine[ADDRESSES] = _lines(addresses.specs())
    found = []
    for name, value in theirs.items():
        if _mark(value) in (before.get(name), _mark(mine[name])):
            continue
        label = "Adresses" if name == ADDRESSES else str(form.fields[name].label)
        is_both = _mark(mine[name]) != before.get(name)
        found.append(Change(name, label, _words(form, name, value), _words(form, name, mine[name]), is_both))
    return found


def take(form: Section, found: list[Change], data: MissionData, *, version: int, marked: str) -> None:
    """The form as it is shown again: what is typed stays, what only the other one touched is theirs."""
    typed: Any = form.data
    typed = typed.copy()
    typed["version"], typed["before"] = str(version), marked
    theirs = form.initial_of(data)
    for change in found:
        if not change.is_both and change.name in theirs:
            typed.setlist(change.name, _posted(theirs[change.name]))
    form.data = typed


def _lines(specs: Any) -> list[str]:
    return [_line(spec) for spec in specs]


def _line(spec: AddressSpec) -> str:
    return ", ".join(filter(None, [clean(spec.street), spec.commune.label]))


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, list | tuple):
        return sorted(_plain(each) for each in value)
    return clean(str(value)) if value is not None else ""


def _mark(value: Any) -> str:
    return hashlib.blake2b(json.dumps(_plain(value)).encode(), digest_size=6).hexdigest()


def _read(marked: str) -> dict[str, str]:
    try:
        read = json.loads(marked)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _posted(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [str(each.pk) for each in value]
    return [_plain(value)]


def _words(form: Section, name: str, value: Any) -> str:
    if name == ADDRESSES:
        return "\n".join(value) or "aucune"
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value) or "aucune"
    choices = getattr(form.fields[name], "choices", None)
    if choices is not None and not isinstance(value, Model):
        return str(dict(choices).get(value, value))
    return str(value or "(vide)")

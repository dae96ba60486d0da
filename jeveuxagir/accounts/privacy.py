"""One's data: taken away as a ZIP, or erased. Both are driven by the registry that every app fills in."""

import datetime
import io
import json
import zipfile
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from jeveuxagir.audit import services as audit
from jeveuxagir.common.clock import now
from jeveuxagir.common.locks import lock
from jeveuxagir.common.registries import PersonalData, personal_data
from jeveuxagir.notifications.services import send

from .models import Person, User

#: Erased last: the others act as this person, write messages, and find what they hold by the address.
LAST = ("notifications.Message", "audit.Event", "accounts.User", "accounts.Person")

#: shown first, in the copy and on the pages
FIRST = ("accounts.Person", "accounts.User")

#: what an organisation reads beside a fact whose person is erased
ERASED_NAME = "Personne effacée"


def in_order() -> list[PersonalData]:
    """What people know best first: themselves, what they did here, then the site's own notes."""
    last = ("notifications", "audit")

    def rank(entry: PersonalData) -> int:
        app = entry.model.partition(".")[0]
        return 0 if entry.model in FIRST else 2 if app in last else 1

    return sorted(personal_data, key=rank)


def held_about(person: Person) -> list[dict[str, Any]]:
    """Everything the site holds about this person, table by table."""
    return [
        {
            "label": entry.label,
            "kept": entry.promise,
            "erasing": entry.erasing,
            "rows": [_plain(entry.export(row)) for row in entry.rows(person)],
        }
        for entry in in_order()
    ]


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {label: _readable(value) for label, value in values.items()}


def _readable(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if value is None or isinstance(value, bool | int | float | list | dict):
        return value
    return str(value)


@transaction.atomic
def export(person: Person, *, actor: User) -> bytes:
    """A ZIP with the same content twice: `donnees.json` for machines, `donnees.html` to read."""
    held = held_about(person)
    made_at = timezone.localtime(now())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        document = {section["label"]: section["rows"] for section in held}
        archive.writestr("donnees.json", json.dumps(document, ensure_ascii=False, indent=2, default=str))
        page = render_to_string("accounts/export.html", {"held": held, "person": person, "made_at": made_at})
        archive.writestr("donnees.html", page)
    audit.record("person.exported", person, actor=actor)
    return packed.getvalue()


@transaction.atomic
def erase(person: Person, *, actor: User | None, why: str = "") -> None:
    """Erase now. What others need is kept without the person (a seat taken, a decision); the rest is deleted.

    `why` is "" when somebody asks for it, "inactive" after two years, "restored" when done again after a restore.
    """
    person = lock(Person.objects.all(), pk=person.pk)
    if person.erased_at is not None:
        return
    address = person.email
    own = actor is not None and actor.person_id == person.pk
    audit.record("person.erased", person, actor=None if own else actor, **({"why": why} if why else {}))
    entries = dict(personal_data.items())
    for name in [*(name for name in entries if name not in LAST), *LAST]:
        entries[name].erase(person)
    if address and why != "restored":  # told the first time
        send("accounts.erased", to=address, dedupe_key=f"accounts.erased:{person.pk}", context={"why": why})


def empty_person(person: Person) -> None:
    """The row stays, so that facts keep their shape; nothing in it, nor in those merged into it, says who it was."""
    for other in person.merged.filter(erased_at__isnull=True):
        empty_person(other)
    person.first_name, person.last_name, person.email, person.phone = ERASED_NAME, "", "", ""
    person.commune = None
    person.birth_year = person.sixteen_on = person.eighteen_on = None
    person.erased_at = now()
    person.save()

"""The directory of associations, by RNA number: the open file of the RNA, served line by line as JSON."""

from typing import Any

from django.conf import settings

from . import sirene
from .registry import Answer, RegistryRecord, ask, commune_code, day, postal_code, text, words

#: « position » of the file: active, dissolved, deleted
ENDED = ("D", "S")


def is_plugged_in() -> bool:
    return bool(settings.RNA_URL)


def look_up(number: str) -> Answer:
    """What it says of an RNA number (W and nine characters)."""
    return ask("rna", settings.RNA_URL, number, read)


def read(entries: list[dict[str, Any]], number: str) -> RegistryRecord | None:
    """The association of this number, in the RNA's own words or in those of the directory of companies."""
    for entry in entries:
        if text(entry.get("id"), 10).upper() == number:
            return _association(entry, number)
        if sirene.association_of(entry) == number:
            company = sirene.read([entry], text(entry.get("siren"), 9))
            return None if company is None else RegistryRecord(**{**company.__dict__, "number": number})
    return None


def _association(entry: dict[str, Any], number: str) -> RegistryRecord:
    ended_on = day(entry.get("date_disso"))
    ended = text(entry.get("position"), 10).upper() in ENDED or ended_on is not None
    return RegistryRecord(
        number=number,
        name=text(entry.get("titre")) or text(entry.get("titre_court")),
        street=words(
            entry.get(f"adrs_{part}") for part in ("numvoie", "repetition", "typevoie", "libvoie", "distrib")
        ),
        postal_code=postal_code(entry.get("adrs_codepostal")),
        commune_code=commune_code(entry.get("adrs_codeinsee")),
        commune_name=text(entry.get("adrs_libcommune"), 100),
        is_active=not ended,
        closed_on=ended_on if ended else None,
        legal_form=text(entry.get("nature"), 10),
    )

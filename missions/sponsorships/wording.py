"""The words of a convention: a national template (data/convention-N.toml) filled with what was agreed, and its hash."""

import hashlib
import json
import tomllib
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

from jeveuxagir.common.text import NBSP, spaced
from jeveuxagir.ui.dates import day_of
from missions.skill_needs.durations import hours_in_words, in_words

from .models import Convention, Sponsorship

DATA = Path(__file__).parent / "data"
CURRENT = "convention-1"
NO_EFFECT = (
    "Ce modèle de convention n’a pas d’effet juridique propre. Prêter du temps de travail en droit demande une "
    "convention et un avenant au contrat relus et signés par ailleurs."
)


@lru_cache(maxsize=8)
def template(code: str) -> dict[str, Any]:
    return tomllib.loads((DATA / f"{code}.toml").read_text("utf-8"))


def articles(sponsorship: Sponsorship, convention: Convention) -> list[dict[str, str]]:
    """The template's articles in order, filled. Nobody is named in them: who comes stands apart."""
    words = {
        "employer": sponsorship.employer.name,
        "association": sponsorship.association.name,
        "profile": convention.profile,
        "deliverable": sponsorship.need.deliverable or sponsorship.need.title,
        "volume": in_words(convention.minutes, convention.day_minutes),
        "starts": day_of(convention.starts_on),
        "ends": day_of(convention.ends_on),
        "day": hours_in_words(convention.day_minutes),
        "format": sponsorship.get_format_display(),
    }
    return [
        {"title": one["title"], "text": spaced(one["text"].format_map(words).strip())}
        for one in template(CURRENT)["articles"]
    ]


def hash_of(convention: Convention) -> str:
    """SHA-256 of the number, the terms, the name, the words and the salt, in one form for ever.

    Conventions made before there was a salt have none: their fingerprint stays what it was.
    """
    said: dict[str, Any] = {
        "number": convention.number,
        "minutes": convention.minutes,
        "day_minutes": convention.day_minutes,
        "starts_on": convention.starts_on.isoformat(),
        "ends_on": convention.ends_on.isoformat(),
        "profile": convention.profile,
        "employee": convention.employee_name,
        "summary": convention.summary,
        "articles": convention.articles,
    }
    if convention.salt:
        said["salt"] = convention.salt
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()


def version_of(convention: Convention) -> str:
    """« Version 2, proposée le 12 mars 2026 »: among all that were proposed for one sponsorship."""
    return f"Version {convention.number}, proposée le {day_of(convention.created_at)}"


def title_of(convention: Convention) -> str:
    if convention.is_amendment:
        return f"Avenant n°{NBSP}{convention.amendment} à la convention de mise à disposition"
    return "Convention de mise à disposition"

"""The hand-written texts of the demo, read once, typeset the French way."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from jeveuxagir.common.text import NBSP

DATA = Path(__file__).parent / "data"


def typeset(text: str) -> str:
    """Typographic apostrophes, and a space that does not break before ; : ! ? and inside quotes."""
    text = text.replace("'", "’")
    text = re.sub(r" ([;:!?»])", rf"{NBSP}\1", text)
    return text.replace("« ", f"«{NBSP}")


def at(town: str) -> str:
    """ "à Orléans", "au Tampon", "aux Abymes"."""
    if town.startswith("Le "):
        return f"au {town[3:]}"
    if town.startswith("Les "):
        return f"aux {town[4:]}"
    return f"à {town}"


@cache
def read(name: str) -> dict[str, Any]:
    """A TOML file of `data/`, every text typeset."""
    return _typeset_all(tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8")))


@cache
def lines(name: str) -> list[str]:
    return [typeset(line) for line in (DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines() if line]


def _typeset_all(value: Any) -> Any:
    if isinstance(value, str):
        return value if re.fullmatch(r"[a-z0-9:.\-/]+", value) else typeset(value)
    if isinstance(value, list):
        return [_typeset_all(item) for item in value]
    if isinstance(value, dict):
        return {key: _typeset_all(item) for key, item in value.items()}
    return value

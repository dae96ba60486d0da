"""A form sent again after somebody else saved the same row: nothing typed is lost, and what changed is shown."""

import datetime
from decimal import Decimal
from typing import Any

from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import NBSP, amount, clean
from jeveuxagir.ui.dates import day_of

KEPT_TYPED = "Vos réponses sont dans le formulaire."
MOST_LETTERS = 300


def offer_again(form: Any, row: Any, refusal: RuleBroken) -> int:
    """Put today's version in the form, the refusal above it, and under each field what the row holds now.

    Where somebody saved another value than the one that was typed, both stand there: sending again is then a choice.
    `form` was valid and has a `version`; fields that the row does not have are left alone. Returns the status, 409.
    """
    row.refresh_from_db()
    typed = dict(form.cleaned_data)
    form.data = form.data.copy()
    form.data["version"] = str(row.version)
    form.add_error(None, f"{refusal.message} {KEPT_TYPED}")
    concrete = {field.name for field in row._meta.concrete_fields}
    for name in concrete & set(typed) - {"version"}:
        held = getattr(row, name)
        if not isinstance(held, list) and _plain(typed[name]) != _plain(held):
            form.add_error(name, f"Valeur actuelle{NBSP}: {_words(row, name, held)}")
    return 409


def _plain(value: Any) -> str:
    """To compare what was typed with what is held: a choice is typed as text."""
    return (
        "" if value is None else str(value.normalize() if isinstance(value, Decimal) else clean(str(value)))
    )


def _words(row: Any, name: str, held: Any) -> str:
    """What a person reads of a value."""
    if held in (None, ""):
        return "rien"
    if isinstance(held, datetime.date):
        return day_of(held)
    if isinstance(held, Decimal):
        return amount(held)
    shown = getattr(row, f"get_{name}_display", lambda: held)()
    text = str(shown)
    return f"«{NBSP}{text[:MOST_LETTERS]}{'…' if len(text) > MOST_LETTERS else ''}{NBSP}»"

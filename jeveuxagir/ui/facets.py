"""Filters beside a list of results: any of several values, each with how many results it would give."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property

#: Values of one filter that are looked at: a person chooses a few.
MAX_CHOSEN = 30
#: Choices shown before « Voir les autres ».
SHOWN = 6


class SeveralField(forms.Field):
    """Any of several values: `domaine=sante&domaine=sport`. Gives a tuple of what is known; `wrong` are the others.

    `known` gives the values by their name in an address; it is called once, and only if need be.
    """

    widget = forms.MultipleHiddenInput

    def __init__(self, known: Callable[[], dict[str, Any]], *, label: str, wrong: str) -> None:
        super().__init__(label=label, required=False)
        self._known = known
        self.wrong_message = wrong
        self.wrong = False

    @cached_property
    def known(self) -> dict[str, Any]:
        return self._known()

    def to_python(self, value: Any) -> tuple[Any, ...]:
        names = list(dict.fromkeys(name for name in value or [] if name))[:MAX_CHOSEN]
        found = tuple(self.known[name] for name in names if name in self.known) if names else ()
        self.wrong = len(found) < len(names)
        return found


class SeveralMixin(forms.Form):
    """Of several values, those that exist still apply; the others are said."""

    def clean(self) -> None:
        super().clean()
        for name, asked in self.fields.items():
            if isinstance(asked, SeveralField) and asked.wrong:
                right = self.cleaned_data[name]
                self.add_error(name, forms.ValidationError(asked.wrong_message, code="unknown"))
                self.cleaned_data[name] = right

    @staticmethod
    def words(name: str, term: Any) -> str:
        """A value of the filter `name` as it stands beside its box, and in its tag."""
        if isinstance(term, Enum):
            return str(getattr(term, "label", term)).capitalize()
        return f"{term.code} – {term.name}" if name == "departement" else str(term)

    def in_use(self) -> list[tuple[str, str, str]]:
        """(filter, value, words) of each value in use; call `is_valid` first when bound."""
        asked = getattr(self, "cleaned_data", {})
        return [
            (name, str(getattr(term, "pk", term)), f"ODD {term}" if name == "odd" else self.words(name, term))
            for name, field in self.fields.items()
            if isinstance(field, SeveralField)
            for term in asked.get(name, ())
        ]


def by_key(rows: "Callable[[], QuerySet[Any]]") -> Callable[[], dict[str, Any]]:
    """The terms of a vocabulary, which hardly ever change: read once a minute by each process, never written to."""
    kept: tuple[float, dict[str, Any]] = (0.0, {})

    def known() -> dict[str, Any]:
        nonlocal kept
        moment, (until, terms) = time.monotonic(), kept
        if moment >= until:
            terms = {str(row.pk): row for row in rows()}
            kept = (moment + settings.SEARCH_TERMS_SECONDS, terms)
        return terms

    return known


def address(
    fields: Mapping[str, forms.Field],
    data: QueryDict,
    *,
    without: Iterable[str] = (),
    drop: tuple[str, str] | None = None,
    **changes: Any,
) -> str:
    """The address of this search with changes; empty values, unknown names and the page are left out.

    `without` names whole filters, `drop` one value of one of them: `("domaine", "sante")`.
    """
    values = QueryDict(mutable=True)
    for name, asked in fields.items():
        if name in without or name in changes:
            continue
        given = data.getlist(name)[:MAX_CHOSEN] if isinstance(asked, SeveralField) else [data.get(name, "")]
        kept = [value for value in given if value and "\x00" not in value and (name, value) != drop]
        if kept:
            values.setlist(name, list(dict.fromkeys(kept)))
    for name, value in changes.items():
        values[name] = str(value)
    return "?" + values.urlencode()


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """One filter beside the results: its choices, the first of them in sight."""

    name: str
    legend: str
    shown: list[Choice]
    folded: list[Choice] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    noun: str = "résultat"

    @property
    def chosen(self) -> int:
        return sum(choice.chosen for choice in (*self.shown, *self.folded))


def facet(
    form: forms.Form,
    name: str,
    choices: Iterable[Choice],
    *,
    noun: str,
    limit: int = SHOWN,
) -> Facet:
    """The first choices, and those that are chosen, in sight; the others folded, unless there is one."""
    every = list(choices)
    shown = [choice for place, choice in enumerate(every) if place < limit or choice.chosen]
    folded = [choice for choice in every if choice not in shown]
    if len(folded) == 1:
        shown, folded = every, []
    errors = [str(error) for error in form[name].errors]
    return Facet(name, str(form.fields[name].label), shown, folded, errors, noun)


def tallied(
    form: SeveralMixin,
    name: str,
    counts: Mapping[str, int],
    *,
    noun: str,
    limit: int = SHOWN,
    by_count: bool = False,
) -> Facet:
    """A filter of several values with how many each would give ({value: how many}), in its own order or the greatest
    first. A choice that finds nothing is hidden, unless chosen."""
    asked = form.fields[name]
    assert isinstance(asked, SeveralField)
    chosen = {str(value) for value in form[name].value() or []} & asked.known.keys()
    choices = [
        Choice(value, form.words(name, term), counts.get(value, 0), value in chosen)
        for value, term in asked.known.items()
        if counts.get(value) or value in chosen
    ]
    if by_count:
        choices.sort(key=lambda choice: -choice.count)
    return facet(form, name, choices, noun=noun, limit=limit)

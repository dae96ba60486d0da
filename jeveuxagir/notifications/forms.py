"""The page of preferences: one choice a kind, grouped by what the person is here."""

from typing import Any

from django import forms

from . import catalogue
from .enums import Rhythm
from .selectors import Rhythms


class PreferencesForm(forms.Form):
    """`kinds` are those that leave a choice."""

    def __init__(self, *args: Any, kinds: list[catalogue.Kind], rhythms: Rhythms, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = kinds
        for kind in kinds:
            self.fields[self.name_of(kind)] = forms.TypedChoiceField(
                label=kind.label,
                coerce=Rhythm,
                choices=[(rhythm.value, rhythm.label) for rhythm in kind.choices],
                widget=forms.RadioSelect,
                initial=rhythms.of(kind).value,
                error_messages={"invalid_choice": "Choisissez l’une des réponses."},
            )

    @staticmethod
    def name_of(kind: catalogue.Kind) -> str:
        return kind.code.replace(".", "-")

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """(audience's title, fields) in the order of the catalogue."""
        found = []
        for audience, title in catalogue.AUDIENCES.items():
            fields = [self[self.name_of(kind)] for kind in self.kinds if kind.audience == audience]
            if fields:
                found.append((title, fields))
        return found

    def chosen(self) -> dict[str, Rhythm]:
        return {kind.code: self.cleaned_data[self.name_of(kind)] for kind in self.kinds}

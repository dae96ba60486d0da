"""The page of preferences: one checkbox a kind, grouped by what the person is here."""

from typing import Any

from django import forms

from . import catalogue


class PreferencesForm(forms.Form):
    """`groups` are the audiences this person belongs to; kinds that cannot be stopped are only listed."""

    def __init__(self, *args: Any, kinds: list[catalogue.Kind], stopped: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = kinds
        for kind in kinds:
            self.fields[self.name_of(kind)] = forms.BooleanField(
                label=kind.label, required=False, initial=kind.code not in stopped
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

    def wanted(self) -> dict[str, bool]:
        return {kind.code: self.cleaned_data[self.name_of(kind)] for kind in self.kinds}

"""A key to make: what it serves for, until when."""

import datetime
from typing import Any

from django import forms

from jeveuxagir.accounts.forms import NonceMixin
from jeveuxagir.common.clock import today
from jeveuxagir.common.text import NBSP


class KeyForm(NonceMixin):
    name = forms.CharField(
        label="À quoi sert cette clé",
        max_length=80,
        help_text=f"Exemple{NBSP}: « Tableau de bord RSE ». Une clé par programme : vous pourrez retirer l’une sans "
        "arrêter les autres.",
        error_messages={"required": "Dites à quoi sert cette clé."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    expires_on = forms.DateField(
        label="Dernier jour",
        required=False,
        help_text="Sans date, la clé sert jusqu’à ce que vous la retiriez.",
        widget=forms.DateInput,
    )

    field_order = ("name", "expires_on", "nonce")

    def clean_expires_on(self) -> datetime.date | None:
        day: datetime.date | None = self.cleaned_data["expires_on"]
        if day is not None and day < today():
            raise forms.ValidationError("Ce jour est passé : choisissez-en un autre, ou laissez vide.")
        return day

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "expires_on")}

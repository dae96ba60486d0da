"""Asking for an alert, and setting it."""

from django import forms

from jeveuxagir.accounts.bots import BotCheck
from jeveuxagir.accounts.forms import EmailField, FirstNameField
from jeveuxagir.common.text import clean

from .enums import Rhythm


class AlertForm(forms.Form):
    """How often, and under which name."""

    label = forms.CharField(label="Nom de l’alerte", max_length=160)
    rhythm = forms.ChoiceField(
        label="Quand vous écrire ?",
        choices=Rhythm.choices,
        initial=Rhythm.DAILY,
        widget=forms.RadioSelect,
        help_text="Un message par jour au plus, même si vous avez plusieurs alertes.",
        error_messages={"invalid_choice": "Choisissez l’une des réponses."},
    )

    def clean_label(self) -> str:
        return clean(self.cleaned_data["label"])


class StrangerAlertForm(BotCheck):
    """The same without an account: who you are, and how often."""

    first_name = FirstNameField()
    email = EmailField(
        help_text="Nous vous écrivons à cette adresse pour confirmer, puis pour chaque alerte."
    )
    rhythm = forms.ChoiceField(
        label="Quand vous écrire ?",
        choices=Rhythm.choices,
        initial=Rhythm.DAILY,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choisissez l’une des réponses."},
    )

    field_order = ["first_name", "email", "rhythm"]

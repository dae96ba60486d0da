"""What a visitor writes about a page."""

from typing import Any

from django import forms

from jeveuxagir.accounts.bots import BotCheck
from jeveuxagir.accounts.forms import EmailField

from .models import Report


class InsideReportForm(forms.Form):
    """By somebody who reads what others do not: the brigade reads that one text, and no other."""

    why = forms.ChoiceField(
        label="Qu’est-ce qui ne va pas ?".replace(" ?", "\u00a0?"),
        choices=[choice for choice in Report.Why.choices if choice[0] != Report.Why.GONE],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez ce qui ne va pas."},
    )
    details = forms.CharField(
        label="Précisions",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text="L’auteur du message ne lira pas votre texte.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("why") == Report.Why.OTHER and not (cleaned.get("details") or "").strip():
            self.add_error("details", "Dites en quelques mots ce qui ne va pas.")
        return cleaned


class ReportForm(BotCheck):
    why = forms.ChoiceField(
        label="Qu’est-ce qui ne va pas ?".replace(" ?", "\u00a0?"),
        choices=Report.Why.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez ce qui ne va pas."},
    )
    details = forms.CharField(
        label="Précisions",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "4"}),
        help_text="Ce que vous avez vu, et où. L’organisation ne lira pas votre texte.",
    )
    email = EmailField(
        label="Votre adresse électronique",
        required=False,
        help_text="Pour vous dire, une seule fois, ce que nous avons décidé. Nous l’effaçons ensuite.",
    )

    def __init__(self, *args: Any, signed_in: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if signed_in:
            del self.fields["email"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("why") == Report.Why.OTHER and not (cleaned.get("details") or "").strip():
            self.add_error("details", "Dites en quelques mots ce qui ne va pas.")
        return cleaned

    @property
    def is_of_a_bot(self) -> bool:
        """The field nobody sees was filled in."""
        return any(error.code == "bot" for error in self.non_field_errors().as_data())

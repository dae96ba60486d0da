"""What the parties write to each other."""

from typing import Any

from django import forms

from alliances.forms import InNameOf
from jeveuxagir.moderation.models import Report

from .services import LONGEST


def _body(label: str, rows: int = 5) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": str(rows)}),
        error_messages={
            "required": "Écrivez votre message.",
            "max_length": "Ce message est trop long : 4 000 caractères au plus.",
        },
    )


class TopicForm(InNameOf):
    title = forms.CharField(
        label="Sujet",
        max_length=160,
        help_text="Exemple : « Qui prépare la salle le 12 mars ? ».",
        error_messages={"required": "Donnez un titre au sujet."},
    )
    body = _body("Votre message")
    field_order = ("party", "title", "body")


class AnswerForm(InNameOf):
    body = _body("Votre réponse", 4)
    field_order = ("party", "body")


class EditForm(forms.Form):
    body = _body("Votre message")


class ReportForm(forms.Form):
    """By somebody of a party: the brigade reads this message, and no other."""

    why = forms.ChoiceField(
        label="Qu’est-ce qui ne va pas ?",
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

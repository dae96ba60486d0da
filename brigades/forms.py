"""What the brigade writes: decisions, notes, reasons, proposals, invitations."""

from typing import Any

from django import forms

from jeveuxagir.accounts.forms import EmailField
from jeveuxagir.moderation.models import ModerationItem

Decision = ModerationItem.Decision

DECISIONS = [
    (Decision.ACCEPT.value, "Accepter"),
    (Decision.ASK.value, "Demander une correction"),
    (Decision.REFUSE.value, "Refuser"),
]


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label="Votre décision",
        choices=DECISIONS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une décision."},
    )
    reason = forms.CharField(
        label="Raison",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "4"}),
        help_text="Obligatoire pour une correction ou un refus : l’organisation la lira.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, item: ModerationItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if item.kind == ModerationItem.Kind.ATTACHMENT:  # nothing to correct: yes or no
            field: Any = self.fields["decision"]
            field.choices = [choice for choice in DECISIONS if choice[0] != Decision.ASK]

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or self.cleaned_data
        if (
            cleaned.get("decision") in (Decision.ASK, Decision.REFUSE)
            and not (cleaned.get("reason") or "").strip()
        ):
            self.add_error("reason", "Donnez la raison de cette décision : l’organisation la lira.")
        return cleaned


class NoteForm(forms.Form):
    text = forms.CharField(
        label="Note entre agents",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text="L’organisation ne la voit pas.",
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Raison",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text="L’organisation la lira.",
    )


class BulkForm(forms.Form):
    """Several items, one decision. `items` are « id:version »."""

    decision = forms.ChoiceField(
        label="Décision", choices=[("", "Choisir…"), ("take", "Prendre"), *DECISIONS]
    )
    reason = forms.CharField(label="Raison", required=False, max_length=2000)


class FirstOwnerForm(forms.Form):
    email = EmailField(label="Adresse électronique de la personne responsable")

"""What the parties write to each other."""

from django import forms

from alliances.forms import InNameOf

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

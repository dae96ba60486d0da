"""Looking a word up, and contesting its definition."""

from typing import Any

from django import forms

from jeveuxagir.accounts.forms import NonceMixin

from .models import DEFINITION, Term


class ContestForm(NonceMixin, forms.Form):
    why = forms.CharField(
        label="Qu’est-ce qui ne va pas ?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Deux phrases suffisent. Si votre proposition est retenue, elles se liront dans l’historique.",
        error_messages={"required": "Dites ce qui ne va pas dans la définition."},
    )
    proposed = forms.CharField(
        label="Comment l’écririez-vous ?",
        max_length=DEFINITION,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="La définition entière. La première phrase est celle qu’on lit à côté du mot, dans les textes.",
        error_messages={"required": "Proposez une définition."},
    )
    source = forms.CharField(
        label="Sur quoi vous appuyez-vous ?",
        max_length=300,
        required=False,
        help_text="Un texte, une étude, l’adresse d’une page.",
    )

    def __init__(self, *args: Any, term: Term, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["proposed"].initial = term.definition

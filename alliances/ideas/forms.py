"""« Notre idée, notre commune »: two questions, a place, and how to reach you."""

from typing import Any

from django import forms

from jeveuxagir.accounts.bots import BotCheck
from jeveuxagir.accounts.forms import EmailField, FirstNameField, NonceMixin
from jeveuxagir.territories.forms import CommuneField


class IdeaForm(NonceMixin, forms.Form):
    """For somebody signed in."""

    what = forms.CharField(
        label="Votre idée, en une phrase",
        max_length=150,
        help_text="Ce qui manque, ou ce que vous voulez faire. Exemple : un atelier vélo dans notre quartier.",
        error_messages={"required": "Dites votre idée en une phrase."},
    )
    why = forms.CharField(
        label="Pour qui, et pourquoi ?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Qui en a besoin, ce que cela changerait, qui pourrait s’y mettre avec vous. Ne parlez pas de la "
        "santé ou de la vie privée de quelqu’un.",
        error_messages={"required": "Dites pour qui, et pourquoi : deux phrases suffisent."},
    )
    commune = CommuneField(label="Dans quelle commune ?")

    def idea(self) -> dict[str, Any]:
        """what, why, commune."""
        return {name: self.cleaned_data[name] for name in ("what", "why", "commune")}


class StrangerIdeaForm(BotCheck, IdeaForm):
    """For somebody without an account."""

    first_name = FirstNameField(label="Votre prénom")
    email = EmailField(
        label="Votre adresse électronique", help_text="Pour confirmer, puis pour vous donner la réponse."
    )

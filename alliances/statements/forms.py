"""Saying what one lives through, in one page."""

from django import forms

from jeveuxagir.accounts.forms import NonceMixin
from jeveuxagir.territories.forms import CommuneField

from .models import LENGTH


class StatementForm(NonceMixin, forms.Form):
    commune = CommuneField(label="Dans quelle commune ?")
    text = forms.CharField(
        label="Qu’est-ce que vous vivez ici ?",
        max_length=LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Avec vos mots : ce qui manque, ce qui marche, ce qui change. Exemple : « Le dernier car part à "
        "17 h. Quand je finis plus tard, je dors chez ma sœur. » Ne nommez personne, et ne parlez pas de la santé de "
        "quelqu’un d’autre.",
        error_messages={"required": "Dites ce que vous vivez : deux phrases suffisent."},
    )
    signed = forms.BooleanField(
        label="Signer de mon prénom",
        required=False,
        help_text="Votre nom n’apparaît jamais. Avant 18 ans, votre prénom non plus.",
    )

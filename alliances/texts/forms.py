"""What the parties type about their texts, and what anybody asks to check."""

from collections.abc import Sequence
from typing import Any

from django import forms

from alliances.models import Party
from jeveuxagir.common.text import NBSP

from .documents import MOST_BYTES
from .services import COMMENT_DAYS, MOST_LETTERS


def _prose(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": str(rows)})


class ForParty(forms.Form):
    """Something said in a party's name: chosen among `parties`, hidden when there is one."""

    party = forms.TypedChoiceField(
        label="Au nom de",
        coerce=int,
        error_messages={
            "required": "Dites au nom de quelle partie.",
            "invalid_choice": "Choisissez une partie pour laquelle vous pouvez le faire.",
        },
    )

    def __init__(self, *args: Any, parties: Sequence[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parties = {party.pk: party for party in parties}
        field: Any = self.fields["party"]
        field.choices = [(party.pk, party.name) for party in parties]
        if len(parties) == 1:
            field.widget = forms.HiddenInput()
            field.initial = parties[0].pk
        else:
            field.choices = [("", "Choisir"), *field.choices]

    @property
    def chosen(self) -> Party:
        return self.parties[self.cleaned_data["party"]]


class TitleForm(forms.Form):
    title = forms.CharField(
        label="Titre de la convention",
        max_length=160,
        help_text="Exemple : « Prêt des salles et des livres ».",
        error_messages={"required": "Donnez un titre à la convention."},
    )


class ArticleForm(forms.Form):
    title = forms.CharField(
        label="Titre", max_length=160, error_messages={"required": "Donnez un titre à l’article."}
    )
    text = forms.CharField(
        label="Texte",
        max_length=MOST_LETTERS,
        widget=_prose(10),
        error_messages={"required": "Écrivez l’article, ou retirez-le."},
    )
    revision = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)


class SummaryForm(forms.Form):
    """What changes, said by whoever prepares a new version."""

    summary = forms.CharField(
        label="Ce qui change dans cette version",
        max_length=1000,
        widget=_prose(3),
        help_text="Une ou deux phrases, lues avant le texte.",
        error_messages={"required": "Dites ce qui change."},
    )
    revision = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)


class DaysForm(forms.Form):
    days = forms.IntegerField(
        label="Pendant combien de jours ?",
        min_value=1,
        max_value=90,
        initial=COMMENT_DAYS,
        error_messages={
            "required": "Dites combien de jours.",
            "min_value": "Un jour au moins.",
            "max_value": "90 jours au plus.",
        },
    )


class CommentForm(ForParty):
    body = forms.CharField(
        label="Votre commentaire",
        max_length=2000,
        widget=_prose(3),
        error_messages={"required": "Écrivez votre commentaire."},
    )
    field_order = ("party", "body")


class AdoptForm(ForParty):
    capacity = forms.CharField(
        label="En qualité de",
        max_length=120,
        help_text="Exemples : présidente, directeur, maire, citoyenne.",
        error_messages={"required": "Dites en quelle qualité vous signez."},
    )
    #: the words that the page showed
    seen_hash = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    field_order = ("party", "capacity")


class ObligationForm(ForParty):
    clause = forms.ChoiceField(
        label="Au titre de la clause",
        error_messages={
            "required": "Choisissez une clause.",
            "invalid_choice": "Choisissez une clause de la convention.",
        },
    )
    what = forms.CharField(
        label="Elle s’engage à",
        max_length=300,
        help_text="Exemple : « prêter une salle le mercredi après-midi ».",
        error_messages={"required": "Dites ce que la partie fera."},
    )
    due_on = forms.DateField(
        label="Pour le",
        required=False,
        error_messages={"invalid": "Cette date n’existe pas. Exemple : 31/12/2027."},
    )
    field_order = ("party", "clause", "what", "due_on")

    def __init__(self, *args: Any, clauses: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].label = "Partie"
        field: Any = self.fields["clause"]
        field.choices = [("", "Choisir"), *clauses]


class VerifyForm(forms.Form):
    """A code or a file. The file is hashed as it arrives and kept nowhere (uploads.py)."""

    code = forms.CharField(
        label="Code de vérification",
        required=False,
        max_length=60,
        help_text="Douze lettres et chiffres, à la fin du document. Exemple : ABCD-EFGH-2345.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    file = forms.FileField(
        label="Ou le fichier PDF",
        required=False,
        help_text=f"{MOST_BYTES // 1024**2}{NBSP}Mo au plus. Nous en calculons l’empreinte, sans le garder.",
        error_messages={"empty": "Ce fichier est vide : choisissez le PDF que vous avez reçu."},
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > MOST_BYTES:
            raise forms.ValidationError(TOO_BIG)
        return file

    def clean(self) -> dict[str, Any]:
        if not self.errors and not self.cleaned_data.get("code") and not self.cleaned_data.get("file"):
            raise forms.ValidationError("Tapez le code, ou choisissez le fichier.")
        return self.cleaned_data


TOO_BIG = (
    f"Ce fichier est trop gros : {MOST_BYTES // 1024**2}{NBSP}Mo au plus. Nos documents pèsent bien moins."
)

"""What a party brings. The file is examined by its content (files.py); a form only knows whether it came whole."""

from typing import Any

from django import forms

from alliances.forms import InNameOf
from jeveuxagir.common.file_kinds import ACCEPTED, TOO_BIG
from jeveuxagir.common.private_files import MOST_BYTES
from jeveuxagir.common.text import NBSP

KEPT_TYPED = "Le reste de vos réponses est gardé."


class FileField(forms.FileField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Le fichier",
            max_length=255,
            help_text=f"{MOST_BYTES // 1024**2}{NBSP}Mo au plus. {ACCEPTED}, sans macros.",
            error_messages={
                "required": "Choisissez un fichier.",
                "empty": "Ce fichier est vide.",
                "max_length": "Le nom de ce fichier est trop long : raccourcissez-le.",
                "invalid": "Choisissez un fichier.",
            },
            widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.odt,.ods,.docx,.xlsx"}),
            **kwargs,
        )

    def clean(self, data: Any, initial: Any = None) -> Any:
        if getattr(data, "is_too_big", False):
            raise forms.ValidationError(f"{TOO_BIG} {KEPT_TYPED}", code="file_size")
        return super().clean(data, initial)


class DescribeForm(forms.Form):
    title = forms.CharField(
        label="Titre",
        max_length=160,
        help_text="Exemple : « Budget 2027, version votée ».",
        error_messages={"required": "Donnez un titre au document."},
    )
    description = forms.CharField(
        label="De quoi il s’agit",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )


class EditForm(DescribeForm):
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)


class AddForm(InNameOf, DescribeForm):
    file = FileField()
    public = forms.BooleanField(
        label="Le montrer aussi au public",
        required=False,
        help_text="La brigade le relit d’abord. Sans cette case, seules les parties le lisent.",
    )
    field_order = ("party", "title", "description", "file", "public")


class VersionForm(InNameOf):
    file = FileField()
    note = forms.CharField(
        label="Ce qui change",
        max_length=200,
        required=False,
        help_text="Une ligne, lue avant le fichier.",
    )
    #: the latest version that the page showed
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    field_order = ("party", "file", "note")

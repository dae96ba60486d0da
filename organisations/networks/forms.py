"""Inviting, answering, lending words."""

from collections.abc import Iterable
from typing import Any

from django import forms

from jeveuxagir.accounts.forms import EmailField, NonceMixin
from organisations.models import Organisation

from .services import TemplateData


class InviteForm(NonceMixin, forms.Form):
    """A word for the organisation that was chosen."""

    message = forms.CharField(
        label="Un mot pour cette organisation (facultatif)",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )


class MailForm(NonceMixin, forms.Form):
    """An address, when the organisation is not on the site."""

    email = EmailField(
        label="Son adresse électronique",
        error_messages={"required": "Écrivez l’adresse de cette organisation."},
    )


class JoinForm(forms.Form):
    """Which of one's organisations joins."""

    organisation = forms.ChoiceField(
        label="Pour quelle organisation répondez-vous ?".replace(" ?", "\u00a0?"),
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez l’organisation qui rejoint le réseau."},
    )

    def __init__(self, *args: Any, organisations: Iterable[Organisation] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisations = {str(one.pk): one for one in organisations}
        which: Any = self.fields["organisation"]
        which.choices = [(key, one.name) for key, one in self.organisations.items()]
        if len(self.organisations) == 1:
            which.initial = next(iter(self.organisations))

    @property
    def chosen(self) -> Organisation:
        return self.organisations[self.cleaned_data["organisation"]]


class TemplateForm(NonceMixin, forms.Form):
    """Words that members may begin a need of skills with."""

    title = forms.CharField(
        label="Titre du modèle", max_length=160, error_messages={"required": "Donnez un titre à ce modèle."}
    )
    deliverable = forms.CharField(
        label="Ce qui sera rendu",
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": "4"}),
        error_messages={"required": "Dites ce qui sera rendu : c’est le cœur d’un besoin."},
    )
    context = forms.CharField(
        label="À quoi cela servira",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": "4"}),
        help_text="Vos membres complètent avec leur situation.",
    )

    @property
    def words(self) -> TemplateData:
        cleaned = self.cleaned_data
        return TemplateData(cleaned["title"], cleaned["deliverable"], cleaned["context"])

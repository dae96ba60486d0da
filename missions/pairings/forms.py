"""Proposing a need and an offer to each other, and answering."""

from collections.abc import Iterable
from typing import Any

from django import forms

from jeveuxagir.accounts.forms import NonceMixin
from jeveuxagir.ui.contacts import without_contact
from missions.offers.models import Offer

from .enums import DeclineReason

YES, NO = "yes", "no"


class ProposeForm(NonceMixin, forms.Form):
    """An employer says which offer, and a word for the association."""

    offer = forms.ChoiceField(
        label="Quelle offre",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez l’une de vos offres."},
    )
    note = forms.CharField(
        label="Un mot pour l’association",
        required=False,
        max_length=1000,
        validators=[without_contact],
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text="Ne donnez ni nom ni coordonnées : après deux oui, chacun lit à qui écrire chez l’autre.",
    )

    def __init__(
        self,
        *args: Any,
        offers: Iterable[tuple[Offer, str]] = (),
        known: Iterable[Offer] = (),
        **kwargs: Any,
    ) -> None:
        """`offers`: each with what is said beside it. `known`: as BrigadeForm's."""
        super().__init__(*args, **kwargs)
        shown = [(str(one.pk), f"{one.title} ({said})" if said else one.title) for one, said in offers]
        more = {str(one.pk): one for one in known}
        self.offers = {str(one.pk): one for one, _said in offers} | more
        which: Any = self.fields["offer"]
        which.choices = [*shown, *((key, one.title) for key, one in more.items())]
        which.widget.choices = shown
        if len(shown) == 1:
            which.initial = shown[0][0]

    @property
    def chosen(self) -> Offer:
        return self.offers[self.cleaned_data["offer"]]


class BrigadeForm(NonceMixin, forms.Form):
    """One of the offers that go with a need, and why."""

    offer = forms.ChoiceField(
        label="Quelle offre",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une offre."},
    )
    note = forms.CharField(
        label="Pourquoi, pour les deux organisations",
        max_length=1000,
        validators=[without_contact],
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text="Les deux le lisent. Ne donnez ni nom ni coordonnées.",
        error_messages={"required": "Dites en une phrase pourquoi les deux iraient ensemble."},
    )

    def __init__(
        self, *args: Any, offers: Iterable[Offer] = (), known: Iterable[Offer] = (), **kwargs: Any
    ) -> None:
        """`known`: already proposed, so not shown; sent twice, such a one is not unknown the second time."""
        super().__init__(*args, **kwargs)
        shown = {str(one.pk): one for one in offers}
        self.offers = shown | {str(one.pk): one for one in known}
        which: Any = self.fields["offer"]
        which.choices = [(key, f"{one.title} ({one.organisation.name})") for key, one in self.offers.items()]
        which.widget.choices = [choice for choice in which.choices if choice[0] in shown]

    @property
    def chosen(self) -> Offer:
        return self.offers[self.cleaned_data["offer"]]


class WordForm(NonceMixin, forms.Form):
    """A word of an association for the employer."""

    note = forms.CharField(
        label="Un mot pour l’employeur (facultatif)",
        required=False,
        max_length=1000,
        validators=[without_contact],
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text="Ne donnez ni nom ni coordonnées : après deux oui, chacun lit à qui écrire chez l’autre.",
    )


class AnswerForm(forms.Form):
    """Yes, or no with a reason."""

    answer = forms.ChoiceField(
        label="Votre réponse",
        choices=[(YES, "Oui, parlons-en"), (NO, "Non, pas cette fois")],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites oui ou non."},
    )
    reason = forms.ChoiceField(
        label="Si c’est non, pourquoi",
        required=False,
        choices=[("", "Choisissez"), *DeclineReason.choices],
        help_text="À dire seulement si c’est non. Aide à mieux proposer ; l’autre organisation ne le lit pas.",
    )
    note = forms.CharField(
        label="Précision, pour la brigade",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": "2"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].asked_later = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("answer") == NO and not cleaned.get("reason"):
            self.add_error("reason", "Dites pourquoi, en choisissant dans la liste.")
        return cleaned

    @property
    def is_yes(self) -> bool:
        return bool(self.cleaned_data["answer"] == YES)

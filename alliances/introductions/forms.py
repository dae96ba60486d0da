"""Proposing an introduction, answering it, saying what came of it."""

from collections.abc import Iterable
from typing import Any

from django import forms

from jeveuxagir.accounts.forms import EmailField, NonceMixin, PhoneField
from organisations.models import Organisation

from .enums import GoesOn
from .services import Contact, Outcome

YES, NO = "yes", "no"
BRIGADE = "brigade"


def _yes_or_no(yes: str, no: str) -> list[tuple[str, str]]:
    return [(YES, yes), (NO, no)]


class ProposeForm(NonceMixin, forms.Form):
    """Why the two that were chosen should meet, and in whose name it is said."""

    pour = forms.ChoiceField(label="Au nom de", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Pourquoi devraient-elles se rencontrer ?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": "5"}),
        help_text="Ce qu’elles pourraient faire ensemble, qu’aucune ne fait seule. Les deux le lisent. Ne donnez pas "
        "de coordonnées ici.",
        error_messages={"required": "Dites en une phrase au moins pourquoi elles devraient se rencontrer."},
    )

    def __init__(
        self, *args: Any, hosts: Iterable[Organisation] = (), brigade: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.hosts = {str(one.pk): one for one in hosts}
        choices = [(key, one.name) for key, one in self.hosts.items()]
        if brigade:
            choices.insert(0, (BRIGADE, "la brigade"))
        who: Any = self.fields["pour"]
        who.choices = choices
        who.initial = choices[0][0] if choices else ""
        if len(choices) == 1:
            who.required, who.widget = False, forms.HiddenInput()

    @property
    def host(self) -> Organisation | None:
        """The organisation in whose name; None for the brigade."""
        asked = self.cleaned_data.get("pour") or self.fields["pour"].initial
        return self.hosts.get(str(asked))


class AnswerForm(forms.Form):
    """Yes with whom to write to, no with or without a reason."""

    answer = forms.ChoiceField(
        label="Votre réponse",
        choices=_yes_or_no("Oui, nous voulons bien être mis en relation", "Non, pas cette fois"),
        widget=forms.RadioSelect,
        error_messages={"required": "Répondez oui ou non."},
    )
    contact_name = forms.CharField(
        label="À qui écrire chez vous (si oui)",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    contact_email = EmailField(
        label="Son adresse électronique (si oui)",
        required=False,
        help_text="Donnée à l’autre organisation seulement si elle accepte aussi. Sinon elle est effacée.",
    )
    contact_phone = PhoneField(label="Son téléphone", required=False)
    reason = forms.CharField(
        label="Si c’est non : pourquoi ?",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text="Seule la brigade le lit. L’autre organisation apprend que cela ne se fera pas, sans la raison.",
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("answer") == YES:
            if not typed.get("contact_name") and "contact_name" not in self.errors:
                self.add_error("contact_name", "Dites à qui l’autre organisation pourra écrire.")
            if not typed.get("contact_email") and "contact_email" not in self.errors:
                self.add_error("contact_email", "Donnez l’adresse à laquelle elle pourra écrire.")
        return typed

    @property
    def is_yes(self) -> bool:
        return bool(self.cleaned_data["answer"] == YES)

    @property
    def contact(self) -> Contact:
        typed = self.cleaned_data
        return Contact(typed["contact_name"], typed["contact_email"], typed["contact_phone"])


class OutcomeForm(forms.Form):
    """A month later."""

    met = forms.ChoiceField(
        label="Vous êtes-vous rencontrés, ou parlé ?",
        choices=_yes_or_no("Oui", "Non"),
        widget=forms.RadioSelect,
        error_messages={"required": "Répondez oui ou non."},
    )
    goes_on = forms.ChoiceField(
        label="Continuez-vous ensemble ?",
        choices=[(one.value, str(one.label).capitalize()) for one in GoesOn],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez la réponse la plus proche."},
    )
    wants_alliance = forms.ChoiceField(
        label="Voulez-vous en faire une alliance ?",
        choices=_yes_or_no("Oui", "Non, ou pas maintenant"),
        widget=forms.RadioSelect,
        help_text="Une alliance réunit plusieurs organisations autour d’un problème commun, avec un but écrit.",
        error_messages={"required": "Répondez oui ou non."},
    )
    note = forms.CharField(
        label="Un mot pour la brigade",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )

    @property
    def outcome(self) -> Outcome:
        typed = self.cleaned_data
        return Outcome(typed["met"] == YES, typed["goes_on"], typed["wants_alliance"] == YES, typed["note"])


class StartForm(NonceMixin, forms.Form):
    """The alliance of the two, filled in from why they met."""

    name = forms.CharField(
        label="Nom de l’alliance",
        max_length=160,
        help_text="Court et parlant.",
        error_messages={"required": "Donnez un nom à l’alliance."},
    )
    purpose = forms.CharField(
        label="Que voulez-vous changer, et pour qui ?",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": "6"}),
        error_messages={"required": "Dites ce que l’alliance veut changer."},
    )

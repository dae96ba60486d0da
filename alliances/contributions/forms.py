"""What a party brings, what was brought, and the lines of the funding plan."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from alliances.models import Party
from jeveuxagir.common.clock import today
from jeveuxagir.ui.amounts import AmountField

from .enums import FIXED_UNITS, Kind

KINDS = [
    (Kind.MONEY, "De l’argent, en euros"),
    (Kind.DAYS, "Du temps, en jours de travail"),
    (Kind.GOODS, "Des biens"),
    (Kind.PREMISES, "Des locaux"),
    (Kind.DATA, "Des données"),
]


class _PartyMixin(forms.Form):
    """For whom one writes; silent when there is only one choice."""

    party = forms.ModelChoiceField(Party.objects.none(), label="Quelle partie ?", empty_label="Choisir")

    def __init__(self, *args: Any, parties: QuerySet[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["party"]
        field.queryset = parties.order_by("name", "pk")
        if len(parties) == 1:
            field.initial, field.widget = parties[0].pk, forms.HiddenInput()


class ContributionForm(forms.Form):
    what = forms.CharField(
        label="Ce qui est apporté",
        max_length=200,
        help_text="Exemple : « Une salle le mercredi après-midi ».",
        error_messages={"required": "Dites ce qui est apporté."},
    )
    planned = AmountField(
        label="Quantité prévue", error_messages={"required": "Dites combien, même à peu près."}
    )
    unit = forms.CharField(
        label="Unité",
        max_length=40,
        required=False,
        help_text="Pour des biens, des locaux ou des données : livres, repas par semaine, salles, enquêtes…",
    )
    starts_on = forms.DateField(label="À partir du", required=False, widget=forms.DateInput)
    ends_on = forms.DateField(label="Jusqu’au", required=False, widget=forms.DateInput)
    note = forms.CharField(
        label="Précision", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": "3"})
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        kind = data.get("kind") or getattr(self, "kind", "")
        if kind and kind not in FIXED_UNITS and not data.get("unit"):
            self.add_error("unit", "Dites l’unité : livres, salles, repas par semaine…")
        start, end = data.get("starts_on"), data.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", "La fin vient après le début.")
        return data


class NewContributionForm(_PartyMixin, ContributionForm):
    kind = forms.ChoiceField(
        label="De quoi s’agit-il ?",
        choices=KINDS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez de quoi il s’agit."},
    )

    field_order = ("party", "kind", "what", "planned", "unit", "starts_on", "ends_on", "note")


class ChangeContributionForm(ContributionForm):
    """Its kind stays; money and days have one unit."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        if kind in FIXED_UNITS:
            del self.fields["unit"]
            self.fields["planned"].label = f"Quantité prévue, en {'euros' if kind == Kind.MONEY else 'jours'}"


class DeliveryForm(forms.Form):
    quantity = AmountField(label="Quantité apportée", error_messages={"required": "Dites combien."})
    on = forms.DateField(
        label="Le",
        widget=forms.DateInput,
        initial=today,
        error_messages={"required": "Dites quand."},
    )
    note = forms.CharField(label="Précision", max_length=200, required=False)


class FundingForm(_PartyMixin):
    funder = forms.CharField(
        label="Financeur, s’il n’est pas dans l’alliance",
        max_length=160,
        required=False,
        help_text="Exemple : « Conseil départemental ».",
    )
    amount = AmountField(label="Montant demandé, en euros", error_messages={"required": "Dites combien."})
    requested_on = forms.DateField(
        label="Demandé le",
        widget=forms.DateInput,
        initial=today,
        error_messages={"required": "Dites quand la demande est partie."},
    )
    note = forms.CharField(
        label="Précision", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": "3"})
    )

    field_order = ("party", "funder", "amount", "requested_on", "note")

    def __init__(self, *args: Any, parties: QuerySet[Party], outside: bool, **kwargs: Any) -> None:
        super().__init__(*args, parties=parties, **kwargs)
        field: Any = self.fields["party"]
        if outside:
            field.required, field.initial = False, None
            field.label, field.empty_label = "Financeur, s’il est dans l’alliance", "Aucun"
            field.widget = forms.Select(choices=field.choices)
        else:
            del self.fields["funder"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "funder" in self.fields:
            if not data.get("party") and not data.get("funder"):
                self.add_error("funder", "Dites à qui l’argent est demandé.")
            elif data.get("party") and data.get("funder"):
                self.add_error(
                    "funder", "Choisissez une partie, ou écrivez un autre financeur : l’un des deux."
                )
        return data


class ObtainedForm(forms.Form):
    obtained = AmountField(
        label="Montant obtenu, en euros", error_messages={"required": "Dites le montant obtenu."}
    )

"""The dictionary, the values, what is said of them, shared results."""

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from alliances.models import Party
from jeveuxagir.common.clock import today
from jeveuxagir.taxonomies.models import Sdg
from jeveuxagir.ui.amounts import AmountField

from .board import entered_by
from .enums import Axis, Rhythm, Wanted
from .models import Indicator
from .periods import between, label, last_ended

#: the periods that a result may be of
RESULT_YEARS, RESULT_QUARTERS = 4, 8


def _prose(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": str(rows)})


class _PartyMixin(forms.Form):
    """For which of one's parties; silent when there is only one."""

    party = forms.ModelChoiceField(Party.objects.none(), label="Au nom de", empty_label="Choisir")

    def __init__(self, *args: Any, parties: QuerySet[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["party"]
        field.queryset = parties.order_by("name", "pk")
        if len(parties) == 1:
            field.initial, field.widget = parties[0].pk, forms.HiddenInput()


class IndicatorForm(forms.Form):
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    name = forms.CharField(
        label="Nom de l’indicateur",
        max_length=120,
        help_text="Court. Exemple : « Enfants qui lisent chaque semaine ».",
        error_messages={"required": "Donnez un nom à l’indicateur."},
    )
    definition = forms.CharField(
        label="Que compte-t-on exactement ?",
        max_length=1000,
        widget=_prose(),
        error_messages={"required": "Dites ce que l’on compte."},
    )
    method = forms.CharField(
        label="Comment compte-t-on ?",
        max_length=1000,
        widget=_prose(),
        help_text="Qui compte, où, quand. Exemple : « Les listes d’appel, le dernier mercredi du trimestre ».",
        error_messages={"required": "Dites comment on compte."},
    )
    unit = forms.CharField(
        label="Unité",
        max_length=40,
        help_text="Enfants, kilos, %, jours…",
        error_messages={"required": "Dites l’unité."},
    )
    owner = forms.ModelChoiceField(
        Party.objects.none(),
        label="Quelle partie le saisit ?",
        empty_label="Choisir",
        error_messages={"required": "Dites quelle partie saisit cet indicateur."},
    )
    rhythm = forms.ChoiceField(label="Tous les combien ?", choices=Rhythm, initial=Rhythm.QUARTERLY)
    wanted = forms.ChoiceField(
        label="Dans quel sens ?", choices=Wanted, widget=forms.RadioSelect, initial=Wanted.UP
    )
    baseline = AmountField(
        label="Point de départ",
        max_digits=14,
        help_text="La valeur avant l’alliance, ou au début.",
        error_messages={"required": "Dites d’où vous partez, même si c’est zéro."},
    )
    baseline_on = forms.DateField(
        label="Mesuré le", widget=forms.DateInput, error_messages={"required": "Dites quand."}
    )
    target = AmountField(
        label="Cible", max_digits=14, error_messages={"required": "Dites ce que vous visez."}
    )
    target_on = forms.DateField(
        label="Pour le", widget=forms.DateInput, error_messages={"required": "Dites pour quand."}
    )
    axis = forms.ChoiceField(label="Axe", choices=[("", "Aucun"), *Axis.choices], required=False)
    sdg = forms.ModelChoiceField(
        Sdg.objects.none(),
        label="Objectif de développement durable",
        required=False,
        empty_label="Aucun en particulier",
    )

    def __init__(self, *args: Any, owners: QuerySet[Party], orphan: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["owner"]
        owner.queryset, owner.required = owners.order_by("name", "pk"), not orphan
        sdg: Any = self.fields["sdg"]
        sdg.queryset = Sdg.objects.order_by("number")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        start, end = data.get("baseline_on"), data.get("target_on")
        if start and start > today():
            self.add_error("baseline_on", "Le point de départ est mesuré, pas prévu.")
        if start and end and end <= start:
            self.add_error("target_on", "La cible vient après le point de départ.")
        return data


class _ProofMixin(forms.Form):
    amount = AmountField(label="Valeur", max_digits=14, error_messages={"required": "Dites la valeur."})
    proof = forms.CharField(
        label="D’où vient ce nombre ?",
        max_length=300,
        help_text="Exemple : « Listes d’appel des trois médiathèques ».",
        error_messages={"required": "Dites d’où vient ce nombre."},
    )
    proof_url = forms.URLField(
        label="Lien vers la preuve", max_length=300, required=False, assume_scheme="https"
    )
    note = forms.CharField(
        label="Ce qu’il faut savoir pour le lire", max_length=1000, required=False, widget=_prose()
    )


class ValueForm(_PartyMixin, _ProofMixin):
    period = forms.TypedChoiceField(
        label="Période",
        coerce=datetime.date.fromisoformat,
        empty_value=None,
        error_messages={
            "required": "Dites la période.",
            "invalid_choice": "Choisissez une période terminée.",
        },
    )

    field_order = ("party", "period", "amount", "proof", "proof_url", "note")

    def __init__(self, *args: Any, indicator: Indicator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = f"Valeur ({indicator.unit})"
        field: Any = self.fields["period"]
        # what was just sent stays in the list: entered meanwhile, it is answered in its own words
        sent, waiting = self.data.get("period"), dict(periods_to_enter(indicator, kwargs["parties"]))
        shown = [pair for pair in periods_to_enter(indicator) if pair[0] in waiting or pair[0] == sent]
        field.choices = [("", "Choisir"), *shown]


class CorrectionForm(_ProofMixin):
    def __init__(self, *args: Any, indicator: Indicator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = f"Valeur corrigée ({indicator.unit})"


class ReviewForm(_PartyMixin):
    verdict = forms.ChoiceField(choices=[("confirmed", "Confirmer"), ("disputed", "Contester")])
    reason = forms.CharField(label="Pourquoi", max_length=1000, required=False, widget=_prose())


class ResultForm(_PartyMixin):
    name = forms.CharField(
        label="Résultat",
        max_length=160,
        help_text="Exemple : « Repas servis ».",
        error_messages={"required": "Donnez un nom au résultat."},
    )
    quantity = AmountField(
        label="Quantité",
        max_digits=14,
        min_value=Decimal("0.01"),
        error_messages={"required": "Dites combien."},
    )
    unit = forms.CharField(label="Unité", max_length=40, error_messages={"required": "Dites l’unité."})
    period = forms.ChoiceField(label="Période", error_messages={"required": "Dites la période."})
    proof = forms.CharField(
        label="D’où vient ce nombre ?",
        max_length=300,
        error_messages={"required": "Dites d’où vient ce nombre."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["period"]
        field.choices = [("", "Choisir"), *_result_periods()]

    def clean_period(self) -> tuple[str, datetime.date]:
        rhythm, _, day = self.cleaned_data["period"].partition(":")
        return rhythm, datetime.date.fromisoformat(day)


class ClaimForm(forms.Form):
    quantity = AmountField(
        label="Part comptée par l’alliance",
        max_digits=14,
        min_value=Decimal("0.01"),
        error_messages={"required": "Dites combien."},
    )
    how = forms.CharField(
        label="En quoi l’alliance y a-t-elle contribué ?",
        max_length=1000,
        widget=_prose(),
        error_messages={"required": "Dites en quoi l’alliance y a contribué."},
    )


def periods_to_enter(indicator: Indicator, parties: Iterable[Party] = ()) -> list[tuple[str, str]]:
    """The periods that are over, the latest first; without those that all of these parties have entered."""
    found = between(indicator.rhythm, indicator.baseline_on, last_ended(indicator.rhythm, today()))
    pks = {party.pk for party in parties}
    if pks:
        entered = entered_by(indicator, pks)
        found = [day for day in found if any((day, pk) not in entered for pk in pks)]
    return [(day.isoformat(), label(indicator.rhythm, day).capitalize()) for day in reversed(found)]


def _result_periods() -> Sequence[tuple[str, str]]:
    choices = []
    for rhythm, most in ((Rhythm.YEARLY, RESULT_YEARS), (Rhythm.QUARTERLY, RESULT_QUARTERS)):
        last = last_ended(rhythm, today())
        since = last.replace(year=last.year - most)
        found = between(rhythm, since, last)[-most:]
        choices += [(f"{rhythm}:{day.isoformat()}", label(rhythm, day)) for day in reversed(found)]
    return choices

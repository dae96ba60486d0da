"""Registering a team for a day, and changing what was said of it."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from jeveuxagir.accounts.forms import NonceMixin, PhoneField
from jeveuxagir.common.text import NBSP, plural
from missions.models import Mission, Slot
from missions.words import when_in_words
from organisations.models import Organisation

from .forms import MESSAGE_AT_MOST, CancelForm
from .models import TEAM_NAME_AT_MOST, Participation
from .services import Team


class _TeamFields(forms.Form):
    """How many come, and whom to reach on the day. Nobody else of the team is named."""

    places = forms.IntegerField(
        label=f"Combien serez-vous{NBSP}?",
        error_messages={"required": "Dites combien de personnes viendront."},
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    team_name = forms.CharField(
        label="Nom de l’équipe",
        required=False,
        max_length=TEAM_NAME_AT_MOST,
        help_text="Par exemple : l’équipe du magasin, les apprentis de première année.",
    )
    contact_name = forms.CharField(
        label="Personne à joindre le jour même",
        max_length=120,
        help_text="Elle vient avec l’équipe. L’association voit son nom et son téléphone quand elle a dit oui.",
        error_messages={"required": "Donnez le nom de la personne à joindre le jour même."},
    )
    contact_phone = PhoneField(
        label="Son téléphone", error_messages={"required": "Donnez son numéro de téléphone."}
    )

    def __init__(self, *args: Any, mission: Mission, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        smallest, largest = mission.team_smallest, mission.team_largest
        field: Any = self.fields["places"]
        if smallest is not None and largest is not None:
            said = f"Cette mission accueille des équipes de {smallest} à {largest} personnes."
            field.min_value, field.max_value = smallest, largest
            field.validators = [
                MinValueValidator(smallest, said),
                MaxValueValidator(largest, said),
            ]
            field.help_text = f"De {smallest} à {largest} personnes, toutes du même groupe."
            field.widget.attrs |= {"min": smallest, "max": largest}

    def team(self) -> Team:
        typed = self.cleaned_data
        return Team(typed["team_name"], typed["contact_name"], typed["contact_phone"])


class TeamForm(NonceMixin, _TeamFields):
    """A team for one of the mission's days."""

    slot = forms.ModelChoiceField(
        Slot.objects.none(),
        label="Quel jour\u00a0?",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": "Choisissez un jour.",
            "invalid_choice": "Ce jour n’est plus proposé. Choisissez-en un autre.",
        },
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label="Au nom de quelle organisation\u00a0?",
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez votre organisation.",
            "invalid_choice": "Vous ne coordonnez pas cette organisation. Choisissez-en une de la liste.",
        },
    )
    message = forms.CharField(
        label="Votre message à l’association",
        required=False,
        max_length=MESSAGE_AT_MOST,
        help_text="Par exemple : ce que votre équipe aime faire, une question sur la journée. N’écrivez rien sur la "
        "santé des personnes.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    of_age = forms.BooleanField(
        error_messages={"required": "Vérifiez l’âge de chaque personne, puis cochez."}
    )

    field_order = ["slot", "organisation", "places", "team_name", "contact_name", "contact_phone", "message"]

    def __init__(
        self, *args: Any, mission: Mission, organisations: Any, slots: list[Slot], **kwargs: Any
    ) -> None:
        super().__init__(*args, mission=mission, **kwargs)
        self.fields[
            "of_age"
        ].label = f"Toutes les personnes de l’équipe ont au moins {mission.minimum_age} ans"
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        only = list(organisations[:2])
        if len(only) == 1:
            self.fields["organisation"].initial = only[0].pk
            self.fields["organisation"].widget = forms.HiddenInput()
        self.mission = mission
        self.fields["slot"].queryset = Slot.objects.filter(pk__in=[slot.pk for slot in slots])  # type: ignore[attr-defined]
        self.offer(slots)
        if len(slots) == 1:
            self.fields["slot"].initial = slots[0].pk

    def offer(self, slots: list[Slot]) -> None:
        """Show these days only."""
        self.fields["slot"].choices = [(slot.pk, self._words(slot)) for slot in slots]  # type: ignore[attr-defined]

    def _words(self, slot: Slot) -> str:
        words = when_in_words(slot)
        return f"{words[0].upper()}{words[1:]} ({teams_in_words(slot, self.mission)})"


class TeamChangeForm(_TeamFields):
    """Another number, another person to reach."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    @staticmethod
    def initial_of(row: Participation) -> dict[str, Any]:
        names = ("places", "team_name", "contact_name", "contact_phone", "version")
        return {name: getattr(row, name) for name in names}


class TeamCancelForm(CancelForm):
    reason = forms.CharField(
        label="Dites pourquoi à l’association",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Dites à l’association pourquoi votre équipe ne vient pas."},
    )


class CameForm(forms.Form):
    """How many of the team came."""

    came = forms.IntegerField(
        label="Combien de personnes sont venues\u00a0?",
        error_messages={"required": "Dites combien de personnes sont venues."},
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)


def teams_in_words(slot: Slot, mission: Mission) -> str:
    """« 1 place d’équipe sur 2 », and how many people when fewer than the largest team may come."""
    left = slot.teams_left(mission.team_smallest)
    if not left:
        return "complet pour les équipes"
    words = f"{plural(left, 'place d’équipe', 'places d’équipe')} sur {slot.team_places}"
    if slot.free < (mission.team_largest or 0):
        words += f", {slot.free} personnes au plus"
    return words

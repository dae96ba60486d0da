"""Meetings and their minutes, decisions and voices, tasks, lines of the matrix of roles."""

import datetime
from typing import Any

from django import forms

from alliances.forms import PartyField
from alliances.models import Party
from jeveuxagir.accounts.forms import NonceMixin
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.clock import today
from jeveuxagir.ui.dates import day_of

from .enums import Choice, Level, TaskState
from .models import Meeting

LENGTHS = [
    (30, "30 minutes"),
    (60, "1 heure"),
    (90, "1 heure et demie"),
    (120, "2 heures"),
    (180, "3 heures"),
    (240, "une demi-journée"),
    (480, "une journée"),
]
VOTE_LENGTHS = [(3, "3 jours"), (7, "une semaine"), (14, "deux semaines"), (30, "un mois"), (60, "deux mois")]


def _prose(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": str(rows)})


class MeetingForm(NonceMixin, forms.Form):
    title = forms.CharField(
        label="De quoi s’agit-il",
        max_length=160,
        help_text="Exemple : « Comité de mars ».",
        error_messages={"required": "Donnez un intitulé à la réunion."},
    )
    day = forms.DateField(label="Quel jour", error_messages={"required": "Choisissez un jour."})
    start = forms.TimeField(label="À quelle heure", error_messages={"required": "Choisissez une heure."})
    minutes_long = forms.TypedChoiceField(
        label="Pour combien de temps", choices=LENGTHS, coerce=int, initial=120
    )
    place = forms.CharField(label="Où", max_length=200, required=False)
    online_url = forms.URLField(
        label="Lien de visioconférence", max_length=300, required=False, assume_scheme="https"
    )
    agenda = forms.CharField(
        label="Ordre du jour",
        max_length=7000,
        required=False,
        widget=_prose(5),
        help_text="Un point par ligne, 30 au plus.",
    )
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, zone: str = "", length: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if zone:
            self.fields["start"].help_text = f"À l’{zone}."
        lengths: Any = self.fields["minutes_long"]
        if length and length not in dict(LENGTHS):
            lengths.choices = [*LENGTHS, (length, f"{length} minutes")]

    def clean_agenda(self) -> list[str]:
        return [line for line in self.cleaned_data["agenda"].splitlines() if line.strip()]


class MinutesForm(forms.Form):
    """What was said, and who came."""

    minutes = forms.CharField(
        label="Ce qui s’est dit",
        max_length=20000,
        widget=_prose(12),
        help_text="Du texte simple. Les décisions et les actions s’ajoutent ensuite, depuis la page de la réunion.",
        error_messages={"required": "Écrivez le compte rendu."},
    )
    came = forms.TypedMultipleChoiceField(
        label="Qui est venu", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        came: Any = self.fields["came"]
        came.choices = people


class MeetingField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.title}, le {day_of(obj.local_start.date())}"


class DecisionForm(NonceMixin, forms.Form):
    title = forms.CharField(
        label="Ce qui est à décider",
        max_length=200,
        help_text="Une phrase à laquelle on répond pour ou contre. Exemple : « Ouvrir aussi le samedi ».",
        error_messages={"required": "Dites ce qui est à décider."},
    )
    body = forms.CharField(
        label="Pourquoi, et ce que cela change", max_length=4000, required=False, widget=_prose(5)
    )
    days = forms.TypedChoiceField(label="Le vote dure", choices=VOTE_LENGTHS, coerce=int, initial=7)
    meeting = MeetingField(
        Meeting.objects.none(), label="Réunion", required=False, empty_label="Aucune en particulier"
    )

    def __init__(self, *args: Any, meetings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["meeting"]
        field.queryset = meetings
        if not meetings.exists():
            del self.fields["meeting"]


class ThirdForm(NonceMixin, forms.Form):
    """The mandate of a trusted third party, and what makes it independent."""

    independence = forms.CharField(
        label="En quoi cette partie est indépendante",
        max_length=1000,
        widget=_prose(3),
        help_text="Ses liens avec les autres parties, d’où viennent ses moyens. Qui finance ne peut pas l’être.",
        error_messages={"required": "Dites en quoi cette partie est indépendante."},
    )
    mandate = forms.CharField(
        label="Ce que les parties lui demandent",
        max_length=2000,
        widget=_prose(4),
        help_text="Exemple : « Relit les comptes une fois par an, et le dit à tous. »",
        error_messages={"required": "Dites ce que les parties lui demandent."},
    )
    starts_on = forms.DateField(
        label="À partir du", error_messages={"required": "Dites quand le mandat commence."}
    )
    ends_on = forms.DateField(label="Jusqu’au", error_messages={"required": "Dites quand le mandat finit."})
    days = forms.TypedChoiceField(label="Le vote dure", choices=VOTE_LENGTHS, coerce=int, initial=7)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends <= starts:
            self.add_error("ends_on", "Le mandat finit après avoir commencé.")
        return cleaned


class VoteForm(forms.Form):
    choice = forms.ChoiceField(
        label="Votre voix",
        choices=[(Choice.FOR, "Pour"), (Choice.AGAINST, "Contre"), (Choice.ABSTAIN, "Abstention")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une réponse."},
    )
    reason = forms.CharField(
        label="Pourquoi",
        max_length=1000,
        required=False,
        widget=_prose(3),
        help_text="Demandé si vous votez contre. Les autres parties le lisent.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("choice") == Choice.AGAINST and not cleaned.get("reason", "").strip():
            self.add_error("reason", "Dites pourquoi vous votez contre : les autres parties le liront.")
        return cleaned


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.full_name)


class GiveForm(NonceMixin, forms.Form):
    title = forms.CharField(
        label="Ce qui est à faire",
        max_length=200,
        help_text="Commencez par un verbe. Exemple : « Réserver la salle ».",
        error_messages={"required": "Dites ce qui est à faire."},
    )
    party = PartyField(
        Party.objects.none(),
        label="Qui s’en charge",
        empty_label="Choisir",
        error_messages={"required": "Choisissez qui s’en charge."},
    )
    due_on = forms.DateField(label="Pour le", error_messages={"required": "Choisissez une date."})

    def __init__(self, *args: Any, parties: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["party"]
        field.queryset = parties

    def clean_due_on(self) -> datetime.date:
        due_on: datetime.date = self.cleaned_data["due_on"]
        if due_on < today():
            raise forms.ValidationError("Choisissez une date à venir.")
        return due_on


class TaskForm(forms.Form):
    """Where it stands."""

    state = forms.ChoiceField(
        label="Où en est-elle",
        choices=[(s.value, str(s.label).capitalize()) for s in TaskState],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites où en est l’action."},
    )
    note = forms.CharField(
        label="En quelques mots",
        max_length=1000,
        required=False,
        widget=_prose(3),
        help_text="Demandé si elle est bloquée ou abandonnée : dites ce qui bloque, ou pourquoi.",
    )
    due_on = forms.DateField(label="Pour le", error_messages={"required": "Choisissez une date."})
    party = PartyField(
        Party.objects.none(),
        label="Qui s’en charge",
        empty_label="Personne : à reprendre",
        required=False,
    )
    person = PersonField(
        Person.objects.none(), label="Une personne en particulier", required=False, empty_label="Non"
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, parties: Any, people: Any, has_party: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        party: Any = self.fields["party"]
        party.queryset = parties
        if has_party:
            party.required, party.empty_label = True, None
        person: Any = self.fields["person"]
        person.queryset = people
        if not people.exists():
            del self.fields["person"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        stuck = cleaned.get("state") in (TaskState.BLOCKED, TaskState.DROPPED)
        if stuck and not cleaned.get("note", "").strip():
            self.add_error("note", "Dites ce qui bloque, ou pourquoi l’action est abandonnée.")
        return cleaned


class NewFunctionForm(forms.Form):
    name = forms.CharField(
        label="Ajouter une fonction",
        max_length=120,
        help_text="Exemple : « Tenir les comptes ».",
        error_messages={"required": "Donnez un nom à la fonction."},
    )


class FunctionForm(forms.Form):
    """A line of the matrix: its name, and one list per party."""

    name = forms.CharField(
        label="Nom de la fonction",
        max_length=120,
        error_messages={"required": "Donnez un nom à la fonction."},
    )

    def __init__(self, *args: Any, parties: list[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for party in parties:
            self.fields[f"party-{party.pk}"] = forms.ChoiceField(
                label=party.name, choices=[("", "Aucun rôle"), *_levels()], required=False
            )

    @property
    def cells(self) -> dict[int, str]:
        return {
            int(name.removeprefix("party-")): level
            for name, level in self.cleaned_data.items()
            if name.startswith("party-")
        }


def _levels() -> list[tuple[str, str]]:
    return [(level.value, str(level.label).capitalize()) for level in Level]

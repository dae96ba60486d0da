"""The one screen from which the brigade begins an alliance."""

from typing import Any

from django import forms

from alliances.enums import College
from alliances.services import AllianceData
from jeveuxagir.accounts.forms import EmailField, NonceMixin
from jeveuxagir.accounts.models import User
from jeveuxagir.taxonomies.models import Domain
from jeveuxagir.territories.forms import CommuneField
from jeveuxagir.territories.models import Department

from . import scopes
from .beginnings import Beginning

#: (prefix of the fields, title, college) of those who are asked
INVITED = (
    ("association", "Une association", College.ASSOCIATIONS),
    ("company", "Une entreprise", College.COMPANIES),
    ("authority", "Une collectivité ou un service public", College.PUBLIC),
)


PLACED = ("department", "commune", "domain")
WORLDS_AT_LEAST = 2


class StartForm(NonceMixin, forms.Form):
    """From nothing, three worlds are named. From something, who is known is ticked and others may be added."""

    name = forms.CharField(
        label="Nom de l’alliance",
        max_length=160,
        help_text="Court et parlant. Exemple : « Bien manger à Romans ».",
        error_messages={"required": "Donnez un nom à l’alliance."},
    )
    purpose = forms.CharField(
        label="Que voulez-vous rendre possible, et pour qui ?",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": "4"}),
        help_text="Les parties pourront le récrire.",
        error_messages={"required": "Dites ce que l’alliance veut changer."},
    )
    department = forms.ModelChoiceField(
        Department.objects.none(),
        label="Département",
        empty_label="Choisir",
        error_messages={
            "required": "Choisissez un département.",
            "invalid_choice": "Choisissez un département de votre territoire.",
        },
    )
    commune = CommuneField(label="Commune", required=False)
    domain = forms.ModelChoiceField(
        Domain.objects.active().order_by("position"),
        label="Domaine",
        required=False,
        empty_label="Pas encore choisi",
        error_messages={"invalid_choice": "Choisissez un domaine de la liste."},
    )
    message = forms.CharField(
        label="Votre message",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text="Il se lit sur la page de chaque invitation.",
    )
    invited = forms.MultipleChoiceField(
        label="Inviter",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Chacun reçoit un courriel et répond oui ou non, sans créer de compte.",
    )

    def __init__(self, *args: Any, user: User, beginning: Beginning, **kwargs: Any) -> None:
        super().__init__(*args, initial=beginning.initial, **kwargs)
        self.beginning = beginning
        if beginning.is_placed:
            for name in PLACED:
                del self.fields[name]
        else:
            mine: Any = self.fields["department"]
            mine.queryset = scopes.departments(user)
            mine.label_from_instance = lambda department: f"{department.code} – {department.name}"
            if not self.is_bound and not beginning.initial.get("department") and mine.queryset.count() == 1:
                self.initial["department"] = mine.queryset.get()
        known: Any = self.fields["invited"]
        known.choices = [(guest.key, guest.label) for guest in beginning.guests]
        known.initial = [guest.key for guest in beginning.guests]
        if not beginning.guests or beginning.all_invited:
            del self.fields["invited"]
        for key, title, _ in INVITED:
            self.fields[f"{key}_name"] = forms.CharField(
                label="Son nom",
                max_length=160,
                required=not beginning.said,
                error_messages={"required": f"{title} : dites laquelle."},
            )
            self.fields[f"{key}_email"] = EmailField(
                label="Son adresse électronique",
                required=not beginning.said,
                error_messages={"required": f"{title} : donnez son adresse électronique."},
            )

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        if self.beginning.all_invited:
            typed["invited"] = [guest.key for guest in self.beginning.guests]
        for key, title, _ in INVITED if self.beginning.said else ():
            name, email = typed.get(f"{key}_name"), typed.get(f"{key}_email")
            if name and not email and f"{key}_email" not in self.errors:
                self.add_error(f"{key}_email", "Donnez l’adresse à laquelle inviter, ou effacez le nom.")
            if email and not name and f"{key}_name" not in self.errors:
                self.add_error(f"{key}_name", f"{title} : dites laquelle, ou effacez l’adresse.")
        if self.beginning.said and not self.errors and len(self._worlds(typed)) < WORLDS_AT_LEAST:
            self.add_error(None, "Invitez des organisations de deux mondes au moins.")
        commune, department = typed.get("commune"), typed.get("department")
        if commune and department and commune.department_id != department.pk:
            self.add_error("commune", f"{commune.label} n’est pas dans ce département.")
        seen: set[str] = set()
        for key, _, _ in INVITED:
            email = (typed.get(f"{key}_email") or "").lower()
            if email and email in seen:
                self.add_error(f"{key}_email", "Cette adresse est déjà celle d’un autre invité.")
            seen.add(email)
        return typed

    def _worlds(self, typed: dict[str, Any]) -> set[str]:
        ticked = {guest.college for guest in self.beginning.guests if guest.key in typed.get("invited", ())}
        return ticked | {str(college.label) for key, _, college in INVITED if typed.get(f"{key}_email")}

    @property
    def named(self) -> list[tuple[str, College, str]]:
        """(name, college, address) of those who were typed."""
        typed = self.cleaned_data
        return [
            (typed[f"{key}_name"], college, typed[f"{key}_email"])
            for key, _, college in INVITED
            if typed.get(f"{key}_email")
        ]

    def alliance(self) -> AllianceData:
        """Its place: the commune if one was given, else the department."""
        typed = self.cleaned_data
        place = typed.get("commune") or typed.get("department")
        return AllianceData(
            name=typed["name"],
            purpose=typed["purpose"],
            places=[place] if place else [],
            domain=typed.get("domain"),
        )

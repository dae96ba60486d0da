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

#: (prefix of the fields, title, college) of those who are asked
INVITED = (
    ("association", "Une association", College.ASSOCIATIONS),
    ("company", "Une entreprise", College.COMPANIES),
    ("authority", "Une collectivité ou un service public", College.PUBLIC),
)


class StartForm(NonceMixin, forms.Form):
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
        help_text="Il se lit sur la page des trois invitations.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine: Any = self.fields["department"]
        mine.queryset = scopes.departments(user)
        mine.label_from_instance = lambda department: f"{department.code} – {department.name}"
        if not self.is_bound and mine.queryset.count() == 1:
            mine.initial = mine.queryset.get()
        for key, title, _ in INVITED:
            self.fields[f"{key}_name"] = forms.CharField(
                label="Son nom", max_length=160, error_messages={"required": f"{title} : dites laquelle."}
            )
            self.fields[f"{key}_email"] = EmailField(label="Son adresse électronique")

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or self.cleaned_data
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

    def alliance(self) -> AllianceData:
        """Its place: the commune if one was given, else the department."""
        typed = self.cleaned_data
        return AllianceData(
            name=typed["name"],
            purpose=typed["purpose"],
            places=[typed["commune"] or typed["department"]],
            domain=typed["domain"],
        )

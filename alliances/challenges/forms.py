"""Stating a common problem, saying « nous aussi », starting the alliance."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from alliances.enums import College
from jeveuxagir.accounts.forms import EmailField, NonceMixin
from jeveuxagir.findable import filters
from jeveuxagir.taxonomies.models import Domain, Sdg
from jeveuxagir.territories.forms import CommuneField
from jeveuxagir.territories.models import Department
from jeveuxagir.ui.facets import SeveralField, SeveralMixin
from organisations.models import Organisation

from .directory import Wanted
from .enums import Standing
from .models import Challenge, Support
from .services import ChallengeData, Guest

MYSELF = "moi"


def _departments(field: Any) -> None:
    field.queryset = Department.objects.order_by("code")
    field.label_from_instance = lambda department: f"{department.code} – {department.name}"


class DirectoryForm(SeveralMixin, forms.Form):
    """The list's filters, each of several values. A wrong value is said in French and left out."""

    etat = SeveralField(
        lambda: {one.value: one for one in Standing},
        label="Où il en est",
        wrong="Nous ne connaissons pas cet état.",
    )
    departement = filters.departments()
    domaine = filters.domains()
    odd = filters.sdgs()

    def wanted(self) -> Wanted:
        """What was asked; call `is_valid` first."""
        asked = self.cleaned_data
        return Wanted(
            departments=asked["departement"],
            domains=asked["domaine"],
            sdgs=asked["odd"],
            standings=[one.value for one in asked["etat"]],
        )


class WhoMixin(forms.Form):
    """For oneself or for one of the organisations one handles; not asked of whoever has none."""

    pour = forms.ChoiceField(label="En tant que", widget=forms.RadioSelect)

    def __init__(self, *args: Any, organisations: Iterable[Organisation] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisations = {str(one.pk): one for one in organisations}
        who: Any = self.fields["pour"]
        choices = [(key, one.name) for key, one in self.organisations.items()]
        choices.append((MYSELF, "moi, en tant qu’habitante ou habitant"))
        who.choices = choices
        who.initial = choices[0][0]
        if len(choices) == 1:
            who.required, who.widget = False, forms.HiddenInput()

    @property
    def organisation(self) -> Organisation | None:
        return self.organisations.get(self.cleaned_data.get("pour", ""))


class ChallengeForm(NonceMixin, WhoMixin):
    statement = forms.CharField(
        label="Le problème, en une phrase",
        max_length=160,
        help_text="Ce qui ne va pas, sans dire encore la solution. Exemple : des collégiens ne déjeunent pas le midi.",
        error_messages={"required": "Dites le problème en une phrase."},
    )
    who = forms.CharField(
        label="Qui en souffre, et comment ?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "4"}),
        help_text="Un groupe de personnes, jamais quelqu’un en particulier.",
        error_messages={"required": "Dites qui en souffre : deux phrases suffisent."},
    )
    commune = CommuneField(label="Dans quelle commune ?", required=False)
    department = forms.ModelChoiceField(
        Department.objects.none(),
        label="Ou dans tout un département ?",
        required=False,
        empty_label="Non, une seule commune",
    )
    evidence = forms.CharField(
        label="Qu’est-ce qui le montre ?",
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": "4"}),
        help_text="Un chiffre, ce que vous voyez chaque semaine, une étude.",
    )
    link = forms.URLField(
        label="Un lien qui le montre",
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text="Exemple : https://www.exemple.fr/etude",
    )
    domain = forms.ModelChoiceField(
        Domain.objects.none(), label="Domaine", required=False, empty_label="Aucun en particulier"
    )
    sdgs = forms.ModelMultipleChoiceField(
        Sdg.objects.none(),
        label="Objectifs de développement durable",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Seulement ceux qui comptent vraiment ici.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _departments(self.fields["department"])
        domains: Any = self.fields["domain"]
        domains.queryset = Domain.objects.active()
        sdgs: Any = self.fields["sdgs"]
        sdgs.queryset = Sdg.objects.order_by("number")

    def clean_link(self) -> str:
        link: str = self.cleaned_data["link"]
        if link and not link.startswith(("https://", "http://")):
            raise ValidationError("Donnez l’adresse d’une page, qui commence par https://.", code="scheme")
        return link

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("commune") and not cleaned.get("department") and "commune" not in self.errors:
            self.add_error("commune", "Dites où : une commune, ou un département entier.")
        if cleaned.get(
            "department"
        ):  # the commune was there first, from the profile: the whole department is wanted
            cleaned["commune"] = None
        return cleaned

    def data_typed(self) -> ChallengeData:
        names = ("statement", "who", "evidence", "link", "commune", "department", "domain")
        values = {name: self.cleaned_data[name] for name in names}
        return ChallengeData(**values, sdgs=list(self.cleaned_data["sdgs"]))


class EditForm(ChallengeForm):
    """Whose problem it is does not change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["pour"]


class SupportForm(WhoMixin):
    means = forms.CharField(
        label="Ce que vous pouvez apporter",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text="Du temps, une salle, un savoir-faire, un peu d’argent. Cela se voit sur la page, sans votre nom si "
        "vous êtes une personne.",
    )
    may_invite = forms.BooleanField(
        label="On peut m’inviter dans l’alliance",
        required=False,
        help_text="Votre adresse électronique est alors donnée à qui commence l’alliance, et à personne d’autre.",
    )


class RenewForm(forms.Form):
    """What one brings, in other words; after the problem was reworded, sending it confirms the support."""

    means = SupportForm.base_fields["means"]
    may_invite = SupportForm.base_fields["may_invite"]


class CloseForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi fermer ce problème ?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "4"}),
        help_text="Résolu, repris ailleurs, abandonné : ceux qui le soutiennent le liront.",
        error_messages={"required": "Dites pourquoi : ceux qui le soutiennent le liront."},
    )


#: whom one invites besides the supports, one of each world (K18)
GUESTS = (
    ("association", College.ASSOCIATIONS, "Une association"),
    ("company", College.COMPANIES, "Une entreprise"),
    ("authority", College.PUBLIC, "Une collectivité ou un service public"),
)


class StartForm(NonceMixin, WhoMixin):
    """The alliance, filled in from the problem; nobody is invited unless their box is ticked."""

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
    supports = forms.ModelMultipleChoiceField(
        Support.objects.none(),
        label="Inviter ceux qui soutiennent ce problème",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Chacun reçoit un courriel et répond oui ou non, sans créer de compte.",
    )

    def __init__(self, *args: Any, challenge: Challenge, supports: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].initial = challenge.statement
        self.fields["purpose"].initial = f"{challenge.statement}\n\n{challenge.who}"
        invited: Any = self.fields["supports"]
        invited.queryset = supports
        invited.label_from_instance = lambda made: made.as_guest
        if not supports:
            del self.fields["supports"]
        for key, _college, label in GUESTS:
            self.fields[f"{key}_name"] = forms.CharField(
                label=f"{label} à inviter aussi", max_length=160, required=False
            )
            self.fields[f"{key}_email"] = EmailField(label="Son adresse électronique", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for key, _college, _label in GUESTS:
            name, email = cleaned.get(f"{key}_name"), cleaned.get(f"{key}_email")
            if name and not email and f"{key}_email" not in self.errors:
                self.add_error(f"{key}_email", "Donnez l’adresse à laquelle inviter, ou effacez le nom.")
            if email and not name and f"{key}_name" not in self.errors:
                self.add_error(f"{key}_name", "Dites qui vous invitez, ou effacez l’adresse.")
        return cleaned

    @property
    def guests(self) -> list[Guest]:
        typed = self.cleaned_data
        return [
            Guest(typed[f"{key}_name"], college, typed[f"{key}_email"])
            for key, college, _label in GUESTS
            if typed.get(f"{key}_email")
        ]

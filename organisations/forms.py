"""Sign-up by steps, settings, team."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from jeveuxagir.accounts.forms import EmailField, NonceMixin, PhoneField
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import clean
from jeveuxagir.territories.forms import CommuneField
from jeveuxagir.territories.models import Department

from . import numbers
from .enums import Kind, MemberRole
from .services import DESCRIPTION_AT_LEAST, OrganisationData

#: What each kind can do here, told before choosing: (kind, what it is, what it can do).
KINDS: list[tuple[Kind, str, str]] = [
    (
        Kind.ASSOCIATION,
        "Association",
        "Publier des missions, accueillir des bénévoles, répondre aux candidatures.",
    ),
    (Kind.FOUNDATION, "Fondation ou fonds de dotation", "Publier des missions et accueillir des bénévoles."),
    (
        Kind.LOCAL_AUTHORITY,
        "Collectivité",
        "Commune, intercommunalité, département, région : publier des missions et accueillir des bénévoles.",
    ),
    (Kind.STATE_SERVICE, "Service de l’État", "Publier des missions et accueillir des bénévoles."),
    (
        Kind.PUBLIC_BODY,
        "Établissement public",
        "École, hôpital, université, musée : publier des missions et accueillir des bénévoles.",
    ),
    (
        Kind.COMPANY,
        "Entreprise",
        "Proposer du mécénat de compétences à des associations, venir aider en équipe, former des alliances. Une "
        "entreprise n’accueille pas de bénévoles : le bénévolat va à l’intérêt général.",
    ),
    (
        Kind.OTHER,
        "Autre",
        "Présenter votre organisme. La brigade décide avec vous s’il peut accueillir des bénévoles.",
    ),
]


def _line(label: str, *, max_length: int, required: bool = True, **attrs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=max_length, required=required, widget=forms.TextInput(attrs=attrs)
    )


class KindForm(forms.Form):
    """Step 1, sent by GET: it writes nothing."""

    type = forms.ChoiceField(
        label="Votre organisation est",
        choices=[(kind.value, label) for kind, label, _ in KINDS],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez le type de votre organisation."},
    )


def field_for(form: forms.Form, code: str) -> str | None:
    """The field that a refusal is about; a SIREN may stand in the field of the SIRET."""
    name = code.removesuffix("_known").removesuffix("_once").removeprefix("organisation_")
    if name == "siren" and name not in form.fields:
        name = "siret"
    return name if name in form.fields else None


class NumbersMixin(forms.Form):
    """The three numbers, each error beside the number it is about."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("kind") or self.kind_of_form()
        try:
            cleaned["rna"], cleaned["siren"], cleaned["siret"] = numbers.identity(
                kind=kind,
                rna_typed=cleaned.get("rna", ""),
                siren_typed=cleaned.get("siren", ""),
                siret_typed=cleaned.get("siret", ""),
            )
        except RuleBroken as broken:
            self.add_error(field_for(self, broken.code), broken.message)
            return cleaned
        lacking = numbers.missing(
            kind=kind, rna=cleaned["rna"], siren=cleaned["siren"], siret=cleaned["siret"]
        )
        if lacking and field_for(self, lacking[0]) not in self.errors:
            self.add_error(field_for(self, lacking[0]), lacking[1])
        return cleaned

    def kind_of_form(self) -> str:
        return ""


class IdentityForm(NumbersMixin, NonceMixin):
    """Step 2: the name, and the numbers that this kind has."""

    name = _line("Nom de l’organisation", max_length=160, autocomplete="organization")
    rna = _line("Numéro RNA", max_length=40, required=False, autocomplete="off")
    siren = _line("Numéro SIREN", max_length=40, required=False, autocomplete="off")
    siret = _line("Numéro SIRET", max_length=40, required=False, autocomplete="off")
    is_research = forms.BooleanField(
        label="C’est un organisme de recherche",
        required=False,
        help_text="Université, laboratoire, institut…",
    )

    field_order = ["name", "rna", "siren", "siret", "is_research"]

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(*args, **kwargs)
        self.fields["rna"].help_text = (
            "Il commence par W, par exemple W751234567. Il est sur le récépissé de la préfecture. Une association "
            "d’Alsace ou de Moselle n’en a pas : donnez alors le SIREN."
        )
        self.fields["siren"].help_text = "9 chiffres. Exemple : 732 829 320"
        self.fields["siret"].help_text = "14 chiffres. Exemple : 732 829 320 00074. Il contient le SIREN."
        if kind not in numbers.WITH_RNA:
            del self.fields["rna"], self.fields["siren"]
            siret = self.fields["siret"]
            siret.label = "Numéro SIREN ou SIRET"
            siret.help_text = (
                "9 chiffres (SIREN) ou 14 (SIRET d’un établissement). Exemple : 732 829 320 00074"
            )
        else:
            del self.fields["siret"]
        if kind not in (Kind.PUBLIC_BODY, Kind.FOUNDATION, Kind.ASSOCIATION, Kind.STATE_SERVICE):
            del self.fields["is_research"]
        if kind == Kind.COMPANY:
            lacking = numbers.missing(kind=kind, rna="", siren="", siret="")
            self.fields["siret"].required = True
            self.fields["siret"].error_messages["required"] = lacking[1] if lacking else ""

    def kind_of_form(self) -> str:
        return self.kind

    def clean_name(self) -> str:
        return _name(self.cleaned_data["name"])


class AddressForm(forms.Form):
    """Step 3: where it is, how to write to it."""

    street = _line("Adresse", max_length=160, required=False, autocomplete="street-address")
    commune = CommuneField()
    email = EmailField(
        label="Adresse électronique de contact", required=False, help_text="Visible sur votre page."
    )
    phone = PhoneField(required=False, help_text="Visible sur votre page. Exemple : 04 75 12 34 56")


class PresentationForm(forms.Form):
    """Step 4: what people read."""

    description = forms.CharField(
        label="Présentation",
        min_length=DESCRIPTION_AT_LEAST,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Ce que vous faites, pour qui, depuis quand. Texte simple, 4 000 caractères au plus.",
    )
    website = forms.URLField(
        label="Site internet",
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text="Exemple : https://www.exemple.fr",
    )

    def clean_description(self) -> str:
        return _prose(self.cleaned_data["description"])


class SettingsForm(NumbersMixin, AddressForm, PresentationForm):
    """Everything at once, for an organisation that exists. `version` tells a concurrent edit."""

    kind = forms.ChoiceField(label="Type", choices=[(kind.value, label) for kind, label, _ in KINDS])
    name = _line("Nom de l’organisation", max_length=160, autocomplete="organization")
    rna = _line("Numéro RNA", max_length=40, required=False, autocomplete="off")
    siren = _line("Numéro SIREN", max_length=40, required=False, autocomplete="off")
    siret = _line("Numéro SIRET", max_length=40, required=False, autocomplete="off")
    is_research = forms.BooleanField(label="C’est un organisme de recherche", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    field_order = [
        *("kind", "name", "rna", "siren", "siret", "description", "website"),
        *("street", "commune", "email", "phone", "is_research", "version"),
    ]

    def clean_name(self) -> str:
        return _name(self.cleaned_data["name"])

    def data_typed(self) -> OrganisationData:
        values = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return OrganisationData(**values)


class InviteForm(forms.Form):
    email = EmailField(label="Adresse électronique de la personne")
    role = forms.ChoiceField(
        label="Rôle",
        choices=[
            (MemberRole.MANAGER.value, "Gestionnaire : missions et candidatures"),
            (MemberRole.READER.value, "Lecteur : missions et chiffres, sans les candidats"),
            (MemberRole.OWNER.value, "Responsable : tout, avec l’équipe et les réglages"),
        ],
        initial=MemberRole.MANAGER.value,
        widget=forms.RadioSelect,
    )
    may_sign = forms.BooleanField(label="Peut signer au nom de l’organisation", required=False)


class JoinForm(forms.Form):
    """Asking to join: a word to its owners."""

    message = forms.CharField(
        label="Votre message",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Qui vous êtes dans cette organisation. N’écrivez rien d’intime.",
    )

    def clean_message(self) -> str:
        return _prose(self.cleaned_data["message"])


class ClaimForm(JoinForm):
    """Asking to be responsible: the brigade must be able to check."""

    number = _line(
        "Numéro RNA, SIREN ou SIRET de l’organisation", max_length=40, required=False, autocomplete="off"
    )
    field_order = ["number", "message"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].help_text = "Il aide la brigade à vérifier."
        self.fields[
            "message"
        ].help_text = "Votre rôle dans cette organisation, et comment la brigade peut le vérifier."


class AcceptForm(forms.Form):
    role = forms.ChoiceField(
        label="Rôle",
        choices=[
            (MemberRole.READER.value, "Lecteur"),
            (MemberRole.MANAGER.value, "Gestionnaire"),
            (MemberRole.OWNER.value, "Responsable"),
        ],
        initial=MemberRole.MANAGER.value,
    )


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label="Raison, que la personne lira", max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean_reason(self) -> str:
        return _prose(self.cleaned_data["reason"])


class RoleForm(forms.Form):
    role = forms.ChoiceField(label="Rôle", choices=MemberRole.choices)
    may_sign = forms.BooleanField(label="Peut signer au nom de l’organisation", required=False)


class DirectoryForm(forms.Form):
    """The directory's search: every field optional, wrong values ignored by the view."""

    nom = forms.CharField(label="Nom", required=False, max_length=100)
    type = forms.ChoiceField(
        label="Type",
        required=False,
        choices=[("", "Tous"), *[(kind.value, label) for kind, label, _ in KINDS]],
    )
    departement = forms.ModelChoiceField(
        Department.objects.order_by("code"),
        label="Département",
        required=False,
        empty_label="Tous",
        error_messages={"invalid_choice": "Nous ne connaissons pas ce département."},
    )
    missions = forms.BooleanField(label="Avec des missions ouvertes", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["departement"]
        field.label_from_instance = lambda department: f"{department.code} – {department.name}"  # type: ignore[attr-defined]


def _name(text: str) -> str:
    name = clean(text)
    if not re.search(r"[^\W\d_]", name):
        raise ValidationError("Donnez le nom de l’organisation, en lettres.", code="name")
    if re.search(r"<[a-zA-Z/!]", name):
        raise ValidationError("Le nom ne peut pas contenir de balises.", code="name")
    return name


def _prose(text: str) -> str:
    """Plain text; shown escaped everywhere."""
    return clean(text)

"""Sites, domains, codes, invitations; joining an employer and choosing what it sees."""

from typing import Any

from django import forms

from jeveuxagir.accounts.forms import EmailField, NonceMixin
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import NBSP
from jeveuxagir.territories.forms import CommuneField
from organisations import numbers
from organisations.models import Organisation

from .enums import Shown
from .models import MOST_USES, Site
from .services import MOST_CODE_DAYS


class SiteForm(forms.Form):
    name = forms.CharField(
        label="Nom du site", max_length=120, help_text=f"Exemple{NBSP}: «{NBSP}Usine de Romans{NBSP}»."
    )
    commune = CommuneField(label="Commune")
    street = forms.CharField(label="Numéro et rue", max_length=160, required=False)
    siret = forms.CharField(
        label="Numéro SIRET du site",
        max_length=40,
        required=False,
        help_text="14 chiffres.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_siret(self) -> str:
        try:
            return numbers.siret(self.cleaned_data["siret"])
        except RuleBroken as broken:
            raise forms.ValidationError(broken.message) from broken


class SiteChoice(forms.ModelChoiceField):
    """One of the employer's open sites, or none."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("label", "Site")
        kwargs.setdefault("empty_label", "Aucun en particulier")
        super().__init__(queryset=Site.objects.none(), **kwargs)

    def of(self, organisation: Organisation) -> None:
        self.queryset = Site.objects.of_organisation(organisation).open().order_by("name")


class _WithSite(forms.Form):
    """A form with a site: without any site, the question is not asked."""

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["site"]
        field.of(organisation)
        if not field.queryset.exists():
            self.fields["site"].widget = forms.HiddenInput()


class DomainForm(forms.Form):
    email = EmailField(
        label="Une adresse de votre domaine",
        help_text=f"Exemple{NBSP}: prenom@entreprise.fr. Nous y envoyons un lien de confirmation, puis nous oublions "
        "cette adresse.",
    )


class CodeForm(NonceMixin, _WithSite):
    most_uses = forms.IntegerField(
        label="Pour combien de personnes", min_value=1, max_value=MOST_USES, initial=20
    )
    days = forms.IntegerField(
        label="Valable combien de jours", min_value=1, max_value=MOST_CODE_DAYS, initial=90
    )
    site = SiteChoice(help_text="Les personnes qui viennent avec ce code y sont rattachées.")


class InviteForm(_WithSite):
    email = EmailField(
        label="Adresse de la personne", help_text="Elle seule reçoit le lien. Il sert une fois."
    )
    site = SiteChoice()


class ShownForm(_WithSite):
    """What the employer reads of somebody: the least, unless they say more."""

    shown = forms.ChoiceField(
        label="Ce que votre employeur voit de vous",
        choices=[
            (Shown.NOTHING, f"Rien{NBSP}: « une personne », sans votre nom"),
            (Shown.NAME, "Votre nom"),
            (Shown.MISSIONS, "Votre nom, et combien de missions vous avez réalisées ici"),
        ],
        initial=Shown.NOTHING,
        widget=forms.RadioSelect,
    )
    site = SiteChoice(label="Votre site")


class TypedCodeForm(forms.Form):
    code = forms.CharField(
        label="Code donné par votre employeur",
        max_length=40,
        help_text=f"Dix signes. Exemple{NBSP}: ABCDE-23456",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        error_messages={"required": "Écrivez le code que votre employeur vous a donné."},
    )

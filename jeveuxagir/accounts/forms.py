"""Forms about people, and the mixins that other apps' public forms share."""

import datetime
import re
from typing import Any

import phonenumbers
from django import forms
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jeveuxagir.common.clock import today
from jeveuxagir.common.phones import phone_in_words
from jeveuxagir.common.text import clean
from jeveuxagir.taxonomies.models import Domain
from jeveuxagir.territories.forms import CommuneField
from jeveuxagir.territories.models import Department, Region

from . import grants, nonces
from .bots import BotCheck
from .models import User, birthday
from .terms import TermsField

#: Product decision 8.
MINIMUM_AGE = 16


def age_of(born: datetime.date, day: datetime.date | None = None) -> int:
    """Full years on this day (today)."""
    day = day or today()
    return day.year - born.year - (day < birthday(born, day.year - born.year))


class BirthDateField(forms.DateField):
    """Asked, never stored. Refuses under-16s, kindly, and impossible dates."""

    widget = forms.DateInput
    default_error_messages = {"invalid": "Écrivez une date, par exemple 31/12/1990."}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Date de naissance")
        kwargs.setdefault("help_text", "Nous n’en gardons que l’année, et si vous avez 16, 17 ans ou plus.")
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%d/%m/%Y"])  # of two figures, no year is sure
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        born = super().clean(value)
        if born is None:
            return born
        if born > today() or born.year < today().year - 120:
            raise forms.ValidationError("Vérifiez cette date : elle n’est pas possible.", code="impossible")
        if age_of(born) < MINIMUM_AGE:
            raise forms.ValidationError(
                "Il faut avoir 16 ans pour s’engager seul. Avant, on peut aider en famille : un parent s’inscrit "
                "et vient avec vous.",
                code="too_young",
            )
        return born


class FirstNameField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Prénom")
        kwargs.setdefault("max_length", 80)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        name = clean(super().clean(value))
        if re.search(r"https?:|www\.|[<>@/]|\d{4,}", name):
            raise forms.ValidationError("Donnez seulement votre prénom.", code="not_a_name")
        return name


class PhoneField(forms.CharField):
    """A French number (any territory) or an international one, kept in international form."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Téléphone")
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault("help_text", "Exemple : 06 12 34 56 78")
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """What is kept in international form is shown as it is written in France.

        Not an overseas number: sent back without its code, it would be read as one of the mainland.
        """
        return phone_in_words(value) if str(value or "").startswith("+33") else value

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            number = phonenumbers.parse(text, "FR")
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise forms.ValidationError(
                "Vérifiez ce numéro : un numéro français compte 10 chiffres.", code="phone"
            )
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


class EmailField(forms.EmailField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Adresse électronique")
        kwargs.setdefault("max_length", 254)
        kwargs.setdefault("help_text", "Exemple : nom@exemple.fr")
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        return super().clean(value).lower()


class GuardianInput(forms.EmailInput):
    """With JavaScript, only shown to 16–17-year-olds."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        field = super().render(name, value, {**(attrs or {}), "data-guardian": ""}, renderer)
        return format_html('{}<script defer src="{}"></script>', field, static("accounts/guardian.js"))


class GuardianFields(forms.Form):
    """Mixin: the birth date, and the guardian's address for 16–17-year-olds."""

    birth_date = BirthDateField()
    guardian_email = EmailField(
        label="Adresse électronique d’un parent ou tuteur",
        required=False,
        widget=GuardianInput,
        help_text="Seulement si vous avez 16 ou 17 ans : nous lui écrivons une fois, avant toute candidature.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        born = cleaned.get("birth_date")
        if born is None or "guardian_email" in self.errors:
            return cleaned
        if age_of(born) >= 18:
            cleaned["guardian_email"] = ""
        elif not cleaned.get("guardian_email"):
            self.add_error(
                "guardian_email",
                forms.ValidationError(
                    "Vous avez moins de 18 ans : indiquez l’adresse d’un parent ou tuteur.",
                    code="guardian_missing",
                ),
            )
        elif cleaned["guardian_email"] == cleaned.get("email"):
            self.add_error(
                "guardian_email",
                forms.ValidationError(
                    "Donnez l’adresse de votre parent ou tuteur, pas la vôtre.", code="same"
                ),
            )
        return cleaned


class ContactFields(BotCheck, GuardianFields):
    """Mixin: who sends a form without an account. `contact()` gives what `services.keep_contact` asks."""

    first_name = FirstNameField()
    email = EmailField(
        help_text="Nous vous écrivons à cette adresse pour confirmer, puis pour vous répondre.",
    )
    phone = PhoneField(required=False)

    field_order = ["first_name", "email", "birth_date", "guardian_email", "phone"]

    def contact(self) -> dict[str, Any]:
        """first_name, email, phone, birth_date, guardian_email."""
        names = ("first_name", "email", "birth_date", "guardian_email", "phone")
        return {name: self.cleaned_data[name] for name in names}


class NonceMixin(forms.Form):
    """Adds a hidden one-time number; see nonces.once."""

    nonce = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nonce"].initial = nonces.new_nonce


class ProfileForm(forms.Form):
    """What a person says about themselves."""

    first_name = FirstNameField()
    last_name = forms.CharField(
        label="Nom",
        max_length=80,
        required=False,
        help_text="Une organisation ne le voit qu’après avoir accepté votre candidature.",
    )
    phone = PhoneField(required=False)
    commune = CommuneField(required=False)

    def clean_last_name(self) -> str:
        return clean(self.cleaned_data["last_name"])


class GuardianForm(forms.Form):
    """The guardian's address, asked of a 16–17-year-old who has given none that works."""

    guardian_email = EmailField(label="Adresse électronique d’un parent ou tuteur")


class EraseForm(forms.Form):
    sure = forms.BooleanField(
        label="Je veux effacer mon compte et ce que le site sait de moi",
        error_messages={"required": "Cochez la case pour confirmer."},
    )


class GrantForm(forms.Form):
    """Give a staff role: to whom, which, where, until when."""

    email = EmailField(
        label="Adresse électronique de la personne",
        help_text="Si elle n’a pas encore de compte, vous pourrez l’inviter.",
    )
    role = forms.ChoiceField(label="Rôle")
    territory = forms.ChoiceField(label="Territoire")
    domain = forms.ModelChoiceField(
        Domain.objects.active(), label="Thème", required=False, empty_label="Tous les thèmes"
    )
    ends_on = forms.DateField(
        label="Jusqu’au",
        required=False,
        widget=forms.DateInput,
        help_text="Laissez vide s’il n’y a pas de fin.",
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = grants.givable_roles(actor)  # type: ignore[attr-defined]
        self.fields["territory"].choices = grants.territories(actor)  # type: ignore[attr-defined]

    def clean_ends_on(self) -> datetime.date | None:
        ends_on = self.cleaned_data["ends_on"]
        if ends_on and ends_on < today():
            raise forms.ValidationError("Cette date est passée.", code="past")
        return ends_on

    def typed(self) -> list[tuple[str, str]]:
        """What was typed, to be sent again by another button."""
        return [(name, self.data.get(name, "")) for name in self.fields]

    def scope(self) -> dict[str, Any]:
        """What `grants.grant` asks about the territory."""
        kind, _, key = self.cleaned_data["territory"].partition(":")
        return {
            "department": Department.objects.get(pk=key) if kind == "department" else None,
            "region": Region.objects.get(pk=key) if kind == "region" else None,
        }


class NewAgentForm(forms.Form):
    """Who opens an account from an invitation: the address is known, and proved by the link."""

    first_name = FirstNameField(widget=forms.TextInput(attrs={"autocomplete": "given-name"}))
    last_name = forms.CharField(
        label="Nom", max_length=80, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    terms = TermsField()

    def clean_last_name(self) -> str:
        return clean(self.cleaned_data["last_name"])

    def names(self) -> dict[str, str]:
        """first_name, last_name."""
        return {name: self.cleaned_data[name] for name in ("first_name", "last_name")}

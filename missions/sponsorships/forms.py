"""What people type about a sponsorship: time in days, dates, a reason, a day, a debrief."""

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.clock import FIRST_DAY, today
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import NBSP, as_keyed
from jeveuxagir.moderation.clocks import is_working_day
from jeveuxagir.territories.text import SortName
from jeveuxagir.ui.amounts import AmountField
from jeveuxagir.ui.contacts import without_contact
from jeveuxagir.ui.dates import day_of, exact
from missions.offers.models import Offer
from missions.skill_needs.durations import DAY_MINUTES, DaysField, hours_in_words, in_words, minutes_of
from missions.skill_needs.models import SkillNeed
from organisations.models import Organisation

from .enums import MOST_A_DAY, Format, Outcome, Part, Side
from .models import MOST_MINUTES
from .services import Terms, check_dates, employee_of_address

NOBODY_THERE = (
    f"Personne, parmi celles de votre espace qui vous montrent leur nom, n’a cette adresse. Laissez vide{NBSP}: vous "
    f"noterez ses journées. Ou invitez-la depuis «{NBSP}Personnes{NBSP}»{NBSP}; si elle est déjà venue, elle choisit "
    f"de vous montrer son nom dans «{NBSP}Mes employeurs{NBSP}»."
)
#: what a day may be counted for, in minutes
DAYS = (360, 390, 420, 450, 480)


def _prose(
    label: str, *, required: bool = True, help_text: str = "", most: int = 1000, empty: str = ""
) -> Any:
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": "4"}),
        error_messages={"required": empty or "Dites pourquoi."},
    )


class TermsForm(forms.Form):
    """The time, the dates and the trade: what a convention says."""

    minutes = DaysField(
        label="Combien de temps",
        help_text="En jours : 8, ou 2,5. En heures : 3 h.",
        least=30,
        most=MOST_MINUTES,
    )
    day_minutes = forms.TypedChoiceField(label="Une journée compte", coerce=int)
    starts_on = forms.DateField(
        label="À partir du", widget=forms.DateInput, error_messages={"required": "Dites quand cela commence."}
    )
    ends_on = forms.DateField(
        label="Jusqu’au", widget=forms.DateInput, error_messages={"required": "Dites quand cela finit."}
    )
    profile = forms.CharField(
        label="Métier de la personne qui vient",
        max_length=120,
        validators=[without_contact],
        help_text="Exemple : « contrôleuse de gestion ». Son nom n’est donné à l’association qu’une fois la "
        "convention signée.",
        error_messages={"required": "Dites le métier de la personne qui vient."},
    )

    def __init__(self, *args: Any, day_minutes: int = DAY_MINUTES, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days: Any = self.fields["day_minutes"]
        days.choices = [(n, hours_in_words(n)) for n in sorted({*DAYS, day_minutes})]
        days.initial = day_minutes
        typed = str(self.data.get("day_minutes", "")) if self.is_bound else ""
        field: Any = self.fields["minutes"]
        known = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
        field.day_minutes = known if 60 <= known <= MOST_A_DAY else day_minutes

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        start, end = data.get("starts_on"), data.get("ends_on")
        try:
            check_dates(start or today(), end or today())
        except RuleBroken as broken:
            self.add_error(broken.code, broken.message)
            return data
        if start and end and end < start:
            self.add_error("ends_on", "La fin vient après le début.")
        return data

    @property
    def terms(self) -> Terms:
        names = ("minutes", "day_minutes", "starts_on", "ends_on", "profile")
        return Terms(**{name: self.cleaned_data[name] for name in names})


class ReworkForm(TermsForm):
    format = forms.ChoiceField(label="Format", choices=Format.choices)
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class PrepareForm(TermsForm):
    """From a coordinator: which need, which offer, then the terms."""

    need = forms.ModelChoiceField(
        SkillNeed.objects.none(),
        label="Pour quel besoin",
        empty_label="Choisir un besoin",
        error_messages={
            "required": "Choisissez un besoin.",
            "invalid_choice": "Ce besoin n’est plus ouvert.",
        },
    )
    offer = forms.ModelChoiceField(
        Offer.objects.none(),
        label="Sur quelle offre",
        empty_label="Choisir une offre",
        error_messages={"required": "Choisissez une offre."},
    )
    format = forms.ChoiceField(label="Format", choices=Format.choices, initial=Format.SPLIT)

    field_order = ("need", "offer", "format", "minutes", "day_minutes", "starts_on", "ends_on", "profile")

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        need: Any = self.fields["need"]
        seeking = SkillNeed.objects.public().seeking().exclude(organisation=organisation)
        known = seeking.select_related("organisation")
        need.queryset = known.order_by(SortName("organisation__name"), SortName("title"), "pk")
        need.label_from_instance = lambda one: f"{one.organisation.name}{NBSP}: {one.title}"
        offer: Any = self.fields["offer"]
        offer.queryset = (
            Offer.objects.of_organisation(organisation).giving().order_by(SortName("title"), "pk")
        )
        offer.label_from_instance = _offer_label
        offers = list(offer.queryset[:2])
        if len(offers) == 1 and not self.is_bound:
            self.initial.setdefault("offer", offers[0].pk)


def _offer_label(offer: Offer) -> str:
    """With what is left, and until when it is kept for associations never served."""
    said = f"{offer.title} (reste {in_words(offer.left_minutes, offer.day_minutes)})"
    until = offer.first_timers_until
    if not offer.first_timers_only or until is None:
        return said
    return f"{said}, aux associations jamais servies jusqu’au {exact(until)}"


class ConventionForm(TermsForm):
    """The employer says who comes; an amendment says what changes."""

    employee_name = forms.CharField(
        label="Prénom et nom de la personne qui vient",
        max_length=160,
        help_text="Elle est d’accord, et son contrat aura un avenant.",
        error_messages={"required": "Dites qui vient."},
    )
    employee_email = forms.EmailField(
        label="Son adresse électronique, si elle a rejoint votre espace et vous montre son nom",
        required=False,
        help_text="Elle est prévenue une fois la convention signée, et note elle-même ses journées. Sinon, laissez "
        "vide : vous les notez pour elle.",
    )
    ethics_checked = forms.BooleanField(
        label="Le contrôle de déontologie est fait pour cette personne",
        help_text="Nous notons qui le dit et quand.",
        required=False,
    )
    summary = _prose("Ce qui change", empty="Dites ce que change l’avenant.")
    #: of the sponsorship whose terms the form began with
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    field_order = ("summary", "employee_name", "employee_email")

    def __init__(
        self,
        *args: Any,
        employer: Organisation,
        amends: bool,
        names: bool,
        ethics: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.employer = employer
        #: whose account that address is, once checked
        self.employee: Person | None = None
        if not ethics:
            del self.fields["ethics_checked"]
        elif amends:
            self.fields[
                "ethics_checked"
            ].help_text = "Si une autre personne vient. Nous notons qui le dit et quand."
        if not amends:
            del self.fields["summary"]
        if not names:
            del self.fields["employee_name"]
            del self.fields["employee_email"]
        elif amends:
            self.fields["employee_name"].required = False
            self.fields["employee_name"].help_text = "Laissez vide si la personne ne change pas."

    def clean_employee_email(self) -> str:
        """Nobody is linked by mistake: an address of nobody is said, never passed over."""
        email: str = self.cleaned_data["employee_email"]
        if email:
            self.employee = employee_of_address(self.employer, email)
            if self.employee is None:
                raise ValidationError(NOBODY_THERE, code="nobody")
        return email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        wanting = cleaned.get("employee_email") and not cleaned.get("employee_name")
        if wanting and "employee_name" not in self.errors:
            self.add_error("employee_name", "Dites aussi son prénom et son nom, comme sur la convention.")
        return cleaned


class SignForm(forms.Form):
    seen_hash = forms.CharField(max_length=64, widget=forms.HiddenInput)
    capacity = forms.CharField(
        label="En quelle qualité signez-vous ?",
        max_length=100,
        help_text="Exemple : « directrice générale », « président ».",
        error_messages={"required": "Dites en quelle qualité vous signez."},
    )


class ReasonForm(forms.Form):
    reason = _prose("Pourquoi ?", help_text="L’autre côté lira cette raison.")


class HoursField(forms.CharField):
    """« 3 », « 3 h », « 1 h 30 »: whole minutes; None when empty."""

    def to_python(self, value: Any) -> Any:
        text = as_keyed(str(super().to_python(value) or ""))
        if not text:
            return None
        plain = text.replace(",", ".").replace(".", "", 1)
        minutes = minutes_of(f"{text} h" if plain.isascii() and plain.isdigit() else text)
        if minutes is None:
            raise ValidationError("Écrivez des heures, par exemple 3 h ou 1 h 30.", code="invalid")
        return minutes

    def validate(self, value: Any) -> None:
        if value is None and self.required:
            raise ValidationError("Dites combien d’heures.", code="required")

    def run_validators(self, value: Any) -> None:
        """The validators of text have nothing to say of a number."""


class DayForm(forms.Form):
    on = forms.DateField(
        label="Quel jour",
        widget=forms.DateInput,
        error_messages={"required": "Dites quel jour."},
    )
    part = forms.ChoiceField(
        label="Combien",
        choices=[(part.value, part.label.capitalize()) for part in Part],
        widget=forms.RadioSelect,
        initial=Part.WHOLE,
        error_messages={"required": "Choisissez une journée, une demi-journée ou quelques heures."},
    )
    minutes = HoursField(
        label="Combien d’heures",
        required=False,
        max_length=20,
        help_text="Seulement pour « quelques heures ». Exemple : 3 h, ou 1 h 30.",
    )
    note = forms.CharField(
        label="Ce qui a été fait",
        max_length=300,
        required=False,
        help_text="En une phrase. Les deux organisations la lisent.",
    )
    off_day = forms.BooleanField(label="Oui, ce jour-là a bien été travaillé", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today()
        if not self._is_off():
            del self.fields["off_day"]

    def _is_off(self) -> bool:
        """A Saturday, a Sunday or a holiday was typed: it is asked again, never refused."""
        if not self.is_bound:
            return False
        try:
            day = self.fields["on"].clean(self.data.get("on"))
        except ValidationError:
            return False
        return day is not None and not is_working_day(day)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("part") == Part.HOURS:
            minutes = data.get("minutes")
            if minutes is None and "minutes" not in self.errors:
                self.add_error("minutes", "Dites combien d’heures.")
            elif minutes is not None and not 15 <= minutes <= MOST_A_DAY:
                self.add_error("minutes", "D’un quart d’heure à douze heures le même jour.")
        else:
            data["minutes"] = None
            self.errors.pop("minutes", None)
        day = data.get("on")
        if day is not None and day > today():
            self.add_error("on", "Une journée se note une fois travaillée, pas à l’avance.")
            self.fields.pop("off_day", None)
        elif day is not None and day < FIRST_DAY:
            self.add_error("on", f"Vérifiez l’année{NBSP}: {day.year}.")
            self.fields.pop("off_day", None)
        elif "off_day" in self.fields and not data.get("off_day"):
            self.add_error(
                "off_day",
                f"Le {day_of(data['on'])} est {_why_off(data['on'])}. Cochez si c’est bien ce jour-là.",
            )
        data.pop("off_day", None)
        return data


def _why_off(day: datetime.date) -> str:
    names = {5: "un samedi", 6: "un dimanche"}
    return names.get(day.weekday(), "un jour férié")


class DebriefForm(forms.Form):
    delivered = forms.ChoiceField(
        label="Ce qui était demandé est-il fait ?",
        choices=[(one.value, one.label.capitalize()) for one in Outcome],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites si ce qui était demandé est fait."},
    )
    went_well = _prose(
        "Ce qui a bien marché", most=2000, empty="Dites ce qui a bien marché, même en une phrase."
    )
    to_improve = _prose("Ce qui serait à améliorer", required=False, most=2000)
    again = forms.BooleanField(
        label="Nous le referions", required=False, help_text="À cocher si c’est le cas."
    )

    def __init__(self, *args: Any, immersion: bool = False, side: str = Side.COMPANY, **kwargs: Any) -> None:
        """Of an immersion, what is asked is what was learnt, and what the visit brought."""
        super().__init__(*args, **kwargs)
        if not immersion:
            return
        held, learnt = self.fields["delivered"], self.fields["went_well"]
        held.label = "L’immersion a-t-elle eu lieu comme prévu ?"
        held.error_messages["required"] = "Dites si l’immersion a eu lieu comme prévu."
        if side == Side.COMPANY:
            learnt.label = "Ce que la personne venue a appris, et ce qu’elle fera autrement"
            learnt.error_messages["required"] = "Dites ce qu’elle a appris, même en une phrase."
        else:
            learnt.label = "Ce que cette venue vous a apporté"
            learnt.error_messages["required"] = "Dites ce qu’elle vous a apporté, même en une phrase."
        self.fields["to_improve"].label = "Ce qui aiderait une prochaine immersion"


class AmountForm(forms.Form):
    amount = AmountField(
        label="Montant en euros",
        required=False,
        max_digits=11,
        decimal_places=2,
        min_value=Decimal(0),
        error_messages={"invalid": "Écrivez un montant, par exemple 1 250,50."},
    )

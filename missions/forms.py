"""A mission in short sections, and its slots."""

from datetime import date, timedelta
from typing import Any

from django import forms

from jeveuxagir.accounts.forms import NonceMixin
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.taxonomies.models import Activity, Domain, Sdg, Skill
from jeveuxagir.territories.forms import CommuneField

from . import schedule
from .enums import Commitment, MissionMode, SlotKind
from .schedule import SlotSpec
from .services import DESCRIPTION_AT_LEAST, MAX_ADDRESSES, TITLE_AT_LEAST, AddressSpec, MissionData

VERSION_AT_MOST = 2**31 - 1


class VersionMixin(forms.Form):
    """The version the form was shown with: an edit in between is told, not lost."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=VERSION_AT_MOST
    )


class WhatForm(NonceMixin, VersionMixin, forms.Form):
    """Section 1."""

    slug, heading = "quoi", "Ce que fera la personne"

    title = forms.CharField(
        label="Titre",
        max_length=160,
        min_length=TITLE_AT_LEAST,
        help_text="Une action. Exemple : « Aider des élèves à lire, le mercredi ».",
    )
    description = forms.CharField(
        label="Description",
        max_length=20_000,
        min_length=DESCRIPTION_AT_LEAST,
        help_text="Ce que la personne fera, avec qui, et pourquoi c’est utile. "
        f"Au moins {DESCRIPTION_AT_LEAST} caractères.",
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    domain = forms.ModelChoiceField(Domain.objects.none(), label="Domaine", empty_label="Choisir un domaine")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["domain"].queryset = Domain.objects.active()  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("title", "description", "domain")}

    @staticmethod
    def initial_of(data: MissionData) -> dict[str, Any]:
        return {"title": data.title, "description": data.description, "domain": data.domain}


class DetailsForm(VersionMixin, forms.Form):
    """Section 2: the goals are suggested from the domain."""

    slug, heading = "details", "Activités, compétences et objectifs"

    activities = forms.ModelMultipleChoiceField(
        Activity.objects.none(),
        label="Activités",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    sdgs = forms.ModelMultipleChoiceField(
        Sdg.objects.all(),
        label="Objectifs de développement durable (ODD)",
        help_text="Ceux du domaine sont déjà cochés. Changez-les si besoin.",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    skills = forms.ModelMultipleChoiceField(
        Skill.objects.none(),
        label="Compétences utiles",
        help_text="Ne cochez rien si la mission est ouverte à tous.",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, domain: Domain | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        activities = Activity.objects.active()
        if domain is not None and activities.filter(domains=domain).exists():
            chosen = [activity.pk for activity in (kwargs.get("initial") or {}).get("activities", ())]
            activities = (activities.filter(domains=domain) | activities.filter(pk__in=chosen)).distinct()
        self.fields["activities"].queryset = activities  # type: ignore[attr-defined]
        skills = Skill.objects.active().select_related("group").order_by("group__position", "name")
        self.fields["skills"].queryset = skills  # type: ignore[attr-defined]

    def skill_groups(self) -> list[tuple[str, list[Any], int]]:
        """Name of the family, its checkboxes, how many are ticked."""
        groups: dict[str, list[Any]] = {}
        for option in self["skills"]:
            groups.setdefault(option.data["value"].instance.group.name, []).append(option)
        return [
            (name, options, sum(bool(option.data["selected"]) for option in options))
            for name, options in groups.items()
        ]

    def values(self) -> dict[str, Any]:
        return {name: list(self.cleaned_data[name]) for name in ("activities", "sdgs", "skills")}

    @staticmethod
    def initial_of(data: MissionData) -> dict[str, Any]:
        sdgs = data.sdgs or (list(data.domain.sdgs.all()) if data.domain else [])
        return {"activities": list(data.activities), "sdgs": list(sdgs), "skills": list(data.skills)}


class WhereForm(VersionMixin, forms.Form):
    """Section 3, with the addresses of `AddressForms` beside it."""

    slug, heading = "ou", "Où, et qui peut venir"

    mode = forms.ChoiceField(
        label="La mission se fait",
        choices=[
            (MissionMode.ON_SITE, "Sur place"),
            (MissionMode.REMOTE, "À distance"),
            (MissionMode.HYBRID, "Sur place ou à distance, au choix"),
        ],
        widget=forms.RadioSelect,
    )
    minimum_age = forms.TypedChoiceField(
        label="Âge minimum",
        choices=[(16, "16 ans"), (18, "18 ans")],
        coerce=int,
        widget=forms.RadioSelect,
        help_text="Dès 16 ans, un parent ou tuteur est prévenu avant la candidature.",
    )
    prerequisites = forms.CharField(
        label="Ce qui est demandé",
        required=False,
        max_length=2000,
        help_text="Exemple : savoir utiliser un ordinateur, une réunion d’accueil avant de commencer.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    hosting_conditions = forms.CharField(
        label="Conditions d’accueil",
        required=False,
        max_length=2000,
        help_text="Exemple : salle accessible en fauteuil roulant, repas offert, travail debout.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def values(self) -> dict[str, Any]:
        names = ("mode", "minimum_age", "prerequisites", "hosting_conditions")
        return {name: self.cleaned_data[name] for name in names}

    @staticmethod
    def initial_of(data: MissionData) -> dict[str, Any]:
        names = ("mode", "minimum_age", "prerequisites", "hosting_conditions")
        return {name: getattr(data, name) for name in names}


class AddressForm(forms.Form):
    street = forms.CharField(label="Numéro et rue", required=False, max_length=160)
    commune = CommuneField(label="Commune", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("street") and not cleaned.get("commune") and "commune" not in self.errors:
            self.add_error("commune", "Indiquez la commune de cette adresse, ou videz la rue.")
        return cleaned


class BaseAddresses(forms.BaseFormSet):
    """Empty rows are left out: emptying the commune removes an address."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Every row is read as it was sent, also one that says the same as before."""
        return super().get_form_kwargs(index) | {"empty_permitted": False}

    def clean(self) -> None:
        specs = self.specs() if not any(self.errors) else []
        if len({spec.commune.department_id for spec in specs}) > 1:
            raise forms.ValidationError(
                "Toutes les adresses d’une mission sont dans un même département. "
                "Faites une mission par département.",
                code="one_department",
            )

    def specs(self) -> list[AddressSpec]:
        return [
            AddressSpec(typed["commune"], typed.get("street", ""))
            for typed in (form.cleaned_data for form in self.forms)
            if typed.get("commune")
        ]

    @staticmethod
    def initial_of(data: MissionData) -> list[dict[str, Any]]:
        return [{"street": address.street, "commune": address.commune} for address in data.addresses]


AddressForms = forms.formset_factory(
    AddressForm,
    formset=BaseAddresses,
    extra=1,
    max_num=MAX_ADDRESSES,
    validate_max=True,
    absolute_max=MAX_ADDRESSES + 5,
)


class RhythmForm(VersionMixin, forms.Form):
    """Section 4: prefilled from the slots."""

    slug, heading = "rythme", "Rythme demandé"

    commitment = forms.ChoiceField(
        label="À quel rythme une même personne vient-elle ?",
        choices=[
            (Commitment.ONCE, "Une fois"),
            (Commitment.MONTHLY, "Une fois par mois"),
            (Commitment.WEEKLY, "Chaque semaine"),
            (Commitment.MORE, "Plusieurs fois par semaine"),
        ],
        widget=forms.RadioSelect,
    )

    def values(self) -> dict[str, Any]:
        return {"commitment": self.cleaned_data["commitment"]}

    @staticmethod
    def initial_of(data: MissionData) -> dict[str, Any]:
        return {"commitment": data.commitment}


SECTIONS = {form.slug: form for form in (WhatForm, DetailsForm, WhereForm, RhythmForm)}


class SlotsForm(NonceMixin, forms.Form):
    """One date, the same day every week until a date, a weekly rhythm, or hours to agree."""

    kind = forms.ChoiceField(
        label="Quand ?",
        choices=[
            (SlotKind.DATED, "À une date, une fois ou répétée chaque semaine"),
            (SlotKind.WEEKLY, "Chaque semaine, le même jour, pour les mêmes personnes"),
            (SlotKind.UNDATED, "Horaires à convenir avec la personne"),
        ],
        initial=SlotKind.DATED,
        widget=forms.RadioSelect,
    )
    local_date = forms.DateField(label="Date", required=False)
    repeat_until = forms.DateField(
        label="Répéter chaque semaine jusqu’au",
        required=False,
        help_text="Laissez vide pour une seule date.",
    )
    weekday = forms.TypedChoiceField(
        label="Jour de la semaine",
        choices=[("", "Choisir un jour"), *enumerate(day.capitalize() for day in schedule.WEEKDAYS)],
        coerce=int,
        empty_value=None,
        required=False,
    )
    start_time = forms.TimeField(label="De", required=False)
    end_time = forms.TimeField(label="À", required=False)
    valid_from = forms.DateField(label="À partir du", required=False)
    valid_until = forms.DateField(
        label="Jusqu’au", required=False, help_text="Laissez vide s’il n’y a pas de fin prévue."
    )
    capacity = forms.IntegerField(
        label="Places par créneau",
        min_value=1,
        max_value=schedule.MAX_CAPACITY,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    #: rule code → the field that shows it
    FIELDS = {
        "end_before_start": "end_time",
        "date": "local_date",
        "hours": "start_time",
        "weekday": "weekday",
        "period": "valid_until",
        "capacity": "capacity",
        "too_far": "",
        "past": "",
        "too_many_slots": "repeat_until",
    }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        dated = cleaned["kind"] == SlotKind.DATED
        start, until = cleaned.get("local_date"), cleaned.get("repeat_until")
        if dated and until and start and until < start:
            self.add_error("repeat_until", "La répétition finit avant la première date.")
            return cleaned
        if dated and until and until > today() + schedule.FURTHEST:
            self.add_error("repeat_until", "Cette date est trop lointaine : choisissez-la dans les deux ans.")
            return cleaned
        try:
            schedule.check_all(self.specs())
        except RuleBroken as refusal:
            name = self.FIELDS.get(refusal.code, "") or ("local_date" if dated else "valid_until")
            self.add_error(name, refusal.message)
        return cleaned

    def specs(self) -> list[SlotSpec]:
        typed = self.cleaned_data
        kind, capacity = typed["kind"], typed["capacity"]
        hours = {"start_time": typed.get("start_time"), "end_time": typed.get("end_time")}
        period = {"valid_from": typed.get("valid_from"), "valid_until": typed.get("valid_until")}
        if kind == SlotKind.UNDATED:
            return [SlotSpec(kind, capacity, **period)]
        if kind == SlotKind.WEEKLY:
            return [SlotSpec(kind, capacity, weekday=typed.get("weekday"), **hours, **period)]
        first: date | None = typed.get("local_date")
        if first is None:
            return [SlotSpec(kind, capacity, **hours)]
        days = schedule.every_week(first, typed.get("repeat_until") or first)
        return [SlotSpec(kind, capacity, local_date=day, **hours) for day in days]

    @staticmethod
    def suggestion() -> dict[str, Any]:
        """A first date to correct rather than an empty form."""
        return {"local_date": today() + timedelta(days=14), "start_time": "14:00", "end_time": "16:00"}


class CapacityForm(forms.Form):
    capacity = forms.IntegerField(label="Places", min_value=1, max_value=schedule.MAX_CAPACITY)


class ReasonForm(VersionMixin, forms.Form):
    reason = forms.CharField(
        label="Pourquoi ? Les bénévoles inscrits le liront.",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

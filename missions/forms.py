"""A mission page by page, and its slots."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.db.models import TextChoices

from jeveuxagir.accounts.forms import NonceMixin
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import NBSP, fold
from jeveuxagir.taxonomies.models import Activity, Domain, Sdg, Skill
from jeveuxagir.territories.forms import CommuneField

from . import schedule
from .enums import Commitment, MissionMode, SlotKind, Waiting
from .models import LARGEST_TEAM, MOST_TEAMS, Slot
from .schedule import SlotSpec
from .services import DESCRIPTION_AT_LEAST, MAX_ADDRESSES, TITLE_AT_LEAST, AddressSpec, MissionData

VERSION_AT_MOST = 2**31 - 1


class VersionMixin(forms.Form):
    """The version the form was shown with: an edit in between is told, not lost."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=VERSION_AT_MOST
    )


class Section(VersionMixin):
    """One page of the wizard and of later edits. A draft may be incomplete: its last page says what is missing."""

    slug = ""
    heading = ""
    #: the fields of `MissionData` this page holds
    names: tuple[str, ...] = ()
    #: the fields a draft may leave empty
    needed_to_send: tuple[str, ...] = ()

    #: marks of what the form was shown with (`meanwhile`)
    before = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2000)

    def __init__(
        self, *args: Any, data_now: MissionData | None = None, draft: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in self.needed_to_send if draft else ():
            field: Any = self.fields[name]
            field.required = False
            if hasattr(field, "min_length"):
                field.min_length = None
                field.validators = [v for v in field.validators if getattr(v, "code", "") != "min_length"]
                field.widget.attrs.pop("minlength", None)

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.names}

    @classmethod
    def initial_of(cls, data: MissionData) -> dict[str, Any]:
        return {name: getattr(data, name) for name in cls.names}


class TitleForm(NonceMixin, Section, forms.Form):
    """Page 1: it makes the draft."""

    slug, heading = "titre", "Le titre et le domaine"
    names = ("title", "domain")
    needed_to_send = ("title", "domain")

    title = forms.CharField(
        label="Titre",
        max_length=160,
        min_length=TITLE_AT_LEAST,
        help_text=f"Commencez par un verbe{NBSP}: ce que la personne fera. "
        f"Exemple{NBSP}: «{NBSP}Aider des élèves à lire, le mercredi{NBSP}».",
    )
    domain = forms.ModelChoiceField(Domain.objects.none(), label="Domaine", empty_label="Choisir un domaine")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = True  # a short one is a draft, none is nothing
        self.fields["domain"].queryset = Domain.objects.active()  # type: ignore[attr-defined]


class DescriptionForm(Section, forms.Form):
    """Page 2."""

    slug, heading = "description", "Ce que fera la personne"
    names = ("description",)
    needed_to_send = ("description",)

    description = forms.CharField(
        label="Description",
        max_length=20_000,
        min_length=DESCRIPTION_AT_LEAST,
        help_text=f"Que fera la personne, avec qui, et à quoi cela sert-il{NBSP}? "
        f"Au moins {DESCRIPTION_AT_LEAST} caractères.",
        widget=forms.Textarea(attrs={"rows": 12}),
    )


class ConditionsForm(Section, forms.Form):
    """Page 3."""

    slug, heading = "conditions", "Qui peut venir, et dans quelles conditions"
    names = ("minimum_age", "prerequisites", "hosting_conditions")

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


class DetailsForm(Section, forms.Form):
    """Page 4: the goals are suggested from the domain."""

    slug, heading = "details", "Activités, compétences et objectifs"
    names = ("activities", "sdgs", "skills")

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

    def __init__(self, *args: Any, data_now: MissionData | None = None, **kwargs: Any) -> None:
        super().__init__(*args, data_now=data_now, **kwargs)
        activities = Activity.objects.active()
        domain = data_now.domain if data_now else None
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
        return {name: list(self.cleaned_data[name]) for name in self.names}

    @classmethod
    def initial_of(cls, data: MissionData) -> dict[str, Any]:
        sdgs = data.sdgs or (list(data.domain.sdgs.all()) if data.domain else [])
        return {"activities": list(data.activities), "sdgs": list(sdgs), "skills": list(data.skills)}


class WhereForm(Section, forms.Form):
    """Page 5, with the addresses of `AddressForms` beside it."""

    slug, heading = "ou", "Où se passe la mission"
    names = ("mode",)

    mode = forms.ChoiceField(
        label="La mission se fait",
        choices=[
            (MissionMode.ON_SITE, "Sur place"),
            (MissionMode.REMOTE, "À distance"),
            (MissionMode.HYBRID, "Sur place ou à distance, au choix"),
        ],
        widget=forms.RadioSelect,
    )


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


class RhythmForm(Section, forms.Form):
    """Not a page of the wizard: the slots tell it, and it may be corrected."""

    slug, heading = "rythme", "Rythme demandé"
    names = ("commitment",)

    commitment = forms.ChoiceField(
        label=f"À quel rythme une même personne vient-elle{NBSP}?",
        choices=[
            (Commitment.ONCE, "Une fois"),
            (Commitment.MONTHLY, "Une fois par mois"),
            (Commitment.WEEKLY, "Chaque semaine"),
            (Commitment.MORE, "Plusieurs fois par semaine"),
        ],
        widget=forms.RadioSelect,
    )


class TeamsForm(Section, forms.Form):
    """Not a page of the wizard either: most missions take persons one by one."""

    slug, heading = "equipes", "Accueillir des équipes"
    names = ("team_places", "team_smallest", "team_largest", "team_preparation")

    team_places = forms.TypedChoiceField(
        label=f"Combien d’équipes accueillez-vous à la fois{NBSP}?",
        choices=[
            (0, f"Aucune{NBSP}: chacun s’inscrit pour soi"),
            (1, "1 équipe par créneau"),
            *((number, f"{number} équipes par créneau") for number in range(2, MOST_TEAMS + 1)),
        ],
        coerce=int,
        help_text="Une équipe vient d’une entreprise, d’une association ou d’un service, ensemble, pour une journée. "
        "Chaque personne prend aussi une place du créneau.",
    )
    team_smallest = forms.IntegerField(
        label="Plus petite équipe",
        required=False,
        min_value=2,
        max_value=LARGEST_TEAM,
        help_text="Nombre de personnes, au moins 2.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    team_largest = forms.IntegerField(
        label="Plus grande équipe",
        required=False,
        min_value=2,
        max_value=LARGEST_TEAM,
        help_text=f"Nombre de personnes, {LARGEST_TEAM} au plus.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    team_preparation = forms.CharField(
        label="Ce que vous préparez pour une équipe",
        required=False,
        max_length=2000,
        help_text=f"Exemple{NBSP}: accueil à 9{NBSP}h par deux bénévoles, gants et outils fournis, repas à apporter. "
        "Une mission d’équipe est gratuite pour qui vient et pour qui accueille.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    #: rule code → the field that shows it
    FIELDS = ("team_places", "team_smallest", "team_largest")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("team_places"):  # nothing else counts
            for name in ("team_smallest", "team_largest"):
                self.errors.pop(name, None)
                cleaned[name] = None
            return cleaned
        smallest, largest = cleaned.get("team_smallest"), cleaned.get("team_largest")
        if smallest is None and "team_smallest" not in self.errors:
            self.add_error("team_smallest", "Dites combien de personnes compte la plus petite équipe.")
        if largest is None and "team_largest" not in self.errors:
            self.add_error("team_largest", "Dites combien de personnes compte la plus grande équipe.")
        if smallest and largest and largest < smallest:
            self.add_error("team_largest", "La plus grande équipe compte au moins autant que la plus petite.")
        return cleaned


SECTIONS: dict[str, type[Section]] = {
    form.slug: form
    for form in (TitleForm, DescriptionForm, ConditionsForm, DetailsForm, WhereForm, RhythmForm, TeamsForm)
}

#: the way of a new mission, one thing per page
STEPS = ["titre", "description", "conditions", "details", "ou", "creneaux", "relire"]


class When(TextChoices):
    """How somebody says when: the first three make dated slots."""

    DATE = "dated", "À une date"
    DATES = "dates", "À plusieurs dates"
    PERIOD = "period", "Certains jours de la semaine, sur une période"
    WEEKLY = "weekly", "Chaque semaine, le même jour, pour les mêmes personnes"
    UNDATED = "undated", "Horaires à convenir avec la personne"


#: what a ticked half-day means: the usual hours, which a slot's own page corrects
HALF_DAYS = {
    "morning": (time(9), time(12)),
    "afternoon": (time(14), time(17)),
    "evening": (time(18), time(21)),
}


class SlotsForm(NonceMixin, forms.Form):
    """One date, a list of dates, some weekdays over a period, a weekly rhythm, or hours to agree."""

    kind = forms.ChoiceField(
        label=f"Quand{NBSP}?", choices=When.choices, initial=When.DATE, widget=forms.RadioSelect
    )
    local_date = forms.DateField(label="Date", required=False)
    dates = forms.CharField(
        label="Dates, une par ligne",
        required=False,
        max_length=6000,
        help_text=f"Exemple{NBSP}: 12/12/2026",
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="Jours de la semaine",
        choices=[(n, day.capitalize()) for n, day in enumerate(schedule.WEEKDAYS)],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    period_from = forms.DateField(label="Du", required=False)
    period_until = forms.DateField(label="Au", required=False)
    weekday = forms.TypedChoiceField(
        label="Jour de la semaine",
        choices=[("", "Choisir un jour"), *enumerate(day.capitalize() for day in schedule.WEEKDAYS)],
        coerce=int,
        empty_value=None,
        required=False,
    )
    half_days = forms.MultipleChoiceField(
        label="Demi-journées",
        choices=[
            ("morning", f"Matin, de 9{NBSP}h à 12{NBSP}h"),
            ("afternoon", f"Après-midi, de 14{NBSP}h à 17{NBSP}h"),
            ("evening", f"Soirée, de 18{NBSP}h à 21{NBSP}h"),
        ],
        required=False,
        help_text="Cochez-en une ou plusieurs, ou laissez vide et donnez vos heures.",
        widget=forms.CheckboxSelectMultiple,
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
        "hours": "start_time",
        "weekday": "weekday",
        "period": "valid_until",
        "capacity": "capacity",
    }
    #: the field that shows whatever is wrong with the days, by the way they were said
    DAYS = {
        When.DATE: "local_date",
        When.DATES: "dates",
        When.PERIOD: "period_until",
        When.WEEKLY: "valid_until",
        When.UNDATED: "valid_until",
    }

    #: what each way of saying when asks for: the others are hidden, and nothing in them is wrong
    ASKED = {
        When.DATE: ("local_date", "half_days", "start_time", "end_time"),
        When.DATES: ("dates", "half_days", "start_time", "end_time"),
        When.PERIOD: ("weekdays", "period_from", "period_until", "half_days", "start_time", "end_time"),
        When.WEEKLY: ("weekday", "half_days", "start_time", "end_time", "valid_from", "valid_until"),
        When.UNDATED: ("valid_from", "valid_until"),
    }
    #: field → what to say when it is empty
    NEEDED = {
        "local_date": "Indiquez la date du créneau.",
        "dates": "Indiquez au moins une date.",
        "weekdays": "Cochez au moins un jour de la semaine.",
        "period_from": "Indiquez le début de la période.",
        "period_until": "Indiquez la fin de la période.",
        "weekday": "Choisissez le jour de la semaine.",
        "start_time": "Indiquez l’heure de début.",
        "end_time": "Indiquez l’heure de fin.",
    }

    def __init__(self, *args: Any, already: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.already = already

    def clean_dates(self) -> list[date]:
        field = forms.DateField()
        found = []
        typed = self.cleaned_data["dates"].replace(",", "\n").replace(";", "\n").splitlines()
        for line in filter(None, (line.strip() for line in typed)):
            try:
                day = field.clean(line)
            except forms.ValidationError as error:
                raise forms.ValidationError(
                    f"«{NBSP}{line[:40]}{NBSP}» n’est pas une date. Écrivez-la comme 12/12/2026.", code="date"
                ) from error
            if day is not None and day not in found:
                found.append(day)
        return found

    def clean(self) -> dict[str, Any]:
        """All that is wrong at once, in what this way of saying when asks for."""
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("kind")
        if kind is None:
            return cleaned
        self._clean_asked(When(kind))
        if kind == When.PERIOD:
            self._clean_period(cleaned.get("period_from"), cleaned.get("period_until"))
        if set(self.errors) - {"capacity"}:
            return cleaned
        try:
            specs = self.specs()
            schedule.check_all(specs, already=self.already)
        except RuleBroken as refusal:
            self.add_error(self.FIELDS.get(refusal.code) or self.DAYS[kind], refusal.message)
            return cleaned
        if not specs:
            self.add_error("period_until", "Aucun de ces jours ne tombe dans cette période.")
        return cleaned

    def _clean_asked(self, kind: When) -> None:
        for name in set(self.errors) - {*self.ASKED[kind], "kind", "capacity", "nonce"}:
            del self.errors[name]
        half_days = self.cleaned_data.get("half_days")
        for name in self.ASKED[kind]:
            is_given = self.cleaned_data.get(name) not in (None, "", [])
            is_an_hour = name in ("start_time", "end_time")
            if is_an_hour and half_days:
                self.errors.pop(name, None)
            elif name in self.NEEDED and not is_given and name not in self.errors:
                self.add_error(name, self.NEEDED[name])

    def _clean_period(self, first: date | None, last: date | None) -> None:
        if last is None:
            return
        if first is not None and last < first:
            self.add_error("period_until", "La fin de la période est avant son début.")
        elif last > today() + schedule.FURTHEST:
            self.add_error("period_until", "Cette date est trop lointaine : choisissez-la dans les deux ans.")

    def specs(self) -> list[SlotSpec]:
        typed = self.cleaned_data
        kind, capacity = typed["kind"], typed.get("capacity", 1)  # wrong places hide nothing else
        period = {"valid_from": typed.get("valid_from"), "valid_until": typed.get("valid_until")}
        if kind == When.UNDATED:
            return [SlotSpec(SlotKind.UNDATED, capacity, **period)]
        hours = [HALF_DAYS[half] for half in typed.get("half_days") or ()]
        hours = hours or [(typed.get("start_time"), typed.get("end_time"))]  # type: ignore[list-item]
        if kind == When.WEEKLY:
            return [
                SlotSpec(
                    SlotKind.WEEKLY,
                    capacity,
                    weekday=typed.get("weekday"),
                    start_time=start,
                    end_time=end,
                    **period,
                )
                for start, end in hours
            ]
        return [
            SlotSpec(SlotKind.DATED, capacity, local_date=day, start_time=start, end_time=end)
            for day in self._days()
            for start, end in hours
        ]

    def _days(self) -> list[date]:
        typed = self.cleaned_data
        if typed["kind"] == When.DATE:
            return [typed["local_date"]]
        if typed["kind"] == When.DATES:
            return list(typed["dates"])
        return schedule.weekdays_between(typed["period_from"], typed["period_until"], typed["weekdays"])

    @staticmethod
    def suggestion() -> dict[str, Any]:
        """A first date to correct rather than an empty form."""
        return {"local_date": today() + timedelta(days=14), "start_time": "14:00", "end_time": "16:00"}


class SlotForm(VersionMixin, forms.Form):
    """One slot's time, of its own kind, and its places."""

    local_date = forms.DateField(label="Date")
    weekday = forms.TypedChoiceField(
        label="Jour de la semaine",
        choices=list(enumerate(day.capitalize() for day in schedule.WEEKDAYS)),
        coerce=int,
    )
    start_time = forms.TimeField(label="De")
    end_time = forms.TimeField(label="À")
    valid_from = forms.DateField(label="À partir du", required=False)
    valid_until = forms.DateField(
        label="Jusqu’au", required=False, help_text="Laissez vide s’il n’y a pas de fin prévue."
    )
    capacity = forms.IntegerField(
        label="Places",
        min_value=1,
        max_value=schedule.MAX_CAPACITY,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    #: rule code → the field that shows it
    FIELDS = {"end_before_start": "end_time", "hours": "start_time", "weekday": "weekday"} | dict.fromkeys(
        ("capacity", "below_taken"), "capacity"
    )
    KEPT = {
        SlotKind.DATED: ("local_date", "start_time", "end_time"),
        SlotKind.WEEKLY: ("weekday", "start_time", "end_time", "valid_from", "valid_until"),
        SlotKind.UNDATED: ("valid_from", "valid_until"),
    }

    def __init__(self, data: Any = None, *, slot: Slot, version: int) -> None:
        self.slot = slot
        kept = self.KEPT[SlotKind(slot.kind)]
        initial = {name: getattr(slot, name) for name in (*kept, "capacity")} | {"version": version}
        super().__init__(data, initial=initial)
        for name in set(self.fields) - {*kept, "capacity", "version"}:
            del self.fields[name]

    def spec(self) -> SlotSpec:
        typed = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return SlotSpec(self.slot.kind, **typed)

    def refuse(self, refusal: RuleBroken) -> None:
        """Show a refusal beside the field it is about."""
        day = "local_date" if "local_date" in self.fields else "valid_until"
        dates = ("past", "too_far", "date", "no_such_hour", "period")
        name = self.FIELDS.get(refusal.code) or (day if refusal.code in dates else None)
        self.add_error(name if name in self.fields else None, refusal.message)


class CloseForm(VersionMixin, forms.Form):
    """Closing says what becomes of the applications that wait."""

    waiting = forms.ChoiceField(
        label="Les candidatures en attente",
        choices=Waiting.choices,
        initial=Waiting.KEEP,
        required=False,
        widget=forms.RadioSelect,
    )
    message = forms.CharField(
        label="Votre message, si vous refusez",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_waiting(self) -> str:
        return self.cleaned_data["waiting"] or Waiting.KEEP


class DuplicateForm(forms.Form):
    first_day = forms.DateField(label="Premier jour de la nouvelle mission")


class CancelSlotsForm(forms.Form):
    """Several slots fall for one reason."""

    slot = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": "Cochez au moins un créneau."}
    )
    reason = forms.CharField(
        label=f"Pourquoi{NBSP}? Les bénévoles inscrits le liront.",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, slots: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slot"].choices = [(pk, pk) for pk in slots]  # type: ignore[attr-defined]
        self.fields["slot"].label = "Créneaux"


class ReasonForm(VersionMixin, forms.Form):
    reason = forms.CharField(
        label="Pourquoi ? Les bénévoles inscrits le liront.",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def title_advice(title: str) -> str:
    """A word about a title that does not begin with what the person does; never a refusal."""
    first = (fold(title).split() or [""])[0]
    if first.endswith(("er", "ir", "re")) or first in ("se", "s"):
        return ""
    return (
        f"Un titre qui commence par un verbe attire plus de bénévoles{NBSP}: «{NBSP}Accompagner…{NBSP}», "
        f"«{NBSP}Distribuer…{NBSP}», «{NBSP}Tenir…{NBSP}»."
    )

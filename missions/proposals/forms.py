"""The screens of "Je veux agir", and the answers to a proposal."""

import datetime
import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet

from jeveuxagir.accounts.forms import ContactFields, GuardianFields
from jeveuxagir.common.clock import today
from jeveuxagir.taxonomies.models import Domain, Skill
from jeveuxagir.territories.forms import CommuneField
from jeveuxagir.ui.typed_dates import with_slashes
from missions.models import Slot
from missions.participations.cautions import Caution, key
from volunteers.requests.enums import Commitment, Mode
from volunteers.requests.forms import GroupFields, initial_of_group
from volunteers.requests.models import EngagementRequest
from volunteers.requests.services import RequestData

from . import half_days
from .models import DeclineReason

ANY = ""
RADII = [(5, "5 km"), (10, "10 km"), (20, "20 km"), (50, "50 km"), (100, "100 km")]
MAX_GIVEN_DATES = 30


class Where(GroupFields, forms.Form):
    """Screen 1: the place, and whom one comes with."""

    slug, title = "ou", "Où, et avec qui ?"
    field_order = ["commune", "mode", "radius_km"]

    commune = CommuneField(
        label="Votre commune", help_text="Nom ou code postal, par exemple : Romans ou 26100."
    )
    mode = forms.ChoiceField(
        label="Comment souhaitez-vous agir ?",
        choices=[
            (Mode.ON_SITE, "Sur place, près de chez moi"),
            (Mode.REMOTE, "À distance, depuis chez moi"),
            (Mode.BOTH, "Peu importe"),
        ],
        initial=Mode.BOTH,
        widget=forms.RadioSelect,
    )
    radius_km = forms.TypedChoiceField(
        label="Jusqu’à quelle distance pouvez-vous vous déplacer ?",
        choices=RADII,
        coerce=int,
        initial=20,
        required=False,
        empty_value="20",
    )


class When(forms.Form):
    """Screen 2."""

    slug, title = "quand", "Quand êtes-vous disponible ?"

    half_days = forms.MultipleChoiceField(
        label="Vos moments possibles dans la semaine",
        help_text="Ne cochez rien si peu importe.",
        choices=half_days.CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    commitment = forms.ChoiceField(
        label="À quel rythme ?",
        choices=[
            (ANY, "Peu importe"),
            (Commitment.ONCE, "Une fois, pour essayer ou pour un événement"),
            (Commitment.MONTHLY, "Environ une fois par mois"),
            (Commitment.WEEKLY, "Chaque semaine"),
            (Commitment.MORE, "Plusieurs fois par semaine"),
        ],
        required=False,
        widget=forms.RadioSelect,
    )
    period_start = forms.DateField(
        label="À partir du", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    period_end = forms.DateField(
        label="Jusqu’au", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    given_dates = forms.CharField(
        label="Ou seulement à ces dates",
        help_text="Séparées par des virgules, par exemple : 12/03/2027, 19/03/2027.",
        required=False,
        max_length=600,
    )

    def week(self) -> list[dict[str, Any]]:
        return half_days.week(self["half_days"])

    def clean_given_dates(self) -> list[datetime.date]:
        dates, wrong = [], []
        for word in re.split(r"[,;\n]+|\s+et\s+", self.cleaned_data["given_dates"]):
            if not word.strip():
                continue
            date = _date(word.strip())
            if date is None:
                wrong.append(word.strip()[:30])
            else:
                dates.append(date)
        if wrong:
            raise forms.ValidationError(
                f"Nous n’avons pas compris : {', '.join(wrong[:3])}. Écrivez JJ/MM/AAAA."
            )
        past = [date for date in dates if date < today()]
        if past:
            raise forms.ValidationError(f"Le {past[0]:%d/%m/%Y} est déjà passé.")
        if len(dates) > MAX_GIVEN_DATES:
            raise forms.ValidationError(f"Donnez {MAX_GIVEN_DATES} dates au plus.")
        return sorted(set(dates))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("period_start"), cleaned.get("period_end")
        if end and end < today():
            self.add_error("period_end", "Cette date est déjà passée.")
        elif start and end and end < start:
            self.add_error("period_end", "La fin de la période est avant son début.")
        return cleaned


class What(forms.Form):
    """Screen 3."""

    slug, title = "quoi", "Pour quelles causes ?"

    domains = forms.ModelMultipleChoiceField(
        label="Les domaines qui vous attirent",
        help_text="Ne cochez rien si peu importe.",
        queryset=Domain.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    open_to_anything = forms.BooleanField(
        label="Proposez-moi aussi des missions d’autres domaines",
        help_text="Sinon, une mission proposée touche au moins un de vos domaines ou de vos savoir-faire.",
        required=False,
        initial=True,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["domains"].queryset = Domain.objects.active()  # type: ignore[attr-defined]


class Skills(forms.Form):
    """Screen 4."""

    slug, title = "savoir-faire", "Avez-vous des savoir-faire à partager ?"

    skills = forms.ModelMultipleChoiceField(
        label="Vos savoir-faire",
        help_text="Facultatif : beaucoup de missions n’en demandent aucun.",
        queryset=Skill.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(
        label="Quelque chose à préciser ?",
        help_text="Facultatif. Seule la brigade de votre département le lira. N’écrivez rien sur votre santé.",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        skills = Skill.objects.active().select_related("group").order_by("group__position", "name")
        self.fields["skills"].queryset = skills  # type: ignore[attr-defined]

    def families(self) -> list[dict[str, Any]]:
        """The boxes by family of skills: name, boxes, how many are ticked."""
        families: dict[str, dict[str, Any]] = {}
        for box in self["skills"]:
            name = box.data["value"].instance.group.name
            family = families.setdefault(name, {"name": name, "boxes": [], "ticked": 0})
            family["boxes"].append(box.data)
            family["ticked"] += bool(box.data["selected"])
        return list(families.values())


class Who(ContactFields, forms.Form):
    """Screen 5, for somebody without an account."""

    slug, title = "vous", "Pour vous répondre"


class Born(GuardianFields):
    """Screen 5, for somebody signed in whose age is not known."""

    slug, title = "vous", "Votre date de naissance"


class Answer(forms.Form):
    """ "Ça m’intéresse", with another slot if wished."""

    slot = forms.ModelChoiceField(
        label="Créneau",
        queryset=Slot.objects.none(),
        required=False,
        empty_label=None,
        widget=forms.RadioSelect,
    )
    #: the warnings this person has read and goes on with
    warned = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    message = forms.CharField(
        label="Un mot pour l’association",
        help_text="Facultatif.",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, slots: "QuerySet[Slot]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slot"].queryset = slots  # type: ignore[attr-defined]
        self.warnings: list[Caution] = []

    def warn(self, warnings: list[Caution]) -> bool:
        """Whether these were not read yet; sent again as it is, the form says that they were."""
        read = key(warnings)
        if not warnings or read == self.cleaned_data["warned"]:
            return False
        typed: Any = self.data.copy()  # type: ignore[attr-defined]
        typed[self.add_prefix("warned")] = read
        self.data, self.warnings = typed, warnings
        return True


class Decline(forms.Form):
    reason = forms.ChoiceField(
        label="Pourquoi cette mission ne vous convient-elle pas ?",
        choices=DeclineReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites pourquoi : cela nous aide à mieux chercher."},
    )
    note = forms.CharField(label="Une précision ?", help_text="Facultatif.", max_length=500, required=False)


class Pause(forms.Form):
    until = forms.DateField(
        label="Me laisser tranquille jusqu’au", widget=forms.DateInput(attrs={"type": "date"})
    )


SCREENS: list[type[forms.Form]] = [Where, When, What, Skills]


def request_data(forms_of_screens: Iterable[forms.Form]) -> RequestData:
    """The checked screens as what the service takes."""
    forms_of_screens = list(forms_of_screens)
    cleaned: dict[str, Any] = {}
    for form in forms_of_screens:
        cleaned |= form.cleaned_data
    return RequestData(
        commune=cleaned["commune"],
        radius_km=int(cleaned["radius_km"]),
        mode=cleaned["mode"],
        half_days=half_days.to_mask(cleaned["half_days"]),
        period_start=cleaned["period_start"],
        period_end=cleaned["period_end"],
        given_dates=cleaned["given_dates"],
        commitment=cleaned["commitment"],
        domains=list(cleaned["domains"]),
        skills=list(cleaned["skills"]),
        open_to_anything=cleaned["open_to_anything"] or not (cleaned["domains"] or cleaned["skills"]),
        note=cleaned["note"],
        group=next(form.group() for form in forms_of_screens if isinstance(form, GroupFields)),
    )


def initial_of(request: EngagementRequest) -> dict[str, dict[str, Any]]:
    """What the screens show when a request is edited."""
    return {
        "ou": {
            "commune": request.commune,
            "mode": request.mode,
            "radius_km": request.radius_km,
            **initial_of_group(request.group),
        },
        "quand": {
            "half_days": half_days.to_values(request.half_days),
            "commitment": request.commitment,
            "period_start": request.period_start,
            "period_end": request.period_end,
            "given_dates": ", ".join(f"{date:%d/%m/%Y}" for date in request.given_dates),
        },
        "quoi": {"domains": list(request.domains.all()), "open_to_anything": request.open_to_anything},
        "savoir-faire": {"skills": list(request.skills.all()), "note": request.note},
    }


def _date(word: str) -> datetime.date | None:
    word = with_slashes(word)
    for pattern in ("%d/%m/%Y", "%d/%m/%y", "%Y-%m-%d"):
        try:
            return datetime.datetime.strptime(word, pattern).date()
        except ValueError:
            continue
    return None

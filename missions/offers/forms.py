"""An offer page by page, and the filters of the list."""

from typing import Any

from django import forms

from jeveuxagir.accounts.forms import NonceMixin
from jeveuxagir.common.text import NBSP
from jeveuxagir.taxonomies.models import Skill, SkillGroup
from jeveuxagir.territories.forms import CommuneField
from jeveuxagir.territories.models import Commune, Department
from jeveuxagir.territories.text import SortName
from jeveuxagir.ui.contacts import without_contact
from missions.enums import MissionMode
from missions.skill_needs.durations import DaysField

from .directory import Wanted
from .enums import Format
from .models import MOST_MINUTES
from .services import LEAST_MINUTES, MOST_COMMUNES, TITLE_AT_LEAST, OfferData, too_many_communes

VERSION_AT_MOST = 2**31 - 1
#: nobody works in the Terres australes, nor on Clipperton
UNPEOPLED = ("984", "989")


class Page(forms.Form):
    """One page of the wizard and of later edits."""

    slug = ""
    heading = ""
    #: the fields of `OfferData` this page holds
    names: tuple[str, ...] = ()
    #: what only a sent offer must have
    needed_to_send: tuple[str, ...] = ()

    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=VERSION_AT_MOST
    )

    def __init__(self, *args: Any, draft: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.needed_to_send if draft else ():
            self.fields[name].required = False
            self.fields[name].asked_later = True  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in self.names}
        return {
            name: list(value) if hasattr(value, "__iter__") and not isinstance(value, str) else value
            for name, value in values.items()
        }

    @classmethod
    def initial_of(cls, data: OfferData) -> dict[str, Any]:
        return {name: getattr(data, name) for name in cls.names}

    def groups(self, name: str, key: Any) -> list[tuple[str, list[Any], int]]:
        """Name of the group, its checkboxes, how many are ticked."""
        found: dict[str, list[Any]] = {}
        for option in self[name]:
            found.setdefault(key(option.data["value"].instance), []).append(option)
        return [
            (title, options, sum(bool(option.data["selected"]) for option in options))
            for title, options in found.items()
        ]


class TimeForm(NonceMixin, Page):
    """Page 1: it makes the draft."""

    slug, heading = "temps", "Le temps que vous donnez"
    names = ("title", "total_minutes", "formats", "starts_on", "ends_on", "shows_name")
    needed_to_send = ("formats",)

    title = forms.CharField(
        label="Titre de l’offre",
        max_length=160,
        validators=[without_contact],
        help_text=f"Ce que vos équipes savent faire, sans nommer personne. Exemple{NBSP}: «{NBSP}Comptabilité et "
        f"budget pour une association{NBSP}». Au moins {TITLE_AT_LEAST} caractères.",
        error_messages={"required": "Donnez un titre à l’offre."},
    )
    total_minutes = DaysField(
        label="Combien de jours en tout",
        least=LEAST_MINUTES,
        most=MOST_MINUTES,
        help_text=f"Pour toutes les personnes réunies. Exemples{NBSP}: 10, 2,5 ou 3 h. Une journée compte 7 heures.",
    )
    formats = forms.MultipleChoiceField(
        label="Sous quelle forme",
        choices=[(code.value, code.label.capitalize()) for code in Format],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins un format."},
    )
    starts_on = forms.DateField(label="À partir du", required=False)
    ends_on = forms.DateField(label="Jusqu’au", required=False, help_text="Sans date, l’offre reste ouverte.")

    shows_name = forms.BooleanField(
        label="Montrer notre nom à tous",
        required=False,
        help_text=f"72 heures après son ouverture, tout le monde peut lire l’offre. Sans cette case, on y lit "
        f"«{NBSP}Une entreprise{NBSP}» ou «{NBSP}Un employeur public{NBSP}». Les associations vérifiées et la brigade "
        "lisent toujours votre nom.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "La fin vient après le début.")
        return cleaned


class SkillsForm(Page):
    """Page 2."""

    slug, heading = "competences", "Ce que vos équipes savent faire"
    names = ("skills", "description")
    needed_to_send = ("skills",)

    skills = forms.ModelMultipleChoiceField(
        Skill.objects.none(),
        label="Compétences",
        help_text="Ouvrez une famille, cochez ce que vos équipes peuvent faire pour une association.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins une compétence."},
    )
    description = forms.CharField(
        label="Ce que vous proposez",
        required=False,
        max_length=5000,
        validators=[without_contact],
        help_text="Ce que vous savez faire, ce que vous ne faites pas. Ne nommez aucun salarié ni agent.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        skills = Skill.objects.active().select_related("group").order_by("group__position", "name")
        self.fields["skills"].queryset = skills  # type: ignore[attr-defined]

    def skill_groups(self) -> list[tuple[str, list[Any], int]]:
        return self.groups("skills", lambda skill: skill.group.name)


class WhereForm(Page):
    """Page 3."""

    slug, heading = "ou", "Où vos équipes peuvent aller"
    names = ("mode", "everywhere", "departments", "communes")
    #: the name of the button that adds the commune typed, and saves nothing yet
    ADD = "ajouter"

    mode = forms.ChoiceField(
        label="Le travail se fait",
        choices=[
            (MissionMode.ON_SITE, "Sur place, chez l’association"),
            (MissionMode.REMOTE, "À distance"),
            (MissionMode.HYBRID, "Sur place ou à distance, selon le besoin"),
        ],
        widget=forms.RadioSelect,
    )
    everywhere = forms.BooleanField(label="Partout en France", required=False)
    departments = forms.ModelMultipleChoiceField(
        Department.objects.none(),
        label="Départements",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    #: those it names so far: unticked, one leaves
    communes = forms.ModelMultipleChoiceField(
        Commune.objects.none(),
        label="Communes",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    commune = CommuneField(
        label="Ajouter une commune",
        required=False,
        help_text=f"{MOST_COMMUNES} au plus, chacune par son nom ou son code postal. Exemples{NBSP}: Romans, 26100",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Department.objects.exclude(code__in=UNPEOPLED).select_related("region")
        found = found.order_by(SortName("region__name"), "code")
        self.fields["departments"].queryset = found  # type: ignore[attr-defined]
        if self.is_bound:
            data: Any = self.data  # a QueryDict
            codes = [code for code in data.getlist("communes") if code.isalnum() and len(code) == 5]
        else:
            codes = [commune.pk for commune in self.initial.get("communes", ())]
        communes = Commune.objects.filter(pk__in=codes[: 2 * MOST_COMMUNES])
        self.fields["communes"].queryset = communes.order_by("department", "name", "code")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The commune typed is one of them, added by its button or not."""
        cleaned = super().clean() or self.cleaned_data
        typed = cleaned.get("commune")
        if self.ADD in self.data and not typed and "commune" not in self.errors:
            self.add_error("commune", CommuneField.default_error_messages["required"])
        named = {commune.pk: commune for commune in cleaned.get("communes", ())}
        if typed:
            named[typed.pk] = typed
        if len(named) > MOST_COMMUNES:
            self.add_error("commune" if typed else "communes", too_many_communes())
        cleaned["communes"] = list(named.values())
        return cleaned

    def with_one_more(self) -> "WhereForm | None":
        """The same form, the commune typed among the others; None when it cannot be."""
        if not self.is_valid():
            return None
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data.setlist("communes", [commune.pk for commune in self.cleaned_data["communes"]])
        for name in (self.ADD, "commune", "commune_choix", "commune_pour"):
            data.pop(name, None)
        form = WhereForm(data, initial=self.initial)
        form.just_added = self.cleaned_data["commune"]
        return form

    #: the commune that was added last, to be saved
    just_added: Commune | None = None

    @property
    def added_in_words(self) -> str:
        return f"{self.just_added} est dans la liste. Enregistrez pour la garder." if self.just_added else ""

    def regions(self) -> list[tuple[str, list[Any], int]]:
        return self.groups("departments", lambda department: department.region.name)


PAGES: dict[str, type[Page]] = {form.slug: form for form in (TimeForm, SkillsForm, WhereForm)}
#: the way of a new offer, one thing per page
STEPS = [*PAGES, "relire"]


class FilterForm(forms.Form):
    """What the list is narrowed by. All optional, sent by GET."""

    famille = forms.ModelChoiceField(
        SkillGroup.objects.all(), label="Compétences", required=False, empty_label="Toutes"
    )
    departement = forms.ModelChoiceField(
        Department.objects.exclude(code__in=UNPEOPLED).order_by(SortName("name")),
        label="Département",
        required=False,
        empty_label="Tous",
    )
    ou = CommuneField(label="Commune", required=False)
    format = forms.ChoiceField(
        label="Format",
        required=False,
        choices=[("", "Tous"), *((code.value, code.label.capitalize()) for code in Format)],
    )
    distance = forms.BooleanField(label="Possible à distance", required=False)

    def wanted(self) -> Wanted:
        """What to look for; what is unknown is left out."""
        asked = self.cleaned_data if self.is_bound and (self.is_valid() or self.cleaned_data) else {}
        return Wanted(
            families=[one] if (one := asked.get("famille")) else [],
            departments=[one] if (one := asked.get("departement")) else [],
            commune=asked.get("ou"),
            formats=[one] if (one := asked.get("format")) else [],
            remote=bool(asked.get("distance")),
        )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Raison",
        max_length=2000,
        help_text="L’employeur la lira.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites pourquoi : l’employeur le lira."},
    )

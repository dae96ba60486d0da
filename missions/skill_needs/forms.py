"""A skill need page by page, the filters of the public list, and the few words that end one."""

from collections.abc import Collection, Iterable
from typing import Any

from django import forms

from jeveuxagir.accounts.forms import NonceMixin
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.text import NBSP
from jeveuxagir.findable import filters
from jeveuxagir.taxonomies.models import Domain, Sdg, Skill, SkillGroup
from jeveuxagir.territories.forms import CommuneField
from jeveuxagir.ui.contacts import without_contact
from jeveuxagir.ui.facets import SeveralField, SeveralMixin, by_key
from missions.enums import MissionMode
from missions.forms import VersionMixin
from organisations.models import Organisation

from . import scoping
from .directory import RADIUS_KM, Soon, Wanted
from .durations import DaysField, in_words
from .enums import ContactConsent, Format
from .models import FLASH_MINUTES, MOST_MINUTES, SkillNeed
from .services import DELIVERABLE_AT_LEAST, LEAST_MINUTES, MOST_SKILLS, NeedData

PROSE = {"rows": "6"}
#: « Autre chose », as the form sends it: an empty radio would be ticked before anybody chose
OTHER = "autre"


class Section(VersionMixin):
    """One page of the wizard and of later edits. A draft may be incomplete: its last page says what is missing."""

    slug = ""
    heading = ""
    #: the fields of `NeedData` this page holds
    names: tuple[str, ...] = ()
    #: those that a draft may leave empty
    needed_to_send: tuple[str, ...] = ()

    def __init__(
        self,
        *args: Any,
        data_now: NeedData | None = None,
        people: Iterable[Person] = (),
        draft: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.data_now = data_now or NeedData()
        self.people = {str(person.pk): person for person in people}
        for name in self.needed_to_send if draft else ():
            field: Any = self.fields[name]
            field.required, field.asked_later = False, True
            if getattr(field, "min_length", None) is not None:
                field.min_length = None
                field.validators = [v for v in field.validators if getattr(v, "code", "") != "min_length"]
                field.widget.attrs.pop("minlength", None)

    @property
    def kind(self) -> scoping.ProjectType | None:
        """The kind of work that was chosen, whose advice stands beside the page."""
        return scoping.type_of(self.data_now.project_type)

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.names}

    @classmethod
    def initial_of(cls, data: NeedData) -> dict[str, Any]:
        return {name: getattr(data, name) for name in cls.names}


class ProjectForm(NonceMixin, Section):
    """Page 1: it makes the draft."""

    slug, heading = "projet", f"De quoi avez-vous besoin{NBSP}?"
    names = ("title", "project_type")

    title = forms.CharField(
        label="Votre besoin, en une ligne",
        max_length=160,
        validators=[without_contact],
        help_text=f"Ce qu’il faut faire, pas qui vous êtes. Exemple{NBSP}: Refaire notre site internet",
        error_messages={"required": "Dites votre besoin en une ligne, même provisoire."},
    )
    project_type = forms.ChoiceField(
        label="Cela ressemble à",
        widget=forms.RadioSelect,
        help_text="Nous vous montrerons un exemple, les bonnes questions et le temps qu’il faut d’ordinaire.",
        error_messages={
            "required": f"Choisissez ce qui ressemble le plus à votre besoin, ou «{NBSP}Autre chose{NBSP}».",
            "invalid_choice": "Choisissez un type de la liste.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.code, f"{one.name}{NBSP}: {_lower(one.hint)}") for one in scoping.types().values()]
        field: Any = self.fields["project_type"]
        field.choices = [*choices, (OTHER, "Autre chose")]

    def values(self) -> dict[str, Any]:
        chosen = self.cleaned_data["project_type"]
        return super().values() | {"project_type": scoping.OTHER if chosen == OTHER else chosen}

    @classmethod
    def initial_of(cls, data: NeedData) -> dict[str, Any]:
        return super().initial_of(data) | {"project_type": data.project_type or OTHER}


class DeliverableForm(Section):
    """Page 2."""

    slug, heading = "livrable", f"Qu’aurez-vous à la fin{NBSP}?"
    names = ("deliverable",)
    needed_to_send = ("deliverable",)

    deliverable = forms.CharField(
        label="Ce qui sera rendu",
        max_length=3000,
        min_length=DELIVERABLE_AT_LEAST,
        validators=[without_contact],
        widget=forms.Textarea(attrs=PROSE),
        help_text="Ce que vous pourrez montrer ou utiliser. Sans cela, personne ne sait à quoi il s’engage, et votre "
        "besoin ne peut pas être envoyé.",
        error_messages={
            "required": "Dites ce qui sera rendu à la fin.",
        },
    )


class UseForm(Section):
    """Page 3."""

    slug, heading = "utilite", f"À quoi cela servira{NBSP}?"
    names = ("context", "domain", "sdgs")
    needed_to_send = ("domain",)

    context = forms.CharField(
        label=f"Pour qui, et qu’est-ce que cela changera{NBSP}?",
        max_length=5000,
        validators=[without_contact],
        required=False,
        widget=forms.Textarea(attrs=PROSE),
        help_text="Quelques phrases. C’est ce qui donne envie d’aider.",
    )
    domain = forms.ModelChoiceField(
        Domain.objects.none(),
        label="Votre domaine",
        empty_label="Choisir un domaine",
        error_messages={"required": "Choisissez un domaine."},
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
        domains: Any = self.fields["domain"]
        domains.queryset = Domain.objects.active()
        sdgs: Any = self.fields["sdgs"]
        sdgs.queryset = Sdg.objects.order_by("number")

    def values(self) -> dict[str, Any]:
        return super().values() | {"sdgs": list(self.cleaned_data["sdgs"])}


class SkillsForm(Section):
    """Page 4."""

    slug, heading = "competences", f"Quelles compétences{NBSP}?"
    names = ("skills",)
    needed_to_send = ("skills",)

    skills = forms.ModelMultipleChoiceField(
        Skill.objects.none(),
        label="Compétences",
        widget=forms.CheckboxSelectMultiple,
        help_text=f"Celles sans lesquelles rien n’est possible, {MOST_SKILLS} au plus. C’est par elles qu’on vous "
        "trouve.",
        error_messages={"required": "Choisissez au moins une compétence."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        skills: Any = self.fields["skills"]
        skills.queryset = Skill.objects.active().select_related("group").order_by("group__position", "name")

    def skill_groups(self) -> list[tuple[str, list[Any], int]]:
        """Name of the family, its checkboxes, how many are ticked."""
        groups: dict[str, list[Any]] = {}
        for option in self["skills"]:
            groups.setdefault(option.data["value"].instance.group.name, []).append(option)
        return [
            (name, options, sum(bool(option.data["selected"]) for option in options))
            for name, options in groups.items()
        ]

    def clean_skills(self) -> list[Skill]:
        skills = list(self.cleaned_data["skills"])
        if len(skills) > MOST_SKILLS:
            raise forms.ValidationError(
                f"Vous en avez coché {len(skills)}{NBSP}: gardez-en {MOST_SKILLS} au plus.", code="skills"
            )
        return skills


class VolumeForm(Section):
    """Page 5."""

    slug, heading = "volume", f"Combien de temps faut-il{NBSP}?"
    names = ("format", "minutes")
    needed_to_send = ("minutes",)

    format = forms.ChoiceField(
        label=f"Sous quelle forme{NBSP}?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une forme."},
        choices=[
            (
                Format.FLASH,
                f"Une séance flash d’une heure{NBSP}: une question précise, quelqu’un du métier vous répond",
            ),
            (Format.SPLIT, f"Quelques jours répartis{NBSP}: par exemple un jour par semaine"),
            (Format.FULL_TIME, "À temps plein, sur une période"),
            (Format.SECONDMENT, f"Une mise à disposition longue{NBSP}: plusieurs mois"),
            (Format.END_OF_CAREER, f"Une fin de carrière{NBSP}: une personne proche de la retraite"),
            (
                Format.IMMERSION,
                f"Une immersion{NBSP}: quelqu’un d’une entreprise ou d’une administration vient apprendre de vous, "
                "d’une demi-journée à dix jours",
            ),
        ],
    )
    minutes = DaysField(
        label="Nombre de jours",
        least=LEAST_MINUTES,
        most=MOST_MINUTES,
        max_length=40,
        help_text=f"Une estimation suffit. Exemples{NBSP}: 3, ou 2,5, ou une demi-journée, ou 3 h. "
        "Pour une séance flash, laissez vide. Un jour compte sept heures.",
        error_messages={
            "required": f"Dites en combien de jours{NBSP}: une entreprise ne prête pas quelqu’un sans savoir pour "
            "combien de temps."
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_required = self.fields["minutes"].required
        minutes: Any = self.fields["minutes"]
        minutes.required, minutes.asked_later = False, True  # `clean` asks for it, but of a flash session

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        minutes = cleaned.get("minutes")
        if "minutes" in self.errors:
            return cleaned
        if cleaned.get("format") == Format.FLASH:
            if minutes not in (None, FLASH_MINUTES):
                self.add_error(
                    "minutes",
                    f"Une séance flash dure une heure. Pour {in_words(minutes)}, choisissez une autre forme.",
                )
            cleaned["minutes"] = FLASH_MINUTES
        elif minutes is None and self.is_required:
            self.add_error("minutes", self.fields["minutes"].error_messages["required"])
        return cleaned


class WhenForm(Section):
    """Page 6."""

    slug, heading = "date-et-lieu", f"Pour quand, et où{NBSP}?"
    names = ("deadline", "mode", "commune")
    needed_to_send = ("deadline",)

    deadline = forms.DateField(
        label=f"Pour quand{NBSP}?",
        help_text="La date à laquelle vous voulez l’avoir. Une fois passée, nous vous demandons ce qu’il en est.",
        error_messages={
            "required": "Dites pour quand, même de loin.",
        },
    )
    mode = forms.ChoiceField(
        label="Le travail se fait",
        widget=forms.RadioSelect,
        choices=[
            (MissionMode.ON_SITE, "Sur place"),
            (MissionMode.REMOTE, "À distance"),
            (MissionMode.HYBRID, "Sur place ou à distance, au choix"),
        ],
        error_messages={"required": "Dites si l’on vient sur place."},
    )
    commune = CommuneField(
        label="Dans quelle commune",
        required=False,
        help_text=f"Vide, c’est celle de votre association. Son nom ou son code postal. Exemples{NBSP}: Romans, 26100",
    )


class ContactForm(Section):
    """Page 7."""

    slug, heading = "contact", f"Qui répondra aux entreprises{NBSP}?"
    names = ("contact", "contact_consent")
    needed_to_send = ("contact",)

    contact = forms.ChoiceField(
        label="La personne de votre équipe",
        widget=forms.RadioSelect,
        help_text="Son nom et son adresse ne sont jamais publics.",
        error_messages={
            "required": "Choisissez une personne de votre équipe.",
            "invalid_choice": "Cette personne n’est pas, ou n’est plus, responsable ou gestionnaire de votre "
            "association.",
        },
    )
    contact_consent = forms.ChoiceField(
        label=f"Quand une entreprise reçoit-elle ce contact{NBSP}?",
        widget=forms.RadioSelect,
        choices=[(one.value, str(one.label)[:1].upper() + str(one.label)[1:]) for one in ContactConsent],
        error_messages={"required": "Choisissez quand donner ce contact."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contact: Any = self.fields["contact"]
        contact.choices = [(key, person.full_name or str(person)) for key, person in self.people.items()]

    def values(self) -> dict[str, Any]:
        return super().values() | {"contact": self.people.get(self.cleaned_data["contact"])}

    @classmethod
    def initial_of(cls, data: NeedData) -> dict[str, Any]:
        return super().initial_of(data) | {"contact": str(data.contact.pk) if data.contact else ""}


SECTIONS: dict[str, type[Section]] = {
    form.slug: form
    for form in (ProjectForm, DeliverableForm, UseForm, SkillsForm, VolumeForm, WhenForm, ContactForm)
}
#: the way of a new need, one thing per page
STEPS = [*SECTIONS, "relire"]
#: field → the page that holds it
PAGE_OF = {name: slug for slug, form in SECTIONS.items() for name in form.names}


class GiveUpForm(VersionMixin):
    reason = forms.CharField(
        label=f"Pourquoi le retirer{NBSP}?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text="Plus besoin, fait autrement, personne de libre pour suivre le travail… Une phrase suffit.",
        error_messages={"required": "Dites pourquoi, en une phrase."},
    )


class ReopenForm(VersionMixin):
    deadline = forms.DateField(
        label="Pour quelle nouvelle date",
        error_messages={
            "required": "Choisissez une nouvelle date.",
        },
    )


# --- finding one ------------------------------------------------------------------------------------------------


class DirectoryForm(SeveralMixin, forms.Form):
    """The list's filters, each of several values. A wrong value is said in French and left out."""

    q = forms.CharField(
        label="Quoi", required=False, max_length=200, help_text="Exemples : site internet, budget"
    )
    ou = CommuneField(label="Où", required=False)
    famille = SeveralField(
        by_key(lambda: SkillGroup.objects.order_by("position")),
        label="Compétences",
        wrong="Nous ne connaissons pas cette famille de compétences.",
    )
    forme = SeveralField(
        lambda: {one.value: one for one in Format},
        label="Forme",
        wrong="Nous ne connaissons pas cette forme.",
    )
    lieu = SeveralField(
        lambda: {one.value: one for one in MissionMode},
        label="Sur place ou à distance",
        wrong="Nous ne connaissons pas cette façon de travailler.",
    )
    echeance = SeveralField(
        lambda: {one.value: one for one in Soon},
        label="Pour quand",
        wrong="Nous ne connaissons pas ce délai.",
    )
    departement = filters.departments()
    domaine = filters.domains()

    def wanted(self) -> Wanted:
        """What was asked; call `is_valid` first."""
        asked = self.cleaned_data
        return Wanted(
            text=asked.get("q", ""),
            commune=asked.get("ou"),
            families=asked["famille"],
            formats=[one.value for one in asked["forme"]],
            modes=[one.value for one in asked["lieu"]],
            soon=[one.value for one in asked["echeance"]],
            departments=asked["departement"],
            domains=asked["domaine"],
        )

    def chosen(self) -> list[tuple[str, str, str]]:
        """(name, value, words) of each value in use, and of the words that were typed."""
        typed = self.cleaned_data.get("q")
        said = [("q", typed, f"«{NBSP}{typed}{NBSP}»")] if typed else []
        if place := self.cleaned_data.get("ou"):
            said.append(("ou", "", f"À {RADIUS_KM}{NBSP}km {place.of_name}, ou à distance"))
        return said + self.in_use()


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")


class PassOnForm(NonceMixin, forms.Form):
    """To whom the head of a network passes on a member's need, and a word."""

    BRIGADE = "brigade"

    to = forms.ChoiceField(
        label="À qui",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Dites à qui transmettre ce besoin.",
            "invalid_choice": "Choisissez dans la liste : la brigade, un membre, ou un employeur trouvé par son nom.",
        },
    )
    note = forms.CharField(
        label="Un mot pour qui le reçoit",
        required=False,
        max_length=1000,
        validators=[without_contact],
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text="Pourquoi vous pensez à eux. Ne donnez ni nom ni coordonnées.",
    )

    def __init__(
        self,
        *args: Any,
        need: SkillNeed,
        members: Iterable[Organisation] = (),
        employers: Iterable[Organisation] = (),
        told: Collection[int | None] = (),
        **kwargs: Any,
    ) -> None:
        """`told`: who received it already (None: the brigade) is not offered again; sent all the same, the refusal
        says so."""
        super().__init__(*args, **kwargs)
        employers, members = list(employers), list(members)
        self.organisations = {str(one.pk): one for one in (*employers, *members)}
        which: Any = self.fields["to"]
        brigade = f"La brigade ({need.department})" if need.department else "La brigade"
        which.choices = [
            *((str(one.pk), one.name) for one in employers),
            (self.BRIGADE, brigade),
            *((str(one.pk), f"{one.name}, membre de votre réseau") for one in members),
        ]
        if not self.is_bound:
            already = {self.BRIGADE if one is None else str(one) for one in told}
            which.choices = [(value, label) for value, label in which.choices if value not in already]

    @property
    def chosen(self) -> Organisation | None:
        """None: the brigade."""
        return self.organisations.get(self.cleaned_data["to"])

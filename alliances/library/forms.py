"""Finding a sheet, writing one page by page, adding a method to an alliance, and the self-assessment."""

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from alliances.journey import JOURNEY, STEPS
from alliances.models import Alliance
from alliances.vocabularies import CATEGORIES, FUNCTIONS, category_field, choices_of, function_field
from jeveuxagir.accounts.forms import NonceMixin
from jeveuxagir.common.text import clean
from jeveuxagir.findable import filters
from jeveuxagir.partners import http
from jeveuxagir.taxonomies.licences import Licence
from jeveuxagir.taxonomies.models import Domain, Sdg
from jeveuxagir.territories.models import Region
from jeveuxagir.ui.facets import SeveralField, SeveralMixin
from organisations.models import Organisation

from .directory import Wanted
from .enums import Interest, Level, Mode, Moment, Need, Shelf
from .maturity import questions
from .models import Method, Network, Resource

MYSELF = "moi"
MOST_STEPS = 12
LONGEST_STEP = 300


def _prose(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": str(rows)})


# --- finding ----------------------------------------------------------------------------------------------------


class SearchForm(forms.Form):
    """The one box of the library."""

    q = forms.CharField(label="Chercher dans la bibliothèque", required=False, max_length=200)


class ShelfForm(SeveralMixin, SearchForm):
    """The filters of a shelf, each of several values. A wrong value is said in French and left out."""

    besoin = SeveralField(
        lambda: {one.value: one for one in Need}, label="Pour", wrong="Nous ne connaissons pas ce besoin."
    )
    interet = SeveralField(
        lambda: {one.value: one for one in Interest},
        label="Intérêt",
        wrong="Nous ne connaissons pas cet intérêt.",
    )
    moment = SeveralField(
        lambda: {one.value: one for one in Moment},
        label="Moment de l’alliance",
        wrong="Nous ne connaissons pas ce moment.",
    )
    niveau = SeveralField(
        lambda: {one.value: one for one in Level},
        label="Niveau de maturité",
        wrong="Nous ne connaissons pas ce niveau.",
    )
    categorie = category_field()
    fonction = function_field()
    domaine = filters.domains()
    odd = filters.sdgs()

    @staticmethod
    def words(name: str, term: Any) -> str:
        text = str(getattr(term, "label", term))
        return text[:1].upper() + text[1:]

    def wanted(self) -> Wanted:
        """What was asked; call `is_valid` first."""
        asked = getattr(self, "cleaned_data", {})
        return Wanted(
            text=asked.get("q", ""),
            needs=asked.get("besoin", ()),
            interests=asked.get("interet", ()),
            moments=asked.get("moment", ()),
            levels=asked.get("niveau", ()),
            categories=asked.get("categorie", ()),
            functions=asked.get("fonction", ()),
            domains=asked.get("domaine", ()),
            sdgs=asked.get("odd", ()),
        )

    def chosen(self) -> list[tuple[str, str, str]]:
        """(filter, value, words) of each choice, and of the words that were typed."""
        said = (
            [("q", self.cleaned_data["q"], f"« {self.cleaned_data['q']} »")]
            if self.cleaned_data.get("q")
            else []
        )
        for name, asked in self.fields.items():
            if isinstance(asked, SeveralField):
                by_value = {term: value for value, term in asked.known.items()}
                said += [
                    (name, by_value[term], self.words(name, term)) for term in self.cleaned_data.get(name, ())
                ]
        return said


class NetworksForm(forms.Form):
    """A wrong value is as none."""

    forme = forms.ChoiceField(
        label="Forme de coopération", required=False, choices=[("", "Toutes"), *Mode.choices]
    )
    region = forms.ModelChoiceField(
        Region.objects.none(), label="Région", required=False, empty_label="Toutes"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions: Any = self.fields["region"]
        regions.queryset = Region.objects.order_by("name")


# --- writing ----------------------------------------------------------------------------------------------------


class WhoForm(NonceMixin):
    """What one writes, for oneself or for one of the organisations one handles."""

    pour = forms.ChoiceField(label="En tant que", widget=forms.RadioSelect)

    def __init__(self, *args: Any, organisations: Iterable[Organisation] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisations = {str(one.pk): one for one in organisations}
        who: Any = self.fields["pour"]
        choices = [(key, one.name) for key, one in self.organisations.items()]
        choices.append((MYSELF, "moi : la fiche dira « une personne »"))
        who.choices = choices
        who.initial = choices[0][0]
        if len(choices) == 1:
            who.required, who.widget = False, forms.HiddenInput()

    @property
    def organisation(self) -> Organisation | None:
        return self.organisations.get(self.cleaned_data.get("pour", ""))


class PageForm(forms.Form):
    """One page of a sheet: the names of its fields are those of the model."""

    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def data_typed(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class StepsField(forms.CharField):
    """One step a line; gives the list of them."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        steps = [line for line in map(str.strip, clean(text or "").split("\n")) if line]
        if len(steps) > MOST_STEPS:
            raise ValidationError(f"{MOST_STEPS} étapes au plus : regroupez-en quelques-unes.", code="many")
        if any(len(step) > LONGEST_STEP for step in steps):
            raise ValidationError(
                f"Une étape dépasse {LONGEST_STEP} caractères : une ligne, une étape courte.", code="long"
            )
        return steps

    def run_validators(self, value: Any) -> None:
        super().run_validators("\n".join(value))

    def validate(self, value: Any) -> None:
        super().validate("\n".join(value))


class MethodEssentials(PageForm):
    title = forms.CharField(
        label="Titre de la méthode",
        max_length=140,
        help_text="Ce que l’on fait, avec un verbe. Exemple : « Écrire un constat partagé en une page ».",
        error_messages={"required": "Donnez un titre."},
    )
    summary = forms.CharField(
        label="En deux phrases",
        max_length=500,
        widget=_prose(3),
        help_text="Ce que l’on obtient à la fin.",
        error_messages={"required": "Dites en deux phrases de quoi il s’agit."},
    )
    when_to_use = forms.CharField(
        label="Quand s’en servir", max_length=2000, required=False, widget=_prose(3)
    )


class MethodSteps(PageForm):
    steps = StepsField(
        label="Les étapes, une par ligne",
        max_length=4000,
        widget=_prose(8),
        help_text="Dans l’ordre, chacune avec sa durée. Douze au plus.",
        error_messages={"required": "Décrivez au moins une étape."},
    )
    duration_minutes = forms.IntegerField(
        label="Durée en tout, en minutes",
        required=False,
        min_value=5,
        max_value=10_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text="Exemple : 90 pour une heure et demie.",
    )
    people_min = forms.IntegerField(
        label="Combien de personnes au moins", required=False, min_value=1, max_value=999
    )
    people_max = forms.IntegerField(
        label="Combien de personnes au plus", required=False, min_value=1, max_value=999
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        low, high = cleaned.get("people_min"), cleaned.get("people_max")
        if low and high and low > high:
            self.add_error("people_max", "Le nombre au plus est inférieur au nombre au moins.")
        return cleaned


class MethodPreparation(PageForm):
    roles = forms.CharField(
        label="Les rôles, un par ligne",
        max_length=2000,
        required=False,
        widget=_prose(3),
        help_text="Qui anime, qui écrit, qui tient l’heure.",
    )
    materials = forms.CharField(
        label="Le matériel, un par ligne", max_length=2000, required=False, widget=_prose(3)
    )
    pitfalls = forms.CharField(
        label="Les pièges, un par ligne",
        max_length=2000,
        required=False,
        widget=_prose(4),
        help_text="Ce qui rate le plus souvent : c’est ce qui sert le plus aux autres.",
    )


class ResourceEssentials(PageForm):
    shelf = forms.ChoiceField(
        label="De quoi s’agit-il ?",
        widget=forms.RadioSelect,
        choices=[
            (Shelf.TOOLS.value, "un outil : un modèle, un jeu, un site qui sert à faire"),
            (Shelf.DATA.value, "des données : de quoi connaître un territoire ou un sujet"),
            (Shelf.SKILLS.value, "une formation : de quoi apprendre"),
        ],
        initial=Shelf.TOOLS.value,
        error_messages={"required": "Dites de quoi il s’agit."},
    )
    title = forms.CharField(label="Nom", max_length=140, error_messages={"required": "Donnez un nom."})
    summary = forms.CharField(
        label="En deux phrases",
        max_length=500,
        widget=_prose(3),
        error_messages={"required": "Dites en deux phrases de quoi il s’agit."},
    )
    description = forms.CharField(
        label="Ce que l’on y trouve", max_length=3000, required=False, widget=_prose(5)
    )


class ResourceLink(PageForm):
    owner = forms.CharField(
        label="Qui le propose",
        max_length=160,
        help_text="L’organisation qui le tient à jour.",
        error_messages={"required": "Dites qui le propose."},
    )
    link = forms.URLField(
        label="Son adresse",
        max_length=300,
        assume_scheme="https",
        help_text="Nous la visitons chaque semaine. Morte deux fois de suite, la fiche est cachée et vous le savez.",
        error_messages={"required": "Donnez l’adresse où le trouver."},
    )
    is_free = forms.BooleanField(label="C’est gratuit", required=False, initial=True)

    def clean_link(self) -> str:
        return checked_link(self.cleaned_data["link"])


def checked_link(link: str) -> str:
    """An address that anybody may open: in https, and not one of a private network."""
    refused = ""
    try:
        if _is_private(http.check_url(link).host):
            refused = "Cette adresse mène à un réseau privé."
    except http.Unreachable as unreachable:
        refused = unreachable.message
    if refused:
        raise ValidationError(
            f"{refused} Donnez l’adresse d’une page publique, qui commence par https://.", code="link"
        )
    return link


def _is_private(host: str) -> bool:
    """What the address itself says; what its name means is looked at each week, not while somebody waits."""
    try:
        return not http.is_public(ipaddress.ip_address(host))
    except ValueError:
        return "." not in host.strip(".") or host.endswith((".localhost", ".local", ".internal"))


class SortingForm(PageForm):
    """How readers find it: several of each, two or three are best."""

    needs = forms.MultipleChoiceField(
        label="Pour",
        choices=Need.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Dites au moins à quoi cela sert : s’informer, se former ou agir."},
    )
    interests = forms.MultipleChoiceField(
        label="Intérêts", choices=Interest.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    moments = forms.MultipleChoiceField(
        label="Moment de l’alliance",
        choices=Moment.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    levels = forms.MultipleChoiceField(
        label="Niveau de maturité", choices=Level.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    categories = forms.MultipleChoiceField(
        label="Catégories de partenariat qu’elle sert",
        choices=lambda: choices_of(CATEGORIES),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    functions = forms.MultipleChoiceField(
        label="Fonctions de catalyseur qu’elle aide à tenir",
        choices=lambda: choices_of(FUNCTIONS),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    journey = forms.MultipleChoiceField(
        label="Étapes du parcours qu’elle aide à faire",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(step.key, step.title) for stage in JOURNEY for step in stage.steps],
        help_text="La fiche est alors proposée à côté de ces étapes, dans l’espace des alliances.",
    )
    domains = forms.ModelMultipleChoiceField(
        Domain.objects.none(), label="Domaines", required=False, widget=forms.CheckboxSelectMultiple
    )
    sdgs = forms.ModelMultipleChoiceField(
        Sdg.objects.none(),
        label="Objectifs de développement durable",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Seulement ceux qui comptent vraiment.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        domains: Any = self.fields["domains"]
        domains.queryset = Domain.objects.active().order_by("position")
        sdgs: Any = self.fields["sdgs"]
        sdgs.queryset = Sdg.objects.order_by("number")


class NetworkForm(PageForm):
    title = forms.CharField(
        label="Nom du réseau", max_length=140, error_messages={"required": "Donnez le nom du réseau."}
    )
    summary = forms.CharField(
        label="Ce qu’il fait",
        max_length=500,
        widget=_prose(3),
        help_text="En une ou deux phrases : qui il aide, et comment.",
        error_messages={"required": "Dites en une phrase ce qu’il fait."},
    )
    modes = forms.MultipleChoiceField(
        label="Formes de coopération",
        choices=Mode.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins une forme de coopération."},
    )
    region = forms.ModelChoiceField(
        Region.objects.none(),
        label="Où il agit",
        required=False,
        empty_label="Toute la France",
        error_messages={"invalid_choice": "Choisissez une région de la liste."},
    )
    link = forms.URLField(
        label="Son site",
        max_length=300,
        required=False,
        assume_scheme="https",
        help_text="L’adresse de sa page d’accueil.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions: Any = self.fields["region"]
        regions.queryset = Region.objects.order_by("name")

    def clean_link(self) -> str:
        link = self.cleaned_data["link"]
        return checked_link(link) if link else ""


class LicenceForm(PageForm):
    licence = forms.ChoiceField(
        label="Sous quelle licence ?",
        choices=Licence.choices,
        widget=forms.RadioSelect,
        initial=Licence.OPEN.value,
        help_text="Rien n’est publié sans licence. La Licence Ouverte laisse chacun reprendre le texte en vous citant.",
        error_messages={"required": "Choisissez une licence : rien n’est publié sans elle."},
    )


#: page → (title, form), by sort of sheet
PAGES: dict[type[Any], dict[str, tuple[str, type[PageForm]]]] = {
    Method: {
        "essentiel": ("L’essentiel", MethodEssentials),
        "deroule": ("Le déroulé", MethodSteps),
        "preparation": ("Ce qu’il faut prévoir", MethodPreparation),
        "classement": ("Pour la retrouver", SortingForm),
    },
    Resource: {
        "essentiel": ("L’essentiel", ResourceEssentials),
        "lien": ("Où le trouver", ResourceLink),
        "classement": ("Pour le retrouver", SortingForm),
    },
    Network: {"essentiel": ("Le réseau", NetworkForm)},
}


class MethodCorrection(LicenceForm, SortingForm, MethodPreparation, MethodSteps, MethodEssentials):
    """All the pages of a method at once: a published sheet is corrected in one go, and the brigade reads one diff."""


class ResourceCorrection(LicenceForm, SortingForm, ResourceLink, ResourceEssentials):
    """All the pages of a tool at once."""


class NetworkCorrection(LicenceForm, NetworkForm):
    """A network in one page."""


CORRECTIONS: dict[type[Any], type[PageForm]] = {
    Method: MethodCorrection,
    Resource: ResourceCorrection,
    Network: NetworkCorrection,
}


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi la retirer ?",
        max_length=2000,
        required=False,
        widget=_prose(3),
        help_text="Pour vous : personne d’autre ne le lit. L’historique de la fiche est gardé.",
    )


# --- a method enters an alliance --------------------------------------------------------------------------------


class ToAllianceForm(forms.Form):
    """Which alliance, and under which step of its journey."""

    alliance = forms.ChoiceField(
        label="Dans quelle alliance ?",
        error_messages={
            "required": "Choisissez une alliance.",
            "invalid_choice": "Choisissez une alliance où vous pouvez agir.",
        },
    )
    step = forms.ChoiceField(
        label="Sous quelle étape du parcours ?",
        error_messages={"required": "Choisissez une étape.", "invalid_choice": "Cette étape n’existe pas."},
    )

    def __init__(self, *args: Any, alliances: Sequence[Alliance], method: Method, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.alliances = {str(one.pk): one for one in alliances}
        which: Any = self.fields["alliance"]
        which.choices = [(key, one.name) for key, one in self.alliances.items()]
        steps: Any = self.fields["step"]
        keys = [key for key in method.journey if key in STEPS] or list(STEPS)
        steps.choices = [(key, STEPS[key].title) for key in keys]
        if len(keys) == 1:
            steps.initial, steps.widget = keys[0], forms.HiddenInput()

    @property
    def chosen(self) -> Alliance:
        return self.alliances[self.cleaned_data["alliance"]]


# --- the self-assessment ----------------------------------------------------------------------------------------


class MaturityForm(NonceMixin):
    """Ten questions; `pour` says whether the answers are kept, and for whom."""

    def __init__(
        self, *args: Any, organisations: Iterable[Organisation] = (), known: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.organisations = {str(one.pk): one for one in organisations}
        for question in questions():
            self.fields[question.code] = forms.TypedChoiceField(
                label=question.text,
                coerce=int,
                choices=list(enumerate(question.answers)),
                widget=forms.RadioSelect,
                error_messages={
                    "required": "Choisissez la réponse la plus proche de vous.",
                    "invalid_choice": "Choisissez une des quatre réponses.",
                },
            )
        if known:
            self.fields["pour"] = forms.ChoiceField(
                label="Garder ces réponses pour suivre le chemin parcouru ?",
                widget=forms.RadioSelect,
                initial="",
                required=False,
                choices=[
                    ("", "Non, montrez-moi seulement le résultat"),
                    (MYSELF, "Oui, pour moi"),
                    *((key, f"Oui, pour {one.name}") for key, one in self.organisations.items()),
                ],
            )

    @property
    def answers(self) -> list[int]:
        return [self.cleaned_data[question.code] for question in questions()]

    @property
    def is_kept(self) -> bool:
        return bool(self.cleaned_data.get("pour"))

    @property
    def organisation(self) -> Organisation | None:
        return self.organisations.get(self.cleaned_data.get("pour", ""))

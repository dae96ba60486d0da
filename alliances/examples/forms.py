"""Finding an example, writing one page by page, answering for a party, and « Faire pareil ici »."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from alliances.enums import College
from alliances.library.forms import LicenceForm, PageForm, StepsField, WhoForm, checked_link
from alliances.vocabularies import FUNCTIONS, category_field, choices_of, function_field
from jeveuxagir.accounts.forms import NonceMixin
from jeveuxagir.findable import filters
from jeveuxagir.taxonomies.models import Domain, PartnershipCategory, Sdg
from jeveuxagir.territories.forms import CommuneField
from jeveuxagir.territories.models import Commune, Department
from jeveuxagir.ui.facets import SeveralField, SeveralMixin

from .directory import Wanted
from .enums import Cost, Ground, Leader, Size, size_of


def _prose(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": str(rows)})


# --- finding ----------------------------------------------------------------------------------------------------


def _choices(of: Any) -> Any:
    return lambda: {one.value: one for one in of}


class DirectoryForm(SeveralMixin, forms.Form):
    """The filters of the list, each of several values. A wrong value is said in French and left out."""

    q = forms.CharField(label="Chercher un exemple", required=False, max_length=200)
    categorie = category_field()
    fonction = function_field()
    taille = SeveralField(
        _choices(Size), label="Taille du territoire", wrong="Nous ne connaissons pas cette taille."
    )
    type = SeveralField(
        _choices(Ground), label="Type de territoire", wrong="Nous ne connaissons pas ce type de territoire."
    )
    cout = SeveralField(
        _choices(Cost), label="Coût, la première année", wrong="Nous ne connaissons pas ce coût."
    )
    porteur = SeveralField(_choices(Leader), label="Porté par", wrong="Nous ne connaissons pas ce profil.")
    monde = SeveralField(_choices(College), label="Avec", wrong="Nous ne connaissons pas ce monde.")
    domaine = filters.domains()
    odd = filters.sdgs()
    region = filters.regions()

    @staticmethod
    def words(name: str, term: Any) -> str:
        text = str(getattr(term, "label", term))
        return text[:1].upper() + text[1:]

    def wanted(self) -> Wanted:
        """What was asked; call `is_valid` first."""
        asked = getattr(self, "cleaned_data", {})
        return Wanted(
            text=asked.get("q", ""),
            categories=asked.get("categorie", ()),
            functions=asked.get("fonction", ()),
            sdgs=asked.get("odd", ()),
            domains=asked.get("domaine", ()),
            grounds=asked.get("type", ()),
            sizes=asked.get("taille", ()),
            costs=asked.get("cout", ()),
            regions=asked.get("region", ()),
            colleges=asked.get("monde", ()),
            leaders=asked.get("porteur", ()),
        )

    def chosen(self) -> list[tuple[str, str, str]]:
        """(filter, value, words) of each choice, and of the words that were typed."""
        words = self.cleaned_data.get("q")
        said = [("q", words, f"« {words} »")] if words else []
        for name, asked in self.fields.items():
            if isinstance(asked, SeveralField):
                by_value = {term: value for value, term in asked.known.items()}
                said += [
                    (name, by_value[term], self.words(name, term)) for term in self.cleaned_data.get(name, ())
                ]
        return said


# --- writing ----------------------------------------------------------------------------------------------------


class Essentials(PageForm):
    title = forms.CharField(
        label="Titre",
        max_length=140,
        help_text="Ce qui a été fait, avec un verbe. Exemple : « Rouvrir l’épicerie du village, à trois ».",
        error_messages={"required": "Donnez un titre."},
    )
    summary = forms.CharField(
        label="En deux phrases",
        max_length=500,
        widget=_prose(3),
        help_text="Ce qui a été fait, et ce que cela a changé.",
        error_messages={"required": "Dites en deux phrases de quoi il s’agit."},
    )
    context = forms.CharField(
        label="Le point de départ",
        max_length=3000,
        required=False,
        widget=_prose(4),
        help_text="Ce qui n’allait pas, et pour qui.",
    )


class Where(PageForm):
    commune = CommuneField(label="Dans quelle commune ?", required=False)
    county = forms.ModelChoiceField(
        Department.objects.none(),
        label="Ou dans tout un département ?",
        required=False,
        empty_label="Non, une seule commune",
    )
    ground = forms.ChoiceField(
        label="Type de territoire",
        widget=forms.RadioSelect,
        choices=[(one.value, str(one.label).capitalize()) for one in Ground],
        error_messages={"required": "Dites de quel type de territoire il s’agit."},
    )
    size = forms.ChoiceField(
        label="Combien d’habitants ?",
        required=False,
        choices=[
            ("", "Comme la commune choisie"),
            *((one.value, str(one.label).capitalize()) for one in Size),
        ],
    )
    leader = forms.ChoiceField(
        label="Qui l’a porté ?",
        widget=forms.RadioSelect,
        choices=[(one.value, str(one.label).capitalize()) for one in Leader],
        error_messages={"required": "Dites qui l’a porté."},
    )
    parties = forms.CharField(
        label="Avec qui, un par ligne",
        max_length=2000,
        required=False,
        widget=_prose(4),
        help_text="Qui, et ce qu’il a apporté. Exemple : « La mairie : la salle, deux soirs par semaine ».",
    )
    colleges = forms.MultipleChoiceField(
        label="Quels mondes se sont alliés ?",
        choices=[(one.value, str(one.label).capitalize()) for one in College],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        county: Any = self.fields["county"]
        county.queryset = Department.objects.order_by("code")
        county.label_from_instance = lambda department: f"{department.code} – {department.name}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        commune, county = cleaned.get("commune"), cleaned.get("county")
        if not commune and not county and "commune" not in self.errors:
            self.add_error("commune", "Dites où : une commune, ou un département entier.")
        if county:
            cleaned["commune"] = commune = None
        cleaned["epci"] = None
        if not cleaned.get("size"):
            known = size_of(commune.population) if isinstance(commune, Commune) else Size.LARGE
            if known is None and "size" not in self.errors:
                self.add_error("size", "Nous ne connaissons pas sa population : choisissez.")
            cleaned["size"] = str(known.value) if known else ""
        return cleaned


class How(PageForm):
    category = forms.ModelChoiceField(
        PartnershipCategory.objects.none(),
        label="Catégorie de partenariat",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": "Choisissez la catégorie de partenariat."},
    )
    functions = forms.MultipleChoiceField(
        label="Ce que les catalyseurs ont fait",
        choices=lambda: choices_of(FUNCTIONS),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Celles et ceux qui ont réuni, essayé, accompagné ou tenu un lieu.",
    )
    steps = StepsField(
        label="Les étapes, une par ligne",
        max_length=4000,
        widget=_prose(7),
        help_text="Ce que vous avez fait, dans l’ordre. Qui fera pareil les retrouvera dans son parcours.",
        error_messages={"required": "Décrivez au moins une étape."},
    )
    duration_months = forms.IntegerField(
        label="Durée, en mois",
        required=False,
        min_value=1,
        max_value=240,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text="De la première réunion aux premiers résultats.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category: Any = self.fields["category"]
        category.queryset = PartnershipCategory.objects.order_by("position")
        category.label_from_instance = lambda one: (
            f"{one.name} : {one.description[:1].lower()}{one.description[1:]}"
        )


class Outcome(PageForm):
    """Nothing here keeps a draft from being saved: what lacks is said, and refused, when it is sent."""

    results = forms.CharField(
        label="Ce que cela a changé",
        max_length=3000,
        required=False,
        widget=_prose(4),
        help_text="Des chiffres si vous en avez, même petits.",
    )
    proof = forms.CharField(
        label="Ce qui le prouve",
        max_length=300,
        required=False,
        help_text="Exemple : « Bilan annuel de l’association, page 4 ».",
    )
    proof_url = forms.URLField(
        label="Un lien vers la preuve", max_length=300, required=False, assume_scheme="https"
    )
    cost = forms.ChoiceField(
        label="Ce que cela a coûté, la première année",
        required=False,
        choices=[("", "Choisir"), *((one.value, str(one.label).capitalize()) for one in Cost)],
        help_text="En argent, tout compris. Aucun exemple n’est publié sans son coût.",
    )
    cost_detail = forms.CharField(
        label="Qui a payé quoi, et le temps passé",
        max_length=2000,
        required=False,
        widget=_prose(3),
        help_text="Exemple : « 3 200 euros de matériel payés par la mairie ; deux jours par mois d’une salariée ».",
    )
    pitfalls = forms.CharField(
        label="Ce qui a mal marché, un par ligne",
        max_length=3000,
        required=False,
        widget=_prose(5),
        help_text="C’est ce qui sert le plus aux autres. Aucun exemple n’est publié sans ses pièges.",
    )

    def clean_proof_url(self) -> str:
        link = self.cleaned_data["proof_url"]
        return checked_link(link) if link else ""


class Sending(LicenceForm):
    """The last page: how it is found, who may be asked, under which licence."""

    domains = forms.ModelMultipleChoiceField(
        Domain.objects.none(), label="Domaines", required=False, widget=forms.CheckboxSelectMultiple
    )
    sdgs = forms.ModelMultipleChoiceField(
        Sdg.objects.none(),
        label="Objectifs de développement durable",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Seulement ceux qui comptent vraiment ici.",
    )
    may_contact = forms.BooleanField(
        label="On peut nous en parler",
        required=False,
        help_text="La fiche mène alors à la page de votre organisation. Sans organisation, elle ne mène à personne.",
    )
    field_order: tuple[str, ...] = ("domains", "sdgs", "may_contact", "licence", "version")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        domains: Any = self.fields["domains"]
        domains.queryset = Domain.objects.active().order_by("position")
        sdgs: Any = self.fields["sdgs"]
        sdgs.queryset = Sdg.objects.order_by("number")


#: page → (title, form): four short pages, then the one that reads all again and sends
PAGES: dict[str, tuple[str, type[PageForm]]] = {
    "essentiel": ("L’essentiel", Essentials),
    "ou-et-qui": ("Où, et avec qui", Where),
    "comment": ("Comment", How),
    "bilan": ("Résultats, coût et pièges", Outcome),
}


class Correction(Sending, Outcome, How, Where, Essentials):
    """All the pages at once: a published example is corrected in one go, and the brigade reads one diff."""

    field_order: tuple[str, ...] = (
        *("title", "summary", "context", "results", "proof", "proof_url", "cost", "cost_detail", "pitfalls"),
        *("commune", "county", "ground", "size", "leader", "parties", "colleges"),
        *(
            "category",
            "functions",
            "steps",
            "duration_months",
            "domains",
            "sdgs",
            "may_contact",
            "licence",
            "version",
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name, sentence in (
            ("cost", "Dites ce que cela a coûté : aucun exemple n’est publié sans son coût."),
            ("pitfalls", "Dites ce qui a mal marché : aucun exemple n’est publié sans ses pièges."),
            ("results", "Dites ce que cela a changé."),
        ):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        return cleaned


class NoForm(forms.Form):
    """A party does not agree, or takes its consent back."""

    reason = forms.CharField(
        label="Pourquoi ?",
        max_length=1000,
        required=False,
        widget=_prose(3),
        help_text="L’auteur de l’exemple le lira : il pourra corriger, puis vous redemander.",
    )


# --- do the same here -------------------------------------------------------------------------------------------


class HereForm(WhoForm):
    """For whom, where, under what name: the rest comes from the example."""

    commune = CommuneField(label="Dans quelle commune ?")
    name = forms.CharField(
        label="Nom de l’alliance",
        max_length=160,
        help_text="Vous le changerez quand vous voudrez.",
        error_messages={"required": "Donnez un nom à votre alliance."},
    )

    def __init__(self, *args: Any, organisations: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, organisations=organisations, **kwargs)
        who: Any = self.fields["pour"]
        who.choices = [
            (value, label if value in self.organisations else "moi, en tant qu’habitante ou habitant")
            for value, label in who.choices
        ]


class ImportForm(NonceMixin):
    source = forms.CharField(
        label="D’où viennent ces exemples ?",
        max_length=120,
        help_text="Le nom de la base. Il est dit sur chaque fiche.",
        error_messages={"required": "Dites de quelle base viennent ces exemples."},
    )
    file = forms.FileField(
        label="Le fichier CSV",
        help_text="En UTF-8, séparé par des points-virgules ou des virgules, 2 mégaoctets au plus.",
        error_messages={
            "required": "Choisissez un fichier.",
            "empty": "Ce fichier est vide.",
        },
    )

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(TOO_BIG, code="big")
        file.seek(0)
        content: bytes = file.read()
        return content

    def clean_source(self) -> str:
        source: str = self.cleaned_data["source"]
        if re.search(r"[<>]", source):
            raise ValidationError("Un nom ne contient ni « < » ni « > ».", code="script")
        return source


MOST_BYTES = 2 * 1024 * 1024
TOO_BIG = "Ce fichier dépasse 2 mégaoctets : coupez-le en plusieurs."

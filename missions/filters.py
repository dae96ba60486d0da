"""The search as a visitor writes it in an address: checked field by field, put in words, and back into addresses."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.urls import reverse

from jeveuxagir.common.clock import today
from jeveuxagir.common.text import NBSP, clean
from jeveuxagir.taxonomies.models import Activity, Domain, Sdg, Skill
from jeveuxagir.territories import places
from jeveuxagir.territories.forms import CommuneField
from jeveuxagir.ui import facets
from jeveuxagir.ui.facets import SeveralField, SeveralMixin, by_key

from .enums import Commitment
from .search import DEFAULT_RADIUS, MAX_TEXT, RADII, SearchQuery, Sort
from .words import short_day


class SearchForm(SeveralMixin, forms.Form):
    """A wrong value is said in French and left out; the other filters still apply."""

    q = forms.CharField(
        label="Quoi ?",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Lire, jardiner, trier…"}),
        error_messages={
            "max_length": f"Votre recherche est trop longue{NBSP}: écrivez 100 caractères au plus, quelques "
            "mots suffisent."
        },
    )
    lieu = CommuneField(label="Où ?", required=False, help_text="")
    rayon = forms.TypedChoiceField(
        label="Jusqu’à",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[(km, f"{km}{NBSP}km") for km in RADII],
        error_messages={"invalid_choice": "Choisissez une distance de la liste."},
    )
    distance = forms.BooleanField(label="À distance", required=False)
    mineurs = forms.BooleanField(label="Dès 16 ans", required=False)
    equipes = forms.BooleanField(label="Accueille des équipes", required=False)
    domaine = SeveralField(by_key(Domain.objects.active), label="Domaine", wrong="Ce domaine n’existe pas.")
    rythme = SeveralField(
        lambda: {value.value: value for value in Commitment}, label="Rythme", wrong="Ce rythme n’existe pas."
    )
    activite = SeveralField(
        by_key(Activity.objects.active), label="Activité", wrong="Cette activité n’existe pas."
    )
    competence = SeveralField(
        by_key(Skill.objects.active), label="Compétence", wrong="Cette compétence n’existe pas."
    )
    odd = SeveralField(
        by_key(Sdg.objects.all),
        label="Objectif de développement durable",
        wrong="Cet objectif n’existe pas.",
    )
    du = forms.DateField(label="À partir du", required=False)
    au = forms.DateField(label="Jusqu’au", required=False)
    tri = forms.ChoiceField(label="Trier par", required=False, choices=Sort.choices)
    vue = forms.ChoiceField(required=False, choices=[("carte", "Carte")], widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None) -> None:
        if data is not None and not data.get("rayon"):
            data = data.copy()
            data["rayon"] = str(DEFAULT_RADIUS)
        super().__init__(data, initial={"rayon": DEFAULT_RADIUS})

    def clean_q(self) -> str:
        return clean(self.cleaned_data["q"])

    def clean_au(self) -> Any:
        start, end = self.cleaned_data.get("du"), self.cleaned_data["au"]
        if start and end and end < start:
            raise forms.ValidationError("La fin de la période est avant son début.", code="period")
        if end and end < today():
            raise forms.ValidationError("Cette date est déjà passée.", code="past")
        return end

    def query(self) -> SearchQuery:
        """The search of the fields that are right. Call `is_valid` first."""
        ok = self.cleaned_data
        return SearchQuery(
            text=ok.get("q") or "",
            commune=ok.get("lieu"),
            radius_km=ok.get("rayon") or DEFAULT_RADIUS,
            remote_only=bool(ok.get("distance")),
            domains=ok.get("domaine", ()),
            activities=ok.get("activite", ()),
            skills=ok.get("competence", ()),
            sdgs=ok.get("odd", ()),
            commitments=ok.get("rythme", ()),
            date_from=ok.get("du"),
            date_until=ok.get("au"),
            open_to_minors=bool(ok.get("mineurs")),
            teams=bool(ok.get("equipes")),
            sort=ok.get("tri") or "",
        )


@dataclass(frozen=True)
class ActiveFilter:
    """A tag above the results, and the address of the search without it."""

    label: str
    url: str


def normalised(data: QueryDict) -> QueryDict:
    """The address's values, `commune=<code>` of other pages' links put into words."""
    values = data.copy()
    code = values.get("commune", "")
    if code and not values.get("lieu"):
        commune = places.by_code(code[:5]) if code.isascii() and code.isalnum() else None
        if commune is not None:
            values["lieu"] = commune.label
    values.pop("commune", None)
    return values


def address(
    data: QueryDict, *, without: Iterable[str] = (), drop: tuple[str, str] | None = None, **changes: Any
) -> str:
    """The search's address with changes; empty values and the page are left out.

    `without` names whole filters, `drop` one value of one of them: `("domaine", "sante")`.
    """
    return facets.address(SearchForm.base_fields, data, without=without, drop=drop, **changes)


def theme_address(theme: Domain | Activity | Sdg) -> str:
    """The page of all the missions of a domain, an activity or a goal."""
    field = {Domain: "domaine", Activity: "activite", Sdg: "odd"}[type(theme)]
    return f"{reverse('missions:list')}?{urlencode({field: theme.pk})}"


def active_filters(query: SearchQuery, data: QueryDict) -> list[ActiveFilter]:
    """Every filter in force, each removable on its own."""
    return [
        ActiveFilter(label[:1].upper() + label[1:], address(data, without=without, drop=drop))
        for label, without, drop in _in_force(query)
    ]


def describe(query: SearchQuery) -> str:
    """The search in French, for the title of an alert or a feed: « lire », à 20 km de Guéret (23), dès 16 ans."""
    return ", ".join(label for label, _, _ in _in_force(query)) or "toutes les missions"


def _in_force(query: SearchQuery) -> list[tuple[str, tuple[str, ...], tuple[str, str] | None]]:
    """Each filter: its words in the middle of a sentence, the fields it is, or one value of one field."""
    tags: list[tuple[str, tuple[str, ...], tuple[str, str] | None]] = []
    if query.text:
        tags.append((f"«{NBSP}{query.text}{NBSP}»", ("q",), None))
    if query.remote_only:
        tags.append(("à distance", ("distance",), None))
    elif query.commune:
        tags.append((f"à {query.radius_km}{NBSP}km {query.commune.of_label}", ("lieu", "rayon"), None))
    tags += [(domain.name, (), ("domaine", domain.pk)) for domain in query.domains]
    tags += [(activity.name, (), ("activite", activity.pk)) for activity in query.activities]
    tags += [(Commitment(each).label, (), ("rythme", str(each))) for each in query.commitments]
    tags += [(skill.name, (), ("competence", skill.pk)) for skill in query.skills]
    tags += [(f"ODD {sdg.number}", (), ("odd", str(sdg.number))) for sdg in query.sdgs]
    if query.date_from:
        tags.append((f"à partir du {short_day(query.date_from)}", ("du",), None))
    if query.date_until:
        tags.append((f"jusqu’au {short_day(query.date_until)}", ("au",), None))
    if query.open_to_minors:
        tags.append(("dès 16 ans", ("mineurs",), None))
    if query.teams:
        tags.append(("accueille des équipes", ("equipes",), None))
    return tags

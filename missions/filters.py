"""The search as a visitor writes it in an address: checked field by field, and back into addresses."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from jeveuxagir.common.clock import today
from jeveuxagir.common.text import NBSP, clean
from jeveuxagir.taxonomies.models import Domain, Sdg, Skill
from jeveuxagir.territories import places
from jeveuxagir.territories.forms import CommuneField

from .search import DEFAULT_RADIUS, MAX_TEXT, RADII, SearchQuery, Sort
from .words import short_day


class SearchForm(forms.Form):
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
    domaine = forms.ModelChoiceField(
        Domain.objects.none(),
        label="Domaine",
        required=False,
        empty_label="Tous les domaines",
        error_messages={"invalid_choice": "Ce domaine n’existe pas."},
    )
    odd = forms.ModelChoiceField(
        Sdg.objects.none(),
        label="Objectif de développement durable",
        required=False,
        empty_label="Tous les objectifs",
        error_messages={"invalid_choice": "Cet objectif n’existe pas."},
    )
    competence = forms.ModelChoiceField(
        Skill.objects.none(),
        label="Compétence",
        required=False,
        empty_label="Toutes les compétences",
        error_messages={"invalid_choice": "Cette compétence n’existe pas."},
    )
    du = forms.DateField(label="À partir du", required=False)
    au = forms.DateField(label="Jusqu’au", required=False)
    mineurs = forms.BooleanField(label="Ouvertes dès 16 ans", required=False)
    tri = forms.ChoiceField(label="Trier par", required=False, choices=Sort.choices)

    def __init__(self, data: QueryDict | None = None) -> None:
        if data is not None and not data.get("rayon"):
            data = data.copy()
            data["rayon"] = str(DEFAULT_RADIUS)
        super().__init__(data, initial={"rayon": DEFAULT_RADIUS})
        self.fields["domaine"].queryset = Domain.objects.active()  # type: ignore[attr-defined]
        self.fields["odd"].queryset = Sdg.objects.all()  # type: ignore[attr-defined]
        self.fields["competence"].queryset = Skill.objects.active()  # type: ignore[attr-defined]

    def clean_q(self) -> str:
        return clean(self.cleaned_data["q"])

    def clean_au(self) -> Any:
        start, end = self.cleaned_data.get("du"), self.cleaned_data["au"]
        if start and end and end < start:
            raise forms.ValidationError("La fin de la période est avant son début.", code="period")
        if end and end < today():
            raise forms.ValidationError("Cette date est déjà passée.", code="past")
        return end

    def show_counts(self, counts: dict[str, int]) -> None:
        """How many missions each domain would give, beside its name."""
        field = self.fields["domaine"]
        chosen = self["domaine"].value()
        field.choices = [  # type: ignore[attr-defined]
            ("", "Tous les domaines"),
            *(
                (domain.pk, f"{domain.name} ({counts.get(domain.pk, 0)})")
                for domain in Domain.objects.active()
                if counts.get(domain.pk) or domain.pk == chosen
            ),
        ]

    def query(self) -> SearchQuery:
        """The search of the fields that are right. Call `is_valid` first."""
        ok = self.cleaned_data
        return SearchQuery(
            text=ok.get("q") or "",
            commune=ok.get("lieu"),
            radius_km=ok.get("rayon") or DEFAULT_RADIUS,
            remote_only=bool(ok.get("distance")),
            domain=ok.get("domaine"),
            sdg=ok.get("odd"),
            skill=ok.get("competence"),
            date_from=ok.get("du"),
            date_until=ok.get("au"),
            open_to_minors=bool(ok.get("mineurs")),
            sort=ok.get("tri") or "",
        )


@dataclass(frozen=True)
class ActiveFilter:
    """A tag above the results, and the address of the search without it."""

    label: str
    url: str


@dataclass(frozen=True)
class Wider:
    """One click that widens an empty search, and what it gives up."""

    label: str
    url: str
    count: int


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


def address(data: QueryDict, *, without: tuple[str, ...] = (), **changes: Any) -> str:
    """The search's address with changes; empty values and the page are left out."""
    values = QueryDict(mutable=True)
    for name in SearchForm.base_fields:
        value = data.get(name, "")
        if value and name not in without and name not in changes and "\x00" not in value:
            values[name] = value
    for name, value in changes.items():
        values[name] = str(value)
    return "?" + values.urlencode()


def active_filters(query: SearchQuery, data: QueryDict) -> list[ActiveFilter]:
    """Every filter in force, each removable on its own."""
    tags: list[tuple[str, tuple[str, ...]]] = []
    if query.text:
        tags.append((f"«{NBSP}{query.text}{NBSP}»", ("q",)))
    if query.remote_only:
        tags.append(("À distance", ("distance",)))
    elif query.commune:
        tags.append((f"À {query.radius_km}{NBSP}km {query.commune.of_label}", ("lieu", "rayon")))
    if query.domain:
        tags.append((query.domain.name, ("domaine",)))
    if query.sdg:
        tags.append((f"ODD {query.sdg.number}", ("odd",)))
    if query.skill:
        tags.append((query.skill.name, ("competence",)))
    if query.date_from:
        tags.append((f"À partir du {short_day(query.date_from)}", ("du",)))
    if query.date_until:
        tags.append((f"Jusqu’au {short_day(query.date_until)}", ("au",)))
    if query.open_to_minors:
        tags.append(("Dès 16 ans", ("mineurs",)))
    return [ActiveFilter(label, address(data, without=without)) for label, without in tags]

"""Looking for needs, saying one, promising, confirming, and trying which instruments fit."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms

from jeveuxagir.accounts.forms import NonceMixin
from jeveuxagir.common.clock import today
from jeveuxagir.common.text import NBSP, clean
from jeveuxagir.findable import filters
from jeveuxagir.taxonomies.models import Domain, Sdg
from jeveuxagir.territories.forms import CommuneField, PlaceField
from jeveuxagir.territories.models import Commune, Department
from jeveuxagir.ui.amounts import AmountField
from jeveuxagir.ui.facets import SeveralField, SeveralMixin
from organisations.enums import Kind as OrganisationKind
from organisations.models import Organisation

from .directory import RADIUS_KM, Wanted
from .enums import FIXED_UNITS, Kind, Means, Per, to_whom
from .models import MOST, Instrument, Need, Promise
from .orientation import Asked
from .policies import OWNERS
from .services import InstrumentData, NeedData, PromiseData

MOST_WORDS = 100
VERSION_AT_MOST = 2**31 - 1
TITLE_AT_LEAST, PURPOSE_AT_LEAST = 8, 40
KINDS = [(Kind.MONEY.value, "De l’argent, en euros"), (Kind.GOODS.value, "Des biens")]
OWNER_KINDS = [
    (kind.value, f"{kind.label[:1].upper()}{kind.label[1:]}") for kind in OrganisationKind if kind in OWNERS
]
UNIT_MISSING = "Dites l’unité : vélos, repas, mètres carrés…"


def _prose(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ListForm(SeveralMixin, forms.Form):
    """The list's filters. A wrong value is said in French and left out; the others still apply."""

    q = forms.CharField(
        label="Quoi", max_length=MOST_WORDS, required=False, help_text="Exemple : vélos, frigo"
    )
    lieu = CommuneField(label="Où", required=False)
    nature = SeveralField(
        lambda: {kind.value: kind for kind in Kind},
        label="Nature",
        wrong="Choisissez « argent » ou « biens ».",
    )
    domaine = filters.domains()
    odd = filters.sdgs()
    departement = filters.departments()
    etat = forms.ChoiceField(required=False, choices=[("satisfaits", "Satisfaits")], widget=forms.HiddenInput)

    def clean_q(self) -> str:
        return clean(self.cleaned_data["q"])

    def wanted(self) -> Wanted:
        """What was asked; call `is_valid` first when bound."""
        asked = getattr(self, "cleaned_data", {})
        return Wanted(
            text=asked.get("q", ""),
            commune=asked.get("lieu"),
            kinds=tuple(asked.get("nature", ())),
            departments=asked.get("departement", ()),
            domains=asked.get("domaine", ()),
            sdgs=asked.get("odd", ()),
            met=bool(asked.get("etat")),
        )

    def chosen(self) -> list[tuple[str, str, str]]:
        """(name, value, words) of each value in use."""
        asked = getattr(self, "cleaned_data", {})
        found = []
        if asked.get("q"):
            found.append(("q", asked["q"], f"«{NBSP}{asked['q']}{NBSP}»"))
        if asked.get("lieu"):
            found.append(("lieu", "", f"À {RADIUS_KM}{NBSP}km {asked['lieu'].of_name}"))
        return found + self.in_use()


def described(wanted: Wanted) -> str:
    """A search in words, for the name of a feed."""
    parts = [str(Kind(kind).label) for kind in wanted.kinds]
    if wanted.text:
        parts.append(f"« {wanted.text} »")
    if wanted.commune:
        parts.append(f"autour {wanted.commune.of_name}")
    parts += [department.name for department in wanted.departments]
    parts += [domain.name for domain in wanted.domains]
    parts += [f"ODD {sdg}" for sdg in wanted.sdgs]
    return ", ".join([*parts, *(["satisfaits"] if wanted.met else [])]) or "tous"


class OrientForm(forms.Form):
    """Which instruments could help: no account, nothing kept."""

    nature = forms.ChoiceField(
        label="De quoi avez-vous besoin ?",
        choices=KINDS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez : de l’argent, ou des biens."},
    )
    montant = AmountField(
        label="Combien, en euros",
        required=False,
        min_value=Decimal("0.01"),
        max_value=MOST,
        help_text="Pour de l’argent. Exemple : 5 000",
    )
    qui = forms.ChoiceField(
        label="Qui êtes-vous ?",
        choices=OWNER_KINDS,
        error_messages={"required": "Dites quelle sorte d’organisation vous êtes."},
    )
    domaine = forms.ModelChoiceField(
        Domain.objects.none(),
        label="Dans quel domaine ?",
        required=False,
        empty_label="Tous, ou je ne sais pas",
    )
    lieu = PlaceField(label="Où ?", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        domain: Any = self.fields["domaine"]
        domain.queryset = Domain.objects.active()

    def asked(self) -> Asked:
        """Call `is_valid` first."""
        ok = self.cleaned_data
        domain: Domain | None = ok["domaine"]
        place: Commune | Department | None = ok["lieu"]
        department = place.department if isinstance(place, Commune) else place
        return Asked(
            kind=ok["nature"],
            audience=ok["qui"],
            audience_words=to_whom([ok["qui"]]),
            quantity=ok["montant"] if ok["nature"] == Kind.MONEY else None,
            domain=domain.code if domain else "",
            domain_words=domain.name if domain else "",
            department=department.code if department else "",
            department_words=department.label if department else "",
        )


class NeedForm(NonceMixin, forms.Form):
    kind = forms.ChoiceField(
        label="De quoi avez-vous besoin ?",
        choices=KINDS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez : de l’argent, ou des biens."},
    )
    title = forms.CharField(
        label="Votre besoin, en une phrase",
        min_length=TITLE_AT_LEAST,
        max_length=160,
        help_text="Exemple : « Vingt vélos d’enfant pour notre atelier ».",
        error_messages={"required": "Dites votre besoin en une phrase."},
    )
    quantity = AmountField(
        label="Combien ?",
        help_text="Pour de l’argent, un montant en euros. Pour des biens, un nombre.",
        error_messages={"required": "Dites combien, même à peu près."},
    )
    unit = forms.CharField(
        label="Unité, pour des biens",
        max_length=40,
        required=False,
        help_text="Vélos, repas, mètres carrés… Ne remplissez rien pour de l’argent.",
    )
    purpose = forms.CharField(
        label="Pour quoi faire ?",
        min_length=PURPOSE_AT_LEAST,
        max_length=4000,
        widget=_prose(6),
        help_text="Ce que cela permettra, pour qui, et ce que vous avez déjà. "
        f"Au moins {PURPOSE_AT_LEAST} caractères.",
        error_messages={"required": "Dites ce que cela permettra."},
    )
    deadline = forms.DateField(
        label="Jusqu’à quand ?",
        widget=forms.DateInput,
        help_text="Passé cette date, le besoin n’est plus proposé.",
        error_messages={"required": "Donnez une date."},
    )
    domain = forms.ModelChoiceField(
        Domain.objects.none(),
        label="Domaine",
        empty_label="Choisir",
        error_messages={"required": "Choisissez un domaine."},
    )
    commune = CommuneField(label="Commune")
    sdgs = forms.ModelMultipleChoiceField(
        Sdg.objects.none(),
        label="Objectifs de développement durable",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=VERSION_AT_MOST
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        domain: Any = self.fields["domain"]
        domain.queryset = Domain.objects.active()
        sdgs: Any = self.fields["sdgs"]
        sdgs.queryset = Sdg.objects.order_by("number")
        self.fields["unit"].asked_later = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        unit = clean(cleaned.get("unit") or "")
        if cleaned.get("kind") == Kind.GOODS and "unit" not in self.errors:
            if not unit:
                self.add_error("unit", UNIT_MISSING)
            elif unit in ("€", "euros", "euro"):
                self.add_error("unit", "Des euros, c’est de l’argent : choisissez « De l’argent » plus haut.")
        return cleaned

    def data_typed(self) -> NeedData:
        names = ("title", "kind", "quantity", "purpose", "deadline", "domain", "commune", "unit")
        return NeedData(
            **{name: self.cleaned_data[name] for name in names}, sdgs=list(self.cleaned_data["sdgs"])
        )

    @staticmethod
    def initial_of(need: Need) -> dict[str, Any]:
        names = ("kind", "title", "quantity", "purpose", "deadline", "domain", "commune", "version")
        return {name: getattr(need, name) for name in names} | {
            "unit": "" if need.kind == Kind.MONEY else need.unit,
            "sdgs": list(need.sdgs.all()),
        }


class CloseForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi fermer ce besoin ?",
        max_length=2000,
        widget=_prose(3),
        help_text="Les organisations qui ont promis quelque chose le liront.",
        error_messages={"required": "Dites pourquoi : ceux qui ont promis le liront."},
    )


class PromiseForm(NonceMixin, forms.Form):
    """Asked of whoever handles several organisations: which."""

    organisation = forms.ChoiceField(label="Au nom de", widget=forms.RadioSelect)
    kind = forms.ChoiceField(
        label="Qu’apportez-vous ?",
        choices=[
            (Means.GOODS, "Des biens"),
            (Means.LOGISTICS, "De la logistique : transport, stockage, local"),
            (Means.DAYS, "Du temps, en jours de travail"),
            (Means.MONEY, "De l’argent, en euros : vous vous arrangez directement"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez ce que vous apportez."},
    )
    what = forms.CharField(
        label="En quelques mots",
        max_length=200,
        help_text="Exemple : « Des repas du soir, livrés ».",
        error_messages={"required": "Dites ce que vous apportez."},
    )
    quantity = AmountField(label="Combien ?", error_messages={"required": "Dites combien, même à peu près."})
    unit = forms.CharField(
        label="Unité",
        max_length=40,
        required=False,
        help_text="Pour des biens ou de la logistique : repas, vélos, trajets…",
    )
    per = forms.ChoiceField(
        label="À quel rythme ?", choices=[(one.value, one.label.capitalize()) for one in Per]
    )
    starts_on = forms.DateField(label="À partir du", required=False, widget=forms.DateInput)
    ends_on = forms.DateField(label="Jusqu’au", required=False, widget=forms.DateInput)
    note = forms.CharField(
        label="Un mot pour l’organisation",
        max_length=1000,
        required=False,
        widget=_prose(3),
        help_text="Elle reçoit ce mot, le nom de votre organisation et son adresse de contact.",
    )
    named = forms.BooleanField(
        label="Le nom de mon organisation peut paraître sur la page du besoin", required=False
    )

    def __init__(self, *args: Any, organisations: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisations = {str(one.pk): one for one in organisations}
        chosen: Any = self.fields["organisation"]
        chosen.choices = [(key, one.name) for key, one in self.organisations.items()]
        chosen.initial = next(iter(self.organisations), None)
        if len(self.organisations) == 1:
            chosen.widget = forms.HiddenInput()
        self.fields["unit"].asked_later = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind, unit = cleaned.get("kind"), clean(cleaned.get("unit") or "")
        if kind and kind not in FIXED_UNITS and "unit" not in self.errors:
            if not unit:
                self.add_error("unit", UNIT_MISSING)
            elif unit in FIXED_UNITS.values():
                self.add_error(
                    "unit", "Pour des euros ou des jours, choisissez « argent » ou « temps » plus haut."
                )
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", "La fin vient après le début.")
        return cleaned

    @property
    def chosen(self) -> Organisation:
        return self.organisations[self.cleaned_data["organisation"]]

    def data_typed(self) -> PromiseData:
        names = ("kind", "what", "quantity", "unit", "per", "starts_on", "ends_on", "note", "named")
        return PromiseData(**{name: self.cleaned_data[name] for name in names})


class ReceiveForm(forms.Form):
    """In the unit of the promise."""

    quantity = AmountField(label="Quantité reçue", error_messages={"required": "Dites combien."})
    on = forms.DateField(
        label="Reçu le", widget=forms.DateInput, initial=today, error_messages={"required": "Dites quand."}
    )
    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=VERSION_AT_MOST
    )

    def __init__(self, *args: Any, made: Promise, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"id_{made.pk}_%s")
        kwargs.setdefault(
            "initial",
            {
                "quantity": made.real if made.real is not None else made.quantity,
                "on": made.received_on or today(),
                "version": made.version,
            },
        )
        super().__init__(*args, **kwargs)
        unit = made.unit if made.per == Per.ONCE else f"{made.unit} {Per(made.per).label}"
        self.fields["quantity"].label = f"Quantité reçue, en {unit}"


class DropForm(forms.Form):
    reason = forms.CharField(
        label="Un mot d’explication",
        max_length=1000,
        required=False,
        help_text="L’autre organisation le lira.",
    )
    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=VERSION_AT_MOST
    )

    def __init__(self, *args: Any, made: Promise, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"id_fin_{made.pk}_%s")
        kwargs.setdefault("initial", {"version": made.version})
        super().__init__(*args, **kwargs)


class InstrumentForm(forms.Form):
    """What national staff correct of a sheet, its source open beside."""

    name = forms.CharField(label="Nom", max_length=160)
    operator = forms.CharField(label="Qui le porte", max_length=160)
    summary = forms.CharField(label="Ce que c’est", max_length=1500, widget=_prose(4))
    gives = forms.MultipleChoiceField(
        label="Ce qu’il donne",
        choices=[(kind.value, kind.label.capitalize()) for kind in Kind],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Dites ce qu’il donne."},
    )
    audiences = forms.MultipleChoiceField(
        label="Pour qui",
        choices=OWNER_KINDS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Dites à qui il s’adresse."},
    )
    minimum = AmountField(label="Montant minimum, en euros", required=False)
    maximum = AmountField(label="Montant maximum, en euros", required=False)
    domains = forms.MultipleChoiceField(
        label="Domaines",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Rien de coché : tous les domaines.",
    )
    departments = forms.CharField(
        label="Départements",
        required=False,
        max_length=400,
        help_text="Leurs codes, séparés par des espaces. Vide : toute la France.",
    )
    conditions = forms.CharField(
        label="À vérifier soi-même",
        required=False,
        max_length=3000,
        widget=_prose(4),
        help_text="Une condition par ligne.",
    )
    periods = forms.CharField(label="Quand", required=False, max_length=500, widget=_prose(2))
    source = forms.CharField(label="Source", max_length=200)
    link = forms.URLField(label="Adresse de la source", max_length=300, assume_scheme="https")
    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=VERSION_AT_MOST
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        domains: Any = self.fields["domains"]
        domains.choices = [(one.code, one.name) for one in Domain.objects.active()]

    def clean_departments(self) -> list[str]:
        typed = clean(self.cleaned_data["departments"]).upper().replace(",", " ").split()
        known = set(Department.objects.filter(code__in=typed).values_list("code", flat=True))
        wrong = [code for code in typed if code not in known]
        if wrong:
            raise forms.ValidationError(
                f"Nous ne connaissons pas ce département : {', '.join(wrong[:5])}.", code="unknown"
            )
        return sorted(known)

    def clean_conditions(self) -> list[str]:
        return [line for line in map(clean, self.cleaned_data["conditions"].splitlines()) if line]

    def clean_link(self) -> str:
        link: str = self.cleaned_data["link"]
        if not link.startswith(("https://", "http://")):
            raise forms.ValidationError(
                "Donnez l’adresse d’une page, qui commence par https://.", code="scheme"
            )
        return link

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        low, high = cleaned.get("minimum"), cleaned.get("maximum")
        if low is not None and high is not None and high < low:
            self.add_error("maximum", "Le maximum est plus petit que le minimum.")
        return cleaned

    def data_typed(self) -> InstrumentData:
        return InstrumentData(
            **{name: self.cleaned_data[name] for name in InstrumentData.__dataclass_fields__}
        )

    @staticmethod
    def initial_of(instrument: Instrument) -> dict[str, Any]:
        return {name: getattr(instrument, name) for name in InstrumentData.__dataclass_fields__} | {
            "departments": " ".join(instrument.departments),
            "conditions": "\n".join(instrument.conditions),
            "version": instrument.version,
        }

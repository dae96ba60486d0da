"""The parameters of each list: checked one by one, unknown ones refused, never handed on as they came."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from alliances.challenges import directory as challenges
from alliances.challenges.enums import Standing
from alliances.directory import Wanted
from alliances.enums import College, Stage
from alliances.events import directory as events
from alliances.events.enums import How
from alliances.events.enums import Kind as EventKind
from alliances.examples import directory as examples
from alliances.examples.enums import Cost, Ground, Leader, Size
from alliances.library import directory as library
from alliances.library.enums import Interest, Level, Moment, Need, Shelf
from alliances.programme import directory as measures
from alliances.programme.enums import Dimension
from alliances.programme.forms import HORIZONS, STATUSES
from jeveuxagir.common.text import NBSP, clean
from jeveuxagir.taxonomies.models import (
    Activity,
    CatalystFunction,
    Domain,
    PartnershipCategory,
    Sdg,
    Skill,
    SkillGroup,
)
from jeveuxagir.territories import places
from jeveuxagir.territories.models import Commune, Department, Region
from missions.enums import MissionMode
from missions.offers import directory as offers
from missions.offers.enums import State as OfferState
from missions.resources import directory as resources
from missions.resources.enums import Kind as MeansKind
from missions.resources.models import Instrument
from missions.resources.policies import OWNERS
from missions.search import DEFAULT_RADIUS, MAX_TEXT, RADII, SearchQuery, Sort
from missions.skill_needs import directory as skill_needs
from missions.skill_needs.enums import Format
from missions.sponsorships.enums import DayState
from missions.sponsorships.enums import State as SponsorshipState
from organisations.enums import Kind
from volunteers.requests.enums import Commitment

from . import own
from .errors import UnknownValue

PAGE_SIZE = 20
MOST_ON_A_PAGE = 100
LAST_PAGE = 500
MOST_VALUES = 20
CODE = r"^[a-z0-9][a-z0-9_-]{0,49}$"
COMMUNE = r"^(?:[0-9]{2}|2[AB])[0-9]{3}$"
DEPARTMENT = r"^(?:[0-9]{2,3}|2[AB])$"
REGION = r"^[0-9]{2,3}$"
TRUE_OR_FALSE = {"choices": ["true", "false"], "required": False}


def text(help_text: str, most: int = MAX_TEXT) -> serializers.RegexField:
    return serializers.RegexField(
        r"^[^\x00]*$", required=False, max_length=most, trim_whitespace=False, help_text=help_text
    )


def code(help_text: str, pattern: str = CODE) -> serializers.RegexField:
    return serializers.RegexField(pattern, required=False, max_length=50, help_text=help_text)


def several(child: serializers.Field, help_text: str) -> serializers.ListField:
    return serializers.ListField(
        child=child, required=False, allow_empty=False, max_length=MOST_VALUES, help_text=help_text
    )


def codes(help_text: str, pattern: str = CODE) -> serializers.ListField:
    return several(serializers.RegexField(pattern, max_length=50), help_text)


class Named(serializers.Serializer):
    """Parameters. A name that is not one of them is refused: a typing error must not widen a search."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = {name: ["Ce paramètre n’existe pas."] for name in sorted(data) if name not in self.fields}
        if unknown:
            raise serializers.ValidationError(unknown)
        repeated = {
            name: ["Donnez ce paramètre une seule fois."]
            for name, values in data.lists()
            if len(values) > 1 and not isinstance(self.fields[name], serializers.ListField)
        }
        if repeated:
            raise serializers.ValidationError(repeated)
        empty = {
            name: ["Donnez une valeur, ou retirez ce paramètre."]
            for name, values in data.lists()
            if "" in values
        }
        if empty:
            raise serializers.ValidationError(empty)
        return super().to_internal_value(data)


class Parameters(Named):
    """Parameters of a list."""

    page = serializers.IntegerField(
        required=False, default=1, min_value=1, max_value=LAST_PAGE, help_text="Numéro de la page."
    )
    limit = serializers.IntegerField(
        required=False,
        default=PAGE_SIZE,
        min_value=1,
        max_value=MOST_ON_A_PAGE,
        help_text=f"Nombre de résultats par page, {MOST_ON_A_PAGE} au plus.",
    )


class MissionParameters(Parameters):
    """The filters of the page « Trouver une mission », under the same names."""

    q = text("Des mots : titre, présentation, organisation, commune.")
    commune = code("Code INSEE de la commune autour de laquelle chercher.", COMMUNE)
    lieu = text("Nom ou code postal de la commune, à la place de son code.", 120)
    rayon = serializers.ChoiceField(
        required=False,
        choices=[str(radius) for radius in RADII],
        help_text=f"Distance autour de la commune, en kilomètres ({DEFAULT_RADIUS} par défaut).",
    )
    distance = serializers.ChoiceField(**TRUE_OR_FALSE, help_text="Seulement les missions à distance.")
    domaine = codes("Code d’un domaine. À répéter pour en accepter plusieurs.")
    activite = codes("Code d’une activité. À répéter pour en accepter plusieurs.")
    competence = codes("Code d’une compétence. À répéter pour en accepter plusieurs.")
    odd = several(serializers.IntegerField(min_value=1, max_value=17), "Numéro d’un ODD. À répéter.")
    rythme = several(serializers.ChoiceField(choices=Commitment.choices), "Rythme. À répéter.")
    du = serializers.DateField(required=False, help_text="Missions à partir de ce jour (AAAA-MM-JJ).")
    au = serializers.DateField(required=False, help_text="Missions jusqu’à ce jour (AAAA-MM-JJ).")
    mineurs = serializers.ChoiceField(**TRUE_OR_FALSE, help_text="Seulement celles ouvertes dès 16 ans.")
    equipes = serializers.ChoiceField(
        **TRUE_OR_FALSE, help_text="Seulement celles qui accueillent des équipes."
    )
    tri = serializers.ChoiceField(required=False, choices=Sort.choices, help_text="Ordre des résultats.")

    def query(self) -> SearchQuery:
        """The search. Raises UnknownValue for what does not exist. Call `is_valid` first."""
        ok = self.validated_data
        return SearchQuery(
            text=clean(ok.get("q", "")),
            commune=_commune(ok),
            radius_km=int(ok.get("rayon", DEFAULT_RADIUS)),
            remote_only=ok.get("distance") == "true",
            domains=_known(Domain.objects.active(), ok, "domaine", "aucun domaine"),
            activities=_known(Activity.objects.active(), ok, "activite", "aucune activité"),
            skills=_known(Skill.objects.active(), ok, "competence", "aucune compétence"),
            sdgs=_known(Sdg.objects.all(), ok, "odd", "aucun objectif"),
            commitments=tuple(Commitment(value) for value in dict.fromkeys(ok.get("rythme", ()))),
            date_from=ok.get("du"),
            date_until=ok.get("au"),
            open_to_minors=ok.get("mineurs") == "true",
            teams=ok.get("equipes") == "true",
            sort=ok.get("tri", ""),
        )


class OrganisationParameters(Parameters):
    q = text("Des mots du nom.")
    type = serializers.ChoiceField(required=False, choices=Kind.choices, help_text="Type d’organisation.")
    departement = code("Code du département du siège.", DEPARTMENT)
    commune = code("Code INSEE de la commune du siège.", COMMUNE)


class AllianceParameters(Parameters):
    """The filters of the page « Alliances », under the same names."""

    odd = several(serializers.IntegerField(min_value=1, max_value=17), "Numéro d’un ODD. À répéter.")
    domaine = codes("Code d’un domaine. À répéter pour en accepter plusieurs.")
    etape = several(serializers.ChoiceField(choices=Stage.choices), "Étape. À répéter.")
    categorie = codes("Code d’une catégorie de partenariat. À répéter pour en accepter plusieurs.")
    fonction = codes("Code d’une fonction de catalyseur. À répéter.")
    departement = codes("Code d’un département où l’alliance agit. À répéter.", DEPARTMENT)
    region = codes("Code d’une région où l’alliance agit. À répéter.", REGION)

    def wanted(self) -> Wanted:
        """What to look for. Raises UnknownValue for what does not exist. Call `is_valid` first."""
        ok = self.validated_data
        return Wanted(
            stages=tuple(dict.fromkeys(ok.get("etape", ()))),
            sdgs=_known(Sdg.objects.all(), ok, "odd", "aucun objectif"),
            categories=_known(PartnershipCategory.objects.all(), ok, "categorie", "aucune catégorie"),
            functions=_known(CatalystFunction.objects.all(), ok, "fonction", "aucune fonction"),
            domains=_known(Domain.objects.active(), ok, "domaine", "aucun domaine"),
            departments=_known(Department.objects.all(), ok, "departement", "aucun département"),
            regions=_known(Region.objects.all(), ok, "region", "aucune région"),
        )


class GlossaryParameters(Parameters):
    q = text("Des mots : nom, définition, variantes.")


class MeasureParameters(Parameters):
    """The filters of the page « Les 21 mesures », under the same names."""

    dimension = several(serializers.ChoiceField(choices=Dimension.choices), "Dimension. À répéter.")
    horizon = several(
        serializers.ChoiceField(choices=[str(months) for months in HORIZONS]),
        "Dernière échéance, en mois depuis juin 2020. À répéter.",
    )
    statut = several(serializers.ChoiceField(choices=list(STATUSES)), "Avancement. À répéter.")

    def wanted(self) -> measures.Wanted:
        ok = self.validated_data
        return measures.Wanted(
            ok.get("dimension", ()),
            [int(months) for months in ok.get("horizon", ())],
            [STATUSES[name] for name in ok.get("statut", ())],
        )


class SkillNeedParameters(Parameters):
    """The filters of the page « Besoins de compétences », under the same names; a commune by its code."""

    q = text("Des mots : besoin, ce qui sera rendu, association.")
    commune = code(
        f"Code INSEE d’une commune : les besoins à {skill_needs.RADIUS_KM} km, et ceux faits à distance.",
        COMMUNE,
    )
    competence = codes("Code d’une compétence. À répéter pour en accepter plusieurs.")
    famille = codes("Code d’une famille de compétences. À répéter pour en accepter plusieurs.")
    forme = several(serializers.ChoiceField(choices=Format.choices), "Forme du travail. À répéter.")
    lieu = several(
        serializers.ChoiceField(choices=MissionMode.choices), "Sur place ou à distance. À répéter."
    )
    echeance = several(serializers.ChoiceField(choices=skill_needs.Soon.choices), "Pour quand. À répéter.")
    departement = codes("Code d’un département. À répéter pour en accepter plusieurs.", DEPARTMENT)
    domaine = codes("Code d’un domaine. À répéter pour en accepter plusieurs.")

    def wanted(self) -> skill_needs.Wanted:
        """What to look for. Raises UnknownValue for what does not exist. Call `is_valid` first."""
        ok = self.validated_data
        return skill_needs.Wanted(
            text=ok.get("q", ""),
            commune=_commune({"commune": ok.get("commune")}),
            skills=_known(Skill.objects.all(), ok, "competence", "aucune compétence"),
            families=_known(SkillGroup.objects.all(), ok, "famille", "aucune famille de compétences"),
            formats=tuple(dict.fromkeys(ok.get("forme", ()))),
            modes=tuple(dict.fromkeys(ok.get("lieu", ()))),
            soon=tuple(dict.fromkeys(ok.get("echeance", ()))),
            departments=_known(Department.objects.all(), ok, "departement", "aucun département"),
            domains=_known(Domain.objects.active(), ok, "domaine", "aucun domaine"),
        )


class OfferParameters(Parameters):
    """The filters of the page « Offres de mécénat de compétences », under the same names; a commune by its code."""

    commune = code("Code INSEE d’une commune : les offres qui y vont, ou à distance.", COMMUNE)
    competence = codes("Code d’une compétence. À répéter pour en accepter plusieurs.")
    famille = codes("Code d’une famille de compétences. À répéter pour en accepter plusieurs.")
    departement = codes("Code d’un département. À répéter pour en accepter plusieurs.", DEPARTMENT)
    format = several(serializers.ChoiceField(choices=Format.choices), "Forme du travail. À répéter.")
    distance = serializers.ChoiceField(**TRUE_OR_FALSE, help_text="« true » : possible à distance.")

    def wanted(self) -> offers.Wanted:
        """What to look for. Raises UnknownValue for what does not exist. Call `is_valid` first."""
        ok = self.validated_data
        return offers.Wanted(
            commune=_commune({"commune": ok.get("commune")}),
            skills=_known(Skill.objects.all(), ok, "competence", "aucune compétence"),
            families=_known(SkillGroup.objects.all(), ok, "famille", "aucune famille de compétences"),
            departments=_known(Department.objects.all(), ok, "departement", "aucun département"),
            formats=tuple(dict.fromkeys(ok.get("format", ()))),
            remote=ok.get("distance") == "true",
        )


class ChallengeParameters(Parameters):
    """The filters of the page « Problèmes communs », under the same names."""

    odd = several(serializers.IntegerField(min_value=1, max_value=17), "Numéro d’un ODD. À répéter.")
    domaine = codes("Code d’un domaine. À répéter pour en accepter plusieurs.")
    departement = codes("Code d’un département. À répéter pour en accepter plusieurs.", DEPARTMENT)
    etat = several(serializers.ChoiceField(choices=Standing.choices), "Où il en est. À répéter.")

    def wanted(self) -> challenges.Wanted:
        """What to look for. Raises UnknownValue for what does not exist. Call `is_valid` first."""
        ok = self.validated_data
        return challenges.Wanted(
            departments=_known(Department.objects.all(), ok, "departement", "aucun département"),
            domains=_known(Domain.objects.active(), ok, "domaine", "aucun domaine"),
            sdgs=_known(Sdg.objects.all(), ok, "odd", "aucun objectif"),
            standings=tuple(dict.fromkeys(ok.get("etat", ()))),
        )


class EventParameters(Parameters):
    """The filters of the page « Événements », under the same names."""

    q = text("Des mots : titre, présentation, organisation, commune.")
    commune = code(
        f"Code INSEE d’une commune : ce qui a lieu à {events.RADIUS_KM} km, ou se suit en ligne.", COMMUNE
    )
    lieu = text("Nom ou code postal de la commune, à la place de son code.", 120)
    sorte = several(serializers.ChoiceField(choices=EventKind.choices), "Sorte d’événement. À répéter.")
    mode = several(
        serializers.ChoiceField(choices=How.choices),
        "Sur place (on_site) ou en ligne (online) : qui fait les deux est trouvé par chacun. À répéter.",
    )
    odd = several(serializers.IntegerField(min_value=1, max_value=17), "Numéro d’un ODD. À répéter.")
    domaine = codes("Code d’un domaine. À répéter pour en accepter plusieurs.")
    departement = codes("Code d’un département. À répéter pour en accepter plusieurs.", DEPARTMENT)
    quand = serializers.ChoiceField(
        choices=["passes"], required=False, help_text="Les événements passés, au lieu de ceux à venir."
    )
    replay = serializers.ChoiceField(
        choices=["on"], required=False, help_text="Seulement ceux que l’on peut revoir."
    )

    def wanted(self) -> events.Wanted:
        """What to look for. Raises UnknownValue for what does not exist. Call `is_valid` first."""
        ok = self.validated_data
        return events.Wanted(
            text=clean(ok.get("q", "")),
            commune=_commune(ok),
            kinds=tuple(dict.fromkeys(ok.get("sorte", ()))),
            ways=tuple(dict.fromkeys(ok.get("mode", ()))),
            departments=_known(Department.objects.all(), ok, "departement", "aucun département"),
            domains=_known(Domain.objects.active(), ok, "domaine", "aucun domaine"),
            sdgs=_known(Sdg.objects.all(), ok, "odd", "aucun objectif"),
            past="quand" in ok,
            replay="replay" in ok,
        )


class ResourceNeedParameters(Parameters):
    """The filters of the page « Besoins de moyens », under the same names."""

    q = text("Des mots : titre, texte, organisation, commune.")
    commune = code(f"Code INSEE d’une commune : les besoins à {resources.RADIUS_KM} km.", COMMUNE)
    lieu = text("Nom ou code postal de la commune, à la place de son code.", 120)
    nature = several(
        serializers.ChoiceField(choices=MeansKind.choices), "De l’argent ou des biens. À répéter."
    )
    odd = several(serializers.IntegerField(min_value=1, max_value=17), "Numéro d’un ODD. À répéter.")
    domaine = codes("Code d’un domaine. À répéter pour en accepter plusieurs.")
    departement = codes("Code d’un département. À répéter pour en accepter plusieurs.", DEPARTMENT)
    etat = serializers.ChoiceField(
        choices=["satisfaits"], required=False, help_text="Les besoins satisfaits, au lieu des ouverts."
    )

    def wanted(self) -> resources.Wanted:
        """What to look for. Raises UnknownValue for what does not exist. Call `is_valid` first."""
        ok = self.validated_data
        return resources.Wanted(
            text=clean(ok.get("q", "")),
            commune=_commune(ok),
            kinds=tuple(dict.fromkeys(ok.get("nature", ()))),
            departments=_known(Department.objects.all(), ok, "departement", "aucun département"),
            domains=_known(Domain.objects.active(), ok, "domaine", "aucun domaine"),
            sdgs=_known(Sdg.objects.all(), ok, "odd", "aucun objectif"),
            met="etat" in ok,
        )


class InstrumentParameters(Parameters):
    """What an instrument gives, and to whom."""

    nature = serializers.ChoiceField(
        choices=MeansKind.choices, required=False, help_text="Ce que l’instrument donne."
    )
    qui = serializers.ChoiceField(
        choices=[(kind.value, kind.label) for kind in Kind if kind in OWNERS],
        required=False,
        help_text="La sorte d’organisation à qui il s’adresse.",
    )

    def rows(self) -> "QuerySet[Instrument]":
        """Those that answer, by name. Call `is_valid` first."""
        ok = self.validated_data
        rows = Instrument.objects.public()
        if "nature" in ok:
            rows = rows.filter(gives__contains=[ok["nature"]])
        if "qui" in ok:
            rows = rows.filter(audiences__contains=[ok["qui"]])
        return rows.order_by("name", "pk")


class SheetParameters(Parameters):
    """The filters of a shelf of the library, under the same names."""

    q = text("Des mots de la fiche.")
    besoin = several(serializers.ChoiceField(choices=Need.choices), "Ce que l’on vient faire. À répéter.")
    interet = several(serializers.ChoiceField(choices=Interest.choices), "Centre d’intérêt. À répéter.")
    moment = several(serializers.ChoiceField(choices=Moment.choices), "Moment de l’alliance. À répéter.")
    niveau = several(serializers.ChoiceField(choices=Level.choices), "Niveau de maturité. À répéter.")
    categorie = codes("Code d’une catégorie de partenariat. À répéter.")
    fonction = codes("Code d’une fonction de catalyseur. À répéter.")
    domaine = codes("Code d’un domaine. À répéter pour en accepter plusieurs.")
    odd = several(serializers.IntegerField(min_value=1, max_value=17), "Numéro d’un ODD. À répéter.")

    def wanted(self) -> library.Wanted:
        """What to look for. Raises UnknownValue for what does not exist. Call `is_valid` first."""
        ok = self.validated_data
        return library.Wanted(
            text=clean(ok.get("q", "")),
            needs=tuple(dict.fromkeys(ok.get("besoin", ()))),
            interests=tuple(dict.fromkeys(ok.get("interet", ()))),
            moments=tuple(dict.fromkeys(ok.get("moment", ()))),
            levels=tuple(dict.fromkeys(ok.get("niveau", ()))),
            categories=_known(PartnershipCategory.objects.all(), ok, "categorie", "aucune catégorie"),
            functions=_known(CatalystFunction.objects.all(), ok, "fonction", "aucune fonction"),
            domains=_known(Domain.objects.active(), ok, "domaine", "aucun domaine"),
            sdgs=_known(Sdg.objects.all(), ok, "odd", "aucun objectif"),
        )


class ExampleParameters(Parameters):
    """The filters of the list of examples, under the same names."""

    q = text("Des mots de l’exemple.")
    categorie = codes("Code d’une catégorie de partenariat. À répéter.")
    fonction = codes("Code d’une fonction de catalyseur. À répéter.")
    taille = several(serializers.ChoiceField(choices=Size.choices), "Taille du territoire. À répéter.")
    type = several(serializers.ChoiceField(choices=Ground.choices), "Type de territoire. À répéter.")
    cout = several(serializers.ChoiceField(choices=Cost.choices), "Coût de la première année. À répéter.")
    porteur = several(serializers.ChoiceField(choices=Leader.choices), "Qui l’a porté. À répéter.")
    monde = several(serializers.ChoiceField(choices=College.choices), "Un monde qui y prend part. À répéter.")
    domaine = codes("Code d’un domaine. À répéter pour en accepter plusieurs.")
    odd = several(serializers.IntegerField(min_value=1, max_value=17), "Numéro d’un ODD. À répéter.")
    region = codes("Code d’une région. À répéter.")

    def wanted(self) -> examples.Wanted:
        """What to look for. Raises UnknownValue for what does not exist. Call `is_valid` first."""
        ok = self.validated_data
        return examples.Wanted(
            text=clean(ok.get("q", "")),
            categories=_known(PartnershipCategory.objects.all(), ok, "categorie", "aucune catégorie"),
            functions=_known(CatalystFunction.objects.all(), ok, "fonction", "aucune fonction"),
            sizes=tuple(dict.fromkeys(ok.get("taille", ()))),
            grounds=tuple(dict.fromkeys(ok.get("type", ()))),
            costs=tuple(dict.fromkeys(ok.get("cout", ()))),
            leaders=tuple(dict.fromkeys(ok.get("porteur", ()))),
            colleges=tuple(dict.fromkeys(ok.get("monde", ()))),
            domains=_known(Domain.objects.active(), ok, "domaine", "aucun domaine"),
            sdgs=_known(Sdg.objects.all(), ok, "odd", "aucun objectif"),
            regions=_known(Region.objects.all(), ok, "region", "aucune région"),
        )


class ToolParameters(SheetParameters):
    etagere = serializers.ChoiceField(
        required=False,
        choices=[(shelf.value, shelf.label) for shelf in (Shelf.TOOLS, Shelf.DATA, Shelf.SKILLS)],
        help_text="Une seule étagère : outils, données ou formations.",
    )


class CommuneParameters(Parameters):
    q = text("Le début du nom, ou un code postal.", 120)
    departement = code("Code d’un département.", DEPARTMENT)


class DepartmentParameters(Parameters):
    region = code("Code d’une région.", REGION)


def _commune(ok: dict[str, Any]) -> Commune | None:
    """By its INSEE code, old ones included, or by what a person would type."""
    if ok.get("commune"):
        found = places.by_code(ok["commune"])
        if found is None:
            raise UnknownValue("commune", "Aucune commune ne porte ce code INSEE.")
        return found
    typed = clean(ok.get("lieu", ""))
    if not typed:
        return None
    resolved = places.resolve(typed)
    if resolved.commune is None:
        homonyms = ", ".join(f"{commune.label}{NBSP}: {commune.pk}" for commune in resolved.candidates[:10])
        raise UnknownValue(
            "lieu",
            f"Plusieurs communes portent ce nom : {homonyms}."
            if homonyms
            else "Aucune commune ne porte ce nom.",
        )
    return resolved.commune


def _known(rows: "QuerySet[Any]", ok: dict[str, Any], name: str, what: str) -> tuple[Any, ...]:
    """The rows that this parameter names."""
    asked = list(dict.fromkeys(ok.get(name, ())))
    found = {row.pk: row for row in rows.filter(pk__in=asked)} if asked else {}
    if missing := [str(value) for value in asked if value not in found]:
        raise UnknownValue(name, f"Ne désigne {what} : {', '.join(missing)}.")
    return tuple(found[value] for value in asked)


def day(help_text: str) -> serializers.DateField:
    return serializers.DateField(required=False, help_text=help_text)


def choice(choices: Any, help_text: str) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=choices, required=False, help_text=help_text)


def a_year(help_text: str) -> serializers.IntegerField:
    return serializers.IntegerField(required=False, min_value=2000, max_value=2100, help_text=help_text)


class _OwnParameters(Parameters):
    """Of an organisation's own rows (own.py)."""

    modifie_depuis = day("Seulement ce qui a changé depuis ce jour inclus (Paris), AAAA-MM-JJ.")

    def narrowed(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        ok = self.validated_data
        if "etat" in ok:
            rows = rows.filter(state=ok["etat"])
        if "annee" in ok:
            rows = self.of_year(rows, ok["annee"])
        if "modifie_depuis" in ok:
            rows = own.changed_since(rows, ok["modifie_depuis"])
        return rows

    def of_year(self, rows: "QuerySet[Any]", year: int) -> "QuerySet[Any]":
        return rows


class OwnOfferParameters(_OwnParameters):
    etat = choice(OfferState.choices, "État de l’offre.")


class OwnSponsorshipParameters(_OwnParameters):
    etat = choice(SponsorshipState.choices, "État de la mise à disposition.")
    annee = a_year("Celles dont les dates touchent cette année.")

    def of_year(self, rows: "QuerySet[Any]", year: int) -> "QuerySet[Any]":
        return own.touching(rows, year)


class StatementParameters(Named):
    """Of an organisation's statement."""

    sens = choice(
        [("recu", "ce que vous recevez")], "« recu » : ce que reçoit un employeur public qui donne aussi."
    )


class OwnDayParameters(_OwnParameters):
    etat = choice(DayState.choices, "État de la journée.")
    annee = a_year("Les journées travaillées cette année.")

    def of_year(self, rows: "QuerySet[Any]", year: int) -> "QuerySet[Any]":
        return rows.filter(on__year=year)

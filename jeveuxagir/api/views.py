"""The read-only resources of `/api/v1/`. What is public on the site is public here, and nothing else."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.db.models import Prefetch, QuerySet, Value
from django.http import Http404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alliances import directory
from alliances.challenges import directory as challenges
from alliances.challenges.models import Challenge, ChallengeQuerySet
from alliances.events import directory as events
from alliances.events.models import Event
from alliances.examples import directory as examples
from alliances.examples.models import Example
from alliances.glossary.models import Term
from alliances.library import directory as library
from alliances.library.enums import Shelf
from alliances.library.models import Method
from alliances.library.models import Resource as Tool
from alliances.models import Alliance
from alliances.programme.models import Measure
from jeveuxagir.common.text import clean
from jeveuxagir.notifications.links import absolute
from jeveuxagir.taxonomies.models import Activity, CatalystFunction, Domain, PartnershipCategory, Sdg, Skill
from jeveuxagir.territories import places
from jeveuxagir.territories.models import Commune, Department, Region
from jeveuxagir.territories.text import Unaccent
from missions import search
from missions.models import Mission
from missions.offers import directory as offers
from missions.offers.models import Offer
from missions.resources import directory as resources
from missions.resources.models import Instrument, Need, Promise
from missions.skill_needs import directory as skill_needs
from missions.skill_needs.models import SkillNeed
from organisations.models import Organisation

from . import filters, pages, serializers
from .conditional import conditional

#: what the index names → its route
LISTS = {
    "missions": "missions",
    "skill-needs": "skill_needs",
    "sponsorship-offers": "offers",
    "organisations": "organisations",
    "alliances": "alliances",
    "challenges": "challenges",
    "events": "events",
    "resource-needs": "resource_needs",
    "instruments": "instruments",
    "glossary": "glossary",
    "measures": "measures",
    "examples": "examples",
    "methods": "methods",
    "tools": "tools",
    "communes": "communes",
    "departements": "departments",
    "regions": "regions",
    "domaines": "domains",
    "activites": "activities",
    "competences": "skills",
    "odd": "sdgs",
    "categories": "categories",
    "fonctions": "functions",
}
#: a parameter too big for a key of the database names nothing
BIGGEST_KEY = 2**63 - 1


class Reading(APIView):
    """Read by GET and HEAD, nothing else."""

    http_method_names = ["get", "head"]

    @property
    def allowed_methods(self) -> list[str]:
        return ["GET", "HEAD"]

    def checked(self, request: Request, parameters: type[filters.Parameters]) -> Any:
        """The parameters once they are right; 400 otherwise."""
        given = parameters(data=request.query_params)
        given.is_valid(raise_exception=True)
        return given

    def page(self, request: Request, given: Any, rows: "QuerySet[Any]", serializer: Any) -> Response:
        with transaction.atomic():
            search.set_time_limit()
            ok = given.validated_data
            return pages.of_rows(request, rows, ok["page"], ok["limit"], serializer)


@method_decorator(login_not_required, name="dispatch")
@method_decorator(cache_control(public=True, max_age=60), name="dispatch")
@method_decorator(conditional, name="dispatch")
class Resource(Reading):
    """What is public. An ETag spares sending again what has not changed."""


def list_of(what: str, parameters: Any, item: type, tag: str) -> Any:
    """The documentation of a list."""
    name = item.__name__.removesuffix("Serializer")
    return extend_schema(
        summary=what,
        parameters=[parameters],
        responses=pages.paged(name, item),
        tags=[tag],
        operation_id=f"{name}_list",
    )


def one_of(what: str, item: type, tag: str) -> Any:
    """The documentation of a single thing."""
    name = item.__name__.removesuffix("Serializer")
    return extend_schema(summary=what, responses=item, tags=[tag], operation_id=f"{name}_read")


class Index(Resource):
    """Where each list is."""

    @extend_schema(
        summary="Les listes que donne cette interface",
        responses=serializers.IndexSerializer,
        tags=["accueil"],
        operation_id="Index_read",
    )
    def get(self, request: Request) -> Response:
        lists = {name: absolute(reverse(f"api:{route}")) for name, route in LISTS.items()}
        about = {
            "documentation": absolute(reverse("api:documentation")),
            "openapi": absolute(reverse("api:openapi")),
            "own": absolute(reverse("api:own")),
        }
        return Response({**about, "lists": lists})


class Missions(Resource):
    @list_of("Les missions ouvertes", filters.MissionParameters, serializers.MissionSerializer, "missions")
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.MissionParameters)
        number, limit = given.validated_data["page"], given.validated_data["limit"]
        pages.depth(number, limit)
        with transaction.atomic():
            search.set_time_limit()
            hits = search.page_of(given.query(), number, limit, rows=search.whole)
        found = hits.missions if hits.number == number else []
        return pages.answer(request, found, hits.total, number, limit, serializers.MissionSerializer)


class MissionDetail(Resource):
    @one_of("Une mission ouverte", serializers.MissionDetailSerializer, "missions")
    def get(self, request: Request, pk: int) -> Response:
        missions = search.whole(Mission.objects.open()).prefetch_related("activities", "skills", "sdgs")
        return Response(serializers.MissionDetailSerializer(one_row(missions, pk)).data)


class SkillNeeds(Resource):
    @list_of(
        "Les besoins de compétences qui cherchent quelqu’un",
        filters.SkillNeedParameters,
        serializers.SkillNeedSerializer,
        "besoins de compétences",
    )
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.SkillNeedParameters)
        found = skill_needs.found(given.wanted()).for_cards()
        return self.page(request, given, found, serializers.SkillNeedSerializer)


class SkillNeedDetail(Resource):
    @one_of("Un besoin public, même convenu", serializers.SkillNeedSerializer, "besoins de compétences")
    def get(self, request: Request, pk: int) -> Response:
        found = SkillNeed.objects.public().for_cards()
        return Response(serializers.SkillNeedSerializer(one_row(found, pk)).data)


class Offers(Resource):
    @list_of(
        "Les offres de mécénat de compétences, une fois passées leurs 72 premières heures",
        filters.OfferParameters,
        serializers.OfferSerializer,
        "mécénat de compétences",
    )
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.OfferParameters)
        found = offers.found(given.wanted()).for_cards()
        return self.page(request, given, found, serializers.OfferSerializer)


class OfferDetail(Resource):
    @one_of("Une offre publique", serializers.OfferSerializer, "mécénat de compétences")
    def get(self, request: Request, pk: int) -> Response:
        found = Offer.objects.public().for_cards()
        return Response(serializers.OfferSerializer(one_row(found, pk)).data)


class Organisations(Resource):
    @list_of(
        "Les organisations validées",
        filters.OrganisationParameters,
        serializers.OrganisationSerializer,
        "organisations",
    )
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.OrganisationParameters)
        ok = given.validated_data
        found = Organisation.objects.public().select_related("commune").order_by("pk")
        for word in clean(ok.get("q", "")).split()[:8]:
            found = found.alias(plain=Unaccent("name")).filter(plain__icontains=Unaccent(Value(word)))
        if "type" in ok:
            found = found.filter(kind=ok["type"])
        if "departement" in ok:
            found = found.filter(commune__department=ok["departement"])
        if "commune" in ok:
            found = found.filter(commune=ok["commune"])
        return self.page(request, given, found, serializers.OrganisationSerializer)


class OrganisationDetail(Resource):
    @one_of("Une organisation validée", serializers.OrganisationSerializer, "organisations")
    def get(self, request: Request, pk: int) -> Response:
        found = one_row(Organisation.objects.public().select_related("commune"), pk)
        return Response(serializers.OrganisationSerializer(found).data)


class Alliances(Resource):
    @list_of(
        "Les alliances publiques", filters.AllianceParameters, serializers.AllianceSerializer, "alliances"
    )
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.AllianceParameters)
        found = directory.for_cards(directory.found(given.wanted()))
        return self.page(request, given, found, serializers.AllianceSerializer)


class AllianceDetail(Resource):
    @one_of("Une alliance publique", serializers.AllianceDetailSerializer, "alliances")
    def get(self, request: Request, pk: int) -> Response:
        found = one_row(directory.for_cards(Alliance.objects.public()), pk)
        return Response(serializers.AllianceDetailSerializer(found).data)


class Challenges(Resource):
    @list_of(
        "Les problèmes communs",
        filters.ChallengeParameters,
        serializers.ChallengeSerializer,
        "problèmes communs",
    )
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.ChallengeParameters)
        return self.page(
            request, given, _whole(challenges.found(given.wanted())), serializers.ChallengeSerializer
        )


class ChallengeDetail(Resource):
    @one_of("Un problème commun", serializers.ChallengeSerializer, "problèmes communs")
    def get(self, request: Request, pk: int) -> Response:
        return Response(serializers.ChallengeSerializer(one_row(_whole(Challenge.objects.public()), pk)).data)


def _whole(rows: ChallengeQuerySet) -> ChallengeQuerySet:
    """With all that a line gives, in a number of queries that rows do not change."""
    return rows.with_supports().select_related("organisation", "alliance").prefetch_related("sdgs")


class Glossary(Resource):
    @list_of(
        "Les mots du glossaire", filters.GlossaryParameters, serializers.GlossaryTermSerializer, "glossaire"
    )
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.GlossaryParameters)
        found = Term.objects.public().found(given.validated_data.get("q", ""))
        rows = found.defer("search").prefetch_related("related")
        return self.page(request, given, rows, serializers.GlossaryTermSerializer)


class GlossaryTerm(Resource):
    @one_of("Un mot du glossaire", serializers.GlossaryTermSerializer, "glossaire")
    def get(self, request: Request, slug: str) -> Response:
        found = Term.objects.public().defer("search").prefetch_related("related").filter(slug=slug).first()
        if found is None:
            raise Http404
        return Response(serializers.GlossaryTermSerializer(found).data)


class Measures(Resource):
    @list_of(
        "Les 21 mesures du programme", filters.MeasureParameters, serializers.MeasureSerializer, "programme"
    )
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.MeasureParameters)
        wanted = given.wanted()
        fitting = [measure.number for measure in Measure.objects.public() if wanted.fits(measure)]
        rows = Measure.objects.public().with_pledges().filter(number__in=fitting)
        return self.page(request, given, rows, serializers.MeasureSerializer)


class MeasureDetail(Resource):
    @one_of("Une mesure, par son numéro", serializers.MeasureSerializer, "programme")
    def get(self, request: Request, pk: int) -> Response:
        found = one_row(Measure.objects.public().with_pledges(), pk)
        return Response(serializers.MeasureSerializer(found).data)


class Events(Resource):
    @list_of("Les événements", filters.EventParameters, serializers.EventSerializer, "événements")
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.EventParameters)
        found = events.for_cards(events.found(given.wanted())).select_related("alliance")
        return self.page(request, given, found, serializers.EventSerializer)


class EventDetail(Resource):
    @one_of("Un événement public, même annulé", serializers.EventSerializer, "événements")
    def get(self, request: Request, pk: int) -> Response:
        found = events.for_cards(Event.objects.public()).select_related("alliance")
        return Response(serializers.EventSerializer(one_row(found, pk)).data)


class ResourceNeeds(Resource):
    @list_of(
        "Les besoins de moyens ouverts, ou satisfaits",
        filters.ResourceNeedParameters,
        serializers.ResourceNeedSerializer,
        "moyens",
    )
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.ResourceNeedParameters)
        found = _with_promises(resources.for_cards(resources.found(given.wanted())))
        return self.page(request, given, found, serializers.ResourceNeedSerializer)


class ResourceNeedDetail(Resource):
    @one_of("Un besoin de moyens public", serializers.ResourceNeedSerializer, "moyens")
    def get(self, request: Request, pk: int) -> Response:
        found = _with_promises(resources.for_cards(Need.objects.public()))
        return Response(serializers.ResourceNeedSerializer(one_row(found, pk)).data)


def _with_promises(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """With what counts of them, in `counted_promises`: one statement for all rows."""
    counted = Promise.objects.public().order_by("pk")
    return rows.prefetch_related(Prefetch("promises", counted, to_attr="counted_promises"))


class Instruments(Resource):
    @list_of(
        "Les instruments de financement et de don",
        filters.InstrumentParameters,
        serializers.InstrumentSerializer,
        "moyens",
    )
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.InstrumentParameters)
        return self.page(request, given, given.rows(), serializers.InstrumentSerializer)


class InstrumentDetail(Resource):
    @one_of("Un instrument", serializers.InstrumentSerializer, "moyens")
    def get(self, request: Request, slug: str) -> Response:
        found = Instrument.objects.public().filter(slug=slug).first()
        if found is None:
            raise Http404
        return Response(serializers.InstrumentSerializer(found).data)


class Examples(Resource):
    @list_of(
        "Les exemples inspirants", filters.ExampleParameters, serializers.ExampleSerializer, "bibliothèque"
    )
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.ExampleParameters)
        rows = examples.whole(examples.found(given.wanted()))
        return self.page(request, given, rows, serializers.ExampleSerializer)


class ExampleDetail(Resource):
    @one_of("Un exemple inspirant", serializers.ExampleSerializer, "bibliothèque")
    def get(self, request: Request, pk: int) -> Response:
        found = one_row(examples.whole(Example.objects.public()), pk)
        return Response(serializers.ExampleSerializer(found).data)


class Methods(Resource):
    @list_of(
        "Les méthodes de la bibliothèque",
        filters.SheetParameters,
        serializers.MethodSerializer,
        "bibliothèque",
    )
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.SheetParameters)
        rows = library.for_cards(library.found(Shelf.METHODS, given.wanted()))
        return self.page(request, given, rows, serializers.MethodSerializer)


class MethodDetail(Resource):
    @one_of("Une méthode", serializers.MethodSerializer, "bibliothèque")
    def get(self, request: Request, pk: int) -> Response:
        found = one_row(library.for_cards(Method.objects.public()), pk)
        return Response(serializers.MethodSerializer(found).data)


class Tools(Resource):
    @list_of(
        "Les outils, données et formations de la bibliothèque",
        filters.ToolParameters,
        serializers.ToolSerializer,
        "bibliothèque",
    )
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.ToolParameters)
        rows = library.narrowed(Tool.objects.public(), given.wanted())
        if "etagere" in given.validated_data:
            rows = rows.filter(shelf=given.validated_data["etagere"])
        return self.page(request, given, library.for_cards(rows), serializers.ToolSerializer)


class ToolDetail(Resource):
    @one_of("Un outil, des données ou une formation", serializers.ToolSerializer, "bibliothèque")
    def get(self, request: Request, pk: int) -> Response:
        found = one_row(library.for_cards(Tool.objects.public()), pk)
        return Response(serializers.ToolSerializer(found).data)


class Communes(Resource):
    @list_of("Les communes", filters.CommuneParameters, serializers.CommuneSerializer, "territoires")
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.CommuneParameters)
        ok = given.validated_data
        found = Commune.objects.order_by("code")
        if "departement" in ok:
            found = found.filter(department=ok["departement"])
        if typed := clean(ok.get("q", "")):
            known = [commune.pk for commune in places.lookup(typed, filters.PAGE_SIZE)]
            found = found.filter(pk__in=known)
        return self.page(request, given, found, serializers.CommuneSerializer)


class CommuneDetail(Resource):
    @one_of("Une commune, par son code INSEE", serializers.CommuneDetailSerializer, "territoires")
    def get(self, request: Request, code: str) -> Response:
        found = places.by_code(code)
        if found is None:
            raise Http404
        return Response(serializers.CommuneDetailSerializer(found).data)


class Departments(Resource):
    @list_of(
        "Les départements", filters.DepartmentParameters, serializers.DepartmentSerializer, "territoires"
    )
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.DepartmentParameters)
        found = Department.objects.order_by("code")
        if "region" in given.validated_data:
            found = found.filter(region=given.validated_data["region"])
        return self.page(request, given, found, serializers.DepartmentSerializer)


class Regions(Resource):
    @list_of("Les régions", filters.Parameters, serializers.RegionSerializer, "territoires")
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.Parameters)
        return self.page(request, given, Region.objects.order_by("code"), serializers.RegionSerializer)


class Domains(Resource):
    @list_of("Les domaines", filters.Parameters, serializers.DomainSerializer, "vocabulaires")
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.Parameters)
        found = Domain.objects.active().prefetch_related("sdgs").order_by("position")
        return self.page(request, given, found, serializers.DomainSerializer)


class Activities(Resource):
    @list_of("Les activités", filters.Parameters, serializers.ActivitySerializer, "vocabulaires")
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.Parameters)
        found = Activity.objects.active().prefetch_related("domains").order_by("code")
        return self.page(request, given, found, serializers.ActivitySerializer)


class Skills(Resource):
    @list_of("Les compétences", filters.Parameters, serializers.SkillSerializer, "vocabulaires")
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.Parameters)
        found = Skill.objects.active().select_related("group").order_by("code")
        return self.page(request, given, found, serializers.SkillSerializer)


class Sdgs(Resource):
    @list_of(
        "Les 17 objectifs de développement durable",
        filters.Parameters,
        serializers.SdgSerializer,
        "vocabulaires",
    )
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.Parameters)
        return self.page(request, given, Sdg.objects.order_by("number"), serializers.SdgSerializer)


class Categories(Resource):
    @list_of(
        "Les 4 catégories de partenariat",
        filters.Parameters,
        serializers.CategorySerializer,
        "vocabulaires",
    )
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.Parameters)
        found = PartnershipCategory.objects.order_by("position")
        return self.page(request, given, found, serializers.CategorySerializer)


class Functions(Resource):
    @list_of(
        "Les 4 fonctions de catalyseur",
        filters.Parameters,
        serializers.FunctionSerializer,
        "vocabulaires",
    )
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.Parameters)
        found = CatalystFunction.objects.order_by("position")
        return self.page(request, given, found, serializers.FunctionSerializer)


def one_row(rows: "QuerySet[Any]", pk: int) -> Any:
    found = rows.filter(pk=pk).first() if pk <= BIGGEST_KEY else None
    if found is None:
        raise Http404
    return found

"""An organisation's own data, with its key. Each answer is what the page of its coordinators shows, and nothing more:
the same scoped querysets, the same rule on who reads a name.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from django.views.decorators.vary import vary_on_headers
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from jeveuxagir.notifications.links import absolute
from missions.offers.enums import OFFERING
from missions.sponsorships import statement as statements
from missions.sponsorships.enums import Side
from missions.sponsorships.models import Sponsorship
from missions.sponsorships.spaces import side_of, statement_side, statement_sides
from missions.sponsorships.statement import Statement
from organisations.models import Organisation

from . import filters, own, own_serializers
from .authentication import KeyAuthentication
from .errors import UnknownValue
from .schema import FIRST_YEAR, LAST_YEAR
from .throttling import KeyThrottle
from .views import Reading, list_of, one_of, one_row

TAG = "données de votre organisation"


@method_decorator(login_not_required, name="dispatch")
@method_decorator(vary_on_headers("Authorization"), name="dispatch")
@method_decorator(cache_control(private=True, no_store=True), name="dispatch")
class Own(Reading):
    """Read with a key, kept by nobody on the way."""

    authentication_classes = [KeyAuthentication]
    throttle_classes = [KeyThrottle]
    limit = "api_key"

    @property
    def organisation(self) -> Organisation:
        found: Organisation = self.request.auth.organisation
        return found

    def employer(self) -> Organisation:
        """For what only an employer has: to others its pages do not exist either."""
        if self.organisation.kind not in OFFERING:
            raise NotFound("Seul un employeur a des offres.")
        return self.organisation

    def told(self, serializer: Any, **more: Any) -> Any:
        """This serializer, told to this organisation."""
        return partial(serializer, context={"organisation": self.organisation, **more})


class Index(Own):
    @extend_schema(
        summary="Votre clé, et ce qu’elle lit",
        responses=own_serializers.OwnSerializer,
        tags=[TAG],
        operation_id="Own_read",
    )
    def get(self, request: Request) -> Response:
        organisation = self.organisation
        is_employer = organisation.kind in OFFERING
        names = {"sponsorships": "own_sponsorships"} | ({"offers": "own_offers"} if is_employer else {})
        answer = {
            "organisation": organisation,
            "key": request.auth,
            "lists": {name: absolute(reverse(f"api:{route}")) for name, route in names.items()},
            "statements": list(_statements_of(organisation)),
        }
        return Response(own_serializers.OwnSerializer(answer).data)


def _statements_of(organisation: Organisation) -> Iterator[str]:
    """Their addresses; whoever gives and receives has one of each."""
    sides = statement_sides(organisation)
    for side in sides:
        received = len(sides) > 1 and side == Side.ASSOCIATION
        for year in statements.years_of(organisation, side):
            address = reverse("api:own_statement", args=[year])
            yield absolute(f"{address}?sens=recu" if received else address)


class Offers(Own):
    @list_of("Vos offres", filters.OwnOfferParameters, own_serializers.OwnOfferSerializer, TAG)
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.OwnOfferParameters)
        rows = given.narrowed(own.offers(self.employer()))
        return self.page(request, given, rows, self.told(own_serializers.OwnOfferSerializer))


class OfferDetail(Own):
    @one_of("Une de vos offres", own_serializers.OwnOfferSerializer, TAG)
    def get(self, request: Request, pk: int) -> Response:
        found = one_row(own.offers(self.employer()), pk)
        return Response(self.told(own_serializers.OwnOfferSerializer)(found).data)


class Sponsorships(Own):
    @list_of(
        "Vos mises à disposition",
        filters.OwnSponsorshipParameters,
        own_serializers.OwnSponsorshipSerializer,
        TAG,
    )
    def get(self, request: Request) -> Response:
        given = self.checked(request, filters.OwnSponsorshipParameters)
        rows = given.narrowed(own.sponsorships(self.organisation))
        return self.page(request, given, rows, self.told(own_serializers.OwnSponsorshipSerializer))


class SponsorshipDetail(Own):
    @one_of("Une de vos mises à disposition", own_serializers.OwnSponsorshipSerializer, TAG)
    def get(self, request: Request, pk: int) -> Response:
        found = one_row(own.sponsorships(self.organisation), pk)
        return Response(self.told(own_serializers.OwnSponsorshipSerializer)(found).data)


class Days(Own):
    @list_of(
        "Les journées d’une mise à disposition, avec les deux validations",
        filters.OwnDayParameters,
        own_serializers.OwnDaySerializer,
        TAG,
    )
    def get(self, request: Request, pk: int) -> Response:
        given = self.checked(request, filters.OwnDayParameters)
        mine = Sponsorship.objects.of_organisation(self.organisation).select_related("offer")
        row = one_row(mine, pk)
        days = given.narrowed(own.days(self.organisation, row))
        told = self.told(own_serializers.OwnDaySerializer, side=side_of(self.organisation, row))
        return self.page(request, given, days, told)


class _OfYear(Own):
    def statement(self, request: Request, year: int) -> Statement:
        """That of the page. Its amounts are those of the employer's own side, told to it alone."""
        given = self.checked(request, filters.StatementParameters)
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise Http404
        received = "sens" in given.validated_data
        if received and Side.ASSOCIATION not in statement_sides(self.organisation):
            # 404, as of what does not exist: the parameter is well formed
            raise UnknownValue("sens", "Votre organisation ne reçoit pas de temps : elle n’a pas ce relevé.")
        side = statement_side(self.organisation, received=received)
        return statements.statement_of(self.organisation, year, side=side, amounts=True)


class YearStatement(_OfYear):
    @extend_schema(
        summary="Votre relevé d’une année",
        parameters=[filters.StatementParameters],
        responses=own_serializers.StatementSerializer,
        tags=[TAG],
        operation_id="Statement_read",
    )
    def get(self, request: Request, year: int) -> Response:
        return Response(own_serializers.StatementSerializer(self.statement(request, year)).data)


class AnyAccept(BaseContentNegotiation):
    """A table is a table, whatever the program says it accepts; a refusal stays in JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class StatementTable(_OfYear):
    """The file of the page: one line a validated day, then the sum."""

    content_negotiation_class = AnyAccept

    @extend_schema(
        summary="Les journées du relevé, pour un tableur",
        parameters=[filters.StatementParameters],
        responses={(200, "text/csv"): OpenApiTypes.STR},
        tags=[TAG],
        operation_id="StatementTable_read",
    )
    def get(self, request: Request, year: int) -> HttpResponse:
        text = statements.statement_csv(self.statement(request, year))
        response = HttpResponse(text, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="releve-{year}.csv"'
        return response

"""A page of results: the rows, the total (capped), the pages beside."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from jeveuxagir.notifications.links import absolute

#: no list is read further than this: one asks for less instead
DEEPEST = 10_000


def paged(name: str, item: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """The serializer of a page of these."""
    return type(
        f"{name}Page",
        (serializers.Serializer,),
        {
            "__doc__": "Une page de résultats.",
            "total": serializers.IntegerField(help_text="Résultats en tout, 10 000 au plus."),
            "total_is_capped": serializers.BooleanField(help_text="Vrai s’il y en a davantage."),
            "page": serializers.IntegerField(),
            "next": serializers.CharField(allow_null=True, help_text="Adresse de la page suivante."),
            "previous": serializers.CharField(allow_null=True, help_text="Adresse de la page précédente."),
            "results": item(many=True),
        },
    )


def depth(page: int, limit: int) -> int:
    """The number of rows before this page. NotFound beyond what a list may be read."""
    before = (page - 1) * limit
    if before >= DEEPEST:
        raise NotFound("Une liste se lit jusqu’au 10 000e résultat : précisez votre recherche.")
    return before


def of_rows(request: Request, rows: "QuerySet[Any]", number: int, limit: int, serializer: Any) -> Response:
    """The answer for a page of these rows, counted no further than DEEPEST."""
    before = depth(number, limit)
    total = rows.order_by()[: DEEPEST + 1].count()
    found = list(rows[before : before + limit]) if before < total else []
    return answer(request, found, total, number, limit, serializer)


def answer(
    request: Request, found: list[Any], total: int, number: int, limit: int, serializer: Any
) -> Response:
    """The answer for these rows, already fetched. A page beyond the last one is empty."""
    has_next = number * limit < min(total, DEEPEST)
    return Response(
        {
            "total": min(total, DEEPEST),
            "total_is_capped": total > DEEPEST,
            "page": number,
            "next": _address(request, number + 1) if has_next else None,
            "previous": _address(request, number - 1) if number > 1 else None,
            "results": serializer(found, many=True).data,
        }
    )


def _address(request: Request, number: int) -> str:
    parameters = request.query_params.copy()
    parameters["page"] = str(number)
    return absolute(f"{request._request.path}?{parameters.urlencode()}")

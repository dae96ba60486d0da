"""The OpenAPI document: made from the views, so that it cannot lie, and the page that reads it aloud in French."""

from functools import lru_cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from jeveuxagir.accounts.limits import LIMITS
from jeveuxagir.notifications.links import absolute

from .authentication import KeyInTheDocument
from .conditional import conditional

REFUSALS = {
    "400": "Un paramètre est mal formé ou inconnu.",
    "404": "Rien ne répond à cette adresse, ou une valeur n’existe pas.",
    "405": "L’API se lit seulement : GET ou HEAD.",
    "406": "Le format demandé dans Accept n’existe pas : les réponses sont en JSON.",
    "429": "Trop de demandes en une minute ; l’en-tête Retry-After dit quand recommencer.",
    "503": "La recherche prend trop de temps.",
}
#: the years that a statement may be asked for
FIRST_YEAR, LAST_YEAR = 2000, 2100
#: a number in an address: that of a row, or a year
ROW = {"type": "integer", "format": "int64", "minimum": 1, "maximum": 2**63 - 1}
YEAR = {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR}
#: what is read with an organisation's key, and how that is refused
OWN = "/api/v1/own/"
WITHOUT_KEY = "Aucune clé, ou une clé qui ne sert pas : la phrase dit pourquoi."


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The whole document, made once per process."""
    made = SchemaGenerator().get_schema(public=True)
    made["servers"] = [{"url": absolute("/").rstrip("/")}]
    return made


def only_ours(endpoints: list[Any], **kwargs: Any) -> list[Any]:
    """The versioned resources, nothing else of the site."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


def answers(result: dict[str, Any], generator: Any, **kwargs: Any) -> dict[str, Any]:
    """Every operation may also refuse, always in the same shape, or say that nothing changed."""
    refused = {"$ref": "#/components/schemas/Error"}
    result["components"]["schemas"]["Error"] = {
        "type": "object",
        "required": ["detail", "errors"],
        "properties": {
            "detail": {"type": "string", "description": "Une phrase en français."},
            "errors": {
                "type": "object",
                "description": "Par paramètre, ce qui ne va pas.",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            },
        },
    }
    for path, operations in result["paths"].items():
        for operation in operations.values():
            given = operation["responses"]
            refusals = dict(REFUSALS)
            if path.startswith(OWN):
                refusals = {"401": WITHOUT_KEY, **REFUSALS}
                operation["security"] = [{KeyInTheDocument.name: []}]  # asked, never optional
            else:
                given["200"]["headers"] = {
                    "ETag": {"schema": {"type": "string"}, "description": "À renvoyer dans If-None-Match."}
                }
                given["304"] = {"description": "Rien n’a changé depuis l’ETag donné dans If-None-Match."}
            for status, words in refusals.items():
                given[status] = {
                    "description": words,
                    "content": {"application/json": {"schema": refused}},
                }
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path" and parameter["schema"]["type"] == "integer":
                    parameter["schema"] = dict(YEAR if parameter["name"] == "year" else ROW)
    return result


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
@conditional
def openapi(request: HttpRequest) -> JsonResponse:
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False, "indent": 1})


@login_not_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The documentation, read from the same document."""
    made = document()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in made["paths"].items():
        for operation in operations.values():
            parameters = [_parameter(given) for given in operation.get("parameters", ())]
            groups.setdefault(operation["tags"][0], []).append(
                {
                    "summary": operation["summary"],
                    "path": path,
                    "is_link": "{" not in path and not path.startswith(OWN),
                    "parameters": parameters,
                    "anchor": operation["operationId"],
                }
            )
    context = {
        "groups": groups.items(),
        "limit": LIMITS["api_address"].times,
        "base": made["servers"][0]["url"],
        "refusals": {"401": WITHOUT_KEY, **REFUSALS}.items(),
        "key_limit": LIMITS["api_key"].times,
    }
    return render(request, "api/documentation.html", context)


def _parameter(given: dict[str, Any]) -> dict[str, Any]:
    schema = given["schema"]
    values = schema.get("enum") or schema.get("items", {}).get("enum") or ()
    return {
        "name": given["name"],
        "words": given.get("description", "").split("\n")[0],
        "values": [str(value) for value in values if value not in ("", None)],
        "kind": {"integer": "nombre", "string": "texte", "array": "plusieurs valeurs"}.get(
            schema.get("type", ""), "texte"
        ),
        "default": schema.get("default", ""),
    }

"""Whose key a program gives: in the header `Authorization: Bearer jva_…`, never in an address."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import NBSP
from organisations.api_keys import services

from .throttling import AddressThrottle

SCHEME = "Bearer"


class KeyAuthentication(BaseAuthentication):
    """`request.auth` is the key. A session opens nothing here, and nobody is `request.user`."""

    def authenticate(self, request: Request) -> tuple[None, Any]:
        throttle = AddressThrottle()
        if not throttle.allow_request(request, None):  # before anything is looked up
            raise exceptions.Throttled(throttle.wait())
        scheme, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != SCHEME.lower() or not text:
            raise exceptions.NotAuthenticated(
                f"Donnez la clé de votre organisation dans l’en-tête Authorization{NBSP}: « Bearer jva_… »."
            )
        try:
            key = services.holder(text)
        except RuleBroken as broken:
            raise exceptions.AuthenticationFailed(broken.message) from None
        services.used(key)
        return None, key

    def authenticate_header(self, request: Request) -> str:
        return f'{SCHEME} realm="Jeveuxagir"'


class KeyInTheDocument(OpenApiAuthenticationExtension):
    target_class = KeyAuthentication
    name = "organisationKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "La clé de votre organisation, « jva_… », faite dans son espace.",
        }

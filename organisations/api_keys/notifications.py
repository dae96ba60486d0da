"""Those who act for the organisation are told of each key: made, revoked, or whose maker no longer acts for them."""

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send
from organisations.models import Membership
from organisations.policies import HANDLERS

if TYPE_CHECKING:
    from .models import ApiKey

_KINDS = {
    "made": "Une clé d’API est faite pour mon organisation",
    "revoked": "Une clé d’API de mon organisation est retirée",
    "maker_left": "La personne qui a fait une clé d’API n’agit plus pour mon organisation",
}


def register() -> None:
    for name, label in _KINDS.items():
        catalogue.register(
            Kind(
                code=f"api_keys.{name}",
                label=label,
                why="Vous êtes responsable ou gestionnaire de cette organisation sur Jeveuxagir.",
                template=f"emails/api_keys/{name}.txt",
                can_stop=False,
                audience="member",
            )
        )


def made(key: "ApiKey") -> None:
    _tell("made", key, until=key.expires_on)


def revoked(key: "ApiKey") -> None:
    _tell("revoked", key)


def maker_left(key: "ApiKey") -> None:
    _tell("maker_left", key)


def _tell(what: str, key: "ApiKey", **more: Any) -> None:
    organisation = key.organisation
    url = absolute(reverse("api_keys:keys", args=[organisation.pk, organisation.slug]))
    context = {"name": organisation.name, "key": key.name, "url": url, **more}
    rows = Membership.objects.live().filter(organisation=organisation, role__in=HANDLERS)
    for membership in rows.select_related("person__merged_into").order_by("pk"):
        send(
            f"api_keys.{what}",
            to=membership.person,
            dedupe_key=f"api_keys.{what}:{key.pk}:{membership.person_id}",
            context=context,
        )

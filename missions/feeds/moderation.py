"""A partner names an organisation that has members: a moderator says once whether its missions are theirs."""

from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation import registry
from jeveuxagir.moderation.models import ModerationItem
from missions.models import Mission

from . import services
from .models import PartnerOrganisation

SHOWN = 10


def _identity(item: ModerationItem) -> PartnerOrganisation:
    return PartnerOrganisation.objects.select_related("partner", "organisation__commune").get(
        pk=item.subject_id
    )


def accept(item: ModerationItem, actor: User | None) -> None:
    services.accept_attachment(_identity(item), actor=actor)


def ask(item: ModerationItem, actor: User | None) -> None:
    raise RuleBroken("Un rattachement s’accepte ou se refuse : il n’y a rien à corriger.", code="ask")


def refuse(item: ModerationItem, actor: User | None) -> None:
    services.refuse_attachment(_identity(item), actor=actor, reason=item.reason)


def describe(item: ModerationItem) -> dict[str, Any]:
    identity = _identity(item)
    organisation = identity.organisation
    waiting = Mission.objects.filter(
        feed__identity__in=PartnerOrganisation.objects.same_attachment(identity), state="pending"
    )
    return {
        "facts": [
            ("Partenaire", f"{identity.partner.name} ({identity.partner.get_trust_display()})"),
            ("Organisation", organisation.name),
            ("Type", organisation.get_kind_display()),
            ("RNA", organisation.rna),
            ("SIREN", organisation.siren),
            ("Commune", organisation.commune.label if organisation.commune else ""),
            ("Identifiant chez le partenaire", identity.external_id),
            ("Missions qui attendent", waiting.count()),
        ],
        "texts": [("Ces missions", "\n".join(mission.title for mission in waiting.order_by("pk")[:SHOWN]))],
        "warnings": [
            "Cette organisation a des membres ici : demandez-leur si les missions de ce partenaire sont bien les leurs."
        ],
        "links": [("L’organisation", organisation.get_absolute_url())],
    }


def url(item: ModerationItem) -> str:
    return _identity(item).organisation.get_absolute_url()


def register() -> None:
    registry.register(
        ModerationItem.Kind.ATTACHMENT.value,
        registry.Handler(
            accept=accept,
            ask=ask,
            refuse=refuse,
            describe=describe,
            url=url,
            outcomes={"accept": "rattachement accepté", "refuse": "rattachement refusé"},
        ),
    )

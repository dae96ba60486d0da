"""The mails of alerts. Missions are public: their town and date may be named, the person's search stays behind."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.text import plural
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.models import Message
from jeveuxagir.notifications.services import send

from .enums import EndReason
from .models import SavedSearch

if TYPE_CHECKING:
    from .services import Group

FOUND = "mission_alerts.found"
WHY = "Vous avez créé une alerte sur Jeveuxagir."
ASKED = "Quelqu’un a demandé une alerte avec cette adresse. Si ce n’est pas vous, ne faites rien."


def register() -> None:
    for name, label in (
        ("confirm", "Confirmer mon alerte"),
        ("sign_in", "Terminer la création de mon alerte"),
    ):
        catalogue.register(
            Kind(
                code=f"mission_alerts.{name}",
                label=label,
                why=ASKED,
                template=f"emails/mission_alerts/{name}.txt",
                can_stop=False,
                confirms=True,
            )
        )
    catalogue.register(
        Kind(
            code=FOUND,
            label="De nouvelles missions pour mes alertes",
            why=WHY,
            template="emails/mission_alerts/found.txt",
        )
    )
    catalogue.register(
        Kind(
            code="mission_alerts.ended",
            label="Une de mes alertes s’arrête",
            why=WHY,
            template="emails/mission_alerts/ended.txt",
            digestible=True,
        )
    )


def ask_to_confirm(alert: SavedSearch, token: str, *, known: bool) -> None:
    """The one mail to an address nobody has confirmed: nothing a visitor wrote is in it."""
    assert alert.contact is not None
    code = "mission_alerts.sign_in" if known else "mission_alerts.confirm"
    send(
        code,
        to=alert.contact.email,
        dedupe_key=f"mission_alerts.confirm:{alert.pk}",
        context={"url": absolute(f"/confirmer/{token}/")},
    )


def tell_found(person: Person, groups: "Sequence[Group]", day: date) -> Message | None:
    """The one mail of the day of this person's alerts."""
    total = sum(len(group.cards) + group.more for group in groups)
    return send(
        FOUND,
        to=person,
        dedupe_key=f"{FOUND}:{person.pk}:{day.isoformat()}",
        context={
            "total": total,
            "first": groups[0].cards[0].mission.title,
            "groups": [_group(group) for group in groups],
            "url": absolute(reverse("mission_alerts:mine")),
        },
    )


def _group(group: "Group") -> dict[str, Any]:
    return {
        "label": group.alert.label,
        "lines": [
            {"words": f"{card.mission.title}, {_place(card.where)}. {card.when}", "url": absolute(card.url)}
            for card in group.cards
        ],
        "more": f"Et {plural(group.more, 'autre', 'autres')}" if group.more else "",
        "url": absolute(group.alert.url),
        "stop_url": absolute(reverse("mission_alerts:stop", args=[stop_token(group.alert.pk)])),
    }


def _place(where: str) -> str:
    return where[:1].lower() + where[1:] if where == "À distance" else where


def tell_ended(alert: SavedSearch) -> None:
    if alert.person is not None:
        send(
            "mission_alerts.ended",
            to=alert.person,
            dedupe_key=f"mission_alerts.ended:{alert.pk}",
            context={
                "label": alert.label,
                "past": alert.end_reason == EndReason.PAST,
                "url": absolute(reverse("missions:list")),
            },
        )


def stop_token(alert_id: int) -> str:
    """Names one alert; it only pauses it, and never expires: old mails must be stoppable."""
    return Signer(salt="mission_alerts.stop").sign_object(alert_id)


def alert_of(token: str) -> SavedSearch | None:
    """The confirmed alert that a mail's link names."""
    try:
        pk = int(Signer(salt="mission_alerts.stop").unsign_object(token))
    except (BadSignature, ValueError, TypeError):
        return None
    return SavedSearch.objects.filter(pk=pk, person__isnull=False).first()

"""What the parties are told about their indicators."""

from typing import TYPE_CHECKING

from alliances.notifications import WHY, live_parties, people_of
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

from . import policies
from .periods import of_period

if TYPE_CHECKING:
    from .models import Review, Value


def register() -> None:
    catalogue.register(
        Kind(
            "indicators.disputed",
            "Une valeur de mon alliance est contestée",
            WHY,
            "emails/indicators/disputed.txt",
            can_stop=True,
            audience="member",
            digestible=True,
        )
    )


def tell_disputed(review: "Review", value: "Value", *, besides: int | None = None) -> None:
    """Who counted, and who is responsible for the indicator; with neither left, who animates."""
    indicator, alliance = value.indicator, value.indicator.alliance
    concerned = [party.pk for party in (value.party, indicator.owner) if party is not None and party.is_live]
    parties = live_parties(alliance, pk__in=concerned) or live_parties(alliance, is_animator=True)
    answering = policies.answers(value)
    for person in people_of(parties):
        if person.pk == besides:
            continue
        send(
            "indicators.disputed",
            to=person,
            dedupe_key=f"indicators.disputed:{review.pk}:{review.at.isoformat()}:{person.pk}",
            context={
                "alliance": alliance,
                "indicator": indicator,
                "period": of_period(indicator.rhythm, value.period),
                "counted": value.party.name,
                "by": review.party.name,
                "answering": answering.name if answering else "",
                "url": absolute(indicator.page_url),
            },
        )

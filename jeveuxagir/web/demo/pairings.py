"""Needs and offers brought together by the engine itself, once all is written; some answered, one page of impact."""

from datetime import timedelta
from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.notifications.models import Message
from missions.impact import services as impact
from missions.impact.figures import impact_of
from missions.offers.enums import State as OfferState
from missions.pairings import services
from missions.pairings.enums import DeclineReason, Side
from missions.pairings.models import LIFE, Pairing
from organisations.models import Membership, Organisation
from organisations.policies import HANDLERS


def bring_together() -> None:
    """The services write it: what the demo shows is what the engine does."""
    services.propose_all()
    waiting = [row for row in Pairing.objects.waiting().with_both().order_by("pk") if _handled(row)]
    played = (_both_say_yes, _company_says_yes, _association_says_no, _too_late, _association_says_yes)
    for act, pairing in zip(played, _spread(waiting), strict=False):
        act(pairing)
    _publish_one()
    Message.objects.filter(state=Message.State.PENDING).update(
        state=Message.State.SENT, sent_at=now(), sending_at=now(), attempts=1
    )


def _handled(row: Pairing) -> bool:
    return all(_actor(row.organisation_of(side)) for side in Side)


def _spread(rows: list[Pairing]) -> list[Pairing]:
    """One for each need first, so that a story stands in several places."""
    seen: set[int] = set()
    first = [row for row in rows if not (row.need_id in seen or seen.add(row.need_id))]  # type: ignore[func-returns-value]
    return [*first, *(row for row in rows if row not in first)]


def _actor(organisation: Organisation) -> Any:
    members = Membership.objects.live().filter(organisation=organisation, role__in=HANDLERS)
    return User.objects.filter(person__in=members.values("person")).order_by("pk").first()


def _both_say_yes(row: Pairing) -> None:
    _company_says_yes(row)
    _association_says_yes(row)


def _company_says_yes(row: Pairing) -> None:
    services.accept(row, actor=_actor(row.offer.organisation), side=Side.COMPANY)


def _association_says_yes(row: Pairing) -> None:
    services.accept(row, actor=_actor(row.need.organisation), side=Side.ASSOCIATION)


def _association_says_no(row: Pairing) -> None:
    services.decline(
        row,
        actor=_actor(row.need.organisation),
        side=Side.ASSOCIATION,
        reason=DeclineReason.DATES,
        note="Nous fermons en août, et l’équipe ne peut venir qu’à ce moment.",
    )


def _too_late(row: Pairing) -> None:
    Pairing.objects.filter(pk=row.pk).update(
        created_at=now() - LIFE - timedelta(days=1), expires_at=now() - timedelta(hours=9)
    )
    services.expire_due()


def _publish_one() -> None:
    """The first employer with something to show, and somebody to publish it."""
    for employer in Organisation.objects.filter(offers__state=OfferState.OPEN).distinct().order_by("pk"):
        actor = _actor(employer)
        if actor is not None and not impact_of(employer).is_empty:
            try:
                impact.publish(employer, actor=actor)
            except RuleBroken:
                continue
            return

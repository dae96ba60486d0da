"""What the means of an alliance tell of its cost: money counted, the rest in words."""

from decimal import Decimal

from alliances.lessons import Lesson, lessons
from alliances.models import Alliance
from jeveuxagir.common.text import amount

from .enums import FundingState, Kind, State
from .models import Contribution, FundingLine

SHOWN = 12


def of(alliance: Alliance) -> Lesson:
    """What was really brought when something was, else what was planned."""
    rows = Contribution.objects.filter(alliance=alliance).exclude(state=State.DROPPED).select_related("party")
    found = list(rows.order_by("kind", "pk")[:SHOWN])
    funding = FundingLine.objects.filter(
        alliance=alliance, state__in=[FundingState.OBTAINED, FundingState.PAID]
    )
    obtained = list(funding.order_by("pk")[:SHOWN])
    if not found and not obtained:
        return Lesson()
    euros = sum((row.real or row.planned for row in found if row.kind == Kind.MONEY), Decimal(0))
    costs = [f"{row.party.name} : {amount(row.real or row.planned)} {row.unit}, {row.what}" for row in found]
    for line in obtained:
        got = line.obtained or line.amount
        euros += got
        costs.append(f"{line.funder} : {amount(got)} €")
    return Lesson(euros=euros, costs=costs)


def register() -> None:
    lessons.register("contributions", of)

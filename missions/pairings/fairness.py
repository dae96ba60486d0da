"""What the rule of 72 hours changes, measured on the needs and offers that are open now."""

from dataclasses import dataclass

from django.core.cache import cache

from jeveuxagir.common.clock import today
from jeveuxagir.matching.fairness import Served, given_out
from missions.offers.models import Offer
from missions.skill_needs.models import SkillNeed
from missions.sponsorships.models import Sponsorship
from missions.sponsorships.neighbours import SIGNED, served

from .rows import need_rows, offer_rows

KEY = "pairings.fairness"
#: how long the public page keeps the figures, in seconds
KEPT = 3600


@dataclass(frozen=True)
class Fairness:
    """The open offers given out one by one, the oldest first, with and without the rule."""

    offers: int
    needs: int
    #: of the open needs, those of associations never served
    first_timers: int
    with_rule: Served
    without_rule: Served


def report() -> Fairness:
    """Computed now. Nothing is written: it asks what would happen if every answer were yes."""
    giving = Offer.objects.giving().select_related("organisation__commune").order_by("opened_at", "pk")
    seeking = SkillNeed.objects.seeking().select_related("organisation", "commune").order_by("pk")
    offers, needs = offer_rows(list(giving)), need_rows(list(seeking))
    return Fairness(
        offers=len(offers),
        needs=len(needs),
        first_timers=sum(need.never_served for need in needs),
        with_rule=given_out(offers, needs, today=today(), first_timers_first=True),
        without_rule=given_out(offers, needs, today=today(), first_timers_first=False),
    )


def kept_report() -> Fairness:
    """The same, at most an hour old."""
    found = cache.get_or_set(KEY, report, KEPT)
    assert isinstance(found, Fairness)
    return found


def real_share() -> tuple[int, int]:
    """Conventions signed so far, and how many of them were an association's first."""
    signed = Sponsorship.objects.filter(state__in=SIGNED).count()
    return signed, len(served())

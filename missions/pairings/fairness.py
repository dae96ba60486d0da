"""What the rule of 72 hours changes, measured on the needs and offers that are open now."""

from dataclasses import dataclass

from django.core.cache import cache

from jeveuxagir.common.clock import today
from jeveuxagir.common.text import NBSP, plural
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

    @property
    def effect(self) -> str:
        """What the rule changes today, in counts: a share alone may rise because fewer are served."""
        more_first = self.with_rule.first_time - self.without_rule.first_time
        more = self.with_rule.needs - self.without_rule.needs
        if more_first > 0:
            first = plural(more_first, "association de plus est servie", "associations de plus sont servies")
            said = f"Aujourd’hui, avec la règle, {first} pour une première fois"
        elif more_first < 0:
            first = plural(
                -more_first, "association de moins est servie", "associations de moins sont servies"
            )
            said = f"Aujourd’hui, avec la règle, {first} pour une première fois"
        elif more == 0 and self.with_rule == self.without_rule:
            return (
                "Aujourd’hui, la règle ne change rien au nombre : autant de besoins servis, et autant pour une "
                "première fois. Elle décide seulement qui passe en premier."
            )
        else:
            said = "Aujourd’hui, la règle ne sert aucune association de plus pour une première fois"
        if more == 0:
            return f"{said}, et autant de besoins sont servis en tout."
        needs = plural(abs(more), "besoin", "besoins")
        sign = "de plus" if more > 0 else "de moins"
        why = ""
        if more_first == 0 and more < 0:
            why = f"{NBSP}: si la part monte, c’est seulement que le total baisse"
        verb = "est servi" if abs(more) == 1 else "sont servis"
        return f"{said}, et {needs} {sign} {verb} en tout{why}."


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

"""Once a week, what is new for an organisation: needs for an employer, offers for an association; else no mail.

What was told is kept as rows (`Announcement`): a late or repeated run tells the rest, never the same again.
"""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from jeveuxagir.common.clock import PARIS
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import NBSP
from missions.offers.models import Offer
from missions.offers.policies import RECEIVING
from missions.offers.words import employer_in_words
from missions.skill_needs.models import SkillNeed
from missions.sponsorships.neighbours import served
from organisations.companies.models import Site
from organisations.companies.policies import is_employer
from organisations.models import Organisation

from . import matching
from . import notifications as mails
from .models import Announcement

logger = structlog.get_logger(__name__)
#: lines of one mail; the others come the week after, or are found by searching
MOST = 8
#: looked at for one offer, or one need
LOOKED_AT = 20
#: the week of a mail begins on Tuesday at 8: what a weekend brought is in it
_BEGINS = timedelta(days=1, hours=8)


@dataclass(frozen=True)
class News:
    """One line: a need or an offer, and why it is told, in the words of a mail."""

    title: str
    who: str
    path: str
    reasons: tuple[str, ...]
    need: SkillNeed | None = None
    offer: Offer | None = None


def period() -> str:
    """2026-W49: of the mails, which begins on Tuesday morning in Paris."""
    year, week, _day = (timezone.localtime(timezone=PARIS) - _BEGINS).isocalendar()
    return f"{year}-W{week:02d}"


def run(week: str) -> dict[str, int]:
    """Every organisation that may have news, each in its own commit. Safe to run twice.

    One that cannot be told is logged and stops no other: its news are told the week after.
    """
    told = lines = 0
    for pk in _with_something_open():
        try:
            number = tell(pk, week)
        except Exception:
            logger.exception("weekly_failed", organisation=pk)
            continue
        told, lines = told + bool(number), lines + number
    return {"organisations": told, "lines": lines}


@transaction.atomic
def tell(organisation_id: int, week: str) -> int:
    """How many lines were new for this organisation, and were told."""
    organisation = lock(Organisation.objects.all(), pk=organisation_id)
    if not organisation.is_verified or mails.was_told(organisation, week):
        return 0  # what came since a run that was cut short waits for the next week
    found = _needs_for(organisation) if is_employer(organisation) else []
    found += _offers_for(organisation)
    found = found[:MOST]
    if not found or not mails.weekly(organisation, found, week):
        return 0  # nobody of it wants this mail: the day somebody does, nothing was told yet
    Announcement.objects.bulk_create(
        [Announcement(organisation=organisation, need=news.need, offer=news.offer) for news in found]
    )
    return len(found)


def _with_something_open() -> list[int]:
    """Employers with an offer or a site, associations with a need."""
    giving = set(Offer.objects.giving().values_list("organisation", flat=True))
    seeking = set(SkillNeed.objects.seeking().values_list("organisation", flat=True))
    placed = set(Site.objects.values_list("organisation", flat=True))
    validated = Organisation.objects.validated().filter(pk__in=giving | seeking | placed)
    return list(validated.order_by("pk").values_list("pk", flat=True))


def _needs_for(employer: Organisation) -> list[News]:
    """Those that go with its open offers, by the engine and its gates; then the newest where it has a site."""
    told = set(Announcement.objects.of_organisation(employer).values_list("need", flat=True))
    found: dict[int, News] = {}
    offers = Offer.objects.giving().filter(organisation=employer).select_related("organisation__commune")
    for offer in offers.order_by("opened_at", "pk"):
        for match in matching.for_offer(offer, limit=LOOKED_AT):
            if match.need.pk not in told:
                why = tuple(reason.coarse for reason in match.lending.reasons)
                found.setdefault(match.need.pk, _of_need(match.need, why))
    places = Site.objects.filter(organisation=employer).values("commune__department")
    around = SkillNeed.objects.seeking().filter(department__in=places).exclude(organisation=employer)
    if any(offer.first_timers_only for offer in offers):  # the 72 hours hold here too
        around = around.exclude(organisation__in=served())
    fresh = around.exclude(pk__in=[pk for pk in {*found, *told} if pk is not None])
    for need in fresh.select_related("organisation").order_by("-opened_at", "pk")[:MOST]:
        found[need.pk] = _of_need(need, ("Dans un département où vous avez un site",))
    return list(found.values())


def _offers_for(association: Organisation) -> list[News]:
    """The offers that go with its open needs."""
    told = set(Announcement.objects.of_organisation(association).values_list("offer", flat=True))
    named = Organisation.objects.filter(RECEIVING, pk=association.pk).exists()  # as its members read the page
    found: dict[int, News] = {}
    needs = SkillNeed.objects.seeking().filter(organisation=association)
    for need in needs.select_related("organisation", "commune", "department").order_by("opened_at", "pk"):
        for match in matching.for_need(need, limit=LOOKED_AT):
            offer = match.offer
            if offer.pk not in told:
                reasons = (
                    f"Pour «{NBSP}{need.title}{NBSP}»",
                    *(one.coarse for one in match.lending.reasons),
                )
                found.setdefault(
                    offer.pk,
                    News(
                        offer.title,
                        employer_in_words(offer, named=named),
                        offer.get_absolute_url(),
                        reasons,
                        offer=offer,
                    ),
                )
    return list(found.values())


def _of_need(need: SkillNeed, reasons: tuple[str, ...]) -> News:
    return News(need.title, need.organisation.name, need.get_absolute_url(), reasons, need=need)

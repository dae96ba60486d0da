"""What pairings do when a need or an offer moves. Each runs in a Celery task, and may run twice."""

from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe
from missions.offers.models import Offer
from missions.skill_needs.models import SkillNeed

from . import services


def _need_opened(event: Event) -> None:
    need = SkillNeed.objects.seeking().filter(pk=event.subject_id)
    for one in need.select_related("organisation", "commune", "department"):
        services.propose_for_need(one)


def _need_ended(event: Event) -> None:
    services.need_ended(int(event.subject_id))


def _offer_opened(event: Event) -> None:
    for one in Offer.objects.giving().filter(pk=event.subject_id).select_related("organisation__commune"):
        services.propose_for_offer(one)


def _offer_ended(event: Event) -> None:
    services.offer_ended(int(event.subject_id))


def _sponsorship_ended(event: Event) -> None:
    services.sponsorship_ended(int(event.subject_id))


def register() -> None:
    for verb in ("published", "reopened", "resumed", "lifted"):
        subscribe(f"skill_need.{verb}", "pairings", _need_opened)
    for verb in ("agreed", "delivered", "no_taker", "suspended", "sent_back"):
        subscribe(f"skill_need.{verb}", "pairings", _need_ended)
    for verb in ("opened", "resumed", "refilled", "lifted"):
        subscribe(f"offer.{verb}", "pairings", _offer_opened)
    for verb in ("exhausted", "expired", "ended", "suspended", "paused"):
        subscribe(f"offer.{verb}", "pairings", _offer_ended)
    for verb in ("declined", "released", "broken"):
        subscribe(f"sponsorship.{verb}", "pairings", _sponsorship_ended)

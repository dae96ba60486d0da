"""How a sponsorship moves the need it answers and the offer it draws on. Their rows are locked by the caller."""

from typing import Any

from jeveuxagir.accounts.models import User
from missions.offers import services as offers
from missions.offers.models import Offer
from missions.offers.policies import served as served_by
from missions.skill_needs import services as needs
from missions.skill_needs.enums import TRANSITIONS
from missions.skill_needs.models import SkillNeed

from .enums import LIVE
from .models import Sponsorship


def move_need(need: SkillNeed, verb: str, *, actor: User | None) -> None:
    """`talk`, `agree`, `deliver` or `resume`; silent when its state does not allow it (it was suspended meanwhile)."""
    if not TRANSITIONS.allows(verb, need.state):
        return
    moves = {"talk": needs.talk, "agree": needs.agree, "deliver": needs.deliver, "resume": needs.resume}
    moves[verb](need, actor=actor)
    need.refresh_from_db(fields=["state", "state_changed_at", "version"])


def free_need(need: SkillNeed, *, actor: User | None) -> None:
    """Nothing answers it any more: it seeks again."""
    if not Sponsorship.objects.filter(need=need, state__in=LIVE).exists():
        move_need(need, "resume", actor=actor)


def settle_offer(offer: Offer, *, actor: User | None) -> None:
    """Exhausted when no time is left, open again when some came back."""
    offers.settle(offer, actor=actor)
    offer.refresh_from_db(fields=["committed_minutes", "state"])


def served() -> Any:
    """The associations for which a convention was once signed, whatever came after: for the 72 hours of offers."""
    signed = Sponsorship.objects.exclude(conventions__in_force_at=None)
    return signed.values_list("need__organisation", flat=True)


def register() -> None:
    served_by.register("sponsorships", served)

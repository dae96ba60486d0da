"""How a sponsorship moves the need it answers and the offer it draws on. Their rows are locked by the caller."""

from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.common.registries import Registry
from missions.offers import services as offers
from missions.offers.models import Offer
from missions.offers.policies import served as served_by
from missions.skill_needs import services as needs
from missions.skill_needs.enums import TRANSITIONS
from missions.skill_needs.enums import State as NeedState
from missions.skill_needs.models import SkillNeed

from .enums import LIVE, State
from .models import Sponsorship

#: name → function(need, offer) → the sentences that said why the two go together. Filled by what brings them together.
why_these_two: "Registry[Any]" = Registry("why a need and an offer go together")
#: signed once, whatever became of it
SIGNED = (State.SIGNED, State.RUNNING, State.CLOSED, State.BROKEN)


def move_need(need: SkillNeed, verb: str, *, actor: User | None) -> None:
    """`talk`, `agree`, `deliver` or `resume`; silent when its state does not allow it (it was suspended meanwhile)."""
    if not TRANSITIONS.allows(verb, need.state):
        return
    moves = {"talk": needs.talk, "agree": needs.agree, "deliver": needs.deliver, "resume": needs.resume}
    moves[verb](need, actor=actor)
    need.refresh_from_db(fields=["state", "state_changed_at", "version"])


def reasons_of(need: SkillNeed, offer: Offer) -> list[str]:
    """Why these two, as both sides read it when it was proposed to them; none when nobody brought them together."""
    return [sentence for why in why_these_two for sentence in why(need, offer)]


def free_need(need: SkillNeed, *, actor: User | None) -> None:
    """Nothing answers it any more: it seeks again, unless its association gave it up meanwhile."""
    if (
        need.state in (NeedState.IN_TALK, NeedState.AGREED)
        and not Sponsorship.objects.filter(need=need, state__in=LIVE).exists()
    ):
        move_need(need, "resume", actor=actor)


def settle_offer(offer: Offer, *, actor: User | None) -> None:
    """Exhausted when no time is left, open again when some came back."""
    offers.settle(offer, actor=actor)
    offer.refresh_from_db(fields=["committed_minutes", "state"])


def served() -> frozenset[int]:
    """The associations that had a convention signed at least once, whatever came after: the first 72 hours of an offer
    are not for them."""
    signed = Sponsorship.objects.filter(state__in=SIGNED).order_by()
    return frozenset(signed.values_list("need__organisation", flat=True).distinct())


def register() -> None:
    served_by.register("sponsorships", served)

"""Nobody is left without an answer: what is not signed ends when its need is taken, or when nobody answers."""

from collections.abc import Callable

from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.locks import retried_once
from missions.skill_needs.enums import State as NeedState
from missions.sponsorships import dues
from missions.sponsorships import notifications as mails
from missions.sponsorships.enums import BEFORE_SIGNING, DueKind, Side, State
from missions.sponsorships.models import Due, Sponsorship
from missions.sponsorships.neighbours import free_need, settle_offer

from .inside import BUSY, drop_proposed, locked, move


def release_of_need(need_id: int) -> int:
    """The need is taken, given back or given up: whoever had agreed or prepared something is answered, and the time
    they held is theirs again. Safe to run twice. Each in its own transaction, as their organisations differ."""
    rows = Sponsorship.objects.filter(need=need_id, state__in=BEFORE_SIGNING).order_by("pk")
    return sum(_release(row, _because_of_need) for row in rows.select_related("need", "offer"))


def lapse_due() -> int:
    """Nobody answered, or nobody signed, for too long: it ends, both sides are told, the time is free again."""
    late = Due.objects.filter(kind=DueKind.LAPSE, settled_at=None, due_on__lte=today())
    return dues.each(late, _lapse)


def _lapse(pk: int) -> bool:
    row = Sponsorship.objects.select_related("need", "offer").get(dues=pk)
    done = _release(row, lambda current: _because_of_silence(current, pk))
    Due.objects.filter(pk=pk, settled_at=None).update(settled_at=now(), told=done)
    return done


def _because_of_need(sponsorship: Sponsorship) -> str:
    need = sponsorship.need
    if need.state == NeedState.AGREED:
        mine = sponsorship.state == State.ASSOCIATION_AGREED
        return "" if mine else "L’association a retenu une autre proposition pour ce besoin."
    if need.state == NeedState.DELIVERED:
        return "Ce qui était demandé a été fait autrement."
    if need.state in (NeedState.NO_TAKER, NeedState.DRAFT):
        return "L’association ne cherche plus pour ce besoin."
    return ""


def _because_of_silence(sponsorship: Sponsorship, pk: int) -> str:
    if not Due.objects.filter(pk=pk, about=sponsorship.state, settled_at=None).exists():
        return ""  # it moved on, or somebody was quicker
    if sponsorship.state == State.EMPLOYER_AGREED:
        return "Le temps de répondre est passé sans réponse de l’association."
    return "Le temps de signer est passé sans les deux signatures."


@retried_once(BUSY)
def _release(sponsorship: Sponsorship, why: Callable[[Sponsorship], str]) -> bool:
    """End what is not signed, by the platform; `why` is asked under the locks, and may say that nothing is to end."""
    sponsorship = locked(sponsorship)
    reason = why(sponsorship) if sponsorship.state in BEFORE_SIGNING else ""
    if not reason:
        return False
    was = sponsorship.state
    move(sponsorship, "decline")
    sponsorship.ended_by, sponsorship.end_reason = Side.ASSOCIATION, reason
    sponsorship.save()
    drop_proposed(sponsorship, actor=None)
    free_need(sponsorship.need, actor=None)
    settle_offer(sponsorship.offer, actor=None)
    dues.forget(sponsorship)
    record("sponsorship.released", sponsorship, was=str(was))
    mails.tell(sponsorship, "released", Side.COMPANY, once="")
    if was != State.DRAFTED:
        mails.tell(sponsorship, "released", Side.ASSOCIATION, once="")
    return True

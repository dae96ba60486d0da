"""Needs and offers brought together by the engine itself, some answered; and one employer shows what it gave.

Made once the needs, the offers and the days are written: the engine reads them there.
"""

from collections import Counter
from datetime import timedelta
from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record_many
from jeveuxagir.common.clock import now, today
from jeveuxagir.matching import lending
from jeveuxagir.matching.lending import Fit
from missions.impact.models import Publication
from missions.offers.models import Offer
from missions.pairings import matching
from missions.pairings.enums import Answer, DeclineReason, Origin, State
from missions.pairings.models import LIFE, MOST_PER_OFFER, Announcement, Pairing
from missions.pairings.rows import need_rows, offer_rows, vocabulary
from missions.skill_needs.models import SkillNeed
from missions.sponsorships.models import DayEntry, Sponsorship
from organisations.models import Membership
from organisations.policies import HANDLERS

#: so many wait for one need
MOST_PER_NEED = lending.MOST_OPEN
WHY_NOT = "Nous fermons en août, et l’équipe ne peut venir qu’à ce moment."


def bring_together() -> None:
    """In a number of statements that the rows do not change."""
    actors = _actors()
    ended = _ended(actors)
    pairings = _engine_s()
    for act, pairing in zip(
        (_agreed, _company_waits, _declined, _expired, _association_waits),
        _one_a_need(pairings),
        strict=False,
    ):
        act(pairing, actors)
    made = Pairing.objects.bulk_create(pairings)
    record_many("pairing.proposed", [*ended, *made])
    agreed = [pairing.need_id for pairing in made if pairing.state == State.AGREED]
    SkillNeed.objects.filter(pk__in=agreed, state="open").update(state="in_talk", state_changed_at=now())
    _publish_one(actors)
    _tell_the_week(made)


def _engine_s() -> list[Pairing]:
    """The best needs of each offer, the oldest offer first, as many as both sides may answer."""
    words, day = vocabulary(), today()
    giving = Offer.objects.giving().select_related("organisation__commune").order_by("opened_at", "pk")
    seeking = SkillNeed.objects.public().seeking().select_related("organisation", "commune").order_by("pk")
    offers, needs = list(giving), list(seeking)
    rows, known = need_rows(needs, again=False), {need.pk: need for need in needs}
    by_key = {row.id: row for row in rows}
    waiting: Counter[int] = Counter()
    made = []
    for offer, row in zip(offers, offer_rows(offers), strict=True):
        free = [need for need in rows if waiting[need.id] < MOST_PER_NEED]
        for found in lending.needs_for(
            row, free, today=day, vocabulary=words, limit=MOST_PER_OFFER, asked_only=True
        ):
            waiting[found.need_id] += 1
            fit = Fit(by_key[found.need_id], row, day)
            made.append(_pairing(known[found.need_id], offer, found, lending.stored_inputs(fit, words)))
    return made


def _pairing(need: SkillNeed, offer: Offer, found: lending.Lending, inputs: dict[str, Any]) -> Pairing:
    caveat = found.reservation
    return Pairing(
        need=need,
        offer=offer,
        origin=Origin.ENGINE,
        engine_version=lending.LENDING_VERSION,
        score=found.score,
        reasons=[{"code": one.code, "text": one.exact, "mail": one.coarse} for one in found.reasons],
        reservation=caveat and {"code": caveat.code, "text": caveat.exact, "mail": caveat.coarse},
        inputs=inputs,
        created_at=now() - timedelta(hours=20),
        state_changed_at=now() - timedelta(hours=20),
        expires_at=now() + LIFE - timedelta(hours=20),
    )


def _one_a_need(rows: list[Pairing]) -> list[Pairing]:
    first: dict[int, Pairing] = {}
    for row in rows:
        first.setdefault(row.need_id, row)
    return list(first.values())


def _actors() -> dict[int, User]:
    """Organisation → the first account that handles it."""
    members = Membership.objects.live().filter(role__in=HANDLERS, person__user__isnull=False)
    found: dict[int, User] = {}
    for member in members.select_related("person__user").order_by("pk"):
        found.setdefault(member.organisation_id, member.person.user)
    return found


def _says(row: Pairing, side: str, answer: str, actors: dict[int, User]) -> None:
    organisation = row.offer.organisation_id if side == "company" else row.need.organisation_id
    setattr(row, f"{side}_answer", answer)
    setattr(row, f"{side}_answered_at", now() - timedelta(hours=3))
    setattr(row, f"{side}_answered_by", actors.get(organisation))


def _agreed(row: Pairing, actors: dict[int, User]) -> None:
    _says(row, "company", Answer.YES, actors)
    _says(row, "association", Answer.YES, actors)
    row.state = State.AGREED


def _company_waits(row: Pairing, actors: dict[int, User]) -> None:
    _says(row, "company", Answer.YES, actors)


def _association_waits(row: Pairing, actors: dict[int, User]) -> None:
    _says(row, "association", Answer.YES, actors)


def _declined(row: Pairing, actors: dict[int, User]) -> None:
    _says(row, "association", Answer.NO, actors)
    row.state, row.decline_reason, row.decline_note = State.DECLINED, DeclineReason.DATES, WHY_NOT


def _expired(row: Pairing, actors: dict[int, User]) -> None:
    row.created_at = now() - LIFE - timedelta(days=1)
    row.expires_at = row.state_changed_at = now() - timedelta(hours=9)
    row.state = State.EXPIRED


def _ended(actors: dict[int, User]) -> list[Pairing]:
    """Both had said yes; the time lent then stopped before its end, and the need seeks again."""
    lent = Sponsorship.objects.failed().filter(need__state="open", offer__in=Offer.objects.giving())
    row = lent.select_related("need__organisation", "need__commune", "offer__organisation__commune")
    made = []
    for one in row.order_by("pk")[:1]:
        judged = matching.judge(one.need, one.offer)
        pairing = _pairing(one.need, one.offer, judged.lending, judged.inputs)
        pairing.created_at = one.created_at - timedelta(days=6)
        pairing.expires_at = pairing.created_at + LIFE
        for side in ("company", "association"):
            _says(pairing, side, Answer.YES, actors)
            setattr(pairing, f"{side}_answered_at", one.created_at - timedelta(days=2))
        pairing.state, pairing.state_changed_at = State.ENDED, one.state_changed_at
        made.append(pairing)
    return Pairing.objects.bulk_create(made)


def _publish_one(actors: dict[int, User]) -> None:
    """The employer of the first validated day."""
    first = (
        DayEntry.objects.validated().order_by("pk").values_list("sponsorship__offer__organisation", flat=True)
    )
    if employer := first.first():
        Publication.objects.create(organisation_id=employer, published_by=actors.get(employer))


def _tell_the_week(made: list[Pairing]) -> None:
    """What last week's mails said already: to the first employers the need, to the first associations the offer."""
    told: dict[tuple[int, int], Announcement] = {}
    for pairing in made[:6]:
        employer, association = pairing.offer.organisation_id, pairing.need.organisation_id
        told.setdefault(
            (employer, pairing.need_id), Announcement(organisation_id=employer, need=pairing.need)
        )
        told.setdefault(
            (association, -pairing.offer_id), Announcement(organisation_id=association, offer=pairing.offer)
        )
    Announcement.objects.bulk_create(told.values())

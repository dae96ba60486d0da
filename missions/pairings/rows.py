"""The engine's rows of needs and offers, in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from jeveuxagir.matching.lending import NeedRow, OfferRow
from jeveuxagir.matching.rows import Mode, Point, Vocabulary
from jeveuxagir.taxonomies.models import Skill, SkillGroup
from missions.enums import MissionMode
from missions.offers.enums import State as OfferState
from missions.offers.models import Offer
from missions.skill_needs.enums import Format
from missions.skill_needs.models import SkillNeed
from missions.sponsorships.models import Sponsorship
from missions.sponsorships.neighbours import served
from organisations.companies.models import Site
from organisations.verification import closed_among

from .enums import State
from .models import Pairing

_MODES = {
    MissionMode.ON_SITE.value: Mode.ON_SITE,
    MissionMode.REMOTE.value: Mode.REMOTE,
    MissionMode.HYBRID.value: Mode.BOTH,
}
#: a format's permanent number
FORMAT_BITS = {value: bit for bit, value in enumerate(Format.values)}


def is_giving(offer: Offer) -> bool:
    """What `Offer.objects.giving()` says of one row. Needs its organisation."""
    return offer.state == OfferState.OPEN and offer.organisation.is_verified and offer.left_minutes > 0


def vocabulary() -> Vocabulary:
    """Labels of skills, of their families (`activities`) and of formats (`domains`)."""
    return Vocabulary(
        skills=dict(Skill.objects.values_list("bit", "name")),
        activities=dict(SkillGroup.objects.values_list("position", "name")),
        domains={bit: Format(value).label for value, bit in FORMAT_BITS.items()},
    )


def need_rows(needs: Any, *, again: bool = True) -> list[NeedRow]:
    """`needs`: a queryset, or rows already read. `again`: what ended after two yes may be proposed anew.
    People may; the engine brings back neither what did not work nor who already prepared time for this need."""
    found = (
        list(needs.select_related("organisation", "commune")) if hasattr(needs, "select_related") else needs
    )
    keys = [need.pk for need in found]
    skills, families = _skills(SkillNeed.skills.through, "skillneed_id", keys)
    already = served()
    closed = closed_among(need.organisation_id for need in found)
    known: dict[int, set[int]] = defaultdict(set)
    waiting: dict[int, int] = defaultdict(int)
    for need, offer, state in Pairing.objects.filter(need__in=keys).values_list("need", "offer", "state"):
        if not (again and state == State.ENDED):
            known[need].add(offer)
        waiting[need] += state == State.PROPOSED
    if not again:
        prepared = Sponsorship.objects.filter(need__in=keys)
        for need, offer in prepared.values_list("need", "offer__organisation__offers"):
            known[need].add(offer)
    return [
        NeedRow(
            id=need.pk,
            association_id=need.organisation_id,
            verified=need.organisation.is_verified and need.organisation_id not in closed,
            is_open=need.is_seeking,
            department=need.department_id or "",
            commune=need.commune_id or "",
            of_commune=need.commune.of_name if need.commune else "",
            point=_point(need.commune),
            mode=_MODES[need.mode],
            skills=skills[need.pk],
            families=families[need.pk],
            format=1 << FORMAT_BITS[need.format],
            minutes=need.minutes or 0,
            deadline=need.deadline,
            never_served=need.organisation_id not in already,
            open_proposals=waiting[need.pk],
            known=frozenset(known[need.pk]),
        )
        for need in found
    ]


def offer_rows(offers: Any) -> list[OfferRow]:
    """`offers`: a queryset, or rows already read."""
    found = (
        list(offers.select_related("organisation__commune")) if hasattr(offers, "select_related") else offers
    )
    keys = [offer.pk for offer in found]
    skills, families = _skills(Offer.skills.through, "offer_id", keys)
    goes = _places(Offer.departments.through, "department_id", keys)
    towns = _places(Offer.communes.through, "commune_id", keys)
    points = _points({offer.organisation_id for offer in found})
    closed = closed_among(offer.organisation_id for offer in found)
    rows = []
    for offer in found:
        seat = offer.organisation.commune
        named = goes[offer.pk] or towns[offer.pk]
        departments = goes[offer.pk] if named or not seat else {seat.department_id}
        own = _point(seat)
        rows.append(
            OfferRow(
                id=offer.pk,
                employer_id=offer.organisation_id,
                verified=offer.organisation.is_verified and offer.organisation_id not in closed,
                is_open=offer.state == OfferState.OPEN,
                departments=frozenset(departments),
                communes=frozenset(towns[offer.pk]),
                everywhere=offer.everywhere,
                points=tuple(sorted(points[offer.organisation_id] | ({own} if own else set()))),
                mode=_MODES[offer.mode],
                skills=skills[offer.pk],
                families=families[offer.pk],
                formats=sum(1 << FORMAT_BITS[one] for one in set(offer.formats)),
                left_minutes=offer.left_minutes,
                day_minutes=offer.day_minutes,
                starts_on=offer.starts_on,
                ends_on=offer.ends_on,
                first_timers_only=offer.first_timers_only,
            )
        )
    return rows


def _skills(through: Any, key: str, keys: Iterable[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Masks of skills and of their families."""
    skills: dict[int, int] = defaultdict(int)
    families: dict[int, int] = defaultdict(int)
    rows = through.objects.filter(**{f"{key}__in": list(keys)})
    for owner, skill, family in rows.values_list(key, "skill__bit", "skill__group__position"):
        skills[owner] |= 1 << skill
        families[owner] |= 1 << family
    return skills, families


def _places(through: Any, column: str, offers: Iterable[int]) -> dict[int, set[str]]:
    """The codes of what each offer names."""
    found: dict[int, set[str]] = defaultdict(set)
    for offer, code in through.objects.filter(offer__in=list(offers)).values_list("offer_id", column):
        found[offer].add(code)
    return found


def _points(organisations: set[int]) -> dict[int, set[Point]]:
    found: dict[int, set[Point]] = defaultdict(set)
    sites = Site.objects.open().filter(organisation__in=organisations).select_related("commune")
    for site in sites:
        where = _point(site.commune)
        if where:
            found[site.organisation_id].add(where)
    return found


def _point(commune: Any) -> Point | None:
    if commune is None or commune.latitude is None or commune.longitude is None:
        return None
    return round(commune.latitude * 1_000_000), round(commune.longitude * 1_000_000)

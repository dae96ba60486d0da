"""What a convention says of the work, and what bounds it: the law, the offer, what is already counted."""

import datetime
from dataclasses import dataclass

from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import NBSP, clean, clean_line
from jeveuxagir.ui.dates import day_of
from missions.enums import MissionMode
from missions.offers.enums import State as OfferState
from missions.offers.models import Offer
from missions.skill_needs.durations import in_words
from missions.skill_needs.services import require_immersion
from missions.sponsorships import rules
from missions.sponsorships.models import Sponsorship

from .inside import convention_in_force

#: as an offer's, and as far as an end of career
EARLIEST, MOST_YEARS = datetime.date(2020, 1, 1), 6


@dataclass(frozen=True)
class Terms:
    """What a convention says of the work. `profile`: the trade of who comes, cleaned: it enters the articles."""

    minutes: int
    day_minutes: int
    starts_on: datetime.date
    ends_on: datetime.date
    profile: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "profile", clean_line(self.profile))


def check_dates(starts_on: datetime.date, ends_on: datetime.date) -> None:
    """Neither before anything was lent here, nor further than anybody plans. `code`: the field."""
    furthest = today() + datetime.timedelta(days=366 * MOST_YEARS)
    for code, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if not EARLIEST <= day <= furthest:
            raise RuleBroken(
                f"Choisissez une date entre le {day_of(EARLIEST)} et le {day_of(furthest)}.", code=code
            )


def check_terms(sponsorship: Sponsorship, terms: Terms, *, renewed: bool) -> None:
    check_dates(terms.starts_on, terms.ends_on)
    if terms.ends_on < terms.starts_on:
        raise RuleBroken("La fin vient après le début.", code="sponsorship_dates_ordered")
    if not clean(terms.profile):
        raise RuleBroken("Dites le métier de la personne qui vient.", code="profile")
    if sponsorship.is_immersion:
        require_immersion(terms.minutes)
    first, agreed_until = terms.starts_on, None
    if renewed:
        past = sponsorship.conventions.exclude(in_force_at=None)
        first = min(first, *past.values_list("starts_on", flat=True))
        current = convention_in_force(sponsorship)
        agreed_until = current.ends_on if current else None
    rules.check(
        sponsorship.offer.organisation.kind, first=first, last=terms.ends_on, agreed_until=agreed_until
    )


def check_offered(offer: Offer, terms: Terms, format: str) -> None:
    """What the offer says of its period and of its formats holds for what is prepared from it."""
    early = offer.starts_on is not None and terms.starts_on < offer.starts_on
    late = offer.ends_on is not None and terms.ends_on > offer.ends_on
    if early or late:
        since = f"du {day_of(offer.starts_on)} " if offer.starts_on else ""
        until = f"jusqu’au {day_of(offer.ends_on)}" if offer.ends_on else "sans date de fin"
        raise RuleBroken(
            f"L’offre vaut {since}{until}{NBSP}: changez ces dates, ou celles de l’offre.",
            code="offer_period",
        )
    if offer.formats and format not in offer.formats:
        said = ", ".join(f"« {label} »" for label in offer.formats_in_words)
        raise RuleBroken(
            f"Ce format n’est pas de l’offre ({said}){NBSP}: changez-le, ou ajoutez-le à l’offre.",
            code="offer_format",
        )


def outside_territory(sponsorship: Sponsorship) -> bool:
    """Whether the need is on site in a department and a commune where the offer does not go: said, not refused, as
    people may agree on it."""
    need, offer = sponsorship.need, sponsorship.offer
    if offer.everywhere or MissionMode.REMOTE in (need.mode, offer.mode) or not need.department_id:
        return False
    goes = set(offer.departments.values_list("pk", flat=True))
    towns = set(offer.communes.values_list("pk", flat=True))
    if not goes and not towns and offer.organisation.department_id:
        goes = {offer.organisation.department_id}
    return need.department_id not in goes and need.commune_id not in towns


def require_open(offer: Offer) -> None:
    if offer.state == OfferState.EXHAUSTED:
        raise RuleBroken(nothing_left(offer), code="offer_never_overspent")
    if offer.state != OfferState.OPEN or (offer.ends_on is not None and offer.ends_on < today()):
        raise RuleBroken("Cette offre n’est pas ouverte.", code="offer_closed")


def require_room(sponsorship: Sponsorship, terms: Terms) -> None:
    """New terms keep what is already counted inside, and what they add fits the offer."""
    if terms.minutes < sponsorship.logged_minutes:
        raise RuleBroken(
            f"Déjà {sponsorship.in_words(sponsorship.logged_minutes)} notés{NBSP}: la durée ne descend pas plus bas.",
            code="sponsorship_never_over_convention",
        )
    counted = sponsorship.days.counted()
    outside = counted.exclude(on__range=(terms.starts_on, terms.ends_on)).order_by("on").first()
    if outside is not None:
        raise RuleBroken(
            f"La journée du {day_of(outside.on)} serait en dehors de ces dates.", code="day_within_convention"
        )
    more = terms.minutes - sponsorship.held_minutes
    if more > sponsorship.offer.left_minutes:
        raise RuleBroken(nothing_left(sponsorship.offer), code="offer_never_overspent")


def require_left(offer: Offer, minutes: int) -> None:
    if minutes > offer.left_minutes:
        raise RuleBroken(nothing_left(offer), code="offer_never_overspent")


def nothing_left(offer: Offer) -> str:
    offer.refresh_from_db(fields=["committed_minutes"])
    if offer.left_minutes <= 0:
        return "Il ne reste plus de temps dans cette offre."
    return f"Il ne reste {_only(in_words(offer.left_minutes, offer.day_minutes))} dans cette offre."


def _only(length: str) -> str:
    """« que 2 jours », « qu’une demi-journée »."""
    return f"qu’{length}" if length.startswith("une") else f"que {length}"


def left_of(sponsorship: Sponsorship) -> str:
    left = sponsorship.minutes - sponsorship.logged_minutes
    if left <= 0:
        return "Tout le temps de la convention est déjà noté. Un avenant peut en ajouter."
    return f"Il ne reste {_only(sponsorship.in_words(left))} dans la convention. Un avenant peut en ajouter."

"""What must always hold of sponsorships: counted again every night, from the rows."""

from typing import Any

from django.db.models import Exists, F, IntegerField, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from jeveuxagir.common.registries import Invariant, invariants
from missions.offers.models import Offer

from .enums import COUNTED, ENDED, WORKING, ConventionState, DayState, Part, State
from .models import Convention, DayEntry, Sponsorship


def _sum(rows: Any, by: str, what: str) -> Any:
    summed = rows.order_by().values(by).annotate(n=Sum(what)).values("n")
    return Coalesce(Subquery(summed, output_field=IntegerField()), Value(0))


def _miscounted_days() -> Any:
    days = DayEntry.objects.filter(sponsorship=OuterRef("pk"))
    return Sponsorship.objects.annotate(
        logged=_sum(days.filter(state__in=COUNTED), "sponsorship", "minutes"),
        validated=_sum(days.filter(state=DayState.VALIDATED), "sponsorship", "minutes"),
    ).exclude(logged_minutes=F("logged"), validated_minutes=F("validated"))


def _miscounted_offers() -> Any:
    held = _sum(Sponsorship.objects.filter(offer=OuterRef("pk")), "offer", "held_minutes")
    return Offer.objects.annotate(held=held).exclude(committed_minutes=F("held"))


def _twice_the_same_moment() -> Any:
    """Validated days of one account at one moment, on two sponsorships."""
    others = (
        DayEntry.objects.validated()
        .filter(on=OuterRef("on"), convention__employee=OuterRef("convention__employee"))
        .exclude(sponsorship=OuterRef("sponsorship"))
    )
    whole = Exists(others.filter(Q(part=Part.WHOLE) | Q(part=OuterRef("part"))))
    named = DayEntry.objects.validated().exclude(convention__employee=None).exclude(part=Part.HOURS)
    return named.filter(whole)


def _unlike_their_convention() -> Any:
    same = Convention.objects.filter(
        sponsorship=OuterRef("pk"),
        state=ConventionState.IN_FORCE,
        minutes=OuterRef("minutes"),
        day_minutes=OuterRef("day_minutes"),
        starts_on=OuterRef("starts_on"),
        ends_on=OuterRef("ends_on"),
    )
    signed = Sponsorship.objects.filter(state__in=[*WORKING, *ENDED]).exclude(state=State.DECLINED)
    return signed.exclude(Exists(same))


def register() -> None:
    invariants.register(
        "sponsorships.one_moment_once",
        Invariant("Une personne n’a pas deux journées validées au même moment", _twice_the_same_moment),
    )
    invariants.register(
        "sponsorships.as_their_convention",
        Invariant(
            "Une mise à disposition signée dit ce que dit sa convention en vigueur", _unlike_their_convention
        ),
    )
    invariants.register(
        "sponsorships.days_counted",
        Invariant(
            "Le temps noté et validé d’une mise à disposition est celui de ses journées", _miscounted_days
        ),
    )
    invariants.register(
        "sponsorships.offers_counted",
        Invariant(
            "Le temps engagé d’une offre est celui que tiennent ses mises à disposition", _miscounted_offers
        ),
    )
    invariants.register(
        "sponsorships.validated_by_two",
        Invariant(
            "Une journée compte une fois validée des deux côtés, par deux personnes",
            lambda: DayEntry.objects.validated().filter(
                Q(company_at=None) | Q(association_at=None) | Q(company_by=F("association_by"))
            ),
        ),
    )

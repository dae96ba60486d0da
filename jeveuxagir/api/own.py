"""What a key reads: its organisation's own rows, as the pages of its coordinators have them, with when each changed."""

import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, DateTimeField, F, Max, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Cast, Coalesce, Greatest, JSONObject

from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import PARIS
from missions.offers.models import Offer
from missions.sponsorships.enums import ENDED
from missions.sponsorships.models import Convention, DayEntry, Sponsorship
from organisations.models import Organisation

#: what the employer notes for itself alone: the other side does not learn that it did
TOLD_TO_NOBODY = ("sponsorship.valued",)


def offers(organisation: Organisation) -> "QuerySet[Offer]":
    """In every state. What its sponsorships hold of it changes with them."""
    held = Sponsorship.objects.given_by(organisation).filter(offer=OuterRef("pk"))
    signed = Convention.objects.filter(sponsorship__offer=OuterRef("pk"))
    days = DayEntry.objects.filter(sponsorship__offer=OuterRef("pk"), sponsorship__state__in=ENDED)
    rows = Offer.objects.of_organisation(organisation)
    return (
        rows.select_related("organisation__commune__department")
        .prefetch_related("skills", "departments", "communes")
        .annotate(
            changed_at=Greatest(
                "updated_at",
                "state_changed_at",
                _last(held, "state_changed_at", "offer"),
                _last(signed, "in_force_at", "sponsorship__offer"),
                _last(days, "state_changed_at", "sponsorship__offer"),
            )
        )
        .order_by("pk")
    )


def sponsorships(organisation: Organisation) -> "QuerySet[Sponsorship]":
    """Those it gives or receives, with their conventions. Every move is an event of the sponsorship."""
    events = (
        Event.objects.filter(
            subject_type=Sponsorship._meta.label, subject_id=Cast(OuterRef("pk"), CharField())
        )
        .exclude(verb__in=TOLD_TO_NOBODY)
        .order_by("-id")
        .values("created_at")[:1]
    )
    texts = Convention.objects.of_organisation(organisation).defer("document").order_by("number")
    names = Convention.objects.filter(sponsorship=OuterRef("pk"))
    validated = DayEntry.objects.validated().filter(sponsorship=OuterRef("pk")).order_by()
    lengths = validated.values("convention__day_minutes").annotate(n=Sum("minutes"))
    pairs = lengths.annotate(pair=JSONObject(length=F("convention__day_minutes"), minutes=F("n"))).values(
        "pair"
    )
    return (
        Sponsorship.objects.of_organisation(organisation)
        .select_related("need__organisation", "offer__organisation")
        .prefetch_related(Prefetch("conventions", texts, to_attr="texts"))
        .annotate(
            #: what both validated, by the minutes of a day of each convention
            validated_by_length=ArraySubquery(pairs),
            changed_at=Greatest(
                Coalesce(Subquery(events), "state_changed_at"), _last(names, "forgotten_at", "sponsorship")
            ),
        )
        .order_by("pk")
    )


def days(organisation: Organisation, sponsorship: Sponsorship) -> "QuerySet[DayEntry]":
    """What was noted of one of them, the first date first."""
    return (
        DayEntry.objects.of_organisation(organisation)
        .filter(sponsorship=sponsorship)
        .select_related("convention")
        .annotate(changed_at=Greatest("logged_at", "state_changed_at", "company_at", "association_at"))
        .order_by("on", "pk")
    )


def changed_since(rows: "QuerySet[Any]", day: datetime.date) -> "QuerySet[Any]":
    """From midnight in Paris, included."""
    return rows.filter(changed_at__gte=datetime.datetime.combine(day, datetime.time.min, PARIS))


def touching(rows: "QuerySet[Sponsorship]", year: int) -> "QuerySet[Sponsorship]":
    """Whose dates have a day in that year."""
    return rows.filter(Q(starts_on__year__lte=year, ends_on__year__gte=year))


def _last(rows: "QuerySet[Any]", field: str, by: str) -> Any:
    """The latest of this field; nothing, which `Greatest` passes over, when there is no row."""
    latest = rows.order_by().values(by).annotate(latest=Max(F(field))).values("latest")
    return Subquery(latest, output_field=DateTimeField())

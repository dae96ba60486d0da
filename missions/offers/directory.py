"""Which offers a reader looks for: the same filters for the page, the API and the feed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q

from jeveuxagir.taxonomies.models import SkillGroup
from jeveuxagir.territories.models import Department
from missions.enums import MissionMode

from .models import Offer, OfferQuerySet


@dataclass(frozen=True)
class Wanted:
    """Nothing chosen: all of them. Several values of one filter: any of them."""

    families: Sequence[SkillGroup] = ()
    departments: Sequence[Department] = ()
    formats: Sequence[str] = ()
    remote: bool = False


def narrowed(rows: OfferQuerySet, wanted: Wanted) -> OfferQuerySet:
    if wanted.families:
        skills = Offer.skills.through.objects.filter(offer=OuterRef("pk"), skill__group__in=wanted.families)
        rows = rows.filter(Exists(skills))
    if wanted.departments:
        goes = Offer.departments.through.objects.filter(offer=OuterRef("pk"))
        towns = Offer.communes.through.objects.filter(offer=OuterRef("pk"))
        there = Exists(goes.filter(department__in=wanted.departments))
        in_town = Exists(towns.filter(commune__department__in=wanted.departments))
        at_home = ~Exists(goes) & ~Exists(towns) & Q(organisation__commune__department__in=wanted.departments)
        rows = rows.filter(Q(everywhere=True) | Q(mode=MissionMode.REMOTE) | there | in_town | at_home)
    if wanted.formats:
        rows = rows.filter(formats__overlap=list(wanted.formats))
    if wanted.remote:
        rows = rows.filter(mode__in=[MissionMode.REMOTE, MissionMode.HYBRID])
    return rows


def found(wanted: Wanted) -> OfferQuerySet:
    """Those that anybody may read, the newest first: as their first 72 hours ended."""
    since = F("opened_at") + F("held_for")
    return narrowed(Offer.objects.public(), wanted).order_by(since.desc(), "-pk")

"""Which offers a reader looks for: the same filters for the page, the API and the feed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q

from jeveuxagir.taxonomies.models import Skill, SkillGroup
from jeveuxagir.territories.models import Commune, Department
from missions.enums import REMOTE_MODES, MissionMode

from .models import Offer, OfferQuerySet


@dataclass(frozen=True)
class Wanted:
    """Nothing chosen: all of them. Several values of one filter: any of them."""

    families: Sequence[SkillGroup] = ()
    skills: Sequence[Skill] = ()
    #: those that reach it
    commune: Commune | None = None
    departments: Sequence[Department] = ()
    formats: Sequence[str] = ()
    remote: bool = False


def narrowed(rows: OfferQuerySet, wanted: Wanted) -> OfferQuerySet:
    if wanted.families:
        skills = Offer.skills.through.objects.filter(offer=OuterRef("pk"), skill__group__in=wanted.families)
        rows = rows.filter(Exists(skills))
    if wanted.skills:
        named = Offer.skills.through.objects.filter(offer=OuterRef("pk"), skill__in=wanted.skills)
        rows = rows.filter(Exists(named))
    if wanted.departments:
        rows = rows.filter(_reaching(wanted.departments, Q(commune__department__in=wanted.departments)))
    if wanted.commune is not None:
        goes = _reaching([wanted.commune.department_id], Q(commune=wanted.commune))
        rows = rows.filter(Q(mode__in=REMOTE_MODES) | goes)
    if wanted.formats:
        rows = rows.filter(formats__overlap=list(wanted.formats))
    if wanted.remote:
        rows = rows.filter(mode__in=REMOTE_MODES)
    return rows


def _reaching(departments: Sequence[Department | str], towns_named: Q) -> Q:
    """Those that go to one of these departments, name one of these communes, or go anywhere."""
    goes = Offer.departments.through.objects.filter(offer=OuterRef("pk"))
    towns = Offer.communes.through.objects.filter(offer=OuterRef("pk"))
    there = Exists(goes.filter(department__in=departments))
    at_home = ~Exists(goes) & ~Exists(towns) & Q(organisation__commune__department__in=departments)
    anywhere = Q(everywhere=True) | Q(mode=MissionMode.REMOTE)
    return anywhere | there | Exists(towns.filter(towns_named)) | at_home


def found(wanted: Wanted) -> OfferQuerySet:
    """Those that anybody may read, the newest first: as their first 72 hours ended."""
    since = F("opened_at") + F("held_for")
    return narrowed(Offer.objects.public(), wanted).order_by(since.desc(), "-pk")

"""Which public events a visitor looks for: the same for the page, its feeds and the API; what a card shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, Exists, OuterRef, Q, Value, When

from jeveuxagir.taxonomies.models import Domain, Sdg
from jeveuxagir.territories.models import Commune, Department
from jeveuxagir.territories.text import FrenchQuery

from . import words
from .enums import MODES_OF, How, Mode, State
from .models import Event, EventQuerySet

#: around the commune that is looked for
RADIUS_KM = 30


@dataclass(frozen=True)
class Wanted:
    """Nothing chosen: all those to come. Several values of one filter: any of them.

    A commune keeps what takes place around it, and what is followed online, from anywhere: `ways` tells them apart.
    """

    text: str = ""
    commune: Commune | None = None
    kinds: Sequence[str] = ()
    ways: Sequence[str] = ()
    departments: Sequence[Department] = ()
    domains: Sequence[Domain] = ()
    sdgs: Sequence[Sdg] = ()
    past: bool = False
    replay: bool = False


def found(wanted: Wanted) -> EventQuerySet:
    """Those to come, the nearest date first; or the past ones, the last first. What is cancelled keeps its page."""
    rows = Event.objects.public().exclude(state=State.CANCELLED)
    rows = rows.past() if wanted.past or wanted.replay else rows.to_come()
    if wanted.replay:
        rows = rows.exclude(replay_url="")
    if wanted.text:
        rows = rows.filter(search=FrenchQuery(wanted.text))
    if wanted.commune is not None:
        rows = rows.filter(_around(wanted.commune) | Q(mode__in=MODES_OF[How.ONLINE]))
    if wanted.kinds:
        rows = rows.filter(kind__in=wanted.kinds)
    if wanted.ways:
        rows = rows.filter(mode__in={mode for way in wanted.ways for mode in MODES_OF[way]})
    if wanted.departments:
        rows = rows.filter(department__in=wanted.departments)
    if wanted.domains:
        rows = rows.filter(domain__in=wanted.domains)
    if wanted.sdgs:
        tagged = Event.sdgs.through.objects.filter(event=OuterRef("pk"), sdg__in=wanted.sdgs)
        rows = rows.filter(Exists(tagged))
    if wanted.past or wanted.replay:
        return rows.order_by("-starts_at", "-pk")
    return rows.order_by("starts_at", "pk")


def _around(commune: Commune) -> Q:
    if commune.latitude is None or commune.longitude is None:
        return Q(commune__department=commune.department_id)
    near = Commune.objects.within(commune.latitude, commune.longitude, RADIUS_KM)
    return Q(commune__in=near.order_by().values("pk"))


def beside(event: Event) -> EventQuerySet:
    """Others to come near there or online, of the same subject first: who found it full or over goes on."""
    rows = Event.objects.public().exclude(state=State.CANCELLED).to_come().exclude(pk=event.pk)
    if event.series_id:
        rows = rows.exclude(series=event.series_id)
    near = Q(mode__in=MODES_OF[How.ONLINE])
    if event.department_id:
        near |= Q(department=event.department_id)
    alike = Case(When(domain=event.domain_id, then=0), default=1) if event.domain_id else Value(1)
    return rows.filter(near).order_by(alike, "starts_at", "pk")


def for_cards(rows: EventQuerySet) -> EventQuerySet:
    """With all that a card, a line of a feed or of the API shows, in a number of queries that rows do not change."""
    return (
        rows.select_related("organisation", "commune__department", "department", "domain")
        .prefetch_related("sdgs")
        .defer("search", "search_extra")
    )


@dataclass(frozen=True)
class Card:
    """What `events/_card.html` shows."""

    event: Event
    when: str
    where: str
    #: « Complet », « 3 places libres »; nothing when nothing limits them
    left: str
    is_full: bool

    @property
    def url(self) -> str:
        return self.event.get_absolute_url()


def card(event: Event) -> Card:
    """From a row of `for_cards`."""
    is_full = event.takes_registrations and event.is_full
    return Card(event, words.when(event), event.town_in_words, _left(event), is_full)


def _left(event: Event) -> str:
    if not event.takes_registrations:
        return ""
    if event.is_full:
        return "complet, liste d’attente ouverte"
    limited = [way for way in event.ways if event.capacity_of(way) is not None]
    if not limited or (event.mode == Mode.BOTH and len(limited) < len(event.ways)):
        return ""
    return words.free_in_all(event)

"""Which public needs a visitor looks for: the same for the page and the API."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from jeveuxagir.taxonomies.models import Domain, Sdg
from jeveuxagir.territories.models import Commune, Department
from jeveuxagir.territories.text import FrenchQuery

from .enums import State, to_whom
from .models import Instrument, Need, NeedQuerySet
from .orientation import Asked, Sheet

#: around the commune that is looked for
RADIUS_KM = 30


@dataclass(frozen=True)
class Wanted:
    """Nothing chosen: all that are open. Several values of one filter: any of them."""

    text: str = ""
    commune: Commune | None = None
    kinds: Sequence[str] = ()
    departments: Sequence[Department] = ()
    domains: Sequence[Domain] = ()
    sdgs: Sequence[Sdg] = ()
    #: those that are met, instead of those that are open
    met: bool = False


def found(wanted: Wanted) -> NeedQuerySet:
    """The nearest date first; of those that are met, the last first."""
    rows = Need.objects.public()
    rows = rows.filter(state=State.MET) if wanted.met else rows.asking()
    if wanted.text:
        rows = rows.filter(search=FrenchQuery(wanted.text))
    if wanted.commune is not None:
        rows = rows.filter(_around(wanted.commune))
    if wanted.kinds:
        rows = rows.filter(kind__in=wanted.kinds)
    if wanted.departments:
        rows = rows.filter(department__in=wanted.departments)
    if wanted.domains:
        rows = rows.filter(domain__in=wanted.domains)
    if wanted.sdgs:
        tagged = Need.sdgs.through.objects.filter(need=OuterRef("pk"), sdg__in=wanted.sdgs)
        rows = rows.filter(Exists(tagged))
    if wanted.met:
        return rows.order_by("-state_changed_at", "-pk")
    return rows.order_by("deadline", "pk")


def _around(commune: Commune) -> Q:
    if commune.latitude is None or commune.longitude is None:
        return Q(commune__department=commune.department_id)
    near = Commune.objects.within(commune.latitude, commune.longitude, RADIUS_KM)
    return Q(commune__in=near.order_by().values("pk"))


def for_cards(rows: NeedQuerySet) -> NeedQuerySet:
    """With all that a card or a line of the API shows, in a number of queries that rows do not change."""
    return (
        rows.select_related("organisation", "commune__department", "department", "domain")
        .prefetch_related("sdgs")
        .defer("search", "search_extra")
    )


# --- instruments ----------------------------------------------------------------------------------------------


def sheets(instruments: Iterable[Instrument]) -> list[tuple[Instrument, Sheet]]:
    """Each with what the engine compares: two queries whatever they are."""
    names = dict(Domain.objects.values_list("code", "name"))
    return [(one, _sheet(one, names)) for one in instruments]


def _sheet(one: Instrument, names: dict[str, str]) -> Sheet:
    return Sheet(
        name=one.name,
        gives=one.gives,
        gives_words=one.gives_words,
        audiences=one.audiences,
        audience_words=to_whom(one.audiences),
        link=one.link,
        minimum=one.minimum,
        maximum=one.maximum,
        domains=one.domains,
        domain_words=", ".join(names.get(code, code) for code in one.domains),
        departments=one.departments,
        without=one.without,
        within=one.within,
        rule_links=one.rule_links,
    )


def asked_of(need: Need) -> Asked:
    """What a need asks, for the engine. Needs its organisation, domain, and department."""
    return Asked(
        kind=need.kind,
        audience=need.organisation.kind,
        audience_words=to_whom([need.organisation.kind]),
        quantity=need.quantity if need.kind == "money" else None,
        domain=need.domain_id,
        domain_words=need.domain.name,
        department=need.department_id,
        department_words=need.department.label,
    )

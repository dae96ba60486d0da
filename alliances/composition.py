"""Who is around the table, who is missing, and whom to ask: read in a fixed number of statements."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from jeveuxagir.common.registries import Registry
from jeveuxagir.matching.partnership import (
    PARTNERSHIP_VERSION,
    AllianceRow,
    Candidate,
    PartnerRow,
    candidates,
    fillers,
)
from jeveuxagir.matching.rows import Vocabulary
from jeveuxagir.taxonomies.models import CatalystFunction, Domain, SkillGroup
from jeveuxagir.territories.models import Commune, Department
from missions.enums import State as MissionState
from missions.models import Mission
from organisations.models import Organisation

from .colleges import OF_ORGANISATIONS, college_of
from .enums import College
from .models import Alliance, AllianceInvitation, Party

#: name → function(alliance) → organisations that said "nous aussi" to its common problem; filled by upper apps
supporters: Registry[Callable[[Alliance], Iterable[int]]] = Registry("supporters of an alliance's problem")
#: How many are proposed for each world that is missing.
SHOWN = 3
#: How many organisations of the territory are looked at, the most active first.
LOOKED_AT = 400
MILLION = 1_000_000


@dataclass(frozen=True)
class Proposed:
    """An organisation to ask, with the engine's reasons."""

    organisation: Organisation
    candidate: Candidate


@dataclass(frozen=True)
class Chair:
    """One world around the table: who is there, or whom to ask."""

    college: College
    parties: list[Party]
    asked: int
    proposed: list[Proposed]

    @property
    def is_missing(self) -> bool:
        return not self.parties


@dataclass(frozen=True)
class Composition:
    chairs: list[Chair]
    #: each function of a catalyst, each group of skills, with the names of the parties that hold or bring it
    functions: list[tuple[CatalystFunction, list[str]]]
    skills: list[tuple[SkillGroup, list[str]]]
    #: whom to ask for a function or skills that nobody has, whatever their world
    fillers: list[Proposed]

    @property
    def functions_held(self) -> list[tuple[CatalystFunction, list[str]]]:
        return [(one, names) for one, names in self.functions if names]

    @property
    def functions_missing(self) -> list[CatalystFunction]:
        return [one for one, names in self.functions if not names]

    @property
    def skills_held(self) -> list[tuple[SkillGroup, list[str]]]:
        return [(one, names) for one, names in self.skills if names]

    @property
    def skills_missing(self) -> list[SkillGroup]:
        return [one for one, names in self.skills if not names]

    @property
    def missing(self) -> list[Chair]:
        return [chair for chair in self.chairs if chair.is_missing]


def composition(alliance: Alliance, *, proposing: bool = True) -> Composition:
    """Each college with its parties; for each one that is missing, at most three organisations to ask, with reasons."""
    parties = defaultdict(list)
    for party in Party.objects.live().filter(alliance=alliance).in_order():
        parties[party.college].append(party)
    asked = Counter(
        AllianceInvitation.objects.open().filter(alliance=alliance).values_list("college", flat=True)
    )
    missing = [college for college in OF_ORGANISATIONS if not parties[college]]
    found, filling = _proposed(alliance, missing) if proposing else ({}, [])
    chairs = [Chair(college, parties[college], asked[college], found.get(college, [])) for college in College]
    functions, skills = _held(alliance)
    return Composition(chairs, functions, skills, filling)


def alliance_row(alliance: Alliance) -> AllianceRow:
    """The alliance as the engine reads it."""
    departments, points = _ground(alliance)
    known = set(
        Party.objects.live()
        .filter(alliance=alliance, organisation__isnull=False)
        .values_list("organisation", flat=True)
    ) | set(
        AllianceInvitation.objects.filter(alliance=alliance, organisation__isnull=False).values_list(
            "organisation", flat=True
        )
    )
    functions, skills = _held(alliance)
    return AllianceRow(
        id=alliance.pk,
        departments=frozenset(departments),
        points=tuple(sorted(points)),
        domains=1 << alliance.domain.bit if alliance.domain else 0,
        sdgs=sum(1 << number for number in alliance.sdgs.values_list("number", flat=True)),
        functions=sum(1 << rank for rank, (_one, names) in enumerate(functions) if not names),
        skills=sum(1 << rank for rank, (_one, names) in enumerate(skills) if not names),
        known=frozenset(known),
    )


def partner_rows(
    departments: frozenset[str], supporting: frozenset[int] = frozenset()
) -> dict[int, tuple[Organisation, PartnerRow]]:
    """The validated organisations of these departments, the most active first, as the engine reads them."""
    open_missions = Count("missions", filter=Q(missions__state=MissionState.OPEN), distinct=True)
    allied = Count("parties", filter=Q(parties__left_at__isnull=True), distinct=True)
    near = (
        Organisation.objects.validated()
        .filter(commune__department__in=departments, imports_only=False)
        .select_related("commune__department")
        .annotate(open_missions=open_missions, allied=allied)
        .order_by("-open_missions", "-allied", "pk")[:LOOKED_AT]
    )
    organisations = {organisation.pk: organisation for organisation in near}
    domains, sdgs = _masks(list(organisations))
    elsewhere = Party.objects.live().filter(organisation__in=organisations)
    functions = _bits(
        elsewhere.filter(functions__isnull=False).values_list("organisation", "functions"),
        _ranks(CatalystFunction),
    )
    skills = _bits(
        elsewhere.filter(skills__isnull=False).values_list("organisation", "skills"), _ranks(SkillGroup)
    )
    return {
        pk: (
            organisation,
            PartnerRow(
                id=pk,
                college=college_of(organisation),
                verified=True,
                department=organisation.department_id or "",
                point=_point(organisation.commune),
                domains=domains[pk],
                sdgs=sdgs[pk],
                functions=functions.get(pk, 0),
                skills=skills.get(pk, 0),
                supports=pk in supporting,
                open_missions=organisation.open_missions,
                alliances=organisation.allied,
            ),
        )
        for pk, organisation in organisations.items()
    }


def reasons_for(alliance: Alliance, organisation: Organisation) -> list[dict[str, str]]:
    """Why this organisation, as stored with its invitation; empty when the engine would not propose it."""
    college = college_of(organisation)
    found, filling = _proposed(alliance, [college])
    asked = [*found.get(college, []), *filling]
    chosen = next((one for one in asked if one.organisation.pk == organisation.pk), None)
    reasons = chosen.candidate.reasons if chosen else ()
    return [{"code": one.code, "text": one.exact, "engine": PARTNERSHIP_VERSION} for one in reasons]


# --- inside ---------------------------------------------------------------------------------------------------


def _proposed(
    alliance: Alliance, missing: list[College]
) -> tuple[dict[College, list[Proposed]], list[Proposed]]:
    """For each world that is missing, then for what nobody holds or brings: whoever is not already in a world."""
    row = alliance_row(alliance)
    supporting = frozenset(pk for found in supporters for pk in found(alliance))
    rows = partner_rows(row.departments, supporting)
    words = Vocabulary(
        domains=dict(Domain.objects.values_list("bit", "name")),
        activities=dict(enumerate(CatalystFunction.objects.values_list("name", flat=True))),
        skills=dict(enumerate(SkillGroup.objects.values_list("name", flat=True))),
    )
    partners = [partner for _organisation, partner in rows.values()]
    found = {
        college: [
            Proposed(rows[one.partner_id][0], one)
            for one in candidates(row, partners, college=college, vocabulary=words, limit=SHOWN)
        ]
        for college in missing
    }
    already = {one.organisation.pk for proposed in found.values() for one in proposed}
    others = [partner for partner in partners if partner.id not in already]
    filling = fillers(row, others, vocabulary=words, limit=SHOWN)
    return found, [Proposed(rows[one.partner_id][0], one) for one in filling]


def _ground(alliance: Alliance) -> tuple[set[str], set[tuple[int, int]]]:
    """The departments and the points of the alliance's territory."""
    departments, points = {alliance.department_id}, set()
    regions, epcis = [], []
    for place in alliance.places.select_related("commune"):
        if place.commune is not None:
            departments.add(place.commune.department_id)
            if (point := _point(place.commune)) is not None:
                points.add(point)
        elif place.department_id:
            departments.add(place.department_id)
        elif place.region_id:
            regions.append(place.region_id)
        else:
            epcis.append(place.epci_id)
    if regions:
        departments |= set(Department.objects.filter(region__in=regions).values_list("pk", flat=True))
    if epcis:
        for commune in Commune.objects.filter(epci__in=epcis):
            departments.add(commune.department_id)
            if (point := _point(commune)) is not None:
                points.add(point)
    return departments, points


def _point(commune: Commune | None) -> tuple[int, int] | None:
    if commune is None or commune.latitude is None or commune.longitude is None:
        return None
    return round(commune.latitude * MILLION), round(commune.longitude * MILLION)


def _masks(organisations: list[int]) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """Domains and goals of each organisation's open missions and alliances."""
    domains: dict[int, int] = defaultdict(int)
    sdgs: dict[int, int] = defaultdict(int)
    opened = Mission.objects.filter(organisation__in=organisations, state=MissionState.OPEN)
    for organisation, bit in (
        opened.filter(domain__isnull=False).values_list("organisation", "domain__bit").distinct()
    ):
        domains[organisation] |= 1 << bit
    for organisation, number in (
        opened.filter(sdgs__isnull=False).values_list("organisation", "sdgs").distinct()
    ):
        sdgs[organisation] |= 1 << number
    allied = Party.objects.live().filter(organisation__in=organisations)
    for organisation, bit in allied.filter(alliance__domain__isnull=False).values_list(
        "organisation", "alliance__domain__bit"
    ):
        domains[organisation] |= 1 << bit
    return domains, sdgs


def _held(
    alliance: Alliance,
) -> tuple[list[tuple[CatalystFunction, list[str]]], list[tuple[SkillGroup, list[str]]]]:
    """Each function and each group of skills, with the parties that say it is theirs."""
    live = Party.objects.live().filter(alliance=alliance).order_by("joined_at", "pk")
    functions, skills = defaultdict(list), defaultdict(list)
    for name, key in live.filter(functions__isnull=False).values_list("name", "functions"):
        functions[key].append(name)
    for name, key in live.filter(skills__isnull=False).values_list("name", "skills"):
        skills[key].append(name)
    return (
        [(one, functions[one.pk]) for one in CatalystFunction.objects.all()],
        [(one, skills[one.pk]) for one in SkillGroup.objects.all()],
    )


def _bits(rows: Iterable[tuple[int, str]], of: Mapping[str, int]) -> Mapping[int, int]:
    """Organisation → mask, from (organisation, code) pairs."""
    masks: dict[int, int] = defaultdict(int)
    for organisation, code in rows:
        masks[organisation] |= 1 << of[code]
    return masks


def _ranks(model: type[CatalystFunction] | type[SkillGroup]) -> dict[str, int]:
    return {code: rank for rank, code in enumerate(model.objects.values_list("pk", flat=True))}

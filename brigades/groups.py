"""Groups that could make an alliance: organisations of the same commune and the same domains or goals, of three
colleges, that do not all work together yet. Each with its reasons in words."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet

from alliances.challenges.models import Challenge
from alliances.colleges import OF_ORGANISATIONS, college_of
from alliances.enums import Activity, College
from alliances.models import Alliance, Party
from jeveuxagir.common.text import NBSP
from jeveuxagir.taxonomies.models import Domain
from missions.models import Mission
from organisations.models import Organisation

SHOWN = 12
#: organisations looked at, in the departments asked for
LOOKED_AT = 600
#: of one world in one commune and one domain: beyond, the three most active stand for the others
OF_A_WORLD = 3
WORLDS = 3


@dataclass(frozen=True)
class Group:
    """One organisation of each of three worlds, and why they could begin together."""

    organisations: tuple[Organisation, ...]
    reasons: list[str]
    domain: Domain | None
    score: int = field(compare=False, default=0)

    @property
    def colleges(self) -> list[str]:
        return [str(college_of(one).label) for one in self.organisations]

    @property
    def rows(self) -> list[tuple[Organisation, str]]:
        return list(zip(self.organisations, self.colleges, strict=True))

    @property
    def title(self) -> str:
        """Where, and around what: « Guéret (23) : Éducation pour tous »."""
        commune = self.organisations[0].commune
        parts = [commune.label] if commune else []
        if self.domain is not None:
            parts.append(self.domain.name)
        return f"{NBSP}: ".join(parts)

    @property
    def query(self) -> str:
        """What prefills the screen that begins the alliance."""
        asked = [f"org={one.pk}" for one in self.organisations]
        return "&".join([*asked, *([f"domaine={self.domain.pk}"] if self.domain else [])])


def acting_in(rows: "QuerySet[Organisation]") -> "QuerySet[Organisation]":
    """With the domains and goals that each acts in: `in_domains` and `for_goals`, from its open missions, its
    alliances and the common problems it supports."""
    missions = Mission.objects.open().filter(organisation=OuterRef("pk"))
    allied = Alliance.objects.exclude(activity=Activity.CLOSED).filter(
        Exists(Party.objects.live().filter(alliance=OuterRef("pk"), organisation=OuterRef(OuterRef("pk"))))
    )
    problems = Challenge.objects.public().supported_by(OuterRef("pk"))
    found = {}
    for name, path in (("domains", "domain"), ("goals", "sdgs")):
        for what, source in (("mission", missions), ("allied", allied), ("problem", problems)):
            known = source.filter(**{f"{path}__isnull": False}).order_by().values(path).distinct()
            found[f"{what}_{name}"] = ArraySubquery(known)
    return rows.annotate(**found)


def neighbours(user: Any, department: str = "") -> "QuerySet[Organisation]":
    """The validated organisations of the member's territory that have a seat, with what they act in."""
    rows = Organisation.objects.visible_to(user).validated()
    rows = rows.filter(commune__isnull=False, imports_only=False)
    if department:
        rows = rows.filter(commune__department=department)
    return acting_in(rows).select_related("commune__department").order_by("commune", "pk")


def working_together(organisations: Iterable[int]) -> set[frozenset[int]]:
    """The pairs that share an alliance which is not closed."""
    around: dict[int, set[int]] = defaultdict(set)
    parties = Party.objects.live().filter(Q(organisation__in=list(organisations)))
    for alliance, organisation in parties.exclude(alliance__activity=Activity.CLOSED).values_list(
        "alliance", "organisation"
    ):
        around[alliance].add(organisation)
    return {frozenset(pair) for members in around.values() for pair in combinations(sorted(members), 2)}


def detected(user: Any, department: str = "") -> list[Group]:
    """The groups to look at first: those that share most; an organisation stands in one group per domain."""
    rows = list(neighbours(user, department)[:LOOKED_AT])
    together = working_together(row.pk for row in rows)
    domains = {domain.pk: domain for domain in Domain.objects.active()}
    places: dict[str, list[Organisation]] = defaultdict(list)
    for row in rows:
        places[row.commune_id].append(row)  # type: ignore[index]
    found = [group for near in places.values() for group in _of_place(near, together, domains)]
    return _varied(sorted(found, key=lambda group: (-group.score, [one.pk for one in group.organisations])))


# --- inside ---------------------------------------------------------------------------------------------------


def _domains(row: Any) -> set[str]:
    return {*row.mission_domains, *row.allied_domains, *row.problem_domains}


def _goals(row: Any) -> set[int]:
    return {*row.mission_goals, *row.allied_goals, *row.problem_goals}


def _of_place(
    near: list[Organisation], together: set[frozenset[int]], domains: dict[str, Domain]
) -> Iterator[Group]:
    """Three worlds of one commune. Two at least share a domain or a goal; the third acts in it, or says nothing yet."""
    worlds: dict[College, list[Organisation]] = defaultdict(list)
    for row in near:
        worlds[college_of(row)].append(row)
    for colleges in combinations([one for one in OF_ORGANISATIONS if worlds[one]], WORLDS):
        chosen = [sorted(worlds[one], key=lambda row: -len(_domains(row)))[:OF_A_WORLD] for one in colleges]
        for three in product(*chosen):
            known = [pair for pair in combinations(three, 2) if frozenset(one.pk for one in pair) in together]
            group = _group(three, domains, known) if len(known) < WORLDS else None
            if group is not None:
                yield group


def _group(
    three: tuple[Organisation, ...],
    domains: dict[str, Domain],
    known: list[tuple[Organisation, Organisation]],
) -> Group | None:
    shared = Counter(code for row in three for code in _domains(row) if code in domains)
    goals = Counter(number for row in three for number in _goals(row))
    common = [code for code, count in sorted(shared.items()) if count > 1]
    aims = [number for number, count in sorted(goals.items()) if count > 1]
    if not common and not aims:
        return None
    commune = three[0].commune
    reasons = [f"Toutes les trois à {commune.label}" if commune else ""]
    best = max(common, key=lambda code: shared[code], default="")
    same: dict[str, list[str]] = defaultdict(list)
    for code in common[:2]:
        same[_names(three, code, _domains)].append(domains[code].name)
    for names, shared_by in same.items():
        word = "même domaine" if len(shared_by) == 1 else "mêmes domaines"
        reasons.append(f"{names}{NBSP}: {word}, {' et '.join(shared_by)}")
    for number in aims[:1]:
        reasons.append(f"{_names(three, number, _goals)}{NBSP}: même objectif, ODD {number}")
    reasons += [f"{a.name} et {b.name} se connaissent déjà d’une alliance" for a, b in known]
    reasons.append("Aucune alliance des trois" if known else "Aucune alliance en commun")
    score = 3 * sum(shared[code] for code in common) + sum(goals[number] for number in aims) - 5 * len(known)
    return Group(three, list(filter(None, reasons)), domains.get(best), score)


def _names(three: tuple[Organisation, ...], value: Any, of: Any) -> str:
    names = [row.name for row in three if value in of(row)]
    return f"{', '.join(names[:-1])} et {names[-1]}"


def _varied(groups: list[Group]) -> list[Group]:
    """Each organisation twice at most, so that a busy one does not fill the page."""
    seen: Counter[int] = Counter()
    shown = []
    for group in groups:
        keys = [one.pk for one in group.organisations]
        if all(seen[key] < 2 for key in keys):
            seen.update(keys)
            shown.append(group)
        if len(shown) == SHOWN:
            break
    return shown

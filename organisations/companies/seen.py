"""What an employer reads of its people: what each one chose, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass

from jeveuxagir.common.registries import Registry
from organisations.models import Organisation

from .enums import Shown
from .models import Employee

NOBODY = "Une personne"

#: name → function(ids of persons) → how many missions each one realised; filled by upper apps, one query each
realised: Registry[Callable[[list[int]], dict[int, int]]] = Registry("missions realised")


@dataclass(frozen=True)
class Line:
    """One person as the employer reads it; `missions` is None when the person does not show it."""

    employee: Employee
    label: str
    missions: int | None


def label_of(employee: Employee) -> str:
    """The name, when the person shows it; else « Une personne »."""
    return NOBODY if employee.shown == Shown.NOTHING else employee.person.full_name


def lines(organisation: Organisation) -> list[Line]:
    """Who works there now, the first come first."""
    rows = list(
        Employee.objects.live()
        .of_organisation(organisation)
        .select_related("person", "site")
        .order_by("site__name", "since", "pk")
    )
    telling = [row.person_id for row in rows if row.shown == Shown.MISSIONS]
    counts: dict[int, int] = {}
    for source in realised if telling else ():
        for person, count in source(telling).items():
            counts[person] = counts.get(person, 0) + count
    return [
        Line(row, label_of(row), counts.get(row.person_id, 0) if row.shown == Shown.MISSIONS else None)
        for row in rows
    ]

"""Reads about preferences."""

from typing import Any

from jeveuxagir.common.registries import role_sources

from . import catalogue
from .models import Preference

STAFF_SCOPES = frozenset({"department", "region", "nation"})


def audiences_of(person: Any) -> set[catalogue.Audience]:
    """Everybody is a person; roles in organisations and territories add the two others."""
    scopes = {role.scope for source in role_sources for role in source(person)}
    found: set[catalogue.Audience] = {"person"}
    if "organisation" in scopes:
        found.add("member")
    if scopes & STAFF_SCOPES:
        found.add("staff")
    return found


def kinds_for(person: Any) -> list[catalogue.Kind]:
    audiences = audiences_of(person)
    return [kind for kind in catalogue.kinds() if kind.audience in audiences]


def stopped_by(person: Any) -> set[str]:
    return set(Preference.objects.filter(person=person, wanted=False).values_list("kind", flat=True))


def is_stopped(person_id: int, kind: str) -> bool:
    return Preference.objects.filter(person_id=person_id, kind=kind, wanted=False).exists()


def is_known(person_id: int) -> bool:
    """Whether the person a signed link names still exists."""
    people: Any = Preference._meta.get_field("person").related_model
    return people._default_manager.filter(pk=person_id, erased_at=None).exists()

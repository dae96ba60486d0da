"""The source of roles that parties are."""

from collections.abc import Iterable

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import Role

from .models import Party


def party_roles(person: Person) -> Iterable[Role]:
    """One role per live party the person belongs to: animator or party, `key` is the alliance's id."""
    for alliance, animates in (
        Party.objects.live().of_person(person).values_list("alliance_id", "is_animator").order_by("pk")
    ):
        yield Role("alliance_animator" if animates else "alliance_party", "alliance", str(alliance))

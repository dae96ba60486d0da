"""The source of roles that memberships are."""

from collections.abc import Iterable

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import Role

from .models import Membership


def member_roles(person: Person) -> Iterable[Role]:
    """One role per live membership: owner, manager or reader, `key` is the organisation's id."""
    for membership in Membership.objects.live().filter(person=person):
        yield Role(membership.role, "organisation", str(membership.organisation_id))

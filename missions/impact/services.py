"""Publishing the page, and taking it back."""

from django.db import transaction

from jeveuxagir.accounts.models import Person, User
from jeveuxagir.audit.services import record
from jeveuxagir.common.errors import RuleBroken, allow
from jeveuxagir.common.locks import lock
from organisations.companies.policies import can_coordinate
from organisations.models import Organisation

from .figures import impact_of
from .models import Publication


@transaction.atomic
def publish(organisation: Organisation, *, actor: User) -> Publication:
    """Anybody reads the page from now on. Twice is once."""
    organisation = lock(Organisation.objects.all(), pk=organisation.pk)
    allow(can_coordinate(actor, organisation))
    if not organisation.is_verified:
        raise RuleBroken("La brigade doit d’abord valider votre organisation.", code="state")
    if impact_of(organisation).is_empty:
        raise RuleBroken(
            "Il n’y a encore rien à montrer : une première journée validée des deux côtés suffira.",
            code="empty",
        )
    made, new = Publication.objects.get_or_create(organisation=organisation, defaults={"published_by": actor})
    if new:
        record("impact.published", organisation, actor=actor)
    return made


@transaction.atomic
def unpublish(organisation: Organisation, *, actor: User) -> None:
    """The page is its own again, at once."""
    organisation = lock(Organisation.objects.all(), pk=organisation.pk)
    allow(can_coordinate(actor, organisation))
    gone, _rows = Publication.objects.filter(organisation=organisation).delete()
    if gone:
        record("impact.unpublished", organisation, actor=actor)


def forget_person(person: Person) -> None:
    Publication.objects.filter(published_by__person=person).update(published_by=None)

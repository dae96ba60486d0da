"""Who may do and see what of an application. `None` as actor is the platform itself."""

from typing import TYPE_CHECKING

from jeveuxagir.accounts.models import Person, User
from missions.policies import HANDLERS, can_handle
from organisations import policies as organisation_policies
from organisations.models import Organisation

from .models import Departure, Participation, ParticipationQuerySet, PlaceAlert

if TYPE_CHECKING:
    from django.db.models import QuerySet


def can_apply(actor: User | None, person: Person) -> bool:
    """For oneself; the platform for a person who answered by a signed link."""
    return actor is None or actor.person_id == person.pk


def can_answer(actor: User | None, participation: Participation) -> bool:
    """Owners and managers of the organisation; a reader sees no applicant."""
    return can_handle(actor, participation.mission.organisation)


def can_cancel(actor: User | None, participation: Participation) -> bool:
    """The person at any moment; the organisation with a reason."""
    return is_own(actor, participation) or can_answer(actor, participation)


def is_own(actor: User | None, participation: Participation) -> bool:
    return actor is not None and participation.person_id == actor.person_id


def handles_for(person: Person, organisation: Organisation) -> bool:
    """Whether this person would answer its own application."""
    return organisation.memberships.filter(person=person, role__in=HANDLERS, ended_at__isnull=True).exists()


def own(user: User) -> ParticipationQuerySet:
    """The person's own applications, those waiting for a guardian included."""
    return Participation.objects.of_person(user.person)


def own_alerts(user: User) -> "QuerySet[PlaceAlert]":
    return PlaceAlert.objects.filter(person=user.person, told_at__isnull=True)


def of_space(user: User, organisation: Organisation) -> ParticipationQuerySet:
    """The applications an organisation's owners and managers may see; nothing for anybody else."""
    if not organisation_policies.can_see_applicants(user, organisation):
        return Participation.objects.none()
    return Participation.objects.told_to_organisation().filter(mission__organisation=organisation)


def departure_of(pk: int) -> Departure | None:
    """The departure a signed link names."""
    return Departure.objects.select_related("mission__organisation", "person").filter(pk=pk).first()

"""Who may do and see what of an application. `None` as actor is the platform itself."""

from datetime import timedelta
from typing import TYPE_CHECKING

from jeveuxagir.accounts.models import Person, User
from jeveuxagir.common.clock import now
from missions.models import Mission
from missions.policies import HANDLERS, can_handle
from organisations import policies as organisation_policies
from organisations.models import Membership, Organisation

from .enums import State
from .models import Departure, Participation, ParticipationQuerySet, PlaceAlert

if TYPE_CHECKING:
    from django.db.models import QuerySet


#: how long « Avez-vous candidaté ? » is asked on one's own space
QUESTION_DAYS = 30


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
    """The person's; a team is of whoever coordinates its organisation today, not of who registered it."""
    if participation.as_team:
        return can_bring(actor, participation.group_organisation)
    return actor is not None and participation.person_id == actor.person_id


def can_bring(actor: "User | Person | None", organisation: Organisation | None) -> bool:
    """Register and follow a team of this organisation: its owners and managers."""
    return organisation is not None and organisation_policies.can_handle_missions(actor, organisation)


def coordinated_by(person: Person) -> "QuerySet[Organisation]":
    """The validated organisations whose teams this person may register."""
    live = Membership.objects.live().filter(person=person, role__in=HANDLERS)
    return Organisation.objects.validated().filter(pk__in=live.values("organisation")).order_by("name", "pk")


def teams_of_space(user: User, organisation: Organisation) -> ParticipationQuerySet:
    """The teams an organisation brings, for its owners and managers; nothing for anybody else."""
    if not can_bring(user, organisation):
        return Participation.objects.none()
    return Participation.objects.teams_of(organisation)


def teams_in_course(organisation: Organisation) -> int:
    """How many of its teams are asked or expected somewhere."""
    return Participation.objects.teams_of(organisation).live().count()


def teams_of_person_s_spaces(user: User) -> ParticipationQuerySet:
    """The teams of every organisation this person coordinates."""
    handled = Membership.objects.live().filter(person=user.person_id, role__in=HANDLERS)
    return Participation.objects.teams().filter(group_organisation__in=handled.values("organisation"))


def handles_for(person: Person, organisation: Organisation) -> bool:
    """Whether this person would answer its own application."""
    return organisation.memberships.filter(person=person, role__in=HANDLERS, ended_at__isnull=True).exists()


def own(user: User) -> ParticipationQuerySet:
    """The person's own applications, those waiting for a guardian included."""
    return Participation.objects.of_person(user.person).alone()


def own_alerts(user: User) -> "QuerySet[PlaceAlert]":
    return PlaceAlert.objects.filter(person=user.person, told_at__isnull=True)


def own_departures_to_answer(user: User) -> "QuerySet[Departure]":
    """Asked whether they applied, these last weeks."""
    asked = now() - timedelta(days=QUESTION_DAYS)
    return Departure.objects.filter(person=user.person, asked_at__gt=asked, answer="")


def of_space(user: User, organisation: Organisation) -> ParticipationQuerySet:
    """The applications an organisation's owners and managers may see; nothing for anybody else."""
    if not organisation_policies.can_see_applicants(user, organisation):
        return Participation.objects.none()
    return Participation.objects.told_to_organisation().filter(mission__organisation=organisation)


def of_person_s_spaces(user: User) -> ParticipationQuerySet:
    """The applications of every organisation this person answers for."""
    handled = Membership.objects.live().filter(person=user.person_id, role__in=HANDLERS)
    return Participation.objects.told_to_organisation().filter(
        mission__organisation__in=handled.values("organisation")
    )


def departure_of(pk: int) -> Departure | None:
    """The departure a signed link names."""
    return Departure.objects.select_related("mission__organisation", "person").filter(pk=pk).first()


#: Both sides see surname, e-mail and chosen phone from the yes on (product decision 17).
CONTACT_STATES = (State.ACCEPTED, State.REALISED, State.ABSENT)


def organisation_sees_contact(participation: Participation) -> bool:
    """From the yes on, and only while the organisation is validated: suspended, it no longer reads contacts."""
    return participation.state in CONTACT_STATES and participation.mission.organisation.is_verified


def contacts_of(organisation: Organisation) -> "QuerySet[Person]":
    """The members whom an accepted person may reach."""
    return Person.objects.filter(
        memberships__organisation=organisation,
        memberships__role__in=HANDLERS,
        memberships__ended_at__isnull=True,
    ).order_by("memberships__pk")


def has_left(user: User, mission: Mission) -> bool:
    """Whether this person left for the partner of this mission."""
    return Departure.objects.filter(person=user.person, mission=mission).exists()


def guardian_named(person: Person) -> bool:
    """Whether a guardian's notice is under way or told."""
    return person.guardian_notices.exclude(state="objected").exists()

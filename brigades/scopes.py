"""What a member of staff sees of each table: their territory and theme, everything for the nation.

A pair (request and mission) is seen from both territories; the person behind it only from the request's.
"""

import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from jeveuxagir.accounts import roles
from jeveuxagir.common.clock import now
from jeveuxagir.territories.models import Department
from missions.feeds.models import FeedRun
from missions.models import Mission
from missions.participations.enums import State as ParticipationState
from missions.participations.models import Departure, Participation
from missions.proposals.models import Proposal
from organisations.models import Organisation
from volunteers.requests.models import EngagementRequest
from volunteers.requests.policies import theme_scope

#: A request without a proposal for this long is the brigade's work.
WAITING_DAYS = 7
#: Product decision 16: an application waits too long after this many days.
ANSWER_DAYS = 5


def departments(user: Any) -> "QuerySet[Department]":
    """The departments this member may filter by."""
    codes = roles.departments_of(user)
    everything = Department.objects.order_by("code")
    return everything if codes is roles.EVERYWHERE else everything.filter(code__in=list(codes))


def organisations(user: Any) -> "QuerySet[Organisation]":
    return Organisation.objects.visible_to(user)


def missions(user: Any) -> "QuerySet[Mission]":
    return Mission.objects.filter(roles.scope_filter(user, "department", "domain"))


def requests(user: Any) -> "QuerySet[EngagementRequest]":
    """Confirmed ones."""
    return EngagementRequest.objects.filter(_asked(user), person__isnull=False)


def _asked(user: Any, path: str = "pk") -> Q:
    """The requests of the member's territory; with a theme, those that name it or are open to anything."""
    scope = theme_scope(user)
    return Q(**{f"{path}__in": EngagementRequest.objects.filter(scope).values("pk")}) if scope else Q()


def waiting_requests(user: Any) -> "QuerySet[EngagementRequest]":
    """Looked for since a week without a proposal."""
    limit = now() - datetime.timedelta(days=WAITING_DAYS)
    return (
        EngagementRequest.objects.looking()
        .filter(_asked(user), without_proposal_since__lte=limit)
        .exclude(state="proposed")
    )


def _pair(user: Any, request: str, mission: str = "mission") -> Q:
    return _asked(user, request) | roles.scope_filter(user, f"{mission}__department", f"{mission}__domain")


def proposals(user: Any) -> "QuerySet[Proposal]":
    return Proposal.objects.filter(_pair(user, "request"))


def participations(user: Any) -> "QuerySet[Participation]":
    """Those the organisation knows of: nothing before the address is confirmed."""
    return Participation.objects.told_to_organisation().filter(_pair(user, "request"))


def unanswered(user: Any) -> "QuerySet[Participation]":
    """Applications that wait for over five days."""
    limit = now() - datetime.timedelta(days=ANSWER_DAYS)
    return participations(user).filter(state=ParticipationState.APPLIED, applied_at__lt=limit)


def departures(user: Any) -> "QuerySet[Departure]":
    return Departure.objects.filter(_pair(user, "request"))


def is_national(user: Any) -> bool:
    return roles.departments_of(user) is roles.EVERYWHERE


def feed_runs(user: Any) -> "QuerySet[FeedRun]":
    """A feed has no territory: national staff."""
    if is_national(user):
        return FeedRun.objects.all()
    return FeedRun.objects.none()


def with_reach(user: Any, pairs: "QuerySet[Any]") -> "QuerySet[Any]":
    """Pairs that know, without asking for each, whether their request is one of the member's (see `sees_person`)."""
    return pairs.annotate(request_in_scope=Exists(requests(user).filter(pk=OuterRef("request"))))


def sees_person(user: Any, pair: Any) -> bool:
    """Whether the person behind a pair of `with_reach` is shown: their request is in the member's territory and theme.

    Without a request, the person's own department counts, with the mission's theme.
    """
    if pair.request_id is not None:
        return bool(pair.request_in_scope)
    commune = pair.person.commune if pair.person else None
    return roles.in_scope(user, commune.department_id if commune else None, pair.mission.domain_id)

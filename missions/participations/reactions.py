"""What applications do when something happens elsewhere. Each may run twice."""

from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe
from missions.enums import CloseReason, Waiting
from missions.enums import State as MissionState
from missions.models import Mission
from organisations.enums import State as OrganisationState
from organisations.models import Organisation

from . import services


def guardian_told(event: Event) -> None:
    services.guardian_told(int(event.data["person"]))


def guardian_objected(event: Event) -> None:
    services.guardian_objected(int(event.data["person"]))


def mission_cancelled(event: Event) -> None:
    services.cancel_of_mission(int(event.subject_id))


def slot_cancelled(event: Event) -> None:
    services.cancel_of_mission(
        int(event.subject_id), slots=event.data["slots"], reason=event.data.get("reason", "")
    )


def mission_changed(event: Event) -> None:
    services.mission_changed(int(event.subject_id), fields=event.data.get("fields", ()), event_id=event.pk)


def slot_moved(event: Event) -> None:
    services.slot_moved(
        int(event.data["slot"]), sequence=int(event.data["sequence"]), before=event.data["before"]
    )


def mission_closed(event: Event) -> None:
    """Whoever closes it on purpose tells; past dates and a partner's feed do not."""
    told = (CloseReason.ORGANISATION, CloseReason.STAFF)
    if event.data.get("reason") in told and not event.data.get("with_organisation"):
        services.mission_closed(
            int(event.subject_id),
            event_id=event.pk,
            decline=event.data.get("waiting") == Waiting.DECLINE,
            message=event.data.get("message", ""),
        )


def organisation_closed(event: Event) -> None:
    services.organisation_closed(int(event.subject_id), event_id=event.pk)


def team_organisation_closed(event: Event) -> None:
    services.team_organisation_closed(int(event.subject_id))


def members_changed(event: Event) -> None:
    services.hand_over_teams(int(event.subject_id))


def organisation_suspended(event: Event) -> None:
    organisation_id = int(event.subject_id)
    if Organisation.objects.filter(pk=organisation_id, state=OrganisationState.SUSPENDED).exists():
        services.missions_paused(event.pk, organisation_id=organisation_id)


def organisation_lifted(event: Event) -> None:
    _resume(event, "organisation.suspended", organisation_id=int(event.subject_id))


def mission_suspended(event: Event) -> None:
    """Alone: what follows its organisation is told with the organisation."""
    mission = Mission.objects.get(pk=int(event.subject_id))
    if mission.state == MissionState.SUSPENDED and not event.data.get("with_organisation"):
        services.missions_paused(event.pk, organisation_id=mission.organisation_id, mission_id=mission.pk)


def mission_lifted(event: Event) -> None:
    if not event.data.get("with_organisation"):
        mission = Mission.objects.get(pk=int(event.subject_id))
        _resume(event, "mission.suspended", organisation_id=mission.organisation_id, mission_id=mission.pk)


def _resume(event: Event, verb: str, **which: int) -> None:
    """After the last suspension before this lifting."""
    suspensions = Event.objects.filter(
        verb=verb, subject_type=event.subject_type, subject_id=event.subject_id, pk__lt=event.pk
    )
    suspension = suspensions.order_by("-pk").first()
    if suspension is not None:
        services.missions_resumed(suspension.pk, event.pk, **which)


def place_may_be_free(event: Event) -> None:
    services.tell_of_free_places(int(event.data["mission"]))


def mission_may_have_places(event: Event) -> None:
    services.tell_of_free_places(int(event.subject_id))


def register() -> None:
    subscribe("guardian.told", "participations", guardian_told)
    subscribe("guardian.objected", "participations", guardian_objected)
    subscribe("mission.cancelled", "participations", mission_cancelled)
    subscribe("mission.slot_cancelled", "participations", slot_cancelled)
    subscribe("mission.changed", "participations", mission_changed)
    subscribe("mission.slot_moved", "participations", slot_moved)
    subscribe("mission.closed", "participations", mission_closed)
    subscribe("mission.suspended", "participations", mission_suspended)
    subscribe("mission.lifted", "participations", mission_lifted)
    subscribe("organisation.closed", "participations", organisation_closed)
    subscribe("organisation.suspended", "participations", organisation_suspended)
    subscribe("organisation.lifted", "participations", organisation_lifted)
    subscribe("organisation.closed", "participations.teams", team_organisation_closed)
    for verb in ("left", "member_removed", "role_changed"):
        subscribe(f"organisation.{verb}", "participations.teams", members_changed)
    for verb in ("declined", "cancelled"):
        subscribe(f"participation.{verb}", "participations.alerts", place_may_be_free)
    for verb in ("changed", "reopened", "lifted"):
        subscribe(f"mission.{verb}", "participations.alerts", mission_may_have_places)

"""What applications do when something happens elsewhere. Each may run twice."""

from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe

from . import services


def guardian_told(event: Event) -> None:
    services.guardian_told(int(event.data["person"]))


def guardian_objected(event: Event) -> None:
    services.guardian_objected(int(event.data["person"]))


def mission_cancelled(event: Event) -> None:
    services.cancel_of_mission(int(event.subject_id))


def slot_cancelled(event: Event) -> None:
    services.cancel_of_mission(
        int(event.subject_id), slot_id=int(event.data["slot"]), reason=event.data.get("reason", "")
    )


def place_may_be_free(event: Event) -> None:
    services.tell_of_free_places(int(event.data["mission"]))


def mission_may_have_places(event: Event) -> None:
    services.tell_of_free_places(int(event.subject_id))


def register() -> None:
    subscribe("guardian.told", "participations", guardian_told)
    subscribe("guardian.objected", "participations", guardian_objected)
    subscribe("mission.cancelled", "participations", mission_cancelled)
    subscribe("mission.slot_cancelled", "participations", slot_cancelled)
    for verb in ("declined", "cancelled"):
        subscribe(f"participation.{verb}", "participations.alerts", place_may_be_free)
    for verb in ("changed", "reopened", "lifted"):
        subscribe(f"mission.{verb}", "participations.alerts", mission_may_have_places)

"""What proposals do when something happens elsewhere. Each runs in a Celery task, and may run twice."""

from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe

from . import services


def _request(event: Event) -> None:
    services.request_changed(int(event.subject_id), cause=event.verb.split(".")[1])


def _mission_offers(event: Event) -> None:
    services.match_soon(services.touched_by([int(event.subject_id)]), cause=event.verb)


def _mission_ended(event: Event) -> None:
    services.withdraw_of_mission(int(event.subject_id))


def _participation(event: Event) -> None:
    services.participation_moved(int(event.subject_id))


def _departure(event: Event) -> None:
    services.departure_answered(int(event.subject_id))


def _guardian(event: Event) -> None:
    services.guardian_objected(int(event.data["person"]))


def register() -> None:
    for verb in ("confirmed", "edited", "paused", "resumed", "withdrawn", "renewed", "refused"):
        subscribe(f"request.{verb}", "proposals", _request)
    for verb in ("published", "changed", "reopened", "lifted"):
        subscribe(f"mission.{verb}", "proposals", _mission_offers)
    for verb in ("closed", "suspended", "cancelled"):
        subscribe(f"mission.{verb}", "proposals", _mission_ended)
    for verb in ("applied", "accepted", "declined", "cancelled", "realised", "absent"):
        subscribe(f"participation.{verb}", "proposals", _participation)
    subscribe("departure.answered", "proposals", _departure)
    subscribe("guardian.objected", "proposals", _guardian)

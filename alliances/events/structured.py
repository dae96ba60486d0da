"""What machines read of an event's page (schema.org Event), beside what people read: nothing more, nothing else."""

from typing import Any

from django.utils.safestring import SafeString

from jeveuxagir.notifications.links import absolute
from jeveuxagir.taxonomies.licences import Licence
from jeveuxagir.ui.structured import data_block

from .enums import How, Mode
from .models import Event

_MODES = {
    Mode.ON_SITE: "OfflineEventAttendanceMode",
    Mode.ONLINE: "OnlineEventAttendanceMode",
    Mode.BOTH: "MixedEventAttendanceMode",
}


def script_of(event: Event) -> SafeString:
    return data_block(described(event))


def described(event: Event) -> dict[str, Any]:
    """Needs its organisation and its commune."""
    url = absolute(event.get_absolute_url())
    organisation = event.organisation
    node: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.title,
        "description": event.description[:5000],
        "url": url,
        "startDate": event.starts_at.isoformat(),
        "endDate": event.ends_at.isoformat(),
        "eventStatus": f"https://schema.org/{'EventCancelled' if event.is_cancelled else 'EventScheduled'}",
        "eventAttendanceMode": f"https://schema.org/{_MODES[Mode(event.mode)]}",
        "isAccessibleForFree": True,
        "inLanguage": "fr",
        "license": Licence.OPEN.url,
        "location": _locations(event, url),
        "organizer": {
            "@type": "Organization",
            "name": organisation.name,
            "url": absolute(organisation.get_absolute_url()),
        },
    }
    if event.capacity is not None:
        node["maximumPhysicalAttendeeCapacity"] = event.capacity
        node["remainingAttendeeCapacity"] = event.free_of(How.ON_SITE)
    if event.online_capacity is not None:
        node["maximumVirtualAttendeeCapacity"] = event.online_capacity
    if event.replay_url:
        node["recordedIn"] = {"@type": "CreativeWork", "url": event.replay_url}
    return node


def _locations(event: Event, url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    commune = event.commune
    if commune is not None:
        postal = {
            "@type": "PostalAddress",
            "addressLocality": commune.name,
            "streetAddress": event.place,
            "addressCountry": "FR",
        }
        place = {name: value for name, value in postal.items() if value}
        found.append({"@type": "Place", "name": event.place or commune.name, "address": place})
    if How.ONLINE in event.ways:
        found.append({"@type": "VirtualLocation", "url": url})
    return found

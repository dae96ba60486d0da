"""What machines read of a mission's page (schema.org), beside what people read: nothing more, nothing else.

A mission whose times are known is an `Event` for each; one with a rhythm or times to agree is a `JobPosting` whose
`employmentType` is VOLUNTEER, the form in which search engines read volunteering. A mission of a partner is none of
ours: its page says nothing to them.
"""

from typing import Any

from django.utils.safestring import SafeString

from jeveuxagir.notifications.links import absolute
from jeveuxagir.ui.structured import data_block

from .enums import MissionMode, SlotKind
from .models import Mission, MissionAddress, Slot

SHOWN_EVENTS = 10


def script_of(mission: Mission, slots: list[Slot]) -> SafeString:
    return data_block(described(mission, slots))


def described(mission: Mission, slots: list[Slot]) -> dict[str, Any]:
    """The graph of an open mission and its slots to come."""
    dated = [slot for slot in slots if slot.kind == SlotKind.DATED]
    nodes = [_event(mission, slot) for slot in dated[:SHOWN_EVENTS]]
    if len(dated) < len(slots):
        nodes.append(_posting(mission))
    return {"@context": "https://schema.org", "@graph": nodes}


def _event(mission: Mission, slot: Slot) -> dict[str, Any]:
    assert slot.starts_at is not None
    assert slot.ends_at is not None
    modes = {
        MissionMode.ON_SITE: "OfflineEventAttendanceMode",
        MissionMode.REMOTE: "OnlineEventAttendanceMode",
        MissionMode.HYBRID: "MixedEventAttendanceMode",
    }
    return {
        "@type": "Event",
        "name": mission.title,
        "description": mission.description[:5000],
        "url": absolute(mission.get_absolute_url()),
        "startDate": slot.starts_at.isoformat(),
        "endDate": slot.ends_at.isoformat(),
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": f"https://schema.org/{modes[MissionMode(mission.mode)]}",
        "isAccessibleForFree": True,
        "inLanguage": "fr",
        "maximumAttendeeCapacity": slot.capacity,
        "remainingAttendeeCapacity": slot.free,
        "location": _places(mission)
        or [{"@type": "VirtualLocation", "url": absolute(mission.get_absolute_url())}],
        "organizer": _organisation(mission),
    }


def _posting(mission: Mission) -> dict[str, Any]:
    posting: dict[str, Any] = {
        "@type": "JobPosting",
        "title": mission.title,
        "description": mission.description[:5000],
        "url": absolute(mission.get_absolute_url()),
        "identifier": str(mission.pk),
        "employmentType": "VOLUNTEER",
        "hiringOrganization": _organisation(mission),
        "directApply": True,
        "inLanguage": "fr",
    }
    if mission.published_at:
        posting["datePosted"] = mission.published_at.date().isoformat()
    if mission.last_date:
        posting["validThrough"] = mission.last_date.isoformat()
    if places := _places(mission):
        posting["jobLocation"] = places
    if mission.mode != MissionMode.ON_SITE:
        posting["jobLocationType"] = "TELECOMMUTE"
        posting["applicantLocationRequirements"] = {"@type": "Country", "name": "France"}
    return posting


def _organisation(mission: Mission) -> dict[str, Any]:
    organisation = mission.organisation
    return {
        "@type": "Organization",
        "name": organisation.name,
        "url": absolute(organisation.get_absolute_url()),
    }


def _places(mission: Mission) -> list[dict[str, Any]]:
    return [] if mission.mode == MissionMode.REMOTE else [_place(a) for a in mission.addresses.all()]


def _place(address: MissionAddress) -> dict[str, Any]:
    postal = {
        "@type": "PostalAddress",
        "addressLocality": address.commune.name,
        "postalCode": address.postal_code,
        "streetAddress": address.street,
        "addressCountry": "FR",
    }
    return {
        "@type": "Place",
        "name": address.commune.name,
        "address": {name: value for name, value in postal.items() if value},
    }

"""What machines read of a need's page (schema.org Demand), beside what people read: nothing more, nothing else."""

from typing import Any

from django.utils.safestring import SafeString

from jeveuxagir.notifications.links import absolute
from jeveuxagir.ui.structured import data_block
from missions.enums import MissionMode

from .models import SkillNeed


def script_of(need: SkillNeed) -> SafeString:
    return data_block(described(need))


def described(need: SkillNeed) -> dict[str, Any]:
    """Needs its organisation, its place and its skills."""
    organisation, place = need.organisation, need.place
    node: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Demand",
        "name": need.title,
        "description": need.deliverable,
        "url": absolute(need.get_absolute_url()),
        "itemOffered": {
            "@type": "Service",
            "name": need.title,
            "serviceType": [str(skill) for skill in need.skills.all()],
        },
        "buyer": {
            "@type": "Organization",
            "name": organisation.name,
            "url": absolute(organisation.get_absolute_url()),
        },
    }
    if need.deadline is not None:
        node["availabilityEnds"] = need.deadline.isoformat()
    if place is not None and need.mode != MissionMode.REMOTE:
        node["areaServed"] = {"@type": "AdministrativeArea", "name": place.name}
    return node

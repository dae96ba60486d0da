"""What machines read of a sheet's page (schema.org), beside what people read: nothing more, nothing else."""

from typing import Any

from django.utils.safestring import SafeString

from jeveuxagir.notifications.links import absolute
from jeveuxagir.ui.structured import data_block

from .models import Method, Network, Resource


def script_of(sheet: Method | Resource) -> SafeString:
    return data_block(described(sheet))


def described(sheet: Method | Resource) -> dict[str, Any]:
    """A method is a `HowTo`; a tool, a set of data or a training a `LearningResource`."""
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "name": sheet.title,
        "description": sheet.summary,
        "url": absolute(sheet.get_absolute_url()),
        "inLanguage": "fr",
        "license": sheet.licence_url,
        "dateModified": sheet.updated_at.isoformat(),
    }
    if sheet.published_at:
        said["datePublished"] = sheet.published_at.isoformat()
    if sheet.organisation is not None:
        said["author"] = {"@type": "Organization", "name": sheet.organisation.name}
    if isinstance(sheet, Method):
        said["@type"] = "HowTo"
        said["step"] = [
            {"@type": "HowToStep", "position": number, "text": step}
            for number, step in enumerate(sheet.steps, start=1)
        ]
        if sheet.duration_minutes:
            said["totalTime"] = f"PT{sheet.duration_minutes}M"
        if sheet.materials:
            said["supply"] = [line for line in sheet.materials.split("\n") if line]
    else:
        said["@type"] = "LearningResource"
        said["isAccessibleForFree"] = sheet.is_free
        if sheet.owner:
            said["provider"] = {"@type": "Organization", "name": sheet.owner}
    return said


def network_of(network: Network) -> SafeString:
    """A network is an `Organization`: its name, what it does, its site."""
    said = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": network.title,
        "description": network.summary,
        "areaServed": network.where,
        "url": network.link or absolute(network.get_absolute_url()),
    }
    return data_block(said)

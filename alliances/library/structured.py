"""What machines read of a sheet's page (schema.org), beside what people read: nothing more, nothing else."""

import json
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from jeveuxagir.notifications.links import absolute

from .models import Method, Resource

#: « </script> », « <!-- » and the line ends of JavaScript cannot leave the block
_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def script_of(sheet: Method | Resource) -> SafeString:
    """A data block: browsers run nothing of it, and the security policy has nothing to allow."""
    text = json.dumps(described(sheet), ensure_ascii=False).translate(_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308 (escaped)


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

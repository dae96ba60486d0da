"""What machines read of an example's page (schema.org): nothing more than what people read."""

import json
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from jeveuxagir.notifications.links import absolute

from .models import Example

#: « </script> », « <!-- » and the line ends of JavaScript cannot leave the block
_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def script_of(example: Example) -> SafeString:
    text = json.dumps(described(example), ensure_ascii=False).translate(_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308 (escaped)


def described(example: Example) -> dict[str, Any]:
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": example.title,
        "name": example.title,
        "description": example.summary,
        "url": absolute(example.get_absolute_url()),
        "inLanguage": "fr",
        "license": example.licence_url,
        "dateModified": example.updated_at.isoformat(),
        "isAccessibleForFree": True,
    }
    if example.published_at:
        said["datePublished"] = example.published_at.isoformat()
    if example.organisation is not None:
        said["author"] = {"@type": "Organization", "name": example.organisation.name}
    if example.where:
        said["contentLocation"] = {"@type": "Place", "name": example.where}
    return said

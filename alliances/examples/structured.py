"""What machines read of an example's page (schema.org): nothing more than what people read."""

from typing import Any

from django.utils.safestring import SafeString

from jeveuxagir.notifications.links import absolute
from jeveuxagir.ui.structured import data_block

from .models import Example


def script_of(example: Example) -> SafeString:
    return data_block(described(example))


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

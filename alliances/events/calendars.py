"""An event as an entry of anybody's diary: moved or cancelled, it replaces itself."""

from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings

from jeveuxagir.common.text import of
from jeveuxagir.notifications.links import absolute
from jeveuxagir.ui.calendar import Entry

from .enums import State
from .models import Event


def entry_of(event: Event, *, online_url: str = "") -> Entry:
    """Needs its organisation and its commune. `online_url` only for who registered to follow it online."""
    text = f"{event.get_kind_display().capitalize()} {of(event.organisation.name)}"
    if online_url:
        text += f"\nPour suivre en ligne : {online_url}"
    return Entry(
        uid=f"evenement-{event.pk}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}",
        title=event.title,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        zone=event.zone,
        place=event.where_in_words,
        url=absolute(event.get_absolute_url()),
        text=text,
        cancelled=event.state == State.CANCELLED,
        sequence=event.sequence,
        changed_at=event.updated_at,
        organizer=(event.organisation.name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]),
    )

"""The calendar file of a meeting: the same on its page and in its mails."""

import datetime
from email.utils import parseaddr

from django.conf import settings

from jeveuxagir.notifications.links import absolute
from jeveuxagir.ui.calendar import Entry, calendar

from .enums import MeetingState
from .models import Meeting


def file_of(meeting: Meeting) -> bytes:
    """For any diary; a change is the same appointment with a higher sequence, a cancellation takes it out."""
    alliance = meeting.alliance
    entry = Entry(
        uid=f"alliance-meeting-{meeting.pk}@jeveuxagir",
        title=f"{meeting.title} ({alliance.name})",
        starts_at=meeting.starts_at,
        ends_at=meeting.starts_at + datetime.timedelta(minutes=meeting.minutes_long),
        zone=meeting.zone,
        place=meeting.place,
        url=meeting.online_url or absolute(meeting.page_url),
        text="\n".join(meeting.agenda),
        cancelled=meeting.state == MeetingState.CANCELLED,
        sequence=meeting.sequence,
        organizer=(alliance.name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]),
    )
    return calendar([entry], name=alliance.name)

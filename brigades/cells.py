"""Small pieces of HTML for lists: ages with their clock, states, links. Always escaped."""

from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from jeveuxagir.moderation.clocks import (
    DAYS_TO_DECIDE,
    DAYS_TO_OWN,
    DAYS_TO_TRIAGE,
    triage_limit,
    working_days_ago,
)
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.ui.dates import exact, in_words
from jeveuxagir.ui.templatetags.ui import state_badge

State = ModerationItem.State


def when(moment: datetime | None) -> SafeString | str:
    if moment is None:
        return "–"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact(moment), in_words(moment)
    )


def clock_of(item: ModerationItem) -> str:
    """ "late", "soon" or "": past a clock, on its last working day, or in time."""
    if item.state == State.DECIDED:
        return ""
    if item.kind == ModerationItem.Kind.IDEA:
        if item.created_at < triage_limit():
            return "late"
        return "soon" if item.created_at < triage_limit(days=DAYS_TO_TRIAGE - 1) else ""
    late = item.created_at < working_days_ago(DAYS_TO_DECIDE) or (
        item.state == State.NEW and item.created_at < working_days_ago(DAYS_TO_OWN)
    )
    if late:
        return "late"
    soon = item.created_at < working_days_ago(DAYS_TO_DECIDE - 1) or (
        item.state == State.NEW and item.created_at < working_days_ago(DAYS_TO_OWN - 1)
    )
    return "soon" if soon else ""


def clock(item: ModerationItem) -> SafeString:
    """The age in words; late and nearly late in words too, never by colour alone."""
    words = {
        "late": (
            "br-clock--late",
            "à décider en retard" if item.state == State.OWNED else "à prendre en retard",
        ),
        "soon": ("br-clock--soon", "dernier jour"),
        "": ("", ""),
    }
    css, text = words[clock_of(item)]
    if not text:
        return format_html('<span class="br-clock">{}</span>', when(item.created_at))
    return format_html(
        '<span class="br-clock {}">{} <strong>{}</strong></span>', css, when(item.created_at), text
    )


def state(label: str, kind: str = "neutral") -> SafeString:
    return state_badge(label, kind)


def lines(values: list[Any]) -> SafeString:
    """A short list in one cell."""
    from django.utils.html import format_html_join

    return format_html(
        "<ul class='br-lines'>{}</ul>", format_html_join("", "<li>{}</li>", ((v,) for v in values))
    )

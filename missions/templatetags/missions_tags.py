"""`{% load missions_tags %}`: states of missions and applications, slots in words."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from jeveuxagir.ui.templatetags.ui import state_badge
from missions.models import Mission, Slot
from missions.words import when_in_words

register = template.Library()

MISSION = {"pending": "info", "open": "success", "refused": "error", "suspended": "warning"}
PARTICIPATION = {
    "to_confirm": "warning",
    "applied": "info",
    "in_talk": "info",
    "accepted": "success",
    "realised": "success",
    "declined": "error",
}


@register.simple_tag
def mission_badge(mission: Mission) -> SafeString:
    return state_badge(mission.get_state_display(), MISSION.get(mission.state, "neutral"))


@register.simple_tag
def participation_badge(participation: Any) -> SafeString:
    return state_badge(participation.get_state_display(), PARTICIPATION.get(participation.state, "neutral"))


@register.filter
def when(slot: Slot) -> str:
    """« Samedi 5 décembre 2026, de 14 h à 16 h »."""
    words = when_in_words(slot)
    return words[0].upper() + words[1:]

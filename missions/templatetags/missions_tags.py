"""`{% load missions_tags %}`: states of missions and applications, slots in words."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from jeveuxagir.ui.templatetags.ui import number, state_badge, word
from missions.facets import Choice
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


#: a box, its name and how many missions it finds
_CHOICE = (
    '<div class="fr-checkbox-group fr-checkbox-group--sm mi-choice"><input type="checkbox" id="f-{0}-{1}" name="{0}" '
    'value="{1}" form="recherche"{2}><label class="fr-label" for="f-{0}-{1}"><span>{3}</span> '
    '<span class="mi-choice__count">{4}<span class="fr-sr-only"> {5}</span></span></label></div>\n'
)
_CHECKED = SafeString(" checked")


@register.simple_tag
def choices(name: str, several: Iterable[Choice]) -> SafeString:
    """The choices of one filter. A page has a hundred: made here, they cost a fifth of a template each."""
    return format_html_join(
        "",
        _CHOICE,
        (
            (
                name,
                one.value,
                _CHECKED if one.chosen else "",
                one.label,
                number(one.count),
                word(one.count, "mission"),
            )
            for one in several
        ),
    )


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

"""`{% load skill_needs_tags %}`: working time and the states of needs, in words."""

from django import template

from missions.skill_needs import durations

register = template.Library()


@register.filter
def work_time(minutes: int | None, day_minutes: int = durations.DAY_MINUTES) -> str:
    """« 2 jours et demi » of 1050; `{{ entry.minutes|work_time:convention.day_minutes }}`."""
    return durations.in_words(minutes, day_minutes)

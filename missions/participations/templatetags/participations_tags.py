"""`{% load participations_tags %}`: an application in words."""

from django import template

from missions.participations.next_steps import what_next

register = template.Library()

register.filter("what_next", what_next)

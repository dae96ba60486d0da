"""`{% load brigade %}`: the lists of the brigade's admin, drawn from Django's ChangeList."""

from typing import Any

from django import template
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.utils import lookup_field
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def headers(cl: Any) -> list[dict[str, Any]]:
    """Of each column: its text, and the address that sorts by it."""
    return [
        {
            "text": header["text"],
            "url": header.get("url_toggle", "") if header.get("sortable") else "",
            "sorted": header.get("sorted", False),
            "ascending": header.get("ascending", True),
        }
        for header in result_headers(cl)
    ]


@register.simple_tag
def rows(cl: Any) -> list[dict[str, Any]]:
    """Of each row: its key, its page and its cells with their headers."""
    texts = [str(header["text"]) for header in result_headers(cl)]
    query = cl.get_query_string(remove=["p"])[1:]
    return [
        {
            "pk": obj.pk,
            "object": obj,
            "url": cl.model_admin.row_url(obj.pk, query),
            "cells": [
                {"header": text, "html": _cell(cl, name, obj)}
                for text, name in zip(texts, cl.list_display, strict=True)
            ],
        }
        for obj in cl.result_list
    ]


def _cell(cl: Any, name: Any, obj: Any) -> SafeString:
    _, _, value = lookup_field(name, obj, cl.model_admin)
    return conditional_escape(value if value not in (None, "") else "–")


@register.simple_tag
def filters(cl: Any) -> list[dict[str, Any]]:
    """Of each filter with something to choose: its title, its parameter and its options. Tabs draw `vue` apart."""
    drawn = []
    for spec in cl.filter_specs:
        if spec.parameter_name == "vue":
            continue
        options = [("", "Tous"), *[(str(value), label) for value, label in spec.lookup_choices]]
        drawn.append(
            {
                "title": spec.title,
                "param": spec.parameter_name,
                "options": [(value, label, value == (spec.value() or "")) for value, label in options],
            }
        )
    return drawn


@register.simple_tag
def page_of(cl: Any) -> Any:
    """The page shown, for the site's own pagination."""
    return cl.paginator.page(cl.page_num)

"""`{% load glossary %}`

{% glossed text %}                 plain text typed by somebody: escaped, paragraphs, links, and the words of the
                                   glossary linked where a page uses them first
{% glossed text but=term.slug %}   without this word: it is the page's own
{% glossed_line text %}            the same for one line of a list or of a table: no paragraph is made
"""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from alliances.glossary.linking import Linker, linker
from jeveuxagir.ui.templatetags.ui import prose

register = template.Library()
_KEPT = "_words_explained"


@register.simple_tag(takes_context=True)
def glossed(context: Context, text: Any, but: str = "") -> SafeString:
    """Once per page and word: what was explained above is not explained again."""
    return _explained(context, prose(text), but)


@register.simple_tag(takes_context=True)
def glossed_line(context: Context, text: Any, but: str = "") -> SafeString:
    return _explained(context, conditional_escape(text), but)


def _explained(context: Context, html: str, but: str) -> SafeString:
    """The words are read once for a page, which remembers those it explained."""
    holder = context.get("request")
    kept: tuple[Linker, set[str]] | None = getattr(holder, _KEPT, None)
    if kept is None:
        kept = linker(), set()
        if holder is not None:
            setattr(holder, _KEPT, kept)
    words, done = kept
    if but:
        done.add(but)
    return words.explain(html, done)

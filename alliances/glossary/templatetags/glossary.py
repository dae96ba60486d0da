"""`{% load glossary %}`

{% glossed text %}                 plain text typed by somebody: escaped, paragraphs, links, and the words of the
                                   glossary linked where a page uses them first
{% glossed text but=term.slug %}   without this word: it is the page's own
"""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from alliances.glossary.linking import explain
from jeveuxagir.ui.templatetags.ui import prose

register = template.Library()
_DONE = "_words_explained"


@register.simple_tag(takes_context=True)
def glossed(context: Context, text: Any, but: str = "") -> SafeString:
    """Once per page and word: what was explained above is not explained again."""
    holder = context.get("request")
    done: set[str] | None = getattr(holder, _DONE, None)
    if done is None:
        done = set()
        if holder is not None:
            setattr(holder, _DONE, done)
    if but:
        done.add(but)
    return explain(prose(text), done)

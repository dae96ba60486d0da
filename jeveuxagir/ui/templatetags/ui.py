"""`{% load ui %}`: the building blocks of every page: DSFR markup, no JavaScript needed, axe-clean.

Forms: any plain Django form, nothing to subclass. Write `<form method="post" novalidate class="ui-narrow">`.
    {% form_fields form %}                    error summary, hidden fields, every visible field
    {% form_fields form only="email,phone" %} some fields (exclude=… too; summary=False, notice=False)
    {% field form.town %}                     one field. Options: label= hint= inline=True hide_label=True
                                              size="sm"; else an HTML attribute, _ for - (data_suggestions="…")
    {% error_summary form %}                  the errors with links, once, above the form
    {% submit "Envoyer" %}                    the main button (name= value= kind="secondary" icon=)
    {% confirm_button url "Retirer" kind= icon= size= why="…" %}
                                              a POST form with one button; other keywords: hidden fields
States, dates, numbers
    {% state_badge mission.get_state_display "success" %}
                                              kinds: success info warning error new neutral
    {% since moment %}                        <time>il y a 3 jours</time>, the exact date as title
    {% moment date %}                         <time>mercredi 25 novembre 2026 à 14 h 05</time>
    {{ meeting.local_start|exact }}           the same words, also in mails; |hour alone: « 14 h 05 »
    {{ due_on|day }}                          1er octobre 2026, never Django's |date, which writes « 1 octobre »:
                                              day_month « 1er octobre », weekday « jeudi 1er octobre 2026 »,
                                              weekday_month « jeudi 1er octobre »
    {{ total|number }}                        1 234 (narrow space)
    {{ quantity|amount }}                     1 234,5 (a Decimal, without idle zeros)
    {{ person.phone|phone }}                  06 12 34 56 78
    {{ total|count:"place,places" }}          « 2 places »; |word:"…" gives the noun alone
    {{ distance|km }}                         « à 4 km », « à moins d’1 km »
    {{ words|french }}                        our own words from Python, with their non-breaking spaces
    {{ text|prose }}                          plain text typed by somebody: escaped, paragraphs, links
Navigation
    {% breadcrumb "Missions" "/missions/" "Lire avec des élèves" %}   label, address, …, this page
    {% my_menu %}                             the pages of "Mon espace" (see ui.spaces.my_pages)
    {% pagination page_obj %}                 keeps the query string (param= label=)
    {% querystring page=2 %}                  Django's own: the current query with changes
    {% removable_tag "À 10 km" url %}         an active filter and the link that removes it
    {% stepper 2 4 "Vos disponibilités" next="Votre ville" %}
Blocks
    {% empty_state "Aucune mission" text= url= action="Élargir" icon= heading="h2" %}
    {% alert "success" "Candidature envoyée" text= small=True live=True heading="h2" %}
    {% callout title="Et ensuite ?" text= heading="h2" %}
    {% card title url text= detail= end= badge= kind= heading="h3" horizontal=True %}
    {% tile title url text= icon= heading="h3" %}
    {% choices "domaine" facet.shown "mission" %}  boxes of one filter, with their counts
    {% facts rows %}                          rows: (label, value) pairs → definition list
    {% bar_chart rows title= unit= label= %}  rows: (label, number) pairs → SVG and its table
    {% line_chart dots title= baseline= target= unit= %}   dots: ui.charts.Dot → SVG and its table
    {% spark dots "Enfants : de 12 à 40" %}   a small line for a list; its words are said too
    {% spread_chart rows title= label= %}     rows: ui.charts.Spread, on a scale of one to five → SVG and its table
    {% stacked_chart rows title= label= %}    rows: (label, [(part, number)]) → SVG and its table, always in sight
    {% gauge 58 "7 jours sur 12" %}           how far, in percent, as a bar; its words are said too
CSS of ours: ui-narrow (reading width), ui-lead, ui-muted, ui-actions (a row of buttons), ui-grid (a list of
cards), ui-prose, ui-table, ui-results (fades while it is fetched).

Page title rule: `{% block title %}` says what the page is and where one is in it (« Missions près de Guéret,
page 2 »); base.html adds « – Jeveuxagir » and « Erreur – » in front when the context's `form` has errors.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.template.context import RequestContext
from django.utils.html import format_html, format_html_join, linebreaks, urlize
from django.utils.safestring import SafeString, mark_safe

from jeveuxagir.common import text as words_of
from jeveuxagir.common.clock import PARIS
from jeveuxagir.common.phones import phone_in_words
from jeveuxagir.common.text import NARROW_NBSP, NBSP, of, plural, to
from jeveuxagir.ui import charts, dates, forms, spaces
from jeveuxagir.ui.facets import Choice

register = template.Library()

BADGES = {
    "success": "fr-badge--success",
    "info": "fr-badge--info",
    "warning": "fr-badge--warning",
    "error": "fr-badge--error",
    "new": "fr-badge--new",
    "neutral": "",
}


# --- forms ----------------------------------------------------------------------------------------


@register.inclusion_tag("components/form_fields.html")
def form_fields(
    form: BaseForm, only: str = "", exclude: str = "", summary: bool = True, notice: bool = True
) -> dict[str, Any]:
    wanted = [name.strip() for name in only.split(",") if name.strip()]
    unwanted = {name.strip() for name in exclude.split(",")}
    visible = {bound.name: bound for bound in form.visible_fields() if bound.name not in unwanted}
    fields = [visible[name] for name in wanted if name in visible] if wanted else list(visible.values())
    marks = forms.has_optional_marks(form)
    return {"form": form, "fields": fields, "summary": summary, "notice": notice, "marks": marks}


@register.simple_tag
def field(bound: BoundField, **extra: Any) -> SafeString:
    return forms.render_field(bound, **extra)


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    return {"errors": forms.error_list(form)}


@register.simple_tag
def submit(label: str, kind: str = "", icon: str = "", name: str = "", value: str = "") -> SafeString:
    classes = f"fr-btn{f' fr-btn--{kind}' if kind else ''}{f' {icon} fr-btn--icon-left' if icon else ''}"
    given = format_html(' name="{}" value="{}"', name, value) if name else ""
    return format_html('<button type="submit" class="{}"{}>{}</button>', classes, given, label)


@register.inclusion_tag("components/confirm_button.html", takes_context=True)
def confirm_button(
    context: RequestContext,
    url: str,
    label: str,
    kind: str = "",
    icon: str = "",
    size: str = "",
    about: str = "",
    **fields: Any,
) -> dict[str, Any]:
    return {
        "about": about,  # of what, for whoever hears ten buttons with the same word
        "url": url,
        "label": label,
        "kind": kind,
        "icon": icon,
        "size": size,
        "hidden": fields.items(),
        "csrf_token": context.get("csrf_token"),
    }


# --- states, dates, numbers -----------------------------------------------------------------------


@register.simple_tag
def state_badge(label: str, kind: str = "neutral", size: str = "sm") -> SafeString:
    classes = " ".join(
        filter(None, ["fr-badge", "fr-badge--no-icon", f"fr-badge--{size}", BADGES.get(kind, "")])
    )
    return format_html('<span class="{}">{}</span>', classes, label)


def _iso(moment: date | datetime) -> str:
    if isinstance(moment, datetime) and moment.tzinfo:
        return moment.astimezone(PARIS).isoformat(timespec="minutes")
    return moment.isoformat()


@register.simple_tag
def since(moment: date | datetime | None) -> str:
    if not moment:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', _iso(moment), dates.exact(moment), dates.in_words(moment)
    )


@register.simple_tag(name="moment")
def exact_moment(moment: date | datetime | None) -> str:
    if not moment:
        return ""
    return format_html('<time datetime="{}">{}</time>', _iso(moment), dates.exact(moment))


@register.filter
def exact(moment: date | datetime | None) -> str:
    return dates.exact(moment) if moment else ""


@register.filter
def day(moment: date | datetime | None) -> str:
    return dates.day_of(moment) if moment else ""


@register.filter
def day_month(moment: date | datetime | None) -> str:
    return dates.day_month(moment) if moment else ""


@register.filter
def weekday(moment: date | datetime | None) -> str:
    return dates.weekday(moment) if moment else ""


@register.filter
def weekday_month(moment: date | datetime | None) -> str:
    return dates.weekday_month(moment) if moment else ""


@register.filter(expects_localtime=True)
def hour(moment: datetime | None) -> str:
    return dates.hour(moment) if moment else ""


@register.filter
def phone(value: Any) -> str:
    return phone_in_words(str(value)) if value else ""


@register.filter
def number(value: Any) -> str:
    try:
        return f"{int(value):,}".replace(",", NARROW_NBSP)
    except (TypeError, ValueError):
        return ""


@register.filter
def amount(value: Any) -> str:
    return "" if value is None or value == "" else words_of.amount(value)


@register.filter
def count(value: Any, words: str) -> str:
    one, _, many = words.partition(",")
    return plural(int(value or 0), one, many or None)


@register.filter
def word(value: Any, words: str) -> str:
    """The noun alone, agreed: `{{ 2|word:"place,places" }}` is « places »."""
    one, _, many = words.partition(",")
    return one if abs(int(value or 0)) < 2 else (many or one + "s")


@register.filter(name="of")
def of_filter(value: Any) -> str:
    """« d’Émilie », « des Jardins du Bac »: `{{ organisation.name|of }}`."""
    return of(str(value or ""))


@register.filter(name="to")
def to_filter(value: Any) -> str:
    """« à Lina », « aux Jardins du Bac »: `{{ organisation.name|to }}`."""
    return to(str(value or ""))


@register.filter
def km(value: Any) -> str:
    try:
        distance = float(value)
    except (TypeError, ValueError):
        return ""
    return f"à moins d’1{NBSP}km" if distance < 1 else f"à {round(distance)}{NBSP}km"


@register.filter
def french(value: Any) -> str:
    return forms.french(value)


@register.filter
def lcfirst(value: Any) -> str:
    """Inside a sentence: « Clés d’API » gives « clés d’API »; an acronym that opens the words stays."""
    text = str(value or "")
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


@register.filter
def prose(value: Any) -> str:
    return mark_safe(urlize(linebreaks(str(value or ""), autoescape=True), nofollow=True))  # noqa: S308


# --- navigation -----------------------------------------------------------------------------------


@register.inclusion_tag("components/breadcrumb.html")
def breadcrumb(*parts: Any) -> dict[str, Any]:
    pairs = [(str(parts[i]), str(parts[i + 1])) for i in range(0, len(parts) - 1, 2)]
    return {"links": pairs, "current": str(parts[-1]) if len(parts) % 2 else ""}


@register.inclusion_tag("components/my_menu.html", takes_context=True)
def my_menu(context: RequestContext) -> dict[str, Any]:
    """The menu of "Mon espace"; the page one is on, or the nearest above it, is marked."""
    path = context["request"].path
    pages = spaces.my_menu(context["request"])
    here = max((url for _, url in pages if path.startswith(url)), key=len, default="")
    return {"pages": [(label, url, url == here) for label, url in pages], "path": path}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(
    context: RequestContext, page_obj: Page, param: str = "page", label: str = "Pagination"
) -> dict[str, Any]:
    query = context["request"].GET.copy() if "request" in context else None

    def link(number: int) -> str:
        if query is None:
            return f"?{param}={number}"
        query[param] = str(number)
        return "?" + query.urlencode()

    paginator = page_obj.paginator
    pages = [
        {"number": number, "url": link(number) if isinstance(number, int) else ""}
        for number in paginator.get_elided_page_range(page_obj.number, on_each_side=1, on_ends=1)
    ]
    return {
        "page": page_obj,
        "pages": pages,
        "label": label,
        "first": link(1),
        "last": link(paginator.num_pages),
        "previous": link(page_obj.number - 1) if page_obj.has_previous() else "",
        "next": link(page_obj.number + 1) if page_obj.has_next() else "",
    }


@register.simple_tag
def removable_tag(label: str, url: str) -> SafeString:
    return format_html(
        '<a class="fr-tag fr-tag--dismiss" href="{}" aria-label="Retirer le filtre {}">{}</a>',
        url,
        label,
        label,
    )


@register.inclusion_tag("components/stepper.html")
def stepper(current: int, total: int, title: str, next: str = "") -> dict[str, Any]:
    return {"current": current, "total": total, "title": title, "next": next}


# --- blocks ---------------------------------------------------------------------------------------


@register.inclusion_tag("components/empty_state.html")
def empty_state(
    title: str,
    text: str = "",
    url: str = "",
    action: str = "",
    icon: str = "fr-icon-search-line",
    heading: str = "h2",
) -> dict[str, Any]:
    return {"title": title, "text": text, "url": url, "action": action, "icon": icon, "heading": heading}


@register.inclusion_tag("components/alert.html")
def alert(
    kind: str, title: str = "", text: str = "", small: bool = False, live: bool = False, heading: str = "h2"
) -> dict[str, Any]:
    role = {"error": "alert"}.get(kind, "status") if live else ""
    return {"kind": kind, "title": title, "text": text, "small": small, "role": role, "heading": heading}


@register.inclusion_tag("components/callout.html")
def callout(title: str = "", text: str = "", icon: str = "", heading: str = "h2") -> dict[str, Any]:
    return {"title": title, "text": text, "icon": icon, "heading": heading}


@register.inclusion_tag("components/card.html")
def card(
    title: str,
    url: str,
    text: str = "",
    detail: str = "",
    end: str = "",
    badge: str = "",
    kind: str = "neutral",
    heading: str = "h3",
    horizontal: bool = False,
) -> dict[str, Any]:
    return {
        "title": title,
        "url": url,
        "text": text,
        "detail": detail,
        "end": end,
        "badge": badge,
        "kind": kind,
        "heading": heading,
        "horizontal": horizontal,
    }


@register.inclusion_tag("components/tile.html")
def tile(title: str, url: str, text: str = "", icon: str = "", heading: str = "h3") -> dict[str, Any]:
    return {"title": title, "url": url, "text": text, "icon": icon, "heading": heading}


@register.inclusion_tag("components/facts.html")
def facts(rows: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {"rows": [(label, value) for label, value in rows if value not in (None, "")]}


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(
    rows: Iterable[tuple[str, float]], title: str, unit: str = "", label: str = "Catégorie", key: str = ""
) -> dict[str, Any]:
    return {"chart": charts.bars(list(rows), key=key or title), "title": title, "unit": unit, "label": label}


@register.inclusion_tag("components/gauge.html")
def gauge(share: int, title: str) -> dict[str, Any]:
    return {"share": share, "width": max(0, min(100, share)), "title": title}


@register.inclusion_tag("components/line_chart.html")
def line_chart(
    dots: Iterable[charts.Dot],
    title: str,
    baseline: float | None = None,
    target: float | None = None,
    unit: str = "",
    label: str = "Période",
    key: str = "",
) -> dict[str, Any]:
    drawn = charts.line(list(dots), key=key or title, baseline=baseline, target=target)
    return {"chart": drawn, "title": title, "unit": unit, "label": label}


@register.inclusion_tag("components/spread_chart.html")
def spread_chart(
    rows: Iterable[charts.Spread], title: str, label: str = "Question", key: str = ""
) -> dict[str, Any]:
    return {"chart": charts.spreads(list(rows), key=key or title), "title": title, "label": label}


@register.inclusion_tag("components/stacked_chart.html")
def stacked_chart(
    rows: Iterable[tuple[str, list[tuple[str, int]]]], title: str, label: str = "Catégorie", key: str = ""
) -> dict[str, Any]:
    return {"chart": charts.stacks(list(rows), key=key or title), "title": title, "label": label}


@register.inclusion_tag("components/radar.html")
def radar(rows: Iterable[tuple[str, int]], title: str, key: str = "") -> dict[str, Any]:
    """Without its table: the page that shows it has one, with more columns."""
    return {"radar": charts.radar(list(rows), key=key or title), "title": title}


@register.inclusion_tag("components/spark.html")
def spark(dots: Iterable[charts.Dot], title: str) -> dict[str, Any]:
    return {"points": charts.spark(list(dots)), "title": title}


# --- filters beside results ---------------------------------------------------------------------

#: a box, its name and how many results it finds
_CHOICE = (
    '<div class="fr-checkbox-group fr-checkbox-group--sm ui-choice"><input type="checkbox" id="f-{0}-{1}" name="{0}" '
    'value="{1}" form="recherche"{2}><label class="fr-label" for="f-{0}-{1}"><span>{3}</span> '
    '<span class="ui-choice__count">{4}<span class="fr-sr-only"> {5}</span></span></label></div>\n'
)
_CHECKED = SafeString(" checked")


@register.simple_tag
def choices(name: str, several: Iterable[Choice], noun: str) -> SafeString:
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
                word(one.count, noun),
            )
            for one in several
        ),
    )

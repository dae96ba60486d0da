"""Any Django form, rendered as the DSFR asks. Nobody subclasses anything: write plain forms.

`Renderer` is the site's FORM_RENDERER: `{{ form }}`, `{{ form.email.as_field_group }}` and the tags
`{% form_fields form %}` and `{% field form.email %}` all give the same markup.
"""

import re
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from jeveuxagir.common.text import spaced

#: WCAG 1.3.5: what browsers may fill in, by the name of the field.
AUTOCOMPLETE = {
    "email": "email",
    "first_name": "given-name",
    "last_name": "family-name",
    "phone": "tel",
    "birth_date": "bday",
    "birthdate": "bday",
    "postal_code": "postal-code",
    "organisation_name": "organization",
}

_ISO = {
    "date": ("%Y-%m-%d", re.compile(r"^\d{4}-\d{2}-\d{2}$")),
    "datetime-local": ("%Y-%m-%dT%H:%M", re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")),
    "time": ("%H:%M", re.compile(r"^\d{2}:\d{2}")),
}


class Renderer(TemplatesSetting):
    """DSFR markup for `{{ form }}` and `{{ form.field.as_field_group }}`."""

    form_template_name = "components/form.html"
    formset_template_name = "components/formset.html"
    field_template_name = "components/field.html"


def french(words: Any) -> str:
    """Words of a form, with their non-breaking spaces; markup stays markup."""
    text = str(words or "")
    return mark_safe(spaced(text)) if isinstance(text, SafeString) else spaced(text)  # noqa: S308


def kind_of(bound: BoundField) -> str:
    """Which of our field templates draws this field."""
    widget = bound.field.widget
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "checkboxes"
    if isinstance(widget, forms.RadioSelect):
        return "radios"
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, forms.Select):
        return "select"
    if isinstance(widget, forms.FileInput):
        return "upload"
    if isinstance(widget, forms.MultiWidget | forms.SelectDateWidget):
        return "group"
    return "input"


#: a text that may be this long has a counter
COUNTED_FROM = 100


def has_optional_marks(form: forms.BaseForm) -> bool:
    """Optional fields are marked only where others are required (never in a search form)."""
    visible = [bound for bound in form.visible_fields() if not bound.field.disabled]
    return any(bound.field.required for bound in visible) and not all(is_needed(b.field) for b in visible)


def is_needed(field: forms.Field) -> bool:
    """Whether it is asked in the end: now, or (`asked_later`) before sending, or by another answer."""
    return bool(field.required or getattr(field, "asked_later", False))


def _use_native_picker(bound: BoundField) -> None:
    """Browsers' own date and time pickers; a value they would not show stays as it was typed."""
    widget = bound.field.widget
    if not isinstance(widget, forms.DateTimeInput | forms.DateInput | forms.TimeInput):
        return
    default = {forms.DateInput: "date", forms.DateTimeInput: "datetime-local", forms.TimeInput: "time"}
    wanted = next(kind for base, kind in default.items() if isinstance(widget, base))
    iso_format, shape = _ISO[wanted]
    value = bound.value()
    if isinstance(value, str) and value and not shape.match(value):
        widget.input_type = "text"
        widget.attrs.pop("type", None)
        return
    widget.input_type = wanted
    widget.format = iso_format
    widget.attrs.pop("type", None)


def control(bound: BoundField, kind: str, **attrs: Any) -> SafeString:
    """The `<input>`, `<select>` or `<textarea>` itself, with its classes and its links to hint and errors."""
    widget = bound.field.widget
    _use_native_picker(bound)
    classes = {"select": "fr-select", "upload": "fr-upload", "input": "fr-input", "group": "fr-input"}.get(
        kind, ""
    )
    own = str(widget.attrs.get("class", ""))
    given: dict[str, Any] = {}
    joined = " ".join(dict.fromkeys(f"{classes} {own} {attrs.pop('class', '')}".split()))
    if joined:
        given["class"] = joined
    described = []
    if bound.help_text and kind != "checkbox":
        described.append(f"{bound.auto_id}_helptext")
    if kind != "group":
        described.append(f"{bound.auto_id}_messages")
    if own_description := widget.attrs.get("aria-describedby"):
        described.insert(0, str(own_description))
    if described:
        given["aria-describedby"] = " ".join(described)
    if "autocomplete" not in widget.attrs and (token := AUTOCOMPLETE.get(bound.name)):
        given["autocomplete"] = token
    if isinstance(widget, forms.Textarea):
        given.setdefault("rows", 5 if widget.attrs.get("rows") in (None, "10") else widget.attrs["rows"])
    most = getattr(bound.field, "max_length", None)
    if most and most >= COUNTED_FROM and "maxlength" in widget.attrs:
        # a browser cuts what is pasted without a word: it is counted instead, and refused in words
        given["maxlength"] = False
        given["data-most"] = most
    if widget.input_type == "number" if hasattr(widget, "input_type") else False:
        given.setdefault("inputmode", "decimal" if isinstance(bound.field, forms.DecimalField) else "numeric")
    given.update({name.replace("_", "-"): value for name, value in attrs.items() if value is not None})
    return bound.as_widget(attrs=given)


def options_of(bound: BoundField) -> list[dict[str, Any]]:
    """The choices of radios and checkboxes: the bare input, its id and its label."""
    return [
        {"tag": option.tag(), "id": option.id_for_label, "label": french(option.choice_label)}
        for option in bound.subwidgets
    ]


def field_context(bound: BoundField, **extra: Any) -> dict[str, Any]:
    """What components/field.html needs."""
    kind = kind_of(bound)
    optional = not is_needed(bound.field) and has_optional_marks(bound.form) and kind != "checkbox"
    context: dict[str, Any] = {
        "bound": bound,
        "kind": kind,
        "label": french(extra.pop("label", None) or bound.label),
        "hint": french(extra.pop("hint", None) or bound.help_text),
        "optional": extra.pop("optional", optional),
        "inline": extra.pop("inline", False),
        "hide_label": extra.pop("hide_label", False),
        "size": extra.pop("size", ""),
        "errors": [french(error) for error in bound.errors],
    }
    if context["hint"] and not bound.help_text:
        bound.help_text = context["hint"]
    if kind in ("radios", "checkboxes"):
        context["options"] = options_of(bound)
    else:
        context["control"] = control(bound, kind, **extra)
    return context


def render_field(bound: BoundField, **extra: Any) -> SafeString:
    """One field with its label, hint and errors."""
    if bound.is_hidden:
        return bound.as_widget()
    return render_to_string("components/_field.html", field_context(bound, **extra))


def error_list(form: forms.BaseForm) -> list[dict[str, str]]:
    """Every error of a bound form, with the anchor of the control it is about."""
    if not form.is_bound:
        return []
    found = [{"anchor": "", "label": "", "message": french(message)} for message in form.non_field_errors()]
    for bound in form:
        anchor = bound.auto_id if not bound.is_hidden else ""
        if anchor and kind_of(bound) in ("radios", "checkboxes", "group"):
            anchor += "_0"
        found += [
            {"anchor": str(anchor), "label": strip_tags(french(bound.label)), "message": french(message)}
            for message in bound.errors
        ]
    return found

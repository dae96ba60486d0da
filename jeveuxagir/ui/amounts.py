"""Quantities as people type them: « 1 234,50 »."""

import re
from decimal import Decimal
from typing import Any

from django import forms

from jeveuxagir.common.text import as_keyed

#: « 5 k€ », « 2 M€ », « 5 000 euros », « 5 000 € »
_TYPED = re.compile(
    r"(?P<figures>[0-9.,\-]*)(?:(?P<thousand>k)(?:€|euros?)?|(?P<million>m)(?:€|euros?)|€|euros?)?"
)
#: « 5.000 »: five thousand for some, five for others
_TWO_WAYS = re.compile(r"-?[1-9]\d{0,2}(?:\.\d{3})+", re.ASCII)


class AmountField(forms.DecimalField):
    """Spaces between thousands and a comma are what a French keyboard writes; a dot is understood too, but where it
    may stand between thousands. « k€ » and « M€ » are read."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": "Écrivez un nombre, par exemple 1 250 ou 12,5.",
        "two_ways": "Un point devant trois chiffres se lit de deux façons. Écrivez 5 000 avec une espace, ou 12,5 "
        "avec une virgule.",
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 12)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if isinstance(value, str):
            value = as_keyed(value).replace(" ", "").replace("−", "-")
            typed = _TYPED.fullmatch(value.lower())
            if typed is None or (value and not typed["figures"]):  # 1e9 is a slip, not a quantity
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
            if _TWO_WAYS.fullmatch(typed["figures"]):
                raise forms.ValidationError(self.error_messages["two_ways"], code="two_ways")
            zeros = 3 if typed["thousand"] else 6 if typed["million"] else 0
            value = typed["figures"].replace(",", ".")
            number = super().to_python(value)
            # as it would have been typed without the letter: « 5000 », not « 5E+3 »
            return Decimal(f"{number.scaleb(zeros):f}") if number is not None and zeros else number
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            text = f"{value:.2f}"
            return (text[:-3] if text.endswith(".00") else text).replace(".", ",")
        return value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"}

"""Quantities as people type them: « 1 234,50 »."""

import re
from decimal import Decimal
from typing import Any

from django import forms

_SPACES = re.compile(r"[\s\u00a0\u202f€]+")


class AmountField(forms.DecimalField):
    """Spaces between thousands and a comma are what a French keyboard writes; a dot is understood too."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 12)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(**kwargs)
        self.error_messages["invalid"] = "Écrivez un nombre : 12 ou 12,5."

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if isinstance(value, str):
            value = _SPACES.sub("", value).replace(",", ".").replace("−", "-")
            if re.search(r"[^0-9.\-]", value):  # 1e9 is a slip, not a quantity
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            text = f"{value:.2f}"
            return (text[:-3] if text.endswith(".00") else text).replace(".", ",")
        return value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"}

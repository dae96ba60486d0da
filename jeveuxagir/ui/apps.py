from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.apps import AppConfig

from jeveuxagir.common.text import amount


class Bound(str):
    """What a number may not pass, with the bound as it is written in French: « 0,01 », « 1 000 000 000 »."""

    def __mod__(self, params: Any) -> str:
        limit = params["limit_value"]
        if isinstance(limit, (int, Decimal)):
            params = {**params, "limit_value": amount(limit)}
        return str.__mod__(self, params)


class UiConfig(AppConfig):
    name = "jeveuxagir.ui"
    label = "ui"
    verbose_name = "Composants d’interface"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django import forms
        from django.core import validators
        from django.core.exceptions import ValidationError

        from jeveuxagir.common.text import clean, said_length

        from .typed_dates import with_slashes

        def readable(value: str) -> None:
            if not clean(value):
                raise ValidationError("Écrivez quelque chose de lisible.", code="invisible")

        # a title of spaces that have no width would be a link without a name
        forms.CharField.default_validators = [readable]
        # the site's words, and how to mend it: every field asks these
        validators.validate_email.message = (
            "Écrivez une adresse électronique complète, par exemple nom@exemple.fr."
        )
        forms.URLField.default_error_messages["invalid"] = (
            "Écrivez une adresse internet complète, par exemple https://www.exemple.fr."
        )
        forms.DateField.default_error_messages["invalid"] = "Écrivez une date, par exemple 31/12/2027."
        read_date = forms.DateField.to_python

        def date_of(field: forms.DateField, value: str | datetime | date | None) -> date | None:
            return read_date(field, with_slashes(value) if isinstance(value, str) else value)

        forms.DateField.to_python = date_of  # type: ignore[method-assign, assignment]

        def said(self: validators.MinLengthValidator, x: str) -> int:
            return said_length(x)

        # a row of pictures or of accents says nothing, however long
        validators.MinLengthValidator.clean = said  # type: ignore[method-assign, assignment]
        validators.MinLengthValidator.message = (
            "Écrivez au moins %(limit_value)d caractères : il y en a %(show_value)d."
        )
        validators.MaxLengthValidator.message = (
            "C’est trop long : %(limit_value)d caractères au plus, il y en a %(show_value)d."
        )
        validators.MinValueValidator.message = Bound("Donnez au moins %(limit_value)s.")
        validators.MaxValueValidator.message = Bound("Donnez au plus %(limit_value)s.")

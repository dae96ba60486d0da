"""Field helpers shared by all models. This package has no table."""

from typing import Any

from django.db import models

from .text import clean, clean_line


class CleanTextMixin:
    """Text is cleaned (NFC, no control character) whenever it is saved."""

    def deconstruct(self) -> Any:
        """Migrations see the plain Django field: cleaning text is no matter of schema."""
        name, _path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        plain = "CharField" if isinstance(self, models.CharField) else "TextField"
        return name, f"django.db.models.{plain}", args, kwargs

    def pre_save(self, instance: models.Model, add: bool) -> Any:
        value = getattr(instance, self.attname)  # type: ignore[attr-defined]
        if isinstance(value, str):
            value = clean(value)
            setattr(instance, self.attname, value)  # type: ignore[attr-defined]
        return value


class LineField(CleanTextMixin, models.CharField):
    """One line of text a person typed: a line end or a tab that a program sent becomes a space."""

    def pre_save(self, instance: models.Model, add: bool) -> Any:
        value = super().pre_save(instance, add)
        if isinstance(value, str) and (line := clean_line(value)) != value:
            value = line
            setattr(instance, self.attname, value)
        return value


class ProseField(CleanTextMixin, models.TextField):
    """Several lines of plain text a person typed; shown escaped, with paragraphs."""


def personal(model_field: Any) -> Any:
    """Tag a field as personal data: the registry must cover it, or the architecture test fails."""
    model_field.is_personal = True
    return model_field

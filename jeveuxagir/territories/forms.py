"""`CommuneField`: a commune by its name or postal code, suggested as one types, resolved on the server."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from jeveuxagir.territories import places
from jeveuxagir.territories.models import Commune


class CommuneInput(forms.TextInput):
    """A text field with suggestions; once a refused text may mean several communes, they follow as radios."""

    template_name = "territories/widgets/commune.html"
    candidates: Sequence[Commune] = ()
    chosen = ""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "maxlength": places.MAX_TYPED, **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        widget = context["widget"]
        widget["attrs"]["data-commune-lookup"] = reverse("territories:lookup")
        widget["choices"] = [
            {
                "id": f"{widget['attrs'].get('id', name)}_choix_{index}",
                "label": commune.label,
                "detail": postal_codes_of(commune),
                "checked": len(self.candidates) == 1 or commune.label == self.chosen,
            }
            for index, commune in enumerate(self.candidates)
        ]
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The radio chosen, if the text is still the one it was offered for; else the text."""
        typed, choice = data.get(name), data.get(f"{name}_choix")
        return choice if choice and typed == data.get(f"{name}_pour") else typed


class _Typed(str):
    """A text as it was typed, as opposed to the code of a commune."""


class CommuneField(forms.Field):
    """Gives a `Commune` or None. Its `initial` is a commune or its code."""

    widget = CommuneInput
    default_error_messages = {
        "required": "Indiquez une commune, par son nom ou son code postal.",
        "unknown": (
            "Nous ne connaissons pas ce lieu. Écrivez le nom d’une commune ou son code postal, "
            "par exemple «\u00a0Romans\u00a0» ou «\u00a026100\u00a0»."
        ),
        "department": (
            "«\u00a0%(name)s\u00a0» est un département. Écrivez une commune, par son nom ou son code postal."
        ),
        "ambiguous": "Plusieurs communes répondent à ce nom\u00a0: choisissez la vôtre dans la liste.",
        "unsure": (
            "Nous ne sommes pas sûrs d’avoir compris\u00a0: choisissez la commune proposée "
            "ou corrigez le texte."
        ),
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", "Commune")
        options.setdefault("help_text", "Son nom ou son code postal. Exemples\u00a0: Romans, 26100")
        super().__init__(**options)

    def to_python(self, value: Any) -> Commune | None:
        if isinstance(value, Commune):
            return value
        text = str(value or "").strip()
        if not text:
            return None
        resolution = places.resolve(text)
        self.widget.candidates = resolution.candidates
        if resolution.commune:
            return resolution.commune
        if not resolution.candidates:
            if department := places.department_named(text):
                said = self.error_messages["department"] % {"name": department.name}
                raise ValidationError(said, code="department")
            raise ValidationError(self.error_messages["unknown"], code="unknown")
        code = "ambiguous" if len(resolution.candidates) > 1 else "unsure"
        raise ValidationError(self.error_messages[code], code=code)

    def bound_data(self, data: Any, initial: Any) -> Any:
        return _Typed(data) if isinstance(data, str) else data

    def prepare_value(self, value: Any) -> Any:
        """What the text field shows: the text as typed, or the label of a commune known by its code."""
        if isinstance(value, Commune):
            return value.label
        if isinstance(value, str) and value and not isinstance(value, _Typed):
            commune = places.by_code(value)
            return commune.label if commune else value
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (self.prepare_value(initial) or "") != (str(data or "").strip())


class PlaceField(CommuneField):
    """Gives a `Commune`, a `Department` (« Creuse », « 23 ») or None. A name that both have is the department's."""

    def __init__(self, **options: Any) -> None:
        options.setdefault(
            "help_text", "Une commune, son code postal, ou un département. Exemples\u00a0: Romans, 26"
        )
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        department = places.department_named(value) if isinstance(value, str) else None
        return department or super().to_python(value)


def postal_codes_of(commune: Commune) -> str:
    """The postal code typed, or the few of the commune; nothing for Paris."""
    codes = [commune.matched_postal_code] if commune.matched_postal_code else commune.postal_codes
    return ", ".join(codes) if len(codes) <= 3 else ""

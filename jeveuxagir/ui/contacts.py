"""What is read before both sides agreed, or by everybody, says nobody's address and nobody's number."""

from django.core.exceptions import ValidationError

from jeveuxagir.common.text import NBSP, says_contact


def without_contact(text: str) -> None:
    """A validator of form fields."""
    if says_contact(text):
        raise ValidationError(
            f"N’écrivez ici ni adresse électronique ni numéro de téléphone{NBSP}: le site les donne au bon moment, aux "
            "bonnes personnes.",
            code="contact",
        )

"""How strong a password must be: length and guesses, no rule about its characters."""

from typing import Any

from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

#: zxcvbn's time grows with the square of the length; what comes after is only extra.
LOOKED_AT = 64


class StrengthValidator:
    """Refuses what a program guesses quickly (zxcvbn below 3 of 4), names and addresses included."""

    def validate(self, password: str, user: Any = None) -> None:
        known = [str(getattr(user, "email", "") or "").split("@")[0], "jeveuxagir", "benevole", "association"]
        person = getattr(user, "person", None) if getattr(user, "person_id", None) else None
        known += [person.first_name, person.last_name] if person else []
        if zxcvbn(password[:LOOKED_AT], user_inputs=[word for word in known if word])["score"] < 3:
            raise ValidationError(
                "Ce mot de passe se devine trop vite. Mettez par exemple quatre mots sans lien entre eux.",
                code="password_too_guessable",
            )

    def get_help_text(self) -> str:
        return "Quatre mots sans lien entre eux font un bon mot de passe."

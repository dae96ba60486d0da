"""A telephone number, kept in international form, as it is written where it rings."""

import phonenumbers

#: mainland and the overseas territories that share its numbering: one dials ten digits between them
FRENCH = frozenset({33, 262, 508, 590, 594, 596})


def phone_in_words(number: str) -> str:
    """« 06 12 34 56 78 » for a French one; another stays in international form."""
    try:
        parsed = phonenumbers.parse(number, "FR")
    except phonenumbers.NumberParseException:
        return number
    if parsed.country_code not in FRENCH or not phonenumbers.is_possible_number(parsed):
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)

"""Words as people paste and type them: what a word processor leaves, and what is said too early."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from jeveuxagir.common.text import clean, said_length, says_contact
from jeveuxagir.ui.contacts import without_contact


def test_what_a_word_processor_leaves_is_taken_out_and_its_bullets_are_bullets() -> None:
    assert clean("\uf0b7 Un bud\u00adget\u200b sur trois ans") == "• Un budget sur trois ans"
    assert clean("\uf0a7\tUn\n\uf0fc\tDeux") == "•\tUn\n•\tDeux"
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert clean(f"Une famille {family}") == f"Une famille {family}", "what joins an emoji stays"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Un budget – sur 3 ans !", 23),
        ("E\N{COMBINING ACUTE ACCENT}te\N{COMBINING ACUTE ACCENT}", 3),
        ("x" + "\N{COMBINING GRAVE ACCENT}" * 200, 1),
        ("\N{SPARKLES}" * 40, 0),
        ("----------------------- ok", 2),
        ("助成金の申請書", 7),
        ("   \u200b ", 0),
    ],
)
def test_a_text_is_as_long_as_what_it_says(text: str, length: int) -> None:
    assert said_length(text) == length


@pytest.mark.parametrize(
    "text",
    [
        "Écrivez à bruno@manufacture.fr",
        "Jean Dupont, 06 12 34 56 78",
        "au 0612345678",
        "+33 6 12 34 56 78",
        "0033 (0)6.12.34.56.78",
        "04-75-00-11-22.",
    ],
)
def test_an_address_or_a_number_is_seen(text: str) -> None:
    assert says_contact(text)
    with pytest.raises(ValidationError, match="ni adresse électronique ni numéro"):
        without_contact(text)


@pytest.mark.parametrize(
    "text",
    [
        "En 2026, 10 000 repas pour 1 250 familles",
        "SIRET 732 829 320 00074",
        "du 01/02/2027 au 03/04/2027",
        "20 000 € sur 12 345 678 habitants",
        "@mention, et a@b",
        "",
    ],
)
def test_a_date_a_total_or_the_number_of_an_organisation_is_not(text: str) -> None:
    assert not says_contact(text)
    without_contact(text)

"""Conventions as papers: any words make one, its fingerprint, what is kept of those given up."""

from __future__ import annotations

import pytest

from missions.sponsorships import services
from missions.sponsorships.enums import ConventionState, Side

from .builders import story

pytestmark = pytest.mark.django_db


def test_any_name_is_signed_and_printed() -> None:
    """Signs that the fonts of the PDF lack never keep a convention from entering into force."""
    s = story()
    row = s.agreed(profile="graphiste 🎨 চিত্রকর")
    convention = s.proposed(row, employee_name="李娜")
    for side, who in ((Side.COMPANY, s.coordinator), (Side.ASSOCIATION, s.manager)):
        services.sign(
            convention, actor=who, side=side, seen_hash=convention.text_hash, capacity="directrice 🎉"
        )
    convention.refresh_from_db()
    assert convention.state == ConventionState.IN_FORCE
    assert bytes(convention.document).startswith(b"%PDF")
    assert convention.employee_name == "李娜", "the page keeps the true name"

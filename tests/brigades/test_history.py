"""The history of a sponsorship says which of the two sides did what."""

from __future__ import annotations

import pytest

from brigades import history
from missions.sponsorships import services
from missions.sponsorships.enums import Side
from tests.sponsorships.builders import story

pytestmark = pytest.mark.django_db


def test_the_history_of_a_sponsorship_says_which_side_signed_validated_and_refused() -> None:
    s = story()
    row = s.signed(2)
    s.validated(row)
    services.refuse_day(s.day(row, 2), actor=s.manager, side=Side.ASSOCIATION, reason="Nous étions fermés.")
    told = [line.what for line in history.of(row)]
    for words in (
        "Convention signée (côté employeur)",
        "Convention signée (côté association)",
        "Une journée validée (côté association)",
        "Une journée refusée (côté association)",
    ):
        assert words in told
    assert "Une journée notée" in told

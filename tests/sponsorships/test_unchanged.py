"""A form that has nothing more to change does not open; a refused day is not sent back as it was."""

from __future__ import annotations

import pytest

from missions.sponsorships import services
from missions.sponsorships.enums import Side

from .builders import story
from .test_pages import client_of, url, working_day

pytestmark = pytest.mark.django_db


def test_the_form_of_a_preparation_opens_on_a_preparation_alone() -> None:
    s = story()
    row = s.agreed(3)
    browser = client_of(s.coordinator)
    answer = browser.get(url("rework", s.company, row.pk), follow=True)
    assert answer.redirect_chain == [(url("one", s.company, row.pk), 302)]
    assert "Les deux côtés en parlent déjà" in answer.content.decode()
    prepared = story().drafted(3)
    assert (
        client_of(prepared.created_by).get(url("rework", prepared.employer, prepared.pk)).status_code == 200
    )


def test_a_refused_day_sent_again_unchanged_stays_on_its_form() -> None:
    s = story()
    row = s.signed(3)
    day = s.day(row, on=working_day(3), note="Une journée à la caisse")
    services.refuse_day(day, actor=s.manager, side=Side.ASSOCIATION, reason="Ce jour-là, le matin seulement.")
    sent = {"on": day.on.isoformat(), "part": "whole", "note": day.note}
    answer = client_of(s.coordinator).post(f"{url('log_day', s.company, row.pk)}?corrige={day.pk}", sent)
    assert answer.status_code == 409
    assert "refusée telle quelle" in answer.content.decode()
    assert day.note in answer.content.decode()
    assert not day.corrections.exists()

"""From the mission to the day: a company's team is registered, accepted, counted, by the pages of both sides."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from jeveuxagir.common.clock import now
from missions.models import Slot
from missions.participations.models import Participation
from tests import factories as f

from .test_browser import look, sign_in


@pytest.mark.parametrize("width", [390, 1280])
def test_a_team_comes_for_a_day(page: Any, site: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    mission = f.make_team_mission()
    host = f.make_member(mission.organisation)
    company = f.make_company(name="Biscuiterie Morel")
    coordinator = f.make_member(company)

    sign_in(page, site, coordinator)
    page.goto(f"{site.url}/missions/?equipes=on")
    look(page)
    page.get_by_role("link", name=mission.title).first.click()
    look(page)
    page.get_by_role("link", name="Inscrire mon équipe").click()
    look(page)
    page.get_by_label("Combien serez-vous").fill("3")
    page.get_by_label("Personne à joindre le jour même").fill("Zoé Martin")
    page.get_by_label("Son téléphone").fill("06 11 22 33 44")
    page.get_by_label("Toutes les personnes de l’équipe").check(force=True)
    page.get_by_role("button", name="Inscrire mon équipe").click()
    page.get_by_text("accueille des équipes de 5 à 12 personnes").first.wait_for()
    look(page)
    page.get_by_label("Combien serez-vous").fill("8")
    page.get_by_role("button", name="Inscrire mon équipe").click()
    page.get_by_text("Votre équipe est proposée").wait_for()
    look(page)
    row = Participation.objects.get()

    sign_in(page, site, host)
    space = f"{site.url}{mission.organisation.space_url}"
    page.goto(f"{space}candidatures/")
    look(page)
    page.get_by_role("link", name="Équipe de 8").click()
    look(page)
    page.get_by_role("button", name="Accepter cette candidature").click()
    page.get_by_text("Zoé Martin").wait_for()
    start = now() - datetime.timedelta(hours=9)
    Slot.objects.filter(pk=row.slot_id).update(starts_at=start, ends_at=start + datetime.timedelta(hours=7))
    page.reload()
    page.get_by_label("Combien de personnes sont venues").fill("7")
    page.get_by_role("button", name="Oui, elle est venue").click()
    page.get_by_text("La journée de l’équipe compte").wait_for()
    look(page)

    sign_in(page, site, coordinator)
    page.goto(f"{site.url}{company.space_url}mecenat/equipes/?etat=terminees")
    look(page)
    page.get_by_role("link", name=mission.title).click()
    page.get_by_text("7 personnes sont venues").wait_for()
    look(page)
    page.goto(f"{site.url}{company.space_url}mecenat/engagement/")
    page.get_by_text("1 journée d’équipe").first.wait_for()
    look(page)

"""Narrowing the applications to a mission, in an organisation that has thousands."""

import pytest

from missions.participations import forms
from missions.participations.forms import ApplicationFilters
from tests import factories as f


@pytest.mark.django_db
def test_the_missions_to_choose_from_are_those_of_the_latest_applications(monkeypatch):
    monkeypatch.setattr(forms, "MISSIONS_TO_CHOOSE", 2)
    organisation = f.make_organisation()
    missions = [
        f.make_mission(organisation=organisation, title=title) for title in ("Écrire", "Lire", "Jouer")
    ]
    for mission in missions:
        f.make_participation(mission=mission)
    f.make_mission(organisation=organisation, title="Sans candidature")

    def titles(data):
        filters = ApplicationFilters(data, organisation=organisation)
        return filters, [label for _, label in filters.fields["mission"].choices]

    filters, shown = titles({})
    assert shown[0] == "Toutes les missions"
    assert shown[1:] == ["Jouer", "Lire"]
    filters, shown = titles({"mission": str(missions[0].pk)})
    assert filters.only_mission == missions[0]
    assert shown[1:] == ["Écrire", "Jouer", "Lire"]

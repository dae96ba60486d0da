"""The factories make rows that the database accepts."""

import pytest

from tests import factories as f

pytestmark = pytest.mark.django_db


def test_each_factory_makes_a_correct_row():
    assert f.make_user().person.commune.name == "Guéret"
    assert f.make_person(age=17).guardian_notices.get().state == "told"
    for role in ("brigade_member", "brigade_lead", "regional", "national", "operator", "technical"):
        assert f.make_staff(role).is_staff
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner)
    for kind in ("association", "company", "local_authority", "other"):
        f.make_organisation(kind=kind)
    mission = f.make_mission(organisation=organisation, slots=2)
    f.make_slot(mission, kind="weekly")
    f.make_slot(mission, kind="undated")
    f.make_mission(imported=True)
    f.make_mission(mode="remote", commune=None)
    participation = f.make_participation(mission=mission)
    participation.slot.refresh_from_db()
    assert participation.slot.taken == 1
    for state in ("in_talk", "accepted", "declined", "cancelled", "realised", "absent"):
        f.make_participation(mission=mission, state=state, slot=mission.slots.last())
    for state in ("received", "qualified", "proposed", "accepted", "withdrawn", "unserved", "refused"):
        f.make_request(state=state)
    for state in ("proposed", "interested", "declined", "expired", "withdrawn"):
        f.make_proposal(mission=mission, state=state)


def test_the_fields_of_a_contact_pass_its_form():
    from jeveuxagir.accounts.forms import ContactFields

    form = ContactFields(f.contact_fields())
    assert form.is_valid(), form.errors
    assert form.contact()["first_name"] == "Camille"

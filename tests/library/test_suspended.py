"""What a suspended organisation signs is hidden as long as it is; its members read why; nothing of it is lost."""

import pytest
from django.test import Client

from alliances.examples.models import Example
from alliances.library.models import Method, Resource
from jeveuxagir.audit import deliveries
from jeveuxagir.findable import services as index
from jeveuxagir.findable.models import Entry
from organisations import services as organisations
from tests import factories as f

pytestmark = pytest.mark.django_db
MAKE = {Method: f.make_method, Resource: f.make_resource, Example: f.make_example}


def refreshed():
    while index.refresh():
        pass


@pytest.mark.parametrize("model", MAKE)
def test_its_sheets_leave_the_site_and_the_index_then_come_back(model):
    organisation = f.make_organisation()
    member = f.make_member(organisation)
    sheet = MAKE[model](organisation=organisation, person=member.person)
    kept = MAKE[model](person=member.person)
    index.rebuild()
    staff, stranger, mine = f.make_staff(), Client(), Client()
    mine.force_login(member)

    def shown():
        refreshed()
        of_kind = Entry.objects.filter(kind=model._meta.model_name).order_by("object_id")
        return (
            stranger.get(sheet.get_absolute_url()).status_code,
            list(of_kind.values_list("object_id", flat=True)),
            [row.pk for row in model.objects.public().order_by("pk")],
        )

    both = [sheet.pk, kept.pk]
    assert shown() == (200, both, both)
    organisations.suspend(organisation, actor=staff, reason="Une plainte.")
    assert shown() == (404, [kept.pk], [kept.pk])
    assert "est suspendue" in mine.get(sheet.get_absolute_url()).text
    organisations.lift(organisation, actor=staff)
    assert shown() == (200, both, both)


def test_an_example_leads_to_its_organisation_only_while_that_page_exists():
    organisation = f.make_organisation(name="La Fabrique")
    example = f.make_example(organisation=organisation, may_contact=True)
    url = example.get_absolute_url()
    assert "En parler avec" in Client().get(url).text
    organisations.close(organisation, actor=f.make_staff())
    page = Client().get(url).text
    assert "La Fabrique" in page
    assert organisation.get_absolute_url() not in page


def test_an_organisation_renamed_is_found_by_its_new_name_in_its_events():
    organisation = f.make_organisation(name="Vieux nom")
    event = f.make_event(organisation=organisation)
    index.rebuild("event")
    change = {"name": {"label": "nom", "value": "Les Ornithorynques"}}
    organisations.apply_edit(organisation, actor=f.make_staff(), diff=change)
    deliveries.deliver()
    refreshed()
    assert Entry.objects.saying("ornithorynque").filter(kind="event").get().object_id == event.pk

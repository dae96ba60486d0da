"""What an employer gave: counted from days that both sides validated, public when it wants, nobody named."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jeveuxagir.common.errors import NotAllowed, RuleBroken
from missions.impact import services
from missions.impact.figures import impact_of
from missions.impact.models import Publication
from missions.sponsorships.enums import Side
from missions.sponsorships.services import refuse_day
from missions.sponsorships.statement import statement_of, years_of
from organisations.models import Organisation
from tests import factories as f
from tests.sponsorships.builders import Story
from tests.sponsorships.builders import story as make_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    return make_story()


def address(name: str, organisation: Organisation) -> str:
    return reverse(f"impact:{name}", args=[organisation.pk, organisation.slug])


def test_only_days_that_both_validated_are_counted_as_in_the_statement(story: Story) -> None:
    row = story.signed()
    story.validated(row, 3)
    story.day(row, 2)
    refuse_day(story.day(row, 1), actor=story.manager, side=Side.ASSOCIATION, reason="Personne n’est venu.")
    found = impact_of(story.company)
    assert (found.minutes, found.days, found.associations) == (420, 1, 1)
    total = sum(statement_of(story.company, year).total for year in years_of(story.company))
    assert found.minutes == total
    assert sum(hours for _year, hours in found.years) == 7


def test_half_days_are_told_to_the_half_hour_as_in_the_statement(story: Story, client: Client) -> None:
    row = story.signed()
    story.validated(row, 3)
    story.validated(row, 2, part="morning")
    found = impact_of(story.company)
    assert (
        sum(hours for _year, hours in found.years)
        == sum(hours for _place, hours in found.departments)
        == 10.5
    )
    services.publish(story.company, actor=story.coordinator)
    page = client.get(address("public", story.company)).text.replace("\xa0", " ")
    assert "1 jour et demi" in page
    assert "(10 h 30)" in page
    assert "10,5" in page


def test_a_need_of_several_skills_counts_for_each_family_and_the_page_says_so(
    story: Story, client: Client
) -> None:
    story.need.skills.set(["comptabilite", "photo"])
    story.validated(story.signed())
    assert [hours for _label, hours in impact_of(story.company).families] == [7, 7]
    services.publish(story.company, actor=story.coordinator)
    assert "familles de compétences compte pour chacune" in client.get(address("public", story.company)).text


def test_the_page_stands_among_those_of_sponsorship(story: Story, client: Client) -> None:
    client.force_login(story.coordinator)
    page = client.get(address("own", story.company)).text
    for path in ("mecenat/", "mecenat/engagement/", "rapprochements/"):
        assert f'href="{story.company.space_url}{path}"' in page


def test_a_need_with_two_goals_counts_for_each(story: Story) -> None:
    story.need.sdgs.set([4, 17])
    row = story.signed()
    story.validated(row)
    assert [hours for _label, hours in impact_of(story.company).sdgs] == [7, 7]


def test_teams_count_for_whom_lets_the_employer_read_it(story: Story) -> None:
    telling, silent = f.make_person(), f.make_person()
    f.make_employee(story.company, person=telling, shown="missions")
    f.make_employee(story.company, person=silent)
    for person in (telling, silent, f.make_person()):
        f.make_participation(
            person=person,
            state="realised",
            group_kind="company",
            group_name="Équipe",
            places=5,
            slot=f.make_slot(f.make_mission(), capacity=10),
        )
    found = impact_of(story.company)
    assert (found.teams, found.team_places) == (1, 5)


def test_an_employer_with_nothing_counted_publishes_nothing(story: Story) -> None:
    with pytest.raises(RuleBroken, match="rien à montrer"):
        services.publish(story.company, actor=story.coordinator)


def test_coordinators_alone_publish_and_take_back(story: Story, client: Client) -> None:
    story.validated(story.signed())
    for actor in (story.manager, f.make_user(), f.make_member(story.company, role="reader")):
        with pytest.raises(NotAllowed):
            services.publish(story.company, actor=actor)
    page = address("public", story.company)
    assert client.get(page).status_code == 404
    services.publish(story.company, actor=story.coordinator)
    services.publish(story.company, actor=story.coordinator)
    html = client.get(page).content.decode()
    assert "1 jour" in html.replace("\xa0", " ")
    assert "Zoé" not in html
    assert page in client.get(story.company.get_absolute_url()).content.decode()
    Organisation.objects.filter(pk=story.company.pk).update(state="suspended", state_reason="x")
    assert client.get(page).status_code == 404
    Organisation.objects.filter(pk=story.company.pk).update(state="validated", state_reason="")
    services.unpublish(story.company, actor=story.coordinator)
    assert client.get(page).status_code == 404


def test_an_association_has_no_such_page(story: Story, client: Client) -> None:
    client.force_login(story.manager)
    answer = client.get(address("own", story.association), follow=True)
    assert answer.redirect_chain == [(story.association.space_url, 302)]
    assert client.post(address("publish", story.association)).status_code == 404
    client.force_login(story.coordinator)
    assert client.get(address("own", story.company)).status_code == 200


def test_the_page_asks_the_same_number_of_questions_for_1_and_40_days(story: Story) -> None:
    row = story.signed(days=8)
    story.validated(row)
    with CaptureQueriesContext(connection) as one:
        impact_of(story.company)
    for ago in range(2, 8):
        story.validated(row, ago)
    with CaptureQueriesContext(connection) as many:
        impact_of(story.company)
    assert len(many) == len(one)


def test_who_published_is_forgotten_the_page_stays(story: Story) -> None:
    story.validated(story.signed())
    services.publish(story.company, actor=story.coordinator)
    services.forget_person(story.coordinator.person)
    assert Publication.objects.get().published_by is None

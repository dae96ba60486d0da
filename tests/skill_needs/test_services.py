"""What an association needs: said by itself, read by the brigade, closed when its date has passed."""

import datetime
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale, WrongState
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.moderation.reports import reportables
from jeveuxagir.notifications.models import Message
from jeveuxagir.taxonomies.models import Domain, Skill
from missions.skill_needs import services
from missions.skill_needs.enums import State
from missions.skill_needs.models import SkillNeed
from missions.skill_needs.services import NeedData
from organisations import services as organisations
from organisations.models import Membership
from tests.factories import make_member, make_organisation, make_skill_need, make_staff, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return make_user()


@pytest.fixture
def association(owner):
    return make_organisation(owner=owner)


def whole(owner, **changes):
    data = NeedData(
        title="Refaire notre site internet",
        project_type="site-internet",
        deliverable="Un site de six pages en ligne, que deux bénévoles savent tenir.",
        skills=list(Skill.objects.filter(pk="developpement-web")),
        minutes=1050,
        deadline=today() + datetime.timedelta(days=60),
        domain=Domain.objects.get(pk="education"),
        contact=owner.person,
    )
    return replace(data, **changes)


def codes(to):
    return sorted(Message.objects.filter(person=to.person).values_list("kind", flat=True))


def decide(need, decision, *, reason=""):
    item = ModerationItem.objects.open().get(subject_id=need.pk, kind="skill_need")
    actor = make_staff("brigade_lead")
    item = moderation.take(item, actor=actor)
    moderation.decide(item, actor=actor, decision=decision, reason=reason, version=item.version)
    need.refresh_from_db()
    return need


def test_a_need_goes_from_draft_to_the_list_through_the_brigade(owner, association):
    need = services.draft(actor=owner, organisation=association, data=whole(owner))
    services.submit(need, actor=owner)
    assert not SkillNeed.objects.public().exists()
    decide(need, "accept")
    assert need.state == State.OPEN
    assert need.department_id == "23"
    assert list(SkillNeed.objects.seeking()) == [need]
    assert codes(owner) == ["skill_needs.published"]
    verbs = Event.objects.filter(subject_type="skill_needs.SkillNeed").values_list("verb", flat=True)
    assert list(verbs.order_by("pk")) == [
        "skill_need.drafted",
        "skill_need.submitted",
        "skill_need.published",
    ]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("deliverable", "", "ce qui sera rendu"),
        ("deliverable", "\N{SPARKLES}" * 60, "Dites-en plus sur ce qui sera rendu"),
        ("title", "e" + "\N{COMBINING ACUTE ACCENT}" * 100, "en une ligne"),
        ("minutes", None, "en combien de jours"),
        ("skills", (), "au moins une compétence"),
        ("deadline", None, "pour quand"),
        ("contact", None, "qui, dans votre équipe"),
    ],
)
def test_a_need_without_what_matters_is_kept_but_not_sent_and_says_why(
    owner, association, field, value, words
):
    need = services.draft(actor=owner, organisation=association, data=whole(owner, **{field: value}))
    with pytest.raises(RuleBroken) as refused:
        services.submit(need, actor=owner)
    assert refused.value.code == field
    assert words in refused.value.message
    need.refresh_from_db()
    assert need.state == State.DRAFT


def test_the_database_too_refuses_a_need_without_deliverable_or_volume(association):
    for lack in ({"deliverable": ""}, {"minutes": None}):
        with pytest.raises(IntegrityError, match="skill_need_said_before_sent"), transaction.atomic():
            make_skill_need(organisation=association, **lack)


def test_a_company_states_no_need_for_itself_or_for_an_association(owner, association):
    company = make_organisation(kind="company", owner=owner)
    with pytest.raises(RuleBroken) as refused:
        services.draft(actor=owner, organisation=company, data=whole(owner))
    assert "l’association dit elle-même" in refused.value.message
    stranger = make_user()
    make_member(company, person=stranger.person)
    with pytest.raises(NotAllowed):
        services.draft(actor=stranger, organisation=association, data=whole(stranger))
    with pytest.raises(IntegrityError, match="a company states no need"), transaction.atomic():
        make_skill_need(organisation=company)


def test_an_association_with_needs_does_not_become_a_company(association):
    need = make_skill_need(organisation=association)
    association.kind, association.may_host = "company", False
    with pytest.raises(IntegrityError, match="still states needs"), transaction.atomic():
        association.save()
    SkillNeed.objects.filter(pk=need.pk).update(state="no_taker")
    association.save()
    with pytest.raises(IntegrityError, match="a company states no need"), transaction.atomic():
        SkillNeed.objects.filter(pk=need.pk).update(state="open")


def test_what_is_wrong_is_refused_in_words(owner, association):
    outsider = make_user().person
    for changes, code in (
        ({"deadline": today() - datetime.timedelta(days=1)}, "deadline"),
        ({"deadline": today() + datetime.timedelta(days=4000)}, "deadline"),
        ({"minutes": 5}, "minutes"),
        ({"minutes": 10**9}, "minutes"),
        ({"format": "flash"}, "minutes"),
        ({"contact": outsider}, "contact"),
        ({"skills": list(Skill.objects.all()[:9])}, "skills"),
        ({"project_type": "autre-chose"}, "project_type"),
        ({"title": " "}, "title"),
    ):
        with pytest.raises(RuleBroken) as refused:
            services.draft(actor=owner, organisation=association, data=whole(owner, **changes))
        assert refused.value.code == code, changes


def test_published_words_wait_for_the_brigade_and_the_rest_applies_at_once(owner, association):
    need = make_skill_need(organisation=association, contact=owner.person)
    data = replace(
        services.data_of(need), deliverable="Autre chose, plus court mais tout aussi clair.", minutes=840
    )
    done = services.update(need, actor=owner, data=data, version=need.version)
    need.refresh_from_db()
    assert (done.waiting, done.applied) == (["ce qui sera rendu"], ["volume"])
    assert (need.minutes, need.deliverable[:7]) == (840, "Un site")
    assert services.current_data(need).deliverable.startswith("Autre chose")
    decide(need, "accept")
    assert need.deliverable.startswith("Autre chose")
    assert codes(owner) == ["skill_needs.edit_accepted"]


def test_the_brigade_s_no_leaves_the_published_words_and_says_why(owner, association):
    need = make_skill_need(organisation=association, contact=owner.person)
    data = replace(services.data_of(need), title="Une publicité pour mon magasin")
    services.update(need, actor=owner, data=data)
    decide(need, "refuse", reason="Ce n’est pas le besoin d’une association.")
    assert need.title.startswith("Refaire")
    assert codes(owner) == ["skill_needs.edit_refused"]


def test_what_is_to_mend_comes_back_with_its_reason_and_may_be_sent_again(owner, association):
    need = services.draft(actor=owner, organisation=association, data=whole(owner))
    services.submit(need, actor=owner)
    decide(need, "ask", reason="Dites qui tiendra le site ensuite.")
    assert (need.state, need.state_reason) == (State.DRAFT, "Dites qui tiendra le site ensuite.")
    services.submit(need, actor=owner)
    decide(need, "refuse", reason="Hors sujet.")
    assert codes(owner) == ["skill_needs.refused", "skill_needs.to_mend"]
    services.submit(need, actor=owner)
    need.refresh_from_db()
    assert need.state == State.PENDING


def test_an_edit_over_somebody_else_s_is_told(owner, association):
    need = make_skill_need(organisation=association, state="draft")
    services.update(
        need, actor=owner, data=replace(services.data_of(need), minutes=420), version=need.version
    )
    with pytest.raises(Stale):
        services.update(
            need, actor=owner, data=replace(services.data_of(need), minutes=840), version=need.version
        )


def test_a_reader_and_a_stranger_change_nothing(association):
    need = make_skill_need(organisation=association)
    reader, stranger = make_user(), make_user()
    make_member(association, person=reader.person, role="reader")
    for actor in (reader, stranger):
        for verb, more in (
            (services.update, {"data": services.data_of(need)}),
            (services.give_up, {"reason": "x"}),
            (services.finish, {}),
        ):
            with pytest.raises(NotAllowed):
                verb(need, actor=actor, **more)


def test_a_draft_goes_and_what_was_public_stays(owner, association):
    services.discard(make_skill_need(organisation=association, state="draft"), actor=owner)
    assert not SkillNeed.objects.exists()
    with pytest.raises(RuleBroken):
        services.discard(make_skill_need(organisation=association), actor=owner)


def test_an_answer_moves_the_need_and_twice_is_once(association):
    need = make_skill_need(organisation=association)
    for verb, state in (
        (services.talk, "in_talk"),
        (services.talk, "in_talk"),
        (services.agree, "agreed"),
        (services.agree, "agreed"),
        (services.resume, "open"),
        (services.agree, "agreed"),
        (services.deliver, "delivered"),
        (services.deliver, "delivered"),
    ):
        assert verb(need, actor=None).state == state
    with pytest.raises(WrongState):
        services.talk(need, actor=None)
    told = Event.objects.filter(subject_id=str(need.pk), verb="skill_need.agreed")
    assert told.count() == 2


def test_a_date_that_passed_is_told_once_then_ends_the_need(owner, association):
    late = {"organisation": association, "deadline": today() - datetime.timedelta(days=40)}
    need, talking = make_skill_need(**late), make_skill_need(state="in_talk", **late)
    assert services.past_deadlines() == {"told": 2, "ended": 0}
    assert services.past_deadlines() == {"told": 0, "ended": 0}
    SkillNeed.objects.update(reminded_on=today() - datetime.timedelta(days=14))
    assert services.past_deadlines() == {"told": 0, "ended": 1}
    need.refresh_from_db()
    talking.refresh_from_db()
    assert (need.state, talking.state) == (State.NO_TAKER, State.IN_TALK)
    assert codes(owner) == ["skill_needs.deadline_passed"] * 2 + ["skill_needs.no_taker"]
    services.reopen(need, actor=owner, deadline=today() + datetime.timedelta(days=30))
    need.refresh_from_db()
    assert (need.state, need.reminded_on) == (State.OPEN, None)


def test_another_date_stops_the_clock(owner, association):
    need = make_skill_need(
        organisation=association, deadline=today() - datetime.timedelta(days=2), contact=owner.person
    )
    services.past_deadlines()
    need.refresh_from_db()
    data = replace(services.data_of(need), deadline=today() + datetime.timedelta(days=20))
    services.update(need, actor=owner, data=data)
    need.refresh_from_db()
    assert need.reminded_on is None
    with pytest.raises(RuleBroken):
        services.reopen(need, actor=owner, deadline=today())


def test_needs_are_suspended_lifted_and_ended_with_their_association(association):
    need, other = make_skill_need(organisation=association), make_skill_need(organisation=association)
    services.suspend(other, actor=make_staff(), reason="À vérifier.")
    services.suspend_of_organisation(association, actor=None)
    services.suspend_of_organisation(association, actor=None)
    need.refresh_from_db()
    assert (need.state, need.suspended_with_organisation) == (State.SUSPENDED, True)
    services.lift_of_organisation(association, actor=None)
    need.refresh_from_db()
    other.refresh_from_db()
    assert (need.state, other.state) == (State.OPEN, State.SUSPENDED)
    services.close_of_organisation(association, actor=None)
    assert set(SkillNeed.objects.values_list("state", flat=True)) == {State.NO_TAKER}


def test_staff_do_not_suspend_outside_their_territory_or_in_their_own_association(association):
    need = make_skill_need(organisation=association)
    with pytest.raises(NotAllowed):
        services.suspend(need, actor=make_staff(department="59"), reason="x")
    member = make_staff()
    make_member(association, person=member.person, role="reader")
    with pytest.raises(RuleBroken, match="Vous êtes membre"):
        services.suspend(need, actor=member, reason="x")


def test_a_reported_page_is_sent_back_or_suspended_but_not_once_agreed(owner, association):
    reportable = reportables["skill_needs:public"]
    need = make_skill_need(organisation=association)
    reportable.ask(need, make_staff(), "Enlevez le numéro de téléphone.")
    need.refresh_from_db()
    assert need.state == State.DRAFT
    agreed = make_skill_need(organisation=association, state="agreed")
    with pytest.raises(RuleBroken):
        reportable.suspend(agreed, make_staff(), "x")


def test_a_contact_who_left_is_given_to_nobody(owner, association):
    other = make_user()
    make_member(association, person=other.person)
    need = make_skill_need(organisation=association, contact=other.person)
    assert services.contact_of(need) == other.person
    organisations.remove_member(Membership.objects.get(person=other.person), actor=owner)
    need = SkillNeed.objects.get(pk=need.pk)
    assert services.contact_of(need) is None


def test_a_need_of_immersion_lasts_from_half_a_day_to_ten_days() -> None:
    need = make_skill_need(state="draft", format="immersion", minutes=420)
    owner = make_member(need.organisation)
    for minutes in (60, 11 * 420):
        with pytest.raises(RuleBroken, match="demi-journée à dix jours"):
            services.update(need, actor=owner, data=replace(services.data_of(need), minutes=minutes))
    services.update(need, actor=owner, data=replace(services.data_of(need), minutes=5 * 420))
    need.refresh_from_db()
    assert (need.format, need.minutes) == ("immersion", 2100)

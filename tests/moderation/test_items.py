"""Moderation items: one open item a subject, owned by one person, decided once."""

import datetime

import pytest

from jeveuxagir.audit.models import Event
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.moderation import services
from jeveuxagir.moderation.clocks import easter, is_working_day, working_days_ago
from jeveuxagir.moderation.models import ModerationItem
from organisations.models import Organisation
from tests import factories as f

pytestmark = pytest.mark.django_db


def pending(name="Les Jardins partagés", **fields):
    organisation = f.make_organisation(name=name, state="pending", owner=f.make_user(), **fields)
    return organisation, open_item(organisation)


def open_item(organisation, **fields):
    return services.open_item(
        "organisation",
        organisation,
        title=organisation.name,
        department=organisation.commune.department,
        **fields,
    )


def test_a_second_submission_updates_the_open_item_and_keeps_its_age():
    organisation, item = pending()
    again = open_item(
        organisation, diff={"name": {"label": "nom", "before": "a", "after": "b", "value": "b"}}
    )
    assert again.pk == item.pk
    assert again.version == item.version + 1
    assert again.created_at == item.created_at
    assert again.rows == [("nom", "a", "b")]


def test_taking_an_item_names_its_owner_and_nobody_else_takes_it():
    _, item = pending()
    first, second = f.make_staff(first_name="Inès"), f.make_staff(first_name="Marc")
    item = services.take(item, actor=first)
    assert (item.state, item.owner) == ("owned", first)
    with pytest.raises(RuleBroken, match="Inès s’en occupe déjà"):
        services.take(item, actor=second)
    with pytest.raises(RuleBroken, match="Inès"):
        services.release(item, actor=second)
    with pytest.raises(RuleBroken, match="Inès"):
        services.decide(item, actor=second, decision="accept", version=item.version)
    assert services.release(item, actor=first).state == "new"


def test_a_lead_takes_over_what_a_member_owns():
    _, item = pending()
    services.take(item, actor=f.make_staff())
    lead = f.make_staff("brigade_lead")
    item.refresh_from_db()
    assert services.take(item, actor=lead, over=True).owner == lead


def test_a_decision_moves_the_subject_and_is_kept():
    organisation, item = pending()
    actor = f.make_staff()
    item = services.decide(item, actor=actor, decision="accept", version=item.version)
    organisation.refresh_from_db()
    assert organisation.state == "validated"
    assert (item.state, item.decision, item.decided_by, item.owner) == ("decided", "accept", actor, actor)
    assert Event.objects.filter(verb="moderation.decided", subject_id=item.pk, actor=actor).exists()
    assert Event.objects.filter(verb="organisation.validated", subject_id=organisation.pk).exists()


def test_a_refusal_without_a_reason_is_refused():
    organisation, item = pending()
    for decision in ("ask", "refuse"):
        with pytest.raises(RuleBroken, match="raison"):
            services.decide(
                item, actor=f.make_staff(), decision=decision, reason=" \x00 ", version=item.version
            )
    organisation.refresh_from_db()
    assert organisation.state == "pending"


def test_the_second_moderator_reads_who_decided():
    _, item = pending()
    seen = item.version
    services.decide(
        item, actor=f.make_staff(first_name="Inès"), decision="refuse", reason="Doublon.", version=seen
    )
    with pytest.raises(Stale, match=r"Inès a refusé\. Raison donnée : Doublon"):
        services.decide(item, actor=f.make_staff(), decision="accept", version=seen)
    assert Organisation.objects.get(pk=item.subject_id).state == "refused"


def test_new_values_meanwhile_stop_a_decision():
    organisation, item = pending()
    open_item(organisation)
    with pytest.raises(Stale, match="nouvelles valeurs"):
        services.decide(item, actor=f.make_staff(), decision="accept", version=item.version)


def test_an_item_of_another_department_is_not_handled():
    _, item = pending(commune=f.LILLE)
    for act in (
        lambda actor: services.take(item, actor=actor),
        lambda actor: services.release(item, actor=actor),
        lambda actor: services.decide(item, actor=actor, decision="accept", version=item.version),
        lambda actor: services.add_note(item, actor=actor, text="Bonjour"),
    ):
        with pytest.raises(NotAllowed):
            act(f.make_staff(department="23"))
    for role in ("operator", "technical"):
        with pytest.raises(NotAllowed):
            services.take(item, actor=f.make_staff(role))
    assert services.take(item, actor=f.make_staff("national")).owner


def test_a_member_sees_the_items_of_the_department_and_the_nation_all():
    here, there = pending()[1], pending(name="Nord", commune=f.LILLE)[1]
    nowhere = f.make_organisation(commune=None, state="pending")
    nowhere_item = services.open_item("organisation", nowhere, title="Sans lieu")
    visible = ModerationItem.objects.visible_to
    assert set(visible(f.make_staff(department="23"))) == {here}
    assert set(visible(f.make_staff("regional", region="32"))) == {there}
    assert set(visible(f.make_staff("national"))) == {here, there, nowhere_item}
    assert not visible(f.make_user()).exists()
    assert not visible(f.make_staff("technical")).exists()


def test_notes_are_kept_without_markup_or_control_characters():
    _, item = pending()
    note = services.add_note(item, actor=f.make_staff(), text="Appelé\x00 le 12 <b>à midi</b>")
    note.refresh_from_db()
    assert note.text == "Appelé le 12 <b>à midi</b>"  # shown escaped
    with pytest.raises(RuleBroken):
        services.add_note(item, actor=f.make_staff(), text="  ")


def test_the_clocks_count_working_days():
    assert easter(2026) == datetime.date(2026, 4, 5)
    assert easter(2024) == datetime.date(2024, 3, 31)
    assert not is_working_day(datetime.date(2026, 7, 14))
    assert not is_working_day(datetime.date(2026, 4, 6))  # Easter Monday
    monday = datetime.datetime(2026, 11, 16, 10, tzinfo=datetime.UTC)
    assert working_days_ago(2, moment=monday).date() == datetime.date(2026, 11, 12)
    assert working_days_ago(3, moment=monday).date() == datetime.date(2026, 11, 10)  # the 11th is a holiday


def test_an_item_is_late_when_nobody_took_it_for_two_working_days():
    _, item = pending()
    assert not ModerationItem.objects.late().exists()
    ModerationItem.objects.filter(pk=item.pk).update(
        created_at=working_days_ago(2) - datetime.timedelta(hours=1)
    )
    assert ModerationItem.objects.late().get() == item
    services.take(item, actor=f.make_staff())
    assert not ModerationItem.objects.late().exists()
    ModerationItem.objects.filter(pk=item.pk).update(
        created_at=working_days_ago(5) - datetime.timedelta(hours=1)
    )
    assert ModerationItem.objects.late().exists()

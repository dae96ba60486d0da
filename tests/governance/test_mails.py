"""Every mail of governance can be written, says which alliance and leads to the page it is about."""

from __future__ import annotations

import datetime

import pytest
from icalendar import Calendar

from alliances.governance import notifications as mails
from alliances.governance import services
from alliances.governance.enums import MeetingState
from alliances.governance.models import Decision, Meeting, Task
from jeveuxagir.common.clock import now
from jeveuxagir.common.text import NBSP
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.models import Message
from jeveuxagir.notifications.outbox import compose
from jeveuxagir.ui.dates import exact

from .test_services import Table

pytestmark = pytest.mark.django_db


def row_for(name: str, table: Table) -> Meeting | Decision | Task:
    if name in ("vote", "decided"):
        decision = table.propose()
        if name == "decided":
            for number in range(2):
                table.vote(decision, number)
        return Decision.objects.get(pk=decision.pk)
    if name in ("task", "task_late"):
        return table.give()
    return table.convene(place="Mairie")


@pytest.mark.parametrize("name", mails.KINDS)
def test_a_mail_leads_to_its_page(name: str) -> None:
    table = Table()
    row = row_for(name, table)
    Message.objects.all().delete()
    tell = {"vote": mails.tell_decision, "decided": mails.tell_decision}.get(
        name, mails.tell_task if name.startswith("task") else mails.tell_meeting
    )
    tell(row, name)  # type: ignore[arg-type, operator]
    message = Message.objects.filter(kind=f"governance.{name}").first()
    assert message is not None
    assert absolute(row.page_url) in message.text
    assert row.title in message.subject + message.text
    assert len(message.subject) <= 150
    assert message.html
    kind = catalogue.get(f"governance.{name}")
    assert bool(message.link) == kind.digestible


def test_a_mail_says_the_hour_of_the_place() -> None:
    table = Table(department="972")
    table.convene(start=datetime.time(18))
    message = Message.objects.filter(kind="governance.meeting").first()
    assert message is not None
    assert f"à 18{NBSP}h" in message.text
    table.propose()
    vote = Message.objects.filter(kind="governance.vote").first()
    assert vote is not None
    assert exact(Decision.objects.get().local_end) in vote.text


def test_a_late_task_that_nobody_has_is_told_to_who_animates() -> None:
    table = Table()
    task = table.give(1)
    services.pass_on(table.alliance, table.parties[1], None)
    Message.objects.all().delete()
    Task.objects.filter(pk=task.pk).update(due_on=now().date() - datetime.timedelta(days=3))
    services.remind_due()
    assert Message.objects.get().person == table.people[0].person
    assert Meeting.objects.filter(state=MeetingState.HELD).count() == 0


def test_the_mail_of_a_meeting_carries_its_appointment_and_takes_it_out_when_it_is_cancelled() -> None:
    table = Table()
    meeting = table.convene(place="Mairie", start=datetime.time(18))
    message = Message.objects.filter(kind="governance.meeting").first()
    assert message is not None
    [attached] = list(compose(message, "lea@exemple.fr").iter_attachments())
    assert attached.get_content_type() == "text/calendar"
    assert attached.get_param("method") == "PUBLISH"
    [event] = Calendar.from_ical(attached.get_payload(decode=True)).walk("VEVENT")
    assert event["location"] == "Mairie"
    assert event.decoded("dtstart").hour == 18
    services.cancel_meeting(meeting, actor=table.people[0])
    gone = Message.objects.filter(kind="governance.meeting_cancelled").first()
    assert gone is not None
    [attached] = list(compose(gone, "lea@exemple.fr").iter_attachments())
    assert attached.get_param("method") == "CANCEL"
    [again] = Calendar.from_ical(attached.get_payload(decode=True)).walk("VEVENT")
    assert again["uid"] == event["uid"]
    assert int(again["sequence"]) > int(event["sequence"])

"""The morning's messages to the brigade: at once, once a day or never, as each member chose."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine

from jeveuxagir.common.clock import now, today
from jeveuxagir.moderation import reminders, services
from jeveuxagir.moderation.models import Absence, ModerationItem
from jeveuxagir.moderation.tasks import tell_brigades
from jeveuxagir.notifications import catalogue, digests
from jeveuxagir.notifications.enums import Rhythm
from jeveuxagir.notifications.models import Message
from jeveuxagir.notifications.services import set_preference
from tests import factories as f

pytestmark = pytest.mark.django_db


def item(
    kind: str = "mission", department: str | None = "23", days: float = 0.1, number: int = 1, **more: Any
) -> Any:
    return ModerationItem.objects.create(
        kind=kind,
        subject_type="missions.Mission",
        subject_id=number,
        title="Titre à ne pas écrire dans un mail",
        department_id=department,
        created_at=now() - datetime.timedelta(days=days),
        **more,
    )


def mails(user: Any) -> dict[str, Message]:
    return {mail.kind: mail for mail in Message.objects.filter(person=user.person)}


def test_a_member_reads_once_a_day_what_arrived_and_what_is_late() -> None:
    member, elsewhere = f.make_staff(), f.make_staff(department="59")
    item(number=1)
    item(number=2)
    item("report", days=20)
    for _ in range(3):
        tell_brigades()
    found = mails(member)
    assert set(found) == {"moderation.arrived", "moderation.late"}
    assert found["moderation.arrived"].subject == "2 nouvelles décisions attendent la brigade"
    assert "2\u00a0missions à valider" in found["moderation.arrived"].text
    assert "1\u00a0signalement" in found["moderation.late"].text
    assert "Titre" not in found["moderation.late"].text + found["moderation.arrived"].text
    assert mails(elsewhere) == {}
    assert Message.objects.count() == 2


def test_what_a_colleague_holds_is_not_said_late_to_the_others() -> None:
    holder, other, deputy = f.make_staff(), f.make_staff(), f.make_staff()
    services.take(item(days=20), actor=holder)
    assert reminders.tell_all() == {"arrived": 0, "late": 1}
    assert set(mails(holder)) == {"moderation.late"}
    Message.objects.all().delete()
    day = today()
    Absence.objects.create(user=holder, deputy=deputy, starts_on=day, ends_on=day)
    reminders.tell_all()
    assert set(mails(deputy)) == {"moderation.late"}
    assert mails(other) == {}


def test_the_nation_is_told_of_what_has_no_territory_only() -> None:
    national = f.make_staff("national")
    item("report", department=None)
    item(number=2)
    reminders.tell_all()
    assert "1\u00a0signalement" in mails(national)["moderation.arrived"].text
    assert "mission" not in mails(national)["moderation.arrived"].text.replace("missions/", "")


def test_those_who_moderate_nothing_and_those_who_left_are_told_nothing() -> None:
    for role in ("operator", "technical"):
        f.make_staff(role)
    gone = f.make_staff()
    gone.is_active = False
    gone.save()
    item()
    assert reminders.tell_all() == {"arrived": 0, "late": 0}


def test_each_member_chooses_at_once_once_a_day_or_never() -> None:
    usual, prompt, silent = f.make_staff(), f.make_staff(), f.make_staff()
    set_preference(prompt.person_id, "moderation.arrived", rhythm=Rhythm.IMMEDIATE)
    set_preference(silent.person_id, "moderation.arrived", rhythm=Rhythm.NEVER)
    item()
    reminders.tell_all()
    assert mails(usual)["moderation.arrived"].state == "grouped"
    assert mails(prompt)["moderation.arrived"].state == "pending"
    assert mails(silent) == {}


def test_the_morning_s_messages_are_in_the_digest_of_the_same_morning() -> None:
    member = f.make_staff()
    with time_machine.travel("2027-01-12 05:20:00Z", tick=False) as clock:
        item()
        reminders.tell_all()
        Message.objects.update(created_at=now(), not_before=now() - datetime.timedelta(days=400))
        clock.shift(3600)
        assert digests.send_due() == 1
    assert "nouvelle décision" in mails(member)["notifications.digest"].text


def test_which_messages_of_staff_may_wait() -> None:
    staff = [
        kind for kind in catalogue.kinds() if kind.audience == "staff" and not kind.code.startswith("tests.")
    ]
    assert {kind.code for kind in staff if kind.digestible} >= {
        "moderation.arrived",
        "moderation.late",
        "moderation.deputy",
    }
    assert catalogue.get("moderation.deputy").usual == Rhythm.IMMEDIATE
    rights = ("accounts.grant_given", "accounts.grant_revoked", "accounts.invariants")
    assert not any(catalogue.get(code).digestible for code in rights), "rights and faults do not wait"

"""The one mail of the day."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connections, transaction
from django.test import Client

from jeveuxagir.accounts import retention
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.audit.models import JobRun
from jeveuxagir.common.clock import PARIS
from jeveuxagir.notifications import catalogue, digests, links, services
from jeveuxagir.notifications.enums import Rhythm
from jeveuxagir.notifications.models import Message, Preference

CONTEXT = {"first_name": "Camille", "intro": "", "reasons": [], "url": "/missions/"}
#: seven o'clock of yesterday and the evening before: past by the database's clock too, whenever the suite runs
MORNING = datetime.combine(datetime.now(PARIS).date() - timedelta(days=1), time(7), tzinfo=PARIS)
EVENING = datetime.combine(MORNING.date() - timedelta(days=1), time(18), tzinfo=PARIS)


@pytest.fixture
def daily(kind: Callable[..., Any]) -> Any:
    return kind(digestible=True, default=Rhythm.DAILY)


def owe(person: Person, key: str, when: datetime = EVENING, code: str = "tests.news") -> Message:
    """A message of this evening (the database's clock is not ours to move)."""
    with transaction.atomic():
        message = services.send(code, to=person, dedupe_key=key, context=CONTEXT, not_before=EVENING)
    assert message is not None
    Message.objects.filter(pk=message.pk).update(created_at=when)
    return message


def states() -> list[str]:
    return list(
        Message.objects.exclude(kind=catalogue.DIGEST)
        .order_by("created_at", "dedupe_key")
        .values_list("state", flat=True)
    )


def digest_mails() -> list[Message]:
    return list(Message.objects.filter(kind=catalogue.DIGEST).order_by("created_at"))


@pytest.fixture
def morning() -> Iterator[None]:
    with time_machine.travel(MORNING, tick=False):
        yield


def test_what_is_wanted_once_a_day_waits_and_is_told_in_one_mail(
    person: Person, daily: Any, kind: Callable[..., Any], morning: None
) -> None:
    kind(
        "tests.other",
        label="Le reste",
        digestible=True,
        default=Rhythm.DAILY,
        source="Du neuf\n\nRien à lire.\n",
    )
    first, second = owe(person, "1"), owe(person, "2")
    third = owe(person, "3", code="tests.other", when=EVENING + timedelta(minutes=1))
    assert states() == ["grouped"] * 3
    assert digests.send_due() == 1
    mail = digest_mails()[0]
    assert mail.state == "pending"
    assert mail.subject == "Une mission pour Camille et 2\u00a0autres nouvelles"
    assert mail.text.count("http://127.0.0.1:8000/missions/") == 2
    assert mail.text.index("Les nouvelles") < mail.text.index("Le reste") < mail.text.index("Du neuf")
    assert '<a class="link" href="http://127.0.0.1:8000/missions/"' in mail.html
    for line in (first, second, third):
        line.refresh_from_db()
        assert (line.state, line.digest) == ("told", mail)


def test_before_seven_nothing_goes_and_what_came_after_seven_waits_for_tomorrow(
    person: Person, daily: Any
) -> None:
    owe(person, "1")
    with time_machine.travel(MORNING - timedelta(minutes=1), tick=False):
        assert digests.send_due() == 0
    with time_machine.travel(MORNING + timedelta(hours=8), tick=False):  # beat was away: caught up
        owe(person, "2", when=MORNING + timedelta(hours=1))
        assert digests.send_due() == 1
        assert digests.send_due() == 0
    assert states() == ["told", "grouped"]
    with time_machine.travel(MORNING + timedelta(days=1), tick=False):
        assert digests.send_due() == 1
    assert states() == ["told", "told"]


def test_one_mail_a_day_even_when_something_old_turns_up_later(
    person: Person, daily: Any, morning: None
) -> None:
    owe(person, "1")
    digests.send_due()
    owe(person, "2")  # its transaction began before seven and ended now
    assert digests.send_due() == 0
    assert states() == ["told", "grouped"]


@pytest.mark.parametrize(
    ("day", "offset"), [((2026, 10, 25), 1), ((2027, 3, 28), 2), ((2026, 10, 24), 2), ((2027, 3, 27), 1)]
)
def test_seven_in_the_morning_is_seven_on_the_days_the_clocks_change(
    day: tuple[int, int, int], offset: int
) -> None:
    opening = digests.opening(datetime(*day, 12, tzinfo=PARIS))
    assert opening.utcoffset() == timedelta(hours=offset)
    assert (opening.hour, opening.date().timetuple()[:3]) == (7, day)


def test_two_mornings_at_once_write_one_digest(committed_db: None, daily: Any) -> None:
    people = [Person.objects.create(first_name=f"P{n}", email=f"p{n}@example.org") for n in range(5)]
    for number, person in enumerate(people):
        owe(person, f"a{number}")
        owe(person, f"b{number}")
    start = threading.Barrier(4)

    def job() -> None:
        try:
            start.wait()
            digests.send_due()
        finally:
            connections.close_all()

    with time_machine.travel(MORNING, tick=False):
        threads = [threading.Thread(target=job) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(digest_mails()) == 5
    assert states() == ["told"] * 10
    assert all(mail.lines.count() == 2 for mail in digest_mails())


def test_a_process_that_dies_in_the_middle_loses_nothing_and_repeats_nothing(
    committed_db: None, daily: Any, monkeypatch: pytest.MonkeyPatch, morning: None
) -> None:
    people = [Person.objects.create(first_name=f"P{n}", email=f"p{n}@example.org") for n in range(4)]
    for number, person in enumerate(people):
        owe(person, str(number))
    send, seen = services.send, []

    def dies(*args: Any, **options: Any) -> Any:
        written = send(*args, **options)
        seen.append(written)
        if len(seen) == 3:
            raise SystemExit  # after the mail was written, before its lines were marked
        return written

    monkeypatch.setattr(digests.services, "send", dies)
    with pytest.raises(SystemExit):
        digests.send_due()
    assert states().count("grouped") == 2
    assert len(digest_mails()) == 2
    monkeypatch.undo()
    assert digests.send_due() == 2
    assert states() == ["told"] * 4
    assert len(digest_mails()) == 4


def test_staff_receive_digests_unless_they_say_otherwise(kind: Callable[..., Any]) -> None:
    assert kind("tests.queue", audience="staff", digestible=True).usual == Rhythm.DAILY
    assert kind("tests.rights", audience="staff", can_stop=False).usual == Rhythm.IMMEDIATE
    assert kind("tests.mine", digestible=True).usual == Rhythm.IMMEDIATE


def test_what_hangs_on_its_sending_cannot_wait(kind: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="cannot wait"):
        kind("tests.code", confirms=True, digestible=True)
    with pytest.raises(ValueError, match="cannot wait"):
        kind("tests.told", on_sent=print, digestible=True)
    with pytest.raises(ValueError, match="none of its choices"):
        kind("tests.odd", default=Rhythm.DAILY)


def test_who_wants_it_at_once_again_gets_what_waited_at_once(person: Person, daily: Any) -> None:
    owe(person, "1")
    services.set_preference(person.pk, "tests.news", rhythm=Rhythm.IMMEDIATE)
    assert states() == ["pending"]
    services.set_preference(person.pk, "tests.news", rhythm=Rhythm.DAILY)
    assert states() == ["pending"]  # it is on its way


def test_stopping_a_kind_drops_what_waited(person: Person, daily: Any, morning: None) -> None:
    owe(person, "1")
    services.set_preference(person.pk, "tests.news", rhythm=Rhythm.NEVER)
    assert states() == ["cancelled"]
    assert digests.send_due() == 0


def test_the_stop_link_of_a_digest_stops_what_it_held_and_the_page_takes_it_back(
    user: User, person: Person, daily: Any, kind: Callable[..., Any], client: Client
) -> None:
    duty = kind("tests.duty", digestible=True, can_stop=False, default=Rhythm.DAILY)
    owe(person, "1")
    owe(person, "2", code="tests.duty")
    path = links.stop_link(person.pk, catalogue.DIGEST).removeprefix("http://127.0.0.1:8000")
    assert "récapitulatif" in client.get(path).content.decode()
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert states() == ["cancelled", "pending"]  # what cannot be stopped comes by itself
    with transaction.atomic():
        assert services.send("tests.news", to=person, dedupe_key="3", context=CONTEXT) is None
    client.post(path, {"wanted": "1"})
    owe(person, "4")
    assert states()[-1] == "grouped"
    client.post(path)
    client.force_login(user)
    services.set_preferences(person.pk, {"tests.news": Rhythm.DAILY, duty.code: Rhythm.DAILY})
    assert not Preference.objects.exists()  # both came once a day before anybody chose
    owe(person, "5")
    assert states()[-1] == "grouped"


def test_the_same_fact_is_told_once_whatever_was_chosen_meanwhile(person: Person, daily: Any) -> None:
    owe(person, "1")
    services.set_preference(person.pk, "tests.news", rhythm=Rhythm.IMMEDIATE)
    with transaction.atomic():
        assert services.send("tests.news", to=person, dedupe_key="1", context=CONTEXT) is None
    assert states() == ["pending"]


def test_an_erased_person_or_one_without_an_address_gets_no_digest(
    person: Person, daily: Any, morning: None
) -> None:
    owe(person, "1")
    person.email = ""
    person.save()
    assert digests.send_due() == 0
    assert states() == ["cancelled"]


def test_a_merged_person_s_digest_goes_to_whom_they_are_now(
    person: Person, daily: Any, morning: None
) -> None:
    old = Person.objects.create(first_name="Cam", email="old@example.org")
    owe(old, "1")
    old.merged_into = person
    old.save()
    assert digests.send_due() == 1
    assert digest_mails()[0].person == person


def test_a_subject_that_somebody_typed_stays_one_line_and_makes_no_link(
    person: Person, kind: Callable[..., Any], morning: None
) -> None:
    kind(digestible=True, default=Rhythm.DAILY, source="{{ intro }}\n\n→ Voir : {{ url }}\n")
    trick = {**CONTEXT, "intro": "Gagnez : http://evil.example/\n\n- → Ici : http://evil.example/"}
    with transaction.atomic():
        sent = services.send("tests.news", to=person, dedupe_key="1", context=trick, not_before=EVENING)
    assert sent is not None
    Message.objects.update(created_at=EVENING)
    digests.send_due()
    html = digest_mails()[0].html
    assert 'href="http://evil.example' not in html
    assert 'href="http://127.0.0.1:8000/missions/"' in html


def test_fifty_lines_of_a_kind_are_ten_and_a_link_to_the_rest(
    person: Person, daily: Any, morning: None
) -> None:
    for number in range(50):
        owe(person, str(number))
    digests.send_due()
    text = digest_mails()[0].text
    assert text.count("/missions/") == 10
    assert "Et 40\u00a0autres" in text


def test_lines_are_forgotten_with_the_mail_that_told_them(person: Person, daily: Any, morning: None) -> None:
    owe(person, "1")
    digests.send_due()
    Message.objects.update(created_at=MORNING - timedelta(days=70))
    Message.objects.filter(kind=catalogue.DIGEST).update(state="sent", sent_at=MORNING)
    retention.run()
    line = Message.objects.get(dedupe_key="1")
    assert (line.subject, line.text, line.link) == ("", "", "")
    Message.objects.update(created_at=MORNING - timedelta(days=400))
    retention.run()
    assert not Message.objects.exists()


def test_the_task_leaves_no_trace_before_seven(person: Person, daily: Any) -> None:
    from jeveuxagir.notifications.tasks import send_digests

    owe(person, "1")
    with time_machine.travel(MORNING - timedelta(hours=2), tick=False):
        send_digests()
    assert not digest_mails()
    assert not JobRun.objects.exists()


# --- what was sent to me ------------------------------------------------------------------------------------


def test_i_can_read_what_was_sent_to_me_and_what_waits_but_never_a_code(
    user: User, person: Person, daily: Any, kind: Callable[..., Any], client: Client
) -> None:
    kind(
        "tests.code",
        label="Mon code",
        source="Votre code : 123456\n\nVoici.\n",
        confirms=True,
        can_stop=False,
    )
    owe(person, "1")
    with transaction.atomic():
        services.send("tests.code", to=person, dedupe_key="2", context={})
    stranger = Person.objects.create(first_name="Paul", email="paul@example.org")
    kind("tests.theirs", source="Pour Paul seul\n\nBonjour.\n")
    with transaction.atomic():
        services.send("tests.theirs", to=stranger, dedupe_key="3", context={})
    client.force_login(user)
    page = client.get("/mon-espace/messages/").content.decode()
    assert "Une mission pour Camille" in page
    assert "Dans votre prochain récapitulatif" in page
    assert "Mon code" in page
    assert "123456" not in page
    assert "Pour Paul seul" not in page


@pytest.mark.parametrize("page", ["0", "-1", "10000000000000000000000", "x", "\x00", "2"])
def test_any_page_number_is_some_page(user: User, client: Client, page: str) -> None:
    client.force_login(user)
    assert client.get("/mon-espace/messages/", {"page": page}).status_code == 200


def test_old_messages_are_not_listed(user: User, person: Person, daily: Any, client: Client) -> None:
    owe(person, "1", when=EVENING)
    Message.objects.update(created_at=EVENING - timedelta(days=900))
    client.force_login(user)
    assert "Aucun message" in client.get("/mon-espace/messages/").content.decode()

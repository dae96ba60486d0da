"""What is kept too long goes, as the page about privacy says; what the page says is what the job does."""

from __future__ import annotations

import datetime
import io
import json
import re
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from alliances.glossary.models import Contest, Term
from alliances.ideas.models import Idea
from jeveuxagir.accounts import erasures, inactivity, privacy, retention
from jeveuxagir.accounts.models import (
    GuardianNotice,
    Person,
    ReadLog,
    StaffInvitation,
    UnconfirmedContact,
    User,
)
from jeveuxagir.accounts.tasks import apply_retention, export_erasures, warn_inactive
from jeveuxagir.audit import statistics
from jeveuxagir.audit.models import Event, JobRun, Tally
from jeveuxagir.common.registries import PersonalData, Retention, personal_data
from jeveuxagir.moderation import reports
from jeveuxagir.moderation.models import ModerationItem, Report
from jeveuxagir.notifications.models import Message
from missions.alerts.models import SavedSearch
from missions.participations.models import Departure, Participation, PlaceAlert
from missions.sponsorships import services as sponsorship_services
from organisations.models import Invitation, JoinRequest
from tests import factories as f
from tests.sponsorships.builders import story as sponsorship_story
from volunteers.requests.models import EngagementRequest

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def later(days: float) -> datetime.datetime:
    return timezone.now() + days * DAY


def rule_of(model: str, number: int = 0) -> Retention:
    return personal_data[model].retention[number]


# --- the page promises what the job does -------------------------------------------------------------------------

A_LENGTH = re.compile(
    r"\b(\d+|un|une|deux|trois|six)\s+(ans?|mois|semaines?|jours?|heures?)\b", re.IGNORECASE
)


def test_no_length_is_promised_but_by_a_rule_of_the_job() -> None:
    loose = {entry.model: entry.kept for entry in personal_data if A_LENGTH.search(entry.kept)}
    assert loose == {}


def test_every_table_has_a_rule_or_says_why_it_stays() -> None:
    silent = [entry.model for entry in personal_data if not entry.retention and len(entry.kept) < 15]
    assert silent == []


def test_the_page_is_made_of_the_rules_of_the_job(client: Client) -> None:
    html = client.get("/confidentialite/").content.decode()
    text = re.sub(r"\s+", " ", html.replace("&#x27;", "'"))
    for entry, rule in retention.rules():
        assert re.sub(r"\s+", " ", rule.sentence).lower() in text.lower(), entry.model
    assert "en construction" not in html


def make_old(model: str) -> Any:
    """One row of this table, made now."""
    makers: dict[str, Any] = {
        "accounts.Person": lambda: f.make_person(email=""),
        "accounts.UnconfirmedContact": lambda: UnconfirmedContact.objects.create(
            email="a@exemple.fr", first_name="A", token_hash="h", expires_at=later(2)
        ),
        "accounts.GuardianNotice": lambda: f.make_person(age=17).guardian_notices.get(),
        "usersessions.UserSession": lambda: UserSession.objects.create(
            user=f.make_user(), session_key="k", ip="127.0.0.1", user_agent="x"
        ),
        "requests.EngagementRequest": lambda: f.make_request(state="withdrawn", closed_reason="non"),
        "participations.Participation": lambda: f.make_participation(state="realised"),
        "participations.Departure": lambda: Departure.objects.create(
            person=f.make_person(), mission=f.make_mission(imported=True)
        ),
        "participations.PlaceAlert": lambda: PlaceAlert.objects.create(
            person=f.make_person(), mission=f.make_mission()
        ),
        "accounts.StaffInvitation": lambda: StaffInvitation.objects.create(
            email="a@exemple.fr", role="brigade_member", token_hash="h", expires_at=later(7)
        ),
        "accounts.ReadLog": lambda: ReadLog.objects.create(
            viewer=f.make_staff(), person=f.make_person(), page="request"
        ),
        "organisations.Invitation": lambda: Invitation.objects.create(
            organisation=f.make_organisation(),
            email="a@exemple.fr",
            role="manager",
            token_hash="h",
            expires_at=timezone.now(),
        ),
        "pairings.Pairing": lambda: f.make_pairing(state="expired"),
        "networks.MailInvitation": lambda: f.make_network_invitation(expires_at=timezone.now()),
        "organisations.JoinRequest": lambda: JoinRequest.objects.create(
            organisation=f.make_organisation(),
            person=f.make_person(),
            state="declined",
            expires_at=timezone.now(),
            answered_at=timezone.now(),
        ),
        "api_keys.ApiKey": lambda: f.make_api_key(revoked_at=timezone.now()),
        "companies.Employee": lambda: f.make_employee(until=timezone.now()),
        "moderation.Report": make_old_report,
        "alliances.AllianceInvitation": lambda: f.make_alliance_invitation(f.make_alliance()),
        "sponsorships.Sponsorship": lambda: make_old_sponsorship(),
        "sponsorships.Convention": lambda: make_old_sponsorship().conventions.get(),
        "introductions.Side": lambda: f.make_introduction(state="declined").sides.order_by("pk").first(),
        "programme.Pledge": lambda: f.make_pledge(state="withdrawn", opened_at=None),
        "glossary.Contest": lambda: Contest.objects.create(
            term=Term.objects.get(slug="charte"),
            number=1,
            person=f.make_person(),
            why="x",
            proposed="y",
            state="withdrawn",
        ),
        "events.Registration": lambda: f.make_registration(f.make_event(in_days=-0.2)),
        "challenges.Challenge": lambda: f.make_challenge(state="draft"),
        "library.Method": lambda: f.make_method(state="draft"),
        "examples.Example": lambda: f.make_example(state="draft"),
        "library.Network": lambda: f.make_network(state="draft"),
        "library.Resource": lambda: f.make_resource(state="draft"),
        "skill_needs.SkillNeed": lambda: f.make_skill_need(state="draft"),
        "statements.Statement": lambda: f.make_statement(state="withdrawn"),
        "ideas.Idea": lambda: Idea.objects.create(
            person=f.make_person(),
            what="Un jardin",
            why="Pour tous",
            commune=f.get_commune("23096"),
            state="closed",
            answer="Non",
            received_at=timezone.now(),
        ),
        "mission_alerts.SavedSearch": lambda: SavedSearch.objects.create(
            person=f.make_person(),
            query="q=lire",
            label="Lire",
            ended_at=timezone.now(),
            end_reason=end_reason(),
        ),
    }
    assert model in makers, f"make an old row of {model}: its promise is to be shown kept"
    return makers[model]()


def end_reason() -> str:
    return str(SavedSearch._meta.get_field("end_reason").choices[0][0])  # type: ignore[union-attr,index]


def make_old_sponsorship() -> Any:
    told = sponsorship_story()
    row = told.signed(2)
    told.validated(row, 1)
    sponsorship_services.break_off(row, actor=told.coordinator, side="company", reason="Fin")
    return row


def make_old_report() -> Report:
    mission = f.make_mission()
    made = reports.report(reports.subject_of(mission.get_absolute_url()), why="money")
    ModerationItem.objects.filter(pk=made.item_id).update(
        state="decided", decision="accept", decided_at=timezone.now()
    )
    return made


#: those that tests of their own show
APART = {"notifications.Message", "accounts.GuardianNotice"}


@pytest.mark.parametrize("model", sorted({entry.model for entry, _ in retention.rules()} - APART))
def test_a_row_stays_until_its_time_and_goes_after(model: str) -> None:
    row = make_old(model)
    rule = rule_of(model)
    assert not rule.expired(timezone.now() + rule.kept_for - DAY).filter(pk=row.pk).exists()
    after = timezone.now() + rule.kept_for + DAY
    assert rule.expired(after).filter(pk=row.pk).exists()
    report = retention.run(after)
    assert report["failed"] == []
    assert report["done"][model] >= 1
    assert not rule.expired(after).filter(pk=row.pk).exists()
    assert model not in retention.run(after)["done"], "a second run finds nothing left"


@pytest.mark.parametrize(("entry", "rule"), list(retention.rules()), ids=lambda x: getattr(x, "model", ""))
def test_every_rule_can_be_asked_and_run_on_nothing(entry: PersonalData, rule: Retention) -> None:
    assert rule.expired(later(3000)).count() == 0
    rule.forget(rule.expired(later(3000)))
    rule.expired(later(3000)).aggregate()


def test_mails_lose_their_text_then_go() -> None:
    person = f.make_person()
    message = Message.objects.create(
        person=person,
        kind="accounts.security",
        subject="S",
        text="T",
        html="H",
        state="sent",
        sent_at=later(0),
    )
    retention.run(later(63))
    message.refresh_from_db()
    assert (message.text, message.subject) == ("", "")
    retention.run(later(366))
    assert not Message.objects.filter(pk=message.pk).exists()


def test_the_notice_to_a_guardian_goes_at_eighteen() -> None:
    minor = f.make_person(age=17)
    retention.run()
    assert GuardianNotice.objects.filter(person=minor).exists()
    Person.objects.filter(pk=minor.pk).update(sixteen_on=None, eighteen_on=None)
    retention.run()
    assert not GuardianNotice.objects.filter(person=minor).exists()


def test_what_still_runs_is_never_too_old() -> None:
    seat = f.make_participation(state="accepted")
    request = f.make_request(state="qualified")
    retention.run(later(3650))
    assert Participation.objects.filter(pk=seat.pk).exists()
    assert EngagementRequest.objects.filter(pk=request.pk).exists()


# --- counts remain -------------------------------------------------------------------------------------------------


def test_counts_by_month_department_and_theme_remain_and_small_ones_are_not_shown() -> None:
    mission = f.make_mission(capacity=20)
    slot = mission.slots.get()
    for _ in range(11):
        f.make_participation(slot=slot, state="realised")
    f.make_participation(slot=slot, state="absent")
    retention.run(later(366))
    assert not Participation.objects.exists()
    assert set(Tally.objects.values_list("what", "department", "domain", "count")) == {
        ("participation.realised", "23", mission.domain_id, 11),
        ("participation.absent", "23", mission.domain_id, 1),
    }
    assert {cell.what: shown for cell, shown in statistics.shown()} == {
        "participation.realised": 11,
        "participation.absent": None,
    }
    f.make_participation(slot=slot, state="realised")
    retention.run(later(366))
    assert Tally.objects.get(what="participation.realised").count == 12


# --- batches, failures, two at once --------------------------------------------------------------------------------


def test_a_table_that_fails_is_told_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    f.make_participation(state="realised")
    alert = make_old("participations.PlaceAlert")

    def breaks(rows: Any) -> None:
        raise RuntimeError("a table in trouble")

    entry = personal_data["participations.Participation"]
    before = entry.retention
    rule = before[0]
    broken = Retention(rule.kept_for, rule.counted_from, rule.then, rule.expired, breaks)
    object.__setattr__(entry, "retention", (broken,))
    try:
        report = retention.run(later(366))
    finally:
        object.__setattr__(entry, "retention", before)
    assert report["failed"] == ["participations.Participation"]
    assert Participation.objects.count() == 1
    assert not PlaceAlert.objects.filter(pk=alert.pk).exists()


def test_many_rows_go_batch_by_batch() -> None:
    rule = rule_of("participations.PlaceAlert")
    small = Retention(rule.kept_for, rule.counted_from, rule.then, rule.expired, rule.forget, batch=2)
    for _ in range(5):
        make_old("participations.PlaceAlert")
    assert retention._forget(small, later(366)) == 5
    assert not PlaceAlert.objects.exists()


def test_the_job_is_done_once_a_night_and_says_what_it_did() -> None:
    PlaceAlert.objects.all().delete()
    alert = make_old("participations.PlaceAlert")
    PlaceAlert.objects.filter(pk=alert.pk).update(created_at=later(-366))
    apply_retention()
    apply_retention()
    (run,) = JobRun.objects.filter(job="accounts.retention")
    assert run.report["done"] == {"participations.PlaceAlert": 1}


# --- the dry run -----------------------------------------------------------------------------------------------------


def test_the_dry_run_says_how_many_and_how_old_and_erases_nothing() -> None:
    alert = make_old("participations.PlaceAlert")
    PlaceAlert.objects.filter(pk=alert.pk).update(
        created_at=timezone.make_aware(datetime.datetime(2020, 3, 1, 12))
    )
    out = io.StringIO()
    call_command("retention", "--dry-run", stdout=out)
    (line,) = [line for line in out.getvalue().splitlines() if "Alertes de place" in line]
    assert line.strip().startswith("1 ")
    assert "dimanche 1er\u00a0mars 2020" in line
    assert PlaceAlert.objects.filter(pk=alert.pk).exists()
    call_command("retention", stdout=io.StringIO())
    assert not PlaceAlert.objects.filter(pk=alert.pk).exists()


def test_the_same_numbers_are_shown_to_national_and_technical_staff_only(client: Client) -> None:
    alert = make_old("participations.PlaceAlert")
    PlaceAlert.objects.filter(pk=alert.pk).update(created_at=later(-400))
    for role, status in (("national", 200), ("technical", 200), ("brigade_lead", 404)):
        staff = Client()
        f.sign_in_staff(staff, f.make_staff(role))
        response = staff.get("/administration/conservation/")
        assert response.status_code == status, role
        if status == 200:
            assert "1 ligne à effacer" in response.content.decode().replace("\xa0", " ")
    assert client.get("/administration/conservation/").status_code == 302


# --- an account nobody uses ------------------------------------------------------------------------------------------


def asleep(days: float) -> User:
    """An account whose last action was so many days ago."""
    user = f.make_user()
    Person.objects.filter(pk=user.person_id).update(last_action_at=later(-days))
    return user


def notices(user: User) -> int:
    return Message.objects.filter(kind="accounts.inactive", person=user.person).count()


def test_three_notices_then_the_account_is_erased() -> None:
    user = asleep(0)
    person = user.person
    for days, expected in ((660, 0), (671, 1), (680, 1), (701, 2), (724, 3), (725, 3)):
        inactivity.send_notices(later(days))
        assert notices(user) == expected, days
    assert Event.objects.filter(verb=inactivity.TOLD).count() == 3
    retention.run(later(729))
    assert User.objects.filter(pk=user.pk).exists()
    retention.run(later(732))
    person.refresh_from_db()
    assert person.erased_at is not None
    assert not User.objects.filter(pk=user.pk).exists()
    assert Event.objects.get(verb="person.erased").data == {"why": "inactive"}
    assert "deux ans" in Message.objects.get(kind="accounts.erased").text


def test_a_sign_in_keeps_the_account_and_the_notices_start_again(client: Client) -> None:
    user = asleep(725)
    inactivity.send_notices()
    assert notices(user) == 1
    client.force_login(user)
    retention.run(later(20))
    assert User.objects.filter(pk=user.pk).exists()
    inactivity.send_notices(later(20))
    assert notices(user) == 1
    inactivity.send_notices(later(671))
    assert notices(user) == 2


def test_nobody_is_erased_less_than_a_week_after_the_last_notice() -> None:
    user = asleep(900)  # the job slept for months
    retention.run()
    assert User.objects.filter(pk=user.pk).exists()
    inactivity.send_notices()
    assert notices(user) == 1, "one message, not three at once"
    text = Message.objects.get(kind="accounts.inactive").text
    retention.run(later(6))
    assert User.objects.filter(pk=user.pk).exists()
    assert timezone.localtime(later(7)).strftime("%Y") in text
    retention.run(later(8))
    assert not User.objects.filter(pk=user.pk).exists()


def test_who_has_no_address_is_erased_without_a_notice() -> None:
    person = f.make_person(email="")
    Person.objects.filter(pk=person.pk).update(last_action_at=later(-731))
    retention.run()
    person.refresh_from_db()
    assert person.erased_at is not None


def test_the_notice_comes_once_a_night() -> None:
    user = asleep(671)
    warn_inactive()
    warn_inactive()
    assert notices(user) == 1


# --- after a restore -------------------------------------------------------------------------------------------------


def test_erasures_are_done_again_after_a_restore(tmp_path: Any) -> None:
    user = f.make_user()
    person, email = user.person, user.email
    privacy.erase(person, actor=None)
    file = tmp_path / "effacees.jsonl"
    call_command("replay_erasures", export=str(file), stdout=io.StringIO())
    assert email not in file.read_text()
    assert json.loads(file.read_text())["person"] == person.pk
    # the backup brings them back
    Message.objects.all().delete()
    Person.objects.filter(pk=person.pk).update(erased_at=None, first_name="Revenue", email=email)
    call_command("replay_erasures", source=str(file), stdout=io.StringIO())
    call_command("replay_erasures", source=str(file), stdout=io.StringIO())
    person.refresh_from_db()
    assert (person.first_name, person.email) == (privacy.ERASED_NAME, "")
    assert not Message.objects.exists(), "told the first time, not again"


def test_the_list_of_the_erased_is_written_each_hour_where_the_deployment_says(
    tmp_path: Any, settings: Any
) -> None:
    person = f.make_person()
    privacy.erase(person, actor=None)
    export_erasures()  # no folder: nothing, no error
    settings.ERASURES_FOLDER = str(tmp_path)
    export_erasures()
    [file] = tmp_path.iterdir()
    assert json.loads(file.read_text())["person"] == person.pk
    assert file.stat().st_mode & 0o077 == 0, "for its owner alone"
    privacy.erase(f.make_person(), actor=None)
    export_erasures()
    assert len(file.read_text().splitlines()) == 1, "once for an hour"
    JobRun.objects.update(period="2026-01-01T00")  # an hour later
    export_erasures()
    assert len(file.read_text().splitlines()) == 2


def test_a_restored_database_makes_nobody_fall_out_of_the_list(tmp_path: Any) -> None:
    """The job of the hour may run between the restore and the erasing again."""
    file = tmp_path / "effacees.jsonl"
    since_the_backup = json.dumps({"person": 987654, "erased_at": later(-1).isoformat()})
    file.write_text(f"{since_the_backup}\n")
    person = f.make_user().person
    privacy.erase(person, actor=None)
    assert [erasures.write(file), erasures.write(file)] == [2, 2]
    assert [json.loads(line)["person"] for line in file.read_text().splitlines()] == [987654, person.pk]


def test_somebody_new_who_got_the_number_of_somebody_erased_is_left_alone() -> None:
    person = f.make_person(first_name="Nouvelle")
    gone = json.dumps({"person": person.pk, "erased_at": later(-1).isoformat()})
    assert erasures.replay([gone]) == 0
    person.refresh_from_db()
    assert person.first_name == "Nouvelle"


def test_a_list_that_does_not_read_erases_nobody(tmp_path: Any) -> None:
    file = tmp_path / "abimee.jsonl"
    file.write_text("{pas du json\n")
    with pytest.raises(CommandError):
        call_command("replay_erasures", source=str(file))

"""Anybody reports a page; the brigade gets one case for each subject; who reported is told once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from jeveuxagir.accounts import privacy
from jeveuxagir.accounts.bots import stamp
from jeveuxagir.accounts.limits import LIMITS
from jeveuxagir.audit.models import Event
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.moderation import reports, services
from jeveuxagir.moderation.models import ModerationItem, Report
from jeveuxagir.notifications.models import Message
from tests import factories as f

pytestmark = pytest.mark.django_db
THANKS = "/signaler/merci/"


@pytest.fixture(autouse=True)
def _no_count_of_before() -> None:
    cache.clear()


def typed(page: str, **changes: Any) -> dict[str, Any]:
    return {
        "page": page,
        "why": "misleading",
        "details": "Ce n’est pas une association.",
        "email": "vigilant@exemple.fr",
        "contact_by": "",
        "shown_at": stamp(60),
        "proof": "",
    } | changes


def send(client: Client, page: str, **changes: Any) -> Any:
    return client.post("/signaler/", typed(page, **changes))


def case() -> ModerationItem:
    return ModerationItem.objects.get(kind="report")


# --- filing --------------------------------------------------------------------------------------------------


def test_the_form_names_what_is_reported(client: Client) -> None:
    mission = f.make_mission(title="Lire avec des élèves")
    html = client.get("/signaler/", {"page": mission.get_absolute_url()}).content.decode()
    assert "Lire avec des élèves" in html
    assert "On demande de l’argent" in html


def test_reports_on_one_mission_make_one_case_of_its_department(client: Client) -> None:
    mission = f.make_mission(title="Lire avec des élèves", domain="education")
    for _ in range(3):
        assert send(client, mission.get_absolute_url()).url == THANKS
    item = case()
    assert item.title.replace("\xa0", " ") == "3 signalements : Lire avec des élèves"
    assert (item.department_id, item.domain_id, item.cause) == ("23", "education", "report")
    assert item.reports.count() == 3
    assert Event.objects.filter(verb="moderation.reported").count() == 3
    assert not Message.objects.exists(), "nobody is written to before a decision"


def test_an_organisation_s_page_may_be_reported(client: Client) -> None:
    organisation = f.make_organisation(name="Les Voisins")
    html = client.get(organisation.get_absolute_url()).content.decode()
    (address,) = re.findall(r'href="(/signaler/[^"]+)"', html)
    assert "Les Voisins" in client.get(address).content.decode()
    send(client, organisation.get_absolute_url())
    assert (case().subject_type, case().department_id) == ("organisations.Organisation", "23")


def test_any_other_page_goes_to_the_nation(client: Client) -> None:
    send(client, "/aide/?x=1")
    send(client, "/aide/")
    item = case()
    assert (item.subject_type, item.department_id) == ("page", None)
    assert item.title.replace("\xa0", " ") == "2 signalements : /aide/"


@pytest.mark.parametrize(
    "page",
    [
        "https://mechant.example/x",
        "//mechant.example",
        "javascript:alert(1)",
        "",
        "\\\\mechant.example",
        "/\x00",
    ],
)
def test_only_pages_of_this_site_are_reported(client: Client, page: str) -> None:
    html = client.get("/signaler/", {"page": page}).content.decode()
    assert "mechant" not in html
    assert "javascript:" not in html
    send(client, page)
    assert Report.objects.get().page == "/"


def test_what_nobody_may_see_is_reported_as_a_page_without_its_title(client: Client) -> None:
    mission = f.make_mission(title="Titre secret", state="draft")
    html = client.get("/signaler/", {"page": f"/missions/{mission.pk}-x/"}).content.decode()
    assert "Titre secret" not in html
    send(client, f"/missions/{mission.pk}-x/")
    assert case().subject_type == "page"


def test_a_person_signed_in_is_known_and_their_second_report_replaces_the_first(client: Client) -> None:
    user = f.make_user()
    client.force_login(user)
    mission = f.make_mission()
    assert 'name="email"' not in client.get("/signaler/").content.decode()
    send(client, mission.get_absolute_url(), why="money")
    send(client, mission.get_absolute_url(), why="danger")
    made = Report.objects.get()
    assert (made.person, made.email, made.why) == (user.person, "", "danger")


def test_the_form_keeps_what_was_typed_when_the_reason_is_missing(client: Client) -> None:
    response = send(client, "/aide/", why="")
    assert response.status_code == 422
    assert "Ce n’est pas une association." in response.content.decode()
    assert send(client, "/aide/", why="other", details=" ").status_code == 422
    assert not Report.objects.exists()


def test_hostile_text_stays_text() -> None:
    made = reports.report(
        reports.subject_of("/aide/"), why="other", details="\x00<script>alert(1)</script>\u202e" + "x" * 100
    )
    made.refresh_from_db()
    assert "\x00" not in made.details
    staff = Client()
    f.sign_in_staff(staff, f.make_staff("national"))
    html = staff.get(f"/brigade/signalements/{made.item_id}/").content.decode()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


# --- bots and floods -----------------------------------------------------------------------------------------


def test_a_bot_gets_the_same_screen_and_makes_nothing(client: Client) -> None:
    response = send(client, "/aide/", contact_by="http://spam.example")
    assert response.url == THANKS
    assert not Report.objects.exists()
    assert not ModerationItem.objects.exists()


def test_a_report_sent_in_a_blink_is_asked_again(client: Client, settings: Any) -> None:
    settings.BOT_MINIMUM_SECONDS = 2
    assert send(client, "/aide/", shown_at=stamp()).status_code == 422
    assert not Report.objects.exists()
    assert send(client, "/aide/", shown_at="inventé").status_code == 422


def test_a_flood_from_one_address_stops(client: Client) -> None:
    allowed = LIMITS["form_address_unproved"].times
    answers = [send(client, f"/aide/?{n}").status_code for n in range(allowed + 3)]
    assert answers == [302] * allowed + [422] * 3
    assert Report.objects.count() == allowed


# --- the decision --------------------------------------------------------------------------------------------


def decided(decision: str, reason: str = "La page trompe.", staff: Any = None) -> ModerationItem:
    item = case()
    return services.decide(
        item, actor=staff or f.make_staff(), decision=decision, reason=reason, version=item.version
    )


def test_nothing_wrong_changes_nothing_and_says_so_once(client: Client) -> None:
    mission = f.make_mission()
    for _ in range(2):
        send(client, mission.get_absolute_url())
    decided("accept", reason="")
    mission.refresh_from_db()
    assert mission.state == "open"
    (mail,) = Message.objects.all()
    assert (mail.address, mail.kind) == ("vigilant@exemple.fr", "moderation.report_decided")
    assert "n’a rien trouvé" in mail.text
    assert mission.title not in mail.text
    assert set(Report.objects.values_list("email", flat=True)) == {""}, "the address has served"


def test_a_correction_is_asked_of_the_organisation_and_the_page_stays(client: Client) -> None:
    mission = f.make_mission()
    manager = f.make_member(mission.organisation, role="manager")
    send(client, mission.get_absolute_url(), email="")
    decided("ask", "Dites que c’est du bénévolat.")
    mission.refresh_from_db()
    assert mission.state == "open"
    mail = Message.objects.get(person=manager.person)
    assert mail.kind == "missions.to_mend"
    assert "Dites que c’est du bénévolat." in mail.text
    assert "Ce n’est pas une association" not in mail.text, "the reporter’s words stay with the brigade"


def test_suspending_takes_the_mission_off_and_lifting_brings_it_back(client: Client) -> None:
    mission = f.make_mission()
    send(client, mission.get_absolute_url())
    decided("refuse")
    mission.refresh_from_db()
    assert mission.state == "suspended"
    assert "n’est plus en ligne" in Message.objects.get(kind="moderation.report_decided").text
    assert client.get(mission.get_absolute_url()).status_code == 404
    staff = Client()
    f.sign_in_staff(staff, f.make_staff())
    assert "Remettre en ligne" in staff.get(f"/brigade/signalements/{case().pk}/").content.decode()
    staff.post(f"/brigade/signalements/{case().pk}/lever/")
    mission.refresh_from_db()
    assert mission.state == "open"


def test_suspending_an_organisation_from_a_report(client: Client) -> None:
    organisation = f.make_organisation()
    owner = f.make_member(organisation, role="owner")
    send(client, organisation.get_absolute_url(), email="")
    decided("ask")
    assert Message.objects.get(person=owner.person).kind == "organisations.to_mend"
    send(client, organisation.get_absolute_url(), email="")
    item = ModerationItem.objects.open().get(kind="report")
    services.decide(item, actor=f.make_staff(), decision="refuse", reason="Trompeur", version=item.version)
    organisation.refresh_from_db()
    assert organisation.state == "suspended"


def test_a_page_of_the_site_has_nothing_to_suspend(client: Client) -> None:
    send(client, "/aide/")
    with pytest.raises(RuleBroken) as refusal:
        decided("refuse", staff=f.make_staff("national"))
    assert refusal.value.code == "page"
    decided("accept", staff=f.make_staff("national"))


def test_a_partner_s_mission_is_not_corrected_here_but_may_be_suspended(client: Client) -> None:
    mission = f.make_mission(imported=True)
    send(client, mission.get_absolute_url(), email="")
    with pytest.raises(RuleBroken):
        decided("ask")
    decided("refuse")
    mission.refresh_from_db()
    assert mission.state == "suspended"


def test_whoever_was_deciding_reads_the_new_report_first(client: Client) -> None:
    mission = f.make_mission()
    send(client, mission.get_absolute_url())
    item = case()
    send(client, mission.get_absolute_url())
    with pytest.raises(Stale):
        services.decide(item, actor=f.make_staff(), decision="accept", version=item.version)


def test_a_report_after_the_decision_opens_a_new_case(client: Client) -> None:
    mission = f.make_mission()
    send(client, mission.get_absolute_url())
    decided("accept", reason="")
    send(client, mission.get_absolute_url())
    assert ModerationItem.objects.filter(kind="report").count() == 2


# --- who sees it ---------------------------------------------------------------------------------------------


def test_the_brigade_of_the_department_sees_it_and_nobody_elsewhere(client: Client) -> None:
    mission = f.make_mission(title="Lire avec des élèves")
    send(client, mission.get_absolute_url())
    send(client, mission.get_absolute_url())
    pages: dict[str, tuple[int, bool]] = {}
    people = {
        "here": f.make_staff(),
        "there": f.make_staff(department="59"),
        "nation": f.make_staff("national"),
    }
    for where, user in people.items():
        staff = Client()
        f.sign_in_staff(staff, user)
        listed = "Lire avec des élèves" in staff.get("/brigade/signalements/").content.decode()
        pages[where] = (staff.get(f"/brigade/signalements/{case().pk}/").status_code, listed)
    assert pages == {"here": (200, True), "there": (404, False), "nation": (200, True)}
    with pytest.raises(NotAllowed):
        decided("accept", staff=people["there"])


def test_the_list_takes_as_many_queries_for_twenty_cases_as_for_one(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    staff = Client()
    f.sign_in_staff(staff, f.make_staff())

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert staff.get("/brigade/signalements/").status_code == 200
        return len(caught)

    reports.report(reports.subject_of(f.make_mission().get_absolute_url()), why="money")
    queries()
    one = queries()
    for _ in range(19):
        reports.report(reports.subject_of(f.make_mission().get_absolute_url()), why="money")
    assert queries() == one


# --- personal data -------------------------------------------------------------------------------------------


def test_erasing_a_person_keeps_their_report_without_them(client: Client) -> None:
    user = f.make_user()
    client.force_login(user)
    send(client, f.make_mission().get_absolute_url())
    held = {section["label"]: section["rows"] for section in privacy.held_about(user.person)}
    assert held["Signalements que vous avez faits"][0]["Ce qui ne va pas"] == "Le contenu est trompeur"
    privacy.erase(user.person, actor=user)
    assert Report.objects.get().person is None

"""Before all parties have answered, nobody reads another party's answers: each door is tried with a marked answer."""

from __future__ import annotations

import ast
import io
import zipfile
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alliances import activity, exports
from alliances.evaluations import board, sealed, services
from alliances.evaluations.models import Answer, Round, Score
from brigades import technical
from jeveuxagir.accounts import privacy
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed
from jeveuxagir.common.registries import personal_data
from jeveuxagir.notifications.models import Message
from tests import factories as f

from .test_services import Table

pytestmark = pytest.mark.django_db
MARK = "Zzscelle"
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def table() -> Table:
    """The second party answered, in a public alliance with evidence; two others have not."""
    made = Table(
        publication="public", published_at=now(), shown=["parties", "axes", "indicators", "decisions"]
    )
    round_ = made.open()
    made.answer(round_, 1, 1, f"{MARK} nous perdons patience")
    f.make_evidence(made.alliance)
    return made


def addresses(table: Table) -> list[str]:
    """Every address about this round, guessed ones too, and the pages that could quote it."""
    alliance, round_ = table.alliance, Round.objects.get()
    space = f"{alliance.space_url}evaluations/"
    answers = [f"{space}{round_.pk}/repondre/{party.pk}/" for party in table.parties]
    return [
        alliance.space_url,
        alliance.get_absolute_url(),
        space,
        f"{space}{round_.pk}/",
        f"{space}{round_.pk}/ecarts.csv",
        f"{space}{round_.pk}/abandonner/",
        f"{alliance.space_url}preuves/",
        f"{alliance.space_url}preuves/ajouter/",
        f"{alliance.space_url}parcours/",
        "/mon-espace/",
        f"/api/v1/alliances/{alliance.pk}/",
        *answers,
    ]


def test_no_page_shows_it_to_another_party_to_a_stranger_or_to_staff(table: Table) -> None:
    clients = {"stranger": Client(), "first": Client(), "third": Client(), "reader": Client()}
    clients["first"].force_login(table.people[0])
    clients["third"].force_login(table.people[2])
    clients["reader"].force_login(f.make_member(table.parties[1].organisation, role="reader"))  # type: ignore[arg-type]
    for role in ("brigade_member", "national", "technical"):
        clients[role] = Client()
        f.sign_in_staff(clients[role], f.make_staff(role))
    for who, client in clients.items():
        for address in addresses(table):
            shown = client.get(address).content.decode()
            assert MARK not in shown, f"{who} reads {address}"


def test_its_own_party_reads_and_changes_it_and_sees_only_its_own(table: Table) -> None:
    round_ = Round.objects.get()
    table.answer(round_, 0, 2, "Zzautre partie")
    client = Client()
    client.force_login(table.people[1])
    own = client.get(board.answer_url(round_, table.parties[1].pk)).content.decode()
    assert MARK in own
    assert "Zzautre" not in own
    assert client.get(board.answer_url(round_, table.parties[0].pk)).status_code == 403


def test_the_one_door_opens_for_who_acts_for_that_very_party(table: Table) -> None:
    row = Answer.objects.get(party=table.parties[1])
    assert len(sealed.own(table.people[1], row)) == 5
    reader = f.make_member(row.party.organisation, role="reader")  # type: ignore[arg-type]
    for actor in (table.people[0], table.people[2], reader, f.make_staff("national"), None):
        with pytest.raises(NotAllowed):
            sealed.own(actor, row)


def test_the_querysets_that_pages_and_admin_use_give_no_row_of_a_sealed_round(table: Table) -> None:
    row = Answer.objects.get(party=table.parties[1])
    assert Score.sealed.count() == 5
    assert Score._default_manager.count() == 0
    assert row.scores.count() == 0
    prefetched = Answer.objects.prefetch_related("scores").get(pk=row.pk)
    assert list(prefetched.scores.all()) == []
    assert board.gaps(Round.objects.get()) == []
    assert board.summaries(Round.objects.all()) == {}


def test_no_query_of_another_party_s_pages_loads_a_score(table: Table) -> None:
    """Not only is it not shown: with the rows of that table out of reach, nothing is read that could be."""
    client = Client()
    client.force_login(table.people[0])
    for address in addresses(table):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        for query in queries:
            sql = query["sql"]
            if 'FROM "evaluations_score"' in sql:
                own = f'"answer_id" = {Answer.objects.get(party=table.parties[0]).pk}'
                assert "'revealed'" in sql or own in sql, f"{address}: {sql}"


def test_the_technical_admin_has_no_page_for_it(table: Table) -> None:
    client = Client()
    f.sign_in_staff(client, f.make_staff("technical"))
    assert not {model for model in technical.site._registry if model._meta.app_label == "evaluations"}
    for model in apps.get_app_config("evaluations").get_models():
        name = model._meta.model_name
        assert client.get(f"/administration/evaluations/{name}/").status_code == 404
    listed = client.get("/administration/audit/event/").content.decode()
    assert MARK not in listed


def test_history_mails_and_dumps_do_not_hold_it(table: Table) -> None:
    assert not [event for event in Event.objects.all() if MARK in str(event.data) or "score" in event.data]
    assert not [mail for mail in Message.objects.all() if MARK in mail.text + mail.subject + mail.html]
    out = io.StringIO()
    call_command("dumpdata", "evaluations", stdout=out)
    assert MARK not in out.getvalue()


def test_nobody_else_s_export_of_their_own_data_holds_it(table: Table) -> None:
    def files(number: int) -> str:
        user = table.people[number]
        with zipfile.ZipFile(io.BytesIO(privacy.export(user.person, actor=user))) as archive:
            return "".join(archive.read(name).decode(errors="replace") for name in archive.namelist())

    assert MARK in files(1)  # who wrote it
    for number in (0, 2):
        assert MARK not in files(number)
    for user in (f.make_staff("national"), f.make_member(table.parties[1].organisation)):  # type: ignore[arg-type]
        for entry in personal_data:
            for row in entry.rows(user.person):
                assert MARK not in str(entry.export(row))


def test_the_archive_and_the_activity_of_the_alliance_do_not_hold_it(table: Table) -> None:
    for number in (0, 1):
        user = table.people[number]
        with exports.export(table.alliance, actor=user) as packed, zipfile.ZipFile(packed) as archive:
            whole = "".join(archive.read(name).decode(errors="replace") for name in archive.namelist())
        assert "Bilan de l’année" in whole
        assert MARK not in whole
    told = activity.facts(table.alliance, activity.events_of(table.alliance, "evaluations"))
    assert [fact.what for fact in told] == [
        "Une partie répond à une évaluation",
        "Une évaluation est ouverte",
    ]
    for number in (0, 2):
        table.answer(Round.objects.get(), number)
    with exports.export(table.alliance, actor=user) as packed, zipfile.ZipFile(packed) as archive:
        assert MARK in "".join(archive.read(name).decode(errors="replace") for name in archive.namelist())


def test_the_brigade_s_pages_about_the_alliance_do_not_hold_it(table: Table) -> None:
    client = Client()
    f.sign_in_staff(client, f.make_staff("brigade_member"))
    page = client.get(reverse("brigade:alliances_alliance_change", args=[table.alliance.pk]))
    assert page.status_code == 200
    assert MARK not in page.content.decode()
    assert "On s’appelle" in page.content.decode()  # what its public page shows is read


def test_only_its_own_file_opens_the_sealed_scores() -> None:
    found = []
    for path in [
        *(ROOT / "alliances").rglob("*.py"),
        *(ROOT / "jeveuxagir").rglob("*.py"),
        *(ROOT / "brigades").rglob("*.py"),
    ]:
        if path.name == "sealed.py" and path.parent.name == "evaluations":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Attribute)
                and node.attr in ("sealed", "_base_manager")
                and (isinstance(node.value, ast.Name) and node.value.id == "Score")
            ):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                is_sql = "evaluations_score" in node.value and path.name != "models.py"
                found += (
                    [f"{path.relative_to(ROOT)}:{node.lineno}"]
                    if is_sql and "migrations" not in path.parts
                    else []
                )
    assert not found, "\n".join(found)


def test_once_revealed_every_party_reads_it_and_strangers_still_do_not(table: Table) -> None:
    round_ = Round.objects.get()
    table.answer(round_, 0)
    table.answer(round_, 2)
    for user in table.people:
        client = Client()
        client.force_login(user)
        assert MARK in client.get(round_.page_url).content.decode()
    client = Client()
    f.sign_in_staff(client, f.make_staff("national"))
    assert client.get(round_.page_url).status_code == 404
    assert MARK not in Client().get(table.alliance.get_absolute_url()).content.decode()


def test_abandoned_it_is_nowhere_any_more(table: Table) -> None:
    services.abandon(Round.objects.get(), actor=table.people[0], reason="Une partie ne répond pas.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM evaluations_score")
        assert cursor.fetchone() == (0,)
    client = Client()
    client.force_login(table.people[1])
    for address in addresses(table):
        assert MARK not in client.get(address).content.decode()


def test_the_invariants_hold_and_catch_what_breaks_them(table: Table) -> None:
    from jeveuxagir.common.registries import invariants

    names = [name for name, _ in invariants.items() if name.startswith("evaluations.")]
    assert len(names) == 3
    revealed = f.make_round(f.make_alliance(), revealed=True)
    assert not any(list(invariants[name].offenders()) for name in names)
    Score.sealed.filter(answer__round=revealed, question="trust").update(sentence="")
    assert list(invariants["evaluations.whole"].offenders())

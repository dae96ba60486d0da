"""The weekly check of links: dead twice, hidden and told once; alive again, shown again. On a real server of ours."""

import datetime
import socket

import pytest

from alliances.library import editing, links
from alliances.library.models import Resource
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from tests import factories as f
from tests.support.hostile_server import Server, body, status

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings):
    with Server().running() as running:
        settings.LOOPBACK_PORTS = [running.port]
        yield running


def weeks_pass():
    Resource.objects.update(checked_at=now() - datetime.timedelta(days=8))


def told():
    return Message.objects.filter(kind="library.link_dead").count()


def test_a_link_dead_twice_is_hidden_its_owner_told_once_and_alive_it_is_back(server, client):
    address = server.serve("/outil", status(404))
    tool = f.make_resource(link=address)
    assert links.check_due() == 1
    assert client.get(tool.get_absolute_url()).status_code == 200
    assert links.check_due() == 0, "once a week"
    for _ in range(3):
        weeks_pass()
        links.check_due()
    tool.refresh_from_db()
    assert tool.dead_since is not None
    assert client.get(tool.get_absolute_url()).status_code == 404
    assert tool not in Resource.objects.public()
    assert told() == 1
    server.serve("/outil", body(b"<p>Me revoici</p>"))
    weeks_pass()
    links.check_due()
    assert client.get(tool.get_absolute_url()).status_code == 200
    assert set(Event.objects.values_list("verb", flat=True)) >= {"resource.link_dead", "resource.link_alive"}
    server.serve("/outil", status(410))
    for _ in range(2):
        weeks_pass()
        links.check_due()
    assert told() == 2, "another death is told again"


@pytest.mark.parametrize("code", [401, 403, 429])
def test_a_page_closed_to_programs_is_alive(server, code):
    assert links.is_alive(server.serve("/", status(code)))


def test_a_page_too_big_to_be_read_is_alive(server):
    assert links.is_alive(server.serve("/", body(b"x" * (links.LIMITS.size + 10))))


@pytest.mark.parametrize("code", [404, 410, 500])
def test_a_page_that_is_gone_is_dead(server, code):
    assert not links.is_alive(server.serve("/", status(code)))


def test_a_silent_port_and_a_private_address_are_dead(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.LOOPBACK_PORTS = [port]
    assert not links.is_alive(f"http://127.0.0.1:{port}/")
    settings.LOOPBACK_PORTS = []
    for link in (
        "http://127.0.0.1:5432/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/",
        "file:///etc/passwd",
    ):
        assert not links.is_alive(link)


def test_an_address_corrected_meanwhile_is_not_blamed_for_the_former_one():
    tool = f.make_resource(link="https://nouvelle.example/")
    links.note(tool, url="https://ancienne.example/", alive=False)
    tool.refresh_from_db()
    assert (tool.failures, tool.checked_at) == (0, None)


def test_drafts_and_our_own_pages_are_not_visited():
    f.make_resource(state="draft")
    f.make_resource(link="/alliances/")
    assert not Resource.objects.to_check(now()).exists()


def test_nothing_is_visited_in_the_demonstration(settings):
    settings.DEMO = True
    f.make_resource()
    assert links.check_due() == 0


def test_the_new_address_of_a_dead_tool_waits_for_the_brigade_then_shows_it_again(client):
    author = f.make_user()
    tool = f.make_resource(person=author.person, failures=2, dead_since=now(), told_dead_at=now())
    editing.edit(tool, actor=author, values={"link": "https://nouvelle.example/", "title": "Autre"})
    tool.refresh_from_db()
    assert tool.title != "Autre", "hidden or not, its words are those that the brigade read"
    item = ModerationItem.objects.open().get(subject_id=tool.pk)
    moderation.decide(item, actor=f.make_staff("national"), decision="accept", version=item.version)
    tool.refresh_from_db()
    assert (tool.link, tool.dead_since, tool.failures) == ("https://nouvelle.example/", None, 0)
    assert client.get(tool.get_absolute_url()).status_code == 200


def test_two_runs_at_once_see_one_failure(server):
    address = server.serve("/outil", status(500))
    tool = f.make_resource(link=address)
    week = now() - links.EVERY
    first, second = (Resource.objects.get(pk=tool.pk) for _ in range(2))
    for read in (first, second):
        links.note(read, url=address, alive=links.is_alive(address), due=week)
    tool.refresh_from_db()
    assert (tool.failures, tool.dead_since) == (1, None)

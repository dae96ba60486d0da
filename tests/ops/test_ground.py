"""What the suite stands on works: strict templates, real commits, a real worker, mail, and a browser."""

import socket
from typing import Any

import pytest
from django.core.mail import send_mail
from django.db import connection
from django.template import Context, Origin, Template
from kombu.exceptions import OperationalError
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer
from pytest_socket import SocketConnectBlockedError

from jeveuxagir.audit.models import Canary
from jeveuxagir.web.tasks import serve_canary
from ops.services import Valkey, wait_until
from tests.support.accessibility import axe
from tests.support.mail import SmtpSink
from tests.support.processes import CeleryWorker
from tests.support.strict_templates import UndefinedVariable


def test_an_undefined_variable_fails_in_our_templates_only(settings: Any) -> None:
    ours = Origin(f"{settings.BASE_DIR}/templates/page.html")
    with pytest.raises(UndefinedVariable):
        Template("{{ nam }}", origin=ours).render(Context({"name": "x"}))
    assert Template("{% if nam %}x{% endif %}", origin=ours).render(Context({})) == ""
    theirs = Origin("/usr/lib/python3/site-packages/dsfr/templates/page.html")
    assert Template("{{ nam }}", origin=theirs).render(Context({})) == ""


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_a_test_cannot_reach_the_outside() -> None:
    with pytest.raises(SocketConnectBlockedError), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))


def test_reference_data_is_there_and_other_tables_are_empty(committed_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM territories_commune")
        assert cursor.fetchone()[0] > 34_000
    assert not Canary.objects.exists()
    Canary.objects.create(name="left by this test for the next")


def test_real_commits_of_the_test_before_are_gone(committed_db: None) -> None:
    assert not Canary.objects.exists()


def test_mail_reaches_the_sink(smtp_sink: SmtpSink) -> None:
    send_mail("Été", "corps", "a@example.org", ["b@example.org"])
    (message,) = smtp_sink.to("b@example.org")
    assert (message.subject, message.text.strip()) == ("Été", "corps")
    assert smtp_sink.journal.read_text().strip() == message.message_id


def test_a_real_worker_serves_a_task(celery_worker_process: CeleryWorker) -> None:
    serve_canary.delay()
    wait_until(lambda: Canary.objects.exists(), what="the canary", log=celery_worker_process.log)


def test_a_wake_up_fails_rather_than_waits_when_the_broker_is_gone(valkey: Valkey) -> None:
    valkey.kill()
    try:
        with pytest.raises(OperationalError):
            serve_canary.apply_async(retry=False)
    finally:
        valkey.start()


def test_a_page_opens_in_a_real_browser_and_passes_axe(page: Page, site: LiveServer) -> None:
    page.goto(site.url)
    assert page.title()
    axe(page)

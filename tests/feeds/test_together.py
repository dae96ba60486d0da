"""Two runs at once, with real commits, and the memory of a big one, in a process of its own."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections

from jeveuxagir.common.errors import RuleBroken
from missions.feeds import services
from missions.feeds.models import FeedRun
from missions.models import Mission
from organisations.models import Organisation
from tests.factories import make_organisation
from tests.feeds.builders import feed, make_partner, many, mission, write
from tests.support.processes import environment

pytestmark = pytest.mark.usefixtures("committed_db")

ROOT = Path(__file__).resolve().parents[2]


def at_once(*functions: Callable[[], object]) -> list[BaseException]:
    barrier, errors = threading.Barrier(len(functions)), []

    def call(function: Callable[[], object]) -> None:
        try:
            barrier.wait(10)
            function()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=call, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors


def test_two_runs_of_one_partner_at_once_are_one(xml: Path) -> None:
    partner = make_partner()
    write(xml, feed(*many(300)))
    errors = at_once(*[lambda: services.import_feed(partner, xml)] * 2)
    refused = [error for error in errors if isinstance(error, RuleBroken) and error.code == "running"]
    assert errors == refused
    assert FeedRun.objects.filter(state="done").count() == 2 - len(refused)
    assert Mission.objects.count() == 300


def test_two_partners_that_bring_the_same_new_organisation_share_it(xml: Path) -> None:
    write(xml, feed(*[mission(f"m-{n}", organizationRNA="W751206979") for n in range(50)]))
    partners = [make_partner(slug) for slug in ("a", "b", "c")]
    assert at_once(*[lambda p=p: services.import_feed(p, xml) for p in partners]) == []
    assert Organisation.objects.filter(rna="W751206979").count() == 1
    assert Mission.objects.filter(state="open").count() == 150


def test_an_organisation_suspended_during_a_run_ends_with_no_open_mission_of_after(xml: Path) -> None:
    from organisations import services as organisations

    organisation = make_organisation(rna="W751206979")
    partner = make_partner()
    write(xml, feed(*[mission(f"m-{n}", organizationRNA="W751206979") for n in range(600)]))
    errors = at_once(
        lambda: services.import_feed(partner, xml),
        lambda: organisations.suspend(organisation, actor=None, reason="Contrôle."),
    )
    assert errors == []
    done = FeedRun.objects.get()
    opened = Mission.objects.filter(state="open").count()
    assert done.created == Mission.objects.count()
    assert done.created + done.rejected == 600
    from jeveuxagir.audit import deliveries

    deliveries.deliver()
    assert Mission.objects.filter(state="open").count() == 0 or opened == 0


SCRIPT = """
import os, resource, sys
import django
django.setup()
from pathlib import Path
from missions.feeds import services
from missions.feeds.models import Partner
small, big = map(Path, sys.argv[1:3])
partner = Partner.objects.get()
services.import_feed(partner, small)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
run = services.import_feed(partner, big)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(run.created, (after - before) // 1024)
"""


def memory_of(tmp_path: Path, count: int) -> tuple[int, int]:
    """Missions created, and megabytes that this many missions took beside a first small feed."""
    make_partner()
    small, big = write(tmp_path / "petit.xml", feed(mission("petite"))), tmp_path / "grand.xml"
    with big.open("w") as file:
        head, tail = feed(mission("petite"), "COUPE").split("COUPE")
        file.write(head)
        for number in range(count):
            file.write(mission(f"g-{number}", organizationClientId=f"o-{number % 500}") + "\n")
        file.write(tail)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(small), str(big)],
        env=environment(PYTHONPATH=str(ROOT)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    created, megabytes = done.stdout.split()
    return int(created), int(megabytes)


def test_two_thousand_missions_take_little_memory(tmp_path: Path) -> None:
    created, megabytes = memory_of(tmp_path, 2_000)
    assert created == 2_000
    assert megabytes < 100


@pytest.mark.proof
def test_twenty_thousand_missions_take_less_than_150_megabytes(tmp_path: Path) -> None:
    created, megabytes = memory_of(tmp_path, 20_000)
    assert created == 20_000
    assert megabytes < 150

"""Two demos started together never take the same port."""

import subprocess
import sys
from pathlib import Path

from ops.services import free_port

ROOT = Path(__file__).resolve().parents[2]
CLAIM = "import sys; from ops.demo import claim_port; print(claim_port(int(sys.argv[1])), flush=True); sys.stdin.read()"


def claiming(port: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", CLAIM, str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_of_two_that_claim_a_port_before_anybody_listens_one_has_it_until_it_ends() -> None:
    port = free_port()
    first, second = claiming(port), claiming(port)
    try:
        assert sorted([said(first), said(second)]) == ["False", "True"]
        first.communicate()
        second.communicate()
        third = claiming(port)
        assert said(third) == "True"
        third.communicate()
    finally:
        for process in (first, second):
            process.kill()
            process.wait()

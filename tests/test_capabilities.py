"""docs/capabilities.md says what holds and which test shows it: each of those tests exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINE = re.compile(r"^\| (K\d+) \| (.+) \| `(tests/[\w/]+\.py)::(\w+)` \|$")
ROWS = [
    match.groups()
    for line in (ROOT / "docs" / "capabilities.md").read_text().splitlines()
    if (match := LINE.match(line))
]
#: the rows of the first two issues
HELD = {"K01", "K02", "K03", "K09", "K12", "K13", "K14", "K15", "K19", "K67"}


def test_every_line_of_the_table_reads_well() -> None:
    written = [
        line
        for line in (ROOT / "docs" / "capabilities.md").read_text().splitlines()
        if line.startswith("| K")
    ]
    assert len(written) == len(ROWS)


def test_no_capability_is_left_without_a_test() -> None:
    assert {row[0] for row in ROWS} >= HELD


@pytest.mark.parametrize("path", sorted({row[2] for row in ROWS}))
def test_the_tests_that_it_names_exist(path: str) -> None:
    source = (ROOT / path).read_text()
    missing = [row[3] for row in ROWS if row[2] == path and f"\ndef {row[3]}(" not in source]
    assert not missing

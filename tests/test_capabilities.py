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
#: the rows that the table claims: the first two issues, the next four, employers and associations
NUMBERS = (
    *(1, 2, 3, 9, 12, 13, 14, 15, 19, 67),
    *(8, 10, 18, 32, 33, 41, 42, 43, 46, 47, 48, 49, 52, 53, 54, 55, 56, 60, 61, 65, 66),
    *(72, 74, 75, 76, 77, 78, 79, 80, 81, 88, 89, 91, 92, 93, 95, 96, 102, 105, 106, 118, 120),
    *(4, 5, 6, 7, 31, 39, 50, 57, 58, 63, 109),
)
HELD = {f"K{number:02}" for number in NUMBERS}


def test_every_line_of_the_table_reads_well() -> None:
    written = [
        line
        for line in (ROOT / "docs" / "capabilities.md").read_text().splitlines()
        if line.startswith("| K")
    ]
    assert len(written) == len(ROWS)


def test_no_capability_is_left_without_a_test() -> None:
    """A row that is added is added to HELD too: it cannot be lost afterwards."""
    assert {row[0] for row in ROWS} == HELD


@pytest.mark.parametrize("path", sorted({row[2] for row in ROWS}))
def test_the_tests_that_it_names_exist(path: str) -> None:
    source = (ROOT / path).read_text()
    missing = [row[3] for row in ROWS if row[2] == path and f"\ndef {row[3]}(" not in source]
    assert not missing

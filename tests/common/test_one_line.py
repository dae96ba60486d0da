"""What is one line stays one line, whatever a program sends."""

import pytest

from tests import factories as f


@pytest.mark.django_db
def test_a_name_of_several_lines_is_one_line_in_mails_calendars_and_files() -> None:
    alliance = f.make_alliance(name="Lire\r\nBEGIN:VEVENT\tensemble\n\u202e")
    alliance.refresh_from_db()
    assert alliance.name == "Lire BEGIN:VEVENT ensemble"

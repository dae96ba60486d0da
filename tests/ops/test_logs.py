"""The logs hold allowed fields only."""

import io
import json
import logging
import logging.config
from typing import Any

import pytest
import structlog

from jeveuxagir.settings.logs import LOGGING

MARKER = "camille.martin@example.org"


@pytest.fixture
def lines() -> Any:
    """A logger written through the project's formatter, and what it wrote."""
    formatter_settings = dict(LOGGING["formatters"]["json"])
    factory = formatter_settings.pop("()")
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(factory(**formatter_settings))
    root = logging.getLogger("marker")
    root.handlers, root.propagate, root.level = [handler], False, logging.INFO
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers = []


def test_a_field_that_is_not_allowed_is_dropped(lines: Any) -> None:
    structlog.get_logger("marker").info("feed_imported", partner="ja", email=MARKER)
    (line,) = lines()
    assert (line["event"], line["partner"], line["level"]) == ("feed_imported", "ja", "info")
    assert MARKER not in json.dumps(line)


def test_a_library_s_arguments_are_not_logged(lines: Any) -> None:
    logging.getLogger("marker").warning("Not Found: %s", f"/recherche/?q={MARKER}")
    (line,) = lines()
    assert line["event"] == "Not Found: %s"
    assert MARKER not in json.dumps(line)


def test_an_exception_gives_its_type_and_place_without_its_text(lines: Any) -> None:
    try:
        raise ValueError(f"Key (email)=({MARKER}) already exists.")
    except ValueError:
        structlog.get_logger("marker").exception("failed")
        logging.getLogger("marker").exception("failed")
    for line in lines():
        assert line["error"] == "builtins.ValueError"
        assert "test_logs.py" in line["at"][-1]
        assert MARKER not in json.dumps(line)


def test_celery_s_task_name_and_time_are_kept(lines: Any) -> None:
    logging.getLogger("marker").info(
        "Task %(name)s[%(id)s] raised: %(exc)s", {"name": "sweep", "id": "1", "exc": MARKER}
    )
    (line,) = lines()
    assert (line["task"], line["task_id"]) == ("sweep", "1")
    assert MARKER not in json.dumps(line)

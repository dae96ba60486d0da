"""Logs: one JSON object a line, made of allowed fields only, so that no personal data can slip in.

Write `logger = structlog.get_logger(__name__)` and `logger.info("feed_imported", partner=partner.slug, lines=12)`.
A field that is not in `ALLOWED` is dropped. Of a foreign record the message's template is kept, not its
arguments; of an exception its type and its place, not its text (a database error quotes the row).
"""

import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

__all__ = ["LOGGING"]

ALLOWED = frozenset(
    {
        *("event", "level", "logger", "timestamp", "error", "at"),
        *("request_id", "method", "route", "status", "ms", "queries"),
        *("task", "task_id", "job", "period", "runtime", "attempt"),
        *("command", "model", "pk", "verb", "state", "reason", "code", "kind", "channel", "count", "seconds"),
        *("partner", "run", "lines", "created", "updated", "closed", "rejected", "unchanged", "bytes"),
        *(
            "department",
            "organisation",
            "mission",
            "request",
            "proposal",
            "participation",
            "message_id",
            "delivery",
        ),
        *("engine", "proposals", "duration", "sent", "failed", "deferred"),
    }
)
# Loggers whose arguments are known to name addresses, signals and versions only.
PLAIN = (
    "gunicorn.error",
    "celery.beat",
    "celery.apps",
    "celery.worker.consumer",
    "kombu",
    "django.security.csrf",
)
FRAMES = 6

EventDict = MutableMapping[str, Any]


def only_allowed(logger: Any, name: str, event: EventDict) -> EventDict:
    """Drop each field that is not allowed."""
    return {key: value for key, value in event.items() if key in ALLOWED}


def exception_place(logger: Any, name: str, event: EventDict) -> EventDict:
    """Replace an exception by its type and the last places it went through."""
    info = event.pop("exc_info", None)
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    elif info and not isinstance(info, tuple):
        info = sys.exc_info()
    if info and info[0] is not None:
        frames = traceback.extract_tb(info[2])[-FRAMES:]
        event["error"] = f"{info[0].__module__}.{info[0].__qualname__}"
        event["at"] = [
            f"{frame.filename.rsplit('/site-packages/')[-1]}:{frame.lineno} {frame.name}" for frame in frames
        ]
    return event


def foreign_message(logger: Any, name: str, event: EventDict) -> EventDict:
    """Of a library's record keep the template, and from Celery's the task's name, id and time."""
    if event.get("_from_structlog", True):
        return event
    template, values = str(event["event"]), event.pop("positional_args", ())
    if event["logger"].startswith(PLAIN):
        event["event"] = template % values if values else template
    if isinstance(values, Mapping):
        event.update({ours: values[theirs] for theirs, ours in _CELERY.items() if theirs in values})
    return event


_CELERY = {"name": "task", "id": "task_id", "runtime": "runtime"}

_shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_shared,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _shared,
            "use_get_message": False,
            "pass_foreign_args": True,
            "processors": [
                foreign_message,
                exception_place,
                only_allowed,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "propagate": True, "level": "INFO"},
        "django.server": {"handlers": [], "propagate": False},
        "gunicorn.error": {"handlers": [], "propagate": True},
        "gunicorn.access": {"handlers": [], "propagate": False},
    },
}

"""Tasks that beat sends at a fixed pace. The schedule is code, read by beat at its start: no table, no admin.

Put it under `@shared_task`, in the `tasks.py` of the capability:

    @shared_task
    @periodic(every=timedelta(minutes=1))
    def sweep_messages() -> None: ...

For "once a day", send often and let `jeveuxagir.audit.jobs.run_once` decide: a missed period is caught up once.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

#: What beat sends: task name → entry of Celery's `beat_schedule`.
schedule: dict[str, dict[str, Any]] = {}


def periodic(*, every: timedelta) -> Callable[[F], F]:
    """Let beat send this task every `every`. A sending that nobody took before the next one expires."""

    def register(function: F) -> F:
        name = f"{function.__module__}.{function.__name__}"
        schedule[name] = {"task": name, "schedule": every, "options": {"expires": every.total_seconds()}}
        return function

    return register

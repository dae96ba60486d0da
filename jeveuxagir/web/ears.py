"""A worker that has lost its ears reconnects at once.

When the broker dies between a task's end and its acknowledgement, Celery 5.7 logs "Couldn't ack" and goes on with
an event loop that watches no socket: alive, and deaf for ever. `watch` would end it after three minutes; this step
notices within seconds and raises what a lost connection raises, so that the consumer connects again.
"""

from typing import Any

from celery import bootsteps

EVERY = 2.0


class Ears(bootsteps.StartStopStep):
    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        self._timer: Any = None
        self._deaf = 0

    def start(self, parent: Any) -> None:
        self._deaf = 0
        if parent.hub is not None:
            self._timer = parent.timer.call_repeatedly(EVERY, self._listen, (parent,))

    def stop(self, parent: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    shutdown = stop

    def _listen(self, parent: Any) -> None:
        """Twice in a row without a socket is no longer a start."""
        self._deaf = 0 if parent.hub.readers or parent.hub.writers else self._deaf + 1
        if self._deaf >= 2:
            self._deaf = 0
            raise ConnectionError("the event loop watches no socket")

"""The Celery application. Tasks take ids, call one service, and are safe to run twice."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_ready

from jeveuxagir.common.periodic import schedule
from jeveuxagir.web.ears import Ears

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jeveuxagir.settings.dev")

app = Celery("jeveuxagir")
app.set_default()  # in every thread of the web server too
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = schedule  # filled as the apps' tasks are imported
app.autodiscover_tasks()
app.steps["consumer"].add(Ears)


@worker_ready.connect
def watch_the_canary(**kwargs: Any) -> None:
    """A worker that lives but hears nothing must end, so that its supervisor starts another."""
    from jeveuxagir.web.canary import watch

    watch()


@beat_init.connect
def send_the_first_canary(**kwargs: Any) -> None:
    """Beat waits a whole period before its first sending; readiness should not."""
    app.send_task("jeveuxagir.web.tasks.serve_canary", expires=60)

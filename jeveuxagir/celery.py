"""The Celery application. Tasks take ids, call one service, and are safe to run twice."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

from jeveuxagir.common.periodic import schedule

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jeveuxagir.settings.dev")

app = Celery("jeveuxagir")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = schedule  # filled as the apps' tasks are imported
app.autodiscover_tasks()


@worker_ready.connect
def watch_the_canary(**kwargs: Any) -> None:
    """A worker that lives but hears nothing must end, so that its supervisor starts another."""
    from jeveuxagir.web.canary import watch

    watch()

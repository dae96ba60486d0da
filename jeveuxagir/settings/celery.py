"""Celery: the broker only wakes the workers, due dates live in rows. The reasons are in docs/adr.

No result backend, no ETA. Every task may run twice. Time-outs and keep-alive let a worker notice a connection
that died in silence; a web request never waits for the broker more than a few seconds.
"""

import socket
from datetime import timedelta
from typing import Any

import environ

_env = environ.Env()

CELERY_BROKER_URL = _env("CELERY_BROKER_URL", default="") or _env("REDIS_URL", default="")
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 30 * 60
CELERY_TASK_SOFT_TIME_LIMIT = 25 * 60
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "Europe/Paris"
CELERY_ENABLE_UTC = True
CELERY_TASK_DEFAULT_QUEUE = "jeveuxagir"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 4
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "visibility_timeout": 2 * 60 * 60,  # longer than the longest task: an import of 200,000 lines
    "socket_timeout": 5,
    "socket_connect_timeout": 4,
    "health_check_interval": 10,
    "max_retries": 1,
}
if CELERY_BROKER_URL.startswith(("redis://", "rediss://")):  # a unix socket has no keep-alive
    CELERY_BROKER_TRANSPORT_OPTIONS["socket_keepalive"] = True
    CELERY_BROKER_TRANSPORT_OPTIONS["socket_keepalive_options"] = {
        socket.TCP_KEEPIDLE: 10,
        socket.TCP_KEEPINTVL: 5,
        socket.TCP_KEEPCNT: 3,
    }

# Proof of life, end to end: beat sends it, a worker writes it, the workers and /sante/pret read it.
CANARY_PERIOD = timedelta(seconds=30)
CANARY_DEADLINE = timedelta(minutes=3)

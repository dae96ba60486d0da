"""The site as it runs, with the yardsticks beside it."""

from jeveuxagir.settings.dev import *  # noqa: F403

ROOT_URLCONF = "ops.bench.naive"

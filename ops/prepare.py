"""Bring the demo's database up to date in one process (Django's start is paid once).

python -m ops.prepare [--from-schema]     an empty database begins from ops/schema.sql.gz
"""

from __future__ import annotations

import os
import sys

import django
from django.core.management import call_command

from ops import schema


def main() -> None:
    if "--from-schema" in sys.argv and schema.is_empty(os.environ["DATABASE_URL"]):
        schema.load(os.environ["DATABASE_URL"])
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_reference", verbosity=0)  # nothing to do when it is up to date


if __name__ == "__main__":
    main()

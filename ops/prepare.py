"""Bring the demo's database up to date in one process (Django's start is paid once)."""

from __future__ import annotations

import django
from django.core.management import call_command


def main() -> None:
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_reference", verbosity=0)  # nothing to do when it is up to date


if __name__ == "__main__":
    main()

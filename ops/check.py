"""Checks that need Django or Git: migrations, deployment settings, lock files without addresses."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK_FILES = ("requirements/*", "**/package-lock.json", "**/.npmrc", "**/*.lock")

# What a deployment sets; the values only have to be well-formed.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "jeveuxagir.settings.production",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "ALLOWED_HOSTS": "jeveuxagir.example",
    "SITE_URL": "https://jeveuxagir.example",
    "DATABASE_URL": "postgresql://app@db.internal/jeveuxagir",
    "REDIS_URL": "redis://cache.internal:6379/0",
    "CELERY_BROKER_URL": "redis://broker.internal:6379/0",
    "EMAIL_HOST": "relay.internal",
    "PRIVATE_FILES": "/private",
}


def manage(*arguments: str, env: dict[str, str]) -> bool:
    """Run one management command without the caller's settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-W", "ignore::RuntimeWarning", "manage.py", *arguments],
        cwd=ROOT,
        env={**kept, **env},
        check=False,
    )
    return done.returncode == 0


def addresses_in_lock_files() -> list[str]:
    """Lock files that name a server: they would install from that one only."""
    tracked = subprocess.run(
        ["git", "ls-files", "--", *(f":(glob){pattern}" for pattern in LOCK_FILES)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return [name for name in tracked if re.search(r"https?://", (ROOT / name).read_text(errors="replace"))]


def main() -> int:
    development = {"DJANGO_SETTINGS_MODULE": "jeveuxagir.settings.dev"}
    failed = []
    if not manage("makemigrations", "--check", "--dry-run", env=development):
        failed.append("migrations are missing")
    if not manage("check", "--deploy", "--fail-level", "WARNING", env=PRODUCTION):
        failed.append("the production settings do not pass `check --deploy`")
    if names := addresses_in_lock_files():
        failed.append(f"these lock files hold an address: {', '.join(names)}")
    for reason in failed:
        print(f"ERROR: {reason}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

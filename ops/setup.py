"""Create .venv and install a lock file with its hashes: `python3 ops/setup.py demo|dev`.

Standard library only, so that it runs on a bare machine. With uv if it is there, else pip. Done again only when
the lock file changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
INCLUDES = {"dev": ("dev",), "demo": ("demo", "dev")}  # what satisfies a request


def main(wanted: str) -> None:
    if sys.version_info < (3, 11):
        sys.exit(
            f"Python 3.11 or later is needed, this is {sys.version.split()[0]}: make PYTHON=python3.11 …"
        )
    if any(
        _stamp(level).exists() and _stamp(level).read_text() == _digest(level) for level in INCLUDES[wanted]
    ):
        return
    print(f"Installing requirements/{wanted}.txt…", flush=True)
    lock = ROOT / "requirements" / f"{wanted}.txt"
    uv = shutil.which("uv")
    if not (VENV / "bin" / "python").exists():
        _run(
            [uv, "venv", "--quiet", "--python", sys.executable, VENV]
            if uv
            else [sys.executable, "-m", "venv", VENV]
        )
    if uv:
        _run([uv, "pip", "install", "--quiet", "--require-hashes", "-r", lock])
    else:
        pip = [VENV / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        # Python compiles what it imports; compiling all of it up front takes twice as long as the download.
        _run([*pip, "--no-compile", "--require-hashes", "--no-deps", "-r", lock])
    _stamp(wanted).write_text(_digest(wanted))


def _stamp(level: str) -> Path:
    return VENV / f".installed-{level}"


def _digest(level: str) -> str:
    return hashlib.sha256((ROOT / "requirements" / f"{level}.txt").read_bytes()).hexdigest()


def _run(command: list[object]) -> None:
    environment = {**os.environ, "VIRTUAL_ENV": str(VENV)}
    done = subprocess.run([str(part) for part in command], env=environment, check=False)
    if done.returncode:
        sys.exit(f"Failed: {' '.join(map(str, command))}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "dev")

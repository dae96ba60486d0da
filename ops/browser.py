"""Find Chromium for the browser tests, or install one: `python -m ops.browser` prints its path.

In this order: the `CHROMIUM` variable, a Chromium or Chrome on the PATH, Debian's package (as root),
the npm package `@sparticuz/chromium` (no root needed). With none to be had, an error that says what to do.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".var" / "browser"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NPM_PACKAGE = "@sparticuz/chromium@147.0.0"
NPM_SHA512 = "4ZKeAQQa8up2mt675qSitztLdbQrlf8BKdC5naeap+5Mv1OV1OlJdPoU+EJC/p5sQUJUQmN4r+q5+EhaaOUHpQ=="

HELP = """No browser for the tests. One of these will do:
  - install Chromium or Chrome (Debian: apt-get install chromium), or run once as root;
  - install Node.js with npm: a Chromium is then fetched without root;
  - name one you have: CHROMIUM=/path/to/chromium make test"""


class NoBrowser(RuntimeError):
    """No Chromium was found and none could be installed."""


@dataclass(frozen=True)
class Chromium:
    """What Playwright needs to start the browser."""

    executable: str
    arguments: list[str] = field(default_factory=lambda: ["--no-sandbox"])
    env: dict[str, str] = field(default_factory=dict)


def chromium() -> Chromium:
    """The browser for the tests, installed if need be."""
    named = os.environ.get("CHROMIUM")
    if named:
        if shutil.which(named) is None:
            raise NoBrowser(f"CHROMIUM={named} is not a program.")
        return Chromium(named)
    with _one_at_a_time():
        return _on_path() or _fetched() or _from_debian() or _from_npm() or _give_up()


def _give_up() -> Chromium:
    raise NoBrowser(HELP)


def _on_path() -> Chromium | None:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    return Chromium(path) if path else None


def _from_debian() -> Chromium | None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    _say("installing Debian's chromium…")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
    for command in (install, ["apt-get", "update", "-qq"], install):
        done = subprocess.run(command, env=env, capture_output=True, check=False)
        if command is install and done.returncode == 0:
            return _on_path()
    return None


def _fetched() -> Chromium | None:
    if not (FOLDER / "complete").exists():
        return None
    return Chromium(
        str(FOLDER / "chromium"),
        ["--no-sandbox", "--no-zygote", "--disable-gpu", "--font-render-hinting=none"],
        {"LD_LIBRARY_PATH": str(FOLDER / "lib"), "FONTCONFIG_PATH": str(FOLDER)},
    )


def _from_npm() -> Chromium | None:
    if shutil.which("npm") is None:
        return None
    _say(f"fetching {NPM_PACKAGE} (68 MB)…")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["npm", "pack", "--silent", "--pack-destination", folder, NPM_PACKAGE],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        archive = next(Path(folder).glob("*.tgz"), None)
        if done.returncode or archive is None:
            _say(f"npm could not fetch it: {done.stderr.strip()[-400:]}")
            return None
        content = archive.read_bytes()
    if base64.b64encode(hashlib.sha512(content).digest()).decode() != NPM_SHA512:
        raise NoBrowser(f"{NPM_PACKAGE} is not the file we know: its checksum differs.")
    _unpack(content)
    return _fetched()


def _unpack(package: bytes) -> None:
    import brotli

    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(package)) as outer:

        def part(name: str) -> bytes:
            stream = outer.extractfile(f"package/bin/{name}.br")
            if stream is None:
                raise NoBrowser(f"{NPM_PACKAGE} has no {name}.")
            return bytes(brotli.decompress(stream.read()))

        (FOLDER / "chromium").write_bytes(part("chromium"))
        (FOLDER / "chromium").chmod(0o755)
        for name in ("al2023.tar", "fonts.tar"):
            with tarfile.open(fileobj=io.BytesIO(part(name))) as inner:
                inner.extractall(FOLDER, filter="data")
    # The package expects its fonts where a lambda function puts them.
    (FOLDER / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig><dir>{FOLDER / 'fonts'}</dir><dir>/usr/share/fonts</dir>"
        f"<cachedir>{FOLDER / 'cache'}</cachedir></fontconfig>"
    )
    (FOLDER / "complete").touch()


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two test workers do not install at the same time."""
    FOLDER.parent.mkdir(exist_ok=True)
    with (FOLDER.parent / "browser.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _say(text: str) -> None:
    sys.stderr.write(f"Browser: {text}\n")


if __name__ == "__main__":
    try:
        print(chromium().executable)
    except NoBrowser as error:
        sys.exit(str(error))

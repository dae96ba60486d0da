"""Which static files of the libraries we publish: no single component of the DSFR, nothing unused.

The DSFR asks for each icon with a request of its own: a page would make forty. `dsfr/dist/site.min.css` is its
stylesheet with the icons that our pages use written into it, made from the installed package when first asked for.
"""

import hashlib
import re
import tempfile
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder, BaseFinder
from django.core.files.storage import FileSystemStorage

#: Matched against a file's whole path (a star crosses folders).
UNUSED = [
    "dsfr/dist/analytics/*",
    "dsfr/dist/component/*",
    "dsfr/dist/core/*",
    "dsfr/dist/dsfr/*",
    "dsfr/dist/favicon/*",
    "dsfr/dist/layout/*",
    "dsfr/dist/legacy/*",
    "dsfr/dist/scheme/*",
    "dsfr/dist/utility/colors/*",
    "dsfr/dist/utility/pictograms/*",
    "dsfr/dist/utility/icons/icons-*/*",
    "dsfr/dist/utility/icons/icons.min.css",
    "dsfr/dist/utility/icons/icons.legacy.min.css",
    "dsfr/dist/utility/icons/icons.main.min.css",
    "dsfr/dist/utility/utility.*",
    "dsfr/dist/artwork/pictograms/*",
    "dsfr/dist/dsfr.main.min.css",
    "dsfr/dist/dsfr.min.css",
    "dsfr/dist/dsfr.legacy.min.css",
    "dsfr/dist/dsfr.nomodule.min.js",
    "django-dsfr/*",
    "*.md",
]


class AppsFinder(AppDirectoriesFinder):
    """The applications' static folders, without what no page uses."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        return super().list([*(ignore_patterns or ()), *UNUSED])


#: the stylesheet that base.html links to
SHEET = "dsfr/dist/site.min.css"
#: where our pages name an icon
WHERE = (
    "templates",
    "jeveuxagir",
    "organisations",
    "volunteers",
    "missions",
    "alliances",
    "brigades",
    "static",
)
WHAT = {".html", ".py", ".csv", ".css", ".js", ".toml", ".txt"}
_NAME = re.compile(r"fr-icon-[a-z0-9-]+")
_RULE = re.compile(r"(?P<selectors>\.fr-icon-[^{}]+)\{[^{}]*\}")
_SAID = ":root[data-fr-theme=dark]"
_DARK = re.compile(re.escape(_SAID) + r"[^{}]*\{[^{}]*\}")
_ICON = re.compile(r"url\((?P<path>(?:\.\./)*icons/(?!logo/)[^)\"']+\.svg)\)")


def icons_used() -> frozenset[str]:
    """The icons that a template, a form or a table of ours names."""
    files = (
        path for folder in WHERE for path in (settings.BASE_DIR / folder).rglob("*") if path.suffix in WHAT
    )
    return frozenset(name for path in files for name in _NAME.findall(path.read_text(encoding="utf-8")))


def sheet() -> str:
    """The DSFR's stylesheet and the rules of our icons, drawings included."""
    import dsfr

    dist = Path(dsfr.__file__).parent / "static" / "dsfr" / "dist"
    used = icons_used()
    icons = (dist / "utility/icons/icons.main.min.css").read_text(encoding="utf-8")
    kept = [
        rule[0]
        for rule in _RULE.finditer(icons)
        if not used.isdisjoint(name for name in _NAME.findall(rule["selectors"]))
    ]
    main = (dist / "dsfr.main.min.css").read_text(encoding="utf-8")
    main += _dark_at_once(main) + "".join(kept)
    return _ICON.sub(lambda found: _drawn(dist, found["path"]), main)


def _dark_at_once(main: str) -> str:
    """The dark theme for a system in the dark, before the DSFR's script has said so, or without it.

    Otherwise each page would begin white, then turn dark.
    """
    unsaid = ":root[data-fr-scheme=system]:not([data-fr-theme])"
    rules = "".join(found[0] for found in _DARK.finditer(main))
    return (
        f"@media (prefers-color-scheme:dark){{{rules.replace(_SAID, unsaid)}{unsaid}{{color-scheme:dark}}}}"
    )


def _drawn(dist: Path, path: str) -> str:
    """The icon as a data: address. A stylesheet in utility/icons/ says ../../icons, the main one says icons."""
    svg = (dist / path.replace("../", "")).read_text(encoding="utf-8").strip().replace('"', "'")
    return 'url("data:image/svg+xml,' + quote(svg, safe=" =:/;,'-") + '")'


@lru_cache(maxsize=1)
def _built() -> Path:
    """The folder that holds the stylesheet; two processes make the same one."""
    content = sheet().encode()
    name = hashlib.sha256(content).hexdigest()[:16]
    for root in (settings.BASE_DIR / ".var" / "static", Path(tempfile.gettempdir()) / "jeveuxagir-static"):
        target = root / name / SHEET
        try:
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as unfinished:
                    unfinished.write(content)
                Path(unfinished.name).chmod(0o644)
                Path(unfinished.name).rename(target)
        except OSError:  # a read-only installation
            continue
        return root / name
    raise RuntimeError("no folder to write the stylesheet in")


class BuiltFinder(BaseFinder):
    """Finds the one stylesheet that we make."""

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path != SHEET:
            return []
        found = str(_built() / SHEET)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[Any]:
        yield SHEET, FileSystemStorage(location=_built())

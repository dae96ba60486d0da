"""Which static files of the libraries we publish: no single component of the DSFR, nothing unused."""

from collections.abc import Iterable
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder

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
    "dsfr/dist/utility/utility.*",
    "dsfr/dist/artwork/pictograms/*",
    "dsfr/dist/dsfr.min.css",
    "dsfr/dist/dsfr.legacy.min.css",
    "dsfr/dist/dsfr.nomodule.min.js",
    "django-dsfr/*",
    "django_htmx/ext/*",
    "*.md",
]


class AppsFinder(AppDirectoriesFinder):
    """The applications' static folders, without what no page uses."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        return super().list([*(ignore_patterns or ()), *UNUSED])
